"""Loading the review into the database: idempotent, and never over what people edited."""

import datetime
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import transaction

from evidence.framework.review_files import DATA, Review, read_review
from evidence.models import (
    Coding,
    Finding,
    FindingCitation,
    FrameworkItem,
    ItemCitation,
    Programme,
    RatingStatement,
    Reference,
    Synonym,
    Theme,
)
from evidence.models.finding import ref_from_key
from partnerships.data_files import Entry
from partnerships.loading import Outcome, RowLoader
from partnerships.models import Sector

# The review gives its month; the day is the month's first.
REVIEW_PUBLISHED_AT = datetime.datetime(2014, 4, 1, tzinfo=datetime.UTC)

# Fields that a file may leave empty and a row holds as an empty text.
TEXTS = {"counts_against", "group", "note", "short_name", "description", "suffix", "series", "number"}


@transaction.atomic
def load_review(folder: Path = DATA) -> Counter[Outcome]:
    """Bring the review's files into the database, and count what became of their rows.

    The sectors must be there already (``partnerships``). Raises DataFileError before anything is written
    when the files are wrong.
    """
    sectors = {sector.code: sector for sector in Sector.objects.all()}
    review = read_review(set(sectors), folder)
    outcomes: Counter[Outcome] = Counter()
    themes = load_rows(RowLoader(Theme, "slug"), review.themes, "slug", outcomes)
    references = load_rows(RowLoader(Reference, "key"), review.references, "key", outcomes)
    programmes = load_rows(RowLoader(Programme, "slug"), review.programmes, "slug", outcomes)
    items = load_items(review, themes, references, sectors, outcomes)
    load_statements(review, items, outcomes)
    load_synonyms(review, outcomes)
    load_findings(review, items, references, programmes, sectors, outcomes)
    return outcomes


def load_rows(
    loader: RowLoader[Any], entries: list[Entry], key: str, outcomes: Counter[Outcome]
) -> dict[str, Any]:
    """Load entries whose fields are the model's own; the rows by key, without those that people deleted."""
    rows = {entry[key]: loader.load(**stated(entry)) for entry in entries}
    outcomes.update(loader.outcomes)
    return present(rows)


def load_items(
    review: Review,
    themes: dict[str, Theme],
    references: dict[str, Reference],
    sectors: dict[str, Sector],
    outcomes: Counter[Outcome],
) -> dict[str, FrameworkItem]:
    items = RowLoader(FrameworkItem, "code")
    citations = RowLoader(ItemCitation, "item__code", "reference__key")
    rows: dict[str, FrameworkItem | None] = {}
    for order, entry in enumerate(review.items, start=1):
        values = stated(entry) | {
            "theme": themes[entry["theme"]],
            "sectors": [sectors[code] for code in entry["sectors"]],
            "parent": rows.get(entry["parent"]),
            "order": order,
        }
        cited = values.pop("citations")
        rows[entry["code"]] = items.load(**values)
        load_citations(citations, "item", rows[entry["code"]], cited, references)
    outcomes.update(items.outcomes + citations.outcomes)
    return present(rows)


def load_statements(review: Review, items: dict[str, FrameworkItem], outcomes: Counter[Outcome]) -> None:
    """The sentences by which people of a partnership rate its drivers and barriers."""
    statements = RowLoader(RatingStatement, "item__code")
    for entry in review.statements:
        if item := items.get(entry["code"]):
            statements.load(item=item, statement=entry["statement"], question=entry["question"])
    outcomes.update(statements.outcomes)


def load_synonyms(review: Review, outcomes: Counter[Outcome]) -> None:
    """The words that mean the same to whoever searches."""
    synonyms = RowLoader(Synonym, "short", "long")
    for entry in review.synonyms:
        synonyms.load(**entry)
    outcomes.update(synonyms.outcomes)


def load_findings(
    review: Review,
    items: dict[str, FrameworkItem],
    references: dict[str, Reference],
    programmes: dict[str, Programme],
    sectors: dict[str, Sector],
    outcomes: Counter[Outcome],
) -> None:
    """The review's own evidence: published, public, and open to everybody from the first start."""
    literature = Finding.objects.filter(origin=Finding.Origin.LITERATURE)
    findings = RowLoader(Finding, "ref", among=literature)
    codings = RowLoader(
        Coding, "finding__ref", "item__code", among=Coding.objects.filter(finding__in=literature)
    )
    citations = RowLoader(
        FindingCitation,
        "finding__ref",
        "reference__key",
        among=FindingCitation.objects.filter(finding__in=literature),
    )
    for entry in review.findings:
        finding = findings.load(
            ref=ref_from_key(entry["key"]),
            title=entry["title"],
            text=entry["text"],
            origin=Finding.Origin.LITERATURE.value,
            status=Finding.Status.PUBLISHED.value,
            visibility=Finding.Visibility.PUBLIC.value,
            published_at=REVIEW_PUBLISHED_AT,
            programme=programmes.get(entry["programme"]),
            section=entry["section"],
            sectors=[sectors[code] for code in entry["sectors"]],
        )
        if finding is None:
            continue
        for coding in entry["codings"]:
            if item := items.get(coding["item"]):
                codings.load(
                    finding=finding, item=item, direction=coding["direction"], note=coding["note"] or ""
                )
        load_citations(citations, "finding", finding, entry["references"], references)
    outcomes.update(findings.outcomes + codings.outcomes + citations.outcomes)


def load_citations(
    loader: RowLoader[Any],
    owner_field: str,
    owner: FrameworkItem | Finding | None,
    entries: list[Entry],
    references: dict[str, Reference],
) -> None:
    for entry in entries:
        reference = references.get(entry["reference"])
        if owner and reference:
            loader.load(**stated(entry) | {owner_field: owner, "reference": reference})


def stated(entry: Entry) -> Entry:
    """An entry with the empty values that models use where the file leaves a text or a list out."""
    return {name: "" if value is None and name in TEXTS else value for name, value in entry.items()}


def present(rows: dict[str, Any]) -> dict[str, Any]:
    return {key: row for key, row in rows.items() if row is not None}
