"""How the evaluation team sees each driver and barrier of a partnership in a round, beside its own people."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from evidence.models.framework import FrameworkItem
from evidence.models.rating import LONGEST_REASON, Step
from evidence.models.self_report import SelfReport
from partnerships.access import Permission, has_permission
from partnerships.models import VisibleQuerySet


class TeamViewQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The team wherever it reads the report; its other readers once the report is accepted."""
        readable = SelfReport.objects.read_by(person)
        if not has_permission(person, Permission.READ_TEAM):
            readable = readable.filter(status=SelfReport.Status.ACCEPTED)
        return self.filter(self_report__in=readable)


class TeamView(models.Model):
    """The team's one view of a driver or barrier, on the scale that people of the partnership use."""

    self_report = models.ForeignKey(
        SelfReport, on_delete=models.CASCADE, related_name="team_views", editable=False
    )
    item = models.ForeignKey(
        FrameworkItem, on_delete=models.PROTECT, related_name="team_views", editable=False
    )
    step = models.PositiveSmallIntegerField(choices=Step.choices, editable=False)
    reason = models.TextField(validators=[MaxLengthValidator(LONGEST_REASON)], editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="team_views_updated", editable=False
    )

    _history_user: Any  # who is changing it; the history reads it on saving
    objects = TeamViewQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["self_report", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["self_report", "item"],
                name="one_team_view_of_report_and_item",
                violation_error_message="The team has a view of this already.",
            ),
            models.CheckConstraint(
                condition=models.Q(step__lte=5),
                name="team_view_step_from_nought_to_five",
                violation_error_message="Choose one of the answers.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.self_report.ref}: the team on {self.item.code}"
