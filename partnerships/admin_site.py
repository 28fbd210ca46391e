"""The admin site: our sign-in and our permissions instead of Django's own."""

from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from partnerships.access import Permission, has_permission


class EvidenceAdminSite(AdminSite):
    site_title = "Partnership evidence"
    site_header = "Partnership evidence: administration"
    index_title = "What would you like to look after?"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return has_permission(request.user, Permission.USE_ADMIN)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Refuse people who are signed in without the right to be here; ask others to sign in."""
        guarded = super().admin_view(view, cacheable)

        def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return update_wrapper(refusing, guarded)

    def get_urls(self) -> list[Any]:
        """Without Django's "view on site" by primary key: it would tell the ref of a hidden finding."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", "") != "view_on_site"]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("password-change")
