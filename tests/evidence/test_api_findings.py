"""Writing over the API: logging, editing, deleting, and the steps of review."""

import datetime
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from evidence.actions.finding_rules import AnonymisationPoint
from evidence.models import Coding, Finding, ReviewStep
from partnerships.models import AuditRow
from tests.factories import (
    BarrierFactory,
    FindingFactory,
    LessonFactory,
    OrganisationFactory,
    ProgrammeFactory,
    ReferenceFactory,
    ResearchQuestionFactory,
    SectorFactory,
)
from tests.personas import Personas

pytestmark = pytest.mark.django_db

FINDINGS = "/api/v1/findings/"
ClientOf = Callable[[str], Client]
STEPS = {
    "submit": {},
    "return": {"reason": "Say when."},
    "publish": {"visibility": "funder"},
    "withdraw": {"reason": "Consent was withdrawn."},
}


def send(client: Client, method: str, path: str = "", data: Any = None, **options: Any) -> Any:
    return client.generic(
        method.upper(), FINDINGS + path, json.dumps(data or {}), content_type="application/json", **options
    )


@pytest.fixture
def content(personas: Personas) -> dict[str, Any]:
    """A whole finding, in the words of the API."""
    LessonFactory(code="L5", order=1)
    BarrierFactory(code="B3", order=2)
    ResearchQuestionFactory(code="Q8c", order=3)
    SectorFactory(code="private")
    ReferenceFactory(key="DWP2006a")
    ProgrammeFactory(slug="ndc")
    return {
        "text": "Employers stayed away from the board.",
        "title": "Employers stayed away",
        "quote": "They never came.",
        "visibility": "funder",
        "partnerships": ["north"],
        "programme_wide": False,
        "sectors": ["private"],
        "programme": "ndc",
        "source_kind": "interview",
        "collected_on": "2015-03-04",
        "codings": [
            {"item": "L5", "direction": "challenges", "note": "Where meetings suit employers."},
            {"item": "B3", "direction": "supports", "note": ""},
            {"item": "Q8c", "direction": "context", "note": ""},
        ],
        "references": ["DWP2006a"],
    }


def test_an_evaluator_logs_a_draft(client_of: ClientOf, personas: Personas, content: dict[str, Any]) -> None:
    response = send(client_of("evaluator"), "post", data=content)
    assert response.status_code == 201, response.content
    shown = response.json()
    assert shown | content == shown
    assert (shown["status"], shown["origin"], shown["version"]) == ("draft", "case-study", 1)
    finding = Finding.objects.get(ref=shown["ref"])
    assert finding.created_by == personas.evaluator
    assert AuditRow.objects.get(target_key=finding.ref).by == personas.evaluator


def test_the_text_alone_is_enough_for_a_draft(client_of: ClientOf) -> None:
    response = send(
        client_of("evaluator"), "post", data={"text": "Employers stayed away. We do not know why."}
    )
    assert response.status_code == 201
    assert response.json()["title"] == "Employers stayed away"
    assert response.json()["source_kind"] is None


def test_what_is_known_of_the_respondent_and_the_organisations(client_of: ClientOf) -> None:
    OrganisationFactory(slug="works")
    SectorFactory(code="third")
    client = client_of("evaluator")
    stated = {
        "text": "Found.",
        "source_kind": "interview",
        "respondent_role": "engagement officer",
        "respondent_sector": "third",
        "organisations": ["works"],
    }
    ref = send(client, "post", data=stated).json()["ref"]
    finding = Finding.objects.get(ref=ref)
    assert finding.source.respondent_role == "engagement officer"
    assert finding.source.respondent_sector.code == "third"
    response = send(client, "put", f"{ref}/", {"text": "Reworded.", "source_kind": "survey", "version": 1})
    assert response.status_code == 200
    finding = Finding.objects.get(ref=ref)
    assert (finding.text, finding.source.kind) == ("Reworded.", "survey")
    assert finding.source.respondent_role == "engagement officer"
    assert [row.slug for row in finding.organisations.all()] == ["works"]


