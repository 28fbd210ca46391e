"""Who takes a side on an item: the partnerships, or the sources, behind the numbers of its page."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse

from evidence.filtersets import FindingFilterSet
from evidence.models import Finding
from evidence.queries.standing import PROGRAMME_ORIGINS, SIDES, UNTOLD
from evidence.queries.voices import sources_taking_sides, speakers
from evidence.views.items import OneItemView
from evidence.views.kinds import KINDS
from partnerships.access import Permission, has_permission
from partnerships.models import Partnership
from partnerships.views.filtering import Pairs, errors_of, pairs_in_use, query_of, tags_of

PARTNERSHIP, SOURCE = "partnership", "source"
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Speaker:
    """One who takes a side: a name, its own page, and the findings in each direction. No address where the
    reader is not told who it is.
    """

    name: str
    href: str
    sides: list[tuple[str, str]]


class ItemVoicesView(OneItemView):
    """Everybody who takes a side on an item, as the filters in the address narrow them."""

    template_name = "evidence/item_voices.html"
    below = "voices/"

    @cached_property
    def filterset(self) -> FindingFilterSet:
        visible = Finding.objects.visible_to(self.request.user)
        return FindingFilterSet(self.request.GET, queryset=visible, request=self.request, about=self.object)

    @property
    def by(self) -> str:
        """Whether partnerships are listed or sources, which not everybody may know of."""
        reads_sources = has_permission(self.request.user, Permission.READ_SHARED_WITH_FUNDER)
        return SOURCE if reads_sources and self.request.GET.get("by") == SOURCE else PARTNERSHIP

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = query_of([("by", self.by)])
        page = self.sources() if self.by == SOURCE else self.partnerships()
        pairs = pairs_in_use(self.filterset)
        return super().get_context_data(**kwargs) | {
            "pages": KINDS[self.kind],
            "by": self.by,
            "page": page,
            "tags": [(label, own + "&" + href.removeprefix("?")) for label, href in tags_of(self.filterset)],
            "clear_href": own,
            "errors": errors_of(self.filterset),
            "base_query": query_of([("by", self.by), *pairs]).removeprefix("?"),
        }

    def partnerships(self) -> Page:
        """The partnerships by name, then what is said of the programme as a whole, and by those not named."""
        heard = speakers(self.request.user, self.filterset)
        named = Partnership.objects.visible_to(self.request.user).filter(pk__in=[key for key in heard if key])
        rows = [
            Speaker(
                partnership.name,
                reverse("evidence:partnership-detail", args=[partnership.slug]),
                self.lists(heard[partnership.pk], partnership=partnership.slug),
            )
            for partnership in named.order_by("name")
        ]
        if None in heard:
            rows.append(
                Speaker("The programme as a whole", "", self.lists(heard[None], programme_wide="true"))
            )
        if UNTOLD in heard:
            sides = [(side.value, "") for side in SIDES if side in heard[UNTOLD]]
            rows.append(Speaker("Partnerships that you are not told of, together", "", sides))
        return Paginator(rows, PAGE_SIZE).get_page(self.request.GET.get("page"))

    def sources(self) -> Page:
        sources = sources_taking_sides(self.request.user, self.filterset)
        page: Page = Paginator(sources, PAGE_SIZE).get_page(self.request.GET.get("page"))
        page.object_list = [
            Speaker(f"{source.ref} {source}", source.get_absolute_url(), self.lists((), source=source.ref))
            for source in page.object_list
        ]
        return page

    def lists(self, sides: Any, **who: str) -> list[tuple[str, str]]:
        """Each direction with the address of the findings in which somebody speaks in it; for somebody whose
        directions are not known, the address of all of theirs.
        """
        if not sides:
            return [("", self.list_of(list(SIDES), who))]
        return [(side.value, self.list_of([side], who)) for side in SIDES if side in sides]

    def list_of(self, sides: list[str], who: dict[str, str]) -> str:
        origins = self.filterset.form["origin"].data or list(PROGRAMME_ORIGINS)
        chosen = self.filterset.form["direction"].data or sides
        pairs: Pairs = [
            ("item", self.object.code),
            ("status", Finding.Status.PUBLISHED.value),
            *(("origin", str(origin)) for origin in origins if origin in PROGRAMME_ORIGINS),
            *(("direction", str(side)) for side in sides if side in chosen),
            *who.items(),
        ]
        rest = pairs_in_use(self.filterset, leave_out={*dict(pairs), "ordering"})
        return reverse("evidence:finding-list") + query_of([*pairs, *rest])
