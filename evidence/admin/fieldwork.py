"""Waves of fieldwork, and the case studies in them."""

from django.contrib import admin

from evidence.admin.history import HistoryPage
from evidence.admin.readings import RecordedReadingAdmin
from evidence.models import CaseStudy, Wave
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin, DeletedWhileUnused


@admin.register(Wave)
class WaveAdmin(DeletedWhileUnused):
    permission = Permission.REVIEW_FINDINGS
    audit_key_field = "number"
    list_display = ["number", "name", "starts_on", "ends_on"]
    list_display_links = ["number", "name"]
    search_fields = ["name"]


@admin.register(CaseStudy)
class CaseStudyAdmin(RecordedReadingAdmin, HistoryPage, AuditedAdmin):
    """Read here, with every version; written and published on the product's own pages."""

    permission = Permission.READ_TEAM
    read_only = True
    list_display = ["slug", "partnership", "wave", "status", "visibility", "published_at"]
    list_filter = ["status", "visibility", "wave", "is_demonstration"]
    list_select_related = ["partnership", "wave"]
    search_fields = ["slug", "partnership__name", "narrative"]
