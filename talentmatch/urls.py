"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("evidence.urls")),
    path("", include("partnerships.urls")),
    path("admin/", admin.site.urls),
]
