"""Rounds and self-reports in the API, to be read."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evidence.api.fields import PageField
from evidence.filtersets import RoundFilterSet, SelfReportFilterSet
from evidence.models import Answer, Question, Round, SelfReport
from partnerships.functions import JSONList
from partnerships.viewsets import ReadViewSet


class RoundSerializer(serializers.ModelSerializer):
    """A round with the reports in it that the caller may know of."""

    questionnaire = serializers.CharField(source="questionnaire_slug")
    questionnaire_version = serializers.IntegerField(
        source="version_number", allow_null=True, help_text="Null until the round is opened."
    )
    self_reports = serializers.ListField(child=serializers.CharField(), source="report_refs")

    class Meta:
        model = Round
        fields = [
            "slug",
            "title",
            "status",
            "opens_on",
            "closes_on",
            "purpose",
            "funder_reads",
            "questionnaire",
            "questionnaire_version",
            "self_reports",
            "version",
            "is_demonstration",
        ]


class RoundViewSet(ReadViewSet):
    """Rounds of reporting, as far as the caller may see them."""

    queryset = Round.objects.all()
    serializer_class = RoundSerializer
    filterset_class = RoundFilterSet
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet:
        reports = SelfReport.objects.visible_to(self.request.user).filter(round=OuterRef("pk"))
        return (
            super()
            .get_queryset()
            .annotate(
                questionnaire_slug=F("questionnaire__slug"),
                version_number=F("questionnaire_version__number"),
                report_refs=JSONList(reports.order_by("ref"), "ref"),
            )
        )


class AnswerSerializer(serializers.Serializer):
    """An answer, in the shape of its question's kind."""

    question = serializers.CharField(help_text="The question's key, the same from round to round.")
    section = serializers.CharField()
    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    text = serializers.CharField(help_text="The question as it was asked.")
    value = serializers.JSONField(
        help_text="A text, a number, pounds, a day, the value of an option, a list of such values, rows of a "
        "table, or the address and label of a link."
    )


class SelfReportSerializer(serializers.ModelSerializer):
    """A self-report; its answers only for those who may read them."""

    round = serializers.CharField(source="round_slug")
    partnership = serializers.CharField(source="partnership_slug")
    answers = serializers.SerializerMethodField()
    is_demonstration = serializers.BooleanField(source="of_demonstration")
    url = PageField()

    class Meta:
        model = SelfReport
        fields = [
            "ref",
            "round",
            "partnership",
            "status",
            "submitted_at",
            "accepted_at",
            "answers",
            "version",
            "is_demonstration",
            "url",
        ]

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, report: Any) -> list[dict[str, Any]]:
        return report.answer_rows


class SelfReportViewSet(ReadViewSet):
    """What partnerships say of themselves, as far as the caller may see it."""

    queryset = SelfReport.objects.all()
    serializer_class = SelfReportSerializer
    filterset_class = SelfReportFilterSet
    lookup_field = "ref"

    def get_queryset(self) -> QuerySet:
        return (
            super()
            .get_queryset()
            .annotate(
                round_slug=F("round__slug"),
                partnership_slug=F("partnership__slug"),
                of_demonstration=F("round__is_demonstration"),
            )
        )

    def represent(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The reports with their answers, which take one query for all of them."""
        answers = (
            Answer.objects.visible_to(self.request.user)
            .filter(self_report__in=rows, is_empty=False)
            .select_related("question__section")
            .order_by("question__section__order", "question__order", "pk")
        )
        by_report: dict[int, list[dict[str, Any]]] = {}
        for answer in answers:
            by_report.setdefault(answer.self_report_id, []).append(answer_row(answer))
        for report in rows:
            report.answer_rows = by_report.get(report.pk, [])
        return super().represent(rows)


def answer_row(answer: Answer) -> dict[str, Any]:
    question = answer.question
    return {
        "question": question.key,
        "section": question.section.key,
        "kind": question.kind,
        "text": question.text,
        "value": answer.value,
    }
