"""What somebody watches, and the buttons that begin and end it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from evidence.actions.watching import note_seen, stop_watching, watch_item
from evidence.models import FrameworkItem
from evidence.queries.watching import watch_lines
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.views.bases import VisibleDetailView


class WatchingView(SignedInMixin, TemplateView):
    template_name = "evidence/watching.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"lines": watch_lines(self.request.user)}


class WatchStepView(SignedInMixin, VisibleDetailView):
    """One of the buttons; its address alone leads to the item."""

    model = FrameworkItem
    slug_field = slug_url_kwarg = "code"
    take: Callable[..., Any]
    done = ""
    leads_to = ""  # the name of a page, or the item's own

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(self.get_object())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        item = self.get_object()
        type(self).take(by=signed_in(request), item=item)
        messages.success(request, self.done.format(code=item.code))
        return redirect(self.leads_to or item)


class WatchView(WatchStepView):
    take = watch_item
    done = "You watch {code}. You are told when its status or the confidence in it changes."


class StopWatchingView(WatchStepView):
    take = stop_watching
    done = "You do not watch {code} any more."


class SeenView(WatchStepView):
    take = note_seen
    done = "Noted. You are told of {code} when it changes again."
    leads_to = "evidence:watching"
