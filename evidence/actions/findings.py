"""Every write to findings: logging, editing, and the steps of review."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence.actions.appraisals import forget_appraisals
from evidence.actions.attachments import delete_files_of
from evidence.actions.ended_requests import end_what_may_not_be_asked
from evidence.actions.finding_input import (
    FindingInput,
    assign_content,
    changed_fields,
    check_content,
    input_of,
    source_for,
    submission_digest,
    words_of,
    write_relations,
)
from evidence.actions.finding_rules import (
    BEYOND_THE_FUNDER,
    AnonymisationPoint,
    check_release,
    may_delete,
    may_edit,
    may_log,
    may_publish,
    may_return,
    may_submit,
    may_withdraw,
    raise_problems,
    require_reason,
    visibility_after_rewording,
)
from evidence.actions.notices import tell_of_step
from evidence.actions.report_notices import tell_what_was_learned
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import Coding, Finding, Proposal, ReviewStep, Source
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.locking import locked
from partnerships.models import Person

Status = Finding.Status

# What was changed on publishing: for each part its words before and after.
Changes = Mapping[str, list[str]]


@transaction.atomic
def log_finding(
    *,
    by: Person,
    data: FindingInput,
    submit: bool = False,
    submission_key: str = "",
    origin: str = Finding.Origin.CASE_STUDY,
) -> Finding:
    """Save a new finding as a draft, or submit it at once; sent again, it makes no second one.

    ``submission_key`` is what the form was given when it was opened. Sent twice with the same content it
    returns the finding of the first time; a different entry from the same form is a finding of its own.
    What was typed into that form and kept is forgotten, being saved now.
    Raises PermissionDenied, and ValidationError by field (``text``, ``collected_on``, ``codings`` …).
    """
    if not may_log(by):
        raise PermissionDenied
    check_content(data)
    if isinstance(data.source, Source) and data.source.self_report_id:
        origin = Finding.Origin.SELF_REPORT
    digest = submission_digest(by=by, key=submission_key, data=data) if submission_key else ""
    finding = Finding(
        origin=origin,
        created_by=by,
        updated_by=by,
        submission_digest=digest,
        is_demonstration=by.is_demonstration,
    )
    assign_content(finding, data)
    finding._history_user = by
    try:
        with transaction.atomic():
            finding.source = source_for(finding, data, by=by)
            finding.save()
    except IntegrityError:
        already = Finding.objects.filter(submission_digest=digest).exclude(submission_digest="").first()
        if already is None:
            raise
        finding = already
    else:
        write_relations(finding, data, by=by)
        record(by=by, verb="finding.logged", target=finding, key=finding.ref, origin=origin)
    if submission_key:
        forget_typed_form(by=by, key=submission_key)
    if submit and finding.status == Status.DRAFT:
        return submit_finding(by=by, finding=finding, version=finding.version)
    return finding


@transaction.atomic
def update_finding(
    *,
    by: Person,
    finding: Finding,
    data: FindingInput,
    version: int,
    submit: bool = False,
    typed_form: str = "",
) -> Finding:
    """Save changed content as the next version, and submit it in the same transaction when asked to.

    ``typed_form`` is the key of the typed form that this saves; it is forgotten then.

    A published finding that partnerships or the public can read goes back to the funder's circle: its new
    words must be released again by a second person. Raises Conflict, PermissionDenied, ValidationError.
    """
    finding = locked_finding(finding, version)
    if not may_edit(by, finding):
        raise PermissionDenied
    # The version begins before its source is saved, so that the source's history belongs to it.
    finding.updated_at = finding._history_date = timezone.now()
    check_content(data)
    if finding.status == Status.PUBLISHED:
        visibility = visibility_after_rewording(finding, data.source, quote=data.quote.strip())
        data = dataclasses.replace(data, visibility=visibility)
    changed = changed_fields(finding, data)
    former_source = finding.source
    if former_source and former_source.self_report_id and data.source != former_source:
        raise ValidationError({"source": "It is made of what a partnership reported: its source stays."})
    assign_content(finding, data)
    finding.source = source_for(finding, data, by=by)
    finding.updated_by = by
    save_next_version(finding, by=by)
    write_relations(finding, data, by=by)
    delete_if_unused(former_source)
    if finding.status in (Status.SUBMITTED, Status.PUBLISHED):
        raise_problems(finding)
    end_what_may_not_be_asked(finding, by=by)
    record(
        by=by, verb="finding.edited", target=finding, key=finding.ref, fields=changed, version=finding.version
    )
    if typed_form:
        forget_typed_form(by=by, key=typed_form)
    if submit:
        return submit_finding(by=by, finding=finding, version=finding.version)
    return finding


@transaction.atomic
def delete_draft(*, by: Person, finding: Finding, version: int) -> None:
    """Delete a draft and its history for good. Raises Conflict, PermissionDenied, StepRefused."""
    finding = locked_finding(finding, version)
    refuse_unless(finding, (Status.DRAFT,), "Only a draft can be deleted.")
    if not may_delete(by, finding):
        raise PermissionDenied
    source, key = finding.source, finding.pk
    put_back_proposals(finding)
    forget_appraisals(findings=[key])
    delete_files_of(finding)
    finding.delete()
    delete_history(key)
    delete_if_unused(source)
    record(by=by, verb="finding.deleted", target=finding, key=finding.ref)


def put_back_proposals(finding: Finding) -> None:
    """Let the answers that the finding was made of wait for an evaluator again."""
    finding.proposals.update(state=Proposal.State.WAITING, finding=None, decided_at=None, decided_by=None)


def delete_history(key: int) -> None:
    """Delete every former state of a finding: of itself, of what it is about, of its codings."""
    of_finding = Finding.history.model
    for relation in of_finding._meta.related_objects:  # the tables of former partnerships, sectors …
        relation.related_model._default_manager.filter(history__id=key).delete()
    of_finding.objects.filter(id=key).delete()
    Coding.history.filter(finding_id=key).delete()


def delete_if_unused(source: Source | None) -> None:
    """Delete a finding's own source with its history, once no finding rests on it."""
    if source and not source.is_shared and not source.findings.exists():
        forget_appraisals(sources=[source.pk])
        key = source.pk
        source.delete()
        Source.history.filter(id=key).delete()


