"""The history of findings, items and case studies: all of it for the team, and for others what was theirs."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.actions.consent import TOMBSTONE, withdraw_consent
from evidence.actions.fieldwork import CaseStudyInput, publish_case_study, update_case_study
from evidence.actions.finding_input import CodingInput, FindingInput, SourceInput, input_of
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import (
    delete_draft,
    log_finding,
    publish_finding,
    return_finding,
    submit_finding,
    update_finding,
)
from evidence.actions.framework import edit_item
from evidence.models import Finding, FrameworkItem, Source
from evidence.queries.history import FindingHistory, ItemHistory, StudyHistory
from evidence.queries.items import with_baseline
from tests.factories import (
    A_DAY,
    CaseStudyFactory,
    DriverFactory,
    FrameworkItemFactory,
    LoadedRecordFactory,
    PersonFactory,
    SectorFactory,
    SourceFactory,
)
from tests.personas import Personas

ClientOf = Callable[[str], Client]
EVERY_POINT = AnonymisationPoint.values
SECRET = "zqkettle"


def html_of(response: Any) -> str:
    return response.content.decode()


def history_page(browser: Client, finding: Finding, query: str = "") -> str:
    return html_of(browser.get(reverse("evidence:finding-history", args=[finding.ref]) + query))


def stated(personas: Personas, **changes: Any) -> FindingInput:
    whole = FindingInput(
        text="Employers stayed where one person kept in touch.",
        title="Contact counts",
        partnerships=[personas.partnership],
        source=SourceInput(
            kind="interview", collected_on=A_DAY, respondent_role="mentor", consent_scope="public"
        ),
        codings=[CodingInput(item=FrameworkItem.objects.get(code="D1"), direction="supports")],
    )
    return dataclasses.replace(whole, **changes)


@pytest.fixture
def driver(db: None) -> FrameworkItem:
    return DriverFactory(code="D1", title="Trust")


@pytest.fixture
def changed_often(personas: Personas, driver: FrameworkItem) -> Finding:
    """1 logged with a secret, 2 submitted, 3 returned, 4 the secret taken out, 5 submitted, 6 for the funder,
    7 reworded, 8 public.
    """
    by, lead = personas.evaluator, personas.lead
    finding = log_finding(by=by, data=stated(personas, text=f"{SECRET} rang every Friday."), submit=True)
    finding = return_finding(by=lead, finding=finding, version=2, reason=f"Take {SECRET} out.")
    sector = SectorFactory(name="Voluntary")
    finding = update_finding(
        by=by,
        finding=finding,
        version=3,
        data=stated(
            personas,
            text="One mentor rang every Friday.",
            sectors=[sector],
            source=SourceInput(
                kind="focus-group", collected_on=A_DAY, respondent_role="clerk", consent_scope="public"
            ),
            codings=[CodingInput(item=driver, direction="refines", note="When they ring.")],
        ),
    )
    finding = submit_finding(by=by, finding=finding, version=4)
    finding = publish_finding(by=lead, finding=finding, version=5, visibility="funder")
    reworded = dataclasses.replace(input_of(finding), text="One mentor rang every second Friday.")
    finding = update_finding(by=personas.lead, finding=finding, version=6, data=reworded)
    return publish_finding(
        by=PersonFactory(lead=True), finding=finding, version=7, visibility="public", checklist=EVERY_POINT
    )


def numbers(history: Any) -> list[int]:
    return [outline.number for outline in history.outlines]


def test_the_team_reads_every_version(personas: Personas, changed_often: Finding) -> None:
    history = FindingHistory(personas.other_evaluator, changed_often)
    assert numbers(history) == [1, 2, 3, 4, 5, 6, 7, 8]
    versions = history.versions(history.outlines, history.wordings(history.outlines))
    assert [version.step for version in versions] == [
        "Logged",
        "Submitted",
        "Returned",
        "Edited",
        "Submitted",
        "Published",
        "Edited",
        "Readers changed",
    ]
    assert [version.outline.by for version in versions[:3]] == ["Evaluator", "Evaluator", "Lead"]
    assert versions[2].reason == f"Take {SECRET} out."
    edited = {
        change.label: "".join(piece.text for piece in change.after if piece.kind == "added")
        for change in versions[3].changes
    }
    assert edited == {
        "What was found": "One mentor",
        "What it speaks to": "D1 Trust: refines (When they ring.)\n",
        "Sectors": "Voluntary\n",
        "Source": "Kind: Focus group\nRespondent: clerk\n",
    }
    assert [len(version.changes) for version in versions] == [0, 0, 0, 4, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("persona", "readable"),
    [
        ("visitor", [8]),
        ("reporter", [8]),
        ("administrator", [8]),
        ("funder", [6, 7, 8]),
        ("lead", [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_others_read_the_versions_that_were_published_for_them(
    client_of: ClientOf, personas: Personas, changed_often: Finding, persona: str, readable: list[int]
) -> None:
    assert numbers(FindingHistory(personas[persona], changed_often)) == readable
    html = history_page(client_of(persona), changed_often)
    assert f"({len(readable)})</span>" in html
    assert (SECRET in html) == (persona == "lead")
    assert ("by Evaluator" in html) == (persona == "lead")
    assert ("Respondent: clerk" in html) == (persona in {"lead", "funder"})


@pytest.mark.parametrize("query", ["?from=1&to=8", "?from=4&to=8", "?from=99&to=8", "?from=x&to=8"])
def test_a_version_that_is_not_theirs_is_answered_like_one_that_never_was(
    client_of: ClientOf, changed_often: Finding, query: str
) -> None:
    html = history_page(client_of("visitor"), changed_often, query)
    assert "There is no such version" in html
    assert "compared</h2>" not in html
    assert SECRET not in html
    assert "clerk" not in html


def test_what_was_public_once_and_reworded_since_is_gone_for_the_public(
    personas: Personas, changed_often: Finding
) -> None:
    data = dataclasses.replace(input_of(changed_often), text="A mentor rang.")
    finding = update_finding(by=personas.lead, finding=changed_often, version=8, data=data)
    finding = publish_finding(
        by=PersonFactory(lead=True), finding=finding, version=9, visibility="public", checklist=EVERY_POINT
    )
    assert numbers(FindingHistory(personas.visitor, finding)) == [10]
    assert numbers(FindingHistory(personas.funder, finding)) == [6, 7, 8, 9, 10]


def test_any_two_versions_are_compared(client_of: ClientOf, changed_often: Finding) -> None:
    html = history_page(client_of("evaluator"), changed_often, "?from=1&to=7")
    assert "Version 1 and version 7 compared" in html
    comparison = html.split('id="comparison"')[1].split("</section>\n\n<section")[0]
    assert f'<del><span class="visually-hidden">[removed: </span>{SECRET}<' in comparison
    assert "<summary>What is the same in both</summary>" in html
    assert "They say the same." in history_page(client_of("evaluator"), changed_often, "?from=2&to=2")


def test_markup_in_words_stays_words(client_of: ClientOf, personas: Personas, driver: FrameworkItem) -> None:
    finding = log_finding(by=personas.evaluator, data=stated(personas, text="Safe <b>one</b>."))
    attack = "Safe <script>alert(1)</script> <img src=x onerror=alert(1)>."
    update_finding(by=personas.evaluator, finding=finding, version=1, data=stated(personas, text=attack))
    html = history_page(client_of("evaluator"), finding, "?from=1&to=2")
    assert "<script>alert" not in html
    assert "<img src" not in html
    assert "onerror" in html


def test_erased_words_are_in_no_version(
    client_of: ClientOf, personas: Personas, changed_often: Finding
) -> None:
    source = Source.objects.get(pk=changed_often.source_id)
    withdraw_consent(by=personas.lead, source=source, version=source.version, reason="They rang.")
    history = FindingHistory(personas.lead, Finding.objects.get())
    wordings = history.wordings(history.outlines)
    assert {wording["text"] for wording in wordings.values()} == {TOMBSTONE}
    for words in (SECRET, "clerk", "mentor", "When they ring", "Friday"):
        assert words not in str(wordings)
        assert words not in history_page(client_of("lead"), changed_often, "?from=1&to=9")


def test_words_of_a_source_that_a_finding_rested_on_once_are_erased_too(
    personas: Personas, driver: FrameworkItem
) -> None:
    finding = log_finding(by=personas.evaluator, data=stated(personas, text=f"{SECRET} told us."))
    former = finding.source
    Source.objects.filter(pk=former.pk).update(is_shared=True)
    other = SourceFactory(created_by=personas.evaluator)
    finding.refresh_from_db()
    finding = update_finding(
        by=personas.evaluator,
        finding=finding,
        version=1,
        data=stated(personas, text="Another one told us.", source=other),
    )
    withdraw_consent(by=personas.lead, source=former, version=former.version, reason="They rang.")
    history = FindingHistory(personas.lead, finding)
    texts = [wording["text"] for wording in history.wordings(history.outlines).values()]
    assert texts == [TOMBSTONE, "Another one told us."]


def test_a_deleted_draft_takes_the_history_of_its_source_along(
    personas: Personas, driver: FrameworkItem
) -> None:
    finding = log_finding(by=personas.evaluator, data=stated(personas))
    assert Source.history.exists()
    delete_draft(by=personas.evaluator, finding=finding, version=1)
    assert not Source.history.exists()


def test_long_histories_come_in_pages(client_of: ClientOf, personas: Personas, driver: FrameworkItem) -> None:
    finding = log_finding(by=personas.evaluator, data=stated(personas))
    for version in range(1, 13):
        data = stated(personas, text=f"Wording number {version}.")
        finding = update_finding(by=personas.evaluator, finding=finding, version=version, data=data)
    first, second = (history_page(client_of("lead"), finding, f"?page={page}") for page in (1, 2))
    assert 'id="version-13"' in first
    assert 'id="version-3"' not in first
    assert 'id="version-3"' in second
    assert "Employers stayed where one person" in second


def test_many_versions_take_no_more_queries(
    client_of: ClientOf, personas: Personas, driver: FrameworkItem
) -> None:
    finding = log_finding(by=personas.evaluator, data=stated(personas))
    address = reverse("evidence:finding-history", args=[finding.ref])
    browser = client_of("lead")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"{address}?from=1&to={finding.version}").status_code == 200
        return len(captured)

    queries()  # the first time of a day it leaves a record, too
    few = queries()
    for version in range(1, 15):
        data = stated(
            personas,
            text=f"Wording number {version}.",
            codings=[CodingInput(item=driver, direction="supports", note=f"Note {version}")],
            source=SourceInput(kind="survey", collected_on=A_DAY, respondent_role=f"Role {version}"),
        )
        finding = update_finding(by=personas.evaluator, finding=finding, version=version, data=data)
    assert queries() == few <= 12


# Items


@pytest.fixture
def reworded(personas: Personas) -> FrameworkItem:
    item = FrameworkItemFactory(code="D7", title="Trust", statement="Trust takes time.")
    LoadedRecordFactory(
        model="evidence.frameworkitem", key="D7", data={"title": "Trust", "statement": "Trust takes time."}
    )
    values = {"statement": "Trust takes years."}
    edit_item(by=personas.lead, item=item, version=1, values=values, reason="New evidence.")
    return with_baseline(FrameworkItem.objects.filter(code="D7")).get()


@pytest.mark.parametrize("persona", ["visitor", "reporter", "funder", "evaluator", "administrator"])
def test_everybody_reads_the_history_of_an_item_and_some_by_whom(
    client_of: ClientOf, personas: Personas, reworded: FrameworkItem, persona: str
) -> None:
    assert numbers(ItemHistory(personas[persona], reworded)) == [1, 2]
    html = html_of(client_of(persona).get("/drivers/D7/history/"))
    assert "Loaded with the review".lower() in html
    assert "New evidence." in html
    assert ("by Lead" in html) == (persona in {"evaluator", "administrator"})


def test_an_item_is_compared_with_the_review(client_of: ClientOf, reworded: FrameworkItem) -> None:
    browser = client_of("visitor")
    address = "/drivers/D7/history/"
    assert f'href="{address}"' in html_of(browser.get("/drivers/D7/"))
    assert 'href="?from=review&amp;to=2#comparison"' in html_of(browser.get(address))
    html = html_of(browser.get(f"{address}?from=review&to=2"))
    assert "The review of 2014 and version 2 compared" in html
    assert "[removed: </span>time<" in html
    assert "[added: </span>years<" in html
    assert browser.get("/drivers/d7/history/").url == address


# Case studies


def test_the_history_of_a_case_study_follows_its_publication(personas: Personas) -> None:
    study = CaseStudyFactory(created_by=personas.evaluator, narrative=f"{SECRET} told us.")
    lead = PersonFactory(lead=True)
    study = update_case_study(
        by=personas.evaluator, study=study, version=1, data=CaseStudyInput(narrative="Somebody told us.")
    )
    study = publish_case_study(by=lead, study=study, version=2, visibility="public", checklist=EVERY_POINT)
    assert numbers(StudyHistory(personas.lead, study)) == [1, 2, 3]
    history = StudyHistory(personas.visitor, study)
    assert numbers(history) == [3]
    assert SECRET not in str(history.wordings(history.outlines))
