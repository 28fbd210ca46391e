"""Things in the API that can be confidential."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from evidence.actions.readings import record_list_reading, record_reading
from evidence.queries.readings import KINDS, with_reading
from partnerships.viewsets import ReadViewSet


class RecordedReadViewSet(ReadViewSet):
    """Whoever is given one such thing leaves a record of it, once a day; and so does whoever is given a list
    in which there is one, since a list gives all that a thing says.
    """

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        things: QuerySet[Any] = super().filter_queryset(queryset)
        if self.request.method in SAFE_METHODS:
            return with_reading(self.request.user, things, in_list=not self.detail)
        return things

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        due = max((fields_of(thing)["reading_due"] for thing in page), default="")
        record_list_reading(by=request.user, of=self.kind, due=due)
        return self.get_paginated_response(self.represent(page))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        thing: Any = self.get_object()
        fields, key = fields_of(thing), KINDS[self.kind].key
        record_reading(by=request.user, thing=self.kind(**{key: fields[key]}), due=fields["reading_due"])
        return Response(self.represent([thing])[0])

    @property
    def kind(self) -> Any:
        return self.get_queryset().model


def fields_of(thing: Any) -> dict[str, Any]:
    """A row, or a thing, by the names of its fields."""
    return thing if isinstance(thing, dict) else vars(thing)
