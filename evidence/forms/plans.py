"""The forms of action plans."""

from typing import Any

from django import forms
from django.http import QueryDict

from evidence.actions.plans import ActionInput
from evidence.forms.fields import DayField, WordsField
from evidence.forms.steps import StepForm
from evidence.models import Action, ActionState, FrameworkItem
from evidence.models.action import ACTED_ON
from partnerships.models import Person


class ActionForm(StepForm):
    """One action as people of a partnership state it."""

    text = WordsField(
        label="What will you do?",
        max_length=300,
        help_text="One thing, so that you can say when it is done.",
        error_messages={"required": "Say what you will do."},
    )
    item = forms.ChoiceField(
        label="What is it about?",
        required=False,
        help_text="The driver or barrier of the review that it works on.",
    )
    why = WordsField(
        label="What should it change?",
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    owner = WordsField(
        label="Who sees to it?",
        max_length=120,
        help_text="A role or a name: they need no account.",
        error_messages={"required": "Say who sees to it: a role is enough."},
    )
    due_on = DayField(
        label="By when?",
        help_text="For example 4/3/2016.",
        error_messages={"required": "Give a day, even a rough one."},
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, colleagues: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        items = FrameworkItem.objects.filter(kind__in=ACTED_ON).only("code", "title", "kind", "order")
        self.items = {item.code: item for item in items.order_by("kind", "order", "code")}
        item_field: Any = self.fields["item"]
        item_field.choices = [
            ("", "Nothing in particular"),
            *(
                (kind.label, [(code, str(item)) for code, item in self.items.items() if item.kind == kind])
                for kind in reversed(ACTED_ON)
            ),
        ]
        self.colleagues = {str(person.pk): person for person in colleagues}
        if len(colleagues) > 1:
            self.fields["colleague"] = forms.ChoiceField(
                label="Is it one of you?",
                choices=[
                    ("", "No, or it doesn't matter"),
                    *((key, one.name) for key, one in self.colleagues.items()),
                ],
                required=False,
                help_text="If it is one of those who report for your partnership.",
            )
        self.order_fields(["text", "item", "why", "owner", "colleague", "due_on"])

    def show_typed(self, typed: QueryDict) -> None:
        """Show what was typed before, as it was, without judging it yet."""
        for name, field in self.fields.items():
            self.initial[name] = field.widget.value_from_datadict(typed, {}, name)

    def action_input(self) -> ActionInput:
        """The action as the actions take it. Only after ``is_valid``."""
        stated = self.cleaned_data
        return ActionInput(
            text=stated["text"],
            why=stated["why"],
            owner=stated["owner"],
            due_on=stated["due_on"],
            item=self.items.get(stated["item"]),
            colleague=self.colleagues.get(stated.get("colleague", "")),
        )


def initial_of(action: Action) -> dict[str, Any]:
    """What the form shows of an action that is stored."""
    return {
        "text": action.text,
        "why": action.why,
        "owner": action.owner,
        "due_on": action.due_on,
        "item": action.item.code if action.item else "",
        "colleague": str(action.colleague_id or ""),
        "version": action.version,
    }


class FollowUpForm(StepForm):
    """How an action goes, and what became of it."""

    state = forms.ChoiceField(
        label="How is it?",
        choices=[
            (ActionState.OPEN.value, "Still open"),
            (ActionState.DONE.value, "Done"),
            (ActionState.GIVEN_UP.value, "Given up"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it is."},
    )
    note = WordsField(
        label="How did it go?",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What helped, what got in the way. If you give it up, say why.",
    )

    def show_typed(self, typed: QueryDict) -> None:
        """Show what was typed before, as it was."""
        self.initial.update({name: typed.get(name, "") for name in self.fields})
