"""Case studies: the list, each read as a whole, and how one is written and published."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.views.generic import FormView

from evidence.actions import fieldwork_rules
from evidence.actions.fieldwork import begin_case_study, publish_case_study, update_case_study
from evidence.actions.finding_rules import may_log
from evidence.filtersets import CaseStudyFilterSet
from evidence.forms.fields import READERS
from evidence.forms.fieldwork import CaseStudyForm, NewCaseStudyForm, study_initial
from evidence.forms.finding import problems_of
from evidence.forms.steps import PublishStudyForm
from evidence.markdown import html_of
from evidence.models import CaseStudy, Finding, Source, TypedForm
from evidence.queries.bearing import bearing, with_findings
from evidence.queries.case_studies import filter_options, interviews_of, sources_of
from evidence.queries.labels import labels_for
from evidence.views.attachments import file_lines
from evidence.views.editing import VersionedFormView
from evidence.views.keeping import KeptFormMixin
from evidence.views.readings import RecordedReading
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission, has_permission
from partnerships.views.bases import VisibleDetailView, VisibleListView
from partnerships.views.filtering import errors_of, pairs_in_use, query_of, tags_of

MOST_FINDINGS = 100


class CaseStudyListView(VisibleListView):
    model = CaseStudy
    template_name = "evidence/case_study_list.html"
    paginate_by = 50

    @cached_property
    def filterset(self) -> CaseStudyFilterSet:
        return CaseStudyFilterSet(self.request.GET, queryset=super().get_queryset(), request=self.request)

    def get_queryset(self) -> QuerySet[CaseStudy]:
        studies = with_findings(self.request.user, self.filterset.qs, "source__case_study")
        return studies.select_related("partnership", "wave")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        chosen = {name: self.filterset.form[name].data for name in ("partnership", "wave", "status")}
        return context | {
            "rows": [study_row(study) for study in context["object_list"]],
            "options": filter_options(self.request.user, chosen),
            "statuses": [
                (value, label, None, value in chosen["status"]) for value, label in CaseStudy.Status.choices
            ],
            "tags": tags_of(self.filterset),
            "errors": errors_of(self.filterset),
            "base_query": query_of(pairs_in_use(self.filterset)).removeprefix("?"),
            "may_read_workflow": has_permission(self.request.user, Permission.READ_TEAM),
        }


def study_row(study: Any) -> list[Any]:
    """One case study as a row of a table."""
    return [
        (str(study.partnership), study.get_absolute_url()),
        str(study.wave),
        study.get_status_display(),
        study.get_visibility_display(),
        study.finding_count,
    ]


class CaseStudyDetailView(RecordedReading, VisibleDetailView):
    """The whole of a case study on one page, which prints as one."""

    model = CaseStudy
    template_name = "evidence/case_study_detail.html"
    context_object_name = "study"

    def get_queryset(self) -> QuerySet[CaseStudy]:
        return super().get_queryset().select_related("partnership", "wave")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, study = self.request.user, self.object
        sources = list(sources_of(person, study))
        findings = Finding.objects.located_for(person).filter(source__case_study=study)
        evaluators = list(study.evaluators.all())
        works_on = fieldwork_rules.works_on_study(person, study)
        in_team = has_permission(person, Permission.READ_TEAM)
        return super().get_context_data(**kwargs) | {
            "methods": html_of(study.methods),
            "narrative": html_of(study.narrative),
            "evaluators": [str(evaluator) for evaluator in evaluators],
            "interviews": interviews_of(study, sources) if in_team else None,
            "may_log": may_log(person),
            "source_rows": [source_row(source, in_team, may_log(person)) for source in sources],
            "bearing": bearing(person, findings, labels_for(person), shown=MOST_FINDINGS),
            "may_read_workflow": in_team,
            "files": file_lines(person, study),
            "actions": actions_for(person, study, works_on),
        }


def source_row(source: Any, in_team: bool, may_log: bool) -> list[Any]:
    """One source as a row of a table; what the team calls it is for the team.

    Those who log findings have a column more, from which they log several.
    """
    named = f"{source.ref} {source.label}".strip() if in_team else source.ref
    consent = "Withdrawn" if source.is_withdrawn else source.get_consent_scope_display()
    several = reverse("evidence:source-log-several", args=[source.ref])
    logging = "None any more" if source.is_withdrawn else (f"Log several from {source.ref}", several)
    return [
        (named, source.get_absolute_url()),
        source.get_kind_display(),
        source.respondent_role or "Not known",
        source.respondent_sector.name if source.respondent_sector else "Not known",
        date_format(source.collected_on, "j F Y") if source.collected_on else "Not known",
        consent,
        source.finding_count,
        *([logging] if may_log else []),
    ]


def actions_for(person: Any, study: CaseStudy, works_on: bool) -> list[tuple[str, str]]:
    """What this person may do with the case study: labels and addresses."""
    is_published = study.status == CaseStudy.Status.PUBLISHED
    may_publish = fieldwork_rules.may_publish_study(person, study)
    steps = (
        ("Edit", "evidence:case-study-edit", works_on),
        ("Add a source", "evidence:source-create", works_on),
        ("Add files", "evidence:case-study-files", works_on),
        (
            "Change who may read it" if is_published else "Publish",
            "evidence:case-study-publish",
            may_publish,
        ),
    )
    return [(label, reverse(name, args=[study.slug])) for label, name, allowed in steps if allowed]


class CaseStudyCreateView(SignedInMixin, FormView):
    """The beginning of a case study. The address may name its partnership."""

    permission = Permission.LOG_FINDINGS
    form_class = NewCaseStudyForm
    template_name = "evidence/case_study_form.html"

    def get_initial(self) -> dict[str, Any]:
        return {"partnership": self.request.GET.get("partnership", ""), "evaluators": [self.request.user]}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.request.user}

    def form_valid(self, form: NewCaseStudyForm) -> HttpResponse:
        try:
            study = begin_case_study(
                by=signed_in(self.request),
                partnership=form.cleaned_data["partnership"],
                wave=form.cleaned_data["wave"],
                data=form.case_study_input(),
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        messages.success(
            self.request,
            "Case study begun. Add its sources, and write its story as it goes: it is kept while you type.",
        )
        return redirect(study)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"form_title": "Begin a case study", "differing": []}


class CaseStudyEditView(RecordedReading, KeptFormMixin, VersionedFormView):
    """A case study to be written on, kept while it is typed: stories grow over weeks."""

    model = CaseStudy
    form_class = CaseStudyForm
    template_name = "evidence/case_study_form.html"

    def get_queryset(self) -> QuerySet[CaseStudy]:
        return super().get_queryset().select_related("partnership", "wave")

    def works_on(self, thing: CaseStudy) -> bool:
        return fieldwork_rules.works_on_study(self.request.user, thing)

    def stored(self, thing: CaseStudy) -> dict[str, Any]:
        return study_initial(thing)

    def take(self, form: CaseStudyForm, version: int) -> str:
        update_case_study(
            by=signed_in(self.request), study=self.object, data=form.case_study_input(), version=version
        )
        return "Case study saved."

    def typed_key(self) -> str:
        return TypedForm.key_of_study(self.object)

    def keep_address(self) -> str:
        return reverse("evidence:typed-form-keep-case-study", args=[self.object.slug])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"form_title": f"Edit {self.object}"}


class CaseStudyPublishView(RecordedReading, VersionedFormView):
    """Who may read a case study, with what is checked before it goes beyond the funder."""

    model = CaseStudy
    form_class = PublishStudyForm
    template_name = "evidence/case_study_publish.html"

    def get_queryset(self) -> QuerySet[CaseStudy]:
        return super().get_queryset().select_related("partnership", "wave")

    def works_on(self, thing: CaseStudy) -> bool:
        return fieldwork_rules.may_publish_study(self.request.user, thing)

    @cached_property
    def may_release(self) -> bool:
        return fieldwork_rules.may_release_study(signed_in(self.request), self.object)

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"visibility": self.object.visibility}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"may_release": self.may_release}

    def take(self, form: PublishStudyForm, version: int) -> str:
        study = publish_case_study(
            by=signed_in(self.request),
            study=self.object,
            version=version,
            visibility=form.cleaned_data["visibility"],
            checklist=form.cleaned_data.get("checklist", ()),
        )
        return f"Case study published. Who can read it: {READERS[study.visibility]}."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "narrative": html_of(self.object.narrative),
            "may_release": self.may_release,
            "withdrawn_sources": Source.objects.visible_to(self.request.user)
            .filter(case_study=self.object)
            .exclude(consent_withdrawn_at=None),
        }
