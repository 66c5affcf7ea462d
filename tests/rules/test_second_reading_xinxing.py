"""新星市 once more: several years, several items and open lists, each sum worked out from the text by hand."""

import pytest

import rules
from tests.rules.cases import good, paid, result

KWH, SCALE, PEAK = "green_power_consumed_kwh", "scale_pflops_fp16", "prior_peak_main_business_revenue_yuan"
SOLD, BOUGHT = "annual_compute_sales_contract_fees_yuan", "annual_compute_contract_fees_yuan"
LABELLED, THREE = "annotation_revenue_yuan", "main_business_revenue_last_three_years_yuan"
REVENUE, PRODUCTS = "main_business_revenue_yuan", "data_product_revenue_yuan"
CONFIRMED, ACCEPTED = "officer_confirmed_similar", "accepted_by_national_authority"
RECOGNISED = "recognised_by_national_authority"


def other(clause, amount, year=2025):
    """Return an earlier award for another project, model, product …"""
    return paid(clause, amount, year=year, same_item=False)


# clause, facts changed, earlier awards, settings, the sum in yuan
PAYABLE = [
    # 2: 100, 200, 300, 400万, pay the difference, whichever project it was
    ("xinxing-2", {KWH: "200000000"}, [], {}, "4000000"),
    ("xinxing-2", {KWH: "199999999.99"}, [], {}, "3000000"),
    (
        "xinxing-2",
        {KWH: "200000000"},
        [paid("xinxing-2", "1000000", year=2023), paid("xinxing-2", "1000000")],
        {},
        "2000000",
    ),
    ("xinxing-2", {KWH: "200000000"}, [other("xinxing-2", "3000000")], {}, "1000000"),
    ("xinxing-2", {KWH: "200000000"}, [other("xinxing-2", "3000000")], {"X2": "c"}, "4000000"),
    ("xinxing-2", {"green_power_mode": "other", CONFIRMED: True}, [], {}, "1000000"),
    ("xinxing-2", {"green_power_mode": "other", CONFIRMED: False}, [], {"X33": "b"}, "1000000"),
    ("xinxing-2", {KWH: 200_000_000}, [], {}, "4000000"),
    # 3: each centre has its own ladder; the text grades the whole cluster
    ("xinxing-3", {SCALE: "4999.99"}, [], {}, "4000000"),
    (
        "xinxing-3",
        {SCALE: "5000"},
        [paid("xinxing-3", "1000000", year=2023), paid("xinxing-3", "2000000")],
        {},
        "2000000",
    ),
    ("xinxing-3", {SCALE: "5000"}, [other("xinxing-3", "5000000")], {}, "5000000"),
    ("xinxing-3", {SCALE: "5000"}, [other("xinxing-3", "4000000")], {"X6": "b"}, "1000000"),
    ("xinxing-3", {SCALE: "5000.01"}, [], {"X4": "b"}, "5000000"),
    ("xinxing-3", {SCALE: "5000", "built_part_pflops_fp16": "2000"}, [], {"X6": "c"}, "2000000"),
    ("xinxing-3", {"pue": "1.25", "utilisation_pct": "60", "stable_months": "6"}, [], {}, "3000000"),
    ("xinxing-3", {"pue": 1, "utilisation_pct": 60, "stable_months": 6, "build_type": "retrofit"}, [], {}, "3000000"),
    # 4: 2 % and 3 %, half-up, 100万 each a year
    ("xinxing-4a", {SOLD: "0.24"}, [], {}, "0"),
    ("xinxing-4a", {SOLD: "0.25"}, [], {}, "0.01"),
    ("xinxing-4a", {SOLD: "12345679.24"}, [], {}, "246913.58"),
    ("xinxing-4a", {SOLD: "12345679.25"}, [], {}, "246913.59"),
    ("xinxing-4b", {BOUGHT: "0.16"}, [], {}, "0"),
    ("xinxing-4b", {BOUGHT: "0.17"}, [], {}, "0.01"),
    ("xinxing-4b", {BOUGHT: "33333333"}, [], {}, "999999.99"),
    ("xinxing-4b", {BOUGHT: "33333333.17"}, [], {}, "1000000"),
    ("xinxing-4b", {}, [paid("xinxing-4a", "1000000")], {}, "300000"),
    ("xinxing-4b", {}, [paid("xinxing-4b", "1000000", year=2024)], {}, "300000"),
    ("xinxing-4b", {}, [other("xinxing-4b", "999999.99")], {}, "0.01"),
    ("xinxing-4b", {}, [paid("xinxing-4a", "700000"), paid("xinxing-4b", "200000")], {"X7": "b"}, "100000"),
    ("xinxing-4b", {"applicant_type": "government_body", CONFIRMED: True}, [], {}, "300000"),
    # 5: 3 % of the year, capped each year; 50万 once; 20万 for each named case
    ("xinxing-5a", {LABELLED: "16666666.00"}, [], {}, "499999.98"),
    ("xinxing-5a", {LABELLED: "16666666.50"}, [], {}, "500000"),
    ("xinxing-5a", {"staff": 50, "annual_revenue_yuan": "5000000", LABELLED: "5000000"}, [], {}, "150000"),
    ("xinxing-5a", {}, [paid("xinxing-5a", "500000", year=2024), paid("xinxing-5b", "500000")], {}, "120000"),
    ("xinxing-5a", {}, [paid("xinxing-5a", "450000", year=2024)], {"X9": "b"}, "50000"),
    ("xinxing-5b", {"staff": 1}, [paid("xinxing-5a", "500000")], {}, "500000"),
    ("xinxing-5b", {"staff": None, "annual_revenue_yuan": None, LABELLED: "30000000"}, [], {}, "500000"),
    ("xinxing-5c", {"national_annotation_cases": 3}, [paid("xinxing-5c", "200000")], {}, "400000"),
    ("xinxing-5c", {"national_annotation_cases": 3}, [other("xinxing-5c", "600000")], {}, "600000"),
    # 6: a tier reached before never pays, a higher one pays its full sum less sums received
    ("xinxing-6a", {REVENUE: "200000000", PEAK: "199999999.99"}, [], {}, "1000000"),
    ("xinxing-6a", {REVENUE: "200000000", PEAK: "40000000"}, [paid("xinxing-6a", "200000", year=2024)], {}, "800000"),
    ("xinxing-6a", {REVENUE: "200000000", PEAK: "40000000"}, [], {"X11": "b"}, "800000"),
    ("xinxing-6a", {REVENUE: "200000000", PEAK: "40000000"}, [paid("xinxing-6a", "200000")], {"X11": "b"}, "800000"),
    ("xinxing-6a", {REVENUE: "99999999.99", PEAK: "0"}, [paid("xinxing-6b", "200000")], {}, "300000"),
    ("xinxing-6b", {}, [paid("xinxing-6a", "1000000")], {}, "200000"),
    # 7: each model and each algorithm once
    ("xinxing-7a", {"filed_models": 3}, [paid("xinxing-7a", "1000000")], {}, "500000"),
    ("xinxing-7a", {"filed_models": 1}, [other("xinxing-7a", "500000")], {}, "500000"),
    ("xinxing-7b", {"applicant_type": "medical_institution"}, [], {"X13": "b"}, "400000"),
    ("xinxing-7c", {"model_service_revenue_yuan": "20000000"}, [other("xinxing-7c", "1000000")], {}, "1000000"),
    # 8: 10, 30, 50万 over all products of the enterprise
    ("xinxing-8", {PRODUCTS: "5000000"}, [other("xinxing-8", "100000"), paid("xinxing-8", "200000")], {}, "200000"),
    ("xinxing-8", {PRODUCTS: "5000000"}, [other("xinxing-8", "300000")], {"X29": "b"}, "500000"),
    ("xinxing-8", {PRODUCTS: "5000000.01"}, [], {"X4": "b"}, "500000"),
    # 9: one of the two papers is enough in 9a, 9b needs both stages; contests pay the difference for one project
    ("xinxing-9a", {ACCEPTED: None}, [], {}, "1000000"),
    ("xinxing-9a", {RECOGNISED: None, ACCEPTED: True}, [other("xinxing-9a", "1000000")], {}, "1000000"),
    ("xinxing-9a", {"national_title": "other", CONFIRMED: True}, [paid("xinxing-9b", "500000")], {}, "1000000"),
    ("xinxing-9a", {}, [paid("xinxing-9b", "500000")], {"X15": "b"}, "500000"),
    ("xinxing-9b", {}, [other("xinxing-9b", "500000")], {}, "500000"),
    ("xinxing-9c", {}, [paid("xinxing-9d", "50000", year=2023), paid("xinxing-9c", "150000")], {}, "100000"),
    ("xinxing-9c", {"prize_rank": 3}, [paid("xinxing-9d", "100000")], {}, "50000"),
    ("xinxing-9c", {}, [other("xinxing-9d", "100000"), other("xinxing-9c", "300000")], {}, "300000"),
    ("xinxing-9d", {}, [paid("xinxing-9d", "20000")], {}, "80000"),
    ("xinxing-9d", {}, [paid("xinxing-9d", "20000")], {"X32": "c"}, "100000"),
    # 10: by level, the same for the second and the third
    ("xinxing-10a", {"standard_level": "national"}, [other("xinxing-10a", "300000")], {}, "300000"),
    ("xinxing-10b", {"standard_level": "provincial", "drafter_rank": 3}, [], {}, "50000"),
    ("xinxing-10b", {"standard_level": "national", "drafter_rank": 3}, [paid("xinxing-10a", "300000")], {}, "200000"),
]


