"""No page shows what is confidential to somebody without a record of it."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client

from evidence.models import SelfReport
from partnerships.audit_words import LIST
from partnerships.models import AuditRow
from tests.access.rows import SEEN_BY
from tests.access.table import TABLE
from tests.access.test_crawl import body_of
from tests.access.test_table import address_of
from tests.access.world import World, make_world, mark
from tests.personas import Personas

# Pages that list many things, with a card for each, leave none.
CARDS = {
    "evidence:home",
    "evidence:finding-list",
    "evidence:search",
    "evidence:search-suggestions",
    "api-search-list",
    "evidence:answer-edit",
    "evidence:case-study-detail",
    "evidence:source-detail",
    *(
        f"evidence:{kind}-detail"
        for kind in ("lesson", "benefit", "driver", "barrier", "approach", "outcome", "question")
    ),
    *(
        f"evidence:{kind}-detail"
        for kind in ("organisation", "partnership", "programme", "reference", "sector")
    ),
    "evidence:proposal-list",
}
CONFIDENTIAL = set(SEEN_BY) - {"for-public"}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def personas(world: World) -> Personas:
    return world.personas


def words_of_things(world: World) -> Iterator[tuple[str, bytes]]:
    """Words that stand in confidential things, with the key of the thing."""
    for name in CONFIDENTIAL:
        for part in ("text", "quote"):
            yield world.findings[name].ref, mark(name, part).encode()
    for name, report in world.reports.items():
        for part in ("answer", "action", "proposal", "team", "why"):
            yield report.ref, mark(name, part).encode()


@pytest.mark.parametrize("persona", ["other_reporter", "funder", "other_evaluator", "lead"])
def test_whoever_is_shown_something_confidential_is_recorded(
    world: World, client_of: Callable[[str], Client], persona: str
) -> None:
    browser, person = client_of(persona), world.personas[persona]
    reports = SelfReport.objects.filter(partnership__in=person.reported_partnership_ids)
    own = set(reports.values_list("ref", flat=True))
    things = [(key, words) for key, words in words_of_things(world) if key not in own]
    unrecorded = set()
    for row in TABLE:
        if row.method != "GET" or row.answer_for(persona) != "200" or row.name in CARDS:
            continue
        AuditRow.objects.all()._raw_delete(connection.alias)
        body = body_of(browser.get(address_of(row, world)))
        recorded = set(AuditRow.objects.filter(by=person).values_list("target_key", flat=True))
        whole = AuditRow.objects.filter(verb__endswith="exported").exists() or LIST in recorded
        unrecorded |= {
            f"{row}: {key} {words.decode()}"
            for key, words in things
            if words in body and key not in recorded and not whole
        }
    assert not unrecorded, "\n".join(sorted(unrecorded))
