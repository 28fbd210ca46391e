"""The comments on a finding as its pages show them, and the colleagues who can be mentioned in one."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from evidence.models import Comment, Finding
from partnerships.access import Permission
from partnerships.models import Person


@dataclass(frozen=True, slots=True)
class CommentLine:
    """One comment, with names instead of people."""

    pk: int
    part: str
    text: str
    by: str
    at: datetime.datetime
    resolved_by: str | None
    resolved_at: datetime.datetime | None
    mentioned: list[str] = field(default_factory=list)


def comments_on(person: Any, finding: Finding) -> list[CommentLine]:
    """The comments that this person may read, the oldest first; one query, none for outsiders."""
    rows: Iterable[tuple[Any, ...]] = (
        Comment.objects.visible_to(person)
        .filter(finding=finding)
        .order_by("at", "pk", "mentions__name")
        .values_list(
            "pk", "part", "text", "by__name", "at", "resolved_by__name", "resolved_at", "mentions__name"
        )
    )
    lines: dict[int, CommentLine] = {}
    for pk, part, *said, mentioned in rows:
        line = lines.setdefault(pk, CommentLine(pk, str(Comment.Part(part).label), *said))
        if mentioned:
            line.mentioned.append(mentioned)
    return list(lines.values())


def colleagues_on(person: Any, finding: Finding) -> QuerySet[Person]:
    """Those of the evaluation team, besides this person, who may see the finding: names to choose from."""
    if finding.status == Finding.Status.DRAFT:
        author = Person.objects.permitted(Permission.LOG_FINDINGS).filter(pk=finding.created_by_id)
        readers = author | Person.objects.permitted(Permission.REVIEW_FINDINGS)
    else:
        readers = Person.objects.permitted(Permission.READ_TEAM)
    return readers.exclude(pk=person.pk)
