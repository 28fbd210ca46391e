"""A partnership's profile: how its people see each driver and barrier, and what stands beside it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from evidence.models import Coding, Finding, Rating, RatingStatement, Round, SelfReport
from evidence.models.rating import LOW_STEPS, STEP_WORDS, Step
from evidence.queries.ratings import Said, fewest_respondents, rating_parts
from evidence.queries.readings import with_reading
from evidence.queries.spreads import (
    Agreement,
    Programme,
    Spread,
    programme_of,
    shown_groups,
    shown_spread,
)
from evidence.queries.team_views import said_by_team
from partnerships.access import Permission, has_permission
from partnerships.models import Partnership

# How many rounds before the one shown stand beside it.
EARLIER_ROUNDS = 3


@dataclass(frozen=True)
class Line:
    """One driver or barrier: the spread of views, and what stands beside it."""

    statement: RatingStatement
    spread: Spread | None  # None while too few have answered
    sectors: dict[str, Spread] = field(default_factory=dict)  # by name; those alone that can be shown
    earlier: dict[str, Spread] = field(default_factory=dict)  # by title of round, the latest first
    programme: Programme | None = None
    found: dict[str, int] = field(default_factory=dict)  # findings of evaluators, by direction
    reasons: list[str] = field(default_factory=list)
    team: Said | None = None  # how the evaluation team sees it, where the reader may read that

    @property
    def kind(self) -> str:
        return self.statement.item.kind

    @property
    def words(self) -> dict[int, str]:
        """The answers that could be chosen, by step."""
        return STEP_WORDS[self.kind]

    @property
    def agreement(self) -> Agreement | None:
        return self.spread.agreement(fewest_respondents()) if self.spread else None

    @property
    def middle_words(self) -> str:
        return middle_quoted(self.kind, self.spread.middle if self.spread else None)

    @property
    def change(self) -> str:
        """How the middle has moved since the round before, in a sentence; nothing without one."""
        if not self.spread or self.spread.middle is None:
            return ""
        for title, spread in self.earlier.items():
            if spread.middle is not None:
                return change_in_words(self.kind, title, spread.middle, self.spread.middle)
        return ""


@dataclass(frozen=True)
class Part:
    """The lines under one heading."""

    key: str
    title: str
    kind: str
    lines: list[Line]


@dataclass(frozen=True)
class Profile:
    """Everything of a partnership's profile in one round that a reader may see."""

    report: SelfReport
    reports: list[SelfReport]  # of all rounds with a profile, the latest first
    people: int
    parts: list[Part]
    reads_reasons: bool

    @property
    def lines(self) -> list[Line]:
        return [line for part in self.parts for line in part.lines]

    @property
    def sectors(self) -> list[str]:
        """The sectors that are told apart anywhere."""
        return list(dict.fromkeys(name for line in self.lines for name in line.sectors))


def reports_with_profile(person: Any) -> QuerySet[SelfReport]:
    """The reports whose ratings are complete and that this person may read, the latest first."""
    readable: QuerySet[SelfReport] = SelfReport.objects.read_by(person).filter(ratings_end__isnull=False)
    return readable.order_by("-round__opens_on", "-pk")


def is_own(person: Any, partnership: Partnership) -> bool:
    """Whether a person reports for this partnership."""
    reports = has_permission(person, Permission.FILL_IN_REPORTS)
    return reports and partnership.pk in person.reported_partnership_ids


def profile_of(
    person: Any, partnership: Partnership, round_slug: str = "", *, in_numbers: bool = False
) -> Profile | None:
    """The profile in a round, or the latest; None where there is nothing that this person may read.

    ``in_numbers`` leaves out findings and reasons. The same number of queries however many people,
    partnerships and rounds there are.
    """
    own = reports_with_profile(person).filter(partnership=partnership)
    with_people = own.annotate(people=Count("raters", filter=Q(raters__sent_at__isnull=False)))
    with_people = with_reading(person, with_people.select_related("round", "partnership"))
    reports: list[Any] = list(with_people)
    chosen = [report for report in reports if round_slug in ("", report.round.slug)]
    if not chosen:
        return None
    report = chosen[0]
    place = reports.index(report)
    counted = counts_of(reports[place : place + 1 + EARLIER_ROUNDS])
    earlier = reports[place + 1 : place + 1 + EARLIER_ROUNDS]
    others = spreads_of_others(person, report)
    team = said_by_team(person, report)
    reads_reasons = is_own(person, partnership) or has_permission(person, Permission.READ_TEAM)
    reasons: Mapping[int, list[str]] = reasons_of(report) if reads_reasons and not in_numbers else {}
    found = {} if in_numbers else found_by_evaluators(person, partnership)

    def line_of(statement: RatingStatement) -> Line:
        item = statement.item_id
        groups = counted[report.pk][item]
        spread = shown_spread(total(groups.values()), fewest_respondents())
        return Line(
            statement=statement,
            spread=spread,
            sectors=shown_groups(groups, fewest_respondents()),
            earlier={
                one.round.title: before
                for one in earlier
                if (before := shown_spread(total(counted[one.pk][item].values()), fewest_respondents()))
            },
            programme=programme_of(others[item], fewest_respondents()),
            found=found.get(item, {}),
            team=team.get(statement.item.code),
            reasons=reasons.get(item, []) if spread else [],
        )

    parts = [
        Part(part.key, part.title, part.kind, [line_of(statement) for statement in part.statements])
        for part in rating_parts()
    ]
    return Profile(report, reports, report.people, parts, reads_reasons)


@dataclass(frozen=True)
class ShownSpreads:
    """What can be shown of one statement in one report, and nothing beside it."""

    statement: RatingStatement
    spread: Spread | None
    sectors: dict[str, Spread]


