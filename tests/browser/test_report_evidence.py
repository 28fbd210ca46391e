"""From an accepted report to evidence and back, as its people live through it."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from evidence.models import Action, Finding, Proposal
from tests.access.world import World
from tests.browser.test_every_page import violations

Enter = Callable[[str], Page]


def take(page: Page, question: str, found: str, code: str) -> None:
    """Make a finding of the answer to a question, which supports an item, and submit it."""
    page.get_by_role("link", name=f"Take the answer to {question}").click()
    page.get_by_label("What did you find?").fill(found)
    page.locator(f'[data-code="{code}"]').get_by_role("button", name="Supports").click()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text(re.compile("submitted. A lead evaluator will review it."))).to_be_visible()


def test_two_answers_become_evidence_and_their_partnership_learns_of_it(
    world: World, enter: Enter, live_server: Any
) -> None:
    report, lesson = world.reports["submitted report"], world.items["lesson"]
    for question in world.questions.questions.all():
        question.items.set([lesson])

    lead = enter("lead")
    lead.goto(f"{live_server.url}/reports/{report.ref}/accept/")
    lead.get_by_role("button", name="Accept the report").click()

    evaluator = enter("evaluator")
    for question, found in (("Is it new?", "It is new."), ("Why so?", "There was a reason.")):
        evaluator.goto(f"{live_server.url}/inbox/answers/?report={report.ref}")
        assert violations(evaluator) == []
        take(evaluator, question, found, lesson.code)
    assert Proposal.objects.filter(self_report=report, state="taken").count() == 2

    lead = enter("lead")
    for finding in Finding.objects.filter(proposals__self_report=report):
        lead.goto(f"{live_server.url}/findings/{finding.ref}/publish/")
        lead.get_by_role("radio", name=re.compile("^Evaluation team")).check()
        lead.get_by_role("button", name="Publish the finding").click()
        expect(lead.get_by_text(f"Finding {finding.ref} published.")).to_be_visible()

    reporter = enter("reporter")
    reporter.goto(live_server.url + "/inbox/")
    reporter.locator(f'a[href$="/reports/{report.ref}/receipt/"]').click()
    expect(reporter.get_by_role("heading", name="You said, we learned")).to_be_visible()
    expect(reporter.get_by_role("link", name=f"{lesson.code} {lesson.title}")).to_be_visible()
    expect(reporter.get_by_text("There was a reason.")).to_be_hidden()
    assert violations(reporter) == []

    stranger = enter("other_reporter")
    stranger.goto(live_server.url + "/inbox/")
    assert report.ref not in stranger.content()
    assert stranger.goto(f"{live_server.url}/reports/{report.ref}/receipt/").status == 404


def test_a_plan_is_agreed_and_an_earlier_action_followed_up(
    world: World, enter: Enter, live_server: Any
) -> None:
    report, earlier = world.reports["open report"], world.reports["shared report"].actions.get()
    earlier_round = earlier.self_report.round
    earlier_round.opened_at = earlier_round.opened_at.replace(year=2015)
    earlier_round.save()
    page = enter("reporter")
    page.goto(f"{live_server.url}/reports/{report.ref}/")
    page.get_by_role("link", name="Actions: who does what, by when").click()
    assert violations(page) == []
    row = page.get_by_role("listitem").filter(has_text=earlier.text)
    row.get_by_role("radio", name="Done").check()
    row.get_by_label("How did it go?").fill("It went well.")
    row.get_by_role("button", name=re.compile("^Save")).click()
    expect(page.get_by_text("It went well.")).to_be_visible()

    page.get_by_label("What will you do?").fill("Visit five employers")
    page.get_by_label("Who sees to it?").fill("The coordinator")
    page.get_by_role("button", name="Put it into the plan").click()
    expect(page.get_by_role("alert").get_by_text("Give a day, even a rough one.")).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_label("What will you do?")).to_have_value("Visit five employers")
    page.get_by_label("By when?").fill("1/6/2030")
    page.get_by_role("button", name="Put it into the plan").click()
    expect(page.get_by_role("heading", name="Visit five employers")).to_be_visible()
    assert Action.objects.get(text="Visit five employers").self_report == report
