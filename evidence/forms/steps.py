"""The forms of the steps of review."""

from typing import Any

from django import forms
from django.http import QueryDict

from evidence.actions.finding_rules import UP_TO_THE_FUNDER, AnonymisationPoint
from evidence.forms.fields import WordsField, visibility_field


class StepForm(forms.Form):
    """A step that needs nothing but the decision."""

    use_required_attribute = False

    def show_typed(self, typed: QueryDict) -> None:
        """Show what was kept while it was typed, as it was, without judging it yet."""
        for name, field in self.fields.items():
            self.initial[name] = field.widget.value_from_datadict(typed, {}, name)

    def add_problems(self, problems: dict[str, list[str]]) -> None:
        """Put each problem that an action found beside its field, or above all of them."""
        for name, messages in problems.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)


class ReasonForm(StepForm):
    """A step that needs a reason, which the action asks for."""

    reason = WordsField(
        label="Reason",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="It stays in the record. Name what, where and how, so that somebody can act on it.",
    )


class VersionedReasonForm(ReasonForm):
    """A reason, with the version that the page was opened on."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class PublishForm(StepForm):
    """Who may read the finding, and what was checked before it goes beyond the funder."""

    visibility = visibility_field()
    checklist = forms.MultipleChoiceField(
        label="Before partnerships or the public read it, confirm each of these",
        choices=AnonymisationPoint.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Read the finding once more, with the eyes of somebody who knows the partnership well.",
    )

    def __init__(self, *args: Any, may_release: bool, **kwargs: Any) -> None:
        """Whoever may not release it gets the circles up to the funder alone, and no checklist."""
        super().__init__(*args, **kwargs)
        if not may_release:
            self.fields["visibility"] = visibility_field(UP_TO_THE_FUNDER)
            del self.fields["checklist"]


class PublishFindingForm(PublishForm):
    """The same for a finding, which can be shown without its area."""

    mask_area = forms.BooleanField(
        label="Do not show the area to partnerships and the public",
        required=False,
        help_text="They then read it as one of the 21: without partnership and organisations, and no list, "
        "number or search leads from these to it. Its words stay as they are: take place names out of them.",
    )

    def __init__(self, *args: Any, has_area: bool, may_release: bool, **kwargs: Any) -> None:
        super().__init__(*args, may_release=may_release, **kwargs)
        if not (has_area and may_release):
            del self.fields["mask_area"]


class PublishStudyForm(PublishForm):
    """The same for a case study, with the version that the page was opened on."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
