"""What partnerships are asked: questionnaires, each in versions, with sections and questions as data."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.framework import FrameworkItem
from partnerships.access import Permission, permissions_of
from partnerships.models import VisibleQuerySet


def works_with_questionnaires(person: Any) -> bool:
    """Those who prepare rounds, and the evaluation team who reads what comes of them."""
    return bool({Permission.MANAGE_ROUNDS, Permission.READ_TEAM} & permissions_of(person))


class QuestionnaireQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Those who prepare rounds and the evaluation team; others meet the questions in a report."""
        return self.all() if works_with_questionnaires(person) else self.none()


class Questionnaire(models.Model):
    """A set of questions that partnerships are asked round after round. Its wording lives in versions."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    purpose = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(2_000)],
        help_text="What the answers are for. Reporters read it before they begin.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="questionnaires_created",
        null=True,  # the standard one comes with the product
        blank=True,
        editable=False,
    )

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evidence:questionnaire-detail", args=[self.slug])


class QuestionnaireVersion(models.Model):
    """A questionnaire as worded at one time: a draft until a round opens with it, then fixed for ever."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="questionnaire_versions_created",
        null=True,
        blank=True,
        editable=False,
    )
    fixed_at = models.DateTimeField(null=True, blank=True, editable=False)
    fixed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="questionnaire_versions_fixed",
        null=True,
        blank=True,
        editable=False,
    )

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        ordering = ["questionnaire", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "number"],
                name="one_version_of_questionnaire_and_number",
                violation_error_message="There is a version of this number already.",
            ),
            models.UniqueConstraint(
                fields=["questionnaire"],
                condition=models.Q(fixed_at=None),
                name="one_draft_of_a_questionnaire",
                violation_error_message="There is a draft of this questionnaire already.",
            ),
            models.CheckConstraint(
                condition=models.Q(fixed_at__isnull=True, fixed_by__isnull=True)
                | models.Q(fixed_at__isnull=False, fixed_by__isnull=False),
                name="questionnaire_version_fixed_at_with_by",
                violation_error_message="A fixed version has both a time and a person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire}, version {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.fixed_at is None


class PartQuerySet(VisibleQuerySet):
    """Sections and questions: for those who prepare rounds, and for whoever knows of a report with them."""

    path_to_version: str

    def visible_to(self, person: Any) -> Self:
        from evidence.models.self_report import SelfReport  # a report is defined after what it answers

        if works_with_questionnaires(person):
            return self.all()
        reports = SelfReport.objects.visible_to(person)
        rounds = reports.order_by().values("round__questionnaire_version")
        return self.filter(**{f"{self.path_to_version}__in": rounds})


class SectionQuerySet(PartQuerySet):
    path_to_version = "questionnaire_version"


class Section(models.Model):
    """One subject of a questionnaire: a page of the form."""

    questionnaire_version = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.CASCADE, related_name="sections", editable=False
    )
    key = models.SlugField(max_length=24, editable=False)
    title = models.CharField(max_length=120, help_text="The subject in a few words.")
    introduction = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(2_000)],
        help_text="A sentence or two for the person who fills it in.",
    )
    order = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ["questionnaire_version", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire_version", "key"],
                name="one_section_of_version_and_key",
                violation_error_message="There is a section with this key already.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its place on the page of its questionnaire."""
        return f"{self.questionnaire_version.questionnaire.get_absolute_url()}#section-{self.key}"


class QuestionQuerySet(PartQuerySet):
    path_to_version = "questionnaire_version"


class Question(models.Model):
    """One question. Its key stays the same from version to version as long as it asks the same thing."""

    class Kind(models.TextChoices):
        TEXT = "text", "Short text"
        LONG_TEXT = "long-text", "Long text"
        NUMBER = "number", "Number"
        MONEY = "money", "Amount in pounds"
        DATE = "date", "Date"
        CHOICE = "choice", "One of several"
        CHOICES = "choices", "Any of several"
        TABLE = "table", "Table of rows"
        LINK = "link", "Link to something that exists"

    questionnaire_version = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.CASCADE, related_name="questions", editable=False
    )
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="questions", editable=False)
    key = models.SlugField(max_length=40, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField("question", max_length=300, help_text="In plain words, as you would say it.")
    help = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(1_000)],
        help_text="What to think of, and how much is enough.",
    )
    required = models.BooleanField("must be answered", default=False)
    # For one or any of several: [{"value": "new", "label": "New"}, …]
    options = models.JSONField(default=list, blank=True, editable=False)
    # For a table: [{"key": "role", "label": "Role", "kind": "text", "options": []}, …]
    columns = models.JSONField(default=list, blank=True, editable=False)
    shown_if = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="shows",
        null=True,
        blank=True,
        editable=False,
        help_text="The earlier question on whose answer it depends whether this one is asked.",
    )
    shown_if_values = models.JSONField(default=list, blank=True, editable=False)
    items = models.ManyToManyField(FrameworkItem, related_name="report_questions", blank=True)
    order = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["questionnaire_version", "section__order", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire_version", "key"],
                name="one_question_of_version_and_key",
                violation_error_message="There is a question with this key already.",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        """Its place on the page of its questionnaire."""
        return f"{self.questionnaire_version.questionnaire.get_absolute_url()}#question-{self.key}"

    @property
    def is_chosen(self) -> bool:
        """Whether it is answered by choosing, so that other questions can depend on it."""
        return self.kind in (self.Kind.CHOICE, self.Kind.CHOICES)

    @property
    def labels(self) -> dict[str, str]:
        """What each option is called."""
        return {option["value"]: option["label"] for option in self.options}

    @property
    def shown_if_labels(self) -> list[str]:
        """The answers to the earlier question with which this one is asked."""
        labels = self.shown_if.labels if self.shown_if else {}
        return [labels.get(value, value) for value in self.shown_if_values]
