"""The form in which the quality of a finding or a source is judged."""

import dataclasses
from typing import Any

from django import forms

from evidence.actions.appraisals import AppraisalInput
from evidence.forms.fields import WordsField
from evidence.forms.steps import VersionedReasonForm
from evidence.models import JUDGED, PRINCIPLES, Appraisal, Principle

NOT_JUDGED = ("", "Not judged")


def step_field(principle: Principle) -> forms.ChoiceField:
    """The steps of a principle in words, with what each means."""
    steps = [
        (step.value, f"{words[0].upper()}{words[1:]}. {meaning}")
        for step, (words, meaning) in principle.steps.items()
    ]
    return forms.ChoiceField(
        label=principle.label,
        choices=[NOT_JUDGED, *steps],
        required=False,
        widget=forms.RadioSelect,
        help_text=principle.question,
        error_messages={"invalid_choice": "Choose a step from the list."},
    )


class AppraisalForm(VersionedReasonForm):
    """A step for each principle, and the reason."""

    field_order = (*JUDGED, "reason")

    reason = WordsField(
        label="What your view rests on",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=(
            "In a few sentences, so that a colleague could come to the same view. The funder reads it too. "
            "No names."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {principle.key: step_field(principle) for principle in PRINCIPLES}
        self.order_fields(self.field_order)

    def appraisal_input(self) -> AppraisalInput:
        names = [field.name for field in dataclasses.fields(AppraisalInput)]
        return AppraisalInput(**{name: self.cleaned_data[name] for name in names})


def appraisal_initial(appraisal: Appraisal) -> dict[str, Any]:
    """What the form shows of an appraisal, saved or not yet."""
    return {name: getattr(appraisal, name) for name in (*JUDGED, "reason", "version")}
