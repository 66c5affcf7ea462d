"""Every period that practice knows, on real days of 2025 to 2027: working days, natural days, months, pauses."""

from datetime import date as D
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.clocks import (
    CALENDAR,
    MONTH,
    WORKING,
    Calendar,
    Reckoning,
    holiday_name,
    is_working_day,
    period,
    reckon,
    ships,
    within_working_days,
)
from applications.models import Unit

W, C, M = WORKING, CALENDAR, MONTH
Y25, Y26 = 2025, 2026


def test_units_are_those_of_the_rows():
    assert {W, C, M} == set(Unit.values)


@pytest.mark.parametrize(
    ("start", "length", "unit", "last"),
    [
        # 工作日: the first day is not counted, whatever day it is
        (D(Y26, 9, 1), 5, W, D(Y26, 9, 8)),  # 受理 5 (行政许可法第三十二条), also 听证申请 5 (行政处罚法第六十四条)
        (D(Y26, 9, 5), 5, W, D(Y26, 9, 11)),  # filed on a Saturday
        (D(Y26, 10, 1), 5, W, D(Y26, 10, 13)),  # filed on a holiday; 10-10 is worked
        (D(Y26, 9, 1), 0, W, D(Y26, 9, 1)),  # 公示期 0: no notice at all
        (D(Y26, 6, 1), 7, W, D(Y26, 6, 10)),  # 送达 7, 公示 7
        (D(Y26, 6, 1), 10, W, D(Y26, 6, 15)),  # 补正 10, 催告 10
        (D(Y26, 6, 1), 15, W, D(Y26, 6, 23)),  # 拨付 15, 差评整改 15: over 端午 (06-19)
        (D(Y26, 6, 1), 20, W, D(Y26, 6, 30)),  # 核验 20
        (D(Y26, 6, 1), 60, W, D(Y26, 8, 25)),  # 快申快享 60
        # over holidays
        (D(Y26, 9, 30), 3, W, D(Y26, 10, 10)),  # 国庆: 10-08, 10-09 and the worked Saturday
        (D(Y25, 9, 26), 4, W, D(Y25, 10, 9)),  # 国庆 2025: 09-28 is worked, 10-01 to 10-08 are not
        (D(Y25, 1, 24), 5, W, D(Y25, 2, 7)),  # 春节 2025: 01-26 is worked
        (D(Y26, 2, 9), 6, W, D(Y26, 2, 24)),  # 春节 2026
        (D(Y25, 12, 25), 10, W, D(Y26, 1, 9)),  # over the turn of the year, 01-04 is worked
        # the last day is a weekend day that is worked
        (D(Y25, 12, 30), 2, W, D(Y26, 1, 4)),
        (D(Y26, 2, 9), 5, W, D(Y26, 2, 14)),
        (D(Y26, 2, 12), 7, W, D(Y26, 2, 28)),
        (D(Y26, 4, 30), 4, W, D(Y26, 5, 9)),
        (D(Y26, 9, 14), 5, W, D(Y26, 9, 20)),
        (D(Y26, 9, 28), 5, W, D(Y26, 10, 10)),
        (D(Y25, 1, 24), 6, W, D(Y25, 2, 8)),
        (D(Y25, 9, 29), 4, W, D(Y25, 10, 11)),
        # where the table ends
        (D(Y26, 12, 28), 3, W, D(Y26, 12, 31)),
        (D(Y26, 12, 28), 4, W, None),
        # 自然日: a last day that is a rest day moves to the next working day (民法典第二百零三条)
        (D(Y26, 9, 1), 14, C, D(Y26, 9, 15)),  # 申报通知 14
        (D(Y26, 9, 1), 15, C, D(Y26, 9, 16)),  # 责令退回 15, 复议后起诉 15
        (D(Y26, 9, 1), 10, C, D(Y26, 9, 11)),  # 公示 10 (深圳)
        (D(Y26, 9, 1), 11, C, D(Y26, 9, 14)),  # ends on a Saturday
        (D(Y26, 9, 1), 30, C, D(Y26, 10, 8)),  # 公告送达 30: ends on 国庆
        (D(Y26, 9, 1), 24, C, D(Y26, 9, 28)),  # ends on 中秋
        (D(Y26, 9, 25), 15, C, D(Y26, 10, 10)),  # ends on a worked Saturday and stays
        (D(Y26, 3, 5), 60, C, D(Y26, 5, 6)),  # 行政复议 60: ends on 劳动节
        (D(Y26, 6, 10), 60, C, D(Y26, 8, 10)),  # ends on a Sunday
        (D(Y26, 6, 1), 90, C, D(Y26, 8, 31)),  # 处罚决定 90: ends on a Sunday
        (D(Y26, 11, 20), 60, C, None),  # ends in January 2027
        # 月: the same day, or the last one (第二百零二条), then the rest-day rule
        (D(Y25, 1, 31), 1, M, D(Y25, 2, 28)),
        (D(Y26, 1, 31), 1, M, D(Y26, 2, 28)),  # a worked Saturday
        (D(Y26, 3, 31), 1, M, D(Y26, 4, 30)),
        (D(Y26, 1, 28), 1, M, D(Y26, 2, 28)),
        (D(Y25, 8, 31), 6, M, D(Y26, 2, 28)),  # 行政诉讼 6 个月
        (D(Y25, 12, 15), 6, M, D(Y26, 6, 15)),
        (D(Y26, 4, 1), 6, M, D(Y26, 10, 8)),  # ends on 国庆
        (D(Y26, 6, 20), 3, M, D(Y26, 9, 20)),  # 申请强制执行 3 个月: ends on a worked Sunday
        (D(Y25, 6, 20), 12, M, D(Y26, 6, 22)),  # 未告知的复议期限一年: ends on a Saturday
        (D(Y26, 8, 1), 6, M, None),  # ends in February 2027
    ],
)
def test_last_day(start, length, unit, last):
    assert period(start, length, unit) == last


OPEN = None


@pytest.mark.parametrize(
    ("start", "length", "unit", "pauses", "last"),
    [
        # a correction that is open over 国庆 and over 春节
        (D(Y26, 9, 10), 20, W, [(D(Y26, 9, 24), D(Y26, 10, 12))], D(Y26, 10, 23)),
        (D(Y26, 2, 11), 5, W, [(D(Y26, 2, 12), D(Y26, 2, 24))], D(Y26, 2, 28)),
        # two corrections
        (D(Y26, 3, 2), 10, W, [(D(Y26, 3, 4), D(Y26, 3, 11)), (D(Y26, 3, 13), D(Y26, 3, 20))], D(Y26, 3, 30)),
        # a correction and an expert at the same time: a day is left out once
        (D(Y26, 3, 2), 10, W, [(D(Y26, 3, 4), D(Y26, 3, 11)), (D(Y26, 3, 9), D(Y26, 3, 16))], D(Y26, 3, 26)),
        # the correction is answered, the expert still works
        (D(Y26, 3, 2), 10, W, [(D(Y26, 3, 4), D(Y26, 3, 11)), (D(Y26, 3, 6), OPEN)], None),
        # asked and answered on one day
        (D(Y26, 3, 2), 10, W, [(D(Y26, 3, 4), D(Y26, 3, 4))], D(Y26, 3, 16)),
        # an open pause stops what has not ended before it
        (D(Y26, 3, 2), 5, W, [(D(Y26, 3, 6), OPEN)], None),
        (D(Y26, 3, 2), 5, W, [(D(Y26, 3, 9), OPEN)], D(Y26, 3, 9)),
        (D(Y26, 3, 2), 5, W, [(D(Y26, 3, 10), OPEN)], D(Y26, 3, 9)),
        (D(Y26, 3, 2), 5, W, [(D(Y26, 3, 2), OPEN)], None),
        # a pause after the end changes nothing
        (D(Y26, 3, 2), 5, W, [(D(Y26, 3, 10), D(Y26, 3, 20))], D(Y26, 3, 9)),
        # natural days and months rest as well, and none ends inside a pause
        (D(Y26, 3, 2), 15, C, [(D(Y26, 3, 5), D(Y26, 3, 10))], D(Y26, 3, 23)),
        (D(Y26, 3, 2), 5, C, [(D(Y26, 3, 7), D(Y26, 3, 10))], D(Y26, 3, 11)),
        (D(Y26, 3, 2), 5, C, [(D(Y26, 3, 7), OPEN)], None),
        (D(Y26, 3, 2), 1, M, [(D(Y26, 3, 10), D(Y26, 3, 20))], D(Y26, 4, 13)),
        # a pause that carries the limit over the end of the table
        (D(Y26, 12, 1), 20, W, [(D(Y26, 12, 2), D(Y26, 12, 9))], None),
    ],
)
def test_last_day_with_pauses(start, length, unit, pauses, last):
    assert period(start, length, unit, pauses) == last


