"""Briefs: made for their readers, issued in versions, honest about changes, in order as documents."""

import io
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from docx import Document
from docx.oxml.ns import qn

from evidence.actions.briefs import BriefInput, arrange_brief, issue_brief, make_brief
from evidence.actions.consent import withdraw_consent
from evidence.actions.findings import withdraw_finding
from evidence.exchange import brief_pdf
from evidence.models import Brief, Finding, FrameworkItem
from evidence.queries.briefs import changes_between, present_content
from partnerships.errors import Conflict
from partnerships.models import AuditRow
from tests.factories import AssessmentFactory, FindingFactory, LessonFactory, SourceFactory
from tests.personas import Personas


@pytest.fixture
def lesson(db: None) -> FrameworkItem:
    return LessonFactory(code="L5", title="Employers are hard to win")


def published(
    lesson: FrameworkItem, personas: Personas, direction: str = "supports", **fields: Any
) -> Finding:
    return FindingFactory(
        **{
            "published": True,
            "visibility": "public",
            "created_by": personas.evaluator,
            "partnerships": [personas.partnership],
            "codings": [(lesson, direction)],
            **fields,
        }
    )


@pytest.fixture
def finding(lesson: FrameworkItem, personas: Personas) -> Finding:
    return published(lesson, personas, title="Ten firms of twelve", text="Ten of twelve firms took one on.")


def made(personas: Personas, audience: str = "public", by: str = "lead", **stated: Any) -> Brief:
    data = BriefInput(**{"title": "Employers", "audience": audience, "items": ["L5"], **stated})
    return make_brief(by=personas[by], data=data)


def item_of(brief: Brief, code: str = "L5") -> dict[str, Any]:
    return next(item for item in present_content(brief)["items"] if item["code"] == code)


def count(brief: Brief, direction: str) -> dict[str, Any]:
    return next(row for row in item_of(brief)["counts"] if row["direction"] == direction)


class TestForWhom:
    def test_it_counts_what_its_readers_may_read_and_nothing_else(
        self, finding: Finding, lesson: FrameworkItem, personas: Personas
    ) -> None:
        published(lesson, personas, "challenges", visibility="funder")
        assert count(made(personas, "public"), "challenges")["findings"] == 0
        assert count(made(personas, "funder"), "challenges")["findings"] == 1
        assert count(made(personas, "public"), "supports")["findings"] == 1

    def test_one_interview_and_one_partnership_count_once(
        self, lesson: FrameworkItem, personas: Personas
    ) -> None:
        source = SourceFactory(created_by=personas.evaluator, consent_scope="public", is_shared=True)
        for _ in range(3):
            published(lesson, personas, source=source)
        row = count(made(personas), "supports")
        assert (row["findings"], row["partnerships"], row["sources"]) == (3, 1, 1)

    def test_masked_findings_are_chosen_by_no_partnership(
        self, lesson: FrameworkItem, personas: Personas
    ) -> None:
        published(lesson, personas, mask_area=True)
        of_one = [personas.partnership.slug]
        assert count(made(personas, "public", partnerships=of_one), "supports")["findings"] == 0
        assert count(made(personas, "funder", partnerships=of_one), "supports")["findings"] == 1
        assert count(made(personas, "public"), "supports")["partnerships"] == 1

    def test_a_judgement_for_the_funder_is_not_in_a_public_brief(
        self, lesson: FrameworkItem, personas: Personas
    ) -> None:
        AssessmentFactory(item=lesson, made_by=personas.lead, visibility="funder")
        assert item_of(made(personas, "public"))["confidence"] is None
        assert item_of(made(personas, "funder"))["confidence"]

    def test_what_goes_beyond_the_funder_a_lead_issues(
        self, lesson: FrameworkItem, personas: Personas
    ) -> None:
        brief = made(personas, "public", by="evaluator")
        with pytest.raises(PermissionDenied):
            issue_brief(by=personas.evaluator, brief=brief, version=1)
        assert issue_brief(by=personas.lead, brief=brief, version=1).number == 1
        own = made(personas, "funder", by="funder")
        assert issue_brief(by=personas.funder, brief=own, version=1).number == 1

    def test_once_issued_its_readers_stay(self, lesson: FrameworkItem, personas: Personas) -> None:
        brief = made(personas, "funder")
        issue_brief(by=personas.lead, brief=brief, version=1)
        wider = BriefInput(title="Employers", audience="public", items=["L5"])
        with pytest.raises(ValidationError) as refusal:
            arrange_brief(by=personas.lead, brief=brief, data=wider, version=1)
        assert "audience" in refusal.value.message_dict

    def test_reporters_make_none(self, lesson: FrameworkItem, personas: Personas) -> None:
        with pytest.raises(PermissionDenied):
            made(personas, by="reporter")

    def test_an_example_that_its_readers_may_not_read_is_not_taken(
        self, finding: Finding, lesson: FrameworkItem, personas: Personas
    ) -> None:
        inside = published(lesson, personas, visibility="funder")
        brief = made(personas, "public", examples={"L5": [inside.ref]})
        assert [row["ref"] for row in item_of(brief)["examples"]] == [finding.ref]


