"""The conversation guide: what of a profile is most worth talking about, with a question for each."""

from dataclasses import dataclass

from evidence.models.rating import HIGH_STEPS, LOW_STEPS
from evidence.queries.profile import Line, Profile
from evidence.queries.spreads import Agreement, Spread

MOST_DIFFERENCES, MOST_OTHERS = 6, 4
HIGH, LOW = float(min(HIGH_STEPS)), float(max(LOW_STEPS))

HOW_TO_TALK = [
    "Nobody has to say what they chose, and nobody guesses what others did.",
    "Begin with an example from the last months, and only then ask what lies behind it.",
    "Hear those first who speak least: young people, and the smallest organisations.",
    "Neither side of a difference is wrong. Ask what one sees from there that the other doesn't.",
    "Before you leave a subject, say what you will try, who begins, and when you look at it again.",
]


@dataclass(frozen=True)
class Topic:
    """One thing to talk about."""

    line: Line
    spread: Spread

    @property
    def question(self) -> str:
        return self.line.statement.question

    @property
    def said(self) -> str:
        """How people lie on both sides, in a sentence."""
        words, spread = self.line.words, self.spread
        sides = [
            (spread.low, f"“{words[1]}” or “{words[2]}”"),
            (spread.counts[3], f"“{words[3]}”"),
            (spread.high, f"“{words[4]}” or “{words[5]}”"),
        ]
        said = ", ".join(f"{number} chose {answer}" for number, answer in sides if number)
        return f"Of {spread.applies} people, {said}."


@dataclass(frozen=True)
class Guide:
    """What to talk about, in the order of an evening: what works, where views differ, what troubles all."""

    strengths: list[Topic]
    differences: list[Topic]
    troubles: list[Topic]

    @property
    def is_empty(self) -> bool:
        return not (self.strengths or self.differences or self.troubles)


def guide_of(profile: Profile) -> Guide:
    """Choose from what the profile shows, and from nothing else.

    The greatest differences come first, those on both sides of the scale before the others; of what most see
    alike, the lowest and the highest. Equals stay in the order of the review.
    """
    topics = [Topic(line, line.spread) for line in profile.lines if line.spread]
    alike = [topic for topic in topics if topic.line.agreement == Agreement.ALIKE]
    differing = [topic for topic in topics if topic.line.agreement in (Agreement.APART, Agreement.MIXED)]
    differing.sort(key=lambda topic: (topic.line.agreement != Agreement.APART, -topic.spread.distance))
    low = [topic for topic in alike if middle_of(topic) <= LOW]
    high = [topic for topic in alike if middle_of(topic) >= HIGH]
    return Guide(
        strengths=sorted(high, key=middle_of, reverse=True)[:MOST_OTHERS],
        differences=differing[:MOST_DIFFERENCES],
        troubles=sorted(low, key=middle_of)[:MOST_OTHERS],
    )


def middle_of(topic: Topic) -> float:
    return topic.spread.middle or 0.0
