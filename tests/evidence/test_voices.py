"""Three voices, sectors and what is new: the rules, and that every number opens a list of its length."""

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from evidence.models import Finding, FrameworkItem
from evidence.queries.items import with_baseline
from evidence.queries.overview import Order, lesson_lines
from evidence.queries.since import Since, since_review, with_milestones
from evidence.queries.standing import Voices, reason_of
from evidence.queries.voices import Comparison, Leaning, Voice, compared, leaning_of, states
from partnerships.models import AuditRow
from tests.factories import (
    AssessmentFactory,
    DriverFactory,
    FindingFactory,
    LessonFactory,
    NegativeSearchFactory,
    PartnershipFactory,
    SectorFactory,
)
from tests.personas import Personas

pytestmark = pytest.mark.django_db

PUBLIC = {"published": True, "visibility": Finding.Visibility.PUBLIC}

# The rules


@pytest.mark.parametrize(
    ("speakers", "leaning"),
    [
        (Voices(), Leaning.SILENT),
        (Voices(challenges=2, sides=2), Leaning.FEW),
        (Voices(supports=3, sides=3), Leaning.SUPPORTS),
        (Voices(supports=2, challenges=1, sides=3), Leaning.SUPPORTS),
        (Voices(refines=3, supports=1, sides=4), Leaning.REFINES),
        (Voices(challenges=5, supports=4, sides=9), Leaning.CHALLENGES),
        # Half is not more than half.
        (Voices(supports=2, challenges=2, sides=4), Leaning.DIVIDED),
        # Everybody says both.
        (Voices(supports=3, challenges=3, sides=3), Leaning.DIVIDED),
        (Voices(supports=1, refines=1, challenges=1, sides=3), Leaning.DIVIDED),
    ],
)
def test_which_way_a_voice_leans(speakers: Voices, leaning: Leaning) -> None:
    assert leaning_of(speakers) == leaning


REVIEW = Voice("the review", True, speakers=Voices(supports=5, sides=6))
AGAINST = Voice("evaluators", False, speakers=Voices(challenges=3, sides=4))
FOR = Voice("partnerships", False, speakers=Voices(supports=3, sides=3))
FEW = Voice("partnerships", False, speakers=Voices(challenges=1, sides=1))
SPLIT = Voice("evaluators", False, speakers=Voices(supports=2, challenges=2, sides=4))


@pytest.mark.parametrize(
    ("voices", "comparison"),
    [
        (
            [REVIEW, AGAINST, FOR],
            Comparison(
                True,
                "They diverge: the review mostly supports it, evaluators mostly challenge it, "
                "partnerships mostly support it.",
            ),
        ),
        (
            [AGAINST, FOR],
            Comparison(True, "They diverge: evaluators mostly challenge it, partnerships mostly support it."),
        ),
        (
            [REVIEW, SPLIT, FOR],
            Comparison(False, "They agree: the review mostly supports it, partnerships mostly support it."),
        ),
        ([REVIEW, SPLIT, FEW], Comparison(False, "Too few lean clearly enough to be compared.")),
        ([], Comparison(False, "Too few lean clearly enough to be compared.")),
    ],
)
def test_divergence_is_said_in_words(voices: list[Voice], comparison: Comparison) -> None:
    assert compared(voices) == comparison


def test_each_voice_has_a_sentence() -> None:
    assert REVIEW.sentence == "The review mostly supports it."
    assert FEW.sentence == "Partnerships say too little to tell."
    assert SPLIT.sentence == "Evaluators are divided."
    assert Voice("the review", True).sentence == "The review takes no side."


@pytest.mark.parametrize(
    ("voices", "words"),
    [
        (Voices(), "No partnership's published evidence takes a side yet."),
        (Voices(supports=2, sides=2), "Fewer than 3 partnerships take a side so far"),
        (Voices(challenges=2, sides=6), "a third or more challenge it."),
        (Voices(supports=6, sides=6), "fewer than a third challenge it, and fewer than a third refine it."),
    ],
)
def test_the_reason_beside_linked_numbers_has_none_of_its_own(voices: Voices, words: str) -> None:
    assert words in reason_of(voices)


# Sectors


def test_sectors_that_differ_are_pointed_out(client: Client) -> None:
    item = DriverFactory(code="D1")
    private, third = SectorFactory(name="Private sector"), SectorFactory(name="Third sector")
    for sector, direction in ((private, "challenges"), (third, "supports")):
        for _ in range(3):
            FindingFactory(**PUBLIC, sectors=[sector], codings=[(item, direction)])
    html = client.get("/drivers/D1/").content.decode()
    assert "They diverge: findings on the private sector mostly challenge it" in html
    assert "findings on the third sector mostly support it" in html


def test_without_a_sector_there_is_no_table_of_noughts(client: Client) -> None:
    item, _ = DriverFactory(code="D1"), SectorFactory()
    FindingFactory(**PUBLIC, sectors=[], codings=[(item, "supports")])
    html = client.get("/drivers/D1/").content.decode()
    assert "sector-table" not in html
    assert "tells of a sector's part so far" in html


# Since the review


def since_of(person: Any, item: FrameworkItem) -> Since:
    items = with_milestones(person, with_baseline(FrameworkItem.objects.filter(pk=item.pk)))
    return since_review(items.get(), states(person, [item])[item.pk])


