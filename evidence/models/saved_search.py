"""Searches that people keep, and of whose new results they are told."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.refs import random_ref
from partnerships.models import VisibleQuerySet


def new_saved_search_ref() -> str:
    """A fresh ref: W-, for watching, and eight characters that cannot be confused."""
    return random_ref("W")


class SavedSearchQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """One's own: what somebody looks for is nobody else's business."""
        return self.filter(created_by=person) if person.is_authenticated else self.none()


class SavedSearch(models.Model):
    """Words that somebody looks for again and again. It keeps what matched, never who may read what."""

    ref = models.CharField(max_length=10, unique=True, default=new_saved_search_ref, editable=False)
    name = models.CharField(max_length=80, help_text="What you call it.")
    q = models.CharField("what to look for", max_length=200, help_text="As you would type it.")
    kinds = models.JSONField(default=list, blank=True, help_text="In which kinds; all when empty.")
    is_told = models.BooleanField(
        "tell me by e-mail",
        default=True,
        help_text="When something new matches that you may read. How often is a matter of your account.",
    )
    # What matched when it was last looked into, and what of it was new: kinds and primary keys.
    known = models.JSONField(default=list, editable=False)
    fresh = models.JSONField(default=list, editable=False)
    checked_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches", editable=False
    )

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "saved searches"
        ordering = ["name", "pk"]
        indexes = [
            # What the command that sends messages asks every few minutes.
            models.Index(
                fields=["checked_at"], condition=models.Q(is_told=True), name="saved_search_to_check"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """It leads on to what is found now, the newest first."""
        return reverse("evidence:saved-search-open", args=[self.ref])