# The steps of review.


@transaction.atomic
def submit_finding(*, by: Person, finding: Finding, version: int) -> Finding:
    """Hand a draft or a returned finding to the leads.

    Raises ValidationError by field when something that a reader needs is missing.
    """
    finding = locked_finding(finding, version)
    refuse_unless(
        finding, (Status.DRAFT, Status.RETURNED), "Only a draft or a returned finding can be submitted."
    )
    if not may_submit(by, finding):
        raise PermissionDenied
    raise_problems(finding)
    finding.submitted_at, finding.submitted_by = timezone.now(), by
    return take_step(finding, ReviewStep.Step.SUBMIT, Status.SUBMITTED, by=by)


@transaction.atomic
def return_finding(*, by: Person, finding: Finding, version: int, reason: str) -> Finding:
    """Send a submitted finding back to its author, who is told by e-mail; the reason stays in the record."""
    finding = locked_finding(finding, version)
    refuse_unless(finding, (Status.SUBMITTED,), "Only a submitted finding can be returned.")
    if not may_return(by, finding):
        raise PermissionDenied
    require_reason(reason, "Say what should change, so that the author can act on it.")
    return take_step(finding, ReviewStep.Step.RETURN, Status.RETURNED, by=by, reason=reason)


@transaction.atomic
def publish_finding(
    *,
    by: Person,
    finding: Finding,
    version: int,
    visibility: str,
    checklist: Iterable[str] = (),
    reason: str = "",
    changes: Changes = MappingProxyType({}),
    mask_area: bool | None = None,
) -> Finding:
    """Publish a submitted finding for a circle of readers, or change the circle of a published one.

    With ``mask_area`` readers beyond the funder do not learn where it is from; None leaves that as it is.

    Beyond the funder every point of ``AnonymisationPoint`` must be in ``checklist``, confirmed by somebody
    who did not write its words. ``changes`` is what was changed on publishing. Raises ValidationError for
    ``visibility`` or ``checklist``.
    """
    finding = locked_finding(finding, version)
    refuse_unless(finding, (Status.SUBMITTED, Status.PUBLISHED), "Only a submitted finding can be published.")
    if not may_publish(by, finding):
        raise PermissionDenied
    if visibility not in Finding.Visibility.values:
        raise ValidationError({"visibility": "Choose who may read it."})
    confirmed = sorted(set(checklist) & set(AnonymisationPoint.values))
    if visibility in BEYOND_THE_FUNDER and finding.origin != Finding.Origin.LITERATURE:
        check_release(by, finding, confirmed)
    finding.visibility = visibility
    if mask_area is not None:
        finding.mask_area = mask_area and finding.origin != Finding.Origin.LITERATURE
    raise_problems(finding)
    is_new = finding.status != Status.PUBLISHED
    if is_new:
        finding.published_at, finding.published_by = timezone.now(), by
    finding = take_step(
        finding,
        ReviewStep.Step.PUBLISH,
        Status.PUBLISHED,
        by=by,
        reason=reason,
        checklist=confirmed,
        changes=changes,
    )
    if is_new:
        tell_what_was_learned(finding, by=by)
    return finding


