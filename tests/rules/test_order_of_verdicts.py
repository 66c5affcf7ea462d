import pytest

from tests.rules.cases import paid, result, with_facts

INVALID = ("invalid", "none", None)


def test_impossible_fact_comes_before_everything():
    case = with_facts("xinxing-3", pue="0.99", build_type="existing", stable_months=None)
    case["on"] = "2020-01-01"

    assert result(case) == (*INVALID, "bad_fact:pue")


def test_impossible_fact_comes_before_a_clause_without_money():
    case = {"clause": "xinxing-1", "facts": {"staff": -1}}

    assert result(case) == (*INVALID, "bad_fact:staff")


def test_clause_without_money_comes_before_the_term():
    case = {"clause": "xinxing-11", "facts": {"policy_issued_on": "2026-01-01"}, "on": "2020-01-01"}

    assert result(case) == (False, "none", "0.00", "non_monetary")


def test_term_comes_before_a_failing_condition():
    case = with_facts("xinxing-3", policy_issued_on="2026-01-01", pue="1.30")
    case["on"] = "2026-01-31"

    assert result(case) == (False, "none", "0.00", "out_of_term")


def test_failing_condition_comes_before_a_missing_fact():
    case = with_facts("xinxing-3", pue="1.30", stable_months=None)

    assert result(case) == (False, "none", "0.00", "condition:pue")


def test_tier_not_reached_comes_before_a_missing_fact():
    case = with_facts("xinxing-3", scale_pflops_fp16="999", pue=None)

    assert result(case) == (False, "none", "0.00", "condition:scale_pflops_fp16")


def test_missing_fact_comes_before_a_used_right():
    case = with_facts("xinxing-5b", annotation_revenue_yuan=None)
    case["history"] = [paid("xinxing-5b", "500000")]

    assert result(case) == (*INVALID, "missing_fact:annotation_revenue_yuan")


def test_used_right_comes_before_the_pool():
    case = with_facts("xinxing-5b")
    case |= {"history": [paid("xinxing-5b", "500000")], "pool": {"limit_yuan": "0", "used_yuan": "0"}}

    assert result(case)[2:] == ("0.00", "once_only_used")


def test_short_pool_leaves_kind_and_eligible():
    case = with_facts("xinxing-4a")
    case["pool"] = {"limit_yuan": "100.00", "used_yuan": "99.99"}

    assert result(case) == (True, "exact", "0.01", "pool_exhausted")


@pytest.mark.parametrize(
    ("issued", "on", "blocked"),
    [
        ("2026-01-31", "2026-03-02", "out_of_term"),
        ("2026-01-31", "2026-03-03", None),
        ("2026-01-31", "2029-03-02", None),
        ("2026-01-31", "2029-03-03", "out_of_term"),
        ("2028-01-29", "2028-02-28", "out_of_term"),
        ("2028-01-29", "2028-02-29", None),
        ("2028-01-29", "2031-02-28", None),
        ("2028-01-29", "2031-03-01", "out_of_term"),
    ],
)
def test_term_starts_on_the_31st_day_after_issue_and_lasts_three_years(issued, on, blocked):
    case = with_facts("xinxing-3", policy_issued_on=issued)
    case["on"] = on

    assert result(case)[3] == blocked


def test_term_may_start_a_day_earlier_by_reading():
    case = with_facts("xinxing-3", policy_issued_on="2026-01-31")
    case |= {"on": "2026-03-02", "settings": {"X1": "b"}}

    assert result(case) == (True, "exact", "3000000.00", None)


def test_day_without_issue_day_is_refused():
    case = with_facts("xinxing-3")
    case["on"] = "2026-06-30"

    assert result(case) == (*INVALID, "missing_fact:policy_issued_on")


def test_yearly_cap_needs_the_year_only_where_earlier_awards_may_count():
    case = with_facts("xinxing-4a")
    del case["support_year"]
    assert result(case) == (True, "exact", "200000.00", None)

    case["history"] = [paid("xinxing-4b", "1000000")]
    assert result(case) == (True, "exact", "200000.00", None)

    case["history"] = [paid("xinxing-4a", "1000000")]
    assert result(case) == (*INVALID, "missing_fact:support_year")


def test_year_of_the_day_is_the_default_year():
    case = with_facts("xinxing-4a", policy_issued_on="2025-01-01")
    del case["support_year"]
    case |= {"on": "2026-06-30", "history": [paid("xinxing-4a", "900000", year=2026)]}

    assert result(case) == (True, "exact", "100000.00", "cap_used")
