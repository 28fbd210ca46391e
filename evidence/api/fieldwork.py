"""Case studies and sources in the API, to be read, and how sources are appraised."""

from typing import Any, cast

from django.db.models import Case, CharField, F, OuterRef, QuerySet, Value, When
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from evidence.api.appraisals import AppraisalInputSerializer, QualitySerializer, quality_of_source
from evidence.api.attachments import FileSerializer, file_rows
from evidence.api.findings import REFUSALS, MayLogFindings
from evidence.api.readings import RecordedReadViewSet
from evidence.filtersets import CaseStudyFilterSet, SourceFilterSet
from evidence.models import Appraisal, CaseStudy, Finding, Source
from evidence.queries.appraisals import own_appraisal
from partnerships.access import Permission, has_permission
from partnerships.functions import JSONList
from partnerships.models import Person


class CaseStudySerializer(serializers.ModelSerializer):
    """A partnership in a wave of fieldwork, with the sources and findings that the caller may see."""

    partnership = serializers.CharField(source="partnership_slug")
    wave = serializers.IntegerField(source="wave_number")
    evaluators = serializers.ListField(child=serializers.CharField(), source="evaluator_names")
    narrative = serializers.CharField(help_text="In Markdown.")
    planned_interviews = serializers.IntegerField(allow_null=True)
    sources = serializers.ListField(child=serializers.CharField(), source="source_refs")
    findings = serializers.ListField(child=serializers.CharField(), source="finding_refs")
    files = FileSerializer(many=True, source="file_rows")
    url = serializers.SerializerMethodField()

    class Meta:
        model = CaseStudy
        fields = [
            "slug",
            "partnership",
            "wave",
            "evaluators",
            "methods",
            "narrative",
            "planned_interviews",
            "status",
            "visibility",
            "published_at",
            "version",
            "sources",
            "findings",
            "files",
            "is_demonstration",
            "url",
        ]

    def get_url(self, study: CaseStudy) -> str:
        address = reverse("evidence:case-study-detail", args=[study.slug])
        return str(self.context["request"].build_absolute_uri(address))


class CaseStudyViewSet(RecordedReadViewSet):
    """Case studies, as far as the caller may see them."""

    queryset = CaseStudy.objects.all()
    serializer_class = CaseStudySerializer
    filterset_class = CaseStudyFilterSet
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet:
        person = self.request.user
        sources = Source.objects.visible_to(person).filter(case_study=OuterRef("pk"))
        findings = Finding.objects.located_for(person).filter(source__case_study=OuterRef("pk"))
        # Whoever reads a case study reads who wrote it.
        evaluators = Person.objects.filter(case_studies=OuterRef("pk")).order_by("name", "pk")
        return (
            super()
            .get_queryset()
            .annotate(
                partnership_slug=F("partnership__slug"),
                wave_number=F("wave__number"),
                evaluator_names=JSONList(evaluators, "name"),
                source_refs=JSONList(sources, "ref"),
                finding_refs=JSONList(findings, "ref"),
                file_rows=file_rows(person, "case_study"),
            )
        )


class SourceSerializer(serializers.ModelSerializer):
    """A source; what the evaluation team calls it is for the team."""

    respondent_sector = serializers.CharField(source="sector_code", allow_null=True)
    case_study = serializers.CharField(
        source="case_study_slug", allow_null=True, help_text="Null for those who may not read it."
    )
    label = serializers.CharField(  # type: ignore[assignment]
        source="team_label", help_text="Empty but for the evaluation team."
    )
    findings = serializers.ListField(child=serializers.CharField(), source="finding_refs")
    quality = serializers.SerializerMethodField()
    files = FileSerializer(many=True, source="file_rows")

    class Meta:
        model = Source
        fields = [
            "ref",
            "case_study",
            "kind",
            "label",
            "collected_on",
            "respondent_role",
            "respondent_sector",
            "consent_scope",
            "quote_permission",
            "anonymised_at",
            "consent_withdrawn_at",
            "findings",
            "quality",
            "files",
            "version",
            "is_demonstration",
        ]

    @extend_schema_field(QualitySerializer(allow_null=True))
    def get_quality(self, source: Source) -> dict[str, Any] | None:
        return quality_of_source(own_appraisal(source))


class SourceConflictSerializer(serializers.Serializer):
    """Somebody else appraised the source since."""

    detail = serializers.CharField()
    current_version = serializers.IntegerField()
    current = SourceSerializer(allow_null=True)


class SourceViewSet(RecordedReadViewSet):
    """The interviews, documents and other material behind findings; for funder and evaluation team."""

    queryset = Source.objects.all()
    serializer_class = SourceSerializer
    filterset_class = SourceFilterSet
    lookup_field = "ref"

    def get_queryset(self) -> QuerySet:
        person = self.request.user
        findings = Finding.objects.located_for(person).filter(source=OuterRef("pk"))
        studies = CaseStudy.objects.visible_to(person)
        nothing = Value("", output_field=CharField())
        return (
            super()
            .get_queryset()
            .select_related("appraisal__by")
            .annotate(
                sector_code=F("respondent_sector__code"),
                case_study_slug=Case(When(case_study__in=studies, then=F("case_study__slug"))),
                team_label=F("label") if has_permission(person, Permission.READ_TEAM) else nothing,
                finding_refs=JSONList(findings, "ref"),
                file_rows=file_rows(person, "source"),
            )
        )

    @extend_schema(
        request=AppraisalInputSerializer,
        responses={200: SourceSerializer, **REFUSALS, 409: SourceConflictSerializer},
        description="Judge the quality of a source, over the appraisal it has.",
    )
    @action(detail=True, methods=["post"], permission_classes=[MayLogFindings])
    def appraise(self, request: Request, ref: str) -> Response:
        source = self.get_object()
        serializer = AppraisalInputSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        serializer.save_for(source, by=cast(Person, request.user))
        return Response(self.represent([self.get_object()])[0])

    def current_state(self, appraisal: Appraisal) -> dict[str, Any] | None:
        """The source of the appraisal as the caller may see it now."""
        visible = Source.objects.visible_to(self.request.user)
        sources = self.get_queryset().filter(pk__in=visible.filter(pk=appraisal.subject.pk))
        return next(iter(self.represent(list(sources))), None)
