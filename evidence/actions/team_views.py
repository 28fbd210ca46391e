"""Recording how the evaluation team sees a partnership's drivers and barriers."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from evidence.actions import report_rules
from evidence.actions.ratings import RatingsConflict, check_said, rated_items
from evidence.actions.self_reports import held
from evidence.actions.typed_forms import forget_typed_form
from evidence.models import FrameworkItem, SelfReport, TeamView
from evidence.queries.ratings import Said, digest_of_part
from evidence.queries.team_views import said_by_team
from partnerships.audit import record
from partnerships.errors import StepRefused
from partnerships.models import Person


@transaction.atomic
def record_team_views(
    *, by: Person, report: SelfReport, said: Mapping[str, Said | None], seen: str, typed_form: str = ""
) -> list[str]:
    """Save the team's view of the statements of one page, by code, and return the codes of those it changed.

    None takes a view back. ``seen`` is the digest of what the page had shown, ``typed_form`` the key of what
    was kept while it was typed. Raises RatingsConflict when a colleague saved something else meanwhile,
    ValidationError by code, StepRefused while the report is not with the team, PermissionDenied.
    """
    if not report_rules.reviews(by):
        raise PermissionDenied
    report = held(by, report)
    if not report_rules.may_return(by, report):
        raise StepRefused("The report is with its partnership, so the team's view can't change now.")
    items = rated_items(said)
    check_said(said, items)
    check_reasons(said)
    stored = said_by_team(by, report)
    current = {code: entry for code, entry in stored.items() if code in said}
    wanted = {code: entry for code, entry in said.items() if entry is not None}
    if wanted == current:
        forget_typed_form(by=by, key=typed_form)
        return []
    if digest_of_part(stored, said) != seen:
        raise RatingsConflict(current)
    changed = sorted(code for code in said if wanted.get(code) != current.get(code))
    for code in changed:
        write_view(report, items[code], wanted.get(code), by=by)
    forget_typed_form(by=by, key=typed_form)
    record(by=by, verb="team-view.recorded", target=report, key=report.ref, items=changed)
    return changed


def check_reasons(said: Mapping[str, Said | None]) -> None:
    without = [code for code, entry in said.items() if entry and not entry.reason]
    if without:
        raise ValidationError(dict.fromkeys(without, "Say why you see it so."))


def write_view(report: SelfReport, item: FrameworkItem, said: Said | None, *, by: Person) -> None:
    """One by one, since the history is kept on saving and on taking away."""
    view = TeamView.objects.filter(self_report=report, item=item).first()
    if said is None:
        if view:
            view._history_user = by
            view.delete()
        return
    view = view or TeamView(self_report=report, item=item)
    view.step, view.reason = said.step, said.reason
    view.updated_at, view.updated_by = timezone.now(), by
    view._history_user = by
    view.save()
