"""Every page in the browser: axe, light and dark; narrow screens; nothing that the browser complains of."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.access.table import (
    ACCOUNTS,
    API,
    AUDIT,
    CONFIDENCE,
    FIELDWORK,
    FILES,
    FORMS,
    PAGES,
    REPLIES,
    REPORTS,
    TOP,
    Row,
)
from tests.access.test_table import address_of
from tests.access.world import World

NO_PAGES = {
    "evidence:finding-csv",
    "evidence:file",
    "evidence:reference-list-ris",
    "evidence:reference-ris",
    "partnerships:audit-csv",
    "evidence:report-word",
    "evidence:typed-form-token",
    "healthz",
    "robots",
}
GROUPS: dict[str, list[Row]] = {
    "framework": [row for row in PAGES if "finding" not in row.name][:16],
    "who": [row for row in PAGES if "finding" not in row.name][16:],
    "findings": [row for row in PAGES if "finding" in row.name],
    "forms": FORMS,
    "fieldwork": FIELDWORK,
    "files": FILES,
    "replies": REPLIES,
    # The kinds of items share these pages.
    "confidence": [row for row in CONFIDENCE if "assessment" in row.name or "lesson" in row.name],
    "reports": REPORTS,
    "accounts": [*ACCOUNTS, *AUDIT],
    "top": [*TOP, *(row for row in API if row.name == "api-docs")],
}


def pages_for(rows: Iterable[Row], persona: str) -> list[Row]:
    return [
        row
        for row in rows
        if row.method == "GET" and row.name not in NO_PAGES and row.answer_for(persona) == "200"
    ]


def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds on the page as it stands."""
    results = Axe().run(page, options={"resultTypes": ["violations"], "preload": False, **options})
    return [
        f"{page.url} {rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in results.response["violations"]
        for node in rule["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """What makes a page scroll sideways at 320 pixels: the widest elements, if it does."""
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    return [] if width <= 320 else [f"{page.url} is {width} pixels wide"]


def wrong_with(page: Page) -> list[str]:
    """Everything this file looks for, on the page that is open."""
    found = violations(page) + too_wide(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {problem}" for problem in violations(page, runOnly=["color-contrast"])]
    page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("persona", ["visitor", "lead"])
def test_every_page_is_accessible(
    world: World, enter: Callable[[str], Page], live_server: Any, persona: str, group: str
) -> None:
    page = enter(persona)
    rows = pages_for(GROUPS[group], persona)
    if persona == "lead" and group in {"framework", "who", "top"}:
        rows = rows[:3]  # they differ from the visitor's in the head of the page
    found = []
    for row in rows:
        page.goto(live_server.url + address_of(row, world))
        found += wrong_with(page)
    assert not found, "\n".join(found)
