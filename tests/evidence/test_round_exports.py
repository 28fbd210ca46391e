"""What was said in a round as files: whole, for its readers alone, and harmless to open."""

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document
from python_calamine import CalamineWorkbook

from evidence.exchange.spreadsheet import LEFT_OUT, LONGEST_CELL, Worksheet, free_name, spreadsheet
from evidence.models import FrameworkItem, Question, Round, SelfReport
from partnerships.models import AuditRow, Sector
from tests.factories import (
    AnswerFactory,
    AttachmentFactory,
    BarrierFactory,
    DriverFactory,
    LessonFactory,
    PartnershipFactory,
    QuestionFactory,
    QuestionnaireVersionFactory,
    RaterFactory,
    RatingFactory,
    RatingsEndFactory,
    RatingStatementFactory,
    RoundFactory,
    SectionFactory,
    SectorFactory,
    SelfReportFactory,
    TeamViewFactory,
)
from tests.personas import Personas

ClientOf = Callable[[str], Client]
COLUMNS = [
    {"key": "who", "label": "Who", "kind": "text", "options": []},
    {"key": "pounds", "label": "Pounds", "kind": "money", "options": []},
]


@pytest.fixture
def round_(personas: Personas) -> Round:
    """Two reports handed in, one accepted and one not, and one that is being filled in."""
    asked = QuestionnaireVersionFactory(fixed=True, fixed_by=personas.lead)
    section = SectionFactory(questionnaire_version=asked, key="beginnings", title="How it began")
    new = QuestionFactory(section=section, choice=True, key="new", text="Is it new?")
    QuestionFactory(section=section, key="why", text="Why so?", shown_if=new, shown_if_values=["yes"])
    money = QuestionFactory(section=section, key="budget", text="How much?", kind=Question.Kind.MONEY)
    money.items.add(LessonFactory(code="L5"))
    QuestionFactory(section=section, key="day", text="Since when?", kind=Question.Kind.DATE)
    QuestionFactory(
        section=section, key="resources", text="Who gave what?", kind=Question.Kind.TABLE, columns=COLUMNS
    )
    made = RoundFactory(
        opened=True,
        created_by=personas.lead,
        questionnaire=asked.questionnaire,
        questionnaire_version=asked,
        funder_reads="accepted",
        partnerships=[personas.partnership, personas.other_partnership],
    )
    answered(made, personas.partnership, personas.reporter, accepted=True)
    answered(made, personas.other_partnership, personas.other_reporter, submitted=True)
    return made


def answered(round_: Round, partnership: Any, reporter: Any, **state: bool) -> None:
    report = SelfReportFactory(round=round_, partnership=partnership, **state)
    values = {
        "new": "no",
        "why": "Never asked.",
        "budget": 12_500,
        "day": "2015-03-04",
        "resources": [{"who": "=SUM(A1)", "pounds": 900}, {"who": "A school", "pounds": ""}],
    }
    for key, value in values.items():
        question = round_.questionnaire_version.questions.get(key=key)
        AnswerFactory(self_report=report, question=question, value=value, updated_by=reporter)


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def download(client: Client, round_: Round, format: str, name: str = "answers") -> bytes:
    response = client.get(f"/rounds/{round_.slug}/{name}.{format}")
    assert response.status_code == 200
    assert f"{name}.{format}" in response["Content-Disposition"]
    return response.content


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def rated(report: SelfReport, item: FrameworkItem, steps: dict[Sector, list[int]]) -> None:
    """So many people of each sector rate one item, each with a reason."""
    for sector, chosen in steps.items():
        for step in chosen:
            rater = RaterFactory(self_report=report, sector=sector, sent=True)
            RatingFactory(rater=rater, item=item, step=step, reason="Since Ann left.")


@pytest.fixture
def ratings(round_: Round, personas: Personas) -> Round:
    """Eleven people of two sectors have rated for North, where that is the end; six for South so far."""
    item = RatingStatementFactory(item=DriverFactory(code="D1")).item
    few = RatingStatementFactory(item=BarrierFactory(code="B1")).item
    third, public = SectorFactory(code="third", name="Third"), SectorFactory(code="public", name="Public")
    north, south = round_.self_reports.order_by("partnership__name")
    rated(north, item, {third: [1, 1, 2, 4, 5, 5], public: [3, 3, 3, 3, 3]})
    rated(north, few, {public: [1, 1, 1, 1]})
    rated(south, item, {third: [1, 2, 3, 4, 5, 5]})
    RaterFactory(self_report=south, sector=third)
    RatingsEndFactory(self_report=north, by=personas.reporter)
    TeamViewFactory(self_report=north, item=item, step=2, reason="So we saw.", updated_by=personas.evaluator)
    return round_


