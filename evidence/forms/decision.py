"""The form in which a decision of the funder is kept."""

from typing import Any

from django import forms

from evidence.actions.decisions import DecisionInput
from evidence.actions.finding_rules import refuse_future
from evidence.forms.fields import DayField, WordsField
from evidence.forms.items import ItemTicks
from evidence.models import Decision, Edition

READERS = {
    Decision.Readers.FUNDER: "staff of the Big Lottery Fund and the evaluation team",
    Decision.Readers.PUBLIC: "everybody, without signing in",
}


class DecisionForm(ItemTicks):
    title = WordsField(
        label="In a line", max_length=160, error_messages={"required": "Give the decision a title."}
    )
    decided_on = DayField(
        label="When was it decided?",
        validators=[refuse_future],
        help_text="For example 4/3/2015.",
        error_messages={"required": "Give the day."},
    )
    decision = WordsField(
        label="What was decided?",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What is done from now on, or not any more.",
        error_messages={"required": "Say what was decided."},
    )
    reason = WordsField(
        label="Why?",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What of the evidence it rests on, and what else weighed. Name nobody.",
        error_messages={"required": "Say why."},
    )
    edition = forms.TypedChoiceField(
        label="Which edition lay before those who decided?",
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": "Choose an edition from the list."},
    )
    visibility = forms.ChoiceField(
        label="Who may read it?",
        choices=[(circle, f"{circle.label}: {READERS[circle]}") for circle in Decision.Readers],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who may read it."},
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, person=person, **kwargs)
        editions = [(edition.number, str(edition)) for edition in Edition.objects.visible_to(person)]
        self.fields["edition"].choices = [("", "None"), *editions]  # type: ignore[attr-defined]

    def decision_input(self) -> DecisionInput:
        said = self.cleaned_data
        names = ("title", "decided_on", "decision", "reason", "edition", "visibility")
        return DecisionInput(**{name: said[name] for name in names}, items=self.chosen_items())


def initial_of(decision: Decision) -> dict[str, Any]:
    """What is stored of a decision, as the form shows it."""
    names = ("title", "decided_on", "decision", "reason", "visibility", "version")
    initial: dict[str, Any] = {name: getattr(decision, name) for name in names}
    initial["edition"] = decision.edition.number if decision.edition else None
    for item in decision.items.all():
        initial.setdefault(f"items-{item.kind}", []).append(item.code)
    return initial
