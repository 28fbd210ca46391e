"""The form in which a search for the negative case is recorded."""

from django import forms

from evidence.actions.finding_rules import refuse_future
from evidence.forms.fields import DayField, WordsField
from evidence.forms.steps import StepForm


class NegativeSearchForm(StepForm):
    looked_on = DayField(
        label="When did you look?",
        validators=[refuse_future],
        help_text="The day, or the last day, of the search, for example 4/3/2015.",
        error_messages={"required": "Give the day."},
    )
    looked_in = WordsField(
        label="Where did you look?",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Which partnerships, sources and people. Name nobody.",
        error_messages={"required": "Say where you looked."},
    )
    looked_for = WordsField(
        label="What would have spoken against it?",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What you asked or searched for, and did not find.",
        error_messages={"required": "Say what you looked for."},
    )
