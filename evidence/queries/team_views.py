"""The evaluation team's view of a partnership's drivers and barriers, and how it came about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from evidence.models import SelfReport, TeamView
from evidence.models.rating import STEP_WORDS
from evidence.models.typed_form import TEAM_VIEW
from evidence.queries.ratings import RatingPart, Said

MOST_CHANGES = 50


@dataclass(frozen=True)
class Change:
    """One earlier state of the team's view of a statement, as somebody left it."""

    statement: str
    words: str  # what was chosen; that it was taken back
    reason: str
    who: str
    at: datetime


def key_of_view(report: SelfReport, part: RatingPart) -> str:
    """The key of what somebody types into one page of the team's view."""
    return f"{report.ref}/{TEAM_VIEW}{part.codes[0]}"


def said_by_team(person: Any, report: SelfReport) -> dict[str, Said]:
    """The team's view by code, as far as this person may read it."""
    views = TeamView.objects.visible_to(person).filter(self_report=report)
    return {
        code: Said(step, reason) for code, step, reason in views.values_list("item__code", "step", "reason")
    }


def changes_of_part(person: Any, report: SelfReport, part: RatingPart) -> list[Change]:
    """What the team has recorded on one page, the latest first; for whoever reads the report as the team."""
    statements = {statement.item_id: statement.statement for statement in part.statements}
    readable = SelfReport.objects.read_by(person).filter(pk=report.pk)
    rows = (
        TeamView.history.filter(self_report__in=readable, item__in=statements)
        .select_related("history_user")
        .order_by("-history_date", "-history_id")
    )
    words = STEP_WORDS[part.kind]
    return [
        Change(
            statement=statements[row.item_id],
            words="Taken back" if row.history_type == "-" else words[row.step],
            reason="" if row.history_type == "-" else row.reason,
            who=str(row.history_user or ""),
            at=row.history_date,
        )
        for row in rows[:MOST_CHANGES]
    ]
