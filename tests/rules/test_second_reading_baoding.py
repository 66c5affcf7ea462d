"""保定, read a second time: figures, vouchers of a unit and year, overlap with other policies, shares, letters."""

import pytest

import rules
from tests.rules.cases import outcome, paid
from tests.rules.second_reading import case_of, judged, refusals, simulated

GOOD = {
    "1": {"scale_pflops_fp16": "150"},
    "2": {
        "build_type": "retrofit",
        "built_and_operating": True,
        "is_cloud_computing_centre": True,
        "compute_share_pct": "80",
        "racks": 1500,
        "pue": "1.20",
    },
    "3": {"network_key_project": True},
    "5a": {"applicant_type": "ai_enterprise", "settled_in_jurisdiction": True, "settled_in_support_year": True},
    "5b": {
        "applicant_type": "ai_enterprise",
        "project_level": "national",
        "project_application_successful": True,
        "is_lead_unit": True,
        "with_public_compute_platform": True,
        "project_compute_cost_yuan": "1000000",
    },
    "5c": {"applicant_type": "ai_enterprise", "uses_local_compute": True, "compute_usage_fees_yuan": "800000"},
    "6": {
        "with_local_compute_centre": True,
        "solution_formed": True,
        "commercial_case_formed": True,
        "recognised_demo_scenario": True,
    },
    "8": {"industry_leader_or_unicorn": True, "headquarters_kind": "headquarters"},
    "9a": {"selected_ai_enterprise": True},
    "9b": {"award_winning_products": 2},
    "10a": {"selected_smart_retrofit_benchmark": True},
    "10b": {},
    "11": {},
    "12": {},
    "13": {},
    "15": {},
}
GOOD = {f"baoding-{key}": {**facts, "other_local_policy_award_yuan": "0"} for key, facts in GOOD.items()}
GOOD["baoding-voucher"] = {
    "compute_usage_fees_yuan": "300000",
    "service_completed": True,
    "fees_paid_in_full": True,
    "redemption_approved": True,
    "voucher_balance_yuan": "500000",
}
GOOD["baoding-costshare"] = {"award_yuan": "100.01", "district_type": "city_district"}

TYPICAL = """
1 case_by_case -; 2 ceiling 1000000.00; 3 case_by_case -; 5a exact 500000.00; 5b exact 600000.00; 5c exact 400000.00;
6 ceiling 1000000.00; 8 case_by_case -; 9a ceiling 500000.00; 9b exact 600000.00; 10a case_by_case -; 10b external -;
11 external -; 12 external -; 13 external -; 15 external -; voucher exact 300000.00; costshare exact 100.01
"""

FIGURES = [
    ("1", "scale_pflops_fp16", {"99.99": "condition", "100": "case_by_case"}),
    ("2", "compute_share_pct", {"70": "condition", "70.01": "1000000.00"}),
    ("2", "racks", {999: "condition", 1000: "1000000.00", 1001: "1000000.00"}),
    ("2", "pue", {"1": "1000000.00", "1.2499": "1000000.00", "1.25": "condition"}),
    ("2", "build_type", {"new": "condition", "expansion": "condition", "existing": "condition"}),
    ("5a", "applicant_type", {"research_institute": "500000.00", "enterprise": "condition", "university": "condition"}),
    ("5b", "applicant_type", {"university": "600000.00", "individual_maker": "condition"}),
    ("5b", "project_level", {"provincial": "600000.00", "city": "condition"}),
    (
        "5b",
        "project_compute_cost_yuan",
        {"0": "0.00", "0.01": "0.01", "0.02": "0.01", "1666666.65": "999999.99", "1666666.67": "1000000.00"},
    ),
    ("5c", "applicant_type", {"individual_maker": "400000.00", "university": "400000.00"}),
    (
        "5c",
        "compute_usage_fees_yuan",
        {"0": "0.00", "0.01": "0.01", "1999999.98": "999999.99", "1999999.99": "1000000.00", "2000001": "1000000.00"},
    ),
    ("8", "headquarters_kind", {"regional_headquarters": "case_by_case", "other": "condition"}),
    ("9b", "award_winning_products", {0: "0.00", 1: "300000.00", 100: "30000000.00"}),
    ("voucher", "voucher_balance_yuan", {"0": "0.00", "0.01": "0.01", "300000": "300000.00"}),
    ("voucher", "compute_usage_fees_yuan", {"0": "0.00", "500000.01": "500000.00"}),
]


