"""The one shape of reading in the API."""

from collections.abc import Sequence
from typing import Any

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response


class ListViewSet(viewsets.GenericViewSet):
    """Lists, as far as the caller may see what is in them."""

    metadata_class = None

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.represent(page or []))

    def represent(self, rows: Sequence[Any]) -> Sequence[Any]:
        """The rows as JSON, with a number of queries that doesn't depend on how many they are."""
        return self.get_serializer(rows, many=True).data


class ReadViewSet(ListViewSet):
    """Lists and single things, as far as the caller may see them."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.represent([self.get_object()])[0])
