"""The pages of a self-report as forms, made of the questions of its questionnaire."""

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from evidence.actions.self_reports import TypedAnswer
from evidence.forms.fields import DayField, WordsField, ticks
from evidence.forms.steps import StepForm
from evidence.models import Answer, Question
from evidence.models.answer_values import (
    LONGEST_LONG_TEXT,
    MOST_ROWS,
    checked,
    digest_of,
    empty_of,
    is_empty,
)
from evidence.queries.reports import Line, State, SubjectLines

Kind = Question.Kind
FEWEST_ROWS = 3
MOST_DIGITS = 15
SEEN = re.compile(r"(\d{1,9})\.([0-9a-f]{16})")


class FigureField(WordsField):
    """A number as people write it: 1,200 or 3.5."""

    message = "Write a number, such as 12 or 3.5."

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "input-day", "autocomplete": "off"})
        super().__init__(max_length=30, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = re.sub(r"[\s,]", "", super().clean(value))
        return self.figure(text) if text else ""

    def figure(self, text: str) -> int | float:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValidationError(self.message) from None
        # 1e999999999 is short to write and long to hold.
        if not number.is_finite() or number.adjusted() > MOST_DIGITS:
            raise ValidationError(self.message)
        return int(number) if number == number.to_integral_value() else float(number)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:,}" if isinstance(value, int | float) else super().prepare_value(value)


class PoundsField(FigureField):
    """An amount as people write it: £12,500."""

    message = "Write whole pounds, such as 12,500."

    def figure(self, text: str) -> int | float:
        amount = super().figure(text.removeprefix("£"))
        if not isinstance(amount, int):
            raise ValidationError(self.message)
        return amount


class ChoiceButtons(forms.ChoiceField):
    """One of several as radio buttons, with no answer as long as nobody has chosen."""

    def __init__(self, *, options: Sequence[dict[str, str]], **more: Any) -> None:
        choices = [(option["value"], option["label"]) for option in options]
        super().__init__(
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "Choose one of the answers."},
            **more,
        )


def field_for(question: Question) -> forms.Field:
    """The field of a question that is answered in one."""
    options: dict[str, Any] = {"label": question.text, "help_text": question.help, "required": False}
    if question.kind == Kind.CHOICE:
        return ChoiceButtons(options=question.options, **options)
    if question.kind == Kind.CHOICES:
        field = ticks(question.text, list(question.labels.items()), help_text=question.help)
        field.widget.attrs = {}
        return field
    if question.kind == Kind.LONG_TEXT:
        return WordsField(max_length=LONGEST_LONG_TEXT, widget=forms.Textarea(attrs={"rows": 5}), **options)
    return field_of_kind(question.kind, **options)


def field_of_kind(kind: str, **options: Any) -> forms.Field:
    """A field of one line."""
    if kind == Kind.DATE:
        return DayField(**options)
    if kind == Kind.NUMBER:
        return FigureField(**options)
    if kind == Kind.MONEY:
        return PoundsField(**options)
    return WordsField(max_length=300, **options)