def test_sent_again_under_the_same_key_it_makes_no_second_finding(
    client_of: ClientOf, content: dict[str, Any]
) -> None:
    client = client_of("evaluator")
    first = send(client, "post", data=content, headers={"Idempotency-Key": "form-1"})
    again = send(client, "post", data=content, headers={"Idempotency-Key": "form-1"})
    other = send(client, "post", data=content | {"text": "Another."}, headers={"Idempotency-Key": "form-1"})
    assert first.json() == again.json()
    assert other.json()["ref"] != first.json()["ref"]
    assert Finding.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "a" * 10_001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": None}, "text"),
        ({"title": "a" * 201}, "title"),
        ({"quote": "a" * 5_001}, "quote"),
        ({"visibility": "everyone"}, "visibility"),
        ({"partnerships": ["nowhere"]}, "partnerships"),
        ({"partnerships": "north"}, "partnerships"),
        ({"partnerships": [["north"]]}, "partnerships"),
        ({"partnerships": ["north\0"]}, "partnerships"),
        ({"programme_wide": True}, "partnerships"),
        ({"sectors": ["unknown"]}, "sectors"),
        ({"programme": "unknown"}, "programme"),
        ({"programme": "\0"}, "programme"),
        ({"programme": {"slug": "ndc"}}, "programme"),
        ({"references": ["Nobody1999"]}, "references"),
        ({"source_kind": "hearsay"}, "source_kind"),
        ({"source_kind": None}, "source_kind"),
        ({"collected_on": "yesterday"}, "collected_on"),
        ({"collected_on": str(timezone.localdate() + datetime.timedelta(days=1))}, "collected_on"),
        ({"codings": [{"item": "L99", "direction": "supports"}]}, "codings"),
        ({"codings": [{"item": "L5", "direction": "sideways"}]}, "codings"),
        ({"codings": [{"item": "L5"}]}, "codings"),
        ({"codings": [{"item": "Q8c", "direction": "supports"}]}, "codings"),
        ({"codings": [{"item": "L5", "direction": "supports"}] * 2}, "codings"),
        ({"codings": [{"item": "L5", "direction": "supports", "note": "a" * 501}]}, "codings"),
        ({"codings": [{"item": "L5", "direction": "supports", "weight": 3}]}, "codings"),
        ({"codings": "L5"}, "codings"),
        ({"status": "published"}, "status"),
        ({"created_by": 1}, "created_by"),
        ({"is_demonstration": True}, "is_demonstration"),
    ],
)
def test_bad_input_is_refused_beside_its_field(
    client_of: ClientOf, content: dict[str, Any], wrong: dict[str, Any], field: str
) -> None:
    response = send(client_of("evaluator"), "post", data=content | wrong)
    assert response.status_code == 400
    assert list(response.json()) == [field]
    assert not Finding.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "3", "{", "null", '"text"'])
def test_a_body_that_is_no_finding(client_of: ClientOf, body: str) -> None:
    response = client_of("evaluator").post(FINDINGS, body, content_type="application/json")
    assert response.status_code == 400


def test_a_body_that_is_not_json(client_of: ClientOf) -> None:
    assert client_of("evaluator").post(FINDINGS, {"text": "Found."}).status_code == 415


def test_a_change_of_one_part_leaves_the_others(client_of: ClientOf, content: dict[str, Any]) -> None:
    client = client_of("evaluator")
    before = send(client, "post", data=content).json()
    changed = send(client, "patch", f"{before['ref']}/", {"version": 1, "title": "Another headline"})
    assert changed.status_code == 200
    assert changed.json() == before | {"title": "Another headline", "version": 2}


def test_a_change_of_the_day_keeps_the_kind_of_source(client_of: ClientOf, content: dict[str, Any]) -> None:
    client = client_of("evaluator")
    ref = send(client, "post", data=content).json()["ref"]
    changed = send(client, "patch", f"{ref}/", {"version": 1, "collected_on": "2016-01-01"}).json()
    assert (changed["source_kind"], changed["collected_on"]) == ("interview", "2016-01-01")
    changed = send(client, "patch", f"{ref}/", {"version": 2, "source_kind": None}).json()
    assert (changed["source_kind"], changed["collected_on"]) == (None, None)


def test_codings_are_replaced_as_a_whole(client_of: ClientOf, content: dict[str, Any]) -> None:
    client = client_of("evaluator")
    ref = send(client, "post", data=content).json()["ref"]
    codings = [{"item": "L5", "direction": "refines", "note": ""}]
    assert send(client, "patch", f"{ref}/", {"version": 1, "codings": codings}).json()["codings"] == codings
    assert Coding.objects.count() == 1


