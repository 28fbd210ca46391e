"""The review's four themes."""

from typing import Any

from evidence.models import FrameworkItem, Theme
from evidence.queries.items import item_groups, item_rows
from evidence.views.kinds import KINDS
from partnerships.views.bases import VisibleDetailView


class ThemeDetailView(VisibleDetailView):
    model = Theme
    template_name = "evidence/theme_detail.html"
    context_object_name = "theme"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.request.user
        items = list(FrameworkItem.objects.visible_to(person).filter(theme=self.object))
        rows = item_rows(person, items)
        return super().get_context_data(**kwargs) | {
            "kinds": [
                (pages, groups)
                for kind, pages in KINDS.items()
                if (groups := item_groups([item for item in items if item.kind == kind], rows))
            ],
            "themes": [(theme.title, theme.get_absolute_url()) for theme in Theme.objects.visible_to(person)],
        }
