"""The forms of case studies and of the sources in them."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from evidence.actions.fieldwork import CaseStudyInput, SourceEntry
from evidence.actions.finding_rules import refuse_future
from evidence.forms.fields import DayField, WordsField, consent_fields, yes_or_no
from evidence.forms.steps import StepForm
from evidence.models import CaseStudy, Source, Wave
from partnerships.access import Role
from partnerships.models import Partnership, Person, Sector


def offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Let a person choose among these rows."""
    cast(forms.ModelChoiceField, form.fields[name]).queryset = rows


class CaseStudyForm(StepForm):
    """What the evaluators of a case study say of it."""

    methods = WordsField(
        label="How it was done",
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Who was chosen and how, what was asked, what could not be done.",
    )
    narrative = WordsField(
        label="The story of the partnership",
        max_length=100_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text="In Markdown: # heading, *emphasis*, - list, > quotation. Replace names by [brackets].",
    )
    planned_interviews = forms.IntegerField(
        label="Interviews planned",
        min_value=0,
        max_value=1_000,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-day"}),
        error_messages={"invalid": "Write a number, such as 12."},
    )
    evaluators = forms.ModelMultipleChoiceField(
        label="Evaluators",
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"}),
        help_text="Who did the fieldwork. They can edit the case study and its sources.",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Evaluators know each other; for everybody else people are not listed.
        team = Person.objects.filter(role_assignments__role__in=[Role.EVALUATOR, Role.LEAD], is_active=True)
        offer(self, "evaluators", team.distinct())

    def case_study_input(self) -> CaseStudyInput:
        stated = self.cleaned_data
        return CaseStudyInput(
            evaluators=list(stated["evaluators"]),
            methods=stated.get("methods", ""),
            narrative=stated.get("narrative", ""),
            planned_interviews=stated["planned_interviews"],
        )


class NewCaseStudyForm(CaseStudyForm):
    """A case study to be begun: of which partnership, in which wave."""

    field_order = ("partnership", "wave", "evaluators", "planned_interviews")
    # Written afterwards, on a page that is kept while it is typed.
    methods = narrative = None  # type: ignore[assignment]

    partnership = forms.ModelChoiceField(
        label="Partnership",
        queryset=Partnership.objects.none(),
        to_field_name="slug",
        error_messages={"required": "Choose the partnership."},
    )
    wave = forms.ModelChoiceField(
        label="Wave of fieldwork",
        queryset=Wave.objects.none(),
        error_messages={"required": "Choose the wave."},
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "partnership", Partnership.objects.visible_to(person))
        offer(self, "wave", Wave.objects.visible_to(person))


def study_initial(study: CaseStudy) -> dict[str, Any]:
    """What the form shows of a case study that is stored."""
    return {
        "evaluators": list(study.evaluators.all()),
        "methods": study.methods,
        "narrative": study.narrative,
        "planned_interviews": study.planned_interviews,
        "version": study.version,
    }


class SourceForm(StepForm):
    """A source by itself: what it is, and what those behind it have agreed to."""

    label = WordsField(
        label="What the team calls it",
        max_length=120,
        required=False,
        help_text="For the evaluation team alone, for example “Interview 7”. Never a name.",
    )
    source_kind = forms.ChoiceField(
        label="Kind of source",
        choices=Source.Kind.choices,
        widget=forms.RadioSelect(attrs={"class": "ticks"}),
        error_messages={
            "required": "Choose the kind of source.",
            "invalid_choice": "Choose a kind of source from the list.",
        },
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
    respondent_sector = forms.ModelChoiceField(
        label="Sector of the respondent",
        queryset=Sector.objects.none(),
        to_field_name="code",
        required=False,
        empty_label="Not known, or none",
    )
    anonymised = forms.BooleanField(
        label="The material is anonymised", required=False, help_text="Who ticks this, and when, is kept."
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    field_order = (
        "label",
        "source_kind",
        "collected_on",
        "respondent_role",
        "respondent_sector",
        "consent_scope",
        "quote_permission",
        "anonymised",
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "respondent_sector", Sector.objects.visible_to(person))
        self.fields |= consent_fields()
        for name in ("consent_scope", "quote_permission"):
            self.fields[name].required = True
        self.order_fields(self.field_order)

    def source_entry(self) -> SourceEntry:
        stated = self.cleaned_data
        return SourceEntry(
            kind=stated["source_kind"],
            label=stated["label"],
            collected_on=stated["collected_on"],
            respondent_role=stated["respondent_role"],
            respondent_sector=stated["respondent_sector"],
            consent_scope=stated["consent_scope"],
            quote_permission=stated["quote_permission"] == "yes",
            anonymised=stated["anonymised"],
        )


def source_initial(source: Source) -> dict[str, Any]:
    """What the form shows of a source that is stored."""
    return {
        "label": source.label,
        "source_kind": source.kind,
        "collected_on": source.collected_on,
        "respondent_role": source.respondent_role,
        "respondent_sector": source.respondent_sector.code if source.respondent_sector else "",
        "consent_scope": source.consent_scope,
        "quote_permission": yes_or_no(source.quote_permission),
        "anonymised": source.anonymised_at is not None,
        "version": source.version,
    }
