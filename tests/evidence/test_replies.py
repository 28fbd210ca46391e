"""The right of reply: who is asked and when, what an answer does, and what everybody is shown of it."""

import csv
import datetime
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.actions.consent import TOMBSTONE, withdraw_consent
from evidence.actions.fieldwork import SourceEntry, update_source
from evidence.actions.finding_input import FindingInput, input_of
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import publish_finding, update_finding, withdraw_finding
from evidence.actions.replies import (
    ask_for_replies,
    cancel_request,
    extend_request,
    give_reply,
    respond,
    tell_what_is_due,
)
from evidence.models import Finding, ReplyRequest, TypedForm
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow, Notice
from tests.factories import A_DAY, DriverFactory, FindingFactory, PersonFactory, ReplyRequestFactory
from tests.personas import Personas

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]
Answer = ReplyRequest.Answer
TODAY = timezone.localdate
A_WEEK = datetime.timedelta(days=7)
SECRET = "zqkettle"


def waiting(personas: Personas, **fields: Any) -> Finding:
    """A submitted finding of the evaluator's about the first partnership, complete for publishing."""
    finding = FindingFactory(
        submitted=True,
        created_by=personas.evaluator,
        partnerships=[personas.partnership],
        codings=[(DriverFactory(), "supports")],
        **fields,
    )
    return finding


def asked(personas: Personas, finding: Finding | None = None, **fields: Any) -> ReplyRequest:
    finding = finding or waiting(personas)
    [request] = ask_for_replies(
        by=personas.lead,
        finding=finding,
        version=finding.version,
        partnerships=[personas.partnership],
        due_on=fields.pop("due_on", TODAY() + A_WEEK),
        checklist=AnonymisationPoint.values,
        **fields,
    )
    return request


def replied(
    personas: Personas, request: ReplyRequest, answer: str = Answer.COMMENT, text: str = "So it was."
):
    return give_reply(
        by=personas.reporter, request=request, version=request.version, answer=answer, text=text
    )


def released(personas: Personas, finding: Finding, visibility: str = "public", **options: Any) -> Finding:
    finding.refresh_from_db()
    return publish_finding(
        by=personas.lead,
        finding=finding,
        version=finding.version,
        visibility=visibility,
        checklist=AnonymisationPoint.values,
        **options,
    )


def past(request: ReplyRequest) -> ReplyRequest:
    """The same request when its date has passed."""
    ReplyRequest.objects.filter(pk=request.pk).update(due_on=TODAY() - datetime.timedelta(days=1))
    request.refresh_from_db()
    return request


# Asking


def test_asking_keeps_the_wording_and_tells_the_reporters(
    personas: Personas, django_capture_on_commit_callbacks: Any
) -> None:
    finding = waiting(personas, quote="Their words.")
    with django_capture_on_commit_callbacks(execute=True):
        request = asked(personas, finding, note="Is the month right?")
    assert (request.asked_title, request.asked_text, request.asked_quote) == (
        finding.title,
        finding.text,
        "Their words.",
    )
    [message] = mail.outbox
    assert message.to == [personas.reporter.email]
    assert request.get_absolute_url() in message.body
    assert finding.title not in message.body
    assert AuditRow.objects.get(verb="reply.asked").target_key == request.ref


def test_a_quote_goes_along_only_with_permission(personas: Personas) -> None:
    finding = waiting(personas, quote="Their words.", source__quote_permission=False)
    request = asked(personas, finding)
    assert request.asked_quote == ""
    row = ReplyRequest.objects.with_wording().get(pk=request.pk)
    assert not row.is_earlier


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"partnerships": []}, "partnerships"),
        ({"due_on": TODAY()}, "due_on"),
        ({"checklist": ["quotes"]}, "checklist"),
    ],
)
def test_what_asking_needs(personas: Personas, change: dict[str, Any], field: str) -> None:
    finding = waiting(personas)
    whole = {
        "partnerships": [personas.partnership],
        "due_on": TODAY() + A_WEEK,
        "checklist": AnonymisationPoint.values,
    }
    with pytest.raises(ValidationError) as refusal:
        ask_for_replies(by=personas.lead, finding=finding, version=1, **whole | change)
    assert list(refusal.value.message_dict) == [field]


