"""What three voices say of an item, and what is said sector by sector.

The voices are the review of 2014, evaluators, and partnerships about themselves. Published findings alone
are counted, from what the reader may see; partnerships count as they do for the status.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Case, Count, F, QuerySet, Value, When
from django.db.models.functions import Cast

from evidence.models import Coding, Finding, FrameworkItem, Source
from evidence.queries.evidence_map import codings_asked_for
from evidence.queries.facets import Filters
from evidence.queries.standing import (
    FEWEST_VOICES,
    SIDES,
    Counts,
    Standing,
    Voices,
    speaker_for,
    standing_of,
    taking_sides,
    voices_in,
)
from partnerships.access import Permission, has_permission

Origin = Finding.Origin

LEANING_RULE = (
    "A voice leans in a direction when more than half of those who take a side speak in it, and no other "
    f"direction does so too. Fewer than {FEWEST_VOICES} are too few to tell. For evaluators and "
    "partnerships, partnerships are counted, as for the status; for the review, its findings. Voices diverge "
    "when two of them lean in different directions."
)


class Leaning(models.TextChoices):
    """Which way a voice leans."""

    SILENT = "silent", "Takes no side"
    FEW = "few", "Too few to tell"
    SUPPORTS = "supports", "Mostly supports"
    REFINES = "refines", "Mostly refines"
    CHALLENGES = "challenges", "Mostly challenges"
    DIVIDED = "divided", "Divided"

    @property
    def is_clear(self) -> bool:
        return self in SIDES


def leaning_of(speakers: Voices) -> Leaning:
    """The rule, in one place."""
    if speakers.sides == 0:
        return Leaning.SILENT
    if speakers.sides < FEWEST_VOICES:
        return Leaning.FEW
    most = [side for side in SIDES if 2 * getattr(speakers, side) > speakers.sides]
    return Leaning(most[0]) if len(most) == 1 else Leaning.DIVIDED


@dataclass(frozen=True, slots=True)
class Voice:
    """What one of several says of an item: its findings, and how many speak in them."""

    name: str  # as the subject of a sentence
    is_one: bool  # whether it says or they say
    findings: Counts = field(default_factory=Counts)
    speakers: Voices = field(default_factory=Voices)

    @property
    def leaning(self) -> Leaning:
        return leaning_of(self.speakers)

    @property
    def words(self) -> str:
        """Which way it leans, as part of a sentence: "evaluators mostly challenge it"."""
        leaning, ending = self.leaning, "s" if self.is_one else ""
        if leaning == Leaning.SILENT:
            return f"{self.name} take{ending} no side"
        if leaning == Leaning.FEW:
            return f"{self.name} say{ending} too little to tell"
        if leaning == Leaning.DIVIDED:
            return f"{self.name} {'is' if self.is_one else 'are'} divided"
        return f"{self.name} mostly {leaning.value.removesuffix('s')}{ending} it"

    @property
    def sentence(self) -> str:
        return f"{self.words[0].upper()}{self.words[1:]}."


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether voices pull in different directions, in words."""

    diverges: bool
    text: str


def compared(voices: Iterable[Voice]) -> Comparison:
    """The voices that lean clearly beside each other."""
    clear = [voice for voice in voices if voice.leaning.is_clear]
    if len(clear) < 2:
        return Comparison(False, "Too few lean clearly enough to be compared.")
    diverges = len({voice.leaning for voice in clear}) > 1
    said = ", ".join(voice.words for voice in clear)
    return Comparison(diverges, f"{'They diverge' if diverges else 'They agree'}: {said}.")


@dataclass(frozen=True, slots=True)
class ItemState:
    """How one item stands for one reader, and who says what of it.

    ``sources`` counts the different sources in each direction, for those who may know of sources.
    """

    standing: Standing
    voices: dict[str, Voice]  # by origin
    sectors: dict[int, Voice] = field(default_factory=dict)  # by primary key; those alone that are spoken of
    sources: Voices | None = None

    @property
    def comparison(self) -> Comparison:
        return compared(self.voices.values())


NAMES = {Origin.LITERATURE: "the review", Origin.CASE_STUDY: "evaluators", Origin.SELF_REPORT: "partnerships"}


