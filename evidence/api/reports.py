"""Rounds and self-reports in the API, to be read."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from evidence.actions.readings import record_reading
from evidence.api.fields import PageField
from evidence.api.readings import RecordedReadViewSet
from evidence.filtersets import RoundFilterSet, SelfReportFilterSet
from evidence.models import ActionState, Answer, Question, Round, SelfReport
from evidence.queries.plans import actions_json
from evidence.queries.profile import reports_with_profile, spreads_of_report
from evidence.queries.readings import with_reading
from evidence.queries.spreads import Spread
from partnerships.api import CountedAlong
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


class SpreadSerializer(serializers.Serializer):
    """How many people chose each step."""

    counts = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Six numbers: how many say that it doesn't apply, then steps 1, the worst, to 5.",
    )
    answered = serializers.IntegerField()
    middle = serializers.FloatField(allow_null=True, help_text="The median of steps 1 to 5.")


class SectorSpreadSerializer(SpreadSerializer):
    """The same for people of one sector."""

    sector = serializers.CharField()


class ItemSpreadSerializer(serializers.Serializer):
    """The spread of one driver or barrier."""

    item = serializers.CharField()
    statement = serializers.CharField()
    spread = SpreadSerializer(allow_null=True, help_text="Null where too few have answered.")
    sectors = SectorSpreadSerializer(
        many=True,
        help_text="Those alone that can be told apart without showing anybody's own answer.",
    )


class ProfileSerializer(serializers.Serializer):
    """How the people of a partnership see its drivers and barriers in a round."""

    self_report = serializers.CharField()
    round = serializers.CharField()
    partnership = serializers.CharField()
    is_demonstration = serializers.BooleanField()
    items = ItemSpreadSerializer(many=True)


class ActionSerializer(serializers.Serializer):
    """An action that the partnership agreed on in the report."""

    ref = serializers.CharField()
    text = serializers.CharField()
    why = serializers.CharField(allow_blank=True)
    item = serializers.CharField(allow_null=True, help_text="The code of the driver or barrier it is about.")
    owner = serializers.CharField()
    due_on = serializers.DateField()
    state = serializers.ChoiceField(choices=ActionState.choices)


class SelfReportSerializer(serializers.ModelSerializer):
    """A self-report; its answers only for those who may read them."""

    round = serializers.CharField(source="round_slug")
    partnership = serializers.CharField(source="partnership_slug")
    answers = serializers.SerializerMethodField()
    actions = ActionSerializer(many=True, source="action_rows")
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
            "actions",
            "version",
            "is_demonstration",
            "url",
        ]

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, report: Any) -> list[dict[str, Any]]:
        return report.answer_rows


class SelfReportViewSet(RecordedReadViewSet):
    """What partnerships say of themselves, as far as the caller may see it."""

    queryset = SelfReport.objects.all()
    serializer_class = SelfReportSerializer
    filterset_class = SelfReportFilterSet
    pagination_class = CountedAlong
    lookup_field = "ref"

    def get_queryset(self) -> QuerySet:
        return (
            super()
            .get_queryset()
            .annotate(
                round_slug=F("round__slug"),
                partnership_slug=F("partnership__slug"),
                of_demonstration=F("round__is_demonstration"),
                action_rows=actions_json(self.request.user),
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

    @extend_schema(responses=ProfileSerializer)
    @action(detail=True)
    def profile(self, request: Request, ref: str) -> Response:
        """How many people of the partnership chose each step, where enough have answered, once its ratings
        are complete; for those who may read the report.
        """
        complete = reports_with_profile(request.user).select_related("round", "partnership")
        report = get_object_or_404(with_reading(request.user, complete), ref=ref)
        record_reading(by=request.user, thing=report, due=report.reading_due)
        return Response(ProfileSerializer(profile_row(report)).data)


def profile_row(report: SelfReport) -> dict[str, Any]:
    return {
        "self_report": report.ref,
        "round": report.round.slug,
        "partnership": report.partnership.slug,
        "is_demonstration": report.round.is_demonstration,
        "items": [
            {
                "item": shown.statement.item.code,
                "statement": shown.statement.statement,
                "spread": spread_row(shown.spread) if shown.spread else None,
                "sectors": [{"sector": name, **spread_row(spread)} for name, spread in shown.sectors.items()],
            }
            for shown in spreads_of_report(report)
        ],
    }


def spread_row(spread: Spread) -> dict[str, Any]:
    return {"counts": list(spread.counts), "answered": spread.answered, "middle": spread.middle}


def answer_row(answer: Answer) -> dict[str, Any]:
    question = answer.question
    return {
        "question": question.key,
        "section": question.section.key,
        "kind": question.kind,
        "text": question.text,
        "value": answer.value,
    }
