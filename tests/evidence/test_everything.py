"""The search over everything: one table of cases for both databases, and each reader's own results."""

import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.actions.attachment_rules import may_get_original
from evidence.actions.attachments import add_attachment, erase_attachment, release_attachment
from evidence.actions.self_reports import TypedAnswer, save_answers
from evidence.models import Attachment, CaseStudy, Finding, FrameworkItem, Round, SearchDocument, SelfReport
from evidence.models.attachment import attachment_storage
from evidence.queries.everything import KINDS, MOST_FINDINGS, Matches, address_of_code
from partnerships.models import Organisation, Partnership
from tests.access.world import World, make_world
from tests.evidence.attachments import samples
from tests.factories import (
    AnswerFactory,
    AreaFactory,
    AttachmentFactory,
    CaseStudyFactory,
    DriverFactory,
    FindingFactory,
    LessonFactory,
    OrganisationFactory,
    PartnershipFactory,
    ProgrammeFactory,
    QuestionFactory,
    ReferenceFactory,
    RoundFactory,
    SelfReportFactory,
    SourceFactory,
)
from tests.personas import PERSONAS, Personas

pytestmark = pytest.mark.django_db


def found(person: Any, query: str, **asked: Any) -> list[str]:
    return [result.key for result in Matches(person, query, **asked)[0:1_000]]


@pytest.fixture
def things(personas: Personas) -> dict[str, str]:
    """One thing of each kind that everybody may read; the key of each by its name."""
    area = AreaFactory(name="Sandwell")
    partnership = PartnershipFactory(name="Northern Reach", slug="northern-reach")
    partnership.areas.add(area)
    return {
        "lesson": LessonFactory(
            code="L5",
            title="Employers stay where they are asked",
            statement="Firms and/or traders were engaged early, and they'd kept coming.",
            synonyms=["businesses", "patrons d'affaires"],
        ).code,
        "driver": DriverFactory(code="D4", title="Trust", statement="It grows in a café over time.").code,
        "reference": ReferenceFactory(
            key="DWP2006a",
            title="Payment by results: a review",
            cited_as="DWP, 2006a",
            authors=["Department for Work and Pensions"],
        ).key,
        "programme": ProgrammeFactory(name="Fair Cities", slug="fair-cities", description="Pilots.").slug,
        "partnership": partnership.slug,
        "organisation": OrganisationFactory(
            name="Forge_and-Fern Youth", slug="forge-and-fern", charity_number="1234567"
        ).slug,
        "study": CaseStudyFactory(
            partnership=partnership,
            published=True,
            visibility="public",
            narrative="## Beginnings\n\nThe *board* met in Orléans, in a third-sector hall.",
        ).slug,
        "finding": FindingFactory(
            title="Referrals dried up",
            text="The Jobcentre sent fewer referrals/placements than promised.",
            quote="We never saw a soul.",
            published=True,
            visibility="public",
        ).ref,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("employer", {"lesson"}),
        ("employ", {"lesson"}),
        ("theory", set()),
        ("EMPLOYERS ", {"lesson"}),
        ("engaging firms ", {"lesson"}),
        ("business", {"lesson"}),
        ("traders ", {"lesson"}),
        ("and/or", set()),
        ("d'affaires ", {"lesson"}),
        ("trust", {"driver"}),
        ("cafe ", {"driver"}),
        ("CAFÉ ", {"driver"}),
        ("payment results", {"reference"}),
        ('"payment by results"', {"reference"}),
        ('"results payment"', set()),
        ('"payment of results"', set()),
        ("pensions", {"reference"}),
        ("dwp 2006a", {"reference"}),
        ("fair", {"programme"}),
        ("sandwell", {"partnership"}),
        ("northern reach", {"partnership", "study"}),
        ("northern -wave", {"partnership"}),
        ("fern ", {"organisation"}),
        ("1234567", {"organisation"}),
        ("orleans", {"study"}),
        ("third ", {"study"}),
        ("third-sector ", {"study"}),
        ("sector hall", {"study"}),
        ("placement", {"finding"}),
        ("referrals ", {"finding"}),
        ("jobcentre soul", {"finding"}),
        ("jobcentre -soul", set()),
        ("jobcentre OR employers", set()),
        ("promised*", {"finding"}),
        ("(promised", {"finding"}),
        ('promised"', {"finding"}),
        ("title:referrals", set()),
        ("the", set()),
        ('"of the"', set()),
        ("-trust", set()),
        ('"', set()),
        ("🙂", set()),
        ("trust 🙂", {"driver"}),
        ("x" * 10_000, set()),
        ("NEAR(trust time)", set()),
        ("'; DROP TABLE evidence_searchdocument; --", set()),
    ],
)
def test_what_is_found(things: dict[str, str], personas: Personas, query: str, expected: set[str]) -> None:
    keys = found(personas.lead, query)
    assert set(keys) == {things[name] for name in expected}
    assert len(keys) == Matches(personas.lead, query).count()


