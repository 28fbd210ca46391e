"""Several people at one moment. On SQLite writers queue, so these races show on PostgreSQL."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from evidence.actions.appraisals import AppraisalInput, appraise
from evidence.actions.attachments import add_attachment, release_attachment
from evidence.actions.bulk import BulkChange, BulkRefused, change_findings
from evidence.actions.comments import add_comment
from evidence.actions.consent import TOMBSTONE, withdraw_consent
from evidence.actions.finding_input import FindingInput, input_of
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import log_finding, publish_finding, update_finding
from evidence.actions.ratings import RatingsConflict, save_ratings, send_ratings
from evidence.actions.replies import give_reply, tell_what_is_due
from evidence.actions.rounds import close_round, open_round
from evidence.actions.self_reports import AnswersConflict, TypedAnswer, save_answers, submit_report
from evidence.actions.several_findings import log_several
from evidence.actions.typed_forms import OutOfDate, keep_typed_form
from evidence.actions.watching import tell_watchers, watch_item
from evidence.models import (
    Answer,
    Appraisal,
    Attachment,
    Finding,
    Rater,
    Rating,
    RatingsEnd,
    ReplyRequest,
    Round,
    SelfReport,
    Source,
    TypedForm,
)
from evidence.models.answer_values import digest_of
from evidence.queries.ratings import Said, digest_of_part
from partnerships.audit import verify
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow, Notice, Person
from partnerships.notices import deliver, due
from tests.factories import (
    AttachmentFactory,
    DriverFactory,
    FindingFactory,
    LessonFactory,
    NoticeFactory,
    PartnershipFactory,
    PersonFactory,
    QuestionFactory,
    RaterFactory,
    RatingFactory,
    RatingStatementFactory,
    ReplyRequestFactory,
    RoundFactory,
    SectionFactory,
    SelfReportFactory,
    SourceFactory,
)
from tests.personas import make_personas
from tests.test_workflow import complete_input

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
AT_ONCE = 20
REFUSALS = (BulkRefused, Conflict, PermissionDenied, StepRefused)


def all_at_once(deed: Callable[[int], Any]) -> list[Any]:
    """Do it in twenty threads that wait for each other; returns each one's result or exception."""
    barrier = threading.Barrier(AT_ONCE)
    results: list[Any] = [None] * AT_ONCE

    def run(number: int) -> None:
        try:
            barrier.wait()
            results[number] = deed(number)
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_twenty_identical_submissions_make_one_finding() -> None:
    personas = make_personas()
    data = complete_input(personas)

    def submit(number: int) -> str:
        by = Person.objects.get(pk=personas.evaluator.pk)
        return log_finding(by=by, data=data, submit=True, submission_key="one-form").ref

    refs = all_at_once(submit)
    finding = Finding.objects.get()
    assert refs == [finding.ref] * AT_ONCE
    assert finding.status == "submitted"
    assert finding.source.findings.count() == 1
    assert type(finding.source).objects.count() == 1
    assert AuditRow.objects.filter(verb="finding.logged").count() == 1
    assert AuditRow.objects.filter(verb="finding.submitted").count() == 1


def test_twenty_sendings_of_one_page_make_each_of_its_findings_once() -> None:
    personas = make_personas()
    source = SourceFactory(is_shared=True, created_by=personas.evaluator)
    complete = replace(complete_input(personas), source=source)
    entries = [replace(complete, text=f"Finding {number}.") for number in range(3)]

    def send(number: int) -> list[str]:
        by = Person.objects.get(pk=personas.evaluator.pk)
        saved = log_several(by=by, source=source, entries=entries, submit=True, submission_key="one-page")
        return [finding.ref for finding in saved]

    refs = all_at_once(send)
    assert refs == [refs[0]] * AT_ONCE
    assert set(refs[0]) == set(Finding.objects.filter(status="submitted").values_list("ref", flat=True))
    assert len(refs[0]) == AuditRow.objects.filter(verb="finding.logged").count() == 3


def test_twenty_appraisers_of_one_finding_make_one_appraisal() -> None:
    finding = FindingFactory(published=True)
    evaluators = [PersonFactory(evaluator=True) for _ in range(AT_ONCE)]

    def judge(number: int) -> int:
        by = Person.objects.get(pk=evaluators[number].pk)
        data = AppraisalInput(voice="some", reason=f"View {number}.")
        appraisal = appraise(by=by, subject=finding, data=data, version=0)
        return appraisal.version if appraisal else 0

    results = all_at_once(judge)
    assert [result for result in results if not isinstance(result, Conflict)] == [1]
    assert Appraisal.objects.get().reason == f"View {results.index(1)}."


