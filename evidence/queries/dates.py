"""Dates in words."""

import datetime

from django.utils.formats import date_format


def period(start: datetime.date | None, end: datetime.date | None) -> str:
    """A stretch of time as far as it is known; empty when neither end is."""

    def words(day: datetime.date) -> str:
        return date_format(day, "j F Y")

    if start and end:
        return f"{words(start)} to {words(end)}"
    if start:
        return f"since {words(start)}"
    return f"until {words(end)}" if end else ""
