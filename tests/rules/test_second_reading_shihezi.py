"""石河子 once more: ceilings, vouchers and steps over several years, each sum worked out from the text by hand."""

import pytest

import rules
from tests.rules.cases import good, paid, result

COST, FEES, REVENUE = "rack_and_compute_equipment_cost_yuan", "compute_usage_fees_yuan", "main_business_revenue_yuan"
INTEREST, NEW, YEAR_NO = "loan_interest_paid_yuan", "new_loan_interest_paid_yuan", "interest_year_no"
APPROVED, BINGTUAN, FIELD = "approved_amount_yuan", "bingtuan_award_granted", "green_compute_field"
HIGH_TECH, TECH_SME = "newly_recognised_high_tech", "evaluated_tech_sme"
STEPS = [paid("shihezi-3.3a", "30000", year=2023), paid("shihezi-3.3b", "500000", year=2024)]


def other(clause, amount, year=2025):
    """Return an earlier award for another project, person, scenario …"""
    return paid(clause, amount, year=year, same_item=False)


# clause, facts changed, earlier awards, settings, the sum in yuan
PAYABLE = [
    # 2.1: 10 % cut down, 2000万 for all projects of the enterprise in the whole term
    ("2.1", {COST: "12345678.99"}, [], {}, "1234567.89"),
    ("2.1", {COST: "199999999.99"}, [], {}, "19999999.99"),
    ("2.1", {COST: "200000000.10"}, [], {}, "20000000.00"),
    ("2.1", {COST: "0.09"}, [], {}, "0.00"),
    ("2.1", {COST: 50_000_000, "pue": 1, "compute_share_pct": 71, "racks": 1000}, [], {}, "5000000.00"),
    ("2.1", {}, [other("shihezi-2.1", "16000000", 2024), paid("shihezi-2.1", "3999999.99")], {}, "0.01"),
    ("2.1", {}, [paid("shihezi-2.1", "16000000", year=2024)], {"S6": "b"}, "5000000.00"),
    ("2.1", {APPROVED: "5000000.00"}, [], {}, "5000000.00"),
    ("2.1", {APPROVED: "0"}, [], {}, "5000000.00"),
    ("2.1", {"key_compute_project": None}, [], {}, "5000000.00"),
    ("2.1", {"key_compute_project": None}, [], {"S4": "b"}, "5000000.00"),
    (
        "2.1",
        {"key_compute_project": True, "build_type": "existing", "racks": 1},
        [],
        {"S4": "b", "S23": "b"},
        "5000000.00",
    ),
    # 2.3a: 50万 once; what a short pool left of it is not lost
    ("2.3a", {REVENUE: "10000000.01", "applicant_type": "research_institute"}, [], {}, "500000.00"),
    ("2.3a", {}, [paid("shihezi-2.3a", "200000", year=2024)], {}, "300000.00"),
    ("2.3a", {}, [other("shihezi-2.3a", "200000", 2024), paid("shihezi-2.3a", "299999.99")], {}, "0.01"),
    ("2.3a", {"applicant_type": "research_institute", REVENUE: None}, [], {"S7": "b"}, "500000.00"),
    # 2.3b: 20 % cut down, 100万 ever, on the contract
    ("2.3b", {FEES: "4.99"}, [], {}, "0.99"),
    ("2.3b", {FEES: "4999999.99"}, [], {}, "999999.99"),
    ("2.3b", {"service_completed": False, "fees_paid_in_full": False}, [], {}, "200000.00"),
    ("2.3b", {}, [other("shihezi-2.3b", "900000", 2024)], {}, "100000.00"),
    ("2.3b", {}, [paid("shihezi-2.3b", "900000", year=2024)], {"S9": "b"}, "200000.00"),
    ("2.3b", {}, [paid("shihezi-2.3a", "500000")], {"S24": "c"}, "200000.00"),
    ("2.3b", {"applicant_type": "government_body"}, [], {}, "200000.00"),
    # 2.4: each project, each scenario
    ("2.4a", {}, [other("shihezi-2.4a", "2000000"), paid("shihezi-2.4b", "1000000")], {}, "2000000.00"),
    ("2.4a", {}, [paid("shihezi-2.4b", "1000000")], {"S31": "b"}, "1000000.00"),
    ("2.4b", {}, [other("shihezi-2.4b", "1000000"), paid("shihezi-2.4a", "2000000")], {}, "1000000.00"),
    # 3.1: all loans in the first year, new ones in the two that follow, 20万 each year
    ("3.1", {INTEREST: "399999.99"}, [], {}, "199999.99"),
    ("3.1", {INTEREST: "900000", NEW: None}, [], {}, "200000.00"),
    ("3.1", {YEAR_NO: 2, INTEREST: None}, [], {}, "50000.00"),
    ("3.1", {YEAR_NO: 3, INTEREST: "900000", NEW: "400000.02"}, [], {}, "200000.00"),
    ("3.1", {}, [paid("shihezi-3.1", "200000", year=2024)], {}, "150000.00"),
    ("3.1", {}, [other("shihezi-3.1", "150000")], {}, "50000.00"),
    ("3.1", {YEAR_NO: 2}, [paid("shihezi-3.1", "200000", year=2024)], {"S10": "c"}, "50000.00"),
    # 3.3: each step in full, or the difference up to 200万
    ("3.3a", {}, [], {}, "30000.00"),
    ("3.3b", {}, STEPS[:1], {}, "500000.00"),
    ("3.3b", {}, STEPS[:1], {"S13": "b"}, "470000.00"),
    ("3.3d", {}, STEPS, {}, "2000000.00"),
    ("3.3d", {}, STEPS, {"S13": "b"}, "1470000.00"),
    ("3.3e", {BINGTUAN: None}, STEPS[:1], {}, "2000000.00"),
    ("3.3c", {}, [], {"S14": "a"}, "500000.00"),
    # 4.1, 5.1: another institute, project or person has its own right
    ("4.1a", {}, [other("shihezi-4.1a", "50000000")], {}, "50000000.00"),
    ("4.1b", {BINGTUAN: False}, [], {"S12": "b"}, "500000.00"),
    ("4.1c", {BINGTUAN: False}, [paid("shihezi-4.1b", "500000")], {}, "200000.00"),
    ("5.1a", {}, [other("shihezi-5.1a", "10000000")], {}, "10000000.00"),
    ("5.1b", {"talent_level": 5}, [other("shihezi-5.1b", "1000000")], {}, "1000000.00"),
    ("5.1b", {}, [paid("shihezi-5.1b", "1000000", year=2024)], {"S18": "b"}, "1000000.00"),
    # 7.1: the fee paid, never more than the voucher still holds; redeeming draws on no pool again
    ("7.1a", {FEES: "500000.01"}, [paid("shihezi-2.3a", "500000")], {}, "500000.00"),
    ("7.1a", {FEES: "499999.99"}, [], {}, "499999.99"),
]
EXACT = {"2.3a", "3.3a", "3.3b", "3.3c", "3.3d", "3.3e", "4.1b", "4.1c", "7.1a"}


