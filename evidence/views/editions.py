"""Editions: the list, one edition, an item in it, the comparison of two, and making the next."""

from functools import cached_property
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.views.generic import FormView, View
from django.views.generic.detail import SingleObjectMixin

from evidence.actions.editions import make_edition
from evidence.actions.finding_rules import is_lead
from evidence.exchange.edition_json import as_json
from evidence.forms.edition import ComparisonForm, EditionForm
from evidence.forms.finding import problems_of
from evidence.models import Coding, Edition, EditionCoding, EditionItem, Finding
from evidence.queries.cards import Card, cards_of
from evidence.queries.edition_changes import ItemChange, compared, state_now, state_of
from evidence.queries.editions import VISITOR, codings_in, contents_of, numbers_in_words, unchanged
from evidence.queries.labels import labels_for
from evidence.views.kinds import KINDS
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission
from partnerships.errors import Conflict
from partnerships.views.bases import VisibleDetailView, VisibleListView

CODINGS_ON_A_PAGE = 50


class EditionListView(VisibleListView):
    model = Edition
    template_name = "evidence/edition_list.html"
    paginate_by = 50

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"editions": context["object_list"], "may_make": is_lead(self.request.user)}


class OneEditionMixin:
    """One edition by its number."""

    model = Edition
    slug_field = slug_url_kwarg = "number"
    context_object_name: str | None = "edition"


class EditionDetailView(OneEditionMixin, VisibleDetailView):
    """What an edition says of every item, kind by kind."""

    template_name = "evidence/edition_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        contents = contents_of(self.object)
        return super().get_context_data(**kwargs) | {
            "kinds": [
                (pages.plural, [row_of(content) for content in contents if content["kind"] == kind])
                for kind, pages in KINDS.items()
            ],
            "item_count": len(contents),
            "finding_count": self.object.findings.count(),
            "cite_as": cite_as(self.object, self.request.build_absolute_uri(self.object.get_absolute_url())),
            "latest": Edition.objects.order_by("-number").first(),
        }


def row_of(content: dict[str, Any]) -> tuple[dict[str, Any], str, str]:
    """An item, and its numbers from the literature and from the programme in words."""
    return content, numbers_in_words(content["literature"]), numbers_in_words(content["programme"])


def cite_as(edition: Edition, address: str) -> str:
    """How to cite an edition: its number, day, address and hash."""
    mark = "Demonstration: " if edition.is_demonstration else ""
    day = date_format(edition.made_at, "j F Y")
    return (
        f"{mark}Talent Match partnership evidence ({edition.made_at.year}) Edition {edition.number}, {day}. "
        f"{address} (SHA-256 {edition.digest})"
    )


class EditionJsonView(OneEditionMixin, SingleObjectMixin, View):
    """The whole edition as one file, with the hashes that prove it."""

    def get_queryset(self) -> QuerySet[Edition]:
        return Edition.objects.visible_to(self.request.user)

    def get(self, request: HttpRequest, number: int) -> StreamingHttpResponse:
        edition = self.get_object()
        address = request.build_absolute_uri(edition.get_absolute_url())
        return StreamingHttpResponse(
            as_json(edition, address),
            content_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="edition-{edition.number}.json"'},
        )


class EditionItemView(OneEditionMixin, VisibleDetailView):
    """One item as an edition has it, with the public evidence of that day."""

    template_name = "evidence/edition_item.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry = get_object_or_404(
            EditionItem.objects.visible_to(self.request.user).select_related("item"),
            edition=self.object,
            item__code__iexact=self.kwargs["code"],
        )
        page = CodingPage(entry, self.request.GET.get("page", "1"))
        return super().get_context_data(**kwargs) | {
            "item": entry.content,
            "entry": entry,
            "page_obj": page.page,
            "groups": page.groups(),
            "hidden": page.hidden(),
        }


