"""Findings: read as the reader may, edited by leads through the product's own action."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from evidence.actions.finding_input import CodingInput, FindingInput, SourceInput
from evidence.actions.finding_rules import (
    may_delete,
    may_edit,
    may_log,
    may_publish,
    may_return,
    may_submit,
    may_withdraw,
)
from evidence.actions.findings import delete_draft, update_finding
from evidence.admin.history import HistoryPage, Version, versions_of
from evidence.admin.inlines import FixedChoiceForm
from evidence.admin.readings import RecordedReadingAdmin
from evidence.admin.saving import SavedByAction, VersionedForm, signed_in
from evidence.models import Coding, Finding, FindingCitation, ReviewStep, Source
from evidence.models.finding import area_known_to
from evidence.queries.search import matching
from evidence.queries.synonyms import terms_with_synonyms
from partnerships.access import Permission, has_permission
from partnerships.admin_base import AuditedAdmin, AuditedInline
from partnerships.models import Person, Sector

STEPS = (
    ("Submit", "finding-submit", may_submit),
    ("Return", "finding-return", may_return),
    ("Publish", "finding-publish", may_publish),
    ("Withdraw", "finding-withdraw", may_withdraw),
)


SOURCE_FIELDS = [
    "source_kind",
    "collected_on",
    "respondent_role",
    "respondent_sector",
    "consent_scope",
    "quote_permission",
]


class FindingForm(VersionedForm):
    """A finding with its source, as one form."""

    class Meta:
        widgets = {"title": forms.TextInput(attrs={"class": "vLargeTextField"})}

    source_kind = forms.ChoiceField(
        label="Kind of source", choices=[("", "None"), *Source.Kind.choices], required=False
    )
    collected_on = Source._meta.get_field("collected_on").formfield(widget=AdminDateWidget)
    respondent_role = Source._meta.get_field("respondent_role").formfield(
        widget=forms.TextInput(attrs={"class": "vLargeTextField"})
    )
    respondent_sector = forms.ModelChoiceField(Sector.objects.all(), required=False)
    consent_scope = Source._meta.get_field("consent_scope").formfield(required=False)
    quote_permission = Source._meta.get_field("quote_permission").formfield()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.instance.source
        if source and source.is_shared:  # changed on its own page
            for name in SOURCE_FIELDS:
                del self.fields[name]
        elif source:
            self.initial.update(
                source_kind=source.kind,
                collected_on=source.collected_on,
                respondent_role=source.respondent_role,
                respondent_sector=source.respondent_sector_id,
                consent_scope=source.consent_scope,
                quote_permission=source.quote_permission,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        details = ("collected_on", "respondent_role", "respondent_sector")
        if not cleaned.get("source_kind") and any(cleaned.get(name) for name in details):
            self.add_error("source_kind", "Say what kind of source it comes from.")
        return cleaned

    def source_input(self) -> SourceInput | Source | None:
        if "source_kind" not in self.fields:
            return self.instance.source
        if not self.cleaned_data["source_kind"]:
            return None
        return SourceInput(
            kind=self.cleaned_data["source_kind"],
            collected_on=self.cleaned_data["collected_on"],
            respondent_role=self.cleaned_data["respondent_role"],
            respondent_sector=self.cleaned_data["respondent_sector"],
            consent_scope=self.cleaned_data["consent_scope"] or Finding.Visibility.FUNDER,
            quote_permission=self.cleaned_data["quote_permission"],
        )

    def finding_input(self, formsets: list[BaseInlineFormSet]) -> FindingInput:
        """Everything on the page as the action takes it."""
        stated = self.cleaned_data
        return FindingInput(
            text=stated["text"],
            title=stated["title"],
            quote=stated["quote"],
            # Of a published finding the publishing page decides who reads it: there is no field for it here.
            visibility=stated.get("visibility", self.instance.visibility),
            programme_wide=stated["programme_wide"],
            partnerships=list(stated["partnerships"]),
            organisations=list(stated["organisations"]),
            sectors=list(stated["sectors"]),
            programme=stated["programme"],
            source=self.source_input(),
            codings=[
                CodingInput(item=row["item"], direction=row["direction"], note=row["note"])
                for row in kept_rows(formsets, Coding)
            ],
            references=[row["reference"] for row in kept_rows(formsets, FindingCitation)],
        )


def deed(at: datetime.datetime | None, by: Person | None) -> str:
    """When and by whom, in words; leads may not open people's own pages, so it is no link."""
    if at is None:
        return "Not yet"
    moment = date_format(localtime(at), "j F Y, H:i")
    return f"{moment}, {by}" if by else moment


