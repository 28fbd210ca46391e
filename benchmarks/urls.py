"""Addresses of the references: an empty view, and a list as the framework writes it by default."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework import generics, serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer

from evidence.models import Coding, Finding


class CodingSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    item = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Coding
        fields = ("item", "direction", "note")


class NestedSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    partnerships = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    sectors = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    references = serializers.SlugRelatedField(slug_field="key", many=True, read_only=True)
    programme = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    source_kind = serializers.CharField(source="source.kind", default="")
    collected_on = serializers.DateField(source="source.collected_on", default=None)
    codings = CodingSerializer(many=True)

    class Meta:
        model = Finding
        fields = (
            *("ref", "title", "text", "quote", "origin", "status", "visibility", "partnerships"),
            *("programme_wide", "sectors", "programme", "source_kind", "collected_on", "codings"),
            *("references", "created_at", "published_at", "version"),
        )


class Pages(PageNumberPagination):
    page_size = 25


class NestedListView(generics.ListAPIView):  # type: ignore[type-arg]
    serializer_class = NestedSerializer
    pagination_class = Pages
    permission_classes = (AllowAny,)
    filter_backends = ()
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)

    def get_queryset(self):  # type: ignore[no-untyped-def]
        return (
            Finding.objects.visible_to(self.request.user)
            .select_related("source", "programme")
            .prefetch_related("codings__item", "partnerships", "sectors", "references")
        )


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("empty/", empty),
    path("nested/", NestedListView.as_view()),
    path("", include("talentmatch.urls")),
]