@pytest.mark.parametrize(("number", "facts", "history", "settings", "yuan"), PAYABLE)
def test_sum(number, facts, history, settings, yuan):
    clause = f"shihezi-{number}"
    case = {"clause": clause, "facts": good(clause, **facts), "on": "2025-06-30", "history": history}

    kind = "exact" if number in EXACT else "ceiling"
    assert result({**case, "settings": settings})[:3] == (True, kind, yuan)


# clause, facts changed, earlier awards, settings, what leaves nothing
NOTHING = [
    ("2.1", {"build_type": "existing", "key_compute_project": True}, [], {}, "condition:build_type"),
    ("2.1", {"build_type": "retrofit"}, [], {}, "condition:build_type"),
    ("2.1", {"compute_share_pct": "70", COST: None}, [], {}, "condition:compute_share_pct"),
    ("2.1", {"pue": "1.25", "racks": None}, [], {}, "condition:pue"),
    ("2.1", {}, [other("shihezi-2.1", "20000000", 2024)], {}, "cap_used"),
    ("2.3a", {REVENUE: "10000000"}, [], {}, f"condition:{REVENUE}"),
    ("2.3a", {REVENUE: "10000000"}, [], {"S7": "b"}, f"condition:{REVENUE}"),
    ("2.3a", {}, [paid("shihezi-2.3a", "200000", year=2024), paid("shihezi-2.3a", "300000")], {}, "once_only_used"),
    ("2.3a", {"settled_in_support_year": False}, [], {"S8": "b"}, "condition:settled_in_support_year"),
    ("2.3b", {"applicant_type": "individual_maker"}, [], {}, "condition:applicant_type"),
    ("2.3b", {FEES: "0"}, [], {}, "zero_base"),
    ("2.4a", {}, [paid("shihezi-2.4a", "0.01", year=2024)], {}, "once_only_used"),
    ("2.4b", {}, [paid("shihezi-2.4a", "1000000")], {"S31": "b"}, "higher_not_repeat"),
    ("3.1", {"applicant_type": "ai_enterprise"}, [], {}, "condition:applicant_type"),
    ("3.1", {YEAR_NO: 4, NEW: None}, [], {}, f"condition:{YEAR_NO}"),
    ("3.1", {YEAR_NO: 2, NEW: "0"}, [], {}, "zero_base"),
    ("3.1", {}, [paid("shihezi-3.1", "200000")], {}, "cap_used"),
    ("3.3a", {BINGTUAN: False, FIELD: None}, [], {}, f"condition:{BINGTUAN}"),
    ("3.3c", {BINGTUAN: False}, [], {}, f"condition:{BINGTUAN}"),
    ("3.3d", {}, [paid("shihezi-3.3e", "2000000", year=2024)], {}, "higher_not_repeat"),
    ("3.3e", {}, [paid("shihezi-3.3d", "2000000", year=2024)], {}, "higher_not_repeat"),
    ("4.1a", {"sponsor_kind": "other"}, [], {}, "condition:sponsor_kind"),
    ("4.1a", {}, [paid("shihezi-4.1a", "1", year=2024)], {}, "once_only_used"),
    ("4.1b", {FIELD: False}, [], {"S17": "b"}, f"condition:{FIELD}"),
    ("4.2a", {FIELD: False}, [], {}, f"condition:{FIELD}"),
    ("4.2a", {FIELD: False, HIGH_TECH: None}, [], {}, f"condition:{FIELD}"),
    ("5.1b", {"talent_level": 6}, [], {}, "condition:talent_level"),
    ("7.1a", {"voucher_balance_yuan": "0"}, [], {}, "cap_used"),
]


