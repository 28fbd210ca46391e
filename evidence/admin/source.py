"""Where findings come from."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from evidence.admin.readings import RecordedReadingAdmin
from evidence.models import Finding, Source
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin, AuditedInline


class FindingOfSourceInline(AuditedInline):
    model = Finding
    permission = Permission.READ_TEAM
    read_only = True
    fields = ["ref", "title", "status", "visibility"]
    readonly_fields = ["ref", "title", "status", "visibility"]
    show_change_link = True
    verbose_name_plural = "findings that rest on it"


@admin.register(Source)
class SourceAdmin(RecordedReadingAdmin, AuditedAdmin):
    """Read here; corrected on its own page, or with the one finding that rests on it."""

    permission = Permission.READ_TEAM
    read_only = True
    inlines = [FindingOfSourceInline]
    list_display = [
        "ref",
        "kind",
        "collected_on",
        "respondent_role",
        "respondent_sector",
        "consent_scope",
        "finding_refs",
    ]
    list_filter = ["kind", "consent_scope", "case_study__wave", "respondent_sector", "is_demonstration"]
    list_select_related = ["respondent_sector"]
    search_fields = ["ref", "label", "respondent_role", "findings__ref", "findings__title"]
    date_hierarchy = "collected_on"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Source]:
        readable = models.Prefetch("findings", Finding.objects.visible_to(request.user))
        return super().get_queryset(request).prefetch_related(readable)

    @admin.display(description="findings")
    def finding_refs(self, obj: Source) -> str:
        return ", ".join(finding.ref for finding in obj.findings.all())
