"""Judgements of confidence and searches for the negative case: read here, made on the items' own pages."""

from django.contrib import admin

from evidence.models import Assessment, NegativeSearch
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Assessment)
class AssessmentAdmin(AuditedAdmin):
    permission = Permission.READ_TEAM
    read_only = True
    list_display = ["item", "number", "confidence", "visibility", "made_at", "made_by"]
    list_filter = ["confidence", "visibility", "item__kind", "is_demonstration"]
    list_select_related = ["item", "made_by"]
    search_fields = ["item__code", "item__title", "explanation"]
    date_hierarchy = "made_at"


@admin.register(NegativeSearch)
class NegativeSearchAdmin(AuditedAdmin):
    """Recorded and taken back on the items' own pages."""

    permission = Permission.READ_TEAM
    read_only = True
    list_display = ["item", "looked_on", "looked_in", "looked_for", "made_by"]
    list_filter = ["item__kind", "is_demonstration"]
    list_select_related = ["item", "made_by"]
    search_fields = ["item__code", "item__title", "looked_in", "looked_for"]
    date_hierarchy = "looked_on"
