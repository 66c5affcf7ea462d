"""What an authority has granted, summed by year, policy, clause and payer; and what can be paid now, by payer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications import finance
from applications.finance import Cell, Sums
from portal.filters_finance import FinanceChoices, choices_of
from portal.requests import Request
from portal.views.finance import generation, reading_desk
from portal.views.finance_list import AWARD, lines_of, list_page, narrowed, query_of

CUBE_LIVE = 60  # seconds
PLAN_MOST = 1000  # lines of the page that is printed


# ---- the overview ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """One sum of a table: count, whole fen, and the list narrowed to what it sums."""

    label: str
    count: int
    fen: int
    query: str


@dataclass(frozen=True)
class Line:
    """One line of a table: its words, a sum for each state, and the sum of all."""

    label: str
    figures: list[Figure]
    total: Figure


@dataclass(frozen=True)
class Table:
    """One way to group: the words of its first column, and its lines."""

    label: str
    lines: list[Line]


@require_safe
def overview(request: Request) -> HttpResponse:
    """Show the sums of the authority by state, and by what they are grouped; each leads to the list of its shares."""
    posting = reading_desk(request)
    cells = _cube(posting.authority_id)
    years = sorted({cell.year for cell in cells}, reverse=True)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in {str(known) for known in years} else None
    shown = [cell for cell in cells if year in (None, cell.year)]
    query = QueryDict(mutable=True)
    if year:
        query["year"] = str(year)
    sums = finance.summed(shown)
    context = {
        "posting": posting,
        "years": years,
        "year": year,
        "totals": lines_of(sums.counts, sums.fen, query),
        "tables": _tables(shown, choices_of(posting.authority_id), query.dict()),
        "states": list(finance.STATES.values()),
    }
    return render(request, "finance/overview.html", context)


def _cube(authority_id: int) -> list[Cell]:
    """Return the sums of an authority, at most a minute old and forgotten with every act of the desk."""
    key = f"finance-cube-{authority_id}-{generation(authority_id)}"
    found: list[Cell] | None = cache.get(key)
    if found is None:
        found = finance.cube(authority_id)
        cache.set(key, found, CUBE_LIVE)
    return found


def _tables(cells: list[Cell], choices: FinanceChoices, asked: dict[str, Any]) -> list[Table]:
    """Return the four ways to group, each in the order in which its choices are offered."""
    ways: list[tuple[str, str, Callable[[Cell], int], dict[str, str]]] = [
        ("year", "支持年度", lambda cell: cell.year, {}),
        ("policy", "政策", lambda cell: cell.policy, dict(choices.policies)),
        ("clause", "条款", lambda cell: cell.clause, dict(choices.clauses)),
        ("payer", "支付单位", lambda cell: cell.payer, dict(choices.payers)),
    ]
    tables = []
    for name, label, key, words in ways:
        groups: dict[int, list[Cell]] = {}
        for cell in cells:
            groups.setdefault(key(cell), []).append(cell)
        order = list(words) if words else sorted(map(str, groups), reverse=True)
        lines = [
            _line(words.get(value) or f"{value}年", finance.summed(groups[int(value)]), asked | {name: value})
            for value in order
            if int(value) in groups
        ]
        tables.append(Table(label, lines))
    return tables


def _line(label: str, sums: Sums, asked: dict[str, Any]) -> Line:
    figures = [
        Figure(words, sums.counts[state], sums.fen[state], urlencode(asked | {"state": state}))
        for state, words in finance.STATES.items()
    ]
    total = Figure("合计", sum(row.count for row in figures), sum(row.fen for row in figures), urlencode(asked))
    return Line(label, figures, total)


# ---- 资金安排 -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Payable:
    """One share that can be paid now, with where it goes."""

    number: str
    award_id: int
    part: int
    applicant: str
    clause: str
    due_on: date | None
    holder: str
    bank: str
    account: str
    fen: int


@dataclass(frozen=True)
class OfPayer:
    """What one payer has to pay, with the sum in fen."""

    payer: str
    budget_unit: str
    subject: str
    rows: list[Payable]

    @property
    def fen(self) -> int:
        """The sum of the lines."""
        return sum(row.fen for row in self.rows)


@require_safe
def plan(request: Request) -> HttpResponse:
    """Show what can be paid now, by payer with sums, to be printed; the filters of the list narrow it."""
    posting = reading_desk(request)
    found = narrowed(request, request.GET)
    if not found.form.is_valid():
        return list_page(request, posting)
    rows = found.rows.filter(live=None, state__in=finance.PAYABLE)
    groups, more = _payable(rows)
    context = {
        "posting": posting,
        "groups": groups,
        "fen": sum(group.fen for group in groups),
        "count": sum(len(group.rows) for group in groups),
        "more": more,
        "most": PLAN_MOST,
        "asked": query_of(request.GET),
        "today": timezone.localdate(),
    }
    return render(request, "finance/plan.html", context)


def _payable(rows: QuerySet[Any]) -> tuple[list[OfPayer], bool]:
    """Return the lines by payer, and whether there are more than are shown."""
    columns = (
        *("payer__name", "payer__budget_unit", "payer__subject"),
        *(f"{AWARD}__application__number", AWARD, "instalment__number", f"{AWARD}__applicant__name"),
        *(f"{AWARD}__clause__article", f"{AWARD}__clause__title", "instalment__due_on"),
        *("account__holder", "account__bank", "account__number", "amount_fen"),
    )
    said = finance.with_papers(rows).order_by("payer", AWARD, "pk").values_list(*columns)
    found = list(said[: PLAN_MOST + 1])
    groups: dict[tuple[str, str, str], list[Payable]] = {}
    for payer, unit, subject, number, award, part, applicant, article, title, *rest in found[:PLAN_MOST]:
        due_on, holder, bank, account, fen = rest
        line = Payable(number, award, part, applicant, f"{article} {title}", due_on, holder, bank, account, fen)
        groups.setdefault((payer, unit, subject), []).append(line)
    return [OfPayer(*key, lines) for key, lines in groups.items()], len(found) > PLAN_MOST
