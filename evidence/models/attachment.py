"""Files that belong to a finding, a source or a case study, or to a question of a self-report."""

from typing import Any, Self

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.urls import reverse
from django.utils import timezone

from evidence.models.fieldwork import CaseStudy
from evidence.models.finding import Finding
from evidence.models.questionnaire import Question
from evidence.models.refs import random_ref
from evidence.models.self_report import SelfReport
from evidence.models.source import Source
from evidence.models.visibility import Visibility, circles_read_by
from partnerships.access import Permission, has_permission
from partnerships.models import VisibleQuerySet


def new_attachment_ref() -> str:
    """A fresh ref: A- and eight characters that cannot be confused."""
    return random_ref("A")


def attachment_storage() -> Storage:
    """Where the bytes of attached files are; never a folder that the web server serves."""
    return storages["attachments"]


Owner = Finding | Source | CaseStudy | SelfReport


# The field by which a file belongs to such a thing.
RELATIONS: dict[type[Owner], str] = {
    Finding: "finding",
    Source: "source",
    CaseStudy: "case_study",
    SelfReport: "self_report",
}
# Whose files have a release of their own; those of a report go with its answers.
RELEASED_BY_ITSELF = (Finding, Source, CaseStudy)


class AttachmentQuerySet(VisibleQuerySet):
    def of(self, owner: Owner) -> Self:
        """The files of one thing, erased ones too."""
        return self.filter(**{RELATIONS[type(owner)]: owner})

    def visible_to(self, person: Any) -> Self:
        """The evaluation team sees the files of what it sees; others those that were released to them.

        A file has a release of its own: that its owner is published says nothing of it. Beyond that, it goes
        no further than its owner does at this moment, nor than the source's consent. Files of a self-report
        are part of its answers: whoever reads these gets them.
        """
        owned = models.Q()
        for owner in RELEASED_BY_ITSELF:
            # Asked for each file, and not the list of all that may be seen: files are few, findings many.
            visible = owner._default_manager.visible_to(person).filter(pk=models.OuterRef(RELATIONS[owner]))
            owned |= models.Q(models.Exists(visible))
        read = SelfReport.objects.read_by(person).filter(pk=models.OuterRef("self_report"))
        of_reports = models.Q(models.Exists(read), erased_at=None)
        if has_permission(person, Permission.READ_TEAM):
            return self.filter(owned | of_reports)
        circles = circles_read_by(person)
        released = models.Q(released_at__isnull=False, erased_at=None, visibility__in=circles)
        agreed = agreed_to("source", circles) & agreed_to("finding__source", circles)
        return self.filter((owned & released & agreed) | (of_reports & files_of_report_for(person)))


def files_of_report_for(person: Any) -> models.Q:
    """Of the files of reports: a partnership's people get their own, others what has a clean copy."""
    own = models.Q(pk__in=[])
    if has_permission(person, Permission.FILL_IN_REPORTS):
        own = models.Q(self_report__partnership__in=person.reported_partnership_ids)
    return own | ~models.Q(copy="")


def agreed_to(source: str, circles: list[str]) -> models.Q:
    """That a source, if there is one, has agreed to be read in these circles, and still does."""
    agreed = {f"{source}__consent_scope__in": circles, f"{source}__consent_withdrawn_at": None}
    return models.Q(**{source: None}) | models.Q(**agreed)


class Attachment(models.Model):
    """A file as it was added, and the copy that others may get: without what is hidden in it.

    Once erased, nothing is left but that there was one.
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document", "Document"
        SPREADSHEET = "spreadsheet", "Spreadsheet"
        PICTURE = "picture", "Picture"
        AUDIO = "audio", "Recording"

    ref = models.CharField(max_length=10, unique=True, default=new_attachment_ref, editable=False)
    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="attachments", null=True, editable=False
    )
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="attachments", null=True, editable=False
    )
    case_study = models.ForeignKey(
        CaseStudy, on_delete=models.PROTECT, related_name="attachments", null=True, editable=False
    )
    self_report = models.ForeignKey(
        SelfReport, on_delete=models.PROTECT, related_name="attachments", null=True, editable=False
    )
    question = models.ForeignKey(
        Question,
        on_delete=models.PROTECT,
        related_name="attachments",
        null=True,
        editable=False,
        help_text="The question of the report that it belongs to.",
    )
    name = models.CharField("file name", max_length=120, blank=True, editable=False)
    description = models.CharField(
        max_length=200, blank=True, help_text="What it is and shows, in a few words. Never a name."
    )
    kind = models.CharField(max_length=12, choices=Kind.choices, editable=False)
    media_type = models.CharField(max_length=80, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # Names in the storage, which tell nothing. There is a copy only if one could be made.
    original = models.CharField(max_length=80, blank=True, editable=False)
    copy = models.CharField(max_length=80, blank=True, editable=False)
    copy_size = models.PositiveBigIntegerField(default=0, editable=False)
    copy_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # What the copy holds no more, and why there is none, both in words.
    found = models.JSONField(default=list, blank=True, editable=False)
    obstacle = models.CharField(max_length=200, blank=True, editable=False)
    visibility = models.CharField(
        max_length=12, choices=Visibility.choices, default=Visibility.TEAM, editable=False
    )
    checklist = models.JSONField(default=list, blank=True, editable=False)
    released_at = models.DateTimeField(null=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="attachments_released",
        null=True,
        editable=False,
    )
    erased_at = models.DateTimeField(null=True, editable=False)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="attachments_erased",
        null=True,
        editable=False,
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="attachments_created",
        editable=False,
    )
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "file"
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finding__isnull=False, source=None, case_study=None, self_report=None)
                | models.Q(finding=None, source__isnull=False, case_study=None, self_report=None)
                | models.Q(finding=None, source=None, case_study__isnull=False, self_report=None)
                | models.Q(finding=None, source=None, case_study=None, self_report__isnull=False),
                name="attachment_of_one_thing",
                violation_error_message="A file belongs to one finding, source, case study or self-report.",
            ),
            models.CheckConstraint(
                condition=models.Q(self_report=None, question=None)
                | models.Q(self_report__isnull=False, question__isnull=False, visibility="team"),
                name="attachment_of_report_has_question",
                violation_error_message="A file of a self-report belongs to one of its questions.",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=True, released_by__isnull=True, visibility="team")
                | (
                    models.Q(released_at__isnull=False, released_by__isnull=False)
                    & ~models.Q(visibility="team")
                    & ~models.Q(copy="")
                ),
                name="attachment_released_at_with_by",
                violation_error_message="A release has a time, a person, readers and a copy.",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(erased_at__isnull=True, erased_by__isnull=True)
                    & ~models.Q(original="")
                    & ~models.Q(name="")
                )
                | models.Q(
                    erased_at__isnull=False,
                    erased_by__isnull=False,
                    original="",
                    copy="",
                    name="",
                    description="",
                    released_at=None,
                ),
                name="attachment_erased_at_with_by",
                violation_error_message="Of what is erased nothing is left, but when and by whom.",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("evidence:file", args=[self.ref])

    @property
    def owner(self) -> Owner:
        """What it belongs to."""
        return self.finding or self.source or self.case_study or self.self_report  # type: ignore[return-value]

    def belong_to(self, owner: Owner) -> None:
        setattr(self, RELATIONS[type(owner)], owner)

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None
