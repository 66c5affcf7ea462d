"""山西, read a second time: every figure at, below and above; earlier awards; the letters; clauses filed together."""

import pytest

import rules
from tests.rules.cases import outcome, paid
from tests.rules.second_reading import case_of, judged, refusals, simulated

SITE, REGISTERED = {"site_in_jurisdiction": True}, {"registered_in_jurisdiction": True}
CENTRE = {**SITE, "build_type": "new", "scale_pflops_fp16": "150"}
VOUCHER = {"applicant_type": "enterprise", "uses_local_compute": True, "compute_service_contract_yuan": "3000000"}
GOOD = {
    "1a": {**CENTRE, "platform_software_hardware_investment_yuan": "100000000"},
    "1b": {
        **CENTRE,
        "project_loan_principal_yuan": "100000000",
        "loan_interest_paid_yuan": "5000000",
        "interest_subsidy_months": 12,
        "interest_subsidy_months_used": 0,
    },
    "1c": {"exceptionally_major_project": True},
    "2": {**SITE, "applicant_type": "compute_enterprise", "cloud_service_revenue_pct": "20", "physical_racks": 2000},
    "3": {**SITE, "annual_terminals_served": 400_000, "physical_racks": 50},
    "4": {
        **SITE,
        "build_type": "new",
        "physical_racks": 3000,
        "pue": "1.15",
        "pue_previously_below_limit": False,
    },
    "5a": {
        **SITE,
        "leading_enterprise": True,
        "cross_network_region_industry_platform": True,
        "platform_investment_yuan": "10000000",
    },
    "5b": {
        **SITE,
        "is_data_centre_operator": True,
        "connected_to_integrated_platform": True,
        "scale_pflops_fp16": "50",
    },
    "6a": {**SITE, "build_type": "new", "localisation_pct": "95"},
    "6b": {**REGISTERED, "third_party_security_test_passed": True, "security_test_fee_yuan": "600000"},
    "7": {"applicant_type": "compute_enterprise"},
    "8a": {"applicant_type": "compute_enterprise"},
    "8b": {**SITE, "benchmark_project_recognised": True, "digital_part_investment_yuan": "50000000"},
    "9a": VOUCHER,
    "9b": {**VOUCHER, "leads_national_major_project": True},
    "10": {
        **REGISTERED,
        "applicant_type": "compute_enterprise",
        "compute_from_jurisdiction": True,
        "out_of_province_compute_contracts_yuan": "300000000",
    },
    "11": {
        **REGISTERED,
        "is_application_side": True,
        "uses_local_compute": True,
        "selected_annual_demo_scenario": True,
        "key_equipment_and_software_cost_yuan": "3000000",
    },
    "12a": {
        **REGISTERED,
        "incubated_with_compute_centre": True,
        "model_kind": "general",
        "model_parameters": 130_000_000_000,
        "typical_scenarios": 6,
        "rnd_cost_yuan": "20000000",
    },
    "12b": {**REGISTERED, "model_kind": "industry", "rnd_cost_yuan": "20000000"},
    "13a": {
        **REGISTERED,
        "uses_compute_resources": True,
        "jointly_developed_with_industry_user": True,
        "commercial_case_formed": True,
    },
    "14": {**REGISTERED, "applicant_type": "llm_enterprise", "prior_year_revenue_yuan": "50000000"},
    "16": {
        **REGISTERED,
        "applicant_type": "university",
        "programme_in_compute_or_ai_field": True,
        "programme_level": "national_first_class",
        "training_base_created": True,
        "selected_on_merit": True,
    },
}
GOOD = {f"shanxi-{key}": {**facts, "other_provincial_funds_for_same_matter": False} for key, facts in GOOD.items()}

# clause: kind and sum of the facts above
TYPICAL = """
1a exact 15000000.00; 1b ceiling 2000000.00; 1c case_by_case -; 2 ceiling 2000000.00; 3 ceiling 150000.00;
4 ceiling 3000000.00; 5a exact 1000000.00; 5b ceiling 500000.00; 6a ceiling 5000000.00; 6b ceiling 300000.00;
7 external -; 8a external -; 8b ceiling 10000000.00; 9a exact 600000.00; 9b exact 900000.00; 10 exact 6000000.00;
11 ceiling 600000.00; 12a ceiling 4000000.00; 12b ceiling 2000000.00; 13a ceiling 1000000.00; 14 exact 500000.00;
16 ceiling 2000000.00
"""

