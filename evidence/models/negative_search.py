"""That somebody looked for evidence against an item and found none."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from evidence.models.framework import FrameworkItem
from partnerships.access import Permission, has_permission
from partnerships.models import VisibleQuerySet


class NegativeSearchQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The funder's and the evaluation team's: it tells where evaluators have been."""
        return self.all() if has_permission(person, Permission.READ_SHARED_WITH_FUNDER) else self.none()


class NegativeSearch(models.Model):
    """A search for the negative case, after which nothing was found. What is found is logged as a finding."""

    item = models.ForeignKey(FrameworkItem, on_delete=models.PROTECT, related_name="negative_searches")
    looked_on = models.DateField("when", help_text="The day, or the last day, of the search.")
    looked_in = models.TextField(
        "where",
        validators=[MaxLengthValidator(1_000)],
        help_text="Which partnerships, sources and people. Name nobody.",
    )
    looked_for = models.TextField(
        "for what",
        validators=[MaxLengthValidator(1_000)],
        help_text="What would have spoken against it, had it been there.",
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="negative_searches", editable=False
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = NegativeSearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "negative searches"
        ordering = ["-looked_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.item.code}: searched on {self.looked_on.isoformat()}, none found"
