"""The audit record: read, filtered, downloaded, verified."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import UserPassesTestMixin
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from partnerships.access import Permission, has_permission
from partnerships.audit import head, record, verify
from partnerships.audit_csv import audit_csv
from partnerships.audit_words import LIST, sentences
from partnerships.filtersets import AuditFilterSet
from partnerships.models import AuditRow
from partnerships.views.bases import VisibleListView
from partnerships.views.filtering import errors_of, pairs_in_use, printable, query_of, tags_of

ROWS_ON_A_PAGE = 50
MOST_ROWS_VERIFIED_HERE = 100_000


class FilteredAudit(UserPassesTestMixin, VisibleListView):
    """The record as the filters in the address narrow it. Visitors are sent to sign in."""

    model = AuditRow

    def test_func(self) -> bool:
        return has_permission(self.request.user, Permission.READ_AUDIT)

    @cached_property
    def filterset(self) -> AuditFilterSet:
        return AuditFilterSet(self.request.GET, queryset=super().get_queryset(), request=self.request)

    def get_queryset(self) -> QuerySet[AuditRow]:
        return self.filterset.qs


class AuditView(FilteredAudit):
    """Newest first, in pages that are told by the row they stand before: none is slower than another."""

    template_name = "partnerships/audit.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pairs = pairs_in_use(self.filterset)
        before = self.before()
        queryset = self.get_queryset().select_related("by")
        if before is not None:
            queryset = queryset.filter(number__lt=before)
        rows = list(queryset[: ROWS_ON_A_PAGE + 1])
        page = rows[:ROWS_ON_A_PAGE]
        older = [*pairs, ("before", str(page[-1].number))] if len(rows) > ROWS_ON_A_PAGE else None
        return super().get_context_data(object_list=page, **kwargs) | {
            "sentences": sentences(page, self.request.user),
            "facets": self.facets(),
            "readings": self.readings(),
            "texts": {
                name: printable(self.filterset.form[name].data or "")
                for name in ("key", "from_day", "to_day")
            },
            "labels": {name: filter_.label for name, filter_ in self.filterset.filters.items()},
            "tags": tags_of(self.filterset),
            "errors": errors_of(self.filterset),
            "query": query_of(pairs),
            "newest_query": "" if before is None else query_of(pairs),
            "older_query": query_of(older) if older else "",
            "head": head(),
        }

    def readings(self) -> list[tuple[str, str, bool]]:
        """What can be done about readings: value, words, whether it is chosen."""
        field = self.filterset.form["readings"]
        choices = [("", "Left out"), *self.filterset.filters["readings"].extra["choices"]]
        return [(value, str(label), value == (field.data or "")) for value, label in choices]

    def before(self) -> int | None:
        """The number of the row that the page stands before. Raises Http404 for anything but a number."""
        text = self.request.GET.get("before")
        if text is None:
            return None
        try:
            return int(text)
        except ValueError as error:
            raise Http404 from error

    def facets(self) -> list[tuple[str, str, list[tuple[str, str, None, bool]]]]:
        """The choices of each filter for its panel; without numbers, which would take a full count."""
        form = self.filterset.form
        return [
            (
                name,
                str(self.filterset.filters[name].label),
                [
                    (value, label, None, value in (form[name].data or ()))
                    for value, label in form.fields[name].choices
                ],
            )
            for name in ("person", "verb", "kind")
        ]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Verify the record, unless it is too long to let somebody wait for it."""
        last = head()
        if last and last.number > MOST_ROWS_VERIFIED_HERE:
            messages.warning(
                request,
                f"The record has more than {MOST_ROWS_VERIFIED_HERE:,} rows, too many to verify here. "
                "Ask whoever runs this site for “manage.py verify_audit”.",
            )
            return redirect("partnerships:audit")
        result = verify()
        if result.is_unbroken:
            messages.success(request, f"The record is unbroken. Rows verified: {result.rows:,}.")
        else:
            named = " ".join(result.breaks_named)
            messages.error(request, f"The record is broken in places: {result.breaks:,}. {named}")
        return redirect("partnerships:audit")


class AuditCsvView(FilteredAudit):
    """The whole record as it is filtered, up to the row that says so."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if errors := errors_of(self.filterset):
            return HttpResponse("\n".join(errors), status=400, content_type="text/plain; charset=utf-8")
        with transaction.atomic():
            export = record(
                by=request.user,  # type: ignore[arg-type]
                verb="audit.exported",
                target=AuditRow(),
                key=LIST,
                format="csv",
                filters=[list(pair) for pair in pairs_in_use(self.filterset)],
            )
        name = f"audit-record-{timezone.localdate().isoformat()}.csv"
        return StreamingHttpResponse(
            audit_csv(self.get_queryset().filter(number__lt=export.number)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
