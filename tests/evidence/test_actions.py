"""Every write to findings: what it does, and everything it refuses."""

import dataclasses
import datetime
import functools
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from evidence.actions.finding_input import (
    CodingInput,
    FindingInput,
    SourceInput,
    changed_fields,
    input_of,
    title_from,
)
from evidence.actions.finding_rules import AnonymisationPoint, missing_for_readers
from evidence.actions.findings import (
    delete_draft,
    log_finding,
    publish_finding,
    return_finding,
    submit_finding,
    update_finding,
    withdraw_finding,
)
from evidence.models import Coding, Finding, ReviewStep, Source
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow
from tests.factories import (
    A_DAY,
    CodingFactory,
    DriverFactory,
    FindingFactory,
    LessonFactory,
    OrganisationFactory,
    PartnershipFactory,
    ReferenceFactory,
    ResearchQuestionFactory,
    SectorFactory,
)
from tests.personas import Personas

EVERY_POINT = AnonymisationPoint.values


@pytest.fixture
def whole(personas: Personas) -> FindingInput:
    """A finding with everything that can be stated of it."""
    return FindingInput(
        text="Employers stayed where one person kept in touch. Others drifted away.",
        quote="[Name] rang us every Friday.",
        partnerships=[personas.partnership],
        organisations=[OrganisationFactory()],
        sectors=[SectorFactory()],
        source=SourceInput(kind="interview", collected_on=A_DAY, respondent_role="mentor"),
        codings=[
            CodingInput(item=LessonFactory(), direction="challenges", note="Where nobody rang."),
            CodingInput(item=ResearchQuestionFactory(), direction="context"),
        ],
        references=[ReferenceFactory()],
    )


def but(data: FindingInput, **changes: Any) -> FindingInput:
    return dataclasses.replace(data, **changes)


def errors_of(act: Callable[[], Any]) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        act()
    return refusal.value.message_dict


def audited(finding: Finding) -> list[str]:
    rows = AuditRow.objects.filter(target_key=finding.ref).order_by("pk")
    return list(rows.values_list("verb", flat=True))


# Logging


def test_a_draft_keeps_everything_that_was_stated(personas: Personas, whole: FindingInput) -> None:
    finding = log_finding(by=personas.evaluator, data=whole)
    assert finding.status == "draft"
    assert finding.created_by == personas.evaluator
    assert finding.title == "Employers stayed where one person kept in touch"
    assert changed_fields(finding, whole) == []
    assert audited(finding) == ["finding.logged"]


def test_a_draft_needs_only_its_text(personas: Personas) -> None:
    finding = log_finding(by=personas.evaluator, data=FindingInput(text="A thought."))
    assert (finding.status, finding.source, finding.codings.count()) == ("draft", None, 0)


def test_a_finding_can_be_submitted_at_once(personas: Personas, whole: FindingInput) -> None:
    finding = log_finding(by=personas.evaluator, data=whole, submit=True)
    assert finding.status == "submitted"
    assert finding.submitted_by == personas.evaluator
    assert finding.steps.get().step == "submit"


def test_an_incomplete_finding_is_not_submitted_and_not_stored(personas: Personas) -> None:
    errors = errors_of(
        lambda: log_finding(by=personas.evaluator, data=FindingInput(text="A thought."), submit=True)
    )
    assert set(errors) == {"partnerships", "source_kind", "collected_on", "codings"}
    assert not Finding.objects.exists()
    assert not AuditRow.objects.exists()


@pytest.mark.parametrize("name", ["reporter", "funder", "administrator", "closed"])
def test_others_log_nothing(personas: Personas, whole: FindingInput, name: str) -> None:
    with pytest.raises(PermissionDenied):
        log_finding(by=personas[name], data=whole)
    assert not Finding.objects.exists()


