"""Recording that evidence against an item was looked for and not found."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from evidence.actions.negative_searches import may_remove, note_negative_search, remove_negative_search
from evidence.forms.finding import problems_of
from evidence.forms.negative_search import NegativeSearchForm
from evidence.models import FrameworkItem, NegativeSearch
from evidence.views.item_forms import ItemFormView
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.views.bases import VisibleDetailView


class NegativeSearchCreateView(ItemFormView):
    form_name = "negative-search"
    form_class = NegativeSearchForm
    template_name = "evidence/negative_search_form.html"
    below = "negative-search/"

    def get_object(self, queryset: Any = None) -> FrameworkItem:
        item = super().get_object(queryset)
        if item.is_question:
            raise Http404
        return item

    def form_valid(self, form: NegativeSearchForm) -> HttpResponse:
        try:
            note_negative_search(by=signed_in(self.request), item=self.object, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        messages.success(self.request, f"Noted: nothing against {self.object.code} was found there.")
        return redirect(f"{self.object.get_absolute_url()}#evidence")


class NegativeSearchRemoveView(SignedInMixin, VisibleDetailView):
    """The record once more, before it is taken back."""

    model = NegativeSearch
    template_name = "evidence/negative_search_remove.html"
    context_object_name = "search"

    def get_queryset(self) -> QuerySet[NegativeSearch]:
        return super().get_queryset().select_related("item")

    def get_object(self, queryset: Any = None) -> NegativeSearch:
        search: NegativeSearch = super().get_object(queryset)
        if not may_remove(signed_in(self.request), search):
            raise PermissionDenied
        return search

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        search = self.get_object()
        remove_negative_search(by=signed_in(request), search=search)
        messages.success(request, "The record is taken back.")
        return redirect(f"{search.item.get_absolute_url()}#evidence")