def published_on(day: int, **fields: Any) -> Finding:
    finding = FindingFactory(**PUBLIC | fields)
    Finding.objects.filter(pk=finding.pk).update(
        published_at=datetime.datetime(2015, 3, day, 12, tzinfo=datetime.UTC)
    )
    return finding


def test_the_first_challenge_and_the_latest_finding(personas: Personas) -> None:
    item = DriverFactory()
    for _ in range(3):
        FindingFactory(literature=True, codings=[(item, "supports")])
    published_on(1, codings=[(item, "supports")])
    hidden = published_on(2, codings=[(item, "challenges")], visibility="funder")
    first = published_on(3, codings=[(item, "challenges")])
    published_on(4, codings=[(item, "challenges")])
    latest = published_on(5, codings=[(item, "context")])
    FindingFactory(submitted=True, codings=[(item, "challenges")])
    since = since_of(personas.visitor, item)
    assert since.then == "what the review cites mostly supported it"
    assert since.directions == ["challenges"]
    assert since.first_challenge
    assert since.first_challenge.ref == first.ref
    assert since.first_challenge.on == datetime.date(2015, 3, 3)
    assert since.latest
    assert since.latest.ref == latest.ref
    of_funder = since_of(personas.funder, item)
    assert of_funder.first_challenge
    assert of_funder.first_challenge.ref == hidden.ref


def test_where_nothing_has_come_it_says_so(client: Client, personas: Personas) -> None:
    item = DriverFactory(code="D1")
    FindingFactory(literature=True, codings=[(item, "challenges")])
    since = since_of(personas.visitor, item)
    assert (since.first_challenge, since.latest, since.directions) == (None, None, [])
    html = client.get("/drivers/D1/").content.decode()
    assert "No finding of the programme's own so far." in html
    assert "In 2014 the review cited too little to tell." in html


# The lessons beside each other


@pytest.fixture
def lessons(personas: Personas) -> list[FrameworkItem]:
    """One that everybody supports, one contested, one on which nothing is said, in the review's order."""
    supported, contested, untested = (LessonFactory(code=f"L{number}", order=number) for number in (1, 2, 3))
    for _ in range(3):
        published_on(1, codings=[(supported, "supports"), (contested, "challenges")])
    published_on(9, partnerships=[PartnershipFactory()], codings=[(supported, "context")])
    AssessmentFactory(item=contested, confidence="low", made_by=personas.lead)
    AssessmentFactory(item=untested, confidence="high", visibility="public", made_by=personas.lead)
    looked_on = datetime.date(2015, 3, 4)
    NegativeSearchFactory(item=untested, made_by=personas.evaluator, looked_on=looked_on)
    return [supported, contested, untested]


def codes(person: Any, order: Order) -> list[str]:
    return [line.item.code for line in lesson_lines(person, FrameworkItem.objects.all(), order)]


def test_lessons_are_ordered_by_what_asks_for_attention(lessons: Any, personas: Personas) -> None:
    assert codes(personas.funder, Order.REVIEW) == ["L1", "L2", "L3"]
    assert codes(personas.funder, Order.STATUS) == ["L2", "L1", "L3"]
    assert codes(personas.funder, Order.CONFIDENCE) == ["L2", "L3", "L1"]
    assert codes(personas.visitor, Order.CONFIDENCE) == ["L3", "L1", "L2"]
    assert codes(personas.funder, Order.LATEST) == ["L1", "L2", "L3"]


def test_the_negative_case_is_told_to_those_who_know_of_searches(lessons: Any, personas: Personas) -> None:
    def told(person: Any) -> list[tuple[str, Any]]:
        lines = lesson_lines(person, FrameworkItem.objects.all(), Order.REVIEW)
        return [(line.negative, line.search.looked_on if line.search else None) for line in lines]

    assert told(personas.funder) == [
        ("None, and no search is recorded", None),
        ("Challenged", None),
        ("Looked for, none found", datetime.date(2015, 3, 4)),
    ]
    assert told(personas.visitor) == [("", None)] * 3


def test_the_overview_and_its_table_say_the_same(lessons: Any, client_of: Callable[[str], Client]) -> None:
    funder = client_of("funder")
    html = funder.get("/lessons/").content.decode()
    assert "Looked for, none found" in html
    assert "Against it" not in client_of("visitor").get("/lessons/").content.decode()
    text = funder.get("/lessons.csv?order=status").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["code"] for row in rows] == ["L2", "L1", "L3"]
    assert (
        rows[0]
        | {
            "status": "Contested",
            "partnerships_that_challenge": "3",
            "partnerships_taking_a_side": "3",
            "evaluators_challenges": "3",
            "evaluators_leaning": "Mostly challenges",
            "review_leaning": "Takes no side",
            "confidence": "Low",
            "confidence_out_of_date": "yes",
            "negative_case": "Challenged",
            "new_directions": "challenges",
            "first_challenged_on": "2015-03-01",
            "reworded": "no",
        }
        == rows[0]
    )
    assert AuditRow.objects.filter(verb="lessons.exported", details__format="csv").exists()


def test_an_order_that_is_not_known_is_that_of_the_review(lessons: Any, client: Client) -> None:
    assert client.get("/lessons/?order=nonsense").context_data["order"] == Order.REVIEW
