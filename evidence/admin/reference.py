"""References and programmes."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from evidence.admin.fields import LinesField
from evidence.models import FindingCitation, ItemCitation, Programme, Reference
from partnerships.access import Permission
from partnerships.admin_base import AuditedInline, DeletedWhileUnused


class CitedByItemInline(AuditedInline):
    model = ItemCitation
    permission = Permission.EDIT_FRAMEWORK
    read_only = True
    fields = ["item", "state", "printed", "note"]
    readonly_fields = ["item", "state", "printed", "note"]
    verbose_name_plural = "framework items that cite it"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ItemCitation]:
        return super().get_queryset(request).select_related("item", "reference")


class CitedByFindingInline(AuditedInline):
    model = FindingCitation
    permission = Permission.EDIT_FRAMEWORK
    read_only = True
    fields = ["finding", "state", "printed", "note"]
    readonly_fields = ["finding", "state", "printed", "note"]
    verbose_name_plural = "findings that cite it"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[FindingCitation]:
        return super().get_queryset(request).select_related("finding", "reference")


class ReferenceForm(forms.ModelForm):
    class Meta:
        widgets = {"title": forms.TextInput(attrs={"class": "vLargeTextField"})}

    authors = LinesField(required=False, help_text="Surname first, one a line: Meadows, P.")


@admin.register(Reference)
class ReferenceAdmin(DeletedWhileUnused):
    permission = Permission.EDIT_FRAMEWORK
    audit_key_field = "key"
    form = ReferenceForm
    inlines = [CitedByItemInline, CitedByFindingInline]
    list_display = ["key", "cited_as", "year", "title", "type", "listed"]
    list_display_links = ["key", "cited_as"]
    list_filter = ["type", "listed", "year"]
    search_fields = ["key", "cited_as", "title", "authors", "publisher"]
    fieldsets = [
        (None, {"fields": ["key", "cited_as", "type", "authors", ("year", "suffix"), "title"]}),
        (
            "Where it appeared",
            {
                "fields": [
                    ("publisher", "place"),
                    ("series", "number"),
                    "journal",
                    ("volume", "issue", "pages"),
                ]
            },
        ),
        ("In the review", {"fields": ["listed", "note"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Reference | None = None) -> list[str]:
        return ["key"] if obj else []

    def get_inlines(self, request: HttpRequest, obj: Reference | None) -> list[Any]:
        return list(self.inlines) if obj else []


@admin.register(Programme)
class ProgrammeAdmin(DeletedWhileUnused):
    permission = Permission.EDIT_FRAMEWORK
    audit_key_field = "slug"
    list_display = ["name", "short_name", "description"]
    search_fields = ["name", "short_name", "description"]

    def get_readonly_fields(self, request: HttpRequest, obj: Programme | None = None) -> list[str]:
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Programme | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ["name"]}