def test_whom_a_finding_does_not_name_is_not_asked(personas: Personas) -> None:
    finding = waiting(personas)
    finding.partnerships.set([personas.other_partnership])
    with pytest.raises(ValidationError, match="that the finding names"):
        asked(personas, finding)


def test_a_source_that_did_not_agree_is_not_shown_to_partnerships(personas: Personas) -> None:
    with pytest.raises(ValidationError, match="agreed to readers up to"):
        asked(personas, waiting(personas, source__consent_scope="funder"))


def test_its_author_does_not_ask(personas: Personas) -> None:
    finding = waiting(personas)
    Finding.objects.filter(pk=finding.pk).update(created_by=personas.lead)
    with pytest.raises(StepRefused, match="did not write it"):
        asked(personas, finding)
    with pytest.raises(PermissionDenied):
        ask_for_replies(
            by=personas.evaluator, finding=finding, version=1, partnerships=[], due_on=TODAY() + A_WEEK
        )


def test_nobody_is_asked_twice_at_a_time(personas: Personas) -> None:
    request = asked(personas)
    with pytest.raises(ValidationError, match="asked already"):
        asked(personas, request.finding)


# Answering


def test_an_answer_is_kept_told_and_can_be_changed(personas: Personas) -> None:
    request = replied(personas, asked(personas))
    assert (request.answer, request.text, request.answered_by) == ("comment", "So it was.", personas.reporter)
    told = Notice.objects.filter(kind="reply-given").values_list("person", flat=True)
    assert set(told) == {personas.lead.pk, personas.evaluator.pk}
    responded = respond(by=personas.lead, request=request, version=request.version, response="Thank you.")
    changed = replied(personas, responded, Answer.CORRECT, "It was May.")
    assert (changed.answer, changed.text, changed.response) == ("correct", "It was May.", "")
    assert list(AuditRow.objects.filter(verb__startswith="reply.").values_list("verb", flat=True)) == [
        "reply.changed",
        "reply.responded",
        "reply.given",
        "reply.asked",
    ]


def test_sent_twice_it_makes_one_reply(personas: Personas) -> None:
    request = asked(personas)
    first = replied(personas, request)
    again = replied(personas, request)
    assert again.version == first.version == 2
    assert AuditRow.objects.filter(verb="reply.given").count() == 1


def test_another_reporter_was_quicker(personas: Personas) -> None:
    request = asked(personas)
    replied(personas, request)
    with pytest.raises(Conflict):
        replied(personas, request, Answer.ACCEPT, "")


@pytest.mark.parametrize("answer", ["comment", "correct", ""])
def test_what_an_answer_needs(personas: Personas, answer: str) -> None:
    with pytest.raises(ValidationError):
        replied(personas, asked(personas), answer, " ")


@pytest.mark.parametrize("name", ["other_reporter", "lead", "evaluator", "funder"])
def test_nobody_else_answers(personas: Personas, name: str) -> None:
    request = asked(personas)
    with pytest.raises(PermissionDenied):
        give_reply(by=personas[name], request=request, version=1, answer=Answer.ACCEPT)


def test_after_the_date_and_after_the_release_it_stays_as_it_is(personas: Personas) -> None:
    with pytest.raises(StepRefused, match="date for the reply has passed"):
        replied(personas, past(asked(personas)))
    request = replied(personas, asked(personas))
    released(personas, request.finding)
    with pytest.raises(StepRefused, match="released since"):
        replied(personas, request, text="Something else.")


# Release


def test_a_finding_is_not_released_while_a_partnership_has_time(personas: Personas) -> None:
    request = asked(personas)
    with pytest.raises(ValidationError, match="can reply until"):
        released(personas, request.finding)
    assert released(personas, request.finding, "funder").visibility == "funder"
    cancelled = cancel_request(
        by=personas.lead, request=request, version=request.version, reason="Asked by mistake."
    )
    assert not cancelled.is_open
    assert released(personas, request.finding).visibility == "public"


@pytest.mark.parametrize("end", [past, None])
def test_with_a_reply_or_after_the_date_it_can_be(personas: Personas, end: Any) -> None:
    request = asked(personas)
    request = end(request) if end else replied(personas, request)
    assert released(personas, request.finding).visibility == "public"


