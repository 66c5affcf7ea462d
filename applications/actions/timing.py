"""The policy desk keeps time: how long a step may take, and which days of a year are worked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from applications import history, permissions, recovering, timing
from applications.actions.shared import refuse_if, stop
from applications.clocks import Calendar, is_working_day, ships
from applications.models import (
    Application,
    Authority,
    CalendarDay,
    CalendarYear,
    Clause,
    Clock,
    DeskTask,
    Status,
    StepLength,
    Unit,
    User,
)
from applications.workflow import LENGTHS

# Holidays that stand on the same day every year (全国年节及纪念日放假办法第二条): a list without them is not complete.
FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))


def _enter(authority: Authority, by: User) -> Authority:
    """
    Check the duty, lock the cases whose clocks may turn, then the authority, whose chain the act is appended to.

    Cases come first, as everywhere: a finance officer who holds a case asks for the authority too.
    """
    refuse_if(permissions.why_not_manage_policy(by, authority.pk))
    running = Q(pk__in=timing.clocks_of(authority.pk).values("application"))
    recovered = Q(pk__in=recovering.terms_of(authority.pk).values("recovery__application"))
    list(Application.objects.select_for_update().filter(running | recovered).order_by("pk").values_list("pk"))
    return Authority.objects.select_for_update().get(pk=authority.pk)


@transaction.atomic
def set_length(
    authority: Authority,
    *,
    step: str,
    clause: Clause | None,
    unit: str,
    length: int,
    source: str,
    by: User,
    at: datetime,
) -> StepLength:
    """
    Enter how long a step may take, for one clause or for all; it counts from now on for running cases too.

    A correction that was already asked for keeps the days its letter states. Raises ActionRefused.
    """
    authority = _enter(authority, by)
    if step not in LENGTHS:
        stop("该环节没有办理时限。")
    if unit not in Unit.values or length <= 0:
        stop("时限须大于0。")
    if clause is not None and clause.policy.authority_id != authority.pk:
        stop("该条款不属于本单位的政策。")
    if not source.strip():
        stop("请填写依据文件。")
    newest = StepLength.objects.filter(authority=authority, step=step, clause=clause).first()
    if newest and (newest.unit, newest.length) == (unit, length):
        stop("与现行时限相同，不需要再次设定。")

    row = StepLength.objects.create(
        authority=authority,
        step=step,
        clause=clause,
        unit=unit,
        length=length,
        source=source.strip(),
        entered_by=by,
        entered_at=at,
    )
    changed = _recompute(authority, by=by, at=at)
    detail = {"row": row.pk, "step": step, "clause": clause.code if clause else "", "unit": unit, "length": length}
    note = f"{Status(step).label} {row.words}：{row.source}"
    history.record_for_authority(
        authority, "set_length", by=by, at=at, note=note, detail={**detail, "clocks": len(changed)}
    )
    return row


@dataclass(frozen=True)
class DayRow:
    """One day as typed: whether it is worked, and what it is called."""

    day: date
    working: bool
    note: str


@transaction.atomic
def enter_days(authority: Authority, rows: Sequence[DayRow], *, by: User, at: datetime) -> list[CalendarDay]:
    """
    Enter days that are not what their weekday says, all or none; a day entered before is put right.

    Raises ActionRefused.
    """
    authority = _enter(authority, by)
    if not rows:
        stop("请至少填写一天。")
    if len({row.day for row in rows}) != len(rows):
        stop("同一天不能填写两次。")

    before = {
        str(row.day): row.working
        for row in CalendarDay.objects.filter(authority=authority, day__in=[row.day for row in rows])
    }
    entered = CalendarDay.objects.bulk_create(
        [CalendarDay(authority=authority, day=row.day, working=row.working, note=row.note) for row in rows],
        update_conflicts=True,
        unique_fields=["authority", "day"],
        update_fields=["working", "note"],
    )
    changed = _recompute(authority, by=by, at=at)
    history.record_for_authority(
        authority,
        "enter_days",
        by=by,
        at=at,
        note=f"{len(rows)}天",
        detail={"days": {str(row.day): row.working for row in rows}, "before": before, "clocks": len(changed)},
    )
    return entered


@transaction.atomic
def open_year(authority: Authority, year: int, *, source: str, by: User, at: datetime) -> list[Clock]:
    """
    Declare the list of a year complete, so that limits may fall into it, and close the task that asked for it.

    A year that has since come with the portal needs no list: its limits are only reckoned. Raises ActionRefused.
    """
    authority = _enter(authority, by)
    if not ships(year):
        _declare(authority, year, source, by=by, at=at)
    changed = _recompute(authority, by=by, at=at)
    tasks = DeskTask.objects.filter(authority=authority, kind=DeskTask.Kind.CALENDAR, key=str(year), done_at=None)
    closed = tasks.update(done_by=by, done_at=at)
    if ships(year) and not closed:
        stop(f"{year}年工作日安排已随平台发布，不需要启用。")
    note = f"{year}年：{source.strip() or '随平台发布的安排'}"
    history.record_for_authority(
        authority, "open_year", by=by, at=at, note=note, detail={"year": year, "clocks": len(changed)}
    )
    return changed


def _declare(authority: Authority, year: int, source: str, *, by: User, at: datetime) -> None:
    if CalendarYear.objects.filter(authority=authority, year=year).exists():
        stop(f"{year}年工作日安排已经启用；有误的日期可以直接更正。")
    if not source.strip():
        stop("请填写依据文件。")
    entered = dict(CalendarDay.objects.filter(authority=authority, day__year=year).values_list("day", "working"))
    if missing := missing_holidays(year, Calendar(entered, [year])):
        named = "、".join(f"{day.month}月{day.day}日" for day in missing)
        stop(f"{year}年的安排不完整：{named}为法定节假日，尚未录入为休息日。")
    CalendarYear.objects.create(authority=authority, year=year, source=source.strip(), declared_by=by, declared_at=at)


def missing_holidays(year: int, calendar: Calendar) -> list[date]:
    """Return the holidays of fixed date that a list would have worked."""
    days = [date(year, month, day) for month, day in FIXED_HOLIDAYS]
    return [day for day in days if is_working_day(day, calendar)]


def _recompute(authority: Authority, *, by: User, at: datetime) -> list[Clock]:
    """Reckon all running clocks again, and tell every applicant whose day to answer a correction has changed."""
    changed = timing.recompute(authority.pk, at)
    recovering.recompute(authority.pk, at)
    for clock in changed:
        if clock.step == Status.CORRECTING and clock.due_on:
            _tell_new_day(clock, by=by, at=at)
    return changed


def _tell_new_day(clock: Clock, *, by: User, at: datetime) -> None:
    application, day = clock.application, clock.due_on
    assert day is not None
    history.record(
        application, "set_due_day", by=by, at=at, note=f"{day:%Y年%-m月%-d日}", detail={"due_on": day.isoformat()}
    )
