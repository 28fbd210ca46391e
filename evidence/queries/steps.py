"""The steps of review as the page of a finding tells them."""

import datetime
from dataclasses import dataclass
from typing import Any

from evidence.models import Finding, ReviewStep
from evidence.queries.differences import Difference, differences
from evidence.queries.wording import FINDING_PARTS

AREA_MASKED = ", area not shown beyond the funder"


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step; ``changes`` is what a lead changed in what was submitted, on publishing it."""

    name: str
    by: str
    at: datetime.datetime
    version: int
    circle: str
    reason: str
    changes: list[Difference]


def steps_of(person: Any, finding: Finding) -> list[StepLine]:
    """The steps that this person may read of, the first one first; one query, none for outsiders."""
    steps = ReviewStep.objects.visible_to(person).filter(finding=finding).select_related("by")
    return [step_line(step) for step in steps]


def step_line(step: ReviewStep) -> StepLine:
    submitted = {part: before for part, (before, _) in step.changes.items()}
    published = {part: after for part, (_, after) in step.changes.items()}
    name = str(step.get_step_display())
    return StepLine(
        name=f"{name} with changes" if step.changes else name,
        by=str(step.by),
        at=step.at,
        version=step.finding_version,
        circle=f"{step.get_visibility_display()}{AREA_MASKED if step.mask_area else ''}",
        reason=step.reason,
        changes=differences(submitted, published, FINDING_PARTS),
    )
