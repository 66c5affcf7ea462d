"""Clauses of one policy and of several filed together: sums by clause, the total, and what kind the whole is."""

import pytest

import rules
from tests.rules.cases import paid

REGISTERED = {"registered_in_jurisdiction": True}
CONTESTS = {
    "xinxing-9c": {"contest_level": "national", "prize_rank": 2},
    "xinxing-9d": {"contest_level": "provincial", "prize_rank": 1},
}
TITLES = {
    "xinxing-9a": {"national_title": "national_green_data_centre"},
    "xinxing-9b": {"national_title": "trusted_data_space_pilot"},
}
ACCEPTED = {
    "recognised_by_national_authority": True,
    "accepted_by_national_authority": True,
    "application_successful": True,
}
LABELLING = {
    "applicant_type": "data_annotation_enterprise",
    "staff": 80,
    "annual_revenue_yuan": "50000000",
    "annotation_revenue_yuan": "30000000",
    "national_annotation_cases": 2,
}
FILED = {
    "applicant_type": "ai_enterprise",
    "filed_models": 1,
    "filed_algorithms": 2,
    "filing_passed": True,
    "commercialised_in_jurisdiction": True,
    "model_service_revenue_yuan": "20000000",
}
SOFTWARE = {
    "applicant_type": "software_it_enterprise",
    "main_business_revenue_yuan": "50000000",
    "prior_peak_main_business_revenue_yuan": "30000000",
    "main_business_revenue_last_three_years_yuan": ["30000000", "30000000", "50000000"],
}
TRADE = {
    "applicant_type": "compute_enterprise",
    "is_local_compute_supplier": True,
    "annual_compute_sales_contract_fees_yuan": "10000000",
    "annual_compute_contract_fees_yuan": "10000000",
    "uses_local_compute": True,
}
SETTLED = {
    "applicant_type": "ai_enterprise",
    "independent_legal_person": True,
    "settled_in_jurisdiction": True,
    "main_business_revenue_yuan": "10000000.01",
    "compute_usage_fees_yuan": "300000",
    "service_completed": True,
    "fees_paid_in_full": True,
    "redemption_approved": True,
    "voucher_balance_yuan": "200000",
}
FIVE = {
    "applicant_type": "llm_enterprise",
    "prior_year_revenue_yuan": "50000000",
    "other_provincial_funds_for_same_matter": False,
    "award_winning_products": 2,
    "other_local_policy_award_yuan": "0",
    "independent_legal_person": True,
    "selected_national_data_element_pilot": True,
    "provincial_funds_arrived": True,
    "sector_in_scope": True,
    "rents_standard_factory": True,
    "data_product_revenue_yuan": "5000000",
}
ALL = "shanxi-14 baoding-9b shihezi-2.4a haidong-4b xinxing-crossref xinxing-1"

# clauses, facts, facts of single clauses, rest of the case, sum of each (-: none follows), total, kind
ROWS = [
    ("xinxing-9c xinxing-9d", {}, CONTESTS, {}, "200000.00 0.00", "200000.00", "exact"),
    (
        "xinxing-9d xinxing-9c",
        {},
        CONTESTS,
        {"history": [paid("xinxing-9d", "100000", year=2024)]},
        "0.00 100000.00",
        "100000.00",
        "exact",
    ),
    ("xinxing-9a xinxing-9b", ACCEPTED, TITLES, {}, "1000000.00 500000.00", "1500000.00", "exact"),
    ("xinxing-5a xinxing-5b xinxing-5c", LABELLING, {}, {}, "500000.00 500000.00 400000.00", "1400000.00", "exact"),
    ("xinxing-7a xinxing-7b xinxing-7c", FILED, {}, {}, "500000.00 400000.00 1000000.00", "1900000.00", "exact"),
    ("xinxing-6a xinxing-6b", SOFTWARE, {}, {}, "300000.00 200000.00", "500000.00", "exact"),
    (
        "xinxing-4b xinxing-4a",
        TRADE,
        {},
        {"pool": {"limit_yuan": "1000000", "used_yuan": "750000"}},
        "50000.00 200000.00",
        "250000.00",
        "exact",
    ),
    ("shihezi-2.3a shihezi-7.1a", SETTLED, {}, {}, "500000.00 200000.00", "700000.00", "exact"),
    (ALL, FIVE, {}, {}, "500000.00 600000.00 2000000.00 - - 0.00", "3100000.00", "ceiling"),
    ("haidong-4b haidong-9", FIVE, {}, {}, "- -", None, "case_by_case"),
    ("haidong-4b xinxing-crossref", FIVE, {}, {}, "- -", None, "external"),
    ("shanxi-14 xinxing-8", FIVE, {}, {"on": "2025-06-30"}, "500000.00 -", "500000.00", "exact"),
    (
        "shanxi-14 xinxing-8",
        {**FIVE, "policy_issued_on": "2025-01-01"},
        {},
        {"on": "2025-06-30"},
        "500000.00 500000.00",
        "1000000.00",
        "exact",
    ),
]


@pytest.mark.parametrize(("clauses", "facts", "own", "rest", "sums", "total", "kind"), ROWS)
def test_filing_of_several_clauses(clauses, facts, own, rest, sums, total, kind):
    stated = {"support_year": 2025, **REGISTERED, **facts}
    case = {"clauses": clauses.split(), "facts": stated, "facts_by_clause": own, **rest}

    answer = rules.judge(case).to_json()

    expected = [None if amount == "-" else amount for amount in sums.split()]
    assert answer["by_clause"] == dict(zip(clauses.split(), expected, strict=True))
    assert (answer["eligible"], answer["kind"], answer["amount_yuan"]) == (True, kind, total)
