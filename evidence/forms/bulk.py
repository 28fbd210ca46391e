"""The form in which a lead says what is to be done to many findings."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from evidence.actions.bulk import BulkChange, Deed
from evidence.actions.finding_rules import UP_TO_THE_FUNDER
from evidence.forms.fields import WordsField, circle_choices
from evidence.models import Coding, FrameworkItem

NEEDED: dict[str, dict[str, str]] = {
    Deed.PUBLISH: {"visibility": "Choose who may read them."},
    Deed.READERS: {"visibility": "Choose who may read them."},
    Deed.RETURN: {"reason": "Say what should change, so that the authors can act on it."},
    Deed.WITHDRAW: {"reason": "Say why they are withdrawn; the reason stays in the record."},
    Deed.TIE: {"item": "Choose an item.", "direction": "Choose a direction."},
    Deed.UNTIE: {"item": "Choose an item."},
}


class BulkForm(forms.Form):
    """A deed, and what it needs; what another deed would need is left alone."""

    use_required_attribute = False

    deed = forms.ChoiceField(
        label="What should be done?",
        choices=Deed.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what should be done."},
    )
    visibility = forms.ChoiceField(
        label="Who may read them",
        choices=circle_choices(UP_TO_THE_FUNDER),
        required=False,
        widget=forms.RadioSelect,
        help_text="To publish, or to change readers. Partnerships and the public need a checklist for each.",
    )
    reason = WordsField(
        label="Reason",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="To return or withdraw. It stays in the record of each, and its author reads it.",
    )
    item = forms.ChoiceField(label="Item of the review", required=False, help_text="To tie or take away.")
    direction = forms.ChoiceField(
        label="Direction",
        choices=[("", "None"), *Coding.Direction.choices],
        required=False,
        help_text="To tie. A question is informed: choose “Context” for it.",
    )

    def __init__(self, *args: Any, items: Sequence[FrameworkItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = {item.code: item for item in items}
        field = cast(forms.ChoiceField, self.fields["item"])
        field.choices = [("", "None"), *((code, str(item)) for code, item in self.items.items())]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, message in NEEDED.get(cleaned.get("deed", ""), {}).items():
            if name not in self.errors and not cleaned.get(name, "").strip():
                self.add_error(name, message)
        item = self.items.get(cleaned.get("item", ""))
        is_tied = cleaned.get("deed") == Deed.TIE and cleaned.get("direction")
        if item and item.is_question and is_tied and cleaned["direction"] != Coding.Direction.CONTEXT:
            self.add_error("direction", "A finding informs a question: choose “Context”.")
        return cleaned

    def change(self) -> BulkChange:
        """What is to be done. Only after ``is_valid``."""
        stated = self.cleaned_data
        needed = NEEDED[stated["deed"]]
        said = {name: stated[name] for name in ("visibility", "reason", "direction") if name in needed}
        item = self.items[stated["item"]] if "item" in needed else None
        return BulkChange(deed=stated["deed"], item=item, **said)
