"""山西省促进先进算力与人工智能融合发展的若干措施"""

from decimal import Decimal

from tests.rules.oracle.words import (
    ENTERPRISES,
    WAN,
    YI,
    D,
    Either,
    Facts,
    above,
    among,
    at_least,
    below,
    cap,
    fixed,
    no,
    rule,
    share,
    yes,
)

_SITE = yes("site_in_jurisdiction")
_REGISTERED = yes("registered_in_jurisdiction")
rule(
    "shanxi-1a",
    "exact",
    [among("build_type", "new"), at_least("scale_pflops_fp16", 100), *_SITE],
    needs=("platform_software_hardware_investment_yuan",),
    pay=share("platform_software_hardware_investment_yuan", "15"),
    cap=(cap(5000, "item", "shanxi-1a"),),
    once="item",
    good={
        "build_type": "new",
        "scale_pflops_fp16": "200",
        "site_in_jurisdiction": True,
        "platform_software_hardware_investment_yuan": "100000000",
    },
    near={
        "build_type": ("new", "expansion", "retrofit", "existing"),
        "scale_pflops_fp16": ("99.9999", "100"),
        "platform_software_hardware_investment_yuan": (
            "0",
            "0.03",
            "0.1",
            "333333333.29",
            "333333333.33",
            "333333333.34",
            "9e9",
        ),
    },
)


def _loan(facts: Facts) -> Decimal:
    months = max(0, min(facts["interest_subsidy_months"], 24 - facts["interest_subsidy_months_used"]))
    on_principal = D(facts["project_loan_principal_yuan"]) * 2 * months / 1200
    return min(on_principal, D(facts["loan_interest_paid_yuan"])) if months else D(0)


