"""The form in which a lead publishes a finding in changed words."""

from typing import Any

from django import forms

from evidence.actions.finding_rules import UP_TO_THE_FUNDER
from evidence.forms.fields import WordsField, visibility_field
from evidence.forms.finding import FindingForm


class ApprovalForm(FindingForm):
    """The form of a finding, with a note to its author, and the circles that need no second person."""

    reason = WordsField(
        label="Note to its author",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you changed and why. It stays in the record; the author is told that it is there.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["visibility"] = visibility_field(UP_TO_THE_FUNDER)