@pytest.mark.parametrize(("clause", "facts", "history", "settings", "yuan"), PAYABLE)
def test_sum(clause, facts, history, settings, yuan):
    case = {"clause": clause, "facts": good(clause, support_year=2025, **facts), "history": history}

    verdict = rules.judge({**case, "settings": settings})

    assert (verdict.eligible, verdict.kind, verdict.amount_fen) == (True, "exact", rules.fen(yuan))


# clause, facts changed, earlier awards, settings, what leaves nothing
NOTHING = [
    ("xinxing-2", {KWH: "20000000"}, [paid("xinxing-2", "1000000", year=2023)], {}, "no_increment"),
    ("xinxing-2", {"green_power_mode": "purchased_certificate", CONFIRMED: True}, [], {}, "condition:green_power_mode"),
    ("xinxing-2", {"green_power_mode": "other", CONFIRMED: False}, [], {}, f"condition:{CONFIRMED}"),
    ("xinxing-2", {"green_power_traceable": False, KWH: None}, [], {}, "condition:green_power_traceable"),
    ("xinxing-3", {SCALE: "3999.99"}, [paid("xinxing-3", "4000000")], {}, "no_increment"),
    ("xinxing-3", {"pue": "1.2501", SCALE: None}, [], {}, "condition:pue"),
    ("xinxing-4a", {SOLD: "0"}, [], {}, "zero_base"),
    ("xinxing-4a", {"registered_in_jurisdiction": False}, [], {"X19": "b"}, "condition:registered_in_jurisdiction"),
    (
        "xinxing-4b",
        {"applicant_type": "individual_maker", CONFIRMED: True},
        [],
        {"X33": "c"},
        "condition:applicant_type",
    ),
    ("xinxing-5a", {"staff": 49, LABELLED: None}, [], {}, "condition:staff"),
    ("xinxing-5b", {}, [other("xinxing-5b", "500000", year=2023)], {}, "once_only_used"),
    ("xinxing-5c", {"national_annotation_cases": 1}, [paid("xinxing-5c", "200000")], {}, "once_only_used"),
    ("xinxing-6a", {REVENUE: "50000000", PEAK: "50000000"}, [], {}, f"condition:{PEAK}"),
    ("xinxing-6a", {REVENUE: "29999999.99", PEAK: None}, [], {}, f"condition:{REVENUE}"),
    ("xinxing-6b", {THREE: ["30000000", "29999999.99", "90000000"]}, [], {}, f"condition:{THREE}"),
    ("xinxing-7a", {"applicant_type": "university"}, [], {}, "condition:applicant_type"),
    ("xinxing-7c", {}, [other("xinxing-7c", "1000000")], {"X14": "b"}, "once_only_used"),
    ("xinxing-9a", {"national_title": "trusted_data_space_pilot", CONFIRMED: True}, [], {}, "condition:national_title"),
    ("xinxing-9b", {"national_title": "other", CONFIRMED: True}, [], {}, "condition:national_title"),
    ("xinxing-9c", {}, [paid("xinxing-9a", "1000000")], {"X15": "b"}, "higher_not_repeat"),
    ("xinxing-9d", {}, [paid("xinxing-9c", "150000")], {}, "higher_not_repeat"),
    ("xinxing-9c", {"prize_rank": 4}, [], {}, "condition:prize_rank"),
    ("xinxing-10a", {"drafter_rank": 2}, [], {}, "condition:drafter_rank"),
    ("xinxing-10b", {"drafter_rank": 4}, [], {}, "condition:drafter_rank"),
    ("xinxing-10b", {"standard_level": "group"}, [], {}, "condition:standard_level"),
    ("xinxing-10b", {}, [paid("xinxing-10b", "50000")], {}, "once_only_used"),
]


