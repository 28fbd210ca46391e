"""The history of findings and framework items, to be read: who changed what, when, from what to what."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_field, unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

# They change with every version and say nothing about it.
BOOKKEEPING = {"id", "version", "updated_at", "updated_by"}
DEEDS = {"+": "Added", "~": "Changed", "-": "Deleted"}


@dataclass(frozen=True)
class Change:
    """One field before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    """One entry of a history."""

    at: datetime.datetime
    by: str
    deed: str
    subject: str
    reason: str
    changes: list[Change]


def no_subject(record: Any) -> str:
    return ""


def versions_of(history: models.QuerySet[Any], subject: Callable[[Any], str] = no_subject) -> list[Version]:
    """The entries of a history, newest first, without those in which nothing changed.

    ``history`` can hold several things' entries; ``subject`` then names the thing of an entry. Takes a number
    of queries that does not grow with the entries.
    """
    model: Any = history.model
    fields = [field for field in model.tracked_fields if field.name not in BOOKKEEPING]
    related = [field.name for field in fields if field.is_relation]
    records = history.order_by("history_date", "history_id").select_related("history_user", *related)
    names = {field: _names(history, field) for field in model._history_m2m_fields}
    versions: list[Version] = []
    latest: dict[int, Any] = {}
    for record in records:
        older = latest.get(record.id)
        changes = _changes(older, record, fields, names) if older else []
        if changes or older is None or record.history_type != "~":
            versions.append(
                Version(
                    at=record.history_date,
                    by=str(record.history_user or ""),
                    deed=DEEDS[record.history_type],
                    subject=subject(record),
                    reason=record.history_change_reason or "",
                    changes=changes,
                )
            )
        latest[record.id] = record
    return versions[::-1]


def _changes(older: Any, newer: Any, fields: Iterable[Any], names: dict[Any, dict[int, str]]) -> list[Change]:
    changes = [
        Change(capfirst(field.verbose_name), _shown(older, field), _shown(newer, field))
        for field in fields
        if getattr(older, field.attname) != getattr(newer, field.attname)
    ]
    for field, names_at in names.items():
        before, after = names_at.get(older.pk, ""), names_at.get(newer.pk, "")
        if before != after:
            changes.append(Change(capfirst(field.verbose_name), before, after))
    return changes


def _shown(record: Any, field: Any) -> str:
    value = getattr(record, field.name)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(display_for_field(value, field, ""))


def _names(history: models.QuerySet[Any], field: Any) -> dict[int, str]:
    """What a many-to-many field held, for each entry of a history that it was not empty at."""
    target = field.m2m_reverse_field_name()
    rows = getattr(history.model, field.name).filter(history__in=history).select_related(target)
    names: dict[int, list[str]] = {}
    for row in rows:
        names.setdefault(row.history_id, []).append(str(getattr(row, target)))
    return {entry: ", ".join(sorted(found)) for entry, found in names.items()}


class HistoryPage(admin.ModelAdmin):
    """A model admin whose "History" shows every version kept of a thing."""

    def versions(self, thing: Any) -> list[Version]:
        return versions_of(self.model.history.filter(id=thing.pk))

    def may_read_history(self, request: HttpRequest, thing: Any) -> bool:
        return self.has_view_permission(request, thing)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        thing = self.get_object(request, unquote(object_id))
        if thing is None:
            raise Http404
        if not self.may_read_history(request, thing):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"History of {thing}",
            "opts": self.opts,
            "object": thing,
            "versions": self.versions(thing),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/evidence/history.html", context)
