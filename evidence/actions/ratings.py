"""Every write to ratings: asking people by link, rating, sending, and ending a partnership's ratings.

Each takes the report's row for the length of its transaction, so nothing is written after the end.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from evidence.actions import report_rules
from evidence.actions.rating_letters import post_letters
from evidence.actions.report_notices import reporters_of
from evidence.actions.self_reports import held
from evidence.models import FrameworkItem, Rater, Rating, RatingsEnd, Round, SelfReport
from evidence.models.rating import ERASED, LONGEST_REASON, LOW_STEPS, Step
from evidence.queries.ratings import Said, digest_of_part, fewest_respondents, said_by, takes_ratings
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.models import Membership, Organisation, Person, Sector

MOST_RATERS = 100
MOST_AT_ONCE = 30
BETWEEN_LETTERS = datetime.timedelta(hours=24)

OVER = "No ratings are taken any more for this partnership in this round."


@dataclass(frozen=True, kw_only=True)
class Guests:
    """People of one organisation, as a reporter invites them."""

    addresses: Sequence[str]
    sector: Sector
    organisation: Organisation | None = None
    other_organisation: str = ""


class RatingsConflict(Exception):
    """The same person changed the same page elsewhere meanwhile. ``current`` is what is stored, by code."""

    def __init__(self, current: Mapping[str, Said]) -> None:
        super().__init__("This page was changed in another window.")
        self.current = current


def held_with_ratings(by: Person, report: SelfReport) -> SelfReport:
    """The report of one's own partnership, locked, while it takes ratings.

    Raises PermissionDenied, StepRefused.
    """
    current = held(by, report)
    if not report_rules.reports_for(by, current):
        raise PermissionDenied
    require_open(current)
    return current


def require_open(report: SelfReport) -> None:
    """Raises StepRefused when a report, whose row is held, takes no ratings any more."""
    report.round = Round.objects.get(pk=report.round_id)  # as it is now the row is held
    if not takes_ratings(report):
        raise StepRefused(OVER)


# Asking people


@transaction.atomic
def invite_raters(*, by: Person, report: SelfReport, guests: Guests) -> list[Rater]:
    """Send each address a personal link, and return those whom it goes to: not those who have one already.

    Nobody rates twice in a round: whose link was taken back has the same answers behind a new one. Raises
    ValidationError by field, StepRefused, PermissionDenied.
    """
    report = held_with_ratings(by, report)
    refuse_once_erased(report)
    check_organisation(report, guests)
    addresses = unique_addresses(guests.addresses)
    refuse_reporters(report, addresses)
    there = {rater.email: rater for rater in report.raters.filter(person=None)}
    fresh = [address for address in addresses if address not in there]
    if len(there) + len(fresh) > MOST_RATERS:
        raise ValidationError(
            {"addresses": f"{MOST_RATERS} people at most can rate for a partnership in a round."}
        )
    raters = [there[address] for address in addresses if address in there and there[address].revoked_at]
    for rater in raters:
        rater.revoked_at = rater.revoked_by = None
    raters += [Rater(self_report=report, email=address) for address in fresh]
    for rater in raters:
        rater.organisation, rater.other_organisation = guests.organisation, guests.other_organisation.strip()
        rater.invited_by, rater.letter_due_at, rater.letter_attempts = by, timezone.now(), 0
        if rater.sent_at is None:
            rater.sector = guests.sector
        rater.save()
    send_when_through(raters)
    if raters:
        record(by=by, verb="ratings.invited", target=report, key=report.ref, people=len(raters))
    return raters


def unique_addresses(addresses: Iterable[str]) -> list[str]:
    """The addresses in one spelling, each once. Raises ValidationError naming those that are none."""
    unique = list(dict.fromkeys(address.strip().lower() for address in addresses if address.strip()))
    wrong = []
    for address in unique:
        try:
            validate_email(address)
        except ValidationError:
            wrong.append(address)
    if wrong:
        raise ValidationError(
            {"addresses": [f"“{one[:80]}” is not an e-mail address." for one in wrong[:10]]}
        )
    if not unique:
        raise ValidationError({"addresses": "Write at least one e-mail address."})
    if len(unique) > MOST_AT_ONCE:
        raise ValidationError({"addresses": f"Invite at most {MOST_AT_ONCE} people at once."})
    return unique


def refuse_once_erased(report: SelfReport) -> None:
    """Raises StepRefused where nobody can tell any more whether an address was asked before."""
    if report.raters.filter(email__endswith=ERASED).exists():
        raise StepRefused(
            "The addresses of those who were asked are erased, so nobody can be asked again in this round."
        )


def refuse_reporters(report: SelfReport, addresses: Iterable[str]) -> None:
    """Raises ValidationError for people who rate from their account."""
    own = {person.email.lower() for person in reporters_of(report.partnership_id)}
    if twice := sorted(own & set(addresses)):
        raise ValidationError(
            {"addresses": [f"{one} reports for you and rates from their account." for one in twice]}
        )


def check_organisation(report: SelfReport, guests: Guests) -> None:
    if bool(guests.organisation) == bool(guests.other_organisation.strip()):
        raise ValidationError({"organisation": "Choose a member organisation, or write another one's name."})
    if len(guests.other_organisation) > 160:
        raise ValidationError({"other_organisation": "Shorten the name to 160 characters."})
    members = Membership.objects.filter(partnership=report.partnership_id, organisation=guests.organisation)
    if guests.organisation and not members.exists():
        raise ValidationError({"organisation": "Choose an organisation of your partnership."})


@transaction.atomic
def send_links_again(*, by: Person, report: SelfReport, refs: Iterable[str] | None = None) -> None:
    """Send the link again to those who have not answered, all or those named, once a day at most.

    How many it went to is not returned: that would tell who has answered. Raises StepRefused,
    PermissionDenied.
    """
    report = held_with_ratings(by, report)
    waiting = report.raters.filter(person=None, revoked_at=None, sent_at=None, letter_due_at=None)
    waiting = waiting.exclude(email__endswith=ERASED)
    if refs is not None:
        waiting = waiting.filter(ref__in=list(refs))
    rested = waiting.exclude(letter_sent_at__gt=timezone.now() - BETWEEN_LETTERS)
    raters = list(rested.select_for_update(of=["self"]))
    for rater in raters:
        rater.letter_due_at, rater.letter_attempts, rater.letter_error = timezone.now(), 0, ""
        rater.save(update_fields=["letter_due_at", "letter_attempts", "letter_error"])
    send_when_through(raters)
    record(by=by, verb="ratings.links-sent-again", target=report, key=report.ref)


def send_when_through(raters: Sequence[Rater]) -> None:
    keys = [rater.pk for rater in raters]
    transaction.on_commit(lambda: post_letters(keys), robust=True)


@transaction.atomic
def revoke_link(*, by: Person, report: SelfReport, ref: str) -> None:
    """Take a link back. What its holder has sent before stays: nobody takes out a voice.

    One that was taken back already stays so. Raises StepRefused, PermissionDenied.
    """
    report = held_with_ratings(by, report)
    rater = report.raters.select_for_update(of=["self"]).filter(ref=ref, person=None, revoked_at=None).first()
    if rater is None:
        return
    rater.revoked_at, rater.revoked_by, rater.letter_due_at = timezone.now(), by, None
    rater.save(update_fields=["revoked_at", "revoked_by", "letter_due_at"])
    record(by=by, verb="ratings.link-revoked", target=report, key=report.ref)


# Rating


@transaction.atomic
def begin_own_rating(*, by: Person, report: SelfReport, sector: Sector) -> Rater:
    """A reporter rates too; begun twice it is one. Raises StepRefused, PermissionDenied."""
    report = held_with_ratings(by, report)
    rater, _ = Rater.objects.get_or_create(
        self_report=report, person=by, defaults={"sector": sector, "invited_by": by}
    )
    return rater


def held_rater(rater: Rater) -> Rater:
    """A rater whose ratings can still change, with its report's row held. Raises StepRefused."""
    report = SelfReport.objects.select_for_update(of=["self"]).get(pk=rater.self_report_id)
    require_open(report)
    current = Rater.objects.select_for_update(of=["self"]).get(pk=rater.pk)
    if current.sent_at or current.revoked_at:
        raise StepRefused(OVER)
    current.self_report = report
    return current


