"""Findings, their coding to the framework, and what they cite."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from evidence.models import visibility
from evidence.models.framework import FrameworkItem
from evidence.models.reference import Citation, Programme, Reference
from evidence.models.refs import REF_ALPHABET, fixed_ref, random_ref
from evidence.models.source import Source
from evidence.models.visibility import circles_read_by
from partnerships.access import Permission, has_permission, permissions_of
from partnerships.models import Organisation, Partnership, Sector, VisibleQuerySet

REF_PATTERN = f"F-[{REF_ALPHABET}]{{8}}"


def new_ref() -> str:
    """A fresh citable ref: F- and eight characters that cannot be confused."""
    return random_ref("F")


def ref_from_key(key: str) -> str:
    """The ref of a literature finding, the same on every installation for the same key."""
    return fixed_ref("F", key)


def may_know_areas(person: Any) -> bool:
    """Whether somebody learns where findings are from whose area is masked: the funder and the team do."""
    return has_permission(person, Permission.READ_SHARED_WITH_FUNDER)


def area_known_to(person: Any, path: str = "") -> models.Q:
    """The condition that this person may know where a finding is from; ``path`` leads to the finding.

    Whatever says or counts the partnership, organisation, source or case study of findings is held to it.
    """
    return models.Q() if may_know_areas(person) else models.Q(**{f"{path}mask_area": False})


class FindingQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The findings a person may know of: the product's one rule of who reads what.

        Published findings are read from their visibility up. Drafts are their author's and the leads';
        submitted, returned and withdrawn ones the evaluation team's.
        """
        permissions = permissions_of(person)
        rule = models.Q(status=Finding.Status.PUBLISHED, visibility__in=circles_read_by(person))
        if Permission.READ_TEAM in permissions:
            rule |= models.Q(
                status__in=[Finding.Status.SUBMITTED, Finding.Status.RETURNED, Finding.Status.WITHDRAWN]
            )
        if Permission.REVIEW_FINDINGS in permissions:
            rule |= models.Q(status=Finding.Status.DRAFT)
        elif Permission.LOG_FINDINGS in permissions:
            rule |= models.Q(status=Finding.Status.DRAFT, created_by=person)
        return self.filter(rule)

    def located_for(self, person: Any) -> Self:
        """The findings that a person may see, of which they may know where they are from."""
        return self.visible_to(person).filter(area_known_to(person))