class TestVersions:
    def test_it_says_what_came_since(
        self, finding: Finding, lesson: FrameworkItem, personas: Personas
    ) -> None:
        brief = made(personas)
        issue = issue_brief(by=personas.lead, brief=brief, version=1)
        assert changes_between(issue.content, present_content(brief)) == []
        new = published(lesson, personas, "challenges")
        ((name, sentences),) = changes_between(issue.content, present_content(brief))
        assert name.startswith("L5 ")
        assert f"New: {new.ref}." in sentences

    def test_nothing_new_is_not_issued_again(self, finding: Finding, personas: Personas) -> None:
        brief = made(personas)
        issue_brief(by=personas.lead, brief=brief, version=1)
        with pytest.raises(ValidationError, match="Nothing has changed"):
            issue_brief(by=personas.lead, brief=brief, version=1)

    def test_what_somebody_else_arranged_is_not_overwritten(
        self, lesson: FrameworkItem, personas: Personas
    ) -> None:
        brief = made(personas)
        data = BriefInput(title="Others", audience="public", items=["L5"])
        arrange_brief(by=personas.lead, brief=brief, data=data, version=1)
        with pytest.raises(Conflict):
            arrange_brief(by=personas.lead, brief=brief, data=data, version=1)
        with pytest.raises(Conflict):
            issue_brief(by=personas.lead, brief=brief, version=1)

    @pytest.mark.parametrize("taken_back", ["withdrawn", "consent", "narrowed"])
    def test_what_is_taken_back_is_shown_in_no_version_and_no_download(
        self,
        lesson: FrameworkItem,
        personas: Personas,
        client_of: Callable[[str], Client],
        taken_back: str,
    ) -> None:
        source = SourceFactory(created_by=personas.evaluator, consent_scope="public", quote_permission=True)
        finding = published(
            lesson, personas, title="A headline", text="Zqwords of it.", quote="Zqquoted.", source=source
        )
        issue = issue_brief(by=personas.lead, brief=made(personas), version=1)
        address = issue.get_absolute_url()
        assert "Zqwords" in client_of("visitor").get(address).content.decode()
        if taken_back == "withdrawn":
            withdraw_finding(by=personas.lead, finding=finding, version=finding.version, reason="Wrong.")
        elif taken_back == "consent":
            withdraw_consent(by=personas.lead, source=source, reason="They asked.", version=source.version)
        else:
            Finding.objects.filter(pk=finding.pk).update(visibility="team")
        for person in ("visitor", "lead"):
            page = client_of(person).get(address).content.decode()
            document = text_of(client_of(person).get(f"{address}word/").content)
            assert finding.ref in page
            # Whole words: two letters of them are found by chance in the page's own token.
            for words in ("A headline", "Zqwords of it", "Zqquoted"):
                assert words not in page
                assert words not in document

    def test_every_step_leaves_a_row(self, lesson: FrameworkItem, personas: Personas) -> None:
        brief = made(personas)
        issue_brief(by=personas.lead, brief=brief, version=1)
        verbs = AuditRow.objects.filter(target_key=brief.ref).values_list("verb", flat=True)
        assert set(verbs) == {"brief.made", "brief.issued"}


