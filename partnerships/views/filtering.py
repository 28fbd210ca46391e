"""What a page says of the filters in use, and the addresses that take one away."""

import unicodedata
from collections.abc import Collection, Iterable
from urllib.parse import urlencode

from django_filters import ModelMultipleChoiceFilter

from partnerships.filtersets import FilterSet

# In the address, but not a filter that a reader would take away.
NOT_TAGS = ("ordering",)

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"

Pairs = list[tuple[str, str]]


def pairs_in_use(filterset: FilterSet, leave_out: Iterable[str] = ()) -> Pairs:
    """The filters in use as pairs of name and value, in the order of the filter set."""
    pairs = []
    for name in filterset.form.fields:
        value = filterset.form[name].data
        values = value if isinstance(value, list) else [value]
        pairs += [(name, printable(text)) for text in values if text and name not in leave_out]
    return pairs


def printable(text: str) -> str:
    """What was typed, with a visible sign for each character that no page can hold."""
    return "".join(
        UNPRINTABLE if unicodedata.category(character) == "Cc" else character for character in text
    )


def query_of(pairs: Pairs) -> str:
    """The query string of these pairs; a page without filters is asked for by a lone question mark."""
    return "?" + urlencode(pairs)


def tags_of(filterset: FilterSet) -> list[tuple[str, str]]:
    """Each filter in use in words, with the address of the same list without it."""
    pairs = pairs_in_use(filterset)
    names = _names_of_values(filterset, {name for name, _ in pairs})
    return [
        (
            f"{filterset.filters[name].label}: {names.get((name, value), value)}",
            query_of([pair for pair in pairs if pair != (name, value)]),
        )
        for name, value in pairs
        if name not in NOT_TAGS
    ]


def _names_of_values(filterset: FilterSet, in_use: Collection[str]) -> dict[tuple[str, str], str]:
    """What the chosen values of the filters in use are called; one that isn't known keeps what was typed."""
    names: dict[tuple[str, str], str] = {}
    filterset.form.is_valid()
    for name, field in filterset.form.fields.items():
        if name not in in_use:
            continue
        if isinstance(filterset.filters[name], ModelMultipleChoiceFilter):
            for chosen in filterset.form.cleaned_data.get(name) or ():
                names[name, str(getattr(chosen, field.to_field_name))] = str(chosen)
        else:
            names |= {(name, str(value)): str(label) for value, label in getattr(field, "choices", ())}
    return names


def errors_of(filterset: FilterSet) -> list[str]:
    """What is wrong with the filters, one line each."""
    return [
        f"{filterset.filters[name].label}: {error}"
        for name, errors in filterset.errors.items()
        for error in errors
    ]
