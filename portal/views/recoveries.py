"""追回 at the finance desk: the money that comes back, recorded by one officer and confirmed by another."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import permissions, recovering, recovery_figures
from applications.actions import ActionRefused, recovery_money
from applications.models import Account, RecoveryCase, RecoveryClaim, RecoveryEntry, SetOff
from applications.recovering import Road
from portal.forms.recovery import ClaimForm, ReasonForm, ReverseForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.finance import reading_desk

ROWS = 30
KINDS = (RecoveryEntry.Kind.REPAID, RecoveryEntry.Kind.REFUNDED)
OWING, ALL = "owing", "all"


@require_safe
def listing(request: Request) -> HttpResponse:
    """List cases whose decision was served, those that run by the next deadline first."""
    posting = reading_desk(request)
    chosen = ALL if request.GET.get("state") == ALL else OWING
    rows = RecoveryCase.objects.filter(authority=posting.authority_id, served_on__isnull=False)
    if chosen == OWING:
        rows = rows.exclude(state__in=RecoveryCase.ENDED)
    page = keyset(rows.select_related("application__applicant"), ("next_due_on", "pk"), request, ROWS)
    keys = [row.pk for row in page.rows]
    sums = recovery_figures.sums_of(keys)
    open_claims = RecoveryClaim.objects.filter(recovery__in=keys, confirmed_at=None, dropped_at=None)
    waiting = set(open_claims.values_list("recovery_id", flat=True))
    for row in page.rows:
        row.sums, row.waits = sums.get(row.pk), row.pk in waiting
    context = {"posting": posting, "page": page, "chosen": chosen}
    return render(request, "finance/recoveries/list.html", context)


def _case_of(request: Request, pk: int) -> RecoveryCase:
    """Return a decided case of the officer's authority, or 404: before the decision nothing is owed."""
    posting = reading_desk(request)
    rows = RecoveryCase.objects.filter(authority=posting.authority_id, decided_at__isnull=False)
    return get_object_or_404(rows.select_related("application__applicant", "award"), pk=pk)


@require_safe
def page(request: Request, pk: int) -> HttpResponse:
    """Show the ledger of a case and what can be recorded in it."""
    return _page(request, _case_of(request, pk))


def claim_form(*data: Any) -> ClaimForm:
    """Return the form of a movement of money."""
    return ClaimForm(*data, kinds=KINDS, auto_id="id_claim_%s")


def refuse_form(pk: int, data: Any = None) -> ReasonForm:
    """Return the form to drop what was recorded."""
    return ReasonForm(data, label="驳回的理由", longest=200, auto_id=f"id_refuse_{pk}_%s")


def reverse_form(pk: int, data: Any = None) -> ReverseForm:
    """Return the form to say that an entry was wrong."""
    return ReverseForm(data, auto_id=f"id_reverse_{pk}_%s", initial={"on": timezone.localdate()})


