"""Appraising the quality of findings and sources. Nothing waits for it, and nothing is computed from it."""

import dataclasses
from collections.abc import Collection

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from evidence.actions.finding_input import field_errors
from evidence.actions.finding_rules import may_appraise
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import JUDGED, Appraisal, Finding, Source, TypedForm
from partnerships.audit import record
from partnerships.errors import Conflict
from partnerships.models import Person


@dataclasses.dataclass(frozen=True, kw_only=True)
class AppraisalInput:
    """A step for each principle, empty where it is not judged, and what the steps rest on."""

    voice: str = ""
    appropriateness: str = ""
    triangulation: str = ""
    contribution: str = ""
    transparency: str = ""
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(dataclasses.astuple(self))


@transaction.atomic
def appraise(
    *, by: Person, subject: Finding | Source, data: AppraisalInput, version: int
) -> Appraisal | None:
    """Save what somebody judges of a finding or source, over the appraisal of ``version`` (0: there is none).

    Without a single step and a reason, the appraisal that is there is taken away and None returned. Raises
    Conflict, PermissionDenied, and ValidationError by principle or for ``reason``.
    """
    subject = locked_subject(subject)
    if not may_appraise(by, subject):
        raise PermissionDenied
    appraisal = new_or_current(subject)
    if appraisal.version != version:
        raise Conflict(appraisal)
    data = dataclasses.replace(data, reason=data.reason.strip())
    forget_typed_form(by=by, key=TypedForm.key_of_appraisal(subject))
    if data.is_empty and appraisal.pk:
        take_away(appraisal, by=by)
        return None
    for name, value in dataclasses.asdict(data).items():
        setattr(appraisal, name, value)
    check(appraisal)
    appraisal.by, appraisal.at = by, timezone.now()
    appraisal.is_demonstration = by.is_demonstration
    appraisal.version = versions_so_far(subject) + 1
    appraisal._history_user = by
    appraisal.save()
    record(
        by=by,
        verb=f"{kind_of(subject)}.appraised",
        target=subject,
        key=subject.ref,
        version=appraisal.version,
        judged=[name for name in JUDGED if getattr(appraisal, name)],
    )
    return appraisal


def locked_subject(subject: Finding | Source) -> Finding | Source:
    """The finding or source, locked for this transaction; a finding's source before the finding itself."""
    sources = Source.objects.select_for_update()
    if isinstance(subject, Source):
        return sources.get(pk=subject.pk)
    sources.filter(pk=subject.source_id or 0).first()
    return Finding.objects.select_for_update().get(pk=subject.pk)


def kind_of(subject: Finding | Source) -> str:
    return "finding" if isinstance(subject, Finding) else "source"


def new_or_current(subject: Finding | Source) -> Appraisal:
    """The appraisal of a finding or source, or an unsaved one of version 0."""
    of_subject = {kind_of(subject): subject}
    return Appraisal.objects.filter(**of_subject).first() or Appraisal(**of_subject, version=0)


def versions_so_far(subject: Finding | Source) -> int:
    """How many there were, those of an appraisal that was taken away too, so that none is mistaken for it."""
    history = Appraisal.history.filter(**{kind_of(subject): subject.pk})
    return history.order_by("-version").values_list("version", flat=True).first() or 0


def check(appraisal: Appraisal) -> None:
    errors = field_errors(appraisal, leave_out=("by", "finding", "source"))
    if not any(getattr(appraisal, name) for name in JUDGED):
        errors[JUDGED[0]] = ["Judge at least one of the five. What you can't judge stays “not judged”."]
    if not appraisal.reason:
        errors["reason"] = ["Say what your view rests on."]
    if errors:
        raise ValidationError(errors)


def take_away(appraisal: Appraisal, *, by: Person) -> None:
    subject = appraisal.subject
    appraisal._history_user = by
    appraisal.delete()
    record(by=by, verb=f"{kind_of(subject)}.appraisal-removed", target=subject, key=subject.ref)


def forget_appraisals(*, findings: Collection[int] = (), sources: Collection[int] = ()) -> None:
    """Delete the appraisals of findings and sources, by primary key, with every version there ever was."""
    rule = Q(finding__in=findings) | Q(source__in=sources)
    Appraisal.objects.filter(rule).delete()
    Appraisal.history.filter(rule).delete()
