"""What accepted self-reports offer as evidence: one answer each, until an evaluator has decided about it."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.finding import Finding
from evidence.models.questionnaire import Question
from evidence.models.refs import REF_ALPHABET, random_ref
from evidence.models.self_report import SelfReport
from partnerships.access import Permission, has_permission, permissions_of
from partnerships.models import VisibleQuerySet

PROPOSAL_REF_PATTERN = f"A-[{REF_ALPHABET}]{{8}}"


def new_proposal_ref() -> str:
    """A fresh ref: A-, for answer, and eight characters that cannot be confused."""
    return random_ref("A")


class ProposalQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The evaluation team sees what is proposed from the reports that it may read, and what came of it.

        Others who may read the report see only those from which a published finding came: its own
        partnership those that were taken from its words, whoever reads the finding; everybody else, and for
        what was merged into other evidence, where they may read the finding and know where it is from.
        """
        readable = self.filter(self_report__in=SelfReport.objects.read_by(person))
        if has_permission(person, Permission.READ_TEAM):
            return readable
        published = models.Q(finding__status=Finding.Status.PUBLISHED)
        rule = published & models.Q(finding__in=Finding.objects.located_for(person))
        if Permission.FILL_IN_REPORTS in permissions_of(person):
            rule |= published & models.Q(
                state=Proposal.State.TAKEN, self_report__partnership__in=person.reported_partnership_ids
            )
        return readable.filter(rule)

    def waiting(self) -> Self:
        """What nobody has decided about yet, of reports that are accepted now and still say so."""
        return self.filter(
            state=Proposal.State.WAITING,
            is_current=True,
            self_report__status=SelfReport.Status.ACCEPTED,
        )


class Proposal(models.Model):
    """One answer of an accepted report, offered to evaluators as a draft finding.

    It is taken (a finding is made of it), merged (into a finding that is there), or dropped with a reason.
    An answer that changed after its report was opened again is another proposal; what came of the earlier
    one stays with that.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        TAKEN = "taken", "Taken"
        MERGED = "merged", "Merged"
        DROPPED = "dropped", "Dropped"

    ref = models.CharField(max_length=10, unique=True, default=new_proposal_ref, editable=False)
    self_report = models.ForeignKey(
        SelfReport, on_delete=models.CASCADE, related_name="proposals", editable=False
    )
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="proposals", editable=False)
    # Which answer it is: its version, what tells its value from others, and the value in words.
    answer_version = models.PositiveIntegerField(editable=False)
    answer_digest = models.CharField(max_length=64, editable=False)
    words = models.TextField(blank=True, editable=False)
    is_current = models.BooleanField(default=True, editable=False)  # whether the report still says this
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING, editable=False)
    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="proposals", null=True, blank=True, editable=False
    )
    reason = models.TextField(
        blank=True,
        validators=[MaxLengthValidator(2_000)],
        help_text="Why nothing is made of it. The evaluation team alone reads it.",
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="proposals_decided",
        null=True,
        blank=True,
        editable=False,
    )
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="proposals_claimed",
        null=True,
        blank=True,
        editable=False,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals_made", editable=False
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["self_report", "question__section__order", "question__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["self_report", "question", "answer_digest"],
                name="one_proposal_of_report_question_and_answer",
                violation_error_message="This answer is proposed already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["taken", "merged"], finding__isnull=False)
                | models.Q(state__in=["waiting", "dropped"], finding=None),
                name="proposal_has_what_came_of_it",
                violation_error_message="What was taken or merged names its finding, and nothing else does.",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at=None, decided_by=None)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="proposal_decided_at_with_by",
                violation_error_message="A decision has both a time and a person.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="dropped") | ~models.Q(reason=""),
                name="dropped_proposal_has_a_reason",
                violation_error_message="What is dropped says why.",
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_at__isnull=True, claimed_by__isnull=True)
                | models.Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="proposal_claimed_at_with_by",
                violation_error_message="A claim has both a time and a person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref}: {self.self_report.ref}, {self.question.key}"

    def get_absolute_url(self) -> str:
        """Its place on the page of its report."""
        return (
            f"{reverse('evidence:report-detail', args=[self.self_report.ref])}#question-{self.question.key}"
        )

    @property
    def lines(self) -> list[str]:
        return [line for line in self.words.splitlines() if line.strip()]
