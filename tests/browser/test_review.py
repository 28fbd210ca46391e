"""What leads do with what waits for them: publish in changed words, and many at once."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from evidence.models import Finding
from tests.access.world import World
from tests.browser.test_every_page import violations
from tests.factories import FindingFactory

Enter = Callable[[str], Page]


@pytest.fixture
def waiting(world: World) -> list[Finding]:
    item = world.items["lesson"]
    return [
        FindingFactory(
            submitted=True,
            created_by=world.personas.evaluator,
            title=f"Waits as number {number}",
            text="Employers stayed where one person kept in touch.",
            codings=[(item, "supports")],
        )
        for number in (1, 2, 3)
    ]


def test_a_lead_publishes_in_changed_words_and_the_author_sees_both(
    enter: Enter, live_server: Any, waiting: list[Finding]
) -> None:
    finding = waiting[0]
    page = enter("lead")
    page.goto(live_server.url + finding.get_absolute_url())
    page.get_by_role("link", name="Publish with changes").click()
    text = page.get_by_label("What did you find?")
    text.fill("Employers stayed where one mentor kept in touch.")
    expect(page.locator("[data-keeping-status]")).to_contain_text("Saved at", timeout=10_000)
    page.get_by_role("button", name="Publish with these changes").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Say what you changed and why")
    summary.get_by_role("link", name="Say what you changed").click()
    expect(page.get_by_label("Note to its author")).to_be_focused()
    page.keyboard.type("It was a mentor.")
    expect(text).to_have_value("Employers stayed where one mentor kept in touch.")
    assert violations(page) == []
    page.get_by_role("button", name="Publish with these changes").click()
    expect(page.get_by_role("status").first).to_contain_text("published. Who can read it")

    page = enter("evaluator")
    page.goto(live_server.url + finding.get_absolute_url())
    expect(page.get_by_text("It was a mentor.")).to_be_visible()
    page.get_by_text("What was submitted, and what was published").click()
    expect(page.locator("del").filter(has_text="person")).to_be_visible()
    expect(page.locator("ins").filter(has_text="mentor")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="history").click()
    page.get_by_label("From").select_option(
        label="Version 1, " + page.get_by_label("From").locator("option").first.inner_text().split(", ")[1]
    )
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Version 1 and version 3 compared")).to_be_visible()
    assert violations(page) == []


def test_a_lead_publishes_several_after_a_preview(
    enter: Enter, live_server: Any, waiting: list[Finding]
) -> None:
    page = enter("lead")
    page.goto(f"{live_server.url}/inbox/?show=review")
    for finding in waiting[:2]:
        page.get_by_role("checkbox", name=f"Choose {finding.ref}").check()
    page.get_by_role("button", name="Those chosen").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    assert violations(page) == []
    page.get_by_role("radio", name="Publish them").check()
    page.get_by_role("radio", name="Funder:").check()
    page.get_by_role("button", name="See what will change").click()
    expect(page.get_by_text("2 findings of 2 will be changed")).to_be_visible()
    assert violations(page) == []
    Finding.objects.filter(pk=waiting[1].pk).update(version=2)
    page.get_by_role("button", name="Change 2 findings").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    expect(page.get_by_text("Somebody changed it since you looked at it.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Change 1 finding").click()
    message = page.get_by_role("status").first
    expect(message).to_contain_text("1 finding published")
    message.get_by_role("link", name=waiting[0].ref).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(waiting[0].title)
