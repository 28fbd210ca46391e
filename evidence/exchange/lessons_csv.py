"""The overview of the lessons as comma-separated values: a line for each lesson, as its reader sees it."""

import csv
from typing import Any

from evidence.models import Finding
from evidence.queries.overview import LessonLine
from evidence.queries.standing import SIDES
from partnerships.csv_lines import UTF_8_MARK, Line, harmless

VOICES = {
    Finding.Origin.LITERATURE: "review",
    Finding.Origin.CASE_STUDY: "evaluators",
    Finding.Origin.SELF_REPORT: "partnerships",
}
COLUMNS = [
    "code",
    "lesson",
    "theme",
    "status",
    *(f"partnerships_that_{side.value.removesuffix('s')}" for side in SIDES),
    "partnerships_taking_a_side",
    *(f"{voice}_{side.value}" for voice in VOICES.values() for side in SIDES),
    *(f"{voice}_leaning" for voice in VOICES.values()),
    "comparison",
    "confidence",
    "confidence_out_of_date",
    "negative_case",
    "last_searched_on",
    "new_directions",
    "first_challenged_on",
    "latest_finding_on",
    "reworded",
    "demonstration",
]


def lessons_csv(lines: list[LessonLine]) -> bytes:
    """The whole file, in UTF-8 with a mark that spreadsheet programs know it by."""
    writer = csv.writer(Line())
    rows = [writer.writerow([harmless(cell) for cell in row]) for row in (COLUMNS, *map(_row, lines))]
    return (UTF_8_MARK + "".join(rows)).encode()


def _row(line: LessonLine) -> list[Any]:
    state, since = line.state, line.since
    voices = [state.voices[origin] for origin in VOICES]
    return [
        line.item.code,
        line.item.title,
        line.item.theme.title,
        line.status.label,
        *(getattr(state.standing.voices, side) for side in SIDES),
        state.standing.voices.sides,
        *(getattr(voice.findings, side) for voice in voices for side in SIDES),
        *(voice.leaning.label for voice in voices),
        state.comparison.text,
        line.assessment.get_confidence_display() if line.assessment else "Not judged",
        line.assessment.is_stale if line.assessment else None,
        line.negative,
        line.search.looked_on if line.search else None,
        ", ".join(since.directions),
        since.first_challenge.on if since.first_challenge else None,
        since.latest.on if since.latest else None,
        bool(since.reworded),
        line.is_demonstration,
    ]
