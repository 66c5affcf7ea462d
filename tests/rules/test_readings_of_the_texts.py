"""What a careless reader gets wrong, policy by policy; worked out from the texts by hand."""

import pytest

import rules
from tests.rules.cases import paid, result, typical, with_facts


def test_shares_of_a_city_district_split_the_odd_fen_to_the_district():
    case = {"clause": "baoding-costshare", "facts": {"award_yuan": "0.03", "district_type": "city_district"}}

    answer = rules.judge(case).to_json()

    assert (answer["eligible"], answer["kind"], answer["amount_yuan"]) == (True, "exact", "0.03")
    assert answer["shares"] == [
        {"payer": "市级", "share_pct": "50", "amount_yuan": "0.01"},
        {"payer": "区级", "share_pct": "50", "amount_yuan": "0.02"},
    ]
    reverse = rules.judge({**case, "settings": {"B11": "b"}}).to_json()
    assert [share["amount_yuan"] for share in reverse["shares"]] == ["0.02", "0.01"]


@pytest.mark.parametrize(
    ("district", "shares"),
    [
        ("provincial_direct_county", [{"payer": "县级", "share_pct": "100", "amount_yuan": "1000.00"}]),
        ("other_county", [{"payer": "按财政体制", "share_pct": None, "amount_yuan": None}]),
        ("development_zone", [{"payer": "按财政体制", "share_pct": None, "amount_yuan": None}]),
    ],
)
def test_shares_outside_city_districts(district, shares):
    case = {"clause": "baoding-costshare", "facts": {"award_yuan": "1000", "district_type": district}}

    assert rules.judge(case).to_json()["shares"] == shares


def test_instalments_without_shares_in_the_text_carry_no_sum():
    schedule = rules.judge(typical("shihezi-4.1a")).to_json()["schedule"]

    assert schedule == [{"instalment": number, "share_pct": None, "amount_yuan": None} for number in (1, 2, 3)]


def test_approved_sum_leaves_the_ceiling_and_is_what_the_instalments_split():
    case = with_facts("shihezi-5.1a", approved_amount_yuan="0.07")

    answer = rules.judge(case).to_json()

    assert answer["amount_yuan"] == "10000000.00"
    assert [row["amount_yuan"] for row in answer["schedule"]] == ["0.01", "0.02", "0.04"]


def test_approved_sum_above_the_ceiling_is_refused_before_a_failing_condition():
    case = with_facts("shihezi-2.1", approved_amount_yuan="5000000.01", pue="1.30")

    assert result(case) == ("invalid", "none", None, "approved_above_ceiling")


def test_approved_sum_above_the_cap_is_refused_while_the_base_is_unknown():
    case = with_facts("shihezi-2.1", approved_amount_yuan="20000000.01", rack_and_compute_equipment_cost_yuan=None)

    assert result(case) == ("invalid", "none", None, "approved_above_ceiling")


def test_approved_sum_under_an_exact_clause_is_ignored():
    assert result(with_facts("xinxing-5b", approved_amount_yuan="99999999")) == (True, "exact", "500000.00", None)


def test_ceiling_cut_to_nothing_is_eligible_with_zero():
    case = with_facts("shihezi-2.1", rack_and_compute_equipment_cost_yuan="0.05")

    assert result(case) == (True, "ceiling", "0.00", None)


@pytest.mark.parametrize("order", [("baoding-5b", "baoding-5c"), ("baoding-5c", "baoding-5b")])
def test_voucher_items_of_baoding_give_the_same_total_in_every_order_of_filing(order):
    sums = {"baoding-5b": {"project_compute_cost_yuan": "500000"}, "baoding-5c": {"compute_usage_fees_yuan": "800000"}}
    history, total = [], 0
    for clause in order:
        verdict = rules.judge({**with_facts(clause, **sums[clause]), "history": history})
        total += verdict.amount_fen
        history.append(paid(clause, f"{verdict.amount_fen / 100:.2f}"))

    assert total == 40_000_000  # 50 % of 80万, more than 60 % of 50万


def test_part_that_lacks_a_fact_is_null_and_the_rest_is_paid():
    case = {
        "clauses": ["shihezi-2.3a", "shihezi-2.3b"],
        "facts": {**typical("shihezi-2.3a")["facts"], "uses_local_compute": True},
    }

    answer = rules.judge(case).to_json()

    assert (answer["eligible"], answer["kind"], answer["amount_yuan"]) == (True, "exact", "500000.00")
    assert answer["by_clause"] == {"shihezi-2.3a": "500000.00", "shihezi-2.3b": None}


def test_stack_is_invalid_when_nothing_is_payable_and_a_fact_is_missing():
    case = {
        "clauses": ["shihezi-2.3a", "shihezi-2.3b"],
        "facts": {**with_facts("shihezi-2.3a", settled_in_jurisdiction=False)["facts"], "uses_local_compute": True},
    }

    assert result(case) == ("invalid", "none", None, "missing_fact:compute_usage_fees_yuan")


def test_stack_without_any_payable_part_is_not_eligible():
    case = {"clauses": ["xinxing-1", "xinxing-11"], "facts": {}}

    answer = rules.judge(case).to_json()

    assert (answer["eligible"], answer["kind"], answer["amount_yuan"]) == (False, "none", "0.00")
    assert answer["by_clause"] == {"xinxing-1": "0.00", "xinxing-11": "0.00"}


def test_stack_serves_a_short_pool_in_the_order_of_the_text():
    case = {
        "clauses": ["shihezi-2.3b", "shihezi-2.3a"],
        "facts": {
            **typical("shihezi-2.3a")["facts"],
            "uses_local_compute": True,
            "compute_usage_fees_yuan": "1000000",
        },
        "pool": {"limit_yuan": "10000000", "used_yuan": "9400000"},
    }

    answer = rules.judge(case).to_json()

    assert answer["by_clause"] == {"shihezi-2.3b": "100000.00", "shihezi-2.3a": "500000.00"}
    assert list(answer["by_clause"]) == ["shihezi-2.3b", "shihezi-2.3a"]


def test_higher_prize_counts_only_for_the_same_project():
    case = {
        **typical("xinxing-9c"),
        "history": [paid("xinxing-9d", "100000"), paid("xinxing-9d", "50000", same_item=False)],
    }

    assert result(case) == (True, "exact", "200000.00", "higher_not_repeat")


def test_every_kind_of_enterprise_is_an_enterprise_where_the_clause_says_only_enterprise():
    kinds = [value for value, _ in rules.load().facts["applicant_type"].choices]

    eligible = {kind for kind in kinds if rules.judge(with_facts("xinxing-8", applicant_type=kind)).eligible}

    assert eligible == {kind for kind in kinds if kind.endswith("enterprise")}


def test_readings_in_force_are_recorded():
    answer = rules.judge({**typical("xinxing-3"), "settings": {"X6": "b"}}).to_json()

    assert answer["readings"] == {"X4": "a", "X5": "a", "X6": "b", "X19": "a", "X30": "a"}
    assert answer["pack_version"] == "xinxing.v1"
    assert len(answer["pack_sha256"]) == 64


def test_catalogue_is_complete():
    counts = {policy: len(pack.clauses) for policy, pack in rules.load().packs.items()}
    readings = {policy: len(pack.readings) for policy, pack in rules.load().packs.items()}

    assert counts == {"xinxing": 25, "shihezi": 32, "haidong": 24, "shanxi": 29, "baoding": 27}
    assert readings == {"xinxing": 33, "shihezi": 37, "haidong": 12, "shanxi": 37, "baoding": 30}
