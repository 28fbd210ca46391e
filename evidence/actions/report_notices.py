"""Who is told of what is done to a self-report. A message names the report by its ref, never by its words."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models import Finding, Proposal, SelfReport
from partnerships import notices
from partnerships.access import Permission, Role
from partnerships.models import Person

REPORT = "selfreport"


class ReportNotice(models.TextChoices):
    """What people are told of, as the subject of a message says it."""

    INVITED = "report-invited", "You are asked for a report: {key}"
    REMINDED = "report-reminded", "Your report {key} is still to come"
    NOTE = "report-note", "A colleague left you a note in report {key}"
    SUBMITTED = "report-submitted", "Report {key} was submitted"
    RETURNED = "report-returned", "Your report {key} was returned with questions"
    ACCEPTED = "report-accepted", "Your report {key} was accepted"
    LEARNED = "report-learned", "What you said in report {key} is evidence now"


def register_reports() -> None:
    """Let notices speak of self-reports."""
    notices.register(REPORT, may_see=may_see_report, deeds=dict(ReportNotice.choices))


def may_see_report(person: Any, ref: str) -> bool:
    return SelfReport.objects.visible_to(person).filter(ref=ref).exists()


def reporters_of(partnership_id: int) -> list[Person]:
    """The people with an open account who report for a partnership."""
    of_partnership = models.Q(
        role_assignments__role=Role.REPORTER, role_assignments__partnership=partnership_id
    )
    return list(Person.objects.filter(of_partnership, is_active=True).order_by("name", "pk"))


def reviewers() -> Iterable[Person]:
    return Person.objects.permitted(Permission.REVIEW_FINDINGS)


def tell(
    people: Iterable[Person], kind: ReportNotice, report: SelfReport, *, by: Person | None, anchor: str = ""
) -> None:
    notices.tell(
        people=people,
        kind=kind,
        target_kind=REPORT,
        target_key=report.ref,
        path=reverse("evidence:report-detail", args=[report.ref]) + anchor,
        by=by,
    )


def tell_what_was_learned(finding: Finding, *, by: Person) -> None:
    """Tell the partnerships of whose answers a finding was made that it is published.

    At most once a day for a report: of what comes on the same day they are told on the next. Each report is
    held meanwhile, so that two publications at once make one message.
    """
    reports = SelfReport.objects.filter(
        pk__in=finding.proposals.filter(state=Proposal.State.TAKEN).values("self_report")
    )
    for report in reports.select_for_update().order_by("pk"):
        last = notices.told_last(ReportNotice.LEARNED, REPORT, report.ref)
        today = timezone.localdate()
        people = reporters_of(report.partnership_id)
        days = {one: timezone.localtime(last[one.pk]).date() for one in people if one.pk in last}
        tell_once_a_day(report, [one for one in people if one not in days or days[one] < today], by=by)
        same_day = [one for one in people if days.get(one) == today]
        tell_once_a_day(report, same_day, by=by, due_at=start_of_tomorrow())


def tell_once_a_day(
    report: SelfReport, people: Iterable[Person], *, by: Person, due_at: datetime.datetime | None = None
) -> None:
    notices.tell(
        people=people,
        kind=ReportNotice.LEARNED,
        target_kind=REPORT,
        target_key=report.ref,
        path=reverse("evidence:report-receipt", args=[report.ref]),
        by=by,
        due_at=due_at,
    )


def start_of_tomorrow() -> datetime.datetime:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(tomorrow, datetime.time(6)))
