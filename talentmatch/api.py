"""Every address of the API, under /api/v1/."""

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from evidence.api import assessments, editions, fieldwork, findings, framework, partnerships, reports, search
from talentmatch.api_description import OnceGenerator, sections, shapes

router = DefaultRouter()
router.include_format_suffixes = False
router.register("themes", framework.ThemeViewSet, "api-themes")
router.register("lessons", framework.LessonViewSet, "api-lessons")
router.register("drivers", framework.DriverViewSet, "api-drivers")
router.register("barriers", framework.BarrierViewSet, "api-barriers")
router.register("benefits", framework.BenefitViewSet, "api-benefits")
router.register("approaches", framework.ApproachViewSet, "api-approaches")
router.register("outcomes", framework.OutcomeViewSet, "api-outcomes")
router.register("research-questions", framework.ResearchQuestionViewSet, "api-research-questions")
router.register("items", framework.ItemViewSet, "api-items")
router.register("references", framework.ReferenceViewSet, "api-references")
router.register("programmes", framework.ProgrammeViewSet, "api-programmes")
router.register("sectors", partnerships.SectorViewSet, "api-sectors")
router.register("areas", partnerships.AreaViewSet, "api-areas")
router.register("organisations", partnerships.OrganisationViewSet, "api-organisations")
router.register("partnerships", partnerships.PartnershipViewSet, "api-partnerships")
router.register("findings", findings.FindingViewSet, "api-findings")
router.register("case-studies", fieldwork.CaseStudyViewSet, "api-case-studies")
router.register("sources", fieldwork.SourceViewSet, "api-sources")
router.register("assessments", assessments.AssessmentViewSet, "api-assessments")
router.register("editions", editions.EditionViewSet, "api-editions")
router.register("rounds", reports.RoundViewSet, "api-rounds")
router.register("self-reports", reports.SelfReportViewSet, "api-self-reports")
router.register("search", search.SearchViewSet, "api-search")


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "partnerships.api.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-session",
            "description": "The cookie of a person who signed in on the pages. Writing also takes the token "
            "of the __Host-csrf cookie in the header X-CSRFToken. Without HTTPS: session and csrf.",
        }


class DescriptionView(SpectacularAPIView):
    generator_class = OnceGenerator


class DescriptionPageView(TemplateView):
    """The description for people."""

    template_name = "api.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subjects = sections()
        return super().get_context_data(**kwargs) | {
            "sections": subjects,
            "shapes": shapes(),
            "contents": [
                *((section.name, f"#{section.name}") for section in subjects),
                ("Parts of what is sent", "#shapes"),
            ],
            "parameter_columns": columns("Parameter", "Where", "Value", "Meaning"),
            "field_columns": columns("Field", "Value", "Required", "Meaning"),
        }


def columns(*labels: str) -> list[dict[str, str]]:
    return [{"label": label} for label in labels]


# The tool's script sets styles in its elements; scripts stay as strict as everywhere.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class TryView(SpectacularSwaggerSplitView):
    url_name = "api-schema"


urlpatterns = [
    path("", include(router.urls)),
    path("schema/", DescriptionView.as_view(), name="api-schema"),
    path("docs/", DescriptionPageView.as_view(), name="api-docs"),
    path("docs/try/", TryView.as_view(), name="api-try"),
]
