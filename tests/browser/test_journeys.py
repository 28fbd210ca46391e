"""The product's main job, done by people in a browser: logged, published, read under the lesson."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from evidence.models import Finding
from tests.browser.test_every_page import violations
from tests.factories import PASSWORD
from tests.personas import Personas

FOUND = "Two employers said that nobody had asked them what they needed."
HEADLINE = "Employers were not asked"
AGAINST = "Against"
NOTE = "For small firms it is the other way round."
# What a screen reader would call the element.
NAME = "e => e.getAttribute('aria-label') || (e.labels?.[0] ?? e).innerText"

Enter = Callable[[str], Page]


def sign_in(page: Page, live_server: Any, email: str) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Your account")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def fill_in(page: Page) -> None:
    """The whole form but for the items it bears on."""
    page.get_by_label("What did you find?").fill(FOUND)
    page.get_by_label("Headline").fill(HEADLINE)
    page.get_by_role("checkbox", name="Humber").check()
    page.get_by_role("radio", name="Interview").check()
    page.get_by_label("Day of the evidence").fill("4/3/2015")
    page.get_by_label("What the respondent does").fill("employer engagement officer")


def choose(page: Page, code: str, direction: str) -> None:
    """Find an item by its code and press a direction."""
    page.get_by_label("Find an item").fill(code)
    page.get_by_role("group", name=f"Direction for {code}", exact=True).get_by_role(
        "button", name=direction
    ).click()


def column(page: Page, heading: str) -> Any:
    return page.get_by_role("region", name=heading)


def number_in(page: Page, heading: str) -> int:
    """The count that stands in the heading of a column of evidence."""
    title = column(page, heading).get_by_role("heading", level=3)
    return int(title.locator(".evidence-count").inner_text().split()[-1])


def test_a_finding_from_the_field_to_the_funder(page: Page, live_server: Any, personas: Personas) -> None:
    lesson = f"{live_server.url}/lessons/5/"
    page.goto(lesson)
    before = number_in(page, AGAINST)

    sign_in(page, live_server, "evaluator@example.org")
    page.get_by_role("link", name="Log a finding").first.click()
    fill_in(page)
    choose(page, "L5", "Challenges")
    choose(page, "B4", "Supports")
    choose(page, "Q8c", "Informs")
    expect(page.get_by_text("Chosen (3)")).to_be_visible()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("status").first).to_contain_text("submitted")
    ref = Finding.objects.get(title=HEADLINE).ref
    sign_out(page)

    sign_in(page, live_server, "lead@example.org")
    page.get_by_role("link", name="Inbox").click()
    page.get_by_role("link", name=HEADLINE).click()
    page.get_by_role("link", name="Publish", exact=True).click()
    page.get_by_role("radio", name="Funder:").check()
    page.get_by_role("button", name="Publish the finding").click()
    expect(page.get_by_role("status").first).to_contain_text("published")
    sign_out(page)

    sign_in(page, live_server, "funder@example.org")
    page.goto(lesson)
    challenging = column(page, AGAINST)
    expect(challenging.get_by_role("link", name=HEADLINE)).to_be_visible()
    expect(challenging).to_contain_text("Case study")
    expect(challenging).to_contain_text(ref)
    expect(page.get_by_role("main")).to_contain_text("Literature")
    assert number_in(page, AGAINST) > before
    assert violations(page) == []
    challenging.get_by_role("link", name=HEADLINE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADLINE)
    expect(page.get_by_role("link", name="Humber")).to_be_visible()
    sign_out(page)

    for reader in ("", "reporter@example.org", "other-reporter@example.org"):
        if reader:
            sign_in(page, live_server, reader)
        page.goto(lesson)
        expect(page.get_by_text(HEADLINE)).to_have_count(0)
        page.goto(f"{live_server.url}/findings/?q={ref}")
        expect(page.get_by_text(HEADLINE)).to_have_count(0)
        assert page.goto(f"{live_server.url}/findings/{ref}/").status == 404
        page.goto(live_server.url)
        if reader:
            sign_out(page)
    page.goto(lesson)
    assert number_in(page, AGAINST) == before


def test_bad_input_keeps_every_word(enter: Enter, live_server: Any) -> None:
    page = enter("evaluator")
    page.goto(f"{live_server.url}/findings/new/?item=L5&partnership=humber")
    expect(page.get_by_role("checkbox", name="Humber")).to_be_checked()
    fill_in(page)
    page.get_by_label("What did you find?").fill("A long story. " + "word " * 2100)
    page.get_by_label("Day of the evidence").fill("31/2/2015")
    choose(page, "L5", "Refines")
    page.get_by_label("How it bears on L5 (optional)").fill(NOTE)
    page.get_by_role("button", name="Submit for review").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Shorten this")
    expect(summary).to_contain_text("Write the day")
    assert violations(page) == []
    expect(page.get_by_label("Headline")).to_have_value(HEADLINE)
    expect(page.get_by_label("Day of the evidence")).to_have_value("31/2/2015")
    assert page.get_by_label("What did you find?").input_value().count("word") == 2100

    summary.get_by_role("link").first.click()
    expect(page.get_by_label("What did you find?")).to_be_focused()
    page.get_by_label("What did you find?").fill(FOUND)
    page.get_by_label("Day of the evidence").fill("1/1/2099")
    page.get_by_role("button", name="Submit for review").click()

    expect(summary).to_contain_text("future")
    expect(page.get_by_label("What did you find?")).to_have_value(FOUND)
    expect(page.get_by_label("How it bears on L5 (optional)")).to_have_value(NOTE)
    expect(page.get_by_role("checkbox", name="Humber")).to_be_checked()
    page.get_by_label("Day of the evidence").fill("4 March 2015")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("status").first).to_contain_text("submitted")
    assert Finding.objects.filter(text=FOUND, status="submitted").count() == 1


def test_the_whole_way_without_javascript(browser: Browser, live_server: Any, personas: Personas) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server, "evaluator@example.org")
    page.goto(f"{live_server.url}/findings/new/?item=L5")
    fill_in(page)
    page.get_by_label("Direction for L5", exact=True).select_option("Challenges")
    page.get_by_text("Research questions").first.click()
    page.get_by_label("Direction for Q8c", exact=True).select_option("Informs")
    page.get_by_label("What did you find?").fill("")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what was found.")
    expect(page.get_by_label("Direction for L5", exact=True)).to_have_value("challenges")
    page.get_by_label("What did you find?").fill(FOUND)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("status").first).to_contain_text("submitted")
    page.get_by_role("searchbox").first.fill("employers nobody asked")
    page.get_by_role("search").first.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name=HEADLINE)).to_be_visible()
    context.close()


def tab_to(page: Page, name: str, limit: int = 120) -> None:
    """Press Tab until something with this name has the focus, which must be seen to have it."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        text = focused.evaluate(NAME)
        if name in (text or ""):
            outline = focused.evaluate(
                "e => getComputedStyle(e).outlineStyle + getComputedStyle(e).boxShadow"
            )
            assert outline != "nonenone", f"nothing shows that {name} has the focus"
            return
    pytest.fail(f"{name} is not reached by the keyboard")


