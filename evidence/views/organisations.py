"""Organisations: which partnerships they belong to, and the findings that bear on them."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from evidence.models import Finding
from evidence.queries.bearing import bearing, with_findings
from evidence.queries.labels import labels_for
from evidence.views.memberships import membership_cells, organisation_link
from partnerships.models import Membership, Organisation
from partnerships.views.bases import VisibleDetailView, VisibleListView


class OrganisationListView(VisibleListView):
    model = Organisation
    template_name = "evidence/organisation_list.html"
    context_object_name = "organisations"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Organisation]:
        person = self.request.user
        current = Membership.objects.visible_to(person).filter(ended_on=None).select_related("partnership")
        return (
            with_findings(person, super().get_queryset(), "organisations")
            .select_related("sector")
            .prefetch_related(Prefetch("memberships", queryset=current, to_attr="current_memberships"))
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"rows": [self.row(organisation) for organisation in context["object_list"]]}

    def row(self, organisation: Any) -> list[Any]:
        names = [membership.partnership.name for membership in organisation.current_memberships]
        return [
            organisation_link(organisation),
            organisation.sector.name,
            organisation.get_kind_display(),
            ", ".join(dict.fromkeys(names)) or "None known",
            organisation.finding_count,
        ]


class OrganisationDetailView(VisibleDetailView):
    model = Organisation
    template_name = "evidence/organisation_detail.html"
    context_object_name = "organisation"

    def get_queryset(self) -> QuerySet[Organisation]:
        return super().get_queryset().select_related("sector")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, organisation = self.request.user, self.object
        memberships = (
            Membership.objects.visible_to(person)
            .filter(organisation=organisation)
            .select_related("partnership")
            .order_by("partnership__name", "role", "pk")
        )
        return super().get_context_data(**kwargs) | {
            "membership_rows": [
                [
                    (
                        membership.partnership.name,
                        reverse("evidence:partnership-detail", args=[membership.partnership.slug]),
                    ),
                    *membership_cells(membership),
                ]
                for membership in memberships
            ],
            "bearing": bearing(
                person,
                Finding.objects.located_for(person).filter(organisations=organisation),
                labels_for(person),
            ),
        }
