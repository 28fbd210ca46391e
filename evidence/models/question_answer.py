"""Written answers to the research questions, drafted and issued in versions."""

import re
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from evidence.models.finding import REF_PATTERN, Finding
from evidence.models.framework import FrameworkItem
from evidence.models.visibility import Visibility, circles_read_by
from partnerships.access import Permission, has_permission
from partnerships.models import VisibleQuerySet

# How a finding is cited in the text: its ref in square brackets.
CITATION = re.compile(rf"\[({REF_PATTERN})\]")


class QuestionAnswerQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """What was issued for a circle that this person belongs to; drafts are the evaluation team's."""
        rule = models.Q(issued_at__isnull=False, visibility__in=circles_read_by(person))
        if has_permission(person, Permission.READ_TEAM):
            rule |= models.Q(issued_at=None)
        return self.filter(rule)

    def issued(self) -> Self:
        return self.filter(issued_at__isnull=False)


class QuestionAnswer(models.Model):
    """One version of the answer to a research question. Once issued it is never changed: the next is a row
    of its own, and only one at a time is a draft.
    """

    item = models.ForeignKey(FrameworkItem, on_delete=models.PROTECT, related_name="answers", editable=False)
    number = models.PositiveSmallIntegerField(editable=False)
    text = models.TextField(
        "the answer",
        validators=[MaxLengthValidator(20_000)],
        help_text="In Markdown. Cite findings by their refs in square brackets, as in [F-7K2M9QXA].",
    )
    gaps = models.TextField(
        "what is not known",
        validators=[MaxLengthValidator(5_000)],
        help_text="What the evidence leaves open, and where nobody has looked.",
    )
    visibility = models.CharField(
        "who may read it", max_length=12, choices=Visibility.choices, default=Visibility.FUNDER
    )
    findings = models.ManyToManyField(Finding, related_name="cited_in_answers", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="answers_written", editable=False
    )
    issued_at = models.DateTimeField(null=True, editable=False)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="answers_issued",
        null=True,
        editable=False,
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = QuestionAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "answer to a research question"
        verbose_name_plural = "answers to research questions"
        ordering = ["item__order", "item__code", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "number"],
                name="one_answer_of_item_and_number",
                violation_error_message="Somebody else began an answer at the same time.",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(issued_at=None),
                name="one_draft_of_an_answer",
                violation_error_message="There is a draft of this answer already.",
            ),
            models.CheckConstraint(
                condition=models.Q(issued_at__isnull=True, issued_by__isnull=True)
                | models.Q(issued_at__isnull=False, issued_by__isnull=False),
                name="answer_issued_at_with_by",
                violation_error_message="An issue has both a time and a person.",
            ),
        ]

    def __str__(self) -> str:
        return f"Answer to {self.item.code}, version {self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.item.get_absolute_url()}answer/"