class RowForm(forms.Form):
    """One row of a table."""

    use_required_attribute = False

    def __init__(self, *args: Any, columns: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in columns:
            self.fields[column["key"]] = field_of_column(column)

    @property
    def row(self) -> dict[str, Any]:
        return {name: plain(value) for name, value in self.cleaned_data.items()}


def field_of_column(column: dict[str, Any]) -> forms.Field:
    if column["kind"] == Kind.CHOICE:
        choices = [(option["value"], option["label"]) for option in column["options"]]
        return forms.ChoiceField(
            label=column["label"],
            choices=[("", "Choose"), *choices],
            required=False,
            error_messages={"invalid_choice": "Choose one from the list."},
        )
    return field_of_kind(column["kind"], label=column["label"], required=False)


def plain(value: Any) -> Any:
    """What a field gives, as answers hold it."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return "" if value is None else value


@dataclass(frozen=True)
class TableRows:
    """The rows of a table question in the form."""

    name: str
    forms: list[RowForm]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Each message, with the place it is about."""
        return [
            (f"Row {number}, {bound.label}: {message}", f"#{bound.auto_id}")
            for number, form in enumerate(self.forms, start=1)
            for bound in form
            for message in bound.errors
        ]


class SectionForm(StepForm):
    """One subject of a report. Nothing has to be answered yet: what must be is asked for on submitting."""

    finished = forms.ChoiceField(
        label="Is this subject finished?",
        choices=[("yes", "Yes, for now"), ("no", "No, we will come back to it")],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, data: QueryDict | None = None, *, subject: SubjectLines, shown: QueryDict | None = None
    ) -> None:
        """``data`` is what was sent, to be judged; ``shown`` is what was typed, to be shown as it is."""
        super().__init__(data)
        self.lines = lines_on_page(subject)
        self.tables: dict[str, TableRows] = {}
        typed = data if data is not None else shown
        for line in self.lines:
            self.add_question(line, typed)
        self.initial["finished"] = "yes" if subject.state == State.FINISHED else ""
        self.order_fields([*(name for name in self.fields if name != "finished"), "finished"])
        if shown is not None:
            for name, field in self.fields.items():
                self.initial[name] = field.widget.value_from_datadict(shown, {}, name)

    def add_question(self, line: Line, typed: QueryDict | None) -> None:
        question, name = line.question, f"q-{line.question.key}"
        seen = f"{line.answer.version if line.answer else 0}.{digest_of(line.value)}"
        self.fields[f"seen-{question.key}"] = forms.CharField(required=False, widget=forms.HiddenInput)
        self.initial[f"seen-{question.key}"] = seen
        if question.kind == Kind.TABLE:
            self.tables[question.key] = self.rows_of(line, typed)
        elif question.kind == Kind.LINK:
            link = line.value or {"address": "", "label": ""}
            self.fields[f"{name}.address"] = WordsField(
                label=question.text, help_text=question.help, required=False, max_length=500
            )
            self.fields[f"{name}.label"] = WordsField(label="What it is", required=False, max_length=300)
            self.initial.update({f"{name}.address": link["address"], f"{name}.label": link["label"]})
        else:
            self.fields[name] = field_for(question)
            self.initial[name] = shown_value(question, line.value)

    def rows_of(self, line: Line, typed: QueryDict | None) -> TableRows:
        """As many rows as were sent, or the stored ones and an empty one, and never less than a few."""
        question, name = line.question, f"q-{line.question.key}"
        stored = line.value
        number = len(stored) + 1
        if typed is not None:
            number = rows_sent(typed, question.key) or number
        number = max(FEWEST_ROWS, min(number, MOST_ROWS))
        rows = []
        for place in range(number):
            prefix = f"{name}.{place}"
            row = RowForm(self.data if self.is_bound else None, prefix=prefix, columns=question.columns)
            if typed is not None:
                row.initial = {
                    key: field.widget.value_from_datadict(typed, {}, f"{prefix}-{key}")
                    for key, field in row.fields.items()
                }
            elif place < len(stored):
                row.initial = {
                    column["key"]: shown_cell(column, stored[place].get(column["key"], ""))
                    for column in question.columns
                }
            rows.append(row)
        return TableRows(f"rows-{question.key}", rows)

    def is_valid(self) -> bool:
        rows = [row.is_valid() for table in self.tables.values() for row in table.forms]
        return super().is_valid() and all(rows)

    @property
    def has_errors(self) -> bool:
        return bool(self.is_bound and (self.errors or self.row_errors))

    @property
    def row_errors(self) -> list[tuple[str, str]]:
        return [error for table in self.tables.values() for error in table.errors]

    def typed_answers(self) -> Iterator[TypedAnswer]:
        """Each answer as it was left, with what the page had shown."""
        for line in self.lines:
            seen = SEEN.fullmatch(self.cleaned_data[f"seen-{line.question.key}"])
            yield TypedAnswer(
                line.question,
                self.value_of(line.question),
                seen_version=int(seen[1]) if seen else 0,
                seen_digest=seen[2] if seen else "",
            )

    def value_of(self, question: Question) -> Any:
        name = f"q-{question.key}"
        if question.kind == Kind.TABLE:
            return [row.row for row in self.tables[question.key].forms if any(map(said, row.row.values()))]
        if question.kind == Kind.LINK:
            link = {part: self.cleaned_data[f"{name}.{part}"] for part in ("address", "label")}
            return link if any(link.values()) else ""
        return plain(self.cleaned_data[name])

    def clean(self) -> dict[str, Any]:
        """What the shape of answers forbids and no field has noticed, beside the question."""
        cleaned = super().clean() or {}
        for line in self.lines:
            question, name = line.question, f"q-{line.question.key}"
            names = [f"{name}.address", f"{name}.label"] if question.kind == Kind.LINK else [name]
            if question.kind == Kind.TABLE or any(one not in cleaned for one in names):
                continue
            try:
                checked(question, self.value_of(question))
            except ValidationError as refusal:
                self.add_error(names[0], refusal)
        return cleaned

    @property
    def says_finished(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["finished"])


def rows_sent(data: QueryDict, key: str) -> int:
    """How many rows of a table a page had, as it says itself; 0 when it doesn't."""
    sent = data.get(f"rows-{key}", "")
    return int(sent[:4]) if sent.isascii() and sent.isdecimal() else 0


def said(value: Any) -> bool:
    return not is_empty(value)


def lines_on_page(subject: SubjectLines) -> list[Line]:
    """The questions of a page: those that are asked, and those that an answer on it can bring up."""
    on_page: list[Line] = []
    keys: set[str] = set()
    for line in subject.lines:
        condition = line.question.shown_if
        if line.is_asked or (condition and condition.key in keys):
            on_page.append(line)
            keys.add(line.question.key)
    return on_page


def shown_value(question: Question, value: Any) -> Any:
    if question.kind == Kind.DATE and value:
        return datetime.date.fromisoformat(value)
    return value


def shown_cell(column: dict[str, Any], value: Any) -> Any:
    return datetime.date.fromisoformat(value) if column["kind"] == Kind.DATE and value else value


# Taking an answer over into what was typed


def put_answer(data: QueryDict, question: Question, value: Any) -> None:
    """Write a stored answer into the fields of a page, in place of what stands there."""
    name = f"q-{question.key}"
    # A dot stands between a key and a part of its answer, since no key has one.
    for field in [field for field in data if field == name or field.startswith(f"{name}.")]:
        del data[field]
    if question.kind == Kind.TABLE:
        data[f"rows-{question.key}"] = str(len(value) + 1)
        for place, row in enumerate(value):
            for key, cell in row.items():
                data[f"{name}.{place}-{key}"] = "" if is_empty(cell) else f"{cell}"
    elif question.kind == Kind.LINK:
        for part in ("address", "label"):
            data[f"{name}.{part}"] = value[part] if value else ""
    elif question.kind == Kind.CHOICES:
        data.setlist(name, list(value))
    else:
        data[name] = "" if is_empty(value) else f"{value}"


def put_seen(data: QueryDict, question: Question, answer: Answer | None) -> None:
    """Let a page know what is stored now, so that its person decides in knowledge of it."""
    value = answer.value if answer else empty_of(question)
    data[f"seen-{question.key}"] = f"{answer.version if answer else 0}.{digest_of(value)}"


class SubmitForm(StepForm):
    """The declaration with which a report is handed in."""

    declared = forms.BooleanField(
        label="I may submit this report for the partnership, and it is right as far as we know",
        required=False,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReturnForm(StepForm):
    """Why a report goes back: in general, and question by question."""

    reason = WordsField(
        label="What should change, in general",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="The partnership reads it. It stays in the record.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = [line.question.key for line in lines]
        for line in lines:
            self.fields[f"reason-{line.question.key}"] = WordsField(
                label=f"What should change in “{line.question}”",
                max_length=5_000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def reason_for(self, key: str) -> forms.BoundField:
        return self[f"reason-{key}"]

    @property
    def reasons(self) -> Mapping[str, str]:
        return {key: self.cleaned_data[f"reason-{key}"] for key in self.keys}


class NoteForm(StepForm):
    """A word to colleagues about one question."""

    text = WordsField(
        label="Note",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only the people who report for your partnership ever read it.",
        error_messages={"required": "Write what you want to say."},
    )

    def __init__(self, *args: Any, colleagues: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = colleagues
        if colleagues:
            self.fields["addressee"] = forms.ChoiceField(
                label="Who should be told by e-mail?",
                choices=[("", "Nobody"), *((key, str(person)) for key, person in colleagues.items())],
                required=False,
            )

    @property
    def addressee(self) -> Any:
        return self.colleagues.get(self.cleaned_data.get("addressee", ""))
