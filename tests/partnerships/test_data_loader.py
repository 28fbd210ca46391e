"""The programme's partnerships as the product brings them along."""

import datetime
import shutil

import pytest
import yaml

from partnerships.data.loader import DATA, load_partnerships
from partnerships.data_files import DataFileError
from partnerships.loading import Outcome
from partnerships.models import Area, FactSource, Membership, Organisation, Partnership, Sector
from tests.factories import MembershipFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A copy of the data files that a test may spoil."""
    for path in DATA.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def change(folder, file, key, **fields):
    """Change one entry of a file, found by its code or slug."""
    path = folder / file
    entries = yaml.safe_load(path.read_text())
    for entry in entries:
        if key in (entry.get("code"), entry.get("slug")):
            entry.update(fields)
    path.write_text(yaml.safe_dump(entries))


def test_the_programmes_partnerships_are_all_there():
    load_partnerships()
    assert list(Sector.objects.values_list("code", flat=True)) == ["public", "private", "third", "community"]
    assert Partnership.objects.count() == 21
    assert Membership.objects.filter(role="lead", ended_on=None).count() == 15
    assert Partnership.objects.filter(grant_pounds__isnull=False).count() == 11
    assert Partnership.objects.get(slug="black-country").grant_pounds == 10_270_938
    assert Organisation.objects.get(slug="the-princes-trust").memberships.count() == 4


def test_every_stated_fact_has_its_source():
    load_partnerships()
    for partnership in Partnership.objects.all():
        facts = set(partnership.fact_sources.values_list("fact", flat=True))
        assert "area" in facts
        assert ("lead" in facts) == partnership.memberships.filter(role="lead").exists()
        assert ("operating-area" in facts) == bool(partnership.operating_area)
        if partnership.grant_pounds:
            assert "grant" in facts
    unverified = FactSource.objects.filter(is_verified=False).values_list("partnership__slug", "fact")
    assert set(unverified) == {("humber", "lead"), ("tees-valley", "lead")}


def test_what_is_not_known_stays_empty_and_what_is_uncertain_is_told():
    load_partnerships()
    manchester = Partnership.objects.get(slug="greater-manchester")
    assert manchester.grant_pounds is None
    assert "at least £9.5 million" in manchester.note
    assert Partnership.objects.get(slug="the-marches").operating_area == "Herefordshire and Telford only"
    assert "Talent Match Middlesbrough" in Partnership.objects.get(slug="tees-valley").note
    assert not Partnership.objects.get(slug="worcestershire").memberships.exists()
    assert not Partnership.objects.exclude(form="", legal_form="", starts_on=None, ends_on=None).exists()


def test_areas_keep_ended_codes_and_successors():
    load_partnerships()
    leeds = Area.objects.get(code="E37000020")
    assert set(leeds.successors.values_list("code", flat=True)) == {"E37000050", "E37000062"}
    ended = Area.objects.exclude(valid_to=None)
    assert [(area.code, area.valid_to) for area in ended] == [("E37000026", datetime.date(2014, 12, 1))]


def test_every_loaded_row_is_valid():
    load_partnerships()
    for model in (Sector, Area, Organisation, Partnership, Membership, FactSource):
        for row in model.objects.all():
            row.full_clean()


def test_loading_again_changes_nothing():
    first = load_partnerships()
    again = load_partnerships()
    assert set(first) == {Outcome.CREATED}
    assert again == {Outcome.UNCHANGED: first[Outcome.CREATED]}


def test_what_people_edited_and_deleted_stays():
    load_partnerships()
    Partnership.objects.filter(slug="humber").update(note="Ours", grant_pounds=1)
    Partnership.objects.filter(slug="worcestershire").delete()
    Membership.objects.filter(partnership__slug="london").update(ended_on=datetime.date(2016, 1, 1))
    MembershipFactory(partnership=Partnership.objects.get(slug="london"), role="lead")
    load_partnerships()
    humber = Partnership.objects.get(slug="humber")
    assert (humber.note, humber.grant_pounds) == ("Ours", 1)
    assert not Partnership.objects.filter(slug="worcestershire").exists()
    assert Membership.objects.filter(partnership__slug="london", role="lead").count() == 2


def test_a_lead_that_people_chose_gets_no_rival_from_the_files(folder):
    load_partnerships()
    trust = OrganisationFactory()
    worcestershire = Partnership.objects.get(slug="worcestershire")
    MembershipFactory(partnership=worcestershire, organisation=trust, role="lead")
    change(
        folder,
        "partnerships.yaml",
        "worcestershire",
        members=[{"organisation": "london-youth", "role": "lead"}],
    )
    load_partnerships(folder)
    assert worcestershire.memberships.get().organisation == trust


@pytest.mark.parametrize(
    ("file", "key", "fields", "told"),
    [
        ("sectors.yaml", "public", {"name": None}, "sectors.yaml, public: name is missing."),
        ("sectors.yaml", "public", {"colour": "red"}, "sectors.yaml, public: unknown field 'colour'."),
        (
            "areas.yaml",
            "E37000008",
            {"successors": ["E37000999"]},
            "areas.yaml, E37000008: its successor E37000999 does not stand before it.",
        ),
        (
            "organisations.yaml",
            "london-youth",
            {"kind": "club"},
            "organisations.yaml, london-youth: kind: club is not known.",
        ),
        (
            "partnerships.yaml",
            "humber",
            {"areas": ["E1"]},
            "partnerships.yaml, humber: areas: E1 is not known.",
        ),
        (
            "partnerships.yaml",
            "humber",
            {"facts": [{"fact": "weather", "source": "A page"}]},
            "partnerships.yaml, humber: facts, entry 1: fact: weather is not known.",
        ),
        (
            "partnerships.yaml",
            "humber",
            {
                "members": [
                    {"organisation": "london-youth", "role": "lead"},
                    {"organisation": "your-consortium", "role": "lead"},
                ]
            },
            "partnerships.yaml, humber: members: a partnership has one lead.",
        ),
    ],
)
def test_wrong_files_are_refused_with_file_entry_and_fault(folder, file, key, fields, told):
    change(folder, file, key, **fields)
    with pytest.raises(DataFileError) as error:
        load_partnerships(folder)
    assert told in error.value.problems
    assert not Sector.objects.exists()
