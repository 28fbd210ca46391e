"""Searches that somebody keeps: their list, and each opened, changed and deleted by its owner alone."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import FormView
from django.views.generic.edit import FormMixin

from evidence.actions.saved_searches import change_search, delete_search, save_search
from evidence.forms.finding import problems_of
from evidence.forms.saved_search import SavedSearchForm
from evidence.models import SavedSearch
from evidence.queries.everything import KINDS
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.views.bases import VisibleDetailView, VisibleListView
from partnerships.views.filtering import printable, query_of


def kinds_in_words(search: SavedSearch) -> str:
    return ", ".join(label for kind, label in KINDS.items() if kind in search.kinds) or "All kinds"


class SavedSearchListView(SignedInMixin, VisibleListView):
    model = SavedSearch
    template_name = "evidence/saved_search_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [(search, kinds_in_words(search)) for search in self.object_list]
        return super().get_context_data(**kwargs) | {"searches": rows}


class SavedSearchFormMixin(SignedInMixin):
    """The form with what the action says against it, and back to the list."""

    form_class: Any = SavedSearchForm
    template_name: Any = "evidence/saved_search_form.html"

    def form_valid(self, form: SavedSearchForm) -> HttpResponse:
        try:
            self.keep(form.cleaned_data)
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)  # type: ignore[attr-defined]
        messages.success(self.request, "The search is saved.")  # type: ignore[attr-defined]
        return redirect("evidence:saved-search-list")

    def keep(self, stated: dict[str, Any]) -> None:
        raise NotImplementedError


class SavedSearchCreateView(SavedSearchFormMixin, FormView):
    """A new one, as the address of a search has it."""

    def get_initial(self) -> dict[str, Any]:
        words = printable(self.request.GET.get("q", ""))
        kinds = [kind for kind in self.request.GET.getlist("kind") if kind in KINDS]
        return {"name": words[:80], "q": words, "kinds": kinds, "is_told": True}

    def keep(self, stated: dict[str, Any]) -> None:
        save_search(by=signed_in(self.request), **stated)


class OneSavedSearchView(SignedInMixin, VisibleDetailView):
    model = SavedSearch
    slug_field = slug_url_kwarg = "ref"
    context_object_name = "search"


class SavedSearchOpenView(OneSavedSearchView):
    """On to what is found now, the newest first."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        search = self.get_object()
        pairs = [("q", search.q), *(("kind", kind) for kind in search.kinds), ("ordering", "newest")]
        return redirect(reverse("evidence:search") + query_of(pairs))


class SavedSearchEditView(SavedSearchFormMixin, FormMixin, OneSavedSearchView):
    def get_initial(self) -> dict[str, Any]:
        search = self.object
        return {"name": search.name, "q": search.q, "kinds": search.kinds, "is_told": search.is_told}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form: Any = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def keep(self, stated: dict[str, Any]) -> None:
        change_search(by=signed_in(self.request), search=self.object, **stated)


class SavedSearchDeleteView(OneSavedSearchView):
    template_name = "evidence/saved_search_delete.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        delete_search(by=signed_in(request), search=self.get_object())
        messages.success(request, "The search is deleted.")
        return redirect("evidence:saved-search-list")
