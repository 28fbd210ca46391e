"""The forms in which evaluators decide about answers of accepted reports."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import Truncator

from evidence.forms.fields import WordsField, ticks
from evidence.forms.finding import FindingForm
from evidence.forms.steps import StepForm
from evidence.models import Finding, Proposal, Source
from evidence.models.visibility import narrower
from evidence.queries.promises import limits_of

LONGEST_QUOTE = 5_000


class TakeAnswerForm(FindingForm):
    """A finding that is made of an answer: the answer quoted, its items offered without a direction."""

    # Where what is typed here belongs, should it be left unsaved.
    answer = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, proposal: Proposal, source: Source, others: Iterable[Proposal], **kwargs: Any
    ) -> None:
        super().__init__(*args, known_source=source, **kwargs)
        self.rest_on(source.ref, source)
        self.fields["along"] = ticks(
            "Other answers of this report that say the same",
            [(one.ref, f"{one.question} {Truncator(one.words).words(12)}") for one in others],
            help_text="They are merged into this finding, and stay with it in their own words.",
        )
        readers = self.fields["visibility"]
        readers.initial = narrower(Finding.Visibility.FUNDER, limits_of(source).consent_scope)
        self.initial.update(first_words(proposal, source))
        for item in proposal.question.items.all():
            self.picker.suggest(item, choose_question=not self.is_bound)


def first_words(proposal: Proposal, source: Source) -> dict[str, Any]:
    """What the form holds before anybody has typed: the answer as quote, and where it is from."""
    items = proposal.question.items.all()
    return {
        "quote": shortened(proposal.words),
        "partnerships": [proposal.self_report.partnership.slug],
        "sectors": sorted({sector.code for item in items for sector in item.sectors.all()}),
        "source_ref": source.ref,
        "answer": proposal.ref,
    }


def shortened(words: str) -> str:
    """An answer that is longer than any quote, cut at a word."""
    if len(words) <= LONGEST_QUOTE:
        return words
    return words[: LONGEST_QUOTE - 2].rsplit(maxsplit=1)[0] + " …"


class MergeForm(StepForm):
    """Which finding an answer is merged into: one of the same report, or any other."""

    among = forms.ChoiceField(
        label="A finding of this report", required=False, widget=forms.RadioSelect, choices=[]
    )
    finding = WordsField(
        label="Or any other finding",
        max_length=10,
        required=False,
        help_text="Its ref, such as F-7KQ2M9XW.",
    )

    def __init__(self, *args: Any, findings: Iterable[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.ref, f"{one.ref} {one.title}") for one in findings]
        if choices:
            self.fields["among"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["among"]
            self.fields["finding"].label = "Which finding"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = {cleaned.get("finding", "").strip().upper(), cleaned.get("among", "")} - {""}
        if len(chosen) > 1:
            self.add_error("finding", "Choose one finding, not two.")
        elif not chosen and not self.errors:
            self.add_error("finding", "Choose a finding.")
        cleaned["ref"] = next(iter(chosen), "")
        return cleaned


class DropForm(StepForm):
    """Why nothing is made of answers."""

    reason = WordsField(
        label="Why nothing is made of it",
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The evaluation team alone reads it. For example: it says no more than the review does.",
    )
