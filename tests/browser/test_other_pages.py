"""Pages that no table row opens: the admin, and those that refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.access.world import World
from tests.browser.test_every_page import violations, wrong_with

# The forms of the admin are Django's own markup, with its inline tables and select2: not held to axe here.
ADMIN = {
    "lead": ("index", "evidence_finding_changelist", "evidence_driver_changelist"),
    "administrator": ("partnerships_person_changelist", "partnerships_auditrow_changelist"),
}
# Django names its search box by a title instead of a label.
DJANGOS_OWN = {"label-title-only": {"enabled": False}}


@pytest.mark.parametrize("persona", ADMIN)
def test_lists_of_the_admin_are_accessible(
    world: World, enter: Callable[[str], Page], live_server: Any, persona: str
) -> None:
    page, found = enter(persona), []
    for name in ADMIN[persona]:
        page.goto(live_server.url + reverse(f"admin:{name}"))
        found += violations(page, rules=DJANGOS_OWN)
    assert not found, "\n".join(found)


def test_pages_that_refuse_are_accessible(
    world: World, enter: Callable[[str], Page], live_server: Any
) -> None:
    page = enter("funder")
    found = []
    for address, status in (("/no-such-page/", 404), ("/findings/new/", 403)):
        assert page.goto(live_server.url + address).status == status
        found += wrong_with(page)
    assert not found, "\n".join(found)
