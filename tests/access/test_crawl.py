"""What a person may not read changes nothing that they are shown, on any page, download or API list."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import html5lib
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.access.rows import seen_by
from tests.access.table import TABLE
from tests.access.test_table import address_of
from tests.access.world import (
    ASKED_MARKED,
    FINDINGS,
    MARKED,
    REPORTS,
    REWORDED,
    World,
    make_world,
    mark,
)

READERS = ("visitor", "reporter", "funder", "evaluator", "other_evaluator", "lead", "administrator")
HIDDEN_FROM = {persona: sorted(FINDINGS.keys() - seen_by(persona)) for persona in READERS}

# The audit record tells of the visits themselves.
TELLS_OF_VISITS = ("partnerships:audit", "partnerships:audit-csv")

# What the evaluation team alone reads of any finding.
TEAMS_OWN = ("reason", "comment", "former", "change", "transcript")
# Office documents and archives say when they were packed.
SAYS_WHEN = ("/word/", ".docx", ".xlsx", ".zip")

# Different at each visit, and no part of what is shown.
FRESH = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]+"'
    rb'|"token": "[^"]+"'
    rb"|[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
)


def addresses(world: World, persona: str) -> list[str]:
    """Every address of the table that this persona can open."""
    rows = [row for row in TABLE if row.method == "GET" and row.answer_for(persona) == "200"]
    things = {*world.arguments, "", "no such link"}
    return [address_of(row, world) for row in rows if row.thing in things]


def questions(world: World, hidden: list[str]) -> Iterator[str]:
    """Searches and filters that would show a trace of a hidden finding."""
    arguments = world.arguments
    findings = reverse("evidence:finding-list")
    marks = [mark(name, part) for name in hidden for part in ("title", "text", "quote")]
    everything = reverse("evidence:search")
    yield from (f"{address}?q={word}" for word in marks for address in (findings, everything))
    queries_of_everything: list[dict[str, str]] = [
        {"q": "finding"},
        {"q": "zq", "ordering": "newest"},
        {"q": "zq", "kind": "finding,file"},
        {"q": "what found", "page": "2"},
        {"q": "said -interview"},
    ]
    for address in (everything, reverse("api-search-list")):
        yield from (f"{address}?{urlencode(query)}" for query in queries_of_everything)
    queries = [
        {"q": "finding", "ordering": "relevance"},
        {"q": "zq"},
        {"item": arguments["lesson"], "direction": "supports"},
        {"partnership": arguments["partnership"], "programme": arguments["programme"]},
        {"organisation": arguments["organisation"], "sector": arguments["sector"]},
        {"reference": arguments["reference"]},
        {"status": "draft"},
        {"status": "withdrawn"},
        {"visibility": "team"},
        {"visibility": "partnerships"},
        {"source_kind": "interview", "collected_after": "2015-01-01"},
        {"quality": "appraised"},
        {"quality": "not-appraised"},
        {"voice_at_least": "some", "triangulation_at_least": "little"},
        {"page": "2"},
    ]
    for address in (findings, reverse("evidence:finding-csv"), reverse("api-findings-list")):
        yield from (f"{address}?{urlencode(query)}" for query in queries)
    driver = reverse("evidence:driver-detail", args=[arguments["driver"]])
    yield from (
        f"{driver}?{query}" for query in ("origin=case-study", "direction=supports", "quality=appraised")
    )


def body_of(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def seen_at(browser: Client, address: str) -> tuple[int, bytes]:
    response = browser.get(address)
    return response.status_code, FRESH.sub(b"", body_of(response))


@pytest.mark.django_db
@pytest.mark.parametrize("persona", [persona for persona in READERS if HIDDEN_FROM[persona]])
def test_hidden_findings_change_nothing(persona: str) -> None:
    """Every answer is the same, to the byte, whether the hidden findings exist or not."""
    world = make_world(*sorted(seen_by(persona)))
    browser = Client()
    if persona != "visitor":
        browser.force_login(world.personas[persona], backend="django.contrib.auth.backends.ModelBackend")
    visited = [*addresses(world, persona), *questions(world, HIDDEN_FROM[persona])]
    visited = [address for address in visited if address not in map(reverse, TELLS_OF_VISITS)]
    visited = [address for address in visited if not address.endswith(SAYS_WHEN)]
    before = {address: seen_at(browser, address) for address in visited}
    for name in HIDDEN_FROM[persona]:
        world.add_finding(name)
    changed = [address for address in visited if seen_at(browser, address) != before[address]]
    assert not changed, "\n".join(changed)


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (address := dict(attributes).get("href")):
            self.found.append(address)


def links_of(address: str, response: HttpResponse) -> list[str]:
    """The addresses of this site that a page links to."""
    parser = Links()
    parser.feed(response.content.decode())
    joined = [urljoin(address, link).split("#")[0] for link in parser.found]
    return [link for link in joined if link.startswith("/") and not link.startswith(("/static/", "/admin/"))]


def kind_of_address(address: str) -> tuple[str, frozenset[str]]:
    parts = urlsplit(address)
    return parts.path, frozenset(parse_qs(parts.query))


def crawl(browser: Client, start: list[str]) -> Iterator[tuple[str, HttpResponse, bytes]]:
    """Every page that can be reached by links, each path once for the filters that a link sets."""
    waiting, known = list(start), {kind_of_address(address) for address in start}
    while waiting:
        address = waiting.pop(0)
        response = browser.get(address)
        yield address, response, body_of(response)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            for link in links_of(address, response):
                if kind_of_address(link) not in known:
                    known.add(kind_of_address(link))
                    waiting.append(link)


def forbidden_words(persona: str) -> set[str]:
    """The marked words that this persona may not read anywhere."""
    words = {mark(name, part) for name in HIDDEN_FROM[persona] for part in MARKED}
    if persona != "evaluator":
        words |= {mark("begun", "text"), mark("saved", "name"), mark("saved", "q")}
    in_team = {"evaluator", "other_evaluator", "lead"}
    if persona not in in_team:
        words |= {mark("asked", part) for part in REWORDED}
    if persona not in in_team | {"reporter"}:
        words |= {mark("asked", part) for part in ASKED_MARKED}
    if persona not in {"funder", "evaluator", "other_evaluator", "lead"}:
        withheld = ("role", "appraisal", "sourceappraisal")
        words |= {mark(name, part) for name in FINDINGS for part in withheld}
        words |= {mark("judged", "explanation"), mark("judged", "dissent"), mark("judged", "concern")}
        words |= {mark("judged", "lookedin"), mark("judged", "lookedfor")}
        words |= {mark("answered", "text"), mark("answered", "gaps")}
        words |= {mark("decided", part) for part in ("title", "decision", "reason")}
    if persona not in in_team:
        words |= {mark(name, part) for name in FINDINGS for part in TEAMS_OWN}
        words.add(mark("judged", "indicator"))
        words |= {mark("drafted", "text"), mark("drafted", "gaps")}
    return words | forbidden_words_of_reports(persona)


def forbidden_words_of_reports(persona: str) -> set[str]:
    """The words of self-reports that this persona may not read: answers, and what is said about them."""
    team = {"evaluator", "other_evaluator", "lead"}
    answers = {
        "open report": {"reporter"},
        "other report": set(),
        "submitted report": {"reporter", *team},
        "shared report": {"reporter", "funder", *team},
        "kept report": team,
    }
    own = {name for name, (whose, _, _) in REPORTS.items() if whose == "partnership"}
    words = {mark(name, "answer") for name, readers in answers.items() if persona not in readers}
    for name in REPORTS:
        is_own = persona == "reporter" and name in own
        words |= set() if is_own else {mark(name, part) for part in ("colleague", "typed", "rater")}
        words |= set() if is_own or persona in team else {mark(name, "step")}
        words.add(mark(name, "why"))
    words |= {mark(name, "action") for name in REPORTS if persona not in answers[name]}
    for name in ("shared report", "kept report"):
        words |= {mark(name, "proposal")} if persona not in answers[name] else set()
    if persona not in team:
        words |= {mark("dropped", "proposal"), mark("reported", "title")}
        words |= {mark(name, "source") for name in ("shared report", "kept report")}
    if persona not in team:
        words |= {mark(name, "team") for name in ("submitted report", "kept report")}
    if persona not in {"reporter", "funder", *team}:
        words |= {mark(name, "team") for name in ("shared report", "rated report")}
    if persona != "reporter":
        words.add(mark("rated report", "rater"))
    if persona not in {"reporter", *team}:
        words.add(mark("rated report", "why"))
    return words


@pytest.mark.parametrize("persona", READERS)
def test_no_page_holds_a_marked_word_and_no_link_is_broken(
    world: World, client_of: Callable[[str], Client], persona: str
) -> None:
    forbidden = {word.encode() for word in forbidden_words(persona)}
    own_address = getattr(world.personas[persona], "email", "").encode()
    allowed = {mark(name, "title").encode() for name in seen_by(persona)}
    found, broken, read = [], [], set()
    for address, response, body in crawl(client_of(persona), addresses(world, persona)):
        if response.status_code >= 400:
            broken.append(f"{response.status_code} {address}")
        found += [f"{word.decode()} at {address}" for word in forbidden if word in body]
        addresses_shown = set(re.findall(rb"[\w.-]+@example\.org", body)) - {own_address}
        found += [f"{shown.decode()} at {address}" for shown in addresses_shown]
        read |= {word for word in allowed if word in body}
    assert not found, "\n".join(found)
    assert not broken, "\n".join(broken)
    assert read == allowed


@pytest.mark.once
@pytest.mark.parametrize("persona", ["visitor", "evaluator", "lead"])
def test_every_page_is_valid_html(world: World, client_of: Callable[[str], Client], persona: str) -> None:
    browser, wrong = client_of(persona), []
    for address in addresses(world, persona):
        response = browser.get(address)
        body = body_of(response).decode(errors="replace")
        if not response["Content-Type"].startswith("text/html"):
            continue
        parser = html5lib.HTMLParser()
        parser.parse(body)
        wrong += [f"{address} {place}: {code} {details}" for place, code, details in parser.errors]
        ids = re.findall(r'\sid="([^"]+)"', body)
        wrong += [f"{address}: id {id_!r} twice" for id_ in {id_ for id_ in ids if ids.count(id_) > 1}]
    assert not wrong, "\n".join(wrong)


def test_hidden_and_missing_look_alike(world: World, client_of: Callable[[str], Client]) -> None:
    """A finding that a person may not see is answered exactly like one that does not exist."""
    browser = client_of("funder")
    for name in ("evidence:finding-detail", "api-findings-detail"):
        hidden = browser.get(reverse(name, args=[world.arguments["for-team"]]))
        missing = browser.get(reverse(name, args=["F-22222222"]))
        assert hidden.status_code == missing.status_code == 404
        assert FRESH.sub(b"", hidden.content) == FRESH.sub(b"", missing.content)
