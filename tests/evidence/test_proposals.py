"""From an accepted report to evidence: what is offered, what is made of it, and how far that may go."""

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.actions.consent import withdraw_consent
from evidence.actions.fieldwork import SourceEntry, update_source
from evidence.actions.finding_input import CodingInput, FindingInput, details_of, input_of
from evidence.actions.findings import delete_draft, publish_finding, submit_finding, update_finding
from evidence.actions.proposals import (
    claim_answers,
    drop_answers,
    merge_answer,
    take_answer,
    take_up_again,
)
from evidence.actions.replies import ask_for_replies, give_reply
from evidence.actions.rounds import close_round, reopen_round
from evidence.actions.self_reports import accept_report, return_report, submit_report
from evidence.actions.typed_forms import keep_typed_form
from evidence.models import Finding, Proposal, ReplyRequest, Round, SelfReport, TypedForm
from evidence.queries.proposals import trail_of
from evidence.queries.reports import quotation_of
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow
from tests.access.rows import CHECKLIST
from tests.evidence.test_self_reports import Asked
from tests.factories import (
    DriverFactory,
    FindingFactory,
    LessonFactory,
    PersonFactory,
    QuestionFactory,
    ResearchQuestionFactory,
    SectorFactory,
)
from tests.personas import Personas

Clients = Callable[[str], Client]
State = Proposal.State
SOON = timezone.localdate() + datetime.timedelta(days=14)


class Told(Asked):
    """North's accepted report: it began something new, and why; the second question is tied to items."""

    def __init__(self, personas: Personas, **round_fields: Any) -> None:
        super().__init__(personas, **round_fields)
        self.sector = SectorFactory(code="public")
        self.lesson = LessonFactory(sectors=[self.sector])
        self.asking = ResearchQuestionFactory()
        self.why.items.set([self.lesson, self.asking])
        self.answer(self.new, "yes")
        self.answer(self.why, "We ring each other.")
        self.accept()

    def accept(self) -> SelfReport:
        self.report.refresh_from_db()
        by = self.personas.reporter
        report = submit_report(by=by, report=self.report, version=self.report.version, declared=True)
        self.report = accept_report(by=self.personas.lead, report=report, version=report.version)
        return self.report

    def open_again(self) -> None:
        self.report.refresh_from_db()
        self.report = return_report(
            by=self.personas.lead, report=self.report, version=self.report.version, reason="Say more."
        )

    def change(self, value: str, question: Any = None) -> None:
        from evidence.models import Answer

        question = question or self.why
        stored = Answer.objects.filter(self_report=self.report, question=question).first()
        self.answer(question, value, seen_version=stored.version if stored else 0)

    @property
    def proposal(self) -> Proposal:
        return Proposal.objects.get(self_report=self.report, is_current=True)

    def data(self, **fields: Any) -> FindingInput:
        return FindingInput(
            **{
                "text": "Ringing helps.",
                "quote": "We ring each other.",
                "partnerships": [self.personas.partnership],
                "codings": [CodingInput(item=self.lesson, direction="supports")],
                "visibility": "team",
                **fields,
            }
        )

    def take(self, **fields: Any) -> Finding:
        return take_answer(
            by=self.personas.evaluator,
            proposal=self.proposal,
            data=self.data(**fields),
            submission_key="8d1cc28e-2df5-4a7c-9a30-8a3d1c2f6b11",
        )

    def published(self, visibility: str = "team", **fields: Any) -> Finding:
        finding = self.take(visibility=visibility, **fields)
        finding = submit_finding(by=self.personas.evaluator, finding=finding, version=finding.version)
        return publish_finding(
            by=self.personas.lead, finding=finding, version=finding.version, visibility=visibility
        )


@pytest.fixture
def told(personas: Personas) -> Told:
    return Told(personas)


# What is offered


def test_accepting_offers_answers_that_are_tied_to_items(told: Told) -> None:
    proposal = told.proposal
    assert (proposal.question, proposal.words, proposal.state) == (
        told.why,
        "We ring each other.",
        State.WAITING,
    )
    source = told.report.source
    assert (source.consent_scope, source.quote_permission, source.is_shared) == ("team", False, True)
    assert AuditRow.objects.filter(verb="self-report.accepted").latest("number").details["proposed"] == 1


