"""Findings drawn at random, and the lists of them, for tests that count by brute force."""

import random
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.http import QueryDict

from evidence.filtersets import FindingFilterSet
from evidence.models import Coding, Finding, Visibility
from tests.factories import (
    CaseStudyFactory,
    DriverFactory,
    FindingFactory,
    LessonFactory,
    PartnershipFactory,
    ProgrammeFactory,
    ResearchQuestionFactory,
    SectorFactory,
    SourceFactory,
    WaveFactory,
)
from tests.personas import Personas, make_personas


def filters_of(person: Any, query: str) -> FindingFilterSet:
    return FindingFilterSet(
        QueryDict(query),
        queryset=Finding.objects.visible_to(person),
        request=SimpleNamespace(user=person),  # type: ignore[arg-type]
    )


def length_of_list(person: Any, query: str, **instead: str) -> int:
    """How many findings the list has with the filters of the map, these values in the place of its own."""
    asked = QueryDict(query, mutable=True)
    for name, value in instead.items():
        asked[name] = value
    found = filters_of(person, asked.urlencode())
    assert not found.errors
    return found.qs.count()


def draw_findings() -> Personas:
    """Findings of all kinds: masked, of several partnerships, programme-wide, drafts, of no item at all."""
    draw = random.Random(2014)  # noqa: S311 (drawn for a test, not for a secret)
    personas = make_personas()
    partnerships = [personas.partnership, personas.other_partnership, PartnershipFactory(slug="west")]
    items = [LessonFactory(code="L5"), DriverFactory(code="D1"), DriverFactory(code="D2")]
    question = ResearchQuestionFactory(code="Q1")
    sectors = [SectorFactory(code=code) for code in ("public", "private", "third")]
    programme = ProgrammeFactory(slug="ndc")
    studies = [
        CaseStudyFactory(
            partnership=partnership,
            wave=wave,
            created_by=personas.evaluator,
            **({"published": True, "visibility": "public"} if partnership != partnerships[2] else {}),
        )
        for wave in (WaveFactory(number=1), WaveFactory(number=2))
        for partnership in partnerships
    ]
    sources = SourceFactory.create_batch(3, created_by=personas.evaluator, kind="workshop")
    for number in range(80):
        codings = [
            (item, draw.choice(Coding.Direction.values)) for item in draw.sample(items, draw.randint(0, 3))
        ]
        if draw.random() < 0.3:
            codings.append((question, Coding.Direction.CONTEXT))
        title = draw.choice(["Mentoring", "Transport"]) + f" {number}"
        chosen_sectors = draw.sample(sectors, draw.randint(0, 2))
        if draw.random() < 0.2:
            FindingFactory(
                literature=True,
                title=title,
                codings=codings,
                sectors=chosen_sectors,
                programme=draw.choice([programme, None]),
            )
            continue
        wide = draw.random() < 0.2
        step = draw.choice(["published"] * 4 + ["submitted", "withdrawn", ""])
        FindingFactory(
            title=title,
            codings=codings,
            sectors=chosen_sectors,
            programme_wide=wide,
            partnerships=[] if wide else draw.sample(partnerships, draw.randint(1, 3)),
            mask_area=draw.random() < 0.4,
            visibility=draw.choice(Visibility.values) if step == "published" else Visibility.TEAM,
            created_by=draw.choice([personas.evaluator, personas.other_evaluator]),
            origin=draw.choice([Finding.Origin.CASE_STUDY] * 2 + [Finding.Origin.SELF_REPORT]),
            source=draw.choice([*sources, None])
            or SourceFactory(
                created_by=personas.evaluator,
                kind=draw.choice(["survey", "interview"]),
                case_study=draw.choice([*studies, None]),
            ),
            **({step: True} if step else {}),
        )
    with connection.cursor() as cursor:
        # So many rows at once would otherwise be planned for as if the tables were empty.
        cursor.execute("ANALYZE")
    return personas
