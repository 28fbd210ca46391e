"""Appraisals of findings and sources, with every version."""

from django.contrib import admin

from evidence.admin.history import HistoryPage
from evidence.models import JUDGED, Appraisal
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(Appraisal)
class AppraisalAdmin(HistoryPage, AuditedAdmin):
    """Read here; written on the page of the finding or source."""

    permission = Permission.READ_TEAM
    read_only = True
    list_display = ["__str__", *JUDGED, "by", "at"]
    list_filter = [*JUDGED, "at", "is_demonstration"]
    list_select_related = ["finding", "source", "by"]
    search_fields = ["finding__ref", "finding__title", "source__ref", "reason"]
    date_hierarchy = "at"
