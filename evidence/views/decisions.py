"""Decisions of the funder: the list, one with what it is about, and keeping them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView

from evidence.actions.decisions import (
    change_decision,
    may_record_decisions,
    record_decision,
    remove_decision,
)
from evidence.forms.decision import DecisionForm, initial_of
from evidence.forms.finding import problems_of
from evidence.forms.steps import StepForm
from evidence.models import Decision, FrameworkItem
from evidence.views.editing import VersionedFormView
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission
from partnerships.views.bases import VisibleDetailView, VisibleListView


class DecisionListView(VisibleListView):
    model = Decision
    template_name = "evidence/decision_list.html"
    paginate_by = 25

    def get_queryset(self) -> QuerySet[Decision]:
        return super().get_queryset().select_related("edition").prefetch_related("items")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"may_record": may_record_decisions(self.request.user)}


class OneDecisionMixin:
    """One decision by its ref."""

    model = Decision
    slug_field = slug_url_kwarg = "ref"
    context_object_name: str | None = "decision"

    def get_queryset(self) -> QuerySet[Decision]:
        queryset: QuerySet[Decision] = super().get_queryset()  # type: ignore[misc]
        return queryset.select_related("edition", "created_by", "updated_by").prefetch_related("items")


class DecisionDetailView(OneDecisionMixin, VisibleDetailView):
    template_name = "evidence/decision_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"may_change": may_record_decisions(self.request.user)}


class DecisionCreateView(SignedInMixin, FormView):
    """A new decision; ``?item=L5`` chooses what it is about beforehand."""

    permission = Permission.RECORD_DECISIONS
    form_class = DecisionForm
    template_name = "evidence/decision_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        asked = [code.replace("\x00", "") for code in self.request.GET.getlist("item")[:20]]
        initial: dict[str, Any] = {"visibility": Decision.Readers.FUNDER}
        for item in FrameworkItem.objects.visible_to(self.request.user).filter(code__in=asked):
            initial.setdefault(f"items-{item.kind}", []).append(item.code)
        return initial

    def form_valid(self, form: DecisionForm) -> HttpResponse:
        try:
            decision = record_decision(by=signed_in(self.request), data=form.decision_input())
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        messages.success(self.request, "The decision is kept.")
        return redirect(decision)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"decision": None, "differing": []} | super().get_context_data(**kwargs)


class DecisionEditView(OneDecisionMixin, VersionedFormView):
    form_class = DecisionForm
    template_name = "evidence/decision_form.html"

    def works_on(self, thing: Decision) -> bool:
        return may_record_decisions(self.request.user)

    def stored(self, thing: Decision) -> dict[str, Any]:
        return initial_of(thing)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.request.user}

    def take(self, form: DecisionForm, version: int) -> str:
        change_decision(
            by=signed_in(self.request), decision=self.object, data=form.decision_input(), version=version
        )
        return "Saved."


class DecisionRemoveView(OneDecisionMixin, VersionedFormView):
    """The decision once more, before its record is taken away."""

    form_class = StepForm
    template_name = "evidence/decision_remove.html"

    def works_on(self, thing: Decision) -> bool:
        return may_record_decisions(self.request.user)

    def take(self, form: StepForm, version: int) -> str:
        remove_decision(by=signed_in(self.request), decision=self.object, version=version)
        return "The record of the decision is taken away."

    def get_success_url(self) -> str:
        return reverse("evidence:decision-list")
