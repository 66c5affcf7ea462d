"""Addresses of what a person was told."""

from django.urls import path

from portal.views import inbox

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("read/", inbox.read_all, name="inbox_read"),
    path("topics/", inbox.topics, name="inbox_topics"),
]
