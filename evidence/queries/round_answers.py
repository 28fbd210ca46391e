"""Everything that was said in a round, as far as somebody may read it: for tables that leave the product."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from evidence.models import Answer, Attachment, Question, Round, SelfReport
from evidence.queries.questionnaires import questions_of
from evidence.queries.reports import Line, Sheet, SubjectLines, Table, asked_keys, in_words

Kind = Question.Kind


@dataclass(frozen=True)
class AnsweredReport:
    """A report with its answers by the keys of questions, and the questions that were asked of it."""

    report: SelfReport
    answers: dict[str, Answer]
    asked: set[str]
    files: dict[int, list[Attachment]] = field(default_factory=dict)

    def value_of(self, question: Question) -> Any:
        """The answer as it is stored, or None where nothing was asked or answered."""
        answer = self.answers.get(question.key)
        return None if answer is None or answer.is_empty or question.key not in self.asked else answer.value

    def text_of(self, question: Question) -> str:
        """The answer in words, one line a line or row."""
        words = in_words(question, self.value_of(question))
        if isinstance(words, Table):
            return "\n".join("; ".join(cell for cell in row if cell) for row in words.rows)
        return "\n".join(words)

    def files_of(self, question: Question) -> list[Attachment]:
        """The files that were added to a question that was asked."""
        return self.files.get(question.pk, []) if question.key in self.asked else []

    def rows_of(self, question: Question) -> list[list[str]]:
        """The rows of a table question in words."""
        words = in_words(question, self.value_of(question))
        return words.rows if isinstance(words, Table) else []

    def sheet(self, questions: Iterable[Question]) -> Sheet:
        """The report as its pages show it, without the round before and the steps."""
        lines = [
            Line(
                question=question,
                answer=self.answers.get(question.key),
                before=None,
                is_asked=question.key in self.asked,
                files=self.files.get(question.pk, []),
            )
            for question in questions
        ]
        subjects = groupby(lines, key=lambda line: line.question.section)
        return Sheet([SubjectLines(section, list(group)) for section, group in subjects])


@dataclass(frozen=True)
class RoundAnswers:
    """The questions of a round in their order, and the reports that the reader may read."""

    round: Round
    questions: list[Question]
    reports: list[AnsweredReport]

    @property
    def tables(self) -> list[Question]:
        return [question for question in self.questions if question.kind == Kind.TABLE]

    def answered(self) -> Iterator[tuple[AnsweredReport, Question]]:
        """Each question that was answered, by words or files, report by report in their order."""
        for answered in self.reports:
            for question in self.questions:
                if answered.value_of(question) is not None or answered.files_of(question):
                    yield answered, question


def handed_in(person: Any, round_: Round) -> QuerySet[SelfReport]:
    """The reports of a round that were handed in, for this person to read, by the names of partnerships."""
    statuses = (SelfReport.Status.SUBMITTED, SelfReport.Status.ACCEPTED)
    readable: QuerySet[SelfReport] = SelfReport.objects.read_by(person).filter(
        round=round_, status__in=statuses
    )
    return readable.select_related("partnership", "round", "submitted_by", "accepted_by").order_by(
        "partnership__name", "pk"
    )


def round_answers(person: Any, round_: Round, reports: Sequence[SelfReport]) -> RoundAnswers:
    """What was said in these reports of a round. Three queries, however much it is."""
    questions = questions_of(round_.questionnaire_version_id, with_codes=True)
    by_report: dict[int, dict[str, Answer]] = {report.pk: {} for report in reports}
    for answer in Answer.objects.filter(self_report__in=reports).select_related("question"):
        by_report[answer.self_report_id][answer.question.key] = answer
    files: dict[int, dict[int, list[Attachment]]] = {report.pk: {} for report in reports}
    for file in Attachment.objects.visible_to(person).filter(self_report__in=reports):
        files[file.self_report_id].setdefault(file.question_id, []).append(file)  # type: ignore[index, arg-type]
    return RoundAnswers(
        round_,
        questions,
        [
            AnsweredReport(
                report,
                answers := by_report[report.pk],
                asked_keys(questions, {key: answer.value for key, answer in answers.items()}),
                files[report.pk],
            )
            for report in reports
        ],
    )
