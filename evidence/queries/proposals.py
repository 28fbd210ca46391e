"""Answers of accepted reports that are offered as evidence: which wait, and what came of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from evidence.models import Finding, Proposal

State = Proposal.State


@dataclass(frozen=True)
class Pile:
    """One way of looking at the answers: which of them, in words."""

    key: str
    label: str
    empty: str


PILES = (
    Pile("waiting", "Waiting", "No answer waits for an evaluator."),
    Pile("mine", "Claimed by you", "You have claimed no answer."),
    Pile("taken", "Taken", "No finding was made of an answer yet."),
    Pile("merged", "Merged", "No answer was merged into a finding yet."),
    Pile("dropped", "Dropped", "No answer was dropped."),
)


def in_pile(person: Any, pile: Pile, report: str = "") -> QuerySet[Proposal]:
    """The answers of a pile that this person may see, those of one report if its ref is given."""
    proposals = Proposal.objects.visible_to(person)
    if report:
        proposals = proposals.filter(self_report__ref=report)
    if pile.key == "waiting":
        proposals = proposals.waiting()
    elif pile.key == "mine":
        proposals = proposals.waiting().filter(claimed_by=person)
    else:
        proposals = proposals.filter(state=pile.key)
    return with_details(proposals)


def with_details(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With everything that a row shows, and the oldest report first; two queries."""
    return (
        proposals.select_related(
            "self_report__partnership",
            "self_report__round",
            "question__section",
            "finding",
            "claimed_by",
            "decided_by",
        )
        .prefetch_related("question__items__sectors")
        .order_by(
            "self_report__accepted_at", "self_report", "question__section__order", "question__order", "pk"
        )
    )


def came_of(person: Any, report: Any) -> dict[int, list[Proposal]]:
    """What came of each answer of a report, by the primary key of its question, the latest answer first."""
    by_question: dict[int, list[Proposal]] = {}
    proposals = Proposal.objects.visible_to(person).filter(self_report=report)
    for one in proposals.select_related("finding", "decided_by", "claimed_by").order_by("-is_current", "-pk"):
        by_question.setdefault(one.question_id, []).append(one)
    return by_question


def earlier_of(person: Any, proposals: Iterable[Proposal]) -> dict[int, list[Proposal]]:
    """What came of earlier answers to the same questions of the same reports, by primary key."""
    listed = list(proposals)
    others = (
        Proposal.objects.visible_to(person)
        .filter(
            self_report__in={one.self_report_id for one in listed},
            question__in={one.question_id for one in listed},
        )
        .exclude(state=State.WAITING)
        .select_related("finding")
    )
    decided: dict[tuple[int, int], list[Proposal]] = {}
    for one in others:
        decided.setdefault((one.self_report_id, one.question_id), []).append(one)
    return {
        one.pk: [
            other
            for other in decided.get((one.self_report_id, one.question_id), [])
            if other.pk != one.pk and other.pk < one.pk
        ]
        for one in listed
    }


def trail_of(person: Any, finding: Finding) -> list[Proposal]:
    """Which answers a finding was made of, or took in, as far as this person may know; one query."""
    proposals = Proposal.objects.visible_to(person).filter(finding=finding)
    related = ("self_report__partnership", "self_report__round", "question")
    return list(proposals.select_related(*related).order_by("-state", "pk"))
