"""Where a finding comes from, and what those who spoke have agreed to."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.models import HistoricalRecords

from evidence.models.fieldwork import CaseStudy
from evidence.models.refs import random_ref
from evidence.models.self_report import SelfReport
from evidence.models.visibility import Visibility
from partnerships.access import Permission, has_permission, permissions_of
from partnerships.models import Sector, VisibleQuerySet


def new_source_ref() -> str:
    """A fresh ref: S- and eight characters that cannot be confused."""
    return random_ref("S")


class SourceQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Team and funder see the sources of the findings they may see; evaluators also those they noted,
        and the evaluation team those of every case study and of the self-reports that it may read.
        """
        from evidence.models.finding import Finding  # a source is defined before the findings that rest on it

        if not has_permission(person, Permission.READ_SHARED_WITH_FUNDER):
            return self.none()
        permissions = permissions_of(person)
        rule = models.Q(pk__in=Finding.objects.visible_to(person).exclude(source=None).values("source"))
        if Permission.READ_TEAM in permissions:
            rule |= models.Q(case_study__isnull=False)
            rule |= models.Q(self_report__in=SelfReport.objects.read_by(person))
        if Permission.LOG_FINDINGS in permissions:
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

    ref = models.CharField(max_length=10, unique=True, default=new_source_ref, editable=False)
    case_study = models.ForeignKey(
        CaseStudy, on_delete=models.PROTECT, related_name="sources", null=True, blank=True
    )
    # Findings made of a self-report's answers rest on one source, which stands for the report.
    self_report = models.OneToOneField(
        SelfReport, on_delete=models.PROTECT, related_name="source", null=True, blank=True, editable=False
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    label = models.CharField(
        max_length=120,
        blank=True,
        help_text="What the evaluation team calls it, for example “Interview 7”. Never a name.",
    )
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
    consent_scope = models.CharField(
        "consent",
        max_length=12,
        choices=Visibility.choices,
        default=Visibility.FUNDER,
        help_text="The widest circle that those who spoke, or who own the material, have agreed to.",
    )
    quote_permission = models.BooleanField(
        default=False, help_text="They have agreed that their own words are quoted beyond the funder."
    )
    # Set once it is noted by itself, has files, or several findings rest on it: it is then changed on its
    # own page.
    is_shared = models.BooleanField(default=False, editable=False)
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)
    anonymised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="sources_anonymised",
        null=True,
        blank=True,
        editable=False,
    )
    consent_withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    consent_withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="consents_withdrawn",
        null=True,
        blank=True,
        editable=False,
    )
    consent_withdrawn_reason = models.TextField(
        blank=True, editable=False, validators=[MaxLengthValidator(5_000)]
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="sources_created",
        null=True,
        editable=False,
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    _history_user: Any  # who is changing it; the history reads it on saving
    objects = SourceQuerySet.as_manager()
    # What the findings that rest on it show of it. The rest is in the audit record, or never changes.
    history = HistoricalRecords(
        excluded_fields=[
            "case_study",
            "self_report",
            "label",
            "is_shared",
            "anonymised_at",
            "anonymised_by",
            "consent_withdrawn_at",
            "consent_withdrawn_by",
            "consent_withdrawn_reason",
            "created_at",
            "created_by",
            "is_demonstration",
        ]
    )

    class Meta:
        ordering = ["-collected_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(anonymised_at__isnull=True, anonymised_by__isnull=True)
                | models.Q(anonymised_at__isnull=False, anonymised_by__isnull=False),
                name="source_anonymised_at_with_by",
                violation_error_message="That it was anonymised has both a time and a person.",
            ),
            models.CheckConstraint(
                condition=models.Q(consent_withdrawn_at__isnull=True, consent_withdrawn_by__isnull=True)
                | models.Q(consent_withdrawn_at__isnull=False, consent_withdrawn_by__isnull=False),
                name="source_consent_withdrawn_at_with_by",
                violation_error_message="A withdrawal of consent has both a time and a person.",
            ),
        ]

    def __str__(self) -> str:
        parts = [self.get_kind_display()]
        if self.respondent_role:
            parts.append(self.respondent_role)
        if self.collected_on:
            parts.append(date_format(self.collected_on, "j F Y"))
        return ", ".join(parts)

    def get_absolute_url(self) -> str:
        return reverse("evidence:source-detail", args=[self.ref])

    @property
    def is_withdrawn(self) -> bool:
        """Whether those behind it have taken their consent back."""
        return self.consent_withdrawn_at is not None
