"""Decisions of the funder, read along with the items that they are about."""

import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet

from evidence.models import Decision, FrameworkItem
from partnerships.functions import JSONList


def with_decisions(person: Any, items: QuerySet[FrameworkItem]) -> QuerySet[FrameworkItem]:
    """Each item with ``decision_rows``: the decisions on it that this person may read, the latest first."""
    decisions = Decision.objects.visible_to(person).filter(items=OuterRef("pk"))
    rows = JSONList(
        decisions,
        ref="ref",
        title="title",
        decided_on="decided_on",
        is_demonstration="is_demonstration",
    )
    return items.annotate(decision_rows=rows)


def decisions_on(item: Any) -> list[Decision]:
    """The decisions on an item that was read ``with_decisions``."""
    return [
        Decision(
            ref=row["ref"],
            title=row["title"],
            decided_on=datetime.date.fromisoformat(row["decided_on"]),
            is_demonstration=bool(row["is_demonstration"]),
        )
        for row in item.decision_rows
    ]