def test_sent_twice_it_is_one_finding(personas: Personas, whole: FindingInput) -> None:
    first = log_finding(by=personas.evaluator, data=whole, submission_key="form")
    assert log_finding(by=personas.evaluator, data=whole, submission_key="form") == first
    assert Finding.objects.count() == 1
    assert Source.objects.count() == 1
    assert audited(first) == ["finding.logged"]


def test_sent_again_to_be_submitted_the_draft_is_submitted_once(
    personas: Personas, whole: FindingInput
) -> None:
    draft = log_finding(by=personas.evaluator, data=whole, submission_key="form")
    for _ in range(2):
        again = log_finding(by=personas.evaluator, data=whole, submission_key="form", submit=True)
        assert (again.pk, again.status) == (draft.pk, "submitted")
    assert ReviewStep.objects.count() == 1


@pytest.mark.parametrize(
    ("second_by", "second_key", "changes"),
    [
        ("evaluator", "form", {"text": "Something else."}),
        ("evaluator", "another form", {}),
        ("evaluator", "", {}),
        ("other_evaluator", "form", {}),
    ],
)
def test_what_differs_is_a_finding_of_its_own(
    personas: Personas, whole: FindingInput, second_by: str, second_key: str, changes: dict[str, Any]
) -> None:
    log_finding(by=personas.evaluator, data=whole, submission_key="form")
    log_finding(by=personas[second_by], data=but(whole, **changes), submission_key=second_key)
    assert Finding.objects.count() == 2


def test_two_entries_without_a_key_are_two_findings(personas: Personas, whole: FindingInput) -> None:
    assert log_finding(by=personas.evaluator, data=whole) != log_finding(by=personas.evaluator, data=whole)


def test_what_no_draft_may_hold(personas: Personas, whole: FindingInput) -> None:
    lesson = LessonFactory(code="L901")
    question = ResearchQuestionFactory(code="Q901")
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"text": " \n"}, "text", "Say what was found."),
        ({"text": "x" * 10_001}, "text", "10000"),
        ({"title": "x" * 201}, "title", "200"),
        ({"quote": "x" * 5_001}, "quote", "5000"),
        ({"visibility": "everybody"}, "visibility", "everybody"),
        ({"programme_wide": True}, "partnerships", "not both"),
        ({"source": SourceInput(kind="interview", collected_on=tomorrow)}, "collected_on", "future"),
        ({"source": SourceInput(kind="rumour")}, "source_kind", "Choose a kind"),
        ({"source": SourceInput(kind="")}, "source_kind", "Choose a kind"),
        ({"source": SourceInput(kind="survey", respondent_role="x" * 121)}, "respondent_role", "120"),
        ({"codings": [CodingInput(item=lesson, direction="")]}, "codings", "L901: choose a direction"),
        ({"codings": [CodingInput(item=question, direction="supports")]}, "codings", "Q901: a finding inf"),
        (
            {"codings": [CodingInput(item=lesson, direction="supports", note="x" * 501)]},
            "codings",
            "L901: shorten the note to 500 characters; it has 501",
        ),
        (
            {"codings": [CodingInput(item=lesson, direction="supports")] * 2},
            "codings",
            "Each item can be chosen once: L901.",
        ),
    ]
    for changes, field, words in cases:
        data = but(whole, **changes)
        errors = errors_of(functools.partial(log_finding, by=personas.evaluator, data=data))
        assert set(errors) == {field}, changes
        assert words in " ".join(errors[field])
    assert not Finding.objects.exists()


def test_everything_wrong_is_said_at_once(personas: Personas, whole: FindingInput) -> None:
    data = but(whole, text="", quote="x" * 5_001, source=SourceInput(kind="rumour"), programme_wide=True)
    errors = errors_of(lambda: log_finding(by=personas.evaluator, data=data))
    assert set(errors) == {"text", "quote", "source_kind", "partnerships"}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("One. Two.", "One"),
        ("  Only one line \nand another", "Only one line"),
        ("word " * 40, " ".join(["word"] * 18) + " …"),
        ("", ""),
    ],
)
def test_the_first_sentence_becomes_the_title(text: str, title: str) -> None:
    assert title_from(text) == title


