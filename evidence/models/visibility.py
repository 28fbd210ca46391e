"""The circles of readers that evidence is kept for, from the smallest to the widest."""

from typing import Any

from django.db import models

from partnerships.access import Permission, permissions_of


class Visibility(models.TextChoices):
    """Who may read something once it is published."""

    TEAM = "team", "Evaluation team"
    FUNDER = "funder", "Funder"
    PARTNERSHIPS = "partnerships", "Partnerships"
    PUBLIC = "public", "Public"


# From the widest circle of readers to the smallest; everybody reads what is public.
READERS = (
    (Permission.READ_SHARED_WITH_PARTNERSHIPS, Visibility.PARTNERSHIPS),
    (Permission.READ_SHARED_WITH_FUNDER, Visibility.FUNDER),
    (Permission.READ_TEAM, Visibility.TEAM),
)


def circles_read_by(person: Any) -> list[str]:
    """The circles that this person, or an anonymous visitor, belongs to."""
    permissions = permissions_of(person)
    return [Visibility.PUBLIC, *(circle for permission, circle in READERS if permission in permissions)]


def reaches_beyond(visibility: str, limit: str) -> bool:
    """Whether one circle is wider than another."""
    circles = Visibility.values
    return circles.index(visibility) > circles.index(limit)


def narrower(one: str, other: str) -> str:
    """The smaller of two circles."""
    return other if reaches_beyond(one, other) else one
