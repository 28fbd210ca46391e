"""Writing the audit record."""

from typing import Any

from django.db import models, transaction

from partnerships.models import AuditRow, Person


def record(*, by: Person | None, verb: str, target: models.Model, key: str = "", **details: Any) -> AuditRow:
    """Add one row to the record; must run inside the transaction of the deed it speaks of.

    ``by`` is the person, or None for a command. ``key`` is how people name the target (a finding's ref,
    an item's code); its primary key is taken when none is given. ``details`` hold field names and
    states, never confidential text. Raises RuntimeError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An audit row belongs in the transaction of the deed it records.")
    return AuditRow.objects.create(
        by=by,
        verb=verb,
        target_kind=str(target._meta.model_name),
        target_key=key or str(target.pk),
        details=details,
    )
