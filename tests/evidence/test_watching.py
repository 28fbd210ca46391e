"""Watching: told when the status or the confidence changes, as the person reads it, and never otherwise."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import publish_finding, withdraw_finding
from evidence.actions.watching import (
    WATCH,
    WatchNotice,
    note_seen,
    stop_watching,
    tell_watchers,
    watch_item,
)
from evidence.models import Finding, FrameworkItem, Watch
from evidence.queries.watching import Standpoint, changes
from partnerships.models import AuditRow, Notice, RoleAssignment
from tests.factories import (
    AssessmentFactory,
    DriverFactory,
    FindingFactory,
    LessonFactory,
    PersonFactory,
    ResearchQuestionFactory,
    WatchFactory,
)
from tests.personas import Personas

pytestmark = pytest.mark.django_db
PUBLIC = {"published": True, "visibility": Finding.Visibility.PUBLIC}
Status = Standpoint


def support(item: FrameworkItem, times: int = 3, **fields: Any) -> list[Finding]:
    return [FindingFactory(**PUBLIC | fields, codings=[(item, "supports")]) for _ in range(times)]


def kinds_told(person: Any) -> list[str]:
    return list(Notice.objects.filter(person=person, target_kind=WATCH).values_list("kind", flat=True))


@pytest.fixture
def lesson() -> FrameworkItem:
    """A lesson that three partnerships support, for all to read."""
    item = LessonFactory(code="L5")
    support(item)
    return item


def test_nothing_is_told_while_nothing_changes(lesson: FrameworkItem, personas: Personas) -> None:
    watch_item(by=personas.funder, item=lesson)
    support(lesson)
    tell_watchers()
    assert kinds_told(personas.funder) == []
    assert not Watch.objects.with_news().exists()


def test_a_status_that_flips_is_told_once(lesson: FrameworkItem, personas: Personas) -> None:
    watch_item(by=personas.funder, item=lesson)
    for _ in range(2):
        FindingFactory(**PUBLIC, codings=[(lesson, "challenges")])
    tell_watchers()
    tell_watchers()
    assert kinds_told(personas.funder) == [WatchNotice.STATUS]
    watch = Watch.objects.get()
    assert (watch.seen_status, watch.status) == ("supported", "contested")


def test_each_is_told_of_what_they_may_read(lesson: FrameworkItem, personas: Personas) -> None:
    for person in (personas.reporter, personas.funder, personas.lead):
        watch_item(by=person, item=lesson)
    for _ in range(2):
        FindingFactory(published=True, visibility="funder", codings=[(lesson, "challenges")])
    AssessmentFactory(item=lesson, visibility="team", made_by=personas.lead)
    tell_watchers()
    assert kinds_told(personas.reporter) == []
    assert kinds_told(personas.funder) == [WatchNotice.STATUS]
    assert kinds_told(personas.lead) == [WatchNotice.BOTH]


def test_confidence_is_told_of_questions_too(personas: Personas) -> None:
    question = ResearchQuestionFactory()
    watch_item(by=personas.funder, item=question)
    FindingFactory(**PUBLIC, codings=[(question, "context")])
    tell_watchers()
    assert kinds_told(personas.funder) == []
    AssessmentFactory(item=question, visibility="funder", made_by=personas.lead)
    tell_watchers([question.pk])
    assert kinds_told(personas.funder) == [WatchNotice.CONFIDENCE]


def test_other_items_and_closed_accounts_are_left_alone(lesson: FrameworkItem, personas: Personas) -> None:
    other = DriverFactory()
    watch_item(by=personas.funder, item=other)
    WatchFactory(person=personas.closed, item=lesson, status="untested", circles="public")
    tell_watchers([lesson.pk])
    tell_watchers()
    assert not Notice.objects.exists()


def test_another_role_is_no_news(lesson: FrameworkItem, personas: Personas) -> None:
    for _ in range(2):
        FindingFactory(published=True, visibility="funder", codings=[(lesson, "challenges")])
    person = PersonFactory()
    watch_item(by=person, item=lesson)
    RoleAssignment.objects.create(person=person, role="funder")
    tell_watchers()
    watch = Watch.objects.get()
    assert (watch.status, watch.seen_status) == ("contested", "contested")
    assert kinds_told(person) == []


def told_by_mail(person: Any) -> list[str]:
    return [message.subject for message in mail.outbox if message.to == [person.email]]


def flip(lesson: FrameworkItem) -> list[Finding]:
    return [FindingFactory(**PUBLIC, codings=[(lesson, "challenges")]) for _ in range(2)]


def test_a_message_names_the_item_and_nothing_else(lesson: FrameworkItem, personas: Personas) -> None:
    watch_item(by=personas.funder, item=lesson)
    found = flip(lesson)
    tell_watchers()
    call_command("send_notices", "--digest", verbosity=0)
    assert told_by_mail(personas.funder) == ["L5, which you watch, stands differently now"]
    body = str(mail.outbox[0].body)
    assert "/lessons/5/" in body
    assert not any(
        word in body for word in (lesson.title, "contested", *(finding.title for finding in found))
    )


def test_what_flipped_back_is_not_sent(lesson: FrameworkItem, personas: Personas) -> None:
    watch_item(by=personas.funder, item=lesson)
    found = flip(lesson)
    tell_watchers()
    assert kinds_told(personas.funder) == [WatchNotice.STATUS]
    Finding.objects.filter(pk__in=[finding.pk for finding in found]).update(visibility="team")
    call_command("send_notices", "--digest", verbosity=0)
    assert mail.outbox == []


def test_who_has_looked_or_stopped_gets_no_message(lesson: FrameworkItem, personas: Personas) -> None:
    for person in (personas.reporter, personas.evaluator):
        watch_item(by=person, item=lesson)
    flip(lesson)
    tell_watchers()
    note_seen(by=personas.reporter, item=lesson)
    stop_watching(by=personas.evaluator, item=lesson)
    call_command("send_notices", "--digest", verbosity=0)
    assert mail.outbox == []


def test_a_later_change_takes_the_place_of_what_waits(lesson: FrameworkItem, personas: Personas) -> None:
    watch_item(by=personas.funder, item=lesson)
    found = flip(lesson)
    tell_watchers()
    note_seen(by=personas.funder, item=lesson)
    Finding.objects.filter(pk__in=[finding.pk for finding in found]).update(visibility="team")
    tell_watchers()
    call_command("send_notices", "--digest", verbosity=0)
    assert told_by_mail(personas.funder) == ["L5, which you watch, stands differently now"]


def test_rights_are_asked_again_when_it_is_sent(lesson: FrameworkItem, personas: Personas) -> None:
    watch_item(by=personas.funder, item=lesson)
    for _ in range(2):
        FindingFactory(published=True, visibility="funder", codings=[(lesson, "challenges")])
    tell_watchers()
    RoleAssignment.objects.filter(person=personas.funder).delete()
    call_command("send_notices", "--digest", verbosity=0)
    assert mail.outbox == []


def test_publishing_and_withdrawing_tell_at_once(
    lesson: FrameworkItem, personas: Personas, django_capture_on_commit_callbacks: Any
) -> None:
    watch_item(by=personas.funder, item=lesson)
    waiting = [
        FindingFactory(submitted=True, created_by=personas.evaluator, codings=[(lesson, "challenges")])
        for _ in range(2)
    ]
    with django_capture_on_commit_callbacks(execute=True):
        published = [
            publish_finding(
                by=personas.lead,
                finding=finding,
                version=finding.version,
                visibility="funder",
                checklist=AnonymisationPoint.values,
            )
            for finding in waiting
        ]
    assert kinds_told(personas.funder) == [WatchNotice.STATUS]
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_finding(
            by=personas.lead, finding=published[0], version=published[0].version, reason="A mistake."
        )
    assert Watch.objects.get().status == "supported"


def test_watching_twice_is_watching_once(lesson: FrameworkItem, personas: Personas) -> None:
    watch_item(by=personas.funder, item=lesson)
    watch_item(by=personas.funder, item=lesson)
    stop_watching(by=personas.funder, item=lesson)
    stop_watching(by=personas.funder, item=lesson)
    verbs = AuditRow.objects.filter(target_key="L5").order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["item.watched", "item.unwatched"]


def test_many_who_watch_take_few_queries(lesson: FrameworkItem, django_assert_max_num_queries: Any) -> None:
    for _ in range(20):
        watch_item(by=PersonFactory(), item=lesson)
    with django_assert_max_num_queries(5):
        tell_watchers()


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (Status("supported"), Status("supported"), []),
        (
            Status("supported"),
            Status("contested"),
            ["It stood as “supported”, and stands as “contested” now."],
        ),
        (
            Status("thin", "low"),
            Status("thin", ""),
            ["Confidence in it was low, and is not judged now."],
        ),
    ],
)
def test_what_changed_in_sentences(before: Standpoint, after: Standpoint, sentences: list[str]) -> None:
    assert changes(before, after) == sentences


# Pages


def test_a_person_watches_is_told_and_looks(
    lesson: FrameworkItem, client_of: Callable[[str], Client]
) -> None:
    browser = client_of("funder")
    assert "Watch this" in browser.get("/lessons/5/").content.decode()
    assert browser.post("/watching/L5/", follow=True).status_code == 200
    assert "Stop watching" in browser.get("/lessons/5/").content.decode()
    flip(lesson)
    tell_watchers()
    page = browser.get("/watching/").content.decode()
    assert "It stood as “supported”, and stands as “contested” now." in page
    browser.post("/watching/L5/seen/")
    page = browser.get("/watching/").content.decode()
    assert "It stood as" not in page
    assert "Contested" in page
    browser.post("/watching/L5/stop/")
    assert "You watch nothing yet" in browser.get("/watching/").content.decode()


def test_the_inbox_shows_what_changed(lesson: FrameworkItem, client_of: Callable[[str], Client]) -> None:
    browser = client_of("lead")
    browser.post("/watching/L5/")
    assert "What you watch has changed" not in browser.get("/inbox/").content.decode()
    flip(lesson)
    tell_watchers()
    assert "What you watch has changed" in browser.get("/inbox/").content.decode()


def test_nobody_sees_what_others_watch(lesson: FrameworkItem, client_of: Callable[[str], Client]) -> None:
    client_of("lead").post("/watching/L5/")
    assert "You watch nothing yet" in client_of("funder").get("/watching/").content.decode()
    assert "Watch this" not in Client().get("/lessons/5/").content.decode()
