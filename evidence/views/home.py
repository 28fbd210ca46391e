"""The first page."""

from typing import Any

from django.db.models import QuerySet
from django.views.generic import TemplateView

from evidence.models import Finding, Lesson, Theme
from evidence.queries.bearing import bearing
from evidence.queries.items import item_rows
from evidence.queries.labels import labels_for

LATEST = 6


class HomeView(TemplateView):
    template_name = "evidence/home.html"

    def latest(self) -> QuerySet[Finding]:
        """What was published last among what the reader may see."""
        visible = Finding.objects.visible_to(self.request.user)
        return visible.filter(status=Finding.Status.PUBLISHED).order_by("-published_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.request.user
        lessons = list(Lesson.objects.visible_to(person))
        rows = item_rows(person, lessons)
        return super().get_context_data(**kwargs) | {
            "themes": [
                (theme, [rows[lesson.pk] for lesson in lessons if lesson.theme_id == theme.pk])
                for theme in Theme.objects.visible_to(person)
            ],
            "latest": bearing(person, self.latest(), labels_for(person), shown=LATEST),
        }