# clause, fact, and the sum (or why there is none) for each value
FIGURES = [
    ("1a", "scale_pflops_fp16", {"99.99": "condition", "100": "15000000.00"}),
    ("1a", "build_type", {"expansion": "condition", "retrofit": "condition", "existing": "condition"}),
    (
        "1a",
        "platform_software_hardware_investment_yuan",
        {
            "0": "0.00",
            "0.03": "0.00",
            "0.04": "0.01",
            "0.10": "0.02",
            "333333333.29": "49999999.99",
            "333333333.33": "50000000.00",
            "333333333.34": "50000000.00",
        },
    ),
    ("1b", "loan_interest_paid_yuan", {"0": "0.00", "1999999.99": "1999999.99", "2000000": "2000000.00"}),
    ("1b", "interest_subsidy_months", {0: "0.00", 1: "166666.66", 24: "4000000.00", 25: "4000000.00"}),
    ("1b", "interest_subsidy_months_used", {12: "2000000.00", 18: "1000000.00", 23: "166666.66", 24: "0.00"}),
    ("2", "cloud_service_revenue_pct", {"14.99": "condition", "15": "2000000.00"}),
    ("2", "physical_racks", {0: "0.00", 2999: "2999000.00", 3000: "3000000.00", 3001: "3000000.00"}),
    ("2", "applicant_type", {"enterprise": "condition", "ai_enterprise": "condition"}),
    ("3", "annual_terminals_served", {299_999: "condition", 300_000: "150000.00"}),
    ("3", "physical_racks", {99: "297000.00", 100: "300000.00", 101: "300000.00"}),
    ("4", "pue", {"1": "3000000.00", "1.1799": "3000000.00", "1.18": "condition"}),
    ("4", "build_type", {"retrofit": "3000000.00", "expansion": "condition", "existing": "condition"}),
    ("4", "physical_racks", {4999: "4999000.00", 5000: "5000000.00", 5001: "5000000.00"}),
    (
        "5a",
        "platform_investment_yuan",
        {"0.04": "0.00", "0.05": "0.01", "19999999.94": "1999999.99", "20000000": "2000000.00", "3e7": "bad_fact"},
    ),
    ("5b", "scale_pflops_fp16", {"0": "0.00", "0.01": "500000.00"}),
    ("6a", "localisation_pct", {"89.99": "condition", "90": "5000000.00"}),
    ("6a", "build_type", {"retrofit": "5000000.00", "expansion": "condition", "existing": "condition"}),
    (
        "6b",
        "security_test_fee_yuan",
        {"0.01": "0.00", "0.03": "0.01", "999999.99": "499999.99", "1000000": "500000.00", "1000000.02": "500000.00"},
    ),
    ("8b", "digital_part_investment_yuan", {"0.09": "0.01", "149999999.99": "29999999.99", "150000001": "30000000.00"}),
    ("9a", "applicant_type", {"university": "600000.00", "school": "condition", "individual_maker": "condition"}),
    ("9a", "leads_national_major_project", {True: "600000.00", False: "600000.00"}),
    ("9a", "compute_service_contract_yuan", {"0.02": "0.00", "4999999.97": "999999.99", "5000001": "1000000.00"}),
    ("9b", "compute_service_contract_yuan", {"0.05": "0.02", "6666666.60": "1999999.98", "6666667": "2000000.00"}),
    (
        "10",
        "out_of_province_compute_contracts_yuan",
        {
            "199999999.99": "condition",
            "200000000": "4000000.00",
            "200000000.25": "4000000.01",
            "5e8": "bad_fact",
            "500000001": "10000000.00",
        },
    ),
    ("10", "out_of_province_rack_leasing_yuan", {"200000000": "6000000.00"}),
    (
        "11",
        "key_equipment_and_software_cost_yuan",
        {"0.04": "0.00", "4999999.99": "999999.99", "5000001": "1000000.00"},
    ),
    ("12a", "model_parameters", {99_999_999_999: "condition", 100_000_000_000: "4000000.00"}),
    ("12a", "typical_scenarios", {4: "condition", 5: "4000000.00"}),
    ("12a", "model_kind", {"industry": "condition", "other_general_path": "condition"}),
    ("12a", "rnd_cost_yuan", {"49999999.99": "9999999.99", "50000001": "10000000.00"}),
    ("12b", "model_kind", {"general": "condition", "other_general_path": "2000000.00"}),
    ("12b", "rnd_cost_yuan", {"49999999.99": "4999999.99", "50000001": "5000000.00"}),
    (
        "14",
        "prior_year_revenue_yuan",
        {"5000000": "condition", "5000000.01": "50000.00", "5000000.50": "50000.01", "199999999.49": "1999999.99"},
    ),
    ("14", "applicant_type", {"ai_enterprise": "condition", "university": "condition"}),
    ("16", "programme_level", {"provincial_first_class": "2000000.00", "other": "condition"}),
    ("16", "applicant_type", {"school": "condition", "research_institute": "condition"}),
]


