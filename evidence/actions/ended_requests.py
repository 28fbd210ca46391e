"""Ending what partnerships are asked, when the finding can no longer be put to them."""

from django.utils import timezone

from evidence.actions.notices import NoticeKind, tell_reporters
from evidence.models import Finding, ReplyRequest, TypedForm, Visibility
from evidence.models.visibility import reaches_beyond
from evidence.queries.promises import speaks_of_own_report
from partnerships.audit import record
from partnerships.models import Person

NOT_AGREED = "The source has not agreed any more that partnerships read the finding."
NOT_NAMED = "The finding no longer names the partnership."
WITHDRAWN = "The finding was withdrawn."


def end_what_may_not_be_asked(finding: Finding, *, by: Person) -> None:
    """Take back each open request that the finding, as it stands now, gives no right to."""
    open_ones = finding.reply_requests.open().select_related("partnership")
    for request in open_ones.select_for_update(of=("self",)):
        if reason := why_not_asked(finding, request):
            end(request, by=by, reason=reason)


def why_not_asked(finding: Finding, request: ReplyRequest) -> str:
    """Why a partnership can't be asked any more; empty when it still can."""
    if finding.status == Finding.Status.WITHDRAWN:
        return WITHDRAWN
    source = finding.source
    is_own = speaks_of_own_report(source, request.partnership_id)
    if source is None or (not is_own and reaches_beyond(Visibility.PARTNERSHIPS, source.consent_scope)):
        return NOT_AGREED
    is_named = finding.partnerships.filter(pk=request.partnership_id).exists()
    return "" if is_named else NOT_NAMED


def end(request: ReplyRequest, *, by: Person, reason: str) -> None:
    """Take back a request; the partnership's reporters are told, as far as they may still see it."""
    request.cancelled_at, request.cancelled_by = timezone.now(), by
    request.cancelled_reason = reason
    request.version += 1
    request.save()
    TypedForm.objects.filter(reply_request=request).delete()
    tell_reporters(NoticeKind.REPLY_CANCELLED, request, by=by)
    record(by=by, verb="reply.cancelled", target=request, key=request.ref)


def erase_replies(finding: Finding, *, words: str) -> None:
    """Leave nothing of what was asked about a finding and what was replied; ``words`` stand in its place."""
    TypedForm.objects.filter(reply_request__finding=finding).delete()
    finding.reply_requests.update(
        asked_title=words,
        asked_text=words,
        asked_quote="",
        note="",
        text="",
        response="",
        cancelled_reason="",
    )
