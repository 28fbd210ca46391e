"""Addresses of one's own account, and of the audit record."""

from django.urls import path

from partnerships.views import accounts, audit

app_name = "partnerships"
urlpatterns = [
    path("accounts/me/", accounts.AccountView.as_view(), name="account"),
    path("audit/", audit.AuditView.as_view(), name="audit"),
    path("audit.csv", audit.AuditCsvView.as_view(), name="audit-csv"),
]
