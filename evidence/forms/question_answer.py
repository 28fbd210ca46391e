"""The form in which the answer to a research question is written."""

from typing import Any

from django import forms

from evidence.actions.question_answers import AnswerInput
from evidence.forms.fields import WordsField, circle_choices
from evidence.forms.steps import StepForm
from evidence.models import QuestionAnswer, Visibility


class AnswerForm(StepForm):
    text = WordsField(
        label="The answer",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Markdown: a blank line between paragraphs, “- ” before points. Cite findings by their "
        "refs in square brackets, as in [F-7K2M9QXA]; who may open one gets a link.",
        error_messages={"required": "Write the answer."},
    )
    gaps = WordsField(
        label="What is not known",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What the evidence leaves open, and where nobody has looked.",
        error_messages={"required": "Say what is not known, if only that little is missing."},
    )
    visibility = forms.ChoiceField(
        label="Who may read it once it is issued",
        choices=circle_choices(),
        initial=Visibility.FUNDER,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who may read it."},
    )
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def answer_input(self) -> AnswerInput:
        names = ("text", "gaps", "visibility")
        return AnswerInput(**{name: self.cleaned_data[name] for name in names})


def initial_of(answer: QuestionAnswer | None) -> dict[str, Any]:
    """What the form begins with: the draft, or the last version as the beginning of the next."""
    if answer is None:
        return {"version": 0, "visibility": Visibility.FUNDER}
    is_draft = answer.issued_at is None
    names = ("text", "gaps", "visibility")
    return {name: getattr(answer, name) for name in names} | {"version": answer.version if is_draft else 0}
