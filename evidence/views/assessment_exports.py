"""The two displays of judgements of confidence, to be taken along."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views import View

from evidence.actions.exports import record_assessments_export
from evidence.exchange.confidence_displays import display_as_spreadsheet, display_as_word
from evidence.exchange.spreadsheet import MEDIA_TYPE
from evidence.exchange.word import WORD_TYPE
from evidence.queries.confidence_displays import displayed

DISPLAYS = ("summary", "profile")
FORMATS: dict[str, tuple[str, str, Callable[..., bytes]]] = {
    "docx": ("Word", WORD_TYPE, display_as_word),
    "xlsx": ("Excel", MEDIA_TYPE, display_as_spreadsheet),
}


class AssessmentExportView(View):
    """Every judgement that the reader may read, on however many pages the display shows them."""

    http_method_names = ["get", "head", "options"]
    display = "summary"
    format = "docx"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        judgements = displayed(request.user)
        _, content_type, written = FORMATS[self.format]
        if request.user.is_authenticated:
            record_assessments_export(
                by=request.user, display=self.display, format=self.format, judgements=len(judgements)
            )
        name = f"confidence-{self.display}-{timezone.localdate().isoformat()}.{self.format}"
        return HttpResponse(
            written(judgements, is_profile=self.display == "profile"),
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def downloads_of(display: str) -> list[tuple[str, str]]:
    """A display in each of its formats."""
    return [
        (label, reverse(f"evidence:assessment-{display}-{format}"))
        for format, (label, _, _) in FORMATS.items()
    ]
