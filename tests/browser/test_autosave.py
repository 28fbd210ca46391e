"""Writing without fear: whatever happens to the page, the words are found again."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from evidence.models import Finding, TypedForm
from tests.access.world import World
from tests.browser.conftest import Complaints
from tests.browser.test_every_page import violations, wrong_with
from tests.factories import PASSWORD
from tests.personas import Personas

Enter = Callable[[str], Page]
NEW = "/findings/new/"
SAVED = re.compile(r"Saved at \d\d:\d\d")


def text_of(page: Page) -> Any:
    return page.get_by_role("textbox", name="What did you find?")


def status_of(page: Page) -> Any:
    return page.locator("[data-keeping-status]")


def write(page: Page, words: str) -> None:
    text_of(page).press_sequentially(words)


def sign_in(context: BrowserContext, live_server: Any, person: Any) -> None:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])


def sign_in_on(page: Page, person: Any) -> None:
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def kept_text() -> str:
    return TypedForm.objects.latest("saved_at").content["text"][0]


def test_words_of_a_page_that_was_killed_are_found_on_another_device(
    enter: Enter, live_server: Any, browser: Browser, personas: Personas
) -> None:
    page = enter("evaluator")
    page.goto(live_server.url + NEW)
    write(page, "Employers stayed where one person rang.")
    page.get_by_role("checkbox", name="North", exact=True).check()
    expect(status_of(page)).to_have_text(SAVED, timeout=10_000)
    page.close(run_before_unload=False)

    elsewhere = browser.new_context(locale="en-GB", viewport={"width": 400, "height": 800})
    sign_in(elsewhere, live_server, personas.evaluator)
    other = elsewhere.new_page()
    other.goto(live_server.url + "/inbox/")
    other.get_by_role("link", name=re.compile("Continue.*Employers stayed")).click()
    expect(text_of(other)).to_have_value("Employers stayed where one person rang.")
    expect(other.get_by_role("checkbox", name="North", exact=True)).to_be_checked()
    assert violations(other) == []
    other.goto(live_server.url + NEW)
    expect(other.get_by_role("heading", name="You began something and have not saved it")).to_be_visible()
    assert violations(other) == []
    other.get_by_role("link", name=re.compile("discard it .Employers")).click()
    assert violations(other) == []
    other.get_by_role("button", name="Discard it").click()
    expect(other.get_by_text("Discarded.")).to_be_visible()
    expect(other.get_by_text("Employers stayed where one person rang.")).to_be_hidden()
    elsewhere.close()


def test_leaving_the_page_keeps_what_was_typed_last(enter: Enter, live_server: Any) -> None:
    page = enter("evaluator")
    page.goto(live_server.url + NEW)
    write(page, "Typed and gone.")
    page.goto(live_server.url)
    page.goto(live_server.url + "/inbox/")
    expect(page.get_by_role("link", name=re.compile("Continue.*Typed and gone"))).to_be_visible()


def test_without_a_connection_it_warns_and_saves_on_reconnection(
    enter: Enter, live_server: Any, context: BrowserContext, complaints: Complaints
) -> None:
    page = enter("evaluator")
    page.goto(live_server.url + NEW)
    context.set_offline(True)
    write(page, "Typed on a train.")
    expect(status_of(page)).to_have_text(
        "Not saved: no connection. Your words stay in this page.", timeout=10_000
    )
    page.get_by_role("button", name="Save draft").click()
    expect(text_of(page)).to_have_value("Typed on a train.")
    assert violations(page) == []
    context.set_offline(False)
    expect(status_of(page)).to_have_text(SAVED, timeout=10_000)
    assert kept_text() == "Typed on a train."
    complaints.clear()  # the browser says that it was offline


def test_a_session_that_ended_while_typing(
    enter: Enter, live_server: Any, context: BrowserContext, personas: Personas, complaints: Complaints
) -> None:
    page = enter("evaluator")
    page.goto(live_server.url + NEW)
    Session.objects.all().delete()
    write(page, "Typed too long.")
    expect(status_of(page)).to_have_text(re.compile("^Signed out: sign in in another tab"), timeout=10_000)
    with context.expect_page() as opened:
        status_of(page).get_by_role("link", name="sign in in another tab").click()
    tab = opened.value
    sign_in_on(tab, personas.evaluator)
    tab.close()
    expect(status_of(page)).to_have_text(SAVED, timeout=15_000)
    assert kept_text() == "Typed too long."
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text(re.compile("Draft F-.* saved"))).to_be_visible()
    assert not TypedForm.objects.filter(content__text=["Typed too long."]).exists()
    complaints.clear()  # the browser tells of the answers 401 and 403


def test_signing_in_again_while_nothing_is_unsaved(
    enter: Enter, live_server: Any, context: BrowserContext, personas: Personas
) -> None:
    page = enter("evaluator")
    page.goto(live_server.url + NEW)
    write(page, "Typed before lunch.")
    expect(status_of(page)).to_have_text(SAVED, timeout=10_000)
    context.clear_cookies()
    tab = context.new_page()
    tab.goto(live_server.url + "/accounts/login/")
    sign_in_on(tab, personas.evaluator)
    tab.close()
    with page.expect_response("**/findings/typed/token/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text(re.compile("Draft F-.* saved"))).to_be_visible()


def test_another_person_in_the_same_browser_gets_none_of_the_words(
    enter: Enter, live_server: Any, context: BrowserContext, personas: Personas, complaints: Complaints
) -> None:
    page = enter("evaluator")
    page.goto(live_server.url + NEW)
    sign_in(context, live_server, personas.other_evaluator)
    write(page, "Not for others.")
    expect(status_of(page)).to_have_text(re.compile("somebody else is signed in"), timeout=10_000)
    assert not TypedForm.objects.filter(created_by=personas.other_evaluator).exists()
    complaints.clear()


def test_two_tabs_of_one_form_are_a_choice(
    enter: Enter, live_server: Any, context: BrowserContext, complaints: Complaints
) -> None:
    here = enter("evaluator")
    here.goto(live_server.url + NEW)
    write(here, "Begun")
    expect(status_of(here)).to_have_text(SAVED, timeout=10_000)
    there = context.new_page()
    there.goto(live_server.url + NEW)
    there.get_by_role("link", name="Continue what you began").first.click()
    expect(text_of(there)).to_have_value("Begun")
    text_of(there).fill("Begun, and continued there")
    expect(status_of(there)).to_have_text(SAVED, timeout=10_000)
    text_of(here).fill("Begun, and continued here")
    panel = here.get_by_role("region", name="Which do you want to keep?")
    expect(panel).to_be_visible(timeout=10_000)
    expect(panel.get_by_text("Begun, and continued there")).to_be_visible()
    expect(text_of(here)).to_have_value("Begun, and continued here")
    assert violations(here) == []
    assert kept_text() == "Begun, and continued there"
    panel.get_by_role("button", name="Keep what is in this page").click()
    expect(panel).to_be_hidden()
    expect(status_of(here)).to_have_text(SAVED, timeout=10_000)
    assert kept_text() == "Begun, and continued here"

    text_of(there).fill("And once more there")
    there.get_by_role("button", name="Take what was kept there").click()
    expect(text_of(there)).to_have_value("Begun, and continued here")
    complaints.clear()  # the browser tells of the answers 409


def test_a_double_click_and_back_make_one_finding_and_lose_nothing(
    enter: Enter, live_server: Any, personas: Personas
) -> None:
    page = enter("evaluator")
    page.goto(live_server.url + NEW)
    write(page, "Clicked twice.")
    page.get_by_role("button", name="Save draft").dblclick()
    expect(page.get_by_text(re.compile("Draft F-.* saved"))).to_be_visible()
    assert Finding.objects.filter(text="Clicked twice.").count() == 1
    assert not TypedForm.objects.filter(content__text=["Clicked twice."]).exists()
    page.go_back()
    text_of(page).fill("Another thought.")
    expect(status_of(page)).to_have_text(
        re.compile("Saved at|Not saved: this form was changed"), timeout=10_000
    )
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text(re.compile("Draft F-.* saved"))).to_be_visible()
    assert Finding.objects.filter(text="Another thought.").count() == 1
    assert Finding.objects.filter(text="Clicked twice.").count() == 1


def test_findings_that_look_alike_are_shown_while_writing(
    enter: Enter, live_server: Any, personas: Personas
) -> None:
    known = Finding.objects.filter(status="published", visibility="public").exclude(text="").first()
    page = enter("evaluator")
    page.goto(live_server.url + NEW)
    text_of(page).fill(known.text)
    place = page.get_by_role("status").filter(has_text="Have you seen these?")
    expect(place.get_by_role("link", name=re.compile(known.ref))).to_be_visible(timeout=10_000)
    assert violations(page) == []


@pytest.mark.parametrize("width", [320])
def test_the_status_line_never_widens_the_page(enter: Enter, live_server: Any, width: int) -> None:
    page = enter("evaluator")
    page.set_viewport_size({"width": width, "height": 640})
    page.goto(live_server.url + NEW)
    write(page, "A thought.")
    expect(status_of(page)).to_have_text(SAVED, timeout=10_000)
    expect(status_of(page)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_story_of_a_case_study_is_kept_while_it_is_typed(
    enter: Enter, live_server: Any, world: World
) -> None:
    page = enter("evaluator")
    address = f"{live_server.url}{world.draft_study.get_absolute_url()}edit/"
    page.goto(address)
    page.get_by_label("The story of the partnership").fill("A year in, they spoke of time.")
    expect(status_of(page)).to_have_text(SAVED, timeout=10_000)
    page.goto(f"{live_server.url}/inbox/")
    page.get_by_role("link", name="Continue A year in").click()
    expect(page.get_by_text("It is not saved in the case study yet.")).to_be_visible()
    expect(page.get_by_label("The story of the partnership")).to_have_value("A year in, they spoke of time.")
    assert wrong_with(page) == []
    page.get_by_role("button", name="Save the case study").click()
    expect(page.get_by_text("A year in, they spoke of time.")).to_be_visible()
    assert not TypedForm.objects.filter(case_study=world.draft_study).exists()
