"""Saved searches: kept for oneself, and messages about what is new in them and may still be read."""

import datetime
from collections.abc import Callable
from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.actions.saved_searches import MOST_OF_ONE_PERSON, change_search, save_search
from evidence.models import Finding, SavedSearch
from partnerships.models import AuditRow, Notice, Person
from tests.factories import DriverFactory, FindingFactory, SavedSearchFactory
from tests.personas import Personas

pytestmark = pytest.mark.django_db


def pass_an_hour() -> None:
    SavedSearch.objects.update(checked_at=timezone.now() - datetime.timedelta(hours=1))


def run(*, digest: bool = False) -> list[str]:
    """Let the clock strike; the addresses that messages went to."""
    mail.outbox.clear()
    call_command("send_notices", digest=digest, stdout=StringIO())
    return [address for message in mail.outbox for address in message.to]


def keep(person: Person, q: str = "trust", kinds: tuple[str, ...] = (), is_told: bool = True) -> SavedSearch:
    return save_search(by=person, name="My search", q=q, kinds=kinds, is_told=is_told)


def published(text: str = "It takes trust.", visibility: str = "funder") -> Finding:
    return FindingFactory(text=text, published=True, visibility=visibility)


def test_one_is_told_of_what_is_new_and_once(personas: Personas) -> None:
    published()
    search = keep(personas.funder)
    pass_an_hour()
    assert run() == []  # what was there is known
    new = published()
    assert run() == []  # looked into an hour later
    pass_an_hour()
    assert run() == [personas.funder.email]
    message = mail.outbox[0]
    assert message.subject == f"Something new matches your saved search {search.ref}"
    assert search.get_absolute_url() in message.body
    for words in (new.title, new.ref, "trust", "My search"):
        assert words not in message.body
    pass_an_hour()
    assert run() == []


def test_nobody_is_told_of_what_they_may_not_read(personas: Personas) -> None:
    keep(personas.funder)
    keep(personas.reporter)
    pass_an_hour()
    published(visibility="team")
    published(visibility="funder")
    published(text="Something else.", visibility="public")
    assert run() == [personas.funder.email]


def test_a_right_that_is_gone_when_it_would_be_sent_stops_the_message(personas: Personas) -> None:
    Person.objects.filter(pk=personas.funder.pk).update(notice_frequency=Person.NoticeFrequency.DAILY)
    keep(Person.objects.get(pk=personas.funder.pk))
    pass_an_hour()
    finding = published()
    assert run() == []  # it waits for the daily message
    Finding.objects.filter(pk=finding.pk).update(visibility="team")
    assert run(digest=True) == []
    assert Notice.objects.get().state == Notice.State.DROPPED


def test_what_comes_while_a_message_waits_is_in_that_message(personas: Personas) -> None:
    Person.objects.filter(pk=personas.funder.pk).update(notice_frequency=Person.NoticeFrequency.DAILY)
    keep(Person.objects.get(pk=personas.funder.pk))
    first = published()
    pass_an_hour()
    assert run() == []
    published()
    pass_an_hour()
    assert run() == []
    Finding.objects.filter(pk=first.pk).update(visibility="team")  # the second is new still
    assert run(digest=True) == [personas.funder.email]
    assert Notice.objects.count() == 1


def test_who_wants_no_messages_gets_none(personas: Personas) -> None:
    keep(personas.funder, is_told=False)
    keep(personas.evaluator)
    closed = keep(personas.lead)
    Person.objects.filter(pk=personas.evaluator.pk).update(notice_frequency=Person.NoticeFrequency.NONE)
    Person.objects.filter(pk=closed.created_by.pk).update(is_active=False)
    published()
    pass_an_hour()
    assert run() == []


def test_kinds_and_other_kinds_of_things_count_too(personas: Personas) -> None:
    keep(personas.funder, kinds=("item",))
    pass_an_hour()
    published()
    assert run() == []
    DriverFactory(title="Trust")
    pass_an_hour()
    assert run() == [personas.funder.email]


def test_changing_a_search_makes_what_matches_known(personas: Personas) -> None:
    search = keep(personas.funder)
    published("Of money.")
    change_search(by=personas.funder, search=search, name="Money", q="money", kinds=[], is_told=True)
    pass_an_hour()
    assert run() == []
    search.refresh_from_db()
    assert (search.name, search.q, len(search.known)) == ("Money", "money", 1)


def test_what_can_not_be_kept(personas: Personas) -> None:
    with pytest.raises(ValidationError, match="no word to look for"):
        keep(personas.funder, q="the")
    with pytest.raises(ValidationError) as refused:
        save_search(by=personas.funder, name=" ", q="", kinds=[], is_told=True)
    assert set(refused.value.message_dict) == {"name", "q"}
    SavedSearchFactory.create_batch(MOST_OF_ONE_PERSON, created_by=personas.funder)
    with pytest.raises(ValidationError, match="Delete one first"):
        keep(personas.funder)
    assert SavedSearch.objects.count() == MOST_OF_ONE_PERSON


def test_the_pages(personas: Personas, client_of: Callable[[str], Client]) -> None:
    browser, search_page = client_of("funder"), reverse("evidence:search")
    DriverFactory(title="Trust")
    page = browser.get(search_page, {"q": "trust", "kind": "item"}).content.decode()
    assert 'href="/search/saved/new/?kind=item&amp;q=trust"' in page
    assert "Save this search" not in client_of("visitor").get(search_page, {"q": "trust"}).content.decode()
    create = reverse("evidence:saved-search-create")
    form = browser.get(create, {"q": "trust", "kind": "item"}).content.decode()
    assert 'value="trust"' in form
    sent = {"name": "Of trust", "q": "trust", "kinds": ["item"], "is_told": "on"}
    assert "Give it a name." in browser.post(create, sent | {"name": ""}).content.decode()
    assert browser.post(create, sent).status_code == 302
    search = SavedSearch.objects.get()
    listed = browser.get(reverse("evidence:saved-search-list")).content.decode()
    assert "Of trust" in listed
    assert "Framework items" in listed
    led = browser.get(search.get_absolute_url())
    assert led["Location"] == "/search/?q=trust&kind=item&ordering=newest"
    edit = reverse("evidence:saved-search-edit", args=[search.ref])
    browser.post(edit, sent | {"name": "Renamed", "is_told": ""})
    search.refresh_from_db()
    assert (search.name, search.is_told) == ("Renamed", False)
    browser.post(reverse("evidence:saved-search-delete", args=[search.ref]))
    assert not SavedSearch.objects.exists()
    assert "No search is saved yet" in browser.get(reverse("evidence:saved-search-list")).content.decode()
    verbs = AuditRow.objects.filter(verb__startswith="saved-search").values_list("verb", flat=True)
    assert sorted(verbs) == ["saved-search.added", "saved-search.changed", "saved-search.deleted"]


def test_nobody_opens_the_search_of_another(personas: Personas, client_of: Callable[[str], Client]) -> None:
    search = SavedSearchFactory(created_by=personas.funder)
    for step in ("open", "edit", "delete"):
        assert (
            client_of("lead").get(reverse(f"evidence:saved-search-{step}", args=[search.ref])).status_code
            == 404
        )
    assert (
        client_of("lead").post(reverse("evidence:saved-search-delete", args=[search.ref])).status_code == 404
    )
