"""Changing many findings at once: previewed, refused with reasons, all or none."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evidence.actions.bulk import MOST, BulkChange, BulkRefused, change_findings
from evidence.models import Finding, FrameworkItem
from partnerships.models import AuditRow, Notice
from tests.factories import (
    FindingFactory,
    LessonFactory,
    PersonFactory,
    ResearchQuestionFactory,
    SourceFactory,
)
from tests.personas import Personas

ClientOf = Callable[[str], Client]
BULK = "/findings/bulk/"


@pytest.fixture
def lesson(db: None) -> FrameworkItem:
    return LessonFactory(code="L5")


def waiting(lesson: FrameworkItem, **fields: Any) -> Finding:
    return FindingFactory(**{"submitted": True, "codings": [(lesson, "supports")], **fields})


def versions_of(*findings: Finding) -> dict[str, int]:
    return {finding.ref: finding.version for finding in findings}


def html_of(response: Any) -> str:
    return response.content.decode()


PUBLISH = BulkChange(deed="publish", visibility="funder")


def test_all_are_published_each_with_its_own_record(personas: Personas, lesson: FrameworkItem) -> None:
    findings = [waiting(lesson) for _ in range(3)]
    change_findings(by=personas.lead, change=PUBLISH, versions=versions_of(*findings))
    for finding in findings:
        finding.refresh_from_db()
        assert (finding.status, finding.visibility, finding.version) == ("published", "funder", 2)
        assert finding.steps.get().step == "publish"
    rows = AuditRow.objects.filter(verb="finding.published")
    assert set(rows.values_list("target_key", flat=True)) == set(versions_of(*findings))
    assert Notice.objects.filter(kind="finding-published").count() == 3


def test_one_that_was_changed_since_stops_all(personas: Personas, lesson: FrameworkItem) -> None:
    first, second = waiting(lesson), waiting(lesson)
    stale = {first.ref: 1, second.ref: 2}
    with pytest.raises(BulkRefused) as refused:
        change_findings(by=personas.lead, change=PUBLISH, versions=stale)
    assert refused.value.problems == {second.ref: "Somebody changed it since you looked at it."}
    assert set(Finding.objects.values_list("status", flat=True)) == {"submitted"}
    assert not AuditRow.objects.exists()


def test_what_is_gone_or_too_much_is_refused(personas: Personas, lesson: FrameworkItem) -> None:
    with pytest.raises(BulkRefused) as refused:
        change_findings(by=personas.lead, change=PUBLISH, versions={"F-22222222": 1})
    assert refused.value.problems == {"F-22222222": "It is not there any more."}
    with pytest.raises(ValidationError):
        change_findings(by=personas.lead, change=PUBLISH, versions={str(n): 1 for n in range(MOST + 1)})
    with pytest.raises(PermissionDenied):
        change_findings(by=personas.evaluator, change=PUBLISH, versions={})


def refusals(personas: Personas, change: BulkChange, *findings: Finding) -> list[str]:
    with pytest.raises(BulkRefused) as refused:
        change_findings(by=personas.lead, change=change, versions=versions_of(*findings))
    assert set(Finding.objects.values_list("version", flat=True)) == {1}
    return [refused.value.problems.get(finding.ref, "") for finding in findings]


def test_why_a_finding_cannot_be_published(personas: Personas, lesson: FrameworkItem) -> None:
    of_the_team = SourceFactory(consent_scope="team")
    findings = [
        waiting(lesson),
        FindingFactory(),
        FindingFactory(submitted=True),
        waiting(lesson, source=of_the_team),
        waiting(lesson, partnerships=[]),
    ]
    ready, draft, uncoded, unagreed, unplaced = refusals(personas, PUBLISH, *findings)
    assert ready == ""
    assert "only a submitted finding can be published" in draft
    assert "at least one lesson" in uncoded
    assert "agreed to readers up to “Evaluation team”" in unagreed
    assert "Choose a partnership" in unplaced
    [released] = refusals(personas, BulkChange(deed="publish", visibility="public"), findings[0])
    assert "its own checklist" in released


def test_why_others_stay_as_they_are(personas: Personas, lesson: FrameworkItem) -> None:
    submitted, published = waiting(lesson), waiting(lesson, published=True, submitted=False)
    literature = FindingFactory(literature=True, codings=[(lesson, "supports")])

    def why(finding: Finding, deed: str, **fields: Any) -> str:
        return refusals(personas, BulkChange(deed=deed, **fields), finding)[0]

    assert "nobody else reads it" in why(submitted, "readers", visibility="team")
    assert "read by them already" in why(published, "readers", visibility="funder")
    assert "only a published" in why(submitted, "withdraw", reason="So.")
    assert "only a submitted" in why(published, "return", reason="So.")
    assert "in that direction already" in why(submitted, "tie", item=lesson, direction="supports")
    assert "not tied to L9" in why(submitted, "untie", item=LessonFactory(code="L9"))
    assert "tied to nothing else" in why(published, "untie", item=lesson)
    assert "administration" in why(literature, "tie", item=lesson, direction="refines")


def test_returning_withdrawing_and_changing_readers(personas: Personas, lesson: FrameworkItem) -> None:
    submitted = waiting(lesson)
    public = waiting(lesson, published=True, submitted=False, visibility="public")

    def do(finding: Finding, deed: str, **fields: Any) -> Finding:
        finding.refresh_from_db()
        change = BulkChange(deed=deed, **fields)
        return change_findings(by=personas.lead, change=change, versions=versions_of(finding))[0]

    returned = do(submitted, "return", reason="Say when.")
    assert (returned.status, returned.steps.last().reason) == ("returned", "Say when.")
    assert do(public, "readers", visibility="team").visibility == "team"
    assert do(public, "withdraw", reason="A mistake.").status == "withdrawn"


def test_tying_keeps_notes_and_takes_a_release_back(personas: Personas, lesson: FrameworkItem) -> None:
    finding = waiting(lesson, published=True, submitted=False, visibility="public")
    finding.codings.update(note="Where nobody rang.")
    other = LessonFactory(code="L9")
    for change in (
        BulkChange(deed="tie", item=lesson, direction="challenges"),
        BulkChange(deed="tie", item=other, direction="refines"),
    ):
        finding.refresh_from_db()
        change_findings(by=personas.lead, change=change, versions=versions_of(finding))
    finding.refresh_from_db()
    assert sorted(finding.codings.values_list("item__code", "direction", "note")) == [
        ("L5", "challenges", "Where nobody rang."),
        ("L9", "refines", ""),
    ]
    assert (finding.visibility, finding.version) == ("funder", 3)
    change_findings(
        by=personas.lead, change=BulkChange(deed="untie", item=lesson), versions=versions_of(finding)
    )
    assert [coding.item for coding in finding.codings.all()] == [FrameworkItem.objects.get(code="L9")]


# The pages


def test_from_the_inbox_to_the_message(client_of: ClientOf, lesson: FrameworkItem) -> None:
    browser = client_of("lead")
    ready, unready = waiting(lesson), FindingFactory(submitted=True)
    html = html_of(browser.get("/inbox/"))
    assert html.count('form="bulk"') == 2
    page = f"{BULK}?which=page&on_page={ready.ref}&on_page={unready.ref}&back=inbox"
    html = html_of(browser.get(page))
    assert html.count("checked>") == 2
    sent = {"ref": [ready.ref, unready.ref], "deed": "publish", "visibility": "funder", "back": "inbox"}
    html = html_of(browser.post(BULK, {**sent, "step": "preview"}))
    assert "1 finding of 2 will be changed" in html
    assert "Submitted → published. Read by: funder" in html
    assert "Choose at least one lesson" in html
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    assert fields["ref"] == ready.ref
    assert Finding.objects.filter(status="submitted").count() == 2
    response = browser.post(BULK, {**fields, "step": "confirm"})
    assert response.url == "/inbox/"
    html = html_of(browser.get("/inbox/"))
    assert f'1 finding published: <a href="/findings/{ready.ref}/">{ready.ref}</a>.' in html
    ready.refresh_from_db()
    assert ready.status == "published"


def test_a_conflict_leads_back_to_the_preview_and_names_the_finding(
    client_of: ClientOf, lesson: FrameworkItem
) -> None:
    browser = client_of("lead")
    first, second = waiting(lesson), waiting(lesson)
    sent = {"ref": [first.ref, second.ref], "deed": "publish", "visibility": "funder", "step": "confirm"}
    sent |= {f"version-{first.ref}": 1, f"version-{second.ref}": 7}
    response = browser.post(BULK, sent)
    html = html_of(response)
    assert response.status_code == 409
    assert "Nothing was changed" in html
    assert html.count("Somebody changed it since you looked at it.") == 1
    assert f'name="ref" value="{first.ref}"' in html
    assert f'name="ref" value="{second.ref}"' not in html
    assert set(Finding.objects.values_list("status", flat=True)) == {"submitted"}


def test_everything_that_matches_up_to_a_limit(client_of: ClientOf, lesson: FrameworkItem) -> None:
    for _ in range(3):
        waiting(lesson)
    FindingFactory(published=True)
    browser = client_of("lead")
    html = html_of(browser.get(f"{BULK}?which=all&status=submitted"))
    assert html.count("checked>") == 3
    assert 'name="back" value="status=submitted"' in html
    html = html_of(browser.get("/findings/?status=submitted"))
    assert '<input type="hidden" name="status" value="submitted">' in html.split('id="bulk"')[1]
    assert "No findings chosen" in html_of(browser.get(BULK))
    assert "No findings chosen" in html_of(browser.get(f"{BULK}?ref=%00&ref=F-22222222"))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "Choose what should be done."),
        ({"deed": "publish"}, "Choose who may read them."),
        ({"deed": "publish", "visibility": "public"}, "Select a valid choice"),
        ({"deed": "return", "reason": " "}, "Say what should change"),
        ({"deed": "withdraw"}, "Say why they are withdrawn"),
        ({"deed": "tie", "direction": "supports"}, "Choose an item."),
        ({"deed": "tie", "item": "L5"}, "Choose a direction."),
        ({"deed": "tie", "item": "Q1", "direction": "supports"}, "A finding informs a question"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    client_of: ClientOf, lesson: FrameworkItem, sent: dict[str, str], message: str
) -> None:
    ResearchQuestionFactory(code="Q1")
    finding = waiting(lesson)
    html = html_of(client_of("lead").post(BULK, {"ref": finding.ref, "step": "preview", **sent}))
    assert message in html
    assert f'value="{finding.ref}" checked' in html


def test_only_leads_are_offered_it(client_of: ClientOf, lesson: FrameworkItem) -> None:
    waiting(lesson, published=True, submitted=False, visibility="public")
    for persona, offered in (("lead", True), ("evaluator", False), ("visitor", False)):
        assert ('id="bulk"' in html_of(client_of(persona).get("/findings/"))) == offered


def test_the_preview_asks_no_more_for_many(client_of: ClientOf, lesson: FrameworkItem) -> None:
    browser = client_of("lead")
    author = PersonFactory(evaluator=True)

    def queries(number: int) -> list[int]:
        refs = [waiting(lesson, created_by=author).ref for _ in range(number)]
        counted = []
        sent = {"ref": refs, "step": "preview"}
        for deed in (
            {"deed": "publish", "visibility": "funder"},
            {"deed": "tie", "item": "L5", "direction": "refines"},
        ):
            with CaptureQueriesContext(connection) as captured:
                assert browser.post(BULK, sent | deed).status_code == 200
            counted.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            browser.get(BULK, {"ref": refs})
        return [*counted, len(captured)]

    few = queries(2)
    assert few == queries(30)
    assert max(few) <= 12
