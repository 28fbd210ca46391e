"""Reading over the API: shapes, counts, who sees what, pages, and a cost that doesn't grow with rows."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evidence.models import Finding
from partnerships.models import Membership
from tests.factories import (
    AreaFactory,
    DriverFactory,
    FactSourceFactory,
    FindingCitationFactory,
    FindingFactory,
    ItemCitationFactory,
    LessonFactory,
    MembershipFactory,
    OrganisationFactory,
    PartnershipFactory,
    ProgrammeFactory,
    ReferenceFactory,
    ResearchQuestionFactory,
    SectorFactory,
    SourceFactory,
    ThemeFactory,
)
from tests.personas import Personas

pytestmark = pytest.mark.django_db

API = "/api/v1/"
MOST_QUERIES = 6
ClientOf = Callable[[str], Client]

FINDING_KEYS = [
    "ref",
    "title",
    "text",
    "quote",
    "origin",
    "status",
    "visibility",
    "partnerships",
    "programme_wide",
    "mask_area",
    "sectors",
    "programme",
    "source_kind",
    "collected_on",
    "source",
    "codings",
    "references",
    "quality",
    "files",
    "replies",
    "created_at",
    "published_at",
    "version",
    "is_demonstration",
    "url",
]
ITEM_KEYS = [
    "code",
    "kind",
    "title",
    "statement",
    "plain_statement",
    "theme",
    "group",
    "sectors",
    "section",
    "parent",
    "citations",
    "status",
    "counts",
    "url",
]


def get(client: Client, path: str) -> Any:
    response = client.get(API + path)
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "application/json"
    return response.json()


def refs(client: Client, path: str = "findings/") -> set[str]:
    return {finding["ref"] for finding in get(client, path)["results"]}


@pytest.mark.usefixtures("loaded_review")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("themes", 4),
        ("lessons", 10),
        ("benefits", 4),
        ("drivers", 13),
        ("research-questions", 13),
        ("sectors", 4),
        ("partnerships", 21),
        ("references/?listed=true", 25),
    ],
)
def test_the_review_is_there(client: Client, name: str, count: int) -> None:
    listed = get(client, name if "?" in name else f"{name}/")
    assert listed["count"] == count
    assert len(listed["results"]) == count


@pytest.mark.usefixtures("loaded_review")
def test_drivers_stand_in_three_groups_and_sub_questions_under_theirs(client: Client) -> None:
    assert len({driver["group"] for driver in get(client, "drivers/")["results"]}) == 3
    parents = {row["code"]: row["parent"] for row in get(client, "research-questions/")["results"]}
    assert [code for code, parent in parents.items() if parent == "Q8"] == ["Q8a", "Q8b", "Q8c"]


@pytest.mark.usefixtures("loaded_review")
def test_a_citation_that_the_review_does_not_list_is_kept(client: Client) -> None:
    states = {
        citation["state"]
        for item in get(client, "items/?page_size=200")["results"]
        for citation in item["citations"]
    }
    assert states == {"listed", "corrected", "unresolved"}
    assert get(client, "references/?listed=false")["count"] >= 1


def test_an_item(client: Client) -> None:
    theme, sector = ThemeFactory(slug="process"), SectorFactory(code="third")
    parent = DriverFactory(code="D1")
    item = DriverFactory(
        code="D2", theme=theme, parent=parent, group="Clarity of objectives", sectors=[sector], section="2.4"
    )
    reference = ReferenceFactory(key="DWP2006a")
    ItemCitationFactory(item=item, reference=reference, state="corrected", note="Printed otherwise.")
    FindingFactory(literature=True, codings=[(item, "supports")])
    FindingFactory(literature=True, codings=[(item, "challenges")])
    shown = get(client, "drivers/D2/")
    assert list(shown) == ITEM_KEYS
    assert shown == get(client, "items/D2/")
    assert (
        shown
        | {
            "code": "D2",
            "kind": "driver",
            "theme": "process",
            "group": "Clarity of objectives",
            "sectors": ["third"],
            "section": "2.4",
            "parent": "D1",
            "citations": [{"reference": "DWP2006a", "state": "corrected", "note": "Printed otherwise."}],
            "status": "untested",
            "counts": {"supports": 1, "refines": 0, "challenges": 1, "context": 0},
            "url": "http://testserver/drivers/D2/",
        }
        == shown
    )


def test_lessons_are_found_by_code_and_number_and_only_lessons(client: Client) -> None:
    LessonFactory(code="L5")
    DriverFactory(code="D5")
    assert get(client, "lessons/5/") == get(client, "lessons/L5/")
    assert get(client, "lessons/5/")["url"] == "http://testserver/lessons/5/"
    assert client.get(API + "lessons/D5/").status_code == 404
    assert client.get(API + "lessons/6/").status_code == 404


def test_a_question_has_no_status(client: Client) -> None:
    question = ResearchQuestionFactory(code="Q1")
    FindingFactory(literature=True, codings=[(question, "context")])
    shown = get(client, "research-questions/Q1/")
    assert shown["status"] is None
    assert shown["counts"]["context"] == 1


def test_a_finding(client: Client) -> None:
    lesson, question = LessonFactory(code="L1", order=1), ResearchQuestionFactory(code="Q1", order=2)
    finding = FindingFactory(
        published=True,
        visibility="public",
        quote="We met [name] every week.",
        partnerships=[
            PartnershipFactory(slug="south", name="South"),
            PartnershipFactory(slug="north", name="North"),
        ],
        sectors=[SectorFactory(code="third")],
        programme=ProgrammeFactory(slug="ndc"),
        source=SourceFactory(kind="interview", collected_on=datetime.date(2015, 3, 4)),
        codings=[(question, "context"), (lesson, "refines")],
    )
    FindingCitationFactory(finding=finding, reference=ReferenceFactory(key="DWP2006a"))
    shown = get(client, f"findings/{finding.ref}/")
    assert list(shown) == FINDING_KEYS
    assert [shown] == get(client, "findings/")["results"]
    assert (
        shown
        | {
            "ref": finding.ref,
            "title": finding.title,
            "text": finding.text,
            "quote": "We met [name] every week.",
            "origin": "case-study",
            "status": "published",
            "visibility": "public",
            "partnerships": ["north", "south"],
            "programme_wide": False,
            "sectors": ["third"],
            "programme": "ndc",
            "source_kind": "interview",
            "collected_on": "2015-03-04",
            "source": None,  # for the public; its kind and date are all they learn
            "codings": [
                {"item": "L1", "direction": "refines", "note": ""},
                {"item": "Q1", "direction": "context", "note": ""},
            ],
            "references": ["DWP2006a"],
            "version": 1,
            "is_demonstration": False,
            "url": f"http://testserver/findings/{finding.ref}/",
        }
        == shown
    )


def test_a_finding_without_relations_has_empty_lists(client: Client) -> None:
    finding = FindingFactory(literature=True)
    shown = get(client, f"findings/{finding.ref}/")
    assert [shown[name] for name in ("partnerships", "sectors", "codings", "references")] == [[], [], [], []]
    assert [shown[name] for name in ("programme", "source_kind", "collected_on")] == [None, None, None]


def test_the_description_has_the_fields_that_are_sent(client: Client) -> None:
    from evidence.api.findings import FindingSerializer
    from evidence.api.framework import ItemSerializer

    assert list(FindingSerializer().fields) == FINDING_KEYS
    assert list(ItemSerializer().fields) == ITEM_KEYS


def test_a_reference(client: Client) -> None:
    ReferenceFactory(key="DWP2006a", authors=["Department for Work and Pensions"], year=2006, number="328")
    shown = get(client, "references/DWP2006a/")
    assert list(shown) == [
        "key",
        "type",
        "authors",
        "year",
        "title",
        "publisher",
        "place",
        "series",
        "number",
        "listed",
        "cited",
        "note",
        "url",
    ]
    assert (shown["authors"], shown["cited"]) == (["Department for Work and Pensions"], False)
    assert shown["url"] == "http://testserver/references/DWP2006a/"


def test_a_partnership_with_its_members_and_the_sources_of_its_facts(client: Client) -> None:
    partnership = PartnershipFactory(slug="north", form="vertical")
    partnership.areas.add(AreaFactory(code="E37000001"))
    member = OrganisationFactory(slug="works")
    MembershipFactory(
        partnership=partnership,
        organisation=member,
        role="lead",
        has_board_seat=True,
        started_on=datetime.date(2014, 1, 1),
    )
    FactSourceFactory(partnership=partnership, fact="lead", source="Its own page", is_verified=False)
    shown = get(client, "partnerships/north/")
    assert shown["areas"] == ["E37000001"]
    assert shown["members"] == [
        {
            "organisation": "works",
            "role": "lead",
            "relation": "",
            "has_board_seat": True,
            "started_on": "2014-01-01",
            "ended_on": None,
        }
    ]
    assert shown["sources"] == [
        {"fact": "lead", "source": "Its own page", "is_verified": False, "stated_on": ""}
    ]
    assert shown["url"] == "http://testserver/partnerships/north/"
    assert get(client, "organisations/works/")["partnerships"] == ["north"]
    assert get(client, "areas/E37000001/")["partnerships"] == ["north"]


def test_an_organisation_that_left_is_no_longer_of_the_partnership(client: Client) -> None:
    membership = MembershipFactory(organisation__slug="works", ended_on=datetime.date(2016, 1, 1))
    assert Membership.objects.get() == membership
    assert get(client, "organisations/works/")["partnerships"] == []


def test_areas_name_their_successors(client: Client) -> None:
    AreaFactory(code="E37000008").successors.add(AreaFactory(code="E37000045"))
    assert get(client, "areas/E37000008/")["successors"] == ["E37000045"]
    assert get(client, "areas/E37000045/")["successors"] == []


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [
        ("public", {"visitor", "reporter", "funder", "evaluator", "lead", "administrator", "closed"}),
        ("partnerships", {"reporter", "funder", "evaluator", "lead"}),
        ("funder", {"funder", "evaluator", "lead"}),
        ("team", {"evaluator", "lead"}),
    ],
)
def test_who_reads_a_published_finding_everywhere(
    client_of: ClientOf, visibility: str, readers: set[str]
) -> None:
    lesson = LessonFactory(code="L5")
    finding = FindingFactory(published=True, visibility=visibility, codings=[(lesson, "challenges")])
    for name in ("visitor", "reporter", "funder", "evaluator", "lead", "administrator", "closed"):
        client = client_of(name)
        seen = name in readers
        assert (finding.ref in refs(client)) is seen, name
        assert client.get(f"{API}findings/{finding.ref}/").status_code == (200 if seen else 404), name
        assert get(client, "lessons/5/")["counts"]["challenges"] == seen, name
        assert get(client, "findings/?item=L5")["count"] == seen, name


@pytest.mark.parametrize(
    ("step", "readers"),
    [
        ("draft", {"evaluator", "lead"}),
        ("submitted", {"evaluator", "other_evaluator", "lead"}),
        ("returned", {"evaluator", "other_evaluator", "lead"}),
        ("withdrawn", {"evaluator", "other_evaluator", "lead"}),
    ],
)
def test_who_reads_what_is_not_published(
    client_of: ClientOf, personas: Personas, step: str, readers: set[str]
) -> None:
    traits = {} if step == "draft" else {step: True}
    finding = FindingFactory(created_by=personas.evaluator, visibility="public", **traits)
    for name in ("visitor", "reporter", "funder", "evaluator", "other_evaluator", "lead", "administrator"):
        client = client_of(name)
        assert (finding.ref in refs(client)) is (name in readers), name
        assert client.get(f"{API}findings/{finding.ref}/").status_code == (200 if name in readers else 404)


def test_sources_are_for_funder_and_team_and_name_only_what_may_be_seen(
    client_of: ClientOf, personas: Personas
) -> None:
    source = SourceFactory(created_by=personas.evaluator)
    shared = FindingFactory(published=True, visibility="funder", source=source)
    FindingFactory(published=True, visibility="team", source=source)
    for name in ("visitor", "reporter", "administrator"):
        assert get(client_of(name), "sources/")["count"] == 0
        assert client_of(name).get(f"{API}sources/{source.ref}/").status_code == 404
    shown = get(client_of("funder"), f"sources/{source.ref}/")
    assert shown["findings"] == [shared.ref]
    assert len(get(client_of("lead"), f"sources/{source.ref}/")["findings"]) == 2


def test_pages(client: Client) -> None:
    FindingFactory.create_batch(30, literature=True)
    first = get(client, "findings/")
    assert (first["count"], len(first["results"]), first["previous"]) == (30, 25, None)
    second = client.get(first["next"]).json()
    assert (second["count"], len(second["results"]), second["next"]) == (30, 5, None)
    assert len(get(client, "findings/?page_size=200")["results"]) == 30
    assert len(get(client, "findings/?page_size=7&page=5")["results"]) == 2
    assert len({row["ref"] for row in first["results"] + second["results"]}) == 30


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "9" * 30])
def test_a_page_that_is_not_there(client: Client, page: str) -> None:
    FindingFactory(literature=True)
    response = client.get(f"{API}findings/?page={page}")
    assert response.status_code == 404
    assert "detail" in response.json()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("findings/?item=L99", "item"),
        ("findings/?partnership=nowhere", "partnership"),
        ("findings/?q=%00", "q"),
        ("findings/?collected_after=2015-13-45", "collected_after"),
        ("lessons/?theme=nowhere", "theme"),
        ("references/?cited=perhaps", "cited"),
        ("organisations/?kind=unknown", "kind"),
        ("partnerships/?area=%00", "area"),
        ("sources/?kind=hearsay", "kind"),
    ],
)
def test_an_unknown_filter_value_is_refused_beside_its_name(client: Client, path: str, field: str) -> None:
    response = client.get(API + path)
    assert response.status_code == 400
    assert list(response.json()) == [field]


@pytest.mark.parametrize(
    "path", ["findings/%00/", "lessons/%00/", "sources/x/", f"sources/{'9' * 40}/", "items/L99/"]
)
def test_a_key_that_nothing_has_is_not_found(client: Client, path: str) -> None:
    response = client.get(API + path)
    assert response.status_code == 404
    assert "detail" in response.json()


def test_a_filter_can_only_name_what_exists_for_the_reader(client_of: ClientOf) -> None:
    """Filters on findings narrow what is visible; they can't be used to ask about the rest."""
    finding = FindingFactory(published=True, visibility="team", title="zebra")
    for query in ("q=zebra", "status=published", "visibility=team", "ordering=oldest"):
        assert finding.ref not in refs(client_of("funder"), f"findings/?{query}")
        assert finding.ref in refs(client_of("lead"), f"findings/?{query}")


