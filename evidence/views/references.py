"""The publications that the review rests on, for reading and for reference managers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from evidence.exchange.references import RIS_MEDIA_TYPE, harvard, ris
from evidence.models import Finding, ItemCitation, Reference
from evidence.queries.bearing import bearing, with_findings
from evidence.queries.labels import labels_for
from evidence.queries.references import with_cited
from partnerships.views.bases import VisibleDetailView, VisibleListView


def ris_response(references: list[Reference], name: str) -> HttpResponse:
    return HttpResponse(
        ris(references),
        content_type=f"{RIS_MEDIA_TYPE}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.ris"'},
    )


class ReferenceListView(VisibleListView):
    model = Reference
    template_name = "evidence/reference_list.html"

    def get_queryset(self) -> QuerySet[Reference]:
        return with_cited(with_findings(self.request.user, super().get_queryset(), "references"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = [(reference, harvard(reference)) for reference in self.object_list]
        return super().get_context_data(**kwargs) | {
            "listed": [entry for entry in entries if entry[0].listed],
            "unlisted": [entry for entry in entries if not entry[0].listed],
        }


class ReferenceListRisView(VisibleListView):
    model = Reference

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return ris_response(list(self.get_queryset()), "references")


class ReferenceDetailView(VisibleDetailView):
    model = Reference
    template_name = "evidence/reference_detail.html"
    context_object_name = "reference"
    slug_field = slug_url_kwarg = "key"

    def get_queryset(self) -> QuerySet[Reference]:
        return with_cited(super().get_queryset())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, reference = self.request.user, self.object
        return super().get_context_data(**kwargs) | {
            "harvard": harvard(reference),
            "item_citations": (
                ItemCitation.objects.visible_to(person)
                .filter(reference=reference)
                .select_related("item")
                .order_by("item__order", "pk")
            ),
            "bearing": bearing(
                person, Finding.objects.visible_to(person).filter(references=reference), labels_for(person)
            ),
        }


class ReferenceRisView(VisibleDetailView):
    model = Reference
    slug_field = slug_url_kwarg = "key"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reference = self.get_object()
        return ris_response([reference], reference.key)
