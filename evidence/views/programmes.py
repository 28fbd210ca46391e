"""Programmes that the review's own evidence comes from."""

from typing import Any

from django.db.models import QuerySet

from evidence.models import Finding, Programme
from evidence.queries.bearing import bearing, with_findings
from evidence.queries.labels import labels_for
from partnerships.views.bases import VisibleDetailView, VisibleListView


class ProgrammeListView(VisibleListView):
    model = Programme
    template_name = "evidence/programme_list.html"
    context_object_name = "programmes"

    def get_queryset(self) -> QuerySet[Programme]:
        return with_findings(self.request.user, super().get_queryset(), "programme")


class ProgrammeDetailView(VisibleDetailView):
    model = Programme
    template_name = "evidence/programme_detail.html"
    context_object_name = "programme"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.request.user
        findings = Finding.objects.visible_to(person).filter(programme=self.object)
        return super().get_context_data(**kwargs) | {"bearing": bearing(person, findings, labels_for(person))}
