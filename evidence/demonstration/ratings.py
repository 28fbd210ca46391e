"""The demonstration's ratings: invented people of several partnerships, some of one mind and some not."""

import zlib
from typing import Any

from evidence.actions.ratings import end_ratings, save_ratings, send_ratings
from evidence.actions.team_views import record_team_views
from evidence.models import Rater, RatingStatement, Round, SelfReport
from evidence.models.rating import LOW_STEPS, Step
from evidence.queries.ratings import Said, digest_of_part
from partnerships.models import Person, Sector


def load_ratings(entries: list[dict[str, Any]], round_: Round, people: dict[str, Person]) -> None:
    """Add those who rate in a round, with what they say. No message goes to their invented addresses."""
    sectors = {sector.code: sector for sector in Sector.objects.all()}
    codes = list(RatingStatement.objects.values_list("item__code", flat=True))
    lead = people["lead@demo.example"]
    for entry in entries:
        report = SelfReport.objects.get(round=round_, partnership__slug=entry["partnership"])
        speaking = [sector for sector, number in entry["people"].items() for _ in range(number)]
        waiting = {code: list(reasons) for code, reasons in entry.get("why", {}).items()}
        for number, sector in enumerate(speaking):
            address = f"rater{number + 1}-{report.partnership.slug}@demo.example"
            rater = add_rater(report, address, sectors[sector], lead)
            said = {code: said_of(entry, code, number) for code in codes}
            add_reasons(said, waiting)
            save_ratings(rater=rater, said=said, seen=digest_of_part({}, codes))
            send_ratings(rater=rater)
        for address in entry.get("asked", []):
            add_rater(report, address, sectors["third"], lead)
        if "team" in entry:
            add_team_views(report, entry["team"], people["evaluator@demo.example"])
        if entry.get("is_ended"):
            end_ratings(by=people["reporter@demo.example"], report=report)


def add_team_views(report: SelfReport, entries: dict[str, Any], evaluator: Person) -> None:
    said = {code: Said(entry["step"], entry["why"]) for code, entry in entries.items()}
    record_team_views(by=evaluator, report=report, said=said, seen=digest_of_part({}, said))


def add_rater(report: SelfReport, address: str, sector: Sector, lead: Person) -> Rater:
    return Rater.objects.create(
        self_report=report,
        email=address,
        other_organisation="An invented organisation",
        sector=sector,
        invited_by=lead,
        letter_sent_at=report.invited_at,
    )


def add_reasons(said: dict[str, Said | None], waiting: dict[str, list[str]]) -> None:
    """Let somebody who chose a low step give the next reason that waits for it."""
    for code, reasons in waiting.items():
        entry = said[code]
        if reasons and entry and entry.step in LOW_STEPS:
            said[code] = Said(entry.step, reasons.pop(0))


def said_of(entry: dict[str, Any], code: str, number: int) -> Said | None:
    """What one person says: as the entry has it, else near a middle that the partnership seems to share."""
    own = drawn(entry["partnership"], code, number)
    if code in entry.get("apart", []):
        step = 1 + own % 2 if number % 2 else 4 + own % 2
    elif code in entry.get("low", []):
        step = 1 + (own % 5 > 2)
    elif code in entry.get("high", []):
        step = 5 - (own % 5 > 2)
    else:
        middle = 2 + drawn(entry["partnership"], code) % 3
        step = max(1, min(5, middle + (-1, 0, 0, 1)[own % 4]))
    if own % 23 == 0:
        return None
    if own % 17 == 0:
        return Said(Step.DOES_NOT_APPLY)
    return Said(step)


def drawn(*parts: Any) -> int:
    """A number that looks drawn by lot, and is the same on every machine."""
    return zlib.crc32("/".join(map(str, parts)).encode()) >> 8
