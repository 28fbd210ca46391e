"""Findings as a table of comma-separated values, made while it is sent."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from evidence.models import JUDGED, Coding, Finding, FindingCitation
from evidence.models.finding import area_known_to
from evidence.queries.appraisals import of_finding, whose
from evidence.queries.replies import Reply, replies_json, reply_of_row
from partnerships.access import Permission, has_permission
from partnerships.csv_lines import UTF_8_MARK, Line, harmless

ROWS_AT_A_TIME = 500

COLUMNS: dict[str, Any] = {
    "ref": "ref",
    "title": "title",
    "text": "text",
    "quote": "quote",
    "origin": "origin",
    "status": "status",
    "visibility": "visibility",
    "programme_wide": "programme_wide",
    "mask_area": "mask_area",
    "programme": "programme__slug",
    "section": "section",
    "source_kind": "source__kind",
    "collected_on": "source__collected_on",
    "created_at": "created_at",
    "published_at": "published_at",
    "version": "version",
    "demonstration": "is_demonstration",
    "appraised": whose(),
    **{key: of_finding(key) for key in JUDGED},
}
# For the funder and the evaluation team.
SOURCE_COLUMNS = {
    "source": "source__ref",
    "respondent_role": "source__respondent_role",
    "appraisal_reason": of_finding("reason"),
}
# Column, the model that ties findings to what is named, and how that is named.
RELATED: tuple[tuple[str, Any, Any], ...] = (
    ("partnerships", Finding.partnerships.through, F("partnership__slug")),
    ("organisations", Finding.organisations.through, F("organisation__slug")),
    ("sectors", Finding.sectors.through, F("sector__code")),
    ("codings", Coding, Concat("item__code", Value(" "), "direction")),
    ("references", FindingCitation, F("reference__key")),
)
# What tells where a finding is from.
PLACES = ("partnerships", "organisations")


def findings_csv(person: Any, findings: QuerySet[Finding], address: str) -> Iterator[str]:
    """The lines of a file with these findings, in their order, read a few hundred at a time.

    ``findings`` must be those that this person may see; ``address`` is what a finding's address begins with.
    The respondent's role and the reason of an appraisal are in it for those who may read them.
    """
    columns = COLUMNS | (SOURCE_COLUMNS if has_permission(person, Permission.READ_SHARED_WITH_FUNDER) else {})
    writer = csv.writer(Line())
    yield UTF_8_MARK
    yield writer.writerow([*columns, *(name for name, _, _ in RELATED), "replies", "url"])
    rows = findings.values_list("pk", replies_json(person), *columns.values()).iterator(
        chunk_size=ROWS_AT_A_TIME
    )
    while batch := list(islice(rows, ROWS_AT_A_TIME)):
        related = _related(person, [row[0] for row in batch])
        for pk, replies, *cells in batch:
            named = ("; ".join(related[pk, name]) for name, _, _ in RELATED)
            told = " | ".join(in_words(reply_of_row(reply)) for reply in replies)
            yield writer.writerow(
                [harmless(cell) for cell in (*cells, *named, told, f"{address}{cells[0]}/")]
            )


def in_words(reply: Reply) -> str:
    """A reply as one cell holds it."""
    day = reply.answered_on or reply.due_on
    parts = [f"{reply.summary} ({'' if reply.answered_on else 'by '}{day.isoformat()})"]
    parts += ["to an earlier wording"] if reply.is_earlier else []
    parts += [f"“{reply.text}”"] if reply.text else []
    parts += [f"evaluation team: “{reply.response}”"] if reply.response else []
    return "; ".join(parts)


def _related(person: Any, findings: Iterable[int]) -> dict[tuple[int, str], list[str]]:
    """The names of what each finding is tied to, by finding and column; one query a column."""
    told = area_known_to(person, "finding__")
    names: dict[tuple[int, str], list[str]] = defaultdict(list)
    for column, model, name in RELATED:
        rows = (
            model.objects.filter(told if column in PLACES else Q(), finding__in=findings)
            .annotate(related_name=name)
            .order_by("finding_id", "related_name")
            .values_list("finding_id", "related_name")
        )
        for finding, text in rows:
            names[finding, column].append(text)
    return names
