"""WHO: sectors, areas, organisations, partnerships, people, their roles, and the record of what they did."""

from partnerships.models.audit import AuditRow
from partnerships.models.loaded import LoadedRecord
from partnerships.models.notices import Notice
from partnerships.models.organisations import Area, Organisation, Sector
from partnerships.models.partnerships import FactSource, Membership, Partnership
from partnerships.models.people import Person, RoleAssignment, read_roles
from partnerships.models.visibility import PublicQuerySet, VisibleQuerySet

__all__ = [
    "Area",
    "AuditRow",
    "FactSource",
    "LoadedRecord",
    "Membership",
    "Notice",
    "Organisation",
    "Partnership",
    "Person",
    "PublicQuerySet",
    "RoleAssignment",
    "Sector",
    "VisibleQuerySet",
    "read_roles",
]
