"""A self-report as its pages show it: what is asked, answered and missing, and what was said before."""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format

from evidence.models import (
    Answer,
    Attachment,
    ColleagueNote,
    FinishedSection,
    Question,
    Rater,
    RatingsEnd,
    ReportStep,
    Round,
    Section,
    SelfReport,
    TypedForm,
)
from evidence.models.answer_values import empty_of, is_empty, labels_of
from evidence.queries.questionnaires import questions_of
from partnerships.access import Role
from partnerships.models import Partnership, RoleAssignment

Kind = Question.Kind


class State(StrEnum):
    """How far one subject of a report is."""

    NOT_STARTED = "Not started"
    STARTED = "In progress"
    TO_CHANGE = "To change"
    FINISHED = "Finished"


@dataclass(frozen=True)
class Table:
    """An answer in rows, as texts."""

    labels: list[str]
    rows: list[list[str]]

    @property
    def columns(self) -> list[dict[str, str]]:
        """The columns as tables of pages take them."""
        return [{"label": label} for label in self.labels]


@dataclass(frozen=True)
class Line:
    """One question with what was answered now and in the round before."""

    question: Question
    answer: Answer | None
    before: Any  # None when nothing was answered before
    is_asked: bool
    reason: str = ""  # what should change, when the report was returned
    files: list[Attachment] = field(default_factory=list)

    @property
    def value(self) -> Any:
        return self.answer.value if self.answer else empty_of(self.question)

    @property
    def is_missing(self) -> bool:
        return self.question.required and self.is_asked and is_empty(self.value) and not self.files

    @property
    def words(self) -> "list[str] | Table":
        return in_words(self.question, self.value)

    @property
    def words_before(self) -> "list[str] | Table":
        return in_words(self.question, self.before)

    @property
    def is_same_as_before(self) -> bool:
        return self.before is not None and self.before == self.value


@dataclass(frozen=True)
class SubjectLines:
    """One subject of a report: a page of the form."""

    section: Section
    lines: list[Line]
    state: State = State.NOT_STARTED
    notes: list[ColleagueNote] = field(default_factory=list)  # between colleagues, not settled yet
    typed: TypedForm | None = None  # what the reader has typed here and not saved

    @property
    def asked(self) -> list[Line]:
        return [line for line in self.lines if line.is_asked]

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if line.is_missing]


@dataclass(frozen=True)
class Sheet:
    """The whole of a report."""

    subjects: list[SubjectLines]
    previous: SelfReport | None = None
    steps: list[ReportStep] = field(default_factory=list)

    @property
    def missing(self) -> list[Line]:
        return [line for subject in self.subjects for line in subject.missing]

    @property
    def finished(self) -> int:
        return sum(subject.state == State.FINISHED for subject in self.subjects)

    @property
    def last_return(self) -> ReportStep | None:
        """What was asked for when it was given back, if that was the last thing to happen to it."""
        return return_at_the_end_of(self.steps)

    def subject(self, key: str) -> SubjectLines | None:
        return next((subject for subject in self.subjects if subject.section.key == key), None)


def return_at_the_end_of(steps: Iterable[ReportStep]) -> ReportStep | None:
    told = [step for step in steps if step.step != ReportStep.Step.REMIND]
    given_back = (ReportStep.Step.RETURN, ReportStep.Step.UNLOCK)
    return told[-1] if told and told[-1].step in given_back else None


def sheet_of(person: Any, report: SelfReport, *, with_items: bool = False) -> Sheet:
    """Everything of a report that this person may read, in the same number of queries however long it is."""
    questions = questions_of(report.round.questionnaire_version_id, with_items=with_items)
    answers, earlier = answers_now_and_before(person, report)
    previous = earlier[0].self_report if earlier else None
    before = {answer.question.key: answer.value for answer in earlier}
    asked = asked_keys(questions, {q.key: answers[q.pk].value for q in questions if q.pk in answers})
    steps = list(ReportStep.objects.visible_to(person).filter(self_report=report).select_related("by"))
    returned = return_at_the_end_of(steps)
    reasons = returned.reasons if returned else {}
    files = files_of(person, report)
    by_section: dict[Section, list[Line]] = {}
    for question in questions:
        by_section.setdefault(question.section, []).append(
            Line(
                question=question,
                answer=answers.get(question.pk),
                before=before.get(question.key),
                is_asked=question.key in asked,
                reason=reasons.get(question.key, ""),
                files=files.get(question.pk, []),
            )
        )
    return Sheet([SubjectLines(section, lines) for section, lines in by_section.items()], previous, steps)


