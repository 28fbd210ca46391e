"""The forms of rounds and questionnaires."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from evidence.actions.questionnaires import QuestionInput
from evidence.actions.rounds import RoundInput
from evidence.forms.fields import DayField, WordsField
from evidence.forms.fieldwork import offer
from evidence.forms.steps import StepForm
from evidence.models import FrameworkItem, Question, Questionnaire, Round, Section
from partnerships.models import Partnership

Kind = Question.Kind
COLUMN_KINDS = {
    "text": Kind.TEXT,
    "number": Kind.NUMBER,
    "money": Kind.MONEY,
    "date": Kind.DATE,
    "choice": Kind.CHOICE,
}
BETWEEN = "="
LONGEST_LABEL = 200


class VersionedForm(StepForm):
    """A form about something that has a version."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RoundForm(VersionedForm):
    """What is stated of a round."""

    title = WordsField(
        label="Name of the round",
        max_length=120,
        help_text="Partnerships read it. For example: Spring 2016.",
        error_messages={"required": "Give the round a name."},
    )
    opens_on = DayField(label="First day", error_messages={"required": "Say when it begins."})
    closes_on = DayField(
        label="Last day",
        help_text="Reports that come later are still taken, and marked as late.",
        error_messages={"required": "Say when reports are due."},
    )
    questionnaire = forms.ModelChoiceField(
        label="Questionnaire",
        queryset=Questionnaire.objects.none(),
        to_field_name="slug",
        empty_label=None,
        error_messages={"required": "Choose the questionnaire."},
    )
    partnerships = forms.ModelMultipleChoiceField(
        label="Partnerships",
        queryset=Partnership.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"}),
        help_text="Who is asked. None of them learns of the others.",
    )
    purpose = WordsField(
        label="Why you are asking",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What will be done with the answers. Reporters read it before they begin.",
    )
    funder_reads = forms.ChoiceField(
        label="What the funder reads",
        choices=Round.FunderReads.choices,
        widget=forms.RadioSelect,
        initial=Round.FunderReads.NEVER,
        help_text="Every page of the form tells it to those who fill it in.",
        error_messages={"required": "Choose what the funder reads."},
    )

    reminds_before = forms.IntegerField(
        label="Remind by itself before the last day",
        min_value=1,
        max_value=60,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-day"}),
        help_text=(
            "How many days before it, for example 7. Left empty, nobody is reminded before it except by hand."
        ),
        error_messages={"invalid": "Write a number of days, such as 7."},
    )
    reminds_when_late = forms.BooleanField(
        label="Remind once a week after the last day, until the report comes or the round is closed",
        required=False,
    )

    def __init__(self, *args: Any, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "questionnaire", Questionnaire.objects.visible_to(person))
        offer(self, "partnerships", Partnership.objects.visible_to(person))

    def round_input(self) -> RoundInput:
        stated = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return RoundInput(**stated | {"partnerships": list(stated["partnerships"])})


def round_initial(round_: Round) -> dict[str, Any]:
    """What the form shows of a round that is stored."""
    return {
        "title": round_.title,
        "opens_on": round_.opens_on,
        "closes_on": round_.closes_on,
        "questionnaire": round_.questionnaire.slug,
        "partnerships": [partnership.slug for partnership in round_.partnerships.all()],
        "purpose": round_.purpose,
        "funder_reads": round_.funder_reads,
        "reminds_before": round_.reminds_before,
        "reminds_when_late": round_.reminds_when_late,
        "version": round_.version,
    }


class QuestionnaireForm(VersionedForm):
    """What a questionnaire is called, and what it is for."""

    title = WordsField(
        label="Name", max_length=120, error_messages={"required": "Give the questionnaire a name."}
    )
    purpose = WordsField(
        label="What the answers are for",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Reporters read it before they begin.",
    )


class SectionDetailsForm(VersionedForm):
    """A subject of a questionnaire."""

    title = WordsField(
        label="Subject",
        max_length=120,
        help_text="In a few words. It is the heading of a page.",
        error_messages={"required": "Name the subject."},
    )
    introduction = WordsField(
        label="Introduction",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A sentence or two for the person who fills it in.",
    )


