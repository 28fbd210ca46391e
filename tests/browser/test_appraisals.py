"""The quality of evidence, from the evaluator who judges it to the visitor who asks for it."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.access.world import World
from tests.browser.test_every_page import violations

Enter = Callable[[str], Page]


def test_evidence_is_appraised_and_found_by_it(enter: Enter, live_server: Any, world: World) -> None:
    page = enter("evaluator")
    source = world.noted_source
    page.goto(live_server.url + source.get_absolute_url())
    page.get_by_role("link", name="Appraise").click()
    steps = page.get_by_role("group", name="Triangulation")
    steps.get_by_role("radio", name=re.compile("Several accounts agree")).check()
    page.get_by_role("button", name="Save the appraisal").click()
    expect(page.get_by_role("alert").get_by_role("link", name="Say what your view rests on.")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("What your view rests on").fill("Three of them said so, each alone.")
    page.get_by_role("button", name="Save the appraisal").click()
    expect(page.get_by_text("Several accounts agree.")).to_be_visible()

    page = enter("visitor")
    page.goto(live_server.url + "/findings/")
    page.get_by_text("Quality of at least").click()
    page.get_by_label("Voice").select_option(label="heard directly")
    page.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("link", name=re.compile("Voice, at least: heard directly"))).to_be_visible()
    expect(page.get_by_role("heading", name="1 finding", exact=True)).to_be_visible()
    assert violations(page) == []