def other(clause, amount, *, year=2024):
    """Return an earlier award for another object."""
    return paid(f"shanxi-{clause}", amount, year=year, same_item=False)


def same(clause, amount, *, year=2024):
    """Return an earlier award for the same object."""
    return paid(f"shanxi-{clause}", amount, year=year)


LEAD = {"leads_national_major_project": True}
# clause, facts changed, earlier awards, letters, sum or reason
EARLIER = [
    ("1a", {}, [same("1a", "1")], "", "0.00"),
    ("1a", {}, [other("1a", "50000000"), same("1b", "9"), same("8b", "9")], "", "15000000.00"),
    ("1b", {}, [same("1a", "50000000"), same("1b", "2000000")], "", "2000000.00"),
    ("1b", {}, [], "N1b", "100000.00"),
    ("1b", {"build_type": None, "scale_pflops_fp16": "1"}, [], "N2b", "2000000.00"),
    ("1b", {}, [same("1a", "49000000"), other("1a", "9000000")], "N2c", "1000000.00"),
    ("2", {}, [other("2", "0.01")], "", "0.00"),
    ("3", {"annual_terminals_served": 300_000}, [], "N6b", "condition:annual_terminals_served"),
    ("3", {}, [other("3", "300000")], "", "150000.00"),
    ("3", {}, [same("3", "300000")], "", "0.00"),
    ("4", {}, [other("4", "3000000")], "", "0.00"),
    ("4", {}, [other("4", "3000000")], "N7b", "2000000.00"),
    ("4", {}, [same("4", "3000000")], "N7b", "0.00"),
    ("4", {}, [same("2", "2000000")], "", "3000000.00"),
    ("4", {}, [same("2", "2000000")], "N18b", "1000000.00"),
    ("4", {}, [other("2", "2000000")], "N18b", "3000000.00"),
    ("5a", {}, [other("5a", "2000000")], "", "1000000.00"),
    ("5b", {}, [other("5b", "200000"), same("5a", "9")], "", "300000.00"),
    ("5b", {}, [same("5b", "600000")], "", "0.00"),
    ("6a", {}, [other("6a", "5000000")], "", "5000000.00"),
    ("6b", {}, [other("6b", "300000")], "", "200000.00"),
    ("6b", {}, [other("6b", "300000"), same("6b", "400000")], "N10b", "100000.00"),
    ("8b", {}, [same("1a", "9")], "", "10000000.00"),
    ("8b", {}, [same("1a", "9")], "N26b", "0.00"),
    ("9a", {}, [same("9a", "700000")], "", "300000.00"),
    ("9a", {}, [same("9a", "700000")], "N11b", "600000.00"),
    ("9a", LEAD, [same("9b", "1700000")], "", "300000.00"),
    ("9a", LEAD, [same("9b", "1700000")], "N12b", "600000.00"),
    ("9a", LEAD, [], "N23b", "condition:leads_national_major_project"),
    ("9b", {}, [same("9a", "1000000"), same("9b", "500000")], "", "500000.00"),
    ("9b", {}, [same("9a", "1000000"), same("9b", "500000")], "N12b", "900000.00"),
    ("9b", {"leads_national_major_project": None, "develops_large_model": True}, [], "", "900000.00"),
    ("9b", {"leads_national_major_project": False}, [], "", "missing_fact:develops_large_model"),
    ("10", {}, [same("10", "6000000", year=2025)], "", "4000000.00"),
    ("10", {"support_year": 2024}, [same("10", "6000000")], "", "4000000.00"),
    ("10", {}, [same("10", "6000000")], "", "6000000.00"),
    ("10", {"out_of_province_rack_leasing_yuan": "50000000"}, [], "N13b", "7000000.00"),
    ("10", {}, [], "N13b", "missing_fact:out_of_province_rack_leasing_yuan"),
    ("11", {}, [other("11", "1000000")], "", "600000.00"),
    ("12a", {}, [same("12b", "9")], "", "0.00"),
    ("12a", {}, [same("12b", "9")], "N17b", "4000000.00"),
    ("12b", {}, [other("12a", "9"), other("12b", "9")], "", "2000000.00"),
    ("13a", {}, [other("13a", "9")], "", "1000000.00"),
    ("13a", {}, [other("13a", "9")], "N25b", "0.00"),
    ("13a", {}, [], "N24b", "missing_fact:recognised_demo_scenario"),
    ("14", {}, [same("14", "1800000", year=2025)], "", "200000.00"),
    ("14", {}, [same("14", "1800000")], "", "500000.00"),
    ("14", {}, [same("14", "1800000")], "N14b", "200000.00"),
    ("14", {}, [same("14", "1")], "N14c", "0.00"),
    ("16", {}, [other("16", "9")], "", "2000000.00"),
]

