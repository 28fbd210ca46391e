"""What is suggested while somebody types, by keyboard and for those who hear the page."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.access.world import World
from tests.browser.test_every_page import violations


def test_a_suggestion_by_keyboard(page: Page, live_server: Any, world: World) -> None:
    page.goto(live_server.url)
    box = page.get_by_role("combobox", name="Search everything").last
    box.focus()
    page.keyboard.type("payment by res")
    suggestions = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(suggestions.first).to_contain_text("Barrier Payment by results")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(suggestions).to_have_count(0)
    expect(box).to_have_value("payment by res")
    page.keyboard.type("u")
    expect(suggestions.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(suggestions.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Payment by results")


def test_without_choosing_the_words_are_searched(page: Page, live_server: Any, world: World) -> None:
    page.goto(live_server.url)
    box = page.get_by_role("combobox", name="Search everything").first
    box.focus()
    page.keyboard.type("payment by res")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="5 results")).to_be_visible()
