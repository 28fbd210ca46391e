"""Sectors, areas and organisations."""

from django.core.validators import RegexValidator
from django.db import models

from partnerships.models.visibility import PublicQuerySet


class Sector(models.Model):
    """A part of society that partners come from: public, private, third, community."""

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=60, unique=True)
    description = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=0)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class Area(models.Model):
    """A place with an official code. An ended code keeps its dates and its successors."""

    class Kind(models.TextChoices):
        LOCAL_ENTERPRISE_PARTNERSHIP = "lep", "Local Enterprise Partnership area"
        LOCAL_AUTHORITY = "la", "Local authority"
        OTHER = "other", "Other"

    code = models.CharField(
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+$", "Use capital letters and figures only, as in E37000018.")],
        help_text="As the Office for National Statistics writes it, for example E37000018.",
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.LOCAL_ENTERPRISE_PARTNERSHIP)
    valid_from = models.DateField(null=True, blank=True, help_text="Leave empty when not known.")
    valid_to = models.DateField(
        null=True, blank=True, help_text="The day the code ended; empty while it is in use."
    )
    successors = models.ManyToManyField("self", symmetrical=False, related_name="predecessors", blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["name", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="area_dates_in_order",
                violation_error_message="The code can't end before it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Organisation(models.Model):
    """A body that can belong to partnerships. Identifiers are text: leading zeros and letters count."""

    class Kind(models.TextChoices):
        CHARITY = "charity", "Charity or voluntary organisation"
        SOCIAL_ENTERPRISE = "social-enterprise", "Social enterprise"
        COMPANY = "company", "Company"
        LOCAL_AUTHORITY = "local-authority", "Local authority"
        EDUCATION = "education", "College, school or university"
        HEALTH = "health", "Health body"
        EMPLOYMENT_SERVICE = "employment-service", "Employment service"
        UMBRELLA = "umbrella", "Umbrella or infrastructure body"
        GROUP = "group", "Group of residents or young people"
        OTHER = "other", "Other"

    class Size(models.TextChoices):
        MICRO = "micro", "Fewer than 10 people"
        SMALL = "small", "10 to 49 people"
        MEDIUM = "medium", "50 to 249 people"
        LARGE = "large", "250 people or more"

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    size = models.CharField(
        max_length=8, choices=Size.choices, blank=True, help_text="Leave empty when not known."
    )
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="organisations")
    charity_number = models.CharField(
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9-]+$", "Use letters, figures and hyphens only.")],
        help_text="6 or 7 figures in England and Wales, SC and 6 figures in Scotland, 6 in Northern Ireland.",
    )
    company_number = models.CharField(
        max_length=8,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]{1,8}$", "Use up to 8 letters and figures.")],
        help_text="8 characters with the leading zeros; some begin with letters.",
    )
    ukprn = models.CharField(
        "UKPRN",
        max_length=8,
        blank=True,
        validators=[RegexValidator(r"^\d{8}$", "A UKPRN has 8 figures.")],
        help_text="UK Provider Reference Number, 8 figures.",
    )
    org_id = models.CharField(
        "org-id",
        max_length=60,
        blank=True,
        validators=[
            RegexValidator(r"^[A-Z]{2}-[A-Z0-9]+-\S+$", "Write it as prefix and number: GB-CHC-1234567.")
        ],
        help_text="The main identifier with its register, for example GB-CHC-1234567 or GB-COH-01234567.",
    )
    website = models.URLField(blank=True)
    note = models.CharField(max_length=400, blank=True)
    is_demonstration = models.BooleanField("demonstration content", default=False, editable=False)

    objects = PublicQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
