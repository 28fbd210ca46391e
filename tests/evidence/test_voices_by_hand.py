"""The state of items by brute force: counted by hand on findings drawn at random, each number followed."""

import re
from collections import defaultdict
from html import unescape
from typing import Any

import pytest
from django.test import Client

from evidence.models import Finding, FrameworkItem
from evidence.models.finding import may_know_areas
from evidence.queries.standing import Counts, Voices, standings
from evidence.queries.voices import states
from partnerships.models import Sector
from tests.evidence.drawn import draw_findings, length_of_list
from tests.personas import PERSONAS, Personas

pytestmark = pytest.mark.django_db

SIDES = ("supports", "refines", "challenges")


@pytest.fixture(scope="module")
def drawn_once(module_database: None) -> Personas:
    return draw_findings()


@pytest.fixture
def drawn(drawn_once: Personas, db: None) -> Personas:
    """Drawn once for all tests of this module."""
    return drawn_once


class ByHand:
    """What a person may see of an item, counted one finding after the other."""

    def __init__(self, person: Any, item: FrameworkItem) -> None:
        self.findings: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.speakers: dict[Any, dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
        self.of_sectors: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.sources: dict[str, set[int]] = defaultdict(set)
        for finding in Finding.objects.visible_to(person).filter(codings__item=item, status="published"):
            direction = finding.codings.get(item=item).direction
            self.findings[finding.origin][direction] += 1
            if finding.origin != "literature" and direction != "context":
                self.add(person, finding, direction)

    def add(self, person: Any, finding: Finding, direction: str) -> None:
        if finding.programme_wide:
            who: set[Any] = {"programme"}
        elif finding.mask_area and not may_know_areas(person):
            who = {"somebody"}
        else:
            who = set(finding.partnerships.values_list("slug", flat=True))
        self.sources[direction].add(finding.source_id)
        for sector in finding.sectors.all():
            self.of_sectors[sector.pk][direction] += 1
        for place in (finding.origin, *finding.sectors.all(), "all"):
            self.speakers[place][direction] |= who

    def voices(self, place: Any) -> Voices:
        return numbers(self.speakers[place])


def numbers(of_sides: dict[str, set[Any]]) -> Voices:
    sizes = {side: len(of_sides[side]) for side in SIDES}
    return Voices(**sizes, sides=len(set().union(*of_sides.values())))


@pytest.mark.parametrize("name", PERSONAS)
def test_the_state_equals_a_count_by_hand(drawn: Personas, name: str) -> None:
    person, sectors = drawn[name], list(Sector.objects.all())
    items = list(FrameworkItem.objects.all())
    found = states(person, items, sectors=sectors, in_full=True)
    assert {key: state.standing for key, state in found.items()} == standings(person, items)
    for item in items:
        state, by_hand = found[item.pk], ByHand(person, item)
        for origin in Finding.Origin.values:
            assert state.voices[origin].findings == Counts(**by_hand.findings[origin])
        for origin in ("case-study", "self-report"):
            assert state.voices[origin].speakers == by_hand.voices(origin)
        assert state.voices["literature"].speakers.sides == sum(
            by_hand.findings["literature"][side] for side in SIDES
        )
        assert state.standing.voices == by_hand.voices("all")
        for sector in sectors:
            assert state.sectors[sector.pk].findings == Counts(**by_hand.of_sectors[sector.pk])
            assert state.sectors[sector.pk].speakers == by_hand.voices(sector)
        assert state.sources == (numbers(by_hand.sources) if may_know_areas(person) else None)


LINK = re.compile(
    r'<a(?: class="[^"]*")? href="((?:/findings/\?|/[a-z]+/\w+/voices/\?)[^"#]*)"[^>]*>(.*?)</a>', re.S
)
NUMBER = re.compile(r"^(?:Latest: )?([\d,]+)\b")


def numbers_linked(html: str) -> set[tuple[str, int]]:
    """Every number on a page that leads to a list, with the address of the list."""
    found = set()
    for href, content in LINK.findall(html):
        words = re.sub(r"<[^>]+>", "", content).strip()
        if number := NUMBER.match(words):
            found.add((unescape(href), int(number[1].replace(",", ""))))
    return found


def check_numbers(client: Client, person: Any, address: str) -> int:
    """Follow every number on a page, and return how many there were."""
    html = client.get(address).content.decode()
    linked = numbers_linked(html)
    for href, number in linked:
        path, query = href.split("?", 1)
        if path == "/findings/":
            assert length_of_list(person, query) == number, (address, href)
            continue
        opened = client.get(href)
        assert not opened.context_data["errors"]
        assert opened.context_data["page"].paginator.count == number, (address, href)
    return len(linked)


@pytest.mark.parametrize("name", PERSONAS)
def test_every_number_opens_a_list_of_its_length(drawn: Personas, name: str) -> None:
    client = Client()
    if name not in ("visitor", "closed"):
        client.force_login(drawn[name])
    found = {
        address: check_numbers(client, drawn[name], address)
        for address in (
            "/lessons/",
            "/lessons/5/",
            "/drivers/D1/",
            "/drivers/",
            "/questions/Q1/",
            "/questions/",
            "/",
        )
    }
    assert found["/lessons/5/"] > 15
    assert found["/lessons/"] > 3
    assert all(found.values()), found


@pytest.mark.parametrize("name", ["visitor", "reporter", "funder", "lead"])
def test_whoever_takes_a_side_leads_to_what_they_said(drawn: Personas, name: str) -> None:
    client, person = Client(), drawn[name]
    if name != "visitor":
        client.force_login(person)
    for query in (
        "by=partnership",
        "by=partnership&direction=supports&origin=case-study",
        "by=source&sector=public",
    ):
        page = client.get(f"/drivers/D1/voices/?{query}").context_data["page"]
        for speaker in page.object_list:
            for _, href in speaker.sides:
                assert not href or length_of_list(person, href.split("?")[1]) > 0, href


def test_only_readers_of_sources_get_a_list_of_them(drawn: Personas, client: Client) -> None:
    assert client.get("/drivers/D1/voices/?by=source").context_data["by"] == "partnership"
    assert "by=source" not in client.get("/drivers/D1/").content.decode()
    client.force_login(drawn.funder)
    assert client.get("/drivers/D1/voices/?by=source").context_data["by"] == "source"


def test_a_filter_in_error_lists_nobody(drawn: Personas, client: Client) -> None:
    client.force_login(drawn.funder)
    for by in ("partnership", "source"):
        response = client.get(f"/drivers/D1/voices/?by={by}&sector=nonsense")
        assert response.context_data["errors"]
        assert response.context_data["page"].paginator.count == 0


def test_nobody_takes_a_side_on_a_question(drawn: Personas, client: Client) -> None:
    assert client.get("/questions/Q1/voices/").status_code == 404


def test_one_query_for_all_of_it(drawn: Personas, django_assert_num_queries: Any) -> None:
    items, sectors = list(FrameworkItem.objects.all()), list(Sector.objects.all())
    with django_assert_num_queries(1):
        states(drawn.lead, items, sectors=sectors, in_full=True)
