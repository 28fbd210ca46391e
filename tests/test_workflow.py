"""Random walks over the workflow: whatever people try, in any order, no step is taken that is not theirs."""

import itertools
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.actions.finding_input import CodingInput, FindingInput, SourceInput, input_of
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import (
    delete_draft,
    log_finding,
    publish_finding,
    return_finding,
    submit_finding,
    update_finding,
    withdraw_finding,
)
from evidence.models import Finding, ReviewStep
from partnerships.errors import Conflict, StepRefused
from partnerships.models import AuditRow
from tests.factories import A_DAY, DriverFactory, FindingFactory, PersonFactory
from tests.personas import Personas, make_personas

ACTORS = ("reporter", "funder", "evaluator", "other_evaluator", "lead", "second_lead", "administrator")
REFUSALS = (PermissionDenied, ValidationError, StepRefused, Conflict)

# What each step leads from and to, written down a second time.
STEPS = {
    "submit": ({"draft", "returned"}, "submitted"),
    "return": ({"submitted"}, "returned"),
    "publish": ({"submitted", "published"}, "published"),
    "withdraw": ({"published"}, "withdrawn"),
}
ATTEMPTS = st.tuples(
    # Those who have a part in it come up more often, so that walks get somewhere.
    st.sampled_from([*ACTORS, "evaluator", "lead", "lead", "second_lead", "second_lead"]),
    st.sampled_from([*STEPS, "submit", "publish", "edit", "delete"]),
    st.sampled_from(Finding.Visibility.values),
    st.sampled_from([True, True, False]),  # with the whole checklist and a reason
    st.sampled_from([True, True, True, False]),  # knowing the newest version
)


def complete_input(personas: Personas) -> FindingInput:
    return FindingInput(
        text="Employers stayed when one person kept in touch.",
        partnerships=[personas.partnership],
        source=SourceInput(kind="interview", collected_on=A_DAY, respondent_role="mentor"),
        codings=[CodingInput(item=DriverFactory(), direction="supports")],
    )


def attempt(people: dict[str, Any], finding: Finding, tried: tuple[str, str, str, bool, bool]) -> None:
    actor, step, visibility, carefully, up_to_date = tried
    common = {"by": people[actor], "finding": finding, "version": finding.version - (not up_to_date)}
    reason = "Because of this." if carefully else " "
    checklist = AnonymisationPoint.values if carefully else AnonymisationPoint.values[:-1]
    if step == "submit":
        submit_finding(**common)
    elif step == "return":
        return_finding(**common, reason=reason)
    elif step == "publish":
        publish_finding(**common, visibility=visibility, checklist=checklist)
    elif step == "withdraw":
        withdraw_finding(**common, reason=reason)
    elif step == "edit":
        data = input_of(finding)
        update_finding(**common, data=FindingInput(**{**vars(data), "visibility": visibility}))
    else:
        delete_draft(**common)


def check_step_was_legal(
    before: Finding, after: Finding, people: dict[str, Any], tried: tuple[str, str, str, bool, bool]
) -> None:
    actor, step, visibility, carefully, up_to_date = tried
    acting, author, leads = people[actor], before.created_by, [people["lead"], people["second_lead"]]
    assert up_to_date
    assert after.version == before.version + 1
    assert acting in [author, *leads]
    if step == "edit":
        assert after.status == before.status
        if acting not in leads:
            assert before.status in {"draft", "returned"}
        if after.status == "published":
            # An edit never widens the circle, and takes a wide one back to the funder.
            widest = {"team": "team", "funder": "funder", "partnerships": "funder", "public": "funder"}
            assert after.visibility == widest[before.visibility]
        return
    sources, target = STEPS[step]
    assert before.status in sources
    assert after.status == target
    if step in {"return", "publish"}:
        assert acting in leads
    if step in {"return", "withdraw"}:
        assert carefully
    if step == "publish":
        assert after.visibility == visibility
        if visibility in {"partnerships", "public"}:
            assert carefully
            assert acting != author
    last = ReviewStep.objects.filter(finding=after).latest("pk")
    assert (last.step, last.by, last.finding_version) == (step, acting, after.version)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    written_by_lead=st.booleans(),
    submitted=st.booleans(),
    walk=st.lists(ATTEMPTS, min_size=4, max_size=14),
)
def test_no_walk_takes_an_illegal_step(
    transaction_of_example: Any,
    written_by_lead: bool,
    submitted: bool,
    walk: list[tuple[str, str, str, bool, bool]],
) -> None:
    with transaction_of_example():
        walk_through(written_by_lead, submitted, walk)


def walk_through(
    written_by_lead: bool, submitted: bool, walk: list[tuple[str, str, str, bool, bool]]
) -> None:
    personas = make_personas()
    second_lead = PersonFactory(lead=True)
    people = {name: personas[name] for name in ACTORS if name != "second_lead"} | {"second_lead": second_lead}
    if written_by_lead:
        # A lead who writes is an author like any other: the release needs somebody else.
        people["evaluator"] = people["lead"] = personas.lead
    finding = log_finding(by=people["evaluator"], data=complete_input(personas), submit=submitted)
    for tried in walk:
        before = Finding.objects.get(pk=finding.pk)
        records = AuditRow.objects.count()
        try:
            attempt(people, before, tried)
        except REFUSALS:
            unchanged = Finding.objects.get(pk=finding.pk)
            assert (unchanged.version, unchanged.status, unchanged.visibility) == (
                before.version,
                before.status,
                before.visibility,
            )
            assert AuditRow.objects.count() == records
            continue
        assert AuditRow.objects.count() == records + 1
        if tried[1] == "delete":
            assert before.status == "draft"
            assert not Finding.objects.filter(pk=finding.pk).exists()
            assert not Finding.history.filter(id=finding.pk).exists()
            return
        check_step_was_legal(before, Finding.objects.get(pk=finding.pk), people, tried)


@pytest.mark.parametrize("status", Finding.Status.values)
@pytest.mark.parametrize("actor", ["reporter", "funder", "administrator", "other_evaluator"])
def test_who_has_no_part_in_a_finding_takes_no_step(personas: Personas, status: str, actor: str) -> None:
    finding = FindingFactory(
        created_by=personas.evaluator, visibility="public", **({} if status == "draft" else {status: True})
    )
    people = {actor: personas[actor]}
    for step, visibility in itertools.product([*STEPS, "edit", "delete"], ["team", "public"]):
        with pytest.raises((PermissionDenied, StepRefused)):
            attempt(people, finding, (actor, step, visibility, True, True))
    assert Finding.objects.get(pk=finding.pk).version == finding.version
