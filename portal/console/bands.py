"""The policy desk's table of approval bands: what holds, what waits for a second person, and a form for a new one."""

from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from applications.actions import ActionRefused, bands
from applications.models import Band, BandTable, Duty, Posting
from portal.console.policy import policy_desk
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, site
from portal.forms.bands import BandsForm
from portal.idempotency import idempotent
from portal.requests import Request


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def table(request: Request) -> HttpResponse:
    """Show the bands in force, and take a new table."""
    posting = policy_desk(request)
    form = BandsForm(request.POST) if request.method == "POST" else BandsForm()
    if request.method != "POST":
        return _page(request, posting, form)
    if not form.is_valid():
        return _page(request, posting, form, status=422)
    try:
        bands.enter_bands(posting.authority, by=request.user, at=timezone.now(), **form.values())
    except ActionRefused as refusal:
        return _page(request, posting, form, refusal=str(refusal), status=409)
    messages.success(request, "已录入审批权限表，请另一名政策管理人员确认。")
    return redirect("console:bands")


def _page(
    request: Request, posting: Posting, form: BandsForm | None = None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    tables = BandTable.objects.filter(authority=posting.authority_id).select_related("entered_by", "confirmed_by")
    tables = tables.prefetch_related("bands")
    current = tables.exclude(confirmed_at=None).first()
    waiting = tables.filter(confirmed_at=None, dropped_at=None).first()
    own = waiting is not None and waiting.entered_by_id == request.user.pk
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "审批权限",
        "current": current,
        "current_rows": _rows(current),
        "waiting": waiting,
        "waiting_rows": _rows(waiting),
        "why_not_confirm": "须由另一名政策管理人员确认。" if own else "",
        "form": form or BandsForm(),
        "refusal": refusal,
    }
    return render(request, "console/policy/bands.html", context, status=status)


def _rows(row: BandTable | None) -> list[tuple[Band, Band | None]]:
    """Return each band with the next, whose lower end is where it stops."""
    found = list(row.bands.all()) if row else []
    return list(zip_longest(found, found[1:]))


def _decide(request: Request, pk: int, act: Any, words: str) -> HttpResponse:
    posting = policy_desk(request)
    row = get_object_or_404(BandTable, pk=pk, authority=posting.authority_id)
    try:
        act(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, posting, refusal=str(refusal), status=409)
    messages.success(request, words)
    return redirect("console:bands")


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Put an entered table into force."""
    return _decide(request, pk, bands.confirm_bands, "审批权限表已生效。")


@require_POST
@idempotent
def drop(request: Request, pk: int) -> HttpResponse:
    """Take an entered table off."""
    return _decide(request, pk, bands.drop_bands, "已撤下审批权限表。")


EXTRA_URLS += [
    path("bands/", table, name="bands"),
    path("bands/<int:pk>/confirm/", confirm, name="bands_confirm"),
    path("bands/<int:pk>/drop/", drop, name="bands_drop"),
]
NAVIGATION.append(Entry("审批权限", "console:bands", frozenset({Duty.POLICY}), Group.RULES))