@pytest.mark.parametrize(("number", "facts", "history", "settings", "blocked"), NOTHING)
def test_nothing_is_left_and_the_reason_is_named(number, facts, history, settings, blocked):
    clause = f"shihezi-{number}"
    case = {"clause": clause, "facts": good(clause, **facts), "on": "2025-06-30", "history": history}

    assert result({**case, "settings": settings}) == (False, "none", "0.00", blocked)


@pytest.mark.parametrize(
    ("number", "facts", "settings", "missing"),
    [
        ("2.1", {"key_compute_project": None, "racks": 1}, {"S4": "b"}, "key_compute_project"),
        ("2.3a", {}, {"S8": "b"}, "settled_in_support_year"),
        ("2.3b", {"service_completed": True}, {"S21": "a"}, "fees_paid_in_full"),
        ("3.1", {YEAR_NO: 2, NEW: None}, {}, NEW),
        ("4.2a", {FIELD: None}, {}, FIELD),
        ("4.2a", {TECH_SME: None, HIGH_TECH: False}, {}, TECH_SME),
    ],
)
def test_fact_that_a_choice_or_a_reading_needs_is_asked_for(number, facts, settings, missing):
    clause = f"shihezi-{number}"

    found = result({"clause": clause, "facts": good(clause, **facts), "settings": settings})

    assert found == ("invalid", "none", None, f"missing_fact:{missing}")


@pytest.mark.parametrize("facts", [{TECH_SME: True, HIGH_TECH: None, FIELD: None}, {TECH_SME: None}, {}])
def test_field_binds_the_high_tech_enterprise_and_not_the_evaluated_sme(facts):
    assert result({"clause": "shihezi-4.2a", "facts": good("shihezi-4.2a", **facts)}) == (True, "external", None, None)


