"""Judgements of confidence: what is kept with them, who reads them, and when they are out of date."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from evidence.actions.assessment import AssessmentInput, ConcernInput, CorrectionInput, assess_item
from evidence.actions.negative_searches import note_negative_search
from evidence.models import Assessment, Coding, Component, Finding, FrameworkItem, NegativeSearch
from evidence.queries.confidence import (
    assessments_for,
    changes_since,
    compared,
    current_assessments,
    derived_indicators,
    with_parts,
)
from partnerships.errors import Conflict
from partnerships.models import AuditRow
from tests.factories import (
    AppraisalFactory,
    CodingFactory,
    FindingFactory,
    LessonFactory,
    ResearchQuestionFactory,
    SectorFactory,
    SourceFactory,
)
from tests.personas import Personas

VISITOR = AnonymousUser()
NO_CONCERN = {component: ConcernInput(concern="none") for component in Component}


def stated(**changes: Any) -> AssessmentInput:
    whole = AssessmentInput(
        confidence="moderate", explanation="Most of it agrees.", visibility="funder", concerns=NO_CONCERN
    )
    return dataclasses.replace(whole, **changes)


@pytest.fixture
def lesson(db: None) -> FrameworkItem:
    return LessonFactory(code="L5")


@pytest.fixture
def finding(lesson: FrameworkItem, personas: Personas) -> Finding:
    return coded(lesson, partnerships=[personas.partnership])


def coded(item: FrameworkItem, direction: str = "supports", **fields: Any) -> Finding:
    """A published finding that speaks to the item, read by the funder unless said otherwise."""
    finding = FindingFactory(published=True, **{"visibility": "funder"} | fields)
    CodingFactory(finding=finding, item=item, direction=direction)
    return finding


@pytest.fixture
def judged(lesson: FrameworkItem, finding: Finding, personas: Personas) -> Assessment:
    return assess_item(by=personas.lead, item=lesson, data=stated(), last_seen=0)


def is_stale(person: Any, assessment: Assessment) -> bool:
    return bool(assessments_for(person).get(pk=assessment.pk).is_stale)


# Making one


def test_a_judgement_keeps_what_lay_beneath_it(judged: Assessment, finding: Finding) -> None:
    assert [(row.finding, row.direction) for row in judged.evidence.all()] == [(finding, "supports")]
    assert {row.component for row in judged.concerns.all()} == set(Component)
    assert judged.indicators.get(kind="directions").derived == "supports (1)"
    assert AuditRow.objects.get(verb="item.assessed").details == {"number": 1, "visibility": "funder"}


@pytest.mark.parametrize("persona", ["evaluator", "funder", "reporter", "administrator"])
def test_only_leads_judge(lesson: FrameworkItem, personas: Personas, persona: str) -> None:
    with pytest.raises(PermissionDenied):
        assess_item(by=personas[persona], item=lesson, data=stated(), last_seen=0)


def test_what_a_judgement_must_hold(lesson: FrameworkItem, personas: Personas) -> None:
    data = stated(
        explanation=" ",
        confidence="certain",
        concerns={
            Component.METHODS: ConcernInput(concern="none"),
            Component.COHERENCE: ConcernInput(concern="grave"),
            Component.ADEQUACY: ConcernInput(concern="minor", reason=" "),
            Component.RELEVANCE: ConcernInput(concern="serious", reason="Other places."),
        },
        corrections={
            "sectors": CorrectionInput(corrected="Private alone", reason=""),
            "sources": CorrectionInput(corrected="", reason="Half were not sources."),
        },
    )
    with pytest.raises(ValidationError) as refusal:
        assess_item(by=personas.lead, item=lesson, data=data, last_seen=0)
    assert refusal.value.message_dict.keys() == {
        *("confidence", "explanation", "coherence_concern", "adequacy_reason", "relevance_kind"),
        *("sectors_why", "sources_corrected"),
    }
    assert not Assessment.objects.exists()


def test_a_kind_of_relevance_goes_with_a_concern(lesson: FrameworkItem, personas: Personas) -> None:
    concerns = NO_CONCERN | {Component.RELEVANCE: ConcernInput(concern="none", relevance="indirect")}
    with pytest.raises(ValidationError) as refusal:
        assess_item(by=personas.lead, item=lesson, data=stated(concerns=concerns), last_seen=0)
    assert refusal.value.message_dict.keys() == {"relevance_kind"}


def test_two_leads_do_not_overwrite_each_other(judged: Assessment, personas: Personas) -> None:
    with pytest.raises(Conflict) as conflict:
        assess_item(by=personas.lead, item=judged.item, data=stated(confidence="low"), last_seen=0)
    assert conflict.value.current == judged
    second = assess_item(by=personas.lead, item=judged.item, data=stated(confidence="low"), last_seen=1)
    assert (second.number, Assessment.objects.count()) == (2, 2)


# The indicators


def test_indicators_count_sources_and_partnerships_once(lesson: FrameworkItem, personas: Personas) -> None:
    source, sector = SourceFactory(kind="interview"), SectorFactory(name="Private sector")
    for direction in ("supports", "supports", "challenges"):
        coded(lesson, direction, source=source, partnerships=[personas.partnership], sectors=[sector])
    coded(lesson, source=SourceFactory(kind="workshop"), partnerships=[personas.other_partnership])
    AppraisalFactory(source=source, finding=None, appropriateness="much")
    unpublished = FindingFactory(submitted=True, partnerships=[personas.partnership])
    CodingFactory(finding=unpublished, item=lesson)
    assert derived_indicators(personas.lead, lesson) == {
        "sources": "2 in all: interview (1), workshop (1)",
        "quality": "3 of 4 findings appraised: method suits (3)",
        "directions": "supports (3), challenges (1)",
        "partnerships": "2 of 2 partnerships: North, South",
        "sectors": "Private sector (3)",
        "literature": "0 findings of the 2014 review, from 0 publications",
    }


def test_an_indicator_is_put_right_with_a_reason(finding: Finding, personas: Personas) -> None:
    lesson = FrameworkItem.objects.get(code="L5")
    corrections = {"sources": CorrectionInput(corrected="One voice", reason="The same person twice.")}
    assessment = assess_item(by=personas.lead, item=lesson, data=stated(corrections=corrections), last_seen=0)
    indicator = assessment.indicators.get(kind="sources")
    assert (indicator.derived, indicator.corrected, indicator.reason) == (
        "1 in all: interview (1)",
        "One voice",
        "The same person twice.",
    )


# Out of date


def test_nothing_has_changed_at_first(judged: Assessment, personas: Personas) -> None:
    assert not is_stale(personas.lead, judged)
    assert changes_since(personas.lead, judged) == []


def test_new_evidence_is_told_to_those_who_may_see_it(judged: Assessment, personas: Personas) -> None:
    new = coded(judged.item, "challenges", visibility="team")
    assert is_stale(personas.lead, judged)
    assert [(change.ref, change.what) for change in changes_since(personas.lead, judged)] == [
        (new.ref, "New: challenges.")
    ]
    assert not is_stale(personas.funder, judged)
    assert changes_since(personas.funder, judged) == []


def test_another_direction_and_other_words_count(
    judged: Assessment, finding: Finding, personas: Personas
) -> None:
    Coding.objects.filter(finding=finding).update(direction="refines")
    assert is_stale(personas.funder, judged)
    assert [change.what for change in changes_since(personas.funder, judged)] == [
        "Its direction was “supports” and is “refines”."
    ]
    Coding.objects.filter(finding=finding).update(direction="supports")
    assert not is_stale(personas.funder, judged)
    Finding.objects.filter(pk=finding.pk).update(updated_at=judged.made_at.replace(year=2100))
    assert [change.what for change in changes_since(personas.funder, judged)] == ["Reworded."]
    assert is_stale(personas.funder, judged)


def test_the_team_learns_what_has_gone(judged: Assessment, finding: Finding, personas: Personas) -> None:
    Finding.objects.filter(pk=finding.pk).update(status="withdrawn")
    assert is_stale(personas.lead, judged)
    assert [change.ref for change in changes_since(personas.lead, judged)] == [finding.ref]
    assert not is_stale(personas.funder, judged)


def test_a_reworded_item_says_so(judged: Assessment, personas: Personas) -> None:
    FrameworkItem.objects.filter(pk=judged.item_id).update(version=judged.item_version + 1)
    assert assessments_for(personas.lead).get().is_reworded


# Reading


def test_each_circle_reads_its_own_last_judgement(judged: Assessment, personas: Personas) -> None:
    public = assess_item(by=personas.lead, item=judged.item, data=stated(visibility="public"), last_seen=1)
    team = assess_item(by=personas.lead, item=judged.item, data=stated(visibility="team"), last_seen=2)
    for person, expected in (
        (VISITOR, public),
        (personas.reporter, public),
        (personas.funder, public),
        (personas.evaluator, team),
    ):
        assert list(current_assessments(person)) == [expected]


def test_indicators_are_the_teams(judged: Assessment, personas: Personas) -> None:
    def kinds(person: Any) -> int:
        [read] = with_parts(person, assessments_for(person))
        return len(read.indicators.all())

    assert (kinds(personas.evaluator), kinds(personas.funder)) == (6, 0)


def test_judgements_are_compared_part_by_part(judged: Assessment, personas: Personas) -> None:
    concerns = NO_CONCERN | {Component.ADEQUACY: ConcernInput(concern="serious", reason="Too few.")}
    later = assess_item(
        by=personas.lead,
        item=judged.item,
        data=stated(confidence="low", concerns=concerns, dissent="One said very low."),
        last_seen=1,
    )
    changed = {part.name: (part.value, part.before) for part in compared(later, judged) if part.is_changed}
    assert changed == {
        "Confidence": ("Low", "Moderate"),
        "Adequacy": ("Serious. Too few.", "None or very minor."),
        "Dissent": ("One said very low.", "Nothing"),
    }
    assert not any(part.is_changed for part in compared(judged, None))


# On the pages and in the API


def test_a_lead_judges_on_the_page(
    finding: Finding, client_of: Callable[[str], Client], lesson: FrameworkItem
) -> None:
    client = client_of("lead")
    page = client.get("/lessons/5/confidence/new/").content.decode()
    assert "1 in all: interview (1)" in page
    posted = {f"{component}_concern": "none" for component in Component} | {
        "last_seen": "0",
        "confidence": "low",
        "explanation": "Too thin.",
        "visibility": "public",
    }
    wrong = client.post("/lessons/5/confidence/new/", posted | {"adequacy_concern": "serious"})
    assert wrong.status_code == 200
    assert "Say what the concern is." in wrong.content.decode()
    assert "Too thin." in wrong.content.decode()
    assert client.post("/lessons/5/confidence/new/", posted).url == "/lessons/5/confidence/"
    late = client.post("/lessons/5/confidence/new/", posted | {"explanation": "Mine."})
    assert late.status_code == 409
    assert "Mine." in late.content.decode()
    assert "Too thin." in late.content.decode()
    again = posted | {"explanation": "Mine.", "last_seen": "1"}
    assert client.post("/lessons/5/confidence/new/", again).status_code == 302
    assert "Low confidence" in client_of("visitor").get("/lessons/5/").content.decode()


def test_the_api_gives_the_last_judgement(judged: Assessment, client_of: Callable[[str], Client]) -> None:
    answer = client_of("funder").get("/api/v1/assessments/").json()
    [row] = answer["results"]
    assert (row["item"], row["confidence"], row["is_stale"]) == ("L5", "moderate", False)
    assert [concern["component"] for concern in row["concerns"]] == list(Component.values)
    assert client_of("funder").get("/api/v1/assessments/?confidence=high").json()["count"] == 0
    assert client_of("funder").get("/api/v1/assessments/?is_stale=true").json()["count"] == 0
    assert client_of("visitor").get("/api/v1/assessments/L5/").status_code == 404


# The negative case


def test_a_search_that_found_nothing_is_recorded_and_taken_back(
    lesson: FrameworkItem, client_of: Callable[[str], Client]
) -> None:
    client, funder = client_of("evaluator"), client_of("funder")
    assert "No search is recorded." in funder.get("/lessons/5/").content.decode()
    address = "/lessons/5/negative-search/"
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    searched = {"looked_on": tomorrow, "looked_in": "Both workshops.", "looked_for": "Firms that stayed."}
    refused = client.post(address, searched).content.decode()
    assert "from the future" in refused
    assert "Firms that stayed." in refused
    assert client.post(address, searched | {"looked_on": "4/3/2015"}).status_code == 302
    page = funder.get("/lessons/5/").content.decode()
    assert "Searched on 4 March 2015, none found. In: Both workshops. For: Firms that stayed." in page
    assert "Take it back" not in page
    assert "Both workshops" not in client_of("reporter").get("/lessons/5/").content.decode()
    search = NegativeSearch.objects.get()
    assert client.post(f"/negative-searches/{search.pk}/remove/").status_code == 302
    assert not NegativeSearch.objects.exists()
    assert list(AuditRow.objects.order_by("number").values_list("verb", "target_key")) == [
        ("negative-search.noted", "L5"),
        ("negative-search.deleted", "L5"),
    ]


def test_nothing_speaks_against_a_question(personas: Personas) -> None:
    with pytest.raises(ValidationError):
        note_negative_search(
            by=personas.evaluator,
            item=ResearchQuestionFactory(),
            looked_on=timezone.localdate(),
            looked_in="Everywhere.",
            looked_for="Anything.",
        )