def test_logging_by_keyboard_alone(enter: Enter, live_server: Any) -> None:
    page = enter("evaluator")
    page.goto(f"{live_server.url}/findings/new/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "What did you find?")
    page.keyboard.type(FOUND)
    tab_to(page, "Humber")
    page.keyboard.press("Space")
    tab_to(page, "Interview")
    page.keyboard.press("Space")
    tab_to(page, "Day of the evidence")
    page.keyboard.type("4/3/2015")
    tab_to(page, "Find an item")
    page.keyboard.type("L5")
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("group", name="Direction for L5", exact=True).get_by_role("button").first
    ).to_be_focused()
    page.keyboard.press("Space")
    tab_to(page, "Submit for review")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("submitted")
    finding = Finding.objects.get(text=FOUND)
    assert [coding.item.code for coding in finding.codings.all()] == ["L5"]


def test_logging_on_a_telephone(browser: Browser, live_server: Any, personas: Personas) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True)
    page = context.new_page()
    sign_in(page, live_server, "evaluator@example.org")
    page.goto(f"{live_server.url}/findings/new/?item=L5")
    fill_in(page)
    choose(page, "L5", "Refines")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("status").first).to_be_visible()
    page.goto(f"{live_server.url}/lessons/5/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_two_editors_lose_nothing(enter: Enter, live_server: Any, personas: Personas, world: Any) -> None:
    finding = world.findings["draft"]
    page = enter("evaluator")
    page.goto(f"{live_server.url}/findings/{finding.ref}/edit/")
    page.get_by_label("What did you find?").fill("My wording of it.")
    Finding.objects.filter(pk=finding.pk).update(text="Their wording of it.", version=finding.version + 1)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Somebody else changed this finding")
    expect(page.get_by_role("main")).to_contain_text("My wording of it.")
    expect(page.get_by_role("main")).to_contain_text("Their wording of it.")
    assert violations(page) == []
    page.get_by_label("Keep what you typed").first.check()
    page.get_by_role("button", name="Save these choices").click()
    finding.refresh_from_db()
    assert finding.text == "My wording of it."
