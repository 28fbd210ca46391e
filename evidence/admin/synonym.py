"""Words that mean the same to whoever searches."""

from django.contrib import admin

from evidence.models import Synonym
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Synonym)
class SynonymAdmin(AuditedAdmin):
    """Whoever looks for one way of writing finds the other too, from the next search on."""

    permission = Permission.EDIT_FRAMEWORK
    audit_key_field = "short"
    list_display = ["short", "long"]
    search_fields = ["short", "long"]
