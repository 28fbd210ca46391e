"""The message with the personal link to rate: sent after the deed, and tried again when the server fails.

The token of a link is kept nowhere: each message has a fresh one, of which the hash stays.
"""

import logging
import secrets
from collections.abc import Collection

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from evidence.models import Rater, RatingLink
from evidence.queries.ratings import digest_of_token, fewest_respondents, last_day_of_links, takes_ratings
from partnerships.notices import ONE_MESSAGE_REFUSED, PAUSES, hand_over

logger = logging.getLogger(__name__)


def post_letters(keys: Collection[int] | None = None) -> int:
    """Send the messages that wait, all or these raters', and return how many went out.

    Two processes may do so at the same time: each message is claimed by one of them.
    """
    waiting = Rater.objects.filter(letter_due_at__lte=timezone.now(), letter_attempts__lt=len(PAUSES))
    if keys is not None:
        waiting = waiting.filter(pk__in=keys)
    sent, connection = 0, get_connection()
    try:
        for rater in waiting.select_related("self_report__round", "self_report__partnership", "invited_by"):
            if not claim(rater):
                continue
            if not is_wanted(rater):
                Rater.objects.filter(pk=rater.pk).update(letter_due_at=None)
                continue
            error = post(rater, connection)
            note(rater, error)
            sent += error is None
            if error and not isinstance(error, ONE_MESSAGE_REFUSED):
                break
    finally:
        connection.close()
    return sent


def claim(rater: Rater) -> bool:
    """Count a try, and put the next one off; whether no other process was quicker."""
    as_read = Rater.objects.filter(
        pk=rater.pk, letter_attempts=rater.letter_attempts, letter_due_at=rater.letter_due_at
    )
    due_at = timezone.now() + PAUSES[rater.letter_attempts]
    rater.letter_attempts += 1
    return bool(as_read.update(letter_attempts=rater.letter_attempts, letter_due_at=due_at))


def is_wanted(rater: Rater) -> bool:
    """Whether the link would still work."""
    return rater.revoked_at is None and rater.sent_at is None and takes_ratings(rater.self_report)


def fresh_link(rater: Rater) -> str:
    """The address of a new link. It holds the only copy of its token."""
    token = secrets.token_urlsafe(32)
    RatingLink.objects.create(rater=rater, digest=digest_of_token(token))
    return settings.SITE_URL + reverse("evidence:rate", args=[token])


def post(rater: Rater, connection: BaseEmailBackend) -> Exception | None:
    """Send one person their link. Returns what went wrong, if anything."""
    report = rater.self_report
    context = {
        "partnership": report.partnership.name,
        "round": report.round.title,
        "invited_by": rater.invited_by.name,
        "link": fresh_link(rater),
        "last_day": last_day_of_links(report.round),
        "fewest": fewest_respondents(),
        "site": settings.SITE_URL,
    }
    message = EmailMultiAlternatives(
        subject=f"How do you see {report.partnership.name}?",
        body=render_to_string("email/evidence/rating_invitation.txt", context),
        to=[rater.email],
    )
    message.attach_alternative(
        render_to_string("email/evidence/rating_invitation.html", context), "text/html"
    )
    return hand_over(message, connection)


def note(rater: Rater, error: Exception | None) -> None:
    """Write down how a try ended."""
    tried = Rater.objects.filter(pk=rater.pk)
    if error is None:
        tried.update(letter_due_at=None, letter_sent_at=timezone.now(), letter_error="")
        return
    kind = type(error).__name__
    tried.update(letter_error=kind[:80])
    tried.filter(letter_attempts__gte=len(PAUSES)).update(letter_due_at=None)
    logger.warning("A link to rate could not be sent (%s); it is kept and tried again later.", kind)


def send_what_waits() -> None:
    """What the command that sends waiting messages asks for."""
    post_letters()