def test_what_readers_need() -> None:
    complete: dict[str, Any] = {
        "is_placed": True,
        "source_kind": "survey",
        "collected_on": A_DAY,
        "is_coded": True,
    }
    assert missing_for_readers(**complete) == {}
    for name, value, field in [
        ("is_placed", False, "partnerships"),
        ("source_kind", "", "source_kind"),
        ("collected_on", None, "collected_on"),
        ("is_coded", False, "codings"),
    ]:
        assert list(missing_for_readers(**{**complete, name: value})) == [field]


# Editing


def test_an_edit_makes_the_next_version(personas: Personas, whole: FindingInput) -> None:
    finding = log_finding(by=personas.evaluator, data=whole)
    data = but(whole, text="Fewer stayed.", partnerships=[personas.other_partnership], sectors=[])
    edited = update_finding(by=personas.evaluator, finding=finding, data=data, version=1)
    assert edited.version == 2
    assert changed_fields(edited, data) == []
    assert edited.history.first().history_user == personas.evaluator
    row = AuditRow.objects.get(verb="finding.edited")
    assert row.details == {"fields": ["partnerships", "sectors", "text", "title"], "version": 2}


def test_an_edit_touches_only_the_codings_that_differ(personas: Personas, whole: FindingInput) -> None:
    finding = log_finding(by=personas.evaluator, data=whole)
    lesson, question = whole.codings
    kept = finding.codings.get(item=question.item).pk
    data = but(whole, codings=[question, CodingInput(item=DriverFactory(), direction="refines")])
    update_finding(by=personas.evaluator, finding=finding, data=data, version=1)
    assert finding.codings.count() == 2
    assert finding.codings.get(item=question.item).pk == kept
    assert not finding.codings.filter(item=lesson.item).exists()


def test_an_old_version_is_a_conflict_that_carries_the_newer_one(
    personas: Personas, whole: FindingInput
) -> None:
    finding = log_finding(by=personas.evaluator, data=whole)
    update_finding(by=personas.lead, finding=finding, data=but(whole, text="The lead's."), version=1)
    with pytest.raises(Conflict) as conflict:
        update_finding(by=personas.evaluator, finding=finding, data=but(whole, text="Mine."), version=1)
    assert isinstance(conflict.value.current, Finding)
    assert conflict.value.current.text == "The lead's."
    assert Finding.objects.get().text == "The lead's."


@pytest.mark.parametrize(
    ("step", "name", "may"),
    [
        ("draft", "evaluator", True),
        ("draft", "other_evaluator", False),
        ("draft", "lead", True),
        ("submitted", "evaluator", False),
        ("submitted", "lead", True),
        ("returned", "evaluator", True),
        ("published", "evaluator", False),
        ("published", "lead", True),
        ("withdrawn", "lead", False),
        ("draft", "administrator", False),
        ("draft", "funder", False),
    ],
)
def test_who_edits_when(personas: Personas, step: str, name: str, may: bool) -> None:
    finding = FindingFactory(created_by=personas.evaluator, **({} if step == "draft" else {step: True}))
    CodingFactory(finding=finding)
    data = but(input_of(finding), text="Reworded.")
    if may:
        assert update_finding(by=personas[name], finding=finding, data=data, version=1).text == "Reworded."
    else:
        with pytest.raises(PermissionDenied):
            update_finding(by=personas[name], finding=finding, data=data, version=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [("team", "team"), ("funder", "funder"), ("partnerships", "funder"), ("public", "funder")],
)
def test_new_words_of_a_published_finding_need_a_new_release(
    personas: Personas, before: str, after: str
) -> None:
    finding = FindingFactory(published=True, visibility=before)
    CodingFactory(finding=finding)
    data = but(input_of(finding), text="Reworded.", visibility="public")
    assert update_finding(by=personas.lead, finding=finding, data=data, version=1).visibility == after


