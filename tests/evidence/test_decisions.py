"""Decisions of the funder: kept by those who may, tied to items, read by their circle."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from evidence.actions.decisions import DecisionInput, change_decision, record_decision, remove_decision
from evidence.models import Decision, FrameworkItem
from partnerships.errors import Conflict
from partnerships.models import AuditRow
from tests.factories import DecisionFactory, EditionFactory, LessonFactory
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson() -> FrameworkItem:
    return LessonFactory(code="L5")


def stated(**fields: Any) -> DecisionInput:
    return DecisionInput(
        **{
            "title": "Brokers",
            "decided_on": datetime.date(2016, 2, 1),
            "decision": "We pay for brokers.",
            "reason": "Employers stayed.",
            "items": ["L5"],
            "visibility": "funder",
            **fields,
        }
    )


@pytest.mark.parametrize("name", ["funder", "lead"])
def test_the_funder_and_leads_keep_decisions(lesson: FrameworkItem, personas: Personas, name: str) -> None:
    EditionFactory(number=3)
    decision = record_decision(by=personas[name], data=stated(edition=3))
    assert decision.edition
    assert decision.edition.number == 3
    assert list(decision.items.all()) == [lesson]
    row = AuditRow.objects.get(verb="decision.recorded")
    assert row.details == {"items": ["L5"], "visibility": "funder"}


@pytest.mark.parametrize("name", ["reporter", "evaluator", "administrator"])
def test_nobody_else_does(lesson: FrameworkItem, personas: Personas, name: str) -> None:
    with pytest.raises(PermissionDenied):
        record_decision(by=personas[name], data=stated())
    decision = DecisionFactory(visibility="public")
    with pytest.raises(PermissionDenied):
        change_decision(by=personas[name], decision=decision, data=stated(), version=1)
    with pytest.raises(PermissionDenied):
        remove_decision(by=personas[name], decision=decision, version=1)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": " "}, "title"),
        ({"decision": ""}, "decision"),
        ({"reason": ""}, "reason"),
        ({"decided_on": None}, "decided_on"),
        ({"decided_on": timezone.localdate() + datetime.timedelta(days=2)}, "decided_on"),
        ({"items": []}, "items"),
        ({"items": ["L99"]}, "items"),
        ({"edition": 99}, "edition"),
        ({"visibility": "partnerships"}, "visibility"),
    ],
)
def test_what_is_missing_is_said_by_field(
    lesson: FrameworkItem, personas: Personas, fields: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        record_decision(by=personas.funder, data=stated(**fields))
    assert problem in refusal.value.message_dict
    assert not Decision.objects.exists()


def test_the_second_of_two_is_told_of_the_first(lesson: FrameworkItem, personas: Personas) -> None:
    decision = record_decision(by=personas.funder, data=stated())
    change_decision(by=personas.lead, decision=decision, data=stated(title="Brokers, again"), version=1)
    with pytest.raises(Conflict):
        change_decision(by=personas.funder, decision=decision, data=stated(), version=1)
    with pytest.raises(Conflict):
        remove_decision(by=personas.funder, decision=decision, version=1)
    remove_decision(by=personas.funder, decision=decision, version=2)
    verbs = AuditRow.objects.filter(target_key=decision.ref).order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["decision.recorded", "decision.changed", "decision.deleted"]


def test_it_stands_on_the_page_of_its_item(lesson: FrameworkItem, client_of: Callable[[str], Client]) -> None:
    DecisionFactory(title="For the funder", items=[lesson])
    public = DecisionFactory(title="For everybody", items=[lesson], visibility="public")
    funder = client_of("funder").get("/lessons/5/").content.decode()
    assert "For the funder" in funder
    assert "Record a decision on this" in funder
    for name in ("visitor", "reporter"):
        page = client_of(name).get("/lessons/5/").content.decode()
        assert "For the funder" not in page
        assert "For everybody" in page
        assert public.get_absolute_url() in page
        assert "Record a decision" not in page


FORM = {
    "title": "Brokers",
    "decided_on": "1/2/2016",
    "decision": "We pay for brokers.",
    "reason": "Employers stayed.",
    "visibility": "public",
    "items-lesson": ["L5"],
    "edition": "",
}


def test_the_form_keeps_and_changes(lesson: FrameworkItem, client_of: Callable[[str], Client]) -> None:
    browser = client_of("funder")
    assert "(1 chosen)" in browser.get("/decisions/new/?item=L5").content.decode()
    page = browser.post("/decisions/new/", FORM, follow=True).content.decode()
    assert "We pay for brokers." in page
    decision = Decision.objects.get()
    address = decision.get_absolute_url()
    response = browser.post(f"{address}edit/", FORM | {"title": "Brokers for all", "version": "1"})
    assert response.status_code == 302
    late = browser.post(f"{address}edit/", FORM | {"title": "Mine", "version": "1"})
    assert late.status_code == 409
    assert "Brokers for all" in late.content.decode()
    assert 'value="Mine"' in late.content.decode()
    browser.post(f"{address}remove/", {"version": "2"})
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"items-lesson": []},
        {"items-lesson": ["L99"]},
        {"decided_on": "yesterday"},
        {"title": "x" * 161},
        {"edition": "7"},
        {"visibility": "team"},
        {"reason": "\x00"},
    ],
)
def test_bad_input_comes_back(
    lesson: FrameworkItem, client_of: Callable[[str], Client], wrong: dict[str, Any]
) -> None:
    response = client_of("funder").post("/decisions/new/", FORM | wrong)
    assert response.status_code == 200
    assert "Error: " in response.content.decode()
    assert not Decision.objects.exists()
