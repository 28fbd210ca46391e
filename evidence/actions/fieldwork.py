"""Every write to case studies, and to sources that are noted by themselves."""

import dataclasses
from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions.consent import keep_within_consent
from evidence.actions.fieldwork_rules import (
    may_edit_source,
    may_publish_study,
    may_release_study,
    works_on_study,
)
from evidence.actions.finding_input import SourceInput, field_errors, source_errors
from evidence.actions.finding_rules import (
    BEYOND_THE_FUNDER,
    AnonymisationPoint,
    may_log,
    require_checklist,
)
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import CaseStudy, Source, TypedForm, Visibility, Wave
from evidence.models.visibility import narrower, reaches_beyond
from evidence.queries.promises import widest_promised
from partnerships.access import Role
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.locking import locked
from partnerships.models import Partnership, Person

# Case studies


@dataclasses.dataclass(frozen=True, kw_only=True)
class CaseStudyInput:
    """What a person states of a case study, besides the partnership and the wave."""

    evaluators: Sequence[Person] = ()
    methods: str = ""
    narrative: str = ""
    planned_interviews: int | None = None


@transaction.atomic
def begin_case_study(*, by: Person, partnership: Partnership, wave: Wave, data: CaseStudyInput) -> CaseStudy:
    """Begin the case study of a partnership in a wave; there can be only one.

    Raises PermissionDenied, and ValidationError by field (``wave``, ``evaluators``, ``narrative`` …).
    """
    if not may_log(by):
        raise PermissionDenied
    if CaseStudy.objects.filter(partnership=partnership, wave=wave).exists():
        raise ValidationError({"wave": "There is a case study of this partnership in this wave already."})
    study = CaseStudy(
        partnership=partnership,
        wave=wave,
        slug=f"{partnership.slug}-wave-{wave.number}",
        created_by=by,
        updated_by=by,
        is_demonstration=by.is_demonstration,
    )
    write_study(study, data, by=by)
    record(by=by, verb="case-study.begun", target=study, key=study.slug)
    return study


@transaction.atomic
def update_case_study(*, by: Person, study: CaseStudy, data: CaseStudyInput, version: int) -> CaseStudy:
    """Save changed content as the next version.

    One that partnerships or the public can read goes back to the funder's circle: its new words must be
    released again. What its editor typed and kept is forgotten, being saved now. Raises Conflict,
    PermissionDenied, ValidationError.
    """
    study = locked(CaseStudy, study, version)
    if not works_on_study(by, study):
        raise PermissionDenied
    if study.status == CaseStudy.Status.PUBLISHED:
        study.visibility = narrower(study.visibility, Visibility.FUNDER)
    study.version += 1
    study.updated_by, study.updated_at = by, timezone.now()
    write_study(study, data, by=by)
    forget_typed_form(by=by, key=TypedForm.key_of_study(study))
    record(by=by, verb="case-study.edited", target=study, key=study.slug, version=study.version)
    return study


def write_study(study: CaseStudy, data: CaseStudyInput, *, by: Person) -> None:
    study.methods, study.narrative = data.methods.strip(), data.narrative.strip()
    study.planned_interviews = data.planned_interviews
    if errors := field_errors(study, leave_out=("created_by", "updated_by", "published_by")):
        raise ValidationError(errors)
    if any(not person.role_keys & {Role.EVALUATOR, Role.LEAD} for person in data.evaluators):
        raise ValidationError({"evaluators": "Choose members of the evaluation team."})
    study._history_user = by
    study.save()
    study.evaluators.set(data.evaluators)


@transaction.atomic
def publish_case_study(
    *, by: Person, study: CaseStudy, version: int, visibility: str, checklist: Iterable[str] = ()
) -> CaseStudy:
    """Publish a case study for a circle of readers, or change the circle of a published one.

    Beyond the funder the anonymisation checklist must be confirmed by somebody who did not write it.
    """
    study = locked(CaseStudy, study, version)
    if not may_publish_study(by, study):
        raise PermissionDenied
    if visibility not in Visibility.values:
        raise ValidationError({"visibility": "Choose who may read it."})
    if not study.narrative:
        raise StepRefused("A case study is published once its narrative is written.")
    confirmed = sorted(set(checklist) & set(AnonymisationPoint.values))
    if visibility in BEYOND_THE_FUNDER:
        if not may_release_study(by, study):
            message = "Somebody who did not write it has to release it to partnerships or the public."
            raise ValidationError({"visibility": message})
        require_checklist(confirmed)
    if study.status != CaseStudy.Status.PUBLISHED:
        study.status = CaseStudy.Status.PUBLISHED
        study.published_at, study.published_by = timezone.now(), by
    study.visibility = visibility
    study.version += 1
    study._history_user = by
    study.save()
    record(
        by=by,
        verb="case-study.published",
        target=study,
        key=study.slug,
        version=study.version,
        visibility=visibility,
        checklist=confirmed,
    )
    return study


# Sources


@dataclasses.dataclass(frozen=True, kw_only=True)
class SourceEntry(SourceInput):
    """What a person states of a source that is noted by itself, for several findings to rest on."""

    label: str = ""
    anonymised: bool = False


@transaction.atomic
def note_source(*, by: Person, case_study: CaseStudy, data: SourceEntry) -> Source:
    """Note a source of a case study. Raises PermissionDenied, and ValidationError by field."""
    if not works_on_study(by, case_study):
        raise PermissionDenied
    source = Source(
        case_study=case_study, is_shared=True, created_by=by, is_demonstration=by.is_demonstration
    )
    write_source(source, data, by=by)
    record(by=by, verb="source.noted", target=source, key=source.ref, case_study=case_study.slug)
    return source


@transaction.atomic
def update_source(*, by: Person, source: Source, data: SourceEntry, version: int) -> Source:
    """Save what changed of a source; published findings that now go too far are narrowed at once.

    Raises Conflict, PermissionDenied, ValidationError by field.
    """
    source = locked(Source, source, version)
    if not may_edit_source(by, source):
        raise PermissionDenied
    if source.self_report and (problems := beyond_the_promise(source, data)):
        raise ValidationError(problems)
    source.version += 1
    source.is_shared = True
    write_source(source, data, by=by)
    narrowed = [finding.ref for finding in keep_within_consent(source, by=by)]
    record(
        by=by,
        verb="source.edited",
        target=source,
        key=source.ref,
        version=source.version,
        consent_scope=source.consent_scope,
        quote_permission=source.quote_permission,
        narrowed=narrowed,
    )
    return source


def beyond_the_promise(source: Source, data: SourceEntry) -> dict[str, str]:
    """What a self-report's round, which told its reporters who reads it, has against what is stated."""
    problems = {}
    if source.self_report and reaches_beyond(data.consent_scope, widest_promised(source.self_report.round)):
        problems["consent_scope"] = (
            "The round told the partnership that fewer people read its report. Ask it about a finding to let "
            "that go further."
        )
    if data.quote_permission:
        problems["quote_permission"] = "Ask the partnership about each finding that quotes its report."
    return problems


def write_source(source: Source, data: SourceEntry, *, by: Person) -> None:
    if errors := source_errors(data):
        raise ValidationError(errors)
    for field in dataclasses.fields(SourceInput):
        setattr(source, field.name, getattr(data, field.name))
    source.label = data.label.strip()
    if data.anonymised != (source.anonymised_at is not None):
        source.anonymised_at, source.anonymised_by = (timezone.now(), by) if data.anonymised else (None, None)
    source._history_user = by
    source.save()
