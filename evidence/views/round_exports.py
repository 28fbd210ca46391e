"""What was said in a round, to be taken along."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evidence.actions.exports import record_round_export
from evidence.exchange.round_export import reports_as_words, round_as_csv, round_as_spreadsheet
from evidence.exchange.spreadsheet import MEDIA_TYPE
from evidence.models import Round
from evidence.queries.round_answers import RoundAnswers, round_answers
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission, has_permission
from partnerships.views.bases import VisibleDetailView

FORMATS: dict[str, tuple[str, Callable[[RoundAnswers], bytes]]] = {
    "xlsx": (MEDIA_TYPE, round_as_spreadsheet),
    "csv": ("text/csv; charset=utf-8", lambda answers: "".join(round_as_csv(answers)).encode()),
    "zip": ("application/zip", reports_as_words),
}


class RoundExportView(SignedInMixin, VisibleDetailView):
    """The answers of all reports of a round that the reader may read, unless it is only their own."""

    model = Round
    http_method_names = ["get"]

    def get_queryset(self) -> QuerySet[Round]:
        return super().get_queryset().select_related("questionnaire_version__questionnaire")

    def get(self, request: HttpRequest, *args: object, **kwargs: str) -> HttpResponse:
        round_ = self.get_object()
        if not has_permission(request.user, Permission.READ_SHARED_WITH_FUNDER):
            raise PermissionDenied
        answers = round_answers(request.user, round_)
        content_type, written = FORMATS[kwargs["format"]]
        record_round_export(
            by=signed_in(request), round_=round_, format=kwargs["format"], reports=len(answers.reports)
        )
        name = f"{round_.slug}-answers.{kwargs['format']}"
        return HttpResponse(
            written(answers),
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def downloads_of(round_: Round) -> list[tuple[str, str]]:
    """What was handed in, to be taken along."""
    return [
        (label, reverse(f"evidence:round-{format}", args=[round_.slug]))
        for label, format in (("Excel", "xlsx"), ("CSV", "csv"), ("Word, a document each", "zip"))
    ]
