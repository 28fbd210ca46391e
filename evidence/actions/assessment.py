"""Judging how much confidence an item deserves (GRADE-CERQual)."""

import dataclasses
from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from evidence.actions.finding_input import field_errors
from evidence.actions.finding_rules import is_lead
from evidence.actions.typed_forms import forget_typed_form
from evidence.actions.watching import tell_watchers_soon
from evidence.models import (
    AssessedFinding,
    AssessedIndicator,
    Assessment,
    Component,
    ComponentConcern,
    Concern,
    FrameworkItem,
    TypedForm,
)
from evidence.queries.confidence import derived_indicators, published_codings
from partnerships.audit import record
from partnerships.errors import Conflict
from partnerships.models import Person


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConcernInput:
    """The level of concern about one component, the reason, and for relevance the kind of concern."""

    concern: str
    reason: str = ""
    relevance: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class CorrectionInput:
    """How an indicator is to be read instead, and why."""

    corrected: str
    reason: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class AssessmentInput:
    """A whole judgement: a concern for each component, indicators put right where the data misleads."""

    confidence: str
    explanation: str
    visibility: str
    concerns: Mapping[str, ConcernInput]
    corrections: Mapping[str, CorrectionInput] = dataclasses.field(default_factory=dict)
    dissent: str = ""


@transaction.atomic
def assess_item(*, by: Person, item: FrameworkItem, data: AssessmentInput, last_seen: int) -> Assessment:
    """Add a judgement of an item, with the indicators and the evidence as they are at this moment.

    ``last_seen`` is the number of the judgement that was the last when its author began, 0 for none. Raises
    PermissionDenied, Conflict when another was added meanwhile, and ValidationError by field
    (``explanation``, ``adequacy_reason``, ``sectors_corrected`` …).
    """
    if not is_lead(by):
        raise PermissionDenied
    item = FrameworkItem.objects.select_for_update().get(pk=item.pk)
    last = item.assessments.order_by("-number").first()
    if last and last.number != last_seen:
        raise Conflict(last)
    derived = derived_indicators(by, item)
    assessment = Assessment(
        item=item,
        number=last_seen + 1,
        confidence=data.confidence,
        explanation=data.explanation.strip(),
        dissent=data.dissent.strip(),
        visibility=data.visibility,
        item_version=item.version,
        made_by=by,
        is_demonstration=by.is_demonstration,
    )
    errors = field_errors(assessment, leave_out=("item", "made_by"))
    if errors := errors | concern_errors(data) | correction_errors(data):
        raise ValidationError(errors)
    assessment.save()
    ComponentConcern.objects.bulk_create(
        ComponentConcern(
            assessment=assessment,
            component=component,
            concern=data.concerns[component].concern,
            reason=data.concerns[component].reason.strip(),
            relevance=data.concerns[component].relevance,
        )
        for component in Component
    )
    AssessedIndicator.objects.bulk_create(
        AssessedIndicator(
            assessment=assessment,
            kind=kind,
            derived=words,
            corrected=data.corrections[kind].corrected.strip() if kind in data.corrections else "",
            reason=data.corrections[kind].reason.strip() if kind in data.corrections else "",
        )
        for kind, words in derived.items()
    )
    AssessedFinding.objects.bulk_create(
        AssessedFinding(assessment=assessment, finding_id=finding, direction=direction)
        for finding, direction in published_codings(by, item).values_list("finding", "direction")
    )
    forget_typed_form(by=by, key=TypedForm.key_of_item(item, "confidence"))
    tell_watchers_soon([item.pk])
    record(
        by=by,
        verb="item.assessed",
        target=item,
        key=item.code,
        number=assessment.number,
        visibility=assessment.visibility,
    )
    return assessment


def concern_errors(data: AssessmentInput) -> dict[str, list[str]]:
    """What is missing of the concerns, by the field that would hold it."""
    errors = {}
    for component in Component:
        stated = data.concerns.get(component)
        if stated is None or stated.concern not in Concern.values:
            errors[f"{component}_concern"] = ["Choose a level of concern."]
        elif stated.concern != Concern.NONE and not stated.reason.strip():
            errors[f"{component}_reason"] = ["Say what the concern is."]
        elif component == Component.RELEVANCE and (stated.concern != Concern.NONE) != bool(stated.relevance):
            errors["relevance_kind"] = [
                "Say what kind of concern it is."
                if stated.concern != Concern.NONE
                else "Without a concern there is no kind of concern."
            ]
    return errors


def correction_errors(data: AssessmentInput) -> dict[str, list[str]]:
    """An indicator is read differently only with a reason, and a reason needs a reading."""
    errors = {}
    for kind, stated in data.corrections.items():
        if stated.corrected.strip() and not stated.reason.strip():
            errors[f"{kind}_why"] = ["Say why the data is not taken as it is."]
        if stated.reason.strip() and not stated.corrected.strip():
            errors[f"{kind}_corrected"] = ["Say how it is to be read instead."]
    return errors