@pytest.mark.parametrize(("clause", "facts", "history", "settings", "blocked"), NOTHING)
def test_nothing_is_left_and_the_reason_is_named(clause, facts, history, settings, blocked):
    case = {"clause": clause, "facts": good(clause, support_year=2025, **facts), "history": history}

    assert result({**case, "settings": settings}) == (False, "none", "0.00", blocked)


@pytest.mark.parametrize(
    ("clause", "facts", "settings", "missing"),
    [
        ("xinxing-2", {"green_power_mode": "other"}, {}, CONFIRMED),
        ("xinxing-3", {}, {"X6": "c"}, "built_part_pflops_fp16"),
        ("xinxing-4b", {"applicant_type": "government_body"}, {}, CONFIRMED),
        ("xinxing-6a", {PEAK: None}, {}, PEAK),
        ("xinxing-9a", {"national_title": "other"}, {}, CONFIRMED),
        ("xinxing-9a", {RECOGNISED: False, ACCEPTED: None}, {}, ACCEPTED),
        ("xinxing-9a", {RECOGNISED: None}, {}, RECOGNISED),
    ],
)
def test_fact_that_an_open_list_or_a_choice_needs_is_asked_for(clause, facts, settings, missing):
    case = {"clause": clause, "facts": good(clause, **facts), "settings": settings}

    assert result(case) == ("invalid", "none", None, f"missing_fact:{missing}")


