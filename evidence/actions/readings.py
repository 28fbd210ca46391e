"""Keeping a record of who reads what is confidential: one row a day for a person and a thing."""

from typing import Any

from django.db.models import Model

from evidence.queries.readings import KINDS
from partnerships.audit import Head, record_once
from partnerships.audit_words import LIST


def record_reading(*, by: Any, thing: Model, due: str) -> None:
    """Leave a row that somebody reads a thing, if ``due``, the ``reading_due`` of its query, says so.

    The row is written before anything is shown: what can't be recorded is not shown.
    """
    if due:
        kind = KINDS[type(thing)]
        record_once(by=by, verb=kind.verb, target=thing, key=getattr(thing, kind.key), after=Head.parse(due))


def record_list_reading(*, by: Any, of: type[Model], due: str) -> None:
    """The same for a list that gives such things whole; one row a day, whatever is in it."""
    if due:
        record_once(by=by, verb=KINDS[of].verb, target=of(), key=LIST, after=Head.parse(due))