def test_the_spreadsheet_has_a_row_a_partnership_and_a_row_an_answer(
    client_of: ClientOf, round_: Round
) -> None:
    question = round_.questionnaire_version.questions.get(key="day")
    report = round_.self_reports.get(partnership__slug="north")
    file = AttachmentFactory(source=None, self_report=report, question=question, name="plan.txt")
    sheets = sheets_of(download(client_of("evaluator"), round_, "xlsx"))
    assert list(sheets) == [
        "About",
        "Partnerships",
        "Answers",
        "resources",
        "Ratings a partnership",
        "Ratings",
        "Data dictionary",
    ]
    heads, north, south = sheets["Partnerships"]
    row = dict(zip(heads, north, strict=True))
    shown = (row["partnership"], row["status"], row["budget"], row["new"])
    assert shown == ("North", "Accepted", 12_500, "No")
    assert row["day"].isoformat()[:10] == "2015-03-04"
    assert row["why"] == "", "a question that is not asked has no answer, whatever was typed before"
    assert row["resources"] == "=SUM(A1); £900\nA school"
    assert south[0] == "South"
    heads, *rows = sheets["Answers"]
    assert len(rows) == 8
    money = next(dict(zip(heads, row, strict=True)) for row in rows if "budget" in row)
    assert (money["items"], money["answer"], money["number"]) == ("L5", "£12,500", 12_500)
    assert rows[2][heads.index("files")] == f"{file.ref} plan.txt"
    assert sheets["resources"][1:3] == [
        ["North", sheets["Partnerships"][1][2], 1, "=SUM(A1)", "£900"],
        ["North", sheets["Partnerships"][1][2], 2, "A school", ""],
    ]
    described = {row[1] for row in sheets["Data dictionary"]}
    assert {*heads, "budget", "resources", "Pounds"} <= described
    why = next(row for row in sheets["Data dictionary"] if row[1] == "why")
    assert why[5] == "new is: Yes"