def test_names_come_before_what_speaks_of_them(personas: Personas) -> None:
    mentioned = FindingFactory(title="Boards", text="Of trust, once.", published=True, visibility="public")
    titled = FindingFactory(title="Trust", text="Trust. Trust!", published=True, visibility="public")
    driver = DriverFactory(title="Trust")
    assert found(personas.lead, "trust") == [driver.code, titled.ref, mentioned.ref]
    assert found(personas.lead, "trust", ordering="newest") == [titled.ref, mentioned.ref, driver.code]


def test_kinds_narrow_what_is_listed_and_not_what_is_counted(personas: Personas) -> None:
    FindingFactory(text="Of trust.", published=True, visibility="public")
    driver, study = DriverFactory(title="Trust"), CaseStudyFactory(narrative="Trust.")
    matches = Matches(personas.lead, "trust", ["item", "case-study"])
    assert {result.key for result in matches[0:10]} == {driver.code, study.slug}
    assert matches.count() == 2
    assert matches.numbers == {"finding": 1, "item": 1, "case-study": 1}


def test_what_matched_is_marked_and_everything_else_escaped(personas: Personas) -> None:
    DriverFactory(title="Trust <b>first</b>", statement="All <script>alert('x')</script> of it/them: trust.")
    result = Matches(personas.lead, "trust")[0:1][0]
    assert result.title == "<mark>Trust</mark> &lt;b&gt;first&lt;/b&gt;"
    assert "<script>" not in result.text
    assert "it/them: <mark>trust</mark>." in result.text


# Whose words


def text_of(person: Any, thing: Any) -> str:
    """Every word of a thing that a person searches, for this module's data."""
    if isinstance(thing, Finding):
        return f"{thing.title} {thing.text} {thing.quote}"
    if isinstance(thing, FrameworkItem):
        return f"{thing.title} {thing.statement}"
    if isinstance(thing, CaseStudy):
        return f"{thing.partnership.name} {thing.narrative} {thing.methods}"
    if isinstance(thing, SelfReport):
        return " ".join([thing.partnership.name, *thing.answers.values_list("value", flat=True)])
    if isinstance(thing, Attachment):
        sent = thing.original if may_get_original(person, thing) else thing.copy
        with attachment_storage().open(sent) as file:
            return f"{thing.description} {thing.name} {file.read().decode()}"
    return str(thing.name)


def naively(person: Any, word: str) -> dict[str, set[str]]:
    """The keys of what a person may see that has a word, by kind: row after row, without any index."""
    rows = {
        "finding": (Finding.objects.visible_to(person), "ref"),
        "item": (FrameworkItem.objects.visible_to(person), "code"),
        "case-study": (CaseStudy.objects.visible_to(person), "slug"),
        "self-report": (SelfReport.objects.read_by(person), "ref"),
        "file": (Attachment.objects.visible_to(person).filter(erased_at=None), "ref"),
        "partnership": (Partnership.objects.visible_to(person), "slug"),
        "organisation": (Organisation.objects.visible_to(person), "slug"),
    }
    has_word = re.compile(rf"\b{word}\b", re.IGNORECASE)
    keys = {
        kind: {getattr(thing, key) for thing in things if has_word.search(text_of(person, thing))}
        for kind, (things, key) in rows.items()
    }
    return {kind: found for kind, found in keys.items() if found}