LARGE = {"platform_software_hardware_investment_yuan": "330000000"}
# clauses, facts changed, contract sums of single clauses, letters, sum of each (None: no computed sum), kind
TOGETHER = [
    ("1a 1b", {}, {}, "", "15000000.00 2000000.00", "ceiling"),
    ("1b 1a", LARGE, {}, "N2c", "500000.00 49500000.00", "ceiling"),
    ("1a 1c", {}, {}, "", "15000000.00 -", "exact"),
    ("1a 8b 11", {}, {}, "", "15000000.00 10000000.00 600000.00", "ceiling"),
    ("1a 8b 11", {}, {}, "N26b", "15000000.00 0.00 0.00", "exact"),
    ("2 4", {}, {}, "", "3000000.00 3000000.00", "ceiling"),
    ("9a 9b", {}, {}, "", "0.00 900000.00", "exact"),
    ("9a 9b", {}, {"9a": "9000000", "9b": "2000000"}, "", "1000000.00 600000.00", "exact"),
    ("9b 9a", {}, {"9a": "9000000", "9b": "9000000"}, "", "1000000.00 1000000.00", "exact"),
    ("9b 9a", {}, {"9a": "9000000", "9b": "9000000"}, "N12b", "2000000.00 1000000.00", "exact"),
    ("14 15", {}, {}, "", "500000.00 0.00", "exact"),
    ("10 14", {}, {}, "", "0.00 500000.00", "exact"),
    ("14 6b", {"security_test_fee_yuan": None}, {}, "", "500000.00 -", "exact"),
    ("8a 14", {}, {}, "", "- 500000.00", "exact"),
]


def test_typical_facts_of_every_clause():
    found = {}
    for clause in GOOD:
        answer = rules.judge(case_of(GOOD, clause, {})).to_json()
        found[clause] = (answer["eligible"], answer["kind"], answer["amount_yuan"] or "-", answer["blocked_by"])

    rows = [row.split() for row in TYPICAL.split(";")]
    assert found == {f"shanxi-{clause}": (True, kind, amount, None) for clause, kind, amount in rows}


def test_every_fact_that_is_unknown_impossible_or_fails():
    for clause, name, value, expected in refusals(GOOD):
        if clause == "shanxi-9b" and name == "leads_national_major_project" and value is False:
            expected = "missing_fact:develops_large_model"
        assert outcome(case_of(GOOD, clause, {name: value})) == expected, (clause, name, value)


