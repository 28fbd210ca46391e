"""Somebody without an account rates by their link, on a telephone."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from evidence.models import Rater, Rating
from tests.access.world import World
from tests.browser.test_every_page import violations, wrong_with
from tests.factories import RaterFactory, RatingLinkFactory

PHONE: Any = {"locale": "en-GB", "viewport": {"width": 360, "height": 740}}


def test_a_rating_by_link(world: World, live_server: Any, browser: Browser) -> None:
    report, item, barrier = world.reports["open report"], world.items["driver"], world.items["barrier"]
    rater = RaterFactory(self_report=report, sector=world.sector)
    RatingLinkFactory(rater=rater, token="on-my-telephone")
    start = f"{live_server.url}/rate/on-my-telephone/"

    page = browser.new_context(**PHONE).new_page()
    page.goto(start)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_text("Rate at least one statement before you send.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="What helps").click()
    row = page.locator(f"#statement-{item.code}")
    why = row.get_by_role("textbox", name="Why is that so?")
    expect(why).to_be_hidden()
    row.get_by_role("radio", name="A little").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(why).to_be_focused()
    page.keyboard.type("We rarely meet.")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    assert wrong_with(page) == []
    page.close()

    # A week later, in a browser without JavaScript.
    later = browser.new_context(**PHONE, java_script_enabled=False).new_page()
    later.goto(f"{start}what-helps/")
    row = later.locator(f"#statement-{item.code}")
    expect(row.get_by_role("textbox", name="Why is that so?")).to_have_value("We rarely meet.")
    row.get_by_role("radio", name="Not at all").check()
    later.get_by_role("button", name="Save and continue").click()
    expect(later.get_by_text("“What helps” saved.")).to_be_visible()
    later.locator(f"#statement-{barrier.code}").get_by_role("radio", name="Rarely").check()
    later.get_by_role("button", name="Save and").click()
    later.goto(start)
    expect(later.get_by_role("heading", name="2 of")).to_be_visible()
    later.get_by_role("button", name="Send my answers").click()
    expect(later.get_by_role("heading", name="Thank you")).to_be_visible()
    later.goto(f"{start}what-helps/")
    expect(later.get_by_role("heading", name="Thank you")).to_be_visible()
    assert Rater.objects.get(pk=rater.pk).sent_at
    assert set(Rating.objects.filter(rater=rater).values_list("step", "reason")) == {
        (1, "We rarely meet."),
        (4, ""),
    }
    assert Rating.objects.get(rater=rater, item=item).step == 1


def test_pages_with_mistakes_and_what_unfolds(
    world: World, live_server: Any, enter: Callable[[str], Page]
) -> None:
    page = enter("reporter")
    page.goto(f"{live_server.url}/reports/{world.reports['open report'].ref}/raters/")
    page.get_by_role("textbox", name="E-mail addresses").fill("nobody")
    page.get_by_label("Their organisation").select_option(label="Another organisation")
    page.get_by_role("button", name="Send the links").click()
    expect(page.get_by_role("link", name="Write the name of the organisation.")).to_be_visible()
    assert wrong_with(page) == []
    page.goto(f"{live_server.url}/partnerships/{world.personas.partnership.slug}/profile/")
    for summary in page.locator("main summary").all():
        summary.click()
    expect(page.get_by_text("Why some chose a low answer").first).to_be_visible()
    assert wrong_with(page) == []

    evaluator = enter("lead")
    evaluator.goto(f"{live_server.url}/reports/{world.reports['submitted report'].ref}/team-view/")
    evaluator.get_by_role("textbox", name="Why do you see it so?").first.fill("")
    evaluator.get_by_role("radio", name="Fully").first.check()
    evaluator.get_by_role("textbox", name="Why do you see it so?").nth(1).fill("A reason alone.")
    evaluator.get_by_role("button", name="Save and continue").click()
    expect(evaluator.get_by_role("link", name="Choose an answer to go with your reason.")).to_be_visible()
    assert wrong_with(evaluator) == []