@transaction.atomic
def save_ratings(*, rater: Rater, said: Mapping[str, Said | None], seen: str) -> str:
    """Save what somebody says of the statements of one page, by code; None leaves one unanswered.

    ``seen`` is the digest of what the page had shown. Returns the digest of what is stored now. Raises
    RatingsConflict when another window saved something else meanwhile, ValidationError by code, StepRefused.
    """
    rater = held_rater(rater)
    items = rated_items(said)
    check_said(said, items)
    stored = said_by(rater)
    wanted = {code: entry for code, entry in said.items() if entry is not None}
    current = {code: entry for code, entry in stored.items() if code in said}
    if wanted != current:
        if digest_of_part(stored, said) != seen:
            raise RatingsConflict(current)
        write_ratings(rater, items, wanted, current)
    return digest_of_part(wanted, said)


def rated_items(codes: Iterable[str]) -> dict[str, FrameworkItem]:
    """Those of these items that have a statement, by code."""
    items = FrameworkItem.objects.filter(code__in=list(codes), rating_statement__isnull=False)
    return {item.code: item for item in items}


def check_said(said: Mapping[str, Said | None], items: Mapping[str, FrameworkItem]) -> None:
    problems = {}
    for code, entry in said.items():
        if code not in items or (entry and entry.step not in Step.values):
            problems[code] = "Choose one of the answers."
        elif entry and len(entry.reason) > LONGEST_REASON:
            problems[code] = f"Shorten the reason to {LONGEST_REASON:,} characters."
    if problems:
        raise ValidationError(problems)


