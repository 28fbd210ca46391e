"""Publishing in changed words, and who may release words that somebody changed."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from evidence.actions.consent import withdraw_consent
from evidence.actions.finding_input import CodingInput, FindingInput, SourceInput, input_of
from evidence.actions.finding_rules import AnonymisationPoint, may_release
from evidence.actions.findings import (
    log_finding,
    publish_finding,
    publish_with_changes,
    update_finding,
)
from evidence.actions.typed_forms import keep_typed_form
from evidence.models import Finding, FrameworkItem, ReviewStep, TypedForm
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow
from tests.factories import A_DAY, DriverFactory, FindingFactory, LessonFactory, PersonFactory
from tests.personas import Personas

ClientOf = Callable[[str], Client]
EVERY_POINT = AnonymisationPoint.values


@pytest.fixture
def lesson(db: None) -> FrameworkItem:
    return LessonFactory(code="L5", title="Engaging the private sector")


@pytest.fixture
def submitted(personas: Personas, lesson: FrameworkItem) -> Finding:
    data = FindingInput(
        text="Employers stayed where one person kept in touch.",
        visibility="public",
        partnerships=[personas.partnership],
        source=SourceInput(kind="interview", collected_on=A_DAY, consent_scope="public"),
        codings=[CodingInput(item=lesson, direction="supports")],
    )
    return log_finding(by=personas.evaluator, data=data, submit=True)


def changed(finding: Finding, **changes: Any) -> FindingInput:
    return dataclasses.replace(input_of(finding), **({"visibility": "funder"} | changes))


def approve(by: Any, finding: Finding, **changes: Any) -> Finding:
    options = {name: changes.pop(name) for name in ("reason", "checklist") if name in changes}
    return publish_with_changes(
        by=by,
        finding=finding,
        version=finding.version,
        data=changed(finding, **changes),
        **({"reason": "Shorter."} | options),
    )


def test_one_step_changes_and_publishes_and_keeps_both_wordings(
    personas: Personas, submitted: Finding, django_capture_on_commit_callbacks: Any
) -> None:
    driver = DriverFactory(code="D4", title="Trust")
    codings = [CodingInput(item=driver, direction="refines", note="For small firms.")]
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        finding = approve(personas.lead, submitted, text="Employers stayed.", title="Stayed", codings=codings)
    assert (finding.status, finding.visibility, finding.text) == ("published", "funder", "Employers stayed.")
    step = finding.steps.last()
    assert (step.step, step.reason, step.by) == ("publish", "Shorter.", personas.lead)
    assert step.changes == {
        "title": ["Employers stayed where one person kept in touch", "Stayed"],
        "text": ["Employers stayed where one person kept in touch.", "Employers stayed."],
        "codings": [
            "L5 Engaging the private sector: supports",
            "D4 Trust: refines (For small firms.)",
        ],
    }
    assert list(AuditRow.objects.order_by("-number").values_list("verb", flat=True)[:2]) == [
        "finding.published",
        "finding.edited",
    ]
    [message] = mail.outbox
    assert message.to == [personas.evaluator.email]
    assert message.subject == f"Your finding {finding.ref} was published with changes"
    assert "Shorter" not in message.body + str(message.alternatives)


def test_without_a_change_it_is_a_publication_like_any_other(personas: Personas, submitted: Finding) -> None:
    finding = approve(personas.lead, submitted, reason="")
    assert finding.version == submitted.version + 1
    assert finding.steps.last().changes == {}


def test_a_change_needs_a_note(personas: Personas, submitted: Finding) -> None:
    with pytest.raises(ValidationError, match="Say what you changed"):
        approve(personas.lead, submitted, text="Else.", reason=" ")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.version) == ("submitted", 2)


def test_nobody_else_may_and_nothing_else_can(personas: Personas, submitted: Finding) -> None:
    with pytest.raises(PermissionDenied):
        approve(personas.evaluator, submitted, text="Else.")
    with pytest.raises(StepRefused):
        approve(personas.lead, FindingFactory(), text="Else.")
    with pytest.raises(Conflict):
        publish_with_changes(
            by=personas.lead, finding=submitted, version=1, data=changed(submitted), reason="So."
        )


def test_consent_holds(personas: Personas, submitted: Finding) -> None:
    narrow = SourceInput(kind="interview", collected_on=A_DAY, consent_scope="team")
    with pytest.raises(ValidationError) as refusal:
        approve(personas.lead, submitted, text="Else.", source=narrow)
    assert "visibility" in refusal.value.message_dict


# Who may release


def test_whoever_changed_words_is_no_second_person(personas: Personas, submitted: Finding) -> None:
    with pytest.raises(ValidationError) as refusal:
        approve(personas.lead, submitted, text="Else.", visibility="public", checklist=EVERY_POINT)
    assert list(refusal.value.message_dict) == ["visibility"]
    finding = approve(personas.lead, submitted, text="Else.")
    assert not may_release(personas.lead, finding)
    other = PersonFactory(lead=True)
    assert may_release(other, finding)
    # A change of hers does not make his words hers.
    finding = update_finding(
        by=other, finding=finding, version=finding.version, data=changed(finding, text="Something else.")
    )
    assert not may_release(personas.lead, finding)
    assert not may_release(other, finding)
    third = PersonFactory(lead=True)
    finding = publish_finding(
        by=third, finding=finding, version=finding.version, visibility="public", checklist=EVERY_POINT
    )
    # What a second person has confirmed is nobody's to confirm again.
    finding = update_finding(
        by=third, finding=finding, version=finding.version, data=changed(finding, text="Anew.")
    )
    assert may_release(personas.lead, finding)
    assert not may_release(third, finding)


def test_a_note_on_an_item_is_words_and_a_direction_is_not(
    personas: Personas, submitted: Finding, lesson: FrameworkItem
) -> None:
    turned = [CodingInput(item=lesson, direction="refines")]
    finding = approve(personas.lead, submitted, codings=turned)
    assert may_release(personas.lead, finding)
    noted = [CodingInput(item=lesson, direction="refines", note="Said Ann of Hull.")]
    finding = update_finding(
        by=personas.lead, finding=finding, version=finding.version, data=changed(finding, codings=noted)
    )
    assert not may_release(personas.lead, finding)


def test_erasing_takes_both_wordings(personas: Personas, submitted: Finding) -> None:
    finding = approve(personas.lead, submitted, text="Else.")
    source = finding.source
    withdraw_consent(by=personas.lead, source=source, version=source.version, reason="They rang.")
    assert not ReviewStep.objects.exclude(changes={}).exists()


# Page and API


def posted(finding: Finding, **changes: Any) -> dict[str, Any]:
    return {
        "version": finding.version,
        "text": finding.text,
        "partnerships": ["north"],
        "source_kind": "interview",
        "collected_on": "4/3/2015",
        "consent_scope": "public",
        "quote_permission": "no",
        "coding-L5-direction": "supports",
        "visibility": "funder",
        "reason": "Shorter.",
    } | changes


def address(finding: Finding) -> str:
    return reverse("evidence:finding-publish-with-changes", args=[finding.ref])


def html_of(response: Any) -> str:
    return response.content.decode()


def test_the_page_publishes_and_the_record_shows_both(
    client_of: ClientOf, personas: Personas, submitted: Finding
) -> None:
    browser = client_of("lead")
    html = html_of(browser.get(address(submitted)))
    assert 'value="public"' not in html.split('id="readers-heading"')[1].split("</section>")[0]
    assert re_checked(html, "funder")
    fields = {"text": ["Half"], "reason": ["Because"]}
    keep_typed_form(
        by=personas.lead, key=submitted.ref, finding=submitted, fields=fields, base=0, sequence=1, page="p"
    )
    assert TypedForm.objects.get().get_absolute_url() == f"{address(submitted)}?continue={submitted.ref}"
    assert "Because</textarea>" in html_of(browser.get(f"{address(submitted)}?continue={submitted.ref}"))
    response = browser.post(address(submitted), posted(submitted, text="Employers stayed."))
    assert response.url == submitted.get_absolute_url()
    assert not TypedForm.objects.exists()
    html = html_of(browser.get(response.url))
    assert "Published with changes by Lead" in html
    assert "Shorter." in html
    assert "[removed: </span> where one person kept in touch<" in html
    assert "Published with changes" not in html_of(client_of("funder").get(response.url))


def re_checked(html: str, value: str) -> bool:
    return any(
        "checked" in tag for tag in html.split("<input ") if f'name="visibility" value="{value}"' in tag
    )


def test_a_conflict_is_settled_part_by_part_and_then_published(
    client_of: ClientOf, personas: Personas, submitted: Finding
) -> None:
    update_finding(
        by=personas.lead, finding=submitted, version=2, data=changed(submitted, text="Stored meanwhile.")
    )
    browser = client_of("lead")
    response = browser.post(address(submitted), posted(submitted, text="Typed."))
    html = html_of(response)
    assert response.status_code == 409
    assert "Stored meanwhile." in html
    assert f'action="{address(submitted)}"' in html
    assert 'name="reason" value="Shorter."' in html
    settled = posted(submitted, text="Typed.", version=3, settling="yes", **{"keep-text": "mine"})
    settled |= {"keep-title": "mine"}
    browser.post(address(submitted), settled)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.text) == ("published", "Typed.")


def test_a_missing_note_is_asked_for_and_nothing_is_lost(client_of: ClientOf, submitted: Finding) -> None:
    html = html_of(
        client_of("lead").post(address(submitted), posted(submitted, text="Typed words.", reason=""))
    )
    assert '<a href="#id_reason">Say what you changed and why, for the author.</a>' in html
    assert "Typed words.</textarea>" in html


def test_the_api_publishes_with_parts_of_the_content(client_of: ClientOf, submitted: Finding) -> None:
    browser = client_of("lead")
    url = reverse("api-findings-publish-with-changes", args=[submitted.ref])

    def send(**body: Any) -> Any:
        return browser.post(url, body, content_type="application/json")

    assert send(version=2, text="Else.").json() == {"visibility": ["This field is required."]}
    assert send(version=2, visibility="funder", text="Else.").json() == {
        "reason": ["Say what you changed and why, for the author."]
    }
    refused = send(version=2, visibility="public", text="Else.", reason="So.", checklist=EVERY_POINT)
    assert list(refused.json()) == ["visibility"]
    answer = send(version=2, visibility="funder", text="Else.", reason="So.").json()
    assert (answer["status"], answer["text"], answer["visibility"]) == ("published", "Else.", "funder")
    assert answer["codings"] == [{"item": "L5", "direction": "supports", "note": ""}]
    assert send(version=2, visibility="funder", text="Late.", reason="So.").status_code == 409
