"""The steps of a finding from draft to publication, each with its person and reason."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from evidence.models.finding import Finding
from partnerships.access import Permission, has_permission
from partnerships.models import VisibleQuerySet


class ReviewStepQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The evaluation team reads the steps of the findings it may see."""
        if not has_permission(person, Permission.READ_TEAM):
            return self.none()
        return self.filter(finding__in=Finding.objects.visible_to(person))


class ReviewStep(models.Model):
    """One step in the life of a finding. Rows are added, never changed."""

    class Step(models.TextChoices):
        SUBMIT = "submit", "Submitted"
        RETURN = "return", "Returned"
        PUBLISH = "publish", "Published"
        WITHDRAW = "withdraw", "Withdrawn"

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=10, choices=Step.choices, editable=False)
    finding_version = models.PositiveIntegerField(editable=False)
    visibility = models.CharField(max_length=12, choices=Finding.Visibility.choices, editable=False)
    mask_area = models.BooleanField("area not shown", default=False, editable=False)
    reason = models.TextField(blank=True, editable=False)
    # What a lead changed on publishing: for each part its words as submitted and as published.
    changes = models.JSONField(default=dict, blank=True, editable=False)
    # Which points of the anonymisation checklist were confirmed, for a release beyond the funder.
    checklist = models.JSONField(default=list, blank=True, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="review_steps", editable=False
    )

    objects = ReviewStepQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.finding.ref} {self.get_step_display().lower()}"