def test_an_answer_that_is_not_asked_for_is_not_offered(told: Told) -> None:
    told.open_again()
    told.change("no", told.new)
    told.accept()
    assert not Proposal.objects.exists()


def test_a_table_is_quoted_row_by_row() -> None:
    question = QuestionFactory.build(
        kind="table",
        columns=[
            {"key": "who", "label": "Who", "kind": "text", "options": []},
            {"key": "much", "label": "How much", "kind": "money", "options": []},
        ],
    )
    rows = [{"who": "The college", "much": 12000}, {"who": "The trust", "much": ""}]
    assert quotation_of(question, rows) == "Who: The college; How much: £12,000\nWho: The trust"


def test_accepted_again_unchanged_answers_keep_what_came_of_them(told: Told) -> None:
    finding = told.take()
    told.open_again()
    told.accept()
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.finding, proposal.is_current) == (State.TAKEN, finding, True)


def test_a_changed_answer_is_offered_again_and_says_so(told: Told, client_of: Clients) -> None:
    finding = told.take()
    told.open_again()
    told.change("We meet every week.")
    told.accept()
    earlier, now = Proposal.objects.order_by("pk")
    assert (earlier.finding, earlier.is_current) == (finding, False)
    assert (now.words, now.state) == ("We meet every week.", State.WAITING)
    page = client_of("evaluator").get(reverse("evidence:proposal-list")).content.decode()
    assert "This answer was changed." in page
    assert finding.ref in page
    told.open_again()
    told.change("We ring each other.")
    told.accept()
    assert Proposal.objects.get().finding == finding  # what nobody had decided about is gone


def test_nobody_but_the_team_reads_what_waits(told: Told, personas: Personas) -> None:
    proposals = Proposal.objects
    for persona in ("evaluator", "lead"):
        assert proposals.visible_to(personas[persona]).count() == 1
    for persona in ("reporter", "other_reporter", "funder", "administrator"):
        assert proposals.visible_to(personas[persona]).count() == 0
    told.open_again()
    assert proposals.visible_to(personas.lead).count() == 0


# Taking, merging, dropping


def test_taking_makes_a_finding_that_rests_on_the_report(told: Told) -> None:
    finding = told.take(source=None)
    assert (finding.origin, finding.source, finding.quote) == (
        Finding.Origin.SELF_REPORT,
        told.report.source,
        "We ring each other.",
    )
    proposal = told.proposal
    assert (proposal.state, proposal.finding, proposal.decided_by) == (
        State.TAKEN,
        finding,
        told.personas.evaluator,
    )
    assert told.take(source=None) == finding  # sent twice


def test_the_form_offers_the_items_without_a_direction(told: Told, client_of: Clients) -> None:
    browser, address = client_of("evaluator"), reverse("evidence:proposal-take", args=[told.proposal.ref])
    form = browser.get(address).context_data["form"]
    assert form["quote"].value() == "We ring each other."
    assert form["partnerships"].value() == [told.personas.partnership.slug]
    assert form["sectors"].value() == ["public"]
    assert set(form.picker.suggested) == {told.lesson.code, told.asking.code}
    assert {code: choice.direction for code, choice in form.picker.choices.items()} == {
        told.asking.code: "context"
    }
    posted = {
        "text": "Ringing helps.",
        "partnerships": [told.personas.partnership.slug],
        "visibility": "team",
        f"coding-{told.lesson.code}-direction": "challenges",
        "step": "submit",
    }
    assert browser.post(address, posted | {"text": ""}).context_data["form"].errors == {
        "text": ["Say what was found."]
    }
    response = browser.post(address, posted)
    finding = Finding.objects.get()
    assert response["Location"] == finding.get_absolute_url()
    assert (finding.status, finding.origin) == ("submitted", "self-report")
    assert finding.codings.get().direction == "challenges"


