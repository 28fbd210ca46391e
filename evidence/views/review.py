"""The steps of review, each with a page that says what it means, and the inbox."""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from evidence.actions import finding_rules
from evidence.actions.bulk import MOST
from evidence.actions.findings import (
    delete_draft,
    publish_finding,
    return_finding,
    submit_finding,
    withdraw_finding,
)
from evidence.forms.fields import READERS
from evidence.forms.steps import PublishFindingForm, ReasonForm, StepForm
from evidence.models import Finding
from evidence.queries.cards import cards_of, with_excerpts
from evidence.queries.comments import comments_on
from evidence.queries.inbox import Tray, begun_by, findings_in, numbers_in, rows_of, trays_of
from evidence.queries.labels import labels_for
from evidence.queries.plans import overdue_for
from evidence.queries.receipts import receipts_for
from evidence.queries.replies import asked_of_partnership, waiting_for_leads
from evidence.queries.report_news import ReportNews, report_news
from evidence.queries.watching import news_for_inbox
from evidence.views.editing import TakenByAction
from evidence.views.findings_reading import coding_line
from evidence.views.readings import RecordedReading
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.models import Person
from partnerships.views.bases import VisibleDetailView

Status = Finding.Status


class StepView(SignedInMixin, TakenByAction, RecordedReading, VisibleDetailView):
    """One step: the finding, what the step means, and the form that takes it."""

    model = Finding
    slug_field = slug_url_kwarg = "ref"
    object: Finding
    template_name = "evidence/finding_step.html"
    form_class: type[forms.Form] = StepForm

    # What sets the steps apart.
    whose: Callable[[Any, Finding], bool] = staticmethod(finding_rules.works_on)
    may: Callable[[Any, Finding], bool]
    title = ""
    lead = ""
    button = ""
    button_kind = "primary"
    refusal = ""

    def get_queryset(self) -> QuerySet[Finding]:
        return super().get_queryset().select_related("source__self_report__round")

    def get_object(self, queryset: QuerySet[Finding] | None = None) -> Finding:
        finding: Finding = super().get_object(queryset)
        if not self.whose(self.request.user, finding):
            raise PermissionDenied
        return finding

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not self.may(request.user, self.object):
            messages.info(request, self.cannot(self.object))
            return redirect(self.object)
        return self.render_to_response(self.get_context_data(may_take=True))

    def show_again(self, form: StepForm, current: Finding) -> HttpResponse:
        """The same page on the finding as it is now, with everything that was typed."""
        self.object = current
        if self.may(self.request.user, current):
            form.add_error(
                None, "Somebody changed this finding since you opened the page. Read it again first."
            )
        else:
            form.add_error(None, f"Somebody was quicker. {self.cannot(current)}")
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def cannot(self, finding: Finding) -> str:
        return f"Finding {finding.ref} is {finding.get_status_display().lower()}: {self.refusal}."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, finding = self.request.user, self.object
        this = Finding.objects.visible_to(person).filter(pk=finding.pk)
        cards = with_excerpts(cards_of(person, this, labels_for(person)), {finding.pk: finding.text})
        context = {
            "title": self.title,
            "lead": self.lead,
            "button_label": self.button,
            "button_kind": self.button_kind,
            "card": cards[0],
            "codings": [coding_line(coding) for coding in finding.codings.select_related("item")],
            "comments": comments_on(person, finding),
        }
        if "may_take" not in kwargs:
            context["may_take"] = self.may(person, finding)
        return super().get_context_data(**kwargs) | context


class SubmitView(StepView):
    template_name = "evidence/finding_submit.html"
    may = staticmethod(finding_rules.may_submit)
    title = "Submit for review"
    lead = (
        "A lead evaluator reads it, then publishes it or returns it with a reason. "
        "Meanwhile only lead evaluators can change it."
    )
    button = "Submit for review"
    refusal = "only a draft or a returned finding can be submitted"

    def take(self, form: Any, version: int) -> str:
        submit_finding(by=signed_in(self.request), finding=self.object, version=version)
        return f"Finding {self.object.ref} submitted. A lead evaluator will review it."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        problems = finding_rules.problems_before_reading(self.object)
        return context | {
            "problems": [message for messages in problems.values() for message in messages],
            "may_take": context["may_take"] and not problems,
        }


class ReturnView(StepView):
    whose = staticmethod(lambda person, finding: finding_rules.is_lead(person))
    may = staticmethod(finding_rules.may_return)
    form_class = ReasonForm
    title = "Return to its author"
    lead = "The author is told by e-mail, reads your reason here, changes the finding and submits it again."
    button = "Return the finding"
    refusal = "only a submitted finding can be returned"

    def take(self, form: Any, version: int) -> str:
        return_finding(
            by=signed_in(self.request),
            finding=self.object,
            version=version,
            reason=form.cleaned_data["reason"],
        )
        return f"Finding {self.object.ref} returned. Its author will read your reason."


