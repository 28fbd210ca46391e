"""What people are to be told by e-mail: kept from the deed that causes it until the message is sent."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from partnerships.access import Permission, has_permission
from partnerships.models.visibility import VisibleQuerySet


class NoticeQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Administrators, who look after e-mail, see all; others what they are told themselves."""
        if has_permission(person, Permission.MANAGE_PEOPLE):
            return self.all()
        return self.filter(person_id=person.pk) if person.is_authenticated else self.none()


class Notice(models.Model):
    """That one person is to be told of one deed. It names the thing, and never holds words of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Dropped: no longer wanted, or no longer theirs to see"
        GIVEN_UP = "given-up", "Given up after too many tries"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", editable=False
    )
    kind = models.CharField(max_length=40, editable=False, help_text="For example: finding-returned.")
    target_kind = models.CharField(max_length=40, editable=False)
    target_key = models.CharField(max_length=120, editable=False)
    path = models.CharField(max_length=200, editable=False, help_text="Where the link in the message leads.")
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="notices_caused",
        null=True,
        editable=False,
        help_text="Nobody where a date caused it.",
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(default=timezone.now, editable=False, help_text="Not tried again before.")
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    last_error = models.CharField(
        max_length=80, blank=True, editable=False, help_text="The kind of error of the last try."
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # What the command that sends them asks every few minutes.
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="notice_waiting"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="notice_sent_has_a_time",
                violation_error_message="A notice that was sent says when.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_key} for {self.person}"
