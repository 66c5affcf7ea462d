"""Addresses of the applicant pages."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
