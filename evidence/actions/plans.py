"""Every write to action plans: agreeing on actions while a report is written, and saying how they went."""

import datetime
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from evidence.actions import report_rules
from evidence.actions.finding_input import field_errors
from evidence.actions.report_notices import reporters_of
from evidence.actions.self_reports import held_for_writing, touch
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import Action, ActionState, ActionStep, FrameworkItem, SelfReport
from evidence.models.action import ACTED_ON
from evidence.queries.plans import key_of_follow_up, key_of_plan
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.locking import locked
from partnerships.models import Person

MOST = 60  # actions of one report
NOT_AGREED_YET = "It is agreed once the report is submitted: until then change it in the report."


@dataclass(frozen=True, kw_only=True)
class ActionInput:
    """What people of a partnership state of an action."""

    text: str
    owner: str
    due_on: datetime.date
    why: str = ""
    item: FrameworkItem | None = None
    colleague: Person | None = None


@transaction.atomic
def agree_action(*, by: Person, report: SelfReport, data: ActionInput) -> Action:
    """Put an action into the plan of a report. The same, sent again, makes no second one.

    Raises StepRefused once the report is submitted, PermissionDenied, and ValidationError by field.
    """
    report = held_for_writing(by, report)
    action = Action(self_report=report, created_by=by)
    assign(action, data)
    forget_typed_form(by=by, key=key_of_plan(report))
    same = report.actions.filter(text=action.text, owner=action.owner, due_on=action.due_on)
    if already := same.first():
        return already
    if report.actions.count() >= MOST:
        raise ValidationError(f"A plan holds {MOST} actions, not more.")
    action.save()
    touch(report, by=by)
    record(by=by, verb="action.agreed", target=action, key=action.ref, self_report=report.ref)
    return action


@transaction.atomic
def change_action(*, by: Person, action: Action, version: int, data: ActionInput) -> Action:
    """Word an action otherwise, while its report is with the partnership.

    Raises Conflict, StepRefused, PermissionDenied, and ValidationError by field.
    """
    report = held_for_writing(by, action.self_report)
    action = locked(Action, action, version)
    assign(action, data)
    action.validate_constraints()
    action.version += 1
    action.save()
    touch(report, by=by)
    record(by=by, verb="action.changed", target=action, key=action.ref, version=action.version)
    return action


@transaction.atomic
def remove_action(*, by: Person, action: Action, version: int) -> None:
    """Take an action out of a plan that is not submitted. Raises Conflict, StepRefused, PermissionDenied."""
    report = held_for_writing(by, action.self_report)
    action = locked(Action, action, version)
    if action.steps.exists():
        raise StepRefused("Something was said of it already, so it stays: say that it is given up, and why.")
    action.delete()
    touch(report, by=by)
    record(by=by, verb="action.removed", target=action, key=action.ref)


def assign(action: Action, data: ActionInput) -> None:
    """Take over what was stated. Raises ValidationError by field."""
    action.text, action.why = data.text.strip(), data.why.strip()
    action.owner, action.due_on = data.owner.strip(), data.due_on
    action.item, action.colleague = data.item, data.colleague
    errors = field_errors(action, leave_out=("self_report", "item", "colleague", "created_by"))
    if data.item and data.item.kind not in ACTED_ON:
        errors["item"] = ["Choose a driver or a barrier."]
    if data.colleague and data.colleague not in reporters_of(action.self_report.partnership_id):
        errors["colleague"] = ["Choose somebody who reports for your partnership."]
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def follow_up(
    *, by: Person, action: Action, state: str, note: str, report: SelfReport | None = None
) -> ActionStep:
    """Say how an agreed action goes, or what became of it; the plan itself stays as it was agreed.

    ``report`` is the later report of the same partnership in which it is said, and must be with it. The
    same said again at once makes no second step. Raises StepRefused, PermissionDenied, and ValidationError
    by field.
    """
    if not report_rules.reports_for(by, action.self_report):
        raise PermissionDenied
    if report:
        report = held_for_writing(by, report)
        if report.partnership_id != action.self_report.partnership_id or report == action.self_report:
            raise PermissionDenied
    action = (
        Action.objects.select_for_update(of=("self",)).select_related("self_report__round").get(pk=action.pk)
    )
    if action.self_report.is_with_partnership:
        raise StepRefused(NOT_AGREED_YET)
    step = ActionStep(action=action, self_report=report, state=state, note=note.strip(), by=by)
    if errors := field_errors(step, leave_out=("action", "self_report", "by")):
        raise ValidationError(errors)
    if state != ActionState.DONE and not step.note:
        why = "Say why it is given up." if state == ActionState.GIVEN_UP else "Say how it goes."
        raise ValidationError({"note": why})
    last = action.steps.order_by("at", "pk").last()
    if last and (last.state, last.note, last.by, last.self_report) == (state, step.note, by, report):
        return last
    step.save()
    if report:
        touch(report, by=by)
    forget_typed_form(by=by, key=key_of_follow_up(action, report))
    record(by=by, verb="action.followed-up", target=action, key=action.ref, state=state)
    return step
