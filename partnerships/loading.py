"""Bringing rows of data files into the database again and again without undoing what people did there.

Three states meet for each field: what the files say now, what they said when last loaded (``LoadedRecord``),
and what the row holds. A field is overwritten only while the row still holds what was last loaded. A row
that people deleted stays deleted, and a row that people made under the same key stays theirs.
"""

import datetime
from collections import Counter
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from partnerships.models.loaded import LoadedRecord, model_label

Row = TypeVar("Row", bound=models.Model)


class Outcome(StrEnum):
    """What loading one row came to."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # people edited or deleted it, and it stays as they left it


class RowLoader(Generic[Row]):
    """Loads the rows of one model, reading all that is there already in a few queries.

    ``key_fields`` are the paths that together name a row: ``RowLoader(Sector, "code")``,
    ``RowLoader(Coding, "finding__ref", "item__code")``. ``among`` narrows what is read to the rows that files
    can speak of, where the table holds many more. ``outcomes`` counts what became of the rows.
    """

    def __init__(self, model: type[Row], *key_fields: str, among: models.QuerySet[Row] | None = None) -> None:
        self.model = model
        self.key_fields = key_fields
        self.outcomes: Counter[Outcome] = Counter()
        foreign_keys = [field.name for field in model._meta.concrete_fields if field.is_relation]
        many = [field.name for field in model._meta.many_to_many if self._is_plain(field)]
        there = model._default_manager.all() if among is None else among
        rows = there.select_related(*foreign_keys).prefetch_related(*many)
        self._rows: dict[str, Row] = {
            self._key(lambda name, row=row: getattr(row, name)): row for row in rows
        }
        self._records = {record.key: record for record in LoadedRecord.objects.of(model)}

    def load(self, **values: Any) -> Row | None:
        """Load one row and return it, or None when people deleted it.

        ``values`` holds the key's fields too. Foreign keys are given as rows, many-to-many fields as lists of
        rows; both are compared by their rows' own keys. Must run inside a transaction.
        """
        key = self._key(values.__getitem__)
        wanted = {name: plain(value) for name, value in values.items()}
        record, row = self._records.get(key), self._rows.get(key)
        if row is None and record is None:
            outcome, row = Outcome.CREATED, self._create(values)
            self._rows[key] = row
        elif row is None or record is None:
            outcome = Outcome.KEPT
        else:
            outcome = self._merge(row, record.data, values, wanted)
        self._remember(key, record, wanted)
        self.outcomes[outcome] += 1
        return row

    def _key(self, value_of: Any) -> str:
        """The key's parts joined by a slash; ``value_of`` gives the value of one field."""
        parts = []
        for path in self.key_fields:
            name, *further = path.split("__")
            value = value_of(name)
            for attribute in further:
                value = getattr(value, attribute)
            parts.append(str(value))
        return "/".join(parts)

    def _create(self, values: dict[str, Any]) -> Row:
        many = {name: rows for name, rows in values.items() if self._is_many(name)}
        row = self.model(**{name: value for name, value in values.items() if name not in many})
        row.save(force_insert=True)
        for name, rows in many.items():
            if rows:
                getattr(row, name).set(rows)
        return row

    def _merge(
        self, row: Row, baseline: dict[str, Any], values: dict[str, Any], wanted: dict[str, Any]
    ) -> Outcome:
        """Write the fields in which the files moved on and the row did not."""
        present = {name: self._present(row, name) for name in wanted}
        differing = [name for name in wanted if present[name] != wanted[name]]
        changed = [name for name in differing if present[name] == self._baseline_value(baseline, name)]
        if changed:
            self._update(row, {name: values[name] for name in changed})
            return Outcome.UPDATED
        return Outcome.KEPT if differing else Outcome.UNCHANGED

    def _update(self, row: Row, values: dict[str, Any]) -> None:
        fields = []
        for name, value in values.items():
            if self._is_many(name):
                getattr(row, name).set(value)
            else:
                setattr(row, name, value)
                fields.append(name)
        if hasattr(row, "version"):
            # Somebody who has the row open in a form must hear that it changed.
            row.version += 1
            fields.append("version")
        row.save(update_fields=fields)

    def _remember(self, key: str, record: LoadedRecord | None, wanted: dict[str, Any]) -> None:
        if record is None:
            self._records[key] = LoadedRecord.objects.create(
                model=model_label(self.model), key=key, data=wanted
            )
        elif record.data != wanted:
            record.data = wanted
            record.save()

    @staticmethod
    def _is_plain(field: Any) -> bool:
        """Whether a many-to-many field holds pairs alone; others are rows of a model of their own."""
        return bool(field.remote_field.through._meta.auto_created)

    def _is_many(self, name: str) -> bool:
        return self.model._meta.get_field(name).many_to_many is True

    def _present(self, row: Row, name: str) -> Any:
        value = getattr(row, name)
        return plain(list(value.all()) if self._is_many(name) else value)

    def _baseline_value(self, baseline: dict[str, Any], name: str) -> Any:
        """What was last loaded; for a field that the files are new to, what a row starts with."""
        if name in baseline:
            return baseline[name]
        return [] if self._is_many(name) else plain(self.model._meta.get_field(name).get_default())  # type: ignore[union-attr]


def plain(value: Any) -> Any:
    """A value as JSON keeps it: a row by its key, a date in ISO form, a list of rows in their keys' order."""
    if isinstance(value, models.Model):
        return own_key(value)
    if isinstance(value, list) and value and all(isinstance(entry, models.Model) for entry in value):
        return sorted(own_key(entry) for entry in value)
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def own_key(row: models.Model) -> str:
    """The value of a row's first unique field that is not its primary key: its code, slug or ref."""
    for field in row._meta.concrete_fields:
        if field.unique and not field.primary_key:
            return str(getattr(row, field.attname))
    raise FieldDoesNotExist(f"{row._meta.label} has no key of its own to be compared by.")


def baseline(model: type[models.Model], key: str) -> dict[str, Any]:
    """What the data files say about one row, field by field; empty for a row they know nothing of."""
    record = LoadedRecord.objects.of(model).filter(key=key).first()
    return record.data if record else {}
