"""The form in which a brief is arranged."""

from typing import Any

from django import forms

from evidence.actions.briefs import BriefInput
from evidence.forms.fields import WordsField, ticks
from evidence.forms.items import ItemTicks
from evidence.models import Brief
from evidence.queries.briefs import OFFERED
from partnerships.models import Partnership, Sector

READERS = {
    Brief.Audience.FUNDER: "staff of the Big Lottery Fund and the evaluation team",
    Brief.Audience.PARTNERSHIPS: "also the reporters of every partnership; a lead evaluator issues it",
    Brief.Audience.PUBLIC: "everybody; a lead evaluator issues it",
}


class BriefForm(ItemTicks):
    title = WordsField(label="Title", max_length=160, error_messages={"required": "Give the brief a title."})
    audience = forms.ChoiceField(
        label="Who is it for?",
        choices=[(circle, f"{circle.label}: {READERS[circle]}") for circle in Brief.Audience],
        widget=forms.RadioSelect,
        help_text="It holds what these readers may read, and nothing else. Once issued this stays.",
        error_messages={"required": "Choose who it is for."},
    )
    introduction = WordsField(
        label="Introduction",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What the meeting is about, and what to look for. These are your own words: name nobody.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        person: Any,
        entries: list[Any],
        offered: dict[str, list[tuple[str, str]]],
        **kwargs: Any,
    ) -> None:
        """``entries`` are the items it holds already, each with its place, note and examples to choose."""
        super().__init__(*args, person=person, **kwargs)
        self.codes = [entry.item.code for entry in entries]
        self.titles = {item.code: str(item) for item in self.items}
        self.fields["partnerships"] = ticks(
            "Only findings about these partnerships",
            list(Partnership.objects.visible_to(person).values_list("slug", "name")),
            help_text="None chosen means all.",
        )
        self.fields["sectors"] = ticks(
            "Only findings about these sectors",
            list(Sector.objects.visible_to(person).values_list("code", "name")),
            help_text="None chosen means all.",
        )
        for code in self.codes:
            self.add_entry(code, offered.get(code, []))

    def add_entry(self, code: str, offered: list[tuple[str, str]]) -> None:
        self.fields[f"position-{code}"] = forms.IntegerField(
            label="Place", required=False, min_value=1, max_value=99
        )
        self.fields[f"coding-{code}-note"] = WordsField(
            label="Your note",
            max_length=2_000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text="It stands under the item, as the note of the brief's author.",
        )
        self.fields[f"examples-{code}"] = ticks(
            "Examples",
            offered,
            help_text="Up to three. With none chosen, the newest of each direction is taken. "
            f"At most {OFFERED} are offered.",
        )

    def arranged(self) -> list[tuple[str, list[Any]]]:
        """The items it holds already with the fields of each."""
        names = ("position-{}", "coding-{}-note", "examples-{}")
        return [
            (self.titles[code], [self[name.format(code)] for name in names if self.is_asked(name, code)])
            for code in self.codes
        ]

    def is_asked(self, name: str, code: str) -> bool:
        """An item without a finding has no examples to choose."""
        return not name.startswith("examples") or bool(self.fields[name.format(code)].choices)  # type: ignore[attr-defined]

    def brief_input(self) -> BriefInput:
        said = self.cleaned_data
        chosen = self.chosen_items()
        # Those without a place, and new ones, come last, in the order of the review.
        chosen.sort(key=lambda code: said.get(f"position-{code}") or 100)
        return BriefInput(
            title=said["title"],
            audience=said["audience"],
            introduction=said["introduction"],
            items=chosen,
            notes={code: said.get(f"coding-{code}-note", "") for code in chosen},
            examples={code: said.get(f"examples-{code}", []) for code in chosen},
            partnerships=said["partnerships"],
            sectors=said["sectors"],
        )


def initial_of(brief: Brief, entries: list[Any]) -> dict[str, Any]:
    """What a brief says now, as the form shows it."""
    initial: dict[str, Any] = {
        "title": brief.title,
        "audience": brief.audience,
        "introduction": brief.introduction,
        "version": brief.version,
        "partnerships": [row["key"] for row in brief.about_partnerships],
        "sectors": [row["key"] for row in brief.about_sectors],
    }
    for entry in entries:
        code = entry.item.code
        initial.setdefault(f"items-{entry.item.kind}", []).append(code)
        initial[f"position-{code}"] = entry.position
        initial[f"coding-{code}-note"] = entry.note
        initial[f"examples-{code}"] = entry.chosen
    return initial
