"""The ten lessons beside each other, and the same as a table to take away."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from evidence.actions.exports import record_lessons_export
from evidence.exchange.lessons_csv import lessons_csv
from evidence.models import FrameworkItem
from evidence.queries.overview import LessonLine, Order, by_theme, lesson_lines
from evidence.queries.standing import RULE
from evidence.queries.voices import LEANING_RULE
from evidence.views.items import ItemListView


class LessonListView(ItemListView):
    """The lessons with their status, voices, confidence, negative case, and what is new since the review."""

    kind = FrameworkItem.Kind.LESSON
    template_name = "evidence/lesson_list.html"

    @property
    def order(self) -> Order:
        asked = self.request.GET.get("order", "")
        return Order(asked) if asked in Order.values else Order.REVIEW

    def lines(self) -> list[LessonLine]:
        return lesson_lines(self.request.user, self.get_queryset(), self.order)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "view": self,
            "pages": self.pages,
            "groups": by_theme(self.lines(), self.order),
            "order": self.order,
            "orders": list(Order),
            "rule": RULE,
            "leaning_rule": LEANING_RULE,
        }


class LessonCsvView(LessonListView):
    """The overview as it is ordered."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            record_lessons_export(by=request.user, format="csv")
        name = f"lessons-{timezone.localdate().isoformat()}.csv"
        return HttpResponse(
            lessons_csv(self.lines()),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
