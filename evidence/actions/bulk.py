"""One change to many findings, for a lead: to all of them or to none."""

import copy
import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import QuerySet

from evidence.actions.finding_input import CodingInput, input_of
from evidence.actions.finding_rules import (
    UP_TO_THE_FUNDER,
    is_lead,
    may_edit,
    may_publish_with_changes,
    may_return,
    may_withdraw,
    problems_before_reading,
    visibility_after_rewording,
)
from evidence.actions.findings import publish_finding, return_finding, update_finding, withdraw_finding
from evidence.models import Coding, Finding, FrameworkItem, Source
from partnerships.errors import StepRefused
from partnerships.models import Person

Status = Finding.Status
MOST = 100  # findings that are changed at once


class Deed(models.TextChoices):
    """What can be done to many findings at once: only what needs no second person for each."""

    PUBLISH = "publish", "Publish them"
    READERS = "readers", "Change who may read them"
    RETURN = "return", "Return them to their authors"
    WITHDRAW = "withdraw", "Withdraw them from readers"
    TIE = "tie", "Tie them to an item of the review"
    UNTIE = "untie", "Take them away from an item"


@dataclasses.dataclass(frozen=True, kw_only=True)
class BulkChange:
    """A deed with what it needs: a circle up to the funder, a reason, or an item with a direction."""

    deed: str
    visibility: str = ""
    reason: str = ""
    item: FrameworkItem | None = None
    direction: str = ""


class BulkRefused(Exception):
    """Nothing was changed. ``problems`` says for each finding, by its ref, why it could not be."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("Nothing was changed.")
        self.problems = problems


@transaction.atomic
def change_findings(*, by: Person, change: BulkChange, versions: Mapping[str, int]) -> list[Finding]:
    """Do one thing to the findings with these refs, each as it was in the version given.

    Each is changed by the action that changes it alone, with a row of its own in the record. Raises
    PermissionDenied, ValidationError for more than ``MOST``, and BulkRefused when one of them was changed
    since, or may not be changed so: then none is.
    """
    if not is_lead(by):
        raise PermissionDenied
    if len(versions) > MOST:
        raise ValidationError(f"Change {MOST} findings at once, not more.")
    findings = locked_findings(by, versions)
    if problems := problems_of_all(by, findings, change, versions):
        raise BulkRefused(problems)
    changed = []
    for finding in findings:
        try:
            changed.append(apply(by, finding, change))
        except (ValidationError, StepRefused) as refusal:
            problems[finding.ref] = " ".join(getattr(refusal, "messages", [str(refusal)]))
    if problems:
        raise BulkRefused(problems)
    return changed


def locked_findings(by: Person, refs: Iterable[str]) -> list[Finding]:
    """The findings that are there, locked: all sources first, and each table in one order."""
    wanted = Finding.objects.visible_to(by).filter(ref__in=list(refs))
    sources = list(wanted.exclude(source=None).order_by().values_list("source", flat=True))
    list(Source.objects.select_for_update().filter(pk__in=sources).order_by("pk"))
    return list(with_what_is_asked(wanted.select_for_update().order_by("pk")))


def with_what_is_asked(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """The findings with all that ``refusal_of`` asks of each; a constant number of queries."""
    return findings.prefetch_related(
        "source__self_report__round", "partnerships", "codings__item", "created_by"
    )


def problems_of_all(
    by: Person, findings: Iterable[Finding], change: BulkChange, versions: Mapping[str, int]
) -> dict[str, str]:
    problems = dict.fromkeys(versions, "It is not there any more.")
    for finding in findings:
        if finding.version == versions[finding.ref]:
            problems[finding.ref] = refusal_of(by, finding, change)
        else:
            problems[finding.ref] = "Somebody changed it since you looked at it."
    return {ref: problem for ref, problem in problems.items() if problem}


# Whether it may be done to one finding, without doing it.


def refusal_of(by: Person, finding: Finding, change: BulkChange) -> str:
    """Why this can't be done to this finding; empty when it can."""
    return REFUSALS[change.deed](by, finding, change)


def cannot_publish(by: Person, finding: Finding, change: BulkChange) -> str:
    if not may_publish_with_changes(by, finding):
        return f"It is {in_status(finding)}: only a submitted finding can be published."
    return cannot_be_read_by(finding, change.visibility)


def cannot_change_readers(by: Person, finding: Finding, change: BulkChange) -> str:
    if finding.status != Status.PUBLISHED:
        return f"It is {in_status(finding)}: nobody else reads it yet."
    if finding.visibility == change.visibility:
        return "It is read by them already."
    return cannot_be_read_by(finding, change.visibility)


def cannot_be_read_by(finding: Finding, visibility: str) -> str:
    if visibility not in UP_TO_THE_FUNDER:
        return "Partnerships and the public read a finding only once its own checklist is confirmed."
    return first_problem(finding, visibility)


def cannot_return(by: Person, finding: Finding, change: BulkChange) -> str:
    if may_return(by, finding):
        return ""
    return f"It is {in_status(finding)}: only a submitted finding can be returned."


