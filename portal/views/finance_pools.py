"""Pools of a policy in a year: how much is used, what was paid month by month, and what falls due in three years."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications import finance
from applications.models import Award, Policy, Pool, Posting
from portal.requests import Request
from portal.views.finance import reading_desk

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Chart:
    """A stacked bar chart as the script draws it: names of the bars, and series of whole yuan."""

    key: str
    label: str
    bars: list[str]
    series: list[dict[str, Any]]

    @property
    def data(self) -> dict[str, Any]:
        """What the script reads."""
        return {"label": self.label, "bars": self.bars, "series": self.series}


def _series(name: str, tone: str, fens: list[int]) -> dict[str, Any]:
    """Return one series; the figures are yuan with fen as decimals, since only their length is looked at."""
    return {"name": name, "tone": tone, "values": [fen / 100 for fen in fens]}


def _policies(posting: Posting) -> QuerySet[Policy]:
    return Policy.objects.filter(authority=posting.authority_id).order_by("pk")


@require_safe
def index(request: Request) -> HttpResponse:
    """Lead to the newest policy of the authority in this year."""
    posting = reading_desk(request)
    policy = _policies(posting).last()
    if policy is None:
        return render(request, "finance/pools_none.html", {"posting": posting})
    return redirect("finance_pools_of", policy.code, timezone.localdate().year)


@require_safe
def pools(request: Request, code: str, year: int) -> HttpResponse:
    """Show the pools of a policy in a year, its payments by month, and the instalments to come by quarter."""
    posting = reading_desk(request)
    policy = get_object_or_404(_policies(posting), code=code)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    today = timezone.localdate()
    used = finance.pool_use(policy, year)
    months = finance.months(policy, year)
    quarters, later = finance.forecast(policy, today)
    names = [f"{row.year}年{row.quarter}季度" for row in quarters]
    charts = {
        "pools": Chart(
            "pools",
            f"{year}年资金池使用情况",
            [row.name for row in used],
            [
                _series("已拨付", "green", [row.paid_fen for row in used]),
                _series("已批准待拨付", "blue", [row.granted_fen for row in used]),
                _series("公示预占", "amber", [row.held_fen for row in used]),
                _series("可用余额", "line", [row.free_fen for row in used]),
            ],
        ),
        "months": Chart(
            "months",
            f"{year}年各月拨付金额",
            [f"{row.month}月" for row in months],
            [
                _series("实付", "green", [row.net_fen for row in months]),
                _series("抵扣", "amber", [row.set_off_fen for row in months]),
            ],
        ),
        "quarters": Chart(
            "quarters", "今后三年应拨付金额", names, [_series("应拨付", "blue", [row.fen for row in quarters])]
        ),
    }
    context = {
        "posting": posting,
        "policy": policy,
        "year": year,
        "years": _years(policy, year, today.year),
        "policies": _policies(posting),
        "used": used,
        "months": months,
        "paid_fen": sum(row.net_fen for row in months),
        "set_off_fen": sum(row.set_off_fen for row in months),
        "paid_count": sum(row.count for row in months),
        "quarters": list(zip(names, quarters, strict=True)),
        "later": later,
        "due_fen": sum(row.fen for row in quarters) + later.fen,
        "due_count": sum(row.count for row in quarters) + later.count,
        "charts": charts,
    }
    return render(request, "finance/pools.html", context)


def _years(policy: Policy, shown: int, current: int) -> list[int]:
    """Return the years in which the policy has a pool or an award, with this one and the one shown (one query)."""
    pools = Pool.objects.filter(policy=policy).order_by().values_list("year")
    awards = Award.objects.filter(authority=policy.authority_id, clause__policy=policy).order_by().values_list("year")
    return sorted({year for (year,) in pools.union(awards)} | {shown, current}, reverse=True)
