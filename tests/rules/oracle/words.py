"""The words of the second reading: conditions with three answers, what a clause pays, shorthand for both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

D = Decimal
WAN, YI, FEN = D(10_000), D(100_000_000), D("0.01")
NOTHING = D(0)
ENTERPRISES = (
    "ai_enterprise",
    "compute_enterprise",
    "data_annotation_enterprise",
    "software_it_enterprise",
    "llm_enterprise",
    "enterprise",
)
Facts = Mapping[str, Any]


# ── Conditions: True, False or None (unknown), with the facts that are to blame ──────────────────────────────────────


@dataclass
class Test:
    """One condition on one fact."""

    fact: str
    holds: Callable[[Any], bool]

    def ask(self, facts: Facts) -> tuple[bool | None, set[str]]:
        """Return the answer, and the fact where it is not yes."""
        if self.fact not in facts:
            return None, {self.fact}
        return (True, set()) if self.holds(facts[self.fact]) else (False, {self.fact})


@dataclass
class Either:
    """One of several is enough."""

    tests: tuple["Condition", ...]

    def ask(self, facts: Facts) -> tuple[bool | None, set[str]]:
        """Return the answer, and the facts of all alternatives that keep it from being yes."""
        answers = [test.ask(facts) for test in self.tests]
        if any(state for state, _ in answers):
            return True, set()
        open_facts = {name for state, names in answers if state is None for name in names}
        if open_facts:
            return None, open_facts
        return False, {name for _, names in answers for name in names}


@dataclass
class Both:
    """All of several must hold."""

    tests: tuple["Condition", ...]

    def ask(self, facts: Facts) -> tuple[bool | None, set[str]]:
        """Return the answer, and the facts to blame."""
        answers = [test.ask(facts) for test in self.tests]
        failed = {name for state, names in answers if state is False for name in names}
        if failed:
            return False, failed
        unknown = {name for state, names in answers if state is None for name in names}
        return (None, unknown) if unknown else (True, set())


Condition = Test | Either | Both


def yes(*names: str) -> list[Condition]:
    return [Test(name, lambda value: value is True) for name in names]


def no(name: str) -> Condition:
    return Test(name, lambda value: value is False)


def among(name: str, *values: Any) -> Condition:
    return Test(name, lambda value: value in values)


def at_least(name: str, limit: Decimal | int | str) -> Condition:
    return Test(name, lambda value: D(value) >= D(limit))


def above(name: str, limit: Decimal | int | str) -> Condition:
    return Test(name, lambda value: D(value) > D(limit))


def at_most(name: str, limit: Decimal | int | str) -> Condition:
    return Test(name, lambda value: D(value) <= D(limit))


def below(name: str, limit: Decimal | int | str) -> Condition:
    return Test(name, lambda value: D(value) < D(limit))


# ── Clauses ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Rule:
    """
    One payable item. `cap`: (sum, scope, clauses counted). Scopes: ever, year, item, item-year.

    `once`: the scope in which any earlier award ends the right. `ladder`: the scope whose sums are deducted. `unit`:
    the sum for each unit, of which earlier sums used up some (with the scope in `once`).
    """

    kind: str
    when: list[Condition]
    needs: tuple[str, ...] = ()
    pay: Callable[[Facts], Decimal] = lambda facts: D(0)
    cap: tuple[tuple[Decimal, str, tuple[str, ...]], ...] = ()
    once: str = ""
    ladder: str = ""
    unit: Decimal = NOTHING
    gated: bool = True
    instalments: tuple[str | None, ...] = ()
    good: Mapping[str, Any] = field(default_factory=dict)
    near: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def tier(value: Any, *steps: tuple[Decimal, Decimal]) -> Decimal:
    """Return the sum of the highest step reached; left edges are in."""
    return max((amount for edge, amount in steps if D(value) >= edge), default=D(0))


def share(name: str, percent: str) -> Callable[[Facts], Decimal]:
    return lambda facts: D(facts[name]) * D(percent) / 100


def fixed(amount: Decimal) -> Callable[[Facts], Decimal]:
    return lambda facts: amount


GATES: dict[str, list[Condition]] = {
    "shihezi": yes("registered_in_jurisdiction", "independent_legal_person"),
    "haidong": yes("registered_in_jurisdiction", "sector_in_scope"),
    "xinxing": yes("registered_in_jurisdiction"),
    "shanxi": [no("other_provincial_funds_for_same_matter")],
    "baoding": [],
}
GATE_FACTS: dict[str, dict[str, Any]] = {
    "shihezi": {"registered_in_jurisdiction": True, "independent_legal_person": True},
    "haidong": {"registered_in_jurisdiction": True, "sector_in_scope": True},
    "xinxing": {"registered_in_jurisdiction": True},
    "shanxi": {"other_provincial_funds_for_same_matter": False},
    "baoding": {"other_local_policy_award_yuan": "0"},
}
TERMS = {
    "shihezi": (date(2024, 5, 20), date(2027, 5, 19)),
    "haidong": (date(2024, 7, 1), date(2029, 6, 30)),
    "shanxi": (date(2024, 7, 1), date(2026, 12, 31)),
    "baoding": (date(2024, 1, 25), date(2027, 1, 24)),
}
RULES: dict[str, Rule] = {}


def rule(name: str, kind: str, when: list[Condition], **rest: Any) -> None:
    RULES[name] = Rule(kind, when, **rest)


def cap(wan: int, scope: str, *clauses: str) -> tuple[Decimal, str, tuple[str, ...]]:
    return wan * WAN, scope, clauses
