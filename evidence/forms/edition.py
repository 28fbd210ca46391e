"""The forms about editions: making one, and choosing which two to compare."""

from typing import Any

from django import forms

from evidence.forms.fields import WordsField
from evidence.forms.steps import StepForm
from evidence.models import Edition


class EditionForm(StepForm):
    note = WordsField(
        label="What is this edition for?",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Why it is made now, and what is new. Everybody reads it.",
        error_messages={"required": "Say what it is for."},
    )
    last_seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class ComparisonForm(forms.Form):
    """Two editions, or one and the present state; ``before`` comes first."""

    before = forms.TypedChoiceField(label="From", coerce=int)
    after = forms.TypedChoiceField(label="To", coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, editions: list[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(edition.number, f"{edition}, {edition.made_at:%-d %B %Y}") for edition in editions]
        self.fields["before"].choices = choices  # type: ignore[attr-defined]
        self.fields["after"].choices = [("", "What can be read now"), *choices]  # type: ignore[attr-defined]