def test_who_releases_has_read_the_reply(personas: Personas) -> None:
    """A reply that came after the page of the release was opened is read first."""
    request = replied(personas, asked(personas))
    finding = Finding.objects.get(pk=request.finding_id)
    replied(personas, request, text="Something else.")
    with pytest.raises(Conflict):
        publish_finding(
            by=personas.lead,
            finding=finding,
            version=finding.version,
            visibility="public",
            checklist=AnonymisationPoint.values,
        )


# What leads do


def test_more_time_after_the_date_opens_it_again(personas: Personas) -> None:
    request = past(asked(personas))
    tell_what_is_due()
    request.refresh_from_db()
    longer = extend_request(
        by=personas.lead, request=request, version=request.version, due_on=TODAY() + A_WEEK
    )
    assert longer.is_open
    assert Notice.objects.filter(kind="reply-extended", person=personas.reporter).count() == 1
    with pytest.raises(ValidationError):
        extend_request(by=personas.lead, request=longer, version=longer.version, due_on=longer.due_on)


def test_what_was_answered_or_left_is_not_taken_back(personas: Personas) -> None:
    for request in (replied(personas, asked(personas)), past(asked(personas))):
        with pytest.raises(StepRefused, match="still open"):
            cancel_request(by=personas.lead, request=request, version=request.version, reason="No.")


# Ended by what happens to the finding


def test_withdrawing_the_finding_ends_it(personas: Personas) -> None:
    request = asked(personas)
    finding = released(personas, request.finding, "funder")
    withdraw_finding(by=personas.lead, finding=finding, version=finding.version, reason="A mistake.")
    request.refresh_from_db()
    assert request.cancelled_reason == "The finding was withdrawn."
    assert not ReplyRequest.objects.visible_to(personas.reporter).exists()


def test_narrowed_consent_ends_it(personas: Personas) -> None:
    request = asked(personas)
    source = request.finding.source
    entry = SourceEntry(kind="interview", collected_on=A_DAY, consent_scope="funder")
    update_source(by=personas.lead, source=source, data=entry, version=source.version)
    request.refresh_from_db()
    assert request.cancelled_at
    assert not ReplyRequest.objects.visible_to(personas.reporter).exists()


def test_a_finding_that_names_the_partnership_no_more_ends_it(personas: Personas) -> None:
    request = asked(personas)
    finding = request.finding
    data = FindingInput(**vars(input_of(finding)) | {"partnerships": [personas.other_partnership]})
    update_finding(by=personas.lead, finding=finding, data=data, version=finding.version)
    request.refresh_from_db()
    assert request.cancelled_reason == "The finding no longer names the partnership."


def test_consent_withdrawn_erases_what_was_asked_and_replied(personas: Personas) -> None:
    finding = waiting(personas, text=f"Found: {SECRET}.", quote=f"They said {SECRET}.")
    request = replied(personas, asked(personas, finding, note=SECRET), text=f"As {SECRET} says.")
    request = respond(by=personas.lead, request=request, version=request.version, response=SECRET)
    TypedForm.objects.create(
        created_by=personas.reporter, key=request.ref, reply_request=request, content={"reply": [SECRET]}
    )
    source = finding.source
    withdraw_consent(by=personas.lead, source=source, version=source.version, reason="They asked for it.")
    request.refresh_from_db()
    assert (request.asked_title, request.asked_text) == (TOMBSTONE, TOMBSTONE)
    assert not any([request.asked_quote, request.note, request.text, request.response])
    assert not TypedForm.objects.exists()
    assert not ReplyRequest.objects.visible_to(personas.reporter).exists()


def test_those_who_logged_from_a_source_are_told_that_its_consent_is_gone(
    personas: Personas, django_capture_on_commit_callbacks: Any
) -> None:
    finding = waiting(personas, text=f"Found: {SECRET}.")
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(
            by=personas.lead,
            source=finding.source,
            version=1,
            reason=f"They asked for it: {SECRET}.",
        )
    told = Notice.objects.filter(kind="consent-withdrawn")
    assert {notice.person for notice in told} == {personas.evaluator}
    [message] = [message for message in mail.outbox if "consent" in message.subject]
    assert finding.source.get_absolute_url() in message.body
    assert SECRET not in message.body


# By the clock


def run(command: str = "send_notices") -> None:
    call_command(command, stdout=StringIO())


