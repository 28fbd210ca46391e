"""Comments on findings: adding and resolving them."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions.notices import NoticeKind, authors_of, tell
from evidence.models import Comment, Finding
from evidence.queries.comments import colleagues_on
from partnerships.access import Permission, has_permission
from partnerships.audit import record
from partnerships.models import Person


def may_comment(person: Any, finding: Finding) -> bool:
    """The evaluation team comments on every finding that it can see."""
    return has_permission(person, Permission.READ_TEAM)


@transaction.atomic
def add_comment(
    *,
    by: Person,
    finding: Finding,
    text: str,
    part: str = Comment.Part.WHOLE,
    mentions: Iterable[Person] = (),
) -> Comment:
    """Say something about a finding; those who are mentioned and the author are told.

    Sent twice it makes one comment, as long as that is open. Raises PermissionDenied, and ValidationError by
    field, also when somebody is mentioned who may not see the finding.
    """
    seen = Finding.objects.visible_to(by).select_for_update().filter(pk=finding.pk).first()
    if seen is None or not may_comment(by, seen):
        raise PermissionDenied
    comment = Comment(finding=seen, part=part, text=text.strip(), by=by)
    comment.clean_fields()
    again = Comment.objects.filter(finding=seen, by=by, part=part, text=comment.text, resolved_at=None)
    if already := again.first():
        return already
    mentioned = set(mentions)
    if not mentioned <= set(colleagues_on(by, seen)):
        raise ValidationError({"mentions": "Somebody you chose can't see this finding."})
    comment.save()
    comment.mentions.set(mentioned)
    tell(mentioned, NoticeKind.MENTION, seen, by=by)
    tell(set(authors_of(seen)) - mentioned, NoticeKind.COMMENT, seen, by=by)
    record(by=by, verb="finding.commented", target=seen, key=seen.ref, part=part, mentioned=len(mentioned))
    return comment


@transaction.atomic
def resolve_comment(*, by: Person, comment: Comment) -> Comment:
    """Mark a comment as dealt with; one that is resolved already stays as it is."""
    open_one = Comment.objects.visible_to(by).filter(pk=comment.pk, resolved_at=None)
    if open_one.update(resolved_at=timezone.now(), resolved_by=by):
        finding = comment.finding
        record(by=by, verb="finding.comment-resolved", target=finding, key=finding.ref, part=comment.part)
    comment.refresh_from_db()
    return comment
