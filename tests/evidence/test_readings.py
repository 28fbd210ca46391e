"""Readings of what is confidential: recorded once a day, never for one's own, and apart from deeds."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.models import CaseStudy, Finding, Source
from partnerships import audit
from partnerships.audit import verify
from partnerships.models import AuditRow
from tests.factories import (
    CaseStudyFactory,
    FindingFactory,
    RoundFactory,
    SelfReportFactory,
    SourceFactory,
)
from tests.personas import Personas

Clients = Callable[[str], Client]


def readings() -> list[tuple[str, str]]:
    """Who read what, in the order in which they did."""
    rows = AuditRow.objects.readings().order_by("number").values_list("by__name", "target_key")
    return list(rows)


@pytest.fixture
def for_team(personas: Personas) -> Finding:
    return FindingFactory(
        created_by=personas.evaluator,
        published=True,
        published_by=personas.lead,
        visibility="team",
        title="Trust was broken",
    )


# When a row is left


def test_reading_leaves_one_row_a_day_that_says_nothing_of_what_was_read(
    client_of: Clients, for_team: Finding
) -> None:
    for _ in range(2):
        client_of("other_evaluator").get(for_team.get_absolute_url())
        client_of("lead").get(for_team.get_absolute_url())
        client_of("lead").get(reverse("evidence:finding-history", args=[for_team.ref]))
        client_of("lead").get(reverse("api-findings-detail", args=[for_team.ref]))
    assert readings() == [("Other evaluator", for_team.ref), ("Lead", for_team.ref)]
    row = AuditRow.objects.readings().first()
    assert row is not None
    assert (row.verb, row.target_kind, row.details) == ("finding.read", "finding", {})
    assert verify().is_unbroken


def test_a_new_day_leaves_a_new_row(
    client_of: Clients, for_team: Finding, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_of("lead").get(for_team.get_absolute_url())
    tomorrow = timezone.localtime() + datetime.timedelta(days=1)
    monkeypatch.setattr(audit, "start_of_today", lambda: tomorrow.replace(hour=0, minute=0))
    client_of("lead").get(for_team.get_absolute_url())
    assert readings() == [("Lead", for_team.ref)] * 2


@pytest.mark.parametrize("name", ["history", "publish", "comment", "appraise"])
def test_every_page_that_shows_a_finding_counts(client_of: Clients, for_team: Finding, name: str) -> None:
    client_of("lead").get(reverse(f"evidence:finding-{name}", args=[for_team.ref]))
    assert readings() == [("Lead", for_team.ref)]


def test_who_may_not_read_it_leaves_nothing(client_of: Clients, for_team: Finding) -> None:
    for persona in ("visitor", "reporter", "funder", "administrator"):
        assert client_of(persona).get(for_team.get_absolute_url()).status_code == 404
    assert readings() == []


@pytest.mark.parametrize(
    ("fields", "reader", "is_recorded"),
    [
        ({"published": True, "visibility": "public"}, "lead", False),
        ({"published": True, "visibility": "funder", "source": None, "quote": ""}, "funder", False),
        ({"published": True, "visibility": "funder", "source": None, "quote": "We met."}, "funder", True),
        ({"published": True, "visibility": "partnerships"}, "reporter", True),
        ({"published": True, "visibility": "team"}, "evaluator", True),
        ({"submitted": True, "visibility": "public"}, "evaluator", True),
        ({}, "lead", True),
        ({}, "evaluator", False),
    ],
)
def test_what_of_findings_is_confidential(
    client_of: Clients, personas: Personas, fields: dict[str, Any], reader: str, is_recorded: bool
) -> None:
    finding = FindingFactory(created_by=personas.evaluator, **fields)
    assert client_of(reader).get(finding.get_absolute_url()).status_code == 200
    assert readings() == ([(personas[reader].name, finding.ref)] if is_recorded else [])


def test_sources_always_count(client_of: Clients, personas: Personas) -> None:
    finding = FindingFactory(created_by=personas.evaluator, published=True, visibility="public")
    source = finding.source
    assert source is not None
    for persona in ("evaluator", "funder"):
        client_of(persona).get(source.get_absolute_url())
        client_of(persona).get(reverse("api-sources-detail", args=[source.ref]))
    assert readings() == [("Evaluator", source.ref), ("Funder", source.ref)]


def test_a_story_for_everybody_counts_with_the_sources_behind_it(
    client_of: Clients, personas: Personas
) -> None:
    study: CaseStudy = CaseStudyFactory(
        published=True, published_by=personas.lead, visibility="public", created_by=personas.evaluator
    )
    for persona in ("visitor", "reporter", "funder"):
        client_of(persona).get(study.get_absolute_url())
    assert readings() == []
    SourceFactory(case_study=study)
    for persona in ("visitor", "reporter", "funder"):
        client_of(persona).get(study.get_absolute_url())
    assert readings() == [("Funder", study.slug)]


def test_a_draft_of_a_story_is_free_to_those_who_write_it(client_of: Clients, personas: Personas) -> None:
    study = CaseStudyFactory(created_by=personas.lead, evaluators=[personas.evaluator])
    for persona in ("evaluator", "lead", "other_evaluator"):
        client_of(persona).get(study.get_absolute_url())
    assert readings() == [("Other evaluator", study.slug)]


def test_a_report_is_free_to_its_partnership_and_to_who_only_knows_of_it(
    client_of: Clients, personas: Personas
) -> None:
    round_ = RoundFactory(opened=True, funder_reads="accepted")
    begun = SelfReportFactory(round=round_, partnership=personas.other_partnership, begun=True)
    report = SelfReportFactory(round=round_, partnership=personas.partnership, accepted=True)
    assert client_of("lead").get(begun.get_absolute_url()).status_code == 200
    for persona in ("reporter", "evaluator", "funder"):
        for name in ("report-detail", "report-word", "report-receipt"):
            assert client_of(persona).get(reverse(f"evidence:{name}", args=[report.ref])).status_code == 200
    assert readings() == [("Evaluator", report.ref), ("Funder", report.ref)]


def test_a_list_of_the_api_leaves_one_row_where_it_gives_something_confidential(
    client_of: Clients, personas: Personas, for_team: Finding
) -> None:
    FindingFactory(published=True, published_by=personas.lead, visibility="public")
    for persona in ("visitor", "funder", "lead"):
        for _ in range(2):
            client_of(persona).get(reverse("api-findings-list"))
    assert readings() == [("Lead", "list")]


@pytest.mark.parametrize("page", ["change", "history"])
def test_the_administration_counts_too(client_of: Clients, for_team: Finding, page: str) -> None:
    address = reverse(f"admin:evidence_finding_{page}", args=[for_team.pk])
    for persona in ("lead", "administrator"):
        client_of(persona).get(address)
    assert readings() == [("Lead", for_team.ref)]


# Who was quicker


def test_the_same_reading_in_two_processes_leaves_one_row(personas: Personas, for_team: Finding) -> None:
    before = audit.head() or audit.Head(0, audit.GENESIS)
    deed: Any = {"by": personas.lead, "verb": "finding.read", "target": for_team, "key": for_team.ref}
    for _ in range(2):  # both looked before either wrote
        audit.record_once(**deed, after=before)
    audit.record_once(**deed | {"by": personas.funder}, after=before)
    assert readings() == [("Lead", for_team.ref), ("Funder", for_team.ref)]
    assert verify().is_unbroken


# The page of the record


@pytest.fixture
def record(client_of: Clients, for_team: Finding) -> str:
    """One deed and one reading."""
    client_of("other_evaluator").get(for_team.get_absolute_url())
    audit.append(
        by=None, verb="finding.published", target_kind="finding", target_key=for_team.ref, details={}
    )
    return reverse("partnerships:audit")


@pytest.mark.parametrize(
    ("query", "published", "read"),
    [
        ("", True, False),
        ("?readings=with", True, True),
        ("?readings=only", False, True),
        ("?readings=only&kind=finding", False, True),
        ("?verb=finding.published", True, False),
    ],
)
def test_readings_have_a_filter_of_their_own(
    client_of: Clients, record: str, for_team: Finding, query: str, published: bool, read: bool
) -> None:
    page = client_of("administrator").get(f"{record}{query}").content.decode()
    rows = client_of("lead").get(reverse("partnerships:audit-csv") + query)
    file = b"".join(rows.streaming_content).decode()  # type: ignore[attr-defined]
    assert ("A command or a visitor published" in page) == published
    assert ("finding.published" in file) == published
    assert ("Other evaluator read" in page) == read
    assert ("finding.read" in file) == read
    assert "Trust was broken" not in page + file


def test_an_unknown_way_of_showing_readings_is_an_error(client_of: Clients, record: str) -> None:
    assert "A filter was not understood" in client_of("lead").get(f"{record}?readings=all").content.decode()


def test_one_source_noted_for_a_study_has_its_rows_apart(client_of: Clients, personas: Personas) -> None:
    source: Source = SourceFactory(case_study=CaseStudyFactory(), created_by=personas.evaluator)
    client_of("lead").get(reverse("evidence:source-edit", args=[source.ref]))
    assert readings() == [("Lead", source.ref)]
