"""What the funder decided, tied to the items and the edition that it was decided on."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.edition import Edition
from evidence.models.framework import FrameworkItem
from evidence.models.refs import random_ref
from evidence.models.visibility import Visibility, circles_read_by
from partnerships.models import VisibleQuerySet


def new_decision_ref() -> str:
    """A fresh ref: D- and eight characters that cannot be confused."""
    return random_ref("D")


class DecisionQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The funder's and the evaluation team's, and everybody's once it is public."""
        return self.filter(visibility__in=circles_read_by(person))


class Decision(models.Model):
    """One decision of the funder: when, what and why, on which items, with which edition before it."""

    class Readers(models.TextChoices):
        FUNDER = Visibility.FUNDER.value, "Funder"
        PUBLIC = Visibility.PUBLIC.value, "Public"

    ref = models.CharField(max_length=10, unique=True, default=new_decision_ref, editable=False)
    title = models.CharField(max_length=160)
    decided_on = models.DateField("when", help_text="The day of the decision, not of its entry.")
    decision = models.TextField(
        "what was decided",
        validators=[MaxLengthValidator(5_000)],
        help_text="What is done from now on, or not any more.",
    )
    reason = models.TextField(
        "why",
        validators=[MaxLengthValidator(5_000)],
        help_text="What of the evidence it rests on, and what else weighed.",
    )
    items = models.ManyToManyField(FrameworkItem, related_name="decisions")
    edition = models.ForeignKey(
        Edition,
        on_delete=models.PROTECT,
        related_name="decisions",
        null=True,
        blank=True,
        help_text="The edition that lay before those who decided.",
    )
    visibility = models.CharField(
        "who may read it", max_length=12, choices=Readers.choices, default=Readers.FUNDER
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions_entered", editable=False
    )
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions_changed", editable=False
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence:decision-detail", args=[self.ref])
