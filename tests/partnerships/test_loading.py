"""The merge of data files with what people edited."""

import datetime

import pytest
from django.db import transaction

from partnerships.loading import Outcome, RowLoader, baseline
from partnerships.models import Area, LoadedRecord, Membership, Organisation, Sector
from tests.factories import AreaFactory, OrganisationFactory, PartnershipFactory, SectorFactory

pytestmark = pytest.mark.django_db

PUBLIC = {"code": "public", "name": "Public sector", "description": "Councils and services.", "order": 1}


def load(model, *key_fields, **values):
    """Load one row as a run of its own, and tell the outcome."""
    loader = RowLoader(model, *key_fields)
    with transaction.atomic():
        loader.load(**values)
    [outcome] = loader.outcomes
    return outcome


def test_a_new_row_is_created_with_its_baseline():
    assert load(Sector, "code", **PUBLIC) == Outcome.CREATED
    assert Sector.objects.get().name == "Public sector"
    assert baseline(Sector, "public") == PUBLIC


def test_the_same_row_again_changes_nothing_and_asks_the_database_nothing(django_assert_num_queries):
    load(Sector, "code", **PUBLIC)
    loader = RowLoader(Sector, "code")
    with django_assert_num_queries(0):
        loader.load(**PUBLIC)
    assert loader.outcomes == {Outcome.UNCHANGED: 1}


def test_a_field_that_the_files_changed_is_updated():
    load(Sector, "code", **PUBLIC)
    assert load(Sector, "code", **PUBLIC | {"name": "Public bodies"}) == Outcome.UPDATED
    assert Sector.objects.get().name == "Public bodies"
    assert baseline(Sector, "public")["name"] == "Public bodies"


def test_a_field_that_people_edited_stays_while_others_move_on():
    load(Sector, "code", **PUBLIC)
    Sector.objects.update(name="Ours")
    assert load(Sector, "code", **PUBLIC) == Outcome.KEPT
    newer = PUBLIC | {"name": "Public bodies", "description": "Councils, colleges and services."}
    assert load(Sector, "code", **newer) == Outcome.UPDATED
    sector = Sector.objects.get()
    assert (sector.name, sector.description) == ("Ours", "Councils, colleges and services.")
    assert load(Sector, "code", **newer) == Outcome.KEPT


def test_a_row_that_people_deleted_is_not_made_again():
    load(Sector, "code", **PUBLIC)
    Sector.objects.all().delete()
    assert load(Sector, "code", **PUBLIC) == Outcome.KEPT
    assert not Sector.objects.exists()
    assert LoadedRecord.objects.count() == 1


def test_a_row_that_people_made_first_stays_theirs():
    SectorFactory(code="public", name="Ours")
    assert load(Sector, "code", **PUBLIC) == Outcome.KEPT
    assert Sector.objects.get().name == "Ours"


def test_a_field_that_the_files_are_new_to_fills_what_nobody_filled():
    load(Sector, "code", code="public", name="Public sector")
    assert load(Sector, "code", **PUBLIC) == Outcome.UPDATED
    assert Sector.objects.get().order == 1


def test_foreign_keys_are_compared_by_the_key_of_their_row():
    public, private = SectorFactory(code="public"), SectorFactory(code="private")
    values = {"slug": "northern-trust", "name": "Northern Trust", "sector": public}
    load(Organisation, "slug", **values)
    assert baseline(Organisation, "northern-trust")["sector"] == "public"
    assert load(Organisation, "slug", **values) == Outcome.UNCHANGED
    Organisation.objects.update(sector=private)
    assert load(Organisation, "slug", **values) == Outcome.KEPT


def test_many_to_many_fields_are_compared_by_their_keys_in_any_order():
    first, second, third = AreaFactory.create_batch(3)
    values = {"code": "E37000020", "name": "Leeds City Region", "successors": [second, first]}
    load(Area, "code", **values)
    assert load(Area, "code", **values | {"successors": [first, second]}) == Outcome.UNCHANGED
    assert load(Area, "code", **values | {"successors": [third]}) == Outcome.UPDATED
    area = Area.objects.get(code="E37000020")
    assert list(area.successors.all()) == [third]
    area.successors.clear()
    assert load(Area, "code", **values | {"successors": [third]}) == Outcome.KEPT
    assert not area.successors.exists()


def test_dates_are_compared_as_dates():
    values = {"code": "E37000026", "name": "Northamptonshire", "valid_to": datetime.date(2014, 12, 1)}
    load(Area, "code", **values)
    assert load(Area, "code", **values) == Outcome.UNCHANGED
    assert baseline(Area, "E37000026")["valid_to"] == "2014-12-01"


def test_a_row_can_be_named_by_several_fields_of_its_neighbours():
    partnership = PartnershipFactory(slug="humber")
    keys = ("partnership__slug", "organisation__slug", "role")
    values = {
        "partnership": partnership,
        "organisation": OrganisationFactory(slug="northern-trust"),
        "role": "delivery",
    }
    assert load(Membership, *keys, **values) == Outcome.CREATED
    assert LoadedRecord.objects.of(Membership).get().key == "humber/northern-trust/delivery"
    assert load(Membership, *keys, **values) == Outcome.UNCHANGED
