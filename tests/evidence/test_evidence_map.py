"""The evidence map: every number on it is the length of the list that it opens."""

import csv
import io
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from evidence.models import FrameworkItem
from evidence.queries.evidence_map import Columns, EvidenceMap, evidence_map
from partnerships.models import AuditRow, Sector
from tests.evidence.drawn import draw_findings, filters_of, length_of_list
from tests.personas import PERSONAS, Personas

pytestmark = pytest.mark.django_db

FILTERS = (
    "",
    "kind=driver",
    "direction=challenges",
    "item=L5&direction=supports,challenges",
    "partnership=north,south",
    "sector=public&origin=case-study",
    "source_kind=survey",
    "wave=1",
    "programme=ndc",
    "status=draft,published",
    "visibility=public",
    "q=mentoring",
)


@pytest.fixture(scope="module")
def drawn_once(module_database: None) -> Personas:
    """Findings of all kinds: masked, of several partnerships, programme-wide, drafts, of no item at all."""
    return draw_findings()


@pytest.fixture
def drawn(drawn_once: Personas, db: None) -> Personas:
    """Drawn once for all tests of this module."""
    return drawn_once


@pytest.mark.parametrize("name", PERSONAS)
@pytest.mark.parametrize("columns", Columns)
def test_every_number_is_the_length_of_its_list(drawn: Personas, name: str, columns: Columns) -> None:
    person = drawn[name]
    # Every persona and every kind of columns meets every filter, though not all of each other's.
    first = (PERSONAS.index(name) + list(Columns).index(columns)) % 4
    for query in FILTERS[first::4]:
        found = evidence_map(filters_of(person, query), columns)
        for (code, key), counts in found.cells.items():
            place = {"item": code, columns.value: key}
            assert counts.total == length_of_list(person, query, **place), (query, place)
        for code, counts in found.rows.items():
            assert counts.total == length_of_list(person, query, item=code), (query, code)
        for key, number in found.columns.items():
            assert number == length_of_list(person, query, **{columns.value: key}), (query, key)


@pytest.mark.parametrize("name", ["visitor", "funder", "lead"])
@pytest.mark.parametrize("columns", Columns)
def test_a_cell_that_is_not_counted_opens_an_empty_list(drawn: Personas, name: str, columns: Columns) -> None:
    person = drawn[name]
    found = evidence_map(filters_of(person, ""), columns)
    keys = {
        Columns.PARTNERSHIP: ("north", "south", "west"),
        Columns.SECTOR: ("public", "private", "third"),
        Columns.PROGRAMME: ("ndc",),
        Columns.SOURCE_KIND: ("survey", "interview", "workshop"),
        Columns.WAVE: ("1", "2"),
    }[columns]
    for code in ("L5", "D1", "D2", "Q1"):
        for key in keys:
            if (code, key) not in found.cells:
                assert length_of_list(person, "", item=code, **{columns.value: key}) == 0


def test_a_filter_in_error_counts_nothing(drawn: Personas) -> None:
    assert evidence_map(filters_of(drawn.lead, "item=L99"), Columns.SECTOR) == EvidenceMap()


def test_the_map_is_one_query(drawn: Personas, django_assert_num_queries: Any) -> None:
    filters = filters_of(drawn.lead, "")
    with django_assert_num_queries(1):
        evidence_map(filters, Columns.PARTNERSHIP)


# The page and its downloads


def test_the_page_opens_the_lists_behind_its_numbers(drawn: Personas, client: Client) -> None:
    client.force_login(drawn.lead)
    html = client.get("/map/?columns=partnership&rows=all&direction=supports").content.decode()
    links = set(re.findall(r'<a href="(/findings/\?[^"]*item=[^"]*partnership=[^"]*)">(\d+)<span', html))
    assert len(links) > 3
    for href, number in links:
        listed = client.get(unescape(href)).content.decode()
        assert f'<h2 id="results-heading">{number} finding' in listed, href
    assert 'href="?columns=partnership&amp;rows=all"' in html
    assert "Direction: Supports" in html


def test_what_is_asked_of_it_stays_in_the_address(drawn: Personas, client: Client) -> None:
    html = client.get("/map/?columns=wave&rows=driver&origin=case-study").content.decode()
    assert '<option value="wave" selected>' in html
    assert '<option value="driver" selected>' in html
    assert '<input type="hidden" name="origin" value="case-study">' in html
    assert "/map.xlsx?columns=wave&amp;rows=driver&amp;origin=case-study" in html
    assert client.get("/map/?columns=nonsense&rows=nonsense&item=L99").status_code == 200


def test_the_figures_are_the_same_in_the_downloads(drawn: Personas, client: Client) -> None:
    client.force_login(drawn.funder)
    query = "?columns=sector&rows=all"
    text = client.get(f"/map.csv{query}").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    found = evidence_map(filters_of(drawn.funder, ""), Columns.SECTOR)
    figures = {(row["code"], row["column"]): int(row["findings"]) for row in rows}
    names = dict(Sector.objects.values_list("name", "code"))
    assert {(code, names[name]): number for (code, name), number in figures.items() if number} == {
        place: counts.total for place, counts in found.cells.items()
    }
    # Empty places are said too.
    codes = FrameworkItem.objects.values_list("code", flat=True)
    assert figures.keys() == {(code, name) for code in codes for name in names}
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/map.xlsx{query}").content))
    sheet = workbook.get_sheet_by_name("Items by sectors").to_python()
    assert [int(row[-1]) for row in sheet[1:]] == [int(row["findings"]) for row in rows]
    assert AuditRow.objects.filter(verb="findings.exported", details__format="map csv").exists()
    assert client.get("/map.csv?item=L99").status_code == 400
