"""What somebody is asked to rate, what they have said so far, and how a link leads to it."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import slugify

from evidence.models import FrameworkItem, Rater, Rating, RatingsEnd, RatingStatement, Round, SelfReport

Kind = FrameworkItem.Kind


@dataclass(frozen=True)
class Said:
    """What somebody says of one statement."""

    step: int
    reason: str = ""


@dataclass(frozen=True)
class RatingPart:
    """One page of the form: the drivers, or the barriers under one heading of the review."""

    key: str
    title: str
    kind: str
    statements: list[RatingStatement]

    @property
    def codes(self) -> list[str]:
        return [statement.item.code for statement in self.statements]


@dataclass(frozen=True)
class RatingSheet:
    """All statements, with what one rater has said of them by code."""

    parts: list[RatingPart]
    said: Mapping[str, Said]

    @property
    def asked(self) -> int:
        return sum(len(part.statements) for part in self.parts)

    @property
    def answered(self) -> int:
        return sum(self.answered_in(part) for part in self.parts)

    def answered_in(self, part: RatingPart) -> int:
        return sum(code in self.said for code in part.codes)

    def part(self, key: str) -> RatingPart | None:
        return next((part for part in self.parts if part.key == key), None)

    def after(self, part: RatingPart) -> RatingPart | None:
        place = self.parts.index(part) + 1
        return self.parts[place] if place < len(self.parts) else None


def rating_parts() -> list[RatingPart]:
    """What is rated, in the order of the review; one query."""
    groups: dict[tuple[str, str], list[RatingStatement]] = {}
    for statement in RatingStatement.objects.select_related("item"):
        item = statement.item
        heading = "" if item.kind == Kind.DRIVER else item.group
        groups.setdefault((item.kind, heading), []).append(statement)
    return [
        RatingPart(
            key=slugify(heading) or "what-helps",
            title=heading or "What helps",
            kind=kind,
            statements=statements,
        )
        for (kind, heading), statements in groups.items()
    ]


def sheet_of_rater(rater: Rater | None) -> RatingSheet:
    """The form of one rater as it is stored; empty for somebody who has not begun."""
    return RatingSheet(rating_parts(), said_by(rater) if rater else {})


def said_by(rater: Rater) -> dict[str, Said]:
    ratings = Rating.objects.filter(rater=rater).values_list("item__code", "step", "reason")
    return {code: Said(step, reason) for code, step, reason in ratings}


def digest_of_part(said: Mapping[str, Said], codes: Iterable[str]) -> str:
    """What a page had shown when it was opened, so that another page's answers are not overwritten."""
    shown = [(code, said[code].step, said[code].reason) for code in sorted(codes) if code in said]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def digest_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def fewest_respondents() -> int:
    """What fewer people than this have said is never shown by itself."""
    return int(settings.FEWEST_RESPONDENTS)


# When ratings are taken


def last_day_of_links(round_: Round) -> datetime.date:
    """The last day on which a personal link works, if the round is not closed before."""
    return round_.closes_on + datetime.timedelta(days=settings.RATING_GRACE_DAYS)


def takes_ratings(report: SelfReport) -> bool:
    """Whether people can still rate: the round is open, and the partnership has not ended its ratings."""
    is_open = report.round.status == Round.Status.OPEN
    return is_open and not RatingsEnd.objects.filter(self_report=report).exists()


def rater_behind(token: str) -> Rater | None:
    """Whom a link was sent to. None alike for a link that nobody was sent, that was taken back or whose time
    is over, so that nobody learns which; one who has sent their ratings is still known, to be thanked.
    """
    rater = (
        Rater.objects.filter(links__digest=digest_of_token(token), revoked_at=None, person=None)
        .select_related("self_report__round", "self_report__partnership", "sector")
        .first()
    )
    if rater is None or timezone.localdate() > last_day_of_links(rater.self_report.round):
        return None
    if rater.sent_at is None and not takes_ratings(rater.self_report):
        return None
    return rater


def rater_for(person: Any, report: SelfReport) -> Rater | None:
    """A reporter's own row among the raters of a report."""
    return (
        Rater.objects.visible_to(person)
        .filter(self_report=report, person=person)
        .select_related("self_report__round", "self_report__partnership", "sector")
        .first()
    )


# How far it is, for the partnership's reporters


@dataclass(frozen=True)
class RatersOverview:
    """How many were asked and how many have answered; who has answered is not told."""

    invited: list[Rater]
    asked: int
    answered: int
    ended: RatingsEnd | None


def overview_of_raters(person: Any, report: SelfReport) -> RatersOverview:
    raters = Rater.objects.visible_to(person).filter(self_report=report)
    # All who were ever asked: to leave out links that were taken back unused would tell which were used.
    counted = raters.aggregate(
        asked=Count("pk"),
        answered=Count("pk", filter=Q(sent_at__isnull=False)),
    )
    invited = raters.filter(person=None).select_related("organisation", "sector", "revoked_by")
    end = RatingsEnd.objects.visible_to(person).filter(self_report=report).select_related("by").first()
    return RatersOverview(list(invited), counted["asked"], counted["answered"], end)


def who_reads_ratings() -> list[str]:
    """What somebody who rates is told about who will see what, in sentences."""
    fewest = fewest_respondents()
    return [
        "Nobody is shown your answers with your name, address or organisation: neither your partnership, nor "
        "the evaluators, nor the Big Lottery Fund.",
        f"What is shown is how many people chose each answer, and only where at least {fewest} have "
        f"answered. Sectors are told apart only where at least {fewest} people of a sector have answered. "
        "If everybody chooses the same answer, that shows.",
        "What you write under “Why” is shown word for word, without your name and in no particular order, to "
        "the people who report for your partnership and to the evaluation team, and to nobody else; it stays "
        f"hidden while fewer than {fewest} people have answered the same statement. Name nobody, and leave "
        "out what would give you away.",
        "Whoever invited you sees that you were invited and how many people have answered, not who they are. "
        "Those who run the round see how many were invited and have answered.",
        "If you were invited by e-mail, your address is used for this alone and erased "
        f"{settings.RATER_ADDRESS_DAYS} days after the round is closed. Your answers stay, without it.",
    ]