def test_twenty_times_the_same_file_is_one_file() -> None:
    personas = make_personas()
    finding = FindingFactory(created_by=personas.evaluator)

    def add(number: int) -> str:
        upload = SimpleUploadedFile("notes.txt", b"What was said.")
        return add_attachment(by=personas.evaluator, owner=finding, upload=upload).ref

    refs = all_at_once(add)
    assert refs == [Attachment.objects.get().ref] * AT_ONCE
    assert AuditRow.objects.filter(verb="attachment.added").count() == 1


def test_a_file_released_while_consent_is_withdrawn_is_gone_all_the_same() -> None:
    personas = make_personas()
    source = SourceFactory(created_by=personas.evaluator)
    file = AttachmentFactory(source=source)

    def withdraw_or_release(number: int) -> None:
        if number == 0:
            withdraw_consent(by=personas.evaluator, source=source, version=1, reason="By letter.")
        else:
            release_attachment(by=personas.lead, attachment=file, version=1, visibility="funder")

    results = all_at_once(withdraw_or_release)
    assert results[0] is None
    assert sum(result is None for result in results[1:]) <= 1
    file.refresh_from_db()
    assert (file.is_erased, file.visibility, file.copy) == (True, "team", "")


def test_twenty_editors_of_one_version_make_one_change() -> None:
    finding = FindingFactory()

    def edit(number: int) -> int:
        by = Person.objects.get(pk=finding.created_by_id)
        mine = Finding.objects.get(pk=finding.pk)
        data = FindingInput(**{**vars(input_of(mine)), "text": f"Wording number {number}."})
        return update_finding(by=by, finding=mine, data=data, version=1).version

    results = all_at_once(edit)
    assert [result for result in results if not isinstance(result, Conflict)] == [2]
    finding.refresh_from_db()
    assert finding.version == 2
    winner = results.index(2)
    assert finding.text == f"Wording number {winner}."
    assert AuditRow.objects.filter(verb="finding.edited").count() == 1


def test_twenty_pages_of_one_form_keep_one_and_tell_the_others() -> None:
    personas = make_personas()
    key = "7b0c2f4e-52a1-4a34-9a3b-1d6f0e1c2b3a"

    def keep(number: int) -> str:
        by = Person.objects.get(pk=personas.evaluator.pk)
        fields = {"text": [f"Words of page {number}"]}
        kept = keep_typed_form(by=by, key=key, fields=fields, base=0, sequence=1, page=f"page {number}")
        return kept.page

    results = all_at_once(keep)
    [winner] = [result for result in results if not isinstance(result, OutOfDate)]
    typed = TypedForm.objects.get()
    assert typed.page == winner
    assert typed.content["text"] == [f"Words of {winner}"]


def test_twenty_leads_publish_one_finding_once() -> None:
    personas = make_personas()
    finding = log_finding(by=personas.evaluator, data=complete_input(personas), submit=True)
    leads = [PersonFactory(lead=True) for _ in range(AT_ONCE)]

    def publish(number: int) -> str:
        by = Person.objects.get(pk=leads[number].pk)
        return publish_finding(by=by, finding=finding, version=finding.version, visibility="funder").status

    results = all_at_once(publish)
    assert [result for result in results if not isinstance(result, Conflict | StepRefused)] == ["published"]
    assert finding.steps.filter(step="publish").count() == 1


def test_twenty_leads_change_the_same_findings_once() -> None:
    item = DriverFactory(code="D1")
    findings = [FindingFactory(submitted=True, codings=[(item, "supports")]) for _ in range(5)]
    leads = [PersonFactory(lead=True) for _ in range(AT_ONCE)]
    change = BulkChange(deed="publish", visibility="funder")

    def publish(number: int) -> int:
        by = Person.objects.get(pk=leads[number].pk)
        # In an order of its own: the rows are locked in one order all the same.
        refs = [finding.ref for finding in findings[number % 5 :] + findings[: number % 5]]
        return len(change_findings(by=by, change=change, versions=dict.fromkeys(refs, 1)))

    results = all_at_once(publish)
    assert [result for result in results if not isinstance(result, BulkRefused)] == [5]
    assert set(Finding.objects.values_list("status", "version")) == {("published", 2)}
    assert AuditRow.objects.filter(verb="finding.published").count() == 5
    assert verify().is_unbroken


def test_many_and_one_at_once_leave_nothing_half_done() -> None:
    """Leads change all of them while each is edited and a source's consent is withdrawn."""
    item = DriverFactory(code="D1")
    lead = PersonFactory(lead=True)
    findings = [FindingFactory(submitted=True, codings=[(item, "supports")]) for _ in range(4)]
    change = BulkChange(deed="publish", visibility="funder")

    def act(number: int) -> Any:
        by = Person.objects.get(pk=lead.pk)
        mine = Finding.objects.get(pk=findings[number % 4].pk)
        if number == 7:
            source = mine.source
            return withdraw_consent(by=by, source=source, version=source.version, reason="They rang.")
        if number % 2:
            data = FindingInput(**{**vars(input_of(mine)), "text": f"Wording number {number}."})
            return update_finding(by=by, finding=mine, data=data, version=mine.version)
        versions = dict(Finding.objects.values_list("ref", "version"))
        return change_findings(by=by, change=change, versions=versions)

    results = all_at_once(act)
    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(result, REFUSALS) for result in refused), refused
    in_bulk = [result for result in results if isinstance(result, list)]
    assert len(in_bulk) <= 1
    published = Finding.objects.filter(steps__step="publish").count()
    assert published == (4 if in_bulk else 0)
    assert verify().is_unbroken


