"""第十三师新星市支持数字产业发展的若干措施"""

from decimal import Decimal
from typing import Any

from tests.rules.oracle.words import (
    ENTERPRISES,
    WAN,
    YI,
    Both,
    D,
    Either,
    Facts,
    Test,
    among,
    at_least,
    at_most,
    cap,
    fixed,
    rule,
    share,
    tier,
    yes,
)

rule(
    "xinxing-2",
    "exact",
    [
        *yes("digital_industry_enterprise", "built_and_operating", "green_power_traceable"),
        Either(
            (
                among("green_power_mode", "source_grid_load_storage", "direct_green_supply", "rooftop_pv"),
                Both((among("green_power_mode", "other"), *yes("officer_confirmed_similar"))),
            )
        ),
        at_least("green_power_consumed_kwh", 2000 * WAN),
    ],
    pay=lambda facts: tier(
        facts["green_power_consumed_kwh"],
        (2000 * WAN, 100 * WAN),
        (5000 * WAN, 200 * WAN),
        (YI, 300 * WAN),
        (2 * YI, 400 * WAN),
    ),
    ladder="ever",
    good={
        "digital_industry_enterprise": True,
        "built_and_operating": True,
        "green_power_traceable": True,
        "green_power_mode": "rooftop_pv",
        "green_power_consumed_kwh": "30000000",
    },
    near={
        "green_power_mode": (
            "source_grid_load_storage",
            "direct_green_supply",
            "rooftop_pv",
            "purchased_certificate",
            "other",
        ),
        "officer_confirmed_similar": (True, False),
        "green_power_consumed_kwh": (
            "19999999.99",
            "20000000",
            "49999999.99",
            "50000000",
            "99999999.99",
            "100000000",
            "199999999.99",
            "200000000",
            "900000000",
        ),
    },
)
rule(
    "xinxing-3",
    "exact",
    [
        among("build_type", "new", "expansion", "retrofit"),
        at_most("pue", "1.25"),
        at_least("utilisation_pct", 60),
        *yes("formally_delivered"),
        at_least("stable_months", 6),
        at_least("scale_pflops_fp16", 1000),
    ],
    pay=lambda facts: tier(
        facts["scale_pflops_fp16"],
        (D(1000), 100 * WAN),
        (D(2000), 200 * WAN),
        (D(3000), 300 * WAN),
        (D(4000), 400 * WAN),
        (D(5000), 500 * WAN),
    ),
    ladder="item",
    good={
        "build_type": "expansion",
        "pue": "1.2",
        "utilisation_pct": "70",
        "formally_delivered": True,
        "stable_months": "8",
        "scale_pflops_fp16": "3200",
    },
    near={
        "build_type": ("new", "expansion", "retrofit", "existing"),
        "pue": ("1", "1.25", "1.2501"),
        "utilisation_pct": ("59.99", "60", "100"),
        "stable_months": ("0", "5.99", "6"),
        "scale_pflops_fp16": (
            "999.9999",
            "1000",
            "1999.99",
            "2000",
            "2999.99",
            "3000",
            "3999.99",
            "4000",
            "4999.99",
            "5000",
        ),
    },
)
rule(
    "xinxing-4a",
    "exact",
    yes("is_local_compute_supplier"),
    needs=("annual_compute_sales_contract_fees_yuan",),
    pay=share("annual_compute_sales_contract_fees_yuan", "2"),
    cap=(cap(100, "year", "xinxing-4a"),),
    good={"is_local_compute_supplier": True, "annual_compute_sales_contract_fees_yuan": "10000000"},
    near={
        "annual_compute_sales_contract_fees_yuan": (
            "0",
            "0.24",
            "0.25",
            "0.75",
            "49999999.74",
            "49999999.75",
            "50000000",
            "90000000",
        )
    },
)
rule(
    "xinxing-4b",
    "exact",
    [
        Either(
            (
                among(
                    "applicant_type", *ENTERPRISES, "research_institute", "university", "school", "medical_institution"
                ),
                Both(
                    (among("applicant_type", "individual_maker", "government_body"), *yes("officer_confirmed_similar"))
                ),
            )
        ),
        *yes("uses_local_compute"),
    ],
    needs=("annual_compute_contract_fees_yuan",),
    pay=share("annual_compute_contract_fees_yuan", "3"),
    cap=(cap(100, "year", "xinxing-4b"),),
    good={"applicant_type": "school", "uses_local_compute": True, "annual_compute_contract_fees_yuan": "10000000"},
    near={
        "applicant_type": (*ENTERPRISES, "university", "medical_institution", "individual_maker", "government_body"),
        "officer_confirmed_similar": (True, False),
        "annual_compute_contract_fees_yuan": ("0", "0.16", "0.17", "0.5", "33333333.16", "33333333.17", "33333333.34"),
    },
)
_LABELLING: dict[str, Any] = {
    "applicant_type": "data_annotation_enterprise",
    "staff": 80,
    "annual_revenue_yuan": "60000000",
    "annotation_revenue_yuan": "31000000",
}
rule(
    "xinxing-5a",
    "exact",
    [
        among("applicant_type", "data_annotation_enterprise"),
        at_least("staff", 50),
        at_least("annual_revenue_yuan", 500 * WAN),
    ],
    needs=("annotation_revenue_yuan",),
    pay=share("annotation_revenue_yuan", "3"),
    cap=(cap(50, "year", "xinxing-5a"),),
    good={**_LABELLING, "annotation_revenue_yuan": "4000000"},
    near={
        "applicant_type": ("data_annotation_enterprise", "enterprise"),
        "staff": (0, 49, 50),
        "annual_revenue_yuan": ("4999999.99", "5000000"),
        "annotation_revenue_yuan": ("0", "0.16", "0.17", "0.5", "4000000", "16666666.49", "16666666.5", "16666667"),
    },
)
rule(
    "xinxing-5b",
    "exact",
    [among("applicant_type", "data_annotation_enterprise"), at_least("annotation_revenue_yuan", 3000 * WAN)],
    pay=fixed(50 * WAN),
    once="ever",
    good=_LABELLING,
    near={
        "applicant_type": ("data_annotation_enterprise", "enterprise"),
        "annotation_revenue_yuan": ("29999999.99", "30000000"),
    },
)
rule(
    "xinxing-5c",
    "exact",
    [among("applicant_type", *ENTERPRISES)],
    needs=("national_annotation_cases",),
    pay=lambda facts: 20 * WAN * facts["national_annotation_cases"],
    once="item",
    unit=20 * WAN,
    good={"applicant_type": "data_annotation_enterprise", "national_annotation_cases": 2},
    near={"applicant_type": ("enterprise", "university"), "national_annotation_cases": (0, 1, 3)},
)


