"""The triggers that keep SQLite's search index in step with the findings, whatever writes them."""

from typing import Any

from django.db import connections

INDEX = "evidence_finding_search"
REMOVE_OLD = (
    f"INSERT INTO {INDEX}({INDEX}, rowid, ref, title, text, quote)"
    " VALUES ('delete', old.id, old.ref, old.title, old.text, old.quote);"
)
ADD_NEW = (
    f"INSERT INTO {INDEX}(rowid, ref, title, text, quote)"
    " VALUES (new.id, new.ref, new.title, new.text, new.quote);"
)
TRIGGERS = {
    f"{INDEX}_insert": f"AFTER INSERT ON evidence_finding BEGIN {ADD_NEW} END",
    f"{INDEX}_delete": f"AFTER DELETE ON evidence_finding BEGIN {REMOVE_OLD} END",
    f"{INDEX}_update": (
        f"AFTER UPDATE OF ref, title, text, quote ON evidence_finding BEGIN {REMOVE_OLD} {ADD_NEW} END"
    ),
}


def ensure_search_triggers(using: str = "default", **kwargs: Any) -> None:
    """Make the triggers that are missing on SQLite, and the index anew with them.

    Runs after every ``migrate``: altering a table there means making it anew, without its triggers.
    PostgreSQL needs none, its index is a column that the database itself computes.
    """
    connection = connections[using]
    if connection.vendor != "sqlite" or INDEX not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {name for (name,) in cursor.fetchall()}
        missing = TRIGGERS.keys() - present
        for name in sorted(missing):
            cursor.execute(f"CREATE TRIGGER {name} {TRIGGERS[name]}")
        if missing:
            cursor.execute(f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')")
