"""What a partnership says of itself in a round: its report, the answers, and the steps they go through."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from evidence.models.questionnaire import Question, Section
from evidence.models.refs import random_ref
from evidence.models.round import Round
from partnerships.access import Permission, permissions_of
from partnerships.models import Partnership, VisibleQuerySet

NEVER = models.Q(pk__in=[])


def new_report_ref() -> str:
    """A fresh ref: P-, for partnership, and eight characters that cannot be confused."""
    return random_ref("P")


class SelfReportQuerySet(VisibleQuerySet):
    """Knowing of a report and reading its answers are two things: a round's board needs the first alone."""

    def visible_to(self, person: Any) -> Self:
        """Whoever may know of a report: its readers, the evaluation team, and those who run rounds."""
        if {Permission.READ_TEAM, Permission.MANAGE_ROUNDS} & permissions_of(person):
            return self.all()
        return self.read_by(person)

    def read_by(self, person: Any) -> Self:
        """Whoever may read the answers.

        Its own partnership's reporters always; the evaluation team while it is submitted or accepted, so that
        nobody else reads half a thought; the funder once it is accepted, if and when the round says so.
        """
        permissions, status = permissions_of(person), SelfReport.Status
        rule = NEVER
        if Permission.FILL_IN_REPORTS in permissions:
            rule |= models.Q(partnership__in=person.reported_partnership_ids)
        if Permission.READ_TEAM in permissions:
            rule |= models.Q(status__in=(status.SUBMITTED, status.ACCEPTED))
        if Permission.READ_SHARED_WITH_FUNDER in permissions:
            reads = Round.FunderReads
            rule |= models.Q(status=status.ACCEPTED, round__funder_reads=reads.ACCEPTED)
            rule |= models.Q(
                status=status.ACCEPTED, round__funder_reads=reads.CLOSED, round__status=Round.Status.CLOSED
            )
        return self.filter(rule)


class SelfReport(models.Model):
    """A partnership's report in a round. Only while it is with the partnership can anything in it change."""

    class Status(models.TextChoices):
        INVITED = "invited", "Not started"
        IN_PROGRESS = "in-progress", "In progress"
        SUBMITTED = "submitted", "Submitted"
        RETURNED = "returned", "Returned"
        ACCEPTED = "accepted", "Accepted"

    ref = models.CharField(max_length=10, unique=True, default=new_report_ref, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="self_reports", editable=False)
    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="self_reports", editable=False
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.INVITED, editable=False)
    # Counts every change of the report and of its answers: whoever submits has checked exactly this state.
    version = models.PositiveIntegerField(default=1, editable=False)
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports_invited", editable=False
    )
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reports_started",
        null=True,
        blank=True,
        editable=False,
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reports_submitted",
        null=True,
        blank=True,
        editable=False,
    )
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reports_accepted",
        null=True,
        blank=True,
        editable=False,
    )
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reports_reminded",
        null=True,
        blank=True,
        editable=False,
        help_text="Nobody where the round's schedule did it.",
    )

    objects = SelfReportQuerySet.as_manager()

    class Meta:
        ordering = ["-round__opens_on", "partnership__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "partnership"],
                name="one_report_of_round_and_partnership",
                violation_error_message="This partnership has a report in this round already.",
            ),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{deed}_at__isnull": True, f"{deed}_by__isnull": True})
                    | models.Q(**{f"{deed}_at__isnull": False, f"{deed}_by__isnull": False}),
                    name=f"report_{deed}_at_with_by",
                    violation_error_message="What was done has both a time and a person.",
                )
                for deed in ("started", "submitted", "accepted")
            ),
            models.CheckConstraint(
                condition=~models.Q(status__in=["submitted", "returned", "accepted"])
                | models.Q(submitted_at__isnull=False),
                name="submitted_report_has_a_date",
                violation_error_message="A report that was submitted says when.",
            ),
            models.CheckConstraint(
                condition=models.Q(status="accepted", accepted_at__isnull=False)
                | (~models.Q(status="accepted") & models.Q(accepted_at=None)),
                name="accepted_report_has_a_date",
                violation_error_message="An accepted report, and no other, says when it was accepted.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partnership}, {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:report-detail", args=[self.ref])

    @property
    def is_with_partnership(self) -> bool:
        """Whether the partnership can write in it: until it is submitted, as long as the round is open; and
        whenever it was returned.
        """
        if self.status == self.Status.RETURNED:
            return True
        begun = self.status in (self.Status.INVITED, self.Status.IN_PROGRESS)
        return begun and self.round.status == Round.Status.OPEN

    @property
    def is_late(self) -> bool:
        """Whether it came, or is still to come, after the round's last day."""
        day = timezone.localtime(self.submitted_at).date() if self.submitted_at else timezone.localdate()
        return day > self.round.closes_on


