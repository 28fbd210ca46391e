"""Search behaves the same on SQLite and PostgreSQL: one table of cases, run on both."""

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.models import Finding
from evidence.queries.search import matching, snippets, terms_of
from evidence.search_index import ensure_search_triggers, triggers
from tests.factories import FindingFactory

TEXTS = {
    "employers": "Employers were engaged early, and stayed.",
    "referral": "The Jobcentre sent fewer referrals than it had promised.",
    "results": "Payment by results asked for money that small charities lack.",
    "cafe": "Young people met advisers in a café in Wrocław.",
    "police": "The police worked with the partnership from its first day.",
    "script": "They wrote <script>alert('x')</script> & left.",
}


@pytest.fixture
def findings(db):
    return {name: FindingFactory(title=name, text=text, quote="") for name, text in TEXTS.items()}


def found(query: str) -> set[str]:
    return set(matching(Finding.objects.all(), terms_of(query)).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("employer", {"employers"}),
        ("engaging ", {"employers"}),
        ("refer", {"referral"}),
        ("REFERRALS", {"referral"}),
        ("jobcentre referral", {"referral"}),
        ("cafe", {"cafe"}),
        ("café ", {"cafe"}),
        ('"payment by results"', {"results"}),
        ('"results payment"', set()),
        ("partnership -police", set()),
        ("work", {"police"}),
        ("polic", {"police"}),
        ("employers police", set()),
        ('police"', {"police"}),
        ("police AND", {"police"}),
        ("police OR employers", set()),
        ("police*", {"police"}),
        ("(police)", {"police"}),
        ("police:day", set()),
        ("", set()),
        ("   ", set()),
        ('"', set()),
        ("-police", set()),
        ("*", set()),
        ("🙂", set()),
        ("police 🙂", {"police"}),
        ("NEAR(police day)", set()),
        ("'; DROP TABLE evidence_finding; --", set()),
        ("zzz" * 3000, set()),
        ("the", set()),
        ("the and of ", set()),
        ('"of the" ', set()),
        ("The about police ", {"police"}),
        ("police -the ", {"police"}),
        ("-the", set()),
        ('"from its first" ', {"police"}),
    ],
)
def test_queries(findings, query, expected):
    assert found(query) == expected


def test_a_ref_is_found(findings):
    assert found(findings["police"].ref) == {"police"}


def test_best_match_first(db):
    FindingFactory(title="Boards", text="Something about employers, once.")
    FindingFactory(title="Employers on employers", text="Employers and employers again.")
    best = matching(Finding.objects.all(), terms_of("employers")).order_by("-rank").first()
    assert best.title == "Employers on employers"


def test_matches_stay_within_a_subquery(findings):
    inner = matching(Finding.objects.filter(title="police"), terms_of("police"))
    assert Finding.objects.filter(pk__in=inner.values("pk")).count() == 1


def test_the_index_follows_every_write(findings):
    finding = findings["police"]
    Finding.objects.filter(pk=finding.pk).update(text="Now it speaks of gardening.")
    assert found("gardening") == {"police"}
    assert found("day") == set()
    finding.delete()
    assert found("gardening") == set()


def test_snippets_mark_what_was_looked_for_and_nothing_else(findings):
    rows = [findings["script"], findings["police"]]
    passages = snippets(rows, terms_of("alert left "))
    assert "<mark>" in passages[rows[0].pk]
    assert "<script>" not in passages[rows[0].pk]
    assert "alert(&#39;x&#39;)" in str(passages[rows[0].pk]).replace("<mark>", "").replace("</mark>", "")


def test_snippets_come_from_the_text_or_the_quote(db):
    titled = FindingFactory(title="Gardening", text="Gardening kept them in touch.", quote="")
    quoted = FindingFactory(title="Another", text="It kept them in touch.", quote="We loved the gardening.")
    passages = snippets([titled, quoted], terms_of("gardening "))
    assert "kept them in touch" in passages[titled.pk]
    assert "<mark>gardening</mark>" in passages[quoted.pk]


def test_no_snippets_without_rows_or_words(findings):
    assert snippets([], terms_of("police")) == {}
    assert snippets(findings.values(), terms_of("-police")) == {}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(query=st.text(max_size=60))
def test_no_query_is_an_error(findings, query):
    rows = list(matching(Finding.objects.all(), terms_of(query))[:3])
    snippets(rows, terms_of(query))


@given(query=st.text(max_size=80))
def test_terms_hold_words_only(query):
    for term in terms_of(query):
        assert term.words
        assert all(character.isalnum() or character == "_" for word in term.words for character in word)


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL computes its index itself, without triggers"
)
def test_lost_triggers_come_back_with_a_fresh_index(findings):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER evidence_finding_search_update")
    Finding.objects.filter(title="police").update(text="Only gardening here.")
    ensure_search_triggers()
    assert found("gardening") == {"police"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
        assert cursor.fetchone()[0] == len(triggers("sqlite"))


def test_migrating_leaves_the_triggers(db):
    call_command("migrate", verbosity=0)
    FindingFactory(title="after", text="Written after migrating.")
    assert found("migrating") == {"after"}
