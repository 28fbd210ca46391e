"""Action plans: agreed in a report and locked with it, followed up between rounds and in the next one."""

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document

from evidence.actions.plans import ActionInput, agree_action, change_action, follow_up, remove_action
from evidence.actions.self_reports import return_report
from evidence.models import Action, ActionStep, Round, SelfReport, TypedForm
from evidence.queries.plans import overdue_for, plan_for_writing, plan_of
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow
from tests.evidence.test_proposals import at_once
from tests.evidence.test_self_reports import Asked
from tests.factories import (
    ActionFactory,
    ActionStepFactory,
    BarrierFactory,
    LessonFactory,
    PersonFactory,
    RoundFactory,
    SelfReportFactory,
)
from tests.personas import Personas

Clients = Callable[[str], Client]
A_DAY = datetime.date(2030, 6, 1)


@pytest.fixture
def asked(personas: Personas) -> Asked:
    return Asked(personas, funder_reads=Round.FunderReads.ACCEPTED)


def stated(**fields: Any) -> ActionInput:
    return ActionInput(
        **{"text": "Ring the jobcentre", "owner": "The coordinator", "due_on": A_DAY, **fields}
    )


def agree(asked: Asked, **fields: Any) -> Action:
    return agree_action(by=asked.personas.reporter, report=asked.report, data=stated(**fields))


def next_report(asked: Asked) -> SelfReport:
    """The same partnership's report in the round after."""
    later = RoundFactory(
        opened=True,
        questionnaire=asked.version.questionnaire,
        questionnaire_version=asked.version,
        created_by=asked.personas.lead,
    )
    report: SelfReport = SelfReportFactory(round=later, partnership=asked.personas.partnership)
    return report


# Agreeing


def test_agreeing_begins_the_report_and_leaves_a_row(asked: Asked) -> None:
    action = agree(asked)
    asked.report.refresh_from_db()
    assert (asked.report.status, asked.report.version) == ("in-progress", 2)
    assert AuditRow.objects.filter(verb="action.agreed").get().details["self_report"] == asked.report.ref
    assert agree(asked) == action  # sent twice


def test_what_is_stated_is_checked(asked: Asked) -> None:
    for field, fields in (
        ("text", {"text": " "}),
        ("text", {"text": "x" * 301}),
        ("owner", {"owner": ""}),
        ("item", {"item": LessonFactory()}),
        ("colleague", {"colleague": PersonFactory()}),
    ):
        with pytest.raises(ValidationError) as refusal:
            agree(asked, **fields)
        assert list(refusal.value.message_dict) == [field]
    assert agree(asked, item=BarrierFactory(), colleague=asked.personas.reporter).item is not None


def test_the_plan_is_locked_with_its_report(asked: Asked) -> None:
    action = agree(asked)
    asked.submitted()
    by = asked.personas.reporter
    for attempt in (
        lambda: agree(asked, text="Another"),
        lambda: change_action(by=by, action=action, version=1, data=stated(text="Other")),
        lambda: remove_action(by=by, action=action, version=1),
    ):
        with pytest.raises(StepRefused):
            attempt()
    report = SelfReport.objects.get(pk=asked.report.pk)
    return_report(by=asked.personas.lead, report=report, version=report.version, reason="Who?")
    action = Action.objects.get()
    assert change_action(by=by, action=action, version=1, data=stated(text="Other")).version == 2
    with pytest.raises(Conflict):
        change_action(by=by, action=action, version=1, data=stated())
    remove_action(by=by, action=action, version=2)
    assert not Action.objects.exists()


def test_others_agree_on_nothing(asked: Asked) -> None:
    for persona in ("other_reporter", "lead", "funder"):
        with pytest.raises((PermissionDenied, StepRefused)):
            agree_action(by=asked.personas[persona], report=asked.report, data=stated())


# Following up


def test_follow_ups_are_added_and_the_plan_stays(asked: Asked) -> None:
    action = agree(asked)
    by = asked.personas.reporter
    with pytest.raises(StepRefused):
        follow_up(by=by, action=action, state="done", note="")
    asked.submitted()
    action = Action.objects.get()
    for state, note in (("open", ""), ("given-up", " "), ("lost", "Hm.")):
        with pytest.raises(ValidationError):
            follow_up(by=by, action=action, state=state, note=note)
    follow_up(by=by, action=action, state="open", note="We rang twice.")
    follow_up(by=by, action=action, state="open", note="We rang twice.")
    follow_up(by=by, action=action, state="done", note="")
    assert [step.state for step in ActionStep.objects.all()] == ["open", "done"]
    [row] = plan_of(by, asked.report).agreed
    assert (row.state, [one.note for one in row.said]) == ("done", ["We rang twice.", ""])
    for persona in ("other_reporter", "lead", "funder"):
        with pytest.raises(PermissionDenied):
            follow_up(by=asked.personas[persona], action=action, state="done", note="")


