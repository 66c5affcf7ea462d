"""The list of the finance desk: shares of instalments with their state, narrowed, summed, and kept as own filters."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from applications import finance
from applications.models import PayerShare, Posting, SavedFilter
from portal.filters_finance import MORE, FinanceFilter
from portal.forms.worklists import SavedFilterForm
from portal.idempotency import idempotent
from portal.paging import keyset
from portal.requests import Request
from portal.views.finance import generation, reading_desk

ROWS = 30
TOTALS_LIVE = 60  # seconds
FILTERS_MOST = 20
PAGE = "finance"  # of the saved filters
TONES = {
    finance.DUE: "wait",
    finance.HELD: "rest",
    finance.BATCH: "work",
    finance.RECORDED: "work",
    finance.PAID: "good",
    finance.RETURNED: "bad",
    finance.REJECTED: "bad",
    finance.REVOKED: "bad",
}
AWARD = "instalment__award"
# The newest case first; its shares stand together. An index of the awards answers this at any size.
ORDER = (f"-{AWARD}__application", "-pk")
COLUMNS = (
    "pk",
    AWARD,
    f"{AWARD}__application",
    f"{AWARD}__application__number",
    f"{AWARD}__applicant__name",
    f"{AWARD}__clause__article",
    f"{AWARD}__clause__title",
    f"{AWARD}__year",
    "instalment__number",
    "instalment__due_on",
    "payer__name",
    "amount_fen",
    "state",
    "hold",
    "paid_on",
    "letter",
    "letter_id",
)


@dataclass(frozen=True)
class Row:
    """One line of the list, read without a model instance."""

    pk: int
    award_id: int
    case_id: int
    number: str
    applicant: str
    article: str
    title: str
    year: int
    part: int
    due_on: date | None
    payer: str
    fen: int
    state: str
    hold: str
    paid_on: date | None
    letter: str | None
    letter_id: int | None

    @property
    def state_name(self) -> str:
        """The words of the state."""
        return finance.STATE_NAMES[self.state]

    @property
    def state_tone(self) -> str:
        """The tint of the state."""
        return TONES[self.state]

    @property
    def why(self) -> str:
        """Why it is held, "" when it is not or when something else comes first."""
        return finance.HOLDS[self.hold] if self.state == finance.HELD else ""


@dataclass(frozen=True)
class Total:
    """How many shares stand in one state, their sum in whole fen, and the list narrowed to them."""

    key: str
    label: str
    count: int
    fen: int
    query: str
    reason: bool = False


def narrowed(request: Request, asked: QueryDict) -> FinanceFilter:
    """Return the filter over the officer's own authority; the desk has been asked before."""
    rows = finance.rows_of(request.finance_posting.authority_id)  # type: ignore[attr-defined]
    return FinanceFilter(asked, queryset=rows, request=request)


def with_details(rows: QuerySet[PayerShare]) -> QuerySet[PayerShare]:
    """Add what a line shows beside the share itself; asked of the rows of a page only."""
    rows = finance.with_papers(finance.with_state(rows))
    return rows.annotate(paid_on=F("live__paid_on"), letter=F("notice__number"), letter_id=F("notice__pk"))


def query_of(asked: QueryDict) -> str:
    """Return what the list is narrowed by as an address, without the place in it."""
    return urlencode({name: asked[name] for name in FinanceFilter.base_filters if asked.get(name)})


def totals(authority_id: int, asked: QueryDict, rows: QuerySet[Any]) -> list[Total]:
    """Return the totals of what was asked for, by state and reason, in one query; at most a minute old."""
    digest = hashlib.sha256(query_of(asked).encode()).hexdigest()[:32]
    key = f"finance-totals-{authority_id}-{generation(authority_id)}-{digest}"
    found: tuple[Counter[str], Counter[str]] | None = cache.get(key)
    if found is None:
        counts, fens = Counter[str](), Counter[str]()
        sums = rows.order_by().values_list("state", "hold").annotate(count=Count("pk"), fen=Sum("amount_fen"))
        for state, hold, count, fen in sums:
            for name in (state, hold) if state == finance.HELD else (state,):
                counts[name] += count
                fens[name] += fen
        found = counts, fens
        cache.set(key, found, TOTALS_LIVE)
    return lines_of(*found, asked)


def lines_of(counts: Counter[str], fens: Counter[str], asked: QueryDict) -> list[Total]:
    """Return a line for each state, and beneath 暂缓 one for each reason that occurs, each with its address."""
    other = asked.copy()
    lines = []
    for state, label in finance.STATES.items():
        names = [(state, label, False)]
        if state == finance.HELD:
            names += [(reason, words, True) for reason, words in finance.HOLDS.items() if counts[reason]]
        for name, words, reason in names:
            other["state"] = name
            lines.append(Total(name, words, counts[name], fens[name], query_of(other), reason))
    return lines


@require_safe
def listing(request: Request) -> HttpResponse:
    """List shares of instalments, thirty at a time, with totals by state."""
    return list_page(request, reading_desk(request))


def list_page(request: Request, posting: Posting, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Render the list as the address asks for it; with a refusal its reason stands above."""
    found = narrowed(request, request.GET)
    valid = found.form.is_valid()
    rows = found.qs if valid else found.queryset.none()
    page = keyset(rows, ORDER, request, ROWS, columns=COLUMNS, detail=with_details)
    fields = list(found.form)
    context = {
        "posting": posting,
        "filter": found,
        "first_fields": [field for field in fields if field.name not in MORE],
        "more_fields": [field for field in fields if field.name in MORE],
        "more_open": any(request.GET.get(name) for name in MORE),
        "rows": [Row(*(row[name] for name in COLUMNS)) for row in page.rows],
        "page": page,
        "totals": totals(posting.authority_id, request.GET, found.rows) if valid else [],
        "asked": query_of(request.GET),
        "is_narrowed": any(request.GET.get(name) for name in found.form.fields),
        "saved": list(
            SavedFilter.objects.filter(user=request.user, page=PAGE).order_by("name").values_list("name", "query")
        ),
        "refusal": refusal,
    }
    return render(request, "finance/list.html", context, status=status if valid else 422)


# ---- own filters ----------------------------------------------------------------------------------------------------


@require_POST
@idempotent
def save_filter(request: Request) -> HttpResponse:
    """Keep what the list is narrowed by under a name; the same name again takes its place."""
    reading_desk(request)
    pairs = parse_qsl(request.POST.get("query", ""))[: len(FinanceFilter.base_filters)]
    query = urlencode([(name, value) for name, value in pairs if name in FinanceFilter.base_filters])
    back = redirect(f"{reverse('finance')}?{query}")
    form = SavedFilterForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["name"][0]))
        return back
    if len(query) > 500:
        messages.error(request, "筛选条件过长，不能保存。")
        return back
    name = form.cleaned_data["name"]
    own = SavedFilter.objects.filter(user=request.user, page=PAGE)
    if own.exclude(name=name).count() >= FILTERS_MOST:
        messages.error(request, f"最多保存{FILTERS_MOST}个常用筛选，请先删除不用的。")
        return back
    SavedFilter.objects.update_or_create(user=request.user, page=PAGE, name=name, defaults={"query": query})
    messages.success(request, f"已保存常用筛选“{name}”。")
    return back


@require_POST
@idempotent
def drop_filter(request: Request) -> HttpResponse:
    """Forget one of the own filters."""
    reading_desk(request)
    row = get_object_or_404(SavedFilter, user=request.user, page=PAGE, name=request.POST.get("name", "")[:30])
    row.delete()
    messages.success(request, f"已删除常用筛选“{row.name}”。")
    return redirect("finance")
