"""A real browser: the system's Chromium, named by CHROMIUM. Without it these tests are skipped."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.access.world import World, make_world
from tests.personas import Personas
from tests.review import put_review

HERE = Path(__file__).parent
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not os.environ.get("CHROMIUM"):
                item.add_marker(pytest.mark.skip(reason="needs Chromium: set CHROMIUM to its path"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": os.environ["CHROMIUM"], "args": ARGUMENTS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "en-GB", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def world(transactional_db: None) -> World:
    """The review, and findings in every state beside it."""
    put_review()
    return make_world()


@pytest.fixture
def personas(world: World) -> Personas:
    return world.personas


class Complaints(list[str]):
    """What the browser complained of: errors of scripts, refusals by the content security policy …"""

    def hear(self, message: ConsoleMessage) -> None:
        # The browser also says when a page itself was answered with an error; some journeys provoke that.
        its_own_status = message.location.get("url") == message.page.url and "status of 4" in message.text
        if message.type in {"error", "warning"} and not its_own_status:
            self.append(f"{message.page.url}: {message.text}")


@pytest.fixture(autouse=True)
def complaints(context: BrowserContext) -> Iterator[Complaints]:
    """Fails a test during which the browser complained."""
    heard = Complaints()
    context.on("console", heard.hear)
    context.on("weberror", lambda error: heard.append(f"{error.page.url}: {error.error}"))
    yield heard
    assert heard == []


@pytest.fixture
def enter(context: BrowserContext, live_server: Any, personas: Personas) -> Callable[[str], Page]:
    """A page on which a persona is signed in already: ``enter("lead")``."""

    def page_of(name: str) -> Page:
        context.clear_cookies()
        if name != "visitor":
            client = Client()
            client.force_login(personas[name], backend="django.contrib.auth.backends.ModelBackend")
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        return context.new_page()

    return page_of
