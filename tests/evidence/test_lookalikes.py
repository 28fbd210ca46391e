"""Findings that look alike: found by rare words, shown only to those who may see them."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evidence.models import Finding
from evidence.queries import lookalikes as module
from evidence.queries.lookalikes import lookalikes
from tests.factories import FindingFactory, LessonFactory
from tests.personas import Personas

ClientOf = Callable[[str], Client]
ADDRESS = "/findings/lookalikes/"
TEXT = "Employers stayed where a single mentor telephoned apprentices weekly."


@pytest.fixture
def known(personas: Personas) -> Finding:
    return FindingFactory(
        published=True,
        visibility="public",
        title="Weekly telephone calls",
        text="A mentor who telephoned apprentices weekly kept employers.",
    )


def refs(*args: object, **options: object) -> list[str]:
    return [found.ref for found in lookalikes(*args, **options)]


def test_a_finding_that_shares_rare_words_is_found(personas: Personas, known: Finding) -> None:
    FindingFactory(
        published=True, visibility="public", title="Else", text="Transport costs kept people away."
    )
    [found] = lookalikes(personas.evaluator, TEXT)
    assert (found.ref, found.title, found.status) == (known.ref, "Weekly telephone calls", "published")
    assert found.href == known.get_absolute_url()


def test_one_word_in_common_is_not_alike(personas: Personas, known: Finding) -> None:
    assert refs(personas.evaluator, "The weekly market was closed") == []


def test_what_is_everywhere_tells_nothing(
    personas: Personas, known: Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TOO_COMMON", 2)
    assert refs(personas.evaluator, TEXT) == [known.ref]
    FindingFactory(text="Mentor, apprentices, weekly, employers: everybody telephoned.")
    assert refs(personas.evaluator, TEXT) == []


def test_it_is_what_this_person_may_see(personas: Personas, known: Finding) -> None:
    draft = FindingFactory(text=TEXT, created_by=personas.evaluator)
    for_team = FindingFactory(text=TEXT, published=True, visibility="team")
    assert set(refs(personas.evaluator, TEXT)) == {known.ref, draft.ref, for_team.ref}
    assert set(refs(personas.other_evaluator, TEXT)) == {known.ref, for_team.ref}
    assert refs(personas.funder, TEXT) == [known.ref]
    assert refs(personas.visitor, TEXT) == [known.ref]


def test_the_same_place_and_item_come_first(personas: Personas) -> None:
    lesson = LessonFactory(code="L5")
    common = {"text": TEXT, "published": True, "visibility": "team"}
    both = FindingFactory(**common, partnerships=[personas.partnership], codings=[(lesson, "supports")])
    place = FindingFactory(**common, partnerships=[personas.partnership])
    neither = FindingFactory(**common)
    found = refs(personas.evaluator, TEXT, partnerships=["north"], items=["L5"])
    assert found == [both.ref, place.ref, neither.ref]


def test_at_most_five_and_never_itself(personas: Personas) -> None:
    findings = FindingFactory.create_batch(7, text=TEXT, created_by=personas.evaluator)
    found = refs(personas.evaluator, TEXT, besides=findings[-1].ref)
    assert len(found) == 5
    assert findings[-1].ref not in found


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "…",
        '"',
        "a b c",
        "x" * 9000,
        "NOT AND OR NEAR",
        "* ^ : ( ) -",
        "'; DROP TABLE",
        "\x00 word word2",
    ],
)
def test_nothing_that_people_type_breaks_it(client_of: ClientOf, known: Finding, text: str) -> None:
    assert client_of("evaluator").post(ADDRESS, {"text": text}).status_code == 200


def test_the_form_shows_them_while_writing(client_of: ClientOf, known: Finding) -> None:
    client = client_of("evaluator")
    html = client.post(ADDRESS, {"text": TEXT}).content.decode()
    assert f'<a href="{known.get_absolute_url()}" target="_blank"' in html
    assert "Have you seen these?" in html
    assert client.post(ADDRESS, {"text": "Nothing of the kind."}).content.decode().strip() == ""
    assert client.post(ADDRESS, {"text": TEXT, "besides": known.ref}).content.decode().strip() == ""


def test_a_saved_draft_leads_to_them(client_of: ClientOf, personas: Personas, known: Finding) -> None:
    draft = FindingFactory(text=TEXT, created_by=personas.evaluator)
    client = client_of("evaluator")
    address = f"{draft.get_absolute_url()}lookalikes/"
    assert address in client.get(draft.get_absolute_url()).content.decode()
    html = client.get(address).content.decode()
    assert f'<a href="{known.get_absolute_url()}">{known.ref}: Weekly telephone calls' in html
    known.delete()
    assert "Nothing looks like it" in client.get(address).content.decode()


def test_it_takes_two_queries_however_much_there_is(personas: Personas, known: Finding) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            lookalikes(personas.evaluator, TEXT, partnerships=["north"], items=["L5"])
        return len(captured)

    personas.evaluator.role_keys  # noqa: B018 — once for each request
    assert queries() == 2
    FindingFactory.create_batch(20, text=TEXT, published=True)
    assert queries() == 2