class CodingPage:
    """A page of what spoke to an item of an edition: what is still read as it was, and what is not."""

    def __init__(self, entry: EditionItem, number: str) -> None:
        self.page = Paginator(codings_in(entry), CODINGS_ON_A_PAGE).get_page(number)
        self.codings: list[EditionCoding] = list(self.page.object_list)
        self.same = unchanged([coding.finding for coding in self.codings])

    def groups(self) -> list[tuple[str, list[tuple[Card, str]]]]:
        """By direction, the cards with the note on how each bears."""
        shown = [coding for coding in self.codings if coding.finding_id in self.same]
        findings = Finding.objects.visible_to(VISITOR).filter(
            pk__in=[coding.finding.finding_id for coding in shown]
        )
        cards = {card.pk: card for card in cards_of(VISITOR, findings, labels_for(VISITOR))}
        return [
            (
                direction,
                [
                    (cards[coding.finding.finding_id], note_of(coding))
                    for coding in shown
                    if coding.direction == direction
                ],
            )
            for direction in Coding.Direction.values
            if any(coding.direction == direction for coding in shown)
        ]

    def hidden(self) -> list[EditionCoding]:
        return [coding for coding in self.codings if coding.finding_id not in self.same]


def note_of(coding: EditionCoding) -> str:
    """How the finding bore on the item, as the edition froze it."""
    code = coding.item.content["code"]
    return next(stated["note"] for stated in coding.finding.content["codings"] if stated["item"] == code)


class EditionCompareView(FormView):
    """Precisely what is different between two editions, or between one and what can be read now."""

    http_method_names = ["get", "head", "options"]
    form_class = ComparisonForm
    template_name = "evidence/edition_compare.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        editions = list(Edition.objects.visible_to(self.request.user))
        data = self.request.GET if "before" in self.request.GET else None
        return super().get_form_kwargs() | {"data": data, "editions": editions}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        changes, names = None, ("", "")
        if form.is_bound and form.is_valid():
            before, after = form.cleaned_data["before"], form.cleaned_data["after"]
            earlier = state_of(Edition.objects.get(number=before))
            later = state_of(Edition.objects.get(number=after)) if after else state_now()
            changes, names = compared(earlier, later), (earlier.name, later.name)
        return context | {
            "changes": changes,
            "names": names,
            "has_editions": bool(form.fields["before"].choices),
        }


class EditionCreateView(SignedInMixin, FormView):
    """Makes the next edition, after a look at what is new in it."""

    permission = Permission.REVIEW_FINDINGS
    form_class = EditionForm
    template_name = "evidence/edition_form.html"

    @cached_property
    def last(self) -> Edition | None:
        return Edition.objects.first()

    def get_initial(self) -> dict[str, Any]:
        return {"last_seen": self.last.number if self.last else 0}

    def form_valid(self, form: EditionForm) -> HttpResponse:
        try:
            edition = make_edition(
                by=signed_in(self.request),
                note=form.cleaned_data["note"],
                last_seen=form.cleaned_data["last_seen"] or 0,
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        except Conflict as conflict:
            return self.show_again(form, conflict.current)
        messages.success(self.request, f"{edition} is made. Its hash and how to cite it stand below.")
        return redirect(edition)

    def show_again(self, form: EditionForm, current: Any) -> HttpResponse:
        """What was typed, above what is new since the edition that somebody else made meanwhile."""
        self.last = current
        form.data = typed = cast(QueryDict, form.data).copy()
        typed["last_seen"] = str(current.number)
        form.add_error(
            None, f"Somebody else made {str(current).lower()} meanwhile. What is new since then stands below."
        )
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = state_now()
        changes: list[ItemChange] = compared(state_of(self.last), now) if self.last else []
        return super().get_context_data(**kwargs) | {
            "last": self.last,
            "changes": changes,
            "item_count": len(now.items),
            "finding_count": len(now.findings),
            "list_href": reverse("evidence:edition-list"),
        }
