"""What partnerships replied to findings, as pages, downloads and the API show it."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, TextField, Value, When
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils import timezone

from evidence.models import Finding, ReplyRequest
from evidence.models.finding import area_known_to, may_know_areas
from partnerships.functions import JSONList

Answer = ReplyRequest.Answer
SOME_PARTNERSHIP = "The partnership"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one request. Without an answer: that none came until ``due_on``.

    ``partnership`` is the slug, and ``name`` the name, of who replied; empty for readers who are not told.
    ``is_earlier`` says that the finding was worded otherwise when it was replied to.
    """

    partnership: str
    name: str
    answer: str
    text: str
    answered_on: datetime.date | None
    due_on: datetime.date
    response: str
    is_earlier: bool

    @property
    def who(self) -> str:
        return self.name or SOME_PARTNERSHIP

    @property
    def summary(self) -> str:
        """Who says what to the finding, without the words of the reply."""
        if self.answer:
            verb = {Answer.ACCEPT: "accepts", Answer.COMMENT: "comments on", Answer.CORRECT: "corrects"}
            return f"{self.who} {verb[Answer(self.answer)]} it"
        return f"{self.who} did not reply"


def replies_json(person: Any) -> JSONList:
    """The replies to each finding of a query, told as far as this person may know, for ``reply_of_row``."""
    requests = ReplyRequest.objects.known_to_readers().with_wording().filter(finding=OuterRef("pk"))
    return JSONList(
        requests.annotate(
            told_slug=told(person, "partnership__slug"),
            told_name=told(person, "partnership__name"),
            answered_on=Cast(TruncDate("answered_at"), CharField()),
            due=Cast("due_on", CharField()),
        ).order_by("asked_at", "pk"),
        partnership="told_slug",
        name="told_name",
        answer="answer",
        text="text",
        answered_on="answered_on",
        due_on="due",
        response="response",
        is_earlier="is_earlier",
    )


def told(person: Any, path: str) -> Any:
    """What tells the partnership, or nothing where the reader is not told it."""
    if may_know_areas(person):
        return F(path)
    return Case(
        When(area_known_to(person, "finding__"), then=F(path)), default=Value(""), output_field=TextField()
    )


def reply_of_row(row: dict[str, Any]) -> Reply:
    """One element of what ``replies_json`` gives."""
    answered_on = row["answered_on"]
    return Reply(
        **row
        | {
            "answered_on": datetime.date.fromisoformat(answered_on) if answered_on else None,
            "due_on": datetime.date.fromisoformat(row["due_on"]),
            "is_earlier": bool(row["is_earlier"]),
        }
    )


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request as those who look after a finding see it on its page."""

    ref: str
    name: str
    state: str
    due_on: datetime.date

    @property
    def href(self) -> str:
        return reverse("evidence:reply-detail", args=[self.ref])


def requests_json() -> JSONList:
    """All that partnerships are or were asked about each finding of a query; for the evaluation team."""
    requests = ReplyRequest.objects.filter(finding=OuterRef("pk")).order_by("asked_at", "pk")
    state = Case(
        When(cancelled_at__isnull=False, then=Value("taken back")),
        When(answered_at__isnull=False, then=Value("answered")),
        When(due_on__lt=timezone.localdate(), then=Value("no reply")),
        default=Value("asked"),
        output_field=CharField(),
    )
    return JSONList(
        requests.annotate(state=state, due=Cast("due_on", CharField())),
        ref="ref",
        name="partnership__name",
        state="state",
        due_on="due",
    )


def request_of_row(row: dict[str, Any]) -> RequestLine:
    """One element of what ``requests_json`` gives."""
    return RequestLine(**row | {"due_on": datetime.date.fromisoformat(row["due_on"])})


MOST_LISTED = 50
MOST_OLD_LISTED = 10


@dataclass(frozen=True)
class Asked:
    """What the partnerships of a reporter are asked: what they can answer, the first due first, and the
    last few that they answered or left.
    """

    open: list[ReplyRequest]
    closed: list[ReplyRequest]


def asked_of_partnership(person: Any) -> Asked:
    """What this person's inbox shows of what their partnerships are asked; two queries."""
    requests = ReplyRequest.objects.asked_of(person).select_related("partnership", "finding")
    return Asked(
        open=list(requests.open()[:MOST_LISTED]),
        closed=list(requests.known_to_readers().order_by("-due_on", "-pk")[:MOST_OLD_LISTED]),
    )


def waiting_for_leads(person: Any) -> list[ReplyRequest]:
    """For leads: replies and silences that nobody responded to, then what is still open, by date; one query.

    Only of findings that are still to go beyond the funder: with the release it is done.
    """
    released = Q(
        finding__status=Finding.Status.PUBLISHED,
        finding__visibility__in=[Finding.Visibility.PARTNERSHIPS, Finding.Visibility.PUBLIC],
    )
    waiting = (
        ReplyRequest.objects.visible_to(person)
        .filter(cancelled_at=None, responded_at=None)
        .exclude(finding__status=Finding.Status.WITHDRAWN)
        .exclude(released)
        .select_related("partnership", "finding")
        .order_by("due_on", "pk")[:MOST_LISTED]
    )
    return sorted(waiting, key=lambda request: request.is_open)