def test_a_replacement_empties_what_it_leaves_out(client_of: ClientOf, content: dict[str, Any]) -> None:
    client = client_of("evaluator")
    ref = send(client, "post", data=content).json()["ref"]
    shown = send(client, "put", f"{ref}/", {"text": "Only this.", "version": 1}).json()
    assert (shown["text"], shown["codings"], shown["partnerships"]) == ("Only this.", [], [])
    assert (shown["quote"], shown["source_kind"]) == ("", None)


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_change_names_the_version_it_was_made_to(
    client_of: ClientOf, personas: Personas, method: str
) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    response = send(client_of("evaluator"), method, f"{finding.ref}/", {"text": "Reworded."})
    assert response.status_code == 400
    assert list(response.json()) == ["version"]


def test_a_change_to_an_old_version_is_a_conflict_that_shows_both(
    client_of: ClientOf, content: dict[str, Any]
) -> None:
    client = client_of("evaluator")
    ref = send(client, "post", data=content).json()["ref"]
    current = send(client, "patch", f"{ref}/", {"version": 1, "text": "The first to save."}).json()
    response = send(client, "patch", f"{ref}/", {"version": 1, "text": "The second."})
    assert response.status_code == 409
    assert response.json()["current_version"] == 2
    assert response.json()["current"] == current
    assert "changed" in response.json()["detail"]
    assert Finding.objects.get(ref=ref).text == "The first to save."


def test_a_draft_is_deleted(client_of: ClientOf, personas: Personas) -> None:
    finding = FindingFactory(created_by=personas.evaluator)
    client = client_of("evaluator")
    assert send(client, "delete", f"{finding.ref}/?version=7").status_code == 409
    assert send(client, "delete", f"{finding.ref}/?version=x").status_code == 400
    assert send(client, "delete", f"{finding.ref}/").status_code == 204
    assert not Finding.objects.exists()


def test_what_was_submitted_is_not_deleted(client_of: ClientOf, personas: Personas) -> None:
    finding = FindingFactory(submitted=True, created_by=personas.evaluator)
    response = send(client_of("lead"), "delete", f"{finding.ref}/")
    assert response.status_code == 409
    assert "draft" in response.json()["detail"]


def test_from_draft_to_publication_and_back(
    client_of: ClientOf,
    content: dict[str, Any],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    author, lead = client_of("evaluator"), client_of("lead")
    ref = send(author, "post", data=content).json()["ref"]
    assert send(author, "post", f"{ref}/submit/", {"version": 1}).json()["status"] == "submitted"
    with django_capture_on_commit_callbacks(execute=True):
        returned = send(lead, "post", f"{ref}/return/", {"version": 2, "reason": "Say when."}).json()
    assert (returned["status"], len(mail.outbox)) == ("returned", 1)
    assert send(author, "post", f"{ref}/submit/", {"version": 3}).json()["status"] == "submitted"
    published = send(lead, "post", f"{ref}/publish/", {"version": 4, "visibility": "funder"}).json()
    assert (published["status"], published["visibility"]) == ("published", "funder")
    assert published["published_at"]
    assert client_of("funder").get(f"{FINDINGS}{ref}/").status_code == 200
    withdrawn = send(lead, "post", f"{ref}/withdraw/", {"version": 5, "reason": "Consent withdrawn."}).json()
    assert (withdrawn["status"], withdrawn["version"]) == ("withdrawn", 6)
    assert client_of("funder").get(f"{FINDINGS}{ref}/").status_code == 404
    assert list(ReviewStep.objects.values_list("step", flat=True)) == [
        "submit",
        "return",
        "submit",
        "publish",
        "withdraw",
    ]


def test_an_incomplete_draft_is_not_submitted(client_of: ClientOf) -> None:
    client = client_of("evaluator")
    ref = send(client, "post", data={"text": "Found."}).json()["ref"]
    response = send(client, "post", f"{ref}/submit/", {"version": 1})
    assert response.status_code == 400
    assert set(response.json()) == {"partnerships", "source_kind", "collected_on", "codings"}
    assert Finding.objects.get().status == "draft"


def test_release_beyond_the_funder_takes_the_checklist_and_a_second_person(
    client_of: ClientOf, personas: Personas
) -> None:
    finding = FindingFactory(submitted=True, codings=[(LessonFactory(), "supports")])
    wish = {"version": 1, "visibility": "public"}
    lead = client_of("lead")
    response = send(lead, "post", f"{finding.ref}/publish/", wish)
    assert (response.status_code, list(response.json())) == (400, ["checklist"])
    wish["checklist"] = AnonymisationPoint.values
    own = FindingFactory(submitted=True, created_by=personas.lead, codings=[(LessonFactory(), "supports")])
    response = send(lead, "post", f"{own.ref}/publish/", wish)
    assert (response.status_code, list(response.json())) == (400, ["visibility"])
    response = send(lead, "post", f"{finding.ref}/publish/", wish)
    assert response.json()["visibility"] == "public"
    assert client_of("visitor").get(f"{FINDINGS}{finding.ref}/").status_code == 200


@pytest.mark.parametrize(
    ("step", "wrong", "field"),
    [
        ("submit", {"version": "x"}, "version"),
        ("submit", {"version": 1, "status": "published"}, "status"),
        ("return", {"version": 1}, "reason"),
        ("return", {"version": 1, "reason": "  "}, "reason"),
        ("publish", {"version": 1}, "visibility"),
        ("publish", {"version": 1, "visibility": "everyone"}, "visibility"),
        ("publish", {"version": 1, "visibility": "public", "checklist": ["all"]}, "checklist"),
        ("withdraw", {"version": 1, "reason": ""}, "reason"),
    ],
)
def test_a_step_says_what_it_lacks(client_of: ClientOf, step: str, wrong: dict[str, Any], field: str) -> None:
    finding = FindingFactory(submitted=True)
    response = send(client_of("lead"), "post", f"{finding.ref}/{step}/", wrong)
    assert response.status_code == 400
    assert list(response.json()) == [field]


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("submitted", "submit"),
        ("published", "submit"),
        ("published", "return"),
        ("returned", "return"),
        ("returned", "publish"),
        ("withdrawn", "publish"),
        ("submitted", "withdraw"),
        ("withdrawn", "withdraw"),
    ],
)
def test_a_step_that_the_state_does_not_allow(client_of: ClientOf, state: str, step: str) -> None:
    finding = FindingFactory(**{state: True})
    response = send(client_of("lead"), "post", f"{finding.ref}/{step}/", {"version": 1} | STEPS[step])
    assert response.status_code == 409
    assert response.json()["detail"]
    assert Finding.objects.get().status == state


