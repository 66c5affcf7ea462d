"""The queue: what waits for whom, the nearest legal deadline first. An own view, because a ChangeList counts rows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications.models import Application, Authority, Clock, ClockPause, Duty, Posting, SavedFilter, Status, User
from applications.permissions import ASSIGNING
from applications.pools import pools_with_room
from applications.workflow import ENDED, LENGTHS, TURN
from portal.console.site import CASE_DUTIES, EXTRA_URLS, NAVIGATION, Entry, case_desk, site
from portal.filters import (
    ALL,
    CAN_BE_LATE,
    LATE,
    MINE,
    OF_THE_TURN,
    OWN,
    TABS,
    TODAY,
    WAITING,
    QueueFilter,
    begins_number,
    choices_of,
)
from portal.paging import keyset
from portal.requests import Request

ROWS = 60
COUNTS_LIVE = 60  # seconds
RUNNING = frozenset(Status) - ENDED - {Status.DRAFT}
COUNTED = 9_999  # as far as the tab of an ended status counts

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
    "assigned_to__name",
    "ticking",
    "resting",
)


@dataclass(frozen=True)
class Row:
    """One line of the queue, read without a model instance."""

    url: str
    pk: int
    number: str
    applicant: str
    article: str
    title: str
    subject: str
    status: str
    due_on: date | None
    submitted_at: datetime | None
    officer: str | None
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
    """One tab with how many cases stand behind it, at least; `more` says that counting stopped there."""

    label: str
    query: str
    count: int
    current: bool
    more: bool = False


class _CountUpTo(Subquery):
    """The number of rows of a query that is cut to some length: what is counted no further costs no more."""

    template = "(SELECT count(*) FROM (%(subquery)s) few)"
    output_field = IntegerField()


def _counts_key(authority_id: int) -> str:
    return f"console-counts-{authority_id}"


def forget_counts(authority_id: int) -> None:
    """Let the next queue count again, so that an officer sees the own act at once."""
    cache.delete(_counts_key(authority_id))


# Of one status: all cases, those of nobody, those due today, those late. Late and due count where a clock runs.
Counts = dict[str, tuple[int, int, int, int]]


def _counts(authority_id: int) -> Counts:
    """
    Return how many cases of an authority stand in each status, at most a minute old (one query).

    What has ended grows for ever, so it is counted to COUNTED and one further. The others are read from indexes alone,
    which is why those of nobody are counted apart: no index holds officer and day behind the status.
    """
    key = _counts_key(authority_id)
    counts: Counts | None = cache.get(key)
    if counts is None:
        today = timezone.localdate()
        zero = Value(0)
        cases = Application.objects.filter(authority=authority_id).order_by()
        running = cases.filter(status__in=RUNNING).values("status")
        late = Q(due_on__lt=today) & CAN_BE_LATE
        by_day = {"due": Count("pk", filter=Q(due_on=today)), "late": Count("pk", filter=late)}
        found = running.annotate(cases=Count("pk"), **by_day).values_list("status", "cases", zero, "due", "late")
        free = running.filter(assigned_to=None).annotate(cases=Count("pk"))
        ended = [
            Authority.objects.filter(pk=authority_id)
            .order_by()
            .values_list(
                Value(status.value),
                _CountUpTo(cases.filter(status=status)[: COUNTED + 1].values("pk")),
                zero,
                zero,
                zero,
            )
            for status in ENDED
        ]
        counts = {}
        for status, *numbers in found.union(free.values_list("status", zero, "cases", zero, zero), *ended, all=True):
            have = counts.get(status, (0, 0, 0, 0))
            counts[status] = tuple(a + b for a, b in zip(have, numbers, strict=True))
        cache.set(key, counts, COUNTS_LIVE)
    return counts


def _tabs(counts: Counts, duty: str, current: str, own: int) -> list[Tab]:
    """Return the tabs: my turn and what presses, all, then every status in which something stands."""
    turn = [counts.get(status, (0, 0, 0, 0)) for status in TURN.get(duty, ())]
    cut = {status for status in ENDED if counts.get(status, (0,))[0] > COUNTED}
    by_status = {status: COUNTED if status in cut else row[0] for status, row in counts.items()}
    numbers = {
        **by_status,
        MINE: sum(row[1] for row in turn) + own,
        OWN: own,
        TODAY: sum(row[2] for row in turn),
        LATE: sum(row[3] for row in turn),
        WAITING: by_status.get(Status.CORRECTING, 0),
        ALL: sum(by_status.values()),
    }
    always = {ALL, current} | ({MINE} if duty in TURN else set())
    shown = [tab for tab in TABS if tab[0] in always or numbers.get(tab[0])]
    more = cut | ({ALL} if cut else set())
    return [Tab(label, f"?status={key}", numbers.get(key, 0), key == current, key in more) for key, label in shown]


def _of_this_officer(request: Request, duty: str) -> tuple[int, list[tuple[str, str]]]:
    """Return how many cases this officer is to deal with, and the officer's saved filters by name (one query)."""
    saved = SavedFilter.objects.filter(user=request.user, page="queue").order_by()
    own = Application.objects.filter(assigned_to=request.user, status__in=TURN.get(duty, ())).order_by()
    count = own.values("assigned_to").annotate(number=Cast(Count("pk"), CharField())).values_list(Value(""), "number")
    rows = dict(saved.values_list("name", "query").union(count, all=True))
    return int(rows.pop("", 0)), sorted(rows.items())


