"""Telling people by e-mail what others did.

A notice is written with the deed, sent when the deed's transaction is through, and tried again when the mail
server fails. Its message names the thing, the deed and who did it, and links to the page: words of the thing
itself never leave the product by e-mail.
"""

import datetime
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from partnerships.models import Notice, Person

logger = logging.getLogger(__name__)

State = Notice.State
Frequency = Person.NoticeFrequency

# How long to wait after each try. The first must be longer than a mail server may take to answer.
PAUSES = [datetime.timedelta(hours=hours) for hours in (0.1, 0.25, 1, 4, 12, 24, 24, 24)]
# Errors about one message alone. After any other the server itself is in trouble, and the rest can wait.
ONE_MESSAGE_REFUSED = (SMTPRecipientsRefused, SMTPDataError)


@dataclass(frozen=True)
class Subject:
    """What the owner of a kind of thing says of it: who may know of one, and each deed in words.

    ``message``, where there is one, makes a message of its own of a notice, which is sent at once whatever
    its person has chosen: without it nobody could sign in and choose.
    """

    may_see: Callable[[Person, str], bool]
    deeds: Mapping[str, str]
    message: Callable[[Notice], EmailMultiAlternatives] | None = None


_subjects: dict[str, Subject] = {}
_by_the_clock: list[Callable[[], None]] = []


def register(
    target_kind: str,
    *,
    may_see: Callable[[Person, str], bool],
    deeds: Mapping[str, str],
    message: Callable[[Notice], EmailMultiAlternatives] | None = None,
) -> None:
    """Make notices about a kind of thing possible; its owner calls this when the product starts.

    ``may_see`` tells whether a person may know of the thing with a key. ``deeds`` are the words for each kind
    of notice, with ``{key}`` where the thing is named: they are the subject of the message, unless
    ``message`` makes one of its own.
    """
    _subjects[target_kind] = Subject(may_see, deeds, message)


def register_clock(tell_what_is_due: Callable[[], None]) -> None:
    """Have this asked before waiting notices are sent: it sees to what no deed causes but a date."""
    _by_the_clock.append(tell_what_is_due)


def write_what_is_due() -> None:
    """Have everybody see to what a date causes: notices to write, other messages to try again."""
    for tell_what_is_due in _by_the_clock:
        tell_what_is_due()


def tell(
    *,
    people: Iterable[Person],
    kind: str,
    target_kind: str,
    target_key: str,
    path: str,
    by: Person | None,
    due_at: datetime.datetime | None = None,
    instead: bool = False,
) -> None:
    """Have these people told, except the one who did it. Belongs in the transaction of the deed.

    ``by`` is None where nobody did anything: a date came near, or passed. With ``due_at`` not before then.
    ``instead`` of whatever else about this thing still waits for them.
    """
    people = list(people)
    if instead:
        waiting = Notice.objects.filter(state=State.WAITING, target_kind=target_kind, target_key=target_key)
        waiting.filter(person__in=people).update(state=State.DROPPED)
    notices = Notice.objects.bulk_create(
        Notice(
            person=person,
            kind=kind,
            target_kind=target_kind,
            target_key=target_key,
            path=path,
            by=by,
            due_at=due_at or timezone.now(),
        )
        for person in people
        if by is None or person.pk != by.pk
    )
    keys = [notice.pk for notice in notices]
    transaction.on_commit(lambda: send_just_written(keys), robust=True)


def told_last(kind: str, target_kind: str, target_key: str) -> dict[int, datetime.datetime]:
    """When each person was last told, or is going to be told, of this deed to this thing, by primary key."""
    notices = Notice.objects.filter(kind=kind, target_kind=target_kind, target_key=target_key)
    rows = notices.values_list("person").annotate(last=Max("due_at")).order_by()
    return dict(rows)


def send_just_written(keys: Sequence[int]) -> None:
    """Send new notices to those who are told at once."""
    deliver(due(with_digests=False).filter(pk__in=keys))


def due(*, with_digests: bool) -> QuerySet[Notice]:
    """The notices to send now. Without digests, those to people who get one wait, unless it failed before."""
    notices = Notice.objects.filter(state=State.WAITING, due_at__lte=timezone.now(), attempts__lt=len(PAUSES))
    if not with_digests:
        of_their_own = [kind for kind, subject in _subjects.items() if subject.message]
        notices = notices.filter(
            ~Q(person__notice_frequency=Frequency.DAILY) | Q(attempts__gt=0) | Q(target_kind__in=of_their_own)
        )
    return notices.select_related("person", "by").order_by("person_id", "at", "pk")


