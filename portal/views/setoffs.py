"""抵扣: what bodies owe by a decision, and what payments have taken of it."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import permissions, recovering
from applications.actions import setoff as actions
from applications.models import Applicant, Award, SetOff
from applications.permissions import ActionRefused
from portal.forms.money import SetOffForm, WordsForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.finance import desk

ROWS = 30


@require_safe
def listing(request: Request) -> HttpResponse:
    """List set-offs, the newest first."""
    return _page(request)


def _page(
    request: Request,
    *,
    form: Form | None = None,
    drop_form: Form | None = None,
    on: int = 0,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    posting = desk(request)
    rows = actions.with_used().filter(authority=posting.authority_id)
    page = keyset(rows.select_related("applicant", "entered_by", "confirmed_by"), ("-pk",), request, ROWS)
    room = recovering.room_for_set_off({row.recovery_id for row in page.rows if row.recovery_id})
    for row in page.rows:
        left = 0 if row.dropped_at else row.amount_fen - row.used_fen
        row.left_fen = min(left, room.get(row.recovery_id, left))  # what was repaid is not set off any more
        row.why_not_confirm = permissions.why_not_confirm_set_off(row, request.user) if not row.confirmed_at else ""
        row.drop_form = drop_form if drop_form and row.pk == on else _drop_form(row.pk)
        row.opened = bool(drop_form) and row.pk == on
    context = {"posting": posting, "page": page, "form": form or SetOffForm(), "refusal": refusal}
    return render(request, "finance/money/setoffs.html", context, status=status)


def _drop_form(pk: int, data: object = None) -> WordsForm:
    return WordsForm(data, label="撤下理由", auto_id=f"id_drop_{pk}_%s")


@require_POST
@idempotent
def enter(request: Request) -> HttpResponse:
    """Enter a sum to set off."""
    posting = desk(request)
    granted = Award.objects.filter(authority=posting.authority_id).values("applicant")
    form = SetOffForm(request.POST, bodies=Applicant.objects.filter(pk__in=granted))
    if not form.is_valid():
        return _page(request, form=form, status=422)
    values = dict(form.cleaned_data)
    try:
        actions.enter(posting.authority, applicant=values.pop("uscc"), by=request.user, at=timezone.now(), **values)
    except ActionRefused as refusal:
        return _page(request, form=form, refusal=str(refusal), status=409)
    messages.success(request, "已录入抵扣，请由另一名财政人员确认。")
    return redirect("finance_setoffs")


def _row_of(request: Request, pk: int) -> SetOff:
    return get_object_or_404(SetOff, pk=pk, authority=desk(request).authority_id)


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Confirm what another officer entered."""
    row = _row_of(request, pk)
    try:
        actions.confirm(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, refusal=str(refusal), status=409)
    messages.success(request, "抵扣已确认，从下一笔拨付起扣除。")
    return redirect("finance_setoffs")


@require_POST
@idempotent
def drop(request: Request, pk: int) -> HttpResponse:
    """Take a set-off back."""
    row = _row_of(request, pk)
    form = _drop_form(pk, request.POST)
    if not form.is_valid():
        return _page(request, drop_form=form, on=pk, status=422)
    try:
        actions.drop(row, reason=form.cleaned_data["words"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, drop_form=form, on=pk, refusal=str(refusal), status=409)
    messages.success(request, "抵扣已撤下。")
    return redirect("finance_setoffs")
