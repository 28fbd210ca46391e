"""Recording that somebody looked for evidence against an item and found none."""

import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from evidence.actions.finding_input import field_errors
from evidence.actions.finding_rules import is_lead, may_log, refuse_future
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import FrameworkItem, NegativeSearch, TypedForm
from partnerships.audit import record
from partnerships.models import Person


@transaction.atomic
def note_negative_search(
    *, by: Person, item: FrameworkItem, looked_on: datetime.date, looked_in: str, looked_for: str
) -> NegativeSearch:
    """Record a search that found nothing. Raises PermissionDenied, and ValidationError by field."""
    if not may_log(by):
        raise PermissionDenied
    search = NegativeSearch(
        item=item,
        looked_on=looked_on,
        looked_in=looked_in.strip(),
        looked_for=looked_for.strip(),
        made_by=by,
        is_demonstration=by.is_demonstration,
    )
    errors = field_errors(search, leave_out=("item", "made_by"))
    if item.is_question:
        errors["__all__"] = ["A question takes no side, so nothing can speak against it."]
    try:
        refuse_future(looked_on)
    except ValidationError as refusal:
        errors["looked_on"] = refusal.messages
    if errors:
        raise ValidationError(errors)
    search.save()
    forget_typed_form(by=by, key=TypedForm.key_of_item(item, "negative-search"))
    record(by=by, verb="negative-search.noted", target=search, key=item.code)
    return search


def may_remove(person: Any, search: NegativeSearch) -> bool:
    """Whoever noted it, and the leads."""
    return is_lead(person) or (may_log(person) and search.made_by_id == person.pk)


@transaction.atomic
def remove_negative_search(*, by: Person, search: NegativeSearch) -> None:
    """Take back a record that was a mistake. The audit record keeps that it was there."""
    search = NegativeSearch.objects.select_for_update().select_related("item").get(pk=search.pk)
    if not may_remove(by, search):
        raise PermissionDenied
    record(by=by, verb="negative-search.deleted", target=search, key=search.item.code)
    search.delete()
