"""Briefs: the list, one as a page, Word or PDF, arranging it and issuing it."""

from functools import cached_property
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin

from evidence.actions.briefs import (
    arrange_brief,
    issue_brief,
    make_brief,
    may_arrange_briefs,
    may_issue,
    record_brief_export,
)
from evidence.exchange.brief_pdf import NoPdf, as_pdf, can_make_pdf
from evidence.exchange.brief_word import brief_as_word
from evidence.exchange.references import harvard
from evidence.exchange.word import WORD_TYPE
from evidence.forms.brief import BriefForm, initial_of
from evidence.forms.finding import problems_of
from evidence.models import Brief, BriefIssue, BriefItem, FrameworkItem
from evidence.queries.briefs import (
    changes_between,
    entries_of,
    latest_issue,
    offered_examples,
    present_with_examples,
    refs_of_examples,
    sheet_of,
)
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission
from partnerships.errors import Conflict
from partnerships.views.bases import VisibleDetailView, VisibleListView


class BriefListView(VisibleListView):
    model = Brief
    template_name = "evidence/brief_list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Brief]:
        numbered = super().get_queryset().annotate(last_number=Max("issues__number"))
        return numbered.order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "briefs": context["object_list"],
            "may_make": may_arrange_briefs(self.request.user),
        }


class OneBriefMixin:
    """One brief by its ref, with what its readers may choose to see of it."""

    model = Brief
    slug_field = slug_url_kwarg = "ref"
    context_object_name: str | None = "brief"
    request: HttpRequest

    def get_queryset(self) -> QuerySet[Brief]:
        return Brief.objects.visible_to(self.request.user).for_page(self.request.user)


class BriefDetailView(OneBriefMixin, VisibleDetailView):
    """The last version that was issued; its author is led to what there is while there is none."""

    object: Brief

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        issue = latest_issue(self.object)
        return redirect(issue if issue else reverse("evidence:brief-present", args=[self.object.ref]))