class OfReadReportsQuerySet(VisibleQuerySet):
    """What is part of a report, for those who may read its answers."""

    def visible_to(self, person: Any) -> Self:
        return self.filter(self_report__in=SelfReport.objects.read_by(person))


class Answer(models.Model):
    """What a partnership answered to one question, every version kept."""

    self_report = models.ForeignKey(
        SelfReport, on_delete=models.CASCADE, related_name="answers", editable=False
    )
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers", editable=False)
    # In the shape of the question's kind: see evidence/models/answer_values.py.
    value = models.JSONField(editable=False)
    is_empty = models.BooleanField(default=False, editable=False)  # it was answered, and emptied again
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="answers_updated", editable=False
    )

    _history_user: Any  # who is changing it; the history reads it on saving
    objects = OfReadReportsQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["self_report", "question"]
        constraints = [
            models.UniqueConstraint(
                fields=["self_report", "question"],
                name="one_answer_of_report_and_question",
                violation_error_message="This question is answered already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.self_report.ref}: {self.question.key}"


class FinishedSection(models.Model):
    """That somebody of the partnership considers one subject of its report finished."""

    self_report = models.ForeignKey(
        SelfReport, on_delete=models.CASCADE, related_name="finished_sections", editable=False
    )
    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="finished_in", editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sections_finished", editable=False
    )

    objects = OfReadReportsQuerySet.as_manager()

    class Meta:
        ordering = ["self_report", "section"]
        constraints = [
            models.UniqueConstraint(
                fields=["self_report", "section"],
                name="one_mark_of_report_and_section",
                violation_error_message="This subject is marked as finished already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.self_report.ref}: {self.section}"


class ColleagueNoteQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The people of the partnership, and nobody else at any time."""
        if Permission.FILL_IN_REPORTS not in permissions_of(person):
            return self.none()
        return self.filter(self_report__partnership__in=person.reported_partnership_ids)


class ColleagueNote(models.Model):
    """A word between colleagues of a partnership about a question. Neither team nor funder ever reads it."""

    self_report = models.ForeignKey(
        SelfReport, on_delete=models.CASCADE, related_name="notes", editable=False
    )
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="notes", editable=False)
    text = models.TextField(validators=[MaxLengthValidator(1_000)])
    addressee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="report_notes_received",
        null=True,
        blank=True,
        editable=False,
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="report_notes", editable=False
    )
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="report_notes_settled",
        null=True,
        blank=True,
        editable=False,
    )

    objects = ColleagueNoteQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, settled_by__isnull=True)
                | models.Q(settled_at__isnull=False, settled_by__isnull=False),
                name="colleague_note_settled_at_with_by",
                violation_error_message="A settled note has both a time and a person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.self_report.ref}: note on {self.question.key}"


class ReportStepQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The partnership's own people and the team; the funder reads reports, not how they came about."""
        permissions = permissions_of(person)
        if Permission.READ_TEAM in permissions:
            return self.all()
        if Permission.FILL_IN_REPORTS in permissions:
            return self.filter(self_report__partnership__in=person.reported_partnership_ids)
        return self.none()


class ReportStep(models.Model):
    """One step in the life of a self-report. Rows are added, never changed."""

    class Step(models.TextChoices):
        SUBMIT = "submit", "Submitted"
        RETURN = "return", "Returned"
        UNLOCK = "unlock", "Opened again after it was accepted"
        ACCEPT = "accept", "Accepted"
        REMIND = "remind", "Reminded"

    self_report = models.ForeignKey(
        SelfReport, on_delete=models.CASCADE, related_name="steps", editable=False
    )
    step = models.CharField(max_length=8, choices=Step.choices, editable=False)
    report_version = models.PositiveIntegerField(editable=False)
    reason = models.TextField(blank=True, editable=False)
    # What should change in single answers: reasons by the keys of questions.
    reasons = models.JSONField(default=dict, blank=True, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="report_steps",
        null=True,
        blank=True,
        editable=False,
        help_text="Nobody where the round's schedule reminded.",
    )

    objects = ReportStepQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.self_report.ref} {self.get_step_display().lower()}"
