"""Keeping what the funder decided."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions.finding_input import field_errors
from evidence.actions.finding_rules import refuse_future
from evidence.models import Decision, Edition, FrameworkItem
from partnerships.access import Permission, has_permission
from partnerships.audit import record
from partnerships.errors import Conflict
from partnerships.models import Person


@dataclass(frozen=True, kw_only=True)
class DecisionInput:
    """A whole decision; ``items`` by their codes, ``edition`` by its number."""

    title: str
    decided_on: datetime.date | None
    decision: str
    reason: str
    items: Sequence[str]
    visibility: str
    edition: int | None = None


def may_record_decisions(person: Any) -> bool:
    """The funder's staff and the leads."""
    return has_permission(person, Permission.RECORD_DECISIONS)


@transaction.atomic
def record_decision(*, by: Person, data: DecisionInput) -> Decision:
    """Keep a new decision. Raises PermissionDenied, and ValidationError by field."""
    if not may_record_decisions(by):
        raise PermissionDenied
    decision = Decision(created_by=by, updated_by=by, is_demonstration=by.is_demonstration)
    write(decision, data)
    note(by, "decision.recorded", decision)
    return decision


@transaction.atomic
def change_decision(*, by: Person, decision: Decision, data: DecisionInput, version: int) -> Decision:
    """Put a decision right. Raises PermissionDenied, Conflict when somebody else changed it meanwhile, and
    ValidationError by field.
    """
    current = own_decision(by, decision, version)
    current.version += 1
    current.updated_at, current.updated_by = timezone.now(), by
    write(current, data)
    note(by, "decision.changed", current)
    return current


@transaction.atomic
def remove_decision(*, by: Person, decision: Decision, version: int) -> None:
    """Take away a record that was a mistake; the audit record keeps that it was there.

    Raises PermissionDenied, and Conflict when somebody else changed it meanwhile.
    """
    current = own_decision(by, decision, version)
    note(by, "decision.deleted", current)
    current.delete()


def own_decision(by: Person, decision: Decision, version: int) -> Decision:
    """The decision as it is now, locked, if this person may change it and has seen it so."""
    if not may_record_decisions(by):
        raise PermissionDenied
    current: Decision = Decision.objects.visible_to(by).select_for_update().get(pk=decision.pk)
    if current.version != version:
        raise Conflict(current)
    return current


def write(decision: Decision, data: DecisionInput) -> None:
    """Take over what was stated, or raise ValidationError by field."""
    decision.title, decision.decision = data.title.strip(), data.decision.strip()
    decision.reason, decision.visibility = data.reason.strip(), data.visibility
    decision.decided_on = data.decided_on  # type: ignore[assignment]  # without a day it is refused below
    decision.edition = Edition.objects.filter(number=data.edition).first() if data.edition else None
    errors = field_errors(decision, leave_out=("ref", "items", "created_by", "updated_by"))
    items = list(FrameworkItem.objects.filter(code__in=data.items))
    if not items:
        errors["items"] = ["Choose at least one item that it is about."]
    if data.edition and decision.edition is None:
        errors["edition"] = ["There is no such edition."]
    try:
        if data.decided_on:
            refuse_future(data.decided_on)
    except ValidationError as refusal:
        errors["decided_on"] = refusal.messages
    if errors:
        raise ValidationError(errors)
    decision.save()
    decision.items.set(items)


def note(by: Person, verb: str, decision: Decision) -> None:
    codes = sorted(decision.items.values_list("code", flat=True))
    record(by=by, verb=verb, target=decision, key=decision.ref, items=codes, visibility=decision.visibility)
