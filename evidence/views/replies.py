"""The right of reply: asking partnerships, the page on which they answer, and what leads do about it."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from evidence.actions import finding_rules, reply_rules
from evidence.actions.finding_rules import is_lead
from evidence.actions.replies import (
    ask_for_replies,
    cancel_request,
    extend_request,
    give_reply,
    may_not_be_told,
    respond,
)
from evidence.forms.replies import AskForm, CancelForm, ExtendForm, ReplyForm, RespondForm
from evidence.models import Finding, ReplyRequest, TypedForm
from evidence.queries.promises import speaks_of_own_report
from evidence.views.editing import VersionedFormView
from evidence.views.keeping import keeping
from evidence.views.readings import RecordedReading
from evidence.views.review import StepView
from evidence.views.signed_in import signed_in
from partnerships.models import Partnership


class AskView(StepView):
    """Ask partnerships what they say to a finding, with the finding in sight."""

    whose = staticmethod(lambda person, finding: finding_rules.is_lead(person))
    may = staticmethod(reply_rules.may_ask)
    form_class = AskForm
    template_name = "evidence/reply_ask.html"
    title = "Ask the partnership"
    lead = (
        "Its reporters get a message with a link, read the finding as it stands now, and accept it, comment "
        "on it or correct it. What they say, or that they said nothing, is shown with it from then on."
    )
    button = "Ask for the reply"
    refusal = (
        "partnerships are asked about a finding before it goes beyond the funder, by somebody other than its "
        "author"
    )

    def choices(self) -> list[tuple[str, str]]:
        """The partnerships that the finding names and that are not asked already."""
        asked = self.object.reply_requests.filter(answered_at=None, cancelled_at=None)
        named = self.object.partnerships.visible_to(self.request.user)
        if self.is_own_report:  # those who wrote the words, and nobody else
            named = named.filter(self_reports__source=self.object.source)
        return list(named.exclude(pk__in=asked.values("partnership")).values_list("slug", "name"))

    @property
    def is_own_report(self) -> bool:
        """Whether the finding rests on what a partnership said in a report."""
        source = self.object.source
        return source is not None and source.self_report is not None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"choices": self.choices()}

    def take(self, form: AskForm, version: int) -> str:
        finding, cleaned = self.object, form.cleaned_data
        partnerships = Partnership.objects.visible_to(self.request.user)
        asked = ask_for_replies(
            by=signed_in(self.request),
            finding=finding,
            version=version,
            partnerships=partnerships.filter(slug__in=cleaned["partnerships"]),
            due_on=cleaned["due_on"],
            note=cleaned["note"],
            checklist=cleaned["checklist"],
        )
        names = ", ".join(str(request.partnership) for request in asked)
        return f"Asked: {names}. Finding {finding.ref} shows the reply as soon as there is one."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        source = self.object.source
        hindrances = [] if self.is_own_report else may_not_be_told(self.object)
        if not context["form"].fields["partnerships"].choices:
            hindrances.append("Each partnership that the finding names is asked already, or it names none.")
        return context | {
            "hindrances": hindrances,
            "may_take": context["may_take"] and not hindrances,
            "is_own_report": self.is_own_report,
            "leaves_quote_out": bool(
                self.object.quote and source and not source.quote_permission and not self.is_own_report
            ),
        }


class RequestView(RecordedReading, VersionedFormView):
    """Something that is done about one request."""

    model = ReplyRequest
    reading_of, reading_path = Finding, "finding__"
    slug_field = slug_url_kwarg = "ref"
    object: ReplyRequest

    def get_queryset(self) -> QuerySet[ReplyRequest]:
        people = ("asked_by", "answered_by", "responded_by", "cancelled_by")
        return (
            super()
            .get_queryset()
            .addressed_to(self.request.user)  # type: ignore[attr-defined]
            .select_related("partnership", "finding__source__self_report", *people)
            .with_wording()
        )


class ReplyView(RequestView):
    """What was asked, what it means to answer, and the answer: for the partnership and for the team."""

    form_class = ReplyForm
    template_name = "evidence/reply_detail.html"
    typed: TypedForm | None = None

    def works_on(self, thing: ReplyRequest) -> bool:
        is_asked = thing.partnership_id in signed_in(self.request).reported_partnership_ids
        return is_asked or self.request.method != "POST"

    def after_refusal(self) -> str:
        still_there = self.get_queryset().filter(pk=self.object.pk).exists()
        return self.object.get_absolute_url() if still_there else reverse("evidence:inbox")

    def stored(self, thing: ReplyRequest) -> dict[str, Any]:
        return super().stored(thing) | {"answer": thing.answer, "reply": thing.text}

    def get_form(self, form_class: Any = None) -> ReplyForm:
        form = super().get_form(form_class)
        if not form.is_bound and self.may_answer:
            mine = TypedForm.objects.visible_to(self.request.user).filter(key=self.object.ref)
            if typed := mine.first():
                self.typed = typed
                form.show_typed(typed.data)
        return form

    @property
    def may_answer(self) -> bool:
        return reply_rules.may_answer(self.request.user, self.object)

    def take(self, form: ReplyForm, version: int) -> str:
        give_reply(
            by=signed_in(self.request),
            request=self.object,
            version=version,
            answer=form.cleaned_data["answer"],
            text=form.cleaned_data["reply"],
        )
        return "Thank you. Your partnership's reply is kept, and the evaluation team is told."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        person, request = self.request.user, self.object
        is_asked = request.partnership_id in signed_in(self.request).reported_partnership_ids
        is_changing = "change" in self.request.GET or context["form"].is_bound or self.typed is not None
        may_answer = self.may_answer
        may_read = Finding.objects.visible_to(person).filter(pk=request.finding_id).exists()
        return context | {
            "reply_request": request,
            "is_asked": is_asked,
            "rests_on_own_report": speaks_of_own_report(request.finding.source, request.partnership_id),
            "finding_href": request.finding.get_absolute_url() if may_read else "",
            "paragraphs": [] if request.cancelled_at and is_asked else paragraphs_of(request),
            "asked_quote": request.asked_quote if may_quote(request) else "",
            "why_closed": reply_rules.why_closed(request),
            "may_answer": may_answer,
            "shows_form": may_answer and (not request.answered_at or is_changing),
            "keeping": keeping(
                self.request,
                self.typed,
                address=reverse("evidence:typed-form-keep-reply", args=[request.ref]),
                again=f"{self.request.path}?{urlencode({'continue': request.ref})}",
            ),
            "steps": lead_steps(person, request),
        }


def paragraphs_of(request: ReplyRequest) -> list[str]:
    """What the partnership is asked about."""
    return [line for line in request.asked_text.splitlines() if line.strip()]


def may_quote(request: ReplyRequest) -> bool:
    source = request.finding.source
    if source is None:
        return False
    return source.quote_permission or speaks_of_own_report(source, request.partnership_id)


def lead_steps(person: Any, request: ReplyRequest) -> list[tuple[str, str]]:
    """What a lead may do about a request: labels and addresses."""
    if not is_lead(person) or request.finding.status == Finding.Status.WITHDRAWN:
        return []
    unanswered = not (request.answered_at or request.cancelled_at)
    steps = (
        (
            "Respond" if not request.response else "Change the response",
            "reply-respond",
            request.answered_at or request.is_silent,
        ),
        ("Give more time", "reply-extend", unanswered and not reply_rules.is_released(request.finding)),
        ("Take the request back", "reply-cancel", request.is_open),
    )
    return [
        (label, reverse(f"evidence:{name}", args=[request.ref])) for label, name, allowed in steps if allowed
    ]


class LeadStepView(RequestView):
    """A step of a lead about a request, with what was asked in sight."""

    template_name = "evidence/reply_step.html"
    title = ""
    lead = ""
    button = ""
    button_kind = "primary"
    name = ""

    def works_on(self, thing: ReplyRequest) -> bool:
        return is_lead(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = self.object
        return super().get_context_data(**kwargs) | {
            "reply_request": request,
            "title": self.title,
            "lead": self.lead,
            "button_label": self.button,
            "button_kind": self.button_kind,
            "paragraphs": paragraphs_of(request),
        }


class ExtendView(LeadStepView):
    form_class = ExtendForm
    title = "Give more time"
    lead = "The partnership's reporters are told of the new date."
    button = "Move the date"

    def stored(self, thing: ReplyRequest) -> dict[str, Any]:
        return super().stored(thing) | {"due_on": thing.due_on}

    def take(self, form: ExtendForm, version: int) -> str:
        extend_request(
            by=signed_in(self.request),
            request=self.object,
            version=version,
            due_on=form.cleaned_data["due_on"],
        )
        return "The date is moved, and the partnership's reporters are told."


class CancelView(LeadStepView):
    form_class = CancelForm
    title = "Take the request back"
    lead = "The partnership reads your reason, and the finding no more. Nothing is recorded as its silence."
    button = "Take it back"
    button_kind = "danger"

    def take(self, form: CancelForm, version: int) -> str:
        cancel_request(
            by=signed_in(self.request),
            request=self.object,
            version=version,
            reason=form.cleaned_data["reason"],
        )
        return "Taken back. The partnership's reporters are told."


class RespondView(LeadStepView):
    form_class = RespondForm
    title = "Respond"
    lead = (
        "A reply does not change the finding by itself. Edit the finding if the partnership is right, and "
        "say here what you did; or say why it stays as it is."
    )
    button = "Save the response"

    def stored(self, thing: ReplyRequest) -> dict[str, Any]:
        return super().stored(thing) | {"response": thing.response}

    def take(self, form: RespondForm, version: int) -> str:
        respond(
            by=signed_in(self.request),
            request=self.object,
            version=version,
            response=form.cleaned_data["response"],
        )
        return "Saved. It is shown with the reply, and the partnership's reporters are told."
