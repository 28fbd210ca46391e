"""Logging several findings of one conversation at once: all of them, or none."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from evidence.actions.finding_input import FindingInput
from evidence.actions.finding_rules import may_log
from evidence.actions.findings import log_finding
from evidence.models import Finding, Source
from partnerships.models import Person


class EntriesRefused(Exception):
    """What is wrong with which entry, by its place from 0 on. Nothing was saved."""

    def __init__(self, refusals: Mapping[int, ValidationError]) -> None:
        super().__init__("Some of the findings can't be saved as they are.")
        self.refusals = refusals


@transaction.atomic
def log_several(
    *, by: Person, source: Source, entries: Sequence[FindingInput], submit: bool = False, submission_key: str
) -> list[Finding]:
    """Save new findings from one source as drafts, or submit them all; sent again, it makes no second ones.

    Raises EntriesRefused with every entry that can't be saved or submitted, and PermissionDenied.
    """
    if not may_log(by):
        raise PermissionDenied
    # Held from the start: two sendings of one form wait for each other here, and nowhere later.
    Source.objects.select_for_update().get(pk=source.pk)
    findings: list[Finding] = []
    refusals: dict[int, ValidationError] = {}
    for place, data in enumerate(entries):
        try:
            findings.append(log_finding(by=by, data=data, submit=submit, submission_key=submission_key))
        except ValidationError as refusal:
            refusals[place] = refusal
    if refusals:
        raise EntriesRefused(refusals)
    return list(dict.fromkeys(findings))
