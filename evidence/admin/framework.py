"""Themes and the framework's items, edited with revisions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evidence.actions.framework import WORDING, add_item, delete_item, edit_item, may_delete_item
from evidence.admin.fields import LinesField
from evidence.admin.history import HistoryPage
from evidence.admin.inlines import FixedChoiceForm
from evidence.admin.saving import SavedByAction, VersionedForm, signed_in
from evidence.models import (
    Approach,
    Barrier,
    Benefit,
    Driver,
    FrameworkItem,
    ItemCitation,
    Lesson,
    Outcome,
    ResearchQuestion,
    Theme,
)
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin, AuditedInline, DeletedWhileUnused
from partnerships.audit import record
from partnerships.loading import baseline


@admin.register(Theme)
class ThemeAdmin(DeletedWhileUnused):
    permission = Permission.EDIT_FRAMEWORK
    audit_key_field = "slug"
    list_display = ["title", "question", "section", "order"]
    search_fields = ["title", "question", "introduction"]

    def get_readonly_fields(self, request: HttpRequest, obj: Theme | None = None) -> list[str]:
        return ["slug"] if obj else []


class HeadingFilter(admin.AllValuesFieldListFilter):
    """The headings that items stand under in the review; kinds without any have nothing to choose."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lookup_choices = self.lookup_choices.exclude(**{self.field_path: ""})

    def has_output(self) -> bool:
        return self.lookup_choices.exists()


class ItemCitationForm(FixedChoiceForm):
    fixed = "reference"


class ItemCitationInline(AuditedInline):
    model = ItemCitation
    permission = Permission.EDIT_FRAMEWORK
    form = ItemCitationForm
    fk_name = "item"
    fields = ["reference", "state", "printed", "note"]
    autocomplete_fields = ["reference"]
    verbose_name_plural = "what the review cites for it"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ItemCitation]:
        return super().get_queryset(request).select_related("item", "reference")


class ItemForm(VersionedForm):
    class Meta:
        widgets = {"title": forms.TextInput(attrs={"class": "vLargeTextField"})}

    synonyms = LinesField(
        required=False, help_text="Other words that people may type to find it, one a line."
    )
    reason = forms.CharField(
        required=False,
        max_length=100,
        label="Reason for the change",
        help_text="Needed when the wording changes; it stays in the item's history, for everybody.",
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )


class KindAdmin(SavedByAction, HistoryPage, AuditedAdmin):
    """Items of one kind. Saving one makes its next version."""

    permission = Permission.EDIT_FRAMEWORK
    records_changes = False
    form = ItemForm
    inlines = [ItemCitationInline]
    list_display = ["code", "title", "theme", "group", "section", "version"]
    list_display_links = ["code", "title"]
    list_filter = ["theme", ("group", HeadingFilter), "sectors"]
    list_select_related = ["theme"]
    search_fields = ["code", "title", "statement", "synonyms"]
    autocomplete_fields = ["parent"]
    fieldsets = [
        (None, {"fields": ["code", "title", "statement", "plain_statement", "baseline_wording"]}),
        ("For people coding evidence", {"fields": ["meaning", "counts_for", "counts_against", "synonyms"]}),
        ("Its place", {"fields": ["theme", "group", "section", "sectors", "parent", "order"]}),
        ("This revision", {"fields": ["version", "reason", "opened_version"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: FrameworkItem | None = None) -> list[str]:
        return ["version", "baseline_wording", *(["code"] if obj else [])]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "sectors":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="wording of 2014")
    def baseline_wording(self, obj: FrameworkItem) -> str | SafeString:
        """The review's own wording, where people have changed it since."""
        loaded = baseline(FrameworkItem, obj.code)
        if not loaded:
            return "Added later: it is not in the review's data."
        changed = [
            (name.replace("_", " ").capitalize(), loaded[name])
            for name in WORDING
            if name in loaded and loaded[name] != getattr(obj, name)
        ]
        if not changed:
            return "As it is now: nobody has reworded it."
        rows = format_html_join("", "<dt>{}</dt><dd>{}</dd>", changed)
        return format_html("<dl>{}</dl>", rows)

    def save_model(self, request: HttpRequest, obj: FrameworkItem, form: Any, change: bool) -> None:
        values = {
            name: value
            for name, value in form.cleaned_data.items()
            if name not in ("opened_version", "reason")
        }
        if change:
            edit_item(
                by=signed_in(request),
                item=obj,
                version=form.cleaned_data["opened_version"],
                values=values,
                reason=form.cleaned_data["reason"],
            )
        else:
            obj.pk = add_item(by=signed_in(request), kind=self.model.objects.kind, values=values).pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        # The action has saved the sectors; the citations are left.
        for formset in formsets:
            self.save_formset(request, form, formset, change)
        if any(formset.has_changed() for formset in formsets):
            item = form.instance
            record(by=signed_in(request), verb="framework-item.citations-changed", target=item, key=item.code)

    def has_delete_permission(self, request: HttpRequest, obj: FrameworkItem | None = None) -> bool:
        return obj is not None and may_delete_item(request.user, obj)

    def delete_model(self, request: HttpRequest, obj: FrameworkItem) -> None:
        delete_item(by=signed_in(request), item=obj)


for kind in (Lesson, Benefit, Driver, Barrier, Approach, Outcome, ResearchQuestion):
    admin.site.register(kind, KindAdmin)


@admin.register(FrameworkItem)
class FrameworkItemAdmin(AuditedAdmin):
    """All kinds together, for choosing an item elsewhere; each is edited under its own kind."""

    permission = Permission.EDIT_FRAMEWORK
    read_only = True
    list_display = ["code", "title", "kind", "theme"]
    list_filter = ["kind", "theme"]
    list_select_related = ["theme"]
    search_fields = KindAdmin.search_fields

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        return {}  # not on the index
