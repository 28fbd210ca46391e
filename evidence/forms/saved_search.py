"""The form in which somebody keeps a search."""

from django import forms

from evidence.forms.fields import WordsField
from evidence.forms.steps import StepForm
from evidence.queries.everything import KINDS


class SavedSearchForm(StepForm):
    name = WordsField(
        label="What do you call it?",
        max_length=80,
        help_text="For example: Employers on boards.",
        error_messages={"required": "Give it a name."},
    )
    q = WordsField(
        label="What do you look for?",
        max_length=200,
        help_text="As you type it into the box for searching.",
        error_messages={"required": "Say what to look for."},
    )
    kinds = forms.MultipleChoiceField(
        label="In which kinds?",
        choices=list(KINDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="In all, if you choose none.",
    )
    is_told = forms.BooleanField(
        label="Tell me by e-mail when something new matches",
        required=False,
        help_text="Of what you may read by then. The message holds a link and no words. "
        "Your account says whether it comes at once, once a day or not at all.",
    )
