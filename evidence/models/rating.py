"""Ratings: what people of a partnership, each for themselves, say of its drivers and barriers in a round."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from evidence.models.framework import FrameworkItem
from evidence.models.refs import random_ref
from evidence.models.self_report import SelfReport
from partnerships.access import Permission, permissions_of
from partnerships.models import Organisation, PublicQuerySet, Sector, VisibleQuerySet

LONGEST_REASON = 1_000
# What stands in place of an address that was erased: one that by its end can never be anybody's (RFC 2606).
ERASED = "@erased.invalid"


class Step(models.IntegerChoices):
    """How somebody rates a statement. From 1 to 5 it gets better for the partnership, for drivers and
    barriers alike: a high step is a driver that is in place, or a barrier that is not in the way.
    """

    DOES_NOT_APPLY = 0
    LOWEST = 1
    LOW = 2
    MIDDLE = 3
    HIGH = 4
    HIGHEST = 5


LOW_STEPS = (Step.LOWEST, Step.LOW)
HIGH_STEPS = (Step.HIGH, Step.HIGHEST)
STEPS = (Step.LOWEST, Step.LOW, Step.MIDDLE, Step.HIGH, Step.HIGHEST)

STEP_WORDS: dict[str, dict[int, str]] = {
    FrameworkItem.Kind.DRIVER: {
        Step.LOWEST: "Not at all",
        Step.LOW: "A little",
        Step.MIDDLE: "In part",
        Step.HIGH: "Largely",
        Step.HIGHEST: "Fully",
        Step.DOES_NOT_APPLY: "Doesn't apply to us",
    },
    FrameworkItem.Kind.BARRIER: {
        Step.LOWEST: "All the time",
        Step.LOW: "Often",
        Step.MIDDLE: "Now and then",
        Step.HIGH: "Rarely",
        Step.HIGHEST: "Never",
        Step.DOES_NOT_APPLY: "Doesn't apply to us",
    },
}
STEP_QUESTIONS: dict[str, str] = {
    FrameworkItem.Kind.DRIVER: "How far is this so with you?",
    FrameworkItem.Kind.BARRIER: "How often does this get in your way?",
}

# The same, as the evaluation team is asked about a partnership.
TEAM_QUESTIONS: dict[str, str] = {
    FrameworkItem.Kind.DRIVER: "How far is this so with them?",
    FrameworkItem.Kind.BARRIER: "How often does this get in their way?",
}


class RatingStatement(models.Model):
    """A driver or barrier as a plain sentence, of which somebody can say how far it is so with them."""

    item = models.OneToOneField(FrameworkItem, on_delete=models.CASCADE, related_name="rating_statement")
    statement = models.CharField(
        max_length=200,
        help_text="One thing, as a member of a partnership would say it. Its meaning stays the same.",
    )
    question = models.CharField(
        max_length=200,
        help_text="An open question to talk about when views differ; it blames nobody.",
    )

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["item__order", "item__code"]

    def __str__(self) -> str:
        return f"{self.item.code}: {self.statement}"


def new_rater_ref() -> str:
    """A fresh ref: V-, for view, and eight characters that cannot be confused."""
    return random_ref("V")


class OfOwnPartnershipQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The partnership's own reporters; whom they asked is nobody else's business."""
        if Permission.FILL_IN_REPORTS not in permissions_of(person):
            return self.none()
        return self.filter(self_report__partnership__in=person.reported_partnership_ids)


class Rater(models.Model):
    """Somebody who rates for a partnership in a round: invited by a personal link, or a reporter."""

    ref = models.CharField(max_length=10, unique=True, default=new_rater_ref, editable=False)
    self_report = models.ForeignKey(
        SelfReport, on_delete=models.CASCADE, related_name="raters", editable=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="rates_as",
        null=True,
        blank=True,
        editable=False,
        help_text="One who rates from their account; empty for whoever was invited by a link.",
    )
    email = models.EmailField(blank=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="raters", null=True, blank=True, editable=False
    )
    other_organisation = models.CharField(max_length=160, blank=True, editable=False)
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="raters", editable=False)
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="raters_invited", editable=False
    )
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="raters_revoked",
        null=True,
        blank=True,
        editable=False,
    )
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The message with the link: when to try next (empty: nothing to send), and how it went.
    letter_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    letter_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    letter_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    letter_error = models.CharField(max_length=80, blank=True, editable=False)

    objects = OfOwnPartnershipQuerySet.as_manager()

    class Meta:
        ordering = ["self_report", "invited_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["self_report", "person"],
                name="one_rater_of_report_and_person",
                violation_error_message="This person rates in this round already.",
            ),
            models.UniqueConstraint(
                fields=["self_report", "email"],
                condition=models.Q(revoked_at=None) & ~models.Q(email=""),
                name="one_rater_of_report_and_address",
                violation_error_message="This address is invited already.",
            ),
            models.CheckConstraint(
                condition=(models.Q(person=None) & ~models.Q(email=""))
                | models.Q(person__isnull=False, email=""),
                name="rater_has_account_or_address",
                violation_error_message="Somebody rates from an account or by a link.",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="rater_revoked_at_with_by",
                violation_error_message="What was done has both a time and a person.",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def organisation_name(self) -> str:
        return self.organisation.name if self.organisation else self.other_organisation

    @property
    def shown_address(self) -> str:
        return "Address erased" if self.email.endswith(ERASED) else self.email

    @property
    def letter_state(self) -> str:
        """How the first message with the link went. Later ones would tell who has not answered."""
        if self.revoked_at:
            return "Link taken back"
        if self.letter_sent_at:
            return "Link sent"
        if self.letter_error:
            return "Could not be sent; it is tried again" if self.letter_due_at else "Could not be sent"
        return "On its way"


class RatingLinkQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Nobody: whoever holds the link needs no account."""
        return self.none()


class RatingLink(models.Model):
    """A personal link that was sent, of which the hash alone is kept. Every link of a rater leads to the same
    ratings.
    """

    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="links", editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RatingLinkQuerySet.as_manager()

    class Meta:
        ordering = ["rater", "made_at", "pk"]

    def __str__(self) -> str:
        return f"Link of {self.rater}"


class RatingQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """One's own alone. What others said is shown as a spread, by evidence/queries/spreads.py."""
        if not person.is_authenticated:
            return self.none()
        return self.filter(rater__person=person)


class Rating(models.Model):
    """How one rater sees one driver or barrier, and why."""

    rater = models.ForeignKey(Rater, on_delete=models.CASCADE, related_name="ratings", editable=False)
    item = models.ForeignKey(FrameworkItem, on_delete=models.PROTECT, related_name="ratings", editable=False)
    step = models.PositiveSmallIntegerField(choices=Step.choices, editable=False)
    reason = models.TextField(blank=True, validators=[MaxLengthValidator(LONGEST_REASON)], editable=False)

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ["rater", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["rater", "item"],
                name="one_rating_of_rater_and_item",
                violation_error_message="This is rated already.",
            ),
            models.CheckConstraint(
                condition=models.Q(step__lte=5),
                name="rating_step_from_nought_to_five",
                violation_error_message="Choose one of the answers.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rater}: {self.item.code}"


class RatingsEnd(models.Model):
    """That a partnership's ratings of a round are complete: none comes in any more, and they can be shown.

    It is never taken back. What is shown would otherwise change with each further rater, and so tell what
    that person said.
    """

    self_report = models.OneToOneField(
        SelfReport, on_delete=models.CASCADE, related_name="ratings_end", editable=False
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ratings_ended", editable=False
    )

    objects = OfOwnPartnershipQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"Ratings of {self.self_report.ref}"
