"""Who may do what: roles, permissions, and the one function that answers.

Roles are stored by stable keys (the values of ``Role``). What a role allows is code, here, and nowhere
else; who may *see* a row is each model's ``visible_to``, which asks this module too.
"""

from enum import Enum, auto
from typing import Any

from django.db import models


class Role(models.TextChoices):
    """What a person is to the programme; one person can hold several."""

    REPORTER = "reporter", "Partnership reporter"
    FUNDER = "funder", "Funder staff"
    EVALUATOR = "evaluator", "Evaluator"
    LEAD = "lead", "Lead evaluator"
    ADMINISTRATOR = "administrator", "Administrator"


class Permission(Enum):
    """One thing a person may be allowed to do."""

    READ_SHARED_WITH_PARTNERSHIPS = auto()
    READ_SHARED_WITH_FUNDER = auto()
    READ_TEAM = auto()
    LOG_FINDINGS = auto()
    REVIEW_FINDINGS = auto()
    FILL_IN_REPORTS = auto()
    REVIEW_REPORTS = auto()
    RECORD_DECISIONS = auto()
    MANAGE_ROUNDS = auto()
    EDIT_FRAMEWORK = auto()
    EDIT_PARTNERSHIPS = auto()
    MANAGE_PEOPLE = auto()
    READ_AUDIT = auto()
    USE_ADMIN = auto()


_EVALUATOR = frozenset(
    {
        Permission.READ_SHARED_WITH_PARTNERSHIPS,
        Permission.READ_SHARED_WITH_FUNDER,
        Permission.READ_TEAM,
        Permission.LOG_FINDINGS,
        Permission.REVIEW_REPORTS,
    }
)

PERMISSIONS_OF_ROLE: dict[str, frozenset[Permission]] = {
    Role.REPORTER: frozenset({Permission.READ_SHARED_WITH_PARTNERSHIPS, Permission.FILL_IN_REPORTS}),
    Role.FUNDER: frozenset(
        {
            Permission.READ_SHARED_WITH_PARTNERSHIPS,
            Permission.READ_SHARED_WITH_FUNDER,
            Permission.RECORD_DECISIONS,
        }
    ),
    Role.EVALUATOR: _EVALUATOR,
    Role.LEAD: _EVALUATOR
    | {
        Permission.REVIEW_FINDINGS,
        Permission.RECORD_DECISIONS,
        Permission.MANAGE_ROUNDS,
        Permission.EDIT_FRAMEWORK,
        Permission.EDIT_PARTNERSHIPS,
        Permission.READ_AUDIT,
        Permission.USE_ADMIN,
    },
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_ROUNDS,
            Permission.EDIT_FRAMEWORK,
            Permission.EDIT_PARTNERSHIPS,
            Permission.MANAGE_PEOPLE,
            Permission.READ_AUDIT,
            Permission.USE_ADMIN,
        }
    ),
}


def permissions_of(person: Any) -> frozenset[Permission]:
    """Every permission that a person's roles give; none for a visitor or a closed account."""
    if not (person.is_authenticated and person.is_active):
        return frozenset()
    return frozenset().union(*(PERMISSIONS_OF_ROLE[role] for role in person.role_keys))


def has_permission(person: Any, permission: Permission) -> bool:
    """Whether a person (or an anonymous visitor) may do this one thing."""
    return permission in permissions_of(person)