def test_reporters_are_reminded_once_and_of_each_date(personas: Personas) -> None:
    request = asked(personas, due_on=TODAY() + datetime.timedelta(days=2))
    far = ReplyRequestFactory()
    run()
    run()
    reminders = Notice.objects.filter(kind="reply-due")
    assert [(notice.person, notice.by, notice.target_key) for notice in reminders] == [
        (personas.reporter, None, request.ref)
    ]
    assert far.ref not in reminders.values_list("target_key", flat=True)
    request.refresh_from_db()
    extend_request(
        by=personas.lead,
        request=request,
        version=request.version,
        due_on=TODAY() + datetime.timedelta(days=3),
    )
    run()
    assert reminders.all().count() == 2


def test_silence_is_told_once_to_who_asked(personas: Personas) -> None:
    request = past(asked(personas))
    mail.outbox.clear()
    run()
    run()
    told = Notice.objects.filter(kind="reply-silent")
    assert {(notice.person, notice.target_key) for notice in told} == {
        (personas.lead, request.ref),
        (personas.evaluator, request.ref),
    }
    assert any("No reply came in time" in message.subject for message in mail.outbox)


# What readers are shown


def shown_everywhere(client: Client, finding: Finding) -> dict[str, str]:
    """The pages and downloads on which a finding stands."""
    item = finding.items.get()
    addresses = {
        "page": finding.get_absolute_url(),
        "list": reverse("evidence:finding-list"),
        "item": item.get_absolute_url(),
        "partnership": reverse("evidence:partnership-detail", args=[finding.partnerships.get().slug]),
        "csv": reverse("evidence:finding-csv"),
        "api": reverse("api-findings-detail", args=[finding.ref]),
    }
    texts = {}
    for name, address in addresses.items():
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        texts[name] = body.decode()
    return texts


def test_a_reply_stands_with_the_finding_everywhere(personas: Personas, client: Client) -> None:
    request = replied(personas, asked(personas), text=f"It was {SECRET}.")
    finding = released(personas, request.finding)
    missing = [name for name, text in shown_everywhere(client, finding).items() if SECRET not in text]
    assert missing == []
    reply = client.get(reverse("api-findings-detail", args=[finding.ref])).json()["replies"]
    assert reply == [
        {
            "partnership": personas.partnership.slug,
            "answer": "comment",
            "text": f"It was {SECRET}.",
            "answered_on": TODAY().isoformat(),
            "due_on": request.due_on.isoformat(),
            "response": "",
            "to_earlier_wording": False,
        }
    ]


def test_silence_stands_with_the_finding_everywhere(personas: Personas, client: Client) -> None:
    request = past(asked(personas))
    finding = released(personas, request.finding)
    texts = shown_everywhere(client, finding)
    assert "No reply by" in texts["page"]
    assert all("No reply from North by" in texts[name] for name in ("list", "item", "partnership"))
    rows = list(csv.DictReader(StringIO(texts["csv"].removeprefix("\ufeff"))))
    assert rows[0]["replies"] == f"North did not reply (by {request.due_on.isoformat()})"
    api = client.get(reverse("api-findings-detail", args=[finding.ref])).json()["replies"]
    assert (api[0]["answer"], api[0]["answered_on"]) == (None, None)


def test_a_finding_reworded_after_the_reply_says_so(personas: Personas, client: Client) -> None:
    request = replied(personas, asked(personas))
    finding = Finding.objects.get(pk=request.finding_id)
    data = FindingInput(**vars(input_of(finding)) | {"text": "Worded otherwise."})
    update_finding(by=PersonFactory(lead=True), finding=finding, data=data, version=finding.version)
    finding = released(personas, finding)
    texts = shown_everywhere(client, finding)
    assert all("earlier wording" in texts[name] for name in ("page", "list", "item", "partnership", "csv"))
    assert client.get(f"/api/v1/findings/{finding.ref}/").json()["replies"][0]["to_earlier_wording"]


def test_what_is_open_is_the_teams_and_the_partnerships_alone(personas: Personas) -> None:
    request = asked(personas)
    released(personas, request.finding, "funder")
    seen = {
        name
        for name in ("visitor", "reporter", "other_reporter", "funder", "evaluator", "lead")
        if ReplyRequest.objects.visible_to(personas[name]).exists()
    }
    assert seen == {"reporter", "evaluator", "lead"}


# Pages