def text_of(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


class TestWord:
    @pytest.fixture
    def document(
        self, finding: Finding, lesson: FrameworkItem, personas: Personas, client_of: Callable[[str], Client]
    ) -> Any:
        published(lesson, personas, "challenges")
        brief = made(personas, introduction="For the board.\x0b", notes={"L5": "Begin here."})
        issue = issue_brief(by=personas.lead, brief=brief, version=1)
        response = client_of("lead").get(f"{issue.get_absolute_url()}word/")
        assert AuditRow.objects.filter(verb="brief.exported", target_key=brief.ref).exists()
        return Document(io.BytesIO(response.content))

    def test_headings_come_in_order(self, document: Any) -> None:
        names = [paragraph.style.name for paragraph in document.paragraphs]
        assert names[0] == "Title"
        levels = [int(name[-1]) for name in names if name.startswith("Heading")]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_tables_have_header_rows_and_captions(self, document: Any) -> None:
        assert document.tables
        for table in document.tables:
            assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
            assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val"))
        captions = [row for row in document.paragraphs if row.style.name == "Caption"]
        assert len(captions) == len(document.tables) + len(document.inline_shapes)

    def test_pictures_say_what_they_show(self, document: Any) -> None:
        (picture,) = document.inline_shapes
        assert "1 supports, 0 refines, 1 challenges" in picture._inline.docPr.get("descr")

    def test_it_says_its_title_author_and_language(self, document: Any) -> None:
        properties = document.core_properties
        assert (properties.title, properties.language) == ("Employers", "en-GB")
        assert properties.author

    def test_looks_are_in_styles_alone(self, document: Any) -> None:
        for paragraph in document.paragraphs:
            assert all(run.bold is None and run.font.size is None for run in paragraph.runs)


class TestPdf:
    def test_the_page_says_that_there_is_none(
        self,
        lesson: FrameworkItem,
        personas: Personas,
        client_of: Callable[[str], Client],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("evidence.views.briefs.can_make_pdf", lambda: False)
        issue = issue_brief(by=personas.lead, brief=made(personas), version=1)
        page = client_of("visitor").get(issue.get_absolute_url()).content.decode()
        assert "PDF can&#39;t be made here" in page or "PDF can't be made here" in page
        assert "/pdf/" not in page

    def test_without_the_extra_there_is_a_plain_refusal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(name: str) -> None:
            raise OSError("no Pango")

        monkeypatch.setattr(brief_pdf.importlib, "import_module", fails)
        with pytest.raises(brief_pdf.NoPdf):
            brief_pdf.as_pdf("<p>Text</p>")

    def test_it_is_tagged(
        self, finding: Finding, personas: Personas, client_of: Callable[[str], Client]
    ) -> None:
        pytest.importorskip("weasyprint")
        issue = issue_brief(by=personas.lead, brief=made(personas), version=1)
        content = client_of("visitor").get(f"{issue.get_absolute_url()}pdf/").content
        assert content.startswith(b"%PDF-")


class TestForm:
    def test_items_are_ordered_noted_and_given_examples(
        self, finding: Finding, personas: Personas, client_of: Callable[[str], Client]
    ) -> None:
        LessonFactory(code="L6", title="Some ways work")
        browser = client_of("funder")
        started = {"title": "Employers", "audience": "funder", "items-lesson": ["L5", "L6"]}
        address = browser.post("/briefs/new/", started)["Location"]
        arranged = {
            **started,
            "version": 1,
            "position-L5": 2,
            "position-L6": 1,
            "coding-L5-note": "Mind this.",
            "examples-L5": [finding.ref],
        }
        assert browser.post(address, arranged).status_code == 302
        items = present_content(Brief.objects.get())["items"]
        assert [item["code"] for item in items] == ["L6", "L5"]
        assert (items[1]["note"], items[1]["examples"][0]["ref"]) == ("Mind this.", finding.ref)

    def test_a_mistake_loses_nothing(self, lesson: FrameworkItem, client_of: Callable[[str], Client]) -> None:
        typed = {
            "title": "",
            "audience": "team",
            "introduction": "Typed words",
            "items-lesson": ["L5", "L99"],
        }
        page = client_of("funder").post("/briefs/new/", typed).content.decode()
        assert "Give the brief a title." in page
        assert "Typed words" in page

    def test_an_old_page_gets_what_was_typed_back(
        self, lesson: FrameworkItem, personas: Personas, client_of: Callable[[str], Client]
    ) -> None:
        brief = made(personas, "funder")
        sent = {"title": "Mine", "audience": "funder", "items-lesson": ["L5"], "version": 0}
        response = client_of("lead").post(f"/briefs/{brief.ref}/arrange/", sent)
        assert response.status_code == 409
        assert "Mine" in response.content.decode()

    def test_a_theme_chooses_its_lessons(
        self, lesson: FrameworkItem, client_of: Callable[[str], Client]
    ) -> None:
        page = client_of("funder").get(f"/briefs/new/?theme={lesson.theme.slug}").content.decode()
        assert "(1 chosen)" in page
