"""References for people (Harvard) and for reference managers (RIS)."""

from collections.abc import Iterable, Iterator

from evidence.models import Reference

RIS_MEDIA_TYPE = "application/x-research-info-systems"


def harvard(reference: Reference) -> str:
    """The full reference, author and year first; what is not known is left out."""
    year = f"{reference.year}{reference.suffix}" if reference.year else "no date"
    parts = [f"{_authors(reference) or reference.cited_as} ({year})"]
    if reference.journal:
        parts.append(f"“{reference.title}”, {_journal(reference)}")
    elif reference.title:
        parts.append(reference.title)
    series = " ".join(filter(None, [reference.series, reference.number]))
    publisher = ": ".join(filter(None, [reference.place, reference.publisher]))
    sentences = [sentence.rstrip(".") for sentence in (*parts[1:], series, publisher) if sentence]
    return f"{parts[0]} " + ". ".join(sentences) + "." if sentences else f"{parts[0]}."


def _authors(reference: Reference) -> str:
    *first, last = reference.authors or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _journal(reference: Reference) -> str:
    volume = reference.volume + (f"({reference.issue})" if reference.issue else "")
    pages = f"pp. {reference.pages}" if reference.pages else ""
    return ", ".join(filter(None, [f"{reference.journal} {volume}".strip(), pages]))


def ris(references: Iterable[Reference]) -> str:
    """A RIS file of these references."""
    return "".join(_ris_record(reference) for reference in references)


def _ris_record(reference: Reference) -> str:
    lines = [f"{tag}  - {' '.join(str(value).split())}" for tag, value in _ris_fields(reference) if value]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def _ris_fields(reference: Reference) -> Iterator[tuple[str, object]]:
    yield "TY", reference.type
    yield "ID", reference.key
    for author in reference.authors:
        yield "AU", author
    yield "TI", reference.title
    yield "PY", reference.year
    yield "PB", reference.publisher
    yield "CY", reference.place
    yield "T2", reference.journal or reference.series
    yield "VL", reference.volume
    yield "IS", reference.issue
    yield "SP", reference.pages
    yield "M1", reference.number
    yield "N1", reference.note
