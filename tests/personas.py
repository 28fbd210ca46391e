"""The people that tests are about, each with the one thing that sets them apart."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser

from partnerships.models import Partnership, Person
from tests.factories import PartnershipFactory, PersonFactory

# In the order of the columns of the access table.
PERSONAS = (
    "visitor",
    "reporter",
    "other_reporter",
    "funder",
    "evaluator",
    "other_evaluator",
    "lead",
    "administrator",
    "closed",
)


@dataclass(frozen=True)
class Personas:
    """Everybody, by name: ``personas.lead`` or ``personas["lead"]``."""

    partnership: Partnership
    other_partnership: Partnership
    visitor: AnonymousUser
    reporter: Person
    other_reporter: Person
    funder: Person
    evaluator: Person
    other_evaluator: Person
    lead: Person
    administrator: Person
    closed: Person

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)


def make_personas() -> Personas:
    """Everybody, in a database that knows none of them yet.

    The reporters report for one partnership each; the closed account is that of a former lead.
    """
    partnership = PartnershipFactory(slug="north", name="North")
    other_partnership = PartnershipFactory(slug="south", name="South")
    return Personas(
        partnership=partnership,
        other_partnership=other_partnership,
        visitor=AnonymousUser(),
        reporter=_person("reporter", reporter_for=partnership),
        other_reporter=_person("other_reporter", reporter_for=other_partnership),
        funder=_person("funder", funder=True),
        evaluator=_person("evaluator", evaluator=True),
        other_evaluator=_person("other_evaluator", evaluator=True),
        lead=_person("lead", lead=True),
        administrator=_person("administrator", administrator=True),
        closed=_person("closed", lead=True, closed=True),
    )


def _person(name: str, **fields: Any) -> Person:
    return PersonFactory(
        name=name.replace("_", " ").capitalize(), email=f"{name.replace('_', '-')}@example.org", **fields
    )
