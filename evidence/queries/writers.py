"""Who wrote the words of a thing as they stand: its author, and whoever changed them since the last release.

A release beyond the funder is a second person's confirmation of the words as they stood: what was changed
before it is confirmed, what was changed after it is not.
"""

from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import Value

from evidence.models import CaseStudy, Coding, Finding, Visibility

WHO_AND_WHEN = ("history_user", "history_date", "history_id")
RELEASED = (Visibility.PARTNERSHIPS, Visibility.PUBLIC)


def writers_of_finding(finding: Finding) -> set[int | None]:
    """The primary keys of those who wrote its title, text, quote or notes; one query."""
    nothing, nobody = Value(""), Value(0)
    words = (
        Finding.history.filter(id=finding.pk)
        .order_by()
        .values_list(Value("words"), nobody, *WHO_AND_WHEN, "status", "visibility", "title", "text", "quote")
    )
    notes = (
        Coding.history.filter(finding_id=finding.pk)
        .order_by()
        .values_list(Value("notes"), "id", *WHO_AND_WHEN, "history_type", nothing, "note", nothing, nothing)
    )
    rows: dict[str, list[Any]] = {"words": [], "notes": []}
    for part, *row in sorted(words.union(notes, all=True), key=itemgetter(3, 4)):
        rows[part].append(row)
    writers, released_at = since_release((who, at, *now) for _, who, at, _, *now in rows["words"])
    return {finding.created_by_id, *writers, *writers_of_notes(rows["notes"], released_at)}


def writers_of_study(study: CaseStudy) -> set[int | None]:
    """The primary keys of those who wrote its narrative or methods; one query."""
    versions = CaseStudy.history.filter(id=study.pk).order_by("history_date", "history_id")
    writers, _ = since_release(
        versions.values_list("history_user", "history_date", "status", "visibility", "narrative", "methods")
    )
    return {study.created_by_id, *writers}


def since_release(rows: Iterable[Any]) -> tuple[set[int | None], datetime | None]:
    """Who changed words after the last release beyond the funder, and when that was.

    Each row is a version, the first one first: who, when, status, visibility, and the words as they were.
    """
    writers: set[int | None] = set()
    released_at = before = None
    for writer, at, status, visibility, *now in rows:
        if before is not None and now != before:
            writers.add(writer)
        if status == "published" and visibility in RELEASED:
            writers, released_at = set(), at
        before = now
    return writers, released_at


def writers_of_notes(rows: Iterable[Any], released_at: datetime | None) -> set[int | None]:
    notes: dict[int, str] = {}
    writers = set()
    for coding, who, at, _, step, _, note, *_ in rows:
        is_new = note != notes.get(coding, "") and step != "-"
        if is_new and (released_at is None or at > released_at):
            writers.add(who)
        notes[coding] = note
    return writers
