"""Citations as pages list them."""

from collections.abc import Iterable
from dataclasses import dataclass

from evidence.models import FindingCitation, ItemCitation


@dataclass(frozen=True, slots=True)
class CitationLine:
    """One cited publication, how far the review's own reference can be followed, and what is odd about it."""

    label: str
    href: str
    state: str
    note: str


def citation_lines(citations: Iterable[ItemCitation | FindingCitation]) -> list[CitationLine]:
    """The lines of citations that were read with their references."""
    return [
        CitationLine(
            label=citation.reference.cited_as,
            href=citation.reference.get_absolute_url(),
            state=citation.state,
            note=_note(citation),
        )
        for citation in citations
    ]


def _note(citation: ItemCitation | FindingCitation) -> str:
    """The note, and how the review prints the reference where that says more than its name."""
    as_printed = citation.printed and citation.printed != citation.reference.cited_as
    parts = [f"Printed as “{citation.printed}”." if as_printed else "", citation.note]
    return " ".join(filter(None, parts))
