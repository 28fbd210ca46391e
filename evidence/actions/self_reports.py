"""Every write to a self-report: answering, finishing a subject, notes, submitting, returning, accepting.

Each takes the report's row for the length of its transaction, so answers, submission and return of one report
come one after the other, and nothing is written after it was submitted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions import report_rules
from evidence.actions.proposals import propose_answers
from evidence.actions.report_changes import touch
from evidence.actions.report_notices import ReportNotice, reporters_of, reviewers, tell
from evidence.actions.search_texts import write_report_text
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import Answer, ColleagueNote, FinishedSection, Question, ReportStep, Section, SelfReport
from evidence.models.answer_values import checked, digest_of, empty_of, is_empty
from evidence.queries.reports import missing_questions, typed_key
from partnerships.audit import record
from partnerships.errors import Conflict, StepRefused
from partnerships.models import Person

Status = SelfReport.Status
Step = ReportStep.Step
LONGEST_REASON = 5_000

NOT_WITH_YOU = "This report is not with you at the moment, so nothing in it can change. What is in it stays."


@dataclass(frozen=True)
class TypedAnswer:
    """An answer as somebody leaves it in a page, with what the page had shown when it was opened."""

    question: Question
    value: Any
    seen_version: int = 0  # 0: there was no answer yet
    seen_digest: str = ""


class AnswersConflict(Exception):
    """Colleagues saved other answers to the same questions meanwhile; nothing was saved.

    ``current`` holds what is stored now, by key of question.
    """

    def __init__(self, current: Mapping[str, Answer]) -> None:
        super().__init__("A colleague answered the same question while you had it open.")
        self.current = current


@transaction.atomic
def save_answers(
    *,
    by: Person,
    report: SelfReport,
    section: Section,
    typed: Iterable[TypedAnswer],
    finished: bool | None = None,
) -> list[str]:
    """Save what changed on one page of a report, and return the keys of the questions it changed.

    What a person left as the page showed it is never written, so colleagues can work on one page. Where
    both changed the same answer, AnswersConflict is raised and nothing is saved. ``finished`` marks the
    subject, or takes the mark away. Raises StepRefused, PermissionDenied, and ValidationError by key.
    """
    report = held_for_writing(by, report)
    stored = {
        answer.question_id: answer
        for answer in Answer.objects.filter(self_report=report, question__section=section).select_related(
            "question", "updated_by"
        )
    }
    changed = changes_among(typed, stored)
    for entry in changed:
        write_answer(report, entry, stored.get(entry.question.pk), by=by)
    marked = mark_section(report, section, finished, by=by)
    forget_typed_form(by=by, key=typed_key(report, section))
    keys = sorted(entry.question.key for entry in changed)
    if keys:
        write_report_text(report)
    if keys or marked:
        touch(report, by=by)
        record(
            by=by,
            verb="self-report.answered",
            target=report,
            key=report.ref,
            version=report.version,
            section=section.key,
            questions=keys,
            finished=section.pk in finished_in(report),
        )
    return keys


def changes_among(typed: Iterable[TypedAnswer], stored: Mapping[int, Answer]) -> list[TypedAnswer]:
    """What has to be written. Raises ValidationError by key, and AnswersConflict."""
    changed, problems, conflicts = [], {}, {}
    for entry in typed:
        answer = stored.get(entry.question.pk)
        try:
            value = checked(entry.question, entry.value)
        except ValidationError as refusal:
            problems[entry.question.key] = refusal.messages
            continue
        current = answer.value if answer else empty_of(entry.question)
        if value == current or digest_of(value) == entry.seen_digest:
            continue
        if answer and answer.version != entry.seen_version:
            conflicts[entry.question.key] = answer
        else:
            changed.append(TypedAnswer(entry.question, value))
    if problems:
        raise ValidationError(problems)
    if conflicts:
        raise AnswersConflict(conflicts)
    return changed


def write_answer(report: SelfReport, entry: TypedAnswer, answer: Answer | None, *, by: Person) -> None:
    if answer is None:
        answer = Answer(self_report=report, question=entry.question)
    else:
        answer.version += 1
    answer.value, answer.is_empty = entry.value, is_empty(entry.value)
    answer.updated_at, answer.updated_by = timezone.now(), by
    answer._history_user = by
    answer.save()


def mark_section(report: SelfReport, section: Section, finished: bool | None, *, by: Person) -> bool:
    """Mark a subject as finished or take the mark away; whether that changed anything."""
    if finished is None or finished == (section.pk in finished_in(report)):
        return False
    if finished:
        FinishedSection.objects.create(self_report=report, section=section, by=by)
    else:
        FinishedSection.objects.filter(self_report=report, section=section).delete()
    return True


def finished_in(report: SelfReport) -> set[int]:
    return set(report.finished_sections.values_list("section_id", flat=True))


def held(by: Person, report: SelfReport) -> SelfReport:
    """The report as it is now, locked for this transaction. Raises PermissionDenied."""
    visible = SelfReport.objects.visible_to(by).filter(pk=report.pk)
    current = visible.select_for_update(of=["self"]).select_related("round", "partnership").first()
    if current is None:
        raise PermissionDenied
    return current


def held_for_writing(by: Person, report: SelfReport) -> SelfReport:
    """The same for its own partnership, while the report is with it. Raises PermissionDenied, StepRefused."""
    current = held(by, report)
    if not report_rules.reports_for(by, current):
        raise PermissionDenied
    if not current.is_with_partnership:
        raise StepRefused(NOT_WITH_YOU)
    return current


def held_at(by: Person, report: SelfReport, version: int) -> SelfReport:
    """The report, as long as it is what its person has read. Raises Conflict."""
    current = held(by, report)
    if current.version != version:
        raise Conflict(current)
    return current


@transaction.atomic
def submit_report(*, by: Person, report: SelfReport, version: int, declared: bool) -> SelfReport:
    """Hand a report in, which locks it. Raises Conflict when an answer changed since it was checked.

    Raises ValidationError when the declaration or an answer that must be given is missing, StepRefused,
    PermissionDenied.
    """
    held_for_writing(by, report)
    report = held_at(by, report, version)
    if missing := missing_questions(report):
        raise StepRefused(f"{len(missing)} questions still need an answer, the first is “{missing[0]}”.")
    if not declared:
        raise ValidationError({"declared": "Tick this to submit the report."})
    report.status = Status.SUBMITTED
    report.submitted_at, report.submitted_by = timezone.now(), by
    take_step(report, Step.SUBMIT, by=by)
    tell(reviewers(), ReportNotice.SUBMITTED, report, by=by)
    colleagues = [person for person in reporters_of(report.partnership_id) if person != by]
    tell(colleagues, ReportNotice.SUBMITTED, report, by=by)
    record(by=by, verb="self-report.submitted", target=report, key=report.ref, version=report.version)
    return report


@transaction.atomic
def return_report(
    *, by: Person, report: SelfReport, version: int, reason: str, reasons: Mapping[str, str] = {}
) -> SelfReport:
    """Give a submitted report back with reasons, or open an accepted one again.

    ``reasons`` are by keys of questions. Raises ValidationError without any reason, Conflict, StepRefused,
    PermissionDenied.
    """
    report = held_at(by, report, version)
    if not report_rules.may_return(by, report):
        raise refusal_for(by)
    stated = {key: text.strip() for key, text in reasons.items() if text.strip()}
    known = set(report.round.questionnaire_version.questions.values_list("key", flat=True))  # type: ignore[union-attr]
    if not stated.keys() <= known:
        raise ValidationError({"reason": "A reason belongs to a question that is not in this report."})
    if not (reason.strip() or stated):
        raise ValidationError({"reason": "Say what should change: here, or beside a question."})
    if any(len(text) > LONGEST_REASON for text in [reason, *stated.values()]):
        raise ValidationError({"reason": f"Shorten each reason to {LONGEST_REASON:,} characters."})
    step = Step.UNLOCK if report.status == Status.ACCEPTED else Step.RETURN
    report.status = Status.RETURNED
    report.accepted_at = report.accepted_by = None
    sections = Question.objects.filter(
        questionnaire_version=report.round.questionnaire_version, key__in=stated
    ).values("section")
    FinishedSection.objects.filter(self_report=report, section__in=sections).delete()
    take_step(report, step, by=by, reason=reason.strip(), reasons=stated)
    tell(reporters_of(report.partnership_id), ReportNotice.RETURNED, report, by=by)
    verb = "self-report.unlocked" if step == Step.UNLOCK else "self-report.returned"
    record(
        by=by,
        verb=verb,
        target=report,
        key=report.ref,
        version=report.version,
        questions=sorted(stated),
    )
    return report


@transaction.atomic
def accept_report(*, by: Person, report: SelfReport, version: int) -> SelfReport:
    """Accept a submitted report, and offer its answers to evaluators as draft findings.

    Raises Conflict, StepRefused, PermissionDenied.
    """
    report = held_at(by, report, version)
    if not report_rules.may_accept(by, report):
        raise refusal_for(by)
    report.status = Status.ACCEPTED
    report.accepted_at, report.accepted_by = timezone.now(), by
    take_step(report, Step.ACCEPT, by=by)
    tell(reporters_of(report.partnership_id), ReportNotice.ACCEPTED, report, by=by)
    proposed = propose_answers(report, by=by)
    record(
        by=by,
        verb="self-report.accepted",
        target=report,
        key=report.ref,
        version=report.version,
        proposed=proposed,
    )
    return report


def refusal_for(by: Person) -> Exception:
    """Why somebody can't take a step: it is not theirs to take, or comes too early or too late."""
    if report_rules.reviews(by):
        return StepRefused("That can't be done with the report as it is now.")
    return PermissionDenied()


