"""The record of who did what, written in the same transaction as the deed."""

from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from partnerships.access import Permission, has_permission
from partnerships.models.visibility import VisibleQuerySet

# How the verb of a reading ends.
READING = ".read"
NEVER_CHANGES = "An audit row is written once; nothing changes or removes it."


class AuditQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Leads and administrators read the record."""
        return self.all() if has_permission(person, Permission.READ_AUDIT) else self.none()

    def readings(self) -> Self:
        """That somebody read something confidential. There are many of them, and nothing was changed."""
        return self.filter(verb__endswith=READING)

    def without_readings(self) -> Self:
        return self.exclude(verb__endswith=READING)

    def update(self, **fields: Any) -> NoReturn:
        raise TypeError(NEVER_CHANGES)

    def delete(self) -> NoReturn:
        raise TypeError(NEVER_CHANGES)


class AuditRow(models.Model):
    """One deed: who did what to which thing, when. Never holds confidential text, never changes.

    ``partnerships.audit`` writes the rows, each with the hash of the one before it, and verifies them.
    """

    number = models.PositiveBigIntegerField(
        unique=True, editable=False, help_text="Its place in the record: 1, 2, 3 … without a gap."
    )
    at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="audit_rows",
        null=True,
        editable=False,
    )
    verb = models.CharField(max_length=40, editable=False, help_text="For example: finding.published.")
    target_kind = models.CharField(max_length=40, editable=False)
    target_key = models.CharField(max_length=120, editable=False)
    details = models.JSONField(default=dict, editable=False)
    previous_hash = models.CharField(max_length=64, editable=False)
    hash = models.CharField(max_length=64, editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        indexes = [
            # The history of one thing, on its page and in the admin.
            models.Index(fields=["target_kind", "target_key"], name="audit_by_target"),
            # One kind of deed, newest first, and which kinds there are.
            models.Index(fields=["verb", "-number"], name="audit_by_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.target_key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(NEVER_CHANGES)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(NEVER_CHANGES)
