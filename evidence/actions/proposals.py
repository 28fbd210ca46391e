"""From accepted reports to evidence: answers are offered, and evaluators take, merge or drop them.

Nobody but the evaluator proposes a direction. Each decision locks the rows that it is about, so what two
people decide at once is decided by the first.
"""

import dataclasses
from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions.finding_input import FindingInput, field_errors, submission_digest
from evidence.actions.finding_rules import is_erased, may_log, require_reason
from evidence.actions.findings import log_finding
from evidence.models import Answer, Finding, Proposal, SelfReport, Source
from evidence.models.answer_values import digest_of
from evidence.queries.promises import widest_promised
from evidence.queries.questionnaires import questions_of
from evidence.queries.reports import asked_keys, quotation_of
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.models import Person

State = Proposal.State
MOST = 100  # answers that are decided about at once
UNDECIDED = {"state": State.WAITING, "finding": None, "reason": "", "decided_at": None, "decided_by": None}


def propose_answers(report: SelfReport, *, by: Person) -> int:
    """Offer each answer of a report whose question is tied to items; how many are new.

    Belongs in the transaction that accepts the report, which holds its row. Accepted again, it leaves what
    came of unchanged answers alone; a changed answer is offered anew, and one that nobody had decided about
    and that is no longer said disappears.
    """
    said = answers_to_propose(report)
    known = {
        (proposal.question_id, proposal.answer_digest): proposal
        for proposal in Proposal.objects.select_for_update().filter(self_report=report)
    }
    for key, proposal in known.items():
        if key not in said and proposal.state == State.WAITING:
            proposal.delete()
        elif proposal.is_current != (key in said):
            proposal.is_current = key in said
            proposal.save(update_fields=["is_current"])
    fresh = [
        Proposal(
            self_report=report,
            question=answer.question,
            answer_version=answer.version,
            answer_digest=digest,
            words=quotation_of(answer.question, answer.value),
            created_by=by,
        )
        for (_, digest), answer in said.items()
        if (answer.question_id, digest) not in known
    ]
    if fresh:
        make_source(report, by=by)
    return len(Proposal.objects.bulk_create(fresh))


def answers_to_propose(report: SelfReport) -> dict[tuple[int, str], Answer]:
    """The answers to questions that are asked and tied to items, by question and value."""
    questions = questions_of(report.round.questionnaire_version_id, with_items=True)
    answers = {answer.question_id: answer for answer in Answer.objects.filter(self_report=report)}
    asked = asked_keys(questions, {q.key: answers[q.pk].value for q in questions if q.pk in answers})
    said = {}
    for question in questions:
        answer = answers.get(question.pk)
        if answer and not answer.is_empty and question.key in asked and question.items.all():
            answer.question = question
            said[question.pk, digest_of(answer.value)] = answer
    return said


def make_source(report: SelfReport, *, by: Person) -> Source:
    """The source that stands for a report, once: with the readers that its round promised, and no more."""
    if source := Source.objects.filter(self_report=report).first():
        return source
    source = Source(
        self_report=report,
        kind=Source.Kind.DOCUMENT,
        label=f"Self-report {report.ref}",
        collected_on=timezone.localtime(report.submitted_at).date() if report.submitted_at else None,
        respondent_role="those who report for the partnership",
        consent_scope=widest_promised(report.round),
        is_shared=True,
        created_by=by,
        is_demonstration=report.round.is_demonstration,
    )
    source._history_user = by
    source.save()
    record(by=by, verb="source.noted", target=source, key=source.ref, self_report=report.ref)
    return source


@transaction.atomic
def take_answer(
    *,
    by: Person,
    proposal: Proposal,
    data: FindingInput,
    along: Iterable[str] = (),
    submit: bool = False,
    submission_key: str = "",
) -> Finding:
    """Make a finding of an answer. It rests on the report, whatever source ``data`` names.

    ``along`` are the refs of other answers of the same report that say the same: they are merged into it.
    Sent twice it makes one finding. Raises StepRefused when somebody was quicker, PermissionDenied, and
    ValidationError by field.
    """
    source = Source.objects.select_for_update().get(self_report=proposal.self_report_id)
    proposals = held(by, [proposal.ref, *along])
    taken = next((one for one in proposals if one.pk == proposal.pk), None)
    if taken is None:
        raise StepRefused("The report does not say this any more. What you typed is still here.")
    data = dataclasses.replace(data, source=source)
    if submission_key and taken.finding:
        digest = submission_digest(by=by, key=submission_key, data=data)
        if taken.finding.submission_digest == digest:
            return taken.finding
    others = [one for one in proposals if one.pk != proposal.pk]
    if any(one.self_report_id != taken.self_report_id for one in others):
        raise ValidationError({"along": "Only answers of the same report can be taken together."})
    refuse_decided([taken, *others])
    finding = log_finding(by=by, data=data, submit=submit, submission_key=submission_key)
    decide([taken], State.TAKEN, by=by, finding=finding)
    decide(others, State.MERGED, by=by, finding=finding)
    return finding


