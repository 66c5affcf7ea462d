"""海东 once more: the one figure of the text and everything that is passed on, worked out from the text by hand."""

import pytest

import rules
from tests.rules.cases import good, paid, result

COST = "rack_and_compute_equipment_cost_yuan"
FIRST = [paid("haidong-4a", "1000000", year=2024)]
ELSEWHERE = [paid("haidong-4a", "2000000", year=2024, same_item=False)]


@pytest.mark.parametrize(
    ("facts", "history", "settings", "yuan"),
    [
        ({COST: "100000000"}, [], {}, "1000000.00"),
        ({COST: "100000000.01"}, [], {"H1": "b"}, "1000000.00"),
        ({COST: "500000000"}, [], {}, "1000000.00"),
        ({COST: "500000000.01"}, [], {}, "2000000.00"),
        ({COST: "499999999.99"}, [], {"H2": "b"}, "1000000.00"),
        ({COST: "500000000"}, [], {"H2": "b"}, "2000000.00"),
        ({COST: 600_000_000}, ELSEWHERE, {}, "2000000.00"),
        ({COST: "600000000"}, FIRST, {"H5": "b"}, "1000000.00"),
        ({COST: "600000000"}, ELSEWHERE, {"H5": "b"}, "2000000.00"),
        ({"build_type": "expansion", "key_compute_project": None}, [], {}, "1000000.00"),
        ({"build_type": "existing", "key_compute_project": True}, [], {"H11": "b"}, "1000000.00"),
        ({"provincial_funds_arrived": True}, [], {}, "1000000.00"),
        ({"provincial_funds_arrived": False}, [], {"H7": "b"}, "1000000.00"),
    ],
)
def test_sum(facts, history, settings, yuan):
    case = {"clause": "haidong-4a", "facts": good("haidong-4a", **facts), "history": history, "settings": settings}

    assert result(case)[:3] == (True, "exact", yuan)


@pytest.mark.parametrize(
    ("facts", "history", "settings", "blocked"),
    [
        ({COST: "99999999.99"}, [], {}, f"condition:{COST}"),
        ({COST: "0", "build_type": None}, [], {}, f"condition:{COST}"),
        ({COST: "100000000"}, [], {"H1": "b"}, f"condition:{COST}"),
        ({"build_type": "existing"}, [], {}, "condition:build_type"),
        ({"build_type": "retrofit", COST: None}, [], {}, "condition:build_type"),
        ({"sector_in_scope": False, COST: None}, [], {}, "condition:sector_in_scope"),
        ({COST: "600000000"}, FIRST, {}, "once_only_used"),
        ({}, FIRST, {"H5": "b"}, "no_increment"),
    ],
)
def test_nothing_is_left_and_the_reason_is_named(facts, history, settings, blocked):
    case = {"clause": "haidong-4a", "facts": good("haidong-4a", **facts), "history": history, "settings": settings}

    assert result(case) == (False, "none", "0.00", blocked)


@pytest.mark.parametrize("number", ["4b", "5a", "7", "11", "12", "13"])
def test_provincial_money_is_passed_on_only_when_it_has_arrived(number):
    clause = f"haidong-{number}"

    found = [
        result({"clause": clause, "facts": good(clause, provincial_funds_arrived=arrived)})
        for arrived in (True, False, None)
    ]

    assert found == [
        (True, "external", None, None),
        (False, "none", "0.00", "condition:provincial_funds_arrived"),
        ("invalid", "none", None, "missing_fact:provincial_funds_arrived"),
    ]


@pytest.mark.parametrize(
    ("number", "kind"), [("5b", "case_by_case"), ("6", "external"), ("9", "case_by_case"), ("4b", "external")]
)
@pytest.mark.parametrize(
    ("on", "inside"), [("2024-06-30", False), ("2024-07-01", True), ("2029-06-30", True), ("2029-07-01", False)]
)
def test_both_end_days_of_five_years_are_in(number, kind, on, inside):
    clause = f"haidong-{number}"

    found = result({"clause": clause, "facts": good(clause), "on": on})

    assert found == ((True, kind, None, None) if inside else (False, "none", "0.00", "out_of_term"))


def test_provincial_money_comes_on_top_of_the_city_subsidy():
    facts = good("haidong-4a") | good("haidong-4b")

    answer = rules.judge({"clauses": ["haidong-4a", "haidong-4b"], "facts": facts}).to_json()

    assert (answer["eligible"], answer["kind"], answer["amount_yuan"]) == (True, "exact", "1000000.00")
    assert answer["by_clause"] == {"haidong-4a": "1000000.00", "haidong-4b": None}
