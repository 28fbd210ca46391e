"""Stating a finding: new, copied, or changed."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import FormView
from django.views.generic.edit import FormMixin

from evidence.actions.finding_input import FindingInput, input_of
from evidence.actions.finding_rules import BEYOND_THE_FUNDER, may_copy, may_edit, works_on
from evidence.actions.findings import log_finding, update_finding
from evidence.forms.conflict import carried, differences, settled
from evidence.forms.finding import FindingForm, initial_of, problems_of
from evidence.models import Finding, ReviewStep, TypedForm
from evidence.queries.inbox import begun_by
from evidence.views.keeping import keeping
from evidence.views.readings import RecordedReading
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission
from partnerships.errors import Conflict
from partnerships.views.bases import VisibleDetailView
from partnerships.views.filtering import printable

Status = Finding.Status


class FindingCreateView(SignedInMixin, FormView):
    """A new finding. The address may name a source, items and partnerships to begin with."""

    permission = Permission.LOG_FINDINGS
    form_class: type[FindingForm] = FindingForm
    template_name = "evidence/finding_form.html"
    typed: TypedForm | None = None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "person": self.request.user,
            "is_for_review": asks_review(self.request),
        }

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"source_ref": self.request.GET.get("source", "")}

    def get_form(self, form_class: Any = None) -> FindingForm:
        form = super().get_form(form_class)
        begin_with(form, self.request)
        if form.is_bound:
            return form
        if before := self.finding_before(self.request.GET.get("after", "")):
            form.initial["after"] = before.ref
            form.show_source_of(dataclasses.replace(input_of(before), source=before.source))
        if typed := typed_before(self.request, finding=None):
            self.typed = typed
            form.show_typed(typed.data)
        return form

    def finding_before(self, ref: str) -> Finding | None:
        """The finding of one's own from whose source another is logged, if its source may still be used."""
        visible = Finding.objects.visible_to(self.request.user).select_related("source__respondent_sector")
        finding = visible.filter(ref=printable(ref)).first() if ref else None
        if finding is None or not works_on(self.request.user, finding):
            return None
        is_withdrawn = finding.source and finding.source.consent_withdrawn_at
        return None if is_withdrawn else finding

    def form_valid(self, form: FindingForm) -> HttpResponse:
        try:
            finding = log_finding(
                by=signed_in(self.request),
                data=form.finding_input(),
                submit=form.is_for_review,
                submission_key=form.cleaned_data["submission_key"],
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        messages.success(self.request, saved_message(finding, asks_review(self.request)))
        return redirect(where_next(self.request, finding))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | NEW | {"action": self.request.get_full_path()}
        if before := context["form"]["after"].value():
            context["lead"] = (
                f"Partnerships, sectors, organisations and source are those of {before}. "
                "What you found, and what it bears on, is new."
            )
        return context | {
            "keeping": keeping_new(context["form"], self.request, self.typed),
            "begun": [] if self.typed or context["form"].is_bound else new_begun_by(self.request.user),
        }


class FindingCopyView(SignedInMixin, RecordedReading, FormMixin, VisibleDetailView):
    """The content of a finding in the form for a new one."""

    model = Finding
    slug_field = slug_url_kwarg = "ref"
    form_class = FindingForm
    template_name = "evidence/finding_form.html"
    http_method_names = ["get", "head", "options"]

    def get_queryset(self) -> QuerySet[Finding]:
        return super().get_queryset().select_related("source__respondent_sector", "programme")

    def get_object(self, queryset: QuerySet[Finding] | None = None) -> Finding:
        finding: Finding = super().get_object(queryset)
        if not may_copy(self.request.user, finding):
            raise PermissionDenied
        return finding

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "person": self.request.user,
            "initial": initial_of(dataclasses.replace(input_of(self.object), source=self.object.source)),
            "known_source": self.object.source,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        copied = {
            "form_title": "Log a finding from a copy",
            "lead": f"Everything of {self.object.ref} is filled in. What you save is a new finding of yours.",
            "action": reverse("evidence:finding-create"),
        }
        context = super().get_context_data(**kwargs) | NEW | copied
        return context | {"keeping": keeping_new(context["form"], self.request, None), "begun": []}


class FindingEditView(SignedInMixin, RecordedReading, FormMixin, VisibleDetailView):
    """A finding to be changed. When somebody else was quicker, both texts stand side by side."""

    model = Finding
    slug_field = slug_url_kwarg = "ref"
    form_class = FindingForm
    template_name = "evidence/finding_form.html"
    object: Finding
    typed: TypedForm | None = None
    typed_at: datetime.datetime | None = None

    # What sets this page apart from others on which a finding is changed.
    page = "evidence:finding-edit"
    may: Callable[[Any, Finding], bool] = staticmethod(may_edit)
    cannot_do = "you can't change it now"
    choose = "Save these choices"

    def get_queryset(self) -> QuerySet[Finding]:
        typed = TypedForm.objects.visible_to(self.request.user).filter(key=OuterRef("ref"))
        returns = ReviewStep.objects.filter(finding=OuterRef("pk"), step=ReviewStep.Step.RETURN)
        last = returns.order_by("-at", "-pk")
        return (
            super()
            .get_queryset()
            .select_related("source__respondent_sector", "source__self_report__round", "programme")
            .annotate(
                typed_at=Subquery(typed.values("saved_at")[:1]),
                return_reason=Subquery(last.values("reason")[:1]),
                returned_by=Subquery(last.values("by__name")[:1]),
                returned_at=Subquery(last.values("at")[:1]),
            )
        )

    def get_object(self, queryset: QuerySet[Finding] | None = None) -> Finding:
        finding = super().get_object(queryset)
        self.typed_at = finding.typed_at
        if finding.origin == Finding.Origin.LITERATURE or not self.whose(finding):
            raise PermissionDenied
        return finding

    def whose(self, finding: Finding) -> bool:
        """Whether the reader has anything to do here at all."""
        return works_on(self.request.user, finding)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not self.may(request.user, self.object):
            messages.info(request, self.cannot())
            return redirect(self.object)
        return self.render_to_response(self.get_context_data())

    def cannot(self) -> str:
        finding = self.object
        kept = " What you typed is kept: read it from your inbox." if self.typed_at else ""
        return f"Finding {finding.ref} is {in_status(finding)}: {self.cannot_do}.{kept}"

    def get_form(self, form_class: Any = None) -> FindingForm:
        form = super().get_form(form_class)
        if self.typed:
            form.show_typed(self.typed.data)
        return form

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = self.form_of(request.POST)
        if "settling" in request.POST and form.is_valid():
            if any(not difference.answer for difference in differences(form, self.stored(self.object))):
                return self.ask_which(form, self.object)
            form = self.form_of(settled(request.POST, self.stored(self.object)))
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_of(self, data: QueryDict) -> FindingForm:
        return self.form_class(**self.get_form_kwargs() | {"data": data})

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs() | {
            "person": self.request.user,
            "is_for_review": asks_review(self.request) or self.object.status in READ_BY_OTHERS,
            "is_published": self.object.status == Status.PUBLISHED,
            "known_source": self.object.source,
        }
        if self.request.method != "POST":
            self.typed = typed_before(self.request, self.object)
        if self.request.method != "POST" and not self.typed:
            kwargs["initial"] = self.stored(self.object) | {"version": self.object.version}
        return kwargs

    def stored(self, finding: Finding) -> dict[str, Any]:
        """What the form shows of the finding as it is stored."""
        return initial_of(input_of(finding))

    def form_valid(self, form: FindingForm) -> HttpResponse:
        data = dataclasses.replace(form.finding_input(), programme=self.object.programme)
        try:
            finding = self.save(form, data, form.cleaned_data["version"] or 0)
        except Conflict as conflict:
            return self.ask_which(form, cast(Finding, conflict.current))
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        messages.success(self.request, self.done(finding))
        return redirect(where_next(self.request, finding))

    def save(self, form: FindingForm, data: FindingInput, version: int) -> Finding:
        return update_finding(
            by=signed_in(self.request),
            finding=self.object,
            data=data,
            version=version,
            submit=asks_review(self.request) and self.object.status not in READ_BY_OTHERS,
            typed_form=self.object.ref,
        )

    def done(self, finding: Finding) -> str:
        """What to say once it is saved."""
        return saved_message(finding, asks_review(self.request))

    def ask_which(self, form: FindingForm, current: Finding) -> HttpResponse:
        """Both texts of every part that differs, and the choice between them."""
        may_save = self.may(self.request.user, current)
        context = {
            "action": self.request.path,
            "choose": self.choose,
            "finding": current,
            "lead": CHOOSE if may_save else f"It is {in_status(current)} now, so {COPY}",
            "differences": differences(form, self.stored(current)),
            "carried": carried(form),
            "is_asked_again": "settling" in self.request.POST,
            "may_save": may_save,
        }
        return render(self.request, "evidence/finding_conflict.html", context, status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        finding: Any = self.object
        context = super().get_context_data(**kwargs)
        return context | {
            "keeping": keeping(
                self.request,
                self.typed,
                address=reverse("evidence:typed-form-keep", args=[finding.ref]),
                again=f"{reverse(self.page, args=[finding.ref])}?{urlencode({'continue': finding.ref})}",
            ),
            "begun": [],
            "begun_at": None if self.typed or context["form"].is_bound else self.typed_at,
            "form_title": f"Edit {finding.ref}",
            "lead": "",
            "action": self.request.path,
            "buttons": BUTTONS[finding.status],
            "is_released": finding.status == Status.PUBLISHED and finding.visibility in BEYOND_THE_FUNDER,
            "returned": finding.status == Status.RETURNED and finding.return_reason,
        }


READ_BY_OTHERS = (Status.SUBMITTED, Status.PUBLISHED)
SAVE = ("Save changes", "primary", "save")
# Saving comes first: it is what Enter in a field does.
BUTTONS: dict[str, list[tuple[str, str, str]]] = {
    Status.DRAFT: [
        ("Save draft", "secondary", "save"),
        ("Submit for review", "primary", "submit"),
        ("Save and log another from this source", "secondary", "another"),
    ],
    Status.RETURNED: [("Save changes", "secondary", "save"), ("Submit again", "primary", "submit")],
    Status.SUBMITTED: [SAVE],
    Status.PUBLISHED: [SAVE],
    Status.WITHDRAWN: [SAVE],
}
CHOOSE = (
    "It was saved after you opened it. Nothing is lost: choose, for each part that differs, what to keep."
)
COPY = "you can't change it any more. Here is what you typed, beside what is stored: copy what you need."
# What the page of a new finding says.
NEW = {
    "form_title": "Log a finding",
    "lead": "A draft needs only what you found. To submit it, add where, the source, and what it bears on.",
    "buttons": BUTTONS[Status.DRAFT],
    "is_released": False,
    "returned": None,
    "begun_at": None,
}


def where_next(request: HttpRequest, finding: Finding) -> str:
    """The finding that was saved, or the form for another one from its source."""
    if request.POST.get("step") != "another":
        return finding.get_absolute_url()
    return f"{reverse('evidence:finding-create')}?{urlencode({'after': finding.ref})}"


def asks_review(request: HttpRequest) -> bool:
    return request.POST.get("step") == "submit"


def begin_with(form: FindingForm, request: HttpRequest) -> None:
    """Fill in what the address names (?source=S-…&item=L5&partnership=humber); tell of what is not there."""
    items = {item.code.lower(): item for item in form.picker.items}
    slugs = dict(form.choices.partnerships)
    unknown = []
    if (ref := request.GET.get("source")) and not form.source:
        unknown.append(f"source “{ref[:20]}” that you can use")
    for code in request.GET.getlist("item"):
        if item := items.get(code.lower()):
            form.picker.suggest(item, choose_question=not form.is_bound)
        else:
            unknown.append(f"item “{code[:20]}”")
    chosen = form.initial.setdefault("partnerships", [])
    for slug in request.GET.getlist("partnership"):
        if slug in slugs:
            chosen.append(slug)
        else:
            unknown.append(f"partnership “{slug[:40]}”")
    study = form.source.case_study if form.source else None
    if study and not chosen:
        chosen.append(study.partnership.slug)
    for name in unknown if not form.is_bound else ():
        messages.warning(request, f"There is no {name}, so it was left out.")


def typed_before(request: HttpRequest, finding: Finding | None) -> TypedForm | None:
    """What the person typed before and the address asks to go on with (?continue=…)."""
    if "continue" not in request.GET:
        return None
    key = finding.ref if finding else printable(request.GET["continue"])
    typed = (
        TypedForm.objects.visible_to(request.user)
        .filter(key=key, finding=finding, reply_request=None, self_report=None)
        .first()
    )
    if typed is None:
        messages.info(request, "What you typed there is not kept any more: it was saved or discarded.")
    return typed


def new_begun_by(person: Any) -> QuerySet[TypedForm]:
    """The last few new findings that a person began and has not saved."""
    return begun_by(person).filter(finding=None, reply_request=None)[:3]


def keeping_new(
    form: forms.Form, request: HttpRequest, typed: TypedForm | None, page: str = ""
) -> dict[str, Any]:
    """The same for what is not saved as anything yet; ``page`` is its form, if not that of one finding."""
    page = page or reverse("evidence:finding-create")
    return keeping(
        request,
        typed,
        address=reverse("evidence:typed-form-keep-new"),
        again=f"{page}?{urlencode({'continue': form['submission_key'].value()})}",
    )


def in_status(finding: Finding) -> str:
    return finding.get_status_display().lower()


def saved_message(finding: Finding, for_review: bool) -> str:
    """What has become of a finding that was just saved."""
    if for_review and finding.status == Status.SUBMITTED:
        return f"Finding {finding.ref} submitted. A lead evaluator will review it."
    if finding.status == Status.DRAFT:
        return f"Draft {finding.ref} saved. Only its author and the lead evaluators can read it."
    return f"Finding {finding.ref} saved."
