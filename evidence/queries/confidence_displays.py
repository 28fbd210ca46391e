"""The two displays of GRADE-CERQual: a summary of findings, and an evidence profile with the components.

Each judgement stands with the published evidence on its item as far as the reader may see it and may know
where it is from.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, F, Q, When

from evidence.models import AssessedIndicator, Coding, ComponentConcern, Finding, FrameworkItem
from evidence.models.finding import area_known_to, may_know_areas
from evidence.queries.confidence import (
    Change,
    changes_beneath,
    current_assessments,
    published_on,
    with_parts,
)


@dataclass(slots=True)
class Contributing:
    """The published evidence on one item that a reader may see; ``sources`` only for who may read of them."""

    programme: Counter[str] = field(default_factory=Counter)
    literature: Counter[str] = field(default_factory=Counter)
    partnerships: set[int] = field(default_factory=set)
    has_untold: bool = False
    sources: set[int] | None = None

    @property
    def lines(self) -> list[str]:
        """It in words, a line for each thing that is counted."""
        lines = [
            f"Programme: {directions(self.programme)}",
            f"2014 review: {directions(self.literature)}",
            f"Distinct partnerships: {self.partnerships_in_words}",
        ]
        return lines if self.sources is None else [*lines, f"Distinct sources: {len(self.sources)}"]

    @property
    def partnerships_in_words(self) -> str:
        number = str(len(self.partnerships))
        return f"{number}, without findings whose area is not shown" if self.has_untold else number


def directions(counts: Counter[str]) -> str:
    """Counts in the order in which directions always stand: "supports (3), challenges (1)"."""
    named = [
        f"{direction.label.lower()} ({counts[direction]})"
        for direction in Coding.Direction
        if counts[direction]
    ]
    return ", ".join(named) or "none"


@dataclass(frozen=True, slots=True)
class Displayed:
    """One judgement in a display, with what lies beneath it for the reader."""

    assessment: Any
    contributing: Contributing
    changes: list[Change]

    @property
    def concerns(self) -> dict[str, ComponentConcern]:
        return {row.component: row for row in self.assessment.concerns.all()}

    @property
    def indicators(self) -> list[AssessedIndicator]:
        """What the data said when it was judged, for those who may read it."""
        return list(self.assessment.indicators.all())


def displayed(person: Any) -> list[Displayed]:
    """Of each item the last judgement that this person may read, in the order of the pages."""
    assessments = with_parts(person, current_assessments(person)).order_by("item__order", "item__code")
    judgements: list[Any] = list(assessments)
    beneath = contributing_to(person, [judgement.item for judgement in judgements])
    changes = changes_beneath(person, judgements)
    return [
        Displayed(judgement, beneath[judgement.item_id], changes[judgement.pk]) for judgement in judgements
    ]


def contributing_to(person: Any, items: Iterable[FrameworkItem]) -> dict[int, Contributing]:
    """The published evidence on each item by its primary key, from what this person may see. One query."""
    told = may_know_areas(person)
    beneath = {item.pk: Contributing(sources=set() if told else None) for item in items}
    counted: dict[int, set[int]] = defaultdict(set)
    for row in rows_beneath(person, beneath):
        one, is_literature = beneath[row["item"]], row["finding__origin"] == Finding.Origin.LITERATURE
        if row["finding"] not in counted[row["item"]]:
            counted[row["item"]].add(row["finding"])
            (one.literature if is_literature else one.programme)[row["direction"]] += 1
        if is_literature:
            continue
        one.has_untold |= row["finding__mask_area"] and not told
        if row["partnership"]:
            one.partnerships.add(row["partnership"])
        if row["finding__source"] and one.sources is not None:
            one.sources.add(row["finding__source"])
    return beneath


def rows_beneath(person: Any, items: Iterable[int]) -> Iterable[dict[str, Any]]:
    """Each coding to the items, once for each partnership that this person may know it to be from."""
    told = Q(finding__programme_wide=False) & area_known_to(person, "finding__")
    return (
        published_on(person, items)
        .annotate(partnership=Case(When(told, then=F("finding__partnerships"))))
        .order_by()
        .values(
            *("item", "finding", "direction", "partnership"),
            *("finding__origin", "finding__mask_area", "finding__source"),
        )
    )
