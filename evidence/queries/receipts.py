"""What came of a report: "you said, we learned", worked out anew whenever somebody looks."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, Prefetch, Q, QuerySet

from evidence.models import Coding, Finding, FrameworkItem, Proposal, SelfReport
from evidence.queries.standing import Standing, standings

MOST_LISTED = 10


@dataclass(frozen=True)
class Learned:
    """One answer that is evidence now; ``finding`` for those who may read it and know where it is from."""

    proposal: Proposal
    finding: Finding | None
    items: list[FrameworkItem]
    published_at: datetime.datetime


@dataclass(frozen=True)
class Bearing:
    """An item that the report's words bear on: how it stood when the report was accepted, and today."""

    item: FrameworkItem
    before: Standing
    now: Standing
    questions: list[str]  # the questions whose answers bear on it

    @property
    def has_changed(self) -> bool:
        return self.before.status != self.now.status

    @property
    def added(self) -> int:
        """How many findings of the programme have come since, of those that the reader may see."""
        return self.now.programme.total - self.before.programme.total


@dataclass(frozen=True)
class Receipt:
    learned: list[Learned]
    lessons: list[Bearing]
    others: list[Bearing]

    @property
    def findings(self) -> int:
        """How many findings came of it, of those that the reader is told of."""
        return len({one.proposal.finding_id for one in self.learned})


def receipt_of(person: Any, report: SelfReport) -> Receipt:
    """What came of a report as far as this person is told, and how it stands by their own eyes.

    Six queries at most, however much there is.
    """
    told = list(published(Proposal.objects.visible_to(person).filter(self_report=report)))
    keys = {proposal.finding_id for proposal in told}
    readable = {finding.pk: finding for finding in Finding.objects.located_for(person).filter(pk__in=keys)}
    items = items_of(person, keys)
    learned = [
        Learned(
            proposal=proposal,
            finding=readable.get(proposal.finding_id or 0),
            items=items[proposal.finding_id],
            published_at=proposal.published_at,
        )
        for proposal in told
    ]
    since = report.accepted_at or report.submitted_at
    return Receipt(learned, *bearings_of(person, learned, since))


def published(proposals: QuerySet[Proposal]) -> Any:
    """Those from which a published finding came, with when it was published; the latest first."""
    return (
        proposals.filter(finding__status=Finding.Status.PUBLISHED)
        .annotate(published_at=F("finding__published_at"))
        .select_related("question", "self_report")
        .order_by("-published_at", "pk")
    )


def items_of(person: Any, findings: Iterable[int | None]) -> Mapping[int | None, list[FrameworkItem]]:
    """The items that these findings bear on, without saying how: who is told of a finding may know them."""
    bearing: dict[int | None, list[FrameworkItem]] = defaultdict(list)
    codings = Coding.objects.filter(finding__in=[key for key in findings if key])
    known = FrameworkItem.objects.visible_to(person).filter(pk__in=codings.order_by().values("item"))
    pairs = Prefetch("codings", queryset=codings.only("item", "finding"), to_attr="told_codings")
    for item in known.order_by("order", "code").prefetch_related(pairs):
        for coding in item.told_codings:
            bearing[coding.finding_id].append(item)
    return bearing


def bearings_of(
    person: Any, learned: list[Learned], since: datetime.datetime | None
) -> tuple[list[Bearing], list[Bearing]]:
    """Lessons, and everything else that is no question, with how each stood then and stands now."""
    questions: dict[FrameworkItem, list[str]] = {}
    for one in learned:
        for item in one.items:
            asked = questions.setdefault(item, [])
            if not item.is_question and str(one.proposal.question) not in asked:
                asked.append(str(one.proposal.question))
    items = sorted((item for item in questions if not item.is_question), key=lambda item: item.order)
    if not items:
        return [], []
    before, now = standings(person, items, until=since), standings(person, items)
    rows = [Bearing(item, before[item.pk], now[item.pk], questions[item]) for item in items]
    is_lesson = FrameworkItem.Kind.LESSON
    return (
        [row for row in rows if row.item.kind == is_lesson],
        [row for row in rows if row.item.kind != is_lesson],
    )


def receipts_for(person: Any) -> list[SelfReport]:
    """The own reports of somebody's partnerships from which evidence came, the latest news first; one query.

    Each has ``learned_at``, when the last finding of it was published.
    """
    told = published(Proposal.objects.visible_to(person)).order_by()
    newest = Max("proposals__finding__published_at", filter=Q(proposals__in=told.values("pk")))
    own = SelfReport.objects.read_by(person).filter(partnership__in=person.reported_partnership_ids)
    with_news = own.annotate(learned_at=newest).filter(learned_at__isnull=False)
    return list(with_news.select_related("round", "partnership").order_by("-learned_at", "pk")[:MOST_LISTED])
