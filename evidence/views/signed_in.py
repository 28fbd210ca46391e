"""Pages for people who are signed in, and what becomes of words sent after signing out."""

import re
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render

from evidence.models import Component
from partnerships.access import Permission, has_permission
from partnerships.models import Person

WORDS = {
    "text": "What was found",
    "title": "Headline",
    "quote": "Words of the source",
    "respondent_role": "What the respondent does",
    "methods": "How it was done",
    "narrative": "The story of the partnership",
    "label": "What the team calls it",
    "reason": "Reason",
    "decision": "What was decided",
    "gaps": "What is not known",
    "comment": "Comment",
    "description_1": "What file 1 is",
    "description_2": "What file 2 is",
    "description_3": "What file 3 is",
    "note": "What they should know",
    "reply": "Your partnership's reply",
    "response": "Response",
    "purpose": "What it is for",
    "introduction": "Introduction",
    "help": "Help",
    "addresses": "E-mail addresses",
    "other_organisation": "Name of the other organisation",
    "explanation": "Why this level",
    "dissent": "Where you did not agree",
    **{f"{component}_reason": f"Concern about {component.label.lower()}" for component in Component},
}
NOTE = re.compile(r"coding-(.{1,8})-note")
ANSWER = re.compile(r"(?:q|reason|why)-([\w.-]{1,120})")


class SignedInMixin:
    """Sends visitors to sign in, and refuses people without ``permission`` where one is named."""

    permission: Permission | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return signed_out(request)
        if self.permission and not has_permission(request.user, self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def signed_in(request: HttpRequest) -> Person:
    """The person behind a request that ``SignedInMixin`` let through."""
    return cast(Person, request.user)


def signed_out(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page; but whoever sent a form gets their words back, to be copied first."""
    words = words_in(request.POST)
    if not words:
        return redirect_to_login(request.get_full_path())
    return render(
        request, "evidence/signed_out.html", {"words": words, "again": where_to_go_on(request)}, status=403
    )


def where_to_go_on(request: HttpRequest) -> str:
    """The page that the words came from, with what of them was kept while they were typed."""
    key = request.POST.get("submission_key", "")
    return f"{request.path}?{urlencode({'continue': key})}" if key else request.get_full_path()


def words_in(data: QueryDict) -> list[tuple[str, str]]:
    """What somebody typed, with the name of each field."""
    return [
        (label, value)
        for name, values in data.lists()
        if (label := label_of(name, data.getlist("row")))
        for value in map(str, values)
        if value.strip()
    ]


def label_of(name: str, rows: list[str]) -> str:
    """What a field with words is called; nothing for any other. ``rows`` as in a form of several findings."""
    row, _, own_name = name.partition("-")
    if row in rows:
        label = "Note on an item" if own_name == "note" else WORDS.get(own_name)
        return f"Finding {rows.index(row) + 1}: {label}" if label else ""
    if note := NOTE.fullmatch(name):
        return f"Note on {note[1]}"
    answer = ANSWER.fullmatch(name)
    return answer[1] if answer else WORDS.get(name, "")