def test_a_reporter_answers_from_the_inbox_to_the_receipt(client_of: ClientOf, personas: Personas) -> None:
    request = asked(personas, note="Is the month right?")
    client = client_of("reporter")
    inbox = client.get("/inbox/").content.decode()
    assert "Your partnership is asked" in inbox
    assert "7 days left" in inbox
    page = client.get(request.get_absolute_url()).content.decode()
    assert request.asked_text in page
    assert "Is the month right?" in page
    assert request.finding.get_absolute_url() not in page
    refused = client.post(request.get_absolute_url(), {"version": 1, "answer": "correct", "reply": ""})
    assert "Write what should be corrected" in refused.content.decode()
    sent = {"version": 1, "answer": "correct", "reply": "It was May."}
    receipt = client.post(request.get_absolute_url(), sent, follow=True).content.decode()
    assert "Thank you." in receipt
    assert "It was May." in receipt
    assert "Change the reply" in receipt
    assert "Replied on" in client.get("/inbox/").content.decode()
    lead = client_of("lead").get("/inbox/").content.decode()
    assert "Corrects the finding: respond, or release the finding." in lead


def test_two_reporters_see_each_others_words_side_by_side(client_of: ClientOf, personas: Personas) -> None:
    request = asked(personas)
    replied(personas, request, text="We remember it so.")
    response = client_of("reporter").post(
        request.get_absolute_url(), {"version": 1, "answer": "accept", "reply": ""}
    )
    assert response.status_code == 409
    assert "We remember it so." in response.content.decode()


def test_what_is_typed_is_kept_found_again_and_forgotten(client_of: ClientOf, personas: Personas) -> None:
    request = asked(personas)
    client = client_of("reporter")
    typed = {
        "typed_base": 0,
        "typed_sequence": 1,
        "typed_page": "a page",
        "typed_person": personas.reporter.pk,
        "answer": "comment",
        "reply": "Half a thought",
    }
    keep = reverse("evidence:typed-form-keep-reply", args=[request.ref])
    assert client.post(keep, typed).status_code == 200
    assert "Half a thought" in client.get(request.get_absolute_url()).content.decode()
    assert "Half a thought" in client.get("/inbox/").content.decode()
    discard = reverse("evidence:typed-form-discard", args=[request.ref])
    assert f"Reply {request.ref}" in client.get(discard).content.decode()
    client.post(request.get_absolute_url(), {"version": 1, "answer": "accept", "reply": ""})
    assert not TypedForm.objects.exists()
    past(request)
    late = client.post(keep, typed)
    assert (late.status_code, "passed" in late.json()["message"]) == (400, True)


def test_a_finding_gone_meanwhile_leads_back_to_the_inbox(client_of: ClientOf, personas: Personas) -> None:
    request = past(asked(personas))
    sent = {"version": 1, "answer": "accept", "reply": ""}
    response = client_of("reporter").post(request.get_absolute_url(), sent, follow=True)
    assert "The date for the reply has passed" in response.content.decode()


def test_a_cancelled_request_shows_the_reason_and_no_words(client_of: ClientOf, personas: Personas) -> None:
    request = asked(personas, waiting(personas, text=f"Found: {SECRET}."))
    client_of("lead").post(
        reverse("evidence:reply-cancel", args=[request.ref]), {"version": 1, "reason": "Asked by mistake."}
    )
    page = client_of("reporter").get(request.get_absolute_url()).content.decode()
    assert "Asked by mistake." in page
    assert SECRET not in page


def test_a_lead_asks_and_responds_on_the_pages(client_of: ClientOf, personas: Personas) -> None:
    finding = waiting(personas)
    client = client_of("lead")
    sent = {
        "version": 1,
        "partnerships": personas.partnership.slug,
        "due_on": "",
        "note": "",
        "checklist": AnonymisationPoint.values,
    }
    said = client.post(reverse("evidence:finding-ask", args=[finding.ref]), sent, follow=True)
    assert "Asked: North." in said.content.decode()
    request = ReplyRequest.objects.get()
    assert request.due_on == TODAY() + datetime.timedelta(days=14)
    publish = client.get(reverse("evidence:finding-publish", args=[finding.ref])).content.decode()
    assert "North can reply until" in publish
    replied(personas, request)
    response = client.post(
        reverse("evidence:reply-respond", args=[request.ref]),
        {"version": 2, "response": "We put it in."},
        follow=True,
    )
    assert "We put it in." in response.content.decode()
    assert Notice.objects.filter(kind="reply-responded", person=personas.reporter).count() == 1
