"""Briefs: arranged and issued on pages of their own, found here."""

from django.contrib import admin

from evidence.models import Brief
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Brief)
class BriefAdmin(AuditedAdmin):
    permission = Permission.REVIEW_FINDINGS
    read_only = True
    list_display = ["ref", "title", "audience", "created_at", "created_by"]
    list_filter = ["audience", "is_demonstration"]
    list_select_related = ["created_by"]
    search_fields = ["ref", "title"]
    date_hierarchy = "created_at"
