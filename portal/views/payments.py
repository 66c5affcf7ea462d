"""Recording what the treasury paid, and confirming or rejecting it as the second officer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from applications.actions import payment as actions
from applications.models import Award, Instalment, Payment
from applications.permissions import ActionRefused
from portal.idempotency import idempotent
from portal.requests import Request
from portal.views.finance import award_of, award_page, desk, forget_totals, record_form, reject_form


@require_POST
@idempotent
def record(request: Request, pk: int) -> HttpResponse:
    """Record the payment of an instalment."""
    posting = desk(request)
    rows = Instalment.objects.filter(award__authority=posting.authority_id)
    instalment = get_object_or_404(rows.select_related("award__application"), pk=pk)
    form = record_form(pk, request.POST)
    award = award_of(request, instalment.award_id)
    if not form.is_valid():
        return award_page(request, award, form=form, on=pk, status=422)
    try:
        actions.record(instalment, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return award_page(request, award, form=form, on=pk, refusal=str(refusal), status=409)
    return _done(request, award, "已登记拨付，请由财政复核人员确认。")


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Confirm a recorded payment."""
    payment, award = _payment_of(request, pk)
    try:
        actions.confirm(payment, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return award_page(request, award, refusal=str(refusal), status=409)
    return _done(request, award, "已确认拨付，申报单位已收到通知。")


@require_POST
@idempotent
def reject(request: Request, pk: int) -> HttpResponse:
    """Reject a recorded payment; the instalment is due again."""
    payment, award = _payment_of(request, pk)
    form = reject_form(payment.instalment_id, request.POST)
    if not form.is_valid():
        return award_page(request, award, form=form, on=payment.instalment_id, status=422)
    try:
        actions.reject(payment, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return award_page(request, award, form=form, on=payment.instalment_id, refusal=str(refusal), status=409)
    return _done(request, award, "已驳回该笔登记，本期资金待重新登记拨付。")


def _payment_of(request: Request, pk: int) -> tuple[Payment, Award]:
    posting = desk(request)
    rows = Payment.objects.filter(instalment__award__authority=posting.authority_id)
    payment = get_object_or_404(rows.select_related("instalment__award__application"), pk=pk)
    return payment, award_of(request, payment.instalment.award_id)


def _done(request: Request, award: Award, words: str) -> HttpResponse:
    forget_totals(award.authority_id)
    messages.success(request, words)
    return redirect("finance_award", award.pk)