def kept_rows(formsets: list[BaseInlineFormSet], model: type[models.Model]) -> list[dict[str, Any]]:
    """What the rows of a model hold, without the empty ones and those marked for deletion."""
    return [
        form.cleaned_data
        for formset in formsets
        if formset.model is model
        for form in formset.forms
        if form.cleaned_data and form not in formset.deleted_forms
    ]


class FindingRowInline(AuditedInline):
    """Rows that whoever may edit the finding may change; the finding's own action saves them."""

    permission = Permission.USE_ADMIN

    def has_add_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return obj is not None and may_edit(request.user, obj)

    def has_change_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return self.has_add_permission(request, obj)


def coding_in_words(record: Any) -> str:
    return f"coding to {record.item} ({record.get_direction_display().lower()})"


class CodingForm(FixedChoiceForm):
    fixed = "item"


class CodingInline(FindingRowInline):
    model = Coding
    form = CodingForm
    fields = ["item", "direction", "note"]
    autocomplete_fields = ["item"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Coding]:
        return super().get_queryset(request).select_related("item", "finding")


class FindingCitationForm(FixedChoiceForm):
    fixed = "reference"


class FindingCitationInline(FindingRowInline):
    model = FindingCitation
    form = FindingCitationForm
    fields = ["reference", "state", "printed", "note"]
    readonly_fields = ["state", "printed", "note"]
    autocomplete_fields = ["reference"]
    verbose_name_plural = "references"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[FindingCitation]:
        return super().get_queryset(request).select_related("reference", "finding")


class ReviewStepInline(AuditedInline):
    model = ReviewStep
    permission = Permission.READ_TEAM
    read_only = True
    fields = ["taken", "step", "finding_version", "visibility", "reason"]
    readonly_fields = ["taken", "step", "finding_version", "visibility", "reason"]
    verbose_name_plural = "steps of review"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ReviewStep]:
        return super().get_queryset(request).select_related("by", "finding")

    @admin.display
    def taken(self, obj: ReviewStep) -> str:
        return deed(obj.at, obj.by)


