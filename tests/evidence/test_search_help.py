"""Help for whoever searches: synonyms, things called so while one types, and another spelling."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.filtersets import FindingFilterSet
from evidence.framework.loader import load_review
from evidence.models import Finding, Synonym
from evidence.queries.everything import Matches
from evidence.queries.suggestions import did_you_mean, nearest, suggestions
from evidence.queries.synonyms import terms_with_synonyms
from tests.factories import (
    AttachmentFactory,
    CaseStudyFactory,
    DriverFactory,
    FindingFactory,
    ProgrammeFactory,
    SynonymFactory,
)
from tests.personas import Personas
from tests.review import put_review

pytestmark = pytest.mark.django_db

TEXTS = {
    "short": "JCP sent nobody.",
    "long": "Jobcentre Plus sent helpers.",
    "plural": "Third sector organisations were tired.",
    "single": "The TSO was tired.",
    "apart": "Plus, the jobcentre sent some.",
    "other": "The council sent many.",
    "ndc": "New Deal for Communities had residents on boards.",
}


@pytest.fixture
def findings(personas: Personas) -> dict[str, Finding]:
    SynonymFactory(short="JCP", long="Jobcentre Plus")
    SynonymFactory(short="TSO", long="third sector organisation")
    SynonymFactory(short="NDC", long="New Deal for Communities")
    return {
        name: FindingFactory(title=name, text=text, published=True, visibility="public")
        for name, text in TEXTS.items()
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("jcp", {"short", "long"}),
        ("JCP ", {"short", "long"}),
        ("jobcentre plus", {"short", "long", "apart"}),
        ("jobcentre", {"long", "apart"}),
        ('"jobcentre plus"', {"short", "long"}),
        ("jcp -helpers", {"short"}),
        ("sent -jcp", {"apart", "other"}),
        ("nobody jcp", {"short"}),
        ("tso ", {"plural", "single"}),
        ("tsos ", {"plural", "single"}),
        ("third sector organisations ", {"plural", "single"}),
        ("tired third sector organisation", {"plural", "single"}),
        ("ndc", {"ndc"}),
        ("ndc residents", {"ndc"}),
        ("new deal communities", {"ndc"}),
        ("plus jobcentre", {"long", "apart"}),
        ('jcp "', {"short", "long"}),
    ],
)
def test_a_synonym_finds_both_ways(
    findings: dict[str, Finding], personas: Personas, query: str, expected: set[str]
) -> None:
    refs = {findings[name].ref for name in expected}
    assert {result.key for result in Matches(personas.lead, query)[0:50]} == refs
    request = RequestFactory().get("/findings/")
    request.user = personas.lead
    asked = FindingFilterSet(QueryDict(f"q={query}"), queryset=Finding.objects.all(), request=request)
    assert {finding.ref for finding in asked.qs} == refs


def test_synonyms_are_read_once_however_often_findings_are_counted(
    findings: dict[str, Finding], client_of: Callable[[str], Client]
) -> None:
    browser = client_of("visitor")
    with CaptureQueriesContext(connection) as captured:
        page = browser.get(reverse("evidence:finding-list"), {"q": "jcp"}).content.decode()
    assert "<mark>Jobcentre" in page
    assert sum("evidence_synonym" in query["sql"] for query in captured) == 1


def test_the_review_brings_synonyms_and_leaves_those_of_people(personas: Personas) -> None:
    put_review()
    assert Synonym.objects.filter(short="JCP", long="Jobcentre Plus").exists()
    Synonym.objects.filter(short="TSO").delete()
    SynonymFactory(short="Employer", long="business")
    load_review()
    assert not Synonym.objects.filter(short="TSO").exists()
    assert Synonym.objects.filter(short="Employer").exists()
    assert terms_with_synonyms("employers")[0].others == (("employer",), ("business",))


def test_an_administrator_adds_a_synonym(client_of: Callable[[str], Client]) -> None:
    browser, add = client_of("administrator"), reverse("admin:evidence_synonym_add")
    assert browser.post(add, {"short": "CAB", "long": "Citizens Advice Bureau"}).status_code == 302
    assert Synonym.objects.filter(short="CAB").count() == 1
    again = browser.post(add, {"short": "cab", "long": "citizens advice bureau"})
    assert "These two are noted already." in again.content.decode()
    assert client_of("evaluator").get(add).status_code in {302, 403, 404}


# While one types


def suggested(browser: Client, query: str) -> list[dict[str, Any]]:
    return browser.get(reverse("evidence:search-suggestions"), {"q": query}).json()["suggestions"]


def test_what_is_called_so_is_suggested(client_of: Callable[[str], Client]) -> None:
    driver = DriverFactory(title="Trust & <time>", statement="It grows.")
    FindingFactory(title="Trust", published=True, visibility="team")
    expected = [{"kind": "Driver", "title": "Trust & <time>", "href": driver.get_absolute_url()}]
    assert suggested(client_of("funder"), "tru") == expected
    assert len(suggested(client_of("lead"), "tru")) == 2
    for query in ("t", "", "the", "x" * 10_000, "\0"):
        assert suggested(client_of("lead"), query) == []


def test_no_more_than_a_few_are_suggested(personas: Personas) -> None:
    DriverFactory.create_batch(20, title="Trust")
    assert len(suggestions(personas.lead, "trust")) == 8


# A slip of the finger


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("emplyoers", "employers"),
        ("Employres early", "employers early"),
        ("trsut", "trust"),
        ("trust", ""),
        ("zzzzzz", ""),
        ("emplyoers zzzzzz", ""),
        ("emp", ""),
        ('"emplyoers early"', '"employers early"'),
        ("emplyoers -early", ""),
    ],
)
def test_another_spelling(personas: Personas, typed: str, meant: str) -> None:
    DriverFactory(title="Employers", statement="Engage employers early: trust grows.")
    assert did_you_mean(personas.lead, typed) == meant


def test_only_words_that_one_may_read_are_proposed(
    personas: Personas, client_of: Callable[[str], Client]
) -> None:
    """Nothing hidden is proposed, nor what nobody would look for in files and stories."""
    FindingFactory(title="Gardening", text="It helps.", published=True, visibility="team")
    CaseStudyFactory(narrative="Juggling.", published=True, visibility="team")
    AttachmentFactory(description="A hammock")
    for typed in ("gardneing", "jugling", "hamock"):
        assert did_you_mean(personas.funder, typed) == ""
    assert did_you_mean(personas.lead, "gardneing") == "gardening"
    page = client_of("lead").get(reverse("evidence:search"), {"q": "gardneing"}).content.decode()
    assert "Did you mean “gardening”?" in page
    assert 'href="/search/?q=gardening"' in page
    assert (
        "Did you mean"
        not in client_of("funder").get(reverse("evidence:search"), {"q": "gardneing"}).content.decode()
    )


def test_the_likest_word_is_the_same_each_time() -> None:
    known = {"partner", "partners", "garden", "gardens"}
    assert {nearest("partnr", sorted(known, reverse=place % 2 == 0)) for place in range(4)} == {"partner"}
    assert nearest("2015", known) == "2015"


def test_the_help_names_what_can_be_typed(client_of: Callable[[str], Client]) -> None:
    ProgrammeFactory()
    page = client_of("visitor").get(reverse("evidence:search")).content.decode()
    assert re.search(r"<dt>JCP</dt>", page)
    assert 'data-suggestions="/search/suggestions/"' in page
