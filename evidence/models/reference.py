"""Publications that the review cites, and the programmes its evidence comes from."""

from django.db import models
from django.urls import reverse

from partnerships.models import PublicQuerySet


class Reference(models.Model):
    """A publication, complete for citing. One that the review cites but does not list is kept as unlisted."""

    class Type(models.TextChoices):
        """Kinds of publication, as RIS files name them."""

        REPORT = "RPRT", "Report"
        ARTICLE = "JOUR", "Journal article"
        BOOK = "BOOK", "Book"
        CHAPTER = "CHAP", "Chapter"
        WEB_PAGE = "ELEC", "Web page"
        OTHER = "GEN", "Other"

    key = models.SlugField(max_length=40, unique=True, help_text="Author and year, for example DWP2006a.")
    type = models.CharField(max_length=4, choices=Type.choices, default=Type.REPORT)
    authors = models.JSONField(default=list, blank=True, help_text='A list: ["Meadows, P."], surname first.')
    cited_as = models.CharField(
        max_length=80, help_text="Author and year as in a text, for example DWP, 2006a."
    )
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    suffix = models.CharField(
        max_length=2, blank=True, help_text="The letter after the year, where there is one."
    )
    title = models.CharField(max_length=400, blank=True)
    publisher = models.CharField(max_length=160, blank=True)
    place = models.CharField(max_length=80, blank=True)
    series = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=40, blank=True)
    journal = models.CharField(max_length=200, blank=True)
    volume = models.CharField(max_length=20, blank=True)
    issue = models.CharField(max_length=20, blank=True)
    pages = models.CharField(max_length=40, blank=True)
    listed = models.BooleanField(
        default=True, help_text="Whether the review's own list of references has it."
    )
    note = models.TextField(blank=True, help_text="What the review prints, where that is odd or incomplete.")

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["cited_as", "key"]

    def __str__(self) -> str:
        return self.cited_as

    def get_absolute_url(self) -> str:
        return reverse("evidence:reference-detail", args=[self.key])


class Citation(models.Model):
    """That something rests on a publication, and how far the review's own reference can be followed."""

    class State(models.TextChoices):
        LISTED = "listed", "In the review's list"
        CORRECTED = "corrected", "Printed otherwise in the review, read as this reference"
        UNRESOLVED = "unresolved", "Cited by the review, not in its list"

    state = models.CharField(max_length=10, choices=State.choices, default=State.LISTED)
    printed = models.CharField(max_length=80, blank=True, help_text="How the review prints it there.")
    note = models.CharField(
        max_length=400, blank=True, help_text="Why it is read so, where that needs saying."
    )

    class Meta:
        abstract = True


class Programme(models.Model):
    """An initiative that a literature finding comes from, for example New Deal for Communities."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120, unique=True)
    short_name = models.CharField(max_length=20, blank=True)
    description = models.TextField(blank=True)
    note = models.CharField(max_length=400, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("evidence:programme-detail", args=[self.slug])
