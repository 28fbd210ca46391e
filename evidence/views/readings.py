"""Pages that show something confidential."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.generic.base import TemplateResponseMixin

from evidence.actions.readings import record_reading
from evidence.queries.readings import with_reading


class RecordedReading(TemplateResponseMixin):
    """Whoever is shown a page of such a thing leaves a record of it, once a day.

    ``reading_of`` and ``reading_path`` name what is read where the page is about something else that belongs
    to it. Stands before the base that applies ``visible_to``.
    """

    reading_of: ClassVar[type[Model] | None] = None
    reading_path: ClassVar[str] = ""
    request: HttpRequest
    object: Any

    def get_queryset(self) -> QuerySet[Any]:
        things: QuerySet[Any] = super().get_queryset()  # type: ignore[misc]
        return with_reading(self.request.user, things, self.reading_of, self.reading_path)

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        self.record_reading()
        return super().render_to_response(context, **response_kwargs)

    def record_reading(self) -> None:
        thing = self.object
        due = getattr(thing, "reading_due", "")  # an action that fetched it anew does not say
        for step in filter(None, self.reading_path.split("__")):
            thing = getattr(thing, step)
        record_reading(by=self.request.user, thing=thing, due=due)
