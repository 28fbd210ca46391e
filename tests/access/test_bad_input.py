"""Whatever stands in an address, the answer is a page or a clear refusal, never a failure of the product."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from tests.access.table import TABLE
from tests.access.test_table import address_of
from tests.access.world import World

NAMES = (
    *("q", "item", "kind", "theme", "direction", "origin", "partnership", "organisation", "sector"),
    *("programme", "reference", "source_kind", "status", "visibility", "collected_after", "ordering"),
    *("page", "page_size", "show", "next", "version", "from", "to", "ref", "on_page", "which", "back"),
)
NASTY = {
    "a NUL": "%00",
    "a lone surrogate": "%ED%A0%80",
    "a huge number": "9" * 400,
    "a negative number": "-1",
    "ten thousand characters": "x" * 10_000,
    "signs of every query language": quote("\"'*^:()-- OR AND NEAR/3 %_<script>alert(1)</script>"),
    "writing from right to left": quote("\u202eevil ☃ 🧑‍🌾 ﷺ"),
}


@pytest.mark.parametrize("nasty", NASTY)
def test_no_query_breaks_a_page(world: World, client_of: Callable[[str], Client], nasty: str) -> None:
    """Every parameter at once on each address, and each alone on the lists that take them."""
    browser = client_of("lead")
    alike = "&".join(f"{name}={NASTY[nasty]}" for name in NAMES)
    rows = [
        row
        for row in TABLE
        if row.method == "GET" and row.answer_for("lead") == "200"
        if not row.query and not (row.thing and "api-" in row.name)
    ]
    asked = [f"{address_of(row, world)}?{alike}" for row in rows]
    lists = ("/findings/", "/search/", "/api/v1/findings/")
    asked += [f"{address}?{name}={NASTY[nasty]}" for address in lists for name in NAMES]
    wrong = []
    for address in asked:
        response = browser.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        if response.status_code >= 500 or response.status_code == 302:
            wrong.append(f"{response.status_code} {address[:100]}")
        if b"<script>alert(1)" in body and response["Content-Type"].startswith("text/html"):
            wrong.append(f"not escaped: {address[:100]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("nasty", NASTY)
def test_no_name_in_an_address_breaks_it(
    world: World, client_of: Callable[[str], Client], nasty: str
) -> None:
    browser = client_of("lead")
    prefixes = {
        address_of(row, world).rstrip("/").rsplit("/", 1)[0]
        for row in TABLE
        if row.method == "GET" and row.thing and row.name.endswith("-detail")
    }
    wrong = [
        f"{status} {prefix}"
        for prefix in sorted(prefixes)
        if (status := browser.get(f"{prefix}/{NASTY[nasty]}/").status_code) not in {400, 404}
    ]
    assert not wrong, "\n".join(wrong)
