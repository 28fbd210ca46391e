"""Whoever sends more than a form or a serializer asks for changes nothing by it."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.test import Client

from evidence.models import Finding
from partnerships.models import Person
from tests.access.rows import Row
from tests.access.table import TABLE
from tests.access.test_table import address_of, data_of
from tests.access.world import World
from tests.factories import PersonFactory

LONG_AGO = datetime.datetime(1999, 12, 31, 12, tzinfo=datetime.UTC)
WORD = "planted"
NUMBER = 424_242
# What a person is and may do is set in the admin alone.
OF_A_PERSON = {"is_active", "is_staff", "is_superuser", "last_login", "email", "roles", "password"}
# What the steps of review ask for, and what is true of every source and every proposal that is made.
CHANGE_ANYWAY = {
    "version",
    "visibility",
    "reason",
    "checklist",
    "step",
    "is_shared",
    "is_current",
    "mask_area",
}


def fields_nobody_states() -> Iterator[tuple[type[models.Model], models.Field]]:
    """The fields of our models that no form offers, each with its model."""
    for name in ("partnerships", "evidence"):
        for model in apps.get_app_config(name).get_models():
            if model._meta.proxy or model.__name__.startswith("Historical"):
                continue
            for field in model._meta.concrete_fields:
                kept = (
                    field.primary_key or not field.editable or (model is Person and field.name in OF_A_PERSON)
                )
                if kept and field.name not in CHANGE_ANYWAY:
                    yield model, field


def value_for(field: models.Field, planted: Person) -> Any:
    """What an intruder would send for a field: recognisable wherever it might arrive."""
    if field.remote_field or field.primary_key:
        return planted.pk
    if isinstance(field, models.DateTimeField):
        return LONG_AGO
    if isinstance(field, models.DateField):
        return LONG_AGO.date()
    if isinstance(field, models.IntegerField):
        return NUMBER
    if field.choices:
        return list(dict(field.flatchoices))[-1]
    return True if isinstance(field, models.BooleanField) else WORD


def holding(planted: Person) -> dict[str, set[Any]]:
    """By field, the rows that hold what was planted. One query a model."""
    sought: dict[type[models.Model], list[models.Field]] = defaultdict(list)
    for model, field in fields_nobody_states():
        if not field.primary_key and not field.choices:
            sought[model].append(field)
    return {name: rows for model, fields in sought.items() for name, rows in held_in(model, fields, planted)}


def held_in(
    model: type[models.Model], fields: list[models.Field], planted: Person
) -> Iterator[tuple[str, set[Any]]]:
    """For each of these fields of a model, the rows that hold what was planted."""
    holds = {f"holds_{field.name}": Q(**{field.attname: value_for(field, planted)}) for field in fields}
    rows = model._base_manager.filter(reduce(or_, holds.values())).annotate(
        **{name: models.ExpressionWrapper(held, models.BooleanField()) for name, held in holds.items()}
    )
    found = list(rows.exclude(pk=planted.pk if model is Person else None).values("pk", *holds))
    for field in fields:
        name = f"holds_{field.name}"
        yield f"{model.__name__}.{field.name}", {row["pk"] for row in found if row[name]}


def everything_planted(planted: Person) -> dict[str, Any]:
    """What an intruder adds to a request."""
    more: dict[str, Any] = {"id": planted.pk, "pk": planted.pk}
    for _, field in fields_nobody_states():
        more |= {field.name: value_for(field, planted), field.attname: value_for(field, planted)}
    return more


def answer(
    browser: Client, row: Row, world: World, planted: Person, before: dict[str, set[Any]]
) -> tuple[int, list[str]]:
    """Send a good request with all that nobody asked for; undo it, and tell what came through."""
    more = everything_planted(planted)
    is_api = row.name.startswith("api-")
    options = {"content_type": "application/json"} if is_api else {}
    with transaction.atomic():
        send = getattr(browser, row.method.lower())
        status = send(address_of(row, world), more | data_of(row, world), **options).status_code
        after = holding(planted)
        transaction.set_rollback(True)
    return status, [f"{row.method} {row.name}: {name}" for name in after if after[name] - before[name]]


@pytest.mark.parametrize("persona", ["evaluator", "lead", "reporter"])
def test_nothing_unlisted_changes(world: World, client_of: Callable[[str], Client], persona: str) -> None:
    planted = PersonFactory()
    writing = [
        row
        for row in TABLE
        if row.method != "GET"
        and row.answer_for(persona) in {"200", "201", "302"}
        and row.name not in {"login", "logout", "password-change"}
    ]
    browser, before = client_of(persona), holding(planted)
    refused, come_through = [], []
    for row in writing:
        status, found = answer(browser, row, world, planted, before)
        # A page overlooks what it did not ask for; the API says that it doesn't know it.
        if status != (400 if row.name.startswith("api-") else int(row.answer_for(persona))):
            refused.append(f"{row.method} {row.name}: {status}")
        come_through += found
    assert writing
    assert come_through == []
    assert refused == []


def test_what_comes_through_is_noticed(world: World) -> None:
    planted = PersonFactory()
    before = holding(planted)
    draft = Finding.objects.filter(pk=world.findings["draft"].pk)
    draft.update(created_by=planted, created_at=LONG_AGO, version=NUMBER)
    after = holding(planted)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"Finding.created_by", "Finding.created_at"}  # a version is stated on purpose
