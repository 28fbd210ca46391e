"""Every model has a factory, and every factory builds a valid row."""

import pytest
from django.apps import apps
from django.db.models import Model
from factory.django import DjangoModelFactory

from tests import factories


def models_of_ours() -> list[type[Model]]:
    """Our models; the history tables are kept by simple_history."""
    return [
        model
        for label in ("partnerships", "evidence")
        for model in apps.get_app_config(label).get_models()
        if not model.__module__.startswith("simple_history") and not hasattr(model, "instance_type")
    ]


FACTORIES: dict[type[Model], type[DjangoModelFactory]] = {
    factory._meta.model: factory
    for factory in vars(factories).values()
    if isinstance(factory, type) and issubclass(factory, DjangoModelFactory) and factory._meta.model
}


def test_every_model_has_a_factory() -> None:
    assert [model.__name__ for model in models_of_ours() if model not in FACTORIES] == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", FACTORIES, ids=lambda model: model.__name__)
def test_a_factory_builds_a_valid_row(model: type[Model]) -> None:
    row = FACTORIES[model]()
    row.full_clean()
    assert type(row)._default_manager.get(pk=row.pk) == row
    assert str(row)


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["submitted", "returned", "published", "withdrawn", "literature"])
def test_a_finding_in_each_step_is_valid(step: str) -> None:
    finding = factories.FindingFactory(**{step: True})
    finding.full_clean()
    assert finding.status == ("published" if step == "literature" else step)
