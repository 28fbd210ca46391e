"""Files in a self-report: part of its answers, for its readers alone, and locked with it."""

import io
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document

from evidence.actions.attachments import add_attachment, erase_attachment
from evidence.actions.self_reports import accept_report, return_report, save_answers, submit_report
from evidence.models import Attachment, Question, SelfReport
from evidence.queries.reports import missing_questions
from partnerships.errors import Conflict
from partnerships.models import AuditRow
from tests.factories import PersonFactory, QuestionFactory, RoundFactory, SectionFactory, SelfReportFactory
from tests.personas import Personas

ClientOf = Callable[[str], Client]


@pytest.fixture
def report(personas: Personas) -> SelfReport:
    """An open report that asks for something that exists already."""
    round_ = RoundFactory(opened=True, created_by=personas.lead, funder_reads="accepted")
    section = SectionFactory(questionnaire_version=round_.questionnaire_version, key="papers")
    QuestionFactory(section=section, key="plan", text="Is there a plan?", kind="link", required=True)
    return SelfReportFactory(round=round_, partnership=personas.partnership)


@pytest.fixture
def question(report: SelfReport) -> Question:
    return Question.objects.get(key="plan")


def upload(content: bytes = b"Our plan.", name: str = "plan.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def added(personas: Personas, report: SelfReport, question: Question) -> Attachment:
    return add_attachment(
        by=personas.reporter,
        owner=report,
        question=question,
        upload=upload(),
        description="As agreed",
    )


def page_of_files(report: SelfReport) -> str:
    return f"/reports/{report.ref}/questions/plan/files/"


def test_a_file_stands_for_an_answer_and_begins_the_report(
    personas: Personas, report: SelfReport, question: Question
) -> None:
    assert missing_questions(report) == [question]
    added(personas, report, question)
    report.refresh_from_db()
    assert (report.status, report.version) == ("in-progress", 2)
    assert missing_questions(report) == []
    submit_report(by=personas.reporter, report=report, version=2, declared=True)
    assert AuditRow.objects.filter(verb="attachment.added", details__to=report.ref).exists()


def test_it_is_added_and_taken_out_on_the_pages(
    client_of: ClientOf, report: SelfReport, question: Question
) -> None:
    browser = client_of("reporter")
    section = f"/reports/{report.ref}/subjects/papers/"
    assert f'href="{page_of_files(report)}"' in browser.get(section).content.decode()
    assert "Whoever reads your answers gets them" in browser.get(page_of_files(report)).content.decode()
    response = browser.post(page_of_files(report), {"file_1": upload(), "description_1": "As agreed"})
    assert response.url == f"{section}#question-plan"
    html = browser.get(section).content.decode()
    assert "Added: plan.txt. You can take it out again until the report is submitted." in html
    file = Attachment.objects.get()
    assert f'href="{file.get_absolute_url()}erase/"' in html
    assert browser.get(f"{file.get_absolute_url()}erase/").status_code == 200
    response = browser.post(f"{file.get_absolute_url()}erase/", {"version": 1})
    assert response.url == f"{section}#question-plan"
    assert "plan.txt" not in browser.get(section).content.decode().split("<main")[1].split("is erased")[-1]
    report.refresh_from_db()
    assert report.version == 3


def test_what_is_wrong_with_a_file_is_said_and_nothing_else_lost(
    client_of: ClientOf, report: SelfReport
) -> None:
    sent = {"file_1": upload(b"MZ\x90", "tool.exe"), "description_1": "A tool", "file_2": upload()}
    response = client_of("reporter").post(page_of_files(report), sent)
    html = response.content.decode()
    assert "tool.exe:" in html
    assert 'value="A tool"' in html
    assert Attachment.objects.get().name == "plan.txt"


def test_who_checked_the_report_before_a_file_came_checks_again(
    personas: Personas, report: SelfReport, question: Question
) -> None:
    added(personas, report, question)
    with pytest.raises(Conflict):
        submit_report(by=personas.reporter, report=report, version=1, declared=True)


def test_it_is_locked_with_the_report_and_opened_with_it(
    personas: Personas, report: SelfReport, question: Question
) -> None:
    file = added(personas, report, question)
    report.refresh_from_db()
    report = submit_report(by=personas.reporter, report=report, version=report.version, declared=True)
    with pytest.raises(PermissionDenied):
        added(personas, report, question)
    for person in (personas.reporter, personas.lead):
        with pytest.raises(PermissionDenied):
            erase_attachment(by=person, attachment=file, version=1)
    return_report(by=personas.lead, report=report, version=report.version, reason="Which year?", reasons={})
    erase_attachment(by=personas.reporter, attachment=file, version=1)
    assert Attachment.objects.get().is_erased


def test_the_team_gets_it_as_it_was_the_funder_a_copy_and_others_nothing(
    client_of: ClientOf, personas: Personas, report: SelfReport, question: Question
) -> None:
    file = added(personas, report, question)
    address = file.get_absolute_url()

    def gets() -> dict[str, int]:
        statuses = {}
        for name in ("reporter", "other_reporter", "evaluator", "funder", "administrator", "visitor"):
            response = client_of(name).get(address)
            statuses[name] = response.status_code
            if response.streaming:
                b"".join(response.streaming_content)  # to the end, which closes what is sent
        return statuses

    nobody = dict.fromkeys(("other_reporter", "evaluator", "funder", "administrator", "visitor"), 404)
    assert gets() == nobody | {"reporter": 200}
    report.refresh_from_db()
    report = submit_report(by=personas.reporter, report=report, version=report.version, declared=True)
    assert gets() == nobody | {"reporter": 200, "evaluator": 200}
    accept_report(by=personas.lead, report=report, version=report.version)
    assert gets() == nobody | {"reporter": 200, "evaluator": 200, "funder": 200}
    Attachment.objects.update(copy="", copy_size=0)
    assert gets()["funder"] == 404


def test_it_stands_in_the_report_and_its_copy(
    client_of: ClientOf, personas: Personas, report: SelfReport, question: Question
) -> None:
    added(personas, report, question)
    report.refresh_from_db()
    submit_report(by=personas.reporter, report=report, version=report.version, declared=True)
    assert "plan.txt" in client_of("evaluator").get(report.get_absolute_url()).content.decode()
    content = client_of("reporter").get(f"{report.get_absolute_url()}word/").content
    words = [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]
    assert any("plan.txt. As agreed" in text for text in words)
    assert "Not answered" not in words


def test_the_same_file_for_another_question_is_another_file(
    personas: Personas, report: SelfReport, question: Question
) -> None:
    again = added(personas, report, question)
    assert added(personas, report, question) == again
    other = QuestionFactory(section=question.section, key="more", kind="link")
    assert added(personas, report, other) != again
    assert Attachment.objects.count() == 2


def test_a_colleague_takes_out_what_another_added(
    personas: Personas, report: SelfReport, question: Question
) -> None:
    file = added(personas, report, question)
    colleague = PersonFactory(reporter_for=personas.partnership)
    erase_attachment(by=colleague, attachment=file, version=1)
    assert missing_questions(report) == [question]
    save_answers(by=colleague, report=report, section=question.section, typed=[])
