"""Keeping what people type until they save it.

A typed form is its owner's alone and no evidence yet, so it leaves no row in the audit record.
"""

import datetime
import json
from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions.fieldwork_rules import works_on_study
from evidence.actions.finding_rules import may_appraise, may_log, works_on
from evidence.actions.reply_rules import why_closed
from evidence.actions.report_rules import may_return, reports_for
from evidence.models import CaseStudy, Finding, FrameworkItem, ReplyRequest, SelfReport, Source, TypedForm
from evidence.models.typed_form import APPRAISAL, FOLLOW_UP, ITEM_FORMS, TEAM_VIEW
from partnerships.access import has_permission
from partnerships.models import Person

LARGEST = 200_000  # characters; the longest finding that can be saved is a third of that
MOST_OF_A_PERSON = 100
KEPT_FOR = datetime.timedelta(days=90)


class OutOfDate(Exception):
    """Another page has saved this form since, or it is gone: saved for good, or discarded.

    ``current`` is what is kept now, or None.
    """

    def __init__(self, current: TypedForm | None) -> None:
        super().__init__("What is kept is not what this page saved last.")
        self.current = current


@transaction.atomic
def keep_typed_form(
    *,
    by: Person,
    key: str,
    fields: Mapping[str, Sequence[str]],
    base: int,
    sequence: int,
    page: str,
    finding: Finding | None = None,
    source: Source | None = None,
    case_study: CaseStudy | None = None,
    reply_request: ReplyRequest | None = None,
    self_report: SelfReport | None = None,
    item: FrameworkItem | None = None,
) -> TypedForm:
    """Keep the fields of a form as they stand in a page, and return what is kept.

    ``base`` is the sequence that the page knows to be kept (0: nothing), ``sequence`` the number of this
    save, ``page`` tells opened pages apart. A page may repeat itself, and go on when an answer was lost; a
    save that was overtaken, or that knows nothing of another page's, raises OutOfDate and changes nothing.
    Raises PermissionDenied, and ValidationError for more than anybody types, or for a reply too late.
    """
    if reply_request:
        require_answerable(by, reply_request)
    elif self_report and f"/{TEAM_VIEW}" in key:
        if not may_return(by, self_report):
            raise PermissionDenied
    elif self_report and f"/{FOLLOW_UP}" in key:
        if not reports_for(by, self_report):
            raise PermissionDenied
    elif self_report:
        refuse_typing_into(self_report, by=by)
    elif item:
        if not has_permission(by, ITEM_FORMS[key.rpartition("/")[2]][2]):
            raise PermissionDenied
    elif case_study:
        if not works_on_study(by, case_study):
            raise PermissionDenied
    elif appraised := source or (finding if key.endswith(APPRAISAL) else None):
        if not may_appraise(by, appraised):
            raise PermissionDenied
    elif not (works_on(by, finding) if finding else may_log(by)):
        raise PermissionDenied
    content = {
        name: [value.replace("\x00", "") for value in values]
        for name, values in fields.items()
        if "\x00" not in name and any(values)
    }
    if len(json.dumps(content, ensure_ascii=False)) > LARGEST:
        raise ValidationError("That is more than can be saved.", code="too_long")
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)  # one save of a person after the other
    kept = TypedForm.objects.filter(created_by=by, key=key).first()
    if kept is None:
        if base:
            raise OutOfDate(None)
        if by.typed_forms.count() >= MOST_OF_A_PERSON:
            raise ValidationError("Too many forms are begun and not saved: finish some first.")
        kept = TypedForm(
            created_by=by,
            key=key,
            finding=finding,
            source=source,
            case_study=case_study,
            reply_request=reply_request,
            self_report=self_report,
            item=item,
        )
    elif (kept.page, kept.sequence, kept.content) == (page, sequence, content):
        return kept
    elif not (sequence > kept.sequence and (kept.page == page or kept.sequence == base)):
        raise OutOfDate(kept)
    kept.content, kept.sequence, kept.page, kept.saved_at = content, sequence, page, timezone.now()
    kept.save()
    return kept


def require_answerable(by: Person, request: ReplyRequest) -> None:
    """Refuse what is typed by others than the partnership, or when nothing can be answered any more."""
    if request.partnership_id not in by.reported_partnership_ids:
        raise PermissionDenied
    if reason := why_closed(request):
        raise ValidationError(reason)


def refuse_typing_into(self_report: SelfReport, *, by: Person) -> None:
    """Raises PermissionDenied for strangers, and ValidationError while it is not with its partnership."""
    if not reports_for(by, self_report):
        raise PermissionDenied
    if not self_report.is_with_partnership:
        raise ValidationError("The report is not with you any more.", code="not_with_you")


def forget_typed_form(*, by: Person, key: str) -> None:
    """Delete what a person typed into one form: it was saved for good, or is not wanted any more."""
    TypedForm.objects.filter(created_by=by, key=key).delete()


def forget_old_typed_forms() -> int:
    """Delete what nobody has touched for 90 days, and say how many forms that were."""
    deleted, _ = TypedForm.objects.filter(saved_at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted
