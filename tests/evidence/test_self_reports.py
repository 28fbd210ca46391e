"""Self-reports: answering with colleagues, submitting, returning, accepting, and who reads what when."""

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from evidence.actions.self_reports import (
    AnswersConflict,
    TypedAnswer,
    accept_report,
    leave_note,
    return_report,
    save_answers,
    settle_note,
    submit_report,
)
from evidence.actions.typed_forms import keep_typed_form
from evidence.models import (
    Answer,
    ColleagueNote,
    Question,
    QuestionnaireVersion,
    ReportStep,
    Round,
    Section,
    SelfReport,
    TypedForm,
)
from evidence.models.answer_values import checked, digest_of
from evidence.queries.reports import asked_keys, missing_questions, sheet_for_writing, sheet_of
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow
from tests.factories import (
    AnswerFactory,
    PersonFactory,
    QuestionFactory,
    QuestionnaireVersionFactory,
    RoundFactory,
    SectionFactory,
    SelfReportFactory,
)
from tests.personas import Personas

Status = SelfReport.Status
Clients = Callable[[str], Client]


class Asked:
    """A report of North in an open round with one subject: new? (must be answered), and if so why."""

    def __init__(self, personas: Personas, **round_fields: Any) -> None:
        self.personas = personas
        self.version: QuestionnaireVersion = QuestionnaireVersionFactory(fixed=True, fixed_by=personas.lead)
        self.section: Section = SectionFactory(questionnaire_version=self.version, key="beginnings")
        self.new: Question = QuestionFactory(section=self.section, choice=True, key="new", required=True)
        self.why: Question = QuestionFactory(
            section=self.section, key="why", required=True, shown_if=self.new, shown_if_values=["yes"]
        )
        self.round: Round = RoundFactory(
            opened=True,
            questionnaire=self.version.questionnaire,
            questionnaire_version=self.version,
            created_by=personas.lead,
            **round_fields,
        )
        self.report: SelfReport = SelfReportFactory(round=self.round, partnership=personas.partnership)

    def answer(self, question: Question, value: Any, by: Any = None, **seen: Any) -> list[str]:
        return save_answers(
            by=by or self.personas.reporter,
            report=self.report,
            section=self.section,
            typed=[TypedAnswer(question, value, **seen)],
        )

    def stored(self, question: Question) -> Any:
        return Answer.objects.get(self_report=self.report, question=question).value

    def submitted(self) -> SelfReport:
        self.answer(self.new, "no")
        self.report.refresh_from_db()
        return submit_report(
            by=self.personas.reporter, report=self.report, version=self.report.version, declared=True
        )

    @property
    def address(self) -> str:
        return reverse("evidence:report-section", args=[self.report.ref, "beginnings"])


@pytest.fixture
def asked(personas: Personas) -> Asked:
    return Asked(personas)


@pytest.fixture
def colleague(personas: Personas) -> Any:
    return PersonFactory(name="A colleague", email="colleague@example.org", reporter_for=personas.partnership)


# Answering


def test_the_first_answer_begins_the_report(asked: Asked) -> None:
    asked.answer(asked.new, "yes")
    asked.report.refresh_from_db()
    assert (asked.report.status, asked.report.started_by) == (Status.IN_PROGRESS, asked.personas.reporter)
    assert asked.stored(asked.new) == "yes"
    row = AuditRow.objects.latest("number")
    assert (row.verb, row.details["questions"]) == ("self-report.answered", ["new"])


def test_colleagues_on_one_page_do_not_overwrite_each_other(asked: Asked, colleague: Any) -> None:
    """What a page shows and its person leaves alone is never written."""
    nothing = {"seen_version": 0, "seen_digest": digest_of("")}
    asked.answer(asked.new, "yes", by=colleague, **nothing)
    save_answers(
        by=asked.personas.reporter,
        report=asked.report,
        section=asked.section,
        typed=[TypedAnswer(asked.new, "", **nothing), TypedAnswer(asked.why, "Mine.", **nothing)],
    )
    assert (asked.stored(asked.new), asked.stored(asked.why)) == ("yes", "Mine.")


def test_two_answers_to_one_question_are_a_conflict(asked: Asked, colleague: Any) -> None:
    asked.answer(asked.why, "Theirs.", by=colleague, seen_digest=digest_of(""))
    with pytest.raises(AnswersConflict) as conflict:
        asked.answer(asked.why, "Mine.", seen_digest=digest_of(""))
    assert conflict.value.current["why"].value == "Theirs."
    assert asked.stored(asked.why) == "Theirs."
    asked.answer(asked.why, "Both.", seen_version=1, seen_digest=digest_of("Theirs."))
    answer = Answer.objects.get(question=asked.why)
    assert (answer.value, answer.version) == ("Both.", 2)
    assert [old.value for old in answer.history.all()] == ["Both.", "Theirs."]


