"""Action plans: agreed in a report, followed up between rounds and in the next one."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from evidence.actions import report_rules
from evidence.actions.plans import agree_action, change_action, follow_up, remove_action
from evidence.actions.report_notices import reporters_of
from evidence.actions.typed_forms import forget_typed_form
from evidence.forms.finding import problems_of
from evidence.forms.plans import ActionForm, FollowUpForm, initial_of
from evidence.forms.steps import StepForm
from evidence.models import Action, SelfReport, TypedForm
from evidence.queries.plans import (
    PlannedAction,
    key_of_follow_up,
    key_of_plan,
    plan_for_writing,
    planned,
    with_steps,
)
from evidence.queries.reports import readers_of
from evidence.views.editing import VersionedFormView
from evidence.views.keeping import keeping
from evidence.views.readings import RecordedReading
from evidence.views.reports import NotWithYou, OwnReport
from evidence.views.signed_in import SignedInMixin, signed_in
from evidence.views.typed_forms import ReportKeepView
from partnerships.errors import StepRefused
from partnerships.views.bases import VisibleDetailView
from partnerships.views.filtering import printable


class ReportActionsView(OwnReport):
    """The plan of a report: how earlier actions went, those agreed on now, and the form for another one."""

    template_name = "evidence/report_actions.html"

    @cached_property
    def typed(self) -> TypedForm | None:
        mine = TypedForm.objects.visible_to(self.request.user)
        return mine.filter(key=key_of_plan(self.object)).first()

    def form(self, data: Any = None) -> ActionForm:
        form = ActionForm(data, colleagues=reporters_of(self.object.partnership_id))
        if data is None and self.typed:
            form.show_typed(self.typed.data)
        return form

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        return self.show(self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.object = self.get_object()
        except NotWithYou as late:
            self.object = late.report
            return self.show(self.form(request.POST), status=409, is_locked=True)
        if request.POST.get("step") == "discard":
            forget_typed_form(by=signed_in(request), key=key_of_plan(self.object))
            messages.success(request, "Discarded.")
            return redirect(request.path)
        form = self.form(request.POST)
        return self.agree(form) if form.is_valid() else self.show(form)

    def agree(self, form: ActionForm) -> HttpResponse:
        try:
            agree_action(by=signed_in(self.request), report=self.object, data=form.action_input())
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.show(form)
        except StepRefused:
            return self.show(form, status=409, is_locked=True)
        messages.success(self.request, "It is in the plan. You can change it until the report is submitted.")
        return redirect(f"{self.request.path}#agreed-heading")

    def show(self, form: ActionForm, status: int = 200, **more: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **more), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.object
        context = {"is_locked": False} | super().get_context_data(**kwargs)
        return context | {
            "plan": plan_for_writing(self.request.user, report),
            "follow_up_form": FollowUpForm(auto_id=False),
            "keeping": keeping(
                self.request,
                self.typed,
                address=reverse("evidence:report-actions-keep", args=[report.ref]),
                again=self.request.path,
                is_unsaved=context["form"].is_bound,
                is_shown=self.request.method == "GET",
            ),
        }


class ActionsKeepView(ReportKeepView):
    """Keep an action as it stands while it is typed."""

    def subject(self, ref: str = "", section: str = "") -> tuple[str, dict[str, Any]]:
        visible = SelfReport.objects.visible_to(self.request.user).select_related("round")
        report = get_object_or_404(visible, ref=ref)
        return key_of_plan(report), {"self_report": report}


class OneAction(SignedInMixin, RecordedReading, VisibleDetailView):
    model = Action
    reading_of, reading_path = SelfReport, "self_report__"
    slug_field = slug_url_kwarg = "ref"
    context_object_name = "action"
    object: Action

    def get_queryset(self) -> QuerySet[Action]:
        related = ("self_report__partnership", "self_report__round", "item", "colleague")
        actions: QuerySet[Action] = with_steps(self.request.user, super().get_queryset())
        return actions.select_related(*related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.object.self_report
        return super().get_context_data(**kwargs) | {
            "report": report,
            "readers": readers_of(report.round),
        }


class ActionDetailView(OneAction):
    """An action with all that was said of it. Its partnership says here how it goes."""

    template_name = "evidence/action_detail.html"

    @property
    def is_own(self) -> bool:
        return report_rules.reports_for(self.request.user, self.object.self_report)

    @cached_property
    def report_being_written(self) -> SelfReport | None:
        """The report in whose form it is said, if the page came from there."""
        ref = printable(self.request.POST.get("report", self.request.GET.get("report", "")))
        if not ref:
            return None
        visible = SelfReport.objects.visible_to(self.request.user).select_related("round")
        return get_object_or_404(visible, ref=ref, partnership=self.object.self_report.partnership_id)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not self.is_own:
            raise PermissionDenied
        if request.POST.get("step") == "discard":
            forget_typed_form(by=signed_in(request), key=self.typed_key)
            messages.success(request, "Discarded.")
            return redirect(request.get_full_path())
        form = FollowUpForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            follow_up(
                by=signed_in(request),
                action=self.object,
                report=self.report_being_written,
                **form.cleaned_data,
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.render_to_response(self.get_context_data(form=form))
        except StepRefused as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(request, "Noted. What was said before stays in the record.")
        return redirect(self.where_next())

    @property
    def typed_key(self) -> str:
        return key_of_follow_up(self.object, self.report_being_written)

    @cached_property
    def typed(self) -> TypedForm | None:
        """What the reader typed here and has not saved."""
        if not self.is_own:
            return None
        return TypedForm.objects.visible_to(self.request.user).filter(key=self.typed_key).first()

    def first_form(self, row: PlannedAction) -> FollowUpForm:
        form = FollowUpForm(initial={"state": row.state})
        if self.typed and self.request.method == "GET":
            form.show_typed(self.typed.data)
        return form

    def where_next(self) -> str:
        if report := self.report_being_written:
            return reverse("evidence:report-actions", args=[report.ref])
        return self.object.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row: PlannedAction = planned(self.object)
        is_with_partnership = self.object.self_report.is_with_partnership
        written = self.report_being_written if self.is_own else None
        return (
            {"form": self.first_form(row)}
            | super().get_context_data(**kwargs)
            | {
                "row": row,
                "is_own": self.is_own,
                "may_follow_up": self.is_own and not is_with_partnership,
                "may_change": self.is_own and is_with_partnership,
                "written": written,
                "typed": self.typed,
                "keeping": keeping(
                    self.request,
                    self.typed,
                    address=reverse("evidence:action-keep", args=[self.object.ref]),
                    again=self.request.get_full_path(),
                    is_unsaved="form" in kwargs,
                    is_shown=self.request.method == "GET",
                ),
            }
        )


class FollowUpKeepView(ReportKeepView):
    """Keep what is said of an action while it is typed."""

    def subject(self, ref: str = "", section: str = "") -> tuple[str, dict[str, Any]]:
        person = self.request.user
        actions = Action.objects.visible_to(person).select_related("self_report")
        action = get_object_or_404(actions, ref=ref)
        named = printable(self.request.POST.get("report", ""))
        own = SelfReport.objects.visible_to(person).filter(partnership=action.self_report.partnership_id)
        written = get_object_or_404(own, ref=named) if named else None
        return key_of_follow_up(action, written), {"self_report": written or action.self_report}


class ActionStepView(VersionedFormView):
    """Changing a plan that is not submitted."""

    model = Action
    slug_field = slug_url_kwarg = "ref"
    object: Action

    def get_queryset(self) -> QuerySet[Action]:
        related = ("self_report__partnership", "self_report__round", "item")
        return super().get_queryset().select_related(*related)

    def works_on(self, thing: Action) -> bool:
        return report_rules.reports_for(self.request.user, thing.self_report)

    def get_success_url(self) -> str:
        return reverse("evidence:report-actions", args=[self.object.self_report.ref])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "action": self.object,
            "report": self.object.self_report,
            "is_locked": not self.object.self_report.is_with_partnership,
        }


class ActionEditView(ActionStepView):
    form_class = ActionForm
    template_name = "evidence/action_form.html"

    def stored(self, thing: Action) -> dict[str, Any]:
        return initial_of(thing)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "colleagues": reporters_of(self.object.self_report.partnership_id)
        }

    def take(self, form: ActionForm, version: int) -> str:
        change_action(
            by=signed_in(self.request), action=self.object, version=version, data=form.action_input()
        )
        return "The action is changed."


class ActionRemoveView(ActionStepView):
    form_class = StepForm
    template_name = "evidence/action_remove.html"

    def take(self, form: StepForm, version: int) -> str:
        remove_action(by=signed_in(self.request), action=self.object, version=version)
        return "Taken out of the plan."
