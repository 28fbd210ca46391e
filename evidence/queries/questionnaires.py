"""Questionnaires as they stand: which version is the newest, and what a version holds."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet

from evidence.models import FrameworkItem, Question, Questionnaire, QuestionnaireVersion, Section
from partnerships.functions import JSONList


@dataclass(frozen=True)
class Subject:
    """A section with its questions, in their order."""

    section: Section
    questions: list[Question]


def newest_version(questionnaire: Questionnaire) -> QuestionnaireVersion:
    """The draft where there is one, otherwise the version that was fixed last."""
    return questionnaire.versions.latest("number")


def subjects_of(version: QuestionnaireVersion) -> list[Subject]:
    """The whole of a version, in three queries. Sections without questions are there too."""
    questions: dict[int, list[Question]] = {}
    for question in questions_of(version.pk, with_items=True):
        questions.setdefault(question.section_id, []).append(question)
    sections = Section.objects.filter(questionnaire_version=version).order_by("order", "pk")
    return [Subject(section, questions.get(section.pk, [])) for section in sections]


def questions_of(
    version: int | None, *, with_items: bool = False, with_codes: bool = False
) -> list[Question]:
    """Every question of the version with this primary key, in its order, with its section and condition, in
    one query; the framework items that each informs take another, their codes alone (``codes``) do not.
    """
    questions: QuerySet[Question] = (
        Question.objects.filter(questionnaire_version=version)
        .select_related("section", "shown_if")
        .order_by("section__order", "section_id", "order", "pk")
    )
    if with_codes:
        informed = FrameworkItem.objects.filter(report_questions=OuterRef("pk"))
        questions = questions.annotate(codes=JSONList(informed, "code"))
    return list(questions.prefetch_related("items") if with_items else questions)


def content_of(version: QuestionnaireVersion) -> list[dict[str, Any]]:
    """What a version asks, as plain data: two versions that ask the same have the same content."""
    return [
        {
            "key": subject.section.key,
            "title": subject.section.title,
            "introduction": subject.section.introduction,
            "questions": [content_of_question(question) for question in subject.questions],
        }
        for subject in subjects_of(version)
    ]


def content_of_question(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "kind": question.kind,
        "text": question.text,
        "help": question.help,
        "required": question.required,
        "options": question.options,
        "columns": question.columns,
        "shown_if": question.shown_if.key if question.shown_if else "",
        "shown_if_values": question.shown_if_values,
        "items": sorted(item.code for item in question.items.all()),
    }
