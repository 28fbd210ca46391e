"""How far a finding that rests on a self-report may go, by what the round told those who filled it in.

The form says who reads the report. A finding made of it goes no further, unless the partnership has accepted
exactly these words for others to read.
"""

from dataclasses import dataclass
from typing import Protocol

from django.db.models import F

from evidence.models import Finding, ReplyRequest, Round, Source, Visibility
from evidence.models.visibility import narrower, reaches_beyond


class Consent(Protocol):
    """What those behind a source have agreed to, whether it is stored or just stated."""

    @property
    def consent_scope(self) -> str: ...
    @property
    def quote_permission(self) -> bool: ...


@dataclass(frozen=True)
class Agreed:
    """What has been agreed to, as worked out from more than the source alone."""

    consent_scope: str
    quote_permission: bool


def widest_promised(round_: Round) -> str:
    """The widest circle that a round's reporters were told of."""
    return Visibility.TEAM if round_.funder_reads == Round.FunderReads.NEVER else Visibility.FUNDER


def circle_promised(round_: Round) -> str:
    """The same as it stands now: some rounds let the funder read only once they are closed."""
    waits = round_.funder_reads == Round.FunderReads.CLOSED and round_.status != Round.Status.CLOSED
    return Visibility.TEAM if waits else widest_promised(round_)


def limits_of(source: Source) -> Consent:
    """What a source has agreed to; for a self-report no more than its round promised."""
    if source.self_report is None:
        return source
    promised = circle_promised(source.self_report.round)
    return Agreed(narrower(source.consent_scope, promised), quote_permission=False)


def consent_of(finding: Finding) -> Consent | None:
    """What those behind a finding have agreed to for its words as they stand; None without a source.

    One query more for a finding from a self-report that is meant to go further than was promised.
    """
    source = finding.source
    if source is None:
        return None
    limits = limits_of(source)
    is_held = reaches_beyond(finding.visibility, limits.consent_scope)
    if source.self_report and is_held and is_accepted_by_its_partnership(finding):
        return Agreed(Visibility.PUBLIC, quote_permission=True)
    return limits


def is_accepted_by_its_partnership(finding: Finding) -> bool:
    """Whether the partnership whose report it rests on has accepted exactly this title, text and quote.

    Its last answer counts. A consent that was narrowed since on the source ends it.
    """
    source = finding.source
    if source is None or source.self_report is None:
        return False
    report = source.self_report
    if source.is_withdrawn or reaches_beyond(widest_promised(report.round), source.consent_scope):
        return False
    answered = ReplyRequest.objects.filter(
        finding=finding.pk, partnership=report.partnership_id, answered_at__isnull=False
    )
    last = answered.order_by("-answered_at", "-pk").values_list("pk", "answer").first()
    if last is None or last[1] != ReplyRequest.Answer.ACCEPT:
        return False
    same_words = answered.filter(
        pk=last[0],
        asked_title=F("finding__title"),
        asked_text=F("finding__text"),
        asked_quote=F("finding__quote"),
    )
    return same_words.exists()


def speaks_of_own_report(source: Source | None, partnership: int) -> bool:
    """Whether a source is the report of the partnership with this primary key: its own words."""
    return (
        source is not None
        and source.self_report is not None
        and (source.self_report.partnership_id == partnership)
    )
