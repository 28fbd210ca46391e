"""The framework in the API: themes, items of every kind, references, programmes."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from django.db.models import F, OuterRef, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evidence.api.fields import PageField
from evidence.filtersets import ItemFilterSet, ItemOfKindFilterSet, ReferenceFilterSet
from evidence.models import (
    Approach,
    Barrier,
    Benefit,
    Citation,
    Driver,
    FrameworkItem,
    ItemCitation,
    Lesson,
    Outcome,
    Programme,
    Reference,
    ResearchQuestion,
    Theme,
)
from evidence.queries.references import with_cited
from evidence.queries.standing import Standing, Status, standings
from partnerships.api import CataloguePagination
from partnerships.functions import JSONList
from partnerships.models import Sector
from partnerships.viewsets import ReadViewSet


class ThemeSerializer(serializers.ModelSerializer):
    url = PageField()

    class Meta:
        model = Theme
        fields = ["slug", "title", "question", "introduction", "section", "url"]


class ThemeViewSet(ReadViewSet):
    """The review's four areas."""

    queryset = Theme.objects.all()
    serializer_class = ThemeSerializer
    pagination_class = CataloguePagination
    lookup_field = "slug"


class CitationSerializer(serializers.Serializer):
    """A reference that the review cites, and how far its citation can be followed."""

    reference = serializers.CharField()
    state = serializers.ChoiceField(Citation.State.choices)
    note = serializers.CharField()


class CountsSerializer(serializers.Serializer):
    """Findings by direction, of those that the caller may see."""

    supports = serializers.IntegerField()
    refines = serializers.IntegerField()
    challenges = serializers.IntegerField()
    context = serializers.IntegerField()  # type: ignore[assignment]


class ItemSerializer(serializers.Serializer):
    """One thing of the review that evidence can speak to, and how the evidence stands for the caller."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(FrameworkItem.Kind.choices)
    title = serializers.CharField()
    statement = serializers.CharField()
    plain_statement = serializers.CharField()
    theme = serializers.CharField(source="theme_slug")
    group = serializers.CharField()
    sectors = serializers.ListField(child=serializers.CharField(), source="sector_codes")
    section = serializers.CharField()
    parent = serializers.CharField(source="parent_code", allow_null=True)  # type: ignore[assignment]
    citations = CitationSerializer(many=True, source="citation_rows")
    status = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField()
    url = PageField()

    def standing(self, item: FrameworkItem) -> Standing:
        return self.context["standings"][item.pk]

    @extend_schema_field(
        serializers.ChoiceField(
            Status.choices,
            allow_null=True,
            help_text="Null for research questions: no evidence takes their side.",
        )
    )
    def get_status(self, item: FrameworkItem) -> str | None:
        return None if item.is_question else self.standing(item).status.value

    @extend_schema_field(CountsSerializer)
    def get_counts(self, item: FrameworkItem) -> dict[str, int]:
        return dataclasses.asdict(self.standing(item).counts)


class ItemViewSet(ReadViewSet):
    """Everything in the review that evidence can speak to."""

    queryset = FrameworkItem.objects.all()
    serializer_class = ItemSerializer
    pagination_class = CataloguePagination
    filterset_class: Any = ItemFilterSet
    lookup_field = "code"

    def get_queryset(self) -> QuerySet:
        person = self.request.user
        citations = ItemCitation.objects.visible_to(person).filter(item=OuterRef("pk"))
        return (
            super()
            .get_queryset()
            .annotate(
                theme_slug=F("theme__slug"),
                parent_code=F("parent__code"),
                sector_codes=JSONList(
                    Sector.objects.visible_to(person).filter(framework_items=OuterRef("pk")), "code"
                ),
                citation_rows=JSONList(
                    citations.order_by("reference__cited_as", "reference__key"),
                    reference="reference__key",
                    state="state",
                    note="note",
                ),
            )
        )

    def represent(self, rows: Sequence[FrameworkItem]) -> Sequence[Any]:
        context = {**self.get_serializer_context(), "standings": standings(self.request.user, rows)}
        return self.get_serializer(rows, many=True, context=context).data


class OneKindViewSet(ItemViewSet):
    """Items of one kind."""

    filterset_class = ItemOfKindFilterSet


class LessonViewSet(OneKindViewSet):
    """The review's ten lessons, by code (L5) or number (5)."""

    queryset = Lesson.objects.all()

    def get_object(self) -> Lesson:
        code = self.kwargs["code"]
        self.kwargs["code"] = f"L{code}" if code.isdecimal() else code
        return super().get_object()


class BenefitViewSet(OneKindViewSet):
    """Reasons for working in partnership."""

    queryset = Benefit.objects.all()


class DriverViewSet(OneKindViewSet):
    """What helps partnerships to work."""

    queryset = Driver.objects.all()


class BarrierViewSet(OneKindViewSet):
    """What hinders partnerships."""

    queryset = Barrier.objects.all()


class ApproachViewSet(OneKindViewSet):
    """Ways of engaging a sector that have worked."""

    queryset = Approach.objects.all()


class OutcomeViewSet(OneKindViewSet):
    """What partnership is said to bring about."""

    queryset = Outcome.objects.all()


class ResearchQuestionViewSet(OneKindViewSet):
    """Questions that the review leaves to the partnerships' own experience."""

    queryset = ResearchQuestion.objects.all()


class ReferenceSerializer(serializers.ModelSerializer):
    authors = serializers.ListField(child=serializers.CharField())
    # Stated here, because the description must not depend on the database's largest number.
    year = serializers.IntegerField(allow_null=True)
    cited = serializers.BooleanField(help_text="Whether the review's text cites it.")
    url = PageField()

    class Meta:
        model = Reference
        fields = [
            "key",
            "type",
            "authors",
            "year",
            "title",
            "publisher",
            "place",
            "series",
            "number",
            "listed",
            "cited",
            "note",
            "url",
        ]


class ReferenceViewSet(ReadViewSet):
    """Publications that the review lists, and those that it cites without listing them."""

    queryset = Reference.objects.all()
    serializer_class = ReferenceSerializer
    pagination_class = CataloguePagination
    filterset_class = ReferenceFilterSet
    lookup_field = "key"

    def get_queryset(self) -> QuerySet:
        return with_cited(super().get_queryset())


class ProgrammeSerializer(serializers.ModelSerializer):
    url = PageField()

    class Meta:
        model = Programme
        fields = ["slug", "name", "short_name", "description", "note", "url"]


class ProgrammeViewSet(ReadViewSet):
    """Initiatives that the review's evidence comes from."""

    queryset = Programme.objects.all()
    serializer_class = ProgrammeSerializer
    pagination_class = CataloguePagination
    lookup_field = "slug"