def _asked(request: Request, duty: str) -> QueryDict:
    """Return what was asked for; whoever opens the queue plainly sees the own turn, or everything."""
    asked = request.GET.copy()
    wanted = asked.get("status")
    if wanted not in dict(TABS) or (wanted in OF_THE_TURN and duty not in TURN):
        asked["status"] = MINE if duty in TURN else ALL
    return asked


def _status(asked: QueryDict) -> str:
    return str(asked["status"])


def _query_of(asked: QueryDict) -> str:
    """Return what the queue is narrowed by as an address, without the place in it."""
    kept = {name: asked[name] for name in QueueFilter.base_filters if asked.get(name)}
    return urlencode(kept)


def _order(asked: QueryDict) -> tuple[str, ...]:
    """
    Return the nearest deadline first where one runs; the rest newest first, which an index answers at any size.

    Numbers by their beginning stand in the order of numbers: the newest of an old year is far down the list of all.
    """
    if _status(asked) != ALL and _status(asked) not in ENDED:
        return ("due_on", "pk")
    return ("-number",) if begins_number(asked.get("q", "")) else ("-pk",)


def _with_clocks(cases: QuerySet[Application]) -> QuerySet[Any]:
    """Read with each row whether its step has a clock, and whether that rests; asked only of rows that are shown."""
    running = Clock.objects.filter(application=OuterRef("pk"), step=OuterRef("status"), ended_on=None)
    pauses = ClockPause.objects.filter(
        clock__application=OuterRef("pk"), clock__step=OuterRef("status"), clock__ended_on=None, until=None
    )
    return cases.annotate(ticking=Exists(running), resting=Exists(pauses))


def colleagues_of(posting: Posting) -> QuerySet[User]:
    """Return who can be handed a case at this desk: the officers posted today to the same duty."""
    posted = Posting.objects.current().filter(authority=posting.authority_id, duty=posting.duty)
    return User.objects.filter(pk__in=posted.values("user"), is_active=True).order_by("name", "pk")


@require_safe
def queue(request: Request) -> HttpResponse:
    """Show the cases of the officer's authority, sixty at a time."""
    posting = case_desk(request)
    asked = _asked(request, posting.duty)
    cases = Application.objects.at_the_desk_of(request.user).filter(authority=posting.authority_id)
    narrowed = QueueFilter(asked, queryset=cases, request=request)
    valid = narrowed.form.is_valid()
    found = narrowed.qs if valid else cases.none()
    page = keyset(found, _order(asked), request, ROWS, columns=COLUMNS, detail=_with_clocks)
    counts = _counts(posting.authority_id)
    own, saved = _of_this_officer(request, posting.duty)
    before, _, after = reverse("console:case", args=[0]).rpartition("0")  # resolved once and not for each row
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "申报件",
        "filter": narrowed,
        "narrowed": any(asked.get(name) for name in narrowed.form.fields if name != "status"),
        "rows": [Row(f"{before}{row['pk']}{after}", *(row[name] for name in COLUMNS)) for row in page.rows],
        "page": page,
        "tabs": _tabs(counts, posting.duty, _status(asked), own),
        "saved": saved,
        "query_now": _query_of(asked),
        "may_assign": posting.duty in ASSIGNING and _status(asked) in OF_THE_TURN,
        "colleagues": choices_of(posting.authority_id).officers.get(posting.duty, []),
        "me": str(request.user.pk),
        "status_now": asked["status"],
        "mine": MINE,
        "pools_ready": list(pools_with_room(posting.authority_id)) if posting.duty == Duty.APPROVE else [],
        "section": f"{reverse('console:queue')}?status={MINE if asked['status'] in OF_THE_TURN else ALL}",
    }
    return render(request, "console/queue.html", context, status=200 if valid else 422)


EXTRA_URLS.append(path("queue/", queue, name="queue"))
NAVIGATION.append(Entry("我的待办", "console:queue", frozenset(TURN), query=f"?status={MINE}"))
NAVIGATION.append(Entry("全部申报件", "console:queue", CASE_DUTIES, query=f"?status={ALL}"))
