"""Every cell of the access table, and that no address is missing from it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.access.rows import Row
from tests.access.table import TABLE
from tests.access.world import World
from tests.personas import PERSONAS

# Named by packages or covered by a rule of their own: see test_admin.py.
COVERED_ELSEWHERE = ("admin:",)
# Django's own views lead on who is signed in, and show that a link is dead, before they look at the method.
ANSWER_ANY_METHOD = {"login", "password-reset-confirm"}

CHANGE_WHO_IS_SIGNED_IN = {"login", "logout", "password-change"}


def address_of(row: Row, world: World) -> str:
    if row.thing == "no such link":
        return reverse(row.name, args=["MQ", "no-such-token"])
    argument = world.arguments[row.thing] if row.thing else ()
    address = reverse(row.name, args=argument if isinstance(argument, tuple) else [argument])
    return f"{address}?{row.query}" if row.query else address


def data_of(row: Row, world: World) -> dict[str, Any]:
    """What the row sends, with the names of this world's things in place."""
    arguments = world.arguments
    return {
        name.format_map(arguments): value.format_map(arguments) if isinstance(value, str) else value
        for name, value in row.data.items()
    }


def answer_of(response: HttpResponse) -> str:
    if response.status_code == 302 and response["Location"].startswith(reverse("login")):
        return "login"
    return str(response.status_code)


def ask(browser: Client, row: Row, world: World) -> HttpResponse:
    """Send one request and undo what it did."""
    address = address_of(row, world)
    options = {"content_type": "application/json"} if row.name.startswith("api-") else {}
    if row.method == "GET":
        response = browser.get(address)
        if response.streaming:
            b"".join(response.streaming_content)  # to the end, which closes what is sent
        return response
    with transaction.atomic():
        response = getattr(browser, row.method.lower())(address, data_of(row, world), **options)
        transaction.set_rollback(True)
    return response


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_cell(world: World, client_of: Callable[[str], Client], persona: str) -> None:
    browser = client_of(persona)
    wrong = []
    for row in TABLE:
        answer = answer_of(ask(browser, row, world))
        if row.method == "POST" and row.name in CHANGE_WHO_IS_SIGNED_IN:
            browser = client_of(persona)
        if answer != row.answer_for(persona):
            wrong.append(f"{row}: {answer} instead of {row.answer_for(persona)}")
    assert not wrong, "\n".join(wrong)


def names(resolver: object, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:  # type: ignore[attr-defined]
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names(pattern, namespace + inner)


def test_no_address_is_missing_from_the_table() -> None:
    addresses = {name for name in names(get_resolver()) if not name.startswith(COVERED_ELSEWHERE)}
    assert addresses - {row.name for row in TABLE} == set()
    assert {row.name for row in TABLE} - addresses == set()


@pytest.mark.parametrize("persona", ["visitor", "funder", "lead"])
def test_pages_for_reading_refuse_other_methods(
    world: World, client_of: Callable[[str], Client], persona: str
) -> None:
    """An address without a row for a method answers it with a refusal, whoever asks."""
    browser = client_of(persona)
    rows = {(row.method, row.name) for row in TABLE}
    rows |= {("PUT", name) for method, name in rows if method == "POST"}  # Django's forms take it for a POST
    taken = []
    for row in TABLE:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            if row.method != "GET" or row.name in ANSWER_ANY_METHOD or (method, row.name) in rows:
                continue
            answer = answer_of(ask(browser, Row(method, row.name, row.thing, ""), world))
            if answer not in {"login", "400", "401", "403", "404", "405"}:
                taken.append(f"{method} {row.name} {row.thing}: {answer}")
    assert not taken, "\n".join(taken)