def fill(number: int) -> None:
    for _ in range(number):
        item = DriverFactory(sectors=[SectorFactory()])
        ItemCitationFactory(item=item)
        partnership = PartnershipFactory()
        partnership.areas.add(AreaFactory())
        FactSourceFactory(partnership=partnership)
        MembershipFactory(partnership=partnership)
        finding = FindingFactory(
            published=True,
            visibility="public",
            partnerships=[partnership],
            sectors=[SectorFactory()],
            programme=ProgrammeFactory(),
            codings=[(item, "supports")],
        )
        FindingCitationFactory(finding=finding)


LISTS = [
    "themes/",
    "drivers/",
    "items/",
    "references/",
    "programmes/",
    "sectors/",
    "areas/",
    "organisations/",
    "partnerships/",
    "findings/",
    "sources/",
]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_at_any_length(client_of: ClientOf, path: str) -> None:
    client = client_of("funder")

    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            get(client, path + query)
        return len(captured)

    fill(2)
    queries("")  # the first time of a day it leaves a record, too
    few = queries("?page_size=100")
    fill(10)
    assert queries("?page_size=100") == few
    assert few <= MOST_QUERIES
    assert queries("?page_size=3&page=2") <= MOST_QUERIES + 1
    assert Finding.objects.count() == 12
