"""Three findings from one interview on one page, with a mistake on the way."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect

from evidence.models import Finding, TypedForm
from tests.access.world import World
from tests.browser.test_every_page import too_wide, violations

Enter = Callable[[str], Page]
SAVED = re.compile(r"Saved at \d\d:\d\d")


def row(page: Page, place: int) -> Locator:
    return page.get_by_role("group", name=f"Finding {place}", exact=True)


def found(page: Page, place: int) -> Locator:
    return row(page, place).get_by_label("What did you find?")


def code(within: Locator, line: int, item: str, direction: str) -> None:
    within.get_by_label("Item", exact=True).nth(line).select_option(item)
    within.get_by_label("Direction", exact=True).nth(line).select_option(label=direction)


def open_page(page: Page, live_server: Any, world: World) -> None:
    page.goto(live_server.url + world.draft_study.get_absolute_url())
    page.get_by_role("link", name=f"Log several from {world.noted_source.ref}").click()
    expect(page.get_by_role("heading", name="Log several findings", level=1)).to_be_visible()


def test_three_findings_from_one_interview_one_wrong_at_first(
    enter: Enter, live_server: Any, world: World
) -> None:
    page = enter("evaluator")
    open_page(page, live_server, world)
    lesson, driver = world.arguments["lesson"], world.arguments["driver"]
    expect(page.get_by_role("checkbox", name="South", exact=True)).to_be_checked()
    found(page, 1).fill("They met every week.")
    code(row(page, 1), 0, lesson, "Supports")
    found(page, 2).fill("They shared a desk.")
    row(page, 2).get_by_label("Words of the source").fill("One desk did it.")
    page.get_by_role("button", name="Add another finding").press("Enter")
    expect(found(page, 3)).to_be_focused()
    page.keyboard.type("They argued over money.")
    for line in range(3):
        if line == 2:
            row(page, 3).get_by_role("button", name="Another item").press("Enter")
            expect(row(page, 3).get_by_label("Item", exact=True).nth(2)).to_be_focused()
        code(row(page, 3), line, [lesson, driver, world.arguments["barrier"]][line], "Challenges")
    row(page, 3).get_by_label("How it bears").nth(2).fill("Every quarter.")
    assert violations(page) == []
    assert too_wide(page) == []

    page.get_by_role("button", name="Submit all for review").click()
    problem = page.get_by_role("link", name=re.compile("^Finding 2: Choose at least one lesson"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(1)
    assert violations(page) == []
    assert not Finding.objects.filter(source=world.noted_source).exists()
    problem.click()
    page.keyboard.press("Tab")
    code(row(page, 2), 0, driver, "Refines")
    expect(found(page, 1)).to_have_value("They met every week.")
    expect(row(page, 3).get_by_label("How it bears").nth(2)).to_have_value("Every quarter.")
    page.get_by_role("button", name="Submit all for review").dblclick()
    expect(page.get_by_text(re.compile("^3 findings submitted: F-"))).to_be_visible()

    findings = Finding.objects.filter(source=world.noted_source).order_by("text")
    assert [(finding.text, finding.status) for finding in findings] == [
        ("They argued over money.", "submitted"),
        ("They met every week.", "submitted"),
        ("They shared a desk.", "submitted"),
    ]
    assert [finding.codings.count() for finding in findings] == [3, 1, 1]
    assert findings[2].quote == "One desk did it."
    assert not TypedForm.objects.filter(content__has_key="row").exists()


def test_what_is_typed_is_found_again_and_a_row_taken_out_can_come_back(
    enter: Enter, live_server: Any, world: World
) -> None:
    page = enter("evaluator")
    open_page(page, live_server, world)
    found(page, 1).fill("The first.")
    found(page, 2).fill("The second.")
    page.get_by_role("button", name="Take out finding 1").click()
    expect(found(page, 1)).to_have_value("The second.")
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("button", name="Put it back").press("Enter")
    expect(found(page, 1)).to_be_focused()
    expect(found(page, 1)).to_have_value("The first.")
    page.get_by_role("button", name="Add another finding").click()
    with page.expect_response(lambda answer: "The+third" in (answer.request.post_data or "")):
        found(page, 3).fill("The third.")
    page.goto(live_server.url + "/inbox/")
    page.get_by_role("link", name=re.compile("Continue.*The first")).click()
    for place, words in enumerate(("The first.", "The second.", "The third."), 1):
        expect(found(page, place)).to_have_value(words)
    expect(row(page, 4)).to_have_count(0)


def test_two_tabs_of_the_page_are_a_choice(
    enter: Enter, live_server: Any, world: World, complaints: list[str]
) -> None:
    here = enter("evaluator")
    open_page(here, live_server, world)
    found(here, 1).fill("Begun here.")
    expect(here.locator("[data-keeping-status]")).to_have_text(SAVED, timeout=10_000)
    there = here.context.new_page()
    open_page(there, live_server, world)
    there.get_by_role("link", name=re.compile("Continue what you began")).first.click()
    there.get_by_role("button", name="Add another finding").click()
    with there.expect_response(lambda answer: "Added+there" in (answer.request.post_data or "")):
        found(there, 3).fill("Added there.")
    found(here, 1).fill("Changed here.")
    panel = here.get_by_role("region", name="Which do you want to keep?")
    expect(panel.get_by_text("Added there.")).to_be_visible(timeout=10_000)
    panel.get_by_role("button", name="Keep what is in this page").click()
    expect(here.locator("[data-keeping-status]")).to_have_text(SAVED, timeout=10_000)
    complaints.clear()  # the browser tells of the answer 409


def test_without_scripts_rows_come_and_go_and_nothing_is_lost(
    browser: Browser, live_server: Any, world: World
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    client = Client()
    client.force_login(world.personas.evaluator, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("evidence:source-log-several", args=[world.noted_source.ref]))
    found(page, 1).fill("The first.")
    code(row(page, 1), 1, world.arguments["lesson"], "Refines")
    page.get_by_role("button", name="Add another finding").click()
    expect(found(page, 3)).to_be_focused()
    found(page, 3).fill("The third.")
    page.get_by_role("button", name="Take out finding 2").click()
    expect(found(page, 2)).to_have_value("The third.")
    row(page, 1).get_by_role("button", name="Another item").click()
    expect(row(page, 1).get_by_label("Item", exact=True).nth(1)).to_be_focused()
    page.get_by_role("checkbox", name="South", exact=True).press(
        "Enter"
    )  # Enter saves, and takes nothing out
    expect(page.get_by_text(re.compile("^2 drafts saved"))).to_be_visible()
    assert Finding.objects.get(text="The first.").codings.get().direction == "refines"
    context.close()
