"""The form in which colleagues say something about a finding."""

from collections.abc import Sequence
from typing import Any

from django import forms

from evidence.forms.fields import WordsField, ticks
from evidence.forms.steps import StepForm
from evidence.models import Comment
from partnerships.models import Person


class CommentForm(StepForm):
    """A comment, what it speaks of, and whom it should reach."""

    part = forms.ChoiceField(label="What is it about?", choices=Comment.Part.choices)
    comment = WordsField(
        label="Comment",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The evaluation team reads it, nobody else. It never appears in a download.",
        error_messages={"required": "Write what you want to say."},
    )

    def __init__(self, *args: Any, colleagues: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(person.pk): person for person in colleagues}
        self.fields["mentions"] = ticks(
            "Who should be told?",
            [(key, person.name) for key, person in self.colleagues.items()],
            help_text="They find it in their inbox and are told by e-mail.",
        )
        if not colleagues:
            del self.fields["mentions"]

    def clean_mentions(self) -> list[Person]:
        return [self.colleagues[key] for key in self.cleaned_data["mentions"]]
