"""The right of reply: what partnerships are asked about findings that name them, and what they answer."""

import datetime
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.finding import Finding
from evidence.models.refs import random_ref
from evidence.models.visibility import Visibility
from partnerships.access import Permission, has_permission
from partnerships.models import Partnership, VisibleQuerySet


def new_reply_ref() -> str:
    """A fresh ref: R- and eight characters that cannot be confused."""
    return random_ref("R")


class ReplyRequestQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Reporters see what their partnership is asked, the evaluation team what is asked about the findings
        that it may see; whoever else may read a finding sees what came of it: the reply, or that none came.
        """
        about_readable = models.Q(finding__in=Finding.objects.visible_to(person))
        if not has_permission(person, Permission.READ_TEAM):
            about_readable &= came_of_it()
        return self.filter(about_readable | asked_of(person))

    def addressed_to(self, person: Any) -> Self:
        """What this person has to do with themselves: as a reporter who is asked, or as one of the team."""
        rule = asked_of(person)
        if has_permission(person, Permission.READ_TEAM):
            rule |= models.Q(finding__in=Finding.objects.visible_to(person))
        return self.filter(rule)

    def asked_of(self, person: Any) -> Self:
        """What the partnerships that this person reports for are asked."""
        return self.filter(asked_of(person))

    def known_to_readers(self) -> Self:
        """What everybody who may read the finding is told: the replies, and where none came."""
        return self.filter(came_of_it())

    def open(self) -> Self:
        """Asked, and neither answered nor taken back nor past the date."""
        return self.filter(answered_at=None, cancelled_at=None, due_on__gte=timezone.localdate())

    def with_wording(self) -> Self:
        """Each with ``is_earlier``: whether the finding was reworded since it was asked about."""
        unquoted = models.Q(asked_quote="", finding__source__quote_permission=False)
        same_words = models.Q(asked_title=models.F("finding__title"), asked_text=models.F("finding__text"))
        same_quote = models.Q(asked_quote=models.F("finding__quote")) | unquoted
        return self.annotate(
            is_earlier=models.Case(
                models.When(same_words & same_quote, then=False),
                default=True,
                output_field=models.BooleanField(),
            )
        )


def came_of_it() -> models.Q:
    """Answered, or left without an answer until the date had passed."""
    is_silent = models.Q(answered_at=None, cancelled_at=None, due_on__lt=timezone.localdate())
    return models.Q(answered_at__isnull=False) | is_silent


def asked_of(person: Any) -> models.Q:
    """Of a partnership that this person reports for, as long as the source's consent lets it be told; what
    rests on its own report is its own words.

    What was withdrawn is withdrawn from those who were asked as well.
    """
    if not has_permission(person, Permission.READ_SHARED_WITH_PARTNERSHIPS):
        return models.Q(pk__in=[])
    agreed = models.Q(finding__source__consent_scope__in=[Visibility.PARTNERSHIPS, Visibility.PUBLIC])
    own_words = models.Q(finding__source__self_report__partnership=models.F("partnership"))
    return (
        models.Q(partnership__in=person.reported_partnership_ids, finding__source__consent_withdrawn_at=None)
        & (agreed | own_words)
        & ~models.Q(finding__status=Finding.Status.WITHDRAWN)
    )


class ReplyRequest(models.Model):
    """That one partnership is asked what it says to a finding about it; the answer, or the silence."""

    class Answer(models.TextChoices):
        ACCEPT = "accept", "Accepts the finding"
        COMMENT = "comment", "Comments on the finding"
        CORRECT = "correct", "Corrects the finding"

    ref = models.CharField(max_length=10, unique=True, default=new_reply_ref, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="reply_requests")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="reply_requests")
    # The finding as it was asked about; it may be reworded since.
    asked_title = models.CharField(max_length=200, blank=True, editable=False)
    asked_text = models.TextField(editable=False)
    asked_quote = models.TextField(blank=True, editable=False)
    note = models.TextField(
        blank=True, validators=[MaxLengthValidator(2_000)], help_text="What the partnership should know."
    )
    due_on = models.DateField("reply by", help_text="The last day on which the partnership can reply.")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="replies_asked", editable=False
    )
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True, editable=False)
    text = models.TextField("reply", blank=True, validators=[MaxLengthValidator(5_000)], editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="replies_given",
        null=True,
        blank=True,
        editable=False,
    )
    # What the evaluation team says to the reply.
    response = models.TextField(blank=True, validators=[MaxLengthValidator(2_000)], editable=False)
    responded_at = models.DateTimeField(null=True, blank=True, editable=False)
    responded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="replies_responded",
        null=True,
        blank=True,
        editable=False,
    )
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="replies_cancelled",
        null=True,
        blank=True,
        editable=False,
    )
    cancelled_reason = models.TextField(blank=True, validators=[MaxLengthValidator(2_000)], editable=False)
    # Which days of the calendar were told of; a new date is told of again.
    reminded_for = models.DateField(null=True, blank=True, editable=False)
    silence_told_for = models.DateField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReplyRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "reply"
        verbose_name_plural = "replies"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "partnership"],
                condition=models.Q(answered_at=None, cancelled_at=None),
                name="one_unanswered_request_of_finding_and_partnership",
                violation_error_message="This partnership is asked about this finding already.",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answered_by=None, answer="", text="")
                | models.Q(answered_at__isnull=False, answered_by__isnull=False) & ~models.Q(answer=""),
                name="reply_answered_at_with_by_and_answer",
                violation_error_message="A reply says what it is, and has both a time and a person.",
            ),
            models.CheckConstraint(
                condition=models.Q(responded_at=None, responded_by=None, response="")
                | models.Q(responded_at__isnull=False, responded_by__isnull=False, answered_at__isnull=False),
                name="reply_responded_at_with_by",
                violation_error_message="What is said to a reply has both a time and a person.",
            ),
            models.CheckConstraint(
                condition=models.Q(cancelled_at=None, cancelled_by=None)
                | models.Q(cancelled_at__isnull=False, cancelled_by__isnull=False, answered_at=None),
                name="reply_cancelled_at_with_by",
                violation_error_message="Only what is not answered is taken back, by a person at a time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} to {self.partnership}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:reply-detail", args=[self.ref])

    @property
    def is_open(self) -> bool:
        """Whether the partnership is still to answer."""
        return not (self.answered_at or self.cancelled_at or self.is_past)

    @property
    def is_silent(self) -> bool:
        """Whether the date has passed without an answer."""
        return self.is_past and not (self.answered_at or self.cancelled_at)

    @property
    def is_past(self) -> bool:
        return self.due_on < timezone.localdate()

    @property
    def days_left(self) -> int:
        """How many days remain after today; negative once the date has passed."""
        left: datetime.timedelta = self.due_on - timezone.localdate()
        return left.days
