"""The forms of attached files: adding several, and deciding who gets one."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import QueryDict

from evidence.actions.attachments import too_large_for
from evidence.actions.finding_rules import BEYOND_THE_FUNDER, AnonymisationPoint
from evidence.attachments.formats import BY_EXTENSION
from evidence.forms.fields import WordsField, circle_choices
from evidence.forms.steps import StepForm
from evidence.models import Visibility

ROWS = 3


class AddFilesForm(StepForm):
    """Up to three files at once, each with what it is. A file that is wrong does not hold the others up."""

    def __init__(self, *args: Any, too_large: set[str], **kwargs: Any) -> None:
        """``too_large`` are the fields whose file was larger than can be received."""
        super().__init__(*args, **kwargs)
        self.too_large = too_large
        for number in range(1, ROWS + 1):
            self.fields |= row_fields(number)

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """The two fields of each file."""
        return [(self[f"file_{number}"], self[f"description_{number}"]) for number in range(1, ROWS + 1)]

    def forget(self, number: int) -> None:
        """Do not show the words about a file again that is added now."""
        self.data = cast(QueryDict, self.data).copy()
        self.data[f"description_{number}"] = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.too_large & self.fields.keys():
            self.add_error(name, too_large_for(settings.LARGEST_UPLOAD // 1_000_000))
        stated = [number for number in range(1, ROWS + 1) if cleaned.get(f"file_{number}")]
        for number in set(range(1, ROWS + 1)) - set(stated):
            if cleaned.get(f"description_{number}") and f"file_{number}" not in self.errors:
                self.add_error(f"file_{number}", "Choose the file that you have described.")
        if not stated and not self.errors:
            self.add_error("file_1", "Choose a file.")
        return cleaned


def row_fields(number: int) -> dict[str, forms.Field]:
    """The fields of one file."""
    accepted = ",".join(f".{extension}" for extension in BY_EXTENSION)
    return {
        f"file_{number}": forms.FileField(
            label=f"File {number}",
            required=False,
            allow_empty_file=True,  # the check of its content says what is wrong with it
            widget=forms.FileInput(attrs={"accept": accepted}),
            error_messages={"invalid": "Choose the file once more: it did not arrive."},
        ),
        f"description_{number}": WordsField(
            label=f"What file {number} is",
            max_length=200,
            required=False,
            help_text="In a few words, such as “Guide for the interviews”. Never a name.",
        ),
    }


class ReleaseFileForm(StepForm):
    """Who gets the clean copy of a file, and what was checked before it goes beyond the funder."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    checklist = forms.MultipleChoiceField(
        label="Before partnerships or the public get it, confirm each of these",
        choices=AnonymisationPoint.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Open the copy, and look at it with the eyes of somebody who knows the partnership well.",
    )
    field_order = ("visibility", "checklist")

    def __init__(self, *args: Any, circles: Sequence[str], **kwargs: Any) -> None:
        """``circles`` are those that this person may release it to, besides the team."""
        super().__init__(*args, **kwargs)
        self.fields["visibility"] = forms.ChoiceField(
            label="Who may get it",
            choices=circle_choices([Visibility.TEAM, *circles]),
            widget=forms.RadioSelect,
            error_messages={
                "required": "Choose who may get it.",
                "invalid_choice": "Choose who may get it from the list.",
            },
        )
        if not set(BEYOND_THE_FUNDER) & set(circles):
            del self.fields["checklist"]
        self.order_fields(self.field_order)


class EraseFileForm(StepForm):
    """The decision to erase a file, with the version that the page was opened on."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
