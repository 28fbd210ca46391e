"""What a finding says in plain words, part by part, so that two states of it can be laid side by side."""

import datetime
from collections.abc import Iterable

from django.utils.formats import date_format

from evidence.models import Coding, Source, Visibility

# The parts of a finding in the order in which people read them.
FINDING_PARTS = {
    "title": "Headline",
    "text": "What was found",
    "quote": "Words of the source",
    "codings": "What it speaks to",
    "partnerships": "Partnerships",
    "organisations": "Organisations",
    "sectors": "Sectors",
    "source": "Source",
    "references": "References",
}
PROGRAMME_WIDE = "The whole programme"


def entries(names: Iterable[str]) -> str:
    """A list, one entry a line."""
    return "\n".join(names)


def places(programme_wide: bool, names: Iterable[str]) -> str:
    return entries([*([PROGRAMME_WIDE] if programme_wide else []), *names])


def coding_in_words(code: str, title: str, direction: str, note: str, *, informs: bool) -> str:
    label = "informs" if informs else str(Coding.Direction(direction).label).lower()
    return f"{code} {title}".strip() + f": {label}" + (f" ({' '.join(note.split())})" if note else "")


def source_in_words(
    *,
    ref: str,
    kind: str,
    collected_on: datetime.date | None,
    role: str = "",
    sector: str = "",
    consent_scope: str = "",
    quote_permission: bool | None = None,
) -> str:
    """The source as lines; what is not stated, or not for this reader, has none."""
    said = [
        ("Ref", ref),
        ("Kind", str(Source.Kind(kind).label)),
        ("Collected", date_format(collected_on, "j F Y") if collected_on else ""),
        ("Respondent", role),
        ("Sector of the respondent", sector),
        ("Consent", str(Visibility(consent_scope).label) if consent_scope else ""),
        ("May be quoted", "" if quote_permission is None else ("yes" if quote_permission else "no")),
    ]
    return entries(f"{name}: {value}" for name, value in said if value)