rule(
    "shanxi-1b",
    "ceiling",
    [among("build_type", "new"), at_least("scale_pflops_fp16", 100), *_SITE],
    needs=(
        "project_loan_principal_yuan",
        "interest_subsidy_months",
        "interest_subsidy_months_used",
        "loan_interest_paid_yuan",
    ),
    pay=_loan,
    good={
        "build_type": "new",
        "scale_pflops_fp16": "200",
        "site_in_jurisdiction": True,
        "project_loan_principal_yuan": "100000000",
        "interest_subsidy_months": 12,
        "interest_subsidy_months_used": 0,
        "loan_interest_paid_yuan": "4000000",
    },
    near={
        "scale_pflops_fp16": ("99.9999", "100"),
        "project_loan_principal_yuan": ("0", "100.01", "999999.99", "100000000"),
        "interest_subsidy_months": (0, 1, 7, 12, 24, 25, 30),
        "interest_subsidy_months_used": (0, 1, 12, 18, 23, 24, 25),
        "loan_interest_paid_yuan": ("0", "0.01", "1999999.99", "2000000", "2000000.01"),
    },
)
rule("shanxi-1c", "case_by_case", yes("exceptionally_major_project"), good={"exceptionally_major_project": True})
rule(
    "shanxi-2",
    "ceiling",
    [among("applicant_type", "compute_enterprise"), at_least("cloud_service_revenue_pct", 15), *_SITE],
    needs=("physical_racks",),
    pay=lambda facts: D(1000) * facts["physical_racks"],
    cap=(cap(300, "ever", "shanxi-2"),),
    once="ever",
    good={
        "applicant_type": "compute_enterprise",
        "cloud_service_revenue_pct": "20",
        "site_in_jurisdiction": True,
        "physical_racks": 1000,
    },
    near={
        "applicant_type": ("compute_enterprise", "enterprise"),
        "cloud_service_revenue_pct": ("14.99", "15"),
        "physical_racks": (0, 1, 2999, 3000, 3001),
    },
)
rule(
    "shanxi-3",
    "ceiling",
    [at_least("annual_terminals_served", 300_000), *_SITE],
    needs=("physical_racks",),
    pay=lambda facts: D(3000) * facts["physical_racks"],
    cap=(cap(30, "item", "shanxi-3"),),
    once="item",
    good={"annual_terminals_served": 400_000, "site_in_jurisdiction": True, "physical_racks": 50},
    near={"annual_terminals_served": (299_999, 300_000, 300_001), "physical_racks": (0, 99, 100, 101)},
)
rule(
    "shanxi-4",
    "ceiling",
    [among("build_type", "new", "retrofit"), below("pue", "1.18"), no("pue_previously_below_limit"), *_SITE],
    needs=("physical_racks",),
    pay=lambda facts: D(1000) * facts["physical_racks"],
    cap=(cap(500, "ever", "shanxi-4"),),
    once="ever",
    good={
        "build_type": "retrofit",
        "pue": "1.15",
        "pue_previously_below_limit": False,
        "site_in_jurisdiction": True,
        "physical_racks": 2000,
    },
    near={
        "build_type": ("new", "expansion", "retrofit", "existing"),
        "pue": ("1.1799", "1.18", "1.1801"),
        "pue_previously_below_limit": (True, False),
        "physical_racks": (0, 4999, 5000, 5001),
    },
)
rule(
    "shanxi-5a",
    "exact",
    [*yes("leading_enterprise", "cross_network_region_industry_platform"), *_SITE],
    needs=("platform_investment_yuan",),
    pay=share("platform_investment_yuan", "10"),
    cap=(cap(200, "item", "shanxi-5a"),),
    once="item",
    good={
        "leading_enterprise": True,
        "cross_network_region_industry_platform": True,
        "site_in_jurisdiction": True,
        "platform_investment_yuan": "10000000",
    },
    near={"platform_investment_yuan": ("0", "0.04", "0.05", "19999999.94", "19999999.95", "20000000", "20000000.01")},
)
rule(
    "shanxi-5b",
    "ceiling",
    [*yes("is_data_centre_operator", "connected_to_integrated_platform"), *_SITE],
    needs=("scale_pflops_fp16",),
    pay=lambda facts: 50 * WAN if D(facts["scale_pflops_fp16"]) else D(0),
    cap=(cap(50, "ever", "shanxi-5b"),),
    good={
        "is_data_centre_operator": True,
        "connected_to_integrated_platform": True,
        "site_in_jurisdiction": True,
        "scale_pflops_fp16": "10",
    },
)
rule(
    "shanxi-6a",
    "ceiling",
    [among("build_type", "new", "retrofit"), at_least("localisation_pct", 90), *_SITE],
    pay=fixed(500 * WAN),
    once="item",
    good={"build_type": "new", "localisation_pct": "95", "site_in_jurisdiction": True},
    near={"build_type": ("new", "expansion", "retrofit", "existing"), "localisation_pct": ("89.99", "90", "100")},
)
rule(
    "shanxi-6b",
    "ceiling",
    [*yes("third_party_security_test_passed"), *_REGISTERED],
    needs=("security_test_fee_yuan",),
    pay=share("security_test_fee_yuan", "50"),
    cap=(cap(50, "ever", "shanxi-6b"),),
    good={
        "third_party_security_test_passed": True,
        "registered_in_jurisdiction": True,
        "security_test_fee_yuan": "400000",
    },
    near={"security_test_fee_yuan": ("0", "0.01", "0.03", "999999.99", "1000000", "1000000.01")},
)
rule(
    "shanxi-7",
    "external",
    [among("applicant_type", "compute_enterprise")],
    good={"applicant_type": "compute_enterprise"},
    near={"applicant_type": ("enterprise", "compute_enterprise")},
)
rule(
    "shanxi-8b",
    "ceiling",
    [*yes("benchmark_project_recognised"), *_SITE],
    needs=("digital_part_investment_yuan",),
    pay=share("digital_part_investment_yuan", "20"),
    cap=(cap(3000, "item", "shanxi-8b"),),
    once="item",
    good={
        "benchmark_project_recognised": True,
        "site_in_jurisdiction": True,
        "digital_part_investment_yuan": "10000000",
    },
    near={"digital_part_investment_yuan": ("0", "0.04", "0.09", "149999999.99", "150000000", "150000000.01")},
)
_USERS = (*ENTERPRISES, "university", "research_institute")
rule(
    "shanxi-9a",
    "exact",
    [among("applicant_type", *_USERS), *yes("uses_local_compute")],
    needs=("compute_service_contract_yuan",),
    pay=share("compute_service_contract_yuan", "20"),
    cap=(cap(100, "ever", "shanxi-9a"), cap(200, "ever", "shanxi-9a", "shanxi-9b")),
    good={
        "applicant_type": "university",
        "uses_local_compute": True,
        "compute_service_contract_yuan": "1000000",
        "develops_large_model": True,
        "leads_national_major_project": False,
    },
    near={
        "applicant_type": ("enterprise", "research_institute", "school", "individual_maker", "government_body"),
        "compute_service_contract_yuan": ("0", "0.02", "0.03", "4999999.97", "4999999.98", "5000000", "9000000"),
    },
)
rule(
    "shanxi-9b",
    "exact",
    [
        among("applicant_type", *_USERS),
        *yes("uses_local_compute"),
        Either(tuple(yes("leads_national_major_project", "develops_large_model"))),
    ],
    needs=("compute_service_contract_yuan",),
    pay=share("compute_service_contract_yuan", "30"),
    cap=(cap(200, "ever", "shanxi-9a", "shanxi-9b"),),
    good={
        "applicant_type": "llm_enterprise",
        "uses_local_compute": True,
        "compute_service_contract_yuan": "1000000",
        "develops_large_model": True,
        "leads_national_major_project": False,
    },
    near={
        "applicant_type": ("enterprise", "research_institute", "school", "medical_institution"),
        "leads_national_major_project": (True, False),
        "compute_service_contract_yuan": ("0", "0.01", "0.02", "0.05", "6666666.64", "6666666.65", "6666666.67", "9e6"),
    },
)
rule(
    "shanxi-10",
    "exact",
    [
        among("applicant_type", "compute_enterprise"),
        *yes("compute_from_jurisdiction"),
        at_least("out_of_province_compute_contracts_yuan", 2 * YI),
        *_REGISTERED,
    ],
    pay=share("out_of_province_compute_contracts_yuan", "2"),
    cap=(cap(1000, "year", "shanxi-10"),),
    good={
        "applicant_type": "compute_enterprise",
        "compute_from_jurisdiction": True,
        "out_of_province_compute_contracts_yuan": "300000000",
        "out_of_province_rack_leasing_yuan": "100000000",
        "registered_in_jurisdiction": True,
    },
    near={
        "applicant_type": ("compute_enterprise", "enterprise"),
        "out_of_province_compute_contracts_yuan": (
            "199999999.99",
            "200000000",
            "200000000.24",
            "200000000.25",
            "499999999.74",
            "499999999.75",
            "500000000.01",
        ),
        "out_of_province_rack_leasing_yuan": ("0", "500000000"),
    },
)
rule(
    "shanxi-11",
    "ceiling",
    [*yes("selected_annual_demo_scenario", "is_application_side", "uses_local_compute"), *_REGISTERED],
    needs=("key_equipment_and_software_cost_yuan",),
    pay=share("key_equipment_and_software_cost_yuan", "20"),
    cap=(cap(100, "item", "shanxi-11"),),
    once="item",
    good={
        "selected_annual_demo_scenario": True,
        "is_application_side": True,
        "uses_local_compute": True,
        "registered_in_jurisdiction": True,
        "key_equipment_and_software_cost_yuan": "2000000",
    },
    near={"key_equipment_and_software_cost_yuan": ("0", "0.04", "0.09", "4999999.99", "5000000", "5000000.01")},
)
rule(
    "shanxi-12a",
    "ceiling",
    [
        among("model_kind", "general"),
        *yes("incubated_with_compute_centre"),
        at_least("model_parameters", 1000 * YI),
        at_least("typical_scenarios", 5),
        *_REGISTERED,
    ],
    needs=("rnd_cost_yuan",),
    pay=share("rnd_cost_yuan", "20"),
    cap=(cap(1000, "item", "shanxi-12a"),),
    once="item",
    good={
        "model_kind": "general",
        "incubated_with_compute_centre": True,
        "model_parameters": 200_000_000_000,
        "typical_scenarios": 6,
        "registered_in_jurisdiction": True,
        "rnd_cost_yuan": "20000000",
    },
    near={
        "model_kind": ("general", "industry", "other_general_path"),
        "model_parameters": (99_999_999_999, 100_000_000_000),
        "typical_scenarios": (4, 5),
        "rnd_cost_yuan": ("0", "0.09", "49999999.99", "50000000", "50000000.01"),
    },
)
rule(
    "shanxi-12b",
    "ceiling",
    [among("model_kind", "industry", "other_general_path"), *_REGISTERED],
    needs=("rnd_cost_yuan",),
    pay=share("rnd_cost_yuan", "10"),
    cap=(cap(500, "item", "shanxi-12b"),),
    once="item",
    good={"model_kind": "industry", "registered_in_jurisdiction": True, "rnd_cost_yuan": "20000000"},
    near={
        "model_kind": ("general", "industry", "other_general_path"),
        "rnd_cost_yuan": ("0", "0.19", "49999999.99", "50000000", "50000000.01"),
    },
)
rule(
    "shanxi-13a",
    "ceiling",
    [*yes("uses_compute_resources", "jointly_developed_with_industry_user", "commercial_case_formed"), *_REGISTERED],
    pay=fixed(100 * WAN),
    once="item",
    good={
        "uses_compute_resources": True,
        "jointly_developed_with_industry_user": True,
        "commercial_case_formed": True,
        "registered_in_jurisdiction": True,
    },
)
rule(
    "shanxi-14",
    "exact",
    [among("applicant_type", "llm_enterprise"), above("prior_year_revenue_yuan", 500 * WAN), *_REGISTERED],
    pay=share("prior_year_revenue_yuan", "1"),
    cap=(cap(200, "year", "shanxi-14"),),
    good={
        "applicant_type": "llm_enterprise",
        "prior_year_revenue_yuan": "50000000",
        "registered_in_jurisdiction": True,
    },
    near={
        "applicant_type": ("llm_enterprise", "ai_enterprise"),
        "prior_year_revenue_yuan": (
            "5000000",
            "5000000.01",
            "5000000.49",
            "5000000.5",
            "199999999.49",
            "199999999.5",
            "200000001",
        ),
    },
)
rule(
    "shanxi-16",
    "ceiling",
    [
        among("applicant_type", "university"),
        among("programme_level", "national_first_class", "provincial_first_class"),
        *yes("programme_in_compute_or_ai_field", "training_base_created", "selected_on_merit"),
        *_REGISTERED,
    ],
    pay=fixed(200 * WAN),
    once="item",
    good={
        "applicant_type": "university",
        "programme_level": "provincial_first_class",
        "programme_in_compute_or_ai_field": True,
        "training_base_created": True,
        "selected_on_merit": True,
        "registered_in_jurisdiction": True,
    },
    near={
        "applicant_type": ("university", "school", "research_institute"),
        "programme_level": ("national_first_class", "provincial_first_class", "other"),
    },
)