def writes(ref: str) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        ("put", f"{ref}/", {"version": 1, "text": "Reworded."}),
        ("patch", f"{ref}/", {"version": 1, "text": "Reworded."}),
        ("delete", f"{ref}/", {}),
        *(("post", f"{ref}/{step}/", {"version": 1} | stated) for step, stated in STEPS.items()),
    ]


def test_who_is_not_signed_in_is_told_so(client_of: ClientOf) -> None:
    finding = FindingFactory(published=True, visibility="public")
    for name in ("visitor", "closed"):
        client = client_of(name)
        for method, path, data in [
            ("post", "", {"text": "Found."}),
            *writes(finding.ref),
            *writes("F-22222222"),
        ]:
            response = send(client, method, path, data)
            assert response.status_code == 401, (name, method, path)
            assert response.headers["WWW-Authenticate"] == "Session"
    assert Finding.objects.get().version == 1


@pytest.mark.parametrize("name", ["reporter", "funder", "administrator"])
def test_who_reads_but_does_not_write(client_of: ClientOf, name: str) -> None:
    seen = FindingFactory(published=True, visibility="public")
    unseen = FindingFactory(published=True, visibility="team")
    client = client_of(name)
    assert send(client, "post", data={"text": "Found."}).status_code == 403
    for method, path, data in writes(seen.ref):
        assert send(client, method, path, data).status_code == 403, path
    for method, path, data in writes(unseen.ref):
        assert send(client, method, path, data).status_code == 404, path
    assert Finding.objects.filter(version=1).count() == 2


def test_evaluators_take_no_step_that_is_a_leads(client_of: ClientOf) -> None:
    submitted = FindingFactory(submitted=True)
    client = client_of("evaluator")
    for step in ("return", "publish"):
        response = send(client, "post", f"{submitted.ref}/{step}/", {"version": 1} | STEPS[step])
        assert response.status_code == 403
    assert send(client, "patch", f"{submitted.ref}/", {"version": 1, "text": "Mine."}).status_code == 403


def test_somebody_elses_draft_does_not_exist(client_of: ClientOf, personas: Personas) -> None:
    draft = FindingFactory(created_by=personas.evaluator)
    for method, path, data in writes(draft.ref):
        assert send(client_of("other_evaluator"), method, path, data).status_code == 404


def test_a_session_alone_does_not_write(personas: Personas) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(personas.evaluator, backend="django.contrib.auth.backends.ModelBackend")
    response = send(client, "post", data={"text": "Found."})
    assert response.status_code == 403
    assert "CSRF" in response.json()["detail"]
    assert not Finding.objects.exists()
