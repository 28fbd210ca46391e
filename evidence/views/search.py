"""The search over everything."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.generic import ListView, View

from evidence.filtersets import SearchFilterSet
from evidence.models import SearchDocument
from evidence.queries.everything import FINDING, KINDS, MOST_FINDINGS, Matches, address_of_code
from evidence.queries.suggestions import did_you_mean, suggestions
from partnerships.views.filtering import errors_of, pairs_in_use, printable, query_of, tags_of


class SuggestionsView(View):
    """The best matches for what is being typed, for the script of the box; the page does without."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> JsonResponse:
        filterset = filterset_of(request)
        found = [] if filterset.errors else suggestions(request.user, filterset.form.cleaned_data["q"])
        rows = [
            {"kind": result.kind_label, "title": result.title.striptags(), "href": result.href}
            for result in found
        ]
        response = JsonResponse({"suggestions": rows})
        add_never_cache_headers(response)
        return response


def filterset_of(request: HttpRequest) -> SearchFilterSet:
    documents = SearchDocument.objects.visible_to(request.user)
    return SearchFilterSet(request.GET, queryset=documents, request=request)


class SearchView(ListView):
    """What is found, of all kinds; a code or ref that is typed alone leads to its page."""

    template_name = "evidence/search.html"
    paginate_by = 25

    @cached_property
    def filterset(self) -> SearchFilterSet:
        return filterset_of(self.request)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asks_for_words_alone = set(request.GET) == {"q"} and not self.filterset.errors
        if asks_for_words_alone and (address := address_of_code(request.user, request.GET["q"])):
            return redirect(address)
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return self.filterset.matches()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        matches: Matches = self.object_list  # type: ignore[assignment]
        pairs = pairs_in_use(self.filterset)
        words = printable(self.filterset.form["q"].data or "")
        chosen = self.filterset.form["kind"].data
        return context | {
            "words": words,
            "matches": matches,
            "results": context["object_list"],
            "kinds": [
                (kind, label, matches.numbers.get(kind, 0), kind in chosen)
                for kind, label in KINDS.items()
                if matches.numbers.get(kind) or kind in chosen
            ],
            "most_findings": MOST_FINDINGS,
            "tags": [tag for tag in tags_of(self.filterset) if not tag[0].startswith(WORDS_TAG)],
            "errors": errors_of(self.filterset),
            "base_query": query_of(pairs).removeprefix("?"),
            "without_kinds": query_of([pair for pair in pairs if pair[0] != "kind"]),
            "orderings": self.filterset.form.fields["ordering"].choices[1:],
            "ordering": matches.ordering,
            "save_href": reverse("evidence:saved-search-create")
            + query_of([pair for pair in pairs if pair[0] != "ordering"]),
            "findings_href": reverse("evidence:finding-list") + query_of([("q", words)]),
            "did_you_mean": self.did_you_mean(matches),
            "has_findings": bool(matches.numbers.get(FINDING)),
        }

    def did_you_mean(self, matches: Matches) -> str:
        """Another spelling, where nothing of any kind is found."""
        if matches.numbers or not matches.is_searchable:
            return ""
        return did_you_mean(self.request.user, self.filterset.form.cleaned_data["q"])


WORDS_TAG = "Words to look for:"
