"""The standard questionnaire of the product, brought in from its file and never over what people edited."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from evidence.actions.questionnaires import write_content
from evidence.models import FrameworkItem, Question, Questionnaire, QuestionnaireVersion
from evidence.models.answer_values import digest_of
from evidence.queries.questionnaires import content_of, newest_version
from partnerships.data_files import Field, Problems, wrong_fields
from partnerships.loading import Outcome
from partnerships.models import LoadedRecord

FILE = Path(__file__).resolve().parent.parent / "framework" / "data" / "standard_questionnaire.yaml"
MODEL = "evidence.questionnaire"

QUESTION = {
    "key": Field(),
    "kind": Field(choices=Question.Kind.values),
    "text": Field(),
    "help": Field(required=False),
    "required": Field(bool, required=False),
    "items": Field(list, required=False),
    "options": Field(list, required=False),
    "columns": Field(list, required=False),
    "shown_if": Field(required=False),
    "shown_if_values": Field(list, required=False),
}
# What a question holds where the file leaves something out.
LEFT_OUT: dict[str, Any] = {
    "help": "",
    "required": False,
    "items": [],
    "options": [],
    "columns": [],
    "shown_if": "",
    "shown_if_values": [],
}


@transaction.atomic
def load_standard_questionnaire(file: Path = FILE) -> Outcome:
    """Bring the file's questions in as a version of the questionnaire, once for each state of the file.

    A changed file makes a new draft, or replaces one that nobody touched; a draft that people edit stays
    theirs. The framework must be there already. Raises DataFileError before anything is written.
    """
    stated = read(file)
    content, digest = stated["sections"], digest_of(stated)
    known = LoadedRecord.objects.filter(model=MODEL, key=stated["slug"]).first()
    questionnaire = Questionnaire.objects.filter(slug=stated["slug"]).first()
    if known and known.data["digest"] == digest:
        return Outcome.UNCHANGED
    if questionnaire is None:
        if known:
            return Outcome.KEPT
        questionnaire = Questionnaire.objects.create(
            slug=stated["slug"], title=stated["title"], purpose=stated["purpose"]
        )
        write_content(QuestionnaireVersion.objects.create(questionnaire=questionnaire, number=1), content)
        LoadedRecord.objects.create(
            model=MODEL, key=stated["slug"], data={"digest": digest, "content": digest_of(content)}
        )
        return Outcome.CREATED
    newest = newest_version(questionnaire)
    if known is None or digest_of(content_of(newest)) != known.data["content"]:
        return Outcome.KEPT
    if newest.is_draft:
        newest.questions.update(shown_if=None)
        newest.sections.all().delete()
    else:
        newest = QuestionnaireVersion.objects.create(questionnaire=questionnaire, number=newest.number + 1)
    write_content(newest, content)
    known.data = {"digest": digest, "content": digest_of(content)}
    known.save()
    return Outcome.UPDATED


def read(file: Path) -> dict[str, Any]:
    """The file with everything filled in that it may leave out. Raises DataFileError."""
    stated = yaml.safe_load(file.read_text(encoding="utf-8"))
    problems = Problems()
    codes = set(FrameworkItem.objects.values_list("code", flat=True))
    seen: set[str] = set()
    for section in stated["sections"]:
        for question in section["questions"]:
            wrong = wrong_fields(question, QUESTION)
            wrong += [f"item {code} is not known." for code in question.get("items", []) if code not in codes]
            condition = question.get("shown_if", "")
            if condition and condition not in seen:
                wrong.append(f"shown_if: {condition} is no earlier question.")
            if question.get("key") in seen:
                wrong.append("its key stands twice.")
            for text in wrong:
                problems.add(file, str(question.get("key")), text)
            seen.add(str(question.get("key")))
    problems.raise_if_any()
    sections = [
        section | {"questions": [with_all(question) for question in section["questions"]]}
        for section in stated["sections"]
    ]
    return stated | {"sections": sections}


def with_all(question: dict[str, Any]) -> dict[str, Any]:
    return LEFT_OUT | question | {"items": sorted(question.get("items", []))}
