"""What reports and their profiles bring to the inbox: what is new, and what waits for evaluators."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from evidence.models import Proposal, RatingStatement, Round, SelfReport, TeamView
from evidence.queries.reports import number_of
from partnerships.access import Permission, has_permission

NEW_FOR = datetime.timedelta(days=30)
MOST_LISTED = 10


@dataclass(frozen=True)
class ReportNews:
    """Reports for the inbox, each with what ``report_news`` says of it."""

    profiles: list[Any] = field(default_factory=list)  # new ones, and those that wait for the team's view
    answers: list[Any] = field(default_factory=list)  # whose answers wait for evaluators, the oldest first


def report_news(person: Any) -> ReportNews:
    """What is new to a person in profiles, and for evaluators what waits beside them; one query.

    A reporter is told of their own partnerships. A profile is new for thirty days after its ratings ended.
    Each report has ``ended_at``, when that was, if it was; ``view_count``, of how many statements the team
    has recorded its view, and ``waits``, whether any is missing; ``waiting``, how many answers wait for
    somebody to decide about them, and ``mine``, how many of these the person has claimed.
    """
    is_new = Q(ratings_end__at__gte=timezone.now() - NEW_FOR)
    statements = RatingStatement.objects.exclude(
        Exists(TeamView.objects.filter(self_report=OuterRef(OuterRef("pk")), item=OuterRef("item")))
    )
    proposals = Proposal.objects.visible_to(person).waiting()
    told = is_new & Q(partnership__in=person.reported_partnership_ids)
    if is_evaluator := has_permission(person, Permission.LOG_FINDINGS):
        handed_in = (SelfReport.Status.SUBMITTED, SelfReport.Status.ACCEPTED)
        waits = Q(Exists(statements), status__in=handed_in, round__status=Round.Status.OPEN)
        told |= is_new | waits | Q(Exists(proposals.filter(self_report=OuterRef("pk"))))
    reports: Any = SelfReport.objects.read_by(person).filter(told).select_related("round", "partnership")
    rows = list(
        reports.annotate(
            ended_at=F("ratings_end__at"),
            view_count=number_of(TeamView.objects.all()),
            waits=Exists(statements),
            waiting=number_of(proposals),
            mine=number_of(proposals.filter(claimed_by=person)),
        ).order_by("accepted_at", "ref")
    )
    since = timezone.now() - NEW_FOR
    profiles = [row for row in rows if is_profile_news(row, since)]
    return ReportNews(
        sorted(profiles, key=lambda row: row.ended_at or row.submitted_at, reverse=True)[:MOST_LISTED],
        [row for row in rows if row.waiting] if is_evaluator else [],
    )


def is_profile_news(report: Any, since: datetime.datetime) -> bool:
    """Whether a report is told of because of its profile, and not for its answers alone."""
    if report.ended_at and report.ended_at >= since:
        return True
    return bool(report.waits) and report.round.status == Round.Status.OPEN
