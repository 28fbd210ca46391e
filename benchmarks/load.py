"""Storing rows by the hundred thousand: COPY on PostgreSQL, prepared statements on SQLite."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import NOT_PROVIDED, Field, Max, Model

from benchmarks.rows import Findings, Row
from evidence.models import Finding, Source

ROWS_AT_ONCE = 120_000


def fill(number: int) -> None:
    """Add so many invented findings, with what hangs on them, to the database of the settings."""
    rows = iter(Findings(number, first_key(Finding), first_key(Source)))
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        with transaction.atomic():
            store(batch)
    tidy()


def first_key(model: type[Model]) -> int:
    highest = model._default_manager.aggregate(highest=Max("pk"))["highest"]
    return (highest or 0) + 1


def store(rows: Iterable[Row]) -> None:
    tables: dict[type[Model], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        tables[row.table].append(row.values)
    # A table stands before those that refer to it, as its rows come first.
    for table, values in tables.items():
        fields = [field for field in table._meta.concrete_fields if column_is_said(field, values[0])]
        defaults = {field.attname: constant_default(field) for field in fields}
        lines = [[row.get(name, default) for name, default in defaults.items()] for row in values]
        insert(table._meta.db_table, [field.column for field in fields], lines)


def column_is_said(field: "Field[Any, Any]", values: dict[str, Any]) -> bool:
    """Keys that the database counts itself are left to it."""
    return not field.primary_key or field.attname in values


def constant_default(field: "Field[Any, Any]") -> Any:
    """What a column says when a row says nothing of it."""
    default = None if field.default is NOT_PROVIDED else field.default
    if callable(default):
        return None  # each row says it, or the database refuses the row
    return default if default is not None or field.null else field.get_default()


def insert(table: str, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            text = io.StringIO()
            # An empty cell is an empty text, and \N nothing.
            csv.writer(text).writerows([["\\N" if cell is None else cell for cell in line] for line in lines])
            text.seek(0)
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT csv, NULL '\\N')", text)
        else:
            marks = ", ".join(["%s"] * len(columns))
            adapted = [[connection.ops.adapt_unknown_value(cell) for cell in line] for line in lines]
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", adapted)  # noqa: S608


def tidy() -> None:
    """What a database does by itself in time: count anew, gather, and number on from the highest key."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in (Finding, Source):
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
                )
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
