"""The forms of the right of reply."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from evidence.actions.finding_rules import AnonymisationPoint
from evidence.forms.fields import DayField, WordsField
from evidence.forms.steps import StepForm
from evidence.models import ReplyRequest

Answer = ReplyRequest.Answer


def usual_date() -> datetime.date:
    """The last day for a reply that is asked for today."""
    return timezone.localdate() + datetime.timedelta(days=settings.REPLY_DAYS)


def last_day(**options: Any) -> DayField:
    return DayField(
        label="Reply by",
        required=False,
        help_text="The last day on which it can reply. Its reporters are reminded three days before.",
        **options,
    )


class AskForm(StepForm):
    """Which partnerships are asked, until when, and what was checked before they read the finding."""

    partnerships = forms.MultipleChoiceField(
        label="Whom to ask",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Ask a partnership that the finding names."},
    )
    due_on = last_day(initial=usual_date)
    note = WordsField(
        label="What they should know",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For example what you are unsure of, or how far the finding is meant to go. "
        "Name nobody who spoke.",
    )
    checklist = forms.MultipleChoiceField(
        label="They read the finding now, so confirm each of these",
        choices=AnonymisationPoint.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nobody knows the partnership's people better than its reporters.",
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["partnerships"]
        field.choices = choices
        field.initial = [slug for slug, _ in choices]

    def clean_due_on(self) -> datetime.date:
        return self.cleaned_data["due_on"] or usual_date()


class ReplyForm(StepForm):
    """What a partnership says to a finding about it."""

    answer = forms.ChoiceField(
        label="What does your partnership say to it?",
        choices=[
            (Answer.ACCEPT, "We accept it: it describes what happened"),
            (Answer.COMMENT, "We comment on it: something should be read beside it"),
            (Answer.CORRECT, "We correct it: something in it is wrong"),
        ],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose from the list."},
    )
    reply = WordsField(
        label="In your words",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Needed for a comment or a correction. Write it as it may be read by everybody, and name "
        "no young person or colleague.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def show_typed(self, typed: Any) -> None:
        """Show what was kept while it was typed."""
        for name in ("answer", "reply"):
            self.initial[name] = typed.get(name, "")


class ExtendForm(StepForm):
    due_on = last_day()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_due_on(self) -> datetime.date:
        """A day must be given here: there is one already."""
        if not (day := self.cleaned_data["due_on"]):
            raise forms.ValidationError("Give the new date.")
        return day


class CancelForm(StepForm):
    reason = WordsField(
        label="Why you don't ask any more",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The partnership reads it.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RespondForm(StepForm):
    response = WordsField(
        label="What you do about it",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For example what you changed in the finding, or why it stays as it is. It is shown with "
        "the reply to everybody who reads the finding.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