class _FirstTime(Test):
    """A tier of 第六条 that an earlier year already reached never pays."""

    def __init__(self) -> None:
        self.fact = "prior_peak_main_business_revenue_yuan"

    def ask(self, facts: Facts) -> tuple[bool | None, set[str]]:
        if self.fact not in facts:
            return None, {self.fact}
        if "main_business_revenue_yuan" not in facts or _software(facts["main_business_revenue_yuan"]) == 0:
            return True, set()  # the tier itself decides
        again = _software(facts[self.fact]) >= _software(facts["main_business_revenue_yuan"])
        return (False, {self.fact}) if again else (True, set())


def _software(revenue: Any) -> Decimal:
    return tier(revenue, (3000 * WAN, 20 * WAN), (5000 * WAN, 30 * WAN), (YI, 50 * WAN), (2 * YI, 100 * WAN))


rule(
    "xinxing-6a",
    "exact",
    [
        among("applicant_type", "software_it_enterprise"),
        at_least("main_business_revenue_yuan", 3000 * WAN),
        _FirstTime(),
    ],
    pay=lambda facts: _software(facts["main_business_revenue_yuan"]),
    ladder="ever",
    good={
        "applicant_type": "software_it_enterprise",
        "main_business_revenue_yuan": "60000000",
        "prior_peak_main_business_revenue_yuan": "32000000",
    },
    near={
        "applicant_type": ("software_it_enterprise", "enterprise"),
        "main_business_revenue_yuan": (
            "29999999.99",
            "30000000",
            "49999999.99",
            "50000000",
            "99999999.99",
            "100000000",
            "199999999.99",
            "200000000",
        ),
        "prior_peak_main_business_revenue_yuan": (
            "0",
            "29999999.99",
            "30000000",
            "50000000",
            "100000000",
            "199999999.99",
            "200000000",
        ),
    },
)
rule(
    "xinxing-6b",
    "exact",
    [
        among("applicant_type", "software_it_enterprise"),
        Test("main_business_revenue_last_three_years_yuan", lambda years: all(D(year) >= 3000 * WAN for year in years)),
    ],
    pay=fixed(20 * WAN),
    once="ever",
    good={
        "applicant_type": "software_it_enterprise",
        "main_business_revenue_last_three_years_yuan": ["30000000", "40000000", "30000000"],
    },
    near={
        "main_business_revenue_last_three_years_yuan": (
            ["29999999.99", "40000000", "50000000"],
            ["30000000", "29999999.99", "30000000"],
            ["30000000", "30000000", "29999999.99"],
            ["30000000", "30000000", "30000000"],
        )
    },
)
for _number, _fact, _wan in (("7a", "filed_models", 50), ("7b", "filed_algorithms", 20)):
    rule(
        f"xinxing-{_number}",
        "exact",
        [among("applicant_type", *ENTERPRISES), *yes("filing_passed")],
        needs=(_fact,),
        pay=lambda facts, fact=_fact, wan=_wan: wan * WAN * facts[fact],
        once="item",
        unit=_wan * WAN,
        good={"applicant_type": "ai_enterprise", "filing_passed": True, _fact: 2},
        near={"applicant_type": ("enterprise", "school", "medical_institution"), _fact: (0, 1, 3)},
    )
