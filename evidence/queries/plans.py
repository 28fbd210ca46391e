"""Action plans as pages, documents and the API show them."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from evidence.models import Action, ActionState, ActionStep, SelfReport
from evidence.models.typed_form import FOLLOW_UP, PLAN
from partnerships.functions import JSONList

MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of an action: in the report of a round, or between rounds."""

    state: str
    note: str
    on: datetime.date
    by: str
    round: str
    report: str

    @property
    def state_label(self) -> str:
        return str(ActionState(self.state).label)


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action with its state and what was said of it, as far as the reader may know."""

    action: Action
    state: str
    said: list[Said]

    @property
    def state_label(self) -> str:
        return str(ActionState(self.state).label)

    @property
    def is_open(self) -> bool:
        return self.state == ActionState.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.action.due_on < timezone.localdate()

    def said_in(self, report: SelfReport) -> list[Said]:
        return [one for one in self.said if one.report == report.ref]


@dataclass(frozen=True)
class Plan:
    """The actions of one report: those agreed in it, and how earlier ones went, as it says."""

    agreed: list[PlannedAction]
    earlier: list[PlannedAction]

    @property
    def is_empty(self) -> bool:
        return not (self.agreed or self.earlier)


def key_of_plan(report: SelfReport) -> str:
    """The key of what somebody types into the page of a report's plan."""
    return f"{report.ref}/{PLAN}"


def key_of_follow_up(action: Action, written: SelfReport | None) -> str:
    """The key of what somebody types into the page of an action, by itself or from a report's form."""
    return f"{(written or action.self_report).ref}/{FOLLOW_UP}{action.ref}"


def with_steps(person: Any, actions: QuerySet[Action]) -> Any:
    """The actions with their state and steps as this person may know them; one query."""
    steps = ActionStep.objects.visible_to(person).filter(action=OuterRef("pk")).order_by("at", "pk")
    said = JSONList(
        steps.annotate(said_on=Cast(TruncDate("at"), CharField())),
        state="state",
        note="note",
        on="said_on",
        by="by__name",
        round="self_report__round__title",
        report="self_report__ref",
    )
    return (
        actions.with_state(person)  # type: ignore[attr-defined]
        .annotate(said_rows=said)
        .select_related("self_report__round", "item", "colleague")
        .order_by("due_on", "pk")
    )


def planned(action: Any) -> PlannedAction:
    """An action as ``with_steps`` gives it."""
    said = [
        Said(
            state=row["state"],
            note=row["note"],
            on=datetime.date.fromisoformat(row["on"]),
            by=row["by"],
            round=row["round"] or "",
            report=row["report"] or "",
        )
        for row in action.said_rows
    ]
    return PlannedAction(action, action.state, said)


def actions_so_far(person: Any) -> JSONList:
    """All actions of each report's partnership, for ``numbers_of``: fetched along with the report."""
    actions: Any = Action.objects.visible_to(person).with_state(person)
    of_partnership = actions.filter(self_report__partnership=OuterRef("partnership"))
    return JSONList(of_partnership, report="self_report", state="state")


def numbers_of(report: SelfReport, rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many actions a report agrees on so far, and how many earlier ones are still open."""
    own = [row for row in rows if row["report"] == report.pk]
    earlier = [row for row in rows if row["report"] != report.pk and row["state"] == ActionState.OPEN]
    return {"agreed": len(own), "earlier": len(earlier)}


def plan_of(person: Any, report: SelfReport) -> Plan:
    """What a report agrees on, and what it says of earlier actions; one query."""
    return plans_of(person, [report])[report.pk]


def plans_of(person: Any, reports: Sequence[SelfReport]) -> dict[int, Plan]:
    """The same for several reports, by primary key; one query."""
    said_in = ActionStep.objects.filter(self_report__in=reports)
    actions = Action.objects.visible_to(person).filter(
        Q(self_report__in=reports) | Q(pk__in=said_in.values("action"))
    )
    rows = [planned(action) for action in with_steps(person, actions)]
    return {
        report.pk: Plan(
            agreed=[row for row in rows if row.action.self_report_id == report.pk],
            earlier=[row for row in rows if row.action.self_report_id != report.pk and row.said_in(report)],
        )
        for report in reports
    }


def plan_for_writing(person: Any, report: SelfReport) -> Plan:
    """The same for those who write it: among the earlier ones also those that are still open."""
    before = Q(
        self_report__partnership=report.partnership_id,
        self_report__round__opened_at__lt=report.round.opened_at,
    )
    actions = Action.objects.visible_to(person).filter(Q(self_report=report) | before)
    rows = [planned(action) for action in with_steps(person, actions)]
    earlier = [row for row in rows if row.action.self_report_id != report.pk]
    return Plan(
        agreed=[row for row in rows if row.action.self_report_id == report.pk],
        earlier=[row for row in earlier if row.is_open or row.said_in(report)],
    )


def open_actions_json(person: Any) -> JSONList:
    """What each partnership of a query still has to do, the earliest first, for ``still_to_do``."""
    actions: Any = Action.objects.visible_to(person).with_state(person)
    still = actions.filter(self_report__partnership=OuterRef("pk"), state=ActionState.OPEN)
    with_day = still.annotate(day=Cast("due_on", CharField())).order_by("due_on", "pk")
    return JSONList(
        with_day[:MOST_LISTED],
        ref="ref",
        text="text",
        owner="owner",
        due_on="day",
        is_demonstration="self_report__round__is_demonstration",
    )


def still_to_do(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What ``open_actions_json`` gives, with days as dates."""
    return [row | {"due_on": datetime.date.fromisoformat(row["due_on"])} for row in rows]


def overdue_for(person: Any) -> list[Action]:
    """The agreed actions of somebody's own partnerships whose day has passed; one query."""
    actions = Action.objects.visible_to(person).filter(
        self_report__partnership__in=person.reported_partnership_ids,
        self_report__status__in=[SelfReport.Status.SUBMITTED, SelfReport.Status.ACCEPTED],
        due_on__lt=timezone.localdate(),
    )
    still: Any = actions.with_state(person)
    still = still.filter(state=ActionState.OPEN)
    return list(still.select_related("self_report__partnership", "self_report__round")[:MOST_LISTED])


def actions_json(person: Any) -> JSONList:
    """The actions agreed in each report of a query, as the API gives them."""
    actions = Action.objects.visible_to(person).filter(self_report=OuterRef("pk")).with_state(person)
    return JSONList(
        actions.annotate(day=Cast("due_on", CharField()), code=F("item__code")).order_by("due_on", "pk"),
        ref="ref",
        text="text",
        why="why",
        item="code",
        owner="owner",
        due_on="day",
        state="state",
    )
