"""A story to try the product with: invented people, organisations and findings, each marked as demonstration.

Everything goes through the product's own actions, so it obeys the same rules as real work. Loading it again
adds what is missing and changes nothing else.
"""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction

from evidence.actions.finding_input import CodingInput, FindingInput, SourceInput
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import (
    log_finding,
    publish_finding,
    return_finding,
    submit_finding,
    withdraw_finding,
)
from evidence.models import Finding, FrameworkItem
from partnerships.access import Role
from partnerships.models import Membership, Organisation, Partnership, Person, RoleAssignment, Sector

FOLDER = Path(__file__).resolve().parent
Status = Finding.Status


def holds_real_work() -> bool:
    """Whether the database has people or findings that are not of the demonstration or the review."""
    findings = Finding.objects.exclude(origin=Finding.Origin.LITERATURE)
    return (
        Person.objects.filter(is_demonstration=False).exists()
        or findings.filter(is_demonstration=False).exists()
    )


def is_loaded() -> bool:
    return Person.objects.filter(is_demonstration=True).exists()


@transaction.atomic
def load_demonstration() -> None:
    """Add the accounts, organisations and findings that are missing."""
    people = {entry["email"]: load_person(entry) for entry in read("people.yaml")}
    organisations = {entry["key"]: load_organisation(entry) for entry in read("organisations.yaml")}
    for entry in read("findings.yaml"):
        load_finding(entry, people, organisations)


def read(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def load_person(entry: dict[str, Any]) -> Person:
    person = Person.objects.filter(email=entry["email"]).first()
    if person is None:
        person = Person.objects.create_user(
            entry["email"],
            settings.DEMO_PASSWORD,
            name=entry["name"],
            is_demonstration=True,
            notice_frequency=Person.NoticeFrequency.NONE,  # nobody reads mail at their invented addresses
        )
    for assignment in entry["roles"]:
        slug = assignment.get("partnership")
        RoleAssignment.objects.get_or_create(
            person=person,
            role=Role(assignment["role"]),
            partnership=Partnership.objects.get(slug=slug) if slug else None,
        )
    return person


def load_organisation(entry: dict[str, Any]) -> Organisation:
    organisation, created = Organisation.objects.get_or_create(
        slug=entry["key"],
        defaults={
            "name": entry["name"],
            "kind": entry["kind"],
            "sector": Sector.objects.get(code=entry["sector"]),
            "is_demonstration": True,
        },
    )
    if created:
        for membership in entry["memberships"]:
            partnership = Partnership.objects.get(slug=membership["partnership"])
            Membership.objects.create(
                **membership | {"partnership": partnership, "organisation": organisation}
            )
    return organisation


def load_finding(
    entry: dict[str, Any], people: dict[str, Person], organisations: dict[str, Organisation]
) -> None:
    """Log one finding and take it to the state its entry names; one that is there already is left alone."""
    author, lead = people[f"{entry['by']}@demo.example"], people["lead@demo.example"]
    finding = log_finding(
        by=author,
        data=finding_input(entry, organisations),
        submission_key=f"demonstration {entry['key']}",
    )
    if finding.version > 1 or entry["status"] == Status.DRAFT:
        return
    finding = submit_finding(by=author, finding=finding, version=finding.version)
    if entry["status"] == Status.RETURNED:
        return_finding(by=lead, finding=finding, version=finding.version, reason=entry["reason"])
    if entry["status"] in (Status.PUBLISHED, Status.WITHDRAWN):
        finding = publish_finding(
            by=lead,
            finding=finding,
            version=finding.version,
            visibility=entry["visibility"],
            checklist=AnonymisationPoint.values,
        )
    if entry["status"] == Status.WITHDRAWN:
        withdraw_finding(by=lead, finding=finding, version=finding.version, reason=entry["reason"])


def finding_input(entry: dict[str, Any], organisations: dict[str, Organisation]) -> FindingInput:
    source = entry["source"]
    return FindingInput(
        text=entry["text"],
        title=entry["title"],
        quote=entry.get("quote") or "",
        visibility=entry["visibility"],
        programme_wide=entry["programme_wide"],
        partnerships=[Partnership.objects.get(slug=slug) for slug in entry["partnerships"]],
        organisations=[organisations[key] for key in entry["organisations"]],
        sectors=[Sector.objects.get(code=code) for code in entry["sectors"]],
        source=SourceInput(
            kind=source["kind"],
            collected_on=source["collected_on"],
            respondent_role=source.get("respondent_role") or "",
            respondent_sector=Sector.objects.filter(code=source.get("respondent_sector") or "").first(),
        ),
        codings=[
            CodingInput(
                item=FrameworkItem.objects.get(code=coding["item"]),
                direction=coding["direction"],
                note=coding.get("note") or "",
            )
            for coding in entry["codings"]
        ],
    )