def test_twenty_processes_send_each_message_once() -> None:
    finding = FindingFactory(submitted=True)
    for _ in range(5):
        NoticeFactory(person=PersonFactory(lead=True), target_key=finding.ref)
    sent = all_at_once(lambda number: deliver(due(with_digests=True)))
    assert sum(sent) == len(mail.outbox) == 5
    assert set(Notice.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_twenty_sendings_of_one_comment_make_one() -> None:
    finding = FindingFactory(submitted=True)
    lead = PersonFactory(lead=True)

    def comment(number: int) -> int:
        by = Person.objects.get(pk=lead.pk)
        return add_comment(by=by, finding=finding, text="Which month?").pk

    assert len(set(all_at_once(comment))) == 1
    assert Notice.objects.count() == 1


def open_request() -> tuple[Any, ReplyRequest]:
    """The people, and a request of the first partnership about a finding that is complete for publishing."""
    personas = make_personas()
    finding = FindingFactory(
        submitted=True,
        created_by=personas.evaluator,
        partnerships=[personas.partnership],
        codings=[(DriverFactory(), "supports")],
    )
    return personas, ReplyRequestFactory(finding=finding, asked_by=personas.lead)


def reply_of(personas: Any, request: ReplyRequest) -> ReplyRequest:
    by = Person.objects.get(pk=personas.reporter.pk)
    return give_reply(by=by, request=request, version=1, answer="comment", text="Words of the partnership.")


def test_a_reply_given_while_consent_is_withdrawn_leaves_no_word() -> None:
    personas, request = open_request()
    source = request.finding.source

    def deed(number: int) -> Any:
        if number % 2:
            return reply_of(personas, request)
        by = Person.objects.get(pk=personas.lead.pk)
        return withdraw_consent(by=by, source=source, version=1, reason="They asked for it.")

    results = all_at_once(deed)
    withdrawn = [result for result in results if isinstance(result, Source)]
    unexpected = [
        result
        for result in results
        if isinstance(result, Exception) and not isinstance(result, Conflict | StepRefused)
    ]
    assert (len(withdrawn), unexpected) == (1, [])
    request.refresh_from_db()
    assert (request.text, request.asked_text) == ("", TOMBSTONE)
    assert not any("partnership" in text for text in Finding.history.values_list("text", flat=True))


def test_a_finding_is_not_released_while_a_reply_arrives_unread() -> None:
    """Either the release comes too early and is refused, or it meets a finding that it has not read."""
    personas, request = open_request()
    finding = Finding.objects.get(pk=request.finding_id)

    def deed(number: int) -> Any:
        if number % 2:
            return reply_of(personas, request)
        by = Person.objects.get(pk=personas.lead.pk)
        return publish_finding(
            by=by,
            finding=finding,
            version=1,
            visibility="public",
            checklist=AnonymisationPoint.values,
        )

    results = all_at_once(deed)
    assert {type(result) for result in results[::2]} <= {Conflict, ValidationError}
    assert {type(result) for result in results[1::2]} == {ReplyRequest}
    finding.refresh_from_db()
    assert (finding.status, finding.version) == ("submitted", 2)
    assert AuditRow.objects.filter(verb="reply.given").count() == 1


def test_twenty_processes_remind_once() -> None:
    open_request()
    ReplyRequest.objects.update(due_on=timezone.localdate())
    all_at_once(lambda number: tell_what_is_due())
    assert Notice.objects.filter(kind="reply-due").count() == 1


def test_twenty_answers_to_one_question_make_one_and_show_the_others() -> None:
    """Nobody writes over an answer that they have not seen."""
    report = SelfReportFactory()
    question = QuestionFactory(section__questionnaire_version=report.round.questionnaire_version)
    reporter = PersonFactory(reporter_for=report.partnership)

    def answer(number: int) -> list[str]:
        typed = TypedAnswer(question, f"Answer {number}", seen_digest=digest_of(""))
        by = Person.objects.get(pk=reporter.pk)
        return save_answers(by=by, report=report, section=question.section, typed=[typed])

    results = all_at_once(answer)
    [winner] = [place for place, result in enumerate(results) if not isinstance(result, AnswersConflict)]
    assert Answer.objects.get().value == f"Answer {winner}"
    assert SelfReport.objects.get().status == SelfReport.Status.IN_PROGRESS
    assert AuditRow.objects.filter(verb="self-report.answered").count() == 1


def test_nothing_is_written_after_a_report_was_submitted() -> None:
    report = SelfReportFactory(begun=True)
    section = SectionFactory(questionnaire_version=report.round.questionnaire_version)
    questions = QuestionFactory.create_batch(AT_ONCE, section=section)
    reporter = PersonFactory(reporter_for=report.partnership)

    def answer_or_submit(number: int) -> Any:
        by = Person.objects.get(pk=reporter.pk)
        mine = SelfReport.objects.get(pk=report.pk)
        if number % 2:
            return submit_report(by=by, report=mine, version=mine.version, declared=True).version
        return save_answers(
            by=by, report=mine, section=section, typed=[TypedAnswer(questions[number], "Much.")]
        )

    all_at_once(answer_or_submit)
    report.refresh_from_db()
    if report.status == SelfReport.Status.SUBMITTED:
        assert not Answer.objects.filter(updated_at__gt=report.submitted_at).exists()
    assert report.steps.count() == (report.status == SelfReport.Status.SUBMITTED)
    assert report.version == 1 + Answer.objects.count() + report.steps.count()


def test_twenty_openings_of_one_round_ask_once() -> None:
    asked = QuestionFactory()
    partnership = PartnershipFactory()
    questionnaire = asked.questionnaire_version.questionnaire
    round_ = RoundFactory(questionnaire=questionnaire, partnerships=[partnership])

    def open_it(number: int) -> str:
        by = Person.objects.get(pk=round_.created_by_id)
        return open_round(by=by, round_=Round.objects.get(pk=round_.pk), version=1).status

    results = all_at_once(open_it)
    assert [result for result in results if not isinstance(result, Conflict | StepRefused)] == ["open"]
    assert SelfReport.objects.count() == 1


def test_one_link_used_twice_at_once_makes_one_rating() -> None:
    rater, statement = RaterFactory(), RatingStatementFactory()
    code = statement.item.code
    seen = digest_of_part({}, [code])

    def rate(number: int) -> str:
        return save_ratings(rater=rater, said={code: Said(1 + number % 5)}, seen=seen)

    outcomes = all_at_once(rate)
    step = Rating.objects.get().step
    # The first is saved, and those that say the same change nothing.
    saved = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, str)]
    assert saved == [number for number in range(AT_ONCE) if 1 + number % 5 == step]
    assert sum(isinstance(outcome, RatingsConflict) for outcome in outcomes) == AT_ONCE - len(saved)


