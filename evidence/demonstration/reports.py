"""The demonstration's rounds and self-reports: one round that closed and was accepted, one that is open."""

import datetime
from typing import Any

from django.utils import timezone

from evidence.actions.finding_input import CodingInput, FindingInput
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import publish_finding
from evidence.actions.plans import ActionInput, agree_action, follow_up
from evidence.actions.proposals import drop_answers, take_answer
from evidence.actions.replies import ask_for_replies, give_reply
from evidence.actions.rounds import RoundInput, close_round, open_round, plan_round
from evidence.actions.self_reports import TypedAnswer, accept_report, leave_note, save_answers, submit_report
from evidence.demonstration.ratings import load_ratings
from evidence.models import (
    Action,
    FrameworkItem,
    Proposal,
    Question,
    Questionnaire,
    Rater,
    RatingsEnd,
    ReportStep,
    Round,
    SelfReport,
    Source,
)
from partnerships.models import Partnership, Person

# First and last day, counted from the day of loading, so that the open round is always open.
DAYS = {"first": (-400, -370), "second": (-14, 28)}


def load_reports(entries: dict[str, Any], people: dict[str, Person]) -> None:
    """Add the two rounds, unless rounds of the demonstration are there already."""
    if Round.objects.filter(is_demonstration=True).exists():
        return
    questionnaire = Questionnaire.objects.filter(slug="standard").first()
    if questionnaire is None:
        return
    lead = people["lead@demo.example"]
    for name, days in DAYS.items():
        entry = entries[name]
        round_ = load_round(entry, days, questionnaire, by=lead)
        for stated in entry["reports"]:
            report = load_report(stated, round_, people[f"{stated['by']}@demo.example"])
            if name == "first":
                finish(report, by=people[f"{stated['by']}@demo.example"], lead=lead)
        load_ratings(entry["ratings"], round_, people)
        if name == "first":
            close_round(by=lead, round_=round_, version=round_.version)
            put_back(round_, datetime.timedelta(days=380))
    load_follow_ups(entries["first"], entries["second"], people)
    for entry in entries["evidence"]:
        load_evidence(entry, people)


def load_round(
    entry: dict[str, Any], days: tuple[int, int], questionnaire: Questionnaire, *, by: Person
) -> Round:
    today = timezone.localdate()
    slugs = {stated["partnership"] for stated in [*entry["reports"], *entry["ratings"]]}
    round_ = plan_round(
        by=by,
        data=RoundInput(
            title=entry["title"],
            purpose=entry["purpose"],
            opens_on=today + datetime.timedelta(days=days[0]),
            closes_on=today + datetime.timedelta(days=days[1]),
            questionnaire=questionnaire,
            partnerships=list(Partnership.objects.filter(slug__in=slugs)),
            funder_reads=entry["funder_reads"],
            reminds_before=7,
        ),
    )
    return open_round(by=by, round_=round_, version=round_.version)


def load_report(entry: dict[str, Any], round_: Round, by: Person) -> SelfReport:
    """Answer the questions of one report, subject by subject."""
    report = SelfReport.objects.get(round=round_, partnership__slug=entry["partnership"])
    version = round_.questionnaire_version
    finished = entry.get("finished")
    for section in version.sections.all() if version else []:
        answers = [
            TypedAnswer(question, entry["answers"][question.key])
            for question in section.questions.all()
            if question.key in entry["answers"]
        ]
        is_finished = section.key in finished if finished is not None else True
        if answers or is_finished:
            save_answers(by=by, report=report, section=section, typed=answers, finished=is_finished)
    for stated in entry.get("actions", ()):
        load_action(stated, report, by)
    if note := entry.get("note"):
        question = Question.objects.get(questionnaire_version=version, key=note["question"])
        leave_note(by=by, report=report, question=question, text=note["text"])
    return report


def load_action(stated: dict[str, Any], report: SelfReport, by: Person) -> None:
    due_on = timezone.localdate() + datetime.timedelta(days=stated["due"])
    item = FrameworkItem.objects.filter(code=stated["item"]).first()
    agree_action(
        by=by,
        report=report,
        data=ActionInput(
            text=stated["text"],
            why=stated.get("why", ""),
            owner=stated["owner"],
            due_on=due_on,
            item=item,
        ),
    )


