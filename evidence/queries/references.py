"""What is said of references beyond their own row."""

from django.db.models import Exists, OuterRef, QuerySet

from evidence.models import Finding, FindingCitation, ItemCitation, Reference


def with_cited(references: QuerySet[Reference]) -> QuerySet[Reference]:
    """Each reference with ``cited``: whether the review's text cites it, for an item or in its evidence."""
    for_item = ItemCitation.objects.filter(reference=OuterRef("pk"))
    for_finding = FindingCitation.objects.filter(
        reference=OuterRef("pk"), finding__origin=Finding.Origin.LITERATURE
    )
    return references.annotate(cited=Exists(for_item) | Exists(for_finding))
