"""Answers of accepted reports, in the hands of evaluators: claimed, taken, merged, dropped."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views import View
from django.views.generic import FormView

from evidence.actions.proposals import (
    MOST,
    claim_answers,
    drop_answers,
    merge_answer,
    release_answers,
    take_answer,
    take_up_again,
)
from evidence.actions.readings import record_reading
from evidence.forms.finding import problems_of
from evidence.forms.proposals import DropForm, MergeForm, TakeAnswerForm
from evidence.models import Finding, Proposal, SelfReport, Source
from evidence.queries.proposals import PILES, earlier_of, in_pile, with_details
from evidence.queries.readings import with_reading
from evidence.views.bulk import refs_in
from evidence.views.findings_writing import FindingCreateView, asks_review, keeping_new, saved_message
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission
from partnerships.errors import StepRefused
from partnerships.views.bases import VisibleListView
from partnerships.views.filtering import printable

MOST_FINDINGS = 50


class ProposalListView(SignedInMixin, VisibleListView):
    """The answers that wait, or what became of others (?show=dropped), of one report (?report=P-…)."""

    permission = Permission.LOG_FINDINGS
    model = Proposal
    template_name = "evidence/proposal_list.html"
    paginate_by = 25

    @cached_property
    def pile(self) -> Any:
        return next((pile for pile in PILES if pile.key == self.request.GET.get("show")), PILES[0])

    @cached_property
    def report(self) -> SelfReport | None:
        ref = printable(self.request.GET.get("report", ""))
        if not ref:
            return None
        readable = SelfReport.objects.read_by(self.request.user).select_related("partnership", "round")
        report = readable.filter(ref=ref).first()
        if report is None:
            raise Http404
        return report

    def get_queryset(self) -> QuerySet[Proposal]:
        return in_pile(self.request.user, self.pile, self.report.ref if self.report else "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        kept = {"report": self.report.ref} if self.report else {}
        earlier = earlier_of(self.request.user, context["object_list"])
        return context | {
            "rows": [(proposal, earlier[proposal.pk]) for proposal in context["object_list"]],
            "pile": self.pile,
            "piles": [
                (pile.label, f"{self.request.path}?{urlencode({'show': pile.key} | kept)}") for pile in PILES
            ],
            "here": f"{self.request.path}?{urlencode({'show': self.pile.key} | kept)}",
            "report": self.report,
            "base_query": urlencode({"show": self.pile.key} | kept),
        }


class OneProposal(SignedInMixin):
    """A page about one answer."""

    permission = Permission.LOG_FINDINGS
    request: HttpRequest
    kwargs: dict[str, Any]

    @cached_property
    def proposal(self) -> Proposal:
        person = self.request.user
        visible = with_details(Proposal.objects.visible_to(person)).filter(ref=self.kwargs["ref"])
        proposal: Proposal | None = with_reading(person, visible, SelfReport, "self_report__").first()
        if proposal is None:
            raise Http404
        return proposal

    @property
    def list_href(self) -> str:
        """The answers of the same report that wait."""
        return f"{reverse('evidence:proposal-list')}?{urlencode({'report': self.proposal.self_report.ref})}"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Whoever is shown the answer has read in the report, which leaves a record."""
        due = self.proposal.reading_due  # type: ignore[attr-defined]
        record_reading(by=self.request.user, thing=self.proposal.self_report, due=due)
        return super().render_to_response(context, **kwargs)  # type: ignore[misc]

    def refusal(self) -> str:
        """Why nothing can be decided about it; empty when something can."""
        proposal = self.proposal
        if proposal.self_report.status != SelfReport.Status.ACCEPTED or not proposal.is_current:
            return "The report is not accepted as it was: what it says may have changed."
        if proposal.state != Proposal.State.WAITING:
            return f"{proposal.decided_by} has {proposal.get_state_display().lower()} this answer already."
        return ""


