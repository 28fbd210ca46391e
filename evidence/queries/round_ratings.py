"""How people rated in a round, as far as somebody may read it: for tables that leave the product.

What is shown of a partnership is what its profile shows: see ``evidence/queries/spreads.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from evidence.models import Rater, RatingsEnd, RatingStatement, SelfReport, TeamView
from evidence.queries.profile import ShownSpreads, spreads_of_reports
from evidence.queries.ratings import Said
from evidence.queries.reports import number_of
from partnerships.functions import JSONList


@dataclass(frozen=True)
class RatedReport:
    """What a partnership's profile shows of its people's views, and how the evaluation team sees it."""

    report: SelfReport
    people: int
    lines: list[ShownSpreads]
    team: dict[str, Said]  # by code; what the reader may read of it


@dataclass(frozen=True)
class RoundRatings:
    """The statements in their order, and the reports whose ratings are complete."""

    statements: list[RatingStatement]
    reports: list[RatedReport]


def with_ratings(person: Any, reports: QuerySet[SelfReport]) -> QuerySet[SelfReport]:
    """The reports with what ``round_ratings`` needs of each, in the same query."""
    views = TeamView.objects.visible_to(person).filter(self_report=OuterRef("pk"))
    return reports.annotate(
        has_profile=Exists(RatingsEnd.objects.filter(self_report=OuterRef("pk"))),
        people=number_of(Rater.objects.filter(sent_at__isnull=False)),
        team_rows=JSONList(views, code="item__code", step="step", reason="reason"),
    )


def round_ratings(reports: Sequence[Any]) -> RoundRatings:
    """What is shown of the ratings of these reports, which come from ``with_ratings``. Two queries."""
    rated = [report for report in reports if report.has_profile]
    statements, spreads = spreads_of_reports(rated)
    return RoundRatings(
        statements,
        [
            RatedReport(
                report=report,
                people=report.people,
                lines=spreads[report.pk],
                team={row["code"]: Said(row["step"], row["reason"]) for row in report.team_rows},
            )
            for report in rated
        ],
    )
