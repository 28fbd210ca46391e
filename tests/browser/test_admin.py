"""The pages of the admin in the browser: axe on each list, each page of a row and each empty form."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.access.test_admin import EXPECTED, PAGES, addresses
from tests.access.world import World
from tests.browser.test_every_page import too_wide, violations

LOOKED_AT = ("changelist", "add", "change")
# The kinds of items share their pages; the lessons' stand for all.
LIKE_LESSONS = {
    f"evidence.{name}" for name in ("Benefit", "Driver", "Barrier", "Approach", "Outcome", "ResearchQuestion")
}


@pytest.mark.parametrize("page_name", LOOKED_AT)
@pytest.mark.parametrize("persona", ["lead", "administrator"])
def test_the_admin_is_accessible(
    world: World, enter: Callable[[str], Page], live_server: Any, persona: str, page_name: str
) -> None:
    page, found = enter(persona), []
    column = PAGES.index(page_name) + (len(PAGES) if persona == "administrator" else 0)
    opened = {
        label: address
        for (label, name), address in addresses(world).items()
        if name == page_name and label in EXPECTED.keys() - LIKE_LESSONS and EXPECTED[label][column] == "200"
    }
    for address in opened.values():
        page.goto(live_server.url + address)
        found += violations(page) + too_wide(page)
    assert opened, f"the {persona} opens no such page"
    assert not found, "\n".join(found)