def earned(clause, amount, *, year=2025, same_item=True):
    """Return an earlier award."""
    return paid(f"baoding-{clause}", amount, year=year, same_item=same_item)


def other(amount):
    """Return the fact of what another policy of the city gave."""
    return {"other_local_policy_award_yuan": amount}


def cost(amount, **facts):
    """Return the base of 5b."""
    return {"project_compute_cost_yuan": amount, **facts}


def fees(amount, **facts):
    """Return the base of 5c."""
    return {"compute_usage_fees_yuan": amount, **facts}


MAKER = {"applicant_type": "individual_maker"}
OVERLAP = {"other_local_policy_award_yuan": "500000"}
EARLIER = [
    ("2", {}, [earned("2", "1", year=2024)], "", "0.00"),
    ("2", {}, [earned("2", "1000000", same_item=False)], "", "1000000.00"),
    ("2", {**other("300000"), "approved_amount_yuan": "700000"}, [], "", "700000.00"),
    ("2", {**other("300000"), "approved_amount_yuan": "700000.01"}, [], "", "approved_above_ceiling"),
    # 5a: once, and inside the yearly cap of the unit
    ("5a", {}, [earned("5a", "1", year=2024, same_item=False)], "", "0.00"),
    ("5a", {}, [earned("5b", "500000")], "", "500000.00"),
    ("5a", {}, [earned("5b", "500000.01")], "", "499999.99"),
    ("5a", {}, [earned("5b", "300000"), earned("5c", "400000")], "", "300000.00"),
    ("5a", {}, [earned("5c", "1000000", year=2024)], "", "500000.00"),
    ("5a", {}, [earned("5c", "1000000")], "", "0.00"),
    ("5a", {}, [earned("5c", "1000000")], "B4b", "500000.00"),
    ("5a", {}, [earned("5b", "300000")], "B15b", "200000.00"),
    ("5a", {"settled_in_support_year": None}, [], "B7b", "500000.00"),
    # 5b and 5c: the greater total of the unit and year, in every order
    ("5b", {}, [earned("5c", "400000")], "", "200000.00"),
    ("5b", cost("500000"), [earned("5c", "400000")], "", "0.00"),
    ("5b", {}, [earned("5c", "599999.99")], "", "0.01"),
    ("5b", {}, [earned("5c", "400000", year=2024)], "", "600000.00"),
    ("5b", cost("5000000"), [earned("5a", "500000"), earned("5c", "400000")], "", "100000.00"),
    ("5b", {}, [earned("5b", "600000")], "", "400000.00"),
    ("5b", {}, [earned("5b", "200000"), earned("5c", "400000")], "", "200000.00"),
    ("5c", {}, [earned("5b", "300000", same_item=False)], "", "100000.00"),
    ("5c", fees("1600000"), [earned("5b", "600000")], "", "200000.00"),
    ("5c", fees("1600000"), [earned("5b", "600000")], "B5b", "0.00"),
    ("5c", fees("1600000"), [earned("5b", "600000", year=2024)], "B5b", "800000.00"),
    ("5b", {}, [earned("5c", "400000")], "B5b", "200000.00"),
    ("5b", {}, [earned("5c", "500000")], "B5c", "500000.00"),
    ("5b", {}, [earned("5c", "0.01")], "B5d", "0.00"),
    ("5b", {}, [earned("5b", "100000")], "B5d", "600000.00"),
    ("5b", {}, [earned("5c", "500000")], "B5e", "500000.00"),
    # overlap before the yearly cap, after it under B20 b
    ("5b", cost("5000000", **OVERLAP), [], "", "1000000.00"),
    ("5b", cost("5000000", **OVERLAP), [], "B20b", "500000.00"),
    ("5b", cost("2000000", **OVERLAP), [], "", "700000.00"),
    ("5b", cost("5000000", **OVERLAP), [earned("5a", "500000")], "", "500000.00"),
    ("5b", cost("5000000", **OVERLAP), [earned("5a", "500000")], "B20b", "0.00"),
    ("5b", cost("1000000", **other("300000")), [earned("5c", "200000")], "", "100000.00"),
    ("5b", other("300000"), [], "B9b", "600000.00"),
    ("5b", other("0.01"), [], "B9c", "0.00"),
    ("5b", cost("0.03", **other("0.01")), [], "", "0.01"),
    # rounding, stage, voucher in the base, who may hold one
    ("5b", cost("1666666.66"), [], "B28b", "999999.99"),
    ("5c", fees("0.03"), [], "B28b", "0.01"),
    ("5c", {"service_completed": True}, [], "B13a", "missing_fact:fees_paid_in_full"),
    ("5c", {"service_completed": False}, [], "B13a", "condition:service_completed"),
    ("5c", {}, [earned("5a", "500000")], "B25b", "150000.00"),
    ("5c", {}, [earned("5a", "500000")], "B25c", "400000.00"),
    ("5c", MAKER, [], "B16b", "condition:applicant_type"),
    ("voucher", MAKER, [], "", "300000.00"),
    ("voucher", MAKER, [], "B16b", "condition:applicant_type"),
    # yearly cap of the unit counted at issue, under B14 b when the voucher is redeemed
    ("5b", cost("5000000"), [earned("5a", "500000")], "B14b", "1000000.00"),
    ("5b", cost("5000000", **OVERLAP), [earned("voucher", "300000")], "B14b", "700000.00"),
    ("voucher", {}, [earned("voucher", "900000")], "", "300000.00"),
    ("voucher", {}, [earned("voucher", "900000")], "B14b", "100000.00"),
    ("voucher", {}, [earned("voucher", "900000", year=2024)], "B14b", "300000.00"),
    # scenarios, enterprises and products chosen again
    ("6", {}, [earned("6", "1", year=2024)], "", "0.00"),
    ("6", {}, [earned("6", "1", year=2024, same_item=False)], "", "1000000.00"),
    ("6", {}, [earned("6", "1000000")], "B22b", "1000000.00"),
    ("6", {"recognised_demo_scenario": False}, [], "B27b", "1000000.00"),
    ("9a", {}, [earned("9a", "500000", year=2024)], "", "500000.00"),
    ("9a", {}, [earned("9a", "1", year=2024)], "B12b", "0.00"),
    ("9b", {}, [earned("9b", "600000", year=2024)], "", "600000.00"),
    ("9b", {}, [earned("9b", "600000", year=2024)], "B23b", "0.00"),
    ("9b", {}, [earned("9b", "600000", same_item=False)], "", "600000.00"),
    ("3", {"network_key_project": None}, [], "B26b", "case_by_case"),
    ("1", other("9000000"), [], "", "case_by_case"),
]

