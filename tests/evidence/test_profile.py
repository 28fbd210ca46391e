"""The profile: what is shown of people's views, and that nobody's own can be worked out from it."""

import csv
import datetime
import io
import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.models import RatingsEnd, Round, SelfReport
from evidence.queries.guide import guide_of
from evidence.queries.profile import Line, Profile, profile_of
from evidence.queries.spreads import Agreement, Spread, programme_of, shown_groups
from partnerships.models import AuditRow, Sector
from tests.factories import (
    BarrierFactory,
    CodingFactory,
    DriverFactory,
    FindingFactory,
    PartnershipFactory,
    RaterFactory,
    RatingFactory,
    RatingsEndFactory,
    RatingStatementFactory,
    RoundFactory,
    SectorFactory,
    SelfReportFactory,
    TeamViewFactory,
)
from tests.personas import Personas

Clients = Callable[[str], Client]

SPREADS = st.tuples(*[st.integers(0, 4)] * 6).map(Spread)
GROUPS = st.dictionaries(st.sampled_from(["community", "private", "public", "third"]), SPREADS)


# What is shown


def answered(groups: dict[str, Spread]) -> int:
    return sum(spread.answered for spread in groups.values())


@settings(deadline=None)
@given(GROUPS, st.integers(3, 10))
def test_hidden_groups_can_not_be_worked_out(groups: dict[str, Spread], fewest: int) -> None:
    """Whatever is added and taken away of what is shown, what is left has nobody in it, or enough."""
    shown = shown_groups(groups, fewest)
    everybody = answered(groups)
    for number in range(1, len(shown) + 1):
        for chosen in combinations(shown, number):
            size = sum(shown[name].answered for name in chosen)
            assert size >= fewest
            assert everybody - size == 0 or everybody - size >= fewest
    assert everybody >= fewest or not shown


@settings(deadline=None)
@given(GROUPS, st.integers(3, 10))
def test_a_hidden_group_could_always_be_another_one(groups: dict[str, Spread], fewest: int) -> None:
    """No cell of a hidden group is settled by what is shown: its people could have answered otherwise."""
    shown = shown_groups(groups, fewest)
    hidden = {name: spread for name, spread in groups.items() if name not in shown and spread.answered}
    if not shown or not hidden:
        return
    # At least two groups are hidden together, so that one's answers could be the other's.
    assert len(hidden) >= 2
    assert answered(hidden) >= fewest


@settings(deadline=None)
@given(GROUPS, st.integers(3, 10))
def test_as_much_is_shown_as_can_be(groups: dict[str, Spread], fewest: int) -> None:
    """Where every group is large enough, every group is shown."""
    large = {name: spread for name, spread in groups.items() if spread.answered >= fewest}
    assert shown_groups(large, fewest) == large


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"third": 5, "public": 5}, {"third", "public"}),
        ({"third": 9, "public": 2}, set()),
        ({"third": 9, "public": 5, "private": 4}, {"third"}),
        ({"third": 9, "public": 3, "private": 3}, {"third"}),
        ({"third": 4}, set()),
        ({"third": 7}, {"third"}),
    ],
)
def test_examples_of_what_is_hidden(sizes: dict[str, int], shown: set[str]) -> None:
    groups = {name: Spread((0, size, 0, 0, 0, 0)) for name, size in sizes.items()}
    assert set(shown_groups(groups, 5)) == shown


@pytest.mark.parametrize(
    ("counts", "agreement", "middle"),
    [
        ((0, 0, 0, 0, 3, 3), Agreement.ALIKE, 4.5),
        ((0, 3, 0, 0, 0, 3), Agreement.APART, 3),
        ((0, 0, 2, 4, 2, 0), Agreement.APART, 3),
        ((0, 1, 0, 5, 1, 0), Agreement.ALIKE, 3),
        ((0, 1, 1, 3, 1, 1), Agreement.APART, 3),
        ((0, 0, 2, 3, 1, 1), Agreement.APART, 3),
        ((0, 0, 3, 0, 3, 3), Agreement.APART, 4),
        ((0, 2, 0, 4, 0, 0), Agreement.MIXED, 3),
        ((9, 0, 0, 0, 2, 2), Agreement.RARE, 4.5),
        ((9, 0, 0, 0, 0, 0), Agreement.RARE, None),
    ],
)
def test_the_rule_of_agreement(counts: tuple[int, ...], agreement: Agreement, middle: float | None) -> None:
    spread = Spread(counts)
    assert (spread.agreement(5), spread.middle) == (agreement, middle)


