"""The form in which a finding is stated."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from evidence.actions.finding_input import FindingInput, SourceInput, title_from
from evidence.actions.finding_rules import consent_problems, missing_for_readers, refuse_future
from evidence.forms.fields import (
    DayField,
    WordsField,
    consent_fields,
    ticks,
    visibility_field,
    without_nul,
    yes_or_no,
)
from evidence.forms.picker import Choice, ItemPicker
from evidence.models import Finding, FrameworkItem, Reference, Source
from evidence.queries.choices import Choices, choices_for
from partnerships.models import Organisation, Partnership, Person, Sector

# What several findings of one conversation have in common.
SAME_IN_ONE_CONVERSATION = (
    "partnerships",
    "programme_wide",
    "organisations",
    "sectors",
    "source_ref",
)
SOURCE_DETAILS = ("collected_on", "respondent_role", "respondent_sector")
CONSENT = ("consent_scope", "quote_permission")


@dataclass(frozen=True)
class Offer:
    """What a person can choose among, read once for all the forms of a page."""

    choices: Choices
    items: Sequence[FrameworkItem]


def offer_for(person: Person) -> Offer:
    items = FrameworkItem.objects.visible_to(person).defer("statement")
    return Offer(choices_for(person), list(items))


class FindingForm(forms.Form):
    """What an evaluator states of a finding. ``picker`` holds the items it bears on.

    Built for a person, whose choices it offers; ``is_for_review`` asks for all that readers need. A finding
    that rests on a shared ``source`` names it, and states nothing of it.
    """

    use_required_attribute = False
    picker_class = ItemPicker

    text = WordsField(
        label="What did you find?",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="One or a few sentences that somebody else can understand without the transcript.",
        error_messages={"required": "Say what was found."},
    )
    title = WordsField(
        label="Headline",
        max_length=200,
        required=False,
        help_text="Left empty, the first sentence becomes the headline.",
    )
    quote = WordsField(
        label="Words of the source that show it",
        max_length=5_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Replace names of people by [brackets], the same way throughout: [job coach].",
    )
    programme_wide = forms.BooleanField(
        label="It concerns the whole programme, not particular partnerships", required=False
    )
    source_kind = forms.ChoiceField(
        label="Kind of source",
        choices=Source.Kind.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "ticks"}),
        error_messages={"invalid_choice": "Choose a kind of source from the list."},
    )
    collected_on = DayField(
        label="Day of the evidence",
        required=False,
        validators=[refuse_future],
        help_text="When the conversation or survey took place, for example 4/3/2015.",
    )
    respondent_role = WordsField(
        label="What the respondent does",
        max_length=120,
        required=False,
        help_text="A role such as “employer engagement officer”. Never a name.",
    )
    visibility = visibility_field(initial=Finding.Visibility.FUNDER)
    source_ref = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    submission_key = forms.CharField(
        required=False, max_length=36, initial=uuid.uuid4, widget=forms.HiddenInput
    )
    # The ref of the finding before it, when several are logged from one source.
    after = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        person: Person,
        is_for_review: bool = False,
        is_published: bool = False,
        known_source: Source | None = None,
        offer: Offer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        offer = offer or offer_for(person)
        self.is_for_review = is_for_review
        self.is_published = is_published
        self.choices = choices = offer.choices
        self.fields["partnerships"] = ticks("Partnerships", choices.partnerships)
        self.fields["organisations"] = ticks("Organisations", choices.organisations)
        self.fields["sectors"] = ticks(
            "Sectors", choices.sectors, help_text="Those whose part in the partnership it tells of."
        )
        self.fields["references"] = ticks("References", choices.references)
        self.fields["respondent_sector"] = forms.ChoiceField(
            label="Sector of the respondent",
            choices=[("", "Not known, or none"), *choices.sectors],
            required=False,
            error_messages={"invalid_choice": "Choose a sector from the list."},
        )
        self.fields |= consent_fields()
        self.source: Source | None = None
        named = (
            self.data.get(self.add_prefix("source_ref")) if self.is_bound else self.initial.get("source_ref")
        )
        self.rest_on(named or "", known_source)
        if is_published:  # who reads it is changed on a page of its own, with the checklist
            self.fields["visibility"].widget = forms.HiddenInput()
        self.order_fields(ORDER)
        self.picker = self.picker_class(offer.items, choices=self.initial.get("codings", {}))
        if self.is_bound:
            self.picker.read(cast(QueryDict, self.data), self.add_prefix)

    def show_source_of(self, stated: FindingInput) -> None:
        """Take over from the finding before it where it was, and where one has it from."""
        before = initial_of(stated)
        self.initial.update({name: before[name] for name in SAME_IN_ONE_CONVERSATION})
        if isinstance(stated.source, Source):
            self.rest_on(stated.source.ref, stated.source)

    def show_typed(self, typed: QueryDict) -> None:
        """Show what was typed before, as it was, without judging it yet."""
        self.rest_on(typed.get(self.add_prefix("source_ref"), ""))
        for name, field in self.fields.items():
            self.initial[name] = field.widget.value_from_datadict(typed, {}, self.add_prefix(name))
        self.initial["source_ref"] = self.source.ref if self.source else ""
        self.picker.read(typed, self.add_prefix)

    def rest_on(self, ref: str, known: Source | None = None) -> None:
        """Let the finding rest on the shared source of this ref, if this person may log findings from it.

        ``known`` is the one that the finding rests on already, or is copied with.
        """
        if not ref or self.source:
            return
        usable = Source.objects.visible_to(self.person).filter(consent_withdrawn_at=None)
        named = usable.select_related("respondent_sector", "case_study__partnership")
        is_known = known is not None and known.ref == ref
        self.source = known if is_known else named.filter(ref=without_nul(ref)).first()
        if self.source:
            for name in ("source_kind", *SOURCE_DETAILS, *CONSENT):
                del self.fields[name]

    def is_valid(self) -> bool:
        return super().is_valid() and self.picker.is_valid

    @property
    def has_errors(self) -> bool:
        return self.is_bound and not self.is_valid()

    def clean_source_ref(self) -> str:
        ref: str = self.cleaned_data["source_ref"]
        if ref and not self.source:
            self.data = cast(QueryDict, self.data).copy()
            self.data[self.add_prefix("source_ref")] = ""
            raise ValidationError(f"Source {ref} can't be used any more. Say where you have it from instead.")
        return ref

    def clean_consent_scope(self) -> str:
        return self.cleaned_data["consent_scope"] or Finding.Visibility.FUNDER

    def clean_quote_permission(self) -> str:
        return self.cleaned_data["quote_permission"] or yes_or_no(False)

    def clean(self) -> dict[str, Any]:
        self.picker.check()
        cleaned = super().clean() or {}
        if any(cleaned.get(name) for name in SOURCE_DETAILS) and not cleaned.get("source_kind"):
            self.add_problem(
                "source_kind", "Choose the kind of source, so that its day and respondent are kept."
            )
        if self.is_for_review:
            self.add_problems(self.missing(cleaned))
        return cleaned

    def missing(self, cleaned: dict[str, Any]) -> dict[str, list[str]]:
        source = self.source or self._source(cleaned)
        missing = missing_for_readers(
            is_placed=bool(cleaned.get("programme_wide") or cleaned.get("partnerships")),
            source_kind=source.kind if source else "",
            collected_on=source.collected_on if source else cleaned.get("collected_on"),
            is_coded=bool(self.picker.choices),
        )
        visibility = cleaned.get("visibility")
        if not source or not visibility or self.is_published:  # what is published is narrowed instead
            return missing
        return missing | consent_problems(visibility, source, quote=cleaned.get("quote", ""))

    def add_problems(self, problems: dict[str, list[str]]) -> None:
        """Put each problem beside the field it speaks of, unless something was said there already."""
        for name, messages in problems.items():
            for message in messages:
                self.add_problem(name, message)

    def add_problem(self, name: str, message: str) -> None:
        if name == "codings":
            if self.picker.is_valid:
                self.picker.errors.append(message)
        elif name not in self.fields:
            self.add_error(None, message)
        elif name not in self.errors:
            self.add_error(name, message)

    def finding_input(self) -> FindingInput:
        """The content as the actions take it. Only after ``is_valid``."""
        stated = self.cleaned_data
        return FindingInput(
            text=stated["text"],
            title=stated["title"],
            quote=stated["quote"],
            visibility=stated["visibility"],
            programme_wide=stated["programme_wide"],
            partnerships=self._chosen(Partnership, "slug", stated["partnerships"]),
            organisations=self._chosen(Organisation, "slug", stated["organisations"]),
            sectors=self._chosen(Sector, "code", stated["sectors"]),
            source=self.source or self._source(stated),
            codings=self.picker.codings,
            references=self._chosen(Reference, "key", stated["references"]),
        )

    def _source(self, stated: dict[str, Any]) -> SourceInput | None:
        if not stated.get("source_kind"):
            return None
        sector = stated.get("respondent_sector", "")
        return SourceInput(
            kind=stated["source_kind"],
            collected_on=stated.get("collected_on"),
            respondent_role=stated.get("respondent_role", ""),
            respondent_sector=next(iter(self._chosen(Sector, "code", [sector])), None),
            consent_scope=stated.get("consent_scope", Finding.Visibility.FUNDER),
            quote_permission=stated.get("quote_permission") == "yes",
        )

    def _chosen(self, model: Any, key: str, values: Sequence[str]) -> list[Any]:
        """The rows behind chosen keys; no query when nothing was chosen."""
        if not any(values):
            return []
        return list(model.objects.visible_to(self.person).filter(**{f"{key}__in": values}))


# The order of an evaluator's thought, of the page and of the error summary.
ORDER = (
    "text",
    "title",
    "quote",
    "partnerships",
    "programme_wide",
    "organisations",
    "sectors",
    "source_kind",
    "collected_on",
    "respondent_role",
    "respondent_sector",
    *CONSENT,
    "references",
    "visibility",
)


def initial_of(stated: FindingInput) -> dict[str, Any]:
    """What the form shows for content that is stored."""
    shared = stated.source if isinstance(stated.source, Source) else None
    source = stated.source if isinstance(stated.source, SourceInput) else None
    return {
        "text": stated.text,
        # A headline that was taken from the text follows it when the text changes.
        "title": "" if stated.title == title_from(stated.text) else stated.title,
        "quote": stated.quote,
        "visibility": stated.visibility,
        "programme_wide": stated.programme_wide,
        "partnerships": [partnership.slug for partnership in stated.partnerships],
        "organisations": [organisation.slug for organisation in stated.organisations],
        "sectors": [sector.code for sector in stated.sectors],
        "references": [reference.key for reference in stated.references],
        "source_ref": shared.ref if shared else "",
        "source_kind": source.kind if source else "",
        "collected_on": source.collected_on if source else None,
        "respondent_role": source.respondent_role if source else "",
        "respondent_sector": source.respondent_sector.code if source and source.respondent_sector else "",
        "consent_scope": source.consent_scope if source else Finding.Visibility.FUNDER,
        "quote_permission": yes_or_no(source.quote_permission if source else False),
        "codings": {
            coding.item.code: Choice(direction=coding.direction, note=coding.note)
            for coding in stated.codings
        },
    }


def problems_of(refusal: ValidationError) -> dict[str, list[str]]:
    """The messages of an action's refusal by field; what speaks of no field is under ``__all__``."""
    return refusal.message_dict if hasattr(refusal, "error_dict") else {"__all__": refusal.messages}
