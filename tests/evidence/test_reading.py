"""The reading pages: there for everybody, with each reader's own evidence, at a constant cost."""

import csv
import io

import html5lib
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.actions.findings import withdraw_finding
from evidence.exchange.references import harvard
from evidence.models import Finding, FrameworkItem, Programme, Reference, Theme
from partnerships.csv_lines import harmless
from partnerships.models import AuditRow, Organisation, Partnership, Sector
from tests.factories import (
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
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
READ_BY = {
    Finding.Visibility.PUBLIC: {"visitor", "reporter", "funder", "evaluator", "lead"},
    Finding.Visibility.PARTNERSHIPS: {"reporter", "funder", "evaluator", "lead"},
    Finding.Visibility.FUNDER: {"funder", "evaluator", "lead"},
    Finding.Visibility.TEAM: {"evaluator", "lead"},
}
READERS = ("visitor", "reporter", "funder", "evaluator", "lead")


def body_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


def check_page(page: str) -> None:
    """Valid HTML with one heading of the first level and no id given twice."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(page)
    assert not parser.errors
    assert len(tree.findall(".//h1")) == 1
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), sorted({name for name in ids if ids.count(name) > 1})


def plain_addresses() -> list[str]:
    lists = ["lesson", "driver", "barrier", "benefit", "approach", "outcome", "question"]
    lists += ["sector", "partnership", "organisation", "programme", "reference", "finding"]
    return [reverse("evidence:home"), *(reverse(f"evidence:{name}-list") for name in lists)]


def addresses_of_things() -> list[str]:
    """The page of every theme, item, sector, partnership, organisation, programme and reference."""
    things = [*Theme.objects.all(), *FrameworkItem.objects.all(), *Programme.objects.all()]
    return [
        *(thing.get_absolute_url() for thing in (*things, *Reference.objects.all())),
        *(reverse("evidence:sector-detail", args=[sector.code]) for sector in Sector.objects.all()),
        *(reverse("evidence:partnership-detail", args=[row.slug]) for row in Partnership.objects.all()),
        *(reverse("evidence:organisation-detail", args=[row.slug]) for row in Organisation.objects.all()),
    ]


def test_every_page_of_the_loaded_review_is_there_for_everybody(loaded_review, client) -> None:
    kinds = dict.fromkeys(FrameworkItem.objects.values_list("kind", flat=True))
    assert len(kinds) == 7
    for address in (*plain_addresses(), *addresses_of_things()):
        check_page(body_of(client, address))


def test_every_list_says_so_when_it_is_empty(client) -> None:
    for address in plain_addresses():
        check_page(body_of(client, address))


@pytest.mark.parametrize("address", ["/accessibility/", "/components/"])
def test_pages_of_the_product_itself(client, address) -> None:
    check_page(body_of(client, address))


def test_health_check_and_robots(client) -> None:
    assert body_of(client, "/healthz") == "ok\n"
    assert "Disallow: /admin/" in body_of(client, "/robots.txt")


# Addresses


@pytest.mark.parametrize("typed", ["L5", "l5"])
def test_a_lesson_is_found_by_its_code_too(client, typed) -> None:
    LessonFactory(code="L5")
    response = client.get(f"/lessons/{typed}/?origin=literature")
    assert (response.status_code, response["Location"]) == (302, "/lessons/5/?origin=literature")


def test_codes_are_found_in_small_letters(client) -> None:
    DriverFactory(code="D4")
    ResearchQuestionFactory(code="Q8a")
    assert client.get("/drivers/d4/")["Location"] == "/drivers/D4/"
    assert client.get("/questions/q8A/")["Location"] == "/questions/Q8a/"


@pytest.mark.parametrize("address", ["/drivers/L5/", "/lessons/55/", "/lessons/D4/", "/findings/F-22222222/"])
def test_what_is_not_there_is_not_found(client, address) -> None:
    LessonFactory(code="L5")
    DriverFactory(code="D4")
    assert client.get(address).status_code == 404


# Who reads what


@pytest.fixture
def subject() -> dict[str, object]:
    """One of everything that a finding can bear on."""
    lesson = LessonFactory(code="L5")
    return {
        "lesson": lesson,
        "partnership": PartnershipFactory(),
        "sector": SectorFactory(),
        "organisation": OrganisationFactory(),
        "programme": ProgrammeFactory(),
        "reference": ReferenceFactory(),
    }


def log(subject: dict, visibility: str, **fields: object) -> Finding:
    finding = FindingFactory(
        published=True,
        visibility=visibility,
        title=f"Seen by {visibility}",
        partnerships=[subject["partnership"]],
        sectors=[subject["sector"]],
        organisations=[subject["organisation"]],
        programme=subject["programme"],
        codings=[(subject["lesson"], "challenges")],
        **fields,
    )
    FindingCitationFactory(finding=finding, reference=subject["reference"])
    return finding


def pages_about(subject: dict) -> list[str]:
    return [
        "/",
        "/findings/",
        "/lessons/5/",
        reverse("evidence:partnership-detail", args=[subject["partnership"].slug]),
        reverse("evidence:sector-detail", args=[subject["sector"].code]),
        reverse("evidence:organisation-detail", args=[subject["organisation"].slug]),
        subject["programme"].get_absolute_url(),
        subject["reference"].get_absolute_url(),
    ]


@pytest.mark.parametrize("name", READERS)
def test_each_reader_meets_their_own_findings_everywhere(subject, client_of, name) -> None:
    findings = {visibility: log(subject, visibility) for visibility in Finding.Visibility}
    client = client_of(name)
    for address in pages_about(subject):
        page = body_of(client, address)
        for visibility, finding in findings.items():
            assert (finding.title in page) == (name in READ_BY[visibility]), (address, visibility)
    for visibility, finding in findings.items():
        expected = 200 if name in READ_BY[visibility] else 404
        assert client.get(finding.get_absolute_url()).status_code == expected


@pytest.mark.parametrize("name", READERS)
def test_numbers_are_the_reader_s_own(subject, client_of, name) -> None:
    for visibility in Finding.Visibility:
        log(subject, visibility)
    number = sum(name in readers for readers in READ_BY.values())
    client = client_of(name)
    assert client.get("/lessons/5/").context_data["standing"].counts.challenges == number
    assert client.get("/findings/").context_data["page_obj"].paginator.count == number
    for address in pages_about(subject)[3:]:
        assert client.get(address).context_data["bearing"].total == number
    for listed in ("sectors", "programmes"):
        rows = client.get(f"/{listed}/").context_data[listed]
        assert max(row.finding_count for row in rows) == number
    rows = client.get("/partnerships/").context_data["rows"]
    assert max(row[-1] for row in rows) == number


def test_a_withdrawn_finding_leaves_its_readers_at_once(subject, client_of, personas) -> None:
    finding = log(subject, Finding.Visibility.FUNDER)
    assert finding.title in body_of(client_of("funder"), "/lessons/5/")
    withdraw_finding(by=personas.lead, finding=finding, version=finding.version, reason="Consent withdrawn.")
    assert finding.title not in body_of(client_of("funder"), "/lessons/5/")
    assert client_of("funder").get(finding.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", READERS)
def test_the_respondent_s_role_is_for_the_funder_and_the_team(client_of, name) -> None:
    finding = FindingFactory(published=True, visibility=Finding.Visibility.PUBLIC, quote="It went well.")
    role = finding.source.respondent_role
    client = client_of(name)
    table = b"".join(client.get("/findings.csv").streaming_content).decode()
    for page in (body_of(client, finding.get_absolute_url()), body_of(client, "/findings/"), table):
        assert (role in page) == (name in {"funder", "evaluator", "lead"})


def test_steps_and_their_reasons_are_for_the_team(client_of) -> None:
    finding = FindingFactory(published=True, visibility=Finding.Visibility.FUNDER)
    assert "Its way to here" in body_of(client_of("evaluator"), finding.get_absolute_url())
    page = body_of(client_of("funder"), finding.get_absolute_url())
    assert "Its way to here" not in page
    assert str(finding.created_by) not in page


# What pages say


def test_the_columns_of_a_lesson(client) -> None:
    lesson = LessonFactory(code="L5")
    for direction, number in {"supports": 12, "refines": 1, "challenges": 2, "context": 1}.items():
        for _ in range(number):
            FindingFactory(literature=True, codings=[(lesson, direction)])
    columns = {column["direction"]: column for column in client.get("/lessons/5/").context_data["columns"]}
    assert {name: column["count"] for name, column in columns.items()} == {
        "supports": 12,
        "refines": 1,
        "challenges": 2,
        "context": 1,
    }
    assert len(columns["supports"]["cards"]) == 10
    assert columns["challenges"]["more_href"] == ""
    shown = client.get(columns["supports"]["more_href"]).context_data["page_obj"].paginator.count
    assert shown == 12


def test_filters_of_a_lesson_hold_for_its_columns_and_the_full_list(client) -> None:
    lesson, other = LessonFactory(code="L5"), DriverFactory()
    FindingFactory(literature=True, codings=[(lesson, "supports"), (other, "challenges")])
    wanted = FindingFactory(
        published=True, visibility=Finding.Visibility.PUBLIC, codings=[(lesson, "challenges")]
    )
    context = client.get("/lessons/5/?origin=case-study&direction=challenges").context_data
    assert [
        (column["direction"], [card["finding"].ref for card in column["cards"]])
        for column in context["columns"]
    ] == [("challenges", [wanted.ref])]
    assert [card.ref for card in client.get(context["full_list_href"]).context_data["cards"]] == [wanted.ref]


def test_a_question_is_informed_and_takes_no_side(client) -> None:
    question = ResearchQuestionFactory(code="Q8a")
    FindingFactory(literature=True, codings=[(question, "context")])
    page = client.get("/questions/Q8a/")
    assert [column["heading"] for column in page.context_data["columns"]] == ["Informs"]
    assert "Untested" not in page.content.decode()


def test_an_item_shows_its_parts_and_what_it_is_part_of(client) -> None:
    whole = ResearchQuestionFactory(code="Q8")
    ResearchQuestionFactory(code="Q8a", parent=whole, title="A part of it")
    assert "A part of it" in body_of(client, "/questions/Q8/")
    assert whole.title in body_of(client, "/questions/Q8a/")


def test_the_wording_of_2014_stays_readable_after_an_edit(loaded_review, client) -> None:
    lesson = FrameworkItem.objects.get(code="L5")
    assert "read the wording of 2014" not in body_of(client, "/lessons/5/")
    FrameworkItem.objects.filter(pk=lesson.pk).update(statement="Worded anew.")
    page = client.get("/lessons/5/")
    assert page.context_data["since"].reworded == [("Statement", lesson.statement)]
    assert "Worded anew." in page.content.decode()


def test_citations_tell_how_far_they_can_be_followed(client) -> None:
    item = DriverFactory(code="D4")
    ItemCitationFactory(item=item, state="unresolved", printed="Smith 1990", note="Not in the list.")
    page = body_of(client, "/drivers/D4/")
    assert "Unresolved" in page
    assert "Printed as “Smith 1990”. Not in the list." in page


def test_a_partnership_shows_what_is_unknown_and_where_facts_come_from(client) -> None:
    partnership = PartnershipFactory(grant_pounds=7_500_000)
    MembershipFactory(partnership=partnership, role="lead", organisation__name="The lead body")
    FactSourceFactory(partnership=partnership, fact="grant", source="A press release", is_verified=False)
    page = client.get(reverse("evidence:partnership-detail", args=[partnership.slug]))
    facts = {fact.label: fact.value for fact in page.context_data["facts"]}
    assert facts["Lead organisation"] == "The lead body"
    assert facts["Grant"] == "£7,500,000"
    assert facts["Legal form"] == ""
    assert "Inferred from: A press release" in page.content.decode()


def test_the_actions_offered_are_those_allowed(client_of, personas) -> None:
    finding = FindingFactory(submitted=True, created_by=personas.evaluator)

    def offered(name: str) -> set[str]:
        return {label for label, _ in client_of(name).get(finding.get_absolute_url()).context_data["actions"]}

    assert {"Publish", "Return with a reason"} <= offered("lead")
    assert not {"Publish", "Return with a reason"} & offered("evaluator")
    assert "Copy as new" in offered("other_evaluator")


def test_a_demonstration_is_marked_wherever_it_is_shown(client) -> None:
    lesson = LessonFactory(code="L5")
    finding = FindingFactory(literature=True, is_demonstration=True, codings=[(lesson, "supports")])
    for address in ("/", "/lessons/5/", "/findings/", finding.get_absolute_url()):
        assert '<span class="demonstration">Demonstration</span>' in body_of(client, address)
    page = client.get(finding.get_absolute_url())
    assert page.context_data["cite_as"].startswith("Demonstration: ")


# The list of findings


def test_a_search_marks_what_was_found_and_nothing_else(client) -> None:
    FindingFactory(literature=True, text="Trust <b>grew</b> slowly.")
    FindingFactory(literature=True, text="Money ran out.")
    page = body_of(client, "/findings/?q=trust")
    assert "<mark>Trust</mark>" in page
    assert "<b>" not in page
    assert "Money ran out." not in page


def test_each_filter_in_use_can_be_taken_away(client) -> None:
    LessonFactory(code="L5", title="The fifth")
    address = "/findings/?item=L5&origin=literature,case-study&q=trust&ordering=oldest"
    tags = dict(client.get(address).context_data["tags"])
    assert list(tags) == [
        "Framework item: L5 The fifth",
        "Origin: Literature",
        "Origin: Case study",
        "Words to look for: trust",
    ]
    assert tags["Origin: Literature"] == "?item=L5&origin=case-study&q=trust&ordering=oldest"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("item=ZZ9", "ZZ9"),
        ("origin=rumour", "rumour"),
        ("q=%00", "Null characters"),
        ("q=" + "a" * 300, "300"),
    ],
)
def test_a_filter_in_error_is_named_and_shows_nothing(client, query, message) -> None:
    FindingFactory(literature=True)
    page = client.get(f"/findings/?{query}")
    assert "A filter was not understood" in page.content.decode()
    assert message in page.content.decode()
    assert page.context_data["cards"] == []
    check_page(page.content.decode())
    assert client.get(f"/findings.csv?{query}").status_code == 400


def test_pages_of_the_list_keep_its_filters(client) -> None:
    for _ in range(30):
        FindingFactory(literature=True)
    page = body_of(client, "/findings/?origin=literature")
    assert "?origin=literature&amp;page=2" in page
    assert len(client.get("/findings/?origin=literature&page=2").context_data["cards"]) == 5
    assert client.get("/findings/?page=9").status_code == 404


# Downloads


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/findings.csv{query}")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_download_is_the_list_as_it_is_filtered(client) -> None:
    lesson = LessonFactory(code="L5")
    partnership = PartnershipFactory(slug="humber")
    finding = FindingFactory(
        published=True,
        visibility=Finding.Visibility.PUBLIC,
        text="=1+1 is what they said",
        partnerships=[partnership],
        codings=[(lesson, "challenges")],
    )
    FindingFactory(literature=True)
    [row] = rows_of(client, "?item=L5")
    assert row["ref"] == finding.ref
    assert row["text"] == "'=1+1 is what they said"
    assert row["partnerships"] == "humber"
    assert row["codings"] == "L5 challenges"
    assert row["collected_on"] == "2015-03-04"
    assert row["url"].endswith(finding.get_absolute_url())
    assert len(rows_of(client)) == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_like_a_formula(start) -> None:
    assert harmless(f"{start}cmd") == f"'{start}cmd"
    assert harmless("plain") == "plain"


def test_a_download_by_somebody_signed_in_is_on_record(client_of, personas) -> None:
    rows_of(client_of("funder"), "?q=secret+plan&origin=literature")
    row = AuditRow.objects.get(verb="findings.exported")
    assert row.by == personas.funder
    assert row.details["filters"] == [["origin", "literature"], ["q", "…"]]


def test_a_visitor_s_download_leaves_no_row(client) -> None:
    rows_of(client)
    assert not AuditRow.objects.exists()


def test_a_reference_as_ris(client) -> None:
    reference = ReferenceFactory(
        key="Meadows2008",
        authors=["Meadows, P.", "Jones, B."],
        year=2008,
        title="Local initiatives",
        series="Research Report",
        number="12",
    )
    lines = body_of(client, reverse("evidence:reference-ris", args=[reference.key])).split("\r\n")
    assert lines[0] == "TY  - RPRT"
    assert {"AU  - Meadows, P.", "AU  - Jones, B.", "PY  - 2008", "T2  - Research Report", "M1  - 12"} <= {
        *lines
    }
    assert "ER  - " in lines
    assert body_of(client, "/references.ris").count("TY  - ") == 1


def test_a_reference_in_full() -> None:
    report = Reference(
        authors=["Meadows, P.", "Jones, B.", "Low, C."],
        year=2008,
        suffix="a",
        title="Local initiatives",
        place="York",
        publisher="JRF",
    )
    assert harvard(report) == "Meadows, P., Jones, B. and Low, C. (2008a) Local initiatives. York: JRF."
    article = Reference(
        authors=["Low, C."], year=2001, title="On trust", journal="Policy", volume="4", issue="2", pages="1-9"
    )
    assert harvard(article) == "Low, C. (2001) “On trust”, Policy 4(2), pp. 1-9."
    assert harvard(Reference(cited_as="Simons, 1998", authors=["Simons"], year=1998)) == "Simons (1998)."


# Cost


def populate(number: int) -> None:
    """So many findings, each bearing on one of everything, and so many of everything."""
    theme = Theme.objects.first() or ThemeFactory()
    subject = {
        "lesson": FrameworkItem.objects.filter(code="L5").first() or LessonFactory(code="L5", theme=theme),
        "partnership": Partnership.objects.filter(slug="north").first(),
        "sector": SectorFactory(),
        "organisation": OrganisationFactory(),
        "programme": ProgrammeFactory(),
        "reference": ReferenceFactory(),
    }
    for _ in range(number):
        log(subject, Finding.Visibility.PUBLIC)
        DriverFactory(theme=theme, parent=None)
        MembershipFactory(partnership=subject["partnership"])
        ItemCitationFactory(item=subject["lesson"])


COSTED = [
    "/",
    "/themes/{theme}/",
    "/lessons/",
    "/lessons/5/",
    "/drivers/",
    "/sectors/",
    "/sectors/{sector}/",
    "/partnerships/",
    "/partnerships/north/",
    "/organisations/",
    "/organisations/{organisation}/",
    "/programmes/",
    "/programmes/{programme}/",
    "/references/",
    "/references/{reference}/",
    "/findings/",
    "/findings/?q=found&item=L5&origin=case-study",
    "/findings/{finding}/",
]


def queries_of(client: Client) -> dict[str, int]:
    names = {
        "theme": Theme.objects.order_by("pk").first().slug,
        "sector": Sector.objects.order_by("pk").first().code,
        "organisation": Organisation.objects.order_by("pk").first().slug,
        "programme": Programme.objects.order_by("pk").first().slug,
        "reference": Reference.objects.order_by("pk").first().key,
        "finding": Finding.objects.order_by("pk").first().ref,
    }
    counted = {}
    for address in COSTED:
        with CaptureQueriesContext(connection) as queries:
            body_of(client, address.format(**names))
        counted[address] = len(queries)
    return counted


def test_a_page_costs_the_same_at_any_number_of_rows(client_of) -> None:
    client = client_of("lead")
    populate(3)
    few = queries_of(client)
    populate(30)
    assert queries_of(client) == few
    assert {address: number for address, number in few.items() if number > MOST_QUERIES} == {}
