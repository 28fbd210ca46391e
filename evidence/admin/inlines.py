"""Rows inside another thing's page."""

from typing import Any

from django import forms


class FixedChoiceForm(forms.ModelForm):
    """A row whose choice is fixed once it is saved: it is deleted and added anew, not turned round.

    That also spares a query a row for the name of what was chosen.
    """

    fixed: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.fixed in self.fields:
            chosen = getattr(self.instance, self.fixed)
            field = self.fields[self.fixed]
            field.disabled = True
            field.widget = forms.Select(choices=[(chosen.pk, str(chosen))])
