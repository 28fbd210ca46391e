"""Pages of the admin that show something confidential."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from evidence.actions.readings import record_reading
from evidence.queries.readings import with_reading


class RecordedReadingAdmin(admin.ModelAdmin):
    """Whoever opens one such thing, or its history, leaves a record of it, once a day."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        thing = super().get_object(request, object_id, from_field)
        if thing is not None:
            read = with_reading(request.user, self.model._default_manager.filter(pk=thing.pk))
            record_reading(by=request.user, thing=thing, due=read.get().reading_due)
        return thing
