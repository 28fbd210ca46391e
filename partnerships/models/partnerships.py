"""Partnerships, the organisations that belong to them, and where each fact about them comes from."""

from django.db import models

from partnerships.models.organisations import Area, Organisation
from partnerships.models.visibility import PublicQuerySet


class Partnership(models.Model):
    """One of the programme's local partnerships. What is not known stays empty and is shown as not known."""

    class Form(models.TextChoices):
        HORIZONTAL = "horizontal", "Horizontal: partners on much the same footing, as in a consortium"
        VERTICAL = "vertical", "Vertical: a hierarchy of contracts, as in a supply chain"
        MIXED = "mixed", "Mixed"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120, unique=True)
    areas = models.ManyToManyField(Area, related_name="partnerships", blank=True)
    operating_area = models.CharField(
        max_length=200, blank=True, help_text="Where it works, when that is smaller than its areas."
    )
    form = models.CharField(
        max_length=12, choices=Form.choices, blank=True, help_text="Leave empty when not known."
    )
    legal_form = models.CharField(
        max_length=120, blank=True, help_text="For example: unincorporated, company limited by guarantee."
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    grant_pounds = models.PositiveIntegerField("grant in pounds", null=True, blank=True)
    grant_reference = models.CharField(
        max_length=60, blank=True, help_text="The award's 360Giving identifier."
    )
    note = models.CharField(max_length=400, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="partnership_dates_in_order",
                violation_error_message="A partnership can't end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FactSource(models.Model):
    """Where one fact about a partnership comes from, and whether that source states it outright."""

    class Fact(models.TextChoices):
        AREA = "area", "Area"
        LEAD = "lead", "Lead organisation"
        GRANT = "grant", "Grant"
        OPERATING_AREA = "operating-area", "Where it works"
        FORM = "form", "Form"
        LEGAL_FORM = "legal-form", "Legal form"
        DATES = "dates", "Dates"

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="fact_sources")
    fact = models.CharField(max_length=20, choices=Fact.choices)
    source = models.CharField(
        max_length=200, help_text="For example: press release of the award, January 2014."
    )
    is_verified = models.BooleanField(
        "stated by the source", default=True, help_text="Untick when it was inferred from something else."
    )
    stated_on = models.CharField(
        "date of the source", max_length=20, blank=True, help_text="As exact as it is known."
    )

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["partnership", "fact", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "fact", "source"],
                name="one_row_for_a_fact_and_source",
                violation_error_message="This source is noted for that fact already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_fact_display()}: {self.source}"


class Membership(models.Model):
    """An organisation's place in a partnership, with its history."""

    class Role(models.TextChoices):
        LEAD = "lead", "Lead"
        CORE = "core", "Core partner"
        DELIVERY = "delivery", "Delivery partner"
        STRATEGIC = "strategic", "Strategic partner"
        REFERRAL = "referral", "Referral partner"
        EMPLOYER = "employer", "Employer"

    class Relation(models.TextChoices):
        HORIZONTAL = "horizontal", "Horizontal: side by side"
        VERTICAL = "vertical", "Vertical: under a contract"

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    relation = models.CharField(
        max_length=12, choices=Relation.choices, blank=True, help_text="Leave empty when not known."
    )
    has_board_seat = models.BooleanField("seat on the board", null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True, help_text="Empty while the membership lasts.")
    note = models.CharField(max_length=300, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["partnership", "role", "organisation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership"],
                condition=models.Q(role="lead", ended_on__isnull=True),
                name="one_current_lead_of_a_partnership",
                violation_error_message="This partnership has a current lead. End that membership first.",
            ),
            models.UniqueConstraint(
                fields=["partnership", "organisation", "role"],
                condition=models.Q(ended_on__isnull=True),
                name="one_current_membership_in_a_role",
                violation_error_message="This organisation holds that role in the partnership already.",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(started_on__isnull=True)
                | models.Q(ended_on__gte=models.F("started_on")),
                name="membership_dates_in_order",
                violation_error_message="A membership can't end before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.get_role_display().lower()} of {self.partnership}"
