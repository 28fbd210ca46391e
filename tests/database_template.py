"""A migrated SQLite database kept from one run of the suite to the next.

Migrating an empty database takes longer than most files of tests. What a run made is kept in pytest's cache,
under a name that changes with anything a migration could read.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection


def _sources() -> Iterator[Path]:
    """What migrating reads. Rows of permissions and the like are brought up to date in every run."""
    root = Path(settings.BASE_DIR)
    for app in ("evidence", "partnerships"):
        yield from sorted((root / app / "migrations").glob("*.py"))
    yield from (root / "evidence" / "search_index.py", root / "requirements.txt")


def template_path(config: pytest.Config) -> Path:
    """Where the database migrated by the present code is kept, whether or not it is there yet."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in _sources())).hexdigest()
    assert config.cache
    return config.cache.mkdir("databases") / f"{digest[:20]}.sqlite3"


def take_template(config: pytest.Config) -> bool:
    """Begin with the kept database, if there is one; whether there was."""
    template = template_path(config)
    if connection.vendor != "sqlite" or not template.exists():
        return False
    shutil.copy(template, connection.settings_dict["TEST"]["NAME"])
    return True


def keep_template(config: pytest.Config) -> None:
    """Keep the database as it now is, migrated and otherwise empty, in place of those of older code."""
    template = template_path(config)
    if connection.vendor != "sqlite" or template.exists():
        return
    for older in template.parent.glob("*.sqlite3"):
        older.unlink(missing_ok=True)
    unfinished = template.with_suffix(f".{os.getpid()}")
    connection.ensure_connection()
    with sqlite3.connect(unfinished) as copy:
        connection.connection.backup(copy)
    copy.close()
    unfinished.replace(template)
