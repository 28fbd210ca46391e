"""Lessons, drivers, barriers, benefits, approaches, outcomes and questions, with the evidence on each."""

from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from evidence.actions.negative_searches import may_remove
from evidence.filtersets import FindingFilterSet
from evidence.markdown import html_of
from evidence.models import Finding, FrameworkItem, Watch
from evidence.queries.bearing import SHOWN, newest_by_direction
from evidence.queries.citations import citation_lines
from evidence.queries.confidence import current_assessments
from evidence.queries.decisions import decisions_on, with_decisions
from evidence.queries.facets import Facet, facets
from evidence.queries.items import item_groups, item_rows, with_baseline
from evidence.queries.labels import Labels, labels_for
from evidence.queries.negative_searches import searches_of, with_negative_searches
from evidence.queries.question_answers import answer_on, with_answer
from evidence.queries.since import since_review, with_milestones
from evidence.queries.standing import RULE, reason_of
from evidence.queries.voices import LEANING_RULE, compared, states
from evidence.views.appraisals import at_least_selects
from evidence.views.kinds import KINDS, KindPages
from partnerships.functions import JSONList
from partnerships.models import Sector
from partnerships.views.bases import VisibleDetailView, VisibleListView
from partnerships.views.filtering import Pairs, errors_of, pairs_in_use, query_of, tags_of

FACETS = ("direction", "origin", "partnership", "sector", "quality")
HEADINGS = {"supports": "For", "refines": "Refining", "challenges": "Against", "context": "Context"}


class ItemListView(VisibleListView):
    """All items of one kind, under the review's headings."""

    model = FrameworkItem
    kind = ""
    template_name = "evidence/item_list.html"

    @property
    def pages(self) -> KindPages:
        return KINDS[self.kind]

    def get_queryset(self) -> QuerySet[FrameworkItem]:
        return super().get_queryset().filter(kind=self.kind)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        items = list(self.object_list)
        return super().get_context_data(**kwargs) | {
            "pages": self.pages,
            "groups": item_groups(items, item_rows(self.request.user, items)),
            "rule": RULE,
        }


class OneItemView(VisibleDetailView):
    """A page about one item, at one address: whoever writes it otherwise is led there."""

    model = FrameworkItem
    kind = ""
    context_object_name = "item"
    below = ""  # what stands after the item's own address

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        address = self.object.get_absolute_url() + self.below
        if request.path != address:
            query = request.META["QUERY_STRING"]
            return redirect(address + (f"?{query}" if query else ""))
        return self.render_to_response(self.get_context_data())

    def get_object(self, queryset: Any = None) -> FrameworkItem:
        """By code, in capitals or not; a lesson also by its number alone."""
        code = self.kwargs["code"]
        if self.kind == FrameworkItem.Kind.LESSON and code.isdecimal():
            code = f"L{code}"
        items = with_baseline(self.get_queryset().filter(kind=self.kind, code__iexact=code))
        sectors = Sector.objects.visible_to(self.request.user).filter(framework_items=OuterRef("pk"))
        item = (
            items.select_related("theme", "parent")
            .annotate(sector_labels=JSONList(sectors, code="code", name="name"))
            .first()
        )
        if item is None:
            raise Http404
        return item


class ItemDetailView(OneItemView):
    """One item: what the review said, and the evidence for, refining and against it."""

    template_name = "evidence/item_detail.html"

    def get_queryset(self) -> QuerySet[FrameworkItem]:
        person = self.request.user
        watched = Exists(Watch.objects.visible_to(person).filter(item=OuterRef("pk")))
        items = with_negative_searches(person, super().get_queryset())
        items = with_decisions(person, with_milestones(person, items)).annotate(is_watched=watched)
        is_question = self.kind == FrameworkItem.Kind.RESEARCH_QUESTION
        return with_answer(person, items) if is_question else items

    @cached_property
    def labels(self) -> Labels:
        return labels_for(self.request.user)

    @cached_property
    def filterset(self) -> FindingFilterSet:
        """The findings coded to this item, as the reader's filters narrow them."""
        return FindingFilterSet(
            self.request.GET,
            queryset=Finding.objects.visible_to(self.request.user),
            request=self.request,
            about=self.object,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, item = self.request.user, self.object
        found = facets(self.filterset, self.labels, FACETS)
        sectors = list(self.labels.sectors.values())
        state = states(person, [item], sectors=sectors, in_full=True)[item.pk]
        return super().get_context_data(**kwargs) | {
            "pages": KINDS[self.kind],
            "state": state,
            "standing": state.standing,
            "reason": reason_of(state.standing.voices),
            "rule": RULE,
            "leaning_rule": LEANING_RULE,
            "sectors": [(sector, state.sectors[sector.pk]) for sector in sectors],
            "sectors_speak": any(voice.speakers.sides for voice in state.sectors.values()),
            "sector_comparison": compared(state.sectors.values()),
            "since": since_review(item, state),
            "assessment": current_assessments(person).filter(item=item).first(),
            "searches": [(search, may_remove(person, search)) for search in searches_of(item)],
            "decisions": decisions_on(item),
            **(self.answer() if item.is_question else {}),
            "citations": citation_lines(item.citations.select_related("reference")),
            "children": self.labels.children_of(item),
            "columns": self.columns(found),
            "facets": [facet for facet in found if facet.offers_a_choice],
            "at_least": at_least_selects(self.filterset, found),
            "tags": tags_of(self.filterset),
            "filter_errors": errors_of(self.filterset),
            "full_list_href": self.full_list(pairs_in_use(self.filterset)),
        }

    def answer(self) -> dict[str, Any]:
        """The last answer to a question that the reader may read, with its texts as HTML."""
        answer = answer_on(self.object)
        return {
            "answer": answer,
            "answer_text": html_of(answer.text) if answer else "",
            "answer_gaps": html_of(answer.gaps) if answer else "",
        }

    def columns(self, found: list[Facet]) -> list[dict[str, Any]]:
        """For, refining, against and context; a question has only what informs it."""
        counts = {
            option.value: option.number
            for facet in found
            if facet.name == "direction"
            for option in facet.options
        }
        chosen = self.filterset.form["direction"].data or self.directions
        newest = newest_by_direction(self.request.user, self.object, self.filterset.qs, self.labels)
        return [
            {
                "direction": direction,
                "heading": "Informs" if self.object.is_question else HEADINGS[direction],
                "count": counts.get(direction, 0),
                "cards": [
                    {"finding": card, "note": card.note, "href": card.href} for card in newest[direction]
                ],
                "href": self.all_in(direction),
                "more_href": self.all_in(direction) if counts.get(direction, 0) > SHOWN else "",
            }
            for direction in self.directions
            if direction in chosen
        ]

    @property
    def directions(self) -> list[str]:
        return ["context"] if self.object.is_question else list(HEADINGS)

    def all_in(self, direction: str) -> str:
        """The address of all findings in one direction, with the page's other filters."""
        pairs = pairs_in_use(self.filterset, leave_out=["direction"])
        return self.full_list([("direction", direction), *pairs])

    def full_list(self, pairs: Pairs) -> str:
        """The address of the list of findings coded to this item, with these filters."""
        pairs = [pair for pair in pairs if pair[0] != "item"]
        return reverse("evidence:finding-list") + query_of([("item", self.object.code), *pairs])
