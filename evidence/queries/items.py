"""Framework items as they stand in lists, each with how the evidence stands for the reader."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse

from evidence.models import FrameworkItem
from evidence.queries.standing import Counts, standings
from partnerships.models import LoadedRecord


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item in a list. A question takes no sides: it has no standing, and ``informs`` counts instead."""

    code: str
    title: str
    plain_statement: str
    href: str
    standing: str
    counts: Counts | None
    informs: int
    findings_href: str  # the list of what is counted, for further filters to follow
    children: list["ItemRow"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items under one heading of the review; the heading is empty where the review has none."""

    heading: str
    rows: list[ItemRow]


def item_rows(person: Any, items: Iterable[FrameworkItem]) -> dict[int, ItemRow]:
    """The row of each item by its primary key, in their order; one query."""
    items = list(items)
    standing = standings(person, items)
    return {
        item.pk: ItemRow(
            code=item.code,
            title=item.title,
            plain_statement=item.plain_statement or item.statement,
            href=item.get_absolute_url(),
            standing="" if item.is_question else standing[item.pk].status.value,
            counts=None if item.is_question else standing[item.pk].counts,
            informs=standing[item.pk].counts.total if item.is_question else 0,
            findings_href=f"{reverse('evidence:finding-list')}?item={item.code}",
        )
        for item in items
    }


def with_baseline(items: QuerySet[FrameworkItem]) -> QuerySet[FrameworkItem]:
    """Each item with ``baseline``: what the review's data files say of it, or None."""
    loaded = LoadedRecord.objects.of(FrameworkItem).filter(key=OuterRef("code"))
    return items.annotate(baseline=Subquery(loaded.values("data")[:1]))


def item_groups(items: Sequence[FrameworkItem], rows: Mapping[int, ItemRow]) -> list[ItemGroup]:
    """Items under their headings, each with the items of the same list that stand under it."""
    present = {item.pk for item in items}
    children: dict[int, list[ItemRow]] = defaultdict(list)
    for item in items:
        if item.parent_id in present:
            children[item.parent_id].append(rows[item.pk])
    tops = [item for item in items if item.parent_id not in present]
    return [
        ItemGroup(heading, [replace(rows[item.pk], children=children[item.pk]) for item in group])
        for heading, group in groupby(tops, key=lambda item: item.group)
    ]
