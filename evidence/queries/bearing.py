"""The findings that bear on something, as its page shows them: the newest, and how many there are."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from evidence.models import Coding, Finding, FrameworkItem
from evidence.queries.cards import Card, cards_of
from evidence.queries.labels import Labels

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Bearing:
    """The newest findings, and the number of all of them by origin."""

    cards: list[Card]
    by_origin: list[tuple[str, int]]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.by_origin)


def bearing(person: Any, findings: QuerySet[Finding], labels: Labels, shown: int = SHOWN) -> Bearing:
    """What a page shows of the findings that bear on its subject; three queries."""
    counted = dict(findings.order_by().values_list("origin").annotate(Count("pk", distinct=True)))
    return Bearing(
        cards=cards_of(person, findings[:shown], labels),
        by_origin=[(origin.value, counted[origin]) for origin in Finding.Origin if origin in counted],
    )


def newest_by_direction(
    person: Any, item: FrameworkItem, findings: QuerySet[Finding], labels: Labels, shown: int = SHOWN
) -> dict[str, list[Card]]:
    """The newest cards of an item in each direction, with the note on how each bears; two queries."""
    newest_first = [F("created_at").desc(), F("pk").desc()]
    coded = (
        findings.filter(codings__item=item)
        .annotate(direction=F("codings__direction"), note=F("codings__note"))
        .annotate(position=Window(RowNumber(), partition_by=F("codings__direction"), order_by=newest_first))
        .filter(position__lte=shown)
        .order_by("-created_at", "-pk")
    )
    by_direction: dict[str, list[Card]] = defaultdict(list)
    for card in cards_of(person, coded, labels, annotations=("direction", "note")):
        by_direction[card.direction].append(card)
    return {direction.value: by_direction[direction] for direction in Coding.Direction}


# Relations of a finding that tell where it is from.
PLACES = ("partnerships", "organisations", "source", "source__case_study")


def with_findings(person: Any, rows: QuerySet[Any], relation: str) -> QuerySet[Any]:
    """Each row with ``finding_count``: how many visible findings name it through this relation of theirs.

    Of rows that tell where findings are from, only those of which the person may know it are counted.
    """
    findings = Finding.objects
    counted = (
        (findings.located_for(person) if relation in PLACES else findings.visible_to(person))
        .filter(**{relation: OuterRef("pk")})
        .order_by()
        .values(relation)
        .annotate(number=Count("pk"))
        .values("number")
    )
    return rows.annotate(finding_count=Coalesce(Subquery(counted), 0))
