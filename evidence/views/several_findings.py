"""The page on which several findings of one source are logged at once."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from evidence.actions.fieldwork_rules import may_log_from
from evidence.actions.several_findings import EntriesRefused, log_several
from evidence.forms.several_findings import (
    MOST_ROWS,
    SeveralFindingsForm,
    as_it_is,
    with_one_more,
    without_row,
)
from evidence.models import Finding, Source, TypedForm
from evidence.views.findings_writing import asks_review, keeping_new, new_begun_by, typed_before
from evidence.views.readings import RecordedReading
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission
from partnerships.views.bases import VisibleDetailView


class SeveralFindingsView(SignedInMixin, RecordedReading, VisibleDetailView):
    """One short form for each finding. Rows are added and taken out by posting the page, too."""

    permission = Permission.LOG_FINDINGS
    model = Source
    slug_field = slug_url_kwarg = "ref"
    template_name = "evidence/several_findings.html"
    context_object_name = "source"
    object: Source
    typed: TypedForm | None = None

    def get_queryset(self) -> QuerySet[Source]:
        return super().get_queryset().select_related("respondent_sector", "case_study__partnership")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not may_log_from(request.user, self.object):
            return self.turned_away()
        self.typed = typed_before(request, finding=None)
        return self.show(self.form(typed=self.typed.data if self.typed else None))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not may_log_from(request.user, self.object):
            return self.turned_away()
        if unsaved := self.without_saving(request.POST):
            return self.show(unsaved)
        form = self.form(request.POST)
        return self.save(form) if form.is_valid() else self.show(form)

    def without_saving(self, posted: QueryDict) -> SeveralFindingsForm | None:
        """The same page with a row or a line more, or a row less, when that was asked for."""
        step, _, number = posted.get("step", "").partition("-")
        if step not in ("add", "drop", "line"):
            return None
        change = {"add": with_one_more, "drop": without_row, "line": as_it_is}[step]
        form = self.form(typed=change(posted, number))
        form.go_on_at(number, "line" if step == "line" else "text")
        return form

    def turned_away(self) -> HttpResponse:
        messages.info(self.request, "Its consent was withdrawn: nothing can be logged from this source.")
        return redirect(self.object)

    def form(self, data: Any = None, typed: Any = None) -> SeveralFindingsForm:
        return SeveralFindingsForm(
            data,
            typed=typed,
            person=signed_in(self.request),
            source=self.object,
            is_for_review=asks_review(self.request),
        )

    def save(self, form: SeveralFindingsForm) -> HttpResponse:
        try:
            findings = log_several(
                by=signed_in(self.request),
                source=self.object,
                entries=form.finding_inputs(),
                submit=form.is_for_review,
                submission_key=form.cleaned_data["submission_key"],
            )
        except EntriesRefused as refusal:
            form.refuse(refusal.refusals)
            return self.show(form)
        messages.success(self.request, saved_message(findings, form.is_for_review))
        return redirect(f"{self.object.get_absolute_url()}#findings")

    def show(self, form: SeveralFindingsForm) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            has_room=len(form.rows) < MOST_ROWS,
            most_rows=MOST_ROWS,
            keeping=keeping_new(form, self.request, self.typed, self.request.path),
            begun=[] if self.typed or self.request.method == "POST" else new_begun_by(self.request.user),
            begun_at=None,
        )
        return self.render_to_response(context)


def saved_message(findings: list[Finding], for_review: bool) -> str:
    """What has become of the findings that were just saved."""
    *first, last = [finding.ref for finding in findings]
    refs = f"{', '.join(first)} and {last}" if first else last
    noun = "findings" if first else "finding"
    if for_review:
        return f"{len(findings)} {noun} submitted: {refs}. A lead evaluator will review them."
    drafts = "drafts" if first else "draft"
    return f"{len(findings)} {drafts} saved: {refs}. Only their author and the lead evaluators can read them."
