"""Invented findings by the million: what each row says, the same for the same number of rows.

Words are drawn from the product's own statement of the review, as often as they stand there, so that
stemming, stop words and common words behave as they do in use. Two words are drawn to measure: one that
stands in about a fifth of all findings, and one that stands in few.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any

from evidence.models import Coding, Finding, FrameworkItem, Source
from evidence.models.refs import REF_ALPHABET, REF_LENGTH
from evidence.models.visibility import Visibility
from partnerships.models import Partnership, Person, Sector

COMMON_WORD, RARE_WORD = "mentoring", "zeppelin"
SHARE_OF_COMMON, SHARE_OF_RARE = 0.19, 0.0002
FINDINGS_OF_A_SOURCE = 5
CODINGS = 3
SEED = 2014
FIRST_DAY = date(2014, 1, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)

# How many in a hundred.
STATUSES = {
    Finding.Status.PUBLISHED: 85,
    Finding.Status.DRAFT: 5,
    Finding.Status.SUBMITTED: 5,
    Finding.Status.RETURNED: 3,
    Finding.Status.WITHDRAWN: 2,
}
VISIBILITIES = {
    Visibility.PUBLIC: 40,
    Visibility.PARTNERSHIPS: 15,
    Visibility.FUNDER: 30,
    Visibility.TEAM: 15,
}
ORIGINS = {Finding.Origin.CASE_STUDY: 70, Finding.Origin.SELF_REPORT: 30}
DIRECTIONS = {
    Coding.Direction.SUPPORTS: 50,
    Coding.Direction.REFINES: 25,
    Coding.Direction.CHALLENGES: 15,
    Coding.Direction.CONTEXT: 10,
}


@dataclass(frozen=True)
class Row:
    """One row of one table, by the names of its columns."""

    table: type
    values: dict[str, Any]


class Draw:
    """Chooses by weights, without looking at the weights again for each row."""

    def __init__(self, weights: dict[Any, int]) -> None:
        self.options = list(weights)
        self.bounds = list(accumulate(weights.values()))

    def many(self, chance: random.Random, number: int) -> list[Any]:
        return chance.choices(self.options, cum_weights=self.bounds, k=number)

    def one(self, chance: random.Random) -> Any:
        return self.many(chance, 1)[0]


def words_of_the_review() -> Draw:
    texts = [
        *FrameworkItem.objects.values_list("statement", flat=True),
        *Finding.objects.filter(origin=Finding.Origin.LITERATURE).values_list("text", flat=True),
    ]
    words = Counter(re.findall(r"[a-z]+", " ".join(texts).lower()))
    return Draw({word: number for word, number in words.items() if word != COMMON_WORD})


class Findings:
    """The rows of findings and of what hangs on them, in an order in which they can be stored."""

    def __init__(self, number: int, first_finding: int, first_source: int) -> None:
        self.number = number
        self.first_finding, self.first_source = first_finding, first_source
        self.chance = random.Random(f"{SEED}-{first_finding}")
        self.words = words_of_the_review()
        self.items = list(FrameworkItem.objects.values_list("pk", "kind"))
        self.partnerships = list(Partnership.objects.values_list("pk", flat=True))
        self.sectors = list(Sector.objects.values_list("pk", flat=True))
        self.people = list(Person.objects.filter(email__startswith="evaluator").values_list("pk", flat=True))
        self.draws = {
            name: Draw(weights)
            for name, weights in {
                "status": STATUSES,
                "visibility": VISIBILITIES,
                "origin": ORIGINS,
                "direction": DIRECTIONS,
                "kind": dict.fromkeys(Source.Kind.values, 1),
            }.items()
        }

    def __iter__(self) -> Iterator[Row]:
        for number in range(self.number):
            if number % FINDINGS_OF_A_SOURCE == 0:
                yield self.source(number // FINDINGS_OF_A_SOURCE)
            yield from self.finding(number)

    def drawn(self, name: str) -> Any:
        return self.draws[name].one(self.chance)

    def source(self, number: int) -> Row:
        values = {
            "id": self.first_source + number,
            "ref": f"S-{spelled(self.first_source + number)}",
            "kind": self.drawn("kind"),
            "collected_on": FIRST_DAY + timedelta(days=self.chance.randrange(4_000)),
            "respondent_role": "project worker",
            "respondent_sector_id": self.chance.choice(self.sectors),
            "consent_scope": Visibility.PUBLIC,
            "quote_permission": True,
            "is_shared": True,
            "created_at": NOW,
            "created_by_id": self.people[0],
            "is_demonstration": True,
        }
        return Row(Source, values)

    def finding(self, number: int) -> Iterator[Row]:
        chance, key = self.chance, self.first_finding + number
        status = self.drawn("status")
        author = chance.choice(self.people)
        at = NOW - timedelta(seconds=chance.randrange(300_000_000))
        reached = status != Finding.Status.DRAFT
        published = status in (Finding.Status.PUBLISHED, Finding.Status.WITHDRAWN)
        title, text = self.text()
        values = {
            "id": key,
            "ref": f"F-{spelled(key)}",
            "title": title,
            "text": text,
            "quote": "",
            "origin": self.drawn("origin"),
            "status": status,
            "visibility": self.drawn("visibility"),
            "mask_area": chance.random() < 0.05,
            "source_id": self.first_source + number // FINDINGS_OF_A_SOURCE,
            "created_at": at,
            "created_by_id": author,
            "updated_at": at,
            "updated_by_id": author,
            "submitted_at": at if reached else None,
            "submitted_by_id": author if reached else None,
            "published_at": at if published else None,
            "published_by_id": author if published else None,
            "is_demonstration": True,
        }
        yield Row(Finding, values)
        for item, kind in chance.sample(self.items, CODINGS):
            is_question = kind == FrameworkItem.Kind.RESEARCH_QUESTION
            direction = Coding.Direction.CONTEXT if is_question else self.drawn("direction")
            yield Row(Coding, {"finding_id": key, "item_id": item, "item_kind": kind, "direction": direction})
        yield Row(
            Finding.partnerships.through,
            {"finding_id": key, "partnership_id": chance.choice(self.partnerships)},
        )
        for sector in chance.sample(self.sectors, chance.randint(1, 2)):
            yield Row(Finding.sectors.through, {"finding_id": key, "sector_id": sector})

    def text(self) -> tuple[str, str]:
        chance = self.chance
        words = self.words.many(chance, 6 + chance.randint(25, 45))
        if chance.random() < SHARE_OF_COMMON:
            words[-1] = COMMON_WORD
        if chance.random() < SHARE_OF_RARE:
            words[-2] = RARE_WORD
        return " ".join(words[:6]).capitalize(), " ".join(words[6:]).capitalize() + "."


def spelled(number: int) -> str:
    """A ref that looks like the others, for a number; scattered, as refs are."""
    number = number * 2_654_435_761 % len(REF_ALPHABET) ** REF_LENGTH
    letters = []
    for _ in range(REF_LENGTH):
        number, place = divmod(number, len(REF_ALPHABET))
        letters.append(REF_ALPHABET[place])
    return "".join(letters)