WORDS = ("trust", "money", "hall", "garden", "board")


def scatter(personas: Personas) -> None:
    """Things of every sort with a few words each, put together at random, the same each time."""
    chance = random.Random(11)  # noqa: S311 — the same data each time is what is wanted

    def words() -> str:
        return " ".join(chance.sample(WORDS, chance.randint(0, 3)))

    partnerships = [
        personas.partnership,
        personas.other_partnership,
        PartnershipFactory(name="Hall of Trust"),
    ]
    for _ in range(40):
        state = chance.choice(["published", "published", "published", "submitted", "withdrawn", "returned"])
        finding = FindingFactory(
            **{state: True},
            title=words(),
            text=words() or "Nothing.",
            quote=words(),
            visibility=chance.choice(Finding.Visibility.values),
            source=SourceFactory(consent_scope="public"),
        )
        if chance.random() < 0.5:
            visibility = chance.choice(["team", "funder", "partnerships", "public"])
            AttachmentFactory(
                finding=finding,
                source=None,
                description=words(),
                text=words() or "Nothing.",
                copied=words() or "Nothing.",
                **({} if visibility == "team" else {"released": True, "visibility": visibility}),
            )
    AttachmentFactory(erased=True)
    for _ in range(8):
        DriverFactory(title=words() or "Nothing", statement=words())
        OrganisationFactory(name=f"{words()} {chance.random()}")
        CaseStudyFactory(
            partnership=chance.choice(partnerships),
            narrative=words(),
            methods=words(),
            visibility=chance.choice(["team", "funder", "partnerships", "public"]),
            published=chance.random() < 0.7,
        )
    for partnership in partnerships:
        for state in ("begun", "submitted", "accepted", "returned"):
            report = SelfReportFactory(
                partnership=partnership,
                round=RoundFactory(opened=True, funder_reads=chance.choice(Round.FunderReads.values)),
                **{state: True},
            )
            AnswerFactory(self_report=report, value=words() or "Nothing.")
    call_command("index_search", verbosity=0)


def test_everybody_finds_what_a_naive_search_finds(
    personas: Personas, client_of: Callable[[str], Client]
) -> None:
    scatter(personas)
    for persona in PERSONAS:
        person = personas[persona]
        for word in WORDS:
            expected = naively(person, word)
            matches = Matches(person, f"{word} ")
            listed: dict[str, set[str]] = {}
            for result in matches[0:1_000]:
                listed.setdefault(result.kind, set()).add(result.key)
            assert listed == expected, (persona, word)
            assert matches.numbers == {kind: len(keys) for kind, keys in expected.items()}
        for kind in KINDS:
            expected = naively(person, "trust").get(kind, set())
            assert set(found(person, "trust ", kinds=[kind])) == expected


def test_hidden_rows_change_no_order(personas: Personas) -> None:
    """Words that are common among what is hidden weigh no less for those who don't see it."""
    for title, text in (
        ("Trust", "Money and a hall."),
        ("Money", "Trust in a hall."),
        ("Hall", "Trust, money."),
    ):
        FindingFactory(title=title, text=text, published=True, visibility="public")
        DriverFactory(title=title, statement=text)
    asked = ["trust money", "money hall", "hall trust", "trust", "money"]
    funder = personas.funder
    before = [found(funder, query) for query in asked]
    FindingFactory.create_batch(30, title="Trust", text="Trust.", published=True, visibility="team")
    CaseStudyFactory.create_batch(10, narrative="Money, money.")
    assert [found(funder, query) for query in asked] == before


def test_words_of_a_hidden_question_and_of_colleagues_are_not_searched(personas: Personas) -> None:
    report = SelfReportFactory(partnership=personas.partnership, begun=True)
    version = report.round.questionnaire_version
    has_board = QuestionFactory(
        section__questionnaire_version=version,
        kind="choice",
        options=[{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}],
        order=1,
    )
    which = QuestionFactory(section=has_board.section, shown_if=has_board, shown_if_values=["yes"], order=2)

    def answer(question: Any, value: str) -> None:
        version = (
            SelfReport.objects.get(pk=report.pk).answers.filter(question=question).values_list("version")
        )
        save_answers(
            by=personas.reporter,
            report=report,
            section=has_board.section,
            typed=[TypedAnswer(question, value, seen_version=version[0][0] if version else 0)],
        )

    answer(has_board, "yes")
    answer(which, "A juggling board.")
    assert found(personas.reporter, "juggling") == [report.ref]
    answer(has_board, "no")
    assert found(personas.reporter, "juggling") == []


