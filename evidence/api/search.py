"""The search over everything in the API."""

from django.db.models import QuerySet
from django_filters.utils import translate_validation
from rest_framework import serializers

from evidence.filtersets import SearchFilterSet
from evidence.models import SearchDocument
from evidence.queries.everything import KINDS, Matches, Result
from partnerships.viewsets import ListViewSet


class ResultSerializer(serializers.Serializer):
    """One thing that was found."""

    kind = serializers.ChoiceField(list(KINDS.items()))
    key = serializers.CharField(help_text="The ref, code, key or slug by which its own address names it.")
    title = serializers.SerializerMethodField()
    snippet = serializers.SerializerMethodField(
        help_text="The passage that matches as HTML, with what was looked for in <mark>."
    )
    is_demonstration = serializers.BooleanField()
    url = serializers.SerializerMethodField()

    def get_title(self, result: Result) -> str:
        return str(result.title.striptags())

    def get_snippet(self, result: Result) -> str:
        return str(result.text)

    def get_url(self, result: Result) -> str:
        return str(self.context["request"].build_absolute_uri(result.href))


class SearchViewSet(ListViewSet):
    """Everything that matches a query and that the caller may see, of all kinds or of some. Of findings, the
    newest thousand that match.
    """

    queryset = SearchDocument.objects.all()
    serializer_class = ResultSerializer
    filterset_class = SearchFilterSet

    def filter_queryset(self, queryset: QuerySet) -> Matches:  # type: ignore[override]
        visible = queryset.visible_to(self.request.user)  # type: ignore[attr-defined]
        filterset = SearchFilterSet(self.request.query_params, queryset=visible, request=self.request)
        if filterset.errors:
            raise translate_validation(filterset.errors)
        return filterset.matches()
