"""Decisions of the funder: kept and changed on pages of their own, found here."""

from django.contrib import admin

from evidence.models import Decision
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Decision)
class DecisionAdmin(AuditedAdmin):
    permission = Permission.REVIEW_FINDINGS
    read_only = True
    list_display = ["ref", "title", "decided_on", "edition", "visibility", "created_by"]
    list_filter = ["visibility", "edition", "is_demonstration"]
    list_select_related = ["edition", "created_by"]
    search_fields = ["ref", "title", "items__code"]
    date_hierarchy = "decided_on"