def states(
    person: Any, items: Iterable[FrameworkItem], *, sectors: Sequence[Any] = (), in_full: bool = False
) -> dict[int, ItemState]:
    """The state of each item by its primary key, from what this person may see; one query.

    ``in_full`` with what is said of each of these ``sectors``, and with the number of sources.
    """
    keys = [item.pk for item in items]
    counted: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    heard: dict[Any, dict[str, set[int | None]]] = defaultdict(lambda: defaultdict(set))
    codings = Coding.objects.visible_to(person).filter(item__in=keys).order_by()
    reads_sources = in_full and has_permission(person, Permission.READ_SHARED_WITH_FUNDER)
    for item, part, direction, origin, speaker, sector, number in _rows(
        person, codings, in_full, reads_sources
    ):
        if part in (PUBLISHED, UNPUBLISHED):
            counted[item, part, origin][direction] += number
        elif part in (OF_SECTORS, OF_SOURCES):
            counted[item, part, sector][direction] = number
        else:
            heard[item, origin or sector][direction].add(speaker)

    def counts(*place: Any) -> Counts:
        return Counts(**counted[place])

    def voice_of(item: int, origin: str) -> Voice:
        findings = counts(item, PUBLISHED, origin)
        spoken = voices_in(heard[item, origin])
        if origin == Origin.LITERATURE:
            spoken = Voices(findings.supports, findings.refines, findings.challenges, taking_a_side(findings))
        return Voice(NAMES[Origin(origin)], origin == Origin.LITERATURE, findings, spoken)

    def state_of(item: int) -> ItemState:
        programme = [Origin.CASE_STUDY, Origin.SELF_REPORT]
        everybody = {
            side.value: set().union(*(heard[item, origin][side] for origin in programme)) for side in SIDES
        }
        of_origins = {
            origin: counts(item, PUBLISHED, origin) + counts(item, UNPUBLISHED, origin)
            for origin in Origin.values
        }
        return ItemState(
            standing=standing_of(
                of_origins[Origin.LITERATURE],
                of_origins[Origin.CASE_STUDY] + of_origins[Origin.SELF_REPORT],
                voices_in(everybody),
            ),
            voices={origin: voice_of(item, origin) for origin in Origin.values},
            sectors={
                sector.pk: Voice(
                    f"findings on the {sector.name.lower()}",
                    False,
                    counts(item, OF_SECTORS, sector.pk),
                    voices_in(heard[item, sector.pk]),
                )
                for sector in sectors
            },
            sources=Voices(**counted[item, OF_SOURCES, None]) if reads_sources else None,
        )

    return {key: state_of(key) for key in keys}


def taking_a_side(counts: Counts) -> int:
    return counts.supports + counts.refines + counts.challenges


PUBLISHED, UNPUBLISHED, HEARD, OF_SECTORS, OF_SOURCES = (
    "published",
    "unpublished",
    "heard",
    "sector",
    "source",
)
ROW = ("item_id", "part", "side", "origin", "speaker", "sector")
Rows = QuerySet[Any, tuple[int, str, str, str, int | None, int | None, int]]
DIRECTION, NOTHING, EACH = F("direction"), Value(""), Count("pk")
NOBODY = Cast(Value(None), models.BigIntegerField())


def _rows(person: Any, codings: QuerySet[Coding], in_full: bool, with_sources: bool) -> Rows:
    """Everything that states are made of, as one union of groupings."""
    sides, origin, speaker = taking_sides(codings), F("finding__origin"), speaker_for(person)
    is_published = When(finding__status=Finding.Status.PUBLISHED, then=Value(PUBLISHED))
    first = _grouped(codings, Case(is_published, default=Value(UNPUBLISHED)), origin=origin)
    others = [_grouped(sides, Value(HEARD), origin=origin, speaker=speaker)]
    if in_full:
        sector = F("finding__sectors")
        others += [
            _grouped(sides, Value(OF_SECTORS), sector=sector),
            _grouped(sides, Value(HEARD), sector=sector, speaker=speaker),
        ]
    if with_sources:
        sources = Count("finding__source", distinct=True)
        others += [
            _grouped(sides, Value(OF_SOURCES), number=sources),
            _grouped(sides, Value(OF_SOURCES), side=Value("sides"), number=sources),
        ]
    return first.union(*others, all=True)


def _grouped(
    codings: QuerySet[Coding],
    part: Any,
    *,
    side: Any = DIRECTION,
    origin: Any = NOTHING,
    speaker: Any = NOBODY,
    sector: Any = NOBODY,
    number: Count = EACH,
) -> Rows:
    rows = codings.annotate(part=part, side=side, origin=origin, speaker=speaker, sector=sector)
    if sector is not NOBODY:
        rows = rows.filter(sector__isnull=False)
    return rows.values(*ROW).annotate(number=number).values_list(*ROW, "number")


def speakers(person: Any, filters: Filters) -> dict[int | None, set[str]]:
    """Who takes a side in the findings that these filters describe, as far as this person is told, and in
    which directions; one query. Keys are those of ``speaker_for``.
    """
    heard: dict[int | None, set[str]] = defaultdict(set)
    if filters.form.is_valid():
        codings = taking_sides(codings_asked_for(filters)).annotate(speaker=speaker_for(person))
        for speaker, side in codings.values_list("speaker", "direction").distinct():
            heard[speaker].add(side)
    return heard


def sources_taking_sides(person: Any, filters: Filters) -> QuerySet[Source]:
    """The sources that this person may see of findings that take a side and that these filters describe."""
    sources = Source.objects.visible_to(person)
    if not filters.form.is_valid():
        return sources.none()
    return sources.filter(pk__in=taking_sides(codings_asked_for(filters)).values("finding__source"))