@pytest.mark.parametrize("step", ["submitted", "published"])
def test_an_edit_takes_nothing_away_that_readers_need(personas: Personas, step: str) -> None:
    finding = FindingFactory(**{step: True})
    CodingFactory(finding=finding)
    data = but(input_of(finding), codings=[])
    errors = errors_of(lambda: update_finding(by=personas.lead, finding=finding, data=data, version=1))
    assert set(errors) == {"codings"}
    assert finding.codings.count() == 1


def test_an_edit_can_submit_too(personas: Personas, whole: FindingInput) -> None:
    finding = log_finding(by=personas.evaluator, data=FindingInput(text="A thought."))
    edited = update_finding(by=personas.evaluator, finding=finding, data=whole, version=1, submit=True)
    assert (edited.status, edited.version) == ("submitted", 3)


def test_an_edit_that_cannot_be_submitted_changes_nothing(personas: Personas, whole: FindingInput) -> None:
    finding = log_finding(by=personas.evaluator, data=whole)
    data = but(whole, text="Reworded.", codings=[])
    errors_of(
        lambda: update_finding(by=personas.evaluator, finding=finding, data=data, version=1, submit=True)
    )
    finding.refresh_from_db()
    assert (finding.version, finding.text) == (1, whole.text)


def test_a_shared_source_is_not_changed_under_the_others(personas: Personas, whole: FindingInput) -> None:
    finding = log_finding(by=personas.evaluator, data=whole)
    log_finding(by=personas.evaluator, data=but(whole, source=finding.source, text="Another."))
    data = but(whole, source=SourceInput(kind="survey", collected_on=A_DAY))
    with pytest.raises(ValidationError, match="shared: change it on its own page"):
        update_finding(by=personas.evaluator, finding=finding, data=data, version=1)
    assert Source.objects.get().kind == "interview"


def test_a_source_of_its_own_is_changed_in_place_and_goes_when_it_is_taken_away(
    personas: Personas, whole: FindingInput
) -> None:
    finding = log_finding(by=personas.evaluator, data=whole)
    data = but(whole, source=SourceInput(kind="survey"))
    finding = update_finding(by=personas.evaluator, finding=finding, data=data, version=1)
    assert Source.objects.get().kind == "survey"
    update_finding(by=personas.evaluator, finding=finding, data=but(data, source=None), version=2)
    assert not Source.objects.exists()


# Deleting


def test_a_deleted_draft_leaves_nothing_but_the_record(personas: Personas, whole: FindingInput) -> None:
    finding = log_finding(by=personas.evaluator, data=whole)
    finding = update_finding(by=personas.evaluator, finding=finding, data=but(whole, text="B."), version=1)
    delete_draft(by=personas.evaluator, finding=finding, version=2)
    of_finding = Finding.history.model
    for model in (Finding, Coding, Source, of_finding, Coding.history.model):
        assert not model._default_manager.exists(), model
    for relation in of_finding._meta.related_objects:
        assert not relation.related_model._default_manager.exists(), relation
    assert audited(finding) == ["finding.logged", "finding.edited", "finding.deleted"]


def test_deleting_a_draft_leaves_other_findings_alone(personas: Personas, whole: FindingInput) -> None:
    kept = log_finding(by=personas.evaluator, data=whole)
    finding = FindingFactory(created_by=personas.evaluator, source=kept.source)
    delete_draft(by=personas.evaluator, finding=finding, version=1)
    kept.refresh_from_db()
    assert changed_fields(kept, whole) == []
    assert kept.history.exists()


@pytest.mark.parametrize("step", ["submitted", "returned", "published", "withdrawn"])
def test_only_drafts_are_deleted(personas: Personas, step: str) -> None:
    finding = FindingFactory(**{step: True})
    with pytest.raises(StepRefused, match=step):
        delete_draft(by=personas.lead, finding=finding, version=1)


@pytest.mark.parametrize("name", ["other_evaluator", "funder", "administrator"])
def test_others_delete_no_draft(personas: Personas, name: str) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    with pytest.raises(PermissionDenied):
        delete_draft(by=personas[name], finding=finding, version=1)


