"""Comments on findings, whom they reach, and claiming a finding for review."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from evidence.actions.claims import claim_finding, release_claim
from evidence.actions.comments import add_comment, resolve_comment
from evidence.actions.findings import (
    delete_draft,
    publish_finding,
    return_finding,
    submit_finding,
    withdraw_finding,
)
from evidence.models import Comment, Finding
from evidence.queries.comments import colleagues_on
from partnerships.access import Permission, has_permission
from partnerships.errors import StepRefused
from partnerships.models import AuditRow, Notice, Person
from tests.factories import CommentFactory, DriverFactory, FindingFactory, PersonFactory
from tests.personas import Personas

ClientOf = Callable[[str], Client]
SECRET = "The mentor of the bakery left in May."


@pytest.fixture
def submitted(personas: Personas) -> Finding:
    return FindingFactory(
        submitted=True, created_by=personas.evaluator, codings=[(DriverFactory(), "supports")]
    )


def page(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def send(client: Client, finding: Finding, **fields: Any) -> Any:
    data = {"part": "quote", "comment": SECRET} | fields
    return client.post(f"/findings/{finding.ref}/comment/", data, follow=True)


def told() -> set[tuple[str, str]]:
    return set(Notice.objects.values_list("person__name", "kind"))


# Adding


def test_a_comment_reaches_those_it_mentions_and_the_author_without_its_words(
    client_of: ClientOf, personas: Personas, submitted: Finding, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        html = page(send(client_of("lead"), submitted, mentions=[personas.other_evaluator.pk]))
    assert SECRET in html
    assert "Lead</strong> on: the quote" in html
    assert "For Other evaluator" in html
    assert told() == {("Other evaluator", "mention"), ("Evaluator", "comment")}
    assert {message.to[0] for message in mail.outbox} == {
        personas.other_evaluator.email,
        personas.evaluator.email,
    }
    for message in mail.outbox:
        assert f"/findings/{submitted.ref}/" in message.body
        assert "bakery" not in f"{message.subject} {message.body} {message.alternatives}"
        assert submitted.title not in f"{message.subject} {message.body} {message.alternatives}"
    row = AuditRow.objects.get(verb="finding.commented")
    assert row.target_key == submitted.ref
    assert row.details == {"part": "quote", "mentioned": 1}


def test_an_author_who_is_mentioned_is_told_once(personas: Personas, submitted: Finding) -> None:
    add_comment(by=personas.lead, finding=submitted, text=SECRET, mentions=[personas.evaluator])
    assert told() == {("Evaluator", "mention")}


def test_nobody_is_told_of_their_own_comment(personas: Personas, submitted: Finding) -> None:
    add_comment(by=personas.evaluator, finding=submitted, text=SECRET)
    assert told() == set()


def test_sent_twice_it_makes_one_comment(personas: Personas, submitted: Finding) -> None:
    first, second = (add_comment(by=personas.lead, finding=submitted, text=SECRET) for _ in range(2))
    assert first == second
    assert AuditRow.objects.filter(verb="finding.commented").count() == 1
    resolve_comment(by=personas.lead, comment=first)
    assert add_comment(by=personas.lead, finding=submitted, text=SECRET) != first


def test_a_comment_changes_nothing_of_the_finding(personas: Personas, submitted: Finding) -> None:
    add_comment(by=personas.lead, finding=submitted, text=SECRET)
    assert Finding.objects.get().version == submitted.version


@pytest.mark.parametrize("name", ["reporter", "funder", "administrator", "closed"])
def test_who_is_not_of_the_team_cannot_comment(personas: Personas, name: str) -> None:
    finding = FindingFactory(published=True, visibility="public")
    with pytest.raises(PermissionDenied):
        add_comment(by=personas[name], finding=finding, text=SECRET)


def test_nobody_comments_on_a_draft_they_cannot_see(personas: Personas) -> None:
    draft = FindingFactory(created_by=personas.evaluator)
    with pytest.raises(PermissionDenied):
        add_comment(by=personas.other_evaluator, finding=draft, text=SECRET)
    with pytest.raises(ValidationError):
        add_comment(by=personas.lead, finding=draft, text=SECRET, mentions=[personas.other_evaluator])
    assert not Comment.objects.exists()


@pytest.mark.parametrize("text", [" ", "x" * 2001])
def test_a_comment_has_words_and_not_too_many(personas: Personas, submitted: Finding, text: str) -> None:
    with pytest.raises(ValidationError):
        add_comment(by=personas.lead, finding=submitted, text=text)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"comment": " "}, "Write what you want to say."),
        ({"comment": "y" * 2001}, "Shorten this to 2000 characters"),
        ({"part": "colour"}, "Select a valid choice"),
        ({"mentions": ["999999"]}, "is not in the list any more"),
        ({"comment": f"{SECRET}\x00"}, "invisible character"),
    ],
)
def test_a_mistake_is_explained_and_nothing_is_lost(
    client_of: ClientOf, submitted: Finding, fields: dict[str, Any], complaint: str
) -> None:
    html = page(send(client_of("lead"), submitted, **fields))
    assert complaint in html
    assert "Error: " in html
    assert fields.get("comment", SECRET).strip().strip("\x00") in html
    assert not Comment.objects.exists()


def test_who_was_signed_out_gets_the_words_back(submitted: Finding) -> None:
    response = Client().post(f"/findings/{submitted.ref}/comment/", {"part": "text", "comment": SECRET})
    assert response.status_code == 403
    assert SECRET in response.content.decode()


@pytest.mark.parametrize("status", Finding.Status.values)
def test_those_who_can_be_mentioned_are_those_of_the_team_who_see_it(personas: Personas, status: str) -> None:
    finding = FindingFactory(
        created_by=personas.evaluator, visibility="public", **({} if status == "draft" else {status: True})
    )
    readers = {
        person
        for person in Person.objects.all()
        if has_permission(person, Permission.READ_TEAM) and Finding.objects.visible_to(person).exists()
    }
    assert set(colleagues_on(personas.lead, finding)) == readers - {personas.lead}
    assert (personas.other_evaluator in readers) == (status != "draft")


# Reading and resolving


@pytest.mark.parametrize("name", ["visitor", "reporter", "funder", "administrator"])
def test_nobody_else_ever_reads_one(client_of: ClientOf, personas: Personas, name: str) -> None:
    finding = FindingFactory(published=True, visibility="public", created_by=personas.evaluator)
    comment = CommentFactory(finding=finding, text=SECRET)
    client = client_of(name)
    for address in (
        f"/findings/{finding.ref}/",
        "/findings/",
        f"/api/v1/findings/{finding.ref}/",
    ):
        assert "bakery" not in page(client.get(address))
    csv = b"".join(client.get("/findings.csv").streaming_content)
    assert b"bakery" not in csv
    assert client.post(f"/comments/{comment.pk}/resolve/").status_code in {302, 404}
    comment.refresh_from_db()
    assert comment.resolved_at is None


def test_the_api_and_the_download_hold_none_even_for_the_team(client_of: ClientOf) -> None:
    comment = CommentFactory(text=SECRET)
    client = client_of("lead")
    assert "bakery" not in page(client.get(f"/api/v1/findings/{comment.finding.ref}/"))
    assert b"bakery" not in b"".join(client.get("/findings.csv").streaming_content)


def test_a_colleague_resolves_a_comment_once(client_of: ClientOf, personas: Personas) -> None:
    comment = CommentFactory(text=SECRET, by=personas.lead)
    client = client_of("other_evaluator")
    html = page(client.post(f"/comments/{comment.pk}/resolve/", follow=True))
    assert "Resolved by Other evaluator" in html
    assert "No open comments." in html
    page(client_of("lead").post(f"/comments/{comment.pk}/resolve/", follow=True))
    comment.refresh_from_db()
    assert comment.resolved_by == personas.other_evaluator
    assert AuditRow.objects.filter(verb="finding.comment-resolved").count() == 1


def test_comments_stand_beside_the_steps(client_of: ClientOf, submitted: Finding) -> None:
    CommentFactory(finding=submitted, text=SECRET)
    for step in ("publish", "return"):
        assert SECRET in page(client_of("lead").get(f"/findings/{submitted.ref}/{step}/"))


def test_comments_are_erased_with_a_draft(personas: Personas) -> None:
    draft = FindingFactory(created_by=personas.evaluator)
    CommentFactory(finding=draft, mentions=[personas.lead])
    delete_draft(by=personas.evaluator, finding=draft, version=1)
    assert not Comment.objects.exists()


# Mentions in the inbox


def test_open_mentions_lie_in_the_inbox(client_of: ClientOf, personas: Personas, submitted: Finding) -> None:
    first, second = CommentFactory.create_batch(
        2, finding=submitted, by=personas.lead, mentions=[personas.other_evaluator]
    )
    client = client_of("other_evaluator")
    html = page(client.get("/inbox/"))
    assert 'Comments that mention you <span class="quiet">(1)' in html
    assert "Lead mentioned you" in html
    assert f'href="/findings/{submitted.ref}/#comments"' in html
    assert "mentioned you" not in page(client_of("evaluator").get("/inbox/"))
    for comment in (first, second):
        resolve_comment(by=personas.lead, comment=comment)
    assert "No open comment mentions you." in page(client.get("/inbox/"))


def test_a_mention_that_lost_its_reader_is_not_told(
    personas: Personas, submitted: Finding, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        add_comment(by=personas.lead, finding=submitted, text=SECRET, mentions=[personas.other_evaluator])
    personas.other_evaluator.role_assignments.all().delete()
    for callback in callbacks:
        callback()
    assert [message.to for message in mail.outbox] == [[personas.evaluator.email]]
    assert Notice.objects.get(kind="mention").state == "dropped"


# Claiming for review


def claimer() -> Person | None:
    return Finding.objects.get().claimed_by


def test_a_lead_takes_a_finding_for_review_and_others_see_it(
    client_of: ClientOf, personas: Personas, submitted: Finding
) -> None:
    versions = Finding.history.count()
    html = page(client_of("lead").post(f"/findings/{submitted.ref}/claim/", follow=True))
    assert "You are reviewing it since" in html
    other = Client()
    other.force_login(PersonFactory(lead=True), backend="django.contrib.auth.backends.ModelBackend")
    for address in ("/inbox/", f"/findings/{submitted.ref}/"):
        html = page(other.get(address))
        assert "Lead is reviewing it since" in html
        assert "Take it over" in html
    assert Finding.objects.get().version == submitted.version
    assert Finding.history.count() == versions


def test_another_lead_takes_it_over_and_the_first_then_releases_nothing(
    personas: Personas, submitted: Finding
) -> None:
    second = PersonFactory(lead=True)
    claim_finding(by=personas.lead, finding=submitted)
    claim_finding(by=second, finding=submitted)
    release_claim(by=personas.lead, finding=submitted)
    assert claimer() == second
    release_claim(by=second, finding=submitted)
    assert claimer() is None
    verbs = AuditRow.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["finding.claimed", "finding.claimed", "finding.claim-released"]


def test_a_claim_stops_nobody_and_a_step_ends_it(personas: Personas, submitted: Finding) -> None:
    claim_finding(by=personas.lead, finding=submitted)
    return_finding(by=PersonFactory(lead=True), finding=submitted, version=1, reason="Name the month.")
    assert claimer() is None


def test_only_what_waits_can_be_taken_and_only_by_leads(
    client_of: ClientOf, personas: Personas, submitted: Finding
) -> None:
    with pytest.raises(PermissionDenied):
        claim_finding(by=personas.evaluator, finding=submitted)
    publish_finding(by=personas.lead, finding=submitted, version=1, visibility="funder")
    with pytest.raises(StepRefused):
        claim_finding(by=personas.lead, finding=submitted)
    html = page(client_of("lead").post(f"/findings/{submitted.ref}/claim/", follow=True))
    assert "Only a submitted finding can be taken for review." in html


# Who is told of the steps


def test_leads_are_told_of_what_is_submitted_and_authors_of_what_becomes_of_it(
    personas: Personas, submitted: Finding
) -> None:
    second = PersonFactory(lead=True, name="Second lead")
    returned = return_finding(by=personas.lead, finding=submitted, version=1, reason="Name the month.")
    assert told() == {("Evaluator", "finding-returned")}
    again = submit_finding(by=personas.evaluator, finding=returned, version=2)
    assert set(Notice.objects.filter(kind="finding-submitted").values_list("person__name", flat=True)) == {
        "Lead",
        "Second lead",
    }
    published = publish_finding(by=second, finding=again, version=3, visibility="funder")
    narrowed = publish_finding(by=second, finding=published, version=4, visibility="team")
    assert Notice.objects.filter(kind="finding-published").count() == 1
    withdraw_finding(by=second, finding=narrowed, version=5, reason="Wrong month.")
    assert Notice.objects.get(kind="finding-withdrawn").person == personas.evaluator
