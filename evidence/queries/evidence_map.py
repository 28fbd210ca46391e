"""The evidence map: how many findings each framework item has in each column, and in which directions.

Everything is counted from what the reader may see. What is asked for is small, so that it can be served from
counters: the counts by item, column and direction, and how many findings each row and each column holds.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, Count, F, QuerySet, TextChoices, Value
from django.db.models.functions import Cast

from evidence.models import CaseStudy, Coding, Finding
from evidence.models.finding import area_known_to
from evidence.queries.facets import OF_CODINGS, Filters
from evidence.queries.standing import Counts


class Columns(TextChoices):
    """What the columns of the map can be; each is the name of the filter that opens one of them."""

    PARTNERSHIP = "partnership", "Partnerships"
    SECTOR = "sector", "Sectors"
    PROGRAMME = "programme", "Programmes"
    SOURCE_KIND = "source_kind", "Kinds of source"
    WAVE = "wave", "Waves of fieldwork"


# The path from a finding to the key by which its columns are known in addresses.
KEYS = {
    Columns.PARTNERSHIP: "partnerships__slug",
    Columns.SECTOR: "sectors__code",
    Columns.PROGRAMME: "programme__slug",
    Columns.SOURCE_KIND: "source__kind",
    Columns.WAVE: "source__case_study__wave__number",
}
# Columns that tell where findings are from.
OF_PLACES = (Columns.PARTNERSHIP, Columns.WAVE)


@dataclass(frozen=True)
class EvidenceMap:
    """The counts of a map; what is not in it is none.

    ``cells`` by code of the item and key of the column; ``rows`` by code, ``columns`` by key. A row holds its
    findings in no column too, and a finding in several columns once, so a row is not the sum of its cells.
    """

    cells: Mapping[tuple[str, str], Counts] = field(default_factory=dict)
    rows: Mapping[str, Counts] = field(default_factory=dict)
    columns: Mapping[str, int] = field(default_factory=dict)


def evidence_map(filters: Filters, columns: Columns) -> EvidenceMap:
    """The map of the findings that the filters describe, none while a filter is in error; one query.

    Each number is that of the findings which the same filters, with the item and the column named too, list.
    """
    if not filters.form.is_valid():
        return EvidenceMap()
    cells: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    rows: dict[str, dict[str, int]] = defaultdict(dict)
    heads: dict[str, int] = {}
    for code, key, direction, number in _cells(filters, columns).union(
        _rows(filters), _columns(filters, columns), all=True
    ):
        if not code:
            heads[key] = number
        elif not key:
            rows[code][direction] = number
        else:
            cells[code, key][direction] = number
    return EvidenceMap(
        cells={place: Counts(**counts) for place, counts in cells.items()},
        rows={code: Counts(**counts) for code, counts in rows.items()},
        columns=heads,
    )


ROW = ("map_code", "map_key", "map_direction")
Rows = QuerySet[Any, tuple[str, str, str, int]]
NONE = Value("", output_field=CharField())


def _cells(filters: Filters, columns: Columns) -> Rows:
    """The codings by item, column and direction. A finding has one coding of an item: they count findings."""
    codings = codings_asked_for(filters).annotate(map_code=F("item__code"), map_direction=F("direction"))
    return _counted(_in_columns(codings, filters, columns, "finding__"))


def _rows(filters: Filters) -> Rows:
    """The codings by item and direction, in whichever columns, or in none."""
    return _counted(
        codings_asked_for(filters).annotate(
            map_code=F("item__code"), map_key=NONE, map_direction=F("direction")
        )
    )


def _columns(filters: Filters, columns: Columns) -> Rows:
    """The findings by column, whatever they speak to, unless the filters ask for something."""
    findings = Finding.objects.filter(pk__in=filters.leaving_out().values("pk")).order_by()
    return _counted(_in_columns(findings.annotate(map_code=NONE, map_direction=NONE), filters, columns, ""))


def codings_asked_for(filters: Filters) -> QuerySet[Coding, Any]:
    """The codings that meet all filters: those of codings themselves, the rest by their findings."""
    findings = filters.leaving_out(*OF_CODINGS)
    return Coding.objects.filter(finding__in=findings.values("pk"), **filters.asked_of_coding()).order_by()


def _in_columns(rows: QuerySet[Any], filters: Filters, columns: Columns, path: str) -> QuerySet[Any]:
    """One row for each column that a row of findings is shown in; ``path`` leads to the finding."""
    person, chosen = filters.request.user, filters.form[columns.value].data
    if columns in OF_PLACES:
        rows = rows.filter(area_known_to(person, path))
    if columns == Columns.WAVE:
        studies = CaseStudy.objects.visible_to(person).order_by().values("pk")
        rows = rows.filter(**{f"{path}source__case_study__in": studies})
    keyed = rows.annotate(map_key=Cast(F(path + KEYS[columns]), CharField())).filter(map_key__isnull=False)
    return keyed.filter(map_key__in=chosen) if chosen else keyed


def _counted(rows: QuerySet[Any]) -> Rows:
    return rows.values(*ROW).annotate(number=Count("pk")).values_list(*ROW, "number")
