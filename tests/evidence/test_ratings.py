"""Ratings: asking people by link, rating without an account, and the end after which nothing comes in."""

import datetime
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.actions.rating_letters import post_letters
from evidence.actions.ratings import (
    MOST_AT_ONCE,
    Guests,
    begin_own_rating,
    end_ratings,
    invite_raters,
    revoke_link,
    save_ratings,
    send_links_again,
    send_ratings,
)
from evidence.actions.rounds import close_round, reopen_round
from evidence.framework.loader import load_review
from evidence.models import (
    FrameworkItem,
    Rater,
    Rating,
    RatingLink,
    RatingsEnd,
    RatingStatement,
    Round,
    SelfReport,
)
from evidence.queries.ratings import Said, digest_of_part, rating_parts, who_reads_ratings
from partnerships.data.loader import load_partnerships
from partnerships.errors import StepRefused
from partnerships.models import AuditRow, Person
from talentmatch.logs import WithoutPersonalLinks
from tests.factories import (
    BarrierFactory,
    DriverFactory,
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    RaterFactory,
    RatingFactory,
    RatingLinkFactory,
    RatingStatementFactory,
    RoundFactory,
    SectorFactory,
    SelfReportFactory,
)
from tests.personas import Personas

Clients = Callable[[str], Client]
NOTHING = digest_of_part({}, [])


class Rated:
    """A report of North in an open round, and two drivers and a barrier to rate."""

    def __init__(self, personas: Personas) -> None:
        self.personas = personas
        self.round = RoundFactory(opened=True, created_by=personas.lead)
        self.report: SelfReport = SelfReportFactory(round=self.round, partnership=personas.partnership)
        self.sector = SectorFactory(code="third", name="Third sector")
        self.trust, self.roles = DriverFactory(code="D901"), DriverFactory(code="D902")
        self.barrier = BarrierFactory(code="B901", group="Partnership working")
        for item in (self.trust, self.roles, self.barrier):
            RatingStatementFactory(item=item)

    def guest(self, **fields: Any) -> Rater:
        return RaterFactory(self_report=self.report, sector=self.sector, **fields)

    def answered(self, number: int) -> None:
        for _ in range(number):
            RatingFactory(rater=self.guest(sent=True), item=self.trust)

    def invite(self, *addresses: str, **fields: Any) -> list[Rater]:
        guests = Guests(
            addresses=addresses, sector=self.sector, **({"other_organisation": "The club"} | fields)
        )
        return invite_raters(by=self.personas.reporter, report=self.report, guests=guests)


@pytest.fixture
def rated(personas: Personas) -> Rated:
    return Rated(personas)


def link_in(message: Any) -> str:
    """The path of the link in a message, as its reader presses it."""
    found = re.search(r"http://[^/\s]+(/rate/[\w-]+/)", message.body)
    assert found
    return found[1]


# The statements


def test_every_driver_and_barrier_has_a_statement(db: None) -> None:
    load_partnerships()
    load_review()
    rated_items = FrameworkItem.objects.filter(kind__in=["driver", "barrier"])
    assert RatingStatement.objects.count() == rated_items.count() == 61
    assert [part.title for part in rating_parts()] == [
        "What helps",
        "Partnership working",
        "Engaging the public sector",
        "Engaging the third sector",
        "Engaging the private sector",
    ]
    RatingStatement.objects.filter(item__code="D1").update(statement="Somebody leads.")
    load_review()
    assert RatingStatement.objects.get(item__code="D1").statement == "Somebody leads."


# Inviting


