"""八师石河子市绿色电力促进绿色算力发展若干措施"""

from decimal import Decimal
from typing import Any

from tests.rules.oracle.words import (
    WAN,
    Both,
    D,
    Either,
    Facts,
    Test,
    above,
    among,
    at_least,
    at_most,
    below,
    cap,
    fixed,
    rule,
    share,
    yes,
)

rule(
    "shihezi-2.1",
    "ceiling",
    [
        among("build_type", "new", "expansion"),
        above("compute_share_pct", 70),
        at_least("racks", 1000),
        below("pue", "1.25"),
    ],
    needs=("rack_and_compute_equipment_cost_yuan",),
    pay=share("rack_and_compute_equipment_cost_yuan", "10"),
    cap=(cap(2000, "ever", "shihezi-2.1"),),
    good={
        "build_type": "new",
        "compute_share_pct": "85",
        "racks": 1500,
        "pue": "1.2",
        "rack_and_compute_equipment_cost_yuan": "50000000",
        "key_compute_project": False,
    },
    near={
        "build_type": ("new", "expansion", "retrofit", "existing"),
        "compute_share_pct": ("69.99", "70", "70.01", "100"),
        "racks": (0, 999, 1000, 1001),
        "pue": ("1", "1.2499", "1.25", "1.2501"),
        "rack_and_compute_equipment_cost_yuan": (
            "0",
            "0.09",
            "0.19",
            "199999999.99",
            "200000000",
            "200000000.01",
            "3e9",
        ),
        "key_compute_project": (True, False),
    },
)
rule(
    "shihezi-2.3a",
    "exact",
    [
        among("applicant_type", "ai_enterprise", "research_institute"),
        *yes("settled_in_jurisdiction"),
        above("main_business_revenue_yuan", 1000 * WAN),
    ],
    pay=fixed(50 * WAN),
    ladder="ever",  # once in all; what a short pool left of it is carried over
    good={"applicant_type": "ai_enterprise", "settled_in_jurisdiction": True, "main_business_revenue_yuan": "25000000"},
    near={
        "applicant_type": ("ai_enterprise", "research_institute", "enterprise", "university", "llm_enterprise"),
        "main_business_revenue_yuan": ("9999999.99", "10000000", "10000000.01"),
    },
)
rule(
    "shihezi-2.3b",
    "ceiling",
    [Test("applicant_type", lambda value: value != "individual_maker"), *yes("uses_local_compute")],
    needs=("compute_usage_fees_yuan",),
    pay=share("compute_usage_fees_yuan", "20"),
    cap=(cap(100, "ever", "shihezi-2.3b"),),
    good={"applicant_type": "enterprise", "uses_local_compute": True, "compute_usage_fees_yuan": "1000000"},
    near={
        "applicant_type": ("enterprise", "university", "individual_maker"),
        "compute_usage_fees_yuan": ("0", "0.04", "0.05", "123.47", "4999999.99", "5000000", "5000000.01"),
    },
)
rule(
    "shihezi-2.4a",
    "ceiling",
    yes("selected_national_data_element_pilot"),
    pay=fixed(200 * WAN),
    cap=(cap(200, "item", "shihezi-2.4a"),),
    once="item",
    good={"selected_national_data_element_pilot": True},
)
rule(
    "shihezi-2.4b",
    "ceiling",
    yes("solution_formed", "commercial_case_formed", "recognised_demo_scenario"),
    pay=fixed(100 * WAN),
    once="item",
    good={"solution_formed": True, "commercial_case_formed": True, "recognised_demo_scenario": True},
)


def _interest(facts: Facts) -> Decimal:
    name = "loan_interest_paid_yuan" if facts["interest_year_no"] == 1 else "new_loan_interest_paid_yuan"
    return D(facts[name]) / 2


class _InterestBase(Test):
    """In the first year all interest, in the two following years that on new loans."""

    def __init__(self) -> None:
        self.fact = "interest_year_no"

    def ask(self, facts: Facts) -> tuple[bool | None, set[str]]:
        if self.fact not in facts:
            return None, {self.fact}
        if facts[self.fact] > 3:
            return False, {self.fact}
        name = "loan_interest_paid_yuan" if facts[self.fact] == 1 else "new_loan_interest_paid_yuan"
        return (True, set()) if name in facts else (None, {name})


