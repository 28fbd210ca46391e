"""What the whole API stands on, named in its settings: who asks, what they see, pages, answers to errors.

The settings are read while REST framework's views are being defined, so nothing here may be built on a view.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import authentication, pagination, status, views
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from partnerships.errors import Conflict, StepRefused


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the pages. Who writes without signing in is told so (401), not refused (403)."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class FrugalPaginator(Paginator):
    """Doesn't ask the database how many rows there are when the first page has room for them all."""

    def page(self, number: Any) -> Page:
        if str(number) != "1":
            return super().page(number)
        rows = list(self.object_list[: self.per_page + 1])
        if len(rows) <= self.per_page:
            self.__dict__["count"] = len(rows)  # the place where Django keeps the answer of its own count
        return Page(rows[: self.per_page], 1, self)


class CountingPaginator(Paginator):
    """Counts along with the first page, for lists that are never so long that it takes more than asking."""

    def page(self, number: Any) -> Page:
        if str(number) != "1":
            return super().page(number)
        rows: Any = self.object_list
        rows = list(rows.annotate(total=Window(Count("pk")))[: self.per_page])
        self.__dict__["count"] = rows[0].total if rows else 0
        return Page(rows, 1, self)


class Pagination(pagination.PageNumberPagination):
    django_paginator_class: type[Paginator] = FrugalPaginator
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 200


class CountedAlong(Pagination):
    django_paginator_class = CountingPaginator


class CataloguePagination(Pagination):
    """For lists that people usually want whole."""

    page_size = Pagination.max_page_size


class VisibleFilterBackend(DjangoFilterBackend):
    """The one place where the API asks who may see what; then, in lists, the filters of the query."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> QuerySet:
        visible = queryset.visible_to(request.user)
        return super().filter_queryset(request, visible, view) if view.action == "list" else visible


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error: also those of actions, which know nothing of HTTP."""
    if isinstance(error, Conflict):
        current: Any = error.current
        return Response(
            {
                "detail": str(error),
                "current_version": current.version,
                "current": context["view"].current_state(current),
            },
            status=status.HTTP_409_CONFLICT,
        )
    if isinstance(error, StepRefused):
        return Response({"detail": str(error)}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ValidationError):
        return Response(by_field(error), status=status.HTTP_400_BAD_REQUEST)
    return views.exception_handler(error, context)


def by_field(error: ValidationError) -> Mapping[str, Iterable[str]]:
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {api_settings.NON_FIELD_ERRORS_KEY: error.messages}
