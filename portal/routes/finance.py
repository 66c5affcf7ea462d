"""Addresses of the finance desk."""

from django.urls import path

from portal.routes import money
from portal.views import (
    finance,
    finance_archive,
    finance_list,
    finance_overview,
    finance_pools,
    finance_register,
    funds,
    payments,
)

urlpatterns = [
    path("", finance_list.listing, name="finance"),
    path("filters/save/", finance_list.save_filter, name="finance_filter_save"),
    path("filters/drop/", finance_list.drop_filter, name="finance_filter_drop"),
    path("overview/", finance_overview.overview, name="finance_overview"),
    path("plan/", finance_overview.plan, name="finance_plan"),
    path("pools/", finance_pools.index, name="finance_pools"),
    path("pools/<slug:code>/<int:year>/", finance_pools.pools, name="finance_pools_of"),
    path("register.xlsx", finance_register.xlsx, name="finance_register"),
    path("register.csv", finance_register.csv, name="finance_register_csv"),
    path("awards/<int:pk>/", finance.award, name="finance_award"),
    path("instalments/<int:pk>/record/", payments.record, name="finance_record"),
    path("payments/<int:pk>/confirm/", payments.confirm, name="finance_confirm"),
    path("payments/<int:pk>/reject/", payments.reject, name="finance_reject"),
    path("funds/", funds.tables, name="finance_funds"),
    path("funds/<int:pk>/", funds.table, name="finance_funds_table"),
    path("funds/<int:pk>/progress/", funds.progress, name="finance_funds_progress"),
    path("funds/<int:pk>/file/", funds.file, name="finance_funds_file"),
    path("archive/", finance_archive.archive, name="finance_archive"),
    path("jobs/", finance_archive.jobs, name="finance_jobs"),
    path("jobs/<int:pk>/", finance_archive.job, name="finance_job"),
    path("jobs/<int:pk>/progress/", finance_archive.progress, name="finance_job_progress"),
    path("jobs/<int:pk>/cancel/", finance_archive.cancel, name="finance_job_cancel"),
    path("jobs/<int:pk>/resume/", finance_archive.go_on, name="finance_job_go_on"),
    path("jobs/<int:pk>/file/", finance_archive.download, name="finance_job_file"),
    *money.urlpatterns,
]