rule(
    "shihezi-3.1",
    "ceiling",
    [among("applicant_type", "compute_enterprise"), *yes("production_loan"), _InterestBase()],
    pay=_interest,
    cap=(cap(20, "year", "shihezi-3.1"),),
    good={
        "applicant_type": "compute_enterprise",
        "production_loan": True,
        "interest_year_no": 1,
        "loan_interest_paid_yuan": "300000",
        "new_loan_interest_paid_yuan": "100000",
    },
    near={
        "applicant_type": ("compute_enterprise", "enterprise", "ai_enterprise"),
        "interest_year_no": (1, 2, 3, 4),
        "loan_interest_paid_yuan": ("399999.99", "400000", "400000.01", "100001.01", "900000"),
        "new_loan_interest_paid_yuan": ("0", "0.01", "0.03", "100000", "299999.99"),
    },
)
for _number, _event, _wan, _bingtuan, _once in (
    ("a", "regional_equity_market", 3, True, "item"),
    ("b", "neeq", 50, True, "item"),
    ("c", "neeq_select_tier", 0, True, ""),
    ("d", "neeq_transfer_to_exchange", 200, True, "item"),
    ("e", "direct_exchange_listing", 200, False, "ever"),
):
    rule(
        f"shihezi-3.3{_number}",
        "exact" if _wan else "case_by_case",
        [
            among("listing_event", _event),
            *yes("green_compute_field"),
            *(yes("bingtuan_award_granted") if _bingtuan else []),
        ],
        pay=fixed(_wan * WAN),
        once=_once,
        good={"listing_event": _event, "green_compute_field": True, "bingtuan_award_granted": True},
        near={
            "listing_event": (
                "regional_equity_market",
                "neeq",
                "neeq_select_tier",
                "neeq_transfer_to_exchange",
                "direct_exchange_listing",
            )
        },
    )
rule(
    "shihezi-4.1a",
    "ceiling",
    [
        among("sponsor_kind", "well_known_university", "research_institute", "fortune_500"),
        *yes("has_legal_personality", "matches_industry_direction", "core_technology_introduced", "core_team_deployed"),
    ],
    pay=fixed(5000 * WAN),
    once="item",
    instalments=(None, None, None),
    good={
        "sponsor_kind": "fortune_500",
        "has_legal_personality": True,
        "matches_industry_direction": True,
        "core_technology_introduced": True,
        "core_team_deployed": True,
    },
    near={"sponsor_kind": ("well_known_university", "research_institute", "fortune_500", "other")},
)
rule(
    "shihezi-4.1b",
    "exact",
    yes("green_compute_field", "newly_recognised_national_little_giant", "bingtuan_award_granted"),
    pay=fixed(50 * WAN),
    once="ever",
    good={"green_compute_field": True, "newly_recognised_national_little_giant": True, "bingtuan_award_granted": True},
)
rule(
    "shihezi-4.1c",
    "exact",
    yes("green_compute_field", "newly_recognised_bingtuan_sme"),
    pay=fixed(20 * WAN),
    once="ever",
    good={"green_compute_field": True, "newly_recognised_bingtuan_sme": True},
)
rule(
    "shihezi-4.2a",
    "external",
    [Either((Both(tuple(yes("newly_recognised_high_tech", "green_compute_field"))), *yes("evaluated_tech_sme")))],
    good={"green_compute_field": True, "newly_recognised_high_tech": True, "evaluated_tech_sme": False},
    near={"evaluated_tech_sme": (True, False)},
)
rule(
    "shihezi-5.1a",
    "ceiling",
    yes("top_talent", "full_time", "brings_core_team", "industrialises_in_jurisdiction"),
    pay=fixed(1000 * WAN),
    once="item",
    instalments=("20", "30", "50"),
    good={"top_talent": True, "full_time": True, "brings_core_team": True, "industrialises_in_jurisdiction": True},
)
rule(
    "shihezi-5.1b",
    "ceiling",
    [*yes("full_time", "outstanding_contribution_recognised"), at_most("talent_level", 5)],
    pay=fixed(100 * WAN),
    once="item",
    good={"full_time": True, "outstanding_contribution_recognised": True, "talent_level": 3},
    near={"talent_level": (1, 5, 6)},
)
REDEMPTION: dict[str, Any] = {
    "needs": ("compute_usage_fees_yuan", "voucher_balance_yuan"),
    "pay": lambda facts: min(D(facts["compute_usage_fees_yuan"]), D(facts["voucher_balance_yuan"])),
    "good": {
        "service_completed": True,
        "fees_paid_in_full": True,
        "redemption_approved": True,
        "compute_usage_fees_yuan": "300000",
        "voucher_balance_yuan": "500000",
    },
    "near": {
        "compute_usage_fees_yuan": ("0", "499999.99", "500000", "500000.01"),
        "voucher_balance_yuan": ("0", "0.01", "300000"),
    },
}
REDEEMED = ("service_completed", "fees_paid_in_full", "redemption_approved")
rule("shihezi-7.1a", "exact", yes(*REDEEMED), **REDEMPTION)