# clauses, facts changed, earlier awards, letters, sum of each (-: no computed sum), kind
TOGETHER = [
    ("5b 5c", {}, [], "", "600000.00 0.00", "exact"),
    ("5c 5b", fees("1600000"), [], "", "800000.00 0.00", "exact"),
    ("5b 5c", fees("1600000"), [], "B5b", "600000.00 0.00", "exact"),
    ("5b 5c", fees("1600000"), [], "B5c", "600000.00 400000.00", "exact"),
    ("5b 5c", fees("1600000"), [], "B5d", "0.00 800000.00", "exact"),
    ("5b 5c", {}, [earned("5c", "400000")], "", "0.00 400000.00", "exact"),
    ("5b 5c", cost("500000"), [earned("5b", "200000")], "", "300000.00 0.00", "exact"),
    ("5b 5c", cost("1000000", **fees("1600000")), [earned("5c", "400000")], "B5b", "200000.00 0.00", "exact"),
    ("5a 5b 5c", {}, [], "", "500000.00 500000.00 0.00", "exact"),
    ("5c 5a", {}, [], "", "400000.00 500000.00", "exact"),
    ("5a 5b", {}, [], "B4b", "500000.00 600000.00", "exact"),
    ("5a 5b", {}, [], "B15b", "0.00 600000.00", "exact"),
    ("9a 9b", other("300000"), [], "", "200000.00 600000.00", "ceiling"),
    ("9a 10a", {}, [], "", "500000.00 -", "ceiling"),
    ("9b 11 4", {}, [], "", "600000.00 - 0.00", "exact"),
]


