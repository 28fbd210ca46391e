"""Who sees which rows: the query sets against the rule of DESIGN, written a second time in plain Python."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.models import Coding, Finding, FindingCitation, ReviewStep, Source
from partnerships.models import AuditRow, Partnership, Person, RoleAssignment
from tests.factories import (
    AuditRowFactory,
    CodingFactory,
    FindingCitationFactory,
    FindingFactory,
    PartnershipFactory,
    PersonFactory,
    ReviewStepFactory,
    RoleAssignmentFactory,
)
from tests.personas import PERSONAS, Personas

ROLES_READING = {
    "public": {"", "reporter", "funder", "evaluator", "lead", "administrator"},
    "partnerships": {"reporter", "funder", "evaluator", "lead"},
    "funder": {"funder", "evaluator", "lead"},
    "team": {"evaluator", "lead"},
}


def may_read(finding: Finding, person: Any, roles: Iterable[str]) -> bool:
    """The one rule, for one finding and a person with these roles."""
    roles = set(roles)
    if finding.status == "published":
        return bool((roles | {""}) & ROLES_READING[finding.visibility])
    if finding.status == "draft":
        return "lead" in roles or ("evaluator" in roles and finding.created_by == person)
    return bool(roles & {"evaluator", "lead"})


def make_people() -> list[tuple[Any, set[str]]]:
    """A person for each combination of roles that tells something, with those roles."""
    combinations = (
        set(),
        {"reporter"},
        {"funder"},
        {"evaluator"},
        {"lead"},
        {"administrator"},
        {"reporter", "funder"},
        {"administrator", "evaluator"},
        {"reporter", "lead"},
    )
    people: list[tuple[Any, set[str]]] = []
    for roles in combinations:
        person = PersonFactory()
        for role in roles:
            RoleAssignmentFactory(
                person=person, role=role, partnership=PartnershipFactory() if role == "reporter" else None
            )
        people.append((person, roles))
    return people


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(
        st.tuples(
            st.sampled_from(Finding.Status.values),
            st.sampled_from(Finding.Visibility.values),
            st.integers(0, 8),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_findings_and_all_that_hangs_on_them_follow_the_rule(
    transaction_of_example: Any, drawn: list[tuple[str, str, int]]
) -> None:
    with transaction_of_example():
        people = make_people()
        for status, visibility, author in drawn:
            step = {} if status == "draft" else {status: True}
            finding = FindingFactory(visibility=visibility, created_by=people[author][0], **step)
            CodingFactory(finding=finding)
            FindingCitationFactory(finding=finding)
            ReviewStepFactory(finding=finding)
        findings = list(Finding.objects.select_related("created_by", "source"))
        for person, roles in people:
            expected = {finding for finding in findings if may_read(finding, person, roles)}
            assert set(Finding.objects.visible_to(person)) == expected
            assert {coding.finding for coding in Coding.objects.visible_to(person)} == expected
            assert {citation.finding for citation in FindingCitation.objects.visible_to(person)} == expected
            in_team = bool(roles & {"evaluator", "lead"})
            steps = {step.finding for step in ReviewStep.objects.visible_to(person)}
            assert steps == (expected if in_team else set())
            sources = {finding.source for finding in expected} if in_team or "funder" in roles else set()
            own = {finding.source for finding in findings if finding.created_by == person and in_team}
            assert set(Source.objects.visible_to(person)) == sources | own


@pytest.fixture
def one_finding_of_each_kind(personas: Personas) -> list[Finding]:
    """Every status with every visibility, written by the evaluator."""
    return [
        FindingFactory(
            visibility=visibility,
            created_by=personas.evaluator,
            **({} if status == "draft" else {status: True}),
        )
        for status in Finding.Status.values
        for visibility in Finding.Visibility.values
    ]


# How many of the twenty each persona sees: four visibilities in each of five statuses.
SEEN = {
    "visitor": 1,
    "reporter": 2,
    "other_reporter": 2,
    "funder": 3,
    "evaluator": 20,
    "other_evaluator": 16,
    "lead": 20,
    "administrator": 1,
    "closed": 1,
}


@pytest.mark.parametrize("name", PERSONAS)
@pytest.mark.usefixtures("one_finding_of_each_kind")
def test_how_many_findings_each_persona_sees(personas: Personas, name: str) -> None:
    assert Finding.objects.visible_to(personas[name]).count() == SEEN[name]


def test_a_withdrawn_finding_takes_its_source_along(personas: Personas) -> None:
    finding = FindingFactory(published=True, visibility="public", created_by=personas.evaluator)
    assert Source.objects.visible_to(personas.funder).count() == 1
    Finding.objects.filter(pk=finding.pk).update(status="withdrawn")
    assert Source.objects.visible_to(personas.funder).count() == 0
    assert Source.objects.visible_to(personas.other_evaluator).count() == 1


def test_a_role_taken_away_counts_from_the_next_look_up(personas: Personas) -> None:
    FindingFactory(published=True, visibility="team")
    person = Person.objects.get(pk=personas.evaluator.pk)
    assert Finding.objects.visible_to(person).count() == 1
    RoleAssignment.objects.filter(person=person).delete()
    assert Finding.objects.visible_to(Person.objects.get(pk=person.pk)).count() == 0


@pytest.mark.parametrize("name", PERSONAS)
def test_people_roles_and_the_audit_record(personas: Personas, name: str) -> None:
    AuditRowFactory(by=personas.lead)
    person = personas[name]
    everybody = name == "administrator"
    own = {person.pk} if person.is_authenticated else set()
    assert set(Person.objects.visible_to(person).values_list("pk", flat=True)) == (
        set(Person.objects.values_list("pk", flat=True)) if everybody else own
    )
    assert set(RoleAssignment.objects.visible_to(person).values_list("person", flat=True)) == (
        set(RoleAssignment.objects.values_list("person", flat=True))
        if everybody
        else own & set(RoleAssignment.objects.values_list("person", flat=True))
    )
    assert AuditRow.objects.visible_to(person).exists() == (name in {"lead", "administrator"})


@pytest.mark.parametrize("name", PERSONAS)
def test_partnerships_are_known_to_everybody(personas: Personas, name: str) -> None:
    assert Partnership.objects.visible_to(personas[name]).count() == 2
