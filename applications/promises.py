"""容缺承诺 as rows: which are open on a case, and how late a promised paper may come."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone

from applications.clocks import is_working_day
from applications.documents.letter import chinese_date
from applications.models import Application, Promise
from applications.timing import calendar_of

# Working days from the promise to the paper. Five fewer than the 20 a verification takes by default, so that whoever
# verifies still has a week for what comes last.
PROMISE_DAYS = 15


def latest_day(authority_id: int, at: datetime) -> date:
    """
    Return the last day that may be promised to an authority.

    Days of a year without a working-day table count as working days: the true limit lies on that day or later, so a
    promise is never too long and nothing waits for the table.
    """
    day = today = timezone.localdate(at)
    calendar = calendar_of(authority_id, since=today)
    left = PROMISE_DAYS
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, calendar) is not False
    return day


def promised_slots(promises: Iterable[Promise], day: date) -> set[str]:
    """Return the slots whose paper is still promised on a day: neither here nor too late."""
    return {row.slot for row in waiting(promises) if row.due_on >= day}


def waiting(promises: Iterable[Promise]) -> list[Promise]:
    """Return what of these has neither come nor become too late."""
    return [row for row in promises if row.kept_at is None and row.broken_at is None]


def open_promises(application: Application) -> list[Promise]:
    """Return what was promised on a case and has not come (one query)."""
    return list(application.promises.open())


def named(promises: Iterable[Promise]) -> str:
    """Name promised papers with their days for a sentence."""
    return "、".join(f"{row.label}（{chinese_date(row.due_on)}前）" for row in promises)