def test_a_draft_that_changed_is_not_deleted(personas: Personas) -> None:
    finding = FindingFactory(created_by=personas.evaluator, version=2)
    with pytest.raises(Conflict):
        delete_draft(by=personas.evaluator, finding=finding, version=1)


# The steps of review

STEPS: dict[str, Callable[..., Finding]] = {
    "submit": submit_finding,
    "return": lambda **rest: return_finding(reason="Say more.", **rest),
    "publish": lambda **rest: publish_finding(visibility="funder", **rest),
    "withdraw": lambda **rest: withdraw_finding(reason="Mistaken.", **rest),
}
FROM = {
    "submit": {"draft": "submitted", "returned": "submitted"},
    "return": {"submitted": "returned"},
    "publish": {"submitted": "published", "published": "published"},
    "withdraw": {"published": "withdrawn"},
}
STATUSES = ["draft", "submitted", "returned", "published", "withdrawn"]
BY = {
    "submit": {"evaluator", "lead"},
    "return": {"lead"},
    "publish": {"lead"},
    "withdraw": {"evaluator", "lead"},
}


def finding_in(status: str, **fields: Any) -> Finding:
    finding = FindingFactory(**({} if status == "draft" else {status: True}), **fields)
    CodingFactory(finding=finding)
    return finding


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_starts_where_it_may(personas: Personas, step: str, status: str) -> None:
    finding = finding_in(status)
    if status not in FROM[step]:
        with pytest.raises(StepRefused, match=f"This one is {status}"):
            STEPS[step](by=personas.lead, finding=finding, version=1)
        assert not ReviewStep.objects.exists()
        return
    done = STEPS[step](by=personas.lead, finding=finding, version=1)
    assert (done.status, done.version) == (FROM[step][status], 2)
    taken = ReviewStep.objects.get()
    assert (taken.step, taken.finding_version, taken.by) == (step, 2, personas.lead)
    assert audited(finding) == [f"finding.{done.status}"]


@pytest.mark.parametrize(
    "name", ["reporter", "funder", "evaluator", "other_evaluator", "lead", "administrator", "closed"]
)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_by_whom_it_belongs_to(personas: Personas, step: str, name: str) -> None:
    finding = finding_in(next(iter(FROM[step])), created_by=personas.evaluator)
    if name in BY[step]:
        STEPS[step](by=personas[name], finding=finding, version=1)
    else:
        with pytest.raises(PermissionDenied):
            STEPS[step](by=personas[name], finding=finding, version=1)


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_on_an_old_version(personas: Personas, step: str) -> None:
    finding = finding_in(next(iter(FROM[step])), version=2)
    with pytest.raises(Conflict):
        STEPS[step](by=personas.lead, finding=finding, version=1)


def test_an_author_whose_role_is_gone_takes_no_step(personas: Personas) -> None:
    finding = finding_in("draft", created_by=personas.evaluator)
    personas.evaluator.role_assignments.all().delete()
    with pytest.raises(PermissionDenied):
        submit_finding(by=type(personas.evaluator).objects.get(name="Evaluator"), finding=finding, version=1)


@pytest.mark.parametrize("step", [return_finding, withdraw_finding])
def test_a_reason_is_needed(personas: Personas, step: Callable[..., Finding]) -> None:
    finding = finding_in("submitted" if step is return_finding else "published")
    errors = errors_of(lambda: step(by=personas.lead, finding=finding, version=1, reason=" "))
    assert set(errors) == {"reason"}


def test_the_author_is_told_of_a_return_without_the_words(
    personas: Personas, django_capture_on_commit_callbacks: Any
) -> None:
    finding = finding_in("submitted", created_by=personas.evaluator, text="Confidential words.")
    with django_capture_on_commit_callbacks(execute=True):
        return_finding(by=personas.lead, finding=finding, version=1, reason="Name the month.")
    [message] = mail.outbox
    assert message.to == [personas.evaluator.email]
    assert f"{finding.ref} was returned to you (Lead, " in message.body
    assert "Confidential" not in message.subject + message.body
    assert "month" not in message.subject + message.body
    assert finding.steps.get().reason == "Name the month."


