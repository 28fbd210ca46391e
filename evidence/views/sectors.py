"""Sectors: what the framework and the findings say of each."""

from typing import Any

from django.db.models import QuerySet

from evidence.models import Finding, FrameworkItem
from evidence.queries.bearing import bearing, with_findings
from evidence.queries.items import item_rows
from evidence.queries.labels import labels_for
from evidence.views.kinds import KINDS
from partnerships.models import Sector
from partnerships.views.bases import VisibleDetailView, VisibleListView


class SectorListView(VisibleListView):
    model = Sector
    template_name = "evidence/sector_list.html"
    context_object_name = "sectors"

    def get_queryset(self) -> QuerySet[Sector]:
        return with_findings(self.request.user, super().get_queryset(), "sectors")


class SectorDetailView(VisibleDetailView):
    model = Sector
    template_name = "evidence/sector_detail.html"
    context_object_name = "sector"
    slug_field = slug_url_kwarg = "code"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, sector = self.request.user, self.object
        items = list(FrameworkItem.objects.visible_to(person).filter(sectors=sector))
        rows = item_rows(person, items)
        return super().get_context_data(**kwargs) | {
            "kinds": [
                (pages.plural, [rows[item.pk] for item in items if item.kind == kind])
                for kind, pages in KINDS.items()
                if any(item.kind == kind for item in items)
            ],
            "bearing": bearing(
                person, Finding.objects.visible_to(person).filter(sectors=sector), labels_for(person)
            ),
        }