def test_what_was_typed_into_it_is_found_again_there(told: Told, client_of: Clients) -> None:
    key = "8d1cc28e-2df5-4a7c-9a30-8a3d1c2f6b11"
    keep_typed_form(
        by=told.personas.evaluator,
        key=key,
        fields={"text": ["Half a thought"], "answer": [told.proposal.ref]},
        base=0,
        sequence=1,
        page="",
    )
    address = TypedForm.objects.get().get_absolute_url()
    assert address == f"{reverse('evidence:proposal-take', args=[told.proposal.ref])}?continue={key}"
    assert b"Half a thought" in client_of("evaluator").get(address).content


def test_who_comes_second_keeps_what_they_typed(told: Told, client_of: Clients) -> None:
    address = reverse("evidence:proposal-take", args=[told.proposal.ref])
    told.take()
    posted = {"text": "I was slower.", "visibility": "team"}
    response = client_of("other_evaluator").post(address, posted)
    assert response.status_code == 409
    page = response.content.decode()
    assert "I was slower." in page
    assert "Somebody was quicker" in page
    assert Finding.objects.count() == 1


def test_answers_that_say_the_same_are_taken_together(told: Told) -> None:
    told.open_again()
    other = QuestionFactory(section=told.section, key="more")
    other.items.set([told.lesson])
    told.answer(other, "By telephone.")
    told.accept()
    first, second = Proposal.objects.order_by("pk")
    finding = take_answer(by=told.personas.evaluator, proposal=first, data=told.data(), along=[second.ref])
    assert [(one.state, one.words) for one in trail_of(told.personas.lead, finding)] == [
        (State.TAKEN, "We ring each other."),
        (State.MERGED, "By telephone."),
    ]


def test_merging_changes_no_word_of_the_finding(told: Told, client_of: Clients) -> None:
    finding = FindingFactory(published=True, visibility="public", text="They telephone.")
    address = reverse("evidence:proposal-merge", args=[told.proposal.ref])
    browser = client_of("evaluator")
    for wrong in ({}, {"finding": "F-22222222"}, {"finding": "\x00"}):
        assert browser.post(address, wrong).context_data["form"].errors
    browser.post(address, {"finding": finding.ref.lower()})
    finding.refresh_from_db()
    assert (finding.version, finding.text) == (1, "They telephone.")
    assert told.proposal.finding == finding
    page = reverse("evidence:finding-detail", args=[finding.ref])
    assert b"We ring each other." in browser.get(page).content
    for persona in ("visitor", "other_reporter", "funder"):
        assert b"We ring each other." not in client_of(persona).get(page).content


def test_dropping_says_why_and_can_be_undone(told: Told) -> None:
    by, refs = told.personas.evaluator, [told.proposal.ref]
    for reason in (" ", "x" * 2_001):
        with pytest.raises(ValidationError):
            drop_answers(by=by, refs=refs, reason=reason)
    drop_answers(by=by, refs=refs, reason="Nothing new.")
    with pytest.raises(StepRefused):
        drop_answers(by=by, refs=refs, reason="Nothing new.")
    take_up_again(by=by, proposal=told.proposal)
    assert (told.proposal.state, told.proposal.reason) == (State.WAITING, "")
    with pytest.raises(PermissionDenied):
        drop_answers(by=told.personas.reporter, refs=refs, reason="No.")


def test_several_are_claimed_and_dropped_from_the_list(told: Told, client_of: Clients) -> None:
    browser, ref = client_of("evaluator"), told.proposal.ref
    browser.post(reverse("evidence:proposal-claim"), {"ref": [ref], "step": "claim"})
    assert told.proposal.claimed_by == told.personas.evaluator
    inbox = browser.get(reverse("evidence:inbox")).content.decode()
    assert "1 claimed by you" in inbox
    drop = reverse("evidence:proposal-drop")
    assert "We ring each other." in browser.get(f"{drop}?ref={ref}").content.decode()
    assert browser.post(drop, {"ref": [ref]}).context_data["form"].errors
    browser.post(drop, {"ref": [ref], "reason": "Nothing new."})
    assert (told.proposal.state, told.proposal.claimed_by) == (State.DROPPED, None)
    late = client_of("lead").post(drop, {"ref": [ref], "reason": "Mine, at length."})
    assert late.status_code == 409
    assert "Mine, at length." in late.content.decode()
    claim_answers(by=told.personas.lead, refs=[ref])
    assert told.proposal.claimed_by is None