class QuestionForm(VersionedForm):
    """A question: what is asked, how it is answered, and when it is asked at all."""

    text = WordsField(
        label="Question",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="In plain words, one thing at a time.",
        error_messages={"required": "Write the question."},
    )
    help = WordsField(
        label="Help",
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What to think of, and how much is enough.",
    )
    kind = forms.ChoiceField(
        label="How it is answered",
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it is answered."},
    )
    options = WordsField(
        label="Answers to choose from",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One on each line. Reword an answer in its line, and add new ones at the end.",
    )
    columns = WordsField(
        label="Columns of the table",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=(
            "One on each line: its name, = and text, number, money, date or choice. After choice come the "
            "answers, with semicolons: Role = choice: Lead; Core partner; Employer."
        ),
    )
    required = forms.BooleanField(label="Must be answered before the report is submitted", required=False)
    condition = forms.MultipleChoiceField(
        label="Ask it only after one of these answers",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"}),
        help_text="Answers to one earlier question. Without any, it is always asked.",
    )
    items = WordsField(
        label="Items of the framework that it informs",
        max_length=300,
        required=False,
        help_text="Their codes with commas, for example Q5, D3.",
    )
    asks_anew = forms.BooleanField(
        label="This changes what is asked",
        required=False,
        help_text="Tick it when earlier answers can't be compared any more. The question then starts afresh.",
    )

    field_order = (
        "text",
        "help",
        "kind",
        "options",
        "columns",
        "required",
        "condition",
        "items",
        "asks_anew",
    )

    def __init__(
        self, *args: Any, earlier: Sequence[Question], question: Question | None, **kwargs: Any
    ) -> None:
        """``earlier`` are the questions before it that are answered by choosing."""
        super().__init__(*args, **kwargs)
        self.earlier = {other.key: other for other in earlier}
        self.question = question
        choices = [
            (f"{key}{BETWEEN}{value}", f"{label}: {other}")
            for key, other in self.earlier.items()
            for value, label in other.labels.items()
        ]
        cast(forms.MultipleChoiceField, self.fields["condition"]).choices = choices
        if not choices:
            del self.fields["condition"]
        if question is None:
            del self.fields["asks_anew"]

    def clean_options(self) -> list[dict[str, str]]:
        if self.cleaned_data.get("kind") not in (Kind.CHOICE, Kind.CHOICES):
            return []
        known = self.question.options if self.question else []
        labels = lines_of(self.cleaned_data["options"])
        if any(len(label) > LONGEST_LABEL for label in labels):
            raise ValidationError(f"Shorten each answer to {LONGEST_LABEL} characters.")
        return options_from(labels, known)

    def clean_columns(self) -> list[dict[str, Any]]:
        if self.cleaned_data.get("kind") != Kind.TABLE:
            return []
        known = {column["label"]: column for column in (self.question.columns if self.question else [])}
        lines = lines_of(self.cleaned_data["columns"])
        columns: list[dict[str, Any]] = []
        for line in lines:
            column = column_from(line, known)
            taken = {other["key"] for other in columns}
            column["key"] = unique(column["key"], taken)
            columns.append(column)
        return columns

    def clean_items(self) -> list[FrameworkItem]:
        codes = [
            code.strip() for code in self.cleaned_data["items"].replace(";", ",").split(",") if code.strip()
        ]
        items = {item.code.lower(): item for item in FrameworkItem.objects.filter(code__in=codes)}
        items |= {
            item.code.lower(): item
            for item in FrameworkItem.objects.filter(code__in=[code.capitalize() for code in codes])
        }
        if unknown := [code for code in codes if code.lower() not in items]:
            raise ValidationError(f"There is no item {', '.join(unknown)}.")
        return list(dict.fromkeys(items[code.lower()] for code in codes))

    def clean_condition(self) -> tuple[Question | None, list[str]]:
        pairs = [chosen.split(BETWEEN, 1) for chosen in self.cleaned_data["condition"]]
        keys = {key for key, _ in pairs}
        if len(keys) > 1:
            raise ValidationError("Choose answers to one question alone.")
        return (self.earlier[keys.pop()] if keys else None), [value for _, value in pairs]

    def question_input(self) -> QuestionInput:
        stated = self.cleaned_data
        condition, values = stated.get("condition", (None, []))
        return QuestionInput(
            kind=stated["kind"],
            text=stated["text"],
            help=stated["help"],
            required=stated["required"],
            options=stated["options"],
            columns=stated["columns"],
            shown_if=condition,
            shown_if_values=values,
            items=stated["items"],
        )


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def unique(stem: str, taken: set[str]) -> str:
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def options_from(labels: Sequence[str], known: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Options with these labels. One that is known keeps its value: by its label, or by its place in a list
    of the same length, where only the wording changed. So answers given before still mean the same.
    """
    by_label = {option["label"]: option["value"] for option in known}
    kept = [by_label.get(label) for label in labels]
    if len(labels) >= len(known):
        for place, option in enumerate(known):
            if kept[place] is None and option["value"] not in kept:
                kept[place] = option["value"]
    options: list[dict[str, str]] = []
    taken = {value for value in kept if value}
    for label, value in zip(labels, kept, strict=True):
        if value is None:
            value = unique(slugify(label)[:40] or "answer", taken)
            taken.add(value)
        options.append({"value": value, "label": label})
    return options


def column_from(line: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One line such as ``Role = choice: Lead; Employer`` as a column. Raises ValidationError."""
    label, _, rest = (part.strip() for part in line.partition(BETWEEN))
    kind, _, answers = (part.strip() for part in rest.partition(":"))
    if not label or kind not in COLUMN_KINDS:
        names = ", ".join(COLUMN_KINDS)
        raise ValidationError(f"“{line}”: write a name, =, and one of {names}.")
    before = known.get(label)
    options = options_from(
        [answer.strip() for answer in answers.split(";") if answer.strip()],
        before["options"] if before else [],
    )
    if kind == "choice" and len(options) < 2:
        raise ValidationError(
            f"“{label}”: write at least two answers after choice, with a semicolon between."
        )
    return {
        "key": before["key"] if before else slugify(label)[:30] or "column",
        "label": label[:80],
        "kind": str(COLUMN_KINDS[kind]),
        "options": options if kind == "choice" else [],
    }


def line_of_column(column: dict[str, Any]) -> str:
    answers = "; ".join(option["label"] for option in column["options"])
    return f"{column['label']} {BETWEEN} {column['kind']}" + (f": {answers}" if answers else "")


def question_initial(question: Question) -> dict[str, Any]:
    """What the form shows of a question that is stored."""
    condition = question.shown_if
    return {
        "text": question.text,
        "help": question.help,
        "kind": question.kind,
        "options": "\n".join(option["label"] for option in question.options),
        "columns": "\n".join(line_of_column(column) for column in question.columns),
        "required": question.required,
        "condition": [f"{condition.key}{BETWEEN}{value}" for value in question.shown_if_values]
        if condition
        else [],
        "items": ", ".join(item.code for item in question.items.all()),
        "version": question.version,
    }


def details_initial(thing: Section | Questionnaire) -> dict[str, Any]:
    """What the form shows of a section or of a questionnaire itself."""
    words: Any = thing
    second = "introduction" if isinstance(thing, Section) else "purpose"
    return {"title": words.title, second: getattr(words, second), "version": words.version}
