"""Which framework items a finding bears on, as the item picker posts and shows it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.http import QueryDict

from evidence.actions.finding_input import CodingInput, coding_problem
from evidence.forms.fields import one_line_end, without_nul
from evidence.models import Coding, FrameworkItem

Kind = FrameworkItem.Kind

KIND_LABELS = {
    Kind.LESSON: "Lessons",
    Kind.BENEFIT: "Benefits",
    Kind.DRIVER: "Drivers",
    Kind.BARRIER: "Barriers",
    Kind.APPROACH: "Approaches",
    Kind.OUTCOME: "Outcomes",
    Kind.RESEARCH_QUESTION: "Research questions",
}
LINE_PARTS = ("item", "direction", "note")
FEWEST_LINES = 2
POSTED = re.compile(r"coding-(?P<code>.+)-(?P<part>direction|note)", re.DOTALL)


@dataclass
class Choice:
    """What the form says of one item; a blank direction means not chosen."""

    direction: str = ""
    note: str = ""

    @property
    def says_something(self) -> bool:
        return bool(self.direction or self.note.strip())


def posted_choices(data: Mapping[str, Any]) -> dict[str, Choice]:
    """What was posted of each code, known or not."""
    choices: dict[str, Choice] = {}
    for name in data:
        if match := POSTED.fullmatch(name):
            setattr(choices.setdefault(match["code"], Choice()), match["part"], data[name])
    return {code: choice for code, choice in choices.items() if choice.says_something}


def field_names(code: str) -> tuple[str, str]:
    return f"coding-{code}-direction", f"coding-{code}-note"


@dataclass
class ItemPicker:
    """The items on offer, what was chosen of them, and what is wrong with the choice."""

    items: Sequence[FrameworkItem]
    choices: dict[str, Choice] = field(default_factory=dict)
    suggested: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    item_errors: dict[str, str] = field(default_factory=dict)

    def read(self, data: QueryDict, name: Callable[[str], str]) -> None:
        """Take over what was posted; ``name`` gives the name of a field in this form."""
        self.choices = posted_choices(data)

    def suggest(self, item: FrameworkItem, *, choose_question: bool) -> None:
        """Offer an item first. A question has one direction only, so it can count as chosen at once."""
        self.suggested.append(item.code)
        if item.is_question and choose_question:
            self.choices.setdefault(item.code, Choice(direction=Coding.Direction.CONTEXT))

    def check(self) -> None:
        """Note everything that is wrong; what can't be shown again in its place is told in full."""
        known = {item.code: item for item in self.items}
        for code, choice in self.choices.items():
            if code not in known:
                self.errors.append(left_out(code, choice))
            elif not choice.direction:
                self.item_errors[code] = "Choose a direction, or clear the note."
            elif problem := coding_problem(coding(known[code], choice)):
                self.item_errors[code] = problem[0].upper() + problem[1:]
            elif "\x00" in choice.note:
                self.item_errors[code] = (
                    "There was an invisible character (NUL) in the note. It is taken out."
                )

    @property
    def is_valid(self) -> bool:
        return not (self.errors or self.item_errors)

    @property
    def codings(self) -> list[CodingInput]:
        return [coding(item, self.choices[item.code]) for item in self.items if item.code in self.choices]

    @property
    def error_links(self) -> list[tuple[str, str]]:
        """Each error with the address of its place, for the summary."""
        whole = [(message, "#item-picker") for message in self.errors]
        return whole + [
            (f"{code}: {message}", f"#coding-{code}-direction") for code, message in self.item_errors.items()
        ]

    @property
    def groups(self) -> list[dict[str, object]]:
        """For the picker's macro: what is chosen or was asked for, then everything else by kind."""
        first = [item for item in self.items if item.code in self.choices or item.code in self.suggested]
        rest = [item for item in self.items if item not in first]
        label = "Chosen so far" if self.choices else "Where you came from"
        groups = [self._group("first", label, first, is_open=True)] if first else []
        for kind, label in KIND_LABELS.items():
            if of_kind := [item for item in rest if item.kind == kind]:
                groups.append(self._group(kind.value, label, of_kind))
        return groups

    def _group(
        self, kind: str, label: str, items: Iterable[FrameworkItem], *, is_open: bool = False
    ) -> dict[str, object]:
        rows = [self._row(item) for item in items]
        return {"kind": kind, "kind_label": label, "items": rows, "open": is_open}

    def _row(self, item: FrameworkItem) -> dict[str, object]:
        choice = self.choices.get(item.code, Choice())
        return {
            "code": item.code,
            "title": item.title,
            "plain_statement": item.plain_statement,
            "meaning": item.meaning,
            "counts_for": item.counts_for,
            "counts_against": item.counts_against,
            "synonyms": item.synonyms,
            "direction": choice.direction,
            "note": without_nul(choice.note),
            "is_question": item.is_question,
            "error": self.item_errors.get(item.code, ""),
        }


@dataclass
class Line:
    """One line of a short form: an item by its code, a direction, a note, and what is wrong with them."""

    code: str = ""
    direction: str = ""
    note: str = ""
    error: str = ""

    @property
    def says_something(self) -> bool:
        return bool(self.code or self.direction or self.note.strip())


@dataclass
class CodingLines(ItemPicker):
    """The same choice as a few lines, for pages with a form for each of several findings.

    ``stem`` is what the ids of its lines begin with.
    """

    lines: list[Line] = field(default_factory=list)
    stem: str = ""

    def read(self, data: QueryDict, name: Callable[[str], str]) -> None:
        columns = [data.getlist(name(part)) for part in LINE_PARTS]
        lines = [Line(*values) for values in zip_longest(*columns, fillvalue="")]
        self.lines = [line for line in lines if line.says_something]
        questions = {item.code for item in self.items if item.is_question}
        for line in self.lines:
            if line.code in questions and not line.direction:
                line.direction = Coding.Direction.CONTEXT
        self.choices = {line.code: Choice(line.direction, line.note) for line in self.lines if line.code}

    def check(self) -> None:
        """Note beside each line what is wrong with it."""
        super().check()
        codes = [line.code for line in self.lines]
        for line in self.lines:
            if not line.code:
                line.error = "Choose the item that this is about, or clear the line."
            elif codes.count(line.code) > 1:
                line.error = f"{line.code} is chosen twice: once is enough."
            else:
                line.error = self.item_errors.get(line.code, "")

    @property
    def is_valid(self) -> bool:
        return super().is_valid and not any(line.error for line in self.lines)

    @property
    def error_links(self) -> list[tuple[str, str]]:
        whole = [(message, f"#{self.stem}-1") for message in self.errors]
        return whole + [
            (line.error, f"#{self.stem}-{place}") for place, line in enumerate(self.lines, 1) if line.error
        ]

    @property
    def shown(self) -> list[Line]:
        """The lines with a few empty ones to go on with."""
        empty = max(FEWEST_LINES - len(self.lines), 1)
        return [*self.lines, *(Line() for _ in range(empty))]

    @property
    def options(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The items by kind, each as its code and what it is called in a list."""
        return [
            (label, [(item.code, f"{item.code} {item.title}") for item in self.items if item.kind == kind])
            for kind, label in KIND_LABELS.items()
        ]


def coding(item: FrameworkItem, choice: Choice) -> CodingInput:
    return CodingInput(item=item, direction=choice.direction, note=one_line_end(choice.note).strip())


def left_out(code: str, choice: Choice) -> str:
    message = f"There is no item with the code “{without_nul(code)[:12]}”, so it was left out."
    return f"{message} Its note was: “{without_nul(choice.note)}”" if choice.note.strip() else message