def _page(
    request: Request,
    row: RecoveryCase,
    *,
    form: Form | None = None,
    on: int = 0,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    posting = reading_desk(request)
    standing = permissions.standing_of(request.user, row.application)
    road = recovering.read(row)
    today = timezone.localdate()
    acting = posting.duty in permissions.FINANCE
    claims = []
    for claim in road.waiting:
        mine = isinstance(form, ReasonForm) and on == claim.pk
        reason = permissions.why_not_confirm_claim(road, standing, today, claim)
        claims.append((claim, reason, form if mine else refuse_form(claim.pk), mine))
    context = {
        "posting": posting,
        "row": row,
        "balances": [(Account(key), found) for key, found in road.balances.items() if found != recovering.Balance()],
        "outstanding": road.outstanding,
        "over": road.over,
        "entries": road.entries,
        "reversible": _reversible(road, form, on) if acting else [],
        "claims": claims,
        "acting": acting,
        "why_not": permissions.why_not_claim(road, standing, today, RecoveryEntry.Kind.REPAID),
        "form": form if isinstance(form, ClaimForm) else claim_form(),
        "set_offs": SetOff.objects.filter(recovery=row).order_by("pk"),
        "refusal": refusal,
    }
    return render(request, "finance/recoveries/case.html", context, status=status)


def _reversible(road: Road, form: Form | None, on: int) -> list[tuple[RecoveryEntry, Form]]:
    """Return the entries that finance recorded and nobody has taken back, each with its form."""
    taken = {claim.reverses_id for claim in road.waiting}
    rows = [entry for entry in recovering.counting(road.entries) if entry.kind in KINDS and entry.pk not in taken]
    return [
        (entry, form if form and isinstance(form, ReverseForm) and on == entry.pk else reverse_form(entry.pk))
        for entry in rows
    ]


@require_POST
@idempotent
def claim(request: Request, pk: int) -> HttpResponse:
    """Record that money came back, or that what came too much was refunded."""
    row = _case_of(request, pk)
    form = claim_form(request.POST, request.FILES)
    standing = permissions.standing_of(request.user, row.application)
    road, today = recovering.read(row), timezone.localdate()
    if reason := permissions.why_not_claim(road, standing, today, RecoveryEntry.Kind.REPAID):
        return _page(request, row, form=form, refusal=reason, status=409)
    if not form.is_valid():
        return _page(request, row, form=form, status=422)
    try:
        recovery_money.claim(row, **form.cleaned_data, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, form=form, refusal=str(refusal), status=409)
    messages.success(request, "已登记，由财政复核岗位确认后计入台账。")
    return redirect("finance_recovery", pk)


@require_POST
@idempotent
def reverse(request: Request, pk: int) -> HttpResponse:
    """Record that an entry of finance was wrong; it is taken back once another officer confirms it."""
    posting = reading_desk(request)
    entries = RecoveryEntry.objects.filter(recovery__authority=posting.authority_id, kind__in=KINDS)
    entry = get_object_or_404(entries, pk=pk)
    row = _case_of(request, entry.recovery_id)
    form = reverse_form(pk, request.POST)
    standing = permissions.standing_of(request.user, row.application)
    if reason := permissions.why_not_claim(recovering.read(row), standing, timezone.localdate(), entry.kind):
        return _page(request, row, form=form, on=pk, refusal=reason, status=409)
    if not form.is_valid():
        return _page(request, row, form=form, on=pk, status=422)
    same: dict[str, Any] = {name: getattr(entry, name) for name in ("account", "kind", "amount_fen", "voucher")}
    try:
        recovery_money.claim(row, **same, **form.cleaned_data, reverses=entry, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, form=form, on=pk, refusal=str(refusal), status=409)
    messages.success(request, "已登记冲回，由财政复核岗位确认后生效。")
    return redirect("finance_recovery", row.pk)


def _claim_of(request: Request, pk: int) -> RecoveryClaim:
    posting = reading_desk(request)
    rows = RecoveryClaim.objects.filter(recovery__authority=posting.authority_id, kind__in=KINDS)
    return get_object_or_404(rows.select_related("recovery"), pk=pk)


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Confirm what another officer recorded."""
    waiting = _claim_of(request, pk)
    row = _case_of(request, waiting.recovery_id)
    try:
        recovery_money.confirm(waiting, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, refusal=str(refusal), status=409)
    messages.success(request, "已确认，台账已更新。")
    return redirect("finance_recovery", row.pk)


@require_POST
@idempotent
def refuse(request: Request, pk: int) -> HttpResponse:
    """Drop what another officer recorded."""
    waiting = _claim_of(request, pk)
    row = _case_of(request, waiting.recovery_id)
    form = refuse_form(pk, request.POST)
    standing = permissions.standing_of(request.user, row.application)
    road, today = recovering.read(row), timezone.localdate()
    if reason := permissions.why_not_refuse_claim(road, standing, today, waiting):
        return _page(request, row, form=form, on=pk, refusal=reason, status=409)
    if not form.is_valid():
        return _page(request, row, form=form, on=pk, status=422)
    try:
        recovery_money.refuse(waiting, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, form=form, on=pk, refusal=str(refusal), status=409)
    messages.success(request, "已驳回。")
    return redirect("finance_recovery", row.pk)
