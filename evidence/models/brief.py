"""Briefs: chosen items of the framework as a document for a meeting, and the versions that were issued."""

from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.edition import DIGEST_LENGTH
from evidence.models.finding import Finding
from evidence.models.framework import FrameworkItem
from evidence.models.refs import random_ref
from evidence.models.visibility import Visibility, circles_read_by
from partnerships.access import Permission, permissions_of
from partnerships.functions import JSONList
from partnerships.models import Partnership, Sector, VisibleQuerySet


def new_brief_ref() -> str:
    """A fresh ref: B- and eight characters that cannot be confused."""
    return random_ref("B")


class BriefQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """One's own and, for leads, everybody's; once issued, those for a circle that one belongs to."""
        issued = models.Exists(BriefIssue.objects.filter(brief=models.OuterRef("pk")))
        rule = models.Q(issued, audience__in=circles_read_by(person))
        return self.filter(rule | models.Q(pk__in=Brief.objects.arranged_by(person).values("pk")))

    def arranged_by(self, person: Any) -> Self:
        """The briefs that this person may change: one's own and, for leads, everybody's."""
        permissions = permissions_of(person)
        if Permission.REVIEW_FINDINGS in permissions:
            return self.all()
        if Permission.READ_SHARED_WITH_FUNDER in permissions:
            return self.filter(created_by=person)
        return self.none()

    def for_page(self, person: Any) -> Self:
        """With its limits, and whether this person may change it, in the same query."""
        here = models.OuterRef("pk")
        return self.annotate(
            about_partnerships=JSONList(
                Partnership.objects.filter(briefs=here), row="pk", key="slug", name="name"
            ),
            about_sectors=JSONList(Sector.objects.filter(briefs=here), row="pk", key="code", name="name"),
            may_be_arranged=models.Exists(Brief.objects.arranged_by(person).filter(pk=here)),
        )


class Brief(models.Model):
    """How a document for a meeting is arranged: for whom, which items in which order, with which examples."""

    class Audience(models.TextChoices):
        FUNDER = Visibility.FUNDER.value, "Funder"
        PARTNERSHIPS = Visibility.PARTNERSHIPS.value, "Partnerships"
        PUBLIC = Visibility.PUBLIC.value, "Public"

    ref = models.CharField(max_length=10, unique=True, default=new_brief_ref, editable=False)
    title = models.CharField(max_length=160, help_text="As it stands on the first page.")
    audience = models.CharField(
        max_length=12,
        choices=Audience.choices,
        help_text="The brief holds what these readers may read, and nothing else.",
    )
    introduction = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(5_000)],
        help_text="What the meeting is about, and what to look for.",
    )
    items = models.ManyToManyField(FrameworkItem, through="BriefItem", related_name="briefs")
    partnerships = models.ManyToManyField(
        Partnership, related_name="briefs", blank=True, help_text="Only findings about these; none means all."
    )
    sectors = models.ManyToManyField(
        Sector, related_name="briefs", blank=True, help_text="Only findings about these; none means all."
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="briefs", editable=False
    )

    may_be_arranged: bool  # by the person whom ``for_page`` was asked for

    objects = BriefQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence:brief-detail", args=[self.ref])

    @cached_property
    def about_partnerships(self) -> list[dict[str, Any]]:
        """The partnerships it is limited to, as ``for_page`` reads them along."""
        rows: Any = self.partnerships.values("name", row=models.F("pk"), key=models.F("slug"))
        return list(rows)

    @cached_property
    def about_sectors(self) -> list[dict[str, Any]]:
        """The sectors it is limited to, as ``for_page`` reads them along."""
        rows: Any = self.sectors.values("name", row=models.F("pk"), key=models.F("code"))
        return list(rows)


class BriefItemQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The arrangement is for those who may change it."""
        return self.filter(brief__in=Brief.objects.arranged_by(person))


class BriefItem(models.Model):
    """One item of a brief: its place, what its author adds, and the examples chosen by hand."""

    brief = models.ForeignKey(Brief, on_delete=models.CASCADE, related_name="entries")
    item = models.ForeignKey(FrameworkItem, on_delete=models.PROTECT, related_name="in_briefs")
    position = models.PositiveSmallIntegerField(default=1)
    note = models.TextField(blank=True, validators=[MaxLengthValidator(2_000)])
    examples = models.ManyToManyField(Finding, related_name="in_briefs", blank=True)

    objects = BriefItemQuerySet.as_manager()

    class Meta:
        ordering = ["brief", "position", "item__order", "item__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["brief", "item"],
                name="one_brief_item_of_item",
                violation_error_message="This item is in the brief already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.code} in {self.brief}"


class BriefIssueQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The issued versions of the briefs that this person may read."""
        return self.filter(brief__in=Brief.objects.visible_to(person))


class BriefIssue(models.Model):
    """A brief as it was issued on one day, under a number. Never changed.

    Of findings it keeps refs and hashes, not the words: those are shown only while the brief's readers read
    the finding just as it was.
    """

    brief = models.ForeignKey(Brief, on_delete=models.CASCADE, related_name="issues")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    issued_at = models.DateTimeField(default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="issued_briefs"
    )

    objects = BriefIssueQuerySet.as_manager()

    class Meta:
        ordering = ["brief", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["brief", "number"],
                name="one_brief_issue_of_number",
                violation_error_message="That version was issued already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brief}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:brief-issue", args=[self.brief.ref, self.number])
