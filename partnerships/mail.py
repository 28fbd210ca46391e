"""Messages about accounts."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from partnerships import notices
from partnerships.models import Notice, Person

ACCOUNT = "person"
DAYS_VALID = settings.PASSWORD_RESET_TIMEOUT // (60 * 60 * 24)


class AccountNotice(models.TextChoices):
    """The messages about an account, with the subject of each."""

    INVITED = "person-invited", "Your account for Partnership evidence"
    PASSWORD = "person-password", "Choose a new password for Partnership evidence"


TEMPLATES = {AccountNotice.INVITED: "invitation", AccountNotice.PASSWORD: "password_reset"}


def register_accounts() -> None:
    """Let notices speak of accounts, in messages of their own."""
    notices.register(
        ACCOUNT, may_see=may_use_link, deeds=dict(AccountNotice.choices), message=message_with_link
    )


def may_use_link(person: Person, key: str) -> bool:
    """Whether the account of the message is still this person's."""
    return str(person.pk) == key


def send_invitation(person: Person, *, invited_by: Person) -> None:
    """The link with which an invited person chooses their first password; part of the deed's transaction."""
    send(AccountNotice.INVITED, person, by=invited_by)


def send_password_reset(person: Person) -> None:
    """The link with which a person chooses a new password; part of the deed's transaction."""
    send(AccountNotice.PASSWORD, person, by=None)


def send(kind: AccountNotice, person: Person, *, by: Person | None) -> None:
    notices.tell(people=[person], kind=kind, target_kind=ACCOUNT, target_key=str(person.pk), path="", by=by)


def message_with_link(notice: Notice) -> EmailMultiAlternatives:
    """The message, with a link that is made as it is sent and kept nowhere."""
    kind, person = AccountNotice(notice.kind), notice.person
    context = {
        "person": person,
        "invited_by": notice.by,
        "link": password_link(person),
        "site": settings.SITE_URL,
        "days": DAYS_VALID,
    }
    template = f"email/partnerships/{TEMPLATES[kind]}"
    message = EmailMultiAlternatives(
        subject=str(kind.label), body=render_to_string(f"{template}.txt", context), to=[person.email]
    )
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message


def password_link(person: Person) -> str:
    """A link that lets its holder choose this person's password, once.

    It rests on the configured address of the site: whoever asks for it can't name another host.
    """
    person_key = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    return f"{settings.SITE_URL}{reverse('password-reset-confirm', args=[person_key, token])}"
