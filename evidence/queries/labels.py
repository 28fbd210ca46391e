"""Names and addresses of the small tables that cards, facets and pages point to, all in one query.

A page of findings names the same few partnerships, sectors, items and references again and again: they are
read once for a page, and each address is worked out once, instead of once a row.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, F, IntegerField, Value
from django.db.models.functions import Cast
from django.urls import reverse

from evidence.models import FrameworkItem, Programme, Reference, Theme
from partnerships.models import Partnership, Sector


@dataclass(frozen=True)
class Label:
    """What something is called, its key in filters and addresses, and where its page is."""

    pk: int
    key: str
    name: str
    page: str

    @cached_property
    def href(self) -> str:
        return reverse(f"evidence:{self.page}-detail", args=[self.key])

    @property
    def link(self) -> tuple[str, str]:
        return self.name, self.href


@dataclass(frozen=True)
class ItemLabel(Label):
    """The label of a framework item; its key is its code."""

    kind: str
    parent: int | None

    @cached_property
    def href(self) -> str:
        return FrameworkItem(code=self.key, kind=self.kind).get_absolute_url()

    @property
    def full_name(self) -> str:
        return f"{self.key} {self.name}"


@dataclass(frozen=True)
class Labels:
    """Labels by primary key, each table in its own order."""

    themes: dict[int, Label] = field(default_factory=dict)
    sectors: dict[int, Label] = field(default_factory=dict)
    partnerships: dict[int, Label] = field(default_factory=dict)
    programmes: dict[int, Label] = field(default_factory=dict)
    references: dict[int, Label] = field(default_factory=dict)
    items: dict[int, ItemLabel] = field(default_factory=dict)

    def children_of(self, item: FrameworkItem) -> list[ItemLabel]:
        return [label for label in self.items.values() if label.parent == item.pk]


# table, field with the key, field with the name, field with the order
TABLES: tuple[tuple[str, Any, str, str, str], ...] = (
    ("themes", Theme, "slug", "title", "order"),
    ("sectors", Sector, "code", "name", "order"),
    ("partnerships", Partnership, "slug", "name", ""),
    ("programmes", Programme, "slug", "name", ""),
    ("references", Reference, "key", "cited_as", ""),
    ("items", FrameworkItem, "code", "title", "order"),
)


def labels_for(person: Any) -> Labels:
    """The labels of all that this person may see, in one query."""
    labels = Labels()
    for position, pk, key, name, _, kind, parent in sorted(
        _rows(person), key=lambda row: (row[0], row[4], row[3])
    ):
        table = TABLES[position][0]
        if table == "items":
            labels.items[pk] = ItemLabel(pk, key, name, "item", kind, parent)
        else:
            getattr(labels, table)[pk] = Label(pk, key, name, table.removesuffix("s"))
    return labels


def _rows(person: Any) -> list[tuple[int, int, str, str, int, str, int | None]]:
    selects = []
    for position, (_, model, key, name, order) in enumerate(TABLES):
        is_item = model is FrameworkItem
        selects.append(
            model.objects.visible_to(person)
            .order_by()
            .annotate(
                label_table=Value(position),
                label_order=Cast(F(order), IntegerField()) if order else Value(0),
                label_kind=F("kind") if is_item else Value(""),
                label_parent=F("parent_id") if is_item else Cast(Value(None), BigIntegerField()),
            )
            .values_list("label_table", "pk", key, name, "label_order", "label_kind", "label_parent")
        )
    return list(selects[0].union(*selects[1:], all=True))
