"""Findings: the list with its facets and search, its download, and each finding's own page."""

from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from evidence.actions import finding_rules, reply_rules
from evidence.actions.attachment_rules import may_add_files
from evidence.actions.bulk import MOST
from evidence.actions.exports import record_findings_export
from evidence.actions.finding_rules import may_appraise
from evidence.exchange.findings_csv import findings_csv
from evidence.filtersets import FindingFilterSet
from evidence.models import Coding, Finding, Proposal
from evidence.models.finding import area_known_to, may_know_areas
from evidence.queries.appraisals import own_appraisal, quality
from evidence.queries.cards import AREA_NOT_SHOWN, Card, cards_of, with_excerpts
from evidence.queries.citations import citation_lines
from evidence.queries.comments import comments_on
from evidence.queries.facets import facets
from evidence.queries.labels import Labels, labels_for
from evidence.queries.proposals import trail_of
from evidence.queries.replies import replies_json, reply_of_row, request_of_row, requests_json
from evidence.queries.search import snippets
from evidence.queries.steps import steps_of
from evidence.views.appraisals import at_least_selects
from evidence.views.attachments import file_lines
from evidence.views.kinds import KINDS
from evidence.views.readings import RecordedReading
from partnerships.access import Permission, has_permission
from partnerships.functions import JSONList
from partnerships.models import Organisation, Partnership, Sector
from partnerships.views.bases import VisibleDetailView, VisibleListView
from partnerships.views.filtering import errors_of, pairs_in_use, printable, query_of, tags_of

# Filters that have no field of their own in the panel of filters; it carries them along.
NOT_IN_PANEL = ("q", "programme_wide", "organisation", "reference", "source", "case_study", "wave")


class FilteredFindings(VisibleListView):
    """The findings that the reader may see, as the filters in the address narrow and order them."""

    model = Finding

    @cached_property
    def filterset(self) -> FindingFilterSet:
        return FindingFilterSet(self.request.GET, queryset=super().get_queryset(), request=self.request)

    def get_queryset(self) -> QuerySet[Finding]:
        return self.filterset.qs


