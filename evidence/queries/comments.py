"""The comments on a finding as its pages show them, and the colleagues who can be mentioned in one."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet

from evidence.models import Comment, Finding
from partnerships.access import Permission
from partnerships.functions import JSONList
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


# What a line is made of, a row for each name that is mentioned.
COLUMNS = ("pk", "part", "text", "by__name", "at", "resolved_by__name", "resolved_at", "mentions__name")


def comments_on(person: Any, finding: Finding) -> list[CommentLine]:
    """The comments that this person may read, the oldest first; one query, none for outsiders."""
    return lines_of(oldest_first(person).filter(finding=finding).values_list(*COLUMNS))


def oldest_first(person: Any) -> QuerySet[Comment]:
    comments: QuerySet[Comment] = Comment.objects.visible_to(person)
    return comments.order_by("at", "pk", "mentions__name")


def comments_json(person: Any) -> JSONList:
    """The same for each finding of a query, fetched along with it; ``comments_of_json`` reads them."""
    return JSONList(
        oldest_first(person).filter(finding=OuterRef("pk")), **{column: column for column in COLUMNS}
    )


def comments_of_json(rows: Iterable[dict[str, Any]]) -> list[CommentLine]:
    return lines_of(
        [
            moment_of(row[column]) if column.endswith("at") and row[column] else row[column]
            for column in COLUMNS
        ]
        for row in rows
    )


def moment_of(text: str) -> datetime.datetime:
    """A moment as a database writes it into JSON: SQLite leaves out that it is in UTC."""
    at = datetime.datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=datetime.UTC)


def lines_of(rows: Iterable[Sequence[Any]]) -> list[CommentLine]:
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