@settings(deadline=None)
@given(SPREADS)
def test_distance_is_the_mean_of_all_pairs(spread: Spread) -> None:
    people = [step for step in range(1, 6) for _ in range(spread.counts[step])]
    pairs = [abs(one - other) for one, other in combinations(people, 2)]
    assert spread.distance == pytest.approx(sum(pairs) / len(pairs) if pairs else 0)


@settings(deadline=None)
@given(st.lists(SPREADS, max_size=9))
def test_the_programme_is_at_least_five_others(others: list[Spread]) -> None:
    middles = [spread.middle for spread in others if spread.applies >= 5 and spread.middle is not None]
    programme = programme_of(others, 5)
    assert (programme is not None) == (len(middles) >= 5)
    if programme:
        assert programme.lowest <= programme.middle <= programme.highest


# A partnership's profile


class Rounds:
    """North's ratings in two rounds, of a driver and a barrier, and those of other partnerships."""

    def __init__(self, personas: Personas) -> None:
        self.personas = personas
        self.driver, self.barrier = DriverFactory(code="D901"), BarrierFactory(code="B901")
        for item in (self.driver, self.barrier):
            RatingStatementFactory(item=item)
        self.third, self.public = SectorFactory(name="Third sector"), SectorFactory(name="Public sector")
        self.before = self.round("First", "2015-01-01")
        self.now = self.round("Second", "2016-01-01")

    def round(self, title: str, opens_on: str) -> Round:
        round_: Round = RoundFactory(
            shut=True, title=title, slug=title.lower(), opens_on=opens_on, created_by=self.personas.lead
        )
        return round_

    def rated(
        self, round_: Round, steps: str, partnership: Any = None, ended: bool = True, **fields: Any
    ) -> SelfReport:
        """A report with one person for each step, of the third sector unless a step has a ``p`` before it."""
        report: SelfReport = SelfReportFactory(
            round=round_,
            partnership=partnership or self.personas.partnership,
            **({"accepted": True} | fields),
        )
        for word in steps.split():
            sector: Sector = self.public if word.startswith("p") else self.third
            rater = RaterFactory(self_report=report, sector=sector, sent=True)
            reason = f"Said at {word}." if word[-1] in "12" else ""
            RatingFactory(rater=rater, item=self.driver, step=int(word[-1]), reason=reason)
        # Begun and not sent: it does not count.
        RatingFactory(rater=RaterFactory(self_report=report, sector=self.third), item=self.driver, step=5)
        if ended:
            RatingsEndFactory(self_report=report, by=self.personas.reporter)
        return report

    def profile(self, persona: str = "reporter", round_slug: str = "") -> Profile | None:
        return profile_of(self.personas[persona], self.personas.partnership, round_slug)

    def line(self, persona: str = "reporter", round_slug: str = "") -> Line:
        profile = self.profile(persona, round_slug)
        assert profile
        return profile.lines[0]


@pytest.fixture
def rounds(personas: Personas) -> Rounds:
    return Rounds(personas)


def test_a_profile_counts_what_was_sent(rounds: Rounds) -> None:
    rounds.rated(rounds.before, "1 1 2 2 2")
    rounds.rated(rounds.now, "1 4 4 5 5 0 p4 p4 p4 p5 p5")
    line = rounds.line()
    assert line.spread == Spread((1, 1, 0, 0, 5, 4))
    assert line.sectors == {
        "Third sector": Spread((1, 1, 0, 0, 2, 2)),
        "Public sector": Spread((0, 0, 0, 0, 3, 2)),
    }
    assert line.earlier == {"First": Spread((0, 2, 3, 0, 0, 0))}
    assert line.change == "Better than in First: the middle was “A little”."
    assert rounds.line(round_slug="first").reasons.count("Said at 1.") == 2
    profile = rounds.profile()
    assert profile
    assert profile.people == 11
    assert profile.lines[1].spread is None  # nobody rated the barrier
    assert rounds.profile(round_slug="nothing") is None


def test_too_few_people_are_not_shown_at_all(rounds: Rounds, client_of: Clients) -> None:
    rounds.rated(rounds.now, "1 2 2 5")
    line = rounds.line()
    assert (line.spread, line.sectors, line.reasons, line.change) == (None, {}, [], "")
    address = reverse("evidence:profile", args=["north"])
    words = client_of("reporter").get(address).content.decode()
    assert "Said at" not in words
    assert "<rect" not in words


