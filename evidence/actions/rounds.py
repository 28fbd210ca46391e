"""Every write to a round: planning, opening, closing, reminding."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from evidence.actions.consent import keep_within_consent
from evidence.actions.questionnaires import fix_version, free_key
from evidence.actions.ratings import end_ratings_of_round
from evidence.actions.report_notices import ReportNotice, reporters_of, tell
from evidence.actions.report_rules import require_manager_of_rounds
from evidence.models import Questionnaire, QuestionnaireVersion, ReportStep, Round, SelfReport, Source
from evidence.queries.questionnaires import newest_version
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.locking import locked
from partnerships.models import Partnership, Person

Status = Round.Status
BETWEEN_REMINDERS = datetime.timedelta(days=7)
FROM_NARROW_TO_WIDE: list[str] = [
    Round.FunderReads.NEVER,
    Round.FunderReads.CLOSED,
    Round.FunderReads.ACCEPTED,
]
# While a report is in one of these, its partnership has something to do.
WAITED_FOR = (SelfReport.Status.INVITED, SelfReport.Status.IN_PROGRESS, SelfReport.Status.RETURNED)


@dataclass(frozen=True, kw_only=True)
class RoundInput:
    """What a person states of a round."""

    title: str
    opens_on: datetime.date
    closes_on: datetime.date
    questionnaire: Questionnaire
    partnerships: Sequence[Partnership]
    purpose: str = ""
    funder_reads: str = Round.FunderReads.NEVER
    reminds_before: int | None = None
    reminds_when_late: bool = False


@transaction.atomic
def plan_round(*, by: Person, data: RoundInput) -> Round:
    """A round that nobody outside hears of yet. Raises ValidationError by field."""
    require_manager_of_rounds(by)
    slugs = {*Round.objects.values_list("slug", flat=True), "new"}
    planned = Round(
        slug=free_key(data.title, slugs, "round", 60),
        created_by=by,
        is_demonstration=by.is_demonstration,
    )
    write_round(planned, data)
    record(by=by, verb="round.planned", target=planned, key=planned.slug)
    return planned


@transaction.atomic
def change_round(*, by: Person, round_: Round, version: int, data: RoundInput) -> Round:
    """Change a round. Once it was opened its questionnaire stays, partnerships can only be added, and the
    funder can't come to read more than they were told. Raises Conflict, and ValidationError by field.
    """
    require_manager_of_rounds(by)
    current = locked(Round, round_, version)
    if current.status != Status.PLANNED:
        refuse_what_is_promised(current, data)
    before = set(current.partnerships.values_list("pk", flat=True))
    current.version += 1
    write_round(current, data)
    added = [partnership for partnership in data.partnerships if partnership.pk not in before]
    if current.status != Status.PLANNED:
        invite(current, added, by=by)
        narrow_findings(current, by=by)
    record(
        by=by,
        verb="round.edited",
        target=current,
        key=current.slug,
        version=current.version,
        partnerships_added=[partnership.slug for partnership in added],
    )
    return current


def refuse_what_is_promised(current: Round, data: RoundInput) -> None:
    problems = {}
    if data.questionnaire != current.questionnaire:
        problems["questionnaire"] = "The round has opened with its questionnaire: that can't change any more."
    if set(current.partnerships.all()) - set(data.partnerships):
        problems["partnerships"] = (
            "A partnership that was asked can't be taken out again. You can add others."
        )
    if FROM_NARROW_TO_WIDE.index(data.funder_reads) > FROM_NARROW_TO_WIDE.index(current.funder_reads):
        problems["funder_reads"] = "Partnerships were told that the funder reads less than that."
    if problems:
        raise ValidationError(problems)


def write_round(round_: Round, data: RoundInput) -> None:
    round_.title, round_.purpose = data.title.strip(), data.purpose.strip()
    round_.opens_on, round_.closes_on = data.opens_on, data.closes_on
    round_.questionnaire, round_.funder_reads = data.questionnaire, data.funder_reads
    round_.reminds_before, round_.reminds_when_late = data.reminds_before, data.reminds_when_late
    if data.closes_on < data.opens_on:
        raise ValidationError({"closes_on": "A round can't close before it opens."})
    round_.full_clean()
    round_.save()
    round_.partnerships.set(data.partnerships)


@transaction.atomic
def open_round(*, by: Person, round_: Round, version: int) -> Round:
    """Ask every partnership of the round. Its questionnaire is fixed as it stands. Raises StepRefused."""
    require_manager_of_rounds(by)
    current = locked(Round, round_, version)
    if current.status != Status.PLANNED:
        raise StepRefused("The round was opened already.")
    partnerships = list(current.partnerships.all())
    if not partnerships:
        raise StepRefused("Choose the partnerships first.")
    questionnaire = newest_version(current.questionnaire)
    questionnaire = QuestionnaireVersion.objects.select_for_update().get(pk=questionnaire.pk)
    if not questionnaire.questions.exists():
        raise StepRefused("Its questionnaire has no questions yet.")
    if questionnaire.is_draft:
        fix_version(by=by, version=questionnaire)
    current.questionnaire_version = questionnaire
    current.status, current.opened_at, current.opened_by = Status.OPEN, timezone.now(), by
    current.version += 1
    current.save()
    invite(current, partnerships, by=by)
    record(
        by=by,
        verb="round.opened",
        target=current,
        key=current.slug,
        questionnaire=f"{current.questionnaire.slug} {questionnaire.number}",
        partnerships=[partnership.slug for partnership in partnerships],
    )
    return current


def invite(round_: Round, partnerships: Iterable[Partnership], *, by: Person) -> None:
    for partnership in partnerships:
        report = SelfReport.objects.create(round=round_, partnership=partnership, invited_by=by)
        tell(reporters_of(partnership.pk), ReportNotice.INVITED, report, by=by)


@transaction.atomic
def close_round(*, by: Person, round_: Round, version: int) -> Round:
    """End a round: what was not submitted stays as it is. Returned reports can still be finished."""
    require_manager_of_rounds(by)
    current = locked(Round, round_, version)
    if current.status != Status.OPEN:
        raise StepRefused("Only an open round can be closed.")
    current.status, current.closed_at, current.closed_by = Status.CLOSED, timezone.now(), by
    current.version += 1
    current.save()
    end_ratings_of_round(current, by=by)
    record(by=by, verb="round.closed", target=current, key=current.slug)
    return current


@transaction.atomic
def reopen_round(*, by: Person, round_: Round, version: int) -> Round:
    """Let the partnerships of a closed round go on where they were."""
    require_manager_of_rounds(by)
    current = locked(Round, round_, version)
    if current.status != Status.CLOSED:
        raise StepRefused("Only a closed round can be opened again.")
    current.status, current.closed_at, current.closed_by = Status.OPEN, None, None
    current.version += 1
    current.save()
    narrow_findings(current, by=by)
    record(by=by, verb="round.opened-again", target=current, key=current.slug)
    return current


def narrow_findings(round_: Round, *, by: Person) -> None:
    """Take published findings back from readers whom the round does not let read its reports now."""
    sources = Source.objects.select_for_update(of=("self",)).filter(self_report__round=round_)
    for source in sources.select_related("self_report__round").order_by("pk"):
        keep_within_consent(source, by=by)


@transaction.atomic
def remind(*, by: Person, round_: Round, refs: Iterable[str]) -> list[SelfReport]:
    """Remind the partnerships of these reports, and return the reports that a reminder went out for.

    Not those that have nothing to do now, nor those that had a reminder in the last seven days.
    """
    require_manager_of_rounds(by)
    reports = SelfReport.objects.visible_to(by).filter(round=round_, ref__in=list(refs))
    return remind_those_that_can_be(reports, by=by)


@transaction.atomic
def remind_on_schedule() -> None:
    """Send the reminders that rounds have arranged for today.

    May run at any time, also twice at once: a report that was reminded waits for seven days.
    """
    today = timezone.localdate()
    rounds = [
        round_.pk
        for round_ in Round.objects.filter(status=Status.OPEN).order_by("pk")
        if is_day_for_reminders(round_, today)
    ]
    remind_those_that_can_be(SelfReport.objects.filter(round__in=rounds), by=None)


def is_day_for_reminders(round_: Round, today: datetime.date) -> bool:
    """Whether the round's schedule wants reminders on this day."""
    if today > round_.closes_on:
        return round_.reminds_when_late
    if round_.reminds_before is None:
        return False
    return today >= round_.closes_on - datetime.timedelta(days=round_.reminds_before)


def remind_those_that_can_be(reports: QuerySet[SelfReport], *, by: Person | None) -> list[SelfReport]:
    reminded = []
    for report in reports.select_for_update(of=["self"]).select_related("round").order_by("pk"):
        if not can_be_reminded(report):
            continue
        report.reminded_at, report.reminded_by = timezone.now(), by
        report.save(update_fields=["reminded_at", "reminded_by"])
        ReportStep.objects.create(
            self_report=report, step=ReportStep.Step.REMIND, report_version=report.version, by=by
        )
        tell(reporters_of(report.partnership_id), ReportNotice.REMINDED, report, by=by)
        reminded.append(report)
    for report in reminded:
        record(by=by, verb="self-report.reminded", target=report, key=report.ref)
    return reminded


def can_be_reminded(report: SelfReport) -> bool:
    """Whether its partnership has something to do, and was not reminded in the last seven days."""
    if report.status not in WAITED_FOR or not report.is_with_partnership:
        return False
    return report.reminded_at is None or timezone.now() - report.reminded_at >= BETWEEN_REMINDERS
