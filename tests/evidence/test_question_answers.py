"""Answers to research questions: written, issued in versions, cited for those who may open what is cited."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from evidence.actions.consent import withdraw_consent
from evidence.actions.question_answers import (
    WITHDRAWN,
    AnswerInput,
    issue_answer,
    save_answer,
    take_back_citations,
)
from evidence.models import Finding, FrameworkItem, QuestionAnswer, TypedForm
from evidence.queries.question_answers import NOT_OPEN, answer_on, versions_of, with_answer, with_links
from partnerships.errors import Conflict
from partnerships.models import AuditRow
from tests.factories import (
    FindingFactory,
    LessonFactory,
    QuestionAnswerFactory,
    ResearchQuestionFactory,
    SourceFactory,
    TypedFormFactory,
)
from tests.personas import Personas

pytestmark = pytest.mark.django_db


@pytest.fixture
def question() -> FrameworkItem:
    return ResearchQuestionFactory(code="Q1")


def stated(**fields: Any) -> AnswerInput:
    return AnswerInput(
        **{"text": "It depends.", "gaps": "Small firms were not asked.", "visibility": "public", **fields}
    )


def published(question: FrameworkItem, visibility: str = "public", **fields: Any) -> Finding:
    return FindingFactory(published=True, visibility=visibility, codings=[(question, "context")], **fields)


def shown(person: Any, question: FrameworkItem) -> Any:
    return answer_on(with_answer(person, FrameworkItem.objects.filter(pk=question.pk)).get())


def test_a_draft_is_the_teams_until_a_lead_issues_it(question: FrameworkItem, personas: Personas) -> None:
    draft = save_answer(by=personas.evaluator, item=question, data=stated(), version=0)
    assert (draft.number, draft.version) == (1, 1)
    assert QuestionAnswer.objects.visible_to(personas.lead).exists()
    assert not QuestionAnswer.objects.visible_to(personas.funder).exists()
    assert shown(personas.lead, question) is None
    with pytest.raises(PermissionDenied):
        issue_answer(by=personas.evaluator, item=question, version=1)
    issue_answer(by=personas.lead, item=question, version=1)
    answer = shown(personas.visitor, question)
    assert (answer.number, answer.text, answer.gaps) == (1, "It depends.", "Small firms were not asked.")
    verbs = AuditRow.objects.filter(target_key="Q1").order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["answer.saved", "answer.issued"]


def test_what_was_issued_stays_and_the_next_is_a_new_version(
    question: FrameworkItem, personas: Personas
) -> None:
    QuestionAnswerFactory(item=question, text="First.", issued=True, visibility="public")
    draft = save_answer(by=personas.evaluator, item=question, data=stated(text="Second."), version=0)
    assert draft.number == 2
    assert shown(personas.visitor, question).text == "First."
    issue_answer(by=personas.lead, item=question, version=1)
    assert shown(personas.visitor, question).text == "Second."
    newest, oldest = versions_of(personas.visitor, question, 10)
    assert [change.label for change in newest.changes] == ["The answer"]
    assert oldest.changes == []


def test_two_writers_of_one_draft(question: FrameworkItem, personas: Personas) -> None:
    save_answer(by=personas.evaluator, item=question, data=stated(), version=0)
    with pytest.raises(Conflict):
        save_answer(by=personas.other_evaluator, item=question, data=stated(), version=0)
    save_answer(by=personas.other_evaluator, item=question, data=stated(text="Both."), version=1)
    with pytest.raises(Conflict):
        issue_answer(by=personas.lead, item=question, version=1)
    issue_answer(by=personas.lead, item=question, version=2)
    with pytest.raises(Conflict):
        issue_answer(by=personas.lead, item=question, version=2)


@pytest.mark.parametrize("name", ["reporter", "funder", "administrator"])
def test_others_write_none(question: FrameworkItem, personas: Personas, name: str) -> None:
    with pytest.raises(PermissionDenied):
        save_answer(by=personas[name], item=question, data=stated(), version=0)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": ""}, "text"),
        ({"gaps": " "}, "gaps"),
        ({"visibility": "nobody"}, "visibility"),
        ({"text": "So says [F-22222222]."}, "text"),
        ({"gaps": "See [F-22222222]."}, "gaps"),
    ],
)
def test_what_is_wrong_is_said_by_field(
    question: FrameworkItem, personas: Personas, fields: dict[str, str], problem: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_answer(by=personas.lead, item=question, data=stated(**fields), version=0)
    assert list(refusal.value.message_dict) == [problem]


def test_only_questions_are_answered(personas: Personas) -> None:
    with pytest.raises(ValidationError):
        save_answer(by=personas.lead, item=LessonFactory(), data=stated(), version=0)


def test_no_answer_goes_to_readers_who_may_not_open_what_it_cites(
    question: FrameworkItem, personas: Personas
) -> None:
    finding = published(question, "funder")
    text = f"As [{finding.ref}] shows."
    save_answer(by=personas.lead, item=question, data=stated(text=text), version=0)
    with pytest.raises(ValidationError, match=finding.ref):
        issue_answer(by=personas.lead, item=question, version=1)
    save_answer(by=personas.lead, item=question, data=stated(text=text, visibility="funder"), version=1)
    issue_answer(by=personas.lead, item=question, version=2)
    assert f"[{finding.ref}](/findings/{finding.ref}/)" in shown(personas.funder, question).text


def test_a_finding_taken_back_later_is_not_named_any_more(
    question: FrameworkItem, personas: Personas
) -> None:
    finding = published(question)
    save_answer(by=personas.lead, item=question, data=stated(text=f"As [{finding.ref}] shows."), version=0)
    issue_answer(by=personas.lead, item=question, version=1)
    assert finding.ref in shown(personas.visitor, question).text
    Finding.objects.filter(pk=finding.pk).update(visibility="team")
    assert shown(personas.visitor, question).text == f"As {NOT_OPEN} shows."
    assert finding.ref in shown(personas.lead, question).text
    [version] = versions_of(personas.visitor, question, 10)
    assert finding.ref not in version.text


def test_consent_that_is_withdrawn_takes_citations_back(question: FrameworkItem, personas: Personas) -> None:
    source = SourceFactory(created_by=personas.evaluator)
    finding = published(question, source=source, created_by=personas.evaluator)
    other = published(question)
    text = f"As [{finding.ref}] and [{other.ref}] show."
    save_answer(by=personas.lead, item=question, data=stated(text=text), version=0)
    issue_answer(by=personas.lead, item=question, version=1)
    save_answer(by=personas.lead, item=question, data=stated(text=text), version=0)
    withdraw_consent(by=personas.lead, source=source, version=source.version, reason="They asked.")
    for answer in QuestionAnswer.objects.all():
        assert answer.text == f"As {WITHDRAWN} and [{other.ref}] show."
        assert list(answer.findings.all()) == [other]
    assert AuditRow.objects.filter(verb="answer.citations-taken-back").count() == 2
    take_back_citations([finding], by=personas.lead)


def test_new_evidence_is_pointed_out_to_those_who_may_read_it(
    question: FrameworkItem, personas: Personas
) -> None:
    published(question)
    QuestionAnswerFactory(item=question, issued=True, visibility="public")
    assert shown(personas.visitor, question).news == []
    later = timezone.now() + datetime.timedelta(minutes=5)
    for visibility in ("public", "team"):
        finding = published(question, visibility, title=f"For the {visibility}")
        Finding.objects.filter(pk=finding.pk).update(published_at=later)
    assert [title for title, _ in shown(personas.visitor, question).news] == ["For the public"]
    assert len(shown(personas.lead, question).news) == 2


def test_citations_become_links_and_nothing_else_does() -> None:
    text = "See [F-7K2M9QXA], [L5] and [F-nonsense]."
    assert with_links(text, {"F-7K2M9QXA"}) == (
        "See [F-7K2M9QXA](/findings/F-7K2M9QXA/), [L5] and [F-nonsense]."
    )


# Pages


FORM = {"text": "**It depends**.", "gaps": "Much.", "visibility": "public", "version": "0"}


def test_writing_issuing_and_reading(question: FrameworkItem, client_of: Callable[[str], Client]) -> None:
    evaluator, lead, visitor = client_of("evaluator"), client_of("lead"), Client()
    assert "No answer yet" in visitor.get("/questions/Q1/answer/").content.decode()
    assert evaluator.post("/questions/Q1/answer/edit/", FORM).status_code == 302
    late = client_of("other_evaluator").post("/questions/Q1/answer/edit/", FORM | {"text": "Mine."})
    assert late.status_code == 409
    assert "Mine." in late.content.decode()
    assert "**It depends**." in late.content.decode()
    assert lead.post("/questions/Q1/answer/issue/", {"version": "7"}).status_code == 409
    assert lead.post("/questions/Q1/answer/issue/", {"version": "1"}).status_code == 302
    for address in ("/questions/Q1/", "/questions/Q1/answer/"):
        page = visitor.get(address).content.decode()
        assert "<strong>It depends</strong>" in page
        assert "Much." in page


def test_an_answer_for_the_funder_is_not_the_publics(
    question: FrameworkItem, client_of: Callable[[str], Client]
) -> None:
    QuestionAnswerFactory(item=question, issued=True, text="Only here.", visibility="funder")
    assert "Only here." in client_of("funder").get("/questions/Q1/").content.decode()
    for address in ("/questions/Q1/", "/questions/Q1/answer/"):
        assert "Only here." not in client_of("visitor").get(address).content.decode()


def test_what_was_typed_is_found_again(
    question: FrameworkItem, personas: Personas, client_of: Callable[[str], Client]
) -> None:
    TypedFormFactory(
        key="Q1/answer", item=question, created_by=personas.evaluator, content={"text": ["Half a sen"]}
    )
    browser = client_of("evaluator")
    assert "Half a sen" in browser.get("/questions/Q1/answer/edit/").content.decode()
    assert "Half a sen" in browser.get("/inbox/").content.decode()
    browser.post("/questions/Q1/answer/edit/", FORM)
    assert not TypedForm.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"text": ""}, {"gaps": "\x00"}, {"visibility": "all"}, {"text": "[F-22222222]"}]
)
def test_bad_input_comes_back(
    question: FrameworkItem, client_of: Callable[[str], Client], wrong: dict[str, str]
) -> None:
    response = client_of("evaluator").post("/questions/Q1/answer/edit/", FORM | wrong)
    assert response.status_code == 200
    assert "Error: " in response.content.decode()
    assert not QuestionAnswer.objects.exists()
