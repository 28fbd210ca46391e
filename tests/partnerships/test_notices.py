"""Notices: written with the deed, sent after it, tried again, and never to whom they are not due."""

import datetime
import smtplib
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from partnerships import notices
from partnerships.models import Notice, Person
from tests.factories import NoticeFactory, PersonFactory

pytestmark = pytest.mark.django_db

HIDDEN = "K-secret"


@pytest.fixture(autouse=True)
def kettles() -> Iterator[None]:
    """Notices about things of the tests' own; everybody may know of all but one."""
    notices.register(
        "kettle", may_see=lambda person, key: key != HIDDEN, deeds={"boiled": "Kettle {key} has boiled"}
    )
    yield
    del notices._subjects["kettle"]


@pytest.fixture
def person() -> Person:
    return PersonFactory(email="field@example.org", name="Anna")


def waiting_for(person: Person, **fields: Any) -> Notice:
    kettle = {"target_kind": "kettle", "target_key": "K-1", "kind": "boiled", "path": "/kettles/K-1/"}
    return NoticeFactory(person=person, **kettle | fields)


def tell(people: list[Person], by: Person, key: str = "K-1") -> None:
    notices.tell(
        people=people, kind="boiled", target_kind="kettle", target_key=key, path=f"/kettles/{key}/", by=by
    )


def run(**options: Any) -> None:
    call_command("send_notices", stdout=StringIO(), **options)


def later(hours: float) -> None:
    """Let time pass for every notice."""
    for notice in Notice.objects.all():
        Notice.objects.filter(pk=notice.pk).update(due_at=notice.due_at - datetime.timedelta(hours=hours))


class ServerDown(EmailBackend):
    tries = 0

    def open(self) -> None:
        ServerDown.tries += 1
        raise ConnectionRefusedError("nobody answers at mail.example.org")


