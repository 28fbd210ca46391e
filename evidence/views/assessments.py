"""How confident people are in each item, why, and what has changed beneath the judgement since."""

from itertools import pairwise
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from evidence.actions.assessment import assess_item
from evidence.actions.finding_rules import is_lead
from evidence.forms.assessment import AssessmentForm, initial_of
from evidence.forms.finding import problems_of
from evidence.models import Assessment, Component
from evidence.queries.confidence import (
    assessments_for,
    changes_since,
    compared,
    current_assessments,
    derived_indicators,
    with_parts,
)
from evidence.views.assessment_exports import downloads_of
from evidence.views.item_forms import ItemFormView
from evidence.views.items import OneItemView
from evidence.views.kinds import KINDS
from evidence.views.signed_in import signed_in
from partnerships.errors import Conflict
from partnerships.views.bases import VisibleListView

EARLIER = 10  # judgements shown in full beneath the current one


class AssessmentListView(VisibleListView):
    """The summary of findings: each item judged, its level and why; the profile adds the four components."""

    model = Assessment
    template_name = "evidence/assessment_list.html"
    is_profile = False
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Assessment]:
        return (
            current_assessments(self.request.user)
            .prefetch_related("concerns")
            .order_by("item__order", "item__code")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "is_profile": self.is_profile,
            "downloads": downloads_of("profile" if self.is_profile else "summary"),
            "components": list(Component),
            "rows": [
                (assessment, {row.component: row for row in assessment.concerns.all()})
                for assessment in context["object_list"]
            ],
        }


class ItemConfidenceView(OneItemView):
    """The judgements of one item, the last one first, each beside the one before."""

    template_name = "evidence/item_confidence.html"
    below = "confidence/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, item = self.request.user, self.object
        assessments = list(
            with_parts(person, assessments_for(person)).filter(item=item).order_by("-number")[: EARLIER + 1]
        )
        return super().get_context_data(**kwargs) | {
            "pages": KINDS[self.kind],
            "current": assessments[0] if assessments else None,
            "changes": changes_since(person, assessments[0]) if assessments else [],
            "judgements": [
                (assessment, compared(cast(Assessment, assessment), earlier))
                for assessment, earlier in pairwise([*assessments, None])
            ][:EARLIER],
            "may_assess": is_lead(person),
            "assess_href": f"{item.get_absolute_url()}confidence/new/",
        }


class AssessView(ItemFormView):
    """A new judgement of an item, begun from the last one and from what the data says now."""

    form_class = AssessmentForm
    form_name = "confidence"
    template_name = "evidence/assessment_form.html"
    below = "confidence/new/"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "derived": derived_indicators(self.request.user, self.object),
            "initial": initial_of(self.last()),
        }

    def last(self) -> Assessment | None:
        assessments = Assessment.objects.visible_to(self.request.user).filter(item=self.object)
        return assessments.prefetch_related("concerns").order_by("-number").first()

    def form_valid(self, form: AssessmentForm) -> HttpResponse:
        try:
            assess_item(
                by=signed_in(self.request),
                item=self.object,
                data=form.assessment_input(),
                last_seen=form.cleaned_data["last_seen"] or 0,
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        except Conflict as conflict:
            return self.show_again(form, conflict.current)
        messages.success(self.request, f"The judgement of {self.object.code} is kept.")
        return redirect(f"{self.object.get_absolute_url()}confidence/")

    def show_again(self, form: AssessmentForm, current: Any) -> HttpResponse:
        """What was typed, with the judgement that somebody else made meanwhile above it."""
        form.data = typed = cast(QueryDict, form.data).copy()
        typed["last_seen"] = str(current.number)
        form.add_error(
            None, "Somebody else judged this meanwhile: theirs stands above. Keep yours or change it."
        )
        context = self.get_context_data(form=form, meanwhile=compared(current, None))
        return self.render_to_response(context, status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return (
            {"meanwhile": []}
            | super().get_context_data(**kwargs)
            | {"confidence_href": f"{self.object.get_absolute_url()}confidence/"}
        )
