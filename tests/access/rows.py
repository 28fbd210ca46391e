"""Rows of the access table.

One row for an address and a method; one answer for each persona, in the order of ``PERSONAS``:

    visitor, reporter, other reporter, funder, evaluator (the author), other evaluator, lead,
    administrator, closed account

``login`` is a redirect to the sign-in page; a number is the status. What a person may not see does not
exist for them (404); what they may see but not do is 403.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.personas import PERSONAS

CHECKLIST = ["direct-identifiers", "indirect-identifiers", "small-places", "roles", "quotes"]


@dataclass(frozen=True)
class Row:
    """One address with one method: who gets which answer."""

    method: str
    name: str
    thing: str
    answers: str
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.method, self.name, self.thing, self.query) if part)

    def answer_for(self, persona: str) -> str:
        return self.answers.split()[PERSONAS.index(persona)]


def everybody(answer: str) -> str:
    return " ".join([answer] * len(PERSONAS))


def after(answers: str) -> str:
    """The same people as for a page: those who get it succeed by sending it, and are led on."""
    return answers.replace("200", "302")


READ = everybody("200")
# Who may log findings; the others are sent to sign in or told that they may not.
LOGGING = "login 403 403 403 200 200 200 403 login"

# Who may see each finding: y yes, - no.
#                       visitor reporter other funder evaluator other lead admin closed
SEEN_BY = {
    "draft": "           -       -        -     -      y         -     y    -     -",
    "submitted": "       -       -        -     -      y         y     y    -     -",
    "returned": "        -       -        -     -      y         y     y    -     -",
    "withdrawn": "       -       -        -     -      y         y     y    -     -",
    "for-team": "        -       -        -     -      y         y     y    -     -",
    "for-funder": "      -       -        -     y      y         y     y    -     -",
    "for-partnerships": "-       y        y     y      y         y     y    -     -",
    "for-public": "      y       y        y     y      y         y     y    y     y",
}


def seen_by(persona: str) -> set[str]:
    """The findings of the world that this persona may know of."""
    place = PERSONAS.index(persona)
    return {name for name, answers in SEEN_BY.items() if answers.split()[place] == "y"}


def seeing(thing: str) -> str:
    """200 for those who see a finding, 404 for the others."""
    return SEEN_BY[thing].replace("y", "200").replace("-", "404")


TEAM = "404 404 404 404 200 200 200 404 404"
FUNDER_AND_TEAM = "404 404 404 200 200 200 200 404 404"

APPRAISAL = {"version": 1, "voice": "some", "reason": "Two of five were asked."}
