"""What each facet says is what the list would show, for every reader."""

import random

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from evidence.filtersets import FindingFilterSet
from evidence.models import Coding, Finding, Source
from evidence.queries.facets import LEGENDS, Facet, facets
from evidence.queries.labels import labels_for
from tests.factories import (
    BarrierFactory,
    CodingFactory,
    FindingFactory,
    LessonFactory,
    PartnershipFactory,
    ProgrammeFactory,
    ResearchQuestionFactory,
    SectorFactory,
    SourceFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db


def filterset_for(person, query: str) -> FindingFilterSet:
    request = RequestFactory().get("/findings/")
    request.user = person
    return FindingFilterSet(QueryDict(query), queryset=Finding.objects.visible_to(person), request=request)


def facets_for(person, query: str = "") -> dict[str, Facet]:
    return {facet.name: facet for facet in facets(filterset_for(person, query), labels_for(person))}


def without(query: str, name: str) -> str:
    data = QueryDict(query, mutable=True)
    data.pop(name, None)
    return data.urlencode()


@pytest.fixture
def evidence(personas) -> None:
    """Thirty findings of every sort, put together at random, the same each time."""
    chance = random.Random(5)  # noqa: S311 — the same data each time is what is wanted
    themes = [ThemeFactory(), ThemeFactory()]
    items = [
        make(theme=chance.choice(themes))
        for make in (LessonFactory, BarrierFactory, BarrierFactory, ResearchQuestionFactory)
    ]
    partnerships = [PartnershipFactory() for _ in range(3)]
    sectors = [SectorFactory() for _ in range(3)]
    programmes = [ProgrammeFactory(), None]
    for number in range(30):
        finding = FindingFactory(
            **{chance.choice(["published", "published", "submitted", "withdrawn"]): True},
            text=chance.choice(["Trust grew slowly.", "Money ran out.", "Trust and money."]),
            origin=chance.choice(Finding.Origin.values),
            visibility=chance.choice(Finding.Visibility.values),
            programme=chance.choice(programmes),
            partnerships=chance.sample(partnerships, chance.randint(0, 2)),
            sectors=chance.sample(sectors, chance.randint(0, 2)),
            source=SourceFactory(
                kind=chance.choice(Source.Kind.values),
                collected_on=chance.choice([None, "2014-05-06", "2015-01-01", "2015-12-31", "2016-02-29"]),
            )
            if number % 4
            else None,
        )
        for item in chance.sample(items, chance.randint(0, 3)):
            CodingFactory(
                finding=finding,
                item=item,
                direction="context" if item.is_question else chance.choice(Coding.Direction.values),
            )


QUERIES = [
    "",
    "origin=case-study",
    "direction=challenges&direction=supports",
    "kind=barrier&direction=refines",
    "q=trust",
    "q=trust&kind=barrier&visibility=public&visibility=team",
    "status=published&source_kind=interview,survey",
    "year=2014,2016&origin=case-study",
]


@pytest.mark.parametrize("name", ["visitor", "reporter", "funder", "lead"])
def test_each_count_is_what_the_list_would_show(evidence, personas, name) -> None:
    person = personas[name]
    for query in QUERIES:
        for facet in facets_for(person, query).values():
            rest = without(query, facet.name)
            for option in facet.options:
                shown = filterset_for(person, f"{rest}&{facet.name}={option.value}").qs
                assert shown.count() == option.number, (query, facet.name, option)


def test_values_chosen_in_two_facets_narrow_each_other_and_not_themselves(evidence, personas) -> None:
    plain = facets_for(personas.lead)
    chosen = facets_for(personas.lead, "origin=literature")
    assert chosen["origin"].options
    assert [option.number for option in chosen["origin"].options] == [
        option.number for option in plain["origin"].options
    ]
    assert sum(option.number for option in chosen["status"].options) < sum(
        option.number for option in plain["status"].options
    )


def test_nothing_is_counted_that_the_reader_may_not_see(personas) -> None:
    hidden = PartnershipFactory(name="Hidden hand")
    FindingFactory(published=True, visibility=Finding.Visibility.FUNDER, partnerships=[hidden])
    assert facets_for(personas.reporter)["partnership"].options == []
    assert [option.label for option in facets_for(personas.funder)["partnership"].options] == ["Hidden hand"]


def test_a_chosen_value_stays_to_be_taken_away_when_nothing_matches(personas) -> None:
    facet = facets_for(personas.visitor, "origin=self-report")["origin"]
    assert [(option.value, option.number, option.selected) for option in facet.options] == [
        ("self-report", 0, True)
    ]
    assert facet.offers_a_choice


def test_values_in_error_count_nothing(evidence, personas) -> None:
    found = facets_for(personas.lead, "item=ZZ9&origin=literature")
    assert all(option.number == 0 for facet in found.values() for option in facet.options)


def test_all_facets_are_one_query(evidence, personas) -> None:
    filterset, labels = filterset_for(personas.lead, "q=trust&kind=barrier"), labels_for(personas.lead)
    assert filterset.form.is_valid()
    assert filterset.terms  # read once, with their synonyms
    with CaptureQueriesContext(connection) as queries:
        assert len(facets(filterset, labels)) == len(LEGENDS)
    assert len(queries) == 1
