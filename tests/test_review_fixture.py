"""The quick copy of the review is what the command loads."""

import io

import pytest
from django.core.management import call_command
from django.db import transaction

from evidence.models import Coding, Finding, FrameworkItem, ItemCitation, Reference
from partnerships.models import Membership, Partnership
from tests.factories import PartnershipFactory
from tests.review import put_review

pytestmark = pytest.mark.django_db


def picture() -> dict[str, list]:
    return {
        "items": list(FrameworkItem.objects.values_list("code", "title", "theme__slug", "parent__code")),
        "sectors": sorted(FrameworkItem.objects.exclude(sectors=None).values_list("code", "sectors__code")),
        "citations": sorted(ItemCitation.objects.values_list("item__code", "reference__key", "state")),
        "references": list(Reference.objects.values_list("key", "listed")),
        "findings": sorted(Finding.objects.values_list("ref", "title", "text")),
        "codings": sorted(Coding.objects.values_list("finding__ref", "item__code", "direction")),
        "memberships": sorted(
            Membership.objects.values_list("partnership__slug", "organisation__slug", "role")
        ),
    }


def test_the_copy_equals_what_is_loaded() -> None:
    with transaction.atomic():
        call_command("load_review", stdout=io.StringIO())
        loaded = picture()
        transaction.set_rollback(True)
    put_review()
    assert picture() == loaded
    assert len(loaded["items"]) > 50


def test_rows_of_a_test_and_of_the_review_do_not_collide() -> None:
    PartnershipFactory.create_batch(3)
    put_review()
    PartnershipFactory.create_batch(3)
    assert Partnership.objects.count() == 21 + 6


def test_loading_over_the_copy_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    put_review()
    before = picture()
    call_command("load_review")
    assert picture() == before
    assert " 0 created, 0 updated" in capsys.readouterr().out