def test_a_year_without_a_table_is_named_and_a_rest_is_not():
    assert reckon(D(2026, 12, 28), 4, W) == Reckoning(None, 2027)
    assert reckon(D(2026, 11, 20), 60, C) == Reckoning(None, 2027)
    assert reckon(D(2026, 12, 1), 5, W, [(D(2026, 12, 2), None)]) == Reckoning(None)


def test_a_list_counts_for_a_whole_year_only_once_it_is_declared_complete():
    entered = {D(2027, 1, 1): False, D(2027, 1, 3): True}  # 元旦, and a worked Sunday

    assert period(D(2026, 12, 28), 5, W, (), Calendar(entered)) is None
    assert period(D(2026, 12, 28), 5, W, (), Calendar(entered, [2027])) == D(2027, 1, 4)
    assert is_working_day(D(2027, 1, 2), Calendar(entered, [2027])) is False
    assert is_working_day(D(2028, 1, 3), Calendar(entered, [2027])) is None


def test_the_day_of_the_authority_goes_before_the_shipped_table():
    local = Calendar({D(2026, 9, 2): False})  # 地方民族节日, 全国年节及纪念日放假办法第四条

    assert period(D(2026, 9, 1), 1, W, (), local) == D(2026, 9, 3)
    assert period(D(2026, 9, 1), 1, C, (), local) == D(2026, 9, 3)


def test_the_shipped_table_ends_where_the_notice_ends():
    assert [year for year in range(2024, 2029) if ships(year)] == [2024, 2025, 2026]
    assert holiday_name(D(2026, 10, 1)) == "国庆节"
    assert holiday_name(D(2026, 9, 1)) == holiday_name(D(2027, 1, 1)) == ""


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (D(2026, 9, 1), D(2026, 9, 3)),
        (D(2026, 9, 3), D(2026, 9, 7)),  # Thursday: Friday and Monday
        (D(2026, 9, 29), D(2026, 10, 8)),  # 09-30, then the first day after 国庆
        (D(2026, 12, 30), D(2026, 12, 31)),  # as far as the table goes
    ],
)
def test_two_working_days_ahead(today, last):
    assert within_working_days(today, 2, {}) == last


OPENED = Calendar({}, range(2027, 2060))
on_any_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy one draws slowly
DAYS = st.dates(D(2025, 1, 1), D(2027, 12, 31))
PAUSES = st.builds(lambda day, days: (day, day + timedelta(days=days)), DAYS, st.integers(0, 60))


@on_any_machine
@given(DAYS, st.integers(1, 40), st.sampled_from([W, C]), st.lists(PAUSES, max_size=4), PAUSES)
def test_one_more_pause_never_makes_the_limit_earlier(start, length, unit, pauses, more):
    assert period(start, length, unit, [*pauses, more], OPENED) >= period(start, length, unit, pauses, OPENED)


@on_any_machine
@given(DAYS, st.integers(1, 8), st.lists(PAUSES, max_size=4), PAUSES)
def test_one_more_pause_never_makes_a_limit_in_months_earlier(start, months, pauses, more):
    assert period(start, months, M, [*pauses, more], OPENED) >= period(start, months, M, pauses, OPENED)


@on_any_machine
@given(DAYS, st.integers(1, 40), st.sampled_from([W, C, M]), st.lists(PAUSES, max_size=4), DAYS)
def test_an_open_pause_stops_the_clock_or_comes_too_late(start, length, unit, pauses, since):
    last = period(start, length, unit, pauses, OPENED)

    assert period(start, length, unit, [*pauses, (since, None)], OPENED) == (last if last <= since else None)


@on_any_machine
@given(DAYS, st.integers(1, 40), st.sampled_from([W, C, M]), st.lists(PAUSES, max_size=4))
def test_a_period_ends_on_a_working_day_outside_every_pause(start, length, unit, pauses):
    last = period(start, length, unit, pauses, OPENED)

    assert is_working_day(last, OPENED)
    assert not any(since < last <= until for since, until in pauses)