def test_an_author_who_may_no_longer_read_it_gets_no_message(
    personas: Personas, django_capture_on_commit_callbacks: Any
) -> None:
    finding = finding_in("submitted", created_by=personas.closed)
    with django_capture_on_commit_callbacks(execute=True):
        return_finding(by=personas.lead, finding=finding, version=1, reason="Name the month.")
    assert mail.outbox == []


# Releasing


@pytest.mark.parametrize("visibility", ["partnerships", "public"])
def test_a_release_beyond_the_funder_needs_the_whole_checklist(personas: Personas, visibility: str) -> None:
    finding = finding_in("submitted")
    most = {"by": personas.lead, "finding": finding, "version": 1, "visibility": visibility}
    errors = errors_of(lambda: publish_finding(**most, checklist=EVERY_POINT[1:]))
    assert errors == {"checklist": [f"Confirm before releasing: {AnonymisationPoint(EVERY_POINT[0]).label}"]}
    published = publish_finding(**most, checklist=EVERY_POINT)
    assert published.visibility == visibility
    assert published.steps.get().checklist == sorted(EVERY_POINT)


@pytest.mark.parametrize("visibility", ["team", "funder"])
def test_the_funders_circle_needs_no_checklist(personas: Personas, visibility: str) -> None:
    finding = finding_in("submitted", created_by=personas.lead)
    published = publish_finding(by=personas.lead, finding=finding, version=1, visibility=visibility)
    assert (published.visibility, published.published_by) == (visibility, personas.lead)


def test_an_author_does_not_release_their_own(personas: Personas) -> None:
    finding = finding_in("submitted", created_by=personas.lead)
    errors = errors_of(
        lambda: publish_finding(
            by=personas.lead, finding=finding, version=1, visibility="public", checklist=EVERY_POINT
        )
    )
    assert set(errors) == {"visibility"}
    finding.refresh_from_db()
    assert finding.status == "submitted"


def test_a_lead_may_change_who_reads_the_literature_without_a_checklist(personas: Personas) -> None:
    finding = FindingFactory(literature=True)
    published = publish_finding(by=personas.lead, finding=finding, version=1, visibility="public")
    assert published.visibility == "public"


def test_a_wider_circle_keeps_the_day_of_publication(personas: Personas) -> None:
    finding = finding_in("published", visibility="funder")
    widened = publish_finding(
        by=personas.lead, finding=finding, version=1, visibility="public", checklist=EVERY_POINT
    )
    assert widened.published_at == finding.published_at
    assert widened.published_by == finding.published_by


def test_a_circle_that_does_not_exist_is_refused(personas: Personas) -> None:
    finding = finding_in("submitted")
    errors = errors_of(
        lambda: publish_finding(by=personas.lead, finding=finding, version=1, visibility="everybody")
    )
    assert errors == {"visibility": ["Choose who may read it."]}


def test_an_incomplete_finding_is_not_published(personas: Personas) -> None:
    finding = FindingFactory(submitted=True)
    errors = errors_of(
        lambda: publish_finding(by=personas.lead, finding=finding, version=1, visibility="funder")
    )
    assert set(errors) == {"codings"}


def test_withdrawn_it_is_the_teams_alone(personas: Personas) -> None:
    finding = finding_in("published", visibility="public", partnerships=[PartnershipFactory()])
    withdraw_finding(by=personas.lead, finding=finding, version=1, reason="Consent was withdrawn.")
    readers = [
        name
        for name in ("visitor", "reporter", "funder", "evaluator", "other_evaluator", "lead")
        if Finding.objects.visible_to(personas[name]).exists()
    ]
    assert readers == ["evaluator", "other_evaluator", "lead"]