rule(
    "xinxing-7c",
    "exact",
    [
        among("applicant_type", *ENTERPRISES),
        *yes("filing_passed", "commercialised_in_jurisdiction"),
        at_least("model_service_revenue_yuan", 2000 * WAN),
    ],
    pay=fixed(100 * WAN),
    once="item",
    good={
        "applicant_type": "ai_enterprise",
        "filing_passed": True,
        "commercialised_in_jurisdiction": True,
        "model_service_revenue_yuan": "25000000",
    },
    near={"applicant_type": ("enterprise", "university"), "model_service_revenue_yuan": ("19999999.99", "20000000")},
)
rule(
    "xinxing-8",
    "exact",
    [among("applicant_type", *ENTERPRISES), at_least("data_product_revenue_yuan", 100 * WAN)],
    pay=lambda facts: tier(
        facts["data_product_revenue_yuan"], (100 * WAN, 10 * WAN), (300 * WAN, 30 * WAN), (500 * WAN, 50 * WAN)
    ),
    ladder="ever",
    good={"applicant_type": "enterprise", "data_product_revenue_yuan": "3500000"},
    near={
        "applicant_type": ("llm_enterprise", "research_institute"),
        "data_product_revenue_yuan": ("999999.99", "1000000", "2999999.99", "3000000", "4999999.99", "5000000"),
    },
)
_TITLES = (
    "national_green_data_centre",
    "national_compute_power_synergy_pilot",
    "trusted_data_space_pilot",
    "high_quality_dataset_pilot",
    "data_infrastructure_pilot",
    "key_demo_scenario_pilot",
    "other",
)
rule(
    "xinxing-9a",
    "exact",
    [
        Either(
            (
                among("national_title", *_TITLES[:2]),
                Both((among("national_title", "other"), *yes("officer_confirmed_similar"))),
            )
        ),
        Either(tuple(yes("recognised_by_national_authority", "accepted_by_national_authority"))),
    ],
    pay=fixed(100 * WAN),
    once="item",
    good={
        "national_title": _TITLES[0],
        "recognised_by_national_authority": True,
        "accepted_by_national_authority": False,
    },
    near={
        "national_title": _TITLES,
        "officer_confirmed_similar": (True, False),
        "accepted_by_national_authority": (True, False),
    },
)
rule(
    "xinxing-9b",
    "exact",
    [among("national_title", *_TITLES[2:6]), *yes("application_successful", "accepted_by_national_authority")],
    pay=fixed(50 * WAN),
    once="item",
    good={"national_title": _TITLES[3], "application_successful": True, "accepted_by_national_authority": True},
    near={"national_title": _TITLES, "officer_confirmed_similar": (True,)},
)
for _number, _level, _prizes in (("9c", "national", (30, 20, 15)), ("9d", "provincial", (10, 5, 2))):
    rule(
        f"xinxing-{_number}",
        "exact",
        [among("contest_level", _level), among("prize_rank", 1, 2, 3)],
        pay=lambda facts, prizes=_prizes: prizes[facts["prize_rank"] - 1] * WAN,
        good={"contest_level": _level, "prize_rank": 1},
        near={"contest_level": ("national", "provincial", "city"), "prize_rank": (1, 2, 3, 4)},
    )
for _number, _ranks, _sums in (("10a", (1,), (30, 20, 10)), ("10b", (2, 3), (20, 10, 5))):
    rule(
        f"xinxing-{_number}",
        "exact",
        [
            among("drafter_rank", *_ranks),
            *yes("standard_published", "standard_in_data_industry"),
            among("standard_level", "national", "industry", "provincial"),
        ],
        pay=lambda facts, sums=_sums: (
            dict(zip(("national", "industry", "provincial"), sums, strict=True))[facts["standard_level"]] * WAN
        ),
        once="item",
        good={
            "drafter_rank": _ranks[0],
            "standard_published": True,
            "standard_in_data_industry": True,
            "standard_level": "industry",
        },
        near={
            "drafter_rank": (1, 2, 3, 4),
            "standard_level": ("national", "industry", "provincial", "municipal", "group"),
        },
    )
rule("xinxing-crossref", "external", [])