def test_saving_what_is_stored_already_changes_nothing(asked: Asked) -> None:
    asked.answer(asked.new, "yes")
    rows = AuditRow.objects.count()
    assert asked.answer(asked.new, "yes") == []
    assert (Answer.objects.get().version, AuditRow.objects.count()) == (1, rows)


def test_the_page_shows_both_answers_and_takes_a_choice(
    asked: Asked, colleague: Any, client_of: Clients
) -> None:
    browser = client_of("reporter")
    seen = f"0.{digest_of('')}"
    asked.answer(asked.new, "yes", by=colleague)
    asked.answer(asked.why, "Theirs.", by=colleague)
    sent = {"q-new": "yes", "seen-new": seen, "q-why": "Mine.", "seen-why": seen, "step": "save"}
    page = browser.post(asked.address, sent)
    words = page.content.decode()
    assert page.status_code == 409
    assert "Mine." in words
    assert "Theirs." in words
    assert "A colleague saved this" in words
    taken = browser.post(asked.address, sent | {"step": "take:why"})
    assert taken.status_code == 200
    assert ">\nTheirs.</textarea>" in taken.content.decode()
    version = f'name="seen-why" value="1.{digest_of("Theirs.")}"'
    assert version in words
    again = browser.post(asked.address, sent | {"seen-why": f"1.{digest_of('Theirs.')}"})
    assert again.status_code == 302
    assert asked.stored(asked.why) == "Mine."


def test_a_mistake_keeps_everything_that_was_typed(asked: Asked, client_of: Clients) -> None:
    day = QuestionFactory(section=asked.section, key="day", kind="date")
    browser = client_of("reporter")
    page = browser.post(asked.address, {"q-new": "yes", "q-day": "31/2/2015", "q-why": "Kept."})
    words = page.content.decode()
    assert page.status_code == 200
    assert "Write the day as in 4/3/2015" in words
    assert "Kept." in words
    assert 'value="31/2/2015"' in words
    assert not Answer.objects.exists()
    browser.post(asked.address, {"q-new": "yes", "q-day": "28/2/2015", "q-why": "Kept."})
    assert asked.stored(day) == "2015-02-28"


def test_rows_of_a_table(asked: Asked, client_of: Clients) -> None:
    table = QuestionFactory(
        section=asked.section,
        key="money",
        kind="table",
        columns=[
            {"key": "who", "label": "Who", "kind": "text", "options": []},
            {"key": "pounds", "label": "Pounds", "kind": "money", "options": []},
        ],
    )
    browser = client_of("reporter")
    sent = {"rows-money": "3", "q-money.0-who": "The trust", "q-money.0-pounds": "£1,200"}
    more = browser.post(asked.address, sent | {"step": "row:money"}).content.decode()
    assert 'name="q-money.3-who"' in more
    assert 'value="The trust"' in more
    assert not Answer.objects.exists()
    wrong = browser.post(asked.address, sent | {"q-money.1-pounds": "much"}).content.decode()
    assert "Row 2, Pounds: Write whole pounds" in wrong
    browser.post(asked.address, sent)
    assert asked.stored(table) == [{"who": "The trust", "pounds": 1200}]
    page = browser.get(asked.address).content.decode()
    assert 'value="1,200"' in page


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("number", "1,200.5", 1200.5),
        ("number", "12", 12),
        ("money", "£12,500", 12500),
        ("date", "4 March 2015", "2015-03-04"),
        ("text", " Words ", "Words"),
        ("choices", ["no", "yes"], ["yes", "no"]),
    ],
)
def test_what_people_write_is_understood(
    asked: Asked, client_of: Clients, kind: str, typed: Any, stored: Any
) -> None:
    options = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
    question = QuestionFactory(section=asked.section, key="one", kind=kind, options=options)
    assert client_of("reporter").post(asked.address, {"q-one": typed}).status_code == 302
    assert asked.stored(question) == stored


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 7),
        ("text", "x" * 301),
        ("text", "a\x00b"),
        ("number", "many"),
        ("number", True),
        ("number", 10**13),
        ("money", -1),
        ("money", 1.5),
        ("date", "soon"),
        ("choice", "perhaps"),
        ("choices", "yes"),
        ("choices", ["perhaps"]),
        ("table", "rows"),
        ("table", [{"who": "x"}] * 61),
        ("link", {"address": "javascript:alert(1)", "label": ""}),
        ("link", "https://example.org"),
    ],
)
def test_a_value_of_another_shape_is_refused(kind: str, value: Any) -> None:
    columns = [{"key": "who", "label": "Who", "kind": "text", "options": []}]
    options = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
    with pytest.raises(ValidationError):
        checked(Question(kind=kind, columns=columns, options=options), value)


