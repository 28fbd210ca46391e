"""The search over everything in the API."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import CaseStudyFactory, DriverFactory, FindingFactory, SynonymFactory

pytestmark = pytest.mark.django_db

SEARCH = "/api/v1/search/"


def test_what_is_found_in_pages(client_of: Callable[[str], Client]) -> None:
    driver = DriverFactory(
        title="Trust & time", statement="It grows <slowly>.", plain_statement="Plain.", group="Governance"
    )
    finding = FindingFactory(title="A board", text="It takes trust.", published=True, visibility="funder")
    answer = client_of("funder").get(SEARCH, {"q": "trust", "page_size": 1}).json()
    assert answer["count"] == 2
    assert answer["next"].endswith(f"{SEARCH}?page=2&page_size=1&q=trust")
    assert answer["previous"] is None
    assert answer["results"] == [
        {
            "kind": "item",
            "key": driver.code,
            "title": "Trust & time",
            "snippet": "It grows &lt;slowly&gt;. Plain. Governance",
            "is_demonstration": False,
            "url": f"http://testserver{driver.get_absolute_url()}",
        }
    ]
    second = client_of("funder").get(SEARCH, {"q": "trust", "page_size": 1, "page": 2}).json()
    assert [result["key"] for result in second["results"]] == [finding.ref]
    assert second["results"][0]["snippet"] == "It takes <mark>trust</mark>."


def test_kinds_and_rights_narrow_it(client_of: Callable[[str], Client]) -> None:
    DriverFactory(title="Trust")
    FindingFactory(text="Trust.", published=True, visibility="funder")
    CaseStudyFactory(narrative="Trust.", published=True, visibility="public")

    def kinds(persona: str, query: str) -> list[str]:
        answer = client_of(persona).get(f"{SEARCH}?{query}").json()
        assert answer["count"] == len(answer["results"])
        return sorted(result["kind"] for result in answer["results"])

    assert kinds("visitor", "q=trust") == ["case-study", "item"]
    assert kinds("funder", "q=trust") == ["case-study", "finding", "item"]
    assert kinds("funder", "q=trust&kind=finding&kind=item") == ["finding", "item"]
    assert kinds("visitor", "q=trust&kind=finding") == []
    assert kinds("visitor", "") == []


@pytest.mark.parametrize("query", ["kind=thing", "q=%00", "ordering=best", "q=" + "x" * 10_000])
def test_what_is_not_understood_is_refused(client_of: Callable[[str], Client], query: str) -> None:
    answer = client_of("visitor").get(f"{SEARCH}?{query}")
    assert answer.status_code == 400
    assert set(answer.json()) == {query.split("=", maxsplit=1)[0]}


def test_a_page_takes_the_same_few_queries(client_of: Callable[[str], Client]) -> None:
    SynonymFactory()
    browser = client_of("lead")

    def queries() -> int:
        DriverFactory.create_batch(3, title="Trust")
        FindingFactory.create_batch(10, text="Trust.", published=True, visibility="team")
        with CaptureQueriesContext(connection) as captured:
            browser.get(SEARCH, {"q": "trust", "page": 2, "page_size": 5})
        return len(captured)

    assert queries() == queries() == 6
