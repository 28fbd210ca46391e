"""Holding a row that has a version for the length of a transaction."""

from typing import Any, TypeVar

from django.db import models

from partnerships.errors import Conflict

Row = TypeVar("Row", bound=models.Model)


def locked(model: type[Row], row: Any, version: int) -> Row:
    """The row as it is now, read as ``model`` and locked for this transaction.

    Raises Conflict when ``version`` is not the current one.
    """
    current: Any = model._default_manager.select_for_update().get(pk=row.pk)
    if current.version != version:
        raise Conflict(current)
    return current
