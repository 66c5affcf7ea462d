"""The queue: what waits for whom, the nearest legal deadline first. An own view, because a ChangeList counts rows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications.models import Application, Clock, ClockPause, Status
from applications.workflow import ENDED, LENGTHS, TURN
from portal.console.site import CASE_DUTIES, EXTRA_URLS, NAVIGATION, Entry, case_desk, site
from portal.filters import ALL, MINE, TABS, QueueFilter
from portal.paging import keyset
from portal.requests import Request

ROWS = 60
COUNTS_LIVE = 60  # seconds

COLUMNS = (
    "pk",
    "number",
    "applicant__name",
    "clause__article",
    "clause__title",
    "subject",
    "status",
    "due_on",
    "submitted_at",
    "ticking",
    "resting",
)


@dataclass(frozen=True)
class Row:
    """One line of the queue, read without a model instance."""

    pk: int
    number: str
    applicant: str
    article: str
    title: str
    subject: str
    status: str
    due_on: date | None
    submitted_at: datetime | None
    ticking: bool
    resting: bool

    def get_status_display(self) -> str:
        """The words of the status, as a model would say them."""
        return str(Status(self.status).label)

    @property
    def has_clock(self) -> bool:
        """Whether a step with a length is running; the others show no deadline."""
        return (self.status in LENGTHS or self.status == Status.NOTICED) and (self.ticking or self.due_on is not None)

    @property
    def notice_over(self) -> bool:
        """Whether 公示 has run its days: nothing is late then, the case is ripe."""
        return self.status == Status.NOTICED and self.due_on is not None and self.due_on < timezone.localdate()


@dataclass(frozen=True)
class Tab:
    """One tab with how many cases stand behind it."""

    label: str
    query: str
    count: int
    current: bool


def _counts_key(authority_id: int) -> str:
    return f"console-counts-{authority_id}"


def forget_counts(authority_id: int) -> None:
    """Let the next queue count again, so that an officer sees the own act at once."""
    cache.delete(_counts_key(authority_id))


def _counts(authority_id: int) -> dict[str, int]:
    """Return how many cases of an authority stand in each status, at most a minute old."""
    key = _counts_key(authority_id)
    counts = cache.get(key)
    if counts is None:
        rows = Application.objects.filter(authority=authority_id).exclude(status=Status.DRAFT)
        counts = dict(rows.order_by().values_list("status").annotate(Count("pk")))
        cache.set(key, counts, COUNTS_LIVE)
    return counts


def _tabs(counts: dict[str, int], duty: str, current: str) -> list[Tab]:
    """Return the tabs: my turn, all, then every status in which something stands."""
    numbers = {MINE: sum(counts.get(status, 0) for status in TURN.get(duty, ())), ALL: sum(counts.values()), **counts}
    shown = [tab for tab in TABS if tab[0] in (ALL, current) or tab[0] in counts or (tab[0] == MINE and duty in TURN)]
    return [Tab(label, f"?status={key}", numbers.get(key, 0), key == current) for key, label in shown]


def _asked(request: Request, duty: str) -> QueryDict:
    """Return what was asked for; whoever opens the queue plainly sees the own turn, or everything."""
    asked = request.GET.copy()
    if asked.get("status") not in dict(TABS):
        asked["status"] = MINE if duty in TURN else ALL
    return asked


def _status(asked: QueryDict) -> str:
    return str(asked["status"])


def _order(status: str) -> tuple[str, ...]:
    """Return the nearest deadline first where one runs; the rest newest first, which an index answers at any size."""
    return ("-pk",) if status == ALL or status in ENDED else ("due_on", "pk")


def _with_clocks(cases: QuerySet[Application]) -> QuerySet[Any]:
    """Read with each row whether its step has a clock, and whether that rests; asked only of rows that are shown."""
    running = Clock.objects.filter(application=OuterRef("pk"), step=OuterRef("status"), ended_on=None)
    pauses = ClockPause.objects.filter(
        clock__application=OuterRef("pk"), clock__step=OuterRef("status"), clock__ended_on=None, until=None
    )
    return cases.annotate(ticking=Exists(running), resting=Exists(pauses))


@require_safe
def queue(request: Request) -> HttpResponse:
    """Show the cases of the officer's authority, sixty at a time."""
    posting = case_desk(request)
    asked = _asked(request, posting.duty)
    cases = Application.objects.at_the_desk_of(request.user).filter(authority=posting.authority_id)
    narrowed = QueueFilter(asked, queryset=cases, request=request)
    valid = narrowed.form.is_valid()
    found = narrowed.qs if valid else cases.none()
    page = keyset(_with_clocks(found).values(*COLUMNS), _order(_status(asked)), request, ROWS)
    counts = _counts(posting.authority_id)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "申报件",
        "filter": narrowed,
        "narrowed": any(asked.get(name) for name in narrowed.form.fields if name != "status"),
        "rows": [Row(*(row[name] for name in COLUMNS)) for row in page.rows],
        "page": page,
        "tabs": _tabs(counts, posting.duty, _status(asked)),
        "status_now": asked["status"],
        "mine": MINE,
    }
    return render(request, "console/queue.html", context, status=200 if valid else 422)


EXTRA_URLS.append(path("queue/", queue, name="queue"))
NAVIGATION.append(Entry("我的待办", "console:queue", frozenset(TURN), f"?status={MINE}"))
NAVIGATION.append(Entry("全部申报件", "console:queue", CASE_DUTIES, f"?status={ALL}"))
