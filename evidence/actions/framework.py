"""Every write to the framework by a person: adding, rewording and deleting its items."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from evidence.models import FrameworkItem
from partnerships.access import Permission, has_permission
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.locking import locked
from partnerships.models import Person

# A change to these is a rewording: it can alter what the item's codings stand for, so it needs a reason.
WORDING = ("title", "statement", "plain_statement", "meaning", "counts_for", "counts_against")


@transaction.atomic
def add_item(*, by: Person, kind: str, values: Mapping[str, Any]) -> FrameworkItem:
    """Add an item of a kind. ``values`` are checked fields of the model, ``sectors`` among them."""
    require_framework_editor(by)
    item = FrameworkItem(kind=kind)
    assign(item, values)
    item._history_user = by
    item.save()
    item.sectors.set(values.get("sectors", ()))
    record(by=by, verb="framework-item.added", target=item, key=item.code)
    return item


@transaction.atomic
def edit_item(
    *, by: Person, item: FrameworkItem, version: int, values: Mapping[str, Any], reason: str = ""
) -> FrameworkItem:
    """Save changed fields as the item's next version; nothing happens when none differs.

    Raises Conflict when ``version`` is old, PermissionDenied, and ValidationError for ``reason`` when the
    wording changes without one.
    """
    require_framework_editor(by)
    # Of the base model, not of a proxy: the history follows that one.
    current = locked(FrameworkItem, item, version)
    changed = changed_fields(current, values)
    if not changed:
        return current
    if not reason.strip() and not set(changed).isdisjoint(WORDING):
        raise ValidationError({"reason": "Say why it is reworded; the reason stays in its history."})
    assign(current, values)
    current.version += 1
    current._history_user = by
    current._change_reason = reason.strip()
    current.save()
    if "sectors" in changed:
        current.sectors.set(values["sectors"])
    record(
        by=by,
        verb="framework-item.edited",
        target=current,
        key=current.code,
        fields=changed,
        version=current.version,
    )
    return current


@transaction.atomic
def delete_item(*, by: Person, item: FrameworkItem) -> None:
    """Delete an item that no finding is coded to and no other stands under. Its history stays."""
    require_framework_editor(by)
    current = FrameworkItem.objects.select_for_update().get(pk=item.pk)
    if not may_delete_item(by, current):
        raise StepRefused("Findings are coded to it or other items stand under it, so it stays.")
    current._history_user = by
    current.delete()
    record(by=by, verb="framework-item.deleted", target=current, key=current.code)


def may_delete_item(person: Any, item: FrameworkItem) -> bool:
    unused = not (item.codings.exists() or item.children.exists())
    return unused and has_permission(person, Permission.EDIT_FRAMEWORK)


def require_framework_editor(person: Person) -> None:
    if not has_permission(person, Permission.EDIT_FRAMEWORK):
        raise PermissionDenied


def changed_fields(item: FrameworkItem, values: Mapping[str, Any]) -> list[str]:
    """Names of the fields that ``values`` changes."""
    changed = {name for name, value in values.items() if name != "sectors" and getattr(item, name) != value}
    if "sectors" in values and set(item.sectors.all()) != set(values["sectors"]):
        changed.add("sectors")
    return sorted(changed)


def assign(item: FrameworkItem, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name != "sectors":
            setattr(item, name, value)
