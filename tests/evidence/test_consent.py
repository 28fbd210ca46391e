"""What those behind a source have agreed to holds everywhere, and what they take back is gone."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from evidence.actions.consent import TOMBSTONE, withdraw_consent
from evidence.actions.fieldwork import SourceEntry, update_source
from evidence.actions.finding_input import CodingInput, FindingInput, SourceInput, input_of
from evidence.actions.finding_rules import AnonymisationPoint, consent_problems, may_copy
from evidence.actions.findings import log_finding, publish_finding, submit_finding, update_finding
from evidence.models import CaseStudy, Coding, Comment, Finding, ReviewStep, Source, TypedForm
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow
from tests.factories import (
    A_DAY,
    CaseStudyFactory,
    CommentFactory,
    DriverFactory,
    FindingFactory,
    OrganisationFactory,
    ReviewStepFactory,
    SourceFactory,
    TypedFormFactory,
)
from tests.personas import Personas

SECRET = "zqkettle"


def stated(personas: Personas, **changes: Any) -> FindingInput:
    consent = {name: changes.pop(name) for name in ("consent_scope", "quote_permission") if name in changes}
    whole = FindingInput(
        text="Employers stayed where one person kept in touch.",
        partnerships=[personas.partnership],
        source=SourceInput(kind="interview", collected_on=A_DAY, **consent),
        codings=[CodingInput(item=DriverFactory(), direction="supports", note=f"So: {SECRET}.")],
    )
    return dataclasses.replace(whole, **changes)


def published(personas: Personas, data: FindingInput, visibility: str) -> Finding:
    finding = log_finding(by=personas.evaluator, data=data, submit=True)
    return publish_finding(
        by=personas.lead,
        finding=finding,
        version=finding.version,
        visibility=visibility,
        checklist=AnonymisationPoint.values,
    )


@pytest.mark.parametrize(
    ("visibility", "scope", "may_quote", "quote", "refused"),
    [
        ("funder", "funder", False, "Words", None),
        ("partnerships", "funder", True, "", "visibility"),
        ("public", "partnerships", True, "", "visibility"),
        ("funder", "team", True, "", "visibility"),
        ("public", "public", False, "Words", "quote"),
        ("public", "public", True, "Words", None),
        ("public", "public", False, "", None),
    ],
)
def test_how_far_a_finding_may_go(
    visibility: str, scope: str, may_quote: bool, quote: str, refused: str | None
) -> None:
    consent = SourceInput(kind="interview", consent_scope=scope, quote_permission=may_quote)
    assert list(consent_problems(visibility, consent, quote=quote)) == ([refused] if refused else [])


def test_submitting_and_publishing_beyond_consent_are_refused(personas: Personas) -> None:
    data = stated(personas, visibility="public")
    with pytest.raises(ValidationError, match="agreed to readers up to"):
        log_finding(by=personas.evaluator, data=data, submit=True)
    draft = log_finding(by=personas.evaluator, data=data)
    with pytest.raises(ValidationError, match="agreed to readers up to"):
        submit_finding(by=personas.evaluator, finding=draft, version=1)
    with pytest.raises(ValidationError, match="agreed to readers up to"):
        published(personas, stated(personas), "partnerships")
    quoting = stated(personas, quote="Their words.", consent_scope="public")
    with pytest.raises(ValidationError, match="quoted beyond the funder"):
        published(personas, quoting, "public")


def test_narrower_consent_narrows_what_is_published(personas: Personas) -> None:
    data = stated(personas, quote="Their words.", consent_scope="public", quote_permission=True)
    finding = published(personas, data, "public")
    source = Source.objects.get()
    unquoted = published(personas, stated(personas, source=source), "partnerships")
    source.refresh_from_db()
    entry = SourceEntry(
        kind="interview", collected_on=A_DAY, consent_scope="partnerships", quote_permission=False
    )
    update_source(by=personas.evaluator, source=source, data=entry, version=source.version)
    finding.refresh_from_db()
    unquoted.refresh_from_db()
    assert (finding.visibility, unquoted.visibility) == ("funder", "partnerships")
    assert finding.steps.last().reason == "The consent of its source was narrowed."
    row = AuditRow.objects.get(verb="source.edited")
    assert row.details["narrowed"] == [finding.ref]


def test_narrowing_it_with_the_finding_itself_narrows_too(personas: Personas) -> None:
    finding = published(personas, stated(personas), "funder")
    source = SourceInput(kind="interview", collected_on=A_DAY, consent_scope="team")
    data = dataclasses.replace(input_of(finding), source=source)
    edited = update_finding(by=personas.lead, finding=finding, data=data, version=finding.version)
    assert edited.visibility == "team"


@pytest.fixture
def story(personas: Personas) -> Source:
    """A source with findings in every status, each with a marked word in every part, and its case study."""
    study = CaseStudyFactory(created_by=personas.evaluator, published=True, visibility="public")
    source = SourceFactory(
        case_study=study,
        created_by=personas.evaluator,
        is_shared=True,
        label=f"Interview {SECRET}",
        respondent_role=f"mentor {SECRET}",
    )
    for status in Finding.Status.values:
        finding = FindingFactory(
            source=source,
            title=f"Finding {SECRET}",
            text=f"What was found: {SECRET}.",
            quote=f"They said {SECRET}.",
            visibility="public",
            created_by=personas.evaluator,
            organisations=[OrganisationFactory(name=f"Trust {SECRET} {status}")],
            **({} if status == "draft" else {status: True}),
        )
        finding.codings.create(item=DriverFactory(), direction="supports", note=f"So: {SECRET}.")
        ReviewStepFactory(finding=finding, reason=f"Because {SECRET}.")
        CommentFactory(finding=finding, text=f"Who is {SECRET}?")
        TypedFormFactory(finding=finding, key=finding.ref, content={"text": [f"Else {SECRET}"]})
    begun = {"source_ref": [source.ref], "text": [f"Begun {SECRET}"]}
    TypedFormFactory(created_by=personas.evaluator, content=begun)
    return source


def withdraw(personas: Personas, source: Source, who: str = "evaluator") -> Source:
    return withdraw_consent(by=personas[who], source=source, version=source.version, reason="She rang.")


def test_withdrawing_consent_erases_every_finding_in_every_version(personas: Personas, story: Source) -> None:
    source = withdraw(personas, story)
    findings = Finding.objects.filter(source=source)
    assert findings.count() == 5
    for finding in findings:
        assert (finding.status, finding.title, finding.text, finding.quote) == (
            "withdrawn",
            TOMBSTONE,
            TOMBSTONE,
            "",
        )
        assert not finding.organisations.exists()
        assert not any(record.organisations.exists() for record in finding.history.all())
        assert [step.reason for step in finding.steps.order_by("pk")] == ["", "She rang."]
    rows = [
        *Finding.history.values_list("title", "text", "quote"),
        *Coding.objects.values_list("note"),
        *Coding.history.values_list("note"),
        *ReviewStep.objects.values_list("reason"),
        *Source.objects.values_list("label", "respondent_role"),
        *AuditRow.objects.values_list("details"),
        *Comment.objects.values_list("text"),
        *TypedForm.objects.values_list("content"),
    ]
    assert SECRET not in str(rows)
    row = AuditRow.objects.get(verb="source.consent-withdrawn")
    assert (row.target_key, len(row.details["findings"])) == (source.ref, 5)


def test_a_published_case_study_goes_back_to_draft(personas: Personas, story: Source) -> None:
    withdraw(personas, story)
    study = CaseStudy.objects.get()
    assert (study.status, study.version) == ("draft", 2)
    assert not CaseStudy.objects.visible_to(personas.funder).exists()


def test_nothing_more_can_be_drawn_from_it(personas: Personas, story: Source) -> None:
    source = withdraw(personas, story)
    with pytest.raises(ValidationError, match="consent of source"):
        log_finding(by=personas.evaluator, data=stated(personas, source=source))
    with pytest.raises(PermissionDenied):
        update_source(
            by=personas.lead, source=source, data=SourceEntry(kind="survey"), version=source.version
        )
    assert not may_copy(personas.lead, Finding.objects.filter(source=source).first())


@pytest.mark.parametrize("who", ["other_evaluator", "funder", "reporter", "administrator"])
def test_only_those_who_work_on_the_source_and_leads_withdraw(
    personas: Personas, story: Source, who: str
) -> None:
    with pytest.raises(PermissionDenied):
        withdraw(personas, story, who)
    withdraw(personas, story, "lead")


def test_a_reason_the_version_and_the_first_time_are_needed(personas: Personas, story: Source) -> None:
    with pytest.raises(ValidationError, match="reason stays"):
        withdraw_consent(by=personas.lead, source=story, version=1, reason=" ")
    with pytest.raises(Conflict):
        withdraw_consent(by=personas.lead, source=story, version=2, reason="She rang.")
    source = withdraw(personas, story)
    with pytest.raises(StepRefused):
        withdraw(personas, source)


def test_no_page_tells_of_it_any_more(
    personas: Personas, story: Source, client_of: Callable[[str], Client]
) -> None:
    withdraw(personas, story)
    refs = list(Finding.objects.values_list("ref", flat=True))
    lists = [
        reverse("evidence:finding-list"),
        reverse("evidence:finding-list") + f"?q={SECRET}",
        reverse("evidence:finding-csv"),
        reverse("api-findings-list"),
        reverse("evidence:case-study-list"),
        reverse("evidence:partnership-detail", args=[story.case_study.partnership.slug]),
    ]
    for who in ("visitor", "reporter", "funder", "administrator"):
        browser = client_of(who)
        for address in lists:
            response = browser.get(address)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            assert not any(ref.encode() in body for ref in refs), (who, address)
        for ref in refs:
            assert browser.get(reverse("evidence:finding-detail", args=[ref])).status_code == 404
    page = client_of("other_evaluator").get(reverse("evidence:finding-detail", args=[refs[0]]))
    assert b"She rang." in page.content
    assert SECRET.encode() not in page.content


def test_a_form_from_a_source_states_nothing_of_it_and_shares_it(
    personas: Personas, client_of: Callable[[str], Client]
) -> None:
    study = CaseStudyFactory(partnership=personas.partnership, created_by=personas.evaluator)
    source = SourceFactory(case_study=study, created_by=personas.evaluator, is_shared=True)
    browser = client_of("evaluator")
    address = reverse("evidence:finding-create") + f"?source={source.ref}"
    page = browser.get(address).content.decode()
    assert source.ref in page
    assert 'name="source_kind"' not in page
    browser.post(address, {"text": "One.", "visibility": "funder", "source_ref": source.ref})
    browser.post(address, {"text": "Two.", "visibility": "funder", "source_ref": source.ref})
    assert list(source.findings.order_by("pk").values_list("text", flat=True)) == ["One.", "Two."]
    withdraw(personas, source)
    refused = browser.post(address, {"text": "Three.", "visibility": "funder", "source_ref": source.ref})
    assert "be used any more" in refused.content.decode()
    assert "Three." in refused.content.decode()


def test_a_copy_rests_on_the_same_source(personas: Personas, client_of: Callable[[str], Client]) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    browser = client_of("evaluator")
    page = browser.get(reverse("evidence:finding-copy", args=[finding.ref])).content.decode()
    assert f'name="source_ref" value="{finding.source.ref}"' in page
    browser.post(
        reverse("evidence:finding-create"),
        {"text": "A copy.", "visibility": "funder", "source_ref": finding.source.ref},
    )
    assert Finding.objects.get(text="A copy.").source == finding.source


def test_the_api_names_a_source(personas: Personas, client_of: Callable[[str], Client]) -> None:
    source = SourceFactory(created_by=personas.evaluator, is_shared=True)
    browser, address = client_of("evaluator"), reverse("api-findings-list")
    both = {"text": "One.", "source": source.ref, "source_kind": "survey"}
    assert browser.post(address, both, "application/json").json()["source"]
    answer = browser.post(address, {"text": "One.", "source": source.ref}, "application/json")
    assert (answer.status_code, answer.json()["source"]) == (201, source.ref)
    ref = answer.json()["ref"]
    changed = browser.patch(
        reverse("api-findings-detail", args=[ref]),
        {"version": 1, "consent_scope": "team"},
        "application/json",
    )
    assert "its own page" in str(changed.json())
