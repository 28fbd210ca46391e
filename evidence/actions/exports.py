"""Keeping a record of what people take away."""

from collections.abc import Sequence

from django.db import transaction

from evidence.models import Assessment, Finding, FrameworkItem, Round, SelfReport
from partnerships.audit import record
from partnerships.models import Person

# What was searched for could hold confidential words; that there was a search is recorded, its words are not.
UNRECORDED = ("q",)


@transaction.atomic
def record_findings_export(*, by: Person, filters: Sequence[tuple[str, str]], format: str) -> None:
    """Note that a person downloaded a list of findings, and with which filters."""
    record(
        by=by,
        verb="findings.exported",
        target=Finding(),
        key="list",
        format=format,
        filters=[[name, "…" if name in UNRECORDED else value] for name, value in filters],
    )


@transaction.atomic
def record_lessons_export(*, by: Person, format: str) -> None:
    """Note that a person downloaded the overview of the lessons."""
    record(by=by, verb="lessons.exported", target=FrameworkItem(), key="lessons", format=format)


@transaction.atomic
def record_profile_export(*, by: Person, report: SelfReport, format: str) -> None:
    """Note that a person downloaded the profile that came of a report's ratings."""
    record(by=by, verb="profile.exported", target=report, key=report.ref, format=format)


@transaction.atomic
def record_round_export(*, by: Person, round_: Round, format: str, reports: int) -> None:
    """Note that a person downloaded what was said in a round: in which form, and how many reports it held."""
    record(by=by, verb="round.exported", target=round_, key=round_.slug, format=format, reports=reports)


@transaction.atomic
def record_assessments_export(*, by: Person, display: str, format: str, judgements: int) -> None:
    """Note that a person downloaded judgements of confidence: as which display, and how many it held."""
    record(
        by=by,
        verb="assessments.exported",
        target=Assessment(),
        key="list",
        display=display,
        format=format,
        judgements=judgements,
    )
