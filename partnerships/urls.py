"""Addresses of partnerships, organisations and accounts."""

from django.urls import URLPattern

app_name = "partnerships"
urlpatterns: list[URLPattern] = []
