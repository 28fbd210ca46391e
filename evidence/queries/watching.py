"""What somebody watches, how it stands for them, and what is different since they last looked."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evidence.models import Confidence, FrameworkItem, Watch
from evidence.models.visibility import circles_read_by
from evidence.queries.confidence import current_assessments
from evidence.queries.standing import Status, standings


@dataclass(frozen=True, slots=True)
class Standpoint:
    """An item's status, empty for a question, and the confidence in it, empty where nobody judged."""

    status: str = ""
    confidence: str = ""


def standpoints(person: Any, items: Iterable[FrameworkItem]) -> dict[int, Standpoint]:
    """How each item stands for this person, by its primary key; two queries."""
    items = list(items)
    standing = standings(person, items)
    judged = dict(current_assessments(person).filter(item__in=items).values_list("item", "confidence"))
    return {
        item.pk: Standpoint(
            "" if item.is_question else standing[item.pk].status.value, judged.get(item.pk, "")
        )
        for item in items
    }


def circles_of(person: Any) -> str:
    """What decides how published evidence counts for a person: alike for two, if they read the same."""
    return ",".join(circles_read_by(person))


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One watched item as its person reads it; ``news`` in sentences, none while nothing changed."""

    item: FrameworkItem
    now: Standpoint
    news: list[str]
    changed_at: datetime.datetime | None


def watch_lines(person: Any) -> list[WatchLine]:
    """Everything that somebody watches, what changed first; three queries."""
    watches = list(Watch.objects.visible_to(person).select_related("item"))
    now = standpoints(person, [watch.item for watch in watches]) if watches else {}
    lines = []
    for watch in watches:
        seen = Standpoint(watch.seen_status, watch.seen_confidence)
        # What is read now counts, not what was told: they may be apart for some minutes, or by a new role.
        news = changes(seen, now[watch.item_id]) if watch.circles == circles_of(person) else []
        lines.append(WatchLine(watch.item, now[watch.item_id], news, watch.changed_at if news else None))
    return sorted(lines, key=lambda line: not line.news)


def changes(before: Standpoint, after: Standpoint) -> list[str]:
    """What is different, in sentences."""
    sentences = []
    if before.status != after.status:
        sentences.append(
            f"It stood as “{words_of(before.status)}”, and stands as “{words_of(after.status)}” now."
        )
    if before.confidence != after.confidence:
        sentences.append(
            f"Confidence in it was {level_of(before.confidence)}, and is {level_of(after.confidence)} now."
        )
    return sentences


def words_of(status: str) -> str:
    return str(Status(status).label).lower() if status else "without a status"


def level_of(confidence: str) -> str:
    return str(Confidence(confidence).label).lower() if confidence else "not judged"


def news_for_inbox(person: Any) -> list[WatchLine]:
    """What somebody watches, was told of and has not looked at since, as they were told; one query."""
    told = Watch.objects.visible_to(person).with_news().filter(circles=circles_of(person))
    lines = []
    for watch in told.select_related("item"):
        now = Standpoint(watch.status, watch.confidence)
        news = changes(Standpoint(watch.seen_status, watch.seen_confidence), now)
        lines.append(WatchLine(watch.item, now, news, watch.changed_at))
    return lines
