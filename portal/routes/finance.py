"""Addresses of the finance pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