def test_nothing_is_shown_before_the_end(rounds: Rounds, client_of: Clients) -> None:
    rounds.rated(rounds.now, "1 2 2 5 5", ended=False)
    assert rounds.profile() is None
    page = client_of("reporter").get(reverse("evidence:profile", args=["north"]))
    assert "Nothing to show yet" in page.content.decode()


@pytest.mark.parametrize(
    ("persona", "status", "funder_reads", "reads", "reads_reasons"),
    [
        ("reporter", "begun", "never", True, True),
        ("evaluator", "begun", "accepted", False, False),
        ("evaluator", "submitted", "never", True, True),
        ("lead", "accepted", "never", True, True),
        ("funder", "accepted", "never", False, False),
        ("funder", "accepted", "accepted", True, False),
        ("funder", "submitted", "accepted", False, False),
        ("administrator", "accepted", "accepted", False, False),
        ("other_reporter", "accepted", "accepted", False, False),
    ],
)
def test_who_reads_a_profile(
    rounds: Rounds, persona: str, status: str, funder_reads: str, reads: bool, reads_reasons: bool
) -> None:
    Round.objects.update(funder_reads=funder_reads)
    rounds.now.refresh_from_db()
    rounds.rated(rounds.now, "1 2 4 5 5", **{"accepted": False, status: True})
    profile = rounds.profile(persona)
    assert (profile is not None) == reads
    if profile:
        assert bool(profile.lines[0].reasons) == profile.reads_reasons == reads_reasons


def test_the_programme_needs_five_others_and_a_closed_round(rounds: Rounds) -> None:
    rounds.rated(rounds.now, "1 2 4 5 5")
    for steps in ("1 1 1 1 1", "2 2 2 2 2", "3 3 3 3 3", "4 4 4 4 4"):
        rounds.rated(rounds.now, steps, PartnershipFactory())
    rounds.rated(rounds.now, "5 5 5 5", PartnershipFactory())  # too few people
    rounds.rated(rounds.now, "5 5 5 5 5", PartnershipFactory(), ended=False)
    rounds.rated(rounds.before, "5 5 5 5 5", PartnershipFactory())
    assert rounds.line().programme is None
    rounds.rated(rounds.now, "5 5 5 5 5", PartnershipFactory(), accepted=False)
    programme = rounds.line().programme
    assert programme
    assert (programme.middle, programme.lowest, programme.highest) == (3, 1, 5)
    assert rounds.line("lead").programme is None  # leads count what they may read: four
    Round.objects.filter(pk=rounds.now.pk).update(status="open", closed_at=None, closed_by=None)
    assert rounds.line().programme is None


def test_each_number_opens_exactly_its_findings(rounds: Rounds, client_of: Clients) -> None:
    rounds.rated(rounds.now, "1 2 4 5 5")
    north = [rounds.personas.partnership]
    shown = [FindingFactory(published=True, visibility="partnerships", partnerships=north) for _ in range(2)]
    hidden = [
        FindingFactory(published=True, visibility="funder", partnerships=north),
        FindingFactory(published=True, visibility="public", partnerships=north, mask_area=True),
        FindingFactory(published=True, visibility="public", partnerships=[rounds.personas.other_partnership]),
        FindingFactory(submitted=True, partnerships=north),
    ]
    for finding in [*shown, *hidden]:
        CodingFactory(finding=finding, item=rounds.driver, direction="challenges")
    assert rounds.line().found == {"challenges": 2}
    browser = client_of("reporter")
    words = browser.get(reverse("evidence:profile", args=["north"])).content.decode()
    link = re.search(r'href="(/findings/\?[^"]*direction=challenges[^"]*)">challenges 2<', words)
    assert link
    listed = browser.get(link[1].replace("&amp;", "&")).content.decode()
    assert set(re.findall(r'href="/findings/(F-\w{8})/"', listed)) == {finding.ref for finding in shown}


def test_page_download_and_api_show_the_same(rounds: Rounds, client_of: Clients) -> None:
    """What is hidden on the page is in no other form of it either."""
    rounds.rated(rounds.before, "1 1 2 2 2 p5")
    report = rounds.rated(rounds.now, "1 4 4 5 5 p4 p4")
    browser = client_of("reporter")
    page = browser.get(reverse("evidence:profile", args=["north"])).content.decode()
    assert "Third sector" not in page
    assert "Public sector" not in page
    answer = browser.get(reverse("evidence:profile-csv", args=["north"]))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode().lstrip("\ufeff"))))
    assert [(row["round"], row["item"], row["people"], row["answered"]) for row in rows] == [
        ("Second", "D901", "everybody", "7"),
        ("First", "D901", "everybody", "6"),
        ("Second", "B901", "everybody", ""),
    ]
    assert [rows[0][f"step_{step}"] for step in range(6)] == ["0", "1", "0", "0", "4", "2"]
    assert AuditRow.objects.latest("number").verb == "profile.exported"
    api = browser.get(reverse("api-self-reports-profile", args=[report.ref])).json()
    assert api["items"][0]["spread"] == {"counts": [0, 1, 0, 0, 4, 2], "answered": 7, "middle": 4.0}
    assert api["items"][0]["sectors"] == []
    assert api["items"][1]["spread"] is None
    assert "Said at" not in answer.content.decode() + str(api)


