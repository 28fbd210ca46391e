"""How the evidence stands for an item: the rule, and what it counts for whom."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.models import Coding, Finding
from evidence.queries.standing import Counts, Status, Voices, explanation_of, standings, status_of
from tests.factories import DriverFactory, FindingFactory, PartnershipFactory, ResearchQuestionFactory

PUBLIC = {"published": True, "visibility": Finding.Visibility.PUBLIC}
VISITOR = AnonymousUser()


@pytest.mark.parametrize(
    ("voices", "status"),
    [
        (Voices(), Status.UNTESTED),
        (Voices(supports=2, sides=2), Status.THIN),
        (Voices(challenges=2, sides=2), Status.THIN),
        (Voices(supports=3, sides=3), Status.SUPPORTED),
        (Voices(supports=2, challenges=1, sides=3), Status.CONTESTED),
        (Voices(supports=3, challenges=1, sides=4), Status.SUPPORTED),
        (Voices(supports=2, refines=1, sides=3), Status.REFINED),
        (Voices(supports=3, refines=1, sides=4), Status.SUPPORTED),
        (Voices(refines=1, challenges=1, supports=1, sides=3), Status.CONTESTED),
        # A partnership can speak in several directions; what counts is how many take a side at all.
        (Voices(supports=3, challenges=1, sides=3), Status.CONTESTED),
    ],
)
def test_the_rule(voices: Voices, status: Status) -> None:
    assert status_of(voices) == status


@pytest.mark.parametrize(
    ("voices", "words"),
    [
        (Voices(), ["No partnership"]),
        (Voices(supports=1, sides=1), ["Only 1 partnership takes", "1 supporting", "needs 3"]),
        (Voices(supports=1, challenges=1, sides=2), ["Only 2 partnerships take"]),
        (
            Voices(supports=4, challenges=2, sides=6),
            ["Of 6", "a third or more challenge it", "2 challenging"],
        ),
        (Voices(supports=4, refines=2, sides=6), ["a third or more refine it", "2 refining"]),
        (Voices(supports=4, sides=4), ["fewer than a third challenge it", "4 supporting"]),
    ],
)
def test_the_explanation_gives_the_numbers(voices: Voices, words: list[str]) -> None:
    explanation = explanation_of(voices)
    assert all(word in explanation for word in words), explanation


@pytest.mark.django_db
def test_literature_is_counted_and_never_moves_the_status() -> None:
    item = DriverFactory()
    for _ in range(4):
        FindingFactory(literature=True, codings=[(item, "challenges")])
    standing = standings(VISITOR, [item])[item.pk]
    assert standing.status == Status.UNTESTED
    assert standing.literature == Counts(challenges=4)
    assert standing.programme == Counts()
    assert standing.counts == Counts(challenges=4)


@pytest.mark.django_db
def test_a_partnership_counts_once_however_much_it_says() -> None:
    item, talkative = DriverFactory(), PartnershipFactory()
    for _ in range(5):
        FindingFactory(**PUBLIC, partnerships=[talkative], codings=[(item, "challenges")])
    for _ in range(3):
        FindingFactory(**PUBLIC, codings=[(item, "supports")])
    standing = standings(VISITOR, [item])[item.pk]
    assert standing.voices == Voices(supports=3, challenges=1, sides=4)
    assert standing.status == Status.SUPPORTED
    assert standing.counts == Counts(supports=3, challenges=5)


@pytest.mark.django_db
def test_all_programme_wide_findings_are_one_voice() -> None:
    item = DriverFactory()
    for _ in range(3):
        FindingFactory(**PUBLIC, programme_wide=True, codings=[(item, "refines")])
    assert standings(VISITOR, [item])[item.pk].voices == Voices(refines=1, sides=1)


@pytest.mark.django_db
def test_context_takes_no_side() -> None:
    item, question = DriverFactory(), ResearchQuestionFactory()
    for _ in range(3):
        FindingFactory(**PUBLIC, codings=[(item, "context"), (question, "context")])
    standing = standings(VISITOR, [item, question])
    assert standing[item.pk].status == standing[question.pk].status == Status.UNTESTED
    assert standing[question.pk].counts == Counts(context=3)


@pytest.mark.django_db
def test_what_is_not_published_is_counted_for_the_team_and_moves_nothing(personas) -> None:
    item = DriverFactory()
    for _ in range(3):
        FindingFactory(submitted=True, codings=[(item, "challenges")])
        FindingFactory(withdrawn=True, codings=[(item, "challenges")])
    of_lead = standings(personas.lead, [item])[item.pk]
    assert of_lead.counts == Counts(challenges=6)
    assert of_lead.status == Status.UNTESTED
    assert standings(personas.funder, [item])[item.pk].counts == Counts()


@pytest.mark.django_db
def test_each_reader_gets_their_own_numbers(personas) -> None:
    item = DriverFactory()
    for visibility in Finding.Visibility:
        FindingFactory(published=True, visibility=visibility, codings=[(item, "challenges")])
    seen = {
        name: standings(personas[name], [item])[item.pk].counts.challenges
        for name in ("visitor", "reporter", "funder", "evaluator", "lead", "administrator", "closed")
    }
    assert seen == {
        "visitor": 1,
        "reporter": 2,
        "funder": 3,
        "evaluator": 4,
        "lead": 4,
        "administrator": 1,
        "closed": 1,
    }


@pytest.mark.django_db
def test_one_query_for_any_number_of_items() -> None:
    items = [DriverFactory() for _ in range(20)]
    for item in items:
        FindingFactory(**PUBLIC, codings=[(item, "supports")])
    with CaptureQueriesContext(connection) as queries:
        assert len(standings(VISITOR, items)) == 20
    assert len(queries) == 1


SPOKEN = st.tuples(
    st.sampled_from(Finding.Origin.values),
    st.sampled_from([Finding.Visibility.PUBLIC, Finding.Visibility.FUNDER]),
    st.sampled_from(Coding.Direction.values),
    st.sets(st.integers(0, 3), min_size=1, max_size=2),
    st.booleans(),
)


@pytest.mark.django_db
@given(spoken=st.lists(SPOKEN, max_size=10))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_numbers_equal_a_count_by_hand(spoken, transaction_of_example) -> None:
    with transaction_of_example():
        item, other = DriverFactory(), DriverFactory()
        partnerships = [PartnershipFactory() for _ in range(4)]
        for origin, visibility, direction, chosen, programme_wide in spoken:
            FindingFactory(
                published=True,
                origin=origin,
                visibility=visibility,
                programme_wide=programme_wide,
                partnerships=[partnerships[number] for number in chosen],
                codings=[(item, direction), (other, "supports")],
            )
        standing = standings(VISITOR, [item, other])[item.pk]
    public = [row for row in spoken if row[1] == Finding.Visibility.PUBLIC]
    assert standing.counts == Counts(
        **{
            direction: sum(1 for row in public if row[2] == direction)
            for direction in Coding.Direction.values
        }
    )
    heard: dict[str, set] = {direction: set() for direction in ("supports", "refines", "challenges")}
    for origin, _, direction, chosen, programme_wide in public:
        if origin != Finding.Origin.LITERATURE and direction in heard:
            heard[direction] |= {"programme"} if programme_wide else chosen
    assert standing.voices == Voices(
        **{direction: len(voices) for direction, voices in heard.items()},
        sides=len(set().union(*heard.values())),
    )
