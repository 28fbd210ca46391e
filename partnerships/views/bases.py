"""The two shapes that every page for reading has: a list, and one thing. Visibility is applied here alone."""

from typing import Any

from django.db.models import QuerySet
from django.views.generic import DetailView, ListView


class VisibleListView(ListView):
    """A list of what the reader may see."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().visible_to(self.request.user)  # type: ignore[attr-defined]


class VisibleDetailView(DetailView):
    """One thing; what the reader may not see does not exist for them."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().visible_to(self.request.user)  # type: ignore[attr-defined]
