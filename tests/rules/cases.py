"""Cases for tests: the first 算例 of a clause as a starting point, and short ways to judge."""

from collections.abc import Mapping
from typing import Any

import rules
from rules import examples
from tests.rules import oracle


def typical(clause: str) -> dict[str, Any]:
    """Return a fresh case from the first worked example of a clause."""
    pack, number = rules.load().locate(clause)
    case = next(examples.of_clause(pack, number)).case
    return {**case, "facts": dict(case["facts"])}


def with_facts(clause: str, **facts: Any) -> dict[str, Any]:
    """Return the typical case with facts changed; None takes a fact away."""
    case = typical(clause)
    case["facts"].update(facts)
    case["facts"] = {name: value for name, value in case["facts"].items() if value is not None}
    return case


def good(clause: str, **facts: Any) -> dict[str, Any]:
    """Return facts that meet a clause, as the second reading in `oracle` states them; None takes a fact away."""
    stated = {**oracle.GATE_FACTS[clause.split("-")[0]], **oracle.RULES[clause].good, **facts}
    return {name: value for name, value in stated.items() if value is not None}


def paid(clause: str, amount: str, *, year: int = 2025, same_item: bool = True) -> dict[str, Any]:
    """Return one row of history."""
    row = {"clause": clause, "year": year, "amount_yuan": amount}
    return row if same_item else {**row, "same_item": False}


def result(case: Mapping[str, Any]) -> tuple[Any, str, str | None, str | None]:
    """Return eligible, kind, amount and blocked_by of a case, as in the contract of results."""
    answer = rules.judge(case).to_json()
    return answer["eligible"], answer["kind"], answer["amount_yuan"], answer["blocked_by"]


def outcome(case: Mapping[str, Any]) -> str | None:
    """Return the sum of a case, or why there is none: what one cell of a table of cases can say."""
    eligible, kind, amount, blocked = result(case)
    if amount is not None and (eligible is True or not str(blocked).startswith(("condition:", "out_of_term"))):
        return amount
    return kind if eligible is True else blocked
