"""Arranging briefs and issuing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from evidence.actions.finding_input import field_errors
from evidence.actions.finding_rules import is_lead
from evidence.models import Brief, BriefIssue, BriefItem, Finding, FrameworkItem
from evidence.queries.briefs import changes_between, latest_issue, may_be_chosen, present_content
from evidence.queries.editions import digest_of
from partnerships.access import Permission, has_permission
from partnerships.audit import record
from partnerships.errors import Conflict
from partnerships.models import Partnership, Person, Sector

MOST_ITEMS = 20
MOST_EXAMPLES = 3
RELEASED_BY_LEADS = (Brief.Audience.PARTNERSHIPS, Brief.Audience.PUBLIC)


@dataclass(frozen=True)
class BriefInput:
    """How a brief is to be: notes and examples (refs) by the item's code, the codes in their order."""

    title: str
    audience: str
    introduction: str = ""
    items: Sequence[str] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Sequence[str]] = field(default_factory=dict)
    partnerships: Sequence[str] = ()
    sectors: Sequence[str] = ()


def may_arrange_briefs(person: object) -> bool:
    """Whoever may read what the funder reads may make a brief of it."""
    return has_permission(person, Permission.READ_SHARED_WITH_FUNDER)


def may_issue(person: object, brief: Brief) -> bool:
    """Its author issues what stays with the funder; what goes further, a lead."""
    return is_lead(person) or brief.audience not in RELEASED_BY_LEADS


@transaction.atomic
def make_brief(*, by: Person, data: BriefInput) -> Brief:
    """A new brief, seen by its author and the leads until it is issued.

    Raises PermissionDenied, and ValidationError by field.
    """
    if not may_arrange_briefs(by):
        raise PermissionDenied
    brief = Brief(created_by=by, is_demonstration=by.is_demonstration)
    write(brief, data)
    record(by=by, verb="brief.made", target=brief, key=brief.ref)
    return brief


@transaction.atomic
def arrange_brief(*, by: Person, brief: Brief, data: BriefInput, version: int) -> Brief:
    """Change how a brief is arranged. What was issued stays as it is.

    Raises PermissionDenied, Conflict when somebody else changed it meanwhile, and ValidationError by field.
    """
    current = own_brief(by, brief)
    if current.version != version:
        raise Conflict(current)
    if data.audience != current.audience and latest_issue(current):
        raise ValidationError({"audience": ["It was issued for other readers. Make a new brief for these."]})
    current.version += 1
    write(current, data)
    record(by=by, verb="brief.changed", target=current, key=current.ref)
    return current


@transaction.atomic
def issue_brief(*, by: Person, brief: Brief, version: int) -> BriefIssue:
    """Issue the brief as it stands on the evidence of now, under the next number.

    Raises PermissionDenied, Conflict when the arrangement changed meanwhile, and ValidationError when it has
    no items or would say just what the last version says.
    """
    current = own_brief(by, brief)
    if not may_issue(by, current):
        raise PermissionDenied
    if current.version != version:
        raise Conflict(current)
    content, last = present_content(current), latest_issue(current)
    if not content["items"]:
        raise ValidationError("Choose at least one item first.")
    if last and not changes_between(last.content, content):
        raise ValidationError(f"Nothing has changed since version {last.number}.")
    issue = BriefIssue.objects.create(
        brief=current,
        number=last.number + 1 if last else 1,
        content=content,
        digest=digest_of(content),
        issued_by=by,
    )
    record(by=by, verb="brief.issued", target=current, key=current.ref, number=issue.number)
    return issue


@transaction.atomic
def record_brief_export(*, by: Person, brief: Brief, number: int, format: str) -> None:
    """Note that a person downloaded a version of a brief."""
    record(by=by, verb="brief.exported", target=brief, key=brief.ref, number=number, format=format)


def own_brief(by: Person, brief: Brief) -> Brief:
    """The brief, locked, if this person may change it."""
    current = Brief.objects.select_for_update().filter(pk=brief.pk).first()
    if current is None or not Brief.objects.arranged_by(by).filter(pk=current.pk).exists():
        raise PermissionDenied
    return current


def write(brief: Brief, data: BriefInput) -> None:
    """Take over what was stated, or raise ValidationError by field."""
    brief.title, brief.audience = data.title.strip(), data.audience
    brief.introduction = data.introduction.strip()
    errors = field_errors(brief, leave_out=("ref", "created_by"))
    if len(data.items) > MOST_ITEMS:
        errors["items"] = [f"Choose up to {MOST_ITEMS} items: a brief is for one meeting."]
    if any(len(refs) > MOST_EXAMPLES for refs in data.examples.values()):
        errors["items"] = [f"Choose up to {MOST_EXAMPLES} examples of each item."]
    if errors:
        raise ValidationError(errors)
    brief.save()
    brief.partnerships.set(Partnership.objects.filter(slug__in=data.partnerships))
    brief.sectors.set(Sector.objects.filter(code__in=data.sectors))
    items = {item.code: item for item in FrameworkItem.objects.filter(code__in=data.items)}
    BriefItem.objects.filter(brief=brief).exclude(item__in=items.values()).delete()
    for position, code in enumerate((code for code in data.items if code in items), start=1):
        entry, _ = BriefItem.objects.update_or_create(
            brief=brief,
            item=items[code],
            defaults={"position": position, "note": data.notes.get(code, "").strip()},
        )
        entry.examples.set(Finding.objects.filter(may_be_chosen(brief, data.examples.get(code, ()))))
