"""How far people's views of one statement lie apart, and what of it shows nobody's own.

The rules stand here alone: pages, pictures, downloads, documents and the API show what comes of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from statistics import median

from evidence.models.rating import HIGH_STEPS, LOW_STEPS, STEPS, Step

# The programme's middle and range are shown where at least so many other partnerships can be shown.
FEWEST_PARTNERSHIPS = 5


class Agreement(StrEnum):
    """How far people see a statement alike."""

    APART = "Views are far apart"
    MIXED = "Views differ somewhat"
    ALIKE = "Most see it alike"
    RARE = "Too few to tell"


AGREEMENT_RULE = (
    "Views are far apart when, of those who say that it applies, at least a quarter chose one of the two "
    "lowest answers and at least a quarter one of the two highest. Most see it alike when at least three "
    "quarters chose the same answer or two neighbouring ones. Otherwise views differ somewhat."
)


@dataclass(frozen=True)
class Spread:
    """How many people chose each step, from 0 (doesn't apply) to 5."""

    counts: tuple[int, ...] = (0,) * len(Step)

    @property
    def answered(self) -> int:
        return sum(self.counts)

    @property
    def applies(self) -> int:
        """How many chose one of the five steps."""
        return sum(self.counts[step] for step in STEPS)

    @property
    def low(self) -> int:
        return sum(self.counts[step] for step in LOW_STEPS)

    @property
    def high(self) -> int:
        return sum(self.counts[step] for step in HIGH_STEPS)

    @property
    def middle(self) -> float | None:
        """The median of the five steps; None when nobody says that it applies."""
        chosen = [int(step) for step in STEPS for _ in range(self.counts[step])]
        return float(median(chosen)) if chosen else None

    @property
    def distance(self) -> float:
        """How many steps any two people are apart on the average (the mean difference, after Gini)."""
        people = self.applies
        if people < 2:
            return 0.0
        apart = sum(
            self.counts[one] * self.counts[other] * (other - one) for one, other in combinations(STEPS, 2)
        )
        return apart / (people * (people - 1) / 2)

    def agreement(self, fewest: int) -> Agreement:
        """By the rule in ``AGREEMENT_RULE``, for at least ``fewest`` people who say that it applies."""
        people = self.applies
        if people < fewest:
            return Agreement.RARE
        if 4 * self.low >= people and 4 * self.high >= people:
            return Agreement.APART
        neighbours = max(self.counts[step] + self.counts[step + 1] for step in STEPS[:-1])
        return Agreement.ALIKE if 4 * neighbours >= 3 * people else Agreement.MIXED


def shown_spread(spread: Spread, fewest: int) -> Spread | None:
    """The spread of everybody, where enough have answered."""
    return spread if spread.answered >= fewest else None


def shown_groups(groups: Mapping[str, Spread], fewest: int) -> dict[str, Spread]:
    """The groups of people that can be shown beside the spread of them all.

    A group of fewer than ``fewest`` is hidden. What is left when the groups shown are taken from all must be
    nobody, or at least ``fewest`` too: else the smallest group shown is hidden with it, and so on.
    """
    everybody = sum(spread.answered for spread in groups.values())
    if everybody < fewest:
        return {}
    shown = {key: spread for key, spread in groups.items() if spread.answered >= fewest}
    left = everybody - sum(spread.answered for spread in shown.values())
    while shown and 0 < left < fewest:
        smallest = min(shown, key=lambda key: (shown[key].answered, key))
        left += shown.pop(smallest).answered
    return {key: spread for key, spread in groups.items() if key in shown}


@dataclass(frozen=True)
class Programme:
    """Where the middles of other partnerships lie; never how many these are, nor which."""

    middle: float
    lowest: float
    highest: float


def programme_of(others: Sequence[Spread], fewest: int) -> Programme | None:
    """What is shown of the other partnerships of a round, each by the middle of its people."""
    middles = [spread.middle for spread in others if spread.applies >= fewest and spread.middle is not None]
    if len(middles) < FEWEST_PARTNERSHIPS:
        return None
    return Programme(float(median(middles)), min(middles), max(middles))
