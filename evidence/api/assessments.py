"""Judgements of confidence in the API, to be read."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evidence.filtersets import AssessmentFilterSet
from evidence.models import Assessment, Component, ComponentConcern, Concern, FrameworkItem
from evidence.queries.confidence import current_assessments
from partnerships.functions import JSONList
from partnerships.viewsets import ReadViewSet


class ConcernSerializer(serializers.Serializer):
    """The level of concern about one component, with its reason."""

    component = serializers.ChoiceField(Component.choices)
    concern = serializers.ChoiceField(Concern.choices)
    reason = serializers.CharField()
    relevance = serializers.ChoiceField(
        ComponentConcern.Relevance.choices,
        allow_blank=True,
        help_text="What kind of concern about relevance it is.",
    )


class AssessmentSerializer(serializers.ModelSerializer):
    """How much confidence an item deserves (GRADE-CERQual), as lead evaluators judge it."""

    item = serializers.CharField(source="item_code", help_text="The item's code.")
    concerns = ConcernSerializer(many=True, source="concern_rows")
    is_stale = serializers.BooleanField(
        help_text="Whether evidence that the caller may see has come or changed since."
    )
    is_reworded = serializers.BooleanField(help_text="Whether the item was reworded since.")
    url = serializers.SerializerMethodField()

    class Meta:
        model = Assessment
        fields = [
            "item",
            "confidence",
            "explanation",
            "dissent",
            "concerns",
            "visibility",
            "made_at",
            "is_stale",
            "is_reworded",
            "is_demonstration",
            "url",
        ]

    @extend_schema_field(serializers.URLField())
    def get_url(self, assessment: Any) -> str:
        item = FrameworkItem(code=assessment.item_code, kind=assessment.item_kind)
        address = f"{item.get_absolute_url()}confidence/"
        return str(self.context["request"].build_absolute_uri(address))


class AssessmentViewSet(ReadViewSet):
    """Of each item the last judgement that the caller may read, by the item's code."""

    queryset = Assessment.objects.all()
    serializer_class = AssessmentSerializer
    filterset_class = AssessmentFilterSet
    lookup_field = "item__code"
    lookup_url_kwarg = "code"

    def get_queryset(self) -> QuerySet:
        person = self.request.user
        concerns = ComponentConcern.objects.visible_to(person).filter(assessment=OuterRef("pk"))
        rows = JSONList(
            concerns, component="component", concern="concern", reason="reason", relevance="relevance"
        )
        return (
            current_assessments(person)
            .select_related(None)
            .annotate(item_code=F("item__code"), item_kind=F("item__kind"), concern_rows=rows)
            .order_by("item__order", "item__code")
        )
