"""
Legal clocks as pure functions: days counted from a table, never guessed.

The table is `chinesecalendar` (published years of the State Council's notice) under the authority's own days. A year
that ships with neither, and that the authority has not declared complete, has no table: whatever needs a day of it is
None, which the pages show as 待定.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import chinese_calendar

WORKING, CALENDAR, MONTH = "working", "calendar", "month"  # the values of models.Unit

Overrides = Mapping[date, bool]
Pause = tuple[date, date | None]  # (since, until]: the day it began is counted, the day it ended is not

ONE_DAY = timedelta(days=1)


Day = TypeVar("Day", bound=date)


def years_after(day: Day, years: int) -> Day:
    """
    Return the same day (or moment) some years later or earlier; 29 February falls on the last day of that month
    (民法典第二百零二条).
    """
    last = monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or that month's last one, whether offices work or not."""
    return day + timedelta(days=_months_as_days(day, months))


class Calendar(dict[date, bool]):
    """The authority's own days (True where offices work), and the years whose list it has declared complete."""

    def __init__(self, days: Overrides | Iterable[tuple[date, bool]] = (), years: Iterable[int] = ()):
        super().__init__(days)
        self.years = frozenset(years)


@dataclass(frozen=True)
class Reckoning:
    """
    What a clock says: its last day, or why there is none yet.

    `missing` is the year whose table is needed; without a last day and without a missing year the clock rests.
    """

    last: date | None
    missing: int | None = None


class _NoTable(Exception):
    """Counting came upon a day in a year without a table."""


def ships(year: int) -> bool:
    """Return whether the portal itself brings the table of a year."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def holiday_name(day: date) -> str:
    """Return what the shipped table calls a day, "" for an ordinary one or in a year it does not have."""
    try:
        named = chinese_calendar.get_holiday_detail(day)[1]
    except NotImplementedError:
        return ""
    return str(chinese_calendar.Holiday(named).chinese) if named else ""


def is_working_day(day: date, overrides: Overrides) -> bool | None:
    """Return whether offices work that day, or None in a year nobody has a table for."""
    if day in overrides:
        return overrides[day]
    if isinstance(overrides, Calendar) and day.year in overrides.years:
        return day.weekday() < 5
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return None


def _works(day: date, overrides: Overrides) -> bool:
    working = is_working_day(day, overrides)
    if working is None:
        raise _NoTable(day.year)
    return working


def add_working_days(start: date, days: int, overrides: Overrides) -> date | None:
    """Return the last day of a period of working days; the day it starts on is not counted (民法典第二百零一条)."""
    return period(start, days, WORKING, (), overrides)


def period(
    start: date, length: int, unit: str, pauses: Iterable[Pause] = (), overrides: Overrides | None = None
) -> date | None:
    """Return the last day of a period, None while it rests or needs a year without a table (待定); see `reckon`."""
    return reckon(start, length, unit, pauses, overrides).last


def reckon(
    start: date, length: int, unit: str, pauses: Iterable[Pause] = (), overrides: Overrides | None = None
) -> Reckoning:
    """
    Return the last day of a period, or what stands in the way of knowing it.

    The first day is never counted (民法典第二百零一条). A month ends on the same day of a later month, or on its last
    day (第二百零二条). Days and months that end on a rest day end on the next working day (第二百零三条). Days in a
    pause are not counted and no period ends in one; a pause that began after the last day changes nothing.
    """
    assert length >= 0
    assert unit in (WORKING, CALENDAR, MONTH)
    table = {} if overrides is None else overrides
    try:
        return Reckoning(_last_day(start, length, unit, list(pauses), table))
    except _NoTable as error:
        return Reckoning(None, int(error.args[0]))


def _last_day(start: date, length: int, unit: str, pauses: list[Pause], table: Overrides) -> date | None:
    """Return the last day, None when an open pause comes before it. Raises _NoTable."""
    left = _months_as_days(start, length) if unit == MONTH else length
    if left == 0:
        return start
    for day in _counted(start, pauses):
        if unit == WORKING:
            left -= _works(day, table)
            if left == 0:
                return day
        else:
            left -= left > 0
            if left == 0 and _works(day, table):
                return day
    return None


def _counted(start: date, pauses: list[Pause]) -> Iterator[date]:
    """Yield the days after the first that lie in no pause; the series ends where an open pause begins."""
    rests = min((since for since, until in pauses if until is None), default=date.max)
    closed = [(since, until) for since, until in pauses if until is not None]
    day = start
    while day < rests:
        day += ONE_DAY
        if not any(since < day <= until for since, until in closed):
            yield day


def _months_as_days(start: date, months: int) -> int:
    """Return how many days lie between a day and the same day some months later, or that month's last one."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return (date(year, month, min(start.day, monthrange(year, month)[1])) - start).days


def days_left(today: date, due: date | None, overrides: Overrides) -> int | None:
    """Return working days from today to the due day, negative when it has passed, None when either is unknown."""
    if due is None:
        return None
    first, last, sign = (today, due, 1) if today <= due else (due, today, -1)
    count = 0
    while first < last:
        first += ONE_DAY
        working = is_working_day(first, overrides)
        if working is None:
            return None
        count += working
    return sign * count


def within_working_days(today: date, days: int, overrides: Overrides) -> date:
    """Return the last day that is at most so many working days away, as far as the table goes."""
    day, left = today, days
    while (working := is_working_day(day + ONE_DAY, overrides)) is not None:
        if working and left == 0:
            break
        left -= working
        day += ONE_DAY
    return day
