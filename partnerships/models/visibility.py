"""The shape of the one access rule: every model's query set says what a person may see."""

from typing import Any, Self

from django.db import models


class VisibleQuerySet(models.QuerySet):
    """A query set that knows who may see its rows. Every read for a person goes through ``visible_to``."""

    def visible_to(self, person: Any) -> Self:
        """The rows that this person, or an anonymous visitor, may know of."""
        raise NotImplementedError


class PublicQuerySet(VisibleQuerySet):
    """Rows that everybody may see."""

    def visible_to(self, person: Any) -> Self:
        return self.all()