def load_follow_ups(first: dict[str, Any], second: dict[str, Any], people: dict[str, Person]) -> None:
    """What was done between the rounds, and what the second round's reports say of earlier actions."""
    for entry in first["reports"]:
        by = people[f"{entry['by']}@demo.example"]
        actions = {action.text: action for action in Action.objects.filter(created_by=by)}
        for stated in entry.get("actions", ()):
            if "done" in stated:
                follow_up(by=by, action=actions[stated["text"]], state="done", note=stated["done"])
        for said in second["follow_ups"].get(entry["partnership"], ()):
            report = SelfReport.objects.get(
                round__title=second["title"], partnership__slug=entry["partnership"]
            )
            action = actions[said["text"]]
            follow_up(by=by, action=action, state=said["state"], note=said["note"], report=report)


def finish(report: SelfReport, *, by: Person, lead: Person) -> None:
    report.refresh_from_db()
    report = submit_report(by=by, report=report, version=report.version, declared=True)
    accept_report(by=lead, report=report, version=report.version)


def load_evidence(entry: dict[str, Any], people: dict[str, Person]) -> None:
    """Take and drop answers of a partnership's accepted report, and publish what was made of them."""
    offered = {
        proposal.question.key: proposal
        for proposal in Proposal.objects.filter(
            self_report__round__is_demonstration=True, self_report__partnership__slug=entry["partnership"]
        ).select_related("self_report__partnership", "question")
    }
    for stated in entry["taken"]:
        load_taken(stated, offered, people)
    for stated in entry["dropped"]:
        drop_answers(
            by=people[f"{stated['by']}@demo.example"],
            refs=[offered[stated["question"]].ref],
            reason=stated["reason"],
        )


def load_taken(stated: dict[str, Any], offered: dict[str, Proposal], people: dict[str, Person]) -> None:
    by, lead = people[f"{stated['by']}@demo.example"], people["lead@demo.example"]
    proposal = offered[stated["question"]]
    partnership = proposal.self_report.partnership
    items = FrameworkItem.objects.in_bulk(list(stated["codings"]), field_name="code")
    finding = take_answer(
        by=by,
        proposal=proposal,
        along=[offered[key].ref for key in stated.get("along", ())],
        data=FindingInput(
            title=stated["title"],
            text=stated["text"],
            quote=proposal.words,
            partnerships=[partnership],
            codings=[
                CodingInput(item=items[code], direction=direction)
                for code, direction in stated["codings"].items()
            ],
        ),
        submit=True,
    )
    if "reply" in stated:
        [request] = ask_for_replies(
            by=lead,
            finding=finding,
            version=finding.version,
            partnerships=[partnership],
            due_on=timezone.localdate() + datetime.timedelta(days=14),
            checklist=AnonymisationPoint.values,
        )
        reporter = Person.objects.reporting_for(partnership).filter(is_demonstration=True).get()
        give_reply(by=reporter, request=request, version=request.version, answer=stated["reply"])
        finding.refresh_from_db()
    publish_finding(
        by=lead,
        finding=finding,
        version=finding.version,
        visibility=stated["visibility"],
        checklist=AnonymisationPoint.values,
    )


def put_back(round_: Round, by: datetime.timedelta) -> None:
    """Let a round that was gone through in a moment have happened some time ago."""
    then = timezone.now() - by
    Round.objects.filter(pk=round_.pk).update(opened_at=then, closed_at=then + datetime.timedelta(days=11))
    reports = SelfReport.objects.filter(round=round_)
    reports.update(invited_at=then)
    accepted = reports.filter(status=SelfReport.Status.ACCEPTED)
    accepted.update(started_at=then, submitted_at=then, accepted_at=then)
    Rater.objects.filter(self_report__in=reports).update(
        invited_at=then, letter_sent_at=then, started_at=then, sent_at=then
    )
    RatingsEnd.objects.filter(self_report__in=reports).update(at=then)
    ReportStep.objects.filter(self_report__in=reports).update(at=then)
    sources = Source.objects.filter(self_report__in=reports)
    Source.history.filter(id__in=sources.values("pk")).update(collected_on=then.date())
    sources.update(collected_on=then.date())