def test_a_link_instead_of_retyping(asked: Asked, client_of: Clients) -> None:
    link = QuestionFactory(section=asked.section, key="link", kind="link")
    browser = client_of("reporter")
    refused = browser.post(asked.address, {"q-link.address": "our plan", "q-link.label": "Plan"})
    assert "begins with https://" in refused.content.decode()
    browser.post(asked.address, {"q-link.address": "https://example.org/plan", "q-link.label": "Plan"})
    assert asked.stored(link) == {"address": "https://example.org/plan", "label": "Plan"}


def test_questions_depend_on_answers_before_them(asked: Asked) -> None:
    third = QuestionFactory(
        section=asked.section, choice=True, key="third", shown_if=asked.new, shown_if_values=["no"]
    )
    fourth = QuestionFactory(section=asked.section, key="fourth", shown_if=third, shown_if_values=["yes"])
    questions = [asked.new, asked.why, third, fourth]
    assert asked_keys(questions, {}) == {"new"}
    assert asked_keys(questions, {"new": "yes", "third": "yes"}) == {"new", "why"}
    assert asked_keys(questions, {"new": "no", "third": "yes"}) == {"new", "third", "fourth"}


def test_a_question_that_is_not_asked_is_not_missed_and_not_read(asked: Asked) -> None:
    asked.answer(asked.new, "yes")
    assert missing_questions(asked.report) == [asked.why]
    asked.answer(asked.why, "Because.")
    asked.answer(asked.new, "no", seen_version=1)
    assert missing_questions(asked.report) == []
    sheet = sheet_of(asked.personas.reporter, asked.report)
    assert [line.question for line in sheet.subjects[0].asked] == [asked.new]


# What was typed and not saved


def test_what_is_typed_is_found_again_and_saved_for_good(asked: Asked, client_of: Clients) -> None:
    browser, person = client_of("reporter"), asked.personas.reporter
    typed = {
        "q-why": "Half a thou",
        "typed_base": "0",
        "typed_sequence": "1",
        "typed_page": "a",
        "typed_person": str(person.pk),
    }
    answer = browser.post(reverse("evidence:report-keep", args=[asked.report.ref, "beginnings"]), typed)
    assert answer.status_code == 200
    page = browser.get(asked.address).content.decode()
    assert "Half a thou" in page
    assert "It is not saved for your colleagues yet." in page
    tasks = browser.get(asked.report.get_absolute_url()).content.decode()
    assert "You typed something here" in tasks
    browser.post(asked.address, {"q-why": "Half a thought"})
    assert not TypedForm.objects.exists()
    assert asked.stored(asked.why) == "Half a thought"


def test_what_is_typed_can_be_discarded(asked: Asked, client_of: Clients) -> None:
    keep_typed_form(
        by=asked.personas.reporter,
        key=f"{asked.report.ref}/beginnings",
        fields={"q-why": ["No"]},
        base=0,
        sequence=1,
        page="a",
        self_report=asked.report,
    )
    client_of("reporter").post(asked.address, {"step": "discard", "q-why": "No"})
    assert not TypedForm.objects.exists()
    assert not Answer.objects.exists()


def test_nobody_types_into_a_report_that_is_not_theirs_or_not_with_them(asked: Asked) -> None:
    for person in (asked.personas.other_reporter, asked.personas.lead):
        with pytest.raises(PermissionDenied):
            keep_typed_form(
                by=person, key="k", fields={}, base=0, sequence=1, page="", self_report=asked.report
            )


# Notes


