"""What a person can choose from when stating a finding, all in one query."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Value

from evidence.models import Reference
from partnerships.models import Organisation, Partnership, Sector

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Choices:
    """Keys and names, each list in the order people look through it."""

    partnerships: Pairs = field(default_factory=list)
    organisations: Pairs = field(default_factory=list)
    sectors: Pairs = field(default_factory=list)
    references: Pairs = field(default_factory=list)


# list, model, field with the key, field with the name, field with the title, field with the order
TABLES: tuple[tuple[str, Any, str, str, str, str], ...] = (
    ("partnerships", Partnership, "slug", "name", "", ""),
    ("organisations", Organisation, "slug", "name", "", ""),
    ("sectors", Sector, "code", "name", "", "order"),
    ("references", Reference, "key", "cited_as", "title", ""),
)


def choices_for(person: Any) -> Choices:
    """The partnerships, organisations, sectors and references that this person may see."""
    selects = [
        model.objects.visible_to(person)
        .order_by()
        .annotate(
            choice_table=Value(position),
            choice_title=F(title) if title else Value(""),
            choice_order=F(order) if order else Value(0),
        )
        .values_list("choice_table", "choice_order", name, key, "choice_title")
        for position, (_, model, key, name, title, order) in enumerate(TABLES)
    ]
    choices = Choices()
    for position, _, name, key, title in sorted(selects[0].union(*selects[1:], all=True)):
        of_table: Pairs = getattr(choices, TABLES[position][0])
        of_table.append((key, f"{name}: {title}" if title else name))
    return choices
