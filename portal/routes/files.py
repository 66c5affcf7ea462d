"""Addresses of the files pages."""

from django.urls import path

from portal.views import accounts, files

urlpatterns = [
    path("evidence/<int:pk>/", files.evidence_file, name="evidence_file"),
    path("evidence/<int:pk>/pages/<int:page>.png", files.evidence_page, name="evidence_page"),
    path("mandates/<int:pk>/", files.mandate_file, name="mandate_file"),
    path("desk/<int:pk>/", files.desk_file, name="desk_file"),
    path("accounts/<int:pk>/", accounts.proof, name="account_proof"),
    path("accounts/<int:pk>/pages/<int:page>.png", accounts.proof_page, name="account_proof_page"),
    path("recoveries/<int:pk>/", files.recovery_paper, name="recovery_paper"),
    path("documents/<int:pk>/", files.document_file, name="document_file"),
    path("jobs/<int:pk>/", files.job, name="job"),
    path("jobs/<int:pk>/result/", files.job_result, name="job_result"),
]
