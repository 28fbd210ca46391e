"""Codings and steps of review as lists for searching."""

from django.contrib import admin

from evidence.models import Coding, ReviewStep
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Coding)
class CodingAdmin(AuditedAdmin):
    """Changed on the finding's page."""

    permission = Permission.USE_ADMIN
    read_only = True
    list_display = ["finding", "item", "direction", "note"]
    list_filter = ["direction", "item_kind", "item__theme", "finding__status", "finding__origin"]
    list_select_related = ["finding", "item"]
    search_fields = ["finding__ref", "finding__title", "item__code", "item__title", "note"]


@admin.register(ReviewStep)
class ReviewStepAdmin(AuditedAdmin):
    """Steps are taken on the finding's own page."""

    permission = Permission.READ_TEAM
    read_only = True
    list_display = ["at", "finding", "step", "by", "visibility", "reason"]
    list_filter = ["step", "visibility", "at"]
    list_select_related = ["finding", "by"]
    search_fields = ["finding__ref", "finding__title", "by__name", "reason"]
    date_hierarchy = "at"
