"""
时限与工作日: how long each step may take, and the working days of each year, as the policy desk keeps them.

Both turn the clocks of running cases at once. The days of 公示 are a setting of the authority's own record.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from applications.actions import ActionRefused
from applications.actions import timing as actions
from applications.clocks import Calendar, holiday_name, is_working_day, ships
from applications.models import CalendarDay, CalendarYear, Clause, Duty, Posting, StepLength
from applications.workflow import LENGTHS
from portal.console.desk_tasks import open_tasks
from portal.console.policy import policy_desk
from portal.console.site import EXTRA_URLS, NAVIGATION, Entry, Group, site
from portal.forms.timing import FIRST_YEAR, LAST_YEAR, DaysForm, LengthForm, YearForm
from portal.idempotency import idempotent
from portal.requests import Request

FRIDAY = 4


@dataclass(frozen=True)
class LengthShown:
    """One length in force: the step, where it holds, and the row that says so (None where nothing was entered)."""

    step: str
    clause: Clause | None
    words: str
    row: StepLength | None


@dataclass(frozen=True)
class Span:
    """Days in a row that are shown as one line."""

    words: str
    names: str


@dataclass(frozen=True)
class YearShown:
    """One year of the table: where it comes from, its holidays and the weekend days that are worked."""

    year: int
    declared: CalendarYear | None
    shipped: bool
    asked_for: bool
    own_days: int
    rest: list[Span]
    work: list[Span]
    form: Form

    @property
    def is_open(self) -> bool:
        """Whether limits may fall into the year."""
        return self.shipped or self.declared is not None


@require_safe
def timing(request: Request) -> HttpResponse:
    """Show lengths and working days."""
    return timing_page(request)


def timing_page(
    request: Request, *, refusal: str = "", status: int = 200, opening: tuple[int, Form] | None = None, **forms: Form
) -> HttpResponse:
    """Render the page; `length_form`, `days_form` and `opening` (year, form) are what was typed, kept when refused."""
    posting = policy_desk(request)
    tasks = open_tasks(posting.authority_id)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "时限与工作日",
        "tasks": tasks,
        "lengths": list(_lengths(posting)),
        "notice_days": posting.authority.notice_days,
        "years": _years(posting.authority_id, {int(task.key) for task in tasks}, opening),
        "refusal": refusal,
        "length_form": LengthForm(authority_id=posting.authority_id),
        "days_form": DaysForm(),
    }
    return render(request, "console/timing/timing.html", context | forms, status=status)


def _lengths(posting: Posting) -> Iterator[LengthShown]:
    """Yield for each step its length for all clauses, then those of single clauses; the newest row counts."""
    rows = StepLength.objects.filter(authority=posting.authority_id).select_related("clause", "entered_by")
    newest: dict[tuple[str, int | None], StepLength] = {}
    for row in rows:  # newest first
        newest.setdefault((row.step, row.clause_id), row)
    for step, default in LENGTHS.items():
        general = newest.get((step, None))
        yield LengthShown(step.label, None, general.words if general else f"{default}个工作日", general)
        own = [row for (of, clause), row in newest.items() if of == step and clause is not None]
        for row in sorted(own, key=lambda row: row.clause.position if row.clause else 0):
            yield LengthShown(step.label, row.clause, row.words, row)


def _years(authority_id: int, asked_for: set[int], opening: tuple[int, Form] | None) -> list[YearShown]:
    """Return this year and the next, and every other year of which something was entered or asked for."""
    this_year = timezone.localdate().year
    rows = list(CalendarDay.objects.filter(authority=authority_id))
    declared = {
        row.year: row for row in CalendarYear.objects.filter(authority=authority_id).select_related("declared_by")
    }
    calendar = Calendar({row.day: row.working for row in rows}, declared)
    notes = {row.day: row.note for row in rows if row.note}
    years = {this_year, this_year + 1, *declared, *asked_for, *(row.day.year for row in rows)}
    if opening:
        years.add(opening[0])
    return [
        YearShown(
            year=year,
            declared=declared.get(year),
            shipped=ships(year),
            asked_for=year in asked_for,
            own_days=sum(row.day.year == year for row in rows),
            rest=[_span(days, notes) for days in rest_spans(year, calendar)],
            work=[_span([day], notes) for day in worked_weekends(year, calendar)],
            form=opening[1] if opening and opening[0] == year else YearForm(auto_id=f"year-{year}-%s"),
        )
        for year in sorted(years)
    ]


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def rest_spans(year: int, calendar: Calendar) -> list[list[date]]:
    """Return the rest days in a row that are more than a weekend, as the yearly notice names them."""
    spans: list[list[date]] = [[]]
    for day in _days_of(year):
        if is_working_day(day, calendar) is False:
            spans[-1].append(day)
        elif spans[-1]:
            spans.append([])
    return [span for span in spans if any(day.weekday() <= FRIDAY for day in span)]


def worked_weekends(year: int, calendar: Calendar) -> list[date]:
    """Return the Saturdays and Sundays that are worked."""
    return [day for day in _days_of(year) if day.weekday() > FRIDAY and is_working_day(day, calendar)]


def _span(days: list[date], notes: dict[date, str]) -> Span:
    first, last = days[0], days[-1]
    words = f"{first.month}月{first.day}日"
    if last != first:
        words += f"至{last.day}日" if last.month == first.month else f"至{last.month}月{last.day}日"
    names = dict.fromkeys(
        notes.get(day) or holiday_name(day) for day in days if day in notes or day.weekday() <= FRIDAY
    )
    return Span(words, "、".join(name for name in names if name))


def _act(request: Request, act: Callable[[], Any], words: str, back: Callable[[str], HttpResponse]) -> HttpResponse:
    """Run one action: on with a message, or back to the page with the reason (409)."""
    try:
        act()
    except ActionRefused as refusal:
        return back(str(refusal))
    messages.success(request, words)
    return redirect("console:timing")


@require_POST
@idempotent
def set_length(request: Request) -> HttpResponse:
    """Enter how long a step may take."""
    posting = policy_desk(request)
    form = LengthForm(request.POST, authority_id=posting.authority_id)
    if not form.is_valid():
        return timing_page(request, status=422, length_form=form)
    return _act(
        request,
        lambda: actions.set_length(posting.authority, by=request.user, at=timezone.now(), **form.cleaned_data),
        "已设定时限，办理中的申报件已重新计算期限。",
        lambda reason: timing_page(request, refusal=reason, status=409, length_form=form),
    )


@require_POST
@idempotent
def enter_days(request: Request) -> HttpResponse:
    """Enter days of a year."""
    posting, form = policy_desk(request), DaysForm(request.POST)
    if not form.is_valid():
        return timing_page(request, status=422, days_form=form)
    rows = form.cleaned_data["days"]
    return _act(
        request,
        lambda: actions.enter_days(posting.authority, rows, by=request.user, at=timezone.now()),
        f"已录入{len(rows)}天，办理中的申报件已重新计算期限。",
        lambda reason: timing_page(request, refusal=reason, status=409, days_form=form),
    )


@require_POST
@idempotent
def open_year(request: Request, year: int) -> HttpResponse:
    """Declare a year's list complete."""
    posting = policy_desk(request)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    form = YearForm(request.POST, auto_id=f"year-{year}-%s")
    form.fields["source"].required = not ships(year)
    if not form.is_valid():
        return timing_page(request, status=422, opening=(year, form))
    return _act(
        request,
        lambda: actions.open_year(posting.authority, year, by=request.user, at=timezone.now(), **form.cleaned_data),
        f"已启用{year}年工作日安排，办理中的申报件已重新计算期限。",
        lambda reason: timing_page(request, refusal=reason, status=409, opening=(year, form)),
    )


EXTRA_URLS += [
    path("timing/", timing, name="timing"),
    path("timing/lengths/", set_length, name="length_set"),
    path("timing/days/", enter_days, name="days_enter"),
    path("timing/years/<int:year>/", open_year, name="year_open"),
]
NAVIGATION.append(Entry("时限与工作日", "console:timing", frozenset({Duty.POLICY}), Group.RULES))
