"""What was said in a round, as a spreadsheet, as comma-separated values, and as Word reports in one file."""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from evidence.exchange.report_word import report_as_word
from evidence.exchange.spreadsheet import Worksheet, spreadsheet
from evidence.models import Question
from evidence.queries.reports import readers_of
from evidence.queries.round_answers import AnsweredReport, RoundAnswers
from partnerships.csv_lines import UTF_8_MARK, Line, harmless

Kind = Question.Kind

ABOUT_A_REPORT = {
    "partnership": "The partnership's name",
    "partnership_key": "The partnership's name in addresses",
    "report": "The report's ref",
    "status": "Submitted, or accepted by the evaluation team",
    "submitted_on": "The day on which it was handed in last",
    "late": "Whether that was after the round's last day",
}
ABOUT_AN_ANSWER = {
    "subject": "The page of the form",
    "question_key": "The question's key: the same from round to round as long as it asks the same thing",
    "question": "The question as it was worded in this round",
    "kind": "The kind of answer",
    "items": "The items of the framework that the answer informs",
    "answer": "The answer in words; rows of a table stand one below the other",
    "number": "The answer as a number, where it is one; amounts in whole pounds",
    "date": "The answer as a day, where it is one",
    "files": "The refs and names of the files that were added to the question",
    "answered_on": "When it was last changed",
}


def round_as_spreadsheet(answers: RoundAnswers) -> bytes:
    """One row a partnership, one row an answer, a sheet for each table that was asked for, and what each
    column means.
    """
    return spreadsheet(f"{answers.round}: answers", worksheets(answers))


def worksheets(answers: RoundAnswers) -> Iterator[Worksheet]:
    yield Worksheet("About", ["What", "Details"], about(answers))
    yield Worksheet(
        "Partnerships",
        [*ABOUT_A_REPORT, *(question.key for question in answers.questions)],
        (
            [*facts_of(answered), *(wide_cell(answered, question) for question in answers.questions)]
            for answered in answers.reports
        ),
    )
    yield Worksheet("Answers", [*ABOUT_A_REPORT, *ABOUT_AN_ANSWER], long_rows(answers))
    for question in answers.tables:
        yield Worksheet(
            question.key,
            ["partnership", "report", "row", *(column["label"] for column in question.columns)],
            table_rows(answers, question),
        )
    yield Worksheet(
        "Data dictionary",
        ["Sheet", "Column", "What it holds", "Kind", "Possible answers", "Asked when", "Informs"],
        dictionary(answers),
    )


def about(answers: RoundAnswers) -> list[tuple[str, Any]]:
    round_ = answers.round
    rows: list[tuple[str, Any]] = [
        ("Round", str(round_)),
        ("First day", round_.opens_on),
        ("Last day", round_.closes_on),
        ("Questionnaire", str(round_.questionnaire_version)),
        ("Reports in this file", len(answers.reports)),
        ("What is in it", "Reports that were handed in and that the person who made this file may read."),
        ("What partnerships were told of their readers", readers_of(round_)),
        ("Made on", timezone.localdate()),
    ]
    if round_.is_demonstration:
        rows.insert(0, ("Demonstration", "Everything in this file is invented."))
    return rows


def facts_of(answered: AnsweredReport) -> list[Any]:
    """The cells of ``ABOUT_A_REPORT``."""
    report = answered.report
    return [
        report.partnership.name,
        report.partnership.slug,
        report.ref,
        report.get_status_display(),
        timezone.localtime(report.submitted_at).date() if report.submitted_at else None,
        report.is_late,
    ]


def wide_cell(answered: AnsweredReport, question: Question) -> Any:
    """Numbers and days as such; the rest in words."""
    number = number_of(answered, question)
    if number is not None:
        return number
    return date_of(answered, question) or answered.text_of(question)


def number_of(answered: AnsweredReport, question: Question) -> int | float | None:
    value = answered.value_of(question)
    return value if question.kind in (Kind.NUMBER, Kind.MONEY) else None


def date_of(answered: AnsweredReport, question: Question) -> datetime.date | None:
    value = answered.value_of(question)
    return datetime.date.fromisoformat(value) if value and question.kind == Kind.DATE else None


def long_rows(answers: RoundAnswers) -> Iterator[list[Any]]:
    """A row an answer."""
    for answered, question in answers.answered():
        yield [*facts_of(answered), *cells_of(answered, question)]


def cells_of(answered: AnsweredReport, question: Question) -> list[Any]:
    """The cells of ``ABOUT_AN_ANSWER``."""
    answer = answered.answers.get(question.key)
    return [
        question.section.title,
        question.key,
        question.text,
        question.get_kind_display(),
        codes_of(question),
        answered.text_of(question),
        number_of(answered, question),
        date_of(answered, question),
        "\n".join(f"{file.ref} {file.name}" for file in answered.files_of(question)),
        timezone.localtime(answer.updated_at).date() if answer else None,
    ]


def table_rows(answers: RoundAnswers, question: Question) -> Iterator[list[Any]]:
    for answered in answers.reports:
        for number, row in enumerate(answered.rows_of(question), start=1):
            yield [answered.report.partnership.name, answered.report.ref, number, *row]


def dictionary(answers: RoundAnswers) -> Iterator[list[str]]:
    for sheet, columns in (
        ("Partnerships, Answers", ABOUT_A_REPORT),
        ("Answers", ABOUT_AN_ANSWER),
    ):
        for column, meaning in columns.items():
            yield [sheet, column, meaning, "", "", "", ""]
    for question in answers.questions:
        yield [
            "Partnerships",
            question.key,
            question.text,
            question.get_kind_display(),
            "; ".join(question.labels.values()),
            asked_when(question),
            codes_of(question),
        ]
    for question in answers.tables:
        for column in question.columns:
            options = "; ".join(option["label"] for option in column["options"])
            kind = str(Kind(column["kind"]).label)
            yield [question.key, column["label"], question.text, kind, options, "", codes_of(question)]


def asked_when(question: Question) -> str:
    if question.shown_if is None:
        return "Always"
    return f"{question.shown_if.key} is: {' or '.join(question.shown_if_labels)}"


def codes_of(question: Question) -> str:
    return ", ".join(item.code for item in question.items.all())


def round_as_csv(answers: RoundAnswers) -> Iterator[str]:
    """A line an answer, as in the spreadsheet's long form."""
    writer = csv.writer(Line())
    yield UTF_8_MARK
    yield writer.writerow([*ABOUT_A_REPORT, *ABOUT_AN_ANSWER])
    for row in long_rows(answers):
        yield writer.writerow([harmless(cell) for cell in row])


def reports_as_words(answers: RoundAnswers) -> bytes:
    """Each report as a Word document, together in one ZIP file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for answered in answers.reports:
            report = answered.report
            name = f"{report.partnership.slug}-{report.ref}.docx"
            sheet = answered.sheet(answers.questions)
            archive.writestr(name, report_as_word(report, sheet, answered.plan))
    return content.getvalue()
