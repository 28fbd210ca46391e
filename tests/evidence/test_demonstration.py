"""The demonstration: complete, marked, repeatable."""

from collections import Counter

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db.models import Count

from evidence.actions.consent import withdraw_consent
from evidence.actions.saved_searches import matches_of
from evidence.demonstration.loader import holds_real_work, load_demonstration
from evidence.models import (
    ActionStep,
    CaseStudy,
    Decision,
    Finding,
    Lesson,
    Proposal,
    ReplyRequest,
    Round,
    SavedSearch,
    SelfReport,
    Source,
    Watch,
)
from evidence.queries.guide import guide_of
from evidence.queries.plans import overdue_for, plan_for_writing
from evidence.queries.profile import profile_of
from evidence.queries.receipts import receipt_of, receipts_for
from evidence.queries.spreads import Agreement
from evidence.queries.standing import Status, standings
from partnerships.access import Role
from partnerships.models import Organisation, Partnership, Person
from tests.review import put_review

ACCOUNTS = {
    "evaluator@demo.example": {Role.EVALUATOR},
    "evaluator2@demo.example": {Role.EVALUATOR},
    "lead@demo.example": {Role.LEAD},
    "funder@demo.example": {Role.FUNDER},
    "reporter@demo.example": {Role.REPORTER},
    "reporter2@demo.example": {Role.REPORTER},
    "admin@demo.example": {Role.ADMINISTRATOR},
}


@pytest.fixture(scope="module")
def demonstration_of_module(module_database):
    put_review()
    load_demonstration()


@pytest.fixture
def demonstration(demonstration_of_module, db):
    """The demonstration, loaded once for all tests of this module."""


def case_studies():
    return Finding.objects.exclude(origin=Finding.Origin.LITERATURE)


def test_the_accounts_of_the_readme_can_sign_in(demonstration, rf):
    people = {person.email: person.role_keys for person in Person.objects.all()}
    assert people == ACCOUNTS
    for email in ACCOUNTS:
        assert authenticate(rf.post("/"), username=email, password=settings.DEMO_PASSWORD)
    reporter = Person.objects.get(email="reporter2@demo.example")
    assert reporter.role_assignments.get().partnership.slug == "humber"


def test_everything_invented_is_marked(demonstration):
    assert case_studies().exists()
    assert not case_studies().filter(is_demonstration=False).exists()
    assert not case_studies().filter(source__is_demonstration=False).exists()
    assert Organisation.objects.filter(is_demonstration=True).count() == 8
    assert not holds_real_work()


def test_invented_organisations_are_marked_where_they_are_listed(demonstration, client):
    name = (
        Organisation.objects.filter(is_demonstration=True, memberships__partnership__slug="humber")
        .first()
        .name
    )
    for address in ("/partnerships/humber/", "/organisations/"):
        assert f"{name} (Demonstration)" in client.get(address).content.decode()


def test_the_story_has_every_state(demonstration):
    assert set(case_studies().values_list("status", flat=True)) == set(Finding.Status.values)
    published = case_studies().filter(status=Finding.Status.PUBLISHED)
    assert set(published.values_list("visibility", flat=True)) == set(Finding.Visibility.values)


def test_the_story_has_a_reply_an_open_request_and_a_masked_finding(demonstration):
    replied, _, waiting = ReplyRequest.objects.order_by("answer", "pk").reverse()
    assert (replied.answer, replied.finding.visibility, bool(replied.response)) == (
        "comment",
        "partnerships",
        True,
    )
    reporter = Person.objects.get(email="reporter@demo.example")
    assert waiting.is_open
    asked = ReplyRequest.objects.asked_of(reporter).filter(answered_at=None)
    assert [request.ref for request in asked] == [waiting.ref]
    assert case_studies().filter(mask_area=True, visibility="public", status="published").count() == 1


