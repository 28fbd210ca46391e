"""Findings that look like another: for the form while it is written, and for a draft on a page of its own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from evidence.actions.finding_rules import works_on
from evidence.forms.picker import posted_choices
from evidence.models import Finding
from evidence.queries.lookalikes import lookalikes
from evidence.views.readings import RecordedReading
from evidence.views.signed_in import SignedInMixin
from evidence.views.typed_forms import AnsweringScriptsMixin
from partnerships.views.bases import VisibleDetailView


@method_decorator(sensitive_post_parameters(), name="dispatch")
class LookalikesView(AnsweringScriptsMixin, View):
    """A few lines of HTML, or nothing. The text comes by POST, so that no address or log ever holds it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        found = lookalikes(
            request.user,
            request.POST.get("text", ""),
            partnerships=request.POST.getlist("partnerships"),
            items=posted_choices(request.POST),
            besides=request.POST.get("besides", ""),
        )
        return render(request, "evidence/lookalikes.html", {"lookalikes": found})


class FindingLookalikesView(SignedInMixin, RecordedReading, VisibleDetailView):
    """For those who work on a finding: what it may repeat."""

    model = Finding
    slug_field = slug_url_kwarg = "ref"
    template_name = "evidence/finding_lookalikes.html"

    def get_object(self, queryset: QuerySet[Finding] | None = None) -> Finding:
        finding: Finding = super().get_object(queryset)
        if not works_on(self.request.user, finding):
            raise PermissionDenied
        return finding

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        finding = self.object
        found = lookalikes(
            self.request.user,
            finding.text,
            partnerships=finding.partnerships.values("slug"),
            items=finding.items.values("code"),
            besides=finding.ref,
        )
        return super().get_context_data(**kwargs) | {"lookalikes": found}
