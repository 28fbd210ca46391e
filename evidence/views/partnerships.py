"""Partnerships: what is known of each, and the findings that bear on it."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse

from evidence.models import CaseStudy, Finding
from evidence.queries.bearing import bearing, with_findings
from evidence.queries.labels import labels_for
from evidence.queries.partnerships import facts_of
from evidence.queries.plans import open_actions_json, still_to_do
from evidence.queries.profile import is_own, reports_with_profile
from evidence.views.memberships import NOT_KNOWN, membership_cells, organisation_link
from partnerships.access import Permission, has_permission
from partnerships.models import Membership, Partnership
from partnerships.views.bases import VisibleDetailView, VisibleListView


class PartnershipListView(VisibleListView):
    model = Partnership
    template_name = "evidence/partnership_list.html"
    context_object_name = "partnerships"

    def get_queryset(self) -> QuerySet[Partnership]:
        current_leads = (
            Membership.objects.visible_to(self.request.user)
            .filter(role=Membership.Role.LEAD, ended_on=None)
            .select_related("organisation")
        )
        return with_findings(self.request.user, super().get_queryset(), "partnerships").prefetch_related(
            "areas", Prefetch("memberships", queryset=current_leads, to_attr="current_leads")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "rows": [self.row(partnership) for partnership in self.object_list]
        }

    def row(self, partnership: Any) -> list[Any]:
        leads = ", ".join(member.organisation.name for member in partnership.current_leads)
        grant = partnership.grant_pounds
        return [
            (partnership.name, reverse("evidence:partnership-detail", args=[partnership.slug])),
            ", ".join(area.name for area in partnership.areas.all()) or NOT_KNOWN,
            leads or NOT_KNOWN,
            NOT_KNOWN if grant is None else f"£{grant:,}",
            partnership.finding_count,
        ]


class PartnershipDetailView(VisibleDetailView):
    model = Partnership
    template_name = "evidence/partnership_detail.html"
    context_object_name = "partnership"
    object: Any

    def get_queryset(self) -> QuerySet[Partnership]:
        person = self.request.user
        reports = reports_with_profile(person).filter(partnership=OuterRef("pk"))
        partnerships = super().get_queryset().annotate(has_profile=Exists(reports))
        if has_permission(person, Permission.FILL_IN_REPORTS):
            partnerships = partnerships.annotate(action_rows=open_actions_json(person))
        return partnerships

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, partnership = self.request.user, self.object
        members = list(
            Membership.objects.visible_to(person)
            .filter(partnership=partnership)
            .select_related("organisation__sector")
            .order_by("role", "organisation__name", "pk")
        )
        return super().get_context_data(**kwargs) | {
            "facts": facts_of(partnership, members),
            "member_rows": [member_row(member) for member in members],
            "case_study_rows": [
                [
                    (str(study.wave), study.get_absolute_url()),
                    study.get_status_display(),
                    study.get_visibility_display(),
                ]
                for study in CaseStudy.objects.visible_to(person)
                .filter(partnership=partnership)
                .select_related("wave")
            ],
            "has_profile": partnership.has_profile or is_own(person, partnership),
            "actions": still_to_do(partnership.action_rows) if is_own(person, partnership) else [],
            "bearing": bearing(
                person,
                Finding.objects.located_for(person).filter(partnerships=partnership),
                labels_for(person),
            ),
        }


def member_row(member: Membership) -> list[Any]:
    organisation = member.organisation
    return [
        organisation_link(organisation),
        organisation.sector.name,
        *membership_cells(member),
    ]
