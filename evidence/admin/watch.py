"""Who watches what: begun and ended by each person on the item's page."""

from django.contrib import admin

from evidence.models import Watch
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Watch)
class WatchAdmin(AuditedAdmin):
    permission = Permission.MANAGE_PEOPLE
    read_only = True
    list_display = ["item", "person", "began_at"]
    list_filter = ["item__kind", "began_at"]
    list_select_related = ["item", "person"]
    search_fields = ["item__code", "item__title", "person__name"]
    date_hierarchy = "began_at"