def test_what_is_typed_of_an_action_is_kept_until_it_is_saved(asked: Asked, client_of: Clients) -> None:
    action = agree(asked)
    asked.submitted()
    client, page = client_of("reporter"), action.get_absolute_url()
    keep = reverse("evidence:action-keep", args=[action.ref])
    typed = {"state": "done", "note": "They came", "typed_base": 0, "typed_sequence": 1, "typed_page": "p"}
    assert client.post(keep, typed | {"typed_person": asked.personas.reporter.pk}).status_code == 200
    for persona, status in {"other_reporter": 404, "lead": 403}.items():
        own = {"typed_person": asked.personas[persona].pk}
        assert client_of(persona).post(keep, typed | own).status_code == status
    shown = client.get(page).content.decode()
    assert "They came" in shown
    assert keep in shown
    assert page in client.get(reverse("evidence:inbox")).content.decode()
    assert "They came" not in client_of("lead").get(page).content.decode()
    assert client.post(page, {"state": "done", "note": "They came twice."}).status_code == 302
    assert not TypedForm.objects.exists()
    client.post(keep, typed | {"typed_person": asked.personas.reporter.pk})
    client.post(page, {"step": "discard"})
    assert not TypedForm.objects.exists()


def test_open_actions_stand_in_the_next_report(asked: Asked, client_of: Clients) -> None:
    agree(asked)
    agree(asked, text="Write to the council")
    asked.submitted()
    done = Action.objects.get(text="Write to the council")
    follow_up(by=asked.personas.reporter, action=done, state="done", note="")
    report = next_report(asked)
    browser = client_of("reporter")
    page = browser.get(reverse("evidence:report-actions", args=[report.ref])).content.decode()
    assert "Ring the jobcentre" in page
    assert "Write to the council" not in page
    action = Action.objects.get(text="Ring the jobcentre")
    said = {"state": "given-up", "note": "Nobody answers.", "report": report.ref}
    response = browser.post(action.get_absolute_url(), said)
    assert response["Location"] == reverse("evidence:report-actions", args=[report.ref])
    [row] = plan_of(asked.personas.reporter, report).earlier
    assert (row.state, row.said[0].report) == ("given-up", report.ref)
    report.refresh_from_db()
    assert report.status == "in-progress"


def test_what_a_report_says_of_an_action_is_read_with_that_report(asked: Asked) -> None:
    """Half a thought of the next report is nobody else's, and the action looks as it did."""
    agree(asked)
    asked.submitted()
    report, action = next_report(asked), Action.objects.get()
    follow_up(by=asked.personas.reporter, action=action, state="given-up", note="Tired.", report=report)
    [team] = plan_of(asked.personas.lead, asked.report).agreed
    assert (team.state, team.said) == ("open", [])
    assert plan_of(asked.personas.reporter, asked.report).agreed[0].state == "given-up"
    SelfReport.objects.filter(pk=report.pk).update(
        status="submitted", submitted_at=timezone.now(), submitted_by=asked.personas.reporter
    )
    assert plan_of(asked.personas.lead, asked.report).agreed[0].state == "given-up"


def test_nothing_is_said_in_a_report_that_is_submitted_or_another_partnerships(asked: Asked) -> None:
    action = agree(asked)
    asked.submitted()
    other = SelfReportFactory(partnership=asked.personas.other_partnership)
    for report in (asked.report, other):
        with pytest.raises((StepRefused, PermissionDenied)):
            follow_up(by=asked.personas.reporter, action=action, state="done", note="", report=report)


# Who reads it


def test_no_other_partnership_learns_of_a_plan(asked: Asked, client_of: Clients) -> None:
    agree(asked)
    asked.submitted()
    stranger, action = client_of("other_reporter"), Action.objects.get()
    assert stranger.get(action.get_absolute_url()).status_code == 404
    partnership = reverse("evidence:partnership-detail", args=[asked.personas.partnership.slug])
    for persona, is_told in (("reporter", True), ("other_reporter", False), ("lead", False)):
        assert ("Ring the jobcentre" in client_of(persona).get(partnership).content.decode()) is is_told
    assert "Ring the jobcentre" not in Client().get(partnership).content.decode()


