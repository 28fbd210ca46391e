"""The right of reply: asking partnerships, their answers, and what the evaluation team says to these."""

import datetime
from collections.abc import Callable, Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from evidence.actions.ended_requests import end
from evidence.actions.finding_input import field_errors
from evidence.actions.finding_rules import consent_problems, is_lead, require_checklist, require_reason
from evidence.actions.findings import lock_source_of, locked_finding, save_next_version
from evidence.actions.notices import NoticeKind, tell_askers, tell_reporters
from evidence.actions.reply_rules import is_released, may_ask, why_closed
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import Finding, ReplyRequest, Visibility
from evidence.queries.promises import speaks_of_own_report
from partnerships.audit import record
from partnerships.errors import Conflict, StepRefused
from partnerships.models import Partnership, Person

Answer = ReplyRequest.Answer
LONGEST_TIME = datetime.timedelta(days=365)
REMINDED_BEFORE = datetime.timedelta(days=3)
NEEDS_WORDS = {
    Answer.COMMENT: "Write your comment.",
    Answer.CORRECT: "Write what should be corrected, and how.",
}


@transaction.atomic
def ask_for_replies(
    *,
    by: Person,
    finding: Finding,
    version: int,
    partnerships: Iterable[Partnership],
    due_on: datetime.date,
    note: str = "",
    checklist: Iterable[str] = (),
) -> list[ReplyRequest]:
    """Ask partnerships that a finding names what they say to it; their reporters are told.

    They read the finding then, so it is asked what a release to partnerships asks: the source's consent, a
    second person and the whole checklist. A quote goes along only with permission. Raises Conflict,
    PermissionDenied, StepRefused, and ValidationError by field (``partnerships``, ``due_on``, ``checklist``).
    """
    finding = locked_finding(finding, version)
    if not is_lead(by):
        raise PermissionDenied
    if not may_ask(by, finding):
        raise StepRefused(
            "Partnerships are asked about a finding that is submitted, or published up to the funder, and by "
            "somebody who did not write it."
        )
    chosen = check_asked(finding, partnerships, due_on)
    require_checklist(sorted(checklist))
    return [ask(by, finding, partnership, due_on, note.strip()) for partnership in chosen]


def check_asked(
    finding: Finding, partnerships: Iterable[Partnership], due_on: datetime.date
) -> list[Partnership]:
    """The partnerships to ask. Raises ValidationError when the finding may not be put to them so."""
    chosen = list(partnerships)
    if not chosen:
        raise ValidationError({"partnerships": "Choose whom to ask."})
    if not {partnership.pk for partnership in chosen} <= set(
        finding.partnerships.values_list("pk", flat=True)
    ):
        raise ValidationError({"partnerships": "Ask a partnership that the finding names."})
    waiting = finding.reply_requests.filter(partnership__in=chosen, answered_at=None, cancelled_at=None)
    if asked := waiting.select_related("partnership").first():
        message = f"{asked.partnership} is asked already; move the date of {asked.ref} instead."
        raise ValidationError({"partnerships": message})
    is_own = all(speaks_of_own_report(finding.source, partnership.pk) for partnership in chosen)
    if not is_own and (problems := may_not_be_told(finding)):
        raise ValidationError({"partnerships": problems})
    check_date(due_on)
    return chosen


def may_not_be_told(finding: Finding) -> list[str]:
    """What the source's consent has against letting partnerships read the finding."""
    if finding.source is None:
        return []
    return consent_problems(Visibility.PARTNERSHIPS, finding.source, quote="").get("visibility", [])


def check_date(due_on: datetime.date) -> None:
    """Refuse a last day that leaves no time, or is hardly meant."""
    today = timezone.localdate()
    if not today < due_on <= today + LONGEST_TIME:
        raise ValidationError({"due_on": "Give a day after today, within a year."})


def ask(
    by: Person, finding: Finding, partnership: Partnership, due_on: datetime.date, note: str
) -> ReplyRequest:
    source = finding.source
    may_quote = source is not None and (
        source.quote_permission or speaks_of_own_report(source, partnership.pk)
    )
    request = ReplyRequest(
        finding=finding,
        partnership=partnership,
        asked_title=finding.title,
        asked_text=finding.text,
        asked_quote=finding.quote if may_quote else "",
        note=note,
        due_on=due_on,
        asked_by=by,
    )
    if errors := field_errors(request, leave_out=("asked_by", "finding", "partnership")):
        raise ValidationError(errors)
    request.save()
    tell_reporters(NoticeKind.REPLY_ASKED, request, by=by)
    record(by=by, verb="reply.asked", target=request, key=request.ref, finding=finding.ref)
    return request


@transaction.atomic
def give_reply(
    *, by: Person, request: ReplyRequest, version: int, answer: str, text: str = ""
) -> ReplyRequest:
    """Answer for the partnership, or change its answer, until the date or the release of the finding.

    The finding gets a new version with it: whoever is about to release it reads the reply first. Sent twice
    it makes one reply. Raises Conflict, PermissionDenied, StepRefused, ValidationError by field.
    """
    request = locked_request(request)
    if request.partnership_id not in by.reported_partnership_ids:
        raise PermissionDenied
    text = text.strip()
    if (request.answered_by, request.answer, request.text) == (by, answer, text):
        return request
    require_version(request, version)
    if reason := why_closed(request):
        raise StepRefused(reason)
    if answer not in Answer.values:
        raise ValidationError({"answer": "Choose what your partnership says to it."})
    if answer in NEEDS_WORDS and not text:
        raise ValidationError({"reply": NEEDS_WORDS[Answer(answer)]})
    is_change = request.answered_at is not None
    request.answer, request.text = answer, text
    request.answered_at, request.answered_by = timezone.now(), by
    forget_response(request)
    save(request)
    save_next_version(request.finding, by=by)
    forget_typed_form(by=by, key=request.ref)
    tell_askers(NoticeKind.REPLY_GIVEN, request, by=by)
    verb = "reply.changed" if is_change else "reply.given"
    record(by=by, verb=verb, target=request, key=request.ref, answer=answer)
    return request


