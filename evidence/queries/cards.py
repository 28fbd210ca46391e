"""Findings as they stand in lists: plain values, made with a constant number of queries."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.urls import reverse
from django.utils.text import Truncator

from evidence.models import Finding, FindingCitation, Source
from evidence.models.finding import area_known_to, may_know_areas
from evidence.queries.appraisals import QUALITY_COLUMNS, quality_words
from evidence.queries.labels import Label, Labels
from evidence.queries.replies import Reply, replies_json, reply_of_row
from partnerships.access import Permission, has_permission

LONGEST_EXCERPT = 60  # words
AREA_NOT_SHOWN = "One of the 21, not shown which"

Links = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Card:
    """One finding in a list. ``excerpt`` stands for the text when the text is long or was searched.

    ``quality`` is empty while neither the finding nor its source is appraised.
    """

    pk: int
    ref: str
    title: str
    text: str
    excerpt: str
    origin: str
    status: str
    visibility: str
    partnerships_list: Links
    sectors_list: Links
    references_list: Links
    programme_name: str
    source_label: str
    collected_on: datetime.date | None
    quality: str
    is_demonstration: bool
    href: str
    direction: str
    note: str
    replies: list[Reply]


FIELDS = (
    "pk",
    "ref",
    "title",
    "text",
    "origin",
    "status",
    "visibility",
    "section",
    "programme_wide",
    "mask_area",
    "programme_id",
    "source__kind",
    "source__respondent_role",
    "source__collected_on",
    "is_demonstration",
)


def cards_of(
    person: Any, findings: QuerySet[Finding], labels: Labels, *, annotations: Sequence[str] = ()
) -> list[Card]:
    """The cards of visible findings, in their order; two queries.

    ``annotations`` of the query set that cards carry too: ``direction`` and ``note``.
    """
    rows = list(findings.values(*FIELDS, *annotations, **QUALITY_COLUMNS, replies=replies_json(person)))
    linked = _linked(person, [row["pk"] for row in rows])
    may_read_roles = has_permission(person, Permission.READ_SHARED_WITH_FUNDER)
    return [_card(person, row, linked, labels, may_read_roles) for row in rows]


def with_excerpts(cards: Iterable[Card], excerpts: Mapping[int, str]) -> list[Card]:
    """The same cards, showing the passages that a search found, by primary key."""
    return [replace(card, excerpt=excerpts.get(card.pk) or card.excerpt) for card in cards]


def _card(
    person: Any,
    row: dict[str, Any],
    linked: dict[tuple[str, int], set[int]],
    labels: Labels,
    may_read_roles: bool,
) -> Card:
    def links(table: str) -> Links:
        of_table: dict[int, Label] = getattr(labels, table)
        keys = linked[table, row["pk"]]
        return [label.link for key, label in of_table.items() if key in keys]

    programme = labels.programmes.get(row["programme_id"])
    is_untold = row["mask_area"] and not may_know_areas(person)
    return Card(
        pk=row["pk"],
        ref=row["ref"],
        title=row["title"] or Truncator(row["text"]).words(12),
        text=row["text"],
        excerpt=Truncator(row["text"]).words(LONGEST_EXCERPT),
        origin=row["origin"],
        status=row["status"],
        visibility=row["visibility"],
        partnerships_list=[("Whole programme", "")] * row["programme_wide"]
        + ([(AREA_NOT_SHOWN, "")] if is_untold else links("partnerships")),
        sectors_list=links("sectors"),
        references_list=links("references"),
        programme_name=programme.name if programme else "",
        source_label=_source_label(row, may_read_roles),
        collected_on=row["source__collected_on"],
        quality=quality_words(row),
        is_demonstration=row["is_demonstration"],
        href=reverse("evidence:finding-detail", args=[row["ref"]]),
        direction=row.get("direction", ""),
        note=row.get("note", ""),
        replies=[reply_of_row(reply) for reply in row["replies"]],
    )


def _source_label(row: dict[str, Any], may_read_roles: bool) -> str:
    if row["source__kind"]:
        kind = str(Source.Kind(row["source__kind"]).label)
        role = row["source__respondent_role"] if may_read_roles else ""
        return f"{kind}, {role}" if role else kind
    if row["origin"] == Finding.Origin.LITERATURE and row["section"]:
        return f"The 2014 review, section {row['section']}"
    return ""


def _linked(person: Any, findings: Iterable[int]) -> dict[tuple[str, int], set[int]]:
    """What each finding is about, by table and finding; one query over the three tables that say so."""
    told = area_known_to(person, "finding__")
    linked: dict[tuple[str, int], set[int]] = defaultdict(set)
    partnerships, sectors, references = (
        model.objects.order_by()
        .filter(told if table == "partnerships" else Q(), finding__in=list(findings))
        .annotate(linked_table=Value(table))
        .values_list("linked_table", "finding_id", f"{target}_id")
        for table, model, target in (
            ("partnerships", Finding.partnerships.through, "partnership"),
            ("sectors", Finding.sectors.through, "sector"),
            ("references", FindingCitation, "reference"),
        )
    )
    for table, finding, target in partnerships.union(sectors, references, all=True):
        linked[table, finding].add(target)
    return linked
