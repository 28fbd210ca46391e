"""The review's files: whole, checked, loaded again and again without harm."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from evidence.framework.loader import load_review
from evidence.framework.review_files import DATA, read_review
from evidence.models import (
    Citation,
    Coding,
    Finding,
    FrameworkItem,
    ItemCitation,
    Lesson,
    Reference,
    ResearchQuestion,
)
from evidence.models.finding import REF_PATTERN
from partnerships.data.loader import load_partnerships
from partnerships.data_files import DataFileError
from partnerships.loading import Outcome

SECTORS = {"public", "private", "third", "community"}


@pytest.fixture(scope="module")
def review_of_module(module_database):
    load_partnerships()
    load_review()


@pytest.fixture
def review(review_of_module, db):
    """The review, loaded once for all tests of this module."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the data files, to be spoilt."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


def change(path: Path, **values) -> None:
    """Change fields of the first entry of a file."""
    entries = yaml.safe_load(path.read_text())
    entries[0] |= values
    path.write_text(yaml.safe_dump(entries))


def test_the_whole_review_is_there(review):
    kinds = Counter(FrameworkItem.objects.values_list("kind", flat=True))
    assert (kinds["lesson"], kinds["driver"], kinds["benefit"]) == (10, 13, 4)
    assert list(ResearchQuestion.objects.values_list("code", flat=True)) == [
        *("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q8a", "Q8b", "Q8c", "Q9", "Q10")
    ]
    assert Reference.objects.filter(listed=True).count() == 25
    assert list(Reference.objects.filter(listed=False).values_list("key", flat=True)) == ["Simons1998"]
    literature = Finding.objects.filter(origin=Finding.Origin.LITERATURE)
    assert literature.count() >= 80
    assert not literature.exclude(ref__regex=f"^{REF_PATTERN}$").exists()
    assert not literature.filter(citations=None).exists()
    assert not literature.filter(codings=None).exists()


def test_drivers_stand_in_three_groups(review):
    groups = Counter(FrameworkItem.objects.filter(kind="driver").values_list("group", flat=True))
    assert groups == {"Structure and governance": 7, "Clarity of objectives": 2, "Inter-relationships": 4}


def test_every_cited_item_has_evidence(review):
    cited = FrameworkItem.objects.exclude(citations=None)
    assert not cited.exclude(findings__origin=Finding.Origin.LITERATURE).exists()


def test_a_citation_that_the_list_lacks_is_kept(review):
    states = set(ItemCitation.objects.values_list("reference__key", "state"))
    assert ("Simons1998", Citation.State.UNRESOLVED) in states
    assert ("DCLG2006", Citation.State.CORRECTED) in states


def test_loading_again_changes_nothing(review):
    before = list(Finding.history.values_list("pk", flat=True))
    outcomes = load_review()
    assert set(outcomes) == {Outcome.UNCHANGED}
    assert list(Finding.history.values_list("pk", flat=True)) == before


def test_edits_and_deletions_by_people_stay(review):
    lesson = Lesson.objects.get(code="L5")
    lesson.statement = "Reworded by a person."
    lesson.save()
    coding = Coding.objects.filter(item=lesson).first()
    ref, title = coding.finding.ref, coding.finding.title
    coding.delete()
    load_review()
    lesson.refresh_from_db()
    assert lesson.statement == "Reworded by a person."
    assert not Coding.objects.filter(item=lesson, finding__ref=ref).exists()
    assert Finding.objects.get(ref=ref).title == title


def test_a_better_wording_in_the_files_reaches_what_nobody_edited(review, folder):
    change(folder / "lessons.yaml", title="Another title")
    load_review(folder)
    assert Lesson.objects.get(code="L1").title == "Another title"


@pytest.mark.parametrize(
    ("file", "values", "message"),
    [
        ("drivers.yaml", {"theme": "nowhere"}, "drivers.yaml, D1: theme: nowhere is not known."),
        ("drivers.yaml", {"statement": None}, "drivers.yaml, D1: statement is missing."),
        ("drivers.yaml", {"sectors": ["fourth"]}, "drivers.yaml, D1: sectors: fourth is not known."),
        ("drivers.yaml", {"colour": "red"}, "drivers.yaml, D1: unknown field 'colour'."),
        ("drivers.yaml", {"code": "L1"}, "drivers.yaml, L1: this code stands in another file too."),
        ("drivers.yaml", {"parent": "D9"}, "drivers.yaml, D1: its parent D9 does not stand before it."),
        (
            "references.yaml",
            {"year": "soon"},
            "references.yaml, Bashir2013: year is a str, which it can't be.",
        ),
        (
            "findings_outcomes.yaml",
            {"key": "first", "codings": [{"item": "Q3", "direction": "supports"}]},
            "findings_outcomes.yaml, first: codings, item Q3 is a question: its direction is context.",
        ),
        (
            "findings_outcomes.yaml",
            {"key": "first", "codings": [{"item": "L99", "direction": "supports"}]},
            "findings_outcomes.yaml, first: codings, item: L99 is not known.",
        ),
        (
            "findings_outcomes.yaml",
            {"key": "first", "references": [{"reference": "Nobody", "state": "listed", "printed": "x"}]},
            "findings_outcomes.yaml, first: citations, reference: Nobody is not known.",
        ),
        (
            "findings_outcomes.yaml",
            {"key": "first", "references": [{"reference": "Simons1998", "state": "listed", "printed": "x"}]},
            "findings_outcomes.yaml, first: citations, Simons1998 is listed, but its entry says otherwise.",
        ),
    ],
)
def test_a_fault_is_named_by_file_and_entry(folder, file, values, message):
    change(folder / file, **values)
    with pytest.raises(DataFileError) as caught:
        read_review(SECTORS, folder)
    assert message in caught.value.problems


def test_a_file_that_is_no_list_is_named(folder):
    (folder / "themes.yaml").write_text("title: [")
    with pytest.raises(DataFileError) as caught:
        read_review(SECTORS, folder)
    assert caught.value.problems[0].startswith("themes.yaml, whole file: can't be read")
