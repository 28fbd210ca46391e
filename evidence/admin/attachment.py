"""Attached files, as far as a table tells of them."""

from django.contrib import admin

from evidence.models import Attachment
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Attachment)
class AttachmentAdmin(AuditedAdmin):
    """Read here; added, released and erased on the product's own pages."""

    permission = Permission.READ_TEAM
    read_only = True
    list_display = ["ref", "name", "kind", "size", "visibility", "created_at", "released_at", "erased_at"]
    list_filter = ["kind", "visibility", "is_demonstration"]
    search_fields = ["ref", "name", "description"]
    date_hierarchy = "created_at"