class OneRefused(EmailBackend):
    def send_messages(self, messages: Any) -> int:
        if messages[0].to == ["refused@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"refused@example.org": (550, b"no such box")})
        return super().send_messages(messages)


@pytest.fixture
def server_down(settings: Any) -> None:
    ServerDown.tries = 0
    settings.EMAIL_BACKEND = f"{__name__}.ServerDown"


# At once


def test_people_are_told_when_the_deed_is_through(
    person: Person, django_capture_on_commit_callbacks: Any
) -> None:
    doer = PersonFactory(name="Bea")
    with django_capture_on_commit_callbacks(execute=True):
        tell([person, doer], by=doer)
        assert mail.outbox == []
    [message] = mail.outbox
    assert (message.to, message.subject) == (["field@example.org"], "Kettle K-1 has boiled")
    assert "Hello Anna" in message.body
    assert "Kettle K-1 has boiled (Bea, " in message.body
    assert f"\n{settings.SITE_URL}/kettles/K-1/\n" in message.body
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    assert f'href="{settings.SITE_URL}/kettles/K-1/"' in html
    notice = Notice.objects.get()
    assert (notice.person, notice.by, notice.state, notice.attempts) == (person, doer, "sent", 1)
    assert notice.sent_at


def test_a_deed_that_is_undone_tells_nobody(person: Person, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        tell([person], by=PersonFactory())
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert mail.outbox == []


def test_what_was_sent_is_not_sent_again(person: Person) -> None:
    waiting_for(person)
    run()
    later(100)
    run()
    run(digest=True)
    assert len(mail.outbox) == 1


# Each person's choice


def test_a_digest_holds_all_that_waits_in_one_message(
    person: Person, django_capture_on_commit_callbacks: Any
) -> None:
    person.notice_frequency = "daily"
    person.save()
    with django_capture_on_commit_callbacks(execute=True):
        tell([person], by=PersonFactory(name="Bea"))
        tell([person], by=PersonFactory(name="Cleo"), key="K-2")
    run()
    assert mail.outbox == []
    run(digest=True)
    [message] = mail.outbox
    assert message.subject == "2 things are new for you"
    assert message.body.index("Kettle K-1 has boiled (Bea") < message.body.index(
        "Kettle K-2 has boiled (Cleo"
    )
    assert set(Notice.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize("change", ["none", "closed", "hidden"])
def test_what_is_not_due_to_a_person_is_dropped_when_it_would_be_sent(person: Person, change: str) -> None:
    notice = waiting_for(person, target_key=HIDDEN if change == "hidden" else "K-1")
    if change == "none":
        person.notice_frequency = "none"
    person.is_active = change != "closed"
    person.save()
    run(digest=True)
    notice.refresh_from_db()
    assert (notice.state, notice.sent_at) == ("dropped", None)
    assert mail.outbox == []


def test_a_digest_leaves_out_what_is_hidden_now(person: Person) -> None:
    person.notice_frequency = "daily"
    person.save()
    waiting_for(person, target_key=HIDDEN)
    waiting_for(person)
    run(digest=True)
    [message] = mail.outbox
    assert message.subject == "Kettle K-1 has boiled"
    assert HIDDEN not in message.body


# When the mail server fails


@pytest.mark.usefixtures("server_down")
def test_a_server_that_is_down_fails_no_deed_and_loses_no_notice(
    person: Person, django_capture_on_commit_callbacks: Any, settings: Any, caplog: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        tell([person, PersonFactory()], by=PersonFactory())
    assert ServerDown.tries == 1
    tried = Notice.objects.get(attempts=1)
    assert (tried.state, tried.last_error) == ("waiting", "ConnectionRefusedError")
    assert tried.due_at > timezone.now()
    assert "ConnectionRefusedError" in caplog.text
    assert "K-1" not in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    run()
    assert len(mail.outbox) == 1  # the one that was not tried yet; the other waits out its pause
    later(1)
    run()
    assert len(mail.outbox) == 2
    assert set(Notice.objects.values_list("state", "last_error")) == {("sent", "")}


@pytest.mark.usefixtures("server_down")
def test_each_pause_is_at_least_as_long_as_the_last_and_the_eighth_failure_is_final(person: Person) -> None:
    notice, pauses = waiting_for(person), []
    for _ in range(10):
        run()
        notice.refresh_from_db()
        pauses.append(round((notice.due_at - timezone.now()).total_seconds() / 60))
        later(24.5)
    assert pauses[:8] == sorted(pauses[:8])
    assert (notice.state, notice.attempts, ServerDown.tries) == ("given-up", 8, 8)


def test_one_address_that_is_refused_does_not_hold_up_the_rest(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.OneRefused"
    refused = waiting_for(PersonFactory(email="refused@example.org"))
    waiting_for(PersonFactory(email="accepted@example.org"))
    run()
    assert [message.to for message in mail.outbox] == [["accepted@example.org"]]
    refused.refresh_from_db()
    assert (refused.state, refused.last_error) == ("waiting", "SMTPRecipientsRefused")


def test_a_digest_that_failed_is_tried_again_without_waiting_for_the_next(person: Person) -> None:
    person.notice_frequency = "daily"
    person.save()
    waiting_for(person, attempts=1)
    waiting_for(person)
    run()
    assert len(mail.outbox) == 1
    assert Notice.objects.filter(state="waiting", attempts=0).count() == 1


def test_a_notice_is_claimed_once(person: Person) -> None:
    waiting_for(person)
    first, second = (notices.due(with_digests=True).get() for _ in range(2))
    assert notices.claim(first)
    assert not notices.claim(second)
    notices.deliver(Notice.objects.filter(pk=first.pk, attempts=0))
    assert mail.outbox == []


# Who sees them


def test_people_see_their_own_notices_and_administrators_all(person: Person) -> None:
    mine = waiting_for(person)
    waiting_for(PersonFactory())
    assert list(Notice.objects.visible_to(person)) == [mine]
    assert Notice.objects.visible_to(PersonFactory(administrator=True)).count() == 2


# The choice on the account page


def test_people_choose_how_often(client: Any, person: Person) -> None:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert "Once a day, all in one message" in client.get("/accounts/me/").content.decode()
    client.post("/accounts/me/", {"name": "Anna", "notice_frequency": "daily"})
    person.refresh_from_db()
    assert person.notice_frequency == "daily"
    wrong = client.post("/accounts/me/", {"name": "Anna", "notice_frequency": "hourly"})
    assert "Error: Your account" in wrong.content.decode()


# Messages about accounts


@pytest.mark.parametrize("frequency", ["daily", "none"])
def test_an_invitation_is_tried_again_and_goes_to_everybody_at_once(
    person: Person, frequency: str, server_down: None, settings: Any
) -> None:
    person.notice_frequency = frequency
    person.save()
    NoticeFactory(
        person=person,
        by=PersonFactory(name="Ines"),
        kind="person-invited",
        target_kind="person",
        target_key=str(person.pk),
        path="",
    )
    run()
    assert ServerDown.tries == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    later(1)
    run()
    [message] = mail.outbox
    assert (message.to, message.subject) == ([person.email], "Your account for Partnership evidence")
    assert "Ines has made you an account" in message.body
    assert "/accounts/" in message.body
    run()
    assert len(mail.outbox) == 1


def test_a_daily_message_leaves_an_invitation_to_itself(person: Person) -> None:
    person.notice_frequency = "daily"
    person.save()
    waiting_for(person)
    own = {"kind": "person-password", "target_kind": "person", "target_key": str(person.pk), "path": ""}
    NoticeFactory(person=person, by=None, **own)
    waiting_for(person)
    run(digest=True)
    assert {message.subject for message in mail.outbox} == {
        "2 things are new for you",
        "Choose a new password for Partnership evidence",
    }


def test_no_link_goes_to_a_closed_account(person: Person) -> None:
    person.is_active = False
    person.save()
    own = {"kind": "person-password", "target_kind": "person", "target_key": str(person.pk), "path": ""}
    notice = NoticeFactory(person=person, by=None, **own)
    run()
    notice.refresh_from_db()
    assert (mail.outbox, notice.state) == ([], "dropped")
