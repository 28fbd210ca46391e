"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from talentmatch import views

urlpatterns = [
    path("", include("evidence.urls")),
    path("", include("partnerships.urls")),
    path("accounts/", include("partnerships.account_urls")),
    path("api/v1/", include("talentmatch.api")),
    path("accessibility/", views.AccessibilityView.as_view(), name="accessibility"),
    path("components/", views.ComponentsView.as_view(), name="components"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("admin/", admin.site.urls),
]