def test_pages_lead_to_the_profile(rounds: Rounds, client_of: Clients) -> None:
    report = rounds.rated(rounds.now, "1 2 4 5 5")
    address = reverse("evidence:profile", args=["north"])
    pages = [
        reverse("evidence:partnership-detail", args=["north"]),
        report.get_absolute_url(),
        reverse("evidence:raters", args=[report.ref]),
    ]
    for page in pages:
        assert f'href="{address}' in client_of("reporter").get(page).content.decode()
    for persona in ("other_reporter", "funder", "visitor"):
        assert address not in client_of(persona).get(pages[0]).content.decode()


# The conversation guide


def test_the_guide_begins_with_the_greatest_difference(rounds: Rounds, client_of: Clients) -> None:
    report = rounds.rated(rounds.now, "1 1 1 5 5 5")
    raters = report.raters.filter(sent_at__isnull=False)
    apart, alike, low = (DriverFactory(code=f"D91{number}") for number in range(3))
    for item, steps in ((apart, "2 2 3 3 4 4"), (alike, "4 4 4 5 5 5"), (low, "1 1 1 2 2 2")):
        RatingStatementFactory(item=item)
        for rater, step in zip(raters, steps.split(), strict=True):
            RatingFactory(rater=rater, item=item, step=int(step), reason="A reason.")
    profile = rounds.profile()
    assert profile
    guide = guide_of(profile)
    codes = [
        [topic.line.statement.item.code for topic in topics]
        for topics in (guide.strengths, guide.differences, guide.troubles)
    ]
    assert codes == [["D911"], ["D901", "D910"], ["D912"]]
    assert guide.differences[0].said == (
        "Of 6 people, 3 chose “Not at all” or “A little”, 3 chose “Largely” or “Fully”."
    )
    browser = client_of("reporter")
    page = browser.get(reverse("evidence:profile-guide", args=["north"])).content.decode()
    word = browser.get(reverse("evidence:profile-guide-word", args=["north"]))
    document = "\n".join(one.text for one in Document(io.BytesIO(word.content)).paragraphs)
    for text in (page, document):
        assert "What does D901 mean to us?" in text
        assert "Of 6 people, 3 chose" in text
        assert "A reason." not in text


def test_a_guide_without_enough_people(rounds: Rounds, client_of: Clients) -> None:
    rounds.rated(rounds.now, "1 2 4")
    page = client_of("reporter").get(reverse("evidence:profile-guide", args=["north"])).content.decode()
    assert "Too few people answered the same statements" in page


# In the inbox


def test_the_inbox_tells_of_a_new_profile_and_of_a_view_that_waits(
    client_of: Clients, personas: Personas
) -> None:
    statement = RatingStatementFactory()
    round_ = RoundFactory(opened=True, created_by=personas.lead)
    report = SelfReportFactory(round=round_, partnership=personas.partnership, accepted=True)

    def inbox(persona: str) -> str:
        return " ".join(client_of(persona).get(reverse("evidence:inbox")).content.decode().split())

    view = reverse("evidence:report-team-view", args=[report.ref])
    profile = f"{reverse('evidence:profile', args=['north'])}?round={round_.slug}"
    assert view in inbox("evaluator")
    assert "How your people see it" not in inbox("reporter")
    RatingsEndFactory(self_report=report, by=personas.reporter)
    assert f'{profile}">Profile of North' in inbox("reporter")
    assert view not in inbox("reporter")
    assert profile in inbox("evaluator")
    assert "view is not recorded yet" in inbox("evaluator")
    assert profile not in inbox("other_reporter")
    TeamViewFactory(self_report=report, item=statement.item)
    assert view not in inbox("evaluator")
    RatingsEnd.objects.update(at=timezone.now() - datetime.timedelta(days=31))
    assert profile not in inbox("evaluator") + inbox("reporter")
