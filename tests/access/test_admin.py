"""The admin: leads and administrators, each for what is theirs; nobody else, on any of its addresses."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client
from django.urls import reverse

from tests.access.rows import seen_by
from tests.access.test_crawl import crawl, forbidden_words
from tests.access.test_table import answer_of
from tests.access.world import FINDINGS, World
from tests.factories import LoadedRecordFactory, NoticeFactory, SynonymFactory
from tests.personas import PERSONAS

PAGES = ("changelist", "add", "change", "history", "delete")

# The answers to a lead, then to an administrator, in the order of PAGES. People are closed, never deleted;
# what others refer to is not deleted either. A redirect leads to the record of what was done to the thing.
TABLE = """
partnerships.Sector              200 200 200 302 403   200 200 200 302 403
partnerships.Area                200 200 200 302 403   200 200 200 302 403
partnerships.Organisation        200 200 200 302 403   200 200 200 302 403
partnerships.Partnership         200 200 200 302 403   200 200 200 302 403
partnerships.Membership          200 200 200 302 200   200 200 200 302 200
partnerships.Person              403 403 403 404 403   200 200 200 302 403
partnerships.AuditRow            200 403 200 302 403   200 403 200 302 403
partnerships.Notice              403 403 403 404 403   200 403 200 302 403
partnerships.LoadedRecord        200 403 200 302 403   200 403 200 302 403
evidence.Theme                   200 200 200 302 403   200 200 200 302 403
evidence.Lesson                  200 200 200 200 403   200 200 200 200 403
evidence.Benefit                 200 200 200 200 403   200 200 200 200 403
evidence.Driver                  200 200 200 200 403   200 200 200 200 403
evidence.Barrier                 200 200 200 200 403   200 200 200 200 403
evidence.Approach                200 200 200 200 403   200 200 200 200 403
evidence.Outcome                 200 200 200 200 403   200 200 200 200 403
evidence.ResearchQuestion        200 200 200 200 403   200 200 200 200 403
evidence.FrameworkItem           200 403 200 302 403   200 403 200 302 403
evidence.Reference               200 200 200 302 403   200 200 200 302 403
evidence.Programme               200 200 200 302 403   200 200 200 302 403
evidence.Finding                 200 403 200 200 403   200 403 200 403 403
evidence.Assessment              200 403 200 302 403   403 403 403 404 403
evidence.Edition                 200 403 200 302 403   200 403 200 302 403
evidence.Brief                   200 403 200 302 403   403 403 403 404 403
evidence.NegativeSearch          200 403 200 302 403   403 403 403 404 403
evidence.Coding                  200 403 200 302 403   200 403 200 302 403
evidence.ReviewStep              200 403 200 302 403   403 403 403 404 403
evidence.Attachment              200 403 200 302 403   403 403 403 403 403
evidence.Wave                    200 200 200 302 200   403 403 403 403 403
evidence.CaseStudy               200 403 200 200 403   403 403 403 403 403
evidence.Appraisal               200 403 200 200 403   403 403 403 403 403
evidence.Questionnaire           200 403 200 302 403   200 403 200 302 403
evidence.Round                   200 403 200 302 403   200 403 200 302 403
evidence.SelfReport              200 403 200 302 403   403 403 403 403 403
evidence.RatingStatement         200 200 200 302 200   200 200 200 302 200
evidence.Action                  200 403 200 302 403   403 403 403 404 403
evidence.Proposal                200 403 200 302 403   403 403 403 404 403
evidence.TeamView                200 403 200 302 403   403 403 403 404 403
evidence.Decision                200 403 200 302 403   403 403 403 404 403
evidence.QuestionAnswer          200 403 200 302 403   403 403 403 404 403
evidence.Watch                   403 403 403 404 403   200 403 404 404 403
evidence.Synonym                 200 200 200 302 200   200 200 200 302 200
evidence.Source                  200 403 200 302 403   403 403 403 404 403
"""
EXPECTED = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()}
# Registered by Django itself; nobody holds Django's own permissions, so nobody can open it.
DJANGOS_OWN = {"auth.Group"}

Clients = Callable[[str], Client]


def address_of(model: type[models.Model], page: str, pk: object) -> str:
    arguments = [] if page in {"changelist", "add"} else [pk]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def addresses(world: World) -> dict[tuple[str, str], str]:
    """Every page of every model, with a row that exists: of findings, the one that everybody may read."""
    LoadedRecordFactory()
    NoticeFactory()
    SynonymFactory()
    group = Group.objects.create(name="Nobody uses Django's own groups")
    finding = world.findings["for-public"]
    rows = {
        "finding": finding.pk,
        "source": finding.source_id,
        "appraisal": finding.appraisal.pk,
        "attachment": finding.attachments.get().pk,
        "wave": world.free_wave.pk,
        "action": world.reports["shared report"].actions.earliest("pk").pk,
        "casestudy": world.public_study.pk,
        "coding": finding.codings.first().pk,
        "reviewstep": finding.steps.first().pk,
        "group": group.pk,
    }
    return {
        (model._meta.label, page): address_of(
            model, page, rows.get(model._meta.model_name) or model._default_manager.first().pk
        )
        for model in admin.site._registry
        for page in PAGES
    }


def test_every_model_of_the_admin_is_in_the_table() -> None:
    assert {model._meta.label for model in admin.site._registry} - DJANGOS_OWN == EXPECTED.keys()


@pytest.mark.parametrize("persona", ["lead", "administrator"])
def test_each_page_for_those_who_use_the_admin(world: World, client_of: Clients, persona: str) -> None:
    browser, wrong = client_of(persona), []
    for (label, page), address in addresses(world).items():
        answers = EXPECTED.get(label, ["403"] * 2 * len(PAGES))
        expected = answers[PAGES.index(page) + (len(PAGES) if persona == "administrator" else 0)]
        answer = answer_of(browser.get(address))
        if answer != expected and label not in DJANGOS_OWN:
            wrong.append(f"{label} {page}: {answer} instead of {expected}")
        if label in DJANGOS_OWN and answer == "200":
            wrong.append(f"{label} {page} opens, but nobody should see it")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("persona", [name for name in PERSONAS if name not in {"lead", "administrator"}])
def test_nobody_else_gets_in(world: World, client_of: Clients, persona: str) -> None:
    browser = client_of(persona)
    expected = "login" if persona in {"visitor", "closed"} else "403"
    others = [reverse(f"admin:{name}") for name in ("index", "autocomplete", "jsi18n")]
    wrong = []
    for address in [*addresses(world).values(), *others]:
        for answer in (browser.get(address), browser.post(address)):
            # Those who are not signed in go by way of the admin's own sign-in, which leads to ours.
            if answer.status_code == 302 and answer["Location"].startswith(reverse("admin:login")):
                answer = browser.get(answer["Location"])
            if answer_of(answer) != expected:
                wrong.append(f"{address}: {answer_of(answer)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("persona", ["lead", "administrator"])
def test_a_hidden_finding_has_no_page_and_no_row(world: World, client_of: Clients, persona: str) -> None:
    browser = client_of(persona)
    for name in FINDINGS:
        finding = world.findings[name]
        sees = name in seen_by(persona)
        for page in ("change", "delete", "history"):
            answer = browser.get(address_of(type(finding), page, finding.pk))
            assert (answer.status_code == 200) <= sees, f"{name} {page}"
        coding = finding.codings.first()
        found = browser.get(address_of(type(coding), "change", coding.pk))
        assert (found.status_code == 200) == sees, f"coding of {name}"
        listed = browser.get(address_of(type(finding), "changelist", None), {"q": finding.ref})
        rows = listed.content.decode().split('id="changelist-form"')[-1]
        assert (f"/{finding.pk}/change/" in rows) == sees, f"{name} in the list"


def test_an_administrator_finds_no_marked_word_in_the_admin(world: World, client_of: Clients) -> None:
    """Administrators look after people and the framework; confidential findings are not theirs to read."""
    forbidden = {word.encode() for word in forbidden_words("administrator")}
    found, broken = [], []
    browser = client_of("administrator")
    start = [reverse("admin:index"), *addresses(world).values()]
    for address, response, body in crawl(
        browser, [address for address in start if browser.get(address).status_code == 200]
    ):
        found += [f"{word.decode()} at {address}" for word in forbidden if word in body]
        if response.status_code >= 400:
            broken.append(f"{response.status_code} {address}")
    assert not found, "\n".join(found)
    assert not broken, "\n".join(broken)
