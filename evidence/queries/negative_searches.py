"""Searches for the negative case, read along with the items that they are about."""

import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet

from evidence.models import FrameworkItem, NegativeSearch
from partnerships.functions import JSONList


def with_negative_searches(person: Any, items: QuerySet[FrameworkItem]) -> QuerySet[FrameworkItem]:
    """Each item with ``search_rows``: the searches that this person may know of, the latest first."""
    searches = NegativeSearch.objects.visible_to(person).filter(item=OuterRef("pk"))
    rows = JSONList(
        searches,
        id="pk",
        looked_on="looked_on",
        looked_in="looked_in",
        looked_for="looked_for",
        by="made_by_id",
        is_demonstration="is_demonstration",
    )
    return items.annotate(search_rows=rows)


def searches_of(item: Any) -> list[NegativeSearch]:
    """The searches of an item that was read ``with_negative_searches``."""
    return [
        NegativeSearch(
            pk=row["id"],
            looked_on=datetime.date.fromisoformat(row["looked_on"]),
            looked_in=row["looked_in"],
            looked_for=row["looked_for"],
            made_by_id=row["by"],
            is_demonstration=bool(row["is_demonstration"]),
        )
        for row in item.search_rows
    ]
