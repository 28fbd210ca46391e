"""The statements that people rate. Ratings themselves have no page here: nobody reads a single one."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from evidence.models import RatingStatement, TeamView
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(RatingStatement)
class RatingStatementAdmin(AuditedAdmin):
    """Their wording. One that comes to mean something else can't be compared with earlier rounds."""

    permission = Permission.EDIT_FRAMEWORK
    list_display = ["item", "statement", "question"]
    list_select_related = ["item"]
    list_filter = ["item__kind"]
    search_fields = ["item__code", "item__title", "statement", "question"]
    autocomplete_fields = ["item"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["item"] if obj else []


@admin.register(TeamView)
class TeamViewAdmin(AuditedAdmin):
    """Read here, changed on the page of the report."""

    permission = Permission.READ_TEAM
    read_only = True
    list_display = ["self_report", "item", "step", "updated_at", "updated_by"]
    list_filter = ["step", "item__kind"]
    list_select_related = ["self_report__partnership", "self_report__round", "item", "updated_by"]
    search_fields = ["self_report__ref", "self_report__partnership__name", "item__code"]
