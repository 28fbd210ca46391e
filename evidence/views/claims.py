"""Taking a finding for review and leaving it to others: buttons in the inbox and on the finding's page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from evidence.actions.claims import claim_finding, release_claim
from evidence.actions.finding_rules import is_lead
from evidence.models import Finding
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.errors import StepRefused
from partnerships.views.bases import VisibleDetailView


class ClaimView(SignedInMixin, VisibleDetailView):
    """Leads to the finding that was taken; so does the address alone."""

    model = Finding
    slug_field = slug_url_kwarg = "ref"

    def get_object(self, queryset: QuerySet[Finding] | None = None) -> Finding:
        finding: Finding = super().get_object(queryset)
        if not is_lead(self.request.user):
            raise PermissionDenied
        return finding

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.get_object())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        finding = self.get_object()
        try:
            claim_finding(by=signed_in(request), finding=finding)
        except StepRefused as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, "Other lead evaluators see now that you are reviewing it.")
        return redirect(finding)


class ReleaseView(ClaimView):
    """Back to the inbox, where the finding waits for others."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        finding = self.get_object()
        release_claim(by=signed_in(request), finding=finding)
        messages.success(request, f"Finding {finding.ref} waits for review by anybody again.")
        return redirect("evidence:inbox")
