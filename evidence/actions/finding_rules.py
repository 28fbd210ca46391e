"""Who may do what with a finding they can see, and what it must hold before others read it."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format

from evidence.models import Finding, Source, Visibility
from evidence.models.visibility import narrower, reaches_beyond
from evidence.queries.promises import Consent, consent_of, limits_of
from evidence.queries.writers import writers_of_finding
from partnerships.access import Permission, has_permission
from partnerships.models import Person

Status = Finding.Status


class AnonymisationPoint(models.TextChoices):
    """What a second person confirms before a release beyond the funder.

    After the UK Data Service's and the ICO's guidance on anonymising qualitative data.
    """

    DIRECT_IDENTIFIERS = (
        "direct-identifiers",
        "No names, contact details or other direct identifiers are left.",
    )
    INDIRECT_IDENTIFIERS = (
        "indirect-identifiers",
        "Nothing identifies a person in combination: dates, employers, unusual events.",
    )
    SMALL_PLACES = "small-places", "No place is so small that it gives somebody away."
    ROLES = "roles", "No role is held by so few people that it points to one of them."
    QUOTES = "quotes", "Any quote is free of names and turns of phrase that others would recognise."


BEYOND_THE_FUNDER = (Finding.Visibility.PARTNERSHIPS, Finding.Visibility.PUBLIC)
UP_TO_THE_FUNDER = (Finding.Visibility.TEAM, Finding.Visibility.FUNDER)
SOMEBODY_ELSE = "Somebody who did not write these words has to release them to partnerships or the public."


def may_log(person: Any) -> bool:
    return has_permission(person, Permission.LOG_FINDINGS)


def is_lead(person: Any) -> bool:
    return has_permission(person, Permission.REVIEW_FINDINGS)


def is_author(person: Any, finding: Finding) -> bool:
    return may_log(person) and finding.created_by_id == person.pk


def works_on(person: Any, finding: Finding) -> bool:
    """Whether the finding is this person's to act on at all, in one status or another."""
    return is_author(person, finding) or is_lead(person)


def may_copy(person: Any, finding: Finding) -> bool:
    """Whether it can be the beginning of a new case-study finding; the review's own evidence can't, nor can
    what was erased.
    """
    return may_log(person) and finding.origin != Finding.Origin.LITERATURE and not is_erased(finding)


def is_erased(finding: Finding) -> bool:
    """Whether nothing is left of it, because its source took its consent back."""
    return finding.source is not None and finding.source.is_withdrawn


def may_appraise(person: Any, subject: Finding | Source) -> bool:
    """Every evaluator may, whoever logged it, as long as there is something left to appraise."""
    is_gone = is_erased(subject) if isinstance(subject, Finding) else subject.is_withdrawn
    return may_log(person) and not is_gone


def may_edit(person: Any, finding: Finding) -> bool:
    """Authors edit what has not been submitted or came back; leads edit all but what was withdrawn."""
    if is_lead(person):
        return finding.status != Status.WITHDRAWN
    return is_author(person, finding) and finding.status in (Status.DRAFT, Status.RETURNED)


def may_submit(person: Any, finding: Finding) -> bool:
    return finding.status in (Status.DRAFT, Status.RETURNED) and works_on(person, finding)


def may_return(person: Any, finding: Finding) -> bool:
    return finding.status == Status.SUBMITTED and is_lead(person)


def may_publish(person: Any, finding: Finding) -> bool:
    """Leads publish what was submitted, and change who may read what is published."""
    return finding.status in (Status.SUBMITTED, Status.PUBLISHED) and is_lead(person)


def may_publish_with_changes(person: Any, finding: Finding) -> bool:
    return finding.status == Status.SUBMITTED and may_publish(person, finding)


def may_withdraw(person: Any, finding: Finding) -> bool:
    return finding.status == Status.PUBLISHED and works_on(person, finding)


def may_delete(person: Any, finding: Finding) -> bool:
    return finding.status == Status.DRAFT and works_on(person, finding)


def may_release(person: Any, finding: Finding) -> bool:
    """Whether this lead may let partnerships or the public read it: somebody who did not write it must."""
    if finding.origin == Finding.Origin.LITERATURE:
        return is_lead(person)
    return is_lead(person) and person.pk not in writers_of_finding(finding)