@transaction.atomic
def merge_answer(*, by: Person, proposal: Proposal, finding: Finding) -> Proposal:
    """Count an answer to a finding that is there. Its words stay with the finding and change none of its own.

    Raises StepRefused, PermissionDenied, and ValidationError for a finding that takes nothing in.
    """
    finding = Finding.objects.select_for_update().get(pk=finding.pk)
    merged = held(by, [proposal.ref])
    if not merged:
        raise StepRefused("The report does not say this any more.")
    if merged[0].state == State.MERGED and merged[0].finding_id == finding.pk:
        return merged[0]
    refuse_decided(merged)
    is_evidence = finding.origin != Finding.Origin.LITERATURE
    if not is_evidence or finding.status == Finding.Status.WITHDRAWN or is_erased(finding):
        raise ValidationError({"finding": "Nothing can be merged into that finding."})
    decide(merged, State.MERGED, by=by, finding=finding)
    return merged[0]


@transaction.atomic
def drop_answers(*, by: Person, refs: Sequence[str], reason: str) -> list[Proposal]:
    """Decide that nothing is made of these answers: of all of them, or of none.

    Raises StepRefused when somebody was quicker with one, PermissionDenied, ValidationError for ``reason``.
    """
    proposals = held(by, refs)
    require_reason(reason, "Say why nothing is made of it, for colleagues who look again.")
    if any(field_errors(Proposal(reason=reason.strip()), leave_out=NOT_STATED)):
        raise ValidationError({"reason": "Shorten the reason to 2,000 characters."})
    refuse_decided(proposals)
    decide(proposals, State.DROPPED, by=by, reason=reason.strip())
    return proposals


NOT_STATED = tuple(field.name for field in Proposal._meta.fields if field.name != "reason")


@transaction.atomic
def take_up_again(*, by: Person, proposal: Proposal) -> None:
    """Let an answer that was dropped or merged wait again. Raises StepRefused, PermissionDenied."""
    for one in held(by, [proposal.ref]):
        if one.state == State.WAITING:
            return
        if one.state == State.TAKEN:
            raise StepRefused("A finding was made of it: edit, withdraw or delete that instead.")
        Proposal.objects.filter(pk=one.pk).update(**UNDECIDED)
        record(by=by, verb="answer.taken-up-again", target=one, key=one.ref)


@transaction.atomic
def claim_answers(*, by: Person, refs: Sequence[str]) -> int:
    """Say that one looks at these answers, so that colleagues look at others; how many. No lock, a hint."""
    waiting = [one for one in held(by, refs) if one.state == State.WAITING]
    now = timezone.now()
    Proposal.objects.filter(pk__in=[one.pk for one in waiting]).update(claimed_at=now, claimed_by=by)
    for one in waiting:
        record(by=by, verb="answer.claimed", target=one, key=one.ref)
    return len(waiting)


@transaction.atomic
def release_answers(*, by: Person, refs: Sequence[str]) -> int:
    """Leave answers that one has claimed to others; how many."""
    own = [one for one in held(by, refs) if one.claimed_by_id == by.pk]
    Proposal.objects.filter(pk__in=[one.pk for one in own]).update(claimed_at=None, claimed_by=None)
    for one in own:
        record(by=by, verb="answer.claim-released", target=one, key=one.ref)
    return len(own)


def held(by: Person, refs: Iterable[str]) -> list[Proposal]:
    """The proposals with these refs whose reports are accepted, locked in one order and after any source or
    finding: as where consent is withdrawn, so that neither waits for the other for ever.

    Raises PermissionDenied, and ValidationError for more than ``MOST``.
    """
    wanted = list(dict.fromkeys(refs))
    if not may_log(by):
        raise PermissionDenied
    if len(wanted) > MOST:
        raise ValidationError(f"Choose {MOST} answers at once, not more.")
    visible = Proposal.objects.visible_to(by).filter(
        ref__in=wanted, self_report__status=SelfReport.Status.ACCEPTED, is_current=True
    )
    # Who decided is looked up later: a join is not looked up again after waiting for the row.
    return list(
        visible.select_related("self_report", "question").select_for_update(of=("self",)).order_by("pk")
    )


def refuse_decided(proposals: Sequence[Proposal]) -> None:
    """Raises StepRefused when there is nothing to decide about, or somebody has decided already."""
    if not proposals:
        raise StepRefused("Choose answers that wait.")
    for one in proposals:
        if one.state != State.WAITING:
            became = f" for finding {one.finding.ref}" if one.finding else ""
            raise StepRefused(
                f"Somebody was quicker: {one.decided_by} has {one.get_state_display().lower()} "
                f"answer {one.ref}{became}."
            )


def decide(
    proposals: Sequence[Proposal], state: str, *, by: Person, finding: Finding | None = None, reason: str = ""
) -> None:
    for one in proposals:
        one.state, one.finding, one.reason = state, finding, reason
        one.decided_at, one.decided_by = timezone.now(), by
        one.claimed_at = one.claimed_by = None
        one.save()
        made_of = {"finding": finding.ref} if finding else {}
        record(by=by, verb=f"answer.{state}", target=one, key=one.ref, **made_of)
