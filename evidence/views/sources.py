"""Sources: each with what was agreed about it, how it is noted, and how consent is taken back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from evidence.actions import fieldwork_rules
from evidence.actions.consent import withdraw_consent
from evidence.actions.fieldwork import note_source, update_source
from evidence.actions.finding_rules import may_appraise
from evidence.forms.fields import READERS
from evidence.forms.fieldwork import SourceForm, source_initial
from evidence.forms.steps import VersionedReasonForm
from evidence.models import CaseStudy, Finding, Source
from evidence.queries.appraisals import own_appraisal, quality
from evidence.queries.bearing import bearing
from evidence.queries.labels import labels_for
from evidence.views.attachments import file_lines
from evidence.views.editing import TakenByAction, VersionedFormView
from evidence.views.readings import RecordedReading
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission, has_permission
from partnerships.views.bases import VisibleDetailView

MOST_FINDINGS = 100


class SourceDetailView(RecordedReading, VisibleDetailView):
    model = Source
    template_name = "evidence/source_detail.html"
    context_object_name = "source"
    slug_field = slug_url_kwarg = "ref"

    def get_queryset(self) -> QuerySet[Source]:
        related = ("respondent_sector", "case_study__partnership", "case_study__wave")
        people = ("anonymised_by", "consent_withdrawn_by", "appraisal__by")
        return super().get_queryset().select_related(*related, *people)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, source = self.request.user, self.object
        findings = Finding.objects.located_for(person).filter(source=source)
        return super().get_context_data(**kwargs) | {
            "case_study": CaseStudy.objects.visible_to(person)
            .select_related("partnership", "wave")
            .filter(pk=source.case_study_id)
            .first(),
            "consent_readers": READERS[source.consent_scope],
            "bearing": bearing(person, findings, labels_for(person), shown=MOST_FINDINGS),
            "in_team": has_permission(person, Permission.READ_TEAM),
            "quality": quality(person, source),
            "may_log_from": fieldwork_rules.may_log_from(person, source),
            "files": file_lines(person, source),
            "actions": actions_for(person, source),
        }


def actions_for(person: Any, source: Source) -> list[tuple[str, str]]:
    """What this person may do with the source: labels and addresses."""
    appraise = "Change the appraisal" if own_appraisal(source) else "Appraise"
    may_edit = fieldwork_rules.may_edit_source(person, source)
    steps = (
        ("Edit", "edit", may_edit),
        ("Add files", "files", may_edit),
        (appraise, "appraise", may_appraise(person, source)),
        ("Withdraw consent", "withdraw-consent", may_edit),
    )
    return [
        (label, reverse(f"evidence:source-{step}", args=[source.ref]))
        for label, step, allowed in steps
        if allowed
    ]


class SourceCreateView(SignedInMixin, TakenByAction, VisibleDetailView):
    """A new source of a case study."""

    model = CaseStudy
    form_class = SourceForm
    template_name = "evidence/source_form.html"
    object: CaseStudy
    noted: Source

    def get_queryset(self) -> QuerySet[CaseStudy]:
        return super().get_queryset().select_related("partnership", "wave")

    def get_object(self, queryset: QuerySet[CaseStudy] | None = None) -> CaseStudy:
        study: CaseStudy = super().get_object(queryset)
        if not fieldwork_rules.works_on_study(self.request.user, study):
            raise PermissionDenied
        return study

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.request.user}

    def take(self, form: SourceForm, version: int) -> str:
        self.noted = note_source(by=signed_in(self.request), case_study=self.object, data=form.source_entry())
        return f"Source {self.noted.ref} noted. You can log findings from it now."

    def get_success_url(self) -> str:
        return self.noted.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "form_title": "Add a source",
            "came_from": (str(self.object), self.object.get_absolute_url()),
            "differing": [],
        }


class SourceEditView(RecordedReading, VersionedFormView):
    model = Source
    slug_field = slug_url_kwarg = "ref"
    form_class = SourceForm
    template_name = "evidence/source_form.html"

    def get_queryset(self) -> QuerySet[Source]:
        return super().get_queryset().select_related("respondent_sector", "case_study")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if self.object.is_withdrawn:
            messages.info(request, "The consent of this source was withdrawn: there is nothing to change.")
            return redirect(self.object)
        return self.render_to_response(self.get_context_data())

    def works_on(self, thing: Source) -> bool:
        return fieldwork_rules.works_on_source(self.request.user, thing)

    def stored(self, thing: Source) -> dict[str, Any]:
        return source_initial(thing)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.request.user}

    def take(self, form: SourceForm, version: int) -> str:
        update_source(
            by=signed_in(self.request), source=self.object, data=form.source_entry(), version=version
        )
        return "Source saved. What was published beyond the consent now given is narrowed."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "form_title": f"Edit source {self.object.ref}",
            "came_from": (f"Source {self.object.ref}", self.object.get_absolute_url()),
        }


class WithdrawConsentView(RecordedReading, VersionedFormView):
    """What withdrawing consent will do, and the reason for it."""

    model = Source
    slug_field = slug_url_kwarg = "ref"
    form_class = VersionedReasonForm
    template_name = "evidence/source_withdraw_consent.html"

    def get_queryset(self) -> QuerySet[Source]:
        return super().get_queryset().select_related("case_study__partnership", "case_study__wave")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if self.object.is_withdrawn:
            messages.info(request, "The consent of this source was withdrawn already.")
            return redirect(self.object)
        return self.render_to_response(self.get_context_data())

    def works_on(self, thing: Source) -> bool:
        return fieldwork_rules.works_on_source(self.request.user, thing)

    def take(self, form: VersionedReasonForm, version: int) -> str:
        withdraw_consent(
            by=signed_in(self.request),
            source=self.object,
            version=version,
            reason=form.cleaned_data["reason"],
        )
        return f"Consent of source {self.object.ref} withdrawn. Nothing that rested on it can be read."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        findings = Finding.objects.visible_to(self.request.user).filter(source=self.object)
        return super().get_context_data(**kwargs) | {"finding_count": findings.count()}
