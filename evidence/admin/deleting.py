"""What may be deleted in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest


class DeletedWhileUnused(admin.ModelAdmin):
    """Deleting is offered one by one, and only while nothing rests on the thing.

    Django's own page would list by name what stands in the way, and the reader might not be meant to
    know of it.
    """

    used_by: ClassVar[tuple[str, ...]]  # names of the relations through which other things rest on it

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not super().has_delete_permission(request, obj):
            return False
        return not any(getattr(obj, name).exists() for name in self.used_by)
