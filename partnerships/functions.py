"""Database functions that Django doesn't have, the same on SQLite and PostgreSQL."""

from typing import Any

from django.db import connection
from django.db.models import F, JSONField, Model, QuerySet, Subquery

_JSON = {
    "sqlite": ("json_group_array({})", "json_object({})"),
    "postgresql": ("COALESCE(jsonb_agg({}), '[]')", "jsonb_build_object({})"),
}


class JSONList(Subquery):
    """Related rows as one JSON list in the order of their query set, fetched along with what they belong to.

    ``JSONList(sectors, "code")`` gives a list of codes; ``JSONList(codings, item="item__code", note="note")``
    a list of objects with these keys.
    """

    output_field = JSONField()
    empty_result_set_value = "[]"  # of rows that nobody can be: an empty list, as of rows that are not there

    def __init__(self, queryset: QuerySet, field: str = "", **fields: str) -> None:
        # Names of our own, so that none is ambiguous where the list is put together.
        self.columns = {key: f"json_{key}" for key in fields} or {"": "json_value"}
        paths = {self.columns[key]: path for key, path in (fields or {"": field}).items()}
        super().__init__(queryset.values(**{column: F(path) for column, path in paths.items()}))

    def as_sql(self, compiler: Any, connection: Any, template: str | None = None, **context: Any) -> Any:
        collect, build = _JSON[connection.vendor]
        element = self.columns.get("") or build.format(
            ", ".join(f"'{key}', {column}" for key, column in self.columns.items())
        )
        # Column names are identifiers of this class and its caller's code, never a person's input.
        template = f"(SELECT {collect.format(element)} FROM (%(subquery)s) AS json_rows)"  # noqa: S608
        return super().as_sql(compiler, connection, template, **context)


def values_in_use(model: type[Model], field: str) -> list[str]:
    """The different values of a text column that an index begins with, in order.

    It leaps from each value to the next one in the index, so a million rows take no longer than a few.
    """
    quote = connection.ops.quote_name
    table, column = quote(model._meta.db_table), quote(str(model._meta.get_field(field).column))  # type: ignore[union-attr]
    # Names of this code's own models, never a person's input.
    query = (
        f"WITH RECURSIVE used(value) AS (SELECT MIN({column}) FROM {table}"  # noqa: S608
        f" UNION ALL SELECT (SELECT MIN({column}) FROM {table} WHERE {column} > used.value)"
        " FROM used WHERE used.value IS NOT NULL) SELECT value FROM used WHERE value IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [value for (value,) in cursor.fetchall()]