def test_typical_facts_of_every_clause():
    found = {}
    for clause in GOOD:
        answer = rules.judge(case_of(GOOD, clause, {})).to_json()
        found[clause] = (answer["eligible"], answer["kind"], answer["amount_yuan"] or "-", answer["blocked_by"])

    rows = [row.split() for row in TYPICAL.split(";")]
    assert found == {f"baoding-{clause}": (True, kind, amount, None) for clause, kind, amount in rows}


def test_every_fact_that_is_unknown_impossible_or_fails():
    for clause, name, value, expected in refusals(GOOD):
        assert outcome(case_of(GOOD, clause, {name: value})) == expected, (clause, name, value)


@pytest.mark.parametrize(("clause", "name", "values"), FIGURES)
def test_figures_of_the_text(clause, name, values):
    found = {value: outcome(case_of(GOOD, f"baoding-{clause}", {name: value})) for value in values}

    assert found == {value: f"condition:{name}" if said == "condition" else said for value, said in values.items()}


@pytest.mark.parametrize(("clause", "changed", "history", "letters", "expected"), EARLIER)
def test_earlier_awards_and_letters(clause, changed, history, letters, expected):
    case = case_of(GOOD, f"baoding-{clause}", changed, history, letters)

    assert outcome(case) == expected
    assert simulated(case) == judged(case)


@pytest.mark.parametrize("clause", GOOD)
def test_first_and_last_day(clause):
    days = ("2024-01-24", "2024-01-25", "2027-01-24", "2027-01-25", "2027-01-26")
    for letters, out in (("", {0, 3, 4}), ("B1b", {0, 4})):
        found = [rules.judge({**case_of(GOOD, clause, {}, letters=letters), "on": day}).blocked_by for day in days]

        assert found == ["out_of_term" if place in out else None for place in range(5)]


@pytest.mark.parametrize("clause", ["2", "5a", "5b", "5c", "6", "9a", "9b"])
def test_what_another_policy_of_the_city_gave_is_deducted(clause):
    full = rules.judge(case_of(GOOD, f"baoding-{clause}", {})).amount_fen
    given = {"": full - 12_345_678, "B9b": full, "B9c": 0, "B20b": full - 12_345_678}

    found = {
        letters: rules.judge(case_of(GOOD, f"baoding-{clause}", other("123456.78"), letters=letters)).amount_fen
        for letters in given
    }

    assert found == given
    assert rules.judge(case_of(GOOD, f"baoding-{clause}", other("9000000"))).amount_fen == 0


