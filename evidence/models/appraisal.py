"""How good a piece of evidence is, in words: five principles, four steps each, never a number."""

from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from simple_history.models import HistoricalRecords

from evidence.models.finding import Finding
from evidence.models.source import Source
from partnerships.models import VisibleQuerySet


class Step(models.TextChoices):
    """How far a principle is met, from the least on. What a step means is said by each principle."""

    LITTLE = "little", "Little"
    SOME = "some", "Some"
    MUCH = "much", "Much"
    FULL = "full", "Full"

    @property
    def and_better(self) -> list[str]:
        """This step and those above it."""
        steps = list(type(self))
        return [step.value for step in steps[steps.index(self) :]]


@dataclass(frozen=True)
class Principle:
    """One of the five: its key, what it asks, and for each step a few words and what they mean."""

    key: str
    label: str
    question: str
    steps: dict[Step, tuple[str, str]]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The steps by their few words."""
        return [(step.value, words) for step, (words, _) in self.steps.items()]

    def words(self, step: str) -> str:
        return self.steps[Step(step)][0]

    def meaning(self, step: str) -> str:
        return self.steps[Step(step)][1]


# The subjects are those of Bond's evidence principles; the questions and steps are our own.
PRINCIPLES = (
    Principle(
        "voice",
        "Voice",
        "Do those whom it is about speak for themselves?",
        {
            Step.LITTLE: ("others speak for them", "Those whom it is about were not asked."),
            Step.SOME: ("heard in part", "A few of them were asked, or somebody else chose who was."),
            Step.MUCH: ("heard directly", "They tell it themselves, in their own terms."),
            Step.FULL: (
                "heard in their variety",
                "They tell it themselves, also those who are seldom asked, and had a say in what it means.",
            ),
        },
    ),
    Principle(
        "appropriateness",
        "Appropriateness",
        "Does the way it was collected suit what it is used for?",
        {
            Step.LITTLE: ("method hardly suits", "It was collected in a way that cannot really show this."),
            Step.SOME: ("method suits in part", "It shows some of this; the rest is read into it."),
            Step.MUCH: ("method suits", "The way it was collected can show this."),
            Step.FULL: (
                "method chosen for this",
                "It was collected to find out just this, as planned, by somebody who knows how.",
            ),
        },
    ),
    Principle(
        "triangulation",
        "Triangulation",
        "What else says the same?",
        {
            Step.LITTLE: (
                "one account alone",
                "One person or paper says so; nothing else was looked at.",
            ),
            Step.SOME: ("another account agrees", "One more account of the same kind says so too."),
            Step.MUCH: ("several accounts agree", "People in different positions say so independently."),
            Step.FULL: (
                "different kinds of evidence agree",
                "Talk, papers and figures point the same way, and what differs is explained.",
            ),
        },
    ),
    Principle(
        "contribution",
        "Contribution",
        "How well is it shown that one thing led to the other?",
        {
            Step.LITTLE: ("link not spoken of", "It tells what happened, and not what brought it about."),
            Step.SOME: ("link asserted", "Somebody says that one led to the other."),
            Step.MUCH: (
                "link can be followed",
                "One can follow, step by step, how one led to the other.",
            ),
            Step.FULL: (
                "other explanations weighed",
                "One can follow it, and what else might have brought it about was looked into.",
            ),
        },
    ),
    Principle(
        "transparency",
        "Transparency",
        "Can a reader see where it comes from and what it leaves open?",
        {
            Step.LITTLE: ("origin unclear", "It cannot be told who said it, when, or how it was asked."),
            Step.SOME: ("origin known", "It is known who said it and when, not how it was asked."),
            Step.MUCH: ("method open", "It is known who was asked, when, how and by whom."),
            Step.FULL: (
                "method and limits open",
                "All that is known, and so are its gaps and what those who spoke have at stake.",
            ),
        },
    ),
)
JUDGED = tuple(principle.key for principle in PRINCIPLES)


class AppraisalQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Of the findings and sources that a person may see; of a source also through its findings.

        The steps are for whoever reads the evidence. The reason, and who gave it, are for the funder and the
        evaluation team: whatever shows them asks for that permission.
        """
        findings = Finding.objects.visible_to(person)
        rule = models.Q(finding__in=findings)
        rule |= models.Q(source__in=findings.exclude(source=None).values("source"))
        return self.filter(rule | models.Q(source__in=Source.objects.visible_to(person)))


def step_field(principle: Principle) -> Any:
    """The step on one principle; empty while it is not judged."""
    return models.CharField(
        principle.label.lower(),
        max_length=6,
        choices=Step.choices,
        blank=True,
        help_text=principle.question,
    )


def judged_somewhere() -> models.Q:
    rule = models.Q()
    for key in JUDGED:
        rule |= ~models.Q(**{key: ""})
    return rule


class Appraisal(models.Model):
    """What the evaluation team thinks of the quality of one source, or of one finding by itself."""

    Step = Step

    finding = models.OneToOneField(
        Finding, on_delete=models.CASCADE, related_name="appraisal", null=True, blank=True, editable=False
    )
    source = models.OneToOneField(
        Source, on_delete=models.CASCADE, related_name="appraisal", null=True, blank=True, editable=False
    )
    voice, appropriateness, triangulation, contribution, transparency = map(step_field, PRINCIPLES)
    reason = models.TextField(
        validators=[MaxLengthValidator(5_000)],
        help_text="What the steps rest on, so that a colleague could come to the same view.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appraisals", editable=False
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    _history_user: Any  # who is changing it; the history reads it on saving
    objects = AppraisalQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finding__isnull=True, source__isnull=False)
                | models.Q(finding__isnull=False, source__isnull=True),
                name="appraisal_of_a_finding_or_a_source",
                violation_error_message="An appraisal is of one finding or of one source.",
            ),
            models.CheckConstraint(
                condition=judged_somewhere(),
                name="appraisal_judges_something",
                violation_error_message="Judge at least one of the principles.",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="appraisal_has_a_reason",
                violation_error_message="An appraisal has a reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"Appraisal of {self.subject.ref}"

    def get_absolute_url(self) -> str:
        return f"{self.subject.get_absolute_url()}#quality"

    @property
    def subject(self) -> Finding | Source:
        """What it is an appraisal of."""
        return self.finding or self.source  # type: ignore[return-value]
