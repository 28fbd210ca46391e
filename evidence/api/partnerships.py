"""Sectors, areas, organisations and partnerships in the API."""

from django.db.models import F, OuterRef, QuerySet
from rest_framework import serializers

from evidence.api.fields import PageField
from partnerships.api import CataloguePagination
from partnerships.filtersets import OrganisationFilterSet, PartnershipFilterSet
from partnerships.functions import JSONList
from partnerships.models import Area, FactSource, Membership, Organisation, Partnership, Sector
from partnerships.viewsets import ReadViewSet


class SectorSerializer(serializers.ModelSerializer):
    url = PageField("sector-detail", "code")

    class Meta:
        model = Sector
        fields = ["code", "name", "description", "url"]


class SectorViewSet(ReadViewSet):
    """Parts of society that partners come from."""

    queryset = Sector.objects.all()
    serializer_class = SectorSerializer
    pagination_class = CataloguePagination
    lookup_field = "code"


class AreaSerializer(serializers.ModelSerializer):
    successors = serializers.ListField(child=serializers.CharField(), source="successor_codes")
    partnerships = serializers.ListField(child=serializers.CharField(), source="partnership_slugs")

    class Meta:
        model = Area
        fields = ["code", "name", "kind", "valid_from", "valid_to", "successors", "partnerships", "note"]


class AreaViewSet(ReadViewSet):
    """Places with an official code; an ended code keeps its dates and its successors."""

    queryset = Area.objects.all()
    serializer_class = AreaSerializer
    pagination_class = CataloguePagination
    lookup_field = "code"

    def get_queryset(self) -> QuerySet:
        person = self.request.user
        successors = Area.objects.visible_to(person).filter(predecessors=OuterRef("pk"))
        partnerships = Partnership.objects.visible_to(person).filter(areas=OuterRef("pk"))
        return (
            super()
            .get_queryset()
            .annotate(
                successor_codes=JSONList(successors, "code"), partnership_slugs=JSONList(partnerships, "slug")
            )
        )


class OrganisationSerializer(serializers.ModelSerializer):
    sector = serializers.CharField(source="sector_code")
    partnerships = serializers.ListField(
        child=serializers.CharField(), source="partnership_slugs", help_text="Those it belongs to now."
    )
    url = PageField("organisation-detail", "slug")

    class Meta:
        model = Organisation
        fields = [
            "slug",
            "name",
            "kind",
            "size",
            "sector",
            "charity_number",
            "company_number",
            "ukprn",
            "org_id",
            "website",
            "partnerships",
            "note",
            "is_demonstration",
            "url",
        ]


class OrganisationViewSet(ReadViewSet):
    """Bodies that belong to partnerships. Identifiers are text: leading zeros count."""

    queryset = Organisation.objects.all()
    serializer_class = OrganisationSerializer
    filterset_class = OrganisationFilterSet
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet:
        person = self.request.user
        current = Membership.objects.visible_to(person).filter(
            organisation=OuterRef(OuterRef("pk")), ended_on=None
        )
        partnerships = Partnership.objects.visible_to(person).filter(pk__in=current.values("partnership"))
        return (
            super()
            .get_queryset()
            .annotate(sector_code=F("sector__code"), partnership_slugs=JSONList(partnerships, "slug"))
        )


class MemberSerializer(serializers.Serializer):
    """An organisation's place in a partnership; ``ended_on`` is null while it lasts."""

    organisation = serializers.CharField()
    role = serializers.ChoiceField(Membership.Role.choices)
    relation = serializers.ChoiceField(Membership.Relation.choices, allow_blank=True)
    has_board_seat = serializers.BooleanField(allow_null=True)
    started_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)


class FactSerializer(serializers.Serializer):
    """Where one fact about a partnership comes from, and whether that source states it outright."""

    fact = serializers.ChoiceField(FactSource.Fact.choices)
    source = serializers.CharField()  # type: ignore[assignment]
    is_verified = serializers.BooleanField()
    stated_on = serializers.CharField()


class PartnershipSerializer(serializers.ModelSerializer):
    areas = serializers.ListField(child=serializers.CharField(), source="area_codes")
    # Stated here, because the description must not depend on the database's largest number.
    grant_pounds = serializers.IntegerField(allow_null=True)
    members = MemberSerializer(many=True, source="member_rows")
    sources = FactSerializer(many=True, source="fact_rows", help_text="Where each fact comes from.")
    url = PageField("partnership-detail", "slug")

    class Meta:
        model = Partnership
        fields = [
            "slug",
            "name",
            "areas",
            "operating_area",
            "form",
            "legal_form",
            "starts_on",
            "ends_on",
            "grant_pounds",
            "grant_reference",
            "members",
            "sources",
            "note",
            "url",
        ]


class PartnershipViewSet(ReadViewSet):
    """The programme's local partnerships. What is not known is empty."""

    queryset = Partnership.objects.all()
    serializer_class = PartnershipSerializer
    pagination_class = CataloguePagination
    filterset_class = PartnershipFilterSet
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet:
        person = self.request.user
        of_partnership = {"partnership": OuterRef("pk")}
        return (
            super()
            .get_queryset()
            .annotate(
                area_codes=JSONList(
                    Area.objects.visible_to(person).filter(partnerships=OuterRef("pk")), "code"
                ),
                member_rows=JSONList(
                    Membership.objects.visible_to(person).filter(**of_partnership),
                    organisation="organisation__slug",
                    role="role",
                    relation="relation",
                    has_board_seat="has_board_seat",
                    started_on="started_on",
                    ended_on="ended_on",
                ),
                fact_rows=JSONList(
                    FactSource.objects.visible_to(person).filter(**of_partnership),
                    fact="fact",
                    source="source",
                    is_verified="is_verified",
                    stated_on="stated_on",
                ),
            )
        )