def test_each_address_gets_a_link_of_its_own(
    rated: Rated, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        raters = rated.invite("one@example.net", "TWO@example.net ", "two@example.net")
    assert [rater.email for rater in raters] == ["one@example.net", "two@example.net"]
    assert [message.to for message in mail.outbox] == [["one@example.net"], ["two@example.net"]]
    tokens = {link_in(message).split("/")[2] for message in mail.outbox}
    assert len(tokens) == 2
    stored = " ".join(RatingLink.objects.values_list("digest", flat=True))
    audit = " ".join(str(row.details) + row.target_key for row in AuditRow.objects.all())
    assert not any(token in stored + audit + caplog.text for token in tokens)
    assert "example.net" not in audit
    assert mail.outbox[0].alternatives[0].mimetype == "text/html"
    with django_capture_on_commit_callbacks(execute=True):
        assert rated.invite("one@example.net") == []
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("addresses", "fields"),
    [
        (["no address"], {}),
        ([" "], {}),
        ([f"p{number}@example.net" for number in range(MOST_AT_ONCE + 1)], {}),
        (["one@example.net"], {"other_organisation": " "}),
        (["one@example.net"], {"other_organisation": "x" * 161}),
    ],
)
def test_invitations_that_are_refused(rated: Rated, addresses: list[str], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rated.invite(*addresses, **fields)
    assert not Rater.objects.exists()


def test_an_organisation_must_belong_to_the_partnership(rated: Rated) -> None:
    stranger = OrganisationFactory(sector=rated.sector)
    with pytest.raises(ValidationError):
        rated.invite("one@example.net", organisation=stranger, other_organisation="")
    MembershipFactory(partnership=rated.personas.partnership, organisation=stranger)
    assert rated.invite("one@example.net", organisation=stranger, other_organisation="")


def test_a_partnership_can_ask_only_so_many(rated: Rated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidence.actions.ratings.MOST_RATERS", 2)
    rated.invite("one@example.net", "two@example.net")
    with pytest.raises(ValidationError, match="2 people at most"):
        rated.invite("three@example.net")


@pytest.mark.parametrize("persona", ["other_reporter", "funder", "evaluator", "lead", "administrator"])
def test_only_the_partnership_asks(rated: Rated, persona: str) -> None:
    guests = Guests(addresses=["one@example.net"], sector=rated.sector, other_organisation="The club")
    with pytest.raises(PermissionDenied):
        invite_raters(by=rated.personas[persona], report=rated.report, guests=guests)
    with pytest.raises(PermissionDenied):
        end_ratings(by=rated.personas[persona], report=rated.report)
    assert not Rater.objects.visible_to(rated.personas[persona]).exists()


def test_pasting_addresses(rated: Rated, client_of: Clients) -> None:
    page = reverse("evidence:raters", args=[rated.report.ref])
    browser = client_of("reporter")
    pasted = "Ann Able <ann@example.net>, bob@example.net;\ncat@example.net"
    sent = {"step": "invite", "addresses": pasted, "organisation": "none", "sector": "third"}
    assert browser.post(page, sent).status_code == 302
    assert sorted(Rater.objects.values_list("email", flat=True)) == [
        "ann@example.net",
        "bob@example.net",
        "cat@example.net",
    ]
    wrong = browser.post(page, sent | {"addresses": "dan@nowhere", "sector": "", "organisation": "other"})
    words = wrong.content.decode()
    assert "Write the name of the organisation." in words
    assert "Choose the sector they speak for." in words
    wrong = browser.post(page, sent | {"addresses": "dan@nowhere"}).content.decode()
    assert "“dan@nowhere” is not an e-mail address." in wrong
    assert ">\ndan@nowhere</textarea>" in wrong


def test_the_link_again_goes_to_who_has_not_answered(
    rated: Rated, django_capture_on_commit_callbacks: Any
) -> None:
    yesterday = timezone.now() - datetime.timedelta(hours=25)
    waiting = rated.guest(email="waiting@example.net", letter_sent_at=yesterday)
    rated.guest(email="answered@example.net", letter_sent_at=yesterday, sent=True)
    rated.guest(email="just@example.net", letter_sent_at=timezone.now())
    revoked = rated.guest(email="gone@example.net", letter_sent_at=yesterday)
    revoke_link(by=rated.personas.reporter, report=rated.report, ref=revoked.ref)
    with django_capture_on_commit_callbacks(execute=True):
        send_links_again(by=rated.personas.reporter, report=rated.report)
    assert [message.to for message in mail.outbox] == [["waiting@example.net"]]
    with django_capture_on_commit_callbacks(execute=True):
        send_links_again(by=rated.personas.reporter, report=rated.report, refs=[waiting.ref])
    assert len(mail.outbox) == 1


def test_a_message_that_fails_is_tried_again(
    rated: Rated,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*arguments: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        with django_capture_on_commit_callbacks(execute=True):
            rated.invite("one@example.net")
    rater = Rater.objects.get()
    assert (rater.letter_error, rater.letter_attempts) == ("ConnectionRefusedError", 1)
    assert rater.letter_state == "Could not be sent; it is tried again"
    assert post_letters() == 0  # not due yet
    Rater.objects.update(letter_due_at=timezone.now())
    assert post_letters() == 1
    rater.refresh_from_db()
    assert (rater.letter_due_at, rater.letter_error, rater.letter_state) == (None, "", "Link sent")
    assert Client().get(link_in(mail.outbox[0])).status_code == 200


def test_whose_link_was_taken_back_does_not_rate_twice(
    rated: Rated, django_capture_on_commit_callbacks: Any
) -> None:
    for rater in (rated.guest(email="sent@example.net", sent=True), rated.guest(email="silent@example.net")):
        revoke_link(by=rated.personas.reporter, report=rated.report, ref=rater.ref)
    with django_capture_on_commit_callbacks(execute=True):
        assert len(rated.invite("sent@example.net", "silent@example.net")) == 2
    assert [message.to for message in mail.outbox] == [["silent@example.net"]]
    assert Rater.objects.filter(revoked_at=None).count() == Rater.objects.count() == 2


def test_a_reporter_rates_from_the_account_alone(rated: Rated) -> None:
    with pytest.raises(ValidationError, match="rates from their account"):
        rated.invite(rated.personas.reporter.email.upper())


# Rating by link


def test_somebody_rates_by_link_and_it_works_once(
    rated: Rated, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        rated.invite("one@example.net")
    start = link_in(mail.outbox[0])
    browser = Client()
    page = browser.get(start)
    assert page.status_code == 200
    assert "0 of 3 answered" in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    helps = f"{start}what-helps/"
    shown = browser.get(helps).content.decode()
    assert "How far is this so with you?" in shown
    sent = {
        "seen": NOTHING,
        "step-D901": "2",
        "why-D901": "We rarely meet.",
        "step-D902": "5",
        "why-D902": "x",
    }
    assert browser.post(helps, sent)["Location"] == f"{start}partnership-working/"
    # Later, in another browser, by the same link.
    later = Client()
    assert "2 of 3 answered" in later.get(start).content.decode()
    assert "We rarely meet." in later.get(helps).content.decode()
    assert later.post(start).status_code == 302
    thanks = later.get(start).content.decode()
    assert "Thank you" in thanks
    assert "We rarely meet." not in thanks
    assert later.get(helps)["Location"] == start
    late = later.post(helps, sent | {"step-D901": "5"})
    assert late.status_code == 409
    ratings = dict(Rating.objects.values_list("item__code", "step"))
    assert ratings == {"D901": 2, "D902": 5}
    # A reason is asked after a low answer alone.
    assert dict(Rating.objects.values_list("item__code", "reason")) == {"D901": "We rarely meet.", "D902": ""}


def dead_links(rated: Rated) -> dict[str, str]:
    """A link of each kind that doesn't work."""
    day = timezone.localdate() - datetime.timedelta(days=15)
    over = RoundFactory(opened=True, opens_on=day, closes_on=day)
    revoked = rated.guest(revoked_at=timezone.now(), revoked_by=rated.personas.reporter)
    expired = RaterFactory(self_report__round=over)
    ended = RaterFactory()
    RatingsEnd.objects.create(self_report=ended.self_report, by=rated.personas.reporter)
    closed = RaterFactory(self_report__round=RoundFactory(shut=True))
    for rater in (revoked, expired, ended, closed):
        RatingLinkFactory(rater=rater, token=f"token-of-{rater.ref}")
    return {
        "revoked": f"token-of-{revoked.ref}",
        "expired": f"token-of-{expired.ref}",
        "ended": f"token-of-{ended.ref}",
        "closed": f"token-of-{closed.ref}",
    }


def test_links_that_do_not_work_answer_alike(rated: Rated) -> None:
    browser = Client()
    unknown = browser.get(reverse("evidence:rate", args=["nobody-was-sent-this"]))
    assert unknown.status_code == 404
    for why, token in dead_links(rated).items():
        for name, arguments in (("evidence:rate", [token]), ("evidence:rate-part", [token, "what-helps"])):
            answer = browser.get(reverse(name, args=arguments))
            assert (answer.status_code, answer.content) == (404, unknown.content), why
            sent = browser.post(reverse(name, args=arguments), {"why-D901": "What I wrote."})
            assert sent.status_code == 404
            assert "What I wrote." in sent.content.decode()
    assert not Rating.objects.exists()


def test_the_last_day_of_a_link(rated: Rated, settings: Any) -> None:
    RatingLinkFactory(rater=rated.guest(), token="mine")
    page = reverse("evidence:rate", args=["mine"])
    today = timezone.localdate()
    rated.round.opens_on = today - datetime.timedelta(days=90)
    for days, status in ((settings.RATING_GRACE_DAYS, 200), (settings.RATING_GRACE_DAYS + 1, 404)):
        rated.round.closes_on = today - datetime.timedelta(days=days)
        rated.round.save()
        assert Client().get(page).status_code == status


def test_a_script_keeps_what_is_chosen(rated: Rated) -> None:
    RatingLinkFactory(rater=rated.guest(), token="mine")
    page = reverse("evidence:rate-part", args=["mine", "what-helps"])
    browser = Client()
    first = browser.post(page, {"step": "keep", "seen": NOTHING, "step-D901": "1"})
    assert first.status_code == 200
    seen = first.json()["seen"]
    assert browser.post(page, {"step": "keep", "seen": seen, "step-D901": "4"}).status_code == 200
    assert browser.post(page, {"step": "keep", "seen": seen, "step-D901": "2"}).status_code == 409
    assert browser.post(page, {"step": "keep", "seen": seen, "step-D901": "9"}).status_code == 400
    # Sent twice it is saved once, whatever the page had shown.
    assert browser.post(page, {"step": "keep", "seen": seen, "step-D901": "4"}).status_code == 200
    assert Rating.objects.get().step == 4


def test_two_windows_of_one_person(rated: Rated) -> None:
    rater = rated.guest()
    RatingLinkFactory(rater=rater, token="mine")
    page = reverse("evidence:rate-part", args=["mine", "what-helps"])
    save_ratings(rater=rater, said={"D901": Said(5), "D902": None}, seen=NOTHING)
    browser = Client()
    conflict = browser.post(page, {"seen": NOTHING, "step-D901": "1", "why-D901": "Mine."})
    words = conflict.content.decode()
    assert conflict.status_code == 409
    assert "You changed this page in another window" in words
    assert "Fully" in words
    assert ">\nMine.</textarea>" in words
    seen = re.search(r'name="seen" value="(\w+)"', words)
    assert seen
    assert browser.post(page, {"seen": seen[1], "step-D901": "1", "why-D901": "Mine."}).status_code == 302
    assert Rating.objects.get().step == 1


def test_what_can_not_be_saved(rated: Rated) -> None:
    rater = rated.guest()
    other = DriverFactory(code="D903")  # has no statement
    for said in ({"D901": Said(6)}, {"D901": Said(1, "x" * 1_001)}, {other.code: Said(1)}, {"L1": Said(1)}):
        with pytest.raises(ValidationError):
            save_ratings(rater=rater, said=said, seen=NOTHING)
    with pytest.raises(ValidationError):
        send_ratings(rater=rater)
    save_ratings(rater=rater, said={"D901": Said(1)}, seen=NOTHING)
    save_ratings(rater=rater, said={"D901": None}, seen=digest_of_part({"D901": Said(1)}, ["D901"]))
    assert not Rating.objects.exists()


def test_a_refused_page_keeps_what_was_typed(rated: Rated) -> None:
    RatingLinkFactory(rater=rated.guest(), token="mine")
    page = reverse("evidence:rate-part", args=["mine", "what-helps"])
    sent = {"seen": NOTHING, "step-D901": "1", "why-D901": "long " * 300, "step-D902": "3"}
    answer = Client().post(page, sent)
    words = answer.content.decode()
    assert answer.status_code == 200
    assert "Shorten the reason to 1,000 characters." in words
    assert "long long" in words
    assert Client().post(reverse("evidence:rate", args=["mine"])).status_code == 200
    assert Client().get(reverse("evidence:rate-part", args=["mine", "nothing"])).status_code == 404


# From an account


def test_a_reporter_rates_from_the_account(rated: Rated, client_of: Clients) -> None:
    browser = client_of("reporter")
    start = reverse("evidence:report-rate", args=[rated.report.ref])
    assert "Which sector do you speak for?" in browser.get(start).content.decode()
    part = reverse("evidence:report-rate-part", args=[rated.report.ref, "what-helps"])
    assert browser.get(part)["Location"] == start
    assert browser.post(part, {"step-D901": "2"}).status_code == 404
    assert "Choose the sector you speak for." in browser.post(start).content.decode()
    assert browser.post(start, {"sector": "third"})["Location"] == part
    assert browser.post(part, {"seen": NOTHING, "step-D901": "2"}).status_code == 302
    assert browser.post(start).status_code == 302
    assert "Thank you" in browser.get(start).content.decode()
    assert Rating.objects.visible_to(rated.personas.reporter).count() == 1
    assert not Rating.objects.visible_to(rated.personas.lead).exists()


def test_a_rating_is_begun_once(rated: Rated) -> None:
    first = begin_own_rating(by=rated.personas.reporter, report=rated.report, sector=rated.sector)
    again = begin_own_rating(by=rated.personas.reporter, report=rated.report, sector=SectorFactory())
    assert first == again


# The end


def test_what_was_sent_stays_when_a_link_is_taken_back(rated: Rated) -> None:
    rated.answered(5)
    rater = Rater.objects.earliest("pk")
    revoke_link(by=rated.personas.reporter, report=rated.report, ref=rater.ref)
    assert rater.ratings.exists()
    end_ratings(by=rated.personas.reporter, report=rated.report)


def test_ratings_of_too_few_people_are_not_ended(rated: Rated) -> None:
    rated.answered(4)
    with pytest.raises(StepRefused, match="at least 5 people"):
        end_ratings(by=rated.personas.reporter, report=rated.report)


def test_nothing_comes_in_after_the_end(rated: Rated, client_of: Clients) -> None:
    rated.answered(5)
    late = rated.guest()
    own = begin_own_rating(by=rated.personas.reporter, report=rated.report, sector=rated.sector)
    browser = client_of("reporter")
    assert browser.post(reverse("evidence:ratings-end", args=[rated.report.ref])).status_code == 302
    assert RatingsEnd.objects.get().by == rated.personas.reporter
    check_that_all_is_locked(rated, late, own)
    assert (
        "The ratings are complete"
        in browser.get(reverse("evidence:raters", args=[rated.report.ref])).content.decode()
    )


def check_that_all_is_locked(rated: Rated, late: Rater, own: Rater) -> None:
    reporter, report = rated.personas.reporter, rated.report
    for rater in (late, own):
        with pytest.raises(StepRefused):
            save_ratings(rater=rater, said={"D901": Said(1)}, seen=NOTHING)
        with pytest.raises(StepRefused):
            send_ratings(rater=rater)
    for deed in (
        lambda: rated.invite("late@example.net"),
        lambda: send_links_again(by=reporter, report=report),
        lambda: revoke_link(by=reporter, report=report, ref=late.ref),
        lambda: begin_own_rating(by=reporter, report=report, sector=rated.sector),
        lambda: end_ratings(by=reporter, report=report),
    ):
        with pytest.raises(StepRefused):
            deed()


@pytest.mark.parametrize(("people", "is_shown"), [(4, False), (5, True)])
def test_closing_a_round_ends_its_ratings(rated: Rated, people: int, is_shown: bool) -> None:
    """Those that can be shown are ended for good; those of too few people go on in a round opened again."""
    rated.answered(people)
    late = rated.guest()
    own = begin_own_rating(by=rated.personas.reporter, report=rated.report, sector=rated.sector)
    closed = close_round(by=rated.personas.lead, round_=rated.round, version=1)
    check_that_all_is_locked(rated, late, own)
    reopen_round(by=rated.personas.lead, round_=closed, version=closed.version)
    assert RatingsEnd.objects.exists() == is_shown
    if is_shown:
        check_that_all_is_locked(rated, late, own)
    else:
        save_ratings(rater=late, said={"D901": Said(1)}, seen=NOTHING)


def test_the_page_tells_how_many_and_not_who(
    rated: Rated, client_of: Clients, django_capture_on_commit_callbacks: Any
) -> None:
    """Neither sending links again nor taking them back shows who has answered."""
    long_ago = timezone.now() - datetime.timedelta(days=9)
    same = {"letter_sent_at": long_ago, "invited_at": long_ago}
    people = {
        "answered": rated.guest(email="answered@example.net", sent=True, **same),
        "silent": rated.guest(email="silent@example.net", **same),
    }
    page, browser = reverse("evidence:raters", args=[rated.report.ref]), client_of("reporter")

    def rows() -> set[str]:
        words = browser.get(page).content.decode()
        assert "2 asked, 1 answered." in words
        lines = [line for line in re.findall(r"<li>.*?</li>", words, re.S) if "@example.net" in line]
        assert len(lines) == 2
        return {re.sub(r"answered@|silent@|V-\w{8}|value=\"\w{30,}\"", "", line) for line in lines}

    assert len(rows()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(page, {"step": "remind"})
    assert len(mail.outbox) == 1
    assert len(rows()) == 1
    for rater in people.values():
        browser.post(page, {"step": f"revoke:{rater.ref}"})
    assert len(rows()) == 1


def test_logs_hold_no_token() -> None:
    record = logging.LogRecord(
        "django.request", 30, "", 0, "Not Found: %s", ("/rate/abc-DEF_1/what-helps/",), None
    )
    assert WithoutPersonalLinks().filter(record)
    assert record.getMessage() == "Not Found: /rate/…/what-helps/"


def test_colleagues_see_whom_the_partnership_asked(rated: Rated) -> None:
    colleague = PersonFactory(reporter_for=rated.personas.partnership)
    rated.guest()
    assert Rater.objects.visible_to(colleague).count() == 1
    assert not RatingLink.objects.visible_to(colleague).exists()


# Addresses


def closed_round(days: int, lead: Person) -> Round:
    at = timezone.now() - datetime.timedelta(days=days)
    return RoundFactory(opened=True, shut=True, created_by=lead, closed_at=at)


def test_addresses_are_erased_some_time_after_the_round_closed(personas: Personas) -> None:
    late, early = (closed_round(days, personas.lead) for days in (91, 89))
    gone, kept = (RaterFactory(self_report__round=round_, sent=True) for round_ in (late, early))
    RatingFactory(rater=gone)
    own = RaterFactory(self_report=gone.self_report, person=personas.reporter, email="")
    for _ in range(2):
        call_command("erase_rater_addresses")
    for rater in (gone, kept, own):
        rater.refresh_from_db()
    assert gone.email == f"{gone.ref}@erased.invalid"
    assert (gone.shown_address, gone.organisation_name) == ("Address erased", "A youth club")
    assert gone.ratings.count() == 1
    assert kept.shown_address == kept.email != ""
    assert own.email == ""
    row = AuditRow.objects.get(verb="ratings.addresses-erased")
    assert (row.by, row.target_key, row.details) == (None, late.slug, {"people": 1})


def test_once_addresses_are_erased_nobody_else_can_be_asked(client_of: Clients, personas: Personas) -> None:
    round_ = closed_round(91, personas.lead)
    report = SelfReportFactory(round=round_, partnership=personas.partnership)
    RaterFactory(self_report=report)
    call_command("erase_rater_addresses")
    reopen_round(by=personas.lead, round_=round_, version=round_.version)
    address = reverse("evidence:raters", args=[report.ref])
    browser = client_of("reporter")
    assert "Address erased" in browser.get(address).content.decode()
    sent = {"step": "invite", "addresses": "new@example.net", "organisation": "none", "sector": "third"}
    SectorFactory(code="third")
    browser.post(address, sent)
    browser.post(address, {"step": "remind"})
    assert report.raters.count() == 1
    assert not mail.outbox


def test_raters_are_told_when_their_address_goes(settings: Any) -> None:
    settings.RATER_ADDRESS_DAYS = 30
    assert "erased 30 days after the round is closed" in " ".join(who_reads_ratings())
