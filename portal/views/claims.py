"""A claim outside its form: start it, look at it, confirm it, hand it in, take it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import permissions
from applications.actions import filing
from applications.ledger import EvidenceTaken
from applications.models import Applicant, Clause
from applications.permissions import ActionRefused
from portal.forms.claim import ConfirmForm, StartForm, WithdrawForm
from portal.idempotency import idempotent
from portal.requests import Request
from portal.views.claim_lookup import Claim, claim_of
from portal.views.claim_story import story_of


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, code: str) -> HttpResponse:
    """Choose for whom, and open a draft under a clause."""
    clause = get_object_or_404(Clause.objects.select_related("policy__authority"), code=code)
    applicants = Applicant.objects.visible_to(request.user)
    form = StartForm(request.POST or None, applicants=applicants, initial={"applicant": applicants.first()})
    context = {"clause": clause, "form": form, "has_applicant": applicants.exists()}
    if request.method != "POST":
        return render(request, "applicant/claim_new.html", context)
    if not form.is_valid():
        return render(request, "applicant/claim_new.html", context, status=422)
    try:
        case = filing.start(form.cleaned_data["applicant"], clause, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return render(request, "applicant/claim_new.html", context | {"refusal": str(refusal)}, status=409)
    messages.success(request, f"已建立申报件 {case.number}，请填写申报内容。")
    return redirect("claim_form", pk=case.pk)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show a claim: where it stands, every step so far, what comes next, its papers and money."""
    return _page(request, claim_of(request, pk))


def _page(request: Request, claim: Claim, *, status: int = 200, **more: Any) -> HttpResponse:
    return render(
        request, "applicant/claim.html", story_of(claim) | {"confirm_form": ConfirmForm()} | more, status=status
    )


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """The 法定代表人 answers for the content."""
    claim = claim_of(request, pk)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, claim, confirm_form=form, status=422)
    try:
        filing.confirm(claim.case, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, claim_of(request, pk), refusal=str(refusal), status=409)
    messages.success(request, "已确认，可以提交。")
    return redirect("claim", pk=pk)


@require_POST
@idempotent
def submit(request: Request, pk: int) -> HttpResponse:
    """Hand the claim in."""
    claim = claim_of(request, pk)
    try:
        filing.submit(claim.case, by=request.user, at=timezone.now())
    except EvidenceTaken as refusal:
        taken = {"refusal": str(refusal), "refused_slot": refusal.slot, "first_use": refusal.first}
        return _page(request, claim_of(request, pk), status=409, **taken)
    except ActionRefused as refusal:
        return _page(request, claim_of(request, pk), refusal=str(refusal), status=409)
    messages.success(request, "申报件已提交。")
    return redirect("claim", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Take the claim back, with a reason."""
    claim = claim_of(request, pk)
    form = WithdrawForm(request.POST or None)
    why_not = permissions.why_not_withdraw(claim.case, claim.standing)
    context = {"case": claim.case, "form": form, "why_not": why_not}
    if request.method != "POST":
        return render(request, "applicant/withdraw.html", context)
    if not form.is_valid():
        return render(request, "applicant/withdraw.html", context, status=422)
    try:
        filing.withdraw(claim.case, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return render(request, "applicant/withdraw.html", context | {"refusal": str(refusal)}, status=409)
    messages.success(request, "申报件已撤回。")
    return redirect("claim", pk=pk)
