"""What the evaluation team says to each other about a finding. Nobody else ever reads it."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from evidence.models.finding import Finding
from partnerships.access import Permission, has_permission
from partnerships.models import VisibleQuerySet


class CommentQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The evaluation team reads the comments on the findings it may see."""
        if not has_permission(person, Permission.READ_TEAM):
            return self.none()
        return self.filter(finding__in=Finding.objects.visible_to(person))


class Comment(models.Model):
    """A remark on a finding or on one part of it, open until somebody resolves it."""

    class Part(models.TextChoices):
        """What a comment speaks of."""

        WHOLE = "whole", "The finding as a whole"
        TITLE = "title", "The headline"
        TEXT = "text", "What was found"
        QUOTE = "quote", "The quote"
        SOURCE = "source", "The source"
        CODINGS = "codings", "What it bears on"
        VISIBILITY = "visibility", "Who may read it"

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="comments", editable=False)
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.WHOLE)
    text = models.TextField(validators=[MaxLengthValidator(2_000)])
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="comments_mentioning", blank=True, editable=False
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments", editable=False
    )
    resolved_at = models.DateTimeField(null=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="comments_resolved",
        null=True,
        editable=False,
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | models.Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_at_with_by",
                violation_error_message="A resolved comment has both a time and a person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding.ref}: {self.get_part_display().lower()}"
