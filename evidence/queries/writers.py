"""Who wrote the words of a thing as they stand: its author, and whoever changed them since the last release.

A release beyond the funder is a second person's confirmation of the words as they stood: what was changed
before it is confirmed, what was changed after it is not.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from evidence.models import CaseStudy, Coding, Finding, Visibility

RELEASED = (Visibility.PARTNERSHIPS, Visibility.PUBLIC)


def writers_of_finding(finding: Finding) -> set[int | None]:
    """The primary keys of those who wrote its title, text, quote or notes; two queries."""
    writers, released_at = since_release(Finding.history.filter(id=finding.pk), ("title", "text", "quote"))
    notes = Coding.history.filter(finding_id=finding.pk).order_by("history_date", "history_id")
    return {finding.created_by_id, *writers, *writers_of_notes(notes.values(), released_at)}


def writers_of_study(study: CaseStudy) -> set[int | None]:
    """The primary keys of those who wrote its narrative or methods; one query."""
    writers, _ = since_release(CaseStudy.history.filter(id=study.pk), ("narrative", "methods"))
    return {study.created_by_id, *writers}


def since_release(history: Any, words: Sequence[str]) -> tuple[set[int | None], datetime | None]:
    """Who changed these words after the last release beyond the funder, and when that was."""
    writers: set[int | None] = set()
    released_at = before = None
    rows = history.order_by("history_date", "history_id").values_list(
        "history_user", "history_date", "status", "visibility", *words
    )
    for writer, at, status, visibility, *now in rows:
        if before is not None and now != before:
            writers.add(writer)
        if status == "published" and visibility in RELEASED:
            writers, released_at = set(), at
        before = now
    return writers, released_at


def writers_of_notes(rows: Iterable[dict[str, Any]], released_at: datetime | None) -> set[int | None]:
    notes: dict[int, str] = {}
    writers = set()
    for row in rows:
        is_new = row["note"] != notes.get(row["id"], "") and row["history_type"] != "-"
        if is_new and (released_at is None or row["history_date"] > released_at):
            writers.add(row["history_user_id"])
        notes[row["id"]] = row["note"]
    return writers
