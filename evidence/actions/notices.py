"""Who is told of what is done to findings, replies and sources. A message names them by their refs, never by
their words.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models

from evidence.actions.watching import tell_watchers_soon
from evidence.models import Finding, ReplyRequest, ReviewStep, Source
from partnerships import notices
from partnerships.access import Permission
from partnerships.models import Person

Step = ReviewStep.Step
FINDING, REPLY, SOURCE = "finding", "reply", "source"


class NoticeKind(models.TextChoices):
    """What people are told of, as the subject of a message says it."""

    SUBMITTED = "finding-submitted", "Finding {key} waits for review"
    RETURNED = "finding-returned", "Finding {key} was returned to you"
    PUBLISHED = "finding-published", "Your finding {key} was published"
    PUBLISHED_WITH_CHANGES = "finding-published-changed", "Your finding {key} was published with changes"
    WITHDRAWN = "finding-withdrawn", "Your finding {key} was withdrawn"
    COMMENT = "comment", "Your finding {key} has a new comment"
    MENTION = "mention", "You are mentioned in a comment on finding {key}"
    REPLY_ASKED = "reply-asked", "Your partnership is asked about a finding ({key})"
    REPLY_EXTENDED = "reply-extended", "Your partnership has more time to reply ({key})"
    REPLY_DUE = "reply-due", "Your partnership's reply is due soon ({key})"
    REPLY_CANCELLED = "reply-cancelled", "Your partnership's reply is not needed any more ({key})"
    REPLY_RESPONDED = "reply-responded", "The evaluation team has responded to you ({key})"
    REPLY_GIVEN = "reply-given", "A partnership has replied ({key})"
    REPLY_SILENT = "reply-silent", "No reply came in time ({key})"
    CONSENT_WITHDRAWN = "consent-withdrawn", "The consent of source {key} was withdrawn"


KIND_OF_STEP = {
    Step.SUBMIT: NoticeKind.SUBMITTED,
    Step.RETURN: NoticeKind.RETURNED,
    Step.PUBLISH: NoticeKind.PUBLISHED,
    Step.WITHDRAW: NoticeKind.WITHDRAWN,
}


def register_subjects() -> None:
    """Let notices speak of findings, replies and sources, and of what becomes due."""
    deeds = dict(NoticeKind.choices)
    notices.register(FINDING, may_see=may_see_finding, deeds=deeds)
    notices.register(REPLY, may_see=may_see_reply, deeds=deeds)
    notices.register(SOURCE, may_see=may_see_source, deeds=deeds)


def may_see_finding(person: Any, ref: str) -> bool:
    return Finding.objects.visible_to(person).filter(ref=ref).exists()


def may_see_reply(person: Any, ref: str) -> bool:
    return ReplyRequest.objects.addressed_to(person).filter(ref=ref).exists()


def may_see_source(person: Any, ref: str) -> bool:
    return Source.objects.visible_to(person).filter(ref=ref).exists()


def tell_of_step(finding: Finding, step: str, *, by: Person, with_changes: bool = False) -> None:
    """Tell the leads what was submitted to them, the author what has become of it since, and those who watch
    what it speaks to.
    """
    if step == Step.SUBMIT:
        people: Iterable[Person] = Person.objects.permitted(Permission.REVIEW_FINDINGS)
    else:
        people = authors_of(finding)
    kind = NoticeKind.PUBLISHED_WITH_CHANGES if with_changes else KIND_OF_STEP[Step(step)]
    tell(people, kind, finding, by=by)
    if step in (Step.PUBLISH, Step.WITHDRAW):
        tell_watchers_soon(finding.codings.values_list("item", flat=True))


def authors_of(finding: Finding) -> list[Person]:
    """The author, alone in a list; nobody for the review's own evidence."""
    return [finding.created_by] if finding.created_by else []


def tell(people: Iterable[Person], kind: NoticeKind, finding: Finding, *, by: Person) -> None:
    notices.tell(
        people=people,
        kind=kind,
        target_kind=FINDING,
        target_key=finding.ref,
        path=finding.get_absolute_url(),
        by=by,
    )


def tell_reporters(kind: NoticeKind, request: ReplyRequest, *, by: Person | None) -> None:
    """Tell the reporters of the partnership that is asked; ``by`` is None for what the clock brings."""
    tell_of_reply(Person.objects.reporting_for(request.partnership), kind, request, by=by)


def tell_askers(kind: NoticeKind, request: ReplyRequest, *, by: Person | None) -> None:
    """Tell who asked, and the finding's author."""
    tell_of_reply({request.asked_by, *authors_of(request.finding)}, kind, request, by=by)


def tell_of_reply(
    people: Iterable[Person], kind: NoticeKind, request: ReplyRequest, *, by: Person | None
) -> None:
    notices.tell(
        people=people,
        kind=kind,
        target_kind=REPLY,
        target_key=request.ref,
        path=request.get_absolute_url(),
        by=by,
    )


def tell_of_withdrawn_consent(source: Source, authors: Iterable[Person | None], *, by: Person) -> None:
    """Tell whoever logged from the source, whoever noted it, and the leads."""
    leads = Person.objects.permitted(Permission.REVIEW_FINDINGS)
    notices.tell(
        people={*filter(None, [*authors, source.created_by]), *leads},
        kind=NoticeKind.CONSENT_WITHDRAWN,
        target_kind=SOURCE,
        target_key=source.ref,
        path=source.get_absolute_url(),
        by=by,
    )
