"""Action plans: what partnerships agree to do about what helps and hinders them, and how it went."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from evidence.models.framework import FrameworkItem
from evidence.models.refs import random_ref
from evidence.models.self_report import SelfReport
from partnerships.models import VisibleQuerySet

# What an action can be about.
ACTED_ON = (FrameworkItem.Kind.DRIVER, FrameworkItem.Kind.BARRIER)


def new_action_ref() -> str:
    """A fresh ref: T-, for to do, and eight characters that cannot be confused."""
    return random_ref("T")


class ActionState(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    GIVEN_UP = "given-up", "Given up"


class ActionQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Whoever may read the report in which it was agreed."""
        return self.filter(self_report__in=SelfReport.objects.read_by(person))

    def with_state(self, person: Any) -> Self:
        """Each with ``state`` as this person may know it: what was said last, or open."""
        said = ActionStep.objects.visible_to(person).filter(action=models.OuterRef("pk"))
        last = models.Subquery(said.order_by("-at", "-pk").values("state")[:1])
        return self.annotate(state=Coalesce(last, models.Value(ActionState.OPEN.value)))


class Action(models.Model):
    """One thing that a partnership agreed to do. It belongs to a report, and is locked with that."""

    ref = models.CharField(max_length=10, unique=True, default=new_action_ref, editable=False)
    self_report = models.ForeignKey(
        SelfReport, on_delete=models.PROTECT, related_name="actions", editable=False
    )
    text = models.CharField(
        "what you will do", max_length=300, help_text="One thing, so that you can say when it is done."
    )
    why = models.TextField(
        "why",
        blank=True,
        validators=[MaxLengthValidator(1_000)],
        help_text="What it should change.",
    )
    item = models.ForeignKey(
        FrameworkItem,
        on_delete=models.PROTECT,
        related_name="actions",
        null=True,
        blank=True,
        help_text="The driver or barrier that it is about.",
    )
    owner = models.CharField(
        "who sees to it", max_length=120, help_text="A role or a name: they need no account."
    )
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="actions",
        null=True,
        blank=True,
        help_text="If it is one of those who report for your partnership.",
    )
    due_on = models.DateField("by when")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="actions_agreed", editable=False
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["self_report", "text", "owner", "due_on"],
                name="one_action_of_report_text_owner_and_day",
                violation_error_message="This action is in the plan already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.text}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:action-detail", args=[self.ref])


class ActionStepQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Whoever may read the action; and what was said of it in a later report, whoever may read that."""
        readable = SelfReport.objects.read_by(person)
        return self.filter(
            models.Q(self_report=None) | models.Q(self_report__in=readable),
            action__in=Action.objects.visible_to(person),
        )


class ActionStep(models.Model):
    """What somebody of the partnership said of an action: how it goes, what became of it. Never changed."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="steps", editable=False)
    # In which report it was said; none between rounds.
    self_report = models.ForeignKey(
        SelfReport,
        on_delete=models.PROTECT,
        related_name="action_steps",
        null=True,
        blank=True,
        editable=False,
    )
    state = models.CharField("how it is", max_length=8, choices=ActionState.choices)
    note = models.TextField(
        "how it went",
        blank=True,
        validators=[MaxLengthValidator(2_000)],
        help_text="What helped, what got in the way. If you give it up, say why.",
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="action_steps", editable=False
    )

    objects = ActionStepQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="done") | ~models.Q(note=""),
                name="action_step_says_why",
                violation_error_message="Say how it goes, or why it is given up.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.ref} {self.get_state_display().lower()}"
