"""Rating the statements of one page, and inviting people to rate."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from evidence.actions.ratings import MOST_AT_ONCE, Guests
from evidence.forms.steps import StepForm
from evidence.models import RatingStatement
from evidence.models.rating import LONGEST_REASON, STEP_WORDS, STEPS, Step
from evidence.queries.ratings import RatingPart, Said, digest_of_part
from partnerships.models import Membership, Organisation, Partnership, Sector

BETWEEN_ADDRESSES = re.compile(r"[\s,;]+")
IN_BRACKETS = re.compile(r"<([^<>\s]+)>")
OTHER, NONE = "other", "none"


def step_choices(kind: str) -> list[tuple[str, str]]:
    """The answers from the lowest to the highest step, and last that it doesn't apply."""
    words = STEP_WORDS[kind]
    return [(str(int(step)), words[step]) for step in (*STEPS, Step.DOES_NOT_APPLY)]


class RatingForm(StepForm):
    """One page of statements: for each a step, and why. Nothing must be answered."""

    reason_label = "Why is that so? (only if you like)"

    def __init__(self, data: Any = None, *, part: RatingPart, said: Mapping[str, Said]) -> None:
        initial: dict[str, Any] = {"seen": digest_of_part(said, part.codes)}
        for code in part.codes:
            if entry := said.get(code):
                initial |= {f"step-{code}": str(entry.step), f"why-{code}": entry.reason}
        super().__init__(data, initial=initial)
        self.part = part
        self.fields["seen"] = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
        for statement in part.statements:
            self.add_fields(statement)

    def add_fields(self, statement: RatingStatement) -> None:
        code = statement.item.code
        self.fields[f"step-{code}"] = forms.ChoiceField(
            label=statement.statement,
            choices=step_choices(statement.item.kind),
            required=False,
            widget=forms.RadioSelect,
            error_messages={"invalid_choice": "Choose one of the answers."},
        )
        self.fields[f"why-{code}"] = forms.CharField(
            label=self.reason_label,
            required=False,
            max_length=LONGEST_REASON,
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"max_length": f"Shorten the reason to {LONGEST_REASON:,} characters."},
        )

    @property
    def rows(self) -> list[tuple[RatingStatement, forms.BoundField, forms.BoundField]]:
        """Each statement with the field of its step and that of its reason."""
        return [
            (statement, self[f"step-{statement.item.code}"], self[f"why-{statement.item.code}"])
            for statement in self.part.statements
        ]

    @property
    def said(self) -> dict[str, Said | None]:
        """What a valid form says of each statement; a reason alone says nothing yet."""
        cleaned = self.cleaned_data
        return {
            code: Said(int(step), cleaned[f"why-{code}"].strip())
            if (step := cleaned[f"step-{code}"])
            else None
            for code in self.part.codes
        }


class TeamViewForm(RatingForm):
    """The same for the evaluation team, who say why whatever they choose."""

    reason_label = "Why do you see it so?"

    def show_typed(self, typed: QueryDict) -> None:
        """Show what was typed before, as it was, and what the page had shown then."""
        self.initial = {name: typed.get(name, "") for name in self.fields}

    def add_fields(self, statement: RatingStatement) -> None:
        super().add_fields(statement)
        field: Any = self.fields[f"step-{statement.item.code}"]
        field.choices = [*field.choices[:-1], (field.choices[-1][0], "Doesn't apply to them")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for code in self.part.codes:
            step, why = cleaned.get(f"step-{code}"), cleaned.get(f"why-{code}")
            if why and not step:
                self.add_error(f"step-{code}", "Choose an answer to go with your reason.")
            if step and why is not None and not why.strip():
                self.add_error(f"why-{code}", "Say why you see it so.")
        return cleaned


class InviteForm(StepForm):
    """People of one organisation, by their addresses."""

    addresses = forms.CharField(
        label="E-mail addresses",
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="One or several, as you would paste them into a message: a line each, or with commas "
        f"between. Up to {MOST_AT_ONCE} at once.",
        error_messages={"required": "Write at least one e-mail address."},
    )
    organisation = forms.ChoiceField(
        label="Their organisation", error_messages={"required": "Choose an organisation."}
    )
    other_organisation = forms.CharField(
        label="Name of the other organisation",
        max_length=160,
        required=False,
        help_text="Only if it is not in the list.",
    )
    sector = forms.ChoiceField(
        label="Sector they speak for",
        required=False,
        help_text="Leave it for the sector of a member organisation. Young people and residents speak for "
        "the community.",
    )

    def __init__(self, *arguments: Any, partnership: Partnership, **options: Any) -> None:
        super().__init__(*arguments, **options)
        members = Membership.objects.filter(partnership=partnership, ended_on=None).values("organisation")
        self.organisations = {
            organisation.slug: organisation
            for organisation in Organisation.objects.filter(pk__in=members).select_related("sector")
        }
        self.sectors = {sector.code: sector for sector in Sector.objects.all()}
        organisation, sector = self.fields["organisation"], self.fields["sector"]
        organisation.choices = [  # type: ignore[attr-defined]
            ("", "Choose"),
            *((slug, organisation.name) for slug, organisation in self.organisations.items()),
            (OTHER, "Another organisation"),
            (NONE, "No organisation"),
        ]
        sector.choices = [  # type: ignore[attr-defined]
            ("", "The organisation's own"),
            *((code, sector.name) for code, sector in self.sectors.items()),
        ]

    def clean_addresses(self) -> list[str]:
        """The addresses alone, also out of “Name <address>”."""
        text = self.cleaned_data["addresses"]
        bracketed = IN_BRACKETS.findall(text)
        if bracketed:
            text = IN_BRACKETS.sub(",", text)
            rest = [word for word in BETWEEN_ADDRESSES.split(text) if "@" in word]
            return [*bracketed, *rest]
        return [word for word in BETWEEN_ADDRESSES.split(text) if word]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("organisation")
        if chosen == OTHER and not cleaned.get("other_organisation"):
            self.add_error("other_organisation", "Write the name of the organisation.")
        if chosen in (OTHER, NONE) and not cleaned.get("sector"):
            self.add_error("sector", "Choose the sector they speak for.")
        return cleaned

    @property
    def other_name(self) -> str:
        names = {OTHER: self.cleaned_data["other_organisation"], NONE: "No organisation"}
        return names.get(self.cleaned_data["organisation"], "")

    @property
    def guests(self) -> Guests:
        """What a valid form says."""
        cleaned = self.cleaned_data
        organisation = self.organisations.get(cleaned["organisation"])
        sector = cleaned["sector"] or self.organisations[cleaned["organisation"]].sector.code
        return Guests(
            addresses=cleaned["addresses"],
            organisation=organisation,
            other_organisation=self.other_name,
            sector=self.sectors[sector],
        )


class OwnRatingForm(StepForm):
    """A reporter begins to rate: for which sector they speak."""

    sector = forms.ModelChoiceField(
        label="Which sector do you speak for?",
        queryset=Sector.objects.all(),
        to_field_name="code",
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose the sector you speak for.",
            "invalid_choice": "Choose one of the sectors.",
        },
    )