class FindingListView(FilteredFindings):
    template_name = "evidence/finding_list.html"
    paginate_by = 25

    @cached_property
    def labels(self) -> Labels:
        return labels_for(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        pairs = pairs_in_use(self.filterset)
        words = printable(self.filterset.form["q"].data or "")
        found = facets(self.filterset, self.labels)
        return context | {
            "filterset": self.filterset,
            "words": words,
            "cards": self.cards(context["object_list"]),
            "facets": [facet for facet in found if facet.offers_a_choice],
            "at_least": at_least_selects(self.filterset, found),
            "tags": tags_of(self.filterset),
            "errors": errors_of(self.filterset),
            "query": query_of(pairs),
            "base_query": query_of(pairs).removeprefix("?"),
            "pairs": pairs,
            "most_at_once": MOST,
            "kept": [pair for pair in pairs if pair[0] in NOT_IN_PANEL],
            "orderings": self.filterset.form.fields["ordering"].choices[1:],
            "ordering": self.filterset.form["ordering"].data or ("relevance" if words else "newest"),
        }

    def cards(self, findings: QuerySet[Finding]) -> list[Card]:
        """The cards of a page; in a search each shows the passage that was found."""
        cards = cards_of(self.request.user, findings, self.labels)
        if not self.filterset.form["q"].data or self.filterset.errors:
            return cards
        return with_excerpts(cards, snippets(cards, self.filterset.terms))


class FindingCsvView(FilteredFindings):
    """The whole list as it is filtered."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        if errors := errors_of(self.filterset):
            return HttpResponse("\n".join(errors), status=400, content_type="text/plain; charset=utf-8")
        if request.user.is_authenticated:
            record_findings_export(by=request.user, filters=pairs_in_use(self.filterset), format="csv")
        address = request.build_absolute_uri(reverse("evidence:finding-list"))
        name = f"findings-{timezone.localdate().isoformat()}.csv"
        return StreamingHttpResponse(
            findings_csv(request.user, self.get_queryset(), address),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class FindingDetailView(RecordedReading, VisibleDetailView):
    model = Finding
    template_name = "evidence/finding_detail.html"
    context_object_name = "finding"
    slug_field = slug_url_kwarg = "ref"

    def get_queryset(self) -> QuerySet[Finding]:
        person = self.request.user
        in_team = has_permission(person, Permission.READ_TEAM)
        return (
            super()
            .get_queryset()
            .select_related(
                "programme",
                "source__respondent_sector",
                "source__consent_withdrawn_by",
                "created_by",
                "submitted_by",
                "published_by",
                "claimed_by",
                "appraisal__by",
                "source__appraisal__by",
            )
            .annotate(
                partnership_rows=named(person, Partnership, "slug", area_known_to(person, "findings__")),
                organisation_rows=named(person, Organisation, "slug", area_known_to(person, "findings__")),
                sector_rows=named(person, Sector, "code"),
                reply_rows=replies_json(person),
                has_trail=Exists(Proposal.objects.filter(finding=OuterRef("pk"))),
            )
            .annotate(**{"request_rows": requests_json()} if in_team else {})
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, finding = self.request.user, self.object
        located = may_know_areas(person) or not finding.mask_area
        return super().get_context_data(**kwargs) | {
            "paragraphs": [line for line in finding.text.splitlines() if line.strip()],
            "quoted_from": self.quoted_from(),
            "codings": [coding_line(coding) for coding in finding.codings.select_related("item")],
            "citations": citation_lines(finding.citations.select_related("reference")),
            "area_not_shown": "" if located else AREA_NOT_SHOWN,
            "steps": steps_of(person, finding),
            "replies": [reply_of_row(row) for row in finding.reply_rows],
            "requests": [request_of_row(row) for row in getattr(finding, "request_rows", ())],
            "comments": comments_on(person, finding),
            "may_review": finding_rules.is_lead(person),
            "may_read_role": has_permission(person, Permission.READ_SHARED_WITH_FUNDER),
            "may_read_workflow": has_permission(person, Permission.READ_TEAM),
            "files": file_lines(person, finding),
            "actions": actions_for(person, finding),
            "erased": finding.source if finding_rules.is_erased(finding) else None,
            "quality": quality(person, finding),
            "trail": trail_of(person, finding) if finding.has_trail else [],
            "cite_as": cite_as(finding, self.request.build_absolute_uri(finding.get_absolute_url())),
        }

    def quoted_from(self) -> str:
        """Whose words the quote is, as far as this person may know."""
        source = self.object.source
        may_read_role = has_permission(self.request.user, Permission.READ_SHARED_WITH_FUNDER)
        return source.respondent_role if source and may_read_role else ""


def named(person: Any, model: Any, key: str, *rules: Q) -> JSONList:
    """The partnerships, organisations or sectors that a finding names, of those this person may know of."""
    rows = model.objects.visible_to(person).filter(*rules, findings=OuterRef("pk"))
    return JSONList(rows, **{key: key, "name": "name"})


def coding_line(coding: Coding) -> dict[str, str]:
    """One coding as ``coding_list`` sets it."""
    item = coding.item
    return {
        "direction": coding.direction,
        "direction_label": "Informs" if item.is_question else "",
        "code": item.code,
        "title": item.title,
        "href": item.get_absolute_url(),
        "kind_label": KINDS[item.kind].singular,
        "note": coding.note,
    }


def actions_for(person: Any, finding: Finding) -> list[tuple[str, str]]:
    """What this person may do with the finding, as the label and the address of each step's page."""
    # The review's own evidence is edited among the framework, in the administration.
    may_edit_here = finding.origin != Finding.Origin.LITERATURE and finding_rules.may_edit(person, finding)
    appraise = "Change the appraisal" if own_appraisal(finding) else "Appraise"
    steps = (
        ("Edit", "edit", may_edit_here),
        (appraise, "appraise", may_appraise(person, finding)),
        ("Add files", "files", may_add_files(person, finding)),
        ("Find look-alikes", "lookalikes", finding_rules.may_submit(person, finding)),
        ("Submit for review", "submit", finding_rules.may_submit(person, finding)),
        ("Return with a reason", "return", finding_rules.may_return(person, finding)),
        (
            "Change who may read it" if finding.status == Finding.Status.PUBLISHED else "Publish",
            "publish",
            finding_rules.may_publish(person, finding),
        ),
        (
            "Publish with changes",
            "publish-with-changes",
            finding.origin != Finding.Origin.LITERATURE
            and finding_rules.may_publish_with_changes(person, finding),
        ),
        ("Ask the partnership", "ask", not finding.programme_wide and reply_rules.may_ask(person, finding)),
        ("Withdraw", "withdraw", finding_rules.may_withdraw(person, finding)),
        ("Delete draft", "delete", finding_rules.may_delete(person, finding)),
        ("Copy as new", "copy", finding_rules.may_copy(person, finding)),
    )
    return [
        (label, reverse(f"evidence:finding-{step}", args=[finding.ref]))
        for label, step, allowed in steps
        if allowed
    ]


def cite_as(finding: Finding, address: str) -> str:
    """How to cite a finding: ref, title, where it is kept, its version and the address."""
    mark = "Demonstration: " if finding.is_demonstration else ""
    year = (finding.published_at or finding.created_at).year
    return (
        f"{mark}Talent Match partnership evidence ({year}) '{finding.title}'. "
        f"Finding {finding.ref}, version {finding.version}. {address}"
    )