@transaction.atomic
def publish_with_changes(
    *,
    by: Person,
    finding: Finding,
    data: FindingInput,
    version: int,
    reason: str,
    checklist: Iterable[str] = (),
    typed_form: str = "",
) -> Finding:
    """Publish a submitted finding in changed words, for the circle that ``data`` names.

    The step keeps each changed part as it was submitted and as it is published, with ``reason`` as the note
    to the author, who is told. Whoever changes words can't release them beyond the funder. Raises Conflict,
    PermissionDenied, StepRefused, and ValidationError by field.
    """
    finding = locked_finding(finding, version)
    refuse_unless(finding, (Status.SUBMITTED,), "Only a submitted finding can be published with changes.")
    if not may_publish(by, finding):
        raise PermissionDenied
    submitted = input_of(finding)
    check_content(data)
    if set(changed_fields(finding, data)) - {"visibility"}:
        require_reason(reason, "Say what you changed and why, for the author.")
        finding = update_finding(by=by, finding=finding, data=data, version=version)
    if typed_form:
        forget_typed_form(by=by, key=typed_form)
    return publish_finding(
        by=by,
        finding=finding,
        version=finding.version,
        visibility=data.visibility,
        checklist=checklist,
        reason=reason,
        changes=changes_between(words_of(submitted), words_of(data)),
    )


def changes_between(before: dict[str, str], after: dict[str, str]) -> Changes:
    """The parts that differ, each with both wordings."""
    return {part: [before[part], after[part]] for part in before if before[part] != after[part]}


@transaction.atomic
def withdraw_finding(*, by: Person, finding: Finding, version: int, reason: str) -> Finding:
    """Take a published finding back from its readers; the evaluation team keeps it with the reason."""
    finding = locked_finding(finding, version)
    refuse_unless(finding, (Status.PUBLISHED,), "Only a published finding can be withdrawn.")
    if not may_withdraw(by, finding):
        raise PermissionDenied
    require_reason(reason, "Say why it is withdrawn; the reason stays in the record.")
    finding = take_step(finding, ReviewStep.Step.WITHDRAW, Status.WITHDRAWN, by=by, reason=reason)
    end_what_may_not_be_asked(finding, by=by)
    return finding


def refuse_unless(finding: Finding, statuses: Sequence[str], message: str) -> None:
    if finding.status not in statuses:
        raise StepRefused(f"{message} This one is {finding.get_status_display().lower()}.")


def locked_finding(finding: Finding, version: int) -> Finding:
    """The finding as it is now, locked for this transaction. Raises Conflict when ``version`` is old."""
    lock_source_of(finding)
    return locked(Finding, finding, version)


def lock_source_of(finding: Finding) -> None:
    """Lock a finding's source before the finding itself: in the same order as where consent is withdrawn, so
    that neither waits for the other for ever.
    """
    Source.objects.select_for_update().filter(pk=finding.source_id or 0).first()


def take_step(
    finding: Finding,
    step: str,
    status: str,
    *,
    by: Person,
    reason: str = "",
    checklist: Sequence[str] = (),
    changes: Changes = MappingProxyType({}),
) -> Finding:
    is_news = finding.status != status  # and not a new circle of readers alone
    finding.status = status
    finding.claimed_at = finding.claimed_by = None
    save_next_version(finding, by=by)
    ReviewStep.objects.create(
        finding=finding,
        step=step,
        finding_version=finding.version,
        visibility=finding.visibility,
        mask_area=finding.mask_area,
        reason=reason.strip(),
        checklist=list(checklist),
        changes=dict(changes),
        by=by,
    )
    if is_news:
        tell_of_step(finding, step, by=by, with_changes=bool(changes))
    record(
        by=by,
        verb=f"finding.{Status(status).value}",
        target=finding,
        key=finding.ref,
        version=finding.version,
        visibility=finding.visibility,
    )
    return finding


def save_next_version(finding: Finding, *, by: Person) -> None:
    finding.version += 1
    finding._history_user = by
    finding.save()