def problems_before_reading(finding: Finding) -> dict[str, list[str]]:
    """What a finding still lacks before others can read it, by field; empty when it is complete."""
    if finding.origin == Finding.Origin.LITERATURE:
        return {}
    source = finding.source
    missing = missing_for_readers(
        is_placed=finding.programme_wide or finding.partnerships.exists(),
        source_kind=source.kind if source else "",
        collected_on=source.collected_on if source else None,
        is_coded=finding.codings.exists(),
    )
    consent = consent_of(finding)
    return missing | (consent_problems(finding.visibility, consent, quote=finding.quote) if consent else {})


def refuse_future(day: datetime.date) -> None:
    """Refuse a day of evidence that is yet to come. Raises ValidationError."""
    if day > timezone.localdate():
        raise ValidationError("The evidence can't be from the future. Give the day it was collected.")


def missing_for_readers(
    *, is_placed: bool, source_kind: str, collected_on: datetime.date | None, is_coded: bool
) -> dict[str, list[str]]:
    """The rule itself, for what is stored and for what a form holds: where, from what, when, on what."""
    problems: dict[str, list[str]] = {}
    if not is_placed:
        problems["partnerships"] = ["Choose a partnership, or say that it concerns the whole programme."]
    if not source_kind:
        problems["source_kind"] = ["Say what kind of source it comes from."]
    if collected_on is None:
        problems["collected_on"] = ["Give the day the evidence was collected."]
    if not is_coded:
        problems["codings"] = ["Choose at least one lesson, driver, barrier or question that it bears on."]
    return problems


def widest_circle(consent: Consent, *, quote: str) -> str:
    """How far a finding may go by what its source has agreed to."""
    if quote and not consent.quote_permission:
        return narrower(consent.consent_scope, Visibility.FUNDER)
    return consent.consent_scope


def consent_problems(visibility: str, consent: Consent, *, quote: str) -> dict[str, list[str]]:
    """What the source's consent has against a circle of readers, by field."""
    agreed = Visibility(consent.consent_scope)
    if reaches_beyond(visibility, agreed):
        message = f"The source has agreed to readers up to “{agreed.label}”, not beyond."
        return {"visibility": [message]}
    if reaches_beyond(visibility, widest_circle(consent, quote=quote)):
        message = "The source has not agreed to be quoted beyond the funder: take the quote out for them."
        return {"quote": [message]}
    return {}


def circle_wished(finding: Finding) -> str:
    """Who is meant to read it, as far as its source has agreed to."""
    consent = consent_of(finding)
    if consent is None:
        return finding.visibility
    return narrower(finding.visibility, widest_circle(consent, quote=finding.quote))


def raise_problems(finding: Finding) -> None:
    if problems := problems_before_reading(finding):
        raise ValidationError(problems)


def check_release(by: Person, finding: Finding, confirmed: Sequence[str]) -> None:
    """Refuse a release beyond the funder by whoever wrote it, or without the whole checklist."""
    if not may_release(by, finding):
        raise ValidationError({"visibility": SOMEBODY_ELSE})
    require_replies(finding)
    require_checklist(confirmed)


def require_replies(finding: Finding) -> None:
    """Refuse a release while a partnership that the finding names still has time to reply."""
    waiting = finding.reply_requests.open().select_related("partnership")
    if messages := [
        f"{request.partnership} can reply until {date_format(request.due_on, 'j F Y')} ({request.ref}): wait "
        "for that day, or take the request back with a reason."
        for request in waiting
    ]:
        raise ValidationError({"visibility": messages})


def require_checklist(confirmed: Sequence[str]) -> None:
    """Refuse a release while a point of the anonymisation checklist is not confirmed."""
    missing = [point.label for point in AnonymisationPoint if point.value not in confirmed]
    if len(missing) == len(AnonymisationPoint):
        raise ValidationError({"checklist": ["Confirm every point of the checklist before releasing it."]})
    if missing:
        raise ValidationError({"checklist": [f"Confirm before releasing: {label}" for label in missing]})


def require_reason(reason: str, message: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": message})


def visibility_after_rewording(finding: Finding, consent: Consent | None, *, quote: str) -> str:
    """Who reads a published finding once its words, or its source's consent, are as stated."""
    if finding.origin == Finding.Origin.LITERATURE:
        return finding.visibility
    visibility = narrower(finding.visibility, Visibility.FUNDER)
    if isinstance(consent, Source):
        consent = limits_of(consent)
    return narrower(visibility, widest_circle(consent, quote=quote)) if consent else visibility
