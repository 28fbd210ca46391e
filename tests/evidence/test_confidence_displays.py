"""The displays of confidence as files: whole, and no more in them than their reader may know."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from evidence.actions.assessment import AssessmentInput, ConcernInput, CorrectionInput, assess_item
from evidence.models import Assessment, Component, Finding, FrameworkItem
from evidence.queries.confidence_displays import contributing_to
from partnerships.models import AuditRow
from tests.factories import (
    AssessmentFactory,
    CodingFactory,
    FindingFactory,
    LessonFactory,
    SourceFactory,
)
from tests.personas import Personas

ClientOf = Callable[[str], Client]
VISITOR = AnonymousUser()
READERS = ("visitor", "reporter", "funder", "evaluator", "lead", "administrator")


@pytest.fixture
def lesson(db: None) -> FrameworkItem:
    return LessonFactory(code="L5", title="Employers", plain_statement="Employers stay when asked early.")


def coded(item: FrameworkItem, direction: str = "supports", **fields: Any) -> Finding:
    finding = FindingFactory(published=True, **{"visibility": "public"} | fields)
    CodingFactory(finding=finding, item=item, direction=direction)
    return finding


@pytest.fixture
def judged(lesson: FrameworkItem, personas: Personas) -> Assessment:
    """Three findings of two partnerships and one source, one for the team alone, judged for everybody."""
    source = SourceFactory()
    coded(lesson, source=source, partnerships=[personas.partnership])
    coded(lesson, "challenges", source=source, partnerships=[personas.other_partnership])
    coded(lesson, "challenges", visibility="team", partnerships=[personas.partnership])
    concerns = {component: ConcernInput(concern="none") for component in Component}
    concerns[Component.RELEVANCE] = ConcernInput(concern="minor", reason="Few towns.", relevance="partial")
    data = AssessmentInput(
        confidence="moderate",
        explanation="Most agree.\n\nSome do not.",
        dissent="One said low.",
        visibility="public",
        concerns=concerns,
        corrections={"sources": CorrectionInput(corrected="One voice", reason="The same person.")},
    )
    return assess_item(by=personas.lead, item=lesson, data=data, last_seen=0)


def download(client: Client, display: str, format: str) -> bytes:
    response = client.get(f"/assessments/{display}.{format}")
    assert response.status_code == 200
    assert f"confidence-{display}-" in response["Content-Disposition"]
    return response.content


def word(client: Client, display: str) -> Any:
    return Document(io.BytesIO(download(client, display, "docx")))


def cells(document: Any) -> dict[str, str]:
    """The first judgement of a document by the headings of its table."""
    heads, first = document.tables[0].rows[:2]
    return {head.text: cell.text for head, cell in zip(heads.cells, first.cells, strict=True)}


def sheets(client: Client, display: str) -> dict[str, list[list[Any]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(download(client, display, "xlsx")))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def row_of(rows: list[list[Any]]) -> dict[str, Any]:
    heads, first = rows[:2]
    return dict(zip(heads, first, strict=True))


def everything(client: Client) -> str:
    """All words of all four files but the days on which they were made."""
    said = ""
    for display in ("summary", "profile"):
        document = word(client, display)
        said += "\n".join(paragraph.text for paragraph in document.paragraphs)
        said += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
        said += repr(sheets(client, display))
    return said


# What is in them


def test_the_summary_as_a_document(judged: Assessment, client_of: ClientOf) -> None:
    document = word(client_of("visitor"), "summary")
    said = cells(document)
    assert list(said) == ["What is said", "Contributing evidence", "Confidence", "Why"]
    assert said["What is said"] == "L5 Employers\nEmployers stay when asked early."
    assert said["Contributing evidence"] == (
        "Programme: supports (1), challenges (1)\n2014 review: none\nDistinct partnerships: 2"
    )
    assert said["Confidence"] == "Moderate"
    assert said["Why"].startswith(
        "Most agree.\nSome do not.\nDissent: One said low.\nJudged by the evaluation"
    )
    assert "GRADE-CERQual" in "".join(paragraph.text for paragraph in document.paragraphs)


def test_the_profile_adds_the_components(judged: Assessment, client_of: ClientOf) -> None:
    said = cells(word(client_of("visitor"), "profile"))
    assert [said[component.label] for component in Component] == [
        *["None or very minor"] * 3,
        "Minor (partial)\nFew towns.",
    ]
    row = row_of(sheets(client_of("visitor"), "profile")["Evidence profile"])
    assert (row["Relevance"], row["Relevance: why"]) == ("Minor (partial)", "Few towns.")


def test_the_document_is_made_to_be_read(judged: Assessment, client_of: ClientOf) -> None:
    document = word(client_of("visitor"), "profile")
    properties, section = document.core_properties, document.sections[0]
    assert (properties.title, properties.language) == ("How sure are we? Evidence profile", "en-GB")
    assert {mark.get(qn("w:val")) for mark in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    assert section.page_width > section.page_height
    headings = [one.text for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert headings == ["How to read it", "Evidence profile"]
    assert [one.text for one in document.paragraphs if one.style.name == "Caption"] == [
        "Evidence profile: 1 judgement"
    ]
    repeated = [len(list(row._tr.iter(qn("w:tblHeader")))) for row in document.tables[0].rows]
    assert repeated == [1, 0]


def test_the_spreadsheet_counts_in_cells(judged: Assessment, client_of: ClientOf) -> None:
    row = row_of(sheets(client_of("lead"), "summary")["Summary of findings"])
    counted = ("Programme: supports", "Programme: challenges", "Programme: context", "2014 review: supports")
    assert [row[name] for name in counted] == [1, 2, 0, 0]
    # The finding for the team alone has a source of its own.
    assert (row["Distinct partnerships"], row["Distinct sources"]) == (2, 2)
    assert (row["Confidence"], row["Dissent"], row["Judged by"]) == (
        *("Moderate", "One said low."),
        "The evaluation team",
    )
    assert row["Judged on"].isoformat()[:10]
    assert (row["Out of date"], row["Read by"], row["Demonstration"]) == ("No", "Public", "No")
    assert "Relevance" not in row


def test_what_has_changed_is_said_in_words(
    judged: Assessment, client_of: ClientOf, personas: Personas
) -> None:
    new = [coded(judged.item, "refines", partnerships=[personas.partnership]) for _ in range(12)]
    FrameworkItem.objects.filter(pk=judged.item_id).update(version=judged.item_version + 1)
    Assessment.objects.update(is_demonstration=True)
    lines = cells(word(client_of("visitor"), "summary"))["Confidence"].splitlines()
    assert lines[:3] == [
        "Moderate",
        "Demonstration: this judgement is invented.",
        "Out of date: evidence has come or changed since.",
    ]
    assert set(lines[3:13]) <= {f"{finding.ref}: New: refines." for finding in new}
    assert lines[13:] == ["And 2 more.", "Reworded since: the judgement is of the wording before."]
    changed = sheets(client_of("visitor"), "summary")["Changed since"]
    assert {row[1] for row in changed[1:]} == {finding.ref for finding in new}


def test_without_a_judgement_they_say_so(client_of: ClientOf, db: None) -> None:
    document = word(client_of("visitor"), "profile")
    assert not document.tables
    assert document.paragraphs[-1].text == "No judgement has been shared with you yet."
    assert sheets(client_of("visitor"), "profile")["Evidence profile"] == [["Item"]]


# For whom


@pytest.mark.parametrize("persona", READERS)
def test_each_reader_gets_their_own_judgements(client_of: ClientOf, personas: Personas, persona: str) -> None:
    circles = {
        "team": {"evaluator", "lead"},
        "funder": {"evaluator", "lead", "funder"},
        "partnerships": {"evaluator", "lead", "funder", "reporter"},
        "public": set(READERS),
    }
    for circle in circles:
        AssessmentFactory(visibility=circle, made_by=personas.lead, explanation=f"Kept for {circle}.")
    said = everything(client_of(persona))
    for circle, readers in circles.items():
        assert (f"Kept for {circle}." in said) is (persona in readers)
    assert ("Read by: evaluation team." in said) is (persona in circles["team"])


@pytest.mark.parametrize("persona", READERS)
def test_indicators_and_sources_are_for_those_who_may_read_of_them(
    judged: Assessment, client_of: ClientOf, persona: str
) -> None:
    client, in_team = client_of(persona), persona in {"evaluator", "lead"}
    said = cells(word(client, "profile"))
    assert ("Distinct sources" in said["Contributing evidence"]) is (in_team or persona == "funder")
    assert ("Read as: One voice (The same person.)" in said["Methodological limitations"]) is in_team
    assert ("Indicators" in sheets(client, "profile")) is in_team
    assert "Indicators" not in sheets(client, "summary")
    challenging = 2 if in_team else 1
    assert f"challenges ({challenging})" in said["Contributing evidence"]


@pytest.mark.parametrize("persona", ["visitor", "reporter", "administrator"])
def test_masked_findings_do_not_tell_where_they_are_from(
    judged: Assessment, client_of: ClientOf, personas: Personas, persona: str
) -> None:
    masked = [
        coded(judged.item, mask_area=True, partnerships=[personas.partnership], source=SourceFactory())
        for _ in range(2)
    ]
    client = client_of(persona)
    before = everything(client)
    assert "Distinct partnerships: 2, without findings whose area is not shown" in before
    masked[0].partnerships.set([personas.other_partnership])
    Finding.objects.filter(pk=masked[1].pk).update(source=masked[0].source)
    assert everything(client) == before


def test_a_finding_of_two_partnerships_is_counted_once(lesson: FrameworkItem, personas: Personas) -> None:
    coded(lesson, partnerships=[personas.partnership, personas.other_partnership])
    coded(lesson, programme_wide=True)
    beneath = contributing_to(personas.lead, [lesson])[lesson.pk]
    assert (beneath.programme, len(beneath.partnerships)) == ({"supports": 2}, 2)
    assert contributing_to(VISITOR, [lesson])[lesson.pk].sources is None


# On the pages, and what they cost


@pytest.mark.parametrize(
    ("page", "display"), [("/assessments/", "summary"), ("/assessments/profile/", "profile")]
)
def test_the_pages_link_to_their_files(
    judged: Assessment, client_of: ClientOf, page: str, display: str
) -> None:
    text = client_of("visitor").get(page).content.decode()
    for format in ("docx", "xlsx"):
        assert f'href="/assessments/{display}.{format}"' in text


def test_a_download_is_recorded_of_those_who_are_signed_in(judged: Assessment, client_of: ClientOf) -> None:
    download(client_of("visitor"), "summary", "xlsx")
    assert not AuditRow.objects.filter(verb="assessments.exported").exists()
    download(client_of("funder"), "profile", "docx")
    row = AuditRow.objects.get(verb="assessments.exported")
    assert row.details == {"display": "profile", "format": "docx", "judgements": 1}


@pytest.mark.parametrize("persona", ["visitor", "lead"])
def test_every_judgement_is_in_it_for_the_same_number_of_queries(
    judged: Assessment, client_of: ClientOf, personas: Personas, persona: str
) -> None:
    client, costs = client_of(persona), []
    for number in (1, 61):
        with CaptureQueriesContext(connection) as captured:
            assert len(word(client, "profile").tables[0].rows) == number + 1
            download(client, "summary", "xlsx")
        costs.append(len(captured))
        for lesson in LessonFactory.create_batch(60):
            AssessmentFactory(item=lesson, visibility="public", made_by=personas.lead)
            coded(lesson, partnerships=[personas.partnership])
    assert costs[0] == costs[1]
