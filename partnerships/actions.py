"""Every deed done to people's accounts and roles. Each leaves an audit row in its own transaction."""

from typing import Any

from axes.utils import reset as forget_failed_sign_ins
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from partnerships import mail
from partnerships.access import Permission, Role, has_permission
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.models import Partnership, Person, RoleAssignment

LAST_ADMINISTRATOR = (
    "This is the last administrator. Make somebody else an administrator first, so that people can "
    "still be looked after."
)


@transaction.atomic
def invite_person(*, by: Person, person: Person) -> Person:
    """Save a new person, who has no password yet, and send them a link with which to choose one.

    ``person`` is not saved yet: its address and name are taken. Raises ValidationError by field.
    """
    require_manager(by)
    person.created_by = by
    person.set_unusable_password()
    person.full_clean()
    person.save(force_insert=True)
    record(by=by, verb="person.invited", target=person)
    mail.send_invitation(person, invited_by=by)
    return person


@transaction.atomic
def send_invitation(*, by: Person, person: Person) -> None:
    """Send the invitation again to somebody who has not chosen a password yet."""
    require_manager(by)
    if not person.is_active:
        raise StepRefused(f"The account of {person} is closed, so no invitation was sent.")
    if person.has_usable_password():
        raise StepRefused(f"{person} has chosen a password already, so no invitation was sent.")
    record(by=by, verb="person.invited", target=person, again=True)
    mail.send_invitation(person, invited_by=by)


@transaction.atomic
def change_person(*, by: Person, person: Person, **fields: Any) -> None:
    """Change a person's ``name`` or ``email``. Raises ValidationError by field."""
    require_manager(by)
    for name, value in fields.items():
        setattr(person, name, value)
    person.full_clean()
    person.save(update_fields=fields)
    record(by=by, verb="person.changed", target=person, fields=sorted(fields))


@transaction.atomic
def change_own_account(*, by: Person, **fields: Any) -> None:
    """Change one's own ``name`` or ``notice_frequency``. Raises ValidationError by field."""
    for name, value in fields.items():
        setattr(by, name, value)
    by.full_clean()
    by.save(update_fields=fields)
    record(by=by, verb="person.changed", target=by, fields=sorted(fields))


@transaction.atomic
def set_own_password(*, by: Person, password: str) -> None:
    """Set a person's password. Whoever is signed in elsewhere with the old one is signed out by that."""
    validate_password(password, by)
    by.set_password(password)
    by.save(update_fields=["password"])
    forget_failed_sign_ins(username=by.email)
    record(by=by, verb="person.password-set", target=by)


@transaction.atomic
def ask_for_password_reset(*, email: str) -> None:
    """Send the owner of an open account a link to choose a new password; silent about who has one."""
    person = Person.objects.filter(email=Person.normalised_email(email), is_active=True).first()
    if person is None:
        return
    record(by=None, verb="person.password-reset-asked", target=person)
    mail.send_password_reset(person)


@transaction.atomic
def close_account(*, by: Person, person: Person) -> None:
    """Close an account: nobody can sign in to it, and whoever is signed in to it is signed out."""
    require_manager(by)
    if is_last_administrator(person):
        raise StepRefused(LAST_ADMINISTRATOR)
    person.is_active = False
    person.save(update_fields=["is_active"])
    end_sessions(person)
    record(by=by, verb="person.closed", target=person)


@transaction.atomic
def reopen_account(*, by: Person, person: Person) -> None:
    """Open a closed account again, with the roles and the password it had."""
    require_manager(by)
    person.is_active = True
    person.save(update_fields=["is_active"])
    record(by=by, verb="person.reopened", target=person)


@transaction.atomic
def grant_role(
    *, by: Person, person: Person, role: str, partnership: Partnership | None = None
) -> RoleAssignment:
    """Give a person a role; a reporter's names the partnership. Raises ValidationError."""
    require_manager(by)
    assignment = RoleAssignment(person=person, role=role, partnership=partnership, granted_by=by)
    assignment.full_clean()
    assignment.save()
    record(by=by, verb="role.granted", target=person, **role_details(assignment))
    return assignment


@transaction.atomic
def revoke_role(*, by: Person, assignment: RoleAssignment) -> None:
    """Take a role from a person; the last administrator keeps that role."""
    require_manager(by)
    if assignment.role == Role.ADMINISTRATOR and is_last_administrator(assignment.person):
        raise StepRefused(LAST_ADMINISTRATOR)
    assignment.delete()
    record(by=by, verb="role.revoked", target=assignment.person, **role_details(assignment))


def is_last_administrator(person: Person) -> bool:
    """Whether nobody else with an open account is an administrator; must run inside a transaction."""
    # The rows are locked, so that two administrators can't remove each other at the same moment.
    administrators = RoleAssignment.objects.select_for_update(of=["self"]).filter(
        role=Role.ADMINISTRATOR, person__is_active=True
    )
    return {assignment.person_id for assignment in administrators} == {person.pk}


def end_sessions(person: Person) -> None:
    """Sign a person out everywhere."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(person.pk):
            session.delete()


def require_manager(by: Person) -> None:
    """Raises PermissionDenied for people who may not manage others."""
    if not has_permission(by, Permission.MANAGE_PEOPLE):
        raise PermissionDenied


def role_details(assignment: RoleAssignment) -> dict[str, str]:
    partnership = {"partnership": assignment.partnership.slug} if assignment.partnership else {}
    return {"role": assignment.role, **partnership}
