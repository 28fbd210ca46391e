"""What was said in a round and how people rated, as a spreadsheet, as comma-separated values, and as Word
reports in one file.
"""

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from evidence.exchange.profile_csv import EVERYBODY, figures_of
from evidence.exchange.report_word import report_as_word
from evidence.exchange.spreadsheet import Worksheet, spreadsheet
from evidence.models import Question, RatingStatement, SelfReport
from evidence.models.rating import STEP_WORDS, Step
from evidence.queries.plans import Plan
from evidence.queries.ratings import fewest_respondents
from evidence.queries.reports import readers_of
from evidence.queries.round_answers import AnsweredReport, RoundAnswers
from evidence.queries.round_ratings import RatedReport, RoundRatings
from evidence.queries.spreads import Spread
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
ABOUT_RATINGS = {
    "item": "The driver or barrier of the framework",
    "item_kind": "Driver, where a high step says that it is in place; barrier, where it says that it is rare",
    "statement": "What people were asked to rate",
    "people": "Everybody who answered, or those of one sector",
    "answered": "How many of them answered the statement",
    "step_0": "How many say that it doesn't apply to them",
    **{f"step_{int(step)}": "How many chose this step, from 1, the worst, to 5" for step in Step if step},
    "middle": "The median of the five steps",
    "agreement": "How far people see it alike, by the rule on the page of the profile",
    "evaluators_step": "How the evaluation team sees it",
    "evaluators_reason": "Why the evaluation team sees it so",
}
# What the sheet of one row a partnership says of each statement, in a column that begins with its code.
OF_A_STATEMENT = {
    "answered": "How many answered",
    "middle": "The median of the five steps",
    "agreement": "How far people see it alike",
}


def round_as_spreadsheet(answers: RoundAnswers, ratings: RoundRatings) -> bytes:
    """One row a partnership, one row an answer, a sheet for each table that was asked for, the same of
    ratings, and what each column means.
    """
    return spreadsheet(f"{answers.round}: answers and ratings", worksheets(answers, ratings))


def worksheets(answers: RoundAnswers, ratings: RoundRatings) -> Iterator[Worksheet]:
    yield Worksheet("About", ["What", "Details"], about(answers, ratings))
    yield Worksheet(
        "Partnerships",
        [*ABOUT_A_REPORT, *(question.key for question in answers.questions)],
        (
            [*facts_of(answered.report), *(wide_cell(answered, question) for question in answers.questions)]
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
        "Ratings a partnership",
        [*ABOUT_A_REPORT, "people", *(f"{code}_{name}" for code, name in columns_of(ratings))],
        ([*facts_of(rated.report), rated.people, *wide_ratings(rated)] for rated in ratings.reports),
    )
    yield Worksheet("Ratings", [*ABOUT_A_REPORT, *ABOUT_RATINGS], rating_rows(ratings))
    yield Worksheet(
        "Data dictionary",
        ["Sheet", "Column", "What it holds", "Kind", "Possible answers", "Asked when", "Informs"],
        [*dictionary(answers), *dictionary_of_ratings(ratings)],
    )


def about(answers: RoundAnswers, ratings: RoundRatings) -> list[tuple[str, Any]]:
    round_ = answers.round
    rows: list[tuple[str, Any]] = [
        ("Round", str(round_)),
        ("First day", round_.opens_on),
        ("Last day", round_.closes_on),
        ("Questionnaire", str(round_.questionnaire_version)),
        ("Reports in this file", len(answers.reports)),
        ("What is in it", "Reports that were handed in and that the person who made this file may read."),
        ("Ratings in this file", f"Of {len(ratings.reports)} partnerships whose ratings are complete."),
        ("What is left out of ratings", left_out()),
        ("What partnerships were told of their readers", readers_of(round_)),
        ("Made on", timezone.localdate()),
    ]
    if round_.is_demonstration:
        rows.insert(0, ("Demonstration", "Everything in this file is invented."))
    return rows


def left_out() -> str:
    fewest = fewest_respondents()
    return (
        f"Nobody's own answers. Nothing stands here for fewer than {fewest} people, and sectors only where "
        "nobody can be worked out from the others, as on the page of the profile. The words people wrote "
        "under “Why” are on that page alone."
    )


def facts_of(report: SelfReport) -> list[Any]:
    """The cells of ``ABOUT_A_REPORT``."""
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
        yield [*facts_of(answered.report), *cells_of(answered, question)]


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
        ("Partnerships, Answers and both of ratings", ABOUT_A_REPORT),
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
    """The items that a question informs; its query fetched them along."""
    return ", ".join(question.codes)  # type: ignore[attr-defined]


def columns_of(ratings: RoundRatings) -> Iterator[tuple[str, str]]:
    """The columns that speak of statements, as code and name."""
    for statement in ratings.statements:
        for name in OF_A_STATEMENT:
            yield statement.item.code, name


def wide_ratings(rated: RatedReport) -> Iterator[Any]:
    """The cells under ``columns_of``."""
    for line in rated.lines:
        answered, *_, middle, agreement = figures_of(line.spread)
        yield from (answered, middle, agreement)


def rating_rows(ratings: RoundRatings) -> Iterator[list[Any]]:
    """A row for each statement and everybody of a partnership, and for each sector that can be told apart."""
    for rated in ratings.reports:
        facts = facts_of(rated.report)
        for line in rated.lines:
            team = rated.team.get(line.statement.item.code)
            seen = [team.step, team.reason] if team else [None, None]
            yield [*facts, *rating_cells(line.statement, EVERYBODY, line.spread), *seen]
            for sector, spread in line.sectors.items():
                yield [*facts, *rating_cells(line.statement, sector, spread), None, None]


def rating_cells(statement: RatingStatement, people: str, spread: Spread | None) -> list[Any]:
    item = statement.item
    return [item.code, item.get_kind_display(), statement.statement, people, *figures_of(spread)]


def dictionary_of_ratings(ratings: RoundRatings) -> Iterator[list[str]]:
    yield ["Ratings a partnership", "people", "How many people have rated", "", "", "", ""]
    for column, meaning in ABOUT_RATINGS.items():
        yield ["Ratings", column, meaning, "", "", "", ""]
    for statement in ratings.statements:
        item = statement.item
        steps = "; ".join(f"{int(step)} {words}" for step, words in STEP_WORDS[item.kind].items())
        for name, meaning in OF_A_STATEMENT.items():
            yield [
                "Ratings a partnership",
                f"{item.code}_{name}",
                f"{meaning}: {statement.statement}",
                str(item.get_kind_display()),
                steps,
                "",
                item.code,
            ]


def ratings_as_csv(ratings: RoundRatings) -> Iterator[str]:
    """A line for each statement and group of people, as in the spreadsheet's long form."""
    yield from lines_of([*ABOUT_A_REPORT, *ABOUT_RATINGS], rating_rows(ratings))


def round_as_csv(answers: RoundAnswers) -> Iterator[str]:
    """A line an answer, as in the spreadsheet's long form."""
    yield from lines_of([*ABOUT_A_REPORT, *ABOUT_AN_ANSWER], long_rows(answers))


def lines_of(columns: list[str], rows: Iterator[list[Any]]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield UTF_8_MARK
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def reports_as_words(answers: RoundAnswers, plans: Mapping[int, Plan]) -> bytes:
    """Each report as a Word document, together in one ZIP file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for answered in answers.reports:
            report = answered.report
            name = f"{report.partnership.slug}-{report.ref}.docx"
            sheet = answered.sheet(answers.questions)
            archive.writestr(name, report_as_word(report, sheet, plans[report.pk]))
    return content.getvalue()