def test_a_note_reaches_the_colleague_and_nobody_else(
    asked: Asked, colleague: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        note = leave_note(
            by=asked.personas.reporter,
            report=asked.report,
            question=asked.why,
            text="Do you know?",
            addressee=colleague,
        )
    assert [message.to for message in mail.outbox] == [["colleague@example.org"]]
    assert "Do you know?" not in mail.outbox[0].body
    readers = [asked.personas.reporter, colleague]
    others = [asked.personas[name] for name in ("other_reporter", "lead", "administrator", "funder")]
    assert all(ColleagueNote.objects.visible_to(person).exists() for person in readers)
    assert not any(ColleagueNote.objects.visible_to(person).exists() for person in others)
    settle_note(by=colleague, note=note)
    note.refresh_from_db()
    assert note.settled_by == colleague


def test_a_note_goes_to_nobody_outside(asked: Asked) -> None:
    with pytest.raises(ValidationError):
        leave_note(
            by=asked.personas.reporter,
            report=asked.report,
            question=asked.why,
            text="Psst",
            addressee=asked.personas.other_reporter,
        )


# Submitting


def test_what_is_missing_is_named_with_links_to_it(asked: Asked, client_of: Clients) -> None:
    asked.answer(asked.new, "yes")
    page = client_of("reporter").get(reverse("evidence:report-submit", args=[asked.report.ref]))
    words = page.content.decode()
    assert "1 question still needs an answer" in words
    assert f'href="{asked.address}#question-why"' in words
    assert "Submit the report" not in words
    asked.report.refresh_from_db()
    with pytest.raises(StepRefused):
        submit_report(
            by=asked.personas.reporter, report=asked.report, version=asked.report.version, declared=True
        )


def test_nobody_submits_what_a_colleague_changed_meanwhile(
    asked: Asked, colleague: Any, client_of: Clients
) -> None:
    asked.answer(asked.new, "no")
    asked.report.refresh_from_db()
    opened = asked.report.version
    asked.answer(asked.why, "Later.", by=colleague)
    with pytest.raises(Conflict):
        submit_report(by=asked.personas.reporter, report=asked.report, version=opened, declared=True)
    address = reverse("evidence:report-submit", args=[asked.report.ref])
    page = client_of("reporter").post(address, {"version": opened, "declared": "on"})
    assert page.status_code == 409
    assert "A colleague has changed something" in page.content.decode()


def test_submitting_needs_the_declaration(asked: Asked, client_of: Clients) -> None:
    asked.answer(asked.new, "no")
    asked.report.refresh_from_db()
    address = reverse("evidence:report-submit", args=[asked.report.ref])
    page = client_of("reporter").post(address, {"version": asked.report.version})
    assert "Tick this to submit the report." in page.content.decode()
    asked.report.refresh_from_db()
    assert asked.report.status == Status.IN_PROGRESS


def test_a_submitted_report_is_locked_on_every_path(asked: Asked, client_of: Clients) -> None:
    report, browser = asked.submitted(), client_of("reporter")
    with pytest.raises(StepRefused):
        asked.answer(asked.new, "yes", seen_version=1)
    with pytest.raises(StepRefused):
        leave_note(by=asked.personas.reporter, report=report, question=asked.why, text="Too late")
    late = browser.post(asked.address, {"q-new": "yes", "q-why": "Too late.", "seen-new": "1.x"})
    assert late.status_code == 409
    assert "Too late." in late.content.decode()
    keep = reverse("evidence:report-keep", args=[report.ref, "beginnings"])
    typed = {"typed_base": "0", "typed_sequence": "1", "typed_person": str(asked.personas.reporter.pk)}
    refused = browser.post(keep, typed | {"q-why": "x"})
    assert (refused.status_code, refused.json()["message"]) == (400, "The report is not with you any more.")
    for method in ("put", "patch", "delete", "post"):
        address = reverse("api-self-reports-detail", args=[report.ref])
        assert getattr(browser, method)(address, {}, content_type="application/json").status_code == 405
    admin = reverse("admin:evidence_selfreport_change", args=[report.pk])
    assert client_of("lead").post(admin, {"status": "in-progress"}).status_code == 403
    report.refresh_from_db()
    assert report.status == Status.SUBMITTED
    assert asked.stored(asked.new) == "no"


def test_submitting_tells_the_leads(asked: Asked, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        report = asked.submitted()
    assert [message.to for message in mail.outbox] == [[asked.personas.lead.email]]
    assert report.ref in mail.outbox[0].subject


# Returning and accepting


def test_a_report_goes_back_with_reasons_and_comes_again(asked: Asked, client_of: Clients) -> None:
    report, browser = asked.submitted(), client_of("reporter")
    report = return_report(
        by=asked.personas.evaluator,
        report=report,
        version=report.version,
        reason="Nearly.",
        reasons={"new": "Are you sure?"},
    )
    tasks = browser.get(report.get_absolute_url()).content.decode()
    assert "Nearly." in tasks
    assert "Are you sure?" in tasks
    assert "To change" in tasks
    assert "Are you sure?" in browser.get(asked.address).content.decode()
    asked.answer(asked.new, "yes", seen_version=1)
    asked.answer(asked.why, "Quite sure.")
    report.refresh_from_db()
    report = submit_report(by=asked.personas.reporter, report=report, version=report.version, declared=True)
    assert sheet_for_writing(asked.personas.reporter, report).last_return is None
    report = accept_report(by=asked.personas.evaluator, report=report, version=report.version)
    steps = list(report.steps.values_list("step", flat=True))
    assert steps == ["submit", "return", "submit", "accept"]


def test_a_return_says_why(asked: Asked) -> None:
    report = asked.submitted()
    with pytest.raises(ValidationError):
        return_report(
            by=asked.personas.evaluator, report=report, version=report.version, reason=" ", reasons={}
        )


def test_opening_an_accepted_report_again_leaves_a_record(asked: Asked) -> None:
    report = asked.submitted()
    report = accept_report(by=asked.personas.lead, report=report, version=report.version)
    report = return_report(
        by=asked.personas.lead, report=report, version=report.version, reason="A figure was wrong."
    )
    assert (report.status, report.accepted_at) == (Status.RETURNED, None)
    step = ReportStep.objects.latest("pk")
    assert (step.step, step.by, step.reason) == ("unlock", asked.personas.lead, "A figure was wrong.")
    assert AuditRow.objects.latest("number").verb == "self-report.unlocked"
    assert asked.answer(asked.why, "Right now.") == ["why"]


def test_reporters_neither_accept_nor_return(asked: Asked) -> None:
    report = asked.submitted()
    with pytest.raises(PermissionDenied):
        accept_report(by=asked.personas.reporter, report=report, version=report.version)
    with pytest.raises(PermissionDenied):
        return_report(by=asked.personas.funder, report=report, version=report.version, reason="Hm.")


def test_the_evaluators_way_through_the_pages(asked: Asked, client_of: Clients) -> None:
    report, browser = asked.submitted(), client_of("evaluator")
    returning = reverse("evidence:report-return", args=[report.ref])
    empty = browser.post(returning, {"version": report.version})
    assert "Say what should change" in empty.content.decode()
    answer = browser.post(returning, {"version": report.version, "reason-new": "Why?"}, follow=True)
    assert "It is with the partnership" in answer.content.decode()
    assert browser.get(returning).status_code == 302


# Who reads what, when


@pytest.mark.parametrize(
    ("status", "funder_reads", "round_closed", "readers"),
    [
        ("begun", "accepted", False, {"reporter"}),
        ("submitted", "accepted", False, {"reporter", "evaluator", "lead"}),
        ("returned", "accepted", False, {"reporter"}),
        ("accepted", "accepted", False, {"reporter", "evaluator", "lead", "funder"}),
        ("accepted", "closed", False, {"reporter", "evaluator", "lead"}),
        ("accepted", "closed", True, {"reporter", "evaluator", "lead", "funder"}),
        ("accepted", "never", True, {"reporter", "evaluator", "lead"}),
    ],
)
def test_answers_are_read_by(
    personas: Personas, status: str, funder_reads: str, round_closed: bool, readers: set[str]
) -> None:
    round_ = RoundFactory(opened=True, shut=round_closed, funder_reads=funder_reads)
    report = SelfReportFactory(round=round_, partnership=personas.partnership, **{status: True})
    AnswerFactory(self_report=report)
    reading = {
        name
        for name in ("visitor", "reporter", "other_reporter", "funder", "evaluator", "lead", "administrator")
        if Answer.objects.visible_to(personas[name]).exists()
    }
    assert reading == readers


def test_another_partnership_learns_nothing_not_even_that_it_was_asked(
    asked: Asked, client_of: Clients
) -> None:
    AnswerFactory(self_report=asked.report, value="zqsecret")
    browser = client_of("other_reporter")
    for address in (
        asked.report.get_absolute_url(),
        asked.address,
        reverse("evidence:report-submit", args=[asked.report.ref]),
        reverse("evidence:report-word", args=[asked.report.ref]),
        reverse("api-self-reports-detail", args=[asked.report.ref]),
        reverse("api-rounds-detail", args=[asked.round.slug]),
    ):
        assert browser.get(address).status_code == 404, address
    for address in (reverse("evidence:report-list"), reverse("api-self-reports-list")):
        words = browser.get(address).content.decode()
        assert asked.report.ref not in words
        assert asked.round.slug not in words


def test_what_was_said_last_time_stands_beside_and_can_be_kept(asked: Asked, client_of: Clients) -> None:
    report = asked.submitted()
    accept_report(by=asked.personas.lead, report=report, version=report.version)
    newer = QuestionnaireVersionFactory(questionnaire=asked.version.questionnaire, number=2, fixed=True)
    section = SectionFactory(questionnaire_version=newer, key="beginnings")
    QuestionFactory(section=section, choice=True, key="new", text="Is it new still?")
    QuestionFactory(section=section, choice=True, key="new-2", text="Is it something else?")
    round_ = RoundFactory(
        opened=True, questionnaire=newer.questionnaire, questionnaire_version=newer, title="The second"
    )
    report = SelfReportFactory(round=round_, partnership=asked.personas.partnership)
    lines = sheet_of(asked.personas.reporter, report).subjects[0].lines
    assert [(line.question.key, line.before) for line in lines] == [("new", "no"), ("new-2", None)]
    browser = client_of("reporter")
    address = reverse("evidence:report-section", args=[report.ref, "beginnings"])
    kept = browser.post(address, {"step": "keep:new", "q-new-2": "yes"}).content.decode()
    assert 'value="no" id="id_q-new_1" checked' in kept.replace("required ", "")
    assert 'value="yes" id="id_q-new-2_0" checked' in kept
    assert not Answer.objects.filter(self_report=report).exists()


def test_the_word_copy_has_headings_tables_and_every_answer(asked: Asked, client_of: Clients) -> None:
    table = QuestionFactory(
        section=asked.section,
        key="who",
        kind="table",
        columns=[{"key": "name", "label": "Name", "kind": "text", "options": []}],
    )
    asked.answer(table, [{"name": "The trust"}])
    asked.answer(asked.new, "yes")
    asked.answer(asked.why, "First line.\nSecond line.")
    answer = client_of("reporter").get(reverse("evidence:report-word", args=[asked.report.ref]))
    document = Document(io.BytesIO(answer.content))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [asked.section.title, asked.new.text, asked.why.text, table.text]
    texts = [p.text for p in document.paragraphs]
    assert {"Yes", "First line.", "Second line."} <= set(texts)
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["Name"], ["The trust"]]


def test_characters_that_word_cannot_hold_are_left_out(asked: Asked, client_of: Clients) -> None:
    asked.answer(asked.new, "yes")
    asked.answer(asked.why, "Pasted\x0bfrom\x1f elsewhere.")
    answer = client_of("reporter").get(reverse("evidence:report-word", args=[asked.report.ref]))
    texts = [paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs]
    assert any(text.startswith("Pasted") for text in texts)


@pytest.mark.parametrize("typed", ["1e999999999", "NaN", "-Infinity", "9" * 29, "many"])
def test_what_is_no_number_is_refused_quickly(asked: Asked, client_of: Clients, typed: str) -> None:
    QuestionFactory(section=asked.section, key="one", kind="number")
    page = client_of("reporter").post(asked.address, {"q-one": typed})
    assert "Write a number, such as 12 or 3.5." in page.content.decode()


def test_a_page_that_says_nonsense_of_its_rows_is_shown_again(asked: Asked, client_of: Clients) -> None:
    columns = [{"key": "who", "label": "Who", "kind": "text", "options": []}]
    QuestionFactory(section=asked.section, key="money", kind="table", columns=columns)
    for sent in ("", "x", "-1", "9" * 400):
        page = client_of("reporter").post(asked.address, {"step": "row:money", "rows-money": sent})
        assert page.status_code == 200
    assert client_of("reporter").post(asked.address, {"step": "row:else"}).status_code == 404


def test_late_and_closed_are_worded_kindly(asked: Asked, client_of: Clients) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Round.objects.filter(pk=asked.round.pk).update(opens_on=yesterday, closes_on=yesterday)
    browser = client_of("reporter")
    assert "The round is still open for you" in browser.get(asked.report.get_absolute_url()).content.decode()
    Round.objects.filter(pk=asked.round.pk).update(
        status="closed", closed_at=timezone.now(), closed_by=asked.personas.lead
    )
    page = browser.get(asked.report.get_absolute_url()).content.decode()
    assert "ask the evaluation team to open the round again" in page
    assert browser.get(asked.address).status_code == 302