@pytest.mark.parametrize(
    ("clauses", "facts", "settings", "parts"),
    [
        (("4a", "4b"), {SOLD: "40000000"}, {"X7": "b"}, ("800000.00", "200000.00")),
        (("5a", "5b", "5c"), {LABELLED: "31000000"}, {}, ("500000.00", "500000.00", "400000.00")),
        (("5a", "5b"), {LABELLED: "31000000"}, {"X10": "b"}, ("0.00", "500000.00")),
        (("6a", "6b"), {}, {}, ("300000.00", "200000.00")),
        (("7a", "7b", "7c"), {}, {}, ("1000000.00", "400000.00", "1000000.00")),
        (("7a", "7b"), {}, {"X24": "b"}, ("1000000.00", "0.00")),
        (("9a", "9b"), {}, {}, ("1000000.00", "500000.00")),
        (("9a", "9b"), {}, {"X15": "b"}, ("1000000.00", "0.00")),
        (("9c", "9d"), {}, {}, ("300000.00", "0.00")),
        (("9d", "9c"), {}, {"X15": "c"}, ("0.00", "300000.00")),
    ],
)
def test_clauses_filed_together(clauses, facts, settings, parts):
    names = [f"xinxing-{number}" for number in clauses]
    own = {name: good(name, support_year=2025, **facts) for name in names}

    verdict = rules.judge({"clauses": names, "facts_by_clause": own, "settings": settings})

    assert verdict.to_json()["by_clause"] == dict(zip(names, parts, strict=True))
    assert verdict.amount_fen == sum(map(rules.fen, parts))