def test_a_file_is_found_by_those_who_get_it(personas: Personas) -> None:
    finding = FindingFactory(
        published=True, visibility="funder", source=SourceFactory(consent_scope="public")
    )
    file = AttachmentFactory(finding=finding, source=None, description="A ledger", released=True)
    assert found(personas.funder, "ledger") == [file.ref]
    assert found(personas.reporter, "ledger") == []
    Finding.objects.filter(pk=finding.pk).update(visibility="team")
    assert found(personas.funder, "ledger") == []
    assert found(personas.evaluator, "ledger") == [file.ref]
    AttachmentFactory(description="Another ledger", copy="", obstacle="It has macros.")
    assert SearchDocument.objects.filter(kind="file", is_copy=True).count() == 1


def test_the_words_of_a_file_and_of_its_copy_have_their_own_readers(personas: Personas) -> None:
    """The team finds what the file says; others what the copy says, once they get that."""
    finding = FindingFactory(published=True, visibility="funder", created_by=personas.evaluator)
    hidden = f'<w:p xmlns:w="{samples.WORD}"><w:r><w:t>Of juggling.</w:t></w:r></w:p>'
    upload = SimpleUploadedFile("minutes.docx", samples.docx(hidden))
    file = add_attachment(by=personas.lead, owner=finding, upload=upload, description="Minutes")
    assert found(personas.evaluator, "juggling") == [file.ref]
    assert found(personas.funder, "juggling") == []
    release_attachment(by=personas.lead, attachment=file, version=file.version, visibility="funder")
    SearchDocument.objects.filter(file=file, is_copy=True).update(text="Without it.")
    assert found(personas.funder, "juggling") == []
    call_command("index_search", verbosity=0)  # the stored files are read again
    assert found(personas.funder, "juggling") == [file.ref]
    file.refresh_from_db()
    erase_attachment(by=personas.lead, attachment=file, version=file.version)
    assert found(personas.evaluator, "juggling") == []
    assert not SearchDocument.objects.filter(file=file).exists()


def test_more_findings_than_are_ordered(
    personas: Personas, client_of: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.queries.everything.MOST_FINDINGS", 3)
    findings = FindingFactory.create_batch(5, text="Of trust.", published=True, visibility="public")
    matches = Matches(personas.lead, "trust")
    assert matches.has_more
    assert matches.count() == 3
    assert found(personas.lead, "trust") == [finding.ref for finding in reversed(findings[2:])]
    page = client_of("lead").get(reverse("evidence:search"), {"q": "trust"}).content.decode()
    assert "More than 3 results" in page
    assert MOST_FINDINGS == 1_000


# In step


def test_documents_follow_every_write(things: dict[str, str], personas: Personas) -> None:
    lead = personas.lead
    FrameworkItem.objects.filter(code="D4").update(statement="Of gardening.")
    assert found(lead, "gardening") == ["D4"]
    Partnership.objects.filter(slug="northern-reach").update(name="Southern Reach")
    assert set(found(lead, "southern")) == {things["partnership"], things["study"]}
    Partnership.objects.get(slug="northern-reach").areas.clear()
    assert found(lead, "sandwell") == []
    FrameworkItem.objects.filter(code="D4").delete()
    assert found(lead, "gardening") == []
    CaseStudy.objects.all().delete()
    assert found(lead, "orleans") == []


def test_the_index_made_anew_is_the_index_kept(world: World) -> None:
    columns = ("kind", "key", "is_copy", "detail", "title", "text", "dated")
    kept = list(SearchDocument.objects.values_list(*columns))
    SearchDocument.objects.all()._raw_delete(SearchDocument.objects.db)
    call_command("index_search")
    assert list(SearchDocument.objects.values_list(*columns)) == kept
    assert len({kind for kind, *_ in kept}) == len(SearchDocument.Kind)


# Codes


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("L5", "lesson"),
        (" l5 ", "lesson"),
        ("d4", "driver"),
        ("DWP2006a", "reference"),
        ("dwp2006A", "reference"),
        ("L5 D4", ""),
        ("L99", ""),
        ("F-22222222", ""),
        ("trust", ""),
        ("L5\x00", ""),
    ],
)
def test_a_code_leads_to_its_page(things: dict[str, str], personas: Personas, typed: str, name: str) -> None:
    address = address_of_code(personas.lead, typed)
    assert address.rstrip("/").endswith(things[name].removeprefix("L") if name else "")
    assert bool(address) == bool(name)


