"""Addresses of the peer: the admin as `ModelAdmin` gives it, with the columns and filters of our queue."""

from django.contrib import admin
from django.urls import path

from applications.models import Application


class CaseAdmin(admin.ModelAdmin):
    """Default everything: 100 rows, exact counts, `icontains` search."""

    list_display = ["number", "applicant", "clause", "status", "due_on", "assigned_to", "submitted_at"]
    list_filter = ["status", "support_year"]
    search_fields = ["number", "applicant__name", "applicant__uscc"]


site = admin.AdminSite()
site.register(Application, CaseAdmin)
urlpatterns = [path("admin/", site.urls)]