def test_answers_sent_while_a_round_closes() -> None:
    """Whatever comes first: an answer counts, or it comes too late. Nothing is written after the end."""
    lead = PersonFactory(lead=True)
    report = SelfReportFactory(round=RoundFactory(opened=True, created_by=lead))
    raters = RaterFactory.create_batch(AT_ONCE - 1, self_report=report)
    for rater in raters:
        RatingFactory(rater=rater)

    def act(number: int) -> Any:
        if number == AT_ONCE // 2:
            by = Person.objects.get(pk=lead.pk)
            return close_round(by=by, round_=Round.objects.get(pk=report.round_id), version=1)
        return send_ratings(rater=raters[number - (number > AT_ONCE // 2)])

    outcomes = all_at_once(act)
    sent = Rater.objects.filter(sent_at__isnull=False).count()
    assert sent == sum(isinstance(outcome, Rater) for outcome in outcomes)
    assert sum(isinstance(outcome, StepRefused) for outcome in outcomes) == len(raters) - sent
    # What is shown from then on was complete when the round closed.
    assert RatingsEnd.objects.count() == (sent >= 5)


def test_who_watches_is_told_once_by_all_processes() -> None:
    lesson, person = LessonFactory(), PersonFactory()
    watch_item(by=person, item=lesson)
    for _ in range(3):
        FindingFactory(published=True, visibility="public", codings=[(lesson, "challenges")])
    all_at_once(lambda number: tell_watchers())
    assert Notice.objects.filter(person=person, target_kind="watch").count() == 1


def test_twenty_readings_by_four_people_leave_four_rows() -> None:
    """Whatever else is recorded meanwhile, and in one unbroken chain."""
    finding = FindingFactory(submitted=True)
    readers = PersonFactory.create_batch(4, evaluator=True)

    def read(number: int) -> int:
        return signed_in_as(readers[number % 4]).get(finding.get_absolute_url()).status_code

    assert set(all_at_once(read)) == {200}
    rows = AuditRow.objects.readings()
    assert sorted(rows.values_list("by", flat=True)) == sorted(reader.pk for reader in readers)
    assert verify().is_unbroken


def signed_in_as(person: Person) -> Client:
    browser = Client()
    browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return browser
