"""The review in a test's database, quickly: loaded by the command once in a process, copied after that."""

import copy
import io
from functools import cache

from django.core.management import call_command
from django.db import models, transaction

from evidence.models import SearchDocument
from tests.test_models import models_of_ours

# Copies get keys that no row made by a test or by a sequence can have.
OFFSET = 1_000_000


def put_review() -> None:
    """Bring the review and the partnerships into the database, without their history tables' rows."""
    with transaction.atomic():
        for model, rows in _loaded_rows():
            # Copies, as saving may change them.
            model._base_manager.bulk_create([copy.copy(row) for row in rows])


@cache
def _loaded_rows() -> list[tuple[type[models.Model], list[models.Model]]]:
    """Every row that ``load_review`` makes, with its keys moved out of the way."""
    # The database writes documents of the search itself, also of copies.
    tables = [m for m in models_of_ours() if not m._meta.proxy and m is not SearchDocument]
    tables += [field.remote_field.through for model in tables for field in model._meta.local_many_to_many]
    with transaction.atomic():
        before = {model: set(model._base_manager.values_list("pk", flat=True)) for model in tables}
        call_command("load_review", stdout=io.StringIO())
        loaded = [
            (model, list(model._base_manager.exclude(pk__in=before[model]).order_by("pk")))
            for model in dict.fromkeys(tables)
        ]
        transaction.set_rollback(True)
    for _, rows in loaded:
        for row in rows:
            _move(row)
    return loaded


def _move(row: models.Model) -> None:
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if value is not None and (field.primary_key or field.is_relation):
            setattr(row, field.attname, value + OFFSET)
