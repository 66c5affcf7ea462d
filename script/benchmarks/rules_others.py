"""
The three clauses of `script/bench rules` in OpenFisca and GoRules ZEN, written the way their manuals do it.

Measured by `script/bench rules` where they are installed; alone it prints which are. Neither knows a missing fact:
OpenFisca takes a default, ZEN's comparison with null is false. OpenFisca's amounts are float32.
"""

import importlib.util
import json
from typing import Any

import numpy as np

TIERS = (1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000)
MODULES = {"openfisca": "openfisca_core", "zen": "zen"}


def installed() -> list[str]:
    """Return which of them are here."""
    return [name for name, module in MODULES.items() if importlib.util.find_spec(module)]


# ── OpenFisca ────────────────────────────────────────────────────────────────────────────────────────────────────────


class OpenFisca:
    """The clauses as variables of a company; decimals keep the scale of the columns, money is yuan."""

    period = "2026"

    def __init__(self) -> None:
        from openfisca_core import entities, taxbenefitsystems, variables  # noqa: PLC0415  an optional engine
        from openfisca_core.periods import DateUnit  # noqa: PLC0415  an optional engine

        company = entities.build_entity(key="company", plural="companies", label="company", is_person=True)
        self.system = taxbenefitsystems.TaxBenefitSystem([company])

        def add(name: str, kind: type, formula: Any = None) -> None:
            body = {"value_type": kind, "entity": company, "definition_period": DateUnit.YEAR, "label": name}
            if formula:
                body["formula"] = formula
            self.system.add_variable(type(name, (variables.Variable,), body))

        for name in ("registered_in_jurisdiction", "formally_delivered", "is_local_compute_supplier"):
            add(name, bool)
        for name in ("build_type", "applicant_type", "staff"):
            add(name, int)
        numbers = ("pue", "utilisation_pct", "stable_months", "scale_pflops_fp16")
        money = ("annual_compute_sales_contract_fees_yuan", "annual_revenue_yuan", "annotation_revenue_yuan")
        for name in (*numbers, *money):
            add(name, float)
        add("award_3", float, _openfisca_3)
        add("award_4a", float, _openfisca_4a)
        add("award_5a", float, _openfisca_5a)

    def amounts(self, columns: dict[str, np.ndarray]) -> list[np.ndarray]:
        """Return the awards of the three clauses in yuan, one column each."""
        from openfisca_core.simulation_builder import SimulationBuilder  # noqa: PLC0415  an optional engine

        rows = len(columns["pue"])
        builder = SimulationBuilder()
        builder.create_entities(self.system)
        builder.declare_person_entity("company", np.arange(rows))
        simulation = builder.build(self.system)
        for name, column in columns.items():
            simulation.set_input(name, self.period, column / 100 if name.endswith("_yuan") else column)
        return [simulation.calculate(f"award_{number}", self.period) for number in ("3", "4a", "5a")]


def _openfisca_3(company: Any, period: Any) -> Any:
    met = company("registered_in_jurisdiction", period) * company("formally_delivered", period)
    met = met * (company("build_type", period) < 3) * (company("pue", period) <= 12_500)
    met = met * (company("utilisation_pct", period) >= 6_000) * (company("stable_months", period) >= 600)
    scale = company("scale_pflops_fp16", period)
    steps = [scale >= 10_000_000 * place for place in range(1, 6)]
    return met * sum(step * more for step, more in zip(steps, TIERS, strict=True))


def _openfisca_4a(company: Any, period: Any) -> Any:
    met = company("registered_in_jurisdiction", period) * company("is_local_compute_supplier", period)
    share = company("annual_compute_sales_contract_fees_yuan", period) * 0.02
    return met * np.minimum(np.round(share, 2), 1_000_000)


def _openfisca_5a(company: Any, period: Any) -> Any:
    met = company("registered_in_jurisdiction", period) * (company("applicant_type", period) == 2)
    met = met * (company("staff", period) >= 50) * (company("annual_revenue_yuan", period) >= 5_000_000)
    return met * np.minimum(np.round(company("annotation_revenue_yuan", period) * 0.03, 2), 500_000)


# ── GoRules ZEN ──────────────────────────────────────────────────────────────────────────────────────────────────────

_ZEN = {
    "a3": (
        "registered_in_jurisdiction and formally_delivered and build_type in ['new', 'expansion', 'retrofit'] and "
        "pue <= 1.25 and utilisation_pct >= 60 and stable_months >= 6 ? "
        "min([floor(scale_pflops_fp16 / 1000), 5]) * 1000000 : 0"
    ),
    "a4a": (
        "registered_in_jurisdiction and is_local_compute_supplier ? "
        "min([round(annual_compute_sales_contract_fees_yuan * 0.02, 2), 1000000]) : 0"
    ),
    "a5a": (
        "registered_in_jurisdiction and applicant_type == 'data_annotation_enterprise' and staff >= 50 and "
        "annual_revenue_yuan >= 5000000 ? min([round(annotation_revenue_yuan * 0.03, 2), 500000]) : 0"
    ),
}


class Zen:
    """The clauses as one decision of three expressions."""

    def __init__(self) -> None:
        import zen  # noqa: PLC0415  an optional engine

        expressions = [{"id": key, "key": key, "value": value} for key, value in _ZEN.items()]
        nodes = [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {
                "id": "sums",
                "type": "expressionNode",
                "name": "sums",
                "position": {"x": 1, "y": 0},
                "content": {"expressions": expressions},
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
        ]
        edges = [
            {"id": "1", "sourceId": "in", "targetId": "sums", "type": "edge"},
            {"id": "2", "sourceId": "sums", "targetId": "out", "type": "edge"},
        ]
        self.decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def amounts(self, facts: dict[str, Any]) -> list[Any]:
        """Return the awards of the three clauses in yuan."""
        found = self.decision.evaluate(facts)["result"]
        return [found[key] for key in _ZEN]


if __name__ == "__main__":
    print(json.dumps({"installed": installed()}))