def cannot_withdraw(by: Person, finding: Finding, change: BulkChange) -> str:
    if may_withdraw(by, finding):
        return ""
    return f"It is {in_status(finding)}: only a published finding can be withdrawn."


def cannot_tie(by: Person, finding: Finding, change: BulkChange) -> str:
    present = coding_of(finding, change)
    if present and present.direction == change.direction:
        return f"It is tied to {present.item.code} in that direction already."
    return cannot_edit(by, finding)


def cannot_untie(by: Person, finding: Finding, change: BulkChange) -> str:
    if coding_of(finding, change) is None:
        return f"It is not tied to {change.item.code if change.item else 'it'}."
    if finding.status in (Status.SUBMITTED, Status.PUBLISHED) and len(finding.codings.all()) == 1:
        return "It is tied to nothing else, and readers need to know what it speaks to."
    return cannot_edit(by, finding)


def cannot_edit(by: Person, finding: Finding) -> str:
    if finding.origin == Finding.Origin.LITERATURE:
        return "The review's own evidence is edited in the administration."
    if not may_edit(by, finding):
        return f"It is {in_status(finding)}: it can't be edited."
    if finding.status in (Status.SUBMITTED, Status.PUBLISHED):
        return first_problem(finding, visibility_once_tied(finding))
    return ""


REFUSALS: dict[str, Callable[[Person, Finding, BulkChange], str]] = {
    Deed.PUBLISH: cannot_publish,
    Deed.READERS: cannot_change_readers,
    Deed.RETURN: cannot_return,
    Deed.WITHDRAW: cannot_withdraw,
    Deed.TIE: cannot_tie,
    Deed.UNTIE: cannot_untie,
}


def first_problem(finding: Finding, visibility: str) -> str:
    """What stands against a circle of readers, consent among it."""
    candidate = copy.copy(finding)
    candidate.visibility = visibility
    return next((messages[0] for messages in problems_before_reading(candidate).values()), "")


def visibility_once_tied(finding: Finding) -> str:
    """Who reads it once its codings are changed: of what is published, the funder at most."""
    if finding.status != Status.PUBLISHED:
        return finding.visibility
    return visibility_after_rewording(finding, finding.source, quote=finding.quote)


def coding_of(finding: Finding, change: BulkChange) -> Coding | None:
    return next((coding for coding in finding.codings.all() if coding.item == change.item), None)


def in_status(finding: Finding) -> str:
    return finding.get_status_display().lower()


# Doing it.


def apply(by: Person, finding: Finding, change: BulkChange) -> Finding:
    common: dict[str, Any] = {"by": by, "finding": finding, "version": finding.version}
    if change.deed in (Deed.PUBLISH, Deed.READERS):
        return publish_finding(**common, visibility=change.visibility)
    if change.deed == Deed.RETURN:
        return return_finding(**common, reason=change.reason)
    if change.deed == Deed.WITHDRAW:
        return withdraw_finding(**common, reason=change.reason)
    stated = input_of(finding)
    return update_finding(**common, data=dataclasses.replace(stated, codings=codings_after(stated, change)))


def codings_after(stated: Any, change: BulkChange) -> list[CodingInput]:
    """The codings with the item's added, changed or taken away; a note on how it bears stays."""
    others = [coding for coding in stated.codings if coding.item != change.item]
    if change.deed == Deed.UNTIE or change.item is None:
        return others
    note = next((coding.note for coding in stated.codings if coding.item == change.item), "")
    return [*others, CodingInput(item=change.item, direction=change.direction, note=note)]


def outcome_of(finding: Finding, change: BulkChange) -> str:
    """What the change will do to a finding that it may be done to, in words."""
    if change.deed == Deed.PUBLISH:
        return f"Submitted → published. Read by: {circle_in_words(change.visibility)}"
    if change.deed == Deed.READERS:
        return f"Read by: {circle_in_words(finding.visibility)} → {circle_in_words(change.visibility)}"
    if change.deed == Deed.RETURN:
        return f"Submitted → returned to {finding.created_by}"
    if change.deed == Deed.WITHDRAW:
        return "Published → withdrawn. Read by: evaluation team"
    return coding_outcome(finding, change)


def coding_outcome(finding: Finding, change: BulkChange) -> str:
    present = coding_of(finding, change)
    before = direction_in_words(present.direction) if present else "not tied"
    after = "not tied" if change.deed == Deed.UNTIE else direction_in_words(change.direction)
    code = change.item.code if change.item else ""
    narrowed = visibility_once_tied(finding)
    if finding.status == Status.PUBLISHED and narrowed != finding.visibility:
        back = (
            f"{circle_in_words(finding.visibility)} → {circle_in_words(narrowed)}, until it is released again"
        )
        return f"{code}: {before} → {after}. Read by: {back}"
    return f"{code}: {before} → {after}"


def circle_in_words(visibility: str) -> str:
    return str(Finding.Visibility(visibility).label).lower()


def direction_in_words(direction: str) -> str:
    return str(Coding.Direction(direction).label).lower()