def write_ratings(
    rater: Rater,
    items: Mapping[str, FrameworkItem],
    wanted: Mapping[str, Said],
    current: Mapping[str, Said],
) -> None:
    gone = [items[code].pk for code in current if code not in wanted]
    rater.ratings.filter(item__in=gone).delete()
    changed = [
        Rating(rater=rater, item=items[code], step=entry.step, reason=entry.reason)
        for code, entry in wanted.items()
        if current.get(code) != entry
    ]
    Rating.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["rater", "item"],
        update_fields=["step", "reason"],
    )
    if rater.started_at is None:
        rater.started_at = timezone.now()
        rater.save(update_fields=["started_at"])


@transaction.atomic
def send_ratings(*, rater: Rater) -> Rater:
    """Hand the ratings in, which ends the link. A reason that was written beside a better step goes with its
    question: it is not asked there. Raises ValidationError when nothing is rated, StepRefused.
    """
    rater = held_rater(rater)
    if not rater.ratings.exists():
        raise ValidationError("Rate at least one statement before you send.")
    rater.ratings.exclude(step__in=LOW_STEPS).update(reason="")
    rater.sent_at = timezone.now()
    rater.letter_due_at = None
    rater.save(update_fields=["sent_at", "letter_due_at"])
    report = rater.self_report
    record(by=rater.person, verb="ratings.sent", target=report, key=report.ref)
    return rater


# The end


@transaction.atomic
def end_ratings(*, by: Person, report: SelfReport) -> RatingsEnd:
    """Complete a partnership's ratings, so that its profile can be shown. It can't be taken back.

    Raises StepRefused while fewer people than the fewest have answered, since nothing could be shown;
    PermissionDenied.
    """
    report = held_with_ratings(by, report)
    if not has_enough(report):
        raise StepRefused(f"The profile needs the ratings of at least {fewest_respondents()} people.")
    end = RatingsEnd.objects.create(self_report=report, by=by)
    record(by=by, verb="ratings.ended", target=report, key=report.ref)
    return end


def end_ratings_of_round(round_: Round, *, by: Person) -> None:
    """The round closes, and with it the ratings. Those of too few people are not shown, so they can go on if
    the round is opened again. Belongs in the transaction that closes the round.
    """
    for report in SelfReport.objects.select_for_update().filter(round=round_).order_by("pk"):
        if has_enough(report) and not RatingsEnd.objects.filter(self_report=report).exists():
            RatingsEnd.objects.create(self_report=report, by=by)


def has_enough(report: SelfReport) -> bool:
    """Whether so many people have answered that their spread can be shown."""
    return report.raters.filter(sent_at__isnull=False).count() >= fewest_respondents()
