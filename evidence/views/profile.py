"""The profile of a partnership: as its people see it, with what stands beside it."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from evidence.actions.exports import record_profile_export
from evidence.actions.readings import record_reading
from evidence.exchange.guide_word import guide_as_word, parts_of
from evidence.exchange.profile_csv import profile_csv
from evidence.exchange.word import WORD_TYPE
from evidence.models import Coding
from evidence.models.rating import STEP_WORDS, STEPS, Step
from evidence.queries.guide import HOW_TO_TALK, Topic, guide_of
from evidence.queries.profile import (
    Line,
    Part,
    Profile,
    is_own,
    middle_quoted,
    profile_of,
    programme_in_words,
)
from evidence.queries.ratings import fewest_respondents
from evidence.queries.spreads import AGREEMENT_RULE, Spread
from evidence.views.signed_in import SignedInMixin, signed_in
from evidence.views.spread_pictures import Picture, picture_of
from partnerships.access import Permission, has_permission
from partnerships.models import Partnership
from partnerships.views.bases import VisibleDetailView

STEPS_SHOWN = (*STEPS, Step.DOES_NOT_APPLY)


class OneProfile(SignedInMixin, VisibleDetailView):
    """A page about a partnership's profile in one round (``?round=``), or the latest.

    Who reads nothing of it, and is neither of the partnership nor of the team, is told that it doesn't exist.
    """

    model = Partnership
    context_object_name = "partnership"
    object: Partnership
    in_numbers = True

    @cached_property
    def profile(self) -> Profile | None:
        chosen = self.request.GET.get("round", "")
        return profile_of(self.request.user, self.object, chosen, in_numbers=self.in_numbers)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if self.profile is None and not self.may_find_nothing():
            raise Http404
        self.record_reading()
        return self.render_to_response(self.get_context_data())

    def record_reading(self) -> None:
        """The profile is made of the report, and read with it."""
        if self.profile:
            report: Any = self.profile.report
            record_reading(by=self.request.user, thing=report, due=report.reading_due)

    def may_find_nothing(self) -> bool:
        return False

    @property
    def shown(self) -> Profile:
        """The profile, on the pages that there are only with one."""
        if self.profile is None:
            raise Http404
        return self.profile

    def address(self, name: str, profile: Profile) -> str:
        """Another page about the same round."""
        query = urlencode({"round": profile.report.round.slug})
        return f"{reverse(f'evidence:{name}', args=[self.object.slug])}?{query}"


class ProfileView(OneProfile):
    """How the people of a partnership see each driver and barrier."""

    in_numbers = False

    def get_template_names(self) -> list[str]:
        return ["evidence/profile.html" if self.profile else "evidence/profile_empty.html"]

    def may_find_nothing(self) -> bool:
        if "round" in self.request.GET:
            return False
        person = self.request.user
        return is_own(person, self.object) or has_permission(person, Permission.READ_TEAM)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {
            "fewest": fewest_respondents(),
            "is_own": is_own(self.request.user, self.object),
        }
        profile = self.profile
        if profile is None:
            return context
        return context | {
            "profile": profile,
            "report": profile.report,
            "parts": [self.part(part) for part in profile.parts],
            "rounds": [
                (report.round.title, f"?{urlencode({'round': report.round.slug})}")
                for report in profile.reports
            ],
            "agreement_rule": AGREEMENT_RULE,
            "jumps": [(part.title, f"#part-{part.key}") for part in profile.parts],
            "guide": self.address("profile-guide", profile),
            "downloads": [("CSV", self.address("profile-csv", profile))],
        }

    def part(self, part: Part) -> dict[str, Any]:
        return {
            "key": part.key,
            "title": part.title,
            "columns": columns_of(part.kind),
            "lines": [self.line(line) for line in part.lines],
            "rows": [row_of(line) for line in part.lines if line.spread],
        }

    def line(self, line: Line) -> dict[str, Any]:
        """One driver or barrier in words and pictures."""
        item, words = line.statement.item, line.words
        return {
            "line": line,
            "item": item,
            "picture": picture(line.statement.statement, line.spread, words, line),
            "distribution": in_words(line.spread, words) if line.spread else "",
            "programme": programme_in_words(line.kind, line.programme) if line.programme else "",
            "found": [
                (f"{direction.label.lower()} {number}", self.findings(item.code, direction))
                for direction in Coding.Direction
                if (number := line.found.get(direction, 0))
            ],
            "sectors": [
                {"name": name, "picture": picture(f"{line.statement.statement} {name}", spread, words)}
                for name, spread in line.sectors.items()
            ],
            "sector_rows": [[name, *cells_of(spread, line)] for name, spread in line.sectors.items()],
        }

    def findings(self, code: str, direction: str) -> str:
        """The list of exactly the findings that a number counts."""
        query = {
            "partnership": self.object.slug,
            "item": code,
            "direction": direction,
            "origin": "case-study",
            "status": "published",
        }
        return f"{reverse('evidence:finding-list')}?{urlencode(query)}"


def picture(
    title: str, spread: Spread | None, words: dict[int, str], line: Line | None = None
) -> Picture | None:
    if spread is None:
        return None
    return picture_of(title, in_words(spread, words), spread, line.programme if line else None)


def in_words(spread: Spread, words: dict[int, str]) -> str:
    """The picture read out: “Not at all” 2, “A little” 1 …"""
    return ", ".join(f"“{words[step]}” {spread.counts[step]}" for step in STEPS_SHOWN)


def columns_of(kind: str) -> list[dict[str, Any]]:
    words = STEP_WORDS[kind]
    return [
        {"label": "Statement"},
        *({"label": words[step], "numeric": True} for step in STEPS_SHOWN),
        {"label": "Middle"},
        {"label": "How far alike"},
    ]


def cells_of(spread: Spread, line: Line) -> list[Any]:
    counts = [spread.counts[step] for step in STEPS_SHOWN]
    agreement = spread.agreement(fewest_respondents())
    return [*counts, middle_quoted(line.kind, spread.middle), agreement.value]


def row_of(line: Line) -> list[Any]:
    spread = line.spread or Spread()
    return [line.statement.statement, *cells_of(spread, line)]


class GuideView(OneProfile):
    """What to talk about, to read, to print, and as a document."""

    template_name = "evidence/profile_guide.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        profile = self.shown
        return super().get_context_data(**kwargs) | {
            "profile": profile,
            "report": profile.report,
            "back": self.address("profile", profile),
            "word": self.address("profile-guide-word", profile),
            "how_to_talk": HOW_TO_TALK,
            "parts": [
                (heading, [(topic, self.picture(topic)) for topic in topics])
                for heading, topics in parts_of(guide_of(profile))
            ],
        }

    def picture(self, topic: Topic) -> Picture:
        words = in_words(topic.spread, topic.line.words)
        return picture_of(topic.line.statement.statement, words, topic.spread)


class ProfileDownload(OneProfile):
    """A file made of a profile, named after partnership and round."""

    http_method_names = ["get", "head", "options"]
    stem: str
    format: str
    content_type: str

    def record_reading(self) -> None:
        """A file leaves a record of its own, each time."""

    def content(self, profile: Profile) -> str | bytes:
        raise NotImplementedError

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        report = self.shown.report
        record_profile_export(by=signed_in(self.request), report=report, format=self.format)
        name = f"{self.stem}-{self.object.slug}-{report.round.slug}.{self.format}"
        return HttpResponse(
            self.content(self.shown),
            content_type=self.content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class GuideWordView(ProfileDownload):
    """The guide as a document to change and to write in."""

    stem, format, content_type = "guide", "docx", WORD_TYPE

    def content(self, profile: Profile) -> bytes:
        return guide_as_word(profile, guide_of(profile))


class ProfileCsvView(ProfileDownload):
    """Everything that the page shows in numbers, and nothing else."""

    stem, format, content_type = "profile", "csv", "text/csv; charset=utf-8"

    def content(self, profile: Profile) -> str:
        return profile_csv(profile)