@admin.register(Finding)
class FindingAdmin(RecordedReadingAdmin, SavedByAction, HistoryPage, AuditedAdmin):
    """Found and corrected here; logged, reviewed and published on the product's own pages."""

    permission = Permission.USE_ADMIN
    records_changes = False
    form = FindingForm
    inlines = [CodingInline, FindingCitationInline, ReviewStepInline]
    list_display = ["ref", "title", "origin", "status", "visibility", "concerns", "created_at"]
    list_display_links = ["ref", "title"]
    list_filter = [
        "status",
        "visibility",
        "origin",
        "codings__direction",
        "codings__item_kind",
        "sectors",
        "programme",
        "partnerships",
        "is_demonstration",
    ]
    search_fields = ["text"]  # gives the page its search box; get_search_results does the looking
    search_help_text = "Words of the title, text or quote, “phrases”, -exclusions, or a ref."
    autocomplete_fields = ["partnerships", "organisations", "programme"]
    readonly_fields = [
        "ref",
        "origin",
        "section",
        "status",
        "version",
        "created",
        "updated",
        "submitted",
        "published",
        "source",
    ]

    finding_fieldset = ("The finding", {"fields": ["title", "text", "quote"]})
    concerns_fieldset = (
        "What it concerns",
        {"fields": ["programme_wide", "partnerships", "organisations", "sectors", "programme"]},
    )
    people_fieldset = (
        "Record",
        {"fields": ["created", "updated", "submitted", "published"]},
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Finding]:
        """Of what they may read, people find here only those of which they may know where they are from."""
        return (
            super().get_queryset(request).filter(area_known_to(request.user)).prefetch_related("partnerships")
        )

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Finding], search_term: str
    ) -> tuple[models.QuerySet[Finding], bool]:
        terms = terms_with_synonyms(search_term)
        return (matching(queryset, terms) if search_term.strip() else queryset), False

    @admin.display(description="concerns")
    def concerns(self, obj: Finding) -> str:
        names = [partnership.name for partnership in obj.partnerships.all()]
        return ", ".join(["The whole programme", *names] if obj.programme_wide else names)

    @admin.display
    def created(self, obj: Finding) -> str:
        return deed(obj.created_at, obj.created_by)

    @admin.display
    def updated(self, obj: Finding) -> str:
        return deed(obj.updated_at, obj.updated_by)

    @admin.display
    def submitted(self, obj: Finding) -> str:
        return deed(obj.submitted_at, obj.submitted_by)

    @admin.display
    def published(self, obj: Finding) -> str:
        return deed(obj.published_at, obj.published_by)

    # Who may do what

    def has_add_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return False  # logged with the product's own form

    def has_change_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        if obj is None:
            return has_permission(request.user, Permission.REVIEW_FINDINGS)
        return may_edit(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Finding | None = None) -> bool:
        return obj is not None and may_delete(request.user, obj)

    def may_read_history(self, request: HttpRequest, thing: Finding) -> bool:
        """Earlier versions hold what was taken out before others could read it: the team's alone."""
        return has_permission(request.user, Permission.READ_TEAM)

    # The page

    def get_fieldsets(self, request: HttpRequest, obj: Finding | None = None) -> Any:
        state = ["ref", "origin", "section", "status", "visibility", "version"]
        if self.has_change_permission(request, obj):
            is_shared = obj is not None and obj.source is not None and obj.source.is_shared
            source = ["source"] if is_shared else SOURCE_FIELDS
            return [
                self.finding_fieldset,
                self.concerns_fieldset,
                ("Source", {"fields": source}),
                ("Workflow", {"fields": [*state, "opened_version"]}),
                self.people_fieldset,
            ]
        fieldsets: list[Any] = [
            self.finding_fieldset,
            self.concerns_fieldset,
            ("Workflow", {"fields": state}),
        ]
        if has_permission(request.user, Permission.READ_TEAM):
            fieldsets += [("Source", {"fields": ["source"]}), self.people_fieldset]
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Finding | None = None) -> list[str]:
        published = obj is not None and obj.status == Finding.Status.PUBLISHED
        return [*self.readonly_fields, *(["visibility"] if published else [])]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "sectors":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        finding = context["original"]
        context["steps"] = [
            (label, reverse(f"evidence:{name}", args=[finding.ref]))
            for label, name, may_take in STEPS
            if may_take(request.user, finding)
        ]
        context["may_read_history"] = self.may_read_history(request, finding)
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"may_log": may_log(request.user), **(extra_context or {})})

    def versions(self, thing: Finding) -> list[Version]:
        """The finding's own versions and those of its codings, newest first."""
        codings = versions_of(Coding.history.filter(finding_id=thing.pk), coding_in_words)
        return sorted([*super().versions(thing), *codings], key=lambda version: version.at, reverse=True)

    # Writing

    def save_model(self, request: HttpRequest, obj: Finding, form: FindingForm, change: bool) -> None:
        """Left to ``save_related``, when the codings and references are known too."""

    def save_related(
        self, request: HttpRequest, form: FindingForm, formsets: list[BaseInlineFormSet], change: bool
    ) -> None:
        update_finding(
            by=signed_in(request),
            finding=form.instance,
            data=form.finding_input(formsets),
            version=form.cleaned_data["opened_version"],
        )

    def construct_change_message(  # type: ignore[override]
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> dict[str, Any]:
        return {}  # the action's audit row names what changed

    def delete_model(self, request: HttpRequest, obj: Finding) -> None:
        delete_draft(by=signed_in(request), finding=obj, version=obj.version)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes with a draft needs no permission of its own: the action knows who may delete it."""
        to_delete, model_count, _, protected = super().get_deleted_objects(objs, request)
        return to_delete, model_count, set(), protected
