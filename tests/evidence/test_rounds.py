"""Rounds and questionnaires: planning, opening, versions and keys, reminding, closing."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.actions.questionnaires import (
    QuestionInput,
    add_question,
    add_section,
    begin_draft,
    begin_questionnaire,
    change_question,
    move_part,
    remove_part,
)
from evidence.actions.rounds import (
    RoundInput,
    change_round,
    close_round,
    is_day_for_reminders,
    open_round,
    plan_round,
    remind,
    remind_on_schedule,
    reopen_round,
)
from evidence.actions.standard_questionnaire import FILE, load_standard_questionnaire
from evidence.forms.rounds import column_from, options_from
from evidence.models import FrameworkItem, Question, Questionnaire, Round, SelfReport
from evidence.queries.questionnaires import content_of, newest_version, subjects_of
from partnerships.data_files import DataFileError
from partnerships.errors import Conflict, StepRefused
from partnerships.loading import Outcome
from tests.factories import (
    PartnershipFactory,
    QuestionFactory,
    QuestionnaireVersionFactory,
    RoundFactory,
    SectionFactory,
    SelfReportFactory,
)
from tests.personas import Personas

Clients = Callable[[str], Client]
TODAY = datetime.date(2015, 3, 4)


def round_input(version: Any, *partnerships: Any, **fields: Any) -> RoundInput:
    return RoundInput(
        **{
            "title": "Spring",
            "opens_on": TODAY,
            "closes_on": TODAY + datetime.timedelta(days=30),
            "questionnaire": version.questionnaire,
            "partnerships": list(partnerships),
        }
        | fields
    )


@pytest.fixture
def draft(db: None) -> Any:
    """A draft with one subject, and a question answered by yes or no with another that depends on it."""
    version = QuestionnaireVersionFactory()
    section = SectionFactory(questionnaire_version=version, key="first")
    new = QuestionFactory(section=section, choice=True, key="new")
    QuestionFactory(section=section, key="why", shown_if=new, shown_if_values=["yes"])
    return version


def planned(personas: Personas, version: Any, **fields: Any) -> Round:
    return plan_round(by=personas.lead, data=round_input(version, personas.partnership, **fields))


def opened(personas: Personas, version: Any, **fields: Any) -> Round:
    round_ = planned(personas, version, **fields)
    return open_round(by=personas.lead, round_=round_, version=round_.version)


# Rounds


def test_opening_asks_each_partnership_and_fixes_the_questionnaire(
    personas: Personas, draft: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        round_ = opened(personas, draft)
    report = SelfReport.objects.get()
    assert (report.partnership, report.status) == (personas.partnership, SelfReport.Status.INVITED)
    assert [message.to for message in mail.outbox] == [[personas.reporter.email]]
    assert f"You are asked for a report: {report.ref}" == mail.outbox[0].subject
    draft.refresh_from_db()
    assert not draft.is_draft
    assert round_.questionnaire_version == draft


def test_a_round_without_partnerships_or_questions_does_not_open(personas: Personas, draft: Any) -> None:
    nobody = plan_round(by=personas.lead, data=round_input(draft))
    with pytest.raises(StepRefused, match="partnerships"):
        open_round(by=personas.lead, round_=nobody, version=nobody.version)
    empty = planned(personas, QuestionnaireVersionFactory())
    with pytest.raises(StepRefused, match="no questions"):
        open_round(by=personas.lead, round_=empty, version=empty.version)


def test_a_round_keeps_the_version_it_opened_with(personas: Personas, draft: Any) -> None:
    round_ = opened(personas, draft)
    newer = begin_draft(by=personas.lead, questionnaire=draft.questionnaire)
    question = newer.questions.get(key="new")
    change_question(
        by=personas.lead,
        question=question,
        version=question.version,
        data=QuestionInput(kind="choice", text="Reworded?", options=question.options),
    )
    round_.refresh_from_db()
    texts = [question.text for question in subjects_of(round_.questionnaire_version)[0].questions]
    assert "Reworded?" not in texts
    assert newest_version(draft.questionnaire) == newer


def test_what_partnerships_were_told_is_kept(personas: Personas, draft: Any) -> None:
    round_ = opened(personas, draft, funder_reads="closed")
    south = personas.other_partnership

    def change(**fields: Any) -> Round:
        partnerships = fields.pop("partnerships", [personas.partnership])
        data = round_input(draft, *partnerships, **{"funder_reads": "closed"} | fields)
        return change_round(by=personas.lead, round_=round_, version=round_.version, data=data)

    for fields in (
        {"funder_reads": "accepted"},
        {"partnerships": []},
        {"questionnaire": QuestionnaireVersionFactory().questionnaire},
    ):
        with pytest.raises(ValidationError):
            change(**fields)
    round_ = change(funder_reads="never", partnerships=[personas.partnership, south])
    assert SelfReport.objects.filter(round=round_, partnership=south).exists()
    assert round_.funder_reads == "never"


def test_two_leads_changing_one_round_meet(personas: Personas, draft: Any) -> None:
    round_ = planned(personas, draft)
    change_round(by=personas.lead, round_=round_, version=1, data=round_input(draft, title="Mine"))
    with pytest.raises(Conflict):
        change_round(by=personas.lead, round_=round_, version=1, data=round_input(draft, title="Yours"))


def test_evaluators_do_not_run_rounds(personas: Personas, draft: Any) -> None:
    with pytest.raises(PermissionDenied):
        plan_round(by=personas.evaluator, data=round_input(draft))
    round_ = opened(personas, draft)
    with pytest.raises(PermissionDenied):
        close_round(by=personas.evaluator, round_=round_, version=round_.version)


def test_closing_and_opening_again(personas: Personas, draft: Any) -> None:
    round_ = opened(personas, draft)
    report = SelfReport.objects.select_related("round").get()
    assert report.is_with_partnership
    round_ = close_round(by=personas.administrator, round_=round_, version=round_.version)
    assert not SelfReport.objects.select_related("round").get().is_with_partnership
    reopen_round(by=personas.lead, round_=round_, version=round_.version)
    assert SelfReport.objects.select_related("round").get().is_with_partnership


def test_at_most_one_reminder_in_seven_days(
    personas: Personas, draft: Any, django_capture_on_commit_callbacks: Any
) -> None:
    round_ = opened(personas, draft)
    report = SelfReport.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        assert remind(by=personas.lead, round_=round_, refs=[report.ref]) == [report]
    assert [message.subject for message in mail.outbox] == [f"Your report {report.ref} is still to come"]
    assert remind(by=personas.lead, round_=round_, refs=[report.ref]) == []
    week_ago = timezone.now() - datetime.timedelta(days=7)
    SelfReport.objects.update(reminded_at=week_ago)
    assert remind(by=personas.lead, round_=round_, refs=[report.ref]) == [report]
    assert list(report.steps.values_list("step", flat=True)) == ["remind", "remind"]


@pytest.mark.parametrize(
    ("today", "schedule", "reminds"),
    [
        ("2015-03-20", {"reminds_before": 7}, False),
        ("2015-03-24", {"reminds_before": 7}, True),
        ("2015-03-31", {"reminds_before": 7}, True),
        ("2015-04-01", {"reminds_before": 7}, False),
        ("2015-04-01", {"reminds_when_late": True}, True),
        ("2015-03-31", {"reminds_when_late": True}, False),
        ("2015-03-31", {}, False),
    ],
)
def test_the_days_of_the_schedule(today: str, schedule: dict[str, Any], reminds: bool) -> None:
    round_ = Round(opens_on=datetime.date(2015, 3, 1), closes_on=datetime.date(2015, 3, 31), **schedule)
    assert is_day_for_reminders(round_, datetime.date.fromisoformat(today)) is reminds


def test_the_schedule_reminds_once_a_week_and_says_so(
    personas: Personas, draft: Any, client_of: Clients, django_capture_on_commit_callbacks: Any
) -> None:
    round_ = opened(personas, draft)
    Round.objects.update(closes_on=timezone.localdate() - datetime.timedelta(days=2), reminds_when_late=True)
    report = SelfReport.objects.get()
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            remind_on_schedule()
    assert [message.subject for message in mail.outbox] == [f"Your report {report.ref} is still to come"]
    assert report.steps.get().by is None
    board = client_of("lead").get(round_.get_absolute_url()).content.decode()
    assert "on schedule" in board
    assert "Once a week after it, until the report comes or the round is closed." in board
    Round.objects.update(status="closed", closed_at=timezone.now(), closed_by=personas.lead)
    SelfReport.objects.update(reminded_at=timezone.now() - datetime.timedelta(days=8))
    remind_on_schedule()
    assert report.steps.count() == 1


def test_nobody_is_reminded_of_what_is_submitted(personas: Personas) -> None:
    report = SelfReportFactory(submitted=True)
    assert remind(by=personas.lead, round_=report.round, refs=[report.ref]) == []


def test_the_board_says_how_far_each_is_without_a_word_of_it(
    personas: Personas, draft: Any, client_of: Clients
) -> None:
    from tests.factories import AnswerFactory

    round_ = opened(personas, draft)
    report = SelfReport.objects.get()
    SelfReport.objects.update(status="in-progress")
    AnswerFactory(self_report=report, question=draft.questions.get(key="new"), value="yes")
    AnswerFactory(self_report=report, question=draft.questions.get(key="why"), value="zqsecret")
    words = client_of("administrator").get(round_.get_absolute_url()).content.decode()
    assert "0 of 1 subject finished, 2 answers" in words
    assert "zqsecret" not in words


def test_a_partnership_without_a_reporter_is_pointed_out(
    personas: Personas, draft: Any, client_of: Clients
) -> None:
    lonely = PartnershipFactory(name="Lonely")
    round_ = plan_round(by=personas.lead, data=round_input(draft, personas.partnership, lonely))
    page = client_of("lead").get(reverse("evidence:round-open", args=[round_.slug]))
    assert "Nobody reports for Lonely" in page.content.decode()


def test_the_way_of_a_lead_through_the_pages(personas: Personas, draft: Any, client_of: Clients) -> None:
    browser = client_of("lead")
    stated = {
        "title": "Spring",
        "opens_on": "4/3/2015",
        "closes_on": "4/4/2015",
        "questionnaire": draft.questionnaire.slug,
        "partnerships": ["north"],
        "funder_reads": "accepted",
    }
    wrong = browser.post(reverse("evidence:round-create"), stated | {"closes_on": "1/1/2015"})
    assert "close before it opens" in wrong.content.decode()
    board = browser.post(reverse("evidence:round-create"), stated, follow=True)
    assert "Nobody has been told yet" in board.content.decode()
    round_ = Round.objects.get()
    asks = browser.get(reverse("evidence:round-open", args=[round_.slug])).content.decode()
    assert "1 partnership is asked" in asks
    done = browser.post(
        reverse("evidence:round-open", args=[round_.slug]), {"version": round_.version}, follow=True
    )
    assert "The round is open." in done.content.decode()
    twice = browser.post(
        reverse("evidence:round-open", args=[round_.slug]), {"version": round_.version}, follow=True
    )
    assert SelfReport.objects.count() == 1
    assert twice.status_code == 409


@pytest.mark.django_db
def test_the_database_refuses_a_round_that_closes_before_it_opens() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RoundFactory(opens_on=TODAY, closes_on=TODAY - datetime.timedelta(days=1))


# Questionnaires


def test_keys_stay_with_their_questions(personas: Personas, draft: Any) -> None:
    """Reworded it is compared on; asking something else, it starts afresh with a key nobody had before."""
    opened(personas, draft)
    newer = begin_draft(by=personas.lead, questionnaire=draft.questionnaire)
    assert content_of(newer) == content_of(draft)
    question = newer.questions.get(key="new")
    data = QuestionInput(kind="choice", text="Reworded?", options=question.options)
    question = change_question(by=personas.lead, question=question, version=1, data=data)
    assert question.key == "new"
    question = change_question(by=personas.lead, question=question, version=2, data=data, asks_anew=True)
    assert question.key == "new-2"
    why = newer.questions.get(key="why")
    other = change_question(
        by=personas.lead,
        question=why,
        version=why.version,
        data=QuestionInput(kind="number", text="How many?"),
    )
    assert other.key == "why-2"
    remove_part(by=personas.lead, part=other)
    again = add_question(
        by=personas.lead, section=question.section, data=QuestionInput(kind="text", text="Why?")
    )
    assert again.key == "why-2"


def test_a_fixed_version_never_changes(personas: Personas, draft: Any) -> None:
    opened(personas, draft)
    question = draft.questions.get(key="new")
    for deed in (
        lambda: change_question(
            by=personas.lead, question=question, version=1, data=QuestionInput(kind="text", text="No")
        ),
        lambda: add_section(by=personas.lead, draft=draft, title="No"),
        lambda: move_part(by=personas.lead, part=question, up=False),
        lambda: remove_part(by=personas.lead, part=question),
    ):
        with pytest.raises(StepRefused):
            deed()


def test_a_condition_stays_after_its_question_and_keeps_its_answer(personas: Personas, draft: Any) -> None:
    new, why = draft.questions.get(key="new"), draft.questions.get(key="why")
    with pytest.raises(StepRefused, match="come after"):
        move_part(by=personas.lead, part=why, up=True)
    with pytest.raises(StepRefused, match="asked only after"):
        remove_part(by=personas.lead, part=new)
    with pytest.raises(ValidationError):
        change_question(
            by=personas.lead,
            question=new,
            version=1,
            data=QuestionInput(
                kind="choice",
                text="New?",
                options=[{"value": "no", "label": "No"}, {"value": "later", "label": "Later"}],
            ),
        )
    remove_part(by=personas.lead, part=new.section)
    assert not Question.objects.filter(questionnaire_version=draft).exists()


def test_parts_are_put_in_another_order(personas: Personas, draft: Any) -> None:
    section = add_section(by=personas.lead, draft=draft, title="Second")
    move_part(by=personas.lead, part=section, up=True)
    assert [subject.section.key for subject in subjects_of(draft)] == ["second", "first"]


def test_options_keep_their_values_when_they_are_reworded() -> None:
    known = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
    reworded = options_from(["Yes, we do", "No", "Not sure"], known)
    assert [option["value"] for option in reworded] == ["yes", "no", "not-sure"]
    dropped = options_from(["No"], known)
    assert dropped == [{"value": "no", "label": "No"}]
    swapped = options_from(["No", "Yes"], known)
    assert [option["value"] for option in swapped] == ["no", "yes"]


def test_a_column_is_written_in_one_line() -> None:
    column = column_from("Role = choice: Lead; Employer", {})
    assert (column["key"], column["kind"]) == ("role", "choice")
    assert [option["label"] for option in column["options"]] == ["Lead", "Employer"]
    for wrong in ("Role", "Role = dance", "Role = choice: One"):
        with pytest.raises(ValidationError):
            column_from(wrong, {})


def test_a_questionnaire_of_ones_own_through_the_pages(personas: Personas, client_of: Clients) -> None:
    from tests.factories import DriverFactory

    driver = DriverFactory(code="D150")
    browser = client_of("lead")
    browser.post(reverse("evidence:questionnaire-create"), {"title": "New"})
    questionnaire = Questionnaire.objects.get()
    assert questionnaire.slug == "new-2"  # /questionnaires/new/ is taken
    browser.post(
        reverse("evidence:questionnaire-section-create", args=[questionnaire.slug]), {"title": "Money"}
    )
    section = newest_version(questionnaire).sections.get()
    create = reverse("evidence:report-question-create", args=[section.pk])
    wrong = browser.post(create, {"text": "Which?", "kind": "choice", "options": "One", "items": "X9"})
    assert "Write between two and 30 answers" not in wrong.content.decode()
    assert "There is no item X9." in wrong.content.decode()
    one = browser.post(create, {"text": "Which?", "kind": "choice", "options": "One"})
    assert "Write between two and 30 answers" in one.content.decode()
    browser.post(create, {"text": "Which?", "kind": "choice", "options": "One\nTwo", "items": "d150"})
    browser.post(create, {"text": "Why two?", "kind": "long-text", "condition": "which=two"})
    which, why = Question.objects.all()
    assert list(which.items.all()) == [FrameworkItem.objects.get(pk=driver.pk)]
    assert (why.shown_if, why.shown_if_values) == (which, ["two"])
    page = browser.get(questionnaire.get_absolute_url()).content.decode()
    assert "Only after “Two” to “Which?”" in page
    edit = reverse("evidence:report-question-edit", args=[which.pk])
    assert "One\nTwo" in browser.get(edit).content.decode()


# The standard questionnaire


@pytest.fixture
def review_items(db: None) -> None:
    stated = yaml.safe_load(FILE.read_text())
    codes = {code for section in stated["sections"] for one in section["questions"] for code in one["items"]}
    from tests.factories import FrameworkItemFactory, ThemeFactory

    theme = ThemeFactory()
    for code in codes:
        FrameworkItemFactory(code=code, theme=theme)


@pytest.mark.usefixtures("review_items")
def test_the_standard_questionnaire_is_loaded_once_and_not_over_edits(
    tmp_path: Path, personas: Personas
) -> None:
    assert load_standard_questionnaire() == Outcome.CREATED
    assert load_standard_questionnaire() == Outcome.UNCHANGED
    stated = yaml.safe_load(FILE.read_text())
    changed = tmp_path / "changed.yaml"
    stated["sections"][0]["title"] = "Where it comes from"
    changed.write_text(yaml.safe_dump(stated))
    assert load_standard_questionnaire(changed) == Outcome.UPDATED
    version = newest_version(Questionnaire.objects.get())
    assert (version.number, subjects_of(version)[0].section.title) == (1, "Where it comes from")
    opened(personas, version)
    assert load_standard_questionnaire() == Outcome.UPDATED
    version = newest_version(Questionnaire.objects.get())
    assert (version.number, version.is_draft) == (2, True)
    add_section(by=personas.lead, draft=version, title="Ours")
    assert load_standard_questionnaire(changed) == Outcome.KEPT


@pytest.mark.usefixtures("review_items")
def test_every_research_question_is_asked() -> None:
    load_standard_questionnaire()
    informed = set(
        FrameworkItem.objects.filter(report_questions__isnull=False).values_list("code", flat=True)
    )
    assert {f"Q{number}" for number in range(1, 11)} | {"Q8a", "Q8b", "Q8c"} <= informed


@pytest.mark.django_db
def test_an_unknown_item_is_named_before_anything_is_written() -> None:
    with pytest.raises(DataFileError, match="item Q5 is not known"):
        load_standard_questionnaire()
    assert not Questionnaire.objects.exists()


def test_a_questionnaire_belongs_to_those_who_run_rounds(personas: Personas) -> None:
    with pytest.raises(PermissionDenied):
        begin_questionnaire(by=personas.evaluator, title="Mine")
