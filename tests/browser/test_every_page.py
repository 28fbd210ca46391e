"""Every page in the browser: axe, light and dark; narrow screens; nothing that the browser complains of."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.access.rows import Row
from tests.access.table import SUBJECTS
from tests.access.test_table import address_of
from tests.access.world import World

NO_PAGES = {
    "evidence:brief-pdf",
    "evidence:brief-word",
    "evidence:assessment-profile-docx",
    "evidence:assessment-profile-xlsx",
    "evidence:assessment-summary-docx",
    "evidence:assessment-summary-xlsx",
    "evidence:edition-json",
    "evidence:finding-csv",
    "evidence:lesson-csv",
    "evidence:map-csv",
    "evidence:map-xlsx",
    "evidence:file",
    "evidence:profile-csv",
    "evidence:profile-guide-word",
    "evidence:reference-list-ris",
    "evidence:reference-ris",
    "partnerships:audit-csv",
    "evidence:report-word",
    "evidence:round-csv",
    "evidence:round-ratings",
    "evidence:round-xlsx",
    "evidence:round-zip",
    "evidence:search-suggestions",
    "evidence:typed-form-token",
    "healthz",
    "robots",
}
# The kinds of items share these pages; a lesson's stand for all.
SHARED = re.compile(r"evidence:(benefit|driver|barrier|approach|outcome|question)-(?!list|detail|history)")
PAGES_AT_ONCE = 16


def is_page(row: Row) -> bool:
    if row.method != "GET" or row.name in NO_PAGES or SHARED.match(row.name):
        return False
    return not row.name.startswith("api-") or row.name == "api-docs"


def pages_of(persona: str, subject: str) -> list[Row]:
    """The pages of a subject that are looked at as this persona."""
    pages = [row for row in SUBJECTS[subject] if is_page(row) and row.answer_for(persona) == "200"]
    if persona == "lead" and subject in {"reading", "site"}:
        # They differ from the visitor's in the head of the page; findings also in what can be done.
        return pages[:3] + [row for row in pages[3:] if "finding" in row.name]
    if persona == "reporter":
        return [row for row in pages if row.answer_for("lead") != "200"]
    return pages


def parts() -> Iterator[Any]:
    """Persona and pages, in parts of a size that shares out well between processes."""
    for persona in ("visitor", "lead", "reporter"):
        for subject in SUBJECTS:
            pages = pages_of(persona, subject)
            for first in range(0, len(pages), PAGES_AT_ONCE):
                rows = pages[first : first + PAGES_AT_ONCE]
                yield pytest.param(persona, rows, id=f"{persona}-{subject}-{first // PAGES_AT_ONCE + 1}")


def violations(page: Page, **options: Any) -> list[str]:
    """What axe finds on the page as it stands."""
    if page.evaluate("typeof window.axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], "preload": False, **options}
    found = page.evaluate(
        "options => axe.run(document, options).then(results => results.violations)", options
    )
    return [
        f"{page.url} {rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found
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


@pytest.mark.parametrize(("persona", "rows"), [*parts()])
def test_every_page_is_accessible(
    world: World, enter: Callable[[str], Page], live_server: Any, persona: str, rows: list[Row]
) -> None:
    page = enter(persona)
    found = []
    for row in rows:
        page.goto(live_server.url + address_of(row, world))
        found += wrong_with(page)
    assert not found, "\n".join(found)
