"""Writing and issuing the answers to research questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions.finding_input import field_errors
from evidence.actions.finding_rules import is_lead, may_log
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import Finding, FrameworkItem, QuestionAnswer, TypedForm
from evidence.models.visibility import reaches_beyond
from evidence.queries.question_answers import refs_in
from partnerships.audit import record
from partnerships.errors import Conflict
from partnerships.models import Person

WITHDRAWN = "[a withdrawn finding]"


@dataclass(frozen=True, kw_only=True)
class AnswerInput:
    """A whole answer: the text in Markdown, what is not known, and who may read it once it is issued."""

    text: str
    gaps: str
    visibility: str


def draft_of(item: FrameworkItem) -> QuestionAnswer | None:
    """The draft of the answer to a question, if one is begun."""
    return QuestionAnswer.objects.filter(item=item, issued_at=None).first()


@transaction.atomic
def save_answer(*, by: Person, item: FrameworkItem, data: AnswerInput, version: int) -> QuestionAnswer:
    """Keep the draft of an answer, begun anew where there is none.

    ``version`` is that of the draft as its writer saw it, 0 for none. Raises PermissionDenied, Conflict when
    somebody else saved the draft meanwhile, and ValidationError by field: an answer cites published findings
    that its writer may read.
    """
    if not may_log(by):
        raise PermissionDenied
    item = FrameworkItem.objects.select_for_update().get(pk=item.pk)
    if not item.is_question:
        raise ValidationError("Only a research question is answered.")
    draft = draft_of(item)
    if (draft.version if draft else 0) != version:
        raise Conflict(draft or item.answers.order_by("-number").first() or item)
    if draft is None:
        draft = QuestionAnswer(
            item=item, number=item.answers.count() + 1, version=0, is_demonstration=by.is_demonstration
        )
    draft.text, draft.gaps, draft.visibility = data.text.strip(), data.gaps.strip(), data.visibility
    draft.version += 1
    draft.updated_at, draft.updated_by = timezone.now(), by
    errors = field_errors(draft, leave_out=("item", "updated_by", "issued_by", "findings"))
    cited = list(Finding.objects.visible_to(by).filter(ref__in=refs_in(draft.text, draft.gaps)))
    for part in ("text", "gaps"):
        if unknown := refs_in(getattr(draft, part)) - {finding.ref for finding in cited}:
            named = ", ".join(sorted(unknown))
            errors.setdefault(part, []).append(f"Not a finding that you can read: {named}.")
    if errors:
        raise ValidationError(errors)
    draft.save()
    draft.findings.set(cited)
    forget_typed_form(by=by, key=TypedForm.key_of_item(item, "answer"))
    record(by=by, verb="answer.saved", target=draft, key=item.code, number=draft.number)
    return draft


@transaction.atomic
def issue_answer(*, by: Person, item: FrameworkItem, version: int) -> QuestionAnswer:
    """Issue the draft for its readers; it stays as it is from then on.

    Raises PermissionDenied, Conflict when the draft is another than ``version`` or gone, and ValidationError
    when it cites what its readers may not read.
    """
    if not is_lead(by):
        raise PermissionDenied
    draft = QuestionAnswer.objects.select_for_update().filter(item=item, issued_at=None).first()
    if draft is None or draft.version != version:
        raise Conflict(draft or item)
    if closed := not_open_to(draft):
        raise ValidationError(
            f"Its readers may not read all that it cites: {', '.join(closed)}. Cite other findings, or "
            "choose fewer readers."
        )
    draft.issued_at, draft.issued_by = timezone.now(), by
    draft.save(update_fields=["issued_at", "issued_by"])
    record(
        by=by,
        verb="answer.issued",
        target=draft,
        key=item.code,
        number=draft.number,
        visibility=draft.visibility,
    )
    return draft


def not_open_to(draft: QuestionAnswer) -> list[str]:
    """The refs of findings in a draft that some of its readers may not read."""
    return [
        finding.ref
        for finding in draft.findings.order_by("ref")
        if finding.status != Finding.Status.PUBLISHED or reaches_beyond(draft.visibility, finding.visibility)
    ]


def take_back_citations(findings: Iterable[Finding], *, by: Any) -> None:
    """Leave no trace of findings whose source withdrew its consent in any version of an answer.

    Belongs in the transaction of the withdrawal.
    """
    refs = {finding.ref for finding in findings}
    citing = QuestionAnswer.objects.filter(findings__ref__in=refs).select_related("item")
    for answer in citing.distinct().order_by("pk"):
        for ref in refs:
            answer.text = answer.text.replace(f"[{ref}]", WITHDRAWN)
            answer.gaps = answer.gaps.replace(f"[{ref}]", WITHDRAWN)
        answer.version += 1
        answer.save(update_fields=["text", "gaps", "version"])
        answer.findings.remove(*answer.findings.filter(ref__in=refs))
        record(
            by=by,
            verb="answer.citations-taken-back",
            target=answer,
            key=answer.item.code,
            number=answer.number,
        )
