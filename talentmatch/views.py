"""Pages of the product itself: nothing here knows the evidence."""

import logging
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from talentmatch.component_samples import samples

logger = logging.getLogger(__name__)

ROBOTS = "User-agent: *\nDisallow: /accounts/\nDisallow: /admin/\nDisallow: /findings.csv\n"


class AccessibilityView(TemplateView):
    """How accessible the product is, and what is known to be missing."""

    template_name = "accessibility.html"


class ComponentsView(TemplateView):
    """Every component in every state, with invented content."""

    template_name = "components.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | samples()


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the product can answer: it reaches its database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The health check can't reach the database.")
        return HttpResponse("database unreachable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain")
