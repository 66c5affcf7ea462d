"""
资金池: every pool with its room and its queue, what happens where it is short, and waits carried to another year.

Who reads pools sees all of the own authority's; only the policy desk chooses and carries.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications import pools as reading
from applications import rounds
from applications.actions import ActionRefused, settlement
from applications.models import Duty, Pool, PoolWait, Posting
from applications.permissions import why_not_change_method
from portal.console.queue import forget_counts
from portal.console.site import EXTRA_URLS, NAVIGATION, OVERSIGHT, Entry, Group, posting_of, site
from portal.forms.pools import CarryForm, ShortfallForm
from portal.idempotency import idempotent
from portal.requests import Request

READERS = frozenset({Duty.POLICY, Duty.APPROVE}) | OVERSIGHT
POOLS_SHOWN = 200  # a few pools a year
QUEUE_SHOWN = 200
SETTLEMENTS_SHOWN = 30


def pool_desk(request: Request, *duties: str) -> Posting:
    """Return the posting of an officer who reads pools (or holds one of these duties), or 404."""
    posting = posting_of(request)
    if posting is None or posting.duty not in (duties or READERS):
        raise Http404
    return posting


def own_pool(request: Request, pk: int, *duties: str) -> Pool:
    """Return a pool of the officer's own authority, or 404."""
    posting = pool_desk(request, *duties)
    rows = Pool.objects.select_related("policy", "shortfall_by")
    return get_object_or_404(rows, pk=pk, policy__authority=posting.authority_id)


@dataclass(frozen=True)
class Place:
    """One line of a queue: the place in it, and whether the case can be endorsed now."""

    number: int
    wait: PoolWait
    ready: bool


@require_safe
def pools(request: Request) -> HttpResponse:
    """List the pools of the authority, the newest year first, with who waits."""
    posting = pool_desk(request)
    rows = Pool.objects.filter(policy__authority=posting.authority_id).select_related("policy")
    rows = rows.annotate(waiting=Count("waits", filter=Q(waits__ended_at=None))).order_by("-year", "policy", "name")
    context = {
        **site.each_context(request),
        "title": "资金池",
        "rows": rows[:POOLS_SHOWN],
        "ready": set(reading.pools_with_room(posting.authority_id).values_list("pk", flat=True)),
    }
    return render(request, "console/pools/list.html", context)


@require_safe
def pool(request: Request, pk: int) -> HttpResponse:
    """Show one pool."""
    return pool_page(request, own_pool(request, pk))


def pool_page(request: Request, row: Pool, *, refusal: str = "", status: int = 200, **sent: forms.Form) -> HttpResponse:
    """Answer with the page of a pool; `choice` and `carry` are what was typed, kept after a refusal."""
    posting = posting_of(request)
    waits = list(reading.queue_of(row)[:QUEUE_SHOWN])
    ready = set() if _pending(row) else reading.ready_in(row, waits)
    waiting = len(waits) if len(waits) < QUEUE_SHOWN else reading.queue_of(row).count()
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": str(row),
        "pool": row,
        "clauses": row.clauses.order_by("position"),
        "places": [Place(number, wait, wait.pk in ready) for number, wait in enumerate(waits, start=1)],
        "waiting": waiting,
        "rounds": rounds.rounds_of(row) if waits else [],
        "settlements": row.settlements.select_related("round", "made_by", "confirmed_by")[:SETTLEMENTS_SHOWN],
        "may_choose": posting is not None and posting.duty == Duty.POLICY,
        "why_not_choose": why_not_change_method(waiting=waiting, settlements=settlement.standing_settlements(row)),
        "choice": ShortfallForm(initial={"method": row.shortfall}),
        "carry": _carry_form(row),
        "refusal": refusal,
    }
    return render(request, "console/pools/pool.html", context | sent, status=status)


def _pending(row: Pool) -> bool:
    return row.settlements.filter(confirmed_at=None, dropped_at=None).exists()


def _carry_form(row: Pool, data: Any = None) -> CarryForm:
    later = Pool.objects.filter(policy=row.policy_id, year__gt=row.year).order_by("year", "name")
    waits = PoolWait.objects.filter(pool=row, ended_at=None).select_related("application").order_by("application")
    return CarryForm(data, waits=waits, pools=later, auto_id="id_carry_%s")


@require_POST
@idempotent
def choose(request: Request, pk: int) -> HttpResponse:
    """Say what happens where a pool is short."""
    row = own_pool(request, pk, Duty.POLICY)
    form = ShortfallForm(request.POST)
    if not form.is_valid():
        return pool_page(request, row, status=422, choice=form)
    try:
        settlement.choose_shortfall(row, by=request.user, at=timezone.now(), **form.cleaned_data)
    except ActionRefused as refusal:
        return pool_page(request, row, refusal=str(refusal), status=409, choice=form)
    messages.success(request, "已确定余额不足时的办法。")
    return redirect("console:pool", pk)


@require_POST
@idempotent
def carry(request: Request, pk: int) -> HttpResponse:
    """Carry the chosen waits to a later year's pool, all of them or none."""
    row = own_pool(request, pk, Duty.POLICY)
    form = _carry_form(row, request.POST)
    if not form.is_valid():
        return pool_page(request, row, status=422, carry=form)
    waits, to, now = form.cleaned_data["waits"], form.cleaned_data["to"], timezone.now()
    try:
        settlement.carry(list(waits), to=to, by=request.user, at=now)
    except ActionRefused as refusal:
        return pool_page(request, row, refusal=str(refusal), status=409, carry=form)
    forget_counts(row.policy.authority_id)
    messages.success(request, f"已将{len(waits)}件结转至{to}，保留原位次，并告知申报单位。")
    return redirect("console:pool", to.pk)


EXTRA_URLS += [
    path("pools/", pools, name="pools"),
    path("pools/<int:pk>/", pool, name="pool"),
    path("pools/<int:pk>/shortfall/", choose, name="pool_shortfall"),
    path("pools/<int:pk>/carry/", carry, name="pool_carry"),
]
NAVIGATION.append(Entry("资金池", "console:pools", READERS, Group.MONEY))