def take_step(
    report: SelfReport, step: str, *, by: Person, reason: str = "", reasons: Mapping[str, str] | None = None
) -> None:
    report.version += 1
    report.save()
    ReportStep.objects.create(
        self_report=report,
        step=step,
        report_version=report.version,
        reason=reason,
        reasons=dict(reasons or {}),
        by=by,
    )


# Notes between colleagues


@transaction.atomic
def leave_note(
    *, by: Person, report: SelfReport, question: Question, text: str, addressee: Person | None = None
) -> ColleagueNote:
    """Leave a note on a question for the colleagues; one who is named is told by e-mail.

    Sent twice it makes one note, as long as that is open. Raises StepRefused, PermissionDenied, and
    ValidationError by field, also when the addressee does not report for the partnership.
    """
    report = held_for_writing(by, report)
    if question.questionnaire_version_id != report.round.questionnaire_version_id:
        raise PermissionDenied
    if addressee and addressee not in reporters_of(report.partnership_id):
        raise ValidationError({"addressee": "Choose a colleague who reports for your partnership."})
    note = ColleagueNote(self_report=report, question=question, text=text.strip(), addressee=addressee, by=by)
    note.clean_fields()
    again = ColleagueNote.objects.filter(
        self_report=report, question=question, by=by, text=note.text, settled_at=None
    )
    if already := again.first():
        return already
    note.save()
    if addressee:
        tell([addressee], ReportNotice.NOTE, report, by=by)
    record(by=by, verb="self-report.note-left", target=report, key=report.ref, question=question.key)
    return note


@transaction.atomic
def settle_note(*, by: Person, note: ColleagueNote) -> None:
    """Mark a note as dealt with; one that is settled already stays as it is."""
    own = ColleagueNote.objects.visible_to(by).filter(pk=note.pk, settled_at=None)
    if own.update(settled_at=timezone.now(), settled_by=by):
        report = note.self_report
        record(
            by=by, verb="self-report.note-settled", target=report, key=report.ref, question=note.question.key
        )
