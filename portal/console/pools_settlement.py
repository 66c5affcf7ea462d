"""批次资金结算: what a round would get, the settlement one person makes and another confirms, and its sheet."""

from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import registers, rounds, settling
from applications.actions import ActionRefused
from applications.actions import settlement as actions
from applications.models import Application, Duty, Pool, Round, Settlement
from applications.permissions import why_not_confirm_settlement, why_not_settle
from applications.registers import Column
from portal.console.pools import own_pool, pool_desk
from portal.console.queue import forget_counts
from portal.console.site import EXTRA_URLS, posting_of, site
from portal.idempotency import idempotent
from portal.requests import Request

SHEET = (
    Column("序号", 8),
    Column("申报编号", 22),
    Column("申报单位", 36),
    Column("统一社会信用代码", 24),
    Column("条款", 30),
    Column("完整申报时间", 22),
    Column("核定额（元）", 18, money=True),
    Column("结算安排额（元）", 18, money=True),
)


@require_http_methods(["GET", "HEAD", "POST"])
@idempotent
def window(request: Request, pk: int, round_pk: int) -> HttpResponse:
    """Show what a settlement of a round would freeze and give, and carry it out."""
    duties = (Duty.POLICY,) if request.method == "POST" else ()
    pool = own_pool(request, pk, *duties)
    row = get_object_or_404(Round, pk=round_pk, policy=pool.policy_id)
    if request.method != "POST":
        return _preview_page(request, pool, row)
    try:
        made = actions.settle(
            pool, row, inputs_sha256=request.POST.get("inputs_sha256", ""), by=request.user, at=timezone.now()
        )
    except ActionRefused as refusal:
        return _preview_page(request, own_pool(request, pk), row, refusal=str(refusal), status=409)
    messages.success(request, "已作出批次资金结算，请另一名政策管理人员确认。")
    return redirect("console:settlement", made.pk)


def _preview_page(request: Request, pool: Pool, row: Round, *, refusal: str = "", status: int = 200) -> HttpResponse:
    posting = posting_of(request)
    preview = rounds.preview(pool, row, at=timezone.now())
    may_settle = posting is not None and posting.duty == Duty.POLICY
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": f"{row}：资金结算预览",
        "pool": pool,
        "round": row,
        "preview": preview,
        "live": preview.live,
        "may_settle": may_settle,
        "why_not": why_not_settle(pool, request.user, obstacles=len(preview.obstacles)) if may_settle else "",
        "refusal": refusal,
    }
    return render(request, "console/pools/preview.html", context, status=status)


def own_settlement(request: Request, pk: int, *duties: str) -> Settlement:
    """Return a settlement of the officer's own authority, or 404."""
    posting = pool_desk(request, *duties)
    rows = Settlement.objects.select_related("pool__policy", "round", "made_by", "confirmed_by")
    return get_object_or_404(rows, pk=pk, pool__policy__authority=posting.authority_id)


def lines_of(row: Settlement) -> list[tuple[dict[str, Any], Application, int]]:
    """Return each case of a settlement in its order: what went in, the case, and what came out in fen."""
    numbers = [case["number"] for case in row.inputs["cases"]]
    cases = Application.objects.filter(number__in=numbers).select_related("applicant", "clause")
    by_number = {case.number: case for case in cases}
    sums = row.result["sums"]
    claims = settling.claims_in(row.inputs)
    return [
        ({**case, "complete_at": claim.complete_at}, by_number[case["number"]], sums[case["number"]])
        for case, claim in zip(row.inputs["cases"], claims, strict=True)
    ]


@require_safe
def settlement(request: Request, pk: int) -> HttpResponse:
    """Show a settlement; asked to, compute it again from its inputs."""
    return _page(request, own_settlement(request, pk))


def _page(request: Request, row: Settlement, *, refusal: str = "", status: int = 200) -> HttpResponse:
    posting = posting_of(request)
    differs = settling.differs(row.inputs, row.inputs_sha256, row.result, row.result_sha256)
    may_end = posting is not None and posting.duty == Duty.POLICY and not (row.confirmed_at or row.dropped_at)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": f"批次资金结算第{row.pk}号",
        "row": row,
        "pool": row.pool,
        "lines": lines_of(row),
        "asked_fen": sum(case["amount_fen"] for case in row.inputs["cases"]),
        "checked": "check" in request.GET,
        "differs": differs,
        "again": settling.digest(settling.result_of(row.inputs)),
        "may_end": may_end,
        "why_not_confirm": why_not_confirm_settlement(row, request.user) if may_end else "",
        "refusal": refusal,
    }
    return render(request, "console/pools/settlement.html", context, status=status)


def _end(request: Request, pk: int, act: Any, words: str) -> HttpResponse:
    row = own_settlement(request, pk, Duty.POLICY)
    try:
        act(row, by=request.user, at=timezone.now())
    except ActionRefused as refusal:
        return _page(request, row, refusal=str(refusal), status=409)
    forget_counts(row.pool.policy.authority_id)
    messages.success(request, words)
    return redirect("console:settlement", pk)


@require_POST
@idempotent
def confirm(request: Request, pk: int) -> HttpResponse:
    """Let a settlement count."""
    return _end(request, pk, actions.confirm_settlement, "批次资金结算已生效，各申报单位已收到通知。")


@require_POST
@idempotent
def drop(request: Request, pk: int) -> HttpResponse:
    """Take a settlement off."""
    return _end(request, pk, actions.drop_settlement, "已撤下批次资金结算。")


@require_safe
def sheet(request: Request, pk: int) -> FileResponse:
    """Hand out the result as a sheet."""
    row = own_settlement(request, pk)
    target = TemporaryFile()  # noqa: SIM115 - the answer closes it
    rows = (
        (
            number,
            case.number,
            case.applicant.name,
            case.applicant.uscc,
            str(case.clause),
            f"{timezone.localtime(said['complete_at']):%Y-%m-%d %H:%M:%S}",
            said["amount_fen"],
            given,
        )
        for number, (said, case, given) in enumerate(lines_of(row), start=1)
    )
    registers.write(target, "批次资金结算", SHEET, rows)
    target.seek(0)
    return FileResponse(
        target,
        as_attachment=True,
        filename=f"批次资金结算第{row.pk}号.xlsx",
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


EXTRA_URLS += [
    path("pools/<int:pk>/rounds/<int:round_pk>/", window, name="pool_round"),
    path("pools/settlements/<int:pk>/", settlement, name="settlement"),
    path("pools/settlements/<int:pk>/confirm/", confirm, name="settlement_confirm"),
    path("pools/settlements/<int:pk>/drop/", drop, name="settlement_drop"),
    path("pools/settlements/<int:pk>/sheet.xlsx", sheet, name="settlement_sheet"),
]
