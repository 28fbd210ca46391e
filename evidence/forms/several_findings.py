"""The form in which several findings of one source are stated at once."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict

from evidence.actions.finding_input import FindingInput
from evidence.forms.finding import FindingForm, Offer, offer_for, problems_of
from evidence.forms.picker import LINE_PARTS, CodingLines
from evidence.models import Source, Visibility
from evidence.models.visibility import narrower
from partnerships.models import Person

IN_COMMON = ("partnerships", "programme_wide", "sectors")
# What a row posts under its own number.
OWN_WORDS = ("text", "quote", *LINE_PARTS)
ROWS_AT_FIRST = ("1", "2")
MOST_ROWS = 12
PATTERN_ROW = "__row__"


class FindingRowForm(FindingForm):
    """One of several findings: what was found, a quote, what it bears on, who may read it."""

    picker_class = CodingLines
    picker: CodingLines
    focus = ""  # where a person goes on after adding something: "text" or "line"

    def __init__(self, *args: Any, source: Source, **kwargs: Any) -> None:
        super().__init__(*args, known_source=source, **kwargs)
        self.rest_on(source.ref, source)
        self.picker.stem = f"id_{self.add_prefix('line')}"
        self.fields["text"].widget.attrs["rows"] = 3
        self.fields["quote"].widget.attrs["rows"] = 2
        self.fields["quote"].help_text = "Replace names of people by [brackets]."
        readers = self.fields["visibility"]
        readers.widget = forms.Select(choices=Visibility.choices)
        readers.initial = narrower(Visibility.FUNDER, source.consent_scope)

    @property
    def error_links(self) -> list[tuple[str, str]]:
        """Each error with the address of its place."""
        own = [(str(error), f"#{field.auto_id}") for field in self for error in field.errors]
        return own + self.picker.error_links


class SeveralFindingsForm(forms.Form):
    """What the findings of a page have in common, with one form for each of them in ``rows``.

    Bound, it judges the rows in which something was typed; with ``typed`` it shows that without judging it.
    """

    use_required_attribute = False

    # For what is kept while one types: it goes with the consent of this source.
    source_ref = forms.CharField(required=False, widget=forms.HiddenInput)
    submission_key = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        person: Person,
        source: Source,
        is_for_review: bool = False,
        typed: QueryDict | None = None,
    ) -> None:
        super().__init__(data, initial=self.first_shown(source))
        self.person, self.source, self.is_for_review = person, source, is_for_review
        self.offer: Offer = offer_for(person)
        self.pattern = self.row(PATTERN_ROW)
        self.fields |= {name: self.pattern.fields[name] for name in IN_COMMON}
        stated = typed if data is None else data
        numbers = row_numbers(stated) if stated else list(ROWS_AT_FIRST)
        self.rows = [self.row_of(number, data, typed) for number in numbers]
        if typed:
            for name in (*IN_COMMON, "submission_key"):
                self.initial[name] = self.fields[name].widget.value_from_datadict(typed, {}, name)

    @staticmethod
    def first_shown(source: Source) -> dict[str, Any]:
        """What can be taken over from the source."""
        study, sector = source.case_study, source.respondent_sector
        return {
            "source_ref": source.ref,
            "submission_key": str(uuid.uuid4()),
            "partnerships": [study.partnership.slug] if study else [],
            "sectors": [sector.code] if sector else [],
        }

    def row_of(self, number: str, data: QueryDict | None, typed: QueryDict | None) -> FindingRowForm:
        if data is not None and (says_something(data, number) or is_first_of_none(data, number)):
            return self.row(number, with_common(data, number, self.source))
        row = self.row(number)
        if typed or data:
            row.show_typed(typed or data)  # type: ignore[arg-type]
        return row

    def row(self, number: str, data: QueryDict | None = None) -> FindingRowForm:
        return FindingRowForm(
            data,
            prefix=number,
            person=self.person,
            source=self.source,
            offer=self.offer,
            is_for_review=self.is_for_review,
        )

    def go_on_at(self, number: str, focus: str) -> None:
        """Put the focus into this row, or into the last one there is."""
        row = next((row for row in self.rows if row.prefix == number), self.rows[-1])
        row.focus = focus
        if focus == "text":
            row.fields["text"].widget.attrs["autofocus"] = True

    @property
    def stated_rows(self) -> list[FindingRowForm]:
        return [row for row in self.rows if row.is_bound]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.gather_errors()
        return cleaned

    def is_valid(self) -> bool:
        return super().is_valid() and all(row.is_valid() for row in self.stated_rows)

    @property
    def has_errors(self) -> bool:
        return self.is_bound and not self.is_valid()

    def gather_errors(self) -> None:
        """Say once, at the top, what is wrong with that which the rows have in common."""
        for row in self.stated_rows:
            for name in (*IN_COMMON, NON_FIELD_ERRORS):
                said = list(self.errors.get(name, []))
                for message in row.errors.pop(name, []):
                    if message not in said:
                        self.add_error(None if name == NON_FIELD_ERRORS else name, message)

    def refuse(self, refusals: Mapping[int, ValidationError]) -> None:
        """Put what an action found wrong beside the fields, by the place of the finding."""
        for place, refusal in refusals.items():
            self.stated_rows[place].add_problems(problems_of(refusal))
        self.gather_errors()

    @property
    def error_links(self) -> list[tuple[str, str]]:
        """The errors of the rows with the finding each speaks of."""
        return [
            (f"Finding {place}: {message}", href)
            for place, row in enumerate(self.rows, 1)
            for message, href in row.error_links
        ]

    def finding_inputs(self) -> list[FindingInput]:
        """The content of each finding as the actions take it. Only after ``is_valid``."""
        return [row.finding_input() for row in self.stated_rows]


def row_numbers(data: QueryDict) -> list[str]:
    """The rows that a page posts, in their order."""
    numbers = [number for number in dict.fromkeys(data.getlist("row")) if is_number(number)]
    return numbers[:MOST_ROWS] or [ROWS_AT_FIRST[0]]


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5


def says_something(data: QueryDict, number: str) -> bool:
    return any(value.strip() for name in OWN_WORDS for value in data.getlist(f"{number}-{name}"))


def is_first_of_none(data: QueryDict, number: str) -> bool:
    """Whether to ask for this row's words, since no row has any."""
    numbers = row_numbers(data)
    return number == numbers[0] and not any(says_something(data, other) for other in numbers)


def with_common(data: QueryDict, number: str, source: Source) -> QueryDict:
    """What was posted, with what is in common under this row's number too."""
    own = data.copy()
    own[f"{number}-source_ref"] = source.ref
    for name in IN_COMMON:
        own.setlist(f"{number}-{name}", data.getlist(name))
    return own


# What can be done to a page without saving it: each gives what should be shown next.


def as_it_is(data: QueryDict, number: str) -> QueryDict:
    """What was posted: shown again, each row has an empty line more."""
    return data


def with_one_more(data: QueryDict, number: str = "") -> QueryDict:
    """What was posted, with an empty row more, as long as there is room."""
    numbers = row_numbers(data)
    after = data.copy()
    after.setlist("row", [*numbers, str(max(map(int, numbers)) + 1)])
    return after


def without_row(data: QueryDict, number: str) -> QueryDict:
    """What was posted but for one row; the last one there is becomes an empty one."""
    rest = [other for other in row_numbers(data) if other != number]
    after = data.copy()
    for name in list(after):
        if name.startswith(f"{number}-"):
            del after[name]
    after.setlist("row", rest or [number])
    return after