@pytest.mark.parametrize(("clause", "name", "values"), FIGURES)
def test_figures_of_the_text(clause, name, values):
    found = {value: outcome(case_of(GOOD, f"shanxi-{clause}", {name: value})) for value in values}

    reasons = ("condition", "bad_fact")
    assert found == {value: f"{said}:{name}" if said in reasons else said for value, said in values.items()}


@pytest.mark.parametrize(("clause", "changed", "history", "letters", "expected"), EARLIER)
def test_earlier_awards_and_letters(clause, changed, history, letters, expected):
    case = case_of(GOOD, f"shanxi-{clause}", changed, history, letters)

    assert outcome(case) == expected
    assert simulated(case) == judged(case)


@pytest.mark.parametrize("clause", GOOD)
def test_other_provincial_money_and_the_term(clause):
    blocked = {"other_provincial_funds_for_same_matter": True}
    assert outcome(case_of(GOOD, clause, blocked)) == "condition:other_provincial_funds_for_same_matter"

    days = ("2024-06-30", "2024-07-01", "2026-12-31", "2027-01-01")
    found = [rules.judge({**case_of(GOOD, clause, {}), "on": day}).blocked_by for day in days]
    assert found == ["out_of_term", None, None, "out_of_term"]


@pytest.mark.parametrize("clause", GOOD)
def test_place_is_asked_only_under_the_recommended_letter(clause):
    places = {name: False for name in ("site_in_jurisdiction", "registered_in_jurisdiction") if name in GOOD[clause]}
    gate = next((f"condition:{name}" for name in places), None)

    found = [rules.judge(case_of(GOOD, clause, places, letters=letters)).blocked_by for letters in ("", "N20b")]

    assert found == [gate, None]


def test_ceilings_at_the_sum_approved_and_one_fen_above():
    for clause in GOOD:
        answer = rules.judge(case_of(GOOD, clause, {})).to_json()
        if answer["kind"] != "ceiling":
            continue
        above = answer["amount_yuan"].replace(".00", ".01")
        assert outcome(case_of(GOOD, clause, {"approved_amount_yuan": answer["amount_yuan"]})) == answer["amount_yuan"]
        assert outcome(case_of(GOOD, clause, {"approved_amount_yuan": above})) == "approved_above_ceiling"


@pytest.mark.parametrize(("used", "first", "second"), [("48500000", 60, 90), ("49000000", 60, 40), ("50000000", 0, 0)])
def test_pool_is_shared_by_both_vouchers_in_the_order_of_the_text(used, first, second):
    case = _filing("9b 9a", {}, {"9a": "3000000", "9b": "3000000"}, "")
    case["pool"] = {"limit_yuan": "50000000", "used_yuan": used}

    sums = rules.judge(case).to_json()["by_clause"]

    assert sums == {"shanxi-9b": f"{second * 10_000}.00", "shanxi-9a": f"{first * 10_000}.00"}


@pytest.mark.parametrize(("clauses", "changed", "own", "letters", "sums", "kind"), TOGETHER)
def test_clauses_filed_together(clauses, changed, own, letters, sums, kind):
    answer = rules.judge(_filing(clauses, changed, own, letters)).to_json()

    expected = [None if amount == "-" else amount for amount in sums.split()]
    assert list(answer["by_clause"].values()) == expected
    total = sum(rules.fen(amount) for amount in expected if amount)
    assert (answer["eligible"], answer["kind"], rules.fen(answer["amount_yuan"])) == (True, kind, total)


def _filing(clauses, changed, own, letters):
    names = [f"shanxi-{number}" for number in clauses.split()]
    facts = {name: value for clause in names for name, value in GOOD.get(clause, {}).items()} | changed
    return {
        "clauses": names,
        "facts": {name: value for name, value in facts.items() if value is not None},
        "facts_by_clause": {f"shanxi-{key}": {"compute_service_contract_yuan": value} for key, value in own.items()},
        "on": "2025-06-30",
        "settings": {word[:-1]: word[-1] for word in letters.split()},
    }
