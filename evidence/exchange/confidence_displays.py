"""The summary of findings and the evidence profile of GRADE-CERQual, as a Word document and a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from evidence.exchange.spreadsheet import Worksheet, spreadsheet
from evidence.exchange.word import add_row, add_wide_table, content_of, new_document, turn_sideways
from evidence.models import AssessedIndicator, Coding, Component, Visibility
from evidence.queries.confidence import INDICATORS_OF, Change, concern_in_words, indicator_in_words
from evidence.queries.confidence_displays import Displayed

DEMONSTRATION = "Demonstration: this judgement is invented."
METHOD = (
    "Confidence is judged by GRADE-CERQual (Lewin and others, Implementation Science 2018, volume 13, "
    "supplement 1; cerqual.org): people look at methodological limitations, coherence, adequacy and "
    "relevance, say of each how much concern it gives and why, and then settle on one level for the whole. "
    "No level is worked out from numbers."
)
LEVELS = (
    "High: highly likely that it represents what happens reasonably. Moderate: likely. Low: possible. "
    "Very low: not clear."
)
SCOPE = (
    "It holds what the person who made this file may read: the judgements, and the published evidence on "
    "each item as it is today. A judgement is out of date when some of that evidence has come or changed "
    "since."
)
NOTHING = "No judgement has been shared with you yet."
MOST_CHANGES = 10  # told one by one in a cell; the spreadsheet has a sheet of them

# Centimetres, across A4 with narrow margins.
SUMMARY_WIDTHS = (7.2, 5.2, 4.8, 9.5)
PROFILE_WIDTHS = (3.8, 3.3, 3.5, 2.9, 3.3, 2.9, 3.1, 3.9)


def title_of(is_profile: bool) -> str:
    return "Evidence profile" if is_profile else "Summary of findings"


# As a document


def display_as_word(judgements: Sequence[Displayed], *, is_profile: bool) -> bytes:
    """All judgements in one table across the page, with what they are and how to read them above it."""
    title = title_of(is_profile)
    document = new_document(f"How sure are we? {title}")
    turn_sideways(document)
    document.add_paragraph(f"Made on {date_format(timezone.localdate(), 'j F Y')}. {SCOPE}")
    document.add_heading("How to read it", level=1)
    document.add_paragraph(METHOD)
    document.add_paragraph(LEVELS)
    document.add_heading(title, level=1)
    if not judgements:
        document.add_paragraph(NOTHING)
        return content_of(document)
    components = [component.label for component in Component] if is_profile else []
    table = add_wide_table(
        document,
        f"{title}: {len(judgements)} {'judgement' if len(judgements) == 1 else 'judgements'}",
        ["What is said", "Contributing evidence", *components, "Confidence", "Why"],
        PROFILE_WIDTHS if is_profile else SUMMARY_WIDTHS,
    )
    for one in judgements:
        assessed = [component_lines(one, component) for component in Component] if is_profile else []
        said = [str(one.assessment.item), statement_of(one)]
        add_row(table, [said, one.contributing.lines, *assessed, confidence_lines(one), why_lines(one)])
    return content_of(document)


def statement_of(one: Displayed) -> str:
    item = one.assessment.item
    return str(item.plain_statement or item.statement)


def component_lines(one: Displayed, component: str) -> list[str]:
    """The concern and its reason, and what the data said of it then, for those who may read that."""
    row = one.concerns[component]
    lines = [concern_in_words(row), row.reason]
    lines += [
        in_words(indicator) for indicator in one.indicators if indicator.kind in INDICATORS_OF[component]
    ]
    return [line for line in lines if line]


def in_words(indicator: AssessedIndicator) -> str:
    return f"{indicator.get_kind_display()}, when judged: {indicator_in_words(indicator)}"


def confidence_lines(one: Displayed) -> list[str]:
    assessment = one.assessment
    lines = [assessment.get_confidence_display()]
    if assessment.is_demonstration:
        lines.append(DEMONSTRATION)
    if assessment.is_stale:
        lines.append("Out of date: evidence has come or changed since.")
        lines += changes_in_words(one.changes)
    if assessment.is_reworded:
        lines.append("Reworded since: the judgement is of the wording before.")
    return lines


def changes_in_words(changes: Sequence[Change]) -> list[str]:
    lines = [f"{change.ref}: {change.what}" for change in changes[:MOST_CHANGES]]
    left_out = len(changes) - len(lines)
    return [*lines, f"And {left_out} more."] if left_out else lines


def why_lines(one: Displayed) -> list[str]:
    assessment = one.assessment
    lines = [line for line in assessment.explanation.splitlines() if line.strip()]
    if assessment.dissent:
        lines.append(f"Dissent: {assessment.dissent}")
    made_on = date_format(timezone.localtime(assessment.made_at), "j F Y")
    lines.append(f"Judged by the evaluation team on {made_on}.")
    if assessment.visibility != Visibility.PUBLIC:
        lines.append(f"Read by: {assessment.get_visibility_display().lower()}.")
    return lines


# As a spreadsheet


def display_as_spreadsheet(judgements: Sequence[Displayed], *, is_profile: bool) -> bytes:
    """A row a judgement, a row a change since, and in the profile a row an indicator for who may read it."""
    return spreadsheet(f"How sure are we? {title_of(is_profile)}", worksheets(judgements, is_profile))


def worksheets(judgements: Sequence[Displayed], is_profile: bool) -> Iterator[Worksheet]:
    yield Worksheet("About", ["What", "Details"], about(judgements, is_profile))
    columns = [cells_of(one, is_profile) for one in judgements]
    heads = list(columns[0]) if columns else ["Item"]
    yield Worksheet(title_of(is_profile), heads, [list(cells.values()) for cells in columns])
    changes = [(one, change) for one in judgements for change in one.changes]
    if changes:
        yield Worksheet(
            "Changed since",
            ["Item", "Finding", "Title", "What changed"],
            [change_cells(one, change) for one, change in changes],
        )
    indicators = [(one, indicator) for one in judgements for indicator in one.indicators]
    if is_profile and indicators:
        yield Worksheet(
            "Indicators",
            ["Item", "Indicator", "What the data said when it was judged", "Read as", "Why"],
            [indicator_cells(one, indicator) for one, indicator in indicators],
        )


def about(judgements: Sequence[Displayed], is_profile: bool) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("What this is", title_of(is_profile)),
        ("What is in it", SCOPE),
        ("How it was judged", METHOD),
        ("The levels", LEVELS),
        ("Judgements in this file", len(judgements)),
        ("Made on", timezone.localdate()),
    ]
    if not judgements:
        rows.append(("Nothing yet", NOTHING))
    return rows


def cells_of(one: Displayed, is_profile: bool) -> dict[str, Any]:
    """The cells of a judgement by the headings of their columns, which are the same for all of one reader."""
    assessment, contributing = one.assessment, one.contributing
    cells: dict[str, Any] = {
        "Item": assessment.item.code,
        "Title": assessment.item.title,
        "What is said": statement_of(one),
    }
    for whose, counts in (("Programme", contributing.programme), ("2014 review", contributing.literature)):
        cells |= {
            f"{whose}: {direction.label.lower()}": counts[direction.value] for direction in Coding.Direction
        }
    cells["Distinct partnerships"] = len(contributing.partnerships)
    if contributing.sources is None:
        cells["Without findings whose area is not shown"] = contributing.has_untold
    else:
        cells["Distinct sources"] = len(contributing.sources)
    if is_profile:
        for component in Component:
            row = one.concerns[component]
            cells[component.label] = concern_in_words(row)
            cells[f"{component.label}: why"] = row.reason
    return cells | {
        "Confidence": assessment.get_confidence_display(),
        "Why": assessment.explanation,
        "Dissent": assessment.dissent,
        "Judged by": "The evaluation team",
        "Judged on": timezone.localtime(assessment.made_at).date(),
        "Read by": assessment.get_visibility_display(),
        "Out of date": assessment.is_stale,
        "Item reworded since": assessment.is_reworded,
        "Demonstration": assessment.is_demonstration,
    }


def change_cells(one: Displayed, change: Change) -> list[str]:
    return [one.assessment.item.code, change.ref, change.title, change.what]


def indicator_cells(one: Displayed, indicator: AssessedIndicator) -> list[str]:
    said = [indicator.get_kind_display(), indicator.derived, indicator.corrected, indicator.reason]
    return [one.assessment.item.code, *said]
