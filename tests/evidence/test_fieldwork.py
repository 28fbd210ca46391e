"""Case studies and sources: begun, written, published, read as a whole."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from evidence.actions.fieldwork import (
    CaseStudyInput,
    SourceEntry,
    begin_case_study,
    note_source,
    publish_case_study,
    update_case_study,
)
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.markdown import html_of
from evidence.models import CaseStudy, Source
from partnerships.errors import Conflict
from partnerships.models import AuditRow
from tests.factories import A_DAY, CaseStudyFactory, FindingFactory, SourceFactory, WaveFactory
from tests.personas import Personas


@pytest.fixture
def study(personas: Personas) -> CaseStudy:
    return CaseStudyFactory(partnership=personas.partnership, created_by=personas.evaluator)


def test_a_case_study_is_begun_once(personas: Personas) -> None:
    wave, other_wave = WaveFactory(number=2), WaveFactory(number=3)
    data = CaseStudyInput(evaluators=[personas.evaluator], narrative="They met.", planned_interviews=12)
    study = begin_case_study(by=personas.evaluator, partnership=personas.partnership, wave=wave, data=data)
    assert (study.slug, study.status, study.history.count()) == ("north-wave-2", "draft", 2)
    with pytest.raises(ValidationError, match="already"):
        begin_case_study(by=personas.lead, partnership=personas.partnership, wave=wave, data=data)
    with pytest.raises(PermissionDenied):
        begin_case_study(by=personas.funder, partnership=personas.partnership, wave=other_wave, data=data)


def test_only_the_team_are_evaluators(personas: Personas, study: CaseStudy) -> None:
    with pytest.raises(ValidationError, match="evaluation team"):
        update_case_study(
            by=personas.lead, study=study, data=CaseStudyInput(evaluators=[personas.funder]), version=1
        )


def test_evaluators_of_a_case_study_work_on_it(personas: Personas, study: CaseStudy) -> None:
    data = CaseStudyInput(narrative="Else.")
    with pytest.raises(PermissionDenied):
        update_case_study(by=personas.other_evaluator, study=study, data=data, version=1)
    study.evaluators.add(personas.other_evaluator)
    update_case_study(by=personas.other_evaluator, study=study, data=data, version=1)
    with pytest.raises(Conflict):
        update_case_study(by=personas.evaluator, study=study, data=data, version=1)


def test_release_needs_a_second_person_and_the_checklist(personas: Personas, study: CaseStudy) -> None:
    checklist = AnonymisationPoint.values
    with pytest.raises(PermissionDenied):
        publish_case_study(by=personas.evaluator, study=study, version=1, visibility="funder")
    with pytest.raises(ValidationError, match="Confirm every point"):
        publish_case_study(by=personas.lead, study=study, version=1, visibility="public")
    study.evaluators.add(personas.lead)
    with pytest.raises(ValidationError, match="did not write it"):
        publish_case_study(by=personas.lead, study=study, version=1, visibility="public", checklist=checklist)
    study.evaluators.remove(personas.lead)
    publish_case_study(by=personas.lead, study=study, version=1, visibility="public", checklist=checklist)
    assert CaseStudy.objects.visible_to(personas.visitor).get() == study
    assert AuditRow.objects.get(verb="case-study.published").details["checklist"] == sorted(checklist)


def test_new_words_take_a_release_back(personas: Personas) -> None:
    study = CaseStudyFactory(created_by=personas.evaluator, published=True, visibility="public")
    study = update_case_study(
        by=personas.evaluator, study=study, data=CaseStudyInput(narrative="New words."), version=1
    )
    assert (study.status, study.visibility) == ("published", "funder")


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [
        ("team", {"evaluator", "lead"}),
        ("funder", {"funder", "evaluator", "lead"}),
        ("partnerships", {"reporter", "funder", "evaluator", "lead"}),
        ("public", {"visitor", "reporter", "funder", "evaluator", "lead", "administrator"}),
    ],
)
def test_who_sees_a_published_case_study(personas: Personas, visibility: str, readers: set[str]) -> None:
    CaseStudyFactory(published=True, visibility=visibility)
    everybody = ("visitor", "reporter", "funder", "evaluator", "lead", "administrator")
    seeing = {name for name in everybody if CaseStudy.objects.visible_to(personas[name]).exists()}
    assert seeing == readers


def test_a_source_is_noted_with_what_was_agreed(personas: Personas, study: CaseStudy) -> None:
    entry = SourceEntry(kind="interview", label="Interview 7", consent_scope="public", anonymised=True)
    source = note_source(by=personas.evaluator, case_study=study, data=entry)
    assert source.is_shared
    assert (source.anonymised_by, source.quote_permission) == (personas.evaluator, False)
    assert set(Source.objects.visible_to(personas.other_evaluator)) == {source}
    assert not Source.objects.visible_to(personas.funder).exists()
    with pytest.raises(ValidationError, match="kind of source"):
        note_source(by=personas.evaluator, case_study=study, data=SourceEntry(kind="rumour"))


def test_the_page_reads_as_a_whole(
    personas: Personas, study: CaseStudy, client_of: Callable[[str], Client]
) -> None:
    source = SourceFactory(case_study=study, label="Interview 7", collected_on=A_DAY)
    finding = FindingFactory(source=source, published=True, visibility="public")
    CaseStudy.objects.update(
        status="published", visibility="public", published_at=study.created_at, published_by=personas.lead
    )
    address = study.get_absolute_url()
    team, public = (client_of(who).get(address).content.decode() for who in ("evaluator", "visitor"))
    assert "They met every <em>month</em>." in team
    assert f"{source.ref} Interview 7" in team
    assert "1 held" in team
    assert finding.title in public
    assert source.ref not in public
    assert "held" not in public


def test_two_editors_see_both_texts(
    personas: Personas, study: CaseStudy, client_of: Callable[[str], Client]
) -> None:
    address = reverse("evidence:case-study-edit", args=[study.slug])
    browser = client_of("evaluator")
    browser.post(address, {"version": 1, "narrative": "The first words."})
    answer = browser.post(address, {"version": 1, "narrative": "The second words."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The first words." in page
    assert "The second words." in page
    assert browser.post(address, {"version": 2, "narrative": "Both words."}).status_code == 302


def test_narratives_hold_nothing_dangerous() -> None:
    html = html_of(
        "# Story\n\n<script>alert(1)</script> [click](javascript:alert(1)) ![pixel](https://example.org/x)"
        "\n\n[page](https://example.org) *so*"
    )
    assert "<h3>Story</h3>" in html
    assert "<em>so</em>" in html
    assert 'href="https://example.org"' in html
    for danger in ("<script", "<img", 'href="javascript'):
        assert danger not in html


def test_the_list_is_filtered(
    personas: Personas, study: CaseStudy, client_of: Callable[[str], Client]
) -> None:
    other = CaseStudyFactory(partnership=personas.other_partnership)
    browser, address = client_of("evaluator"), reverse("evidence:case-study-list")
    narrowed = browser.get(address, {"partnership": "north", "wave": study.wave.number}).content.decode()
    assert study.get_absolute_url() in narrowed
    assert other.get_absolute_url() not in narrowed
    listed = browser.get(reverse("api-case-studies-list"), {"partnership": "south"}).json()["results"]
    assert [entry["slug"] for entry in listed] == [other.slug]