def test_one_round_is_accepted_and_one_is_being_filled_in(demonstration, client):
    assert not Round.objects.filter(is_demonstration=False).exists()
    states = set(SelfReport.objects.values_list("round__status", "status", "partnership__slug"))
    rated_only = {state for state in states if state[:2] == ("closed", "invited")}
    assert len(rated_only) == 5  # asked in the first round, with ratings and without a report
    assert states - rated_only == {
        ("closed", "accepted", "black-country"),
        ("closed", "accepted", "humber"),
        ("open", "in-progress", "black-country"),
        ("open", "in-progress", "humber"),
    }
    assert not any(
        report.is_late for report in SelfReport.objects.exclude(status="invited").select_related("round")
    )
    client.force_login(
        Person.objects.get(email="reporter@demo.example"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    report = SelfReport.objects.get(status="in-progress", partnership__slug="black-country")
    assert "Demonstration" in client.get(report.get_absolute_url()).content.decode()
    load_demonstration()
    assert SelfReport.objects.count() == 9


def test_the_story_has_a_profile_with_all_that_can_stand_in_it(demonstration, client):
    reporter = Person.objects.get(email="reporter@demo.example")
    partnership = Partnership.objects.get(slug="black-country")
    latest, first = (profile_of(reporter, partnership, slug) for slug in ("", "first-year"))
    assert latest
    assert first
    assert (first.people, len(first.lines)) == (16, 61)
    assert {line.agreement for line in first.lines} >= {Agreement.APART, Agreement.MIXED, Agreement.ALIKE}
    assert any(line.programme for line in first.lines)
    assert not any(line.programme for line in latest.lines)  # its round is open
    assert any(len(line.sectors) == 3 for line in first.lines)
    assert any(line.change for line in latest.lines)
    assert any(line.reasons for line in first.lines)
    assert sum(line.team is not None for line in first.lines) == 4
    guide = guide_of(first)
    assert guide.strengths
    assert guide.differences
    assert guide.troubles
    client.force_login(reporter, backend="django.contrib.auth.backends.ModelBackend")
    assert "Demonstration" in client.get("/partnerships/black-country/profile/").content.decode()


def test_answers_of_an_accepted_report_wait_and_some_are_evidence(demonstration):
    of_black_country = Proposal.objects.filter(self_report__partnership__slug="black-country")
    told = Counter(of_black_country.values_list("state", flat=True))
    assert (told["taken"], told["merged"], told["dropped"]) == (2, 1, 2)
    assert told["waiting"] > 10
    findings = Finding.objects.filter(origin=Finding.Origin.SELF_REPORT)
    assert set(findings.values_list("status", "visibility")) == {
        ("published", "partnerships"),
        ("published", "funder"),
    }
    assert not findings.filter(is_demonstration=False).exists()
    reporter = Person.objects.get(email="reporter@demo.example")
    [report] = receipts_for(reporter)
    assert [row.item.code for row in receipt_of(reporter, report).lessons] == ["L8"]
    assert not receipts_for(Person.objects.get(email="reporter2@demo.example"))


def test_a_plan_is_agreed_and_followed_up(demonstration):
    reporter = Person.objects.get(email="reporter@demo.example")
    written = SelfReport.objects.get(partnership__slug="black-country", status="in-progress")
    plan = plan_for_writing(reporter, written)
    assert Counter(row.is_overdue for row in plan.earlier) == {True: 2}
    assert [len(row.said) for row in plan.earlier] == [1, 0]
    assert set(ActionStep.objects.values_list("state", flat=True)) == {"done", "open"}
    assert len(overdue_for(reporter)) == 2


def test_lessons_differ_in_how_they_stand(demonstration):
    funder = Person.objects.get(email="funder@demo.example")
    lessons = list(Lesson.objects.all())
    standing = standings(funder, lessons)
    told = Counter(standing[lesson.pk].status for lesson in lessons)
    assert set(told) == set(Status)


def test_several_findings_rest_on_one_source(demonstration):
    shared = Source.objects.annotate(number=Count("findings")).filter(number__gt=1)
    assert shared.filter(self_report=None).count() == 2
    assert CaseStudy.objects.count() == 4
    assert set(CaseStudy.objects.values_list("status", flat=True)) == {"draft", "published"}
    assert not CaseStudy.objects.filter(is_demonstration=False).exists()


def test_loading_again_after_consent_was_withdrawn_brings_nothing_back(demonstration):
    lead = Person.objects.get(email="lead@demo.example")
    source = Source.objects.filter(findings__status="published", is_shared=True).first()
    withdraw_consent(by=lead, source=source, version=source.version, reason="To try it.")
    before = case_studies().count()
    load_demonstration()
    assert case_studies().count() == before


def test_loading_again_adds_nothing_and_keeps_changes(demonstration):
    finding = case_studies().filter(status=Finding.Status.DRAFT).first()
    Finding.objects.filter(pk=finding.pk).update(text="Changed by somebody who tries the product.")
    before = case_studies().count()
    load_demonstration()
    assert case_studies().count() == before
    finding.refresh_from_db()
    assert finding.text == "Changed by somebody who tries the product."


def test_the_accounts_are_shown(demonstration, capsys):
    call_command("demo", show_accounts=True)
    told = capsys.readouterr().out
    assert all(email in told for email in ACCOUNTS)


def test_lessons_show_what_was_looked_for_and_where_voices_diverge(demonstration, client):
    client.force_login(Person.objects.get(email="funder@demo.example"))
    page = client.get("/lessons/").content.decode()
    assert "Looked for, none found" in page
    assert "Voices diverge" in page


def test_the_funder_watches_and_has_decided(demonstration):
    funder = Person.objects.get(email="funder@demo.example")
    assert set(Watch.objects.visible_to(funder).values_list("item__code", flat=True)) == {"L5", "L8"}
    assert set(Decision.objects.values_list("visibility", "is_demonstration")) == {
        ("public", True),
        ("funder", True),
    }
    load_demonstration()
    assert Decision.objects.count() == 2


def test_people_keep_searches_that_find_something(demonstration):
    searches = SavedSearch.objects.select_related("created_by")
    assert {search.created_by.email for search in searches} == {
        "funder@demo.example",
        "evaluator@demo.example",
    }
    assert all(matches_of(search).count() for search in searches)


def test_a_question_is_answered_with_what_is_cited(demonstration, client):
    client.force_login(Person.objects.get(email="funder@demo.example"))
    page = client.get("/questions/Q8b/").content.decode()
    finding = Finding.objects.get(title="A seconded adviser quadrupled referrals from Jobcentre Plus")
    assert f'href="{finding.get_absolute_url()}"' in page
    assert "What is not known" in page
    client.logout()
    assert "No answer is written yet." in client.get("/questions/Q8b/").content.decode()
