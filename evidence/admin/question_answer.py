"""Answers to research questions: written and issued on the question's own pages, found here."""

from django.contrib import admin

from evidence.models import QuestionAnswer
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin


@admin.register(QuestionAnswer)
class QuestionAnswerAdmin(AuditedAdmin):
    permission = Permission.REVIEW_FINDINGS
    read_only = True
    list_display = ["item", "number", "visibility", "issued_at", "updated_by"]
    list_filter = ["visibility", "issued_at", "is_demonstration"]
    list_select_related = ["item", "updated_by"]
    search_fields = ["item__code", "item__title"]
    date_hierarchy = "updated_at"
