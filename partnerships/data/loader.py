"""Loading sectors, areas, organisations and partnerships: idempotent, and never over what people edited."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from partnerships.data_files import Entry, Field, Problems, read_entries, wrong_fields
from partnerships.loading import Outcome, RowLoader
from partnerships.models import Area, FactSource, Membership, Organisation, Partnership, Sector

DATA = Path(__file__).resolve().parent

SECTOR = {"code": Field(), "name": Field(), "description": Field(), "order": Field(int)}
AREA = {
    "code": Field(),
    "name": Field(),
    "valid_to": Field(datetime.date, required=False),
    "successors": Field(list),
    "note": Field(required=False),
}
ORGANISATION = {"slug": Field(), "name": Field(), "kind": Field(choices=Organisation.Kind.values)}
PARTNERSHIP = {
    "slug": Field(),
    "name": Field(),
    "operating_area": Field(required=False),
    "grant_pounds": Field(int, required=False),
    "grant_reference": Field(required=False),
    "note": Field(required=False),
    "members": Field(list),
    "facts": Field(list),
}
MEMBER = {"role": Field(choices=Membership.Role.values)}
FACT = {
    "fact": Field(choices=FactSource.Fact.values),
    "source": Field(),
    "stated_on": Field(required=False),
    "is_verified": Field(bool, required=False),
}


@dataclass(frozen=True)
class Files:
    """Everything the files say, checked."""

    sectors: list[Entry]
    areas: list[Entry]
    organisations: list[Entry]
    partnerships: list[Entry]


@transaction.atomic
def load_partnerships(folder: Path = DATA) -> Counter[Outcome]:
    """Bring the files of ``folder`` into the database, and count what became of their rows.

    Raises DataFileError before anything is written when the files are wrong.
    """
    files = read_files(folder)
    outcomes: Counter[Outcome] = Counter()

    sector_loader = RowLoader(Sector, "code")
    sectors = {entry["code"]: sector_loader.load(**entry) for entry in files.sectors}
    areas = load_areas(files.areas, outcomes)
    organisations = load_organisations(files.organisations, sectors, outcomes)
    load_partnership_entries(files.partnerships, areas, organisations, outcomes)
    return outcomes + sector_loader.outcomes


def load_areas(entries: list[Entry], outcomes: Counter[Outcome]) -> dict[str, Area | None]:
    loader = RowLoader(Area, "code")
    areas: dict[str, Area | None] = {}
    for entry in entries:
        areas[entry["code"]] = loader.load(
            code=entry["code"],
            name=entry["name"],
            valid_to=entry.get("valid_to"),
            successors=present(areas, entry["successors"]),
            note=entry.get("note") or "",
        )
    outcomes.update(loader.outcomes)
    return areas


def load_organisations(
    entries: list[Entry], sectors: dict[str, Sector | None], outcomes: Counter[Outcome]
) -> dict[str, Organisation | None]:
    loader = RowLoader(Organisation, "slug")
    organisations = {
        entry["slug"]: loader.load(**entry | {"sector": sectors[entry["sector"]]})
        for entry in entries
        if sectors[entry["sector"]]
    }
    outcomes.update(loader.outcomes)
    return organisations


def load_partnership_entries(
    entries: list[Entry],
    areas: dict[str, Area | None],
    organisations: dict[str, Organisation | None],
    outcomes: Counter[Outcome],
) -> None:
    loader = RowLoader(Partnership, "slug")
    memberships = MembershipLoader()
    facts = RowLoader(FactSource, "partnership__slug", "fact", "source")
    for entry in entries:
        partnership = loader.load(
            slug=entry["slug"],
            name=entry["name"],
            areas=present(areas, entry["areas"]),
            operating_area=entry.get("operating_area") or "",
            grant_pounds=entry.get("grant_pounds"),
            grant_reference=entry.get("grant_reference") or "",
            note=entry.get("note") or "",
        )
        if partnership is None:
            continue
        for member in entry["members"]:
            if organisation := organisations.get(member["organisation"]):
                memberships.load(partnership, organisation, member["role"])
        for fact in entry["facts"]:
            facts.load(
                partnership=partnership,
                fact=fact["fact"],
                source=fact["source"],
                stated_on=fact.get("stated_on") or "",
                is_verified=fact.get("is_verified", True),
            )
    outcomes.update(loader.outcomes + memberships.rows.outcomes + facts.outcomes)


class MembershipLoader:
    """Loads memberships; a lead that people have given a partnership is not given a rival."""

    def __init__(self) -> None:
        self.rows = RowLoader(Membership, "partnership__slug", "organisation__slug", "role")
        current_leads = Membership.objects.filter(role=Membership.Role.LEAD, ended_on=None)
        self.lead_of = dict(current_leads.values_list("partnership_id", "organisation_id"))

    def load(self, partnership: Partnership, organisation: Organisation, role: str) -> None:
        lead = self.lead_of.get(partnership.pk, organisation.pk)
        if role == Membership.Role.LEAD and lead != organisation.pk:
            self.rows.outcomes[Outcome.KEPT] += 1
            return
        self.rows.load(partnership=partnership, organisation=organisation, role=role)


def present(rows: dict[str, Any], keys: Iterable[str]) -> list[Any]:
    """The rows with these keys, without those that people deleted."""
    return [rows[key] for key in keys if rows[key] is not None]


def read_files(folder: Path) -> Files:
    """Read and check all files; entries may name only what stands before them or in an earlier file."""
    problems = Problems()
    sectors = read_entries(folder / "sectors.yaml", key="code", shape=SECTOR, problems=problems)
    areas = read_areas(folder / "areas.yaml", problems)
    organisation = ORGANISATION | {"sector": Field(choices=keys(sectors, "code"))}
    organisations = read_entries(
        folder / "organisations.yaml", key="slug", shape=organisation, problems=problems
    )
    partnerships = read_partnerships(
        folder / "partnerships.yaml", keys(areas, "code"), keys(organisations, "slug"), problems
    )
    problems.raise_if_any()
    return Files(sectors, areas, organisations, partnerships)


def read_areas(path: Path, problems: Problems) -> list[Entry]:
    areas = read_entries(path, key="code", shape=AREA, problems=problems)
    before: set[str] = set()
    for area in areas:
        for code in area["successors"]:
            if code not in before:
                problems.add(path, area["code"], f"its successor {code} does not stand before it.")
        before.add(area["code"])
    return areas


def read_partnerships(
    path: Path, areas: set[str], organisations: set[str], problems: Problems
) -> list[Entry]:
    shape = PARTNERSHIP | {"areas": Field(list, choices=areas)}
    member = MEMBER | {"organisation": Field(choices=organisations)}
    partnerships = read_entries(path, key="slug", shape=shape, problems=problems)
    for partnership in partnerships:
        for name, inner in (("members", member), ("facts", FACT)):
            for position, entry in enumerate(partnership[name], start=1):
                for text in wrong_fields(entry, inner, within=f"{name}, entry {position}: "):
                    problems.add(path, partnership["slug"], text)
        leads = [entry for entry in partnership["members"] if entry.get("role") == Membership.Role.LEAD]
        if len(leads) > 1:
            problems.add(path, partnership["slug"], "members: a partnership has one lead.")
    return partnerships


def keys(entries: list[Entry], key: str) -> set[str]:
    return {entry[key] for entry in entries}