@pytest.mark.parametrize(
    ("number", "approved", "history"),
    [
        ("2.1", "5000000.01", []),
        ("2.1", "1000000.01", [paid("shihezi-2.1", "19000000")]),
        ("2.3b", "200000.01", []),
        ("2.4b", "1000000.01", []),
        ("3.1", "150000.01", []),
        ("4.1a", "50000000.01", []),
        ("5.1a", "10000000.01", []),
        ("5.1b", "1000000.01", []),
    ],
)
def test_approved_sum_one_fen_above_the_ceiling_is_refused_and_the_ceiling_itself_is_not(number, approved, history):
    clause = f"shihezi-{number}"
    lawful = f"{rules.fen(approved) // 100}.00"
    case = {"clause": clause, "on": "2025-06-30", "history": history}

    found = [result({**case, "facts": good(clause, approved_amount_yuan=sum_)}) for sum_ in (approved, lawful)]

    assert found[0] == ("invalid", "none", None, "approved_above_ceiling")
    assert found[1][:3] == (True, "ceiling", lawful)


@pytest.mark.parametrize(
    ("approved", "parts"),
    [
        ("0.01", ["0.00", "0.00", "0.01"]),
        ("1234567.89", ["246913.57", "370370.36", "617283.96"]),
        ("9999999.99", ["1999999.99", "2999999.99", "5000000.01"]),
    ],
)
def test_instalments_are_cut_down_and_the_last_takes_the_rest(approved, parts):
    answer = rules.judge({"clause": "shihezi-5.1a", "facts": good("shihezi-5.1a", **{APPROVED: approved})}).to_json()

    assert [row["amount_yuan"] for row in answer["schedule"]] == parts


@pytest.mark.parametrize(
    ("letter", "parts"),
    [("b", ["3333333.33", "3333333.33", "3333333.35"]), ("c", ["2000000.00", "3000000.00", "5000000.01"])],
)
def test_shares_of_the_research_institute_follow_the_reading(letter, parts):
    facts = good("shihezi-4.1a", **{APPROVED: "10000000.01"})

    answer = rules.judge({"clause": "shihezi-4.1a", "facts": facts, "settings": {"S15": letter}}).to_json()

    assert [row["amount_yuan"] for row in answer["schedule"]] == parts


@pytest.mark.parametrize(
    ("used", "parts"),
    [
        ("9300000", ("500000.00", "200000.00")),
        ("9300000.01", ("500000.00", "199999.99")),
        ("9500000.01", ("499999.99", "0.00")),
        ("10000000", ("0.00", "0.00")),
    ],
)
def test_two_vouchers_share_the_pool_of_the_year(used, parts):
    names = ["shihezi-2.3a", "shihezi-2.3b"]
    facts = good("shihezi-2.3b") | good("shihezi-2.3a")

    answer = rules.judge(
        {"clauses": names, "facts": facts, "pool": {"limit_yuan": "10000000", "used_yuan": used}}
    ).to_json()

    assert answer["by_clause"] == dict(zip(names, parts, strict=True))


def test_balance_of_a_voucher_draws_on_the_pool_of_its_own_year():
    case = {
        "clause": "shihezi-2.3a",
        "facts": good("shihezi-2.3a"),
        "history": [paid("shihezi-2.3a", "200000", year=2024)],
        "pool": {"limit_yuan": "10000000", "used_yuan": "9900000"},
        "on": "2025-06-30",
    }

    assert result(case) == (True, "exact", "100000.00", "pool_exhausted")


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ({}, ("30000.00", "500000.00", None, "2000000.00")),
        ({"S13": "b"}, ("0.00", "0.00", None, "2000000.00")),
    ],
)
def test_steps_of_listing_filed_together(settings, parts):
    names = [f"shihezi-3.3{step}" for step in "abcd"]
    case = {"clauses": names, "facts_by_clause": {name: good(name) for name in names}, "settings": settings}

    assert rules.judge(case).to_json()["by_clause"] == dict(zip(names, parts, strict=True))


@pytest.mark.parametrize(
    ("on", "blocked"),
    [("2024-05-19", "out_of_term"), ("2024-05-20", None), ("2027-05-19", None), ("2027-05-20", "out_of_term")],
)
def test_three_years_from_the_date_of_the_paper(on, blocked):
    assert result({"clause": "shihezi-4.1c", "facts": good("shihezi-4.1c"), "on": on})[3] == blocked
