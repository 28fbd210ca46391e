"""Every version of a finding, an item or a case study: who, when, what changed, and any two side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse

from evidence.models import CaseStudy, Finding
from evidence.queries.differences import Difference, Wording, differences
from evidence.queries.history import FindingHistory, History, ItemHistory, Outline, StudyHistory
from evidence.views.items import OneItemView
from evidence.views.kinds import KINDS
from evidence.views.readings import RecordedReading
from partnerships.views.bases import VisibleDetailView

REVIEW = "review"
SIDES = frozenset({"from", "to"})


@dataclass(frozen=True)
class Comparison:
    """Two versions of a thing: what differs, and what is the same in both."""

    before: str
    after: str
    changes: list[Difference]
    same: list[tuple[str, str]]


class HistoryView(VisibleDetailView):
    """The versions of a thing, the newest first, and the two that the address names (?from=2&to=5)."""

    history_class: ClassVar[type[History]]
    template_name = "evidence/history.html"
    page_size = 10

    def trail(self) -> list[tuple[str, str]]:
        """The pages above this one, as labels and addresses."""
        raise NotImplementedError

    @cached_property
    def history(self) -> History:
        return self.history_class(self.request.user, self.object)

    @cached_property
    def asked(self) -> dict[str, str]:
        """What the address asks to compare, by the name of the side."""
        return {side: self.request.GET.get(side, "") for side in SIDES}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        outlines = self.history.outlines
        page = Paginator(outlines[::-1], self.page_size).get_page(self.request.GET.get("page"))
        shown = list(page)
        compared = [outline for side in SIDES if (outline := self.outline_asked(side))]
        wordings = self.history.wordings(self.history.with_those_before([*shown, *compared]))
        choices = self.choices()
        known = {value for value, _ in choices}
        return super().get_context_data(**kwargs) | {
            "trail": self.trail(),
            "reads_all": self.history.reads_all,
            "page": page,
            "versions": self.history.versions(shown, wordings),
            "first_wording": self.first_wording(wordings),
            "choices": choices,
            "chosen": self.asked,
            "not_found": any(value and value not in known for value in self.asked.values()),
            "comparison": self.comparison(wordings),
        }

    def outline_asked(self, side: str) -> Outline | None:
        """The version that the address names for one side, if the reader may know of it."""
        known = {str(outline.number): outline for outline in self.history.outlines}
        return known.get(self.asked[side])

    def choices(self) -> list[tuple[str, Outline | None]]:
        """What can be compared: each version, and for an item the review's own wording."""
        review = [(REVIEW, None)] if self.history.baseline else []
        return [*review, *((str(outline.number), outline) for outline in self.history.outlines)]

    def first_wording(self, wordings: Mapping[int, Wording]) -> list[tuple[str, str]]:
        """What the oldest version said, part by part; empty on pages where it does not stand."""
        first = wordings.get(self.history.outlines[0].number, {}) if self.history.outlines else {}
        return [(label, first[part]) for part, label in self.history.parts.items() if first.get(part)]

    def comparison(self, wordings: Mapping[int, Wording]) -> Comparison | None:
        """The two sides that the address names; None when it does not name two."""
        named = {
            side: (f"Version {outline.number}", wordings[outline.number])
            for side in SIDES
            if (outline := self.outline_asked(side))
        }
        if named and self.history.baseline and REVIEW in self.asked.values():
            [(_, like)] = named.values()
            [review] = SIDES - named.keys()
            named[review] = ("The review of 2014", {**like, **self.history.baseline})
        if named.keys() != SIDES:
            return None
        (before_name, before), (after_name, after) = named["from"], named["to"]
        parts = self.history.parts
        return Comparison(
            before=before_name,
            after=after_name,
            changes=differences(before, after, parts),
            same=[
                (label, after[part])
                for part, label in parts.items()
                if after[part] and before[part] == after[part]
            ],
        )


class FindingHistoryView(RecordedReading, HistoryView):
    model = Finding
    slug_field = slug_url_kwarg = "ref"
    history_class = FindingHistory

    def trail(self) -> list[tuple[str, str]]:
        return [
            ("Findings", reverse("evidence:finding-list")),
            (self.object.ref, self.object.get_absolute_url()),
        ]


class StudyHistoryView(RecordedReading, HistoryView):
    model = CaseStudy
    history_class = StudyHistory

    def get_queryset(self) -> QuerySet[CaseStudy]:
        return super().get_queryset().select_related("partnership", "wave")

    def trail(self) -> list[tuple[str, str]]:
        return [
            ("Case studies", reverse("evidence:case-study-list")),
            (str(self.object), self.object.get_absolute_url()),
        ]


class ItemHistoryView(HistoryView, OneItemView):
    history_class = ItemHistory
    below = "history/"

    def trail(self) -> list[tuple[str, str]]:
        pages = KINDS[self.kind]
        return [(pages.plural, pages.list_href), (str(self.object), self.object.get_absolute_url())]
