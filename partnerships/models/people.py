"""People who sign in, and the roles they hold."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from partnerships.access import PERMISSIONS_OF_ROLE, Permission, Role, has_permission
from partnerships.models.partnerships import Partnership
from partnerships.models.visibility import VisibleQuerySet


class PersonQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        """Administrators see everybody; others only themselves."""
        if has_permission(person, Permission.MANAGE_PEOPLE):
            return self.all()
        return self.filter(pk=person.pk) if person.is_authenticated else self.none()

    def permitted(self, permission: Permission) -> Self:
        """The people with an open account who may do this one thing."""
        roles = [role for role, permissions in PERMISSIONS_OF_ROLE.items() if permission in permissions]
        holders = RoleAssignment.objects.filter(role__in=roles)
        return self.filter(is_active=True, pk__in=holders.values("person_id"))

    def reporting_for(self, partnership: Partnership) -> Self:
        """The people with an open account who report for a partnership."""
        holders = RoleAssignment.objects.filter(role=Role.REPORTER, partnership=partnership)
        return self.filter(is_active=True, pk__in=holders.values("person_id"))


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """A person who can sign in; without a password, only after following an invitation."""
        person = self.model(email=self.model.normalised_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """A first administrator, for ``manage.py createsuperuser``."""
        person = self.create_user(email, password, **fields)
        RoleAssignment.objects.create(person=person, role=Role.ADMINISTRATOR)
        return person

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email=self.model.normalised_email(username or ""))


class Person(AbstractBaseUser):
    """Somebody who signs in with an e-mail address."""

    class NoticeFrequency(models.TextChoices):
        AT_ONCE = "at-once", "At once, one by one"
        DAILY = "daily", "Once a day, all in one message"
        NONE = "none", "None: what waits for you is in the inbox"

    email = models.EmailField(
        "e-mail address", unique=True, help_text="They sign in with it and get messages at it."
    )
    name = models.CharField(max_length=120, help_text="As colleagues know them.")
    is_active = models.BooleanField(
        "account open", default=True, help_text="Untick to close the account at once."
    )
    notice_frequency = models.CharField(
        "messages about your work",
        max_length=8,
        choices=NoticeFrequency.choices,
        default=NoticeFrequency.AT_ONCE,
        help_text="About findings, comments and replies. They hold a link, and never what a finding says.",
    )
    is_demonstration = models.BooleanField("demonstration account", default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="people_created", null=True, blank=True, editable=False
    )

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name_plural = "people"
        ordering = ["name", "email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="person_email_is_lower_case",
                violation_error_message="Write the e-mail address in lower case.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @staticmethod
    def normalised_email(email: str) -> str:
        return email.strip().lower()

    def clean(self) -> None:
        self.email = self.normalised_email(self.email)

    @cached_property
    def _roles(self) -> list[tuple[str, int | None]]:
        return list(self.role_assignments.values_list("role", "partnership_id"))

    @property
    def role_keys(self) -> set[str]:
        """The keys of all roles this person holds, one query for each request."""
        return {role for role, _ in self._roles}

    @property
    def reported_partnership_ids(self) -> set[int]:
        """The partnerships that this person reports for."""
        return {partnership for role, partnership in self._roles if partnership and role == Role.REPORTER}

    def role_names(self) -> list[str]:
        """The roles in words, in the order of ``Role``."""
        return [role.label for role in Role if role in self.role_keys]

    # The admin and packages ask in Django's words; they get the answer of our own permissions.
    @property
    def is_staff(self) -> bool:
        return has_permission(self, Permission.USE_ADMIN)

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's own permission names are not used; each admin page asks for one of ours."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class RoleAssignmentQuerySet(VisibleQuerySet):
    def visible_to(self, person: Any) -> Self:
        if has_permission(person, Permission.MANAGE_PEOPLE):
            return self.all()
        return self.filter(person_id=person.pk) if person.is_authenticated else self.none()


class RoleAssignment(models.Model):
    """A role that a person holds; a reporter holds it for one partnership."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=20, choices=Role.choices)
    partnership = models.ForeignKey(
        Partnership,
        on_delete=models.CASCADE,
        related_name="reporter_assignments",
        null=True,
        blank=True,
        help_text="For reporters: the partnership they report for.",
    )
    granted_at = models.DateTimeField(default=timezone.now, editable=False)
    granted_by = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="roles_granted", null=True, blank=True, editable=False
    )

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["person", "role", "partnership"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "partnership"],
                name="one_assignment_of_a_role",
                violation_error_message="This person holds that role already.",
            ),
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=models.Q(partnership=None),
                name="one_assignment_of_a_role_without_partnership",
                violation_error_message="This person holds that role already.",
            ),
            models.CheckConstraint(
                condition=models.Q(role=Role.REPORTER, partnership__isnull=False)
                | (~models.Q(role=Role.REPORTER) & models.Q(partnership__isnull=True)),
                name="reporters_alone_have_a_partnership",
                violation_error_message="A reporter needs a partnership; other roles have none.",
            ),
        ]

    def __str__(self) -> str:
        return (
            self.get_role_display()
            if self.partnership is None
            else f"{self.get_role_display()}, {self.partnership}"
        )


def read_roles(people: Iterable[Person]) -> None:
    """Have each of these people know their roles; one query for all of them."""
    people = list(people)
    held: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    assignments = RoleAssignment.objects.filter(person__in={person.pk for person in people})
    for holder, role, partnership in assignments.values_list("person", "role", "partnership_id"):
        held[holder].append((role, partnership))
    for person in people:
        person._roles = held[person.pk]
