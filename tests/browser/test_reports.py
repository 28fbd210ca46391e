"""The pages of a self-report, as those who fill it in meet them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect

from evidence.models import Answer, TypedForm
from tests.access.world import World
from tests.browser.conftest import Complaints
from tests.browser.test_autosave import SAVED, sign_in, sign_in_on, status_of
from tests.browser.test_every_page import violations, wrong_with
from tests.factories import PersonFactory
from tests.personas import Personas

Enter = Callable[[str], Page]


@pytest.fixture
def section(world: World, live_server: Any) -> str:
    """The page of the open report of North; its one subject asks whether it is new, and if so, why."""
    report = world.reports["open report"]
    TypedForm.objects.filter(self_report=report).delete()
    return f"{live_server.url}/reports/{report.ref}/subjects/beginnings/"


def why(page: Page) -> Any:
    return page.get_by_role("textbox", name="Why so?")


def stored_why(world: World) -> str:
    report = world.reports["open report"]
    return str(Answer.objects.get(self_report=report, question__key="why").value)


def test_a_session_that_ended_while_a_report_was_filled_in(
    world: World,
    section: str,
    enter: Enter,
    context: BrowserContext,
    personas: Personas,
    complaints: Complaints,
) -> None:
    page = enter("reporter")
    page.goto(section)
    Session.objects.all().delete()
    why(page).fill("Typed too long.")
    expect(status_of(page)).to_have_text(re.compile("^Signed out: sign in in another tab"), timeout=10_000)
    with context.expect_page() as opened:
        status_of(page).get_by_role("link", name="sign in in another tab").click()
    tab = opened.value
    sign_in_on(tab, personas.reporter)
    tab.close()
    expect(status_of(page)).to_have_text(SAVED, timeout=15_000)
    page.close(run_before_unload=False)

    again = context.new_page()
    again.goto(section)
    expect(why(again)).to_have_value("Typed too long.")
    assert violations(again) == []
    again.get_by_role("button", name="Save and continue").click()
    expect(again.get_by_text(re.compile("saved.$")).first).to_be_visible()
    assert stored_why(world) == "Typed too long."
    complaints.clear()  # the browser tells of the answers 401 and 403


def test_two_colleagues_on_one_page(
    world: World, section: str, enter: Enter, live_server: Any, browser: Any, personas: Personas
) -> None:
    colleague = PersonFactory(name="Bea", reporter_for=personas.partnership)
    here = enter("reporter")
    here.goto(section)
    elsewhere = browser.new_context(locale="en-GB", viewport={"width": 400, "height": 800})
    sign_in(elsewhere, live_server, colleague)
    there = elsewhere.new_page()
    there.goto(section)
    why(there).fill("Hers.")
    there.get_by_role("button", name="Save and continue").click()
    expect(there.get_by_text(re.compile("saved.$")).first).to_be_visible()

    why(here).fill("Mine.")
    here.get_by_role("button", name="Save and continue").click()
    expect(here.get_by_role("heading", name="A colleague answered the same question")).to_be_visible()
    expect(here.get_by_text("Hers.")).to_be_visible()
    expect(why(here)).to_have_value("Mine.")
    assert violations(here) == []
    here.get_by_role("button", name=re.compile("Take theirs")).click()
    expect(why(here)).to_have_value("Hers.")
    why(here).fill("Hers, and mine.")
    here.get_by_role("button", name="Save and continue").click()
    expect(here.get_by_text(re.compile("saved.$")).first).to_be_visible()
    assert stored_why(world) == "Hers, and mine."
    elsewhere.close()


def test_a_question_appears_with_the_answer_that_brings_it_up(section: str, enter: Enter) -> None:
    page = enter("reporter")
    page.goto(section)
    expect(why(page)).to_be_visible()
    page.get_by_role("radio", name="No", exact=True).check()
    expect(why(page)).to_be_hidden()
    page.get_by_role("radio", name="Yes", exact=True).check()
    expect(why(page)).to_be_visible()


def test_without_javascript(world: World, section: str, live_server: Any, browser: Any) -> None:
    plain = browser.new_context(locale="en-GB", java_script_enabled=False)
    sign_in(plain, live_server, world.personas.reporter)
    page = plain.new_page()
    page.goto(section)
    expect(page.get_by_text("Only if you answered “Yes” to “Is it new?”")).to_be_visible()
    why(page).fill("Without a script.")
    why(page).press("Tab")
    page.get_by_role("button", name="Save and continue").click()
    assert stored_why(world) == "Without a script."
    plain.close()


def test_enter_saves_and_does_nothing_else(world: World, section: str, enter: Enter) -> None:
    """The buttons beside questions come first in the page; Enter in a field is none of them."""
    page = enter("reporter")
    page.goto(section)
    page.get_by_role("radio", name="Yes, for now").press("Enter")
    expect(page.get_by_text(re.compile("saved.$")).first).to_be_visible()


def test_every_page_of_the_form_is_accessible_and_fits_a_phone(
    world: World, section: str, enter: Enter, live_server: Any
) -> None:
    """The pages that reporters alone see: see ``test_every_page.py`` for the others."""
    report = world.reports["open report"].ref
    page, found = enter("reporter"), []
    for address in (
        "/reports/",
        f"/reports/{report}/",
        f"/reports/{report}/subjects/beginnings/",
        f"/reports/{report}/notes/why/",
        f"/reports/{report}/submit/",
        f"/reports/{world.reports['submitted report'].ref}/",
    ):
        page.goto(live_server.url + address)
        found += wrong_with(page)
    page.goto(f"{live_server.url}/reports/{report}/submit/")
    page.get_by_role("button", name="Submit the report").click()
    expect(page.get_by_role("alert").get_by_text("Tick this to submit the report.")).to_be_visible()
    found += wrong_with(page)
    assert not found, "\n".join(found)
