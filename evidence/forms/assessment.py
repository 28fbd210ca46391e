"""The form in which a lead evaluator judges how much confidence an item deserves."""

from collections.abc import Iterator
from typing import Any

from django import forms

from evidence.actions.assessment import AssessmentInput, ConcernInput, CorrectionInput
from evidence.forms.fields import WordsField, circle_choices
from evidence.forms.steps import StepForm
from evidence.models import AssessedIndicator, Assessment, Component, ComponentConcern, Concern, Confidence
from evidence.models.visibility import Visibility
from evidence.queries.confidence import INDICATORS_OF

# What each component asks, after GRADE-CERQual's own definitions, in our words.
QUESTIONS: dict[str, str] = {
    Component.METHODS: "Were there problems in how the studies beneath it were planned or carried out?",
    Component.COHERENCE: "How well does it fit all that the evidence shows, contradictions included?",
    Component.ADEQUACY: "Is there enough, and is it rich enough, to carry what is said?",
    Component.RELEVANCE: "How far does the evidence come from the places, people and times that are meant?",
}
LEVELS: dict[str, str] = {
    Confidence.HIGH: "highly likely that it represents what happens reasonably",
    Confidence.MODERATE: "likely",
    Confidence.LOW: "possible",
    Confidence.VERY_LOW: "not clear whether it does",
}


class AssessmentForm(StepForm):
    """Four concerns with reasons, then the level: judged by people, worked out by nothing."""

    confidence = forms.ChoiceField(
        label="Overall, how confident are you?",
        choices=[(level.value, f"{level.label}: {LEVELS[level]}") for level in Confidence],
        widget=forms.RadioSelect,
        help_text="A serious concern usually takes one level at least; several smaller ones may take one.",
        error_messages={"required": "Choose a level of confidence."},
    )
    explanation = WordsField(
        label="Why this level",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Its readers see this beside the level. Name nobody.",
        error_messages={"required": "Say why."},
    )
    dissent = WordsField(
        label="Where you did not agree",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="If those who judged together saw it differently: what, and why.",
    )
    visibility = forms.ChoiceField(
        label="Who may read this judgement",
        choices=circle_choices(),
        initial=Visibility.FUNDER,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who may read it."},
    )
    last_seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, derived: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.derived = derived
        for component in Component:
            self.fields[f"{component}_concern"] = forms.ChoiceField(
                label=f"Concern about {component.label.lower()}",
                choices=Concern.choices,
                widget=forms.RadioSelect(attrs={"class": "ticks"}),
                help_text=QUESTIONS[component],
                error_messages={"required": "Choose a level of concern."},
            )
            self.fields[f"{component}_reason"] = WordsField(
                label="What the concern is",
                max_length=2_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="Needed unless there is none.",
            )
        self.fields["relevance_kind"] = forms.ChoiceField(
            label="What kind of concern about relevance",
            choices=[("", "None"), *ComponentConcern.Relevance.choices],
            required=False,
        )
        for kind in AssessedIndicator.Kind:
            self.fields[f"{kind}_corrected"] = WordsField(
                label=f"Read {kind.label.lower()} differently",
                max_length=300,
                required=False,
                help_text="Leave empty to take the data as it is.",
            )
            self.fields[f"{kind}_why"] = WordsField(
                label="Why the data misleads here", max_length=500, required=False
            )
        self.order_fields(list(order()))

    def parts(self) -> Iterator[tuple[Component, list[tuple[str, str, list[Any]]], list[Any]]]:
        """Each component with its indicators (name, words of the data, fields to correct it) and fields."""
        for component in Component:
            indicators = [
                (
                    AssessedIndicator.Kind(kind).label,
                    self.derived[kind],
                    [self[f"{kind}_corrected"], self[f"{kind}_why"]],
                )
                for kind in INDICATORS_OF[component]
            ]
            kind_of_concern = [self["relevance_kind"]] if component == Component.RELEVANCE else []
            yield (
                component,
                indicators,
                [self[f"{component}_concern"], self[f"{component}_reason"], *kind_of_concern],
            )

    def assessment_input(self) -> AssessmentInput:
        """The judgement as the action takes it. Only after ``is_valid``."""
        stated = self.cleaned_data
        corrections: dict[str, CorrectionInput] = {
            kind: CorrectionInput(corrected=stated[f"{kind}_corrected"], reason=stated[f"{kind}_why"])
            for kind in AssessedIndicator.Kind
            if stated[f"{kind}_corrected"] or stated[f"{kind}_why"]
        }
        return AssessmentInput(
            confidence=stated["confidence"],
            explanation=stated["explanation"],
            dissent=stated["dissent"],
            visibility=stated["visibility"],
            concerns={
                component: ConcernInput(
                    concern=stated[f"{component}_concern"],
                    reason=stated[f"{component}_reason"],
                    relevance=stated["relevance_kind"] if component == Component.RELEVANCE else "",
                )
                for component in Component
            },
            corrections=corrections,
        )


def order() -> Iterator[str]:
    """The order of thought, of the page and of the error summary: each component, then the whole."""
    for component in Component:
        for kind in INDICATORS_OF[component]:
            yield from (f"{kind}_corrected", f"{kind}_why")
        yield from (f"{component}_concern", f"{component}_reason")
        if component == Component.RELEVANCE:
            yield "relevance_kind"
    yield from ("confidence", "explanation", "dissent", "visibility")


def initial_of(last: Assessment | None) -> dict[str, Any]:
    """The form begins with the last judgement, to be confirmed or changed; indicators begin with the data."""
    if last is None:
        return {"last_seen": 0}
    initial: dict[str, Any] = {
        "last_seen": last.number,
        "confidence": last.confidence,
        "explanation": last.explanation,
        "dissent": last.dissent,
        "visibility": last.visibility,
    }
    for row in last.concerns.all():
        initial |= {f"{row.component}_concern": row.concern, f"{row.component}_reason": row.reason}
        if row.component == Component.RELEVANCE:
            initial["relevance_kind"] = row.relevance
    return initial
