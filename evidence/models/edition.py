"""Editions: the public state of the whole framework and its evidence, frozen, numbered and hashed."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.finding import Coding, Finding
from evidence.models.framework import FrameworkItem
from partnerships.models import PublicQuerySet, VisibleQuerySet

DIGEST_LENGTH = 64  # SHA-256, in hexadecimal


class Edition(models.Model):
    """Everything that the public could read on one day, under a number that can be cited. Never changed."""

    number = models.PositiveIntegerField(unique=True, editable=False)
    note = models.TextField(
        "what it is for",
        validators=[MaxLengthValidator(2_000)],
        help_text="Why it is made now, and what is new. Everybody reads it.",
    )
    digest = models.CharField(max_length=DIGEST_LENGTH, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="editions", editable=False
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Edition {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:edition-detail", args=[self.number])


class EditionItem(models.Model):
    """One framework item as it stood: its wording, how the public evidence stood, how sure people were."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(FrameworkItem, on_delete=models.PROTECT, related_name="in_editions")
    content = models.JSONField()
    digest = models.CharField(max_length=DIGEST_LENGTH)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "item__order", "item__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "item"],
                name="one_edition_item_of_item",
                violation_error_message="This item is in the edition already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content['code']} in edition {self.edition.number}"


class EditionFindingQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Those whose finding the public reads now: what is taken back is gone from editions too."""
        return self.filter(finding__in=Finding.objects.visible_to(AnonymousUser()))


class EditionFinding(models.Model):
    """One public finding as it was. Its words are shown only as long as the finding says just the same.

    The content is empty once consent to it was withdrawn.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="findings")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="in_editions")
    content = models.JSONField()
    digest = models.CharField(max_length=DIGEST_LENGTH)

    objects = EditionFindingQuerySet.as_manager()

    class Meta:
        ordering = ["edition", "finding"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "finding"],
                name="one_edition_finding_of_finding",
                violation_error_message="This finding is in the edition already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding.ref} in edition {self.edition.number}"


class EditionCodingQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Those of the findings that are still shown."""
        return self.filter(finding__in=EditionFinding.objects.visible_to(person))


class EditionCoding(models.Model):
    """That a finding of an edition spoke to one of its items, and in which direction."""

    finding = models.ForeignKey(EditionFinding, on_delete=models.CASCADE, related_name="codings")
    item = models.ForeignKey(EditionItem, on_delete=models.CASCADE, related_name="codings")
    direction = models.CharField(max_length=10, choices=Coding.Direction.choices)

    objects = EditionCodingQuerySet.as_manager()

    class Meta:
        ordering = ["item", "direction", "finding"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding", "item"],
                name="one_edition_coding_of_finding_and_item",
                violation_error_message="This finding is tied to that item already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding.finding.ref} {self.direction} {self.item.content['code']}"
