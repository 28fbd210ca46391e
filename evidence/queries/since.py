"""What has changed about an item since the review of 2014."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse

from evidence.models import Coding, Finding, FrameworkItem
from evidence.queries.standing import PROGRAMME_ORIGINS, SIDES
from evidence.queries.voices import ItemState, Leaning
from partnerships.functions import JSONList

CITED = "what the review cites mostly"
THEN = {
    Leaning.SILENT: "the review cited nothing that takes a side",
    Leaning.FEW: "the review cited too little to tell",
    Leaning.SUPPORTS: f"{CITED} supported it",
    Leaning.REFINES: f"{CITED} refined it",
    Leaning.CHALLENGES: f"{CITED} challenged it",
    Leaning.DIVIDED: "what the review cites was divided",
}
WORDING = (("Title", "title"), ("Statement", "statement"), ("Plain wording", "plain_statement"))


@dataclass(frozen=True, slots=True)
class Milestone:
    """A finding of the programme, and the day on which it was published."""

    ref: str
    title: str
    on: datetime.date
    is_demonstration: bool

    @property
    def href(self) -> str:
        return reverse("evidence:finding-detail", args=[self.ref])


@dataclass(frozen=True, slots=True)
class Since:
    """What is different from the review: its evidence then, and what has come or was reworded."""

    then: str  # which way the review's own evidence leant, in words
    directions: list[str]  # those that the programme speaks in and the review did not
    first_challenge: Milestone | None
    latest: Milestone | None
    reworded: list[tuple[str, str]]  # name of a text, and its wording of 2014


def with_milestones(person: Any, items: QuerySet[FrameworkItem]) -> QuerySet[FrameworkItem]:
    """Each item with ``first_challenge_row`` and ``latest_row``, of the findings that this person may see."""
    published = (
        Coding.objects.visible_to(person)
        .filter(
            item=OuterRef("pk"),
            finding__status=Finding.Status.PUBLISHED,
            finding__origin__in=PROGRAMME_ORIGINS,
        )
        .order_by("finding__published_at", "finding")
    )
    challenges = published.filter(direction=Coding.Direction.CHALLENGES)
    return items.annotate(first_challenge_row=_row_of(challenges), latest_row=_row_of(published.reverse()))


def _row_of(codings: QuerySet[Coding]) -> JSONList:
    return JSONList(
        codings.annotate(published_on=TruncDate("finding__published_at"))[:1],
        ref="finding__ref",
        title="finding__title",
        on="published_on",
        is_demonstration="finding__is_demonstration",
    )


def since_review(item: Any, state: ItemState) -> Since:
    """What has changed about an item that was read ``with_milestones`` and ``with_baseline``."""
    review, baseline = state.voices[Finding.Origin.LITERATURE], item.baseline or {}
    others = [voice for origin, voice in state.voices.items() if origin in PROGRAMME_ORIGINS]
    spoken = [side for side in SIDES if any(getattr(voice.findings, side) for voice in others)]
    return Since(
        then=THEN[review.leaning],
        directions=[side for side in spoken if not getattr(review.findings, side)],
        first_challenge=_milestone(item.first_challenge_row),
        latest=_milestone(item.latest_row),
        reworded=[
            (name, baseline[text])
            for name, text in WORDING
            if text in baseline and baseline[text] != getattr(item, text)
        ],
    )


def _milestone(rows: list[dict[str, Any]]) -> Milestone | None:
    if not rows:
        return None
    [row] = rows
    on = datetime.date.fromisoformat(row["on"])
    return Milestone(row["ref"], row["title"], on, bool(row["is_demonstration"]))
