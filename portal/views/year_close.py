"""年终结账: the years of an authority, what one comes to, and its close by two people."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import permissions
from applications.actions import year_close as actions
from applications.models import YearClose
from applications.permissions import ActionRefused
from portal.forms.money import WordsForm, YearForm
from portal.idempotency import idempotent
from portal.requests import Request
from portal.views.finance import desk

YEARS = 3  # back from this one


def _years() -> list[int]:
    now = timezone.localdate().year
    return [now - back for back in range(YEARS)]


@require_safe
def listing(request: Request) -> HttpResponse:
    """List the closes of years."""
    return _list_page(request)


def _list_page(request: Request, *, form: Form | None = None, refusal: str = "", status: int = 200) -> HttpResponse:
    posting = desk(request)
    rows = YearClose.objects.filter(authority=posting.authority_id).select_related("closed_by", "confirmed_by")
    form = form or YearForm(years=_years())
    context = {"posting": posting, "rows": list(rows[:60]), "form": form, "refusal": refusal}
    return render(request, "finance/money/years.html", context, status=status)


@require_POST
@idempotent
def propose(request: Request) -> HttpResponse:
    """Put the figures of a year up for its close."""
    posting = desk(request)
    form = YearForm(request.POST, years=_years())
    if not form.is_valid():
        return _list_page(request, form=form, status=422)
    asked = form.cleaned_data
    try:
        row = actions.propose(
            posting.authority, asked["year"], paper=asked["paper"], by=request.user, at=timezone.now()
        )
    except ActionRefused as refusal:
        return _list_page(request, form=form, refusal=str(refusal), status=409)
    messages.success(request, f"已提出{row.year}年度结账，请由另一名财政人员确认。")
    return redirect("finance_year", pk=row.pk)


def _row_of(request: Request, pk: int) -> YearClose:
    rows = YearClose.objects.select_related("authority", "closed_by", "confirmed_by")
    return get_object_or_404(rows, pk=pk, authority=desk(request).authority_id)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show what a year comes to."""
    return _page(request, _row_of(request, pk))


def _page(
    request: Request, row: YearClose, *, drop_form: Form | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "posting": desk(request),
        "close": row,
        "carried": list(row.carried.select_related("application", "source", "target")),
        "why_not": permissions.why_not_confirm_year(row, request.user),
        "drop_form": drop_form or WordsForm(label="撤下理由", auto_id="id_drop_%s"),
        "refusal": refusal,
    }
    return render(request, "finance/money/year.html", context, status=status)


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Close the year."""
    row = _row_of(request, pk)
    try:
        actions.confirm(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, refusal=str(refusal), status=409)
    messages.success(request, f"{row.year}年度已结账，未拨付的资金已结转。")
    return redirect("finance_year", pk=pk)


@require_POST
@idempotent
def drop(request: Request, pk: int) -> HttpResponse:
    """Take back a close that nobody has confirmed."""
    row = _row_of(request, pk)
    form = WordsForm(request.POST, label="撤下理由", auto_id="id_drop_%s")
    if not form.is_valid():
        return _page(request, row, drop_form=form, status=422)
    try:
        actions.drop(row, reason=form.cleaned_data["words"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, drop_form=form, refusal=str(refusal), status=409)
    messages.success(request, "已撤下结账。")
    return redirect("finance_years")
