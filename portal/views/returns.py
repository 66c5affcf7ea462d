"""退票: what the bank sent back waits here until an officer has dealt with it."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications.actions import payment as actions
from applications.models import BankAccount, Payment
from applications.permissions import ActionRefused
from portal.forms.money import ReturnForm, WordsForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.finance import award_of, award_page, desk, forget_totals

ROWS = 30


@require_safe
def listing(request: Request) -> HttpResponse:
    """List what came back, what waits first."""
    return _page(request)


def _page(
    request: Request, *, form: Form | None = None, on: int = 0, refusal: str = "", status: int = 200
) -> HttpResponse:
    posting = desk(request)
    every = request.GET.get("show") == "all"
    rows = Payment.objects.filter(
        state=Payment.State.RETURNED, instalment__award__authority=posting.authority_id
    ).select_related("account", "batch", "instalment__award__application", "instalment__award__applicant")
    page = keyset(rows if every else rows.filter(released_at=None), ("-pk",), request, ROWS)
    bodies = {row.instalment.award.applicant_id for row in page.rows}
    in_use = {row.applicant_id: row for row in BankAccount.objects.filter(applicant__in=bodies, replaced_at=None)}
    for row in page.rows:
        row.now_account = in_use.get(row.instalment.award.applicant_id)
        row.form = form if form and row.pk == on else _form(row.pk)
    context = {"posting": posting, "page": page, "every": every, "refusal": refusal}
    return render(request, "finance/money/returns.html", context, status=status)


def _form(pk: int, data: object = None) -> WordsForm:
    return WordsForm(data, label="处理情况", auto_id=f"id_release_{pk}_%s")


def _payment_of(request: Request, pk: int) -> Payment:
    rows = Payment.objects.filter(instalment__award__authority=desk(request).authority_id)
    return get_object_or_404(rows.select_related("instalment__award__application"), pk=pk)


@require_POST
@idempotent
def release(request: Request, pk: int) -> HttpResponse:
    """Say how a return was dealt with."""
    row = _payment_of(request, pk)
    form = _form(pk, request.POST)
    if not form.is_valid():
        return _page(request, form=form, on=pk, status=422)
    try:
        actions.release(row, note=form.cleaned_data["words"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, form=form, on=pk, refusal=str(refusal), status=409)
    messages.success(request, "退票已处理，该笔资金可以重新编入批次。")
    return redirect("finance_returns")


@require_POST
@idempotent
def return_payment(request: Request, pk: int) -> HttpResponse:
    """Enter that the bank sent a payment back."""
    row = _payment_of(request, pk)
    award = award_of(request, row.instalment.award_id)
    form = ReturnForm(request.POST, auto_id=f"return-{pk}-%s")
    if not form.is_valid():
        return award_page(request, award, form=form, on=row.instalment_id, status=422)
    try:
        actions.return_(row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return award_page(request, award, form=form, on=row.instalment_id, refusal=str(refusal), status=409)
    forget_totals(award.authority_id)
    messages.success(request, "已登记退票，请在退票处理中办理。")
    return redirect("finance_returns")