def deliver(notices: QuerySet[Notice]) -> int:
    """Send notices, one message each or one digest a person, and return how many messages were sent.

    Two processes may do so at the same time: each notice is claimed by one of them. A notice whose process
    dies between the mail server's answer and our note of it is sent a second time after a pause.
    """
    sent, connection = 0, get_connection()
    try:
        for letter in letters(notices):
            wanted = [notice for notice in letter if claim(notice) and is_wanted(notice)]
            if not wanted:
                continue
            error = post(wanted, connection)
            note(wanted, error)
            if error is None:
                sent += 1
            elif not isinstance(error, ONE_MESSAGE_REFUSED):
                break
    finally:
        connection.close()
    return sent


def letters(notices: Iterable[Notice]) -> Iterable[list[Notice]]:
    """What stands in one message: all that waits for somebody with a daily digest, else each by itself."""
    for person, waiting in groupby(notices, key=lambda notice: notice.person):
        together = []
        for notice in waiting:
            if person.notice_frequency == Frequency.DAILY and not _subjects[notice.target_kind].message:
                together.append(notice)
            else:
                yield [notice]
        if together:
            yield together


def claim(notice: Notice) -> bool:
    """Count a try, and put the next one off; whether no other process was quicker.

    It takes one statement, so it holds on every database without a lock while the mail server is asked.
    """
    as_read = Notice.objects.filter(pk=notice.pk, state=State.WAITING, attempts=notice.attempts)
    due_at = timezone.now() + PAUSES[notice.attempts]
    notice.attempts += 1
    return bool(as_read.update(attempts=notice.attempts, due_at=due_at))


def is_wanted(notice: Notice) -> bool:
    """Whether the person still wants messages and may still know of the thing; drops the notice if not."""
    person, subject = notice.person, _subjects[notice.target_kind]
    wanted = (
        person.is_active
        and (subject.message or person.notice_frequency != Frequency.NONE)
        and subject.may_see(person, notice.target_key)
    )
    if not wanted:
        Notice.objects.filter(pk=notice.pk).update(state=State.DROPPED)
    return wanted


def post(notices: Sequence[Notice], connection: BaseEmailBackend) -> Exception | None:
    """Send one message about all of these, which are one person's. Returns what went wrong, if anything."""
    return hand_over(message_about(notices), connection)


def hand_over(message: EmailMultiAlternatives, connection: BaseEmailBackend) -> Exception | None:
    """Give one message to the mail server. Returns what went wrong, if anything."""
    try:
        connection.open()
        connection.send_messages([message])
    except Exception as error:  # mail backends raise what they like; what waits is kept and tried again
        return error
    return None


def message_about(notices: Sequence[Notice]) -> EmailMultiAlternatives:
    own = _subjects[notices[0].target_kind].message
    return own(notices[0]) if own else message_of_links(notices)


def message_of_links(notices: Sequence[Notice]) -> EmailMultiAlternatives:
    """A line and a link for each deed."""
    lines = [
        (deed_of(notice), notice.by.name if notice.by else "", notice.at, settings.SITE_URL + notice.path)
        for notice in notices
    ]
    context = {
        "person": notices[0].person,
        "lines": lines,
        "site": settings.SITE_URL,
        "account": settings.SITE_URL + reverse("partnerships:account"),
    }
    message = EmailMultiAlternatives(
        subject=lines[0][0] if len(lines) == 1 else f"{len(lines)} things are new for you",
        body=render_to_string("email/partnerships/notices.txt", context),
        to=[notices[0].person.email],
    )
    message.attach_alternative(render_to_string("email/partnerships/notices.html", context), "text/html")
    return message


def deed_of(notice: Notice) -> str:
    """What was done, in words: "Finding F-7K2M9QXA was returned to you"."""
    return _subjects[notice.target_kind].deeds[notice.kind].format(key=notice.target_key)


def note(notices: Sequence[Notice], error: Exception | None) -> None:
    """Write down how a try ended."""
    tried = Notice.objects.filter(pk__in=[notice.pk for notice in notices])
    if error is None:
        tried.update(state=State.SENT, sent_at=timezone.now(), last_error="")
        return
    kind = type(error).__name__
    tried.update(last_error=kind[:80])
    tried.filter(attempts__gte=len(PAUSES)).update(state=State.GIVEN_UP)
    logger.warning("A message could not be sent (%s); it is kept and tried again later.", kind)
