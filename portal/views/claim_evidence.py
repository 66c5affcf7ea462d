"""Evidence of a claim: a file with its structured fields into a slot, and out of it again."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

import rules
from applications import assessing, ledger, permissions
from applications.actions import filing
from applications.identities import TooManyThings
from applications.models import Application, Evidence
from applications.permissions import ActionRefused
from applications.uploads import BadUpload, Upload, inspect
from applications.workflow import EDITABLE
from portal.forms.facts import DetailsForm
from portal.idempotency import idempotent
from portal.requests import Request
from portal.views.claim_lookup import Claim, claim_of

ACCEPT = ".pdf,.jpg,.jpeg,.png,.ofd,.xlsx"


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request, pk: int, slot: str) -> HttpResponse:
    """Take one file with its fields; `?replace=` names the file it takes the place of."""
    claim = claim_of(request, pk)
    spec = next((s for s in assessing.slots_of(claim.case) if s.kind == slot), None)
    if spec is None:
        raise Http404
    counts = next((row for row in claim.promises if row.slot == slot and row.accepted_at and not row.kept_at), None)
    old = _old(claim, slot, request.GET.get("replace", ""))
    if request.method != "POST":
        if permissions.why_not_attach(claim.case, claim.standing, counts, timezone.localdate()):
            return redirect("claim", pk=pk)
        details = old.details if old else _known(claim, spec)
        return _page(request, claim, DetailsForm(spec, accept=ACCEPT, initial=details), old)

    form = DetailsForm(spec, request.POST, request.FILES, accept=ACCEPT)
    checked = _inspected(form)
    obstacle = _obstacle(claim, form) if form.is_valid() else None
    if obstacle and obstacle.stops:
        form.add_error(obstacle.field, obstacle.text)
    if not form.is_valid() or checked is None:
        return _page(request, claim, form, old, status=422)
    try:
        _keep(request, claim, form, checked, old)
    except ActionRefused as refusal:
        return _page(request, claim, form, old, refusal=str(refusal), status=409)
    messages.success(request, f"{spec.label}已上传。")
    if obstacle:
        messages.warning(request, obstacle.text)
    return redirect(_back(claim.case, slot))


@require_POST
@idempotent
def remove(request: Request, pk: int, evidence: int) -> HttpResponse:
    """Take a file out of the claim."""
    claim = claim_of(request, pk)
    item = get_object_or_404(Evidence, pk=evidence, application=claim.case)
    try:
        filing.take_back(item, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return render(request, "applicant/refused.html", {"case": claim.case, "refusal": str(refusal)}, status=409)
    messages.success(request, "材料已移除。")
    return redirect(f"{reverse('claim_form', args=[pk])}#slot-{item.slot}")


def _back(case: Application, slot: str) -> str:
    """Return where the paper stands: in the form while it can be changed, else on the page of the claim."""
    if case.status in EDITABLE:
        return f"{reverse('claim_form', args=[case.pk])}#slot-{slot}"
    return f"{reverse('claim', args=[case.pk])}#promises"


def _old(claim: Claim, slot: str, pk: str) -> Evidence | None:
    if not pk.isdecimal() or len(pk) > 18:
        return None
    return claim.case.evidence.in_use().filter(slot=slot, pk=int(pk)).first()


def _known(claim: Claim, spec: "rules.Slot") -> dict[str, Any]:
    """Return what the claim already says about this paper, so that nobody types it twice."""
    applicant = claim.case.applicant
    founded = applicant.founded_on.isoformat() if applicant.founded_on else ""
    known = {"credit_code": applicant.uscc, "address": applicant.registered_address, "established_on": founded}
    return {f.name: known[f.name] for f in spec.fields if known.get(f.name)}


def _inspected(form: DetailsForm) -> Upload | None:
    """Look into the file; what is wrong with it stands at its field beside what is wrong with the others."""
    form.is_valid()
    file = form.cleaned_data.get("file")
    if file is None:
        return None
    try:
        return inspect(file)
    except BadUpload as problem:
        form.add_error("file", str(problem))
        return None


def _obstacle(claim: Claim, form: DetailsForm) -> ledger.Obstacle | None:
    """Ask the ledger what stands against a paper with these numbers, or with too many of them."""
    try:
        return ledger.obstacle(claim.case, slot=form.slot.kind, details=form.details())
    except TooManyThings as refusal:
        return ledger.Obstacle(str(refusal), True, form.slot.kind, refusal.field)


@transaction.atomic
def _keep(request: Request, claim: Claim, form: DetailsForm, checked: Upload, old: Evidence | None) -> None:
    now = timezone.now()
    if old is not None:
        filing.take_back(old, by=request.user, at=now)
    filing.attach(
        claim.case,
        slot=form.slot.kind,
        file=form.cleaned_data["file"],
        upload=checked,
        details=form.details(),
        name=checked.name,
        by=request.user,
        at=now,
    )


def _page(
    request: Request,
    claim: Claim,
    form: DetailsForm,
    old: Evidence | None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "case": claim.case,
        "slot": form.slot,
        "form": form,
        "old": old,
        "refusal": refusal,
        "back": _back(claim.case, form.slot.kind),
    }
    return render(request, "applicant/evidence.html", context, status=status)
