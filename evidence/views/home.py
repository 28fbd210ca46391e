"""The first page."""

from typing import Any

from django.views.generic import TemplateView

from evidence.models import Finding, Lesson, Theme
from evidence.queries.bearing import bearing
from evidence.queries.items import item_rows
from evidence.queries.labels import labels_for


class HomeView(TemplateView):
    template_name = "evidence/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.request.user
        lessons = list(Lesson.objects.visible_to(person))
        rows = item_rows(person, lessons)
        return super().get_context_data(**kwargs) | {
            "themes": [
                (theme, [rows[lesson.pk] for lesson in lessons if lesson.theme_id == theme.pk])
                for theme in Theme.objects.visible_to(person)
            ],
            "latest": bearing(person, Finding.objects.visible_to(person), labels_for(person), shown=5),
        }
