"""How much confidence an item deserves: a person's judgement, by GRADE-CERQual.

After Lewin et al., Implementation Science 2018, 13 (supplement 1): four components, each with a level of
concern and a reason, then an overall level that people judge and nothing computes.
"""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone

from evidence.models.finding import Coding, Finding
from evidence.models.framework import FrameworkItem
from evidence.models.visibility import Visibility, circles_read_by
from partnerships.access import Permission, has_permission
from partnerships.models import VisibleQuerySet


class Confidence(models.TextChoices):
    """How likely it is that an item represents the world reasonably."""

    HIGH = "high", "High"
    MODERATE = "moderate", "Moderate"
    LOW = "low", "Low"
    VERY_LOW = "very-low", "Very low"


class Concern(models.TextChoices):
    """How much one component takes from the confidence."""

    NONE = "none", "None or very minor"
    MINOR = "minor", "Minor"
    MODERATE = "moderate", "Moderate"
    SERIOUS = "serious", "Serious"


class Component(models.TextChoices):
    """What a judgement of confidence looks at."""

    METHODS = "methods", "Methodological limitations"
    COHERENCE = "coherence", "Coherence"
    ADEQUACY = "adequacy", "Adequacy"
    RELEVANCE = "relevance", "Relevance"


class AssessmentQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The judgements shared with a circle that this person belongs to."""
        return self.filter(visibility__in=circles_read_by(person))


class Assessment(models.Model):
    """One judgement of an item. Rows are added, never changed: the next judgement has the next number."""

    item = models.ForeignKey(FrameworkItem, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveSmallIntegerField(editable=False)
    confidence = models.CharField(max_length=10, choices=Confidence.choices)
    explanation = models.TextField(
        validators=[MaxLengthValidator(5_000)], help_text="Why this level, in words for its readers."
    )
    dissent = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(5_000)],
        help_text="Where those who judged together did not agree, and why.",
    )
    visibility = models.CharField(max_length=12, choices=Visibility.choices, default=Visibility.FUNDER)
    # The item's version that was judged: a reworded item says something else.
    item_version = models.PositiveIntegerField(editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments", editable=False
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["item__order", "item__code", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "number"],
                name="one_assessment_of_item_and_number",
                violation_error_message="Somebody else judged this item at the same time.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.code}: {self.get_confidence_display().lower()} confidence"


class ComponentConcernQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The concerns of the judgements that this person may read."""
        return self.filter(assessment__in=Assessment.objects.visible_to(person))


class ComponentConcern(models.Model):
    """The level of concern about one component of a judgement, with its reason."""

    class Relevance(models.TextChoices):
        INDIRECT = "indirect", "Indirect"
        PARTIAL = "partial", "Partial"
        UNCLEAR = "unclear", "Unclear"

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="concerns")
    component = models.CharField(max_length=10, choices=Component.choices)
    concern = models.CharField(max_length=10, choices=Concern.choices)
    reason = models.TextField(blank=True, validators=[MaxLengthValidator(2_000)])
    # What kind of concern about relevance it is, where there is one.
    relevance = models.CharField(max_length=10, choices=Relevance.choices, blank=True)

    objects = ComponentConcernQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "component"],
                name="one_concern_of_assessment_and_component",
                violation_error_message="This component is judged already.",
            ),
            models.CheckConstraint(
                condition=models.Q(concern="none") | ~models.Q(reason=""),
                name="concern_has_a_reason",
                violation_error_message="A concern has a reason.",
            ),
            models.CheckConstraint(
                condition=models.Q(relevance="") | models.Q(component="relevance"),
                name="kind_of_relevance_is_of_relevance",
                violation_error_message="Only a concern about relevance is indirect, partial or unclear.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_component_display()}: {self.get_concern_display().lower()}"


class AssessedIndicatorQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The evaluation team's: they count everything published, also what other readers don't know of."""
        if not has_permission(person, Permission.READ_TEAM):
            return self.none()
        return self.filter(assessment__in=Assessment.objects.visible_to(person))


class AssessedIndicator(models.Model):
    """One indicator as the data had it when an item was judged, confirmed or put right with a reason."""

    class Kind(models.TextChoices):
        SOURCES = "sources", "Sources"
        QUALITY = "quality", "Quality"
        DIRECTIONS = "directions", "Directions"
        PARTNERSHIPS = "partnerships", "Partnerships"
        SECTORS = "sectors", "Sectors"
        LITERATURE = "literature", "Literature"

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="indicators")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    derived = models.CharField(max_length=300, help_text="What the data said.")
    corrected = models.CharField(max_length=300, blank=True, help_text="What it should be read as.")
    reason = models.CharField(max_length=500, blank=True, help_text="Why the data is not taken as it is.")

    objects = AssessedIndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "kind"],
                name="one_indicator_of_assessment_and_kind",
                violation_error_message="This indicator is stated already.",
            ),
            models.CheckConstraint(
                condition=models.Q(corrected="", reason="")
                | (~models.Q(corrected="") & ~models.Q(reason="")),
                name="corrected_indicator_has_a_reason",
                violation_error_message="An indicator is put right with a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.corrected or self.derived}"


class AssessedFindingQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Those of the findings judged that this person may see, under judgements that they may read."""
        return self.filter(
            assessment__in=Assessment.objects.visible_to(person),
            finding__in=Finding.objects.visible_to(person),
        )


class AssessedFinding(models.Model):
    """A finding that lay beneath a judgement, and the direction it then had."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="evidence")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="assessed_in")
    direction = models.CharField(max_length=10, choices=Coding.Direction.choices)

    objects = AssessedFindingQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "finding"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "finding"],
                name="one_assessed_finding_of_assessment",
                violation_error_message="This finding is counted already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding.ref} {self.direction}"
