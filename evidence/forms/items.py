"""Choosing several items of the framework by ticking them, kind by kind."""

from typing import Any

from evidence.forms.fields import ticks
from evidence.forms.picker import KIND_LABELS
from evidence.forms.steps import StepForm
from evidence.models import FrameworkItem


class ItemTicks(StepForm):
    """A form with tick boxes for the items of each kind, in fields named ``items-lesson`` and so on."""

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(FrameworkItem.objects.visible_to(person))
        for kind, label in KIND_LABELS.items():
            choices = [(item.code, str(item)) for item in self.items if item.kind == kind]
            self.fields[f"items-{kind}"] = ticks(label, choices)

    def kinds(self) -> list[Any]:
        """The fields of items, kind by kind, with how many are chosen."""
        fields: list[Any] = [self[f"items-{kind}"] for kind in KIND_LABELS]
        return [(field, len(field.value() or [])) for field in fields if field.field.choices]

    def chosen_items(self) -> list[str]:
        """The codes that were ticked, in the order of the review."""
        return [code for kind in KIND_LABELS for code in self.cleaned_data[f"items-{kind}"]]
