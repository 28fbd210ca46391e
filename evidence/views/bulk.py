"""Changing many findings at once: chosen in a list, previewed one by one, confirmed together."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.views.generic import TemplateView

from evidence.actions.bulk import (
    MOST,
    BulkChange,
    BulkRefused,
    Deed,
    change_findings,
    outcome_of,
    refusal_of,
    with_what_is_asked,
)
from evidence.filtersets import FindingFilterSet
from evidence.forms.bulk import BulkForm
from evidence.models import Finding, FrameworkItem
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission
from partnerships.views.filtering import pairs_in_use, printable

INBOX = "inbox"
NAMED = 10  # findings that the message afterwards links to
DONE = {
    Deed.PUBLISH: "published",
    Deed.READERS: "given other readers",
    Deed.RETURN: "returned",
    Deed.WITHDRAW: "withdrawn",
    Deed.TIE: "tied",
    Deed.UNTIE: "taken away from the item",
}


class BulkView(SignedInMixin, TemplateView):
    """Opened from a list with what was chosen there; sent once for the preview and once to do it."""

    permission = Permission.REVIEW_FINDINGS
    template_name = "evidence/bulk.html"
    refused: Mapping[str, str] = {}

    @cached_property
    def findings(self) -> list[Finding]:
        """The findings that were chosen, as many as are changed at once, with what is asked of each."""
        return list(with_what_is_asked(self.chosen())[:MOST])

    def chosen(self) -> QuerySet[Finding]:
        visible = Finding.objects.visible_to(self.request.user)
        which = self.request.GET.get("which", "selected")
        if self.request.method == "POST":
            return visible.filter(ref__in=refs_in(self.request.POST, "ref"))
        if which == "all":
            return self.filterset(visible).qs
        return visible.filter(ref__in=refs_in(self.request.GET, "on_page" if which == "page" else "ref"))

    def filterset(self, findings: QuerySet[Finding]) -> FindingFilterSet:
        return FindingFilterSet(self.request.GET, queryset=findings, request=self.request)

    def form(self) -> BulkForm:
        items = list(
            FrameworkItem.objects.visible_to(self.request.user).only("code", "title", "kind", "order")
        )
        return BulkForm(self.request.POST or None, items=items)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.form()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        if not (form.is_valid() and self.findings):
            return self.render_to_response(self.get_context_data(form=form))
        if request.POST.get("step") == "confirm":
            return self.confirm(form)
        return self.preview(form)

    def preview(self, form: BulkForm, status: int = 200) -> HttpResponse:
        """What will become of each finding, and which ones can't be changed so."""
        change = form.change()
        rows = [self.row(finding, change) for finding in self.findings]
        context = {
            "rows": rows,
            "doable": [
                finding for finding, row in zip(self.findings, rows, strict=True) if not row["refusal"]
            ],
            "deed": Deed(change.deed).label,
            "is_refused": bool(self.refused),
        }
        return self.render_to_response(self.get_context_data(form=form, **context), status=status)

    def row(self, finding: Finding, change: BulkChange) -> dict[str, Any]:
        problem = self.refused.get(finding.ref) or refusal_of(signed_in(self.request), finding, change)
        return {
            "finding": finding,
            "refusal": problem,
            "outcome": "" if problem else outcome_of(finding, change),
        }

    def confirm(self, form: BulkForm) -> HttpResponse:
        change = form.change()
        sent = self.request.POST
        versions = {ref: whole_number(sent.get(f"version-{ref}", "")) for ref in refs_in(sent, "ref")}
        try:
            changed = change_findings(by=signed_in(self.request), change=change, versions=versions)
        except BulkRefused as refused:
            self.refused = refused.problems
            return self.preview(form, status=409)
        messages.success(self.request, said(changed, change))
        return redirect(self.where_next())

    @property
    def back(self) -> str:
        """Where the findings were chosen: the inbox, or the list with its filters."""
        if self.request.method == "POST":
            return self.request.POST.get("back", "")
        if self.request.GET.get("back") == INBOX:
            return INBOX
        return urlencode(pairs_in_use(self.filterset(Finding.objects.none())))

    def where_next(self) -> str:
        if self.back == INBOX:
            return reverse("evidence:inbox")
        return f"{reverse('evidence:finding-list')}?{self.back}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return (
            {"rows": [], "doable": [], "is_refused": False}
            | super().get_context_data(**kwargs)
            | {
                "findings": self.findings,
                "most": MOST,
                "back": self.back,
                "back_href": self.where_next(),
            }
        )


def refs_in(data: QueryDict, name: str) -> list[str]:
    return [printable(ref) for ref in data.getlist(name)[:MOST]]


def whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def said(changed: list[Finding], change: BulkChange) -> str:
    """What has become of the findings, with links to the first few."""
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        ((finding.get_absolute_url(), finding.ref) for finding in changed[:NAMED]),
    )
    number = "1 finding" if len(changed) == 1 else f"{len(changed)} findings"
    more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    return format_html("{} {}: {}{}.", number, DONE[Deed(change.deed)], links, more)
