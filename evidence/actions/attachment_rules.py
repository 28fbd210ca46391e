"""Who may do what with the files of the things they can see, and how far a file may go."""

from typing import Any

from evidence.actions.fieldwork_rules import may_edit_source, works_on_study
from evidence.actions.finding_rules import BEYOND_THE_FUNDER, is_lead, may_edit
from evidence.actions.report_rules import may_fill_in, reports_for
from evidence.models import Attachment, CaseStudy, Finding, SelfReport, Source, Visibility
from evidence.models.attachment import Owner
from evidence.models.visibility import narrower, reaches_beyond
from partnerships.access import Permission, has_permission


def may_add_files(person: Any, owner: Owner) -> bool:
    """Those who may change what it belongs to; nothing is added to the review's own evidence, nor to a report
    that is not with its partnership.
    """
    if isinstance(owner, SelfReport):
        return may_fill_in(person, owner)
    if isinstance(owner, Source):
        return may_edit_source(person, owner)
    if isinstance(owner, CaseStudy):
        return works_on_study(person, owner)
    return owner.origin != Finding.Origin.LITERATURE and may_edit(person, owner)


def may_erase_file(person: Any, attachment: Attachment) -> bool:
    return not attachment.is_erased and may_add_files(person, attachment.owner)


def may_release_file(person: Any, attachment: Attachment) -> bool:
    """Whether this person decides who gets it at all: the leads do. A report's go with its answers."""
    return not attachment.is_erased and not attachment.self_report_id and is_lead(person)


def may_get_original(person: Any, attachment: Attachment) -> bool:
    """Whether somebody who may see a file gets it as it was added: the team, and whose own it is."""
    if has_permission(person, Permission.READ_TEAM):
        return True
    return attachment.self_report is not None and reports_for(person, attachment.self_report)


def circles_open_to(person: Any, attachment: Attachment) -> list[str]:
    """The circles beyond the team that this lead may release a file to, from the smallest.

    None without a clean copy. Beyond the funder, somebody other than who added it releases it.
    """
    if not attachment.copy:
        return []
    limit = widest_circle_of(attachment)
    circles = [
        circle
        for circle in Visibility.values
        if circle != Visibility.TEAM and not reaches_beyond(circle, limit)
    ]
    if attachment.created_by_id == getattr(person, "pk", None):
        circles = [circle for circle in circles if circle not in BEYOND_THE_FUNDER]
    return circles


def widest_circle_of(attachment: Attachment) -> str:
    """How far a file may go: as far as what it belongs to, and as its source has agreed to.

    Sources are read by the team and the funder alone, and so are their files.
    """
    owner = attachment.owner
    if isinstance(owner, SelfReport):
        return Visibility.TEAM
    if isinstance(owner, CaseStudy):
        return owner.visibility
    if isinstance(owner, Source):
        return agreed_circle(owner, Visibility.FUNDER)
    return agreed_circle(owner.source, owner.visibility) if owner.source else owner.visibility


def agreed_circle(source: Source, wished: str) -> str:
    return Visibility.TEAM if source.is_withdrawn else narrower(source.consent_scope, wished)
