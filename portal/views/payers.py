"""支付单位: who bears awards of the authority, with what goes into the payment file."""

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import permissions
from applications.actions import payer as actions
from applications.models import PayerShare
from applications.permissions import ActionRefused
from portal.forms.money import PayerForm, payers_of
from portal.idempotency import idempotent
from portal.requests import Request
from portal.views.finance import desk


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the payers in use."""
    return _page(request)


def _page(
    request: Request, *, form: Form | None = None, on: int = 0, refusal: str = "", status: int = 200
) -> HttpResponse:
    posting = desk(request)
    rows = payers_of(posting.authority_id).select_related("entered_by", "confirmed_by")
    payers = list(rows.annotate(bears=Exists(PayerShare.objects.filter(payer=OuterRef("pk")))))
    for row in payers:
        initial = {name: getattr(row, name) for name in ("name", "budget_unit", "subject", "standard")}
        row.form = form if form and row.pk == on else PayerForm(initial=initial, auto_id=f"id_{row.pk}_%s")
        row.opened = bool(form) and row.pk == on
        row.waits = bool(row.entered_by_id) and not row.confirmed_at
        row.why_not_confirm = permissions.why_not_confirm_payer(row, request.user) if row.waits else ""
    context = {
        "posting": posting,
        "payers": payers,
        "form": form if form and not on else PayerForm(),
        "opened": bool(form) and not on,
        "refusal": refusal,
    }
    return render(request, "finance/money/payers.html", context, status=status)


@require_POST
@idempotent
def enter(request: Request) -> HttpResponse:
    """Enter a payer."""
    return _save(request, 0)


@require_POST
@idempotent
def change(request: Request, pk: int) -> HttpResponse:
    """Change what the payment file says about a payer."""
    return _save(request, pk)


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Confirm what another officer entered about a payer."""
    posting = desk(request)
    row = get_object_or_404(payers_of(posting.authority_id), pk=pk)
    try:
        actions.confirm(row, seen=request.POST.get("seen", ""), by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, refusal=str(refusal), status=409)
    messages.success(request, f"已确认支付单位“{row.name}”的信息。")
    return redirect("finance_payers")


def _save(request: Request, pk: int) -> HttpResponse:
    posting = desk(request)
    row = get_object_or_404(payers_of(posting.authority_id), pk=pk) if pk else None
    form = PayerForm(request.POST, auto_id=f"id_{pk}_%s" if pk else "id_%s")
    if not form.is_valid():
        return _page(request, form=form, on=pk, status=422)
    try:
        actions.enter(posting.authority, replaces=row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return _page(request, form=form, on=pk, refusal=str(refusal), status=409)
    messages.success(request, "支付单位已保存，信息有变化的由财政复核人员确认后可以编制批次。")
    return redirect("finance_payers")
