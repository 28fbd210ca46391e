"""Recording the evaluation team's own view of a partnership, part by part (``?part=``)."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from evidence.actions import report_rules
from evidence.actions.ratings import RatingsConflict
from evidence.actions.team_views import record_team_views
from evidence.actions.typed_forms import forget_typed_form
from evidence.forms.ratings import TeamViewForm
from evidence.models import SelfReport, TypedForm
from evidence.models.rating import TEAM_QUESTIONS
from evidence.queries.ratings import RatingPart, RatingSheet, digest_of_part, rating_parts
from evidence.queries.team_views import changes_of_part, key_of_view, said_by_team
from evidence.views.keeping import keeping
from evidence.views.ratings import differing
from evidence.views.reports import OneReport
from evidence.views.signed_in import signed_in
from partnerships.errors import StepRefused


class TeamViewView(OneReport):
    """For evaluators who read a submitted or accepted report: how they see each driver and barrier."""

    template_name = "evidence/team_view.html"

    def get_object(self, queryset: Any = None) -> SelfReport:
        report = super().get_object(queryset)
        if not report_rules.may_return(self.request.user, report):
            raise PermissionDenied
        return report

    @cached_property
    def sheet(self) -> RatingSheet:
        return RatingSheet(rating_parts(), said_by_team(self.request.user, self.object))

    @cached_property
    def part(self) -> RatingPart:
        parts = self.sheet.parts
        code = self.request.GET.get("code", "")
        with_code = next((one.key for one in parts if code in one.codes), "")
        part = self.sheet.part(self.request.GET.get("part", with_code or (parts[0].key if parts else "")))
        if part is None:
            raise Http404
        return part

    def label(self, part: RatingPart) -> str:
        return f"{part.title} ({self.sheet.answered_in(part)} of {len(part.statements)})"

    def address(self, part: RatingPart) -> str:
        page = reverse("evidence:report-team-view", args=[self.object.ref])
        return f"{page}?{urlencode({'part': part.key})}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = TeamViewForm(part=self.part, said=self.sheet.said)
        if self.typed:
            form.show_typed(self.typed.data)
        return self.show(form)

    @cached_property
    def typed(self) -> TypedForm | None:
        """What the reader typed here and has not saved."""
        mine = TypedForm.objects.visible_to(self.request.user)
        return mine.filter(key=key_of_view(self.object, self.part)).first()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if request.POST.get("step") == "discard":
            forget_typed_form(by=signed_in(request), key=key_of_view(self.object, self.part))
            messages.success(request, "Discarded.")
            return redirect(self.address(self.part))
        form = TeamViewForm(request.POST, part=self.part, said=self.sheet.said)
        if not form.is_valid():
            return self.show(form)
        try:
            changed = record_team_views(
                by=signed_in(request),
                report=self.object,
                said=form.said,
                seen=form.cleaned_data["seen"],
                typed_form=key_of_view(self.object, self.part),
            )
        except ValidationError as refusal:
            form.add_problems({f"why-{code}": texts for code, texts in refusal.message_dict.items()})
            return self.show(form)
        except RatingsConflict as conflict:
            return self.show_conflict(form, conflict)
        except StepRefused as refusal:
            messages.error(request, str(refusal))
            return self.show(form, status=409)
        said = f"“{self.part.title}” saved: {len(changed)} changed." if changed else "Nothing changed."
        messages.success(request, said)
        after = self.sheet.after(self.part)
        return redirect(self.address(after) if after else self.object.get_absolute_url())

    def show_conflict(self, form: TeamViewForm, conflict: RatingsConflict) -> HttpResponse:
        """What was typed, with what a colleague saved beside it; saved again, it takes its place."""
        data = self.request.POST.copy()
        data["seen"] = digest_of_part(conflict.current, self.part.codes)
        again = TeamViewForm(data, part=self.part, said=self.sheet.said)
        elsewhere = differing(self.part, form.said, conflict.current)
        return self.show(again, status=409, elsewhere=elsewhere)

    def show(self, form: TeamViewForm, status: int = 200, **more: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **more), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return (
            {"elsewhere": []}
            | super().get_context_data(**kwargs)
            | {
                "part": self.part,
                "question": TEAM_QUESTIONS[self.part.kind],
                "parts": [(self.label(part), self.address(part)) for part in self.sheet.parts],
                "current": self.address(self.part),
                "changes": changes_of_part(self.request.user, self.object, self.part),
                "typed": self.typed,
                "keeping": keeping(
                    self.request,
                    self.typed,
                    address=reverse("evidence:report-team-view-keep", args=[self.object.ref, self.part.key]),
                    again=self.request.get_full_path(),
                    is_unsaved=kwargs["form"].is_bound,
                    is_shown=self.request.method == "GET",
                ),
            }
        )
