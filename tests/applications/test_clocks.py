"""Working days: the table of the State Council, the authority's own days, and years nobody knows."""

from datetime import date

import pytest

from applications.clocks import add_working_days, days_left, is_working_day, years_after


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 9, 1), True),  # an ordinary Tuesday
        (date(2026, 9, 5), False),  # an ordinary Saturday
        (date(2026, 9, 20), True),  # a Sunday worked for the National Day holiday
        (date(2026, 10, 1), False),
    ],
)
def test_working_day(day, working):
    assert is_working_day(day, {}) is working


def test_first_day_is_not_counted():
    assert add_working_days(date(2026, 9, 1), 5, {}) == date(2026, 9, 8)


def test_no_days_end_on_the_same_day():
    assert add_working_days(date(2026, 9, 1), 0, {}) == date(2026, 9, 1)


def test_period_over_the_national_day():
    assert add_working_days(date(2026, 9, 30), 3, {}) == date(2026, 10, 10)  # 10-08, 10-09, and the worked Saturday


def test_authority_day_goes_before_the_table():
    assert add_working_days(date(2026, 9, 1), 1, {date(2026, 9, 2): False}) == date(2026, 9, 3)


def test_year_without_a_table_is_unknown_and_never_guessed():
    assert is_working_day(date(2031, 3, 3), {}) is None
    assert add_working_days(date(2031, 3, 3), 2, {}) is None
    assert days_left(date(2031, 3, 3), date(2031, 3, 10), {}) is None


def test_year_entered_by_hand_is_known():
    entered = {date(2031, 3, 4): True, date(2031, 3, 5): True}
    assert add_working_days(date(2031, 3, 3), 2, entered) == date(2031, 3, 5)


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        (date(2026, 9, 1), date(2026, 9, 1), 0),
        (date(2026, 9, 1), date(2026, 9, 8), 5),
        (date(2026, 9, 8), date(2026, 9, 1), -5),
        (date(2026, 9, 1), None, None),
    ],
)
def test_days_left(today, due, left):
    assert days_left(today, due, {}) == left


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2028, 2, 29), 1, date(2029, 2, 28)),
        (date(2028, 2, 29), -1, date(2027, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
        (date(2026, 12, 31), 1, date(2027, 12, 31)),
    ],
)
def test_years_later_and_earlier_end_in_the_month(day, years, expected):
    assert years_after(day, years) == expected