def test_a_draft_that_is_deleted_lets_its_answer_wait_again(told: Told) -> None:
    finding = told.take()
    delete_draft(by=told.personas.evaluator, finding=finding, version=finding.version)
    assert (told.proposal.state, told.proposal.finding) == (State.WAITING, None)


def test_the_report_shows_the_team_what_became_of_each_answer(told: Told, client_of: Clients) -> None:
    drop_answers(by=told.personas.evaluator, refs=[told.proposal.ref], reason="Nothing new here.")
    page = reverse("evidence:report-detail", args=[told.report.ref])
    assert b"Nothing new here." in client_of("lead").get(page).content
    assert b"Nothing new here." not in client_of("reporter").get(page).content


# How far it may go


def test_a_finding_goes_no_further_than_the_round_promised(personas: Personas) -> None:
    told = Told(personas)
    with pytest.raises(ValidationError):
        told.published("funder")


def test_what_waits_for_the_end_of_a_round_waits_with_its_findings(personas: Personas) -> None:
    told = Told(personas, funder_reads=Round.FunderReads.CLOSED)
    finding = told.published("team")

    def to_funder() -> Finding:
        current = Finding.objects.get(pk=finding.pk)
        return publish_finding(
            by=personas.lead, finding=current, version=current.version, visibility="funder"
        )

    with pytest.raises(ValidationError):
        to_funder()
    close_round(by=personas.lead, round_=told.round, version=told.round.version)
    assert to_funder().visibility == "funder"
    told.round.refresh_from_db()
    reopen_round(by=personas.lead, round_=told.round, version=told.round.version)
    finding.refresh_from_db()
    assert finding.visibility == "team"


def test_the_source_of_a_report_keeps_the_promise(told: Told) -> None:
    source = told.report.source
    stated = details_of(source).__dict__
    for wider in ({"consent_scope": "funder"}, {"quote_permission": True}):
        with pytest.raises(ValidationError):
            update_source(
                by=told.personas.lead,
                source=source,
                data=SourceEntry(**stated | wider),
                version=source.version,
            )
    finding = told.take()
    with pytest.raises(ValidationError):
        update_finding(
            by=told.personas.evaluator,
            finding=finding,
            data=told.data(source=None),
            version=finding.version,
        )


def ask_its_partnership(told: Told, finding: Finding) -> ReplyRequest:
    [request] = ask_for_replies(
        by=told.personas.lead,
        finding=finding,
        version=finding.version,
        partnerships=[told.personas.partnership],
        due_on=SOON,
        checklist=CHECKLIST,
    )
    return request


def release(told: Told, finding: Finding) -> Finding:
    current = Finding.objects.get(pk=finding.pk)
    return publish_finding(
        by=told.personas.lead,
        finding=current,
        version=current.version,
        visibility="partnerships",
        checklist=CHECKLIST,
    )


def test_it_goes_further_once_its_partnership_accepts_the_words(told: Told, client_of: Clients) -> None:
    finding = told.published()
    with pytest.raises(ValidationError):
        release(told, finding)
    request = ask_its_partnership(told, finding)
    page = client_of("reporter").get(request.get_absolute_url())
    assert b"We ring each other." in page.content
    assert b"It rests on what your partnership reported" in page.content
    assert client_of("other_reporter").get(request.get_absolute_url()).status_code == 404
    give_reply(by=told.personas.reporter, request=request, version=request.version, answer="accept")
    assert release(told, finding).visibility == "partnerships"
    finding.refresh_from_db()
    update_finding(
        by=told.personas.lead,
        finding=finding,
        data=input_of_with(finding, text="Other words."),
        version=finding.version,
    )
    finding.refresh_from_db()
    assert finding.visibility == "team"
    with pytest.raises(ValidationError):
        release(told, finding)


def input_of_with(finding: Finding, **fields: Any) -> FindingInput:
    return FindingInput(**{**input_of(finding).__dict__, **fields})


