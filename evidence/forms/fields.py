"""The fields that forms about findings share."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from evidence.models import Finding

Visibility = Finding.Visibility

# Who reads a published finding, circle by circle.
READERS: dict[str, str] = {
    Visibility.TEAM: "evaluators and lead evaluators, nobody else",
    Visibility.FUNDER: "the evaluation team and staff of the Big Lottery Fund",
    Visibility.PARTNERSHIPS: "the evaluation team, the funder and the reporters of every partnership",
    Visibility.PUBLIC: "everybody, without signing in",
}


class WordsField(forms.CharField):
    """Text as people type or paste it. Shown again after a mistake, it can be sent as it then stands."""

    default_error_messages = {
        "max_length": "Shorten this to %(limit_value)d characters: it has %(show_value)d.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [
            check for check in self.validators if not isinstance(check, ProhibitNullCharactersValidator)
        ]
        self.validators.append(
            ProhibitNullCharactersValidator(
                "There was an invisible character (NUL) in this. It has been taken out: send it again."
            )
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without ``maxlength``: a browser would cut a pasted text without a word."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def to_python(self, value: Any) -> str:
        """Line ends as one character, whatever the browser sends, so that equal texts are equal."""
        return one_line_end(super().to_python(value) or "")

    def prepare_value(self, value: Any) -> Any:
        return without_nul(value) if isinstance(value, str) else value


def one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def without_nul(text: str) -> str:
    return text.replace("\x00", "")


class DayField(forms.DateField):
    """A day as people write it, day first, or as files do."""

    input_formats = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y"]
    default_error_messages = {"invalid": "Write the day as in 4/3/2015 or 4 March 2015."}

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off", "class": "input-day"})
        super().__init__(**{"widget": widget, "input_formats": self.input_formats, **options})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime.date):
            return f"{value.day}/{value.month}/{value.year}"
        return without_nul(value) if isinstance(value, str) else value


def visibility_field(circles: Iterable[str] = Visibility.values, **options: Any) -> forms.ChoiceField:
    """Radio buttons that say of each circle who reads the finding."""
    return forms.ChoiceField(
        label="Who may read it once it is published",
        choices=circle_choices(circles),
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose who may read it.",
            "invalid_choice": "Choose who may read it from the list.",
        },
        **options,
    )


def circle_choices(circles: Iterable[str] = Visibility.values) -> list[tuple[str, str]]:
    """The circles of readers, each with who belongs to it."""
    return [(circle, f"{Visibility(circle).label}: {READERS[circle]}") for circle in circles]


def consent_fields() -> dict[str, forms.Field]:
    """What those behind a source have agreed to: how far it may go, and whether in their own words."""
    return {
        "consent_scope": forms.ChoiceField(
            label="Who may read what they said",
            choices=circle_choices(),
            initial=Visibility.FUNDER,
            required=False,
            widget=forms.RadioSelect,
            help_text="The widest circle that they have agreed to. No finding from this source goes further.",
            error_messages={"invalid_choice": "Choose what they have agreed to from the list."},
        ),
        "quote_permission": forms.ChoiceField(
            label="Their own words",
            choices=[
                ("no", "Not beyond the funder: a finding that others read is without a quote"),
                ("yes", "May be quoted to everybody who may read the finding"),
            ],
            initial="no",
            required=False,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "Choose whether they may be quoted."},
        ),
    }


def yes_or_no(permitted: bool) -> str:
    return "yes" if permitted else "no"


def ticks(label: str, choices: list[tuple[str, str]], **options: Any) -> forms.MultipleChoiceField:
    """Tick boxes in as many columns as fit."""
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"}),
        error_messages={"invalid_choice": "“%(value)s” is not in the list any more. It has been left out."},
        **options,
    )
