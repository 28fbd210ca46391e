"""The audit record in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils.text import capfirst

from partnerships.models import AuditRow, Person

# A row without a person: a command wrote it, or somebody who was not signed in.
NOBODY = "A command or a visitor"
# The key of rows that are about a list of things, not about one of them.
LIST = "list"

# What was done, by the whole verb where that needs words of its own, otherwise by what stands after its dot.
DEEDS = {
    "person.invited": "invited",
    "person.closed": "closed the account of",
    "person.reopened": "reopened the account of",
    "person.password-set": "set a password for",
    "person.password-reset-asked": "asked for a new password for",
    "role.granted": "gave a role to",
    "role.revoked": "took a role from",
    "attachment.held-back": "kept for the evaluation team",
    "reply.asked": "asked for",
    "reply.cancelled": "took back the request for",
    "reply.extended": "gave more time for",
    "reply.given": "gave",
    "reply.responded": "responded to",
    "round.exported": "downloaded the answers of",
    "team-view.recorded": "recorded the team's view in",
    "ratings.addresses-erased": "erased the addresses of those who were asked to rate in",
    "ratings.ended": "ended the ratings of",
    "ratings.invited": "invited people to rate for",
    "ratings.link-revoked": "took back a link to rate for",
    "ratings.links-sent-again": "sent links to rate again for",
    "ratings.sent": "sent ratings for",
    "accepted": "accepted",
    "added": "added",
    "answered": "answered questions of",
    "changed": "changed",
    "appraised": "appraised",
    "appraisal-removed": "took away the appraisal of",
    "assessed": "judged the confidence in",
    "begun": "began",
    "closed": "closed",
    "claimed": "took for review",
    "claim-released": "gave up the review of",
    "citations-taken-back": "took citations back from",
    "commented": "commented on",
    "comment-resolved": "resolved a comment on",
    "citations-changed": "changed the citations of",
    "consent-withdrawn": "withdrew the consent of",
    "deleted": "deleted",
    "draft-begun": "began a new version of",
    "edited": "edited",
    "erased": "erased",
    "exported": "downloaded",
    "issued": "issued",
    "logged": "logged",
    "made": "made",
    "note-left": "left a note in",
    "note-settled": "settled a note in",
    "noted": "noted",
    "opened": "opened",
    "opened-again": "opened again",
    "planned": "planned",
    "published": "published",
    "read": "read",
    "released": "released",
    "recorded": "recorded",
    "reminded": "sent a reminder of",
    "returned": "returned",
    "saved": "saved",
    "submitted": "submitted",
    "taken-back": "put back to draft",
    "unwatched": "stopped watching",
    "unlocked": "opened again after acceptance",
    "watched": "began to watch",
    "withdrawn": "withdrew",
}


@dataclass(frozen=True)
class Sentence:
    """One row as people read it."""

    number: int
    at: datetime
    who: str
    deed: str
    thing: str
    kind: str
    key: str
    details: list[tuple[str, str]]


def sentences(rows: Iterable[AuditRow], reader: Any) -> list[Sentence]:
    """The rows in words; of people that something was done to, only those ``reader`` may see are named."""
    rows = list(rows)
    keys = [row.target_key for row in rows if row.target_kind == Person._meta.model_name]
    seen = Person.objects.visible_to(reader).filter(pk__in=[key for key in keys if key.isdecimal()])
    names = {str(person.pk): person.name for person in seen}
    return [
        Sentence(
            number=row.number,
            at=row.at,
            who=row.by.name if row.by else NOBODY,
            deed=deed_in_words(row.verb),
            thing=thing_in_words(row.target_kind, row.target_key, names),
            kind=row.target_kind,
            key=row.target_key,
            details=details_in_words(row.details),
        )
        for row in rows
    ]


def deed_in_words(verb: str) -> str:
    """What was done; a verb that has no words here is shown as it stands in the record."""
    return DEEDS.get(verb) or DEEDS.get(verb.rpartition(".")[2]) or verb


def thing_in_words(kind: str, key: str, names_of_people: Mapping[str, str]) -> str:
    if key == LIST:
        return f"a list of {kind_in_words(kind, plural=True)}"
    if kind == Person._meta.model_name and key in names_of_people:
        return names_of_people[key]
    return f"{kind_in_words(kind)} {key}"


def kind_in_words(kind: str, *, plural: bool = False) -> str:
    """What such things are called; of a model that is no more, the name in the record."""
    for model in apps.get_models():
        if model._meta.model_name == kind:
            return str(model._meta.verbose_name_plural if plural else model._meta.verbose_name)
    return kind


def details_in_words(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The details as labels and texts, in the order of the labels."""
    return [(capfirst(name.replace("_", " ")), in_words(value)) for name, value in sorted(details.items())]


def in_words(value: Any, between: str = ", ") -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {in_words(part)}" for name, part in sorted(value.items()))
    if isinstance(value, list):
        return between.join(in_words(part, between=" ") for part in value) or "none"
    return str(value)