@pytest.mark.parametrize("answer", ["comment", "correct"])
def test_no_other_answer_lets_it_go_further(told: Told, answer: str) -> None:
    finding = told.published()
    request = ask_its_partnership(told, finding)
    give_reply(by=told.personas.reporter, request=request, version=request.version, answer=answer, text="Hm.")
    with pytest.raises(ValidationError):
        release(told, finding)


def test_no_other_partnership_is_asked_about_it(told: Told) -> None:
    finding = told.take(partnerships=[told.personas.partnership, told.personas.other_partnership])
    finding = submit_finding(by=told.personas.evaluator, finding=finding, version=finding.version)
    with pytest.raises(ValidationError):
        ask_for_replies(
            by=told.personas.lead,
            finding=finding,
            version=finding.version,
            partnerships=[told.personas.other_partnership],
            due_on=SOON,
            checklist=CHECKLIST,
        )


def test_consent_that_is_withdrawn_leaves_no_copy_of_the_answers(told: Told) -> None:
    finding = told.published()
    source = told.report.source
    withdraw_consent(by=told.personas.lead, source=source, version=source.version, reason="They asked.")
    finding.refresh_from_db()
    assert finding.status == "withdrawn"
    assert "ring" not in told.proposal.words
    assert not Proposal.objects.visible_to(told.personas.reporter).exists()


def test_a_finding_logged_from_the_source_of_a_report_is_of_its_origin(told: Told) -> None:
    from evidence.actions.findings import log_finding

    finding = log_finding(by=told.personas.evaluator, data=told.data(source=told.report.source))
    assert finding.origin == Finding.Origin.SELF_REPORT


def test_its_own_partnership_and_the_funder_learn_what_they_may(personas: Personas) -> None:
    told = Told(personas, funder_reads=Round.FunderReads.ACCEPTED)
    finding = told.take(visibility="team")
    assert not trail_of(personas.reporter, finding)
    finding = submit_finding(by=personas.evaluator, finding=finding, version=finding.version)
    finding = publish_finding(by=personas.lead, finding=finding, version=finding.version, visibility="team")
    assert len(trail_of(personas.reporter, finding)) == 1
    assert not trail_of(personas.funder, finding)
    assert not trail_of(personas.other_reporter, finding)
    publish_finding(by=personas.lead, finding=finding, version=finding.version, visibility="funder")
    assert len(trail_of(personas.funder, finding)) == 1


def test_an_answer_merged_into_a_masked_finding_is_not_told_to_its_partnership(told: Told) -> None:
    finding = FindingFactory(published=True, visibility="partnerships", mask_area=True)
    merge_answer(by=told.personas.evaluator, proposal=told.proposal, finding=finding)
    assert not trail_of(told.personas.reporter, finding)


# At once


def at_once(number: int, do: Callable[[int], Any]) -> list[Any]:
    """Do it in so many threads at the same moment; what each returned or raised."""
    results: list[Any] = [None] * number
    start = threading.Barrier(number)

    def run(place: int) -> None:
        start.wait()
        try:
            results[place] = do(place)
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_evaluators_take_the_same_answer_and_one_of_them_does(personas: Personas) -> None:
    told = Told(personas)
    people = [PersonFactory(evaluator=True) for _ in range(6)]
    proposal, data = told.proposal, told.data()
    results = at_once(6, lambda place: take_answer(by=people[place], proposal=proposal, data=data))
    assert sum(isinstance(result, Finding) for result in results) == 1
    assert sum(isinstance(result, StepRefused) for result in results) == 5
    assert Finding.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_leads_accept_at_once_and_answers_are_offered_once(personas: Personas) -> None:
    asked = Asked(personas)
    asked.why.items.set([DriverFactory()])
    asked.answer(asked.new, "yes")
    asked.answer(asked.why, "We ring each other.")
    asked.report.refresh_from_db()
    report = submit_report(
        by=personas.reporter, report=asked.report, version=asked.report.version, declared=True
    )
    people = [PersonFactory(lead=True) for _ in range(4)]
    results = at_once(4, lambda place: accept_report(by=people[place], report=report, version=report.version))
    assert sum(isinstance(result, SelfReport) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 3
    assert Proposal.objects.count() == 1
