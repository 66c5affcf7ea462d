"""
Legal clocks: working days counted from a table, never guessed.

The table is `chinesecalendar` (published years of the State Council's notice) under the authority's own rows. A day
in a year without a table makes the answer None, which the pages show as 待定.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import chinese_calendar

Overrides = Mapping[date, bool]


def is_working_day(day: date, overrides: Overrides) -> bool | None:
    """Return whether offices work that day, or None in a year nobody has a table for."""
    if day in overrides:
        return overrides[day]
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return None


def add_working_days(start: date, days: int, overrides: Overrides) -> date | None:
    """Return the last day of a period of working days; the day it starts on is not counted (民法典第二百零一条)."""
    assert days >= 0
    day = start
    while days:
        day += timedelta(days=1)
        working = is_working_day(day, overrides)
        if working is None:
            return None
        days -= working
    return day


def days_left(today: date, due: date | None, overrides: Overrides) -> int | None:
    """Return working days from today to the due day, negative when it has passed, None when either is unknown."""
    if due is None:
        return None
    first, last, sign = (today, due, 1) if today <= due else (due, today, -1)
    count = 0
    while first < last:
        first += timedelta(days=1)
        working = is_working_day(first, overrides)
        if working is None:
            return None
        count += working
    return sign * count
