"""Tells Django to use our admin site; apart from ``apps`` because an app's module may name one app alone."""

from django.contrib.admin.apps import AdminConfig


class EvidenceAdminConfig(AdminConfig):
    default_site = "partnerships.admin_site.EvidenceAdminSite"