class BriefIssueView(OneBriefMixin, VisibleDetailView):
    """A version as it was issued, with what has changed beneath it since."""

    template_name = "evidence/brief_issue.html"
    object: Brief

    @cached_property
    def issue(self) -> BriefIssue:
        issues = BriefIssue.objects.visible_to(self.request.user).select_related("brief")
        return get_object_or_404(issues, brief=self.object, number=self.kwargs["number"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        brief, issue = self.object, self.issue
        now, examples = present_with_examples(brief, refs_of_examples(issue.content))
        others = BriefIssue.objects.visible_to(self.request.user).filter(brief=brief).defer("content")
        return super().get_context_data(**kwargs) | {
            "issue": issue,
            "issues": list(others[:50]),
            "sheet": sheet_of(brief, issue.content, examples),
            "changes": changes_between(issue.content, now),
            "cite_as": cite_as(issue, self.request),
            "may_arrange": self.object.may_be_arranged,
            "can_make_pdf": can_make_pdf(),
            "harvard": harvard,
        }


class BriefWordView(BriefIssueView):
    """A version as a Word document."""

    http_method_names = ["get", "head", "options"]
    format = "docx"
    content_type = WORD_TYPE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        issue = self.issue
        content = self.document(issue)
        if request.user.is_authenticated:
            record_brief_export(
                by=signed_in(request), brief=self.object, number=issue.number, format=self.format
            )
        name = f"{self.object.ref}-version-{issue.number}.{self.format}"
        return HttpResponse(
            content,
            content_type=self.content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def document(self, issue: BriefIssue) -> bytes:
        return brief_as_word(issue, sheet_of(self.object, issue.content), cite_as(issue, self.request))


class BriefPdfView(BriefWordView):
    """A version as a tagged PDF, where the programs for it are installed."""

    format = "pdf"
    content_type = "application/pdf"

    def document(self, issue: BriefIssue) -> bytes:
        context = {
            "brief": self.object,
            "issue": issue,
            "sheet": sheet_of(self.object, issue.content),
            "cite_as": cite_as(issue, self.request),
            "harvard": harvard,
        }
        try:
            return as_pdf(render_to_string("evidence/brief_pdf.html", context, self.request))
        except NoPdf as missing:
            raise Http404(str(missing)) from missing


class BriefPresentView(SignedInMixin, OneBriefMixin, VisibleDetailView):
    """What the brief would say now, what is new in it, and the step to issue it."""

    template_name = "evidence/brief_present.html"
    object: Brief

    def get_object(self, queryset: Any = None) -> Brief:
        self.object = super().get_object(queryset)
        if not self.object.may_be_arranged:
            raise PermissionDenied
        return self.object

    def post(self, request: HttpRequest, ref: str) -> HttpResponse:
        brief = self.get_object()
        typed = request.POST.get("version", "")
        version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
        try:
            issue = issue_brief(by=signed_in(request), brief=brief, version=version)
        except ValidationError as refusal:
            return self.refused(" ".join(refusal.messages), 200)
        except Conflict:
            self.object = self.get_object()
            return self.refused("It was arranged otherwise meanwhile. This is how it now stands.", 409)
        messages.success(request, f"Version {issue.number} is issued.")
        return redirect(issue)

    def refused(self, message: str, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(refusal=message), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        brief, last = self.object, latest_issue(self.object)
        content, examples = present_with_examples(brief)
        return (
            {"refusal": ""}
            | super().get_context_data(**kwargs)
            | {
                "last": last,
                "sheet": sheet_of(brief, content, examples),
                "changes": changes_between(last.content, content) if last else [],
                "may_issue": may_issue(self.request.user, brief),
                "harvard": harvard,
            }
        )


class BriefCreateView(SignedInMixin, FormView):
    """A new brief; ``?item=L5`` and ``?theme=engagement`` choose items beforehand."""

    permission = Permission.READ_SHARED_WITH_FUNDER
    form_class = BriefForm
    template_name = "evidence/brief_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "person": self.request.user,
            "entries": [],
            "offered": {},
        }

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        items = FrameworkItem.objects.visible_to(self.request.user)
        if theme := asked.get("theme", "").replace("\x00", ""):
            items = items.filter(theme__slug=theme, kind=FrameworkItem.Kind.LESSON)
        else:
            items = items.filter(code__in=[code.replace("\x00", "") for code in asked.getlist("item")[:20]])
        initial: dict[str, Any] = {"audience": Brief.Audience.FUNDER}
        for item in items:
            initial.setdefault(f"items-{item.kind}", []).append(item.code)
        return initial

    def form_valid(self, form: BriefForm) -> HttpResponse:
        try:
            brief = make_brief(by=signed_in(self.request), data=form.brief_input())
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        messages.success(self.request, "The brief is kept. Order its items and choose examples below.")
        return redirect("evidence:brief-arrange", brief.ref)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"brief": None} | super().get_context_data(**kwargs)


class BriefArrangeView(SignedInMixin, OneBriefMixin, SingleObjectMixin, FormView):
    """Items, their order, notes and examples, and for whom it is."""

    form_class = BriefForm
    template_name = "evidence/brief_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            self.object = self.get_object()
            if not self.object.may_be_arranged:
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def entries(self) -> list[BriefItem]:
        return entries_of(self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "person": self.request.user,
            "entries": self.entries,
            "offered": offered_examples(self.object, self.entries),
        }

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.object, self.entries)

    def form_valid(self, form: BriefForm) -> HttpResponse:
        try:
            brief = arrange_brief(
                by=signed_in(self.request),
                brief=self.object,
                data=form.brief_input(),
                version=form.cleaned_data["version"] or 0,
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        except Conflict as conflict:
            return self.show_again(form, cast(Brief, conflict.current))
        messages.success(self.request, "Saved.")
        address = "evidence:brief-arrange" if "go-on" in self.request.POST else "evidence:brief-present"
        return HttpResponseRedirect(reverse(address, args=[brief.ref]))

    def show_again(self, form: BriefForm, current: Brief) -> HttpResponse:
        """What was typed, to be sent over what somebody else saved, once that was looked at."""
        form.data = typed = cast(QueryDict, form.data).copy()
        typed["version"] = str(current.version)
        form.add_error(
            None,
            f"Somebody else saved “{current.title}” meanwhile. Look at it in another tab: sending this again "
            "puts yours in its place.",
        )
        return self.render_to_response(self.get_context_data(form=form), status=409)


def cite_as(issue: BriefIssue, request: HttpRequest) -> str:
    """How to cite a version of a brief: its number, day, address and hash."""
    mark = "Demonstration: " if issue.brief.is_demonstration else ""
    title = issue.content["title"]
    day = date_format(issue.issued_at, "j F Y")
    address = request.build_absolute_uri(issue.get_absolute_url())
    return (
        f"{mark}Talent Match partnership evidence ({issue.issued_at.year}) {title}. "
        f"Brief {issue.brief.ref}, version {issue.number}, {day}. {address} (SHA-256 {issue.digest})"
    )