def test_overdue_actions_are_in_the_inbox(asked: Asked, client_of: Clients) -> None:
    today = timezone.localdate()
    agree(asked, due_on=today - datetime.timedelta(days=1))
    agree(asked, text="Not yet due", due_on=today)
    assert overdue_for(asked.personas.reporter) == []  # not agreed before it is submitted
    asked.submitted()
    assert [action.text for action in overdue_for(asked.personas.reporter)] == ["Ring the jobcentre"]
    page = client_of("reporter").get(reverse("evidence:inbox")).content.decode()
    assert "Actions whose day has passed" in page


def test_the_report_shows_its_plan_on_page_and_in_word(asked: Asked, client_of: Clients) -> None:
    agree(asked, item=BarrierFactory(title="Changing faces"), why="They send nobody.")
    asked.submitted()
    browser = client_of("lead")
    page = browser.get(reverse("evidence:report-detail", args=[asked.report.ref])).content.decode()
    assert "Agreed actions" in page
    assert "Changing faces" in page
    content = browser.get(reverse("evidence:report-word", args=[asked.report.ref])).content
    words = [paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs]
    assert {"Agreed actions", "Ring the jobcentre", "They send nobody."} <= set(words)


def test_the_api_gives_the_plan_to_readers_of_the_report(asked: Asked, client_of: Clients) -> None:
    action = agree(asked)
    asked.submitted()
    address = reverse("api-self-reports-detail", args=[asked.report.ref])
    assert client_of("lead").get(address).json()["actions"] == [
        {
            "ref": action.ref,
            "text": "Ring the jobcentre",
            "why": "",
            "item": None,
            "owner": "The coordinator",
            "due_on": "2030-06-01",
            "state": "open",
        }
    ]
    assert client_of("administrator").get(address).json()["actions"] == []


# The pages


def test_a_form_with_mistakes_loses_nothing(asked: Asked, client_of: Clients) -> None:
    browser, address = client_of("reporter"), reverse("evidence:report-actions", args=[asked.report.ref])
    typed = {"text": "Ring\x00 them", "owner": "", "due_on": "soon", "why": "Because.", "item": "no such"}
    page = browser.post(address, typed).content.decode()
    for kept in ("Ring them", "soon", "Because.", "Write the day as in 4/3/2015"):
        assert kept in page
    assert not Action.objects.exists()
    asked.submitted()
    late = browser.post(address, {"text": "Too late", "owner": "Me", "due_on": "1/6/2030"})
    assert late.status_code == 409
    assert "Too late" in late.content.decode()


def test_what_is_typed_is_kept_and_found_again(asked: Asked, client_of: Clients) -> None:
    browser = client_of("reporter")
    kept = browser.post(
        reverse("evidence:report-actions-keep", args=[asked.report.ref]),
        {
            "text": "Half an idea",
            "typed_base": 0,
            "typed_sequence": 1,
            "typed_person": asked.personas.reporter.pk,
        },
    )
    assert kept.status_code == 200
    address = TypedForm.objects.get().get_absolute_url()
    assert address == reverse("evidence:report-actions", args=[asked.report.ref])
    assert "Half an idea" in browser.get(address).content.decode()
    browser.post(address, {"text": "An idea", "owner": "Me", "due_on": "1/6/2030"})
    assert not TypedForm.objects.exists()


def test_changing_and_taking_out(asked: Asked, client_of: Clients) -> None:
    action, browser = agree(asked), client_of("reporter")
    edit = reverse("evidence:action-edit", args=[action.ref])
    changed = {"text": "Write to them", "owner": "The chair", "due_on": "2/6/2030"}
    assert browser.post(edit, changed | {"version": 0}).status_code == 409
    assert browser.post(edit, changed | {"version": 1}).status_code == 302
    remove = reverse("evidence:action-remove", args=[action.ref])
    assert "Write to them" in browser.get(remove).content.decode()
    browser.post(remove, {"version": 2})
    assert not Action.objects.exists()


def test_a_follow_up_that_is_refused_keeps_what_was_typed(asked: Asked, client_of: Clients) -> None:
    action = agree(asked)
    asked.submitted()
    page = client_of("reporter").post(action.get_absolute_url(), {"note": "All that I typed"})
    assert "All that I typed" in page.content.decode()
    assert "Choose how it is." in page.content.decode()


def test_earlier_plans_of_others_never_stand_in_a_form(asked: Asked) -> None:
    strange = ActionFactory(self_report__partnership=asked.personas.other_partnership)
    ActionStepFactory(action=strange)
    assert plan_for_writing(asked.personas.reporter, asked.report).is_empty


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_same_action_sent_at_once_is_one(personas: Personas) -> None:
    asked = Asked(personas)
    results = at_once(10, lambda place: agree(asked))
    assert {getattr(result, "pk", result) for result in results} == {Action.objects.get().pk}
