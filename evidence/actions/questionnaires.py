"""Every write to a questionnaire. Only a draft changes; the version that a round opened with is fixed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from evidence.actions.report_rules import require_manager_of_rounds
from evidence.models import FrameworkItem, Question, Questionnaire, QuestionnaireVersion, Section
from evidence.queries.questionnaires import content_of, newest_version, questions_of
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.locking import locked
from partnerships.models import Person

Kind = Question.Kind
MOST_OPTIONS = 30
MOST_COLUMNS = 8


@dataclass(frozen=True, kw_only=True)
class QuestionInput:
    """What a person states of a question."""

    kind: str
    text: str
    help: str = ""
    required: bool = False
    options: Sequence[dict[str, str]] = ()
    columns: Sequence[dict[str, Any]] = ()
    shown_if: Question | None = None
    shown_if_values: Sequence[str] = ()
    items: Sequence[FrameworkItem] = field(default_factory=list)


@transaction.atomic
def begin_questionnaire(*, by: Person, title: str, purpose: str = "") -> Questionnaire:
    """A new questionnaire with an empty first version. Raises ValidationError by field."""
    require_manager_of_rounds(by)
    slugs = Questionnaire.objects.values_list("slug", flat=True)
    questionnaire = Questionnaire(
        slug=free_key(title, {*slugs, "new"}, "questionnaire", 60),
        title=title.strip(),
        purpose=purpose.strip(),
        created_by=by,
    )
    questionnaire.full_clean()
    questionnaire.save()
    QuestionnaireVersion.objects.create(questionnaire=questionnaire, number=1, created_by=by)
    record(by=by, verb="questionnaire.begun", target=questionnaire, key=questionnaire.slug)
    return questionnaire


@transaction.atomic
def change_questionnaire(
    *, by: Person, questionnaire: Questionnaire, version: int, title: str, purpose: str
) -> Questionnaire:
    """Change what a questionnaire is called and for. Raises Conflict, and ValidationError by field."""
    require_manager_of_rounds(by)
    questionnaire = locked(Questionnaire, questionnaire, version)
    questionnaire.title, questionnaire.purpose = title.strip(), purpose.strip()
    questionnaire.version += 1
    questionnaire.full_clean()
    questionnaire.save()
    record(by=by, verb="questionnaire.edited", target=questionnaire, key=questionnaire.slug)
    return questionnaire


@transaction.atomic
def begin_draft(*, by: Person, questionnaire: Questionnaire) -> QuestionnaireVersion:
    """A draft that says what the newest version says, or the draft that is there already."""
    require_manager_of_rounds(by)
    Questionnaire.objects.select_for_update().get(pk=questionnaire.pk)
    newest = newest_version(questionnaire)
    if newest.is_draft:
        return newest
    draft = QuestionnaireVersion.objects.create(
        questionnaire=questionnaire, number=newest.number + 1, created_by=by
    )
    write_content(draft, content_of(newest))
    record(by=by, verb="questionnaire.draft-begun", target=questionnaire, key=questionnaire.slug)
    return draft


def write_content(version: QuestionnaireVersion, content: Iterable[dict[str, Any]]) -> None:
    """Fill an empty version with what ``content_of`` gives."""
    items = {item.code: item for item in FrameworkItem.objects.all()}
    questions: dict[str, Question] = {}
    for place, entry in enumerate(content):
        section = Section.objects.create(
            questionnaire_version=version,
            key=entry["key"],
            title=entry["title"],
            introduction=entry["introduction"],
            order=place,
        )
        for order, stated in enumerate(entry["questions"]):
            questions[stated["key"]] = question = Question.objects.create(
                questionnaire_version=version,
                section=section,
                order=order,
                shown_if=questions.get(stated["shown_if"]),
                **{name: stated[name] for name in OWN_FIELDS},
            )
            question.items.set([items[code] for code in stated["items"] if code in items])


OWN_FIELDS = ("key", "kind", "text", "help", "required", "options", "columns", "shown_if_values")


@transaction.atomic
def add_section(*, by: Person, draft: QuestionnaireVersion, title: str, introduction: str = "") -> Section:
    """A new section at the end. Raises StepRefused, and ValidationError by field."""
    draft = held_draft(by, draft)
    section = Section(
        questionnaire_version=draft,
        key=free_key(title, keys_in_use(Section, draft), "section", 24),
        title=title.strip(),
        introduction=introduction.strip(),
        order=draft.sections.count(),
    )
    section.full_clean()
    section.save()
    record_edit(draft, by=by, section=section.key)
    return section


@transaction.atomic
def change_section(*, by: Person, section: Section, version: int, title: str, introduction: str) -> Section:
    """Raises Conflict, StepRefused, and ValidationError by field."""
    draft = held_draft(by, section.questionnaire_version)
    section = locked(Section, section, version)
    section.title, section.introduction = title.strip(), introduction.strip()
    section.version += 1
    section.full_clean()
    section.save()
    record_edit(draft, by=by, section=section.key)
    return section


@transaction.atomic
def add_question(*, by: Person, section: Section, data: QuestionInput) -> Question:
    """A new question at the end of a section. Raises StepRefused, and ValidationError by field."""
    draft = held_draft(by, section.questionnaire_version)
    question = Question(
        questionnaire_version=draft,
        section=section,
        key=free_key(data.text, keys_in_use(Question, draft), "question", 40),
        order=section.questions.count(),
    )
    write_question(question, data)
    record_edit(draft, by=by, question=question.key)
    return question


@transaction.atomic
def change_question(
    *, by: Person, question: Question, version: int, data: QuestionInput, asks_anew: bool = False
) -> Question:
    """Save a changed question.

    It keeps its key, and with it the comparison with earlier answers, unless its person says that it asks
    something else now, or its kind shows it. Raises Conflict, StepRefused, and ValidationError by field.
    """
    draft = held_draft(by, question.questionnaire_version)
    question = locked(Question, question, version)
    if (asks_anew or data.kind != question.kind) and was_asked(question):
        question.key = free_key(question.key, keys_in_use(Question, draft), "question", 40)
    question.version += 1
    write_question(question, data)
    record_edit(draft, by=by, question=question.key, asks_anew=asks_anew)
    return question


def was_asked(question: Question) -> bool:
    """Whether a version that is fixed holds a question with this key, so that there can be answers to it."""
    versions = QuestionnaireVersion.objects.filter(
        questionnaire=question.questionnaire_version.questionnaire, fixed_at__isnull=False
    )
    return Question.objects.filter(questionnaire_version__in=versions, key=question.key).exists()


def write_question(question: Question, data: QuestionInput) -> None:
    question.kind, question.text, question.help = data.kind, data.text.strip(), data.help.strip()
    question.required = data.required
    question.options = list(data.options) if question.is_chosen else []
    question.columns = list(data.columns) if data.kind == Kind.TABLE else []
    question.shown_if, question.shown_if_values = data.shown_if, list(data.shown_if_values)
    if problems := problems_of_question(question):
        raise ValidationError(problems)
    question.full_clean()
    question.save()
    question.items.set(data.items)


def problems_of_question(question: Question) -> dict[str, str]:
    """What stands between a question and being asked, by field."""
    problems = {}
    if question.is_chosen and not 2 <= len(question.options) <= MOST_OPTIONS:
        problems["options"] = (
            f"Write between two and {MOST_OPTIONS} answers to choose from, one on each line."
        )
    if question.kind == Kind.TABLE and not 1 <= len(question.columns) <= MOST_COLUMNS:
        problems["columns"] = f"Write between one and {MOST_COLUMNS} columns, one on each line."
    if question.shown_if and not set(question.shown_if_values) <= question.shown_if.labels.keys():
        problems["condition"] = "Choose answers that the earlier question still offers."
    lost = [
        str(other)
        for other in (question.shows.all() if question.pk else ())
        if not set(other.shown_if_values) <= question.labels.keys()
    ]
    if lost:
        problems["options"] = f"“{lost[0]}” is asked after an answer that would be gone. Change that first."
    return problems


@transaction.atomic
def move_part(*, by: Person, part: Section | Question, up: bool) -> None:
    """Change places with the neighbour; at the end of the list nothing happens. Raises StepRefused."""
    draft = held_draft(by, part.questionnaire_version)
    siblings: list[Any] = list(siblings_of(part))
    here = siblings.index(part)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(siblings):
        return
    siblings[here], siblings[there] = siblings[there], siblings[here]
    put_in_order(siblings)
    refuse_condition_before_its_question(draft)
    record_edit(draft, by=by, moved=part.key)


@transaction.atomic
def remove_part(*, by: Person, part: Section | Question) -> None:
    """Take a question, or a section with its questions, out of a draft. Raises StepRefused."""
    draft = held_draft(by, part.questionnaire_version)
    gone = (
        Question.objects.filter(section=part)
        if isinstance(part, Section)
        else Question.objects.filter(pk=part.pk)
    )
    dependent = Question.objects.filter(shown_if__in=gone).exclude(pk__in=gone).first()
    if dependent:
        raise StepRefused(f"“{dependent}” is asked only after a certain answer to it. Change that first.")
    siblings = [sibling for sibling in siblings_of(part) if sibling != part]
    gone.update(shown_if=None)  # among themselves they may depend on one another
    gone.delete()
    if isinstance(part, Section):
        part.delete()
    put_in_order(siblings)
    record_edit(draft, by=by, removed=part.key)


def siblings_of(part: Section | Question) -> Any:
    if isinstance(part, Section):
        return Section.objects.filter(questionnaire_version=part.questionnaire_version).order_by(
            "order", "pk"
        )
    return Question.objects.filter(section=part.section).order_by("order", "pk")


def put_in_order(siblings: Sequence[Any]) -> None:
    for place, sibling in enumerate(siblings):
        if sibling.order != place:
            sibling.order = place
            sibling.save(update_fields=["order"])


def refuse_condition_before_its_question(draft: QuestionnaireVersion) -> None:
    seen: set[int] = set()
    for question in questions_of(draft.pk):
        if question.shown_if_id and question.shown_if_id not in seen:
            raise StepRefused(f"“{question}” depends on “{question.shown_if}”, so it has to come after it.")
        seen.add(question.pk)


def fix_version(*, by: Person, version: QuestionnaireVersion) -> None:
    """Make a draft unchangeable, since a round opens with it."""
    version.fixed_at, version.fixed_by = timezone.now(), by
    version.save(update_fields=["fixed_at", "fixed_by"])


def held_draft(by: Person, version: QuestionnaireVersion) -> QuestionnaireVersion:
    """The version, locked until the transaction ends. Raises PermissionDenied and StepRefused."""
    require_manager_of_rounds(by)
    held = QuestionnaireVersion.objects.select_for_update().get(pk=version.pk)
    if not held.is_draft:
        raise StepRefused("A round has opened with this version, so it stays as it is. Begin a new one.")
    return held


def keys_in_use(model: type[Section] | type[Question], draft: QuestionnaireVersion) -> set[str]:
    """Every key that this questionnaire has ever used: none may come to mean something else."""
    versions = QuestionnaireVersion.objects.filter(questionnaire=draft.questionnaire_id)
    return set(model.objects.filter(questionnaire_version__in=versions).values_list("key", flat=True))


def free_key(text: str, taken: set[str], otherwise: str, longest: int) -> str:
    """A key made from words that nobody has taken: ``resources``, then ``resources-2``."""
    stem = re.sub(r"-\d+$", "", slugify(text)) or otherwise
    stem = stem[: longest - 4].rstrip("-")
    return next(
        key for number in range(1, 1000) if (key := stem if number == 1 else f"{stem}-{number}") not in taken
    )


def record_edit(draft: QuestionnaireVersion, *, by: Person, **details: Any) -> None:
    questionnaire = draft.questionnaire
    record(
        by=by,
        verb="questionnaire.edited",
        target=questionnaire,
        key=questionnaire.slug,
        number=draft.number,
        **details,
    )
