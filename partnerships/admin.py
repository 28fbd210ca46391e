"""The admin pages of the ground floor: who."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from partnerships import actions
from partnerships.access import Permission, Role
from partnerships.admin_base import AuditedAdmin, AuditedInline, DeletedWhileUnused
from partnerships.errors import StepRefused
from partnerships.models import (
    Area,
    AuditRow,
    FactSource,
    LoadedRecord,
    Membership,
    Notice,
    Organisation,
    Partnership,
    Person,
    RoleAssignment,
    Sector,
)


@admin.register(Sector)
class SectorAdmin(DeletedWhileUnused):
    permission = Permission.EDIT_PARTNERSHIPS
    audit_key_field = "code"
    list_display = ["name", "code", "description", "order"]
    search_fields = ["name", "code"]
    prepopulated_fields = {"code": ["name"]}


class NotedAdmin(DeletedWhileUnused):
    """The page of something with a note, which has room to be read whole."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        widgets = {"note": AdminTextareaWidget(attrs={"rows": 3})}
        return super().get_form(request, obj, change, widgets=widgets, **kwargs)


@admin.register(Area)
class AreaAdmin(NotedAdmin):
    permission = Permission.EDIT_PARTNERSHIPS
    audit_key_field = "code"
    list_display = ["name", "code", "kind", "valid_from", "valid_to"]
    list_filter = ["kind", ("valid_to", admin.EmptyFieldListFilter)]
    search_fields = ["name", "code"]
    autocomplete_fields = ["successors"]


class MembershipInline(AuditedInline):
    permission = Permission.EDIT_PARTNERSHIPS
    model = Membership
    fields = ["organisation", "partnership", "role", "relation", "has_board_seat", "started_on", "ended_on"]
    autocomplete_fields = ["organisation", "partnership"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Membership]:
        return super().get_queryset(request).select_related("organisation", "partnership")


class FactSourceInline(AuditedInline):
    permission = Permission.EDIT_PARTNERSHIPS
    model = FactSource
    verbose_name_plural = "where each fact comes from"


@admin.register(Organisation)
class OrganisationAdmin(NotedAdmin):
    permission = Permission.EDIT_PARTNERSHIPS
    audit_key_field = "slug"
    list_display = ["name", "kind", "sector", "size", "org_id"]
    list_select_related = ["sector"]
    list_filter = ["sector", "kind", "size", "is_demonstration"]
    search_fields = ["name", "slug", "charity_number", "company_number", "ukprn", "org_id"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["is_demonstration"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "kind", "sector", "size", "website", "note"]}),
        ("Identifiers", {"fields": ["charity_number", "company_number", "ukprn", "org_id"]}),
        (None, {"fields": ["is_demonstration"]}),
    ]


@admin.register(Partnership)
class PartnershipAdmin(NotedAdmin):
    permission = Permission.EDIT_PARTNERSHIPS
    own_parts = ("memberships", "fact_sources")
    audit_key_field = "slug"
    list_display = ["name", "current_lead", "form", "grant_pounds", "starts_on", "ends_on"]
    list_filter = ["form", ("grant_pounds", admin.EmptyFieldListFilter), "memberships__organisation__sector"]
    search_fields = ["name", "slug", "areas__name", "areas__code", "memberships__organisation__name"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["areas"]
    inlines = [MembershipInline, FactSourceInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "areas", "operating_area", "note"]}),
        ("Form and dates", {"fields": ["form", "legal_form", "starts_on", "ends_on"]}),
        ("Grant", {"fields": ["grant_pounds", "grant_reference"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Partnership]:
        leads = Membership.objects.filter(role=Membership.Role.LEAD, ended_on=None)
        current = models.Prefetch(
            "memberships", leads.select_related("organisation"), to_attr="current_leads"
        )
        return super().get_queryset(request).prefetch_related(current)

    @admin.display(description="current lead", empty_value="Not known")
    def current_lead(self, partnership: Any) -> Organisation | None:
        return next((membership.organisation for membership in partnership.current_leads), None)


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    permission = Permission.EDIT_PARTNERSHIPS
    list_display = [
        "organisation",
        "partnership",
        "role",
        "relation",
        "has_board_seat",
        "started_on",
        "ended_on",
    ]
    list_select_related = ["organisation", "partnership"]
    list_filter = [
        "role",
        "relation",
        "has_board_seat",
        ("ended_on", admin.EmptyFieldListFilter),
        "partnership",
    ]
    search_fields = ["organisation__name", "partnership__name"]
    autocomplete_fields = ["organisation", "partnership"]


class RoleAssignmentInline(AuditedInline):
    """Roles are given and taken, not rewritten, so that the record of each stays true."""

    permission = Permission.MANAGE_PEOPLE
    model = RoleAssignment
    fk_name = "person"
    fields = ["role", "partnership", "granted_at", "granted_by"]
    readonly_fields = ["granted_at", "granted_by"]
    autocomplete_fields = ["partnership"]
    verbose_name = "role"
    verbose_name_plural = "roles"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[RoleAssignment]:
        return super().get_queryset(request).select_related("partnership", "granted_by")


class RoleFilter(admin.SimpleListFilter):
    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*Role.choices, ("none", "No role yet")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Person]) -> models.QuerySet[Person]:
        if self.value() == "none":
            return queryset.filter(role_assignments=None)
        if self.value():
            holders = RoleAssignment.objects.filter(role=self.value()).values("person_id")
            return queryset.filter(pk__in=holders)
        return queryset


