"""Who is told of what is done to a self-report. A message names the report by its ref, never by its words."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.urls import reverse

from evidence.models import SelfReport
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
    people: Iterable[Person], kind: ReportNotice, report: SelfReport, *, by: Person, anchor: str = ""
) -> None:
    notices.tell(
        people=people,
        kind=kind,
        target_kind=REPORT,
        target_key=report.ref,
        path=reverse("evidence:report-detail", args=[report.ref]) + anchor,
        by=by,
    )
