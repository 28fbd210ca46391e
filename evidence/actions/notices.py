"""Who is told of what is done to a finding. A message names the finding by its ref, never by its words."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from evidence.models import Finding, ReviewStep
from partnerships import notices
from partnerships.access import Permission
from partnerships.models import Person

Step = ReviewStep.Step
FINDING = "finding"


class NoticeKind(models.TextChoices):
    """What people are told of, as the subject of a message says it."""

    SUBMITTED = "finding-submitted", "Finding {key} waits for review"
    RETURNED = "finding-returned", "Finding {key} was returned to you"
    PUBLISHED = "finding-published", "Your finding {key} was published"
    PUBLISHED_WITH_CHANGES = "finding-published-changed", "Your finding {key} was published with changes"
    WITHDRAWN = "finding-withdrawn", "Your finding {key} was withdrawn"
    COMMENT = "comment", "Your finding {key} has a new comment"
    MENTION = "mention", "You are mentioned in a comment on finding {key}"


KIND_OF_STEP = {
    Step.SUBMIT: NoticeKind.SUBMITTED,
    Step.RETURN: NoticeKind.RETURNED,
    Step.PUBLISH: NoticeKind.PUBLISHED,
    Step.WITHDRAW: NoticeKind.WITHDRAWN,
}


def register_subjects() -> None:
    """Let notices speak of findings."""
    notices.register(FINDING, may_see=may_see_finding, deeds=dict(NoticeKind.choices))


def may_see_finding(person: Any, ref: str) -> bool:
    return Finding.objects.visible_to(person).filter(ref=ref).exists()


def tell_of_step(finding: Finding, step: str, *, by: Person, with_changes: bool = False) -> None:
    """Tell the leads what was submitted to them, and the author what has become of it since."""
    if step == Step.SUBMIT:
        people: Iterable[Person] = Person.objects.permitted(Permission.REVIEW_FINDINGS)
    else:
        people = authors_of(finding)
    kind = NoticeKind.PUBLISHED_WITH_CHANGES if with_changes else KIND_OF_STEP[Step(step)]
    tell(people, kind, finding, by=by)


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
