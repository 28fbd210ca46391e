"""Messages about accounts."""

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from partnerships.models import Person

DAYS_VALID = settings.PASSWORD_RESET_TIMEOUT // (60 * 60 * 24)


def send_invitation(person: Person, *, invited_by: Person) -> None:
    """The link with which an invited person chooses their first password."""
    send("invitation", "Your account for Partnership evidence", person, invited_by=invited_by)


def send_password_reset(person: Person) -> None:
    """The link with which a person chooses a new password."""
    send("password_reset", "Choose a new password for Partnership evidence", person)


def send(template: str, subject: str, person: Person, **context: Any) -> None:
    context |= {
        "person": person,
        "link": password_link(person),
        "site": settings.SITE_URL,
        "days": DAYS_VALID,
    }
    send_mail(
        subject=subject,
        message=render_to_string(f"email/partnerships/{template}.txt", context),
        html_message=render_to_string(f"email/partnerships/{template}.html", context),
        from_email=None,
        recipient_list=[person.email],
    )


def password_link(person: Person) -> str:
    """A link that lets its holder choose this person's password, once.

    It rests on the configured address of the site: whoever asks for it can't name another host.
    """
    person_key = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    return f"{settings.SITE_URL}{reverse('password-reset-confirm', args=[person_key, token])}"
