"""Who may do what with rounds, questionnaires and self-reports that they can see."""

from typing import Any

from django.core.exceptions import PermissionDenied

from evidence.models import SelfReport
from partnerships.access import Permission, has_permission


def may_manage_rounds(person: Any) -> bool:
    return has_permission(person, Permission.MANAGE_ROUNDS)


def require_manager_of_rounds(person: Any) -> None:
    """Raises PermissionDenied for people who don't prepare rounds."""
    if not may_manage_rounds(person):
        raise PermissionDenied


def reports_for(person: Any, report: SelfReport) -> bool:
    """Whether this person is one of the partnership's own reporters."""
    if not has_permission(person, Permission.FILL_IN_REPORTS):
        return False
    return report.partnership_id in person.reported_partnership_ids


def may_fill_in(person: Any, report: SelfReport) -> bool:
    return reports_for(person, report) and report.is_with_partnership


def reviews(person: Any) -> bool:
    return has_permission(person, Permission.REVIEW_REPORTS)


def may_return(person: Any, report: SelfReport) -> bool:
    """The evaluation team gives back what was submitted, and opens again what was accepted."""
    status = SelfReport.Status
    waits_or_done = report.status in (status.SUBMITTED, status.ACCEPTED)
    return waits_or_done and reviews(person)


def may_accept(person: Any, report: SelfReport) -> bool:
    return report.status == SelfReport.Status.SUBMITTED and reviews(person)
