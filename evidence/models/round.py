"""Rounds: when partnerships are asked to report, with which questionnaire, and who reads what they say."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.questionnaire import Questionnaire, QuestionnaireVersion, works_with_questionnaires
from partnerships.models import Partnership, VisibleQuerySet


class RoundQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Those who prepare rounds and the evaluation team see all; others those of the reports they see."""
        from evidence.models.self_report import SelfReport  # a report is defined after its round

        if works_with_questionnaires(person):
            return self.all()
        return self.filter(pk__in=SelfReport.objects.visible_to(person).order_by().values("round"))


class Round(models.Model):
    """One time of asking. It is planned, then open, then closed; a closed one can be opened again."""

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    class FunderReads(models.TextChoices):
        """Whether and when staff of the funder read the reports of the round."""

        NEVER = "never", "Never: for the partnership and the evaluation team alone"
        ACCEPTED = "accepted", "Each report as soon as it is accepted"
        CLOSED = "closed", "Accepted reports, once the round is closed"

    slug = models.SlugField(max_length=60, unique=True, editable=False)
    title = models.CharField(max_length=120, help_text="For example: Spring 2016.")
    opens_on = models.DateField("first day")
    closes_on = models.DateField("last day", help_text="Later reports are still taken, and marked as late.")
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="rounds")
    questionnaire_version = models.ForeignKey(
        QuestionnaireVersion,
        on_delete=models.PROTECT,
        related_name="rounds",
        null=True,
        blank=True,
        editable=False,
        help_text="The version it opened with.",
    )
    partnerships = models.ManyToManyField(Partnership, related_name="rounds", blank=True)
    purpose = models.TextField(
        "why you are asking",
        blank=True,
        validators=[MaxLengthValidator(2_000)],
        help_text="What will be done with the answers. Reporters read it on the first page.",
    )
    funder_reads = models.CharField(
        "what the funder reads", max_length=10, choices=FunderReads.choices, default=FunderReads.NEVER
    )
    reminds_before = models.PositiveSmallIntegerField(
        "days before the last day for a reminder",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="Partnerships that have not submitted are reminded so many days before the last day.",
    )
    reminds_when_late = models.BooleanField(
        "remind once a week after the last day",
        default=False,
        help_text="Until the report comes, or the round is closed.",
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PLANNED, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rounds_created", editable=False
    )
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="rounds_opened",
        null=True,
        blank=True,
        editable=False,
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="rounds_closed",
        null=True,
        blank=True,
        editable=False,
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_on__gte=models.F("opens_on")),
                name="round_dates_in_order",
                violation_error_message="A round can't close before it opens.",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status="planned", opened_at=None, opened_by=None, questionnaire_version=None
                )
                | (
                    ~models.Q(status="planned")
                    & models.Q(
                        opened_at__isnull=False, opened_by__isnull=False, questionnaire_version__isnull=False
                    )
                ),
                name="opened_round_has_person_and_version",
                violation_error_message="A round that was opened says when, by whom and with which version.",
            ),
            models.CheckConstraint(
                condition=models.Q(status="closed", closed_at__isnull=False, closed_by__isnull=False)
                | (~models.Q(status="closed") & models.Q(closed_at=None, closed_by=None)),
                name="closed_round_has_time_and_person",
                violation_error_message="A closed round says when and by whom it was closed.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence:round-detail", args=[self.slug])
