"""Addresses of one's own account."""

from django.urls import path

from partnerships.views import accounts

app_name = "partnerships"
urlpatterns = [
    path("accounts/me/", accounts.AccountView.as_view(), name="account"),
]
