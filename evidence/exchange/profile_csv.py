"""A profile as a table of comma-separated values: what its page shows, a line for each spread."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from evidence.models.rating import Step
from evidence.queries.profile import Line, Profile
from evidence.queries.ratings import fewest_respondents
from evidence.queries.spreads import Spread
from partnerships.csv_lines import UTF_8_MARK, harmless

COLUMNS = [
    "round",
    "partnership",
    "item",
    "kind",
    "statement",
    "people",
    "answered",
    *(f"step_{int(step)}" for step in Step),
    "middle",
    "agreement",
    "others_middle",
    "others_lowest",
    "others_highest",
    "evaluators_step",
    "evaluators_reason",
    "demonstration",
]
EVERYBODY = "everybody"


def profile_csv(profile: Profile) -> str:
    """The spread of everybody for each item, of the sectors that can be told apart, and of earlier rounds.

    Steps run from 1, the worst for the partnership, to 5; 0 says that it doesn't apply. A spread that too few
    people stand behind is left empty.
    """
    file = io.StringIO()
    file.write(UTF_8_MARK)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows_of(profile):
        writer.writerow([harmless(cell) for cell in row])
    return file.getvalue()


def rows_of(profile: Profile) -> Iterator[list[Any]]:
    this_round = profile.report.round.title
    for line in profile.lines:
        yield row_of(profile, line, this_round, EVERYBODY, line.spread)
        for name, spread in line.sectors.items():
            yield row_of(profile, line, this_round, name, spread)
        for title, spread in line.earlier.items():
            yield row_of(profile, line, title, EVERYBODY, spread)


def row_of(profile: Profile, line: Line, round_title: str, people: str, spread: Spread | None) -> list[Any]:
    item, report = line.statement.item, profile.report
    is_own_row = round_title == report.round.title and people == EVERYBODY
    programme = line.programme if is_own_row else None
    team = line.team if is_own_row else None
    return [
        round_title,
        report.partnership.slug,
        item.code,
        item.kind,
        line.statement.statement,
        people,
        *figures_of(spread),
        *((programme.middle, programme.lowest, programme.highest) if programme else ("", "", "")),
        *((team.step, team.reason) if team else ("", "")),
        report.round.is_demonstration,
    ]


def figures_of(spread: Spread | None) -> list[Any]:
    if spread is None:
        return [""] * (len(Step) + 3)
    agreement = spread.agreement(fewest_respondents())
    return [spread.answered, *spread.counts, spread.middle, agreement.value]
