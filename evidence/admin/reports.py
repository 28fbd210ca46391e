"""Questionnaires, rounds and self-reports: read here, changed on the product's own pages alone."""

from django.contrib import admin

from evidence.admin.readings import RecordedReadingAdmin
from evidence.models import (
    Action,
    ActionStep,
    Answer,
    Proposal,
    Questionnaire,
    QuestionnaireVersion,
    Round,
    SelfReport,
)
from partnerships.access import Permission
from partnerships.admin_base import AuditedAdmin, AuditedInline


class QuestionnaireVersionInline(AuditedInline):
    model = QuestionnaireVersion
    permission = Permission.MANAGE_ROUNDS
    read_only = True
    fields = ["number", "created_at", "fixed_at", "fixed_by"]
    readonly_fields = ["number", "created_at", "fixed_at", "fixed_by"]


@admin.register(Questionnaire)
class QuestionnaireAdmin(AuditedAdmin):
    permission = Permission.MANAGE_ROUNDS
    read_only = True
    audit_key_field = "slug"
    inlines = [QuestionnaireVersionInline]
    list_display = ["slug", "title", "created_at"]
    search_fields = ["slug", "title"]


@admin.register(Round)
class RoundAdmin(AuditedAdmin):
    permission = Permission.MANAGE_ROUNDS
    read_only = True
    audit_key_field = "slug"
    list_display = ["slug", "title", "status", "opens_on", "closes_on", "questionnaire", "funder_reads"]
    list_filter = ["status", "funder_reads", "is_demonstration"]
    list_select_related = ["questionnaire"]
    search_fields = ["slug", "title"]
    date_hierarchy = "opens_on"


class AnswerInline(AuditedInline):
    model = Answer
    permission = Permission.READ_TEAM
    read_only = True
    fields = ["question", "value", "version", "updated_at", "updated_by"]
    readonly_fields = ["question", "value", "version", "updated_at", "updated_by"]


@admin.register(SelfReport)
class SelfReportAdmin(RecordedReadingAdmin, AuditedAdmin):
    permission = Permission.READ_TEAM
    read_only = True
    audit_key_field = "ref"
    inlines = [AnswerInline]
    list_display = ["ref", "partnership", "round", "status", "submitted_at", "accepted_at"]
    list_filter = ["status", "round"]
    list_select_related = ["partnership", "round"]
    search_fields = ["ref", "partnership__name", "round__title"]


@admin.register(Proposal)
class ProposalAdmin(AuditedAdmin):
    permission = Permission.READ_TEAM
    read_only = True
    audit_key_field = "ref"
    list_display = ["ref", "self_report", "question", "state", "is_current", "finding", "decided_by"]
    list_filter = ["state", "is_current", "self_report__round"]
    list_select_related = [
        "self_report__partnership",
        "self_report__round",
        "question",
        "finding",
        "decided_by",
    ]
    search_fields = ["ref", "self_report__ref", "question__text"]


class ActionStepInline(AuditedInline):
    model = ActionStep
    permission = Permission.READ_TEAM
    read_only = True
    fields = ["state", "note", "self_report", "at", "by"]
    readonly_fields = ["state", "note", "self_report", "at", "by"]


@admin.register(Action)
class ActionAdmin(AuditedAdmin):
    permission = Permission.READ_TEAM
    read_only = True
    audit_key_field = "ref"
    inlines = [ActionStepInline]
    list_display = ["ref", "self_report", "text", "owner", "due_on"]
    list_filter = ["self_report__round"]
    list_select_related = ["self_report__partnership", "self_report__round"]
    search_fields = ["ref", "text", "self_report__ref"]
    date_hierarchy = "due_on"