class TakeAnswerView(OneProposal, FindingCreateView):
    """A new finding, with the answer that it is made of in sight."""

    form_class = TakeAnswerForm
    template_name = "evidence/proposal_take.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (refusal := self.refusal()) and "continue" not in request.GET:
            messages.info(request, refusal)
            return redirect(self.list_href)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        proposal = self.proposal
        source = Source.objects.select_related("self_report__round", "respondent_sector").filter(
            self_report=proposal.self_report
        )
        return super().get_form_kwargs() | {
            "proposal": proposal,
            "source": source.get(),
            "others": self.others,
        }

    @cached_property
    def others(self) -> list[Proposal]:
        """The other answers of the report that wait."""
        waiting = Proposal.objects.visible_to(self.request.user).waiting()
        of_report = waiting.filter(self_report=self.proposal.self_report).exclude(pk=self.proposal.pk)
        return list(of_report.select_related("question")[:MOST])

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            finding = take_answer(
                by=signed_in(self.request),
                proposal=self.proposal,
                data=form.finding_input(),
                along=form.cleaned_data["along"],
                submit=form.is_for_review,
                submission_key=form.cleaned_data["submission_key"],
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        except StepRefused as refusal:
            form.add_error(None, f"{refusal} Nothing was saved; what you typed is here to be copied.")
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(self.request, saved_message(finding, asks_review(self.request)))
        return redirect(finding)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "form_title": "Make a finding of an answer",
            "lead": "The partnership's words are the quote. What was found, and in which direction it bears "
            "on each item, is for you to say.",
            "buttons": BUTTONS,
            "proposal": self.proposal,
            "list_href": self.list_href,
            "keeping": keeping_new(context["form"], self.request, self.typed, self.request.path),
            "begun": [],
        }


BUTTONS = [("Save draft", "secondary", "save"), ("Submit for review", "primary", "submit")]


class MergeAnswerView(OneProposal, FormView):
    """An answer that says what a finding says already."""

    form_class = MergeForm
    template_name = "evidence/proposal_merge.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if refusal := self.refusal():
            messages.info(request, refusal)
            return redirect(self.list_href)
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        findings = Finding.objects.visible_to(self.request.user).exclude(status=Finding.Status.WITHDRAWN)
        of_report = findings.filter(source__self_report=self.proposal.self_report)
        return super().get_form_kwargs() | {"findings": of_report[:MOST_FINDINGS]}

    def form_valid(self, form: MergeForm) -> HttpResponse:
        visible = Finding.objects.visible_to(self.request.user)
        finding = visible.filter(ref=printable(form.cleaned_data["ref"])).first()
        if finding is None:
            form.add_error("finding", "There is no finding with this ref that you can see.")
            return self.form_invalid(form)
        try:
            merge_answer(by=signed_in(self.request), proposal=self.proposal, finding=finding)
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        except StepRefused as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.list_href)
        messages.success(self.request, f"Merged: the answer stands with finding {finding.ref} from now on.")
        return redirect(self.list_href)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "proposal": self.proposal,
            "list_href": self.list_href,
        }


class DropAnswersView(SignedInMixin, FormView):
    """One answer or several of which nothing is made, with the reason (?ref=A-…&ref=A-…)."""

    permission = Permission.LOG_FINDINGS
    form_class = DropForm
    template_name = "evidence/proposal_drop.html"

    @cached_property
    def proposals(self) -> list[Proposal]:
        sent = self.request.POST if self.request.method == "POST" else self.request.GET
        waiting = Proposal.objects.visible_to(self.request.user).waiting()
        return list(with_details(waiting.filter(ref__in=refs_in(sent, "ref")))[:MOST])

    def form_valid(self, form: DropForm) -> HttpResponse:
        sent = refs_in(self.request.POST, "ref")
        try:
            dropped = drop_answers(by=signed_in(self.request), refs=sent, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        except StepRefused as refusal:
            form.add_error(None, f"{refusal} Nothing was dropped; these still wait.")
            return self.render_to_response(self.get_context_data(form=form), status=409)
        number = "1 answer" if len(dropped) == 1 else f"{len(dropped)} answers"
        messages.success(self.request, f"{number} dropped. It can be taken up again at any time.")
        return redirect("evidence:proposal-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"proposals": self.proposals}


class ClaimAnswersView(SignedInMixin, View):
    """Claim the answers that were chosen, or leave them to others (``step``: claim or release)."""

    permission = Permission.LOG_FINDINGS
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        refs = refs_in(request.POST, "ref")
        if request.POST.get("step") == "release":
            number = release_answers(by=signed_in(request), refs=refs)
            said = "left to others"
        else:
            number = claim_answers(by=signed_in(request), refs=refs)
            said = "claimed by you"
        if number:
            messages.success(request, f"{number} {'answer' if number == 1 else 'answers'} {said}.")
        else:
            messages.info(request, "Choose answers that wait first.")
        report = printable(request.POST.get("report", ""))
        query = f"?{urlencode({'report': report})}" if report else ""
        return redirect(reverse("evidence:proposal-list") + query)


class TakeUpAgainView(OneProposal, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        try:
            take_up_again(by=signed_in(request), proposal=self.proposal)
        except StepRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "The answer waits again.")
        return redirect(self.list_href)
