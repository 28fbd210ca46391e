"""Watching: who wants to be told when an item's status or the confidence in it changes."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from evidence.models.assessment import Confidence
from evidence.models.framework import FrameworkItem
from partnerships.models import VisibleQuerySet


class WatchQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """One's own alone: what somebody watches is nobody else's business."""
        return self.filter(person=person) if person.is_authenticated else self.none()

    def with_news(self) -> Self:
        """Those whose item stands otherwise than when their person last looked."""
        return self.exclude(status=models.F("seen_status"), confidence=models.F("seen_confidence"))


class Watch(models.Model):
    """That one person watches one item, and how it stood for them when they looked and were told last."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches", editable=False
    )
    item = models.ForeignKey(FrameworkItem, on_delete=models.CASCADE, related_name="watches", editable=False)
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    circles = models.CharField(
        max_length=60, editable=False, help_text="What the person could read when the rest was noted."
    )
    status = models.CharField(max_length=10, blank=True, editable=False)
    confidence = models.CharField(max_length=10, choices=Confidence.choices, blank=True, editable=False)
    changed_at = models.DateTimeField(null=True, editable=False)
    seen_status = models.CharField(max_length=10, blank=True, editable=False)
    seen_confidence = models.CharField(max_length=10, choices=Confidence.choices, blank=True, editable=False)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "watches"
        ordering = ["item__order", "item__code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "item"],
                name="one_watch_of_person_and_item",
                violation_error_message="You watch this item already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} watches {self.item.code}"

    @property
    def has_news(self) -> bool:
        return (self.status, self.confidence) != (self.seen_status, self.seen_confidence)
