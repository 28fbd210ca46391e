"""What the search looks through besides findings: for each thing the words that one group of people reads."""

from typing import Any, Self

from django.db import models

from evidence.models.attachment import Attachment
from evidence.models.fieldwork import CaseStudy
from evidence.models.framework import FrameworkItem
from evidence.models.reference import Programme, Reference
from evidence.models.self_report import SelfReport
from partnerships.access import Permission, has_permission, permissions_of
from partnerships.models import Organisation, Partnership, VisibleQuerySet


def of_thing(model: type[models.Model]) -> Any:
    """The thing that a document is about, without a constraint: the database's triggers keep both in step."""
    return models.ForeignKey(
        model,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,  # the constraint below is one
        related_name="+",  # nothing rests on a document: the thing may be deleted
        null=True,
        editable=False,
    )


class SearchDocumentQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """The documents whose every word this person may read, by the rules of what they are about.

        Nothing of these rules is kept in a document. Of a file each person has the words of the file itself
        or of its clean copy, never both: whichever they would be sent.
        """
        kinds = SearchDocument.Kind
        files = Attachment.objects.visible_to(person).filter(erased_at=None)
        own = original_given_to(person)
        rule = models.Q(kind=kinds.FILE, is_copy=False, file__in=files.filter(own).values("pk"))
        rule |= models.Q(kind=kinds.FILE, is_copy=True, file__in=files.exclude(own).values("pk"))
        readable: dict[str, tuple[str, models.QuerySet]] = {
            kinds.ITEM: ("item", FrameworkItem.objects.visible_to(person)),
            kinds.REFERENCE: ("reference", Reference.objects.visible_to(person)),
            kinds.PROGRAMME: ("programme", Programme.objects.visible_to(person)),
            kinds.PARTNERSHIP: ("partnership", Partnership.objects.visible_to(person)),
            kinds.ORGANISATION: ("organisation", Organisation.objects.visible_to(person)),
            kinds.CASE_STUDY: ("case_study", CaseStudy.objects.visible_to(person)),
            kinds.SELF_REPORT: ("self_report", SelfReport.objects.read_by(person)),
        }
        for kind, (field, rows) in readable.items():
            rule |= models.Q(kind=kind, **{f"{field}__in": rows.order_by().values("pk")})
        return self.filter(rule)


def original_given_to(person: Any) -> models.Q:
    """Of the files that a person may see, those which they get as they were added."""
    if has_permission(person, Permission.READ_TEAM):
        return models.Q(pk__isnull=False)
    if Permission.FILL_IN_REPORTS in permissions_of(person):
        return models.Q(self_report__partnership__in=person.reported_partnership_ids)
    return models.Q(pk__in=[])


class SearchDocument(models.Model):
    """One thing as the search knows it. The database writes it when the thing changes, so it holds no
    rule of who reads it, and no word that a reader of the thing may not read.
    """

    class Kind(models.TextChoices):
        ITEM = "item", "Framework item"
        REFERENCE = "reference", "Reference"
        PROGRAMME = "programme", "Programme"
        PARTNERSHIP = "partnership", "Partnership"
        ORGANISATION = "organisation", "Organisation"
        CASE_STUDY = "case-study", "Case study"
        SELF_REPORT = "self-report", "Self-report"
        FILE = "file", "File"

    kind = models.CharField(max_length=12, choices=Kind.choices, editable=False)
    item = of_thing(FrameworkItem)
    reference = of_thing(Reference)
    programme = of_thing(Programme)
    partnership = of_thing(Partnership)
    organisation = of_thing(Organisation)
    case_study = of_thing(CaseStudy)
    self_report = of_thing(SelfReport)
    file = of_thing(Attachment)
    is_copy = models.BooleanField(
        default=False, editable=False, help_text="Of a file: whether these are the words of its clean copy."
    )
    key = models.CharField(max_length=80, editable=False, help_text="As its address has it.")
    detail = models.CharField(max_length=20, blank=True, editable=False, help_text="Its kind among its own.")
    title = models.TextField(blank=True, editable=False)
    text = models.TextField(blank=True, editable=False)
    dated = models.DateTimeField(
        null=True, editable=False, help_text="The newest first goes by it; empty for what has no day."
    )

    objects = SearchDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "key", "is_copy"]
        constraints = [
            models.UniqueConstraint(
                fields=[field] if field != "file" else ["file", "is_copy"],
                name=f"one_search_document_of_{field}",
                violation_error_message="There is a document of this already.",
            )
            for field in (
                "item",
                "reference",
                "programme",
                "partnership",
                "organisation",
                "case_study",
                "self_report",
                "file",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"
