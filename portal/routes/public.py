"""Addresses of the public pages."""

from django.urls import path

from portal.views import eligibility, notices, public, report, verify

urlpatterns = [
    path("", public.home, name="home"),
    path("eligibility/", eligibility.eligibility, name="eligibility"),
    path("policies/", public.policies, name="policies"),
    path("policies/<slug:code>/", public.policy, name="policy"),
    path("policies/<slug:code>/<str:number>/", public.clause, name="clause"),
    path("policies/<slug:code>/<str:number>/estimate/", public.estimate, name="clause_estimate"),
    path("notices/", notices.listing, name="notices"),
    path("notices/decisions/", notices.decisions, name="notice_decisions"),
    path("notices/<int:pk>/", notices.batch, name="notice_batch"),
    path("notices/<int:pk>/notice.pdf", notices.paper, name="notice_paper"),
    path("notices/cases/<int:pk>/object/", notices.object_to, name="object_to"),
    path("objections/<str:code>/", notices.objection, name="objection"),
    path("objections/<str:code>/answer.pdf", notices.answer, name="objection_answer"),
    path("report/", report.report, name="report"),
    path("report/<str:code>/", report.state, name="report_code"),
    path("verify/", verify.ask, name="verify"),
    path("verify/<str:code>/", verify.check, name="verify_code"),
]
