"""超期说明: the officer whose turn it is says why the step is late; the other acts wait for it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.actions import ActionRefused
from applications.actions.delay import explain_delay
from portal.console.acting import acting_on
from portal.console.cases import case_page
from portal.console.reading import case_at_desk
from portal.console.site import EXTRA_URLS, FINANCE, duty_of
from portal.forms.timing import DelayForm
from portal.idempotency import idempotent
from portal.requests import Request


@require_POST
@idempotent
def explain(request: Request, pk: int) -> HttpResponse:
    """Write down why the step is late, and go back to where the officer works."""
    application = case_at_desk(request, pk)
    form = DelayForm(request.POST, auto_id="id_delay_%s")
    if not form.is_valid():
        return case_page(request, pk, sent={"explain_delay": form}, status=422)
    try:
        with acting_on(request, application):
            explain_delay(application, form.cleaned_data["reason"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return case_page(request, pk, refusal=str(refusal), sent={"explain_delay": form}, status=409)
    messages.success(request, f"{application.number} 已作超期说明，可以继续办理。")
    award = application.awards.order_by("-pk").first() if duty_of(request) in FINANCE else None
    return redirect("finance_award", award.pk) if award else redirect("console:case", pk)


EXTRA_URLS.append(path("cases/<int:pk>/delay/", explain, name="case_delay"))
