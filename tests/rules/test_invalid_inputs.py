import pytest

import rules
from tests.rules.cases import result, typical, with_facts

INVALID = ("invalid", "none", None)
BAD = {
    "money": ["-1", "-0.01", "1.234", "1.000", 1.5, 100.0, "abc", "NaN", "Infinity", "1e6", True, [], {}, ""],
    "decimal": ["-1", "abc", "nan", "-Infinity", 1.5, True, [], "1,5", ""],
    "percent": ["-0.01", "100.01", "abc", 60.0, True],
    "integer": [-1, 1.0, 2.5, "50", "abc", True, []],
    "bool": ["true", 1, 0, "是", "", []],
    "choice": ["unknown", "", 1, True, "新建"],
    "date": ["2026-02-30", "2026/01/01", 20260101, "", "2026-1-1"],
    "money_list": [["1", "2"], ["1", "2", "3", "4"], ["1", "2", "-3"], "1", ["1", "2", 3.5], []],
}
FACTS = [(name, value) for name, fact in rules.load().facts.items() for value in BAD[fact.kind]]


@pytest.mark.parametrize(("name", "value"), FACTS)
def test_impossible_value_is_refused_and_named(name, value):
    assert result({"clause": "xinxing-1", "facts": {name: value}}) == (*INVALID, f"bad_fact:{name}")


@pytest.mark.parametrize(
    ("name", "value"),
    [("pue", "0.9999"), ("drafter_rank", 0), ("interest_year_no", 0), ("prize_rank", 0), ("talent_level", 0)],
)
def test_value_below_its_least_is_refused(name, value):
    assert result({"clause": "xinxing-1", "facts": {name: value}}) == (*INVALID, f"bad_fact:{name}")


@pytest.mark.parametrize(
    ("part", "whole"),
    [("annotation_revenue_yuan", "annual_revenue_yuan"), ("new_loan_interest_paid_yuan", "loan_interest_paid_yuan")],
)
def test_part_larger_than_its_whole_is_refused(part, whole):
    assert result({"clause": "xinxing-1", "facts": {part: "1.01", whole: "1.00"}}) == (*INVALID, f"bad_fact:{part}")
    assert result({"clause": "xinxing-1", "facts": {part: "1.00", whole: "1.00"}})[0] is False


@pytest.mark.parametrize(
    "pool",
    [
        {"limit_yuan": "1.00", "used_yuan": "1.01"},
        {"limit_yuan": "-1", "used_yuan": "-2"},
        {"limit_yuan": "1.001", "used_yuan": "0"},
        {"limit_yuan": 1.5, "used_yuan": "0"},
        {"limit_yuan": "1"},
    ],
)
def test_impossible_pool_is_refused(pool):
    assert result({**typical("xinxing-4a"), "pool": pool}) == (*INVALID, "bad_fact:pool")


@pytest.mark.parametrize("amount", ["-1", "1.001", 1.5, None, "abc"])
def test_impossible_history_is_refused(amount):
    row = {"clause": "xinxing-3", "year": 2025, "amount_yuan": amount}

    assert result({**typical("xinxing-3"), "history": [row]}) == (*INVALID, "bad_fact:history")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"clause": "xinxing-99"}, "没有条款“xinxing-99”"),
        ({"clause": "nowhere-1"}, "没有条款“nowhere-1”"),
        ({"clause": None}, "应写明 clause 或 clauses，且只写一个"),
        ({"clauses": ["xinxing-3"]}, "应写明 clause 或 clauses，且只写一个"),
        ({"clause": None, "clauses": []}, "clause 应为条款编号，clauses 应为一列条款编号"),
        ({"clause": 3}, "clause 应为条款编号，clauses 应为一列条款编号"),
        ({"clause": None, "clauses": ["xinxing-3", "xinxing-3"]}, "同一条款不能重复申报"),
        ({"facts": {"nonsense": 1}}, "没有事实“nonsense”"),
        ({"facts": []}, "facts 应为一组“名称: 数值”"),
        ({"on": "yesterday"}, "on：日期应写成 2025-06-30 的形式"),
        ({"settings": {"X99": "a"}}, "没有口径“X99”"),
        ({"settings": {"X6": "z"}}, "口径“X6”没有选项“z”"),
        ({"history": [{"clause": "xinxing-99", "year": 2025, "amount_yuan": "1"}]}, "history 中没有条款“xinxing-99”"),
        ({"history": {}}, "history 应为一列以往奖补"),
        ({"facts_by_clause": {"xinxing-2": {}}}, "facts_by_clause 中的“xinxing-2”不在所申报的条款之内"),
    ],
)
def test_what_is_no_case_is_refused_with_a_reason(change, reason):
    assert result({**typical("xinxing-3"), **change}) == (*INVALID, f"bad_case:{reason}")


def test_null_is_unknown_and_not_zero():
    case = typical("xinxing-3")
    case["facts"]["pue"] = None

    assert result(case) == (*INVALID, "missing_fact:pue")


def test_known_facts_that_do_not_matter_are_ignored():
    assert result(with_facts("xinxing-3", staff=3, contest_level="city")) == result(typical("xinxing-3"))


def test_keys_of_a_case_that_say_nothing_to_the_engine_are_ignored():
    assert result({**typical("xinxing-3"), "id": "x", "why": "because", "expected": {}}) == result(typical("xinxing-3"))


@pytest.mark.parametrize(
    ("clause", "name"),
    [
        (clause.id, field.name)
        for clause in rules.load().pack("xinxing").clauses
        if clause.monetary
        for field in rules.fields(clause.id)
        if field.name not in ("officer_confirmed_similar", "accepted_by_national_authority")
    ],
)
def test_every_needed_fact_is_asked_for_when_it_is_unknown(clause, name):
    case = typical(clause)
    del case["facts"][name]

    assert result(case) == (*INVALID, f"missing_fact:{name}")
