"""That something in a self-report changed: whoever submits it has checked exactly what is there."""

from django.utils import timezone

from evidence.models import SelfReport
from partnerships.models import Person


def touch(report: SelfReport, *, by: Person) -> None:
    """Count a change of what is in a report; the first one begins it."""
    report.version += 1
    if report.status == SelfReport.Status.INVITED:
        report.status = SelfReport.Status.IN_PROGRESS
        report.started_at, report.started_by = timezone.now(), by
    report.save()
