"""Taking a finding for review, so that two leads don't read the same one. A hint to others, never a lock."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from evidence.actions.finding_rules import is_lead
from evidence.models import Finding
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.models import Person


@transaction.atomic
def claim_finding(*, by: Person, finding: Finding) -> None:
    """Say that one reviews a submitted finding, also when another lead said so before."""
    require_lead(by)
    submitted = Finding.objects.visible_to(by).filter(pk=finding.pk, status=Finding.Status.SUBMITTED)
    # Not a change of the finding: it gets no new version, and nobody who is editing it meets a conflict.
    if not submitted.update(claimed_at=timezone.now(), claimed_by=by):
        raise StepRefused("Only a submitted finding can be taken for review.")
    record(by=by, verb="finding.claimed", target=finding, key=finding.ref)


@transaction.atomic
def release_claim(*, by: Person, finding: Finding) -> None:
    """Leave the review of a finding to others; nothing happens when it is not one's own any more."""
    require_lead(by)
    own = Finding.objects.visible_to(by).filter(pk=finding.pk, claimed_by=by)
    if own.update(claimed_at=None, claimed_by=None):
        record(by=by, verb="finding.claim-released", target=finding, key=finding.ref)


def require_lead(by: Person) -> None:
    if not is_lead(by):
        raise PermissionDenied
