"""What one person typed beside what another has stored meanwhile, and the choice between the two."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format

from evidence.forms.finding import CONSENT, SOURCE_DETAILS, FindingForm
from evidence.forms.picker import Choice, field_names
from evidence.models import Coding, FrameworkItem

MINE, THEIRS = "mine", "theirs"

# The parts between which a person chooses; what belongs together is chosen together.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "text": ("What was found", ("text",)),
    "title": ("Headline", ("title",)),
    "quote": ("Words of the source", ("quote",)),
    "partnerships": ("Partnerships", ("programme_wide", "partnerships")),
    "organisations": ("Organisations", ("organisations",)),
    "sectors": ("Sectors", ("sectors",)),
    "source": ("Source", ("source_ref", "source_kind", *SOURCE_DETAILS, *CONSENT)),
    "references": ("References", ("references",)),
    "visibility": ("Who may read it once it is published", ("visibility",)),
}


@dataclass(frozen=True)
class Difference:
    """One part that differs, in words, and which of the two was chosen (empty: neither yet)."""

    name: str
    label: str
    stored: str
    typed: str
    answer: str

    @property
    def field_name(self) -> str:
        return answer_name(self.name)


def answer_name(part: str) -> str:
    return f"keep-{part}"


def differences(form: FindingForm, stored: Mapping[str, Any]) -> list[Difference]:
    """Where a valid form and the stored content (as ``initial_of`` gives it) part ways."""
    found = []
    for part, (label, all_names) in PARTS.items():
        names = tuple(name for name in all_names if name in form.fields)  # of a shared source, its ref alone
        if any(comparable(form.cleaned_data[name]) != comparable(stored[name]) for name in names):
            found.append(
                (part, label, in_words(form, names, stored), in_words(form, names, form.cleaned_data))
            )
    found += coding_differences(form, stored["codings"])
    return [
        Difference(part, label, theirs, mine, form.data.get(answer_name(part), ""))
        for part, label, theirs, mine in found
    ]


def coding_differences(
    form: FindingForm, stored: Mapping[str, Choice]
) -> Iterator[tuple[str, str, str, str]]:
    typed = {
        coding.item.code: Choice(direction=coding.direction, note=coding.note)
        for coding in form.picker.codings
    }
    for item in form.picker.items:
        mine, theirs = typed.get(item.code), stored.get(item.code)
        if mine != theirs:
            yield (
                f"coding-{item.code}",
                f"{item.code} {item.title}",
                coding_words(item, theirs),
                coding_words(item, mine),
            )


def comparable(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def in_words(form: FindingForm, names: tuple[str, ...], values: Mapping[str, Any]) -> str:
    lines = [line for name in names for line in lines_of(form.fields[name], values[name])]
    return "\n".join(lines)


def lines_of(field: forms.Field, value: Any) -> list[str]:
    if not value:
        return []
    if isinstance(field, forms.ChoiceField):
        names = dict(field.choices)  # type: ignore[arg-type]
        return [str(names.get(key, key)) for key in (value if isinstance(value, list) else [value])]
    if isinstance(value, datetime.date):
        return [date_format(value, "j F Y")]
    return [str(field.label) if value is True else str(value)]


def coding_words(item: FrameworkItem, choice: Choice | None) -> str:
    if choice is None:
        return ""
    direction = "Informs" if item.is_question else str(Coding.Direction(choice.direction).label)
    return f"{direction}: {choice.note}" if choice.note else direction


def settled(data: QueryDict, stored: Mapping[str, Any]) -> QueryDict:
    """What was posted, with the stored content in every part where that was chosen."""
    merged = data.copy()
    for part, (_, names) in PARTS.items():
        if data.get(answer_name(part)) == THEIRS:
            for name in names:
                put(merged, name, stored[name])
    for name in data:
        if name.startswith("keep-coding-") and data[name] == THEIRS:
            code = name.removeprefix("keep-coding-")
            choice = stored["codings"].get(code, Choice())
            for field_name, value in zip(field_names(code), (choice.direction, choice.note), strict=True):
                put(merged, field_name, value)
    return merged


def put(data: QueryDict, name: str, value: Any) -> None:
    """Write a value as a browser would post it."""
    if isinstance(value, datetime.date):
        value = value.isoformat()
    values = value if isinstance(value, list) else ["on" if value is True else value]
    data.setlist(name, [value for value in values if value])
    if not data.getlist(name):
        del data[name]


def carried(form: FindingForm) -> list[tuple[str, str]]:
    """Everything that was typed, to travel along in hidden fields while a person chooses."""
    own = ("csrfmiddlewaretoken", "version", "settling")
    return [
        (name, value)
        for name, values in cast(QueryDict, form.data).lists()
        if name not in own and not name.startswith("keep-")
        for value in values
    ]
