"""Addresses of the framework and its evidence."""

from django.urls import URLPattern

app_name = "evidence"
urlpatterns: list[URLPattern] = []
