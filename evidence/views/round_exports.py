"""What was said in a round, to be taken along."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evidence.actions.exports import record_round_export
from evidence.exchange.round_export import (
    ratings_as_csv,
    reports_as_words,
    round_as_csv,
    round_as_spreadsheet,
)
from evidence.exchange.spreadsheet import MEDIA_TYPE
from evidence.models import Round, SelfReport
from evidence.queries.plans import plans_of
from evidence.queries.round_answers import handed_in, round_answers
from evidence.queries.round_ratings import round_ratings, with_ratings
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission, has_permission
from partnerships.views.bases import VisibleDetailView


class Written(NamedTuple):
    """A file, and of how many reports something stands in it."""

    content: bytes
    reports: int


def answers_and_ratings(person: Any, round_: Round, reports: QuerySet[SelfReport]) -> Written:
    rows = list(with_ratings(person, reports))
    answers = round_answers(person, round_, rows)
    return Written(round_as_spreadsheet(answers, round_ratings(rows)), len(rows))


def answers_alone(person: Any, round_: Round, reports: QuerySet[SelfReport]) -> Written:
    rows = list(reports)
    return Written("".join(round_as_csv(round_answers(person, round_, rows))).encode(), len(rows))


def ratings_alone(person: Any, round_: Round, reports: QuerySet[SelfReport]) -> Written:
    ratings = round_ratings(list(with_ratings(person, reports)))
    return Written("".join(ratings_as_csv(ratings)).encode(), len(ratings.reports))


def documents(person: Any, round_: Round, reports: QuerySet[SelfReport]) -> Written:
    rows = list(reports)
    words = reports_as_words(round_answers(person, round_, rows), plans_of(person, rows))
    return Written(words, len(rows))


@dataclass(frozen=True)
class Download:
    """One file that a round can be taken along as."""

    label: str
    file: str
    content_type: str
    write: Callable[[Any, Round, QuerySet[SelfReport]], Written]


CSV = "text/csv; charset=utf-8"
# By the last part of the name of its address.
DOWNLOADS = {
    "xlsx": Download("Excel", "answers.xlsx", MEDIA_TYPE, answers_and_ratings),
    "csv": Download("CSV of answers", "answers.csv", CSV, answers_alone),
    "ratings": Download("CSV of ratings", "ratings.csv", CSV, ratings_alone),
    "zip": Download("Word, a document each", "answers.zip", "application/zip", documents),
}


class RoundExportView(SignedInMixin, VisibleDetailView):
    """What was said in all reports of a round that the reader may read, unless it is only their own."""

    model = Round
    http_method_names = ["get"]

    def get_queryset(self) -> QuerySet[Round]:
        return super().get_queryset().select_related("questionnaire_version__questionnaire")

    def get(self, request: HttpRequest, *args: object, **kwargs: str) -> HttpResponse:
        round_ = self.get_object()
        if not has_permission(request.user, Permission.READ_SHARED_WITH_FUNDER):
            raise PermissionDenied
        download = DOWNLOADS[kwargs["download"]]
        written = download.write(request.user, round_, handed_in(request.user, round_))
        record_round_export(
            by=signed_in(request), round_=round_, format=kwargs["download"], reports=written.reports
        )
        return HttpResponse(
            written.content,
            content_type=download.content_type,
            headers={"Content-Disposition": f'attachment; filename="{round_.slug}-{download.file}"'},
        )


def downloads_of(round_: Round) -> list[tuple[str, str]]:
    """What was handed in, to be taken along."""
    return [
        (download.label, reverse(f"evidence:round-{name}", args=[round_.slug]))
        for name, download in DOWNLOADS.items()
    ]
