"""Where a finding comes from."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from partnerships.access import Permission, has_permission, permissions_of
from partnerships.models import Sector, VisibleQuerySet


class SourceQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Team and funder see the sources of the findings they may see; evaluators also those they noted."""
        from evidence.models.finding import Finding  # a source is defined before the findings that rest on it

        if not has_permission(person, Permission.READ_SHARED_WITH_FUNDER):
            return self.none()
        rule = models.Q(pk__in=Finding.objects.visible_to(person).exclude(source=None).values("source"))
        if Permission.LOG_FINDINGS in permissions_of(person):
            rule |= models.Q(created_by=person)
        return self.filter(rule)


class Source(models.Model):
    """The interview, document or other material behind a finding. Never holds a person's name."""

    class Kind(models.TextChoices):
        INTERVIEW = "interview", "Interview"
        FOCUS_GROUP = "focus-group", "Focus group"
        OBSERVATION = "observation", "Observation"
        DOCUMENT = "document", "Document"
        SURVEY = "survey", "Survey"
        WORKSHOP = "workshop", "Workshop"
        DATASET = "dataset", "Dataset"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    collected_on = models.DateField(
        null=True,
        blank=True,
        help_text="When the conversation, document or survey took place, not when it was typed in.",
    )
    respondent_role = models.CharField(
        max_length=120,
        blank=True,
        help_text="What they do, for example “employer engagement officer”. Never a name.",
    )
    respondent_sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="sources", null=True, blank=True
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="sources_created",
        null=True,
        editable=False,
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["-collected_on", "-pk"]

    def __str__(self) -> str:
        parts = [self.get_kind_display()]
        if self.respondent_role:
            parts.append(self.respondent_role)
        if self.collected_on:
            parts.append(self.collected_on.isoformat())
        return ", ".join(parts)
