"""Signing in, passwords, and one's own account, as people meet them."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from partnerships import actions
from partnerships.models import AuditRow, Person
from partnerships.views.accounts import client_address
from tests.factories import PASSWORD, PartnershipFactory, PersonFactory

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "four walls and a roof"
WRONG = "The e-mail address or the password is not right"


@pytest.fixture
def person():
    return PersonFactory(email="field@example.org", funder=True)


def sign_in(client, email, password=PASSWORD, **fields):
    return client.post(reverse("login"), {"username": email, "password": password, **fields})


def link_in(message):
    """The path of the link in a message."""
    return re.search(rf"{re.escape(settings.SITE_URL)}(/\S+/\S+/\S+/)", message.body)[1]


def follow_link(client, path):
    """The page that the link leads to; the token leaves the address on the way."""
    response = client.get(path)
    return client.get(response.url) if response.status_code == 302 else response


def choose_password(client, path, password=NEW_PASSWORD):
    page = follow_link(client, path)
    return client.post(
        page.request["PATH_INFO"], {"new_password1": password, "new_password2": password}, follow=True
    )


def ask_for_reset(client, email, callbacks):
    with callbacks(execute=True):
        return client.post(reverse("password-reset"), {"email": email}, follow=True)


# Signing in and out


@pytest.mark.parametrize("written", ["field@example.org", "Field@Example.ORG", " field@example.org "])
def test_people_sign_in_by_e_mail_however_they_write_it(client, person, written):
    response = sign_in(client, written, next="/accounts/me/")
    assert response.status_code == 302
    assert response.url == "/accounts/me/"
    assert client.get("/accounts/me/").status_code == 200


def test_wrong_password_unknown_address_and_closed_account_get_the_same_answer(client, person):
    PersonFactory(email="closed@example.org", closed=True)
    answers = []
    for email, password in [
        ("field@example.org", "wrong password"),
        ("nobody@example.org", PASSWORD),
        ("closed@example.org", PASSWORD),
    ]:
        response = sign_in(client, email, password)
        assert response.status_code == 200
        page = response.content.decode().replace(email, "ADDRESS")
        answers.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))
    assert WRONG in answers[0]
    assert len(set(answers)) == 1


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, person, address):
    response = sign_in(client, person.email, next=address)
    assert response.url == reverse(settings.LOGIN_REDIRECT_URL)


def test_a_nul_in_the_address_is_refused_kindly(client):
    assert sign_in(client, "field\x00@example.org").status_code == 200
    assert client.post(reverse("password-reset"), {"email": "a\x00@example.org"}).status_code == 200


def test_signing_out_needs_a_post(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).status_code == 302
    assert client.get("/accounts/me/").status_code == 302


def test_guessing_is_slowed_and_told_when_to_try_again(client, person):
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert sign_in(client, person.email, "wrong password").status_code == 200
    response = sign_in(client, "Field@example.org", "wrong password")
    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert "You can try again after" in response.content.decode()
    assert sign_in(client, person.email).status_code == 429


def test_the_owner_elsewhere_is_not_locked_out(client, person):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, person.email, "wrong password")
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere, person.email).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "seen", "address"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
    ],
)
def test_an_address_counts_as_our_own_proxies_saw_it(rf, settings, proxies, seen, address):
    settings.PROXY_COUNT = proxies
    assert client_address(rf.get("/", HTTP_X_FORWARDED_FOR=seen)) == address


# Forgotten passwords and invitations


def test_a_reset_changes_the_password_once_and_ends_other_sessions(
    client, person, mailoutbox, django_capture_on_commit_callbacks
):
    elsewhere = Client()
    sign_in(elsewhere, person.email)
    ask_for_reset(client, person.email, django_capture_on_commit_callbacks)
    [message] = mailoutbox
    assert message.alternatives[0].mimetype == "text/html"
    path = link_in(message)
    response = choose_password(client, path)
    assert response.request["PATH_INFO"] == reverse("password-reset-complete")
    assert elsewhere.get("/accounts/me/").status_code == 302
    assert sign_in(Client(), person.email, NEW_PASSWORD).status_code == 302
    again = follow_link(Client(), path)
    assert "This link can" in again.content.decode()
    assert "new_password1" not in again.content.decode()


def test_asking_for_a_reset_answers_alike_and_writes_to_open_accounts_alone(
    client, person, mailoutbox, django_capture_on_commit_callbacks
):
    PersonFactory(email="closed@example.org", closed=True)
    pages = {
        ask_for_reset(client, email, django_capture_on_commit_callbacks).content
        for email in ("Field@example.org", "nobody@example.org", "closed@example.org")
    }
    assert len(pages) == 1
    assert [message.to for message in mailoutbox] == [["field@example.org"]]


@pytest.mark.usefixtures("errors_expected")
def test_a_mail_server_that_fails_does_not_tell_who_has_an_account(
    client, person, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "tests.partnerships.test_notices.ServerDown"
    pages = {
        ask_for_reset(client, email, django_capture_on_commit_callbacks).content
        for email in (person.email, "nobody@example.org")
    }
    assert len(pages) == 1


def test_a_forged_host_never_reaches_a_link(person, mailoutbox, django_capture_on_commit_callbacks, settings):
    settings.ALLOWED_HOSTS = ["*"]
    ask_for_reset(Client(HTTP_HOST="evil.example"), person.email, django_capture_on_commit_callbacks)
    assert "evil.example" not in mailoutbox[0].body
    assert settings.SITE_URL in mailoutbox[0].body


def test_a_link_dies_with_the_account(client, person, mailoutbox, django_capture_on_commit_callbacks):
    ask_for_reset(client, person.email, django_capture_on_commit_callbacks)
    actions.close_account(by=PersonFactory(administrator=True), person=person)
    page = follow_link(client, link_in(mailoutbox[0]))
    assert "new_password1" not in page.content.decode()


def test_choosing_a_weak_password_is_explained_and_the_link_still_works(
    client, person, mailoutbox, django_capture_on_commit_callbacks
):
    ask_for_reset(client, person.email, django_capture_on_commit_callbacks)
    path = link_in(mailoutbox[0])
    page = choose_password(client, path, "short")
    assert page.status_code == 200
    assert "This password is too short" in page.content.decode()
    assert choose_password(client, path).request["PATH_INFO"] == reverse("password-reset-complete")


def test_a_reset_lifts_the_pause_after_guessing(
    client, person, mailoutbox, django_capture_on_commit_callbacks
):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, person.email, "wrong password")
    ask_for_reset(client, person.email, django_capture_on_commit_callbacks)
    choose_password(client, link_in(mailoutbox[0]))
    assert sign_in(client, person.email, NEW_PASSWORD).status_code == 302


def test_an_invitation_works_once(client, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.invite_person(
            by=PersonFactory(administrator=True), person=Person(email="new@example.org", name="New")
        )
    path = link_in(mailoutbox[0])
    choose_password(client, path)
    assert sign_in(Client(), "new@example.org", NEW_PASSWORD).status_code == 302
    assert "new_password1" not in follow_link(Client(), path).content.decode()


# One's own account


def test_the_account_page_asks_visitors_to_sign_in(client):
    response = client.get("/accounts/me/")
    assert response.url == "/accounts/login/?next=/accounts/me/"


def test_the_account_page_tells_roles_and_partnerships(client):
    partnership = PartnershipFactory(name="Northern hills")
    PartnershipFactory(name="Southern plains")
    reporter = PersonFactory(reporter_for=partnership)
    client.force_login(reporter, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/accounts/me/").content.decode()
    assert "Partnership reporter" in page
    assert "Northern hills" in page
    assert "Southern plains" not in page


def test_people_change_their_own_name_and_nothing_else(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    own = {"name": "Field worker", "notice_frequency": "at-once"}
    client.post("/accounts/me/", own | {"email": "other@example.org", "is_active": ""})
    person.refresh_from_db()
    assert (person.name, person.email, person.is_active) == ("Field worker", "field@example.org", True)
    assert AuditRow.objects.get().details == {"fields": ["name"]}
    response = client.post("/accounts/me/", own | {"name": ""})
    assert response.status_code == 200
    assert "Error: Your account" in response.content.decode()


def test_changing_the_password_keeps_this_session_and_ends_the_others(client, person):
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser, person.email)
    fields = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    wrong = client.post(reverse("password-change"), fields | {"old_password": "wrong"})
    assert "This is not your present password." in wrong.content.decode()
    assert client.post(reverse("password-change"), fields).status_code == 302
    assert client.get("/accounts/me/").status_code == 200
    assert elsewhere.get("/accounts/me/").status_code == 302
