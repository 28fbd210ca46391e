"""The lessons beside each other: how each stands, who says so, how sure it is, and what has changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, TextChoices

from evidence.models import Confidence, FrameworkItem, NegativeSearch, Theme
from evidence.queries.confidence import current_assessments
from evidence.queries.items import with_baseline
from evidence.queries.negative_searches import searches_of, with_negative_searches
from evidence.queries.since import Since, since_review, with_milestones
from evidence.queries.standing import Status
from evidence.queries.voices import ItemState, states
from partnerships.access import Permission, has_permission


class Order(TextChoices):
    """What lessons can be ordered by."""

    REVIEW = "review", "Theme"
    STATUS = "status", "Status"
    CONFIDENCE = "confidence", "Confidence"
    LATEST = "latest", "Latest finding"


@dataclass(frozen=True, slots=True)
class LessonLine:
    """One lesson in the overview. ``negative`` is empty for readers who may not know of searches."""

    item: Any
    state: ItemState
    since: Since
    assessment: Any
    negative: str
    search: NegativeSearch | None  # the last one

    @property
    def status(self) -> Status:
        return self.state.standing.status

    @property
    def is_demonstration(self) -> bool:
        """Whether anything of it is invented."""
        shown = (self.assessment, self.search, self.since.first_challenge, self.since.latest)
        return any(one.is_demonstration for one in shown if one)

    @property
    def news(self) -> list[str]:
        """What has changed since the review, in a few words each."""
        directions = ", ".join(self.since.directions)
        return [
            *([f"Now also {directions}"] if directions else []),
            *(["Reworded"] if self.since.reworded else []),
        ]


def lesson_lines(person: Any, lessons: QuerySet[FrameworkItem], order: Order) -> list[LessonLine]:
    """The overview of these lessons for one reader, in this order; three queries."""
    marked = with_milestones(person, with_negative_searches(person, with_baseline(lessons)))
    items: list[Any] = list(marked.select_related("theme").order_by("theme__order", "order", "code"))
    of_items = states(person, items)
    judged = {one.item_id: one for one in current_assessments(person).filter(item__in=items)}
    reads_searches = has_permission(person, Permission.READ_SHARED_WITH_FUNDER)
    lines = []
    for item in items:
        state = of_items[item.pk]
        search = next(iter(searches_of(item)), None)
        lines.append(
            LessonLine(
                item=item,
                state=state,
                since=since_review(item, state),
                assessment=judged.get(item.pk),
                negative=negative_case(state, search) if reads_searches else "",
                search=search,
            )
        )
    return lines if order == Order.REVIEW else sorted(lines, key=SORTING[order])


def negative_case(state: ItemState, search: NegativeSearch | None) -> str:
    """Whether anything speaks against an item; where nothing does, whether anybody has looked."""
    if any(voice.findings.challenges for voice in state.voices.values()):
        return "Challenged"
    return "Looked for, none found" if search else "None, and no search is recorded"


def _by_latest(line: LessonLine) -> int:
    return -line.since.latest.on.toordinal() if line.since.latest else 0


# What asks for attention comes first: contested, little confidence, new.
OF_STATUS = (Status.CONTESTED, Status.REFINED, Status.SUPPORTED, Status.THIN, Status.UNTESTED)
OF_CONFIDENCE = (Confidence.VERY_LOW, Confidence.LOW, Confidence.MODERATE, Confidence.HIGH, "")
SORTING: Mapping[Order, Callable[[LessonLine], int]] = {
    Order.STATUS: lambda line: OF_STATUS.index(line.status),
    Order.CONFIDENCE: lambda line: OF_CONFIDENCE.index(line.assessment.confidence if line.assessment else ""),
    Order.LATEST: _by_latest,
}


def by_theme(lines: list[LessonLine], order: Order) -> list[tuple[Theme | None, list[LessonLine]]]:
    """The lines under their themes; in another order, all of them under none."""
    if order != Order.REVIEW:
        return [(None, lines)]
    groups: dict[Theme, list[LessonLine]] = {}
    for line in lines:
        groups.setdefault(line.item.theme, []).append(line)
    return list(groups.items())
