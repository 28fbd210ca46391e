"""Who may ask partnerships about a finding, and until when these can answer."""

from typing import Any

from evidence.actions.finding_rules import BEYOND_THE_FUNDER, may_release
from evidence.models import Finding, ReplyRequest, Visibility
from evidence.models.visibility import reaches_beyond
from evidence.queries.promises import speaks_of_own_report

Status = Finding.Status


def is_released(finding: Finding) -> bool:
    """Whether readers beyond the funder have the finding already."""
    return finding.status == Status.PUBLISHED and finding.visibility in BEYOND_THE_FUNDER


def may_ask(person: Any, finding: Finding) -> bool:
    """Leads who did not write it ask about a finding that names partnerships, before it goes beyond the
    funder.
    """
    is_ready = finding.status in (Status.SUBMITTED, Status.PUBLISHED) and not is_released(finding)
    return is_ready and finding.origin != Finding.Origin.LITERATURE and may_release(person, finding)


def may_answer(person: Any, request: ReplyRequest) -> bool:
    return request.partnership_id in person.reported_partnership_ids and not why_closed(request)


def why_closed(request: ReplyRequest) -> str:
    """Why nothing can be answered, or changed in the answer, any more; empty while it can."""
    finding = request.finding
    if request.cancelled_at:
        return "The evaluation team does not ask for this reply any more."
    if finding.status == Status.WITHDRAWN:
        return "The finding was withdrawn, so there is nothing to reply to."
    is_own = speaks_of_own_report(finding.source, request.partnership_id)
    if (
        finding.source
        and not is_own
        and reaches_beyond(Visibility.PARTNERSHIPS, finding.source.consent_scope)
    ):
        return "The finding can't be shown to partnerships any more, so there is nothing to reply to."
    if is_released(finding):
        return "The finding has been released since, with what your partnership said until then."
    if request.is_past:
        return "The date for the reply has passed. Ask the evaluation team if you need more time."
    return ""
