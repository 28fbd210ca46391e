"""How the evidence stands for framework items, worked out from what the reader may see.

The status is derived, never typed in. The baseline is the review's own literature; what moves a status is
what the programme has shown since, counted by independent voices rather than by excerpts.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from evidence.models import Coding, Finding, FrameworkItem
from evidence.models.finding import area_known_to

# Fewer partnerships than this taking a side are too few to judge by.
FEWEST_VOICES = 3
# One voice in this many is enough to make an item contested or refined: a third.
ONE_IN = 3

PROGRAMME_ORIGINS = (Finding.Origin.CASE_STUDY, Finding.Origin.SELF_REPORT)
SIDES = (Coding.Direction.SUPPORTS, Coding.Direction.REFINES, Coding.Direction.CHALLENGES)

RULE = (
    "Only published case-study and self-report findings move the status; the literature of the review is the "
    "baseline. Each partnership counts once in a direction, however many findings it has, and all "
    "programme-wide findings together count as one partnership; so do, for readers to whom their area is not "
    "shown, all findings without it. Nobody taking a side: untested. Fewer than "
    f"{FEWEST_VOICES} partnerships taking a side: thin. Otherwise, at least a third of them challenging: "
    "contested; at least a third refining: refined; else supported."
)


class Status(models.TextChoices):
    """What the programme's evidence says of an item, taken together."""

    UNTESTED = "untested", "Untested"
    THIN = "thin", "Thin evidence"
    SUPPORTED = "supported", "Supported"
    REFINED = "refined", "Refined"
    CONTESTED = "contested", "Contested"


@dataclass(frozen=True, slots=True)
class Counts:
    """Findings by direction."""

    supports: int = 0
    refines: int = 0
    challenges: int = 0
    context: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def total(self) -> int:
        return self.supports + self.refines + self.challenges + self.context


@dataclass(frozen=True, slots=True)
class Voices:
    """Distinct partnerships in each direction; ``sides`` is how many take any side at all."""

    supports: int = 0
    refines: int = 0
    challenges: int = 0
    sides: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How one item stands for one reader."""

    status: Status
    explanation: str
    literature: Counts
    programme: Counts
    voices: Voices

    @property
    def label(self) -> str:
        return str(self.status.label)

    @property
    def counts(self) -> Counts:
        """All findings that the reader may see, by direction."""
        return self.literature + self.programme


def status_of(voices: Voices) -> Status:
    """The rule, in one place."""
    if voices.sides == 0:
        return Status.UNTESTED
    if voices.sides < FEWEST_VOICES:
        return Status.THIN
    if voices.challenges * ONE_IN >= voices.sides:
        return Status.CONTESTED
    if voices.refines * ONE_IN >= voices.sides:
        return Status.REFINED
    return Status.SUPPORTED


REASONS = {
    Status.CONTESTED: "a third or more challenge it",
    Status.REFINED: "fewer than a third challenge it, and a third or more refine it",
    Status.SUPPORTED: "fewer than a third challenge it, and fewer than a third refine it",
}
NO_SIDE = "No partnership's published evidence takes a side yet."


def reason_of(voices: Voices) -> str:
    """The rule applied, in words alone, for where the numbers stand beside it."""
    if voices.sides == 0:
        return NO_SIDE
    if voices.sides < FEWEST_VOICES:
        return f"Fewer than {FEWEST_VOICES} partnerships take a side so far: too few to judge by."
    return f"Of the partnerships that take a side, {REASONS[status_of(voices)]}."


def explanation_of(voices: Voices) -> str:
    """The rule applied, in words with its numbers."""
    if voices.sides == 0:
        return NO_SIDE
    split = f"{voices.supports} supporting, {voices.refines} refining, {voices.challenges} challenging"
    if voices.sides < FEWEST_VOICES:
        partnerships = "1 partnership takes" if voices.sides == 1 else f"{voices.sides} partnerships take"
        return f"Only {partnerships} a side so far ({split}); it needs {FEWEST_VOICES} to judge."
    return f"Of {voices.sides} partnerships that take a side, {REASONS[status_of(voices)]} ({split})."


def standing_of(literature: Counts, programme: Counts, voices: Voices) -> Standing:
    """How something stands that has these findings and voices."""
    return Standing(
        status=status_of(voices),
        explanation=explanation_of(voices),
        literature=literature,
        programme=programme,
        voices=voices,
    )


def standings(
    person: Any, items: Iterable[FrameworkItem], *, until: datetime.datetime | None = None
) -> dict[int, Standing]:
    """The standing of each item by its primary key, from what this person may see. One query.

    With ``until``, from what of this was published before that moment; the review's own evidence always was.
    """
    keys = [item.pk for item in items]
    counts: dict[tuple[int, bool], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    heard: dict[int, dict[str, set[int | None]]] = defaultdict(lambda: defaultdict(set))
    codings = Coding.objects.visible_to(person).filter(item__in=keys).order_by()
    if until:
        was_there = Q(finding__published_at__lt=until) | Q(finding__origin=Finding.Origin.LITERATURE)
        codings = codings.filter(was_there)
    for item, direction, origin, partnership, number in _findings(codings).union(
        _voices(person, codings), all=True
    ):
        if origin:
            counts[item, origin == Finding.Origin.LITERATURE][direction] += number
        else:
            heard[item][direction].add(partnership)
    return {
        key: standing_of(Counts(**counts[key, True]), Counts(**counts[key, False]), voices_in(heard[key]))
        for key in keys
    }


ROW = ("item_id", "direction", "row_origin", "row_partnership")


def _findings(codings: QuerySet[Coding]) -> QuerySet[Coding, Any]:
    """The number of findings by item, direction and origin."""
    return (
        codings.annotate(
            row_origin=F("finding__origin"), row_partnership=Cast(Value(None), models.BigIntegerField())
        )
        .values(*ROW)
        .annotate(number=Count("pk"))
        .values_list(*ROW, "number")
    )


# Stands for all partnerships that the reader is not told of; no partnership has this key.
UNTOLD = 0


def _voices(person: Any, codings: QuerySet[Coding]) -> QuerySet[Coding, Any]:
    """Each partnership by item and direction, once; none stands for the programme as a whole."""
    return (
        taking_sides(codings)
        .annotate(row_origin=Value(""), row_partnership=speaker_for(person))
        .values(*ROW)
        .annotate(number=Count("pk"))
        .values_list(*ROW, "number")
    )


def taking_sides(codings: QuerySet[Coding]) -> QuerySet[Coding]:
    """Those of some codings that move the status: of the programme's published findings, in a direction."""
    return codings.filter(
        direction__in=SIDES,
        finding__status=Finding.Status.PUBLISHED,
        finding__origin__in=PROGRAMME_ORIGINS,
    )


def speaker_for(person: Any) -> Case:
    """Who speaks in a coding, as far as this person is told: a partnership's key, ``UNTOLD``, or none for
    the programme as a whole.
    """
    told = Q(finding__programme_wide=False) & area_known_to(person, "finding__")
    return Case(
        When(finding__programme_wide=True, then=None),
        When(told, then=F("finding__partnerships")),
        default=Value(UNTOLD),
    )


def voices_in(heard: Mapping[str, set[int | None]]) -> Voices:
    """The number of those heard in each direction, and in any."""
    return Voices(
        **{direction: len(partnerships) for direction, partnerships in heard.items()},
        sides=len(set().union(*heard.values())),
    )