def test_a_hidden_ref_is_answered_like_one_that_is_not_there(
    personas: Personas, client_of: Callable[[str], Client]
) -> None:
    hidden = FindingFactory(published=True, visibility="team").ref
    search = reverse("evidence:search")
    led = client_of("lead").get(search, {"q": hidden.lower()})
    assert led.status_code == 302
    assert led["Location"] == reverse("evidence:finding-detail", args=[hidden])
    answers = [client_of("funder").get(search, {"q": ref}) for ref in (hidden, "F-22222222")]
    pages = [re.sub("F-[0-9A-Z]{8}", "", answer.content.decode().split("<main")[1]) for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert pages[0] == pages[1]
    assert "Nothing found" in pages[0]
    report = SelfReportFactory(partnership=personas.partnership)
    assert address_of_code(personas.reporter, report.ref) == report.get_absolute_url()
    assert address_of_code(personas.other_reporter, report.ref) == ""


# The page


def test_the_page_says_what_was_found_and_what_to_do(
    things: dict[str, str], client_of: Callable[[str], Client]
) -> None:
    browser, search = client_of("visitor"), reverse("evidence:search")
    page = browser.get(search, {"q": "northern", "kind": "partnership"}).content.decode()
    assert "1 result<" in page
    assert 'href="?q=northern"' in page  # the tag that takes the kind away
    assert '<span class="facet-count"><span class="visually-hidden">, results: </span>1</span>' in page
    assert (
        "Nothing of this kind was found"
        in browser.get(search, {"q": "northern", "kind": "file"}).content.decode()
    )
    assert "What you can type" in browser.get(search).content.decode()
    assert "There is no word to look for" in browser.get(search, {"q": "the"}).content.decode()
    assert "The search was not understood" in browser.get(search, {"q": "x" * 10_000}).content.decode()
    assert "The search was not understood" in browser.get(search, {"q": "a", "kind": "b"}).content.decode()
    assert browser.get(search, {"q": "northern", "page": "9"}).status_code == 404


def test_pages_go_on_where_the_last_one_ended(personas: Personas, client_of: Callable[[str], Client]) -> None:
    findings = FindingFactory.create_batch(30, text="Of trust.", published=True, visibility="public")
    browser, search = client_of("visitor"), reverse("evidence:search")
    pages = [browser.get(search, {"q": "trust", "page": page}) for page in ("1", "2")]
    listed = [result.key for page in pages for result in page.context_data["results"]]
    assert listed == [finding.ref for finding in reversed(findings)]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(query=st.text(max_size=60))
def test_no_query_is_an_error(things: dict[str, str], personas: Personas, query: str) -> None:
    matches = Matches(personas.lead, query)
    assert matches.count() == len(matches[0:100])
    address_of_code(personas.lead, query)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite loses triggers with a table")
def test_lost_triggers_come_back_with_all_that_was_written_meanwhile(things: dict[str, str]) -> None:
    from evidence.search_index import drop_triggers_before_migrating, ensure_search_triggers

    drop_triggers_before_migrating(plan=["something"])
    FrameworkItem.objects.filter(code="D4").update(statement="Of gardening.")
    ensure_search_triggers()
    assert SearchDocument.objects.get(key="D4").text.startswith("Of gardening.")


@pytest.fixture
def world(db: None) -> World:
    return make_world()
