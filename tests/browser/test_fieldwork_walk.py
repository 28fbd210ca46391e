"""The whole way of three findings from one interview, walked by four people, until consent is taken back."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from evidence.models import Attachment, Finding, Source
from tests.access.world import World
from tests.browser.test_every_page import violations
from tests.browser.test_several_findings import code, found, row
from tests.evidence.attachments import samples
from tests.factories import PersonFactory

PageOf = Callable[[str], Page]
QUOTE = "One desk did it, says [the coordinator]."


@pytest.fixture
def page_of(browser: Browser, live_server: Any, world: World) -> Iterator[PageOf]:
    """A page for each person, in a browser of their own; the second lead is there for this walk."""
    second_lead = PersonFactory(lead=True, name="Second lead")
    contexts = []

    def opened(name: str) -> Page:
        client = Client()
        person = second_lead if name == "second_lead" else world.personas[name]
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(locale="en-GB")
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def confirm_everything(page: Page) -> None:
    """Tick every point of the checklist on anonymity."""
    for point in (
        page.get_by_role("group", name=re.compile("confirm each of these")).get_by_role("checkbox").all()
    ):
        point.check()


def note_source(page: Page, address: str) -> Source:
    """The evaluator notes the interview; those who spoke agree to everything."""
    page.goto(address)
    page.get_by_role("link", name="Add a source").click()
    page.get_by_label("What the team calls it").fill("Interview 7")
    page.get_by_role("radio", name="Interview").check()
    page.get_by_label("Day of the evidence").fill("4/3/2015")
    page.get_by_label("What the respondent does").fill("coordinator")
    page.get_by_role("group", name="Who may read what they said").get_by_role("radio", name="Public:").check()
    page.get_by_role("radio", name="May be quoted").check()
    page.get_by_role("button", name="Save the source").click()
    expect(page.get_by_role("status").first).to_contain_text("You can log findings from it now")
    return Source.objects.get(label="Interview 7")


def log_three(page: Page, world: World) -> None:
    """Three findings from it on one page."""
    page.get_by_role("link", name="Log several").click()
    for place, words in enumerate(("They shared a desk.", "They met every week.", "They argued."), 1):
        if place == 3:
            page.get_by_role("button", name="Add another finding").click()
        found(page, place).fill(words)
        code(row(page, place), 0, world.arguments["lesson"], "Supports")
    row(page, 1).get_by_label("Words of the source").fill(QUOTE)
    row(page, 1).get_by_label("Who may read it").select_option(label="Public")
    page.get_by_role("button", name="Save all as drafts").click()
    expect(page.get_by_text(re.compile("^3 drafts saved"))).to_be_visible()


def attach(page: Page, address: str, folder: Path) -> None:
    photo = folder / "desk.jpg"
    photo.write_bytes(samples.picture())
    page.goto(address)
    page.get_by_role("link", name="Add files").click()
    page.get_by_label("File 1", exact=True).set_input_files(photo)
    page.get_by_label("What file 1 is").fill("The desk")
    page.get_by_role("button", name="Add the files").click()
    expect(page.get_by_role("link", name="desk.jpg", exact=True)).to_be_visible()


def submit(author: Page, address: str) -> None:
    author.goto(f"{address}submit/")
    author.get_by_role("button", name="Submit for review").click()
    expect(author.get_by_role("status").first).to_contain_text("submitted")


def settle_an_edit(author: Page, lead: Page, address: str) -> None:
    """Both change the returned finding; the author was slower, and chooses part by part."""
    author.goto(f"{address}edit/")
    author.get_by_label("What did you find?").fill("They argued over money.")
    lead.goto(f"{address}edit/")
    lead.get_by_label("Headline").fill("Arguments")
    lead.get_by_label("What did you find?").fill("They argued, and stayed.")
    lead.get_by_role("button", name="Save changes").click()
    expect(lead.get_by_role("heading", name="Arguments", level=1)).to_be_visible()
    author.get_by_role("button", name="Submit again").click()
    expect(author.get_by_role("heading", level=1)).to_contain_text("Somebody else changed this finding")
    assert violations(author) == []
    for part, choice in (("What was found", "Keep what you typed"), ("Headline", "Take what is stored")):
        author.get_by_role("group", name=part).get_by_label(choice).check()
    author.get_by_role("button", name="Save these choices").click()
    expect(author.get_by_role("heading", name="Arguments", level=1)).to_be_visible()
    expect(author.get_by_role("main")).to_contain_text("They argued over money.")


def publish_in_other_words(lead: Page, address: str) -> None:
    lead.goto(f"{address}publish-with-changes/")
    lead.get_by_label("What did you find?").fill("They met in most weeks.")
    lead.get_by_label("Note to its author").fill("The minutes have gaps.")
    lead.get_by_role("button", name="Publish with these changes").click()
    expect(lead.get_by_text("The minutes have gaps.")).to_be_visible()


def publish(lead: Page, address: str, circle: str) -> None:
    lead.goto(f"{address}publish/")
    lead.get_by_role("radio", name=f"{circle}:").check()
    if circle == "Public":
        confirm_everything(lead)
    lead.get_by_role("button", name=re.compile("Publish the finding|Change readers")).click()
    expect(lead.get_by_role("heading", level=1)).not_to_contain_text("Publish")


def reply(lead: Page, reporter: Page, site: str, finding: Finding) -> None:
    """The lead asks the partnership, and its reporter comments."""
    lead.goto(f"{site}{finding.get_absolute_url()}ask/")
    confirm_everything(lead)
    lead.get_by_role("button", name="Ask for the reply").click()
    expect(lead.get_by_role("status").first).to_contain_text("Asked")
    reporter.goto(f"{site}/inbox/")
    reporter.get_by_role("main").get_by_role("link", name=finding.title).click()
    assert violations(reporter) == []
    reporter.get_by_role("radio", name="We comment on it").check()
    reporter.get_by_label("In your words").fill("The desk was ours.")
    reporter.get_by_role("button", name="Send the reply").click()
    expect(reporter.get_by_text("The desk was ours.")).to_be_visible()


def release_file(lead: Page, site: str, file: Attachment) -> None:
    lead.goto(f"{site}{file.get_absolute_url()}release/")
    lead.get_by_role("radio", name="Public:").check()
    confirm_everything(lead)
    lead.get_by_role("button", name="Save who may get it").click()
    expect(lead.get_by_role("status").first).to_contain_text("Who may get desk.jpg")


def seen_by_everybody(client: Client, finding: Finding, file: Attachment) -> dict[str, bool]:
    """On which ways somebody who is not signed in meets the finding."""
    listed = client.get("/findings/", {"q": "desk"}).content.decode()
    table = b"".join(client.get("/findings.csv").streaming_content).decode()
    found = client.get("/api/v1/findings/", {"q": "desk"}).json()["results"]
    download = client.get(file.get_absolute_url())
    download.close()
    return {
        "page": client.get(finding.get_absolute_url()).status_code == 200,
        "history": client.get(f"{finding.get_absolute_url()}history/").status_code == 200,
        "search": finding.ref in listed,
        "table": finding.ref in table,
        "API list": finding.ref in [row["ref"] for row in found],
        "API": client.get(f"/api/v1/findings/{finding.ref}/").status_code == 200,
        "file": download.status_code == 200,
        "lesson": finding.ref in client.get(finding.items.get().get_absolute_url()).content.decode(),
    }


def test_four_people_and_a_consent_taken_back(
    page_of: PageOf, live_server: Any, world: World, tmp_path: Path
) -> None:
    site, everybody = live_server.url, Client()
    author, lead, second, reporter = map(page_of, ("evaluator", "lead", "second_lead", "other_reporter"))

    source = note_source(author, site + world.draft_study.get_absolute_url())
    log_three(author, world)
    texts = ("They shared a desk.", "They met every week.", "They argued.")
    desk, weekly, argued = (Finding.objects.get(source=source, text=text) for text in texts)
    attach(author, site + desk.get_absolute_url(), tmp_path)
    file = Attachment.objects.get(finding=desk)
    for finding in (desk, weekly, argued):
        submit(author, site + finding.get_absolute_url())

    lead.goto(f"{site}{argued.get_absolute_url()}return/")
    lead.get_by_label("Reason").fill("Over what?")
    lead.get_by_role("button", name="Return the finding").click()
    author.goto(f"{site}/inbox/")
    expect(author.get_by_text("Over what?")).to_be_visible()
    settle_an_edit(author, lead, site + argued.get_absolute_url())

    publish_in_other_words(lead, site + weekly.get_absolute_url())
    publish(lead, site + desk.get_absolute_url(), "Funder")
    reply(lead, reporter, site, desk)
    assert not any(seen_by_everybody(everybody, desk, file).values())

    publish(second, site + desk.get_absolute_url(), "Public")
    release_file(second, site, file)
    assert all(seen_by_everybody(everybody, desk, file).values())
    page = everybody.get(desk.get_absolute_url()).content.decode()
    assert "The desk was ours." in page
    assert "[the coordinator]" in page

    author.goto(f"{site}{source.get_absolute_url()}")
    author.get_by_role("link", name="Withdraw consent").click()
    author.get_by_label("Reason").fill("They asked for it.")
    author.get_by_role("button", name="Withdraw consent").click()
    expect(author.get_by_role("main")).to_contain_text("They asked for it.")
    assert not any(seen_by_everybody(everybody, desk, file).values())
    author.goto(site + desk.get_absolute_url())
    expect(author.get_by_role("main")).to_contain_text("They asked for it.")
    for words in ("They shared a desk.", "The desk was ours.", "[the coordinator]"):
        expect(author.get_by_role("main")).not_to_contain_text(words)
