"""Addresses of the public pages."""

from django.urls import path

from portal.views import eligibility, public, verify

urlpatterns = [
    path("", public.home, name="home"),
    path("eligibility/", eligibility.eligibility, name="eligibility"),
    path("policies/", public.policies, name="policies"),
    path("policies/<slug:code>/", public.policy, name="policy"),
    path("policies/<slug:code>/<str:number>/", public.clause, name="clause"),
    path("policies/<slug:code>/<str:number>/estimate/", public.estimate, name="clause_estimate"),
    path("verify/", verify.ask, name="verify"),
    path("verify/<str:code>/", verify.check, name="verify_code"),
]
