"""Editions: made on a page of their own, read here."""

from django.contrib import admin

from evidence.models import Edition
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Edition)
class EditionAdmin(AuditedAdmin):
    permission = Permission.USE_ADMIN
    read_only = True
    list_display = ["number", "made_at", "made_by", "note", "digest"]
    list_filter = ["is_demonstration"]
    list_select_related = ["made_by"]
    search_fields = ["note", "digest"]
    date_hierarchy = "made_at"
