"""The evidence map: which items have evidence from where, how much, and in which directions."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from evidence.actions.exports import record_findings_export
from evidence.exchange.spreadsheet import MEDIA_TYPE, Worksheet, spreadsheet
from evidence.filtersets import FindingFilterSet
from evidence.models import Finding, FrameworkItem, Source, Wave
from evidence.queries.evidence_map import Columns, EvidenceMap, evidence_map
from evidence.queries.facets import facets
from evidence.queries.labels import Labels, labels_for
from evidence.queries.standing import Counts
from evidence.views.findings_reading import NOT_IN_PANEL
from evidence.views.kinds import KINDS
from partnerships.csv_lines import UTF_8_MARK, Line, harmless
from partnerships.views.filtering import Pairs, errors_of, pairs_in_use, query_of, tags_of

EVERY_KIND = "all"
NOTHING = Counts()
# A picture's side, in its own units; the area of the square in it is the number of findings.
SIDE = 40
FACETS = ("direction", "origin", "theme", "partnership", "sector", "programme", "source_kind", "status")


@dataclass(frozen=True)
class Cell:
    """One place of the map: its column, the counts, the square that shows them, and the list behind."""

    column: str
    counts: Counts
    side: float
    bands: list[tuple[str, float, float]]
    href: str


@dataclass(frozen=True)
class MapRow:
    item: Any
    counts: Counts
    href: str
    cells: list[Cell]


class EvidenceMapMixin:
    """What the page and its downloads show, from what the address asks for."""

    request: HttpRequest

    @cached_property
    def columns(self) -> Columns:
        asked = self.request.GET.get("columns", "")
        return Columns(asked) if asked in Columns.values else Columns.SECTOR

    @cached_property
    def kind(self) -> str:
        """The kind of item that the rows are, or that they are of every kind."""
        asked = self.request.GET.get("rows", "")
        return asked if asked in {EVERY_KIND, *FrameworkItem.Kind.values} else FrameworkItem.Kind.LESSON

    @cached_property
    def filterset(self) -> FindingFilterSet:
        visible = Finding.objects.visible_to(self.request.user)
        return FindingFilterSet(self.request.GET, queryset=visible, request=self.request)

    @cached_property
    def labels(self) -> Labels:
        return labels_for(self.request.user)

    @cached_property
    def map(self) -> EvidenceMap:
        return evidence_map(self.filterset, self.columns)

    @property
    def own(self) -> Pairs:
        """What the address says of the map itself."""
        return [("columns", self.columns.value), ("rows", self.kind)]

    def heads(self) -> list[tuple[str, str]]:
        """The key and name of each column: every one there is, or those that the filters name."""
        every = self.every_column()
        chosen = set(self.filterset.form[self.columns.value].data or ())
        return [head for head in every if not chosen or head[0] in chosen]

    def every_column(self) -> list[tuple[str, str]]:
        if self.columns == Columns.SOURCE_KIND:
            return [(value, str(label)) for value, label in Source.Kind.choices]
        if self.columns == Columns.WAVE:
            return [(str(wave.number), str(wave)) for wave in Wave.objects.visible_to(self.request.user)]
        of_table = getattr(self.labels, f"{self.columns.value}s")
        return [(label.key, label.name) for label in of_table.values()]

    def items(self) -> list[Any]:
        """The items of the rows; those alone that the filters name, where they name any."""
        chosen = set(self.filterset.form["item"].data or ())
        return [
            item
            for item in self.labels.items.values()
            if self.kind in (EVERY_KIND, item.kind) and (not chosen or item.key in chosen)
        ]

    def list_of(self, **place: str) -> str:
        """The address of the list of findings at a place of the map."""
        pairs = pairs_in_use(self.filterset, leave_out=[*place, "ordering"])
        return reverse("evidence:finding-list") + query_of([*pairs, *place.items()])


class EvidenceMapView(EvidenceMapMixin, TemplateView):
    template_name = "evidence/evidence_map.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        heads, pairs = self.heads(), pairs_in_use(self.filterset)
        address = reverse("evidence:map")
        own = query_of(self.own)
        tags = [
            (label, own + href.replace("?", "&", 1).rstrip("&")) for label, href in tags_of(self.filterset)
        ]
        found = facets(self.filterset, self.labels, FACETS)
        return super().get_context_data(**kwargs) | {
            "rows": self.rows(heads),
            "heads": [
                (name, self.map.columns.get(key, 0), self.list_of(**{self.columns.value: key}))
                for key, name in heads
            ],
            "columns": self.columns,
            "columns_choices": Columns.choices,
            "kind": self.kind,
            "kind_choices": [
                *((kind.value, KINDS[kind].plural) for kind in FrameworkItem.Kind),
                (EVERY_KIND, "All items"),
            ],
            "kept": pairs,
            "kept_in_panel": [*self.own, *(pair for pair in pairs if pair[0] in NOT_IN_PANEL)],
            "facets": [facet for facet in found if facet.offers_a_choice],
            "tags": tags,
            "errors": errors_of(self.filterset),
            "clear_href": address + own,
            "downloads": [
                (name, reverse(f"evidence:map-{format}") + query_of([*self.own, *pairs]))
                for name, format in (("Excel", "xlsx"), ("CSV", "csv"))
            ],
        }

    def rows(self, heads: list[tuple[str, str]]) -> list[MapRow]:
        cells = self.map.cells
        most = max((cells[place].total for place in cells), default=1)
        return [
            MapRow(
                item=item,
                counts=self.map.rows.get(item.key, NOTHING),
                href=self.list_of(item=item.key),
                cells=[
                    self.cell(item.key, key, name, cells.get((item.key, key), NOTHING), most)
                    for key, name in heads
                ],
            )
            for item in self.items()
        ]

    def cell(self, code: str, key: str, name: str, counts: Counts, most: int) -> Cell:
        side = round(SIDE * (counts.total / most) ** 0.5, 1)
        href = self.list_of(item=code, **{self.columns.value: key}) if counts.total else ""
        return Cell(name, counts, side, list(bands_of(counts, side)), href)


def bands_of(counts: Counts, side: float) -> Iterator[tuple[str, float, float]]:
    """The bands of a square from its left: the direction, where it begins and how wide it is."""
    left = 0.0
    for direction in ("supports", "refines", "challenges", "context"):
        if number := getattr(counts, direction):
            width = side * number / counts.total
            yield direction, round(left, 2), round(width, 2)
            left += width


TABLE = ("code", "item", "column", "supports", "refines", "challenges", "context", "findings")


class EvidenceMapDownload(EvidenceMapMixin, TemplateView):
    """The figures of the map as it is filtered: a line for each place, empty ones too."""

    format = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if errors := errors_of(self.filterset):
            return HttpResponse("\n".join(errors), status=400, content_type="text/plain; charset=utf-8")
        if request.user.is_authenticated:
            filters = [*self.own, *pairs_in_use(self.filterset)]
            record_findings_export(by=request.user, filters=filters, format=f"map {self.format}")
        content_type, content = self.written()
        name = f"evidence-map-{timezone.localdate().isoformat()}.{self.format}"
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type=content_type, headers=disposition)

    def written(self) -> tuple[str, bytes]:
        if self.format == "xlsx":
            sheet = Worksheet(f"Items by {self.columns.label.lower()}", TABLE, self.lines())
            return MEDIA_TYPE, spreadsheet("Evidence map", [sheet])
        writer = csv.writer(Line())
        lines = (writer.writerow([harmless(cell) for cell in line]) for line in (TABLE, *self.lines()))
        return "text/csv; charset=utf-8", (UTF_8_MARK + "".join(lines)).encode()

    def lines(self) -> Iterator[list[Any]]:
        heads = self.heads()
        for item in self.items():
            for key, name in heads:
                counts = self.map.cells.get((item.key, key), NOTHING)
                yield [
                    item.key,
                    item.name,
                    name,
                    counts.supports,
                    counts.refines,
                    counts.challenges,
                    counts.context,
                    counts.total,
                ]