class PublishView(StepView):
    whose = staticmethod(lambda person, finding: finding_rules.is_lead(person))
    may = staticmethod(finding_rules.may_publish)
    form_class = PublishFindingForm
    template_name = "evidence/finding_publish.html"
    refusal = "only a submitted finding can be published"

    def get_initial(self) -> dict[str, Any]:
        wished = finding_rules.circle_wished(self.object)
        if wished in finding_rules.BEYOND_THE_FUNDER and not self.may_release:
            wished = Finding.Visibility.FUNDER
        return {"visibility": wished, "mask_area": self.object.mask_area}

    def get_form_kwargs(self) -> dict[str, Any]:
        has_area = self.object.origin != Finding.Origin.LITERATURE
        return super().get_form_kwargs() | {"may_release": self.may_release, "has_area": has_area}

    @cached_property
    def may_release(self) -> bool:
        return finding_rules.may_release(self.request.user, self.object)

    def take(self, form: Any, version: int) -> str:
        published = publish_finding(
            by=signed_in(self.request),
            finding=self.object,
            version=version,
            visibility=form.cleaned_data["visibility"],
            checklist=form.cleaned_data.get("checklist", ()),
            mask_area=form.cleaned_data.get("mask_area"),
        )
        return f"Finding {self.object.ref} published. Who can read it: {READERS[published.visibility]}."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_published = self.object.status == Status.PUBLISHED
        return super().get_context_data(**kwargs) | {
            "title": "Change who may read it" if is_published else "Publish",
            "lead": "It shows at once under everything it speaks to, for the readers that you choose.",
            "button_label": "Change readers" if is_published else "Publish the finding",
            "may_release": self.may_release,
            "wished": self.object.get_visibility_display(),
            "waiting_for": self.object.reply_requests.open().select_related("partnership"),
        }


class WithdrawView(StepView):
    may = staticmethod(finding_rules.may_withdraw)
    form_class = ReasonForm
    title = "Withdraw from readers"
    lead = (
        "It disappears at once from every page, count and download. "
        "The evaluation team keeps it with your reason; it can't be published again."
    )
    button = "Withdraw the finding"
    button_kind = "danger"
    refusal = "only a published finding can be withdrawn"

    def take(self, form: Any, version: int) -> str:
        withdraw_finding(
            by=signed_in(self.request),
            finding=self.object,
            version=version,
            reason=form.cleaned_data["reason"],
        )
        return f"Finding {self.object.ref} withdrawn. Only the evaluation team can read it now."


class DeleteView(StepView):
    may = staticmethod(finding_rules.may_delete)
    template_name = "evidence/finding_confirm_delete.html"
    title = "Delete this draft?"
    lead = "The draft and everything it held before are gone for good. The record keeps that it was deleted."
    button = "Delete the draft"
    button_kind = "danger"
    refusal = "only a draft can be deleted"

    def take(self, form: Any, version: int) -> str:
        delete_draft(by=signed_in(self.request), finding=self.object, version=version)
        return f"Draft {self.object.ref} deleted."

    def get_success_url(self) -> str:
        return reverse("evidence:inbox")


def has_inbox(person: Person) -> bool:
    """Whether something can wait for this person: they log findings, or report for a partnership."""
    return finding_rules.may_log(person) or bool(person.reported_partnership_ids)


class InboxView(SignedInMixin, TemplateView):
    """Every tray with its first findings, or one tray page by page (?show=drafts&page=2).

    Reporters have no trays: they find what their partnership is asked.
    """

    template_name = "evidence/inbox.html"
    first = 10
    page_size = 25

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not has_inbox(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = signed_in(self.request)
        trays = trays_of(person)
        shown = [tray for tray in trays if tray.key == self.request.GET.get("show")]
        numbers = numbers_in(person, trays) if trays else {}
        page = self.page_of(shown[0], numbers) if shown else None
        found = {
            tray.key: list(page or findings_in(person, tray)[: self.first])
            for tray in (shown or trays)
            if numbers[tray.key]
        }
        listed = [finding for findings in found.values() for finding in findings]
        rows = rows_of(person, listed) if listed else {}
        return super().get_context_data(**kwargs) | {
            "trays": [
                {
                    "tray": tray,
                    "number": numbers[tray.key],
                    "rows": [rows[finding.pk] for finding in found.get(tray.key, [])],
                }
                for tray in (shown or trays)
            ],
            "begun": [] if shown else begun_by(person),
            "asked": asked_of_partnership(person) if person.reported_partnership_ids and not shown else None,
            "replies": waiting_for_leads(person) if finding_rules.is_lead(person) and not shown else None,
            "overdue": overdue_for(person) if person.reported_partnership_ids and not shown else [],
            "receipts": receipts_for(person) if person.reported_partnership_ids and not shown else [],
            "news": ReportNews() if shown else report_news(person),
            "watched": [] if shown else news_for_inbox(person),
            "page": page,
            "base_query": urlencode({"show": shown[0].key}) if shown else "",
            "most_at_once": MOST,
        }

    def page_of(self, tray: Tray, numbers: dict[str, int]) -> Page[Finding]:
        paginator = Paginator(findings_in(self.request.user, tray), self.page_size)
        paginator.count = numbers[tray.key]
        return paginator.get_page(self.request.GET.get("page"))
