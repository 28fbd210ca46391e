"""Watching an item, and telling those who do when it stands otherwise for them.

A status is worked out from what somebody may read, so nothing is told before it is worked out for each
circle of readers; and it is worked out once more when the message goes out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from evidence.models import FrameworkItem, Watch
from evidence.queries.watching import Standpoint, circles_of, standpoints
from partnerships import notices
from partnerships.audit import record
from partnerships.models import Person, read_roles

WATCH = "watch"


class WatchNotice(models.TextChoices):
    """What people are told of, as the subject of a message says it."""

    STATUS = "watch-status", "{key}, which you watch, stands differently now"
    CONFIDENCE = "watch-confidence", "The confidence in {key}, which you watch, has changed"
    BOTH = "watch-both", "{key}, which you watch, stands differently now, and so does the confidence in it"


def register_watching() -> None:
    """Let notices speak of what people watch, and have it looked at by the clock."""
    notices.register(WATCH, may_see=is_still_so, deeds=dict(WatchNotice.choices))
    notices.register_clock(tell_watchers)


def is_still_so(person: Any, code: str) -> bool:
    """Whether somebody still watches an item, and it still stands for them as they are to be told."""
    watch = (
        Watch.objects.visible_to(person).with_news().filter(item__code=code).select_related("item").first()
    )
    if watch is None or watch.circles != circles_of(person):
        return False
    return standpoints(person, [watch.item])[watch.item_id] == Standpoint(watch.status, watch.confidence)


@transaction.atomic
def watch_item(*, by: Person, item: FrameworkItem) -> Watch:
    """Have somebody told of changes to an item from now on; nothing happens if they are already."""
    now = standpoints(by, [item])[item.pk]
    watch, is_new = Watch.objects.get_or_create(
        person=by,
        item=item,
        defaults={
            "circles": circles_of(by),
            "status": now.status,
            "confidence": now.confidence,
            "seen_status": now.status,
            "seen_confidence": now.confidence,
        },
    )
    if is_new:
        record(by=by, verb="item.watched", target=item, key=item.code)
    return watch


@transaction.atomic
def stop_watching(*, by: Person, item: FrameworkItem) -> None:
    """Have somebody told no more; nothing happens if they were not."""
    gone, _ = Watch.objects.filter(person=by, item=item).delete()
    if gone:
        record(by=by, verb="item.unwatched", target=item, key=item.code)


@transaction.atomic
def note_seen(*, by: Person, item: FrameworkItem) -> None:
    """Note that somebody has seen how an item stands now: what changes is compared with this from now on."""
    now = standpoints(by, [item])[item.pk]
    Watch.objects.filter(person=by, item=item).update(
        circles=circles_of(by),
        status=now.status,
        confidence=now.confidence,
        seen_status=now.status,
        seen_confidence=now.confidence,
    )


def tell_watchers_soon(items: Iterable[int]) -> None:
    """Look at those who watch these items once the deed's transaction is through."""
    keys = list(items)
    transaction.on_commit(lambda: tell_watchers(keys), robust=True)


def tell_watchers(items: Collection[int] | None = None) -> None:
    """Tell everybody for whom an item that they watch stands otherwise than they were told last.

    Of all items, or of those with these primary keys. Two queries, two more for each circle of readers that
    watches, and a few for each change.
    """
    open_ones = Watch.objects.filter(person__is_active=True).select_related("person", "item")
    watches = list(open_ones if items is None else open_ones.filter(item__in=items))
    read_roles(watch.person for watch in watches)
    by_circles: dict[str, list[Watch]] = defaultdict(list)
    for watch in watches:
        by_circles[circles_of(watch.person)].append(watch)
    for circles, group in by_circles.items():
        now = standpoints(group[0].person, {watch.item for watch in group})
        for watch in group:
            if (watch.circles, Standpoint(watch.status, watch.confidence)) != (circles, now[watch.item_id]):
                note_change(watch, circles, now[watch.item_id])


@transaction.atomic
def note_change(watch: Watch, circles: str, now: Standpoint) -> None:
    """Note that an item stands otherwise for one who watches it, and tell them.

    Two processes may do so at the same time: one of them tells. Whoever has another role since is told
    nothing: it is their reading that has changed.
    """
    as_read = Watch.objects.filter(
        pk=watch.pk, circles=watch.circles, status=watch.status, confidence=watch.confidence
    )
    fields = {"circles": circles, "status": now.status, "confidence": now.confidence}
    if watch.circles != circles:
        as_read.update(**fields, seen_status=now.status, seen_confidence=now.confidence)
    elif as_read.update(**fields, changed_at=timezone.now()):
        notices.tell(
            people=[watch.person],
            kind=kind_of(Standpoint(watch.status, watch.confidence), now),
            target_kind=WATCH,
            target_key=watch.item.code,
            path=watch.item.get_absolute_url(),
            by=None,
            instead=True,
        )


def kind_of(before: Standpoint, now: Standpoint) -> WatchNotice:
    if before.confidence == now.confidence:
        return WatchNotice.STATUS
    return WatchNotice.CONFIDENCE if before.status == now.status else WatchNotice.BOTH
