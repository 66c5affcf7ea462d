"""保定：关于加快推进算力产业创新发展的措施"""

from tests.rules.oracle.shihezi import REDEEMED, REDEMPTION
from tests.rules.oracle.words import (
    WAN,
    D,
    Test,
    above,
    among,
    at_least,
    below,
    cap,
    fixed,
    rule,
    share,
    yes,
)

rule(
    "baoding-1",
    "case_by_case",
    [at_least("scale_pflops_fp16", 100)],
    good={"scale_pflops_fp16": "150"},
    near={"scale_pflops_fp16": ("99.9999", "100")},
)
rule(
    "baoding-2",
    "ceiling",
    [
        among("build_type", "retrofit"),
        *yes("built_and_operating", "is_cloud_computing_centre"),
        above("compute_share_pct", 70),
        at_least("racks", 1000),
        below("pue", "1.25"),
    ],
    pay=lambda facts: min(D(1000) * facts["racks"], 100 * WAN),
    once="item",
    good={
        "build_type": "retrofit",
        "built_and_operating": True,
        "is_cloud_computing_centre": True,
        "compute_share_pct": "75",
        "racks": 1200,
        "pue": "1.2",
    },
    near={
        "build_type": ("new", "expansion", "retrofit", "existing"),
        "compute_share_pct": ("70", "70.01"),
        "racks": (999, 1000, 1001),
        "pue": ("1.2499", "1.25"),
    },
)
rule("baoding-3", "case_by_case", yes("network_key_project"), good={"network_key_project": True})
_UNIT_YEAR = cap(100, "year", "baoding-5a", "baoding-5b", "baoding-5c")
rule(
    "baoding-5a",
    "exact",
    [
        among("applicant_type", "ai_enterprise", "research_institute"),
        *yes("settled_in_jurisdiction", "settled_in_support_year"),
    ],
    pay=fixed(50 * WAN),
    once="ever",
    cap=(_UNIT_YEAR,),
    good={"applicant_type": "ai_enterprise", "settled_in_jurisdiction": True, "settled_in_support_year": True},
    near={"applicant_type": ("ai_enterprise", "research_institute", "enterprise", "university")},
)
rule(
    "baoding-5b",
    "exact",
    [
        Test("applicant_type", lambda value: value not in ("individual_maker", "government_body")),
        *yes("with_public_compute_platform", "project_application_successful", "is_lead_unit"),
        among("project_level", "national", "provincial"),
    ],
    needs=("project_compute_cost_yuan",),
    pay=share("project_compute_cost_yuan", "60"),
    cap=(_UNIT_YEAR,),
    good={
        "applicant_type": "ai_enterprise",
        "with_public_compute_platform": True,
        "project_application_successful": True,
        "is_lead_unit": True,
        "project_level": "provincial",
        "project_compute_cost_yuan": "1000000",
    },
    near={
        "project_level": ("national", "provincial", "city"),
        "project_compute_cost_yuan": ("0", "0.01", "0.02", "1666666.65", "1666666.66", "1666666.67", "3000000"),
    },
)
rule(
    "baoding-5c",
    "exact",
    [Test("applicant_type", lambda value: value != "government_body"), *yes("uses_local_compute")],
    needs=("compute_usage_fees_yuan",),
    pay=share("compute_usage_fees_yuan", "50"),
    cap=(_UNIT_YEAR,),
    good={"applicant_type": "individual_maker", "uses_local_compute": True, "compute_usage_fees_yuan": "1000000"},
    near={
        "applicant_type": ("individual_maker", "university", "enterprise"),
        "compute_usage_fees_yuan": ("0", "0.01", "0.03", "1999999.99", "2000000", "2000000.01"),
    },
)
rule(
    "baoding-6",
    "ceiling",
    yes("with_local_compute_centre", "solution_formed", "commercial_case_formed", "recognised_demo_scenario"),
    pay=fixed(100 * WAN),
    once="item",
    good={
        "with_local_compute_centre": True,
        "solution_formed": True,
        "commercial_case_formed": True,
        "recognised_demo_scenario": True,
    },
)
rule(
    "baoding-8",
    "case_by_case",
    [*yes("industry_leader_or_unicorn"), among("headquarters_kind", "headquarters", "regional_headquarters")],
    good={"industry_leader_or_unicorn": True, "headquarters_kind": "headquarters"},
    near={"headquarters_kind": ("headquarters", "regional_headquarters", "other")},
)
rule(
    "baoding-9a",
    "ceiling",
    yes("selected_ai_enterprise"),
    pay=fixed(50 * WAN),
    once="year",
    good={"selected_ai_enterprise": True},
)
rule(
    "baoding-9b",
    "exact",
    [],
    needs=("award_winning_products",),
    pay=lambda facts: 30 * WAN * facts["award_winning_products"],
    once="item-year",
    unit=30 * WAN,
    good={"award_winning_products": 2},
    near={"award_winning_products": (0, 1, 3)},
)
rule(
    "baoding-10a",
    "case_by_case",
    yes("selected_smart_retrofit_benchmark"),
    good={"selected_smart_retrofit_benchmark": True},
)
for _number in ("10b", "11", "12", "13", "15"):
    rule(f"baoding-{_number}", "external", [])
rule("baoding-voucher", "exact", yes(*REDEEMED), gated=False, **REDEMPTION)
