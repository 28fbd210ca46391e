"""The evidence map: every number on it is the length of the list that it opens."""

import csv
import io
import random
import re
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from python_calamine import CalamineWorkbook

from evidence.filtersets import FindingFilterSet
from evidence.models import Coding, Finding, Visibility
from evidence.queries.evidence_map import Columns, EvidenceMap, evidence_map
from partnerships.models import AuditRow, Sector
from tests.factories import (
    CaseStudyFactory,
    DriverFactory,
    FindingFactory,
    LessonFactory,
    PartnershipFactory,
    ProgrammeFactory,
    ResearchQuestionFactory,
    SectorFactory,
    SourceFactory,
    WaveFactory,
)
from tests.personas import PERSONAS, Personas, make_personas

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


def filters_of(person: Any, query: str) -> FindingFilterSet:
    return FindingFilterSet(
        QueryDict(query),
        queryset=Finding.objects.visible_to(person),
        request=SimpleNamespace(user=person),  # type: ignore[arg-type]
    )


def length_of_list(person: Any, query: str, **instead: str) -> int:
    """How many findings the list has with the filters of the map, these values in the place of its own."""
    asked = QueryDict(query, mutable=True)
    for name, value in instead.items():
        asked[name] = value
    found = filters_of(person, asked.urlencode())
    assert not found.errors
    return found.qs.count()


@pytest.fixture(scope="module")
def drawn_once(module_database: None) -> Personas:
    """Findings of all kinds: masked, of several partnerships, programme-wide, drafts, of no item at all."""
    draw = random.Random(2014)  # noqa: S311 (drawn for a test, not for a secret)
    personas = make_personas()
    partnerships = [personas.partnership, personas.other_partnership, PartnershipFactory(slug="west")]
    items = [LessonFactory(code="L5"), DriverFactory(code="D1"), DriverFactory(code="D2")]
    question = ResearchQuestionFactory(code="Q1")
    sectors = [SectorFactory(code=code) for code in ("public", "private", "third")]
    programme = ProgrammeFactory(slug="ndc")
    studies = [
        CaseStudyFactory(
            partnership=partnership,
            wave=wave,
            created_by=personas.evaluator,
            **({"published": True, "visibility": "public"} if partnership != partnerships[2] else {}),
        )
        for wave in (WaveFactory(number=1), WaveFactory(number=2))
        for partnership in partnerships
    ]
    for number in range(60):
        codings = [
            (item, draw.choice(Coding.Direction.values)) for item in draw.sample(items, draw.randint(0, 3))
        ]
        if draw.random() < 0.3:
            codings.append((question, Coding.Direction.CONTEXT))
        title = draw.choice(["Mentoring", "Transport"]) + f" {number}"
        chosen_sectors = draw.sample(sectors, draw.randint(0, 2))
        if draw.random() < 0.2:
            FindingFactory(
                literature=True,
                title=title,
                codings=codings,
                sectors=chosen_sectors,
                programme=draw.choice([programme, None]),
            )
            continue
        wide = draw.random() < 0.2
        step = draw.choice(["published"] * 4 + ["submitted", "withdrawn", ""])
        FindingFactory(
            title=title,
            codings=codings,
            sectors=chosen_sectors,
            programme_wide=wide,
            partnerships=[] if wide else draw.sample(partnerships, draw.randint(1, 3)),
            mask_area=draw.random() < 0.4,
            visibility=draw.choice(Visibility.values) if step == "published" else Visibility.TEAM,
            created_by=draw.choice([personas.evaluator, personas.other_evaluator]),
            source=SourceFactory(
                created_by=personas.evaluator,
                kind=draw.choice(["survey", "interview"]),
                case_study=draw.choice([*studies, None]),
            ),
            **({step: True} if step else {}),
        )
    return personas


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
    assert 0 in figures.values()
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/map.xlsx{query}").content))
    sheet = workbook.get_sheet_by_name("Items by sectors").to_python()
    assert [int(row[-1]) for row in sheet[1:]] == [int(row["findings"]) for row in rows]
    assert AuditRow.objects.filter(verb="findings.exported", details__format="map csv").exists()
    assert client.get("/map.csv?item=L99").status_code == 400
