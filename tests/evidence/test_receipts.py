"""Receipts: what a partnership learns of what came of its report, what it does not, and when it is told."""

import datetime
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.actions.finding_input import CodingInput
from evidence.actions.findings import publish_finding, submit_finding, withdraw_finding
from evidence.actions.proposals import merge_answer, take_answer
from evidence.models import Finding, Proposal, Round, SelfReport
from evidence.queries.receipts import receipt_of, receipts_for
from evidence.queries.standing import Status
from partnerships.models import Notice
from tests.evidence.test_proposals import Told, at_once
from tests.factories import (
    BarrierFactory,
    CodingFactory,
    FindingFactory,
    PartnershipFactory,
    QuestionFactory,
)
from tests.personas import Personas

Clients = Callable[[str], Client]


@pytest.fixture
def told(personas: Personas) -> Told:
    return Told(personas, funder_reads=Round.FunderReads.ACCEPTED)


def page_of(client: Client, told: Told) -> str:
    return client.get(reverse("evidence:report-receipt", args=[told.report.ref])).content.decode()


def test_nothing_is_told_before_a_finding_is_published(told: Told, client_of: Clients) -> None:
    told.take(title="The inner thought")
    assert "Nothing is published yet" in page_of(client_of("reporter"), told)
    assert not receipts_for(told.personas.reporter)


def test_the_partnership_learns_which_lessons_its_words_inform(told: Told, client_of: Clients) -> None:
    """It reads its own words and the lessons, and of a finding for the funder neither words nor direction."""
    barrier = BarrierFactory()
    finding = told.published(
        "funder",
        title="A headline for the funder",
        text="Read by the funder.",
        codings=[
            CodingInput(item=told.lesson, direction="challenges"),
            CodingInput(item=barrier, direction="supports"),
        ],
    )
    receipt = receipt_of(told.personas.reporter, told.report)
    assert [row.item.code for row in receipt.lessons] == [told.lesson.code]
    assert [row.item.code for row in receipt.others] == [barrier.code]
    assert receipt.learned[0].finding is None
    page = page_of(client_of("reporter"), told)
    assert f"{told.lesson.code} {told.lesson.title}" in page
    assert "We ring each other." in page
    for hidden in (finding.ref, "A headline for the funder", "Read by the funder.", "badge direction"):
        assert hidden not in page
    assert "A headline for the funder" in page_of(client_of("funder"), told)


def test_no_other_partnership_learns_of_it(told: Told, client_of: Clients) -> None:
    told.published("funder")
    stranger = client_of("other_reporter")
    assert stranger.get(reverse("evidence:report-receipt", args=[told.report.ref])).status_code == 404
    assert told.report.ref not in stranger.get(reverse("evidence:inbox")).content.decode()


def test_what_changed_since_is_counted_by_the_readers_own_eyes(told: Told) -> None:
    told.published("funder")
    funder, reporter = told.personas.funder, told.personas.reporter
    for direction in ("supports", "supports", "challenges"):
        finding = FindingFactory(published=True, visibility="funder", partnerships=[PartnershipFactory()])
        CodingFactory(finding=finding, item=told.lesson, direction=direction)
    [row] = receipt_of(funder, told.report).lessons
    assert (row.before.status, row.now.status, row.added) == (Status.UNTESTED, Status.SUPPORTED, 4)
    [row] = receipt_of(reporter, told.report).lessons
    assert (row.now.status, row.added, row.has_changed) == (Status.UNTESTED, 0, False)


def test_evidence_from_before_the_report_is_no_change(told: Told) -> None:
    before = FindingFactory(published=True, visibility="public", partnerships=[PartnershipFactory()])
    CodingFactory(finding=before, item=told.lesson, direction="supports")
    Finding.objects.filter(pk=before.pk).update(published_at=timezone.now() - datetime.timedelta(days=30))
    told.published("funder")
    [row] = receipt_of(told.personas.reporter, told.report).lessons
    assert (row.before.status, row.now.status, row.added) == (Status.THIN, Status.THIN, 0)


def test_what_is_withdrawn_is_not_told_any_more(told: Told) -> None:
    finding = told.published("funder")
    withdraw_finding(by=told.personas.lead, finding=finding, version=finding.version, reason="Wrong.")
    assert not receipt_of(told.personas.reporter, told.report).learned


def test_an_answer_merged_into_other_evidence_is_told_with_that_alone(told: Told) -> None:
    """A masked finding is never named beside the partnership that it is from."""
    masked = FindingFactory(published=True, visibility="partnerships", mask_area=True)
    merge_answer(by=told.personas.evaluator, proposal=told.proposal, finding=masked)
    assert not receipt_of(told.personas.reporter, told.report).learned
    assert receipt_of(told.personas.funder, told.report).learned[0].finding == masked
    Finding.objects.filter(pk=masked.pk).update(mask_area=False)
    assert receipt_of(told.personas.reporter, told.report).learned[0].finding == masked


def test_its_people_are_told_once_a_day(told: Told, django_capture_on_commit_callbacks) -> None:
    told.open_again()
    other = QuestionFactory(section=told.section, key="more")
    other.items.set([told.lesson])
    told.answer(other, "By telephone.")
    told.accept()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        told_of = publish_all(told)
    subject = f"What you said in report {told.report.ref} is evidence now"
    mine = [message for message in mail.outbox if message.to == [told.personas.reporter.email]]
    assert [message.subject for message in mine] == [subject]
    assert reverse("evidence:report-receipt", args=[told.report.ref]) in mine[0].body
    assert len(told_of) == 3
    now, later = Notice.objects.filter(kind="report-learned").order_by("due_at")
    assert timezone.localtime(later.due_at).date() == timezone.localdate() + datetime.timedelta(days=1)
    assert now.person == later.person == told.personas.reporter


def publish_all(told: Told) -> list[Finding]:
    """Three findings of two answers and a second of one of them, published one after the other."""
    by, findings = told.personas.evaluator, []
    for place, proposal in enumerate(Proposal.objects.order_by("pk")):
        data = told.data(text=f"Finding {place}", visibility="funder")
        findings.append(take_answer(by=by, proposal=proposal, data=data))
    findings.append(findings[0])
    for finding in findings:
        finding.refresh_from_db()
        if finding.status == "draft":
            finding = submit_finding(by=by, finding=finding, version=finding.version)
        publish_finding(by=told.personas.lead, finding=finding, version=finding.version, visibility="funder")
    return findings


def test_the_inbox_leads_to_it(told: Told, client_of: Clients) -> None:
    told.published("funder")
    page = client_of("reporter").get(reverse("evidence:inbox")).content.decode()
    assert reverse("evidence:report-receipt", args=[told.report.ref]) in page


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_publications_at_once_make_one_message_a_day(personas: Personas) -> None:
    told = Told(personas)
    told.open_again()
    other = QuestionFactory(section=told.section, key="more")
    other.items.set([told.lesson])
    told.answer(other, "By telephone.")
    told.accept()
    ready = []
    for proposal in Proposal.objects.order_by("pk"):
        finding = take_answer(
            by=personas.evaluator, proposal=proposal, data=told.data(text=proposal.words), submit=True
        )
        ready.append(finding)
    at_once(
        2,
        lambda place: publish_finding(
            by=personas.lead, finding=ready[place], version=ready[place].version, visibility="team"
        ),
    )
    days = [
        timezone.localtime(notice.due_at).date() for notice in Notice.objects.filter(kind="report-learned")
    ]
    assert len(days) == len(set(days)) == 2
    assert SelfReport.objects.get().status == "accepted"
