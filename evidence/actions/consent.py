"""What follows when those behind a source narrow their consent, or take it back."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from evidence.actions.appraisals import forget_appraisals
from evidence.actions.attachments import erase_files
from evidence.actions.ended_requests import end_what_may_not_be_asked, erase_replies
from evidence.actions.fieldwork_rules import works_on_source
from evidence.actions.finding_rules import require_reason, widest_circle
from evidence.actions.findings import take_step
from evidence.actions.notices import tell_of_withdrawn_consent
from evidence.actions.question_answers import take_back_citations
from evidence.models import (
    Attachment,
    CaseStudy,
    Coding,
    EditionFinding,
    Finding,
    Proposal,
    ReviewStep,
    Source,
    TypedForm,
)
from evidence.models.visibility import reaches_beyond
from evidence.queries.promises import consent_of
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.locking import locked
from partnerships.models import Person

# What stands in the place of every word that was erased.
TOMBSTONE = "Withdrawn with the source's consent"
NARROWED = "The consent of its source was narrowed."


@transaction.atomic
def withdraw_consent(*, by: Person, source: Source, version: int, reason: str) -> Source:
    """Take back everything that rests on a source, at once and for good.

    Its findings, in whatever status, become withdrawn and lose every word, in their history and in editions
    too; its files and theirs are erased. What stays is that there was a finding or a file, where it was from,
    and why it is gone. A published case study goes back to draft, since its narrative may tell of the source.
    Raises Conflict, PermissionDenied, StepRefused, and ValidationError for ``reason``.
    """
    source = locked(Source, source, version)
    if not works_on_source(by, source):
        raise PermissionDenied
    if source.is_withdrawn:
        raise StepRefused("The consent of this source was withdrawn already.")
    require_reason(reason, "Say how the consent was taken back; the reason stays in the record.")
    source.label = source.respondent_role = ""
    source.respondent_sector = None
    source.consent_withdrawn_at, source.consent_withdrawn_by = timezone.now(), by
    source.consent_withdrawn_reason = reason.strip()
    source.version += 1
    source._history_user = by
    source.save()
    Source.history.filter(id=source.pk).update(respondent_role="", respondent_sector=None)
    TypedForm.objects.filter(Q(source=source) | Q(content__source_ref=[source.ref])).delete()
    findings = list(Finding.objects.select_for_update().filter(source=source).order_by("pk"))
    forget_appraisals(findings=[finding.pk for finding in findings], sources=[source.pk])
    for finding in findings:
        erase(finding, by=by, reason=reason)
    rested_on_it = Finding.history.filter(source_id=source.pk)  # among them those of another source now
    erase_words(rested_on_it)
    if source.self_report_id:
        drop_proposals(source, by=by)
    EditionFinding.objects.filter(finding__in=rested_on_it.values("id")).update(content={})
    take_back_citations(findings, by=by)
    take_back(source.case_study, by=by)
    files = erase_files(Attachment.objects.filter(Q(source=source) | Q(finding__source=source)), by=by)
    tell_of_withdrawn_consent(source, [finding.created_by for finding in findings], by=by)
    refs = [finding.ref for finding in findings]
    record(by=by, verb="source.consent-withdrawn", target=source, key=source.ref, findings=refs, files=files)
    return source


def erase(finding: Finding, *, by: Person, reason: str) -> None:
    """Withdraw a finding and leave nothing of it to read, now or before."""
    finding.title = finding.text = TOMBSTONE
    finding.quote = ""
    finding._history_user = by
    finding.organisations.clear()
    finding.codings.update(note="")
    finding.steps.update(reason="", changes={})
    finding.comments.all().delete()
    finding.typed_forms.all().delete()
    take_step(finding, ReviewStep.Step.WITHDRAW, Finding.Status.WITHDRAWN, by=by, reason=reason)
    end_what_may_not_be_asked(finding, by=by)
    erase_replies(finding, words=TOMBSTONE)
    erase_history(finding)


def erase_history(finding: Finding) -> None:
    former = Finding.history.filter(id=finding.pk)
    erase_words(former)
    Finding.history.model.organisations.filter(history__in=former).delete()
    Coding.history.filter(finding_id=finding.pk).update(note="")


def erase_words(former: QuerySet[Any]) -> None:
    """Leave nothing to read in these former states of findings."""
    former.update(title=TOMBSTONE, text=TOMBSTONE, quote="")


def drop_proposals(source: Source, *, by: Person) -> None:
    """Offer nothing of a report to evaluators any more, and keep no copy of what it said."""
    offered = Proposal.objects.filter(self_report=source.self_report_id)
    offered.filter(state=Proposal.State.WAITING).update(
        state=Proposal.State.DROPPED, reason=TOMBSTONE, decided_at=timezone.now(), decided_by=by
    )
    offered.update(words=TOMBSTONE)


def take_back(study: CaseStudy | None, *, by: Person) -> None:
    """Put a published case study back to draft, until a lead has read it again."""
    if study is None:
        return
    study = CaseStudy.objects.select_for_update().get(pk=study.pk)
    if study.status != CaseStudy.Status.PUBLISHED:
        return
    study.status = CaseStudy.Status.DRAFT
    study.version += 1
    study._history_user = by
    study.save()
    record(by=by, verb="case-study.taken-back", target=study, key=study.slug, version=study.version)


def keep_within_consent(source: Source, *, by: Person) -> list[Finding]:
    """Narrow the readers of published findings that go further than their source has agreed to, and ask no
    partnership what it can't be shown any more.
    """
    resting_on_it = Finding.objects.select_for_update().filter(source=source)
    narrowed = []
    for finding in resting_on_it.order_by("pk"):
        finding.source = source
        end_what_may_not_be_asked(finding, by=by)
        if finding.status != Finding.Status.PUBLISHED:
            continue
        limit = widest_circle(consent_of(finding) or source, quote=finding.quote)
        if reaches_beyond(finding.visibility, limit):
            finding.visibility = limit
            take_step(finding, ReviewStep.Step.PUBLISH, finding.status, by=by, reason=NARROWED)
            narrowed.append(finding)
    return narrowed