@admin.register(Person)
class PersonAdmin(AuditedAdmin):
    """People are invited, and their accounts closed; they are not deleted, since what they did stays theirs.

    Nobody sets another's password: the invitation lets people choose it themselves.
    """

    permission = Permission.MANAGE_PEOPLE
    records_changes = False  # the actions do
    list_display = ["name", "email", "roles", "is_active", "has_password", "last_login"]
    list_filter = [RoleFilter, "is_active", "is_demonstration", "role_assignments__partnership"]
    search_fields = ["name", "email"]
    inlines = [RoleAssignmentInline]
    actions = ["send_invitation_again"]
    readonly_fields = ["has_password", "last_login", "created_at", "created_by", "is_demonstration"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Person]:
        return super().get_queryset(request).prefetch_related("role_assignments__partnership")

    def get_fields(self, request: HttpRequest, obj: Person | None = None) -> Any:
        return ["name", "email", *(["is_active", *self.readonly_fields] if obj else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="roles")
    def roles(self, person: Person) -> str:
        return "; ".join(str(assignment) for assignment in person.role_assignments.all()) or "None yet"

    @admin.display(description="has chosen a password", boolean=True)
    def has_password(self, person: Person) -> bool:
        return person.has_usable_password()

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        by: Any = request.user
        if not change:
            actions.invite_person(by=by, person=obj)
            self.message_user(request, f"An invitation is on its way to {obj.email}.", messages.SUCCESS)
            return
        fields = {name: form.cleaned_data[name] for name in ("name", "email") if name in form.changed_data}
        if fields:
            actions.change_person(by=by, person=obj, **fields)
        if "is_active" in form.changed_data:
            deed = actions.reopen_account if obj.is_active else actions.close_account
            deed(by=by, person=obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Give and take roles by the actions."""
        by: Any = request.user
        given = formset.save(commit=False)
        for assignment in given:
            actions.grant_role(
                by=by, person=form.instance, role=assignment.role, partnership=assignment.partnership
            )
        for assignment in formset.deleted_objects:
            actions.revoke_role(by=by, assignment=assignment)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A save that would remove the last administrator is undone, and the person is told why."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except StepRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.get_full_path())

    @admin.action(description="Send the invitation again")
    def send_invitation_again(self, request: HttpRequest, queryset: models.QuerySet[Person]) -> None:
        by: Any = request.user
        for person in queryset:
            try:
                actions.send_invitation(by=by, person=person)
            except StepRefused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                self.message_user(
                    request, f"An invitation is on its way to {person.email}.", messages.SUCCESS
                )


@admin.register(AuditRow)
class AuditRowAdmin(AuditedAdmin):
    permission = Permission.READ_AUDIT
    read_only = True
    list_display = ["at", "by", "verb", "target_kind", "target_key", "details"]
    list_select_related = ["by"]
    list_filter = ["verb", "target_kind", ("by", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["verb", "target_key", "by__name", "by__email"]
    date_hierarchy = "at"


@admin.register(LoadedRecord)
class LoadedRecordAdmin(AuditedAdmin):
    """What the data files last said, to look up against what people have made of it."""

    permission = Permission.EDIT_FRAMEWORK
    read_only = True
    list_display = ["model", "key", "loaded_at"]
    list_filter = ["model"]
    search_fields = ["key"]


@admin.register(Notice)
class NoticeAdmin(AuditedAdmin):
    """What was sent to whom, and what the mail server refused."""

    permission = Permission.MANAGE_PEOPLE
    read_only = True
    list_display = ["at", "person", "kind", "target_key", "by", "state", "attempts", "last_error", "sent_at"]
    list_select_related = ["person", "by"]
    list_filter = ["state", "kind", ("last_error", admin.EmptyFieldListFilter)]
    search_fields = ["person__name", "person__email", "target_key"]
    date_hierarchy = "at"
