"""What waits for a person: their own findings on the way to publication, and for leads those to review."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from evidence.models import Comment, Finding, ReviewStep, TypedForm
from evidence.models.typed_form import FOLLOW_UP, TEAM_VIEW
from partnerships.access import Permission, has_permission
from partnerships.functions import JSONList
from partnerships.models import Partnership

Status = Finding.Status


@dataclass(frozen=True)
class Tray:
    """One pile of the inbox: which findings lie in it, and in which order."""

    key: str
    heading: str
    empty: str
    rule: Q
    order: str


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in a tray; ``since`` is when it came to lie there.

    ``claimed_by`` reviews it since ``claimed_at``; ``mentioned_by`` was the last to mention the reader in a
    comment that is open.
    """

    ref: str
    title: str
    href: str
    partnerships: list[str]
    author: str
    since: datetime.datetime
    reason: str
    claimed_by: str
    claimed_at: datetime.datetime | None
    is_claimed_by_reader: bool
    mentioned_by: str
    mentioned_at: datetime.datetime | None
    is_demonstration: bool


def trays_of(person: Any) -> list[Tray]:
    """The trays that this person has, the most pressing first; none for who logs no findings."""
    if not has_permission(person, Permission.LOG_FINDINGS):
        return []
    own = Q(created_by=person)
    trays = [
        Tray(
            key="returned",
            heading="Returned to you",
            empty="Nothing has come back to you.",
            rule=own & Q(status=Status.RETURNED),
            order="submitted_at",
        ),
        Tray(
            key="mentions",
            heading="Comments that mention you",
            empty="No open comment mentions you.",
            rule=Q(pk__in=open_mentions_of(person).values("finding")),
            order="-mentioned_at",
        ),
        Tray(
            key="drafts",
            heading="Your drafts",
            empty="You have no drafts.",
            rule=own & Q(status=Status.DRAFT),
            order="-updated_at",
        ),
        Tray(
            key="submitted",
            heading="Yours, waiting for a lead evaluator",
            empty="None of your findings is waiting.",
            rule=own & Q(status=Status.SUBMITTED),
            order="submitted_at",
        ),
    ]
    if has_permission(person, Permission.REVIEW_FINDINGS):
        to_review = Tray(
            key="review",
            heading="Waiting for review",
            empty="No finding waits for review.",
            rule=Q(status=Status.SUBMITTED),
            order="submitted_at",
        )
        return [to_review, *trays]
    return trays


def open_mentions_of(person: Any) -> QuerySet[Comment]:
    return Comment.objects.visible_to(person).filter(mentions=person, resolved_at=None)


def numbers_in(person: Any, trays: Iterable[Tray]) -> dict[str, int]:
    """How many findings lie in each tray, by its key; one query."""
    return Finding.objects.visible_to(person).aggregate(
        **{tray.key: Count("pk", filter=tray.rule) for tray in trays}
    )


def findings_in(person: Any, tray: Tray) -> QuerySet[Finding]:
    """The findings of a tray, each with its last return, the last open comment that mentions one, and where
    it is from.
    """
    places = Partnership.objects.visible_to(person).filter(findings=OuterRef("pk")).order_by("name")
    last = open_mentions_of(person).filter(finding=OuterRef("pk")).order_by("-at", "-pk")
    returns = ReviewStep.objects.visible_to(person).filter(
        finding=OuterRef("pk"), finding__status=Status.RETURNED, step=ReviewStep.Step.RETURN
    )
    returned = returns.order_by("-at", "-pk")
    in_tray = (
        Finding.objects.visible_to(person)
        .filter(tray.rule)
        .annotate(mentioned_at=Subquery(last.values("at")[:1]))
        .annotate(mentioned_by=Subquery(last.values("by__name")[:1]))
        .annotate(
            returned_at=Subquery(returned.values("at")[:1]),
            returned_because=Subquery(returned.values("reason")[:1]),
            partnership_names=JSONList(places, "name"),
        )
    )
    return in_tray.select_related("created_by", "claimed_by").order_by(tray.order, "pk")


def begun_by(person: Any) -> QuerySet[TypedForm]:
    """What a person began to type and has not saved, the last first; a report shows what is typed into its
    own form.
    """
    apart = Q(key__contains=f"/{FOLLOW_UP}") | Q(key__contains=f"/{TEAM_VIEW}")
    return TypedForm.objects.visible_to(person).filter(Q(self_report=None) | apart).with_subjects()


def rows_of(person: Any, findings: Iterable[Finding]) -> dict[int, Row]:
    """The rows of findings by primary key, as ``findings_in`` gives them."""
    return {finding.pk: _row(person, finding) for finding in findings}


def _row(person: Any, finding: Any) -> Row:
    return Row(
        ref=finding.ref,
        title=finding.title,
        href=reverse("evidence:finding-detail", args=[finding.ref]),
        partnerships=["Whole programme"] if finding.programme_wide else finding.partnership_names,
        author=str(finding.created_by or ""),
        since=_since(finding),
        reason=finding.returned_because or "",
        claimed_by=str(finding.claimed_by or ""),
        claimed_at=finding.claimed_at,
        is_claimed_by_reader=finding.claimed_by_id == person.pk,
        mentioned_by=finding.mentioned_by or "",
        mentioned_at=finding.mentioned_at,
        is_demonstration=finding.is_demonstration,
    )


def _since(finding: Any) -> datetime.datetime:
    if finding.returned_at:
        return finding.returned_at
    if finding.status == Status.SUBMITTED and finding.submitted_at:
        return finding.submitted_at
    return finding.updated_at
