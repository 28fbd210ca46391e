"""What all processes share for a short time, such as counts of requests.

It is kept in a table of the database, unless CACHE_URL names a server for it.
"""

from typing import Any

from django.core.management import call_command


def ensure_cache_table(using: str, verbosity: int = 1, **kwargs: Any) -> None:
    """Make the table of a cache in the database, if it is not there yet; after each ``migrate``."""
    call_command("createcachetable", database=using, verbosity=max(verbosity - 1, 0))
