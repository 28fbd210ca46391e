"""The rows that speed is measured with are as the product makes them; the table says what it found."""

from contextlib import nullcontext
from unittest.mock import patch

import pytest
from django.db.models import Count
from pytest_django import DjangoDbBlocker

from benchmarks import load
from benchmarks.lines import Line
from benchmarks.rows import CODINGS, COMMON_WORD
from benchmarks.table import growth_lines, print_lines
from evidence.models import Coding, Finding, FrameworkItem, Source
from evidence.queries.search import matching, terms_of
from tests.factories import PersonFactory
from tests.review import put_review

ROWS = 200


@pytest.fixture(scope="module")
def filled(module_database: None, django_db_blocker: DjangoDbBlocker) -> None:
    put_review()
    PersonFactory(email="evaluator@demo.example")
    # A database can't be tidied in the midst of what a test will undo.
    with patch.object(load, "tidy", nullcontext):
        load.fill(ROWS)
        load.fill(ROWS)


@pytest.mark.django_db
@pytest.mark.usefixtures("filled")
class TestRows:
    def test_as_many_as_asked_for_each_with_what_hangs_on_it(self) -> None:
        made = Finding.objects.filter(is_demonstration=True)
        assert made.count() == 2 * ROWS
        assert set(made.annotate(items_named=Count("codings")).values_list("items_named", flat=True)) == {
            CODINGS
        }
        assert not made.filter(partnerships=None).exists()
        assert not made.filter(sectors=None).exists()
        assert Source.objects.filter(is_demonstration=True, findings=None).count() == 0

    def test_they_pass_the_product_s_own_checks(self) -> None:
        for finding in Finding.objects.filter(is_demonstration=True)[:20]:
            finding.full_clean()
        for coding in Coding.objects.filter(finding__is_demonstration=True).select_related("item")[:20]:
            coding.full_clean()
            assert coding.item_kind == coding.item.kind

    def test_questions_are_informed(self) -> None:
        of_questions = Coding.objects.filter(item__kind=FrameworkItem.Kind.RESEARCH_QUESTION)
        assert of_questions.filter(finding__is_demonstration=True).exists()
        assert not of_questions.exclude(direction=Coding.Direction.CONTEXT).exists()

    def test_search_finds_the_common_word(self) -> None:
        found = matching(Finding.objects.filter(is_demonstration=True), terms_of(COMMON_WORD)).count()
        assert found == Finding.objects.filter(text__contains=COMMON_WORD).count()
        assert 0.1 < found / (2 * ROWS) < 0.3


def test_a_line_holds_up_to_its_limit_or_from_it() -> None:
    assert Line("a", 1.5, 1.5).holds
    assert not Line("a", 1.51, 1.5).holds
    assert Line("a", 3, 3, at_least=True).holds
    assert not Line("a", 2.9, 3, at_least=True).holds


def test_the_table_says_what_does_not_hold(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines(growth_lines({"visitor": {"/": 0.02}}, {"visitor": {"/": 0.05}}))
    assert "| /, visitor: 50 ms ÷ 20 ms | 2.50 | ≤ 1.5 | no |" in capsys.readouterr().out
