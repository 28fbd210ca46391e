"""What each filter of a list would leave: exact counts over what the reader may see.

For every facet the counts are taken with all *other* filters in force, so that several values of one facet
can be chosen together. All facets of a page are one SQL statement, a union of one grouping a facet.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

from django.db.models import Case, Choices, Count, F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from evidence.models import Coding, Finding, FrameworkItem, Source
from evidence.models.finding import area_known_to
from evidence.queries.appraisals import State, state
from evidence.queries.labels import Label, Labels


class Option(NamedTuple):
    """One value of a facet."""

    value: str
    label: str
    number: int
    selected: bool


class Facet(NamedTuple):
    """One facet with its values, those that would find nothing left out unless they are selected."""

    name: str
    legend: str
    options: list[Option]

    @property
    def offers_a_choice(self) -> bool:
        return len(self.options) > 1 or any(option.selected for option in self.options)


class Filters(Protocol):
    """What is asked of the filter set of findings."""

    form: Any
    request: Any

    def leaving_out(self, *names: str) -> QuerySet[Finding]: ...

    def asked_of_coding(self, leave_out: Collection[str] = ()) -> dict[str, Any]: ...


# The facets in the order of the page: legend, and where the values come from.
LEGENDS = {
    "direction": "Direction",
    "origin": "Origin",
    "theme": "Theme",
    "kind": "Speaks to",
    "item": "Framework item",
    "partnership": "Partnership",
    "sector": "Sector",
    "programme": "Programme",
    "source_kind": "Source",
    "year": "Year of the evidence",
    "quality": "Quality",
    "status": "Status",
    "visibility": "Who may read it",
}
CHOICES: dict[str, type[Choices]] = {
    "direction": Coding.Direction,
    "origin": Finding.Origin,
    "kind": FrameworkItem.Kind,
    "source_kind": Source.Kind,
    "quality": State,
    "status": Finding.Status,
    "visibility": Finding.Visibility,
}
OF_CODINGS = {"direction": "direction", "kind": "item_kind", "item": "item", "theme": "item__theme"}
OF_FINDINGS = {
    "origin": "origin",
    "status": "status",
    "visibility": "visibility",
    "source_kind": "source__kind",
    "year": "source__collected_on__year",
    "programme": "programme_id",
}
OF_PAIRS = {
    "partnership": (Finding.partnerships.through, "partnership_id"),
    "sector": (Finding.sectors.through, "sector_id"),
}
# Facets that tell where findings are from.
OF_PLACES = ("partnership",)


def facets(filters: Filters, labels: Labels, names: Collection[str] = tuple(LEGENDS)) -> list[Facet]:
    """The facets of a list that the filters describe, in the order of the page; one query."""
    counts = _counts(filters, names)
    return [
        Facet(name, legend, _options(name, counts[name], filters, labels))
        for name, legend in LEGENDS.items()
        if name in names
    ]


def _options(name: str, counts: Mapping[str, int], filters: Filters, labels: Labels) -> list[Option]:
    selected = set(filters.form[name].data)
    values = _years({*counts, *selected}) if name == "year" else _values(name, labels)
    return [
        Option(value, label, counts.get(counted, 0), value in selected)
        for counted, value, label in values
        if counts.get(counted) or value in selected
    ]


def _years(years: Collection[str]) -> list[tuple[str, str, str]]:
    """The same for these years, the last one first."""
    return [(year, year, year) for year in sorted(years, reverse=True)]


def _values(name: str, labels: Labels) -> list[tuple[str, str, str]]:
    """What a facet counts by, its value in filters and its label, for each value there is."""
    if name in CHOICES:
        return [(value, value, label) for value, label in CHOICES[name].choices]
    if name == "item":
        return [(str(pk), item.key, item.full_name) for pk, item in labels.items.items()]
    of_table: dict[int, Label] = getattr(labels, f"{name}s")
    return [(str(pk), label.key, label.name) for pk, label in of_table.items()]


def _counts(filters: Filters, names: Collection[str]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    if not filters.form.is_valid():
        return counts
    first, *others = (_grouped(filters, name) for name in names)
    for name, value, count in first.union(*others, all=True):
        counts[name][value] = count
    return counts


def _grouped(filters: Filters, name: str) -> QuerySet[Any, tuple[str, str, int]]:
    """Rows of the facet's name, a value and the number of findings with it."""
    if name in OF_CODINGS:
        return _by(name, OF_CODINGS[name], _codings(filters, name), Count("finding", distinct=True))
    findings = filters.leaving_out(name)
    if name in OF_PLACES:
        findings = findings.filter(area_known_to(filters.request.user))
    if name in OF_FINDINGS:
        path = OF_FINDINGS[name]
        return _by(name, path, findings.exclude(**{path: None}), Count("pk"))
    if name == "quality":
        return _by(name, state(), findings, Count("pk"))
    pairs, path = OF_PAIRS[name]
    return _by(name, path, pairs._default_manager.filter(finding__in=findings.values("pk")), Count("finding"))


def _codings(filters: Filters, name: str) -> QuerySet[Coding]:
    """The codings that meet all filters but one: those of codings themselves, the rest by their findings."""
    findings = filters.leaving_out(*OF_CODINGS)
    return Coding.objects.filter(
        finding__in=findings.values("pk"), **filters.asked_of_coding(leave_out=[name])
    )


def _by(
    name: str, path: str | Case, rows: QuerySet[Any], number: Count
) -> QuerySet[Any, tuple[str, str, int]]:
    value = F(path) if isinstance(path, str) else path
    return (
        rows.order_by()
        .annotate(facet=Value(name), facet_value=Cast(value, TextField()))
        .values("facet", "facet_value")
        .annotate(number=number)
        .values_list("facet", "facet_value", "number")
    )
