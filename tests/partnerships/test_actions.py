"""The rules of accounts and roles."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from partnerships import actions
from partnerships.access import Role
from partnerships.errors import StepRefused
from partnerships.models import AuditRow, Person, RoleAssignment
from tests.factories import PASSWORD, PartnershipFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return PersonFactory(administrator=True)


def audited(verb):
    return AuditRow.objects.get(verb=verb)


def test_an_invited_person_has_no_password_and_gets_one_message(
    administrator, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        person = actions.invite_person(by=administrator, person=Person(email="New@Example.org", name="New"))
        assert not mailoutbox
    assert person.email == "new@example.org"
    assert person.created_by == administrator
    assert not person.has_usable_password()
    [message] = mailoutbox
    assert message.to == ["new@example.org"]
    assert "http://127.0.0.1:8000/accounts/password-reset/" in message.body
    assert audited("person.invited").target_key == str(person.pk)


def test_an_address_is_invited_once(administrator, mailoutbox):
    PersonFactory(email="taken@example.org")
    with pytest.raises(ValidationError) as error:
        actions.invite_person(by=administrator, person=Person(email="Taken@example.org", name="Again"))
    assert "email" in error.value.message_dict


def test_an_invitation_is_sent_again_only_until_a_password_is_chosen(
    administrator, mailoutbox, django_capture_on_commit_callbacks
):
    with_password, closed = PersonFactory(), PersonFactory(closed=True)
    invited = Person.objects.create_user("new@example.org", name="New")
    with django_capture_on_commit_callbacks(execute=True):
        actions.send_invitation(by=administrator, person=invited)
        for person in (with_password, closed):
            with pytest.raises(StepRefused):
                actions.send_invitation(by=administrator, person=person)
    assert [message.to for message in mailoutbox] == [["new@example.org"]]


@pytest.mark.parametrize("role", [{}, {"funder": True}, {"evaluator": True}, {"lead": True}])
def test_only_administrators_manage_people(role):
    by, person = PersonFactory(**role), PersonFactory(evaluator=True)
    deeds = [
        lambda: actions.invite_person(by=by, person=Person(email="new@example.org", name="New")),
        lambda: actions.send_invitation(by=by, person=person),
        lambda: actions.change_person(by=by, person=person, name="Other"),
        lambda: actions.close_account(by=by, person=person),
        lambda: actions.reopen_account(by=by, person=person),
        lambda: actions.grant_role(by=by, person=person, role=Role.ADMINISTRATOR),
        lambda: actions.revoke_role(by=by, assignment=person.role_assignments.get()),
    ]
    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed()
    assert not AuditRow.objects.exists()


def test_the_last_administrator_keeps_the_role_and_the_account(administrator):
    PersonFactory(administrator=True, closed=True)
    with pytest.raises(StepRefused):
        actions.revoke_role(by=administrator, assignment=administrator.role_assignments.get())
    with pytest.raises(StepRefused):
        actions.close_account(by=administrator, person=administrator)
    assert Person.objects.get(pk=administrator.pk).role_keys == {"administrator"}
    assert Person.objects.get(pk=administrator.pk).is_active


def test_one_of_two_administrators_can_go(administrator):
    other = PersonFactory(administrator=True)
    actions.revoke_role(by=administrator, assignment=other.role_assignments.get())
    assert not other.role_assignments.exists()
    assert audited("role.revoked").details == {"role": "administrator"}


def test_a_role_says_who_gave_it_and_a_reporters_which_partnership(administrator):
    person, partnership = PersonFactory(), PartnershipFactory(slug="humber")
    assignment = actions.grant_role(
        by=administrator, person=person, role=Role.REPORTER, partnership=partnership
    )
    assert assignment.granted_by == administrator
    assert audited("role.granted").details == {"role": "reporter", "partnership": "humber"}
    with pytest.raises(ValidationError):
        actions.grant_role(by=administrator, person=person, role=Role.REPORTER, partnership=partnership)
    with pytest.raises(ValidationError):
        actions.grant_role(by=administrator, person=person, role=Role.REPORTER)
    with pytest.raises(ValidationError):
        actions.grant_role(by=administrator, person=person, role=Role.FUNDER, partnership=partnership)
    assert RoleAssignment.objects.filter(person=person).count() == 1


def test_closing_an_account_signs_out_everywhere_for_good(administrator, client):
    person, colleague = PersonFactory(funder=True), PersonFactory(funder=True)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    elsewhere = type(client)()
    elsewhere.force_login(colleague, backend="django.contrib.auth.backends.ModelBackend")
    actions.close_account(by=administrator, person=person)
    assert client.get("/accounts/me/").status_code == 302
    actions.reopen_account(by=administrator, person=person)
    assert client.get("/accounts/me/").status_code == 302
    assert elsewhere.get("/accounts/me/").status_code == 200
    assert set(AuditRow.objects.values_list("verb", flat=True)) == {"person.closed", "person.reopened"}


def test_a_password_that_breaks_the_rules_is_refused():
    person = PersonFactory()
    with pytest.raises(ValidationError):
        actions.set_own_password(by=person, password="short")
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
