"""海东市促进绿色算力产业发展若干措施"""

from tests.rules.oracle.words import (
    WAN,
    YI,
    D,
    among,
    at_least,
    rule,
    yes,
)

rule(
    "haidong-4a",
    "exact",
    [among("build_type", "new", "expansion"), at_least("rack_and_compute_equipment_cost_yuan", YI)],
    # 1—5亿元（含5亿元）, then above 5亿.
    pay=lambda facts: 200 * WAN if D(facts["rack_and_compute_equipment_cost_yuan"]) > 5 * YI else 100 * WAN,
    once="item",
    good={"build_type": "new", "rack_and_compute_equipment_cost_yuan": "300000000", "key_compute_project": True},
    near={
        "build_type": ("new", "expansion", "retrofit", "existing"),
        "rack_and_compute_equipment_cost_yuan": (
            "99999999.99",
            "100000000",
            "499999999.99",
            "500000000",
            "500000000.01",
        ),
    },
)
for _number in ("4b", "5a", "7", "11", "12", "13"):
    rule(f"haidong-{_number}", "external", yes("provincial_funds_arrived"), good={"provincial_funds_arrived": True})
rule("haidong-5b", "case_by_case", yes("model_training_in_jurisdiction"), good={"model_training_in_jurisdiction": True})
rule("haidong-6", "external", [])
rule("haidong-9", "case_by_case", yes("rents_standard_factory"), good={"rents_standard_factory": True})