def spreads_of_report(report: SelfReport) -> list[ShownSpreads]:
    """The spreads of one report whose ratings are complete; two queries."""
    _, spreads = spreads_of_reports([report])
    return spreads[report.pk]


def spreads_of_reports(
    reports: Sequence[SelfReport],
) -> tuple[list[RatingStatement], dict[int, list[ShownSpreads]]]:
    """What is rated, and the spreads of each report, all of whose ratings are complete; two queries."""
    counted, fewest = counts_of(reports), fewest_respondents()
    statements = [statement for part in rating_parts() for statement in part.statements]
    return statements, {
        report.pk: [
            ShownSpreads(
                statement,
                shown_spread(total(counted[report.pk][statement.item_id].values()), fewest),
                shown_groups(counted[report.pk][statement.item_id], fewest),
            )
            for statement in statements
        ]
        for report in reports
    }


# Spreads by the sector's name, of one item in one report.
Groups = dict[str, Spread]


def sent_ratings(reports: Iterable[SelfReport]) -> QuerySet[Rating]:
    """What counts of these reports: what was sent before their ratings ended."""
    return Rating.objects.filter(
        rater__self_report__in=list(reports), rater__sent_at__isnull=False
    ).order_by()


def counts_of(reports: Iterable[SelfReport]) -> Mapping[int, Mapping[int, Groups]]:
    """How often each step was chosen, by report, item and sector; one query."""
    rows = (
        sent_ratings(reports)
        .values_list("rater__self_report", "item", "rater__sector__name", "step")
        .annotate(Count("pk"))
        .order_by("rater__sector__order", "rater__sector__code")
    )
    counted: dict[int, dict[int, dict[str, list[int]]]] = defaultdict(lambda: defaultdict(dict))
    for report, item, sector, step, number in rows:
        counted[report][item].setdefault(sector, [0] * len(Step))[step] = number
    spreads: dict[int, dict[int, Groups]] = defaultdict(lambda: defaultdict(dict))
    for report, items in counted.items():
        for item, sectors in items.items():
            spreads[report][item] = {name: Spread(tuple(counts)) for name, counts in sectors.items()}
    return spreads


def total(spreads: Iterable[Spread]) -> Spread:
    """The spread of several groups together."""
    counts = [0] * len(Step)
    for spread in spreads:
        counts = [one + other for one, other in zip(counts, spread.counts, strict=True)]
    return Spread(tuple(counts))


def spreads_of_others(person: Any, report: SelfReport) -> Mapping[int, list[Spread]]:
    """How other partnerships see each item, once the round is closed and all of it stands; one query.

    Whoever reads the reports of several partnerships gets it from those that they may read. A partnership's
    own people read no other report, and get it from all: as a middle and a range of so many that none of them
    can be told.
    """
    if report.round.status != Round.Status.CLOSED:
        return defaultdict(list)
    reads_own = is_own(person, report.partnership)
    readable = SelfReport.objects.all() if reads_own else SelfReport.objects.read_by(person)
    others = readable.filter(round=report.round_id, ratings_end__isnull=False)
    rows = (
        Rating.objects.filter(rater__self_report__in=others, rater__sent_at__isnull=False)
        .exclude(rater__self_report=report)
        .order_by()
        .values_list("rater__self_report", "item", "step")
        .annotate(Count("pk"))
    )
    counted: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0] * len(Step))
    for other, item, step, number in rows:
        counted[other, item][step] = number
    spreads: dict[int, list[Spread]] = defaultdict(list)
    for (_, item), counts in counted.items():
        spreads[item].append(Spread(tuple(counts)))
    return spreads


def reasons_of(report: SelfReport) -> Mapping[int, list[str]]:
    """Why people chose a low step, by item, in an order that tells nothing of who wrote them."""
    rows = sent_ratings([report]).filter(step__in=LOW_STEPS).exclude(reason="").values_list("item", "reason")
    reasons: dict[int, list[str]] = defaultdict(list)
    for item, reason in rows:
        reasons[item].append(reason)
    return defaultdict(list, {item: sorted(texts, key=shuffled) for item, texts in reasons.items()})


def shuffled(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def found_by_evaluators(person: Any, partnership: Partnership) -> Mapping[int, dict[str, int]]:
    """How many published findings of case studies the reader may see of this partnership, by item and
    direction; one query.
    """
    findings = Finding.objects.located_for(person).filter(
        partnerships=partnership, status=Finding.Status.PUBLISHED, origin=Finding.Origin.CASE_STUDY
    )
    rows = (
        Coding.objects.filter(finding__in=findings.order_by().values("pk"))
        .order_by()
        .values_list("item", "direction")
        .annotate(Count("pk"))
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for item, direction, number in rows:
        found[item][direction] = number
    return found


# In words


def middle_quoted(kind: str, middle: float | None) -> str:
    """A middle as the answer that it is, or the two that it lies between; nothing without one."""
    if middle is None:
        return ""
    words, low = STEP_WORDS[kind], int(middle)
    return f"“{words[low]}”" if middle == low else f"between “{words[low]}” and “{words[low + 1]}”"


def change_in_words(kind: str, title: str, before: float, now: float) -> str:
    if now == before:
        return f"The same middle as in {title}."
    better = "Better" if now > before else "Worse"
    return f"{better} than in {title}: the middle was {middle_quoted(kind, before)}."


def programme_in_words(kind: str, programme: Programme) -> str:
    """Where other partnerships lie, in a sentence."""
    middle, lowest, highest = (
        middle_quoted(kind, value) for value in (programme.middle, programme.lowest, programme.highest)
    )
    if programme.lowest == programme.highest:
        return f"Other partnerships of the round all lie at {middle}."
    return f"Other partnerships of the round: {middle} in the middle, from {lowest} to {highest}."
