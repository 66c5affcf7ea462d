"""Addresses of the finance desk."""

from django.urls import path

from portal.routes import money
from portal.views import finance, finance_archive, payments

urlpatterns = [
    path("", finance.listing, name="finance"),
    path("register.xlsx", finance.register, name="finance_register"),
    path("awards/<int:pk>/", finance.award, name="finance_award"),
    path("instalments/<int:pk>/record/", payments.record, name="finance_record"),
    path("payments/<int:pk>/confirm/", payments.confirm, name="finance_confirm"),
    path("payments/<int:pk>/reject/", payments.reject, name="finance_reject"),
    path("archive/", finance_archive.archive, name="finance_archive"),
    path("jobs/<int:pk>/", finance_archive.job, name="finance_job"),
    path("jobs/<int:pk>/progress/", finance_archive.progress, name="finance_job_progress"),
    path("jobs/<int:pk>/file/", finance_archive.download, name="finance_job_file"),
    *money.urlpatterns,
]