@pytest.mark.parametrize("clause", ["2", "5a", "5b", "5c", "6", "9a", "9b"])
def test_registration_is_asked_only_under_its_letter(clause):
    elsewhere = {"registered_in_jurisdiction": False}

    assert rules.judge(case_of(GOOD, f"baoding-{clause}", elsewhere)).eligible is True
    refused = outcome(case_of(GOOD, f"baoding-{clause}", elsewhere, letters="B17b"))
    unknown = outcome(case_of(GOOD, f"baoding-{clause}", {}, letters="B17b"))
    assert (refused, unknown) == ("condition:registered_in_jurisdiction", "missing_fact:registered_in_jurisdiction")


@pytest.mark.parametrize(
    ("award", "district", "letter", "shares"),
    [
        ("100.01", "city_district", "a", [("市级", "50.00"), ("区级", "50.01")]),
        ("100.01", "city_district", "b", [("市级", "50.01"), ("区级", "50.00")]),
        ("0.01", "city_district", "a", [("市级", "0.00"), ("区级", "0.01")]),
        ("100.01", "provincial_direct_county", "a", [("县级", "100.01")]),
        ("100.01", "other_county", "a", [("按财政体制", None)]),
        ("100.01", "development_zone", "b", [("按财政体制", None)]),
    ],
)
def test_shares(award, district, letter, shares):
    changed = {"award_yuan": award, "district_type": district}

    answer = rules.judge(case_of(GOOD, "baoding-costshare", changed, letters=f"B11{letter}")).to_json()

    assert answer["amount_yuan"] == award
    assert [(share["payer"], share["amount_yuan"]) for share in answer["shares"]] == shares


@pytest.mark.parametrize(
    ("used", "sums"),
    [
        ("9400000", "500000.00 100000.00 0.00"),
        ("9699999.99", "300000.01 0.00 0.00"),
        ("10000000", "0.00 0.00 0.00"),
    ],
)
def test_pool_is_served_in_the_order_of_the_text(used, sums):
    case = _filing("5a 5b 5c", {}, [], "")
    case["pool"] = {"limit_yuan": "10000000", "used_yuan": used}

    assert list(rules.judge(case).to_json()["by_clause"].values()) == sums.split()


@pytest.mark.parametrize(("clauses", "changed", "history", "letters", "sums", "kind"), TOGETHER)
def test_clauses_filed_together(clauses, changed, history, letters, sums, kind):
    answer = rules.judge(_filing(clauses, changed, history, letters)).to_json()

    expected = [None if amount == "-" else amount for amount in sums.split()]
    assert list(answer["by_clause"].values()) == expected
    total = sum(rules.fen(amount) for amount in expected if amount)
    assert (answer["eligible"], answer["kind"], rules.fen(answer["amount_yuan"])) == (True, kind, total)


def test_policies_filed_together_are_judged_each_in_its_own_term():
    facts = {
        **GOOD["baoding-9a"],
        "registered_in_jurisdiction": True,
        "applicant_type": "llm_enterprise",
        "prior_year_revenue_yuan": "50000000",
        "other_provincial_funds_for_same_matter": False,
    }
    found = []
    for day in ("2024-02-01", "2025-06-30", "2027-01-10", "2028-01-01"):
        case = {"clauses": ["shanxi-14", "baoding-9a"], "facts": facts, "on": day}
        answer = rules.judge(case).to_json()
        found.append((answer["eligible"], answer["kind"], answer["amount_yuan"], *answer["by_clause"].values()))

    assert found == [
        (True, "ceiling", "500000.00", "0.00", "500000.00"),
        (True, "ceiling", "1000000.00", "500000.00", "500000.00"),
        (True, "ceiling", "500000.00", "0.00", "500000.00"),
        (False, "none", "0.00", "0.00", "0.00"),
    ]


def _filing(clauses, changed, history, letters):
    names = [f"baoding-{number}" for number in clauses.split()]
    return {
        "clauses": names,
        "facts": {name: value for clause in names for name, value in GOOD.get(clause, {}).items()} | changed,
        "history": history,
        "on": "2025-06-30",
        "settings": {word[:-1]: word[-1] for word in letters.split()},
    }