class Finding(models.Model):
    """One piece of evidence, in one or a few sentences, with a short citable ref."""

    class Origin(models.TextChoices):
        LITERATURE = "literature", "Literature"
        CASE_STUDY = "case-study", "Case study"
        SELF_REPORT = "self-report", "Self-report"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        RETURNED = "returned", "Returned"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    Visibility = visibility.Visibility

    ref = models.CharField(max_length=10, unique=True, default=new_ref, editable=False)
    title = models.CharField(
        max_length=200, blank=True, help_text="A headline. Left empty, the first sentence becomes the title."
    )
    text = models.TextField(
        "what was found",
        validators=[MaxLengthValidator(10_000)],
        help_text="One or a few sentences that somebody else can understand without the transcript.",
    )
    quote = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(5_000)],
        help_text="Words of the source that show it. Replace names by [brackets].",
    )
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.CASE_STUDY)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    visibility = models.CharField(max_length=12, choices=Visibility.choices, default=Visibility.FUNDER)
    partnerships = models.ManyToManyField(Partnership, related_name="findings", blank=True)
    programme_wide = models.BooleanField(
        default=False, help_text="It concerns the whole programme rather than particular partnerships."
    )
    organisations = models.ManyToManyField(Organisation, related_name="findings", blank=True)
    mask_area = models.BooleanField(
        "area not shown",
        default=False,
        editable=False,
        help_text="Readers beyond the funder do not learn which partnership it is from.",
    )
    sectors = models.ManyToManyField(Sector, related_name="findings", blank=True)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="findings", null=True, blank=True
    )
    section = models.CharField(max_length=20, blank=True, help_text="For literature: the review's section.")
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="findings", null=True, blank=True
    )
    items = models.ManyToManyField(FrameworkItem, through="Coding", related_name="findings")
    references = models.ManyToManyField(Reference, through="FindingCitation", related_name="findings")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="findings_created",
        null=True,
        editable=False,
    )
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="findings_updated",
        null=True,
        editable=False,
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="findings_submitted",
        null=True,
        editable=False,
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="findings_published",
        null=True,
        editable=False,
    )
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="findings_claimed",
        null=True,
        editable=False,
    )
    submission_digest = models.CharField(max_length=64, blank=True, editable=False)
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    _history_user: Any  # who is changing it; the history reads it on saving
    _history_date: Any  # when, if that was before the moment of saving
    objects = FindingQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["submission_digest", "claimed_at", "claimed_by"],
        m2m_fields=[partnerships, organisations, sectors],
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            # What visible_to asks of every list, with the order that lists have by default.
            models.Index(
                fields=["status", "visibility", "-created_at", "-id"], name="finding_visible_newest"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["submission_digest"],
                condition=~models.Q(submission_digest=""),
                name="one_finding_of_one_submission",
                violation_error_message="This finding was saved already.",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True, published_by__isnull=True)
                | models.Q(published_at__isnull=False, published_by__isnull=False)
                | models.Q(origin="literature"),
                name="finding_published_at_with_by",
                violation_error_message="A publication has both a time and a person.",
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | models.Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="finding_submitted_at_with_by",
                violation_error_message="A submission has both a time and a person.",
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_at__isnull=True, claimed_by__isnull=True)
                | models.Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="finding_claimed_at_with_by",
                violation_error_message="A claim for review has both a time and a person.",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="published_finding_has_a_date",
                violation_error_message="A published finding says when it was published.",
            ),
            models.CheckConstraint(
                condition=models.Q(mask_area=False) | ~models.Q(origin="literature"),
                name="literature_has_no_area_to_mask",
                violation_error_message="The review's own evidence is of no partnership.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:finding-detail", args=[self.ref])


class CodingQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The codings of the findings a person may see."""
        return self.filter(finding__in=Finding.objects.visible_to(person))


class Coding(models.Model):
    """That a finding bears on a framework item, and in which direction."""

    class Direction(models.TextChoices):
        SUPPORTS = "supports", "Supports"
        REFINES = "refines", "Refines"
        CHALLENGES = "challenges", "Challenges"
        CONTEXT = "context", "Context"

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="codings")
    item = models.ForeignKey(FrameworkItem, on_delete=models.PROTECT, related_name="codings")
    # The item's kind, kept here so that the database itself can hold the rule about questions.
    item_kind = models.CharField(max_length=20, choices=FrameworkItem.Kind.choices, editable=False)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    note = models.CharField(max_length=500, blank=True, help_text="How it bears on the item.")

    _history_user: Any
    objects = CodingQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["item__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "item"],
                name="one_coding_of_finding_and_item",
                violation_error_message="This finding is coded to that item already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(item_kind="research-question") | models.Q(direction="context"),
                name="coding_of_a_question_is_context",
                violation_error_message="A finding informs a question; it can't support or challenge one.",
            ),
        ]
        indexes = [
            # Counts by direction for items, on every page that shows how the evidence stands.
            models.Index(fields=["item", "direction", "finding"], name="coding_by_item_direction"),
        ]

    def __str__(self) -> str:
        return f"{self.finding.ref} {self.direction} {self.item.code}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.item_kind = self.item.kind
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.item_id:
            self.item_kind = self.item.kind


class FindingCitationQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The citations of the findings a person may see."""
        return self.filter(finding__in=Finding.objects.visible_to(person))


class FindingCitation(Citation):
    """A publication that a finding rests on."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="citations")
    reference = models.ForeignKey(Reference, on_delete=models.PROTECT, related_name="finding_citations")

    objects = FindingCitationQuerySet.as_manager()

    class Meta:
        ordering = ["finding", "reference"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "reference"],
                name="one_citation_of_finding_and_reference",
                violation_error_message="This finding cites that reference already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding.ref}: {self.reference}"
