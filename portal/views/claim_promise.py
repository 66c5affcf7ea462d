"""容缺承诺: the applicant promises a secondary paper by a day."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import rules
from applications import assessing, permissions
from applications.actions import promise as actions
from applications.permissions import ActionRefused
from applications.promises import latest_day
from applications.restricted import why_no_leeway
from portal.forms.claim import PromiseForm
from portal.idempotency import idempotent
from portal.requests import Request
from portal.views.claim_lookup import Claim, claim_of


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def promise(request: Request, pk: int, slot: str) -> HttpResponse:
    """Ask by which day the paper comes (GET), and promise it (POST)."""
    claim = claim_of(request, pk)
    spec = next((s for s in assessing.slots_of(claim.case) if s.kind == slot), None)
    if spec is None:
        raise Http404
    latest = latest_day(claim.case.authority_id, timezone.now())
    if request.method != "POST":
        return _page(request, claim, spec, PromiseForm(latest=latest))
    form = PromiseForm(request.POST, latest=latest)
    if not form.is_valid():
        return _page(request, claim, spec, form, status=422)
    try:
        actions.promise(claim.case, slot=slot, due_on=form.cleaned_data["due_on"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, claim, spec, form, refusal=str(refusal), status=409)
    messages.success(request, f"已承诺补交{spec.label}，须由法定代表人随申报一并确认。")
    return redirect(f"{reverse('claim_form', args=[pk])}#slot-{slot}")


def _page(
    request: Request, claim: Claim, spec: "rules.Slot", form: PromiseForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    why_not = "" if refusal else _why_not(claim, spec)
    context = {"case": claim.case, "slot": spec, "form": form, "refusal": refusal, "why_not": why_not}
    return render(request, "applicant/promise.html", context, status=status)


def _why_not(claim: Claim, spec: "rules.Slot") -> str:
    case = claim.case
    return permissions.why_not_promise(
        case,
        claim.standing,
        spec,
        filled=case.evidence.in_use().filter(slot=spec.kind).exists(),
        asked=spec.kind in actions.asked_slots(case),
        leeway=why_no_leeway(case, timezone.now()),
    )
