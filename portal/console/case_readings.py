"""个案口径 on the case page: the address to which a decision is posted."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.actions import ActionRefused
from applications.actions.reading_of_case import decide_reading
from applications.assessing import case_questions
from portal.console.acting import acting_on
from portal.console.cases import case_page
from portal.console.reading import case_at_desk
from portal.console.site import EXTRA_URLS
from portal.forms.case_reading import CaseReadingForm
from portal.idempotency import idempotent
from portal.requests import Request


@require_POST
@idempotent
def decide(request: Request, pk: int, key: str) -> HttpResponse:
    """Record how one question is read on this case."""
    application = case_at_desk(request, pk)
    question = next((question for question in case_questions(application) if question.spec.id == key), None)
    if question is None:
        raise Http404
    form = CaseReadingForm(request.POST, key=key, options=question.options)
    if not form.is_valid():
        return case_page(request, pk, decision=form, status=422)
    try:
        with acting_on(request, application):
            decide_reading(application, key=key, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return case_page(request, pk, refusal=str(refusal), decision=form, status=409)
    messages.success(request, f"已认定口径 {key}。")
    return redirect("console:case", pk)


EXTRA_URLS.append(path("cases/<int:pk>/readings/<slug:key>/", decide, name="case_reading"))
