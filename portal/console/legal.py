"""法制审核 of a proposal: one act, where the band of its sum asks for it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.actions import ActionRefused, decision
from portal.console.acting import acting_on
from portal.console.cases import case_page, legal_form
from portal.console.queue import forget_counts
from portal.console.reading import case_at_desk
from portal.console.site import EXTRA_URLS
from portal.idempotency import idempotent
from portal.requests import Request


@require_POST
@idempotent
def review(request: Request, pk: int) -> HttpResponse:
    """Find a proposal lawful, with the opinion that stays on the case."""
    application = case_at_desk(request, pk)
    form = legal_form(request.POST)
    if not form.is_valid():
        return case_page(request, pk, sent={"review_legally": form}, status=422)
    try:
        note = form.cleaned_data["reason"]
        with acting_on(request, application):
            decision.review_legally(application, note=note, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return case_page(request, pk, refusal=str(refusal), sent={"review_legally": form}, status=409)
    forget_counts(application.authority_id)
    messages.success(request, f"{application.number} 已通过法制审核。")
    return redirect("console:case", pk)


EXTRA_URLS.append(path("cases/<int:pk>/legal/", review, name="case_legal"))
