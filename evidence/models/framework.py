"""The framework: everything in the review that evidence can speak to."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from evidence.models.reference import Citation, Reference
from partnerships.models import PublicQuerySet, Sector


class Theme(models.Model):
    """One of the review's four areas: rationale, engagement, process, outcomes."""

    slug = models.SlugField(max_length=20, unique=True)
    title = models.CharField(max_length=80)
    question = models.CharField(max_length=200, help_text="The question that this theme answers.")
    introduction = models.TextField()
    section = models.CharField(max_length=20, help_text="The review's section, for example 2.3.")
    order = models.PositiveSmallIntegerField(default=0)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence:theme-detail", args=[self.slug])


class FrameworkItem(models.Model):
    """One thing of the review that evidence can speak to: a lesson, driver, barrier, question and so on."""

    class Kind(models.TextChoices):
        LESSON = "lesson", "Lesson"
        BENEFIT = "benefit", "Benefit"
        DRIVER = "driver", "Driver"
        BARRIER = "barrier", "Barrier"
        APPROACH = "approach", "Approach"
        OUTCOME = "outcome", "Outcome"
        RESEARCH_QUESTION = "research-question", "Research question"

    code = models.CharField(
        max_length=8,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z]\d{1,3}[a-z]?$", "Write one capital letter and a number, as in D4 or Q8a.")
        ],
        help_text="Stable for ever: findings are coded to it.",
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=160)
    statement = models.TextField(help_text="What the review says, precisely, in our own words.")
    plain_statement = models.TextField(
        blank=True, help_text="The same for a busy reader: short sentences, no jargon."
    )
    meaning = models.TextField(
        blank=True, help_text="What this covers and what it does not, for people coding evidence."
    )
    counts_for = models.TextField(blank=True, help_text="What sort of evidence would speak for it.")
    counts_against = models.TextField(blank=True, help_text="What sort of evidence would speak against it.")
    synonyms = models.JSONField(
        default=list, blank=True, help_text="Other words that people may type to find it."
    )
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="items")
    group = models.CharField(
        max_length=80, blank=True, help_text="The heading it stands under in the review."
    )
    sectors = models.ManyToManyField(Sector, related_name="framework_items", blank=True)
    section = models.CharField(max_length=20, help_text="Where the review says it: Summary, 2.4, 3.")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    order = models.PositiveIntegerField(default=0, db_index=True)
    references = models.ManyToManyField(Reference, through="ItemCitation", related_name="framework_items")
    version = models.PositiveIntegerField(default=1, editable=False)

    _history_user: Any  # who is changing it and why; the history reads them on saving
    _change_reason: str
    objects = PublicQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["order"])

    class Meta:
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="item_is_not_its_own_parent",
                violation_error_message="An item can't stand under itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        if self.kind == self.Kind.LESSON:
            return reverse("evidence:lesson-detail", args=[self.number])
        name = "question" if self.is_question else self.kind
        return reverse(f"evidence:{name}-detail", args=[self.code])

    @property
    def number(self) -> str:
        """The code without its letter: 5 for L5, 8a for Q8a."""
        return self.code[1:]

    @property
    def is_question(self) -> bool:
        return self.kind == self.Kind.RESEARCH_QUESTION


class KindManager(models.Manager.from_queryset(PublicQuerySet)):  # type: ignore[misc]
    """The items of one kind; new ones get that kind."""

    def __init__(self, kind: FrameworkItem.Kind) -> None:
        super().__init__()
        self.kind = kind

    def get_queryset(self) -> PublicQuerySet:
        return super().get_queryset().filter(kind=self.kind)

    def create(self, **fields: Any) -> Any:
        return super().create(**{**fields, "kind": self.kind})


class Lesson(FrameworkItem):
    """One of the review's ten lessons."""

    objects: ClassVar[KindManager] = KindManager(FrameworkItem.Kind.LESSON)

    class Meta:
        proxy = True


class Benefit(FrameworkItem):
    """A reason for working in partnership."""

    objects: ClassVar[KindManager] = KindManager(FrameworkItem.Kind.BENEFIT)

    class Meta:
        proxy = True


class Driver(FrameworkItem):
    """Something that helps partnerships to work."""

    objects: ClassVar[KindManager] = KindManager(FrameworkItem.Kind.DRIVER)

    class Meta:
        proxy = True


class Barrier(FrameworkItem):
    """Something that hinders partnerships, in general or in engaging one sector."""

    objects: ClassVar[KindManager] = KindManager(FrameworkItem.Kind.BARRIER)

    class Meta:
        proxy = True


class Approach(FrameworkItem):
    """A way of engaging a sector that has worked."""

    objects: ClassVar[KindManager] = KindManager(FrameworkItem.Kind.APPROACH)

    class Meta:
        proxy = True
        verbose_name_plural = "approaches"


class Outcome(FrameworkItem):
    """Something that partnership is said to bring about."""

    objects: ClassVar[KindManager] = KindManager(FrameworkItem.Kind.OUTCOME)

    class Meta:
        proxy = True


class ResearchQuestion(FrameworkItem):
    """A question that the review leaves to the partnerships' own experience."""

    objects: ClassVar[KindManager] = KindManager(FrameworkItem.Kind.RESEARCH_QUESTION)

    class Meta:
        proxy = True


class ItemCitation(Citation):
    """A publication that the review cites for an item."""

    item = models.ForeignKey(FrameworkItem, on_delete=models.CASCADE, related_name="citations")
    reference = models.ForeignKey(Reference, on_delete=models.PROTECT, related_name="item_citations")

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["item", "reference"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "reference"],
                name="one_citation_of_item_and_reference",
                violation_error_message="This reference is cited for that item already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.code}: {self.reference}"
