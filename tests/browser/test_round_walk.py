"""A round as its people live through it: filled in by two, rated by six, returned, accepted, learned from."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from playwright.sync_api import Browser, BrowserContext, Page, expect

from evidence.models import Action, Finding, SelfReport
from partnerships.models import Person
from tests.access.world import World
from tests.browser.test_autosave import SAVED, sign_in, sign_in_on, status_of
from tests.browser.test_every_page import violations
from tests.browser.test_journeys import choose
from tests.factories import PersonFactory

Opened = Callable[[Person | None], Page]
GUESTS = ("college", "employer", "council", "youth-board")
QUOTED = ("Who takes which decisions?", "What made it easy to communicate?")


@pytest.fixture
def opened(browser: Browser, live_server: Any) -> Iterator[Opened]:
    """A page in a browser of their own for each person, or for somebody without an account."""
    contexts: list[BrowserContext] = []

    def page_of(person: Person | None) -> Page:
        context = browser.new_context(locale="en-GB")
        if person:
            sign_in(context, live_server, person)
        contexts.append(context)
        return context.new_page()

    yield page_of
    for context in contexts:
        context.close()


def open_round(lead: Page, site: str) -> SelfReport:
    """The lead asks both partnerships; the funder is to read what is accepted."""
    lead.goto(f"{site}/rounds/new/")
    lead.get_by_label("Name of the round").fill("Spring")
    lead.get_by_label("First day").fill("1/3/2030")
    lead.get_by_label("Last day", exact=True).fill("1/4/2030")
    lead.get_by_label("Questionnaire").select_option("standard")
    for name in ("North", "South"):
        lead.get_by_role("checkbox", name=name, exact=True).check()
    lead.get_by_role("radio", name=re.compile("^Each report as soon as")).check()
    lead.get_by_role("button", name="Save the round").click()
    lead.get_by_role("link", name="Open the round").click()
    lead.get_by_role("button", name="Open the round").click()
    expect(lead.get_by_text("The round is open.")).to_be_visible()
    return SelfReport.objects.get(round__title="Spring", partnership__slug="north")


def first_sitting(colleague: Page, address: str, person: Person) -> None:
    """She begins, is called away, and her session ends while she types; nothing is lost."""
    colleague.goto(address)
    colleague.get_by_role("link", name="How it began").click()
    words = colleague.get_by_label("In your own words, what is the partnership trying to achieve?")
    Session.objects.all().delete()
    words.fill("Begun on a Friday.")
    expect(status_of(colleague)).to_have_text(re.compile("^Signed out"), timeout=10_000)
    with colleague.context.expect_page() as tab:
        status_of(colleague).get_by_role("link", name="sign in in another tab").click()
    sign_in_on(tab.value, person)
    tab.value.close()
    expect(status_of(colleague)).to_have_text(SAVED, timeout=15_000)
    colleague.get_by_role("button", name="Save and continue").click()
    expect(colleague.get_by_text(re.compile("saved.$")).first).to_be_visible()


def fill_in(page: Page) -> None:
    """Answer everything that must be answered in the standard questionnaire, subject by subject."""
    page.get_by_role("link", name="How it began").click()
    for _ in range(10):
        for group in page.get_by_role("group").filter(has=page.get_by_role("radio")).all():
            if group.is_visible() and "finished" not in (group.text_content() or ""):
                group.get_by_role("radio").last.check()
        for group in page.get_by_role("group").filter(has=page.get_by_role("checkbox")).all():
            group.get_by_role("checkbox").first.check()
        for field in page.get_by_role("textbox").all():
            if field.is_visible() and not field.get_attribute("class") and field.input_value() == "":
                is_address = (field.get_attribute("name") or "").endswith(".address")
                field.fill("https://example.org/plan" if is_address else "As it was.")
        page.get_by_role("radio", name="Yes, for now").check()
        page.get_by_role("button", name="Save and continue").click()
        expect(page.get_by_text(re.compile("” saved.$")).first).to_be_visible()


def agree_on_an_action(page: Page, address: str) -> None:
    page.goto(f"{address}actions/")
    page.get_by_label("What will you do?").fill("Ring the jobcentre")
    page.get_by_label("Who sees to it?").fill("The coordinator")
    page.get_by_label("By when?").fill("1/6/2030")
    page.get_by_role("button", name="Put it into the plan").click()
    expect(page.get_by_text("It is in the plan.")).to_be_visible()
    assert violations(page) == []


def follow_it_up(page: Page, site: str) -> str:
    """Say what became of the action, in two sittings; returns its address."""
    action = f"{site}{Action.objects.get(text='Ring the jobcentre').get_absolute_url()}"
    page.goto(action)
    page.get_by_label("How did it go?").fill("They ring us now")
    expect(status_of(page)).to_have_text(SAVED, timeout=15_000)
    page.goto(f"{site}/inbox/")
    page.get_by_role("link", name="They ring us now", exact=True).click()
    expect(page.get_by_label("How did it go?")).to_have_value("They ring us now")
    page.get_by_role("radio", name="Done").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Noted.")).to_be_visible()
    assert violations(page) == []
    return action


def ask_four(reporter: Page, address: str) -> list[str]:
    """Four people get a personal link by e-mail."""
    reporter.goto(f"{address}raters/")
    reporter.get_by_label("E-mail addresses").fill("\n".join(f"{guest}@example.org" for guest in GUESTS))
    reporter.get_by_label("Their organisation").select_option(label="No organisation")
    reporter.get_by_label("Sector they speak for").select_option(label="Community")
    reporter.get_by_role("button", name="Send the links").click()
    expect(reporter.get_by_text("4 asked")).to_be_visible()
    links = [re.search(r"/rate/\S+/", str(message.body)) for message in mail.outbox]
    return [link[0] for link in links if link]


def rate(page: Page, start: str, answer: int) -> None:
    """Rate the first page of statements and send it."""
    page.goto(start)
    page.get_by_role("link", name="What helps").click()
    for group in page.get_by_role("group").filter(has=page.get_by_role("radio")).all():
        group.get_by_role("radio").nth(answer).check()
    page.get_by_role("button", name="Save and continue").click()
    page.goto(start)
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def submit(reporter: Page, address: str) -> None:
    reporter.goto(address)
    reporter.get_by_role("link", name="Check the answers and submit").click()
    assert violations(reporter) == []
    reporter.get_by_role("checkbox", name=re.compile("^I may submit")).check()
    reporter.get_by_role("button", name="Submit the report").click()
    expect(reporter.get_by_text("Thank you: the report is submitted.")).to_be_visible()
    assert violations(reporter) == []


def send_back(evaluator: Page, address: str) -> None:
    evaluator.goto(f"{address}return/")
    for question in QUOTED:
        evaluator.get_by_label(re.compile(f"What should change in “{re.escape(question)}")).fill("Who else?")
    evaluator.get_by_role("button", name="Return with reasons").click()


def change_both(reporter: Page, address: str) -> None:
    for question in QUOTED:
        reporter.goto(address)
        reporter.get_by_role("link", name=question).click()
        expect(reporter.get_by_text("What should change: Who else?").first).to_be_visible()
        reporter.get_by_label(question).fill(f"The young people too. {question}")
        reporter.get_by_role("button", name="Save and continue").click()


def make_finding(evaluator: Page, site: str, question: str, title: str) -> Finding:
    """Take an answer, say what it supports, and submit it for review."""
    evaluator.goto(f"{site}/inbox/answers/")
    evaluator.get_by_role("link", name=re.compile(f"^Take.*{re.escape(question)}")).first.click()
    evaluator.get_by_label("What did you find?").fill(f"They decide together. {title}.")
    evaluator.get_by_label("Headline").fill(title)
    choose(evaluator, "L8", "Supports")
    evaluator.get_by_role("button", name="Submit for review").click()
    expect(evaluator.get_by_role("status").first).to_contain_text("submitted")
    return Finding.objects.get(title=title)


def test_a_round_from_the_first_word_to_what_was_learned(
    world: World, opened: Opened, live_server: Any
) -> None:
    site, people = live_server.url, world.personas
    colleague = PersonFactory(name="Bea", reporter_for=people.partnership)
    lead, reporter, second = opened(people.lead), opened(people.reporter), opened(colleague)
    report = open_round(lead, site)
    address = f"{site}/reports/{report.ref}/"

    first_sitting(second, address, colleague)
    sign_in(reporter.context, live_server, people.reporter)
    sign_in(lead.context, live_server, people.lead)
    reporter.goto(address)
    fill_in(reporter)

    links = ask_four(reporter, address)
    assert len(links) == len(GUESTS)
    for answer, link in enumerate(links):
        rate(opened(None), site + link, answer)
    for page in (reporter, second):
        page.goto(f"{address}rate/")
        page.get_by_role("radio", name="Third sector").check()
        page.get_by_role("button", name="Begin").click()
        rate(page, f"{address}rate/", 4)
    reporter.goto(f"{address}raters/end/")
    reporter.get_by_role("button", name="End the ratings").click()

    agree_on_an_action(second, address)
    submit(reporter, address)
    evaluator = opened(people.evaluator)
    send_back(evaluator, address)
    change_both(second, address)
    submit(reporter, address)
    evaluator.goto(f"{address}accept/")
    evaluator.get_by_role("button", name="Accept the report").click()
    findings = [
        make_finding(evaluator, site, question, f"Learned {number}") for number, question in enumerate(QUOTED)
    ]
    for finding in findings:
        lead.goto(f"{site}{finding.get_absolute_url()}publish/")
        lead.get_by_role("radio", name="Funder:").check()
        lead.get_by_role("button", name="Publish the finding").click()
        finding.refresh_from_db()
        assert (finding.status, finding.origin) == ("published", "self-report")

    reporter.goto(f"{site}/partnerships/north/profile/?round={report.round.slug}")
    expect(reporter.get_by_text("6 people said for themselves")).to_be_visible()
    reporter.goto(f"{site}/inbox/")
    expect(reporter.get_by_role("link", name=f"Profile of North, {report.round.title}")).to_be_visible()
    action = follow_it_up(reporter, site)
    reporter.goto(f"{address}receipt/")
    expect(reporter.get_by_role("link", name=re.compile("^L8 "))).to_be_visible()
    expect(reporter.get_by_text("They ring us now")).to_be_visible()
    expect(reporter.get_by_role("main")).to_contain_text("The young people too.")
    assert violations(reporter) == []

    stranger = opened(people.other_reporter)
    for path in ("", "receipt/", "raters/", "word/"):
        assert stranger.goto(address + path).status == 404
    assert stranger.goto(f"{site}/partnerships/north/profile/").status == 404
    assert stranger.goto(action).status == 404
    stranger.goto(f"{site}/findings/?q=young+people+too")
    expect(stranger.get_by_role("main")).not_to_contain_text("Learned")
    stranger.goto(f"{site}/reports/")
    expect(stranger.get_by_role("main")).not_to_contain_text("North")
