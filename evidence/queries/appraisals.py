"""The quality of findings and sources as the evaluation team judged it.

A finding without an appraisal of its own has that of its source, as a whole and never mixed with its own.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, F, Model, Q, TextChoices, Value, When

from evidence.models import JUDGED, PRINCIPLES, Appraisal, Finding, Source
from partnerships.access import Permission, has_permission

OF_FINDING, OF_SOURCE = "finding", "source"


class State(TextChoices):
    """Whether something was appraised at all."""

    APPRAISED = "appraised", "Appraised"
    NOT_APPRAISED = "not-appraised", "Not appraised"


def judged(model: type[Model], **asked: Any) -> Q:
    """Rows of findings or sources whose appraisal meets conditions: ``judged(Finding, voice__in=[…])``."""
    own = Q(**{f"appraisal__{name}": value for name, value in asked.items()})
    if model is Source:
        return own
    through = Q(**{f"source__appraisal__{name}": value for name, value in asked.items()})
    return own | (Q(appraisal=None) & through)


def appraised(model: type[Model]) -> Q:
    return judged(model, isnull=False)


def of_finding(name: str) -> Case:
    """A column of the appraisal that counts for a finding: its own, or else its source's."""
    own = When(appraisal__isnull=False, then=F(f"appraisal__{name}"))
    return Case(own, default=F(f"source__appraisal__{name}"))


def whose() -> Case:
    """Whether the appraisal that counts for a finding is its own or its source's; empty for neither."""
    return Case(
        When(appraisal__isnull=False, then=Value(OF_FINDING)),
        When(source__appraisal__isnull=False, then=Value(OF_SOURCE)),
        default=Value(""),
        output_field=CharField(),
    )


def state() -> Case:
    """The ``State`` of a finding."""
    return Case(
        When(appraised(Finding), then=Value(State.APPRAISED.value)),
        default=Value(State.NOT_APPRAISED.value),
        output_field=CharField(),
    )


# The columns that lists of findings take along, in the query that reads the findings.
QUALITY_COLUMNS = {"quality_of": whose()} | {f"quality_{key}": of_finding(key) for key in JUDGED}


def quality_words(row: Mapping[str, Any]) -> str:
    """The steps of a row with ``QUALITY_COLUMNS`` in words, as a card has room for."""
    steps = [
        principle.words(row[f"quality_{principle.key}"])
        for principle in PRINCIPLES
        if row[f"quality_{principle.key}"]
    ]
    words = ", ".join(steps)
    return f"{words} (its source)" if row["quality_of"] == OF_SOURCE else words


@dataclass(frozen=True)
class JudgedPrinciple:
    """One principle of an appraisal in words."""

    label: str
    words: str
    meaning: str


@dataclass(frozen=True)
class Quality:
    """An appraisal as a page shows it.

    ``reason`` and ``by`` are empty for those who may not read them.
    """

    principles: list[JudgedPrinciple]
    is_of_source: bool
    reason: str
    by: str
    at: datetime.datetime
    is_demonstration: bool


def own_appraisal(subject: Finding | Source) -> Appraisal | None:
    return getattr(subject, "appraisal", None)


def quality(person: Any, subject: Finding | Source) -> Quality | None:
    """The appraisal that counts for what this person sees.

    Takes no query when ``appraisal__by`` and, of a finding, ``source__appraisal__by`` were read with it.
    """
    own = own_appraisal(subject)
    through = getattr(subject, "source", None)
    appraisal = own or (own_appraisal(through) if through else None)
    if appraisal is None:
        return None
    may_read_reason = has_permission(person, Permission.READ_SHARED_WITH_FUNDER)
    return Quality(
        principles=list(principles_of(appraisal)),
        is_of_source=own is None,
        reason=appraisal.reason if may_read_reason else "",
        by=appraisal.by.name if may_read_reason else "",
        at=appraisal.at,
        is_demonstration=appraisal.is_demonstration,
    )


def principles_of(appraisal: Appraisal) -> Iterator[JudgedPrinciple]:
    for principle in PRINCIPLES:
        step = getattr(appraisal, principle.key)
        if step:
            yield JudgedPrinciple(principle.label, principle.words(step), principle.meaning(step))
        else:
            yield JudgedPrinciple(principle.label, "not judged", "")