def files_of(person: Any, report: SelfReport) -> dict[int, list[Attachment]]:
    """The files of a report that this person gets, by the primary key of their question; one query."""
    files: dict[int, list[Attachment]] = {}
    for file in Attachment.objects.visible_to(person).filter(self_report=report):
        files.setdefault(file.question_id, []).append(file)  # type: ignore[arg-type]
    return files


def sheet_for_writing(person: Any, report: SelfReport) -> Sheet:
    """The same for those who fill it in, with how far each subject is and what waits in it for the reader."""
    sheet = sheet_of(person, report)
    finished = set(
        FinishedSection.objects.visible_to(person)
        .filter(self_report=report)
        .values_list("section_id", flat=True)
    )
    notes = ColleagueNote.objects.visible_to(person).filter(self_report=report, settled_at=None)
    notes_on: dict[int, list[ColleagueNote]] = {}
    for note in notes.select_related("question", "by", "addressee"):
        notes_on.setdefault(note.question.section_id, []).append(note)
    typed = {form.key: form for form in TypedForm.objects.visible_to(person).filter(self_report=report)}
    subjects = [
        SubjectLines(
            section=subject.section,
            lines=subject.lines,
            state=state_of(subject, is_finished=subject.section.pk in finished),
            notes=notes_on.get(subject.section.pk, []),
            typed=typed.get(typed_key(report, subject.section)),
        )
        for subject in sheet.subjects
    ]
    return Sheet(subjects, sheet.previous, sheet.steps)


def typed_key(report: SelfReport, section: Section) -> str:
    """The key of what somebody types into one page of a report."""
    return f"{report.ref}/{section.key}"


def state_of(subject: SubjectLines, *, is_finished: bool) -> State:
    if is_finished:
        return State.FINISHED
    if any(line.reason for line in subject.lines):
        return State.TO_CHANGE
    return State.STARTED if any(line.answer for line in subject.lines) else State.NOT_STARTED


def answers_now_and_before(person: Any, report: SelfReport) -> tuple[dict[int, Answer], list[Answer]]:
    """The answers of a report by the primary key of their question, and those of the partnership's last
    accepted report to the same questionnaire; one query.
    """
    earlier = (
        SelfReport.objects.read_by(person)
        .filter(
            partnership=report.partnership_id,
            round__questionnaire=report.round.questionnaire_id,
            round__opened_at__lt=report.round.opened_at,
            status=SelfReport.Status.ACCEPTED,
        )
        .order_by("-round__opened_at")
    )
    before = Q(self_report=Subquery(earlier.values("pk")[:1]), is_empty=False)
    answers = list(
        Answer.objects.visible_to(person)
        .filter(Q(self_report=report) | before)
        .select_related("question", "self_report__round", "updated_by")
    )
    return (
        {answer.question_id: answer for answer in answers if answer.self_report_id == report.pk},
        [answer for answer in answers if answer.self_report_id != report.pk],
    )


def asked_keys(questions: Iterable[Question], values: Mapping[str, Any]) -> set[str]:
    """The keys of the questions that are asked, given the answers by key. One that depends on a question
    which is not asked itself is not asked either. ``questions`` are in their order.
    """
    asked: set[str] = set()
    for question in questions:
        condition = question.shown_if
        if condition is None:
            asked.add(question.key)
        elif condition.key in asked:
            value = values.get(condition.key, "")
            chosen = set(value if isinstance(value, list) else [value])
            if chosen & set(question.shown_if_values):
                asked.add(question.key)
    return asked


def missing_questions(report: SelfReport) -> list[Question]:
    """The questions that must be answered and are not."""
    questions = questions_of(report.round.questionnaire_version_id)
    values = dict(Answer.objects.filter(self_report=report).values_list("question__key", "value"))
    with_files = set(
        Attachment.objects.filter(self_report=report, erased_at=None).values_list("question_id", flat=True)
    )
    asked = asked_keys(questions, values)
    return [
        question
        for question in questions
        if question.required
        and question.key in asked
        and is_empty(values.get(question.key))
        and question.pk not in with_files
    ]


