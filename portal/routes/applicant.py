"""Addresses of the applicant pages."""

from django.urls import path

from portal.views import (
    accounts,
    claim_evidence,
    claim_form,
    claim_promise,
    claims,
    desk,
    enterprise,
    my_recoveries,
    reviews,
)

urlpatterns = [
    path("", desk.dashboard, name="desk"),
    path("enterprises/new/", enterprise.register, name="enterprise_new"),
    path("enterprises/join/", enterprise.join, name="enterprise_join"),
    path("enterprises/<int:pk>/", enterprise.page, name="enterprise"),
    path("enterprises/<int:pk>/edit/", enterprise.edit, name="enterprise_edit"),
    path("enterprises/<int:pk>/account/", enterprise.account, name="enterprise_account"),
    path("enterprises/<int:pk>/account/confirm/", accounts.confirm_account, name="enterprise_account_confirm"),
    path("enterprises/<int:pk>/invite/", enterprise.invite, name="enterprise_invite"),
    path("recoveries/", my_recoveries.listing, name="my_recoveries"),
    path("recoveries/<int:pk>/", my_recoveries.page, name="my_recovery"),
    path("recoveries/<int:pk>/state/", my_recoveries.state, name="my_recovery_state"),
    path("recoveries/<int:pk>/hearing/", my_recoveries.hearing, name="my_recovery_hearing"),
    path("claims/new/<str:code>/", claims.new, name="claim_new"),
    path("claims/<int:pk>/", claims.page, name="claim"),
    path("claims/<int:pk>/form/", claim_form.edit, name="claim_form"),
    path("claims/<int:pk>/estimate/", claim_form.estimate, name="claim_estimate"),
    path("claims/<int:pk>/evidence/<slug:slot>/", claim_evidence.upload, name="claim_evidence"),
    path("claims/<int:pk>/evidence/<int:evidence>/remove/", claim_evidence.remove, name="claim_evidence_remove"),
    path("claims/<int:pk>/promise/<slug:slot>/", claim_promise.promise, name="claim_promise"),
    path("claims/<int:pk>/confirm/", claims.confirm, name="claim_confirm"),
    path("claims/<int:pk>/submit/", claims.submit, name="claim_submit"),
    path("claims/<int:pk>/withdraw/", claims.withdraw, name="claim_withdraw"),
    path("reviews/", reviews.listing, name="my_reviews"),
    path("reviews/<int:pk>/", reviews.page, name="my_review"),
    path("reviews/<int:pk>/answer/", reviews.answer, name="my_review_answer"),
    path("reviews/papers/<int:pk>/", reviews.paper, name="my_review_paper"),
    path("reviews/papers/<int:pk>/remove/", reviews.remove, name="my_review_paper_remove"),
]