@transaction.atomic
def extend_request(*, by: Person, request: ReplyRequest, version: int, due_on: datetime.date) -> ReplyRequest:
    """Move the last day of what is not answered, also after it has passed; the reporters are told."""
    request = locked_for_lead(by, request, version)
    if request.answered_at or request.cancelled_at or is_released(request.finding):
        raise StepRefused("There is no reply to wait for any more.")
    check_date(due_on)
    if due_on <= request.due_on:
        raise ValidationError({"due_on": "Give a day after the one that the partnership was told."})
    request.due_on = due_on
    forget_response(request)
    save(request)
    tell_reporters(NoticeKind.REPLY_EXTENDED, request, by=by)
    record(by=by, verb="reply.extended", target=request, key=request.ref, due_on=due_on.isoformat())
    return request


@transaction.atomic
def cancel_request(*, by: Person, request: ReplyRequest, version: int, reason: str) -> ReplyRequest:
    """Take back what a partnership is asked; it reads the reason. What was answered or left stays."""
    request = locked_for_lead(by, request, version)
    if not request.is_open:
        raise StepRefused("Only a request that is still open can be taken back.")
    require_reason(reason, "Say why you don't ask any more; the partnership reads it.")
    end(request, by=by, reason=reason.strip())
    return request


@transaction.atomic
def respond(*, by: Person, request: ReplyRequest, version: int, response: str) -> ReplyRequest:
    """Say what the evaluation team does about a reply, or about none; it is shown with the reply."""
    request = locked_for_lead(by, request, version)
    if not (request.answered_at or request.is_silent):
        raise StepRefused("There is nothing to respond to yet.")
    if not response.strip():
        raise ValidationError({"response": "Say what you do about it."})
    request.response = response.strip()
    request.responded_at, request.responded_by = timezone.now(), by
    save(request)
    tell_reporters(NoticeKind.REPLY_RESPONDED, request, by=by)
    record(by=by, verb="reply.responded", target=request, key=request.ref)
    return request


def locked_for_lead(by: Person, request: ReplyRequest, version: int) -> ReplyRequest:
    request = locked_request(request)
    if not is_lead(by):
        raise PermissionDenied
    require_version(request, version)
    if request.finding.status == Finding.Status.WITHDRAWN:
        raise StepRefused("The finding was withdrawn, and what was asked about it with it.")
    return request


def locked_request(request: ReplyRequest) -> ReplyRequest:
    """The request as it is now, locked for this transaction after its finding and that one's source."""
    lock_source_of(Finding.objects.get(pk=request.finding_id))
    finding = Finding.objects.select_for_update().get(pk=request.finding_id)
    current = ReplyRequest.objects.select_for_update().get(pk=request.pk)
    current.finding = finding
    return current


def require_version(request: ReplyRequest, version: int) -> None:
    if request.version != version:
        raise Conflict(request)


def save(request: ReplyRequest) -> None:
    if errors := field_errors(request, leave_out=("asked_by", "answered_by", "responded_by", "cancelled_by")):
        raise ValidationError(errors)
    request.version += 1
    request.save()


def forget_response(request: ReplyRequest) -> None:
    """What was said to an earlier reply does not stand under another one."""
    request.response, request.responded_at, request.responded_by = "", None, None


# By the clock


def tell_what_is_due() -> None:
    """Remind reporters of what is due in a few days, and tell who asked of what was left unanswered.

    May run at any time, also twice at once: each request is told of by whoever marks it first.
    """
    soon = ReplyRequest.objects.open().filter(due_on__lte=timezone.localdate() + REMINDED_BEFORE)
    tell_once(soon, "reminded_for", lambda one: tell_reporters(NoticeKind.REPLY_DUE, one, by=None))
    silent = ReplyRequest.objects.known_to_readers().filter(answered_at=None, responded_at=None)
    tell_once(silent, "silence_told_for", lambda one: tell_askers(NoticeKind.REPLY_SILENT, one, by=None))


def tell_once(requests: QuerySet[ReplyRequest], mark: str, tell: Callable[[ReplyRequest], None]) -> None:
    untold = Q(**{mark: None}) | ~Q(**{mark: F("due_on")})
    of_kept = requests.exclude(finding__status=Finding.Status.WITHDRAWN).filter(untold)
    for request in of_kept.select_related("partnership", "finding__created_by", "asked_by"):
        with transaction.atomic():
            # Of this table alone: what a join looked up is not looked up again after waiting for the row.
            same = ReplyRequest.objects.filter(
                untold, pk=request.pk, due_on=request.due_on, answered_at=None, cancelled_at=None
            )
            if same.update(**{mark: request.due_on}):
                tell(request)
