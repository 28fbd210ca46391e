"""Fieldwork: its waves, and the case study of each partnership in a wave."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from evidence.models.visibility import Visibility, circles_read_by
from partnerships.access import Permission, has_permission
from partnerships.models import Partnership, PublicQuerySet, VisibleQuerySet


class Wave(models.Model):
    """One stretch of fieldwork, in which evaluators visit several partnerships."""

    number = models.PositiveSmallIntegerField(unique=True)
    name = models.CharField(max_length=80, help_text="For example: First visits.")
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day")
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="wave_dates_in_order",
                violation_error_message="A wave can't end before it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"Wave {self.number}: {self.name}"


class CaseStudyQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The evaluation team sees every case study; others the published ones that are meant for them."""
        if has_permission(person, Permission.READ_TEAM):
            return self.all()
        return self.filter(status=CaseStudy.Status.PUBLISHED, visibility__in=circles_read_by(person))


class CaseStudy(models.Model):
    """What evaluators did and saw in one partnership in one wave: who, how, and the story of it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    slug = models.SlugField(max_length=80, unique=True, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="case_studies")
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="case_studies")
    evaluators = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="case_studies", blank=True, help_text="Who did the fieldwork."
    )
    methods = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(10_000)],
        help_text="Who was chosen and how, what was asked, what could not be done.",
    )
    narrative = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(100_000)],
        help_text="The story of the partnership in this wave, in Markdown. Replace names by [brackets].",
    )
    planned_interviews = models.PositiveSmallIntegerField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    visibility = models.CharField(
        max_length=12, choices=Visibility.choices, default=Visibility.FUNDER, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="case_studies_created",
        editable=False,
    )
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="case_studies_updated",
        editable=False,
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="case_studies_published",
        null=True,
        blank=True,
        editable=False,
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    _history_user: Any  # who is changing it; the history reads it on saving
    objects = CaseStudyQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[evaluators])

    class Meta:
        verbose_name_plural = "case studies"
        ordering = ["-wave__number", "partnership__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "wave"],
                name="one_case_study_of_partnership_and_wave",
                violation_error_message="There is a case study of this partnership in this wave already.",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True, published_by__isnull=True)
                | models.Q(published_at__isnull=False, published_by__isnull=False),
                name="case_study_published_at_with_by",
                violation_error_message="A publication has both a time and a person.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="published_case_study_has_a_date",
                violation_error_message="A published case study says when it was published.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partnership}, wave {self.wave.number}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:case-study-detail", args=[self.slug])