def test_the_lines_of_answers_hold_no_formula(client_of: ClientOf, round_: Round) -> None:
    question = round_.questionnaire_version.questions.get(key="why")
    question.shown_if, question.shown_if_values = None, []
    question.save()
    report = round_.self_reports.get(partnership__slug="north")
    report.answers.filter(question=question).update(value="@here it began")
    text = download(client_of("evaluator"), round_, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    reasons = [row["answer"] for row in rows if row["question_key"] == "why"]
    assert reasons == ["'@here it began", "Never asked."]
    assert {row["partnership_key"] for row in rows} == {"north", "south"}


def test_each_report_is_a_document_in_one_file(client_of: ClientOf, round_: Round) -> None:
    archive = zipfile.ZipFile(io.BytesIO(download(client_of("evaluator"), round_, "zip")))
    assert sorted(name.split("-")[0] for name in archive.namelist()) == ["north", "south"]
    document = Document(io.BytesIO(archive.read(archive.namelist()[0])))
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert headings == ["How it began", "Is it new?", "How much?", "Since when?", "Who gave what?"]


@pytest.mark.parametrize("format", ["xlsx", "csv", "zip"])
def test_the_funder_gets_what_is_accepted_and_nobody_else_anything(
    client_of: ClientOf, round_: Round, format: str
) -> None:
    content = download(client_of("funder"), round_, format)
    if format == "zip":
        assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == 1
    elif format == "csv":
        assert b"south" not in content
    else:
        assert [row[0] for row in sheets_of(content)["Partnerships"][1:]] == ["North"]
    address = f"/rounds/{round_.slug}/answers.{format}"
    for persona, status in {"reporter": 403, "administrator": 403, "visitor": 302}.items():
        assert client_of(persona).get(address).status_code == status
    Round.objects.update(funder_reads="never")
    assert client_of("funder").get(address).status_code == 404


def test_taking_answers_along_leaves_a_record(client_of: ClientOf, round_: Round) -> None:
    download(client_of("evaluator"), round_, "xlsx")
    row = AuditRow.objects.get(verb="round.exported")
    assert row.target_key == round_.slug
    assert row.details == {"format": "xlsx", "reports": 2}


def test_it_costs_the_same_for_any_number_of_reports(client_of: ClientOf, round_: Round) -> None:
    client = client_of("evaluator")
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            for format in ("xlsx", "csv", "zip"):
                download(client, round_, format)
            download(client, round_, "csv", "ratings")
        costs.append(len(captured))
        for _ in range(10):
            partnership = PartnershipFactory()
            round_.partnerships.add(partnership)
            answered(round_, partnership, round_.created_by, accepted=True)
    assert costs[0] == costs[1]


# Ratings


def test_ratings_go_along_as_their_profile_shows_them(client_of: ClientOf, ratings: Round) -> None:
    sheets = sheets_of(download(client_of("evaluator"), ratings, "xlsx"))
    assert "Since Ann left" not in str(sheets)
    [heads, *rows] = sheets["Ratings a partnership"]
    [north] = [dict(zip(heads, row, strict=True)) for row in rows]
    shown = (north["partnership"], north["people"], north["D1_answered"], north["D1_middle"])
    assert shown == ("North", 15, 11, 3)
    assert north["D1_agreement"] == "Views are far apart"
    assert north["B1_answered"] == "", "four people are too few"
    rows = rows_of(download(client_of("evaluator"), ratings, "csv", "ratings"))
    assert [(row["item"], row["people"], row["answered"], row["step_3"]) for row in rows] == [
        ("D1", "everybody", "11", "5"),
        ("D1", "Public", "5", "5"),
        ("D1", "Third", "6", "0"),
        ("B1", "everybody", "", ""),
    ]
    assert (rows[0]["evaluators_step"], rows[0]["evaluators_reason"]) == ("2", "So we saw.")
    assert not rows[1]["evaluators_step"]
    described = {row[1] for row in sheets["Data dictionary"]}
    assert {*heads, *rows[0]} <= described


def test_a_sector_that_could_be_worked_out_goes_along_nowhere(client_of: ClientOf, ratings: Round) -> None:
    private = SectorFactory(code="private", name="Private")
    north = ratings.self_reports.get(partnership__slug="north")
    rated(north, FrameworkItem.objects.get(code="D1"), {private: [5, 5]})
    rows = rows_of(download(client_of("evaluator"), ratings, "csv", "ratings"))
    assert {row["people"] for row in rows} == {"everybody", "Third"}


def test_the_funder_gets_ratings_of_what_it_may_read(client_of: ClientOf, ratings: Round) -> None:
    RatingsEndFactory(self_report=ratings.self_reports.get(partnership__slug="south"))
    for persona, partnerships in {"funder": {"North"}, "lead": {"North", "South"}}.items():
        rows = rows_of(download(client_of(persona), ratings, "csv", "ratings"))
        assert {row["partnership"] for row in rows} == partnerships


@pytest.mark.parametrize("persona", ["evaluator", "lead", "administrator"])
def test_the_board_counts_who_rated_and_tells_nothing_of_it(
    client_of: ClientOf, ratings: Round, persona: str
) -> None:
    text = client_of(persona).get(ratings.get_absolute_url()).content.decode()
    assert "Complete: 15 people" in text
    assert "6 of 7 have answered" in text
    assert "Since Ann left" not in text
    assert "far apart" not in text


# The spreadsheets themselves


def test_texts_stay_texts_and_figures_figures() -> None:
    rows = [["=1+1", 3, 2.5, True, None], ["https://example.org", "12", "\x00bad\x0b", False, ""]]
    content = spreadsheet("Title", [Worksheet("One", list("abcde"), rows)])
    assert sheets_of(content)["One"][1:] == [
        ["=1+1", 3, 2.5, "Yes", ""],
        ["https://example.org", "12", "bad", "No", ""],
    ]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_a_text_that_no_cell_can_hold_says_that_it_was_cut() -> None:
    [_, [cell]] = sheets_of(spreadsheet("T", [Worksheet("One", ["a"], [["x" * 40_000]])]))["One"]
    assert len(cell) == LONGEST_CELL
    assert cell.endswith(LEFT_OUT)


def test_sheets_get_names_that_are_allowed_and_different() -> None:
    taken: set[str] = set()
    names = [free_name(name, taken) for name in ("A: what?", "a what", "x" * 40, "X" * 40, "[]")]
    assert names == ["A what", "a what 2", "x" * 31, "X" * 29 + " 2", "Sheet"]