# An answer in words


def in_words(question: Question, value: Any) -> list[str] | Table:
    """An answer as lines of text, or as a table; nothing for no answer."""
    if is_empty(value):
        return []
    if question.kind == Kind.TABLE:
        return Table(
            [column["label"] for column in question.columns],
            [
                [cell_in_words(column, row.get(column["key"], "")) for column in question.columns]
                for row in value
            ],
        )
    if question.kind == Kind.CHOICES:
        return [question.labels.get(one, one) for one in value]
    if question.kind == Kind.LINK:
        return [part for part in (value["label"], value["address"]) if part]
    text = single_in_words(question.kind, value, question.labels)
    return [line for line in text.splitlines() if line.strip()]


def quotation_of(question: Question, value: Any) -> str:
    """An answer as text that can be quoted: a table row by row, with the name of each column."""
    words = in_words(question, value)
    if not isinstance(words, Table):
        return ("; " if question.kind == Kind.CHOICES else "\n").join(words)
    rows = (
        "; ".join(f"{label}: {text}" for label, text in zip(words.labels, row, strict=True) if text)
        for row in words.rows
    )
    return "\n".join(filter(None, rows))


def cell_in_words(column: dict[str, Any], value: Any) -> str:
    return "" if is_empty(value) else single_in_words(column["kind"], value, labels_of(column))


def single_in_words(kind: str, value: Any, labels: Mapping[str, str]) -> str:
    if kind == Kind.CHOICE:
        return labels.get(value, str(value))
    if kind == Kind.MONEY:
        return f"£{value:,}"
    if kind == Kind.NUMBER:
        return f"{value:,}"
    if kind == Kind.DATE:
        return date_format(datetime.date.fromisoformat(value), "j F Y")
    return str(value)


# Who reads it


def readers_of(round_: Round) -> str:
    """Who will read a report of this round, in a sentence for those who fill it in."""
    funder = {
        Round.FunderReads.NEVER: "Staff of the Big Lottery Fund do not read it.",
        Round.FunderReads.ACCEPTED: "Staff of the Big Lottery Fund read it once it is accepted.",
        Round.FunderReads.CLOSED: (
            "Staff of the Big Lottery Fund read it once it is accepted and the round is closed."
        ),
    }
    return (
        "The people who report for your partnership, and the evaluation team once you have submitted it. "
        f"{funder[Round.FunderReads(round_.funder_reads)]} "
        "No other partnership reads it, or learns that you were asked. What evaluators publish of it goes no "
        "further either, unless your partnership agrees to the words."
    )


# The board of a round


def number_of(rows: QuerySet[Any]) -> Coalesce:
    """How many of these rows belong to a report: counted by themselves, since several such counts over joined
    tables would multiply each other's rows.
    """
    of_report = rows.filter(self_report=OuterRef("pk")).order_by().values("self_report")
    counted = Subquery(of_report.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
    return Coalesce(counted, 0)


def board_of(person: Any, round_: Round) -> QuerySet[SelfReport]:
    """The reports of a round with how far each is: finished subjects, answers given, people who were asked to
    rate and who have, and no words. As on the partnership's own page, those who were asked are all who ever
    were.
    """
    sent = Rater.objects.filter(sent_at__isnull=False)
    return (
        SelfReport.objects.visible_to(person)
        .filter(round=round_)
        .select_related("partnership", "round", "reminded_by")
        .annotate(
            finished_count=number_of(FinishedSection.objects.all()),
            answer_count=number_of(Answer.objects.filter(is_empty=False)),
            rater_count=number_of(Rater.objects.all()),
            sent_count=number_of(sent),
            has_ratings_end=Exists(RatingsEnd.objects.filter(self_report=OuterRef("pk"))),
            is_readable=Exists(SelfReport.objects.read_by(person).filter(pk=OuterRef("pk"))),
        )
        .order_by("partnership__name")
    )


def without_reporters(partnerships: Collection[int]) -> list[str]:
    """The names of those partnerships for which nobody reports: nobody would hear of a round."""
    with_one = RoleAssignment.objects.filter(role=Role.REPORTER, person__is_active=True)
    lonely = Partnership.objects.filter(pk__in=partnerships).exclude(pk__in=with_one.values("partnership"))
    return list(lonely.order_by("name").values_list("name", flat=True))
