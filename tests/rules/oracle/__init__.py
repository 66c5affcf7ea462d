"""
The five texts once more, in plain Decimal arithmetic under the recommended readings, for comparison with the engine.

Deliberately naive and deliberately apart: nothing of `rules` is imported, no pack is read, every figure stands here a
second time as it is written in the texts. Facts are those of a case in JSON; sums are Decimal yuan. The clauses stand
in one file a policy; importing it enters them in RULES in the order of the text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from math import ceil
from typing import Any

from tests.rules.oracle import baoding, haidong, shanxi, shihezi, xinxing
from tests.rules.oracle.words import FEN, GATE_FACTS, GATES, RULES, TERMS, D, Facts, Test

__all__ = ["GATES", "GATE_FACTS", "RULES", "TERMS", "baoding", "haidong", "shanxi", "shihezi", "xinxing"]

_WITHOUT_SUMS = {
    "shihezi": "1.1 1.2 1.3 2.2 2.3 3.2 4.2b 4.3 5.1c 5.2 6.1 6.2 7.1b 7.2",
    "haidong": "1 2 3 8 10 14 15 16 17 18 19 20 scope term",
    "xinxing": "1 4 9e 11 term",
    "shanxi": "5c 9 13b 15 17 norepeat term",
    "baoding": "4 5 7 14 overlap org-1 org-2 org-3 term",
}
NON_MONETARY = tuple(f"{policy}-{number}" for policy, row in _WITHOUT_SUMS.items() for number in row.split())
POOLED = {
    "shihezi-2.3a",
    "shihezi-2.3b",
    "xinxing-4a",
    "xinxing-4b",
    "shanxi-9a",
    "shanxi-9b",
    "baoding-5a",
    "baoding-5b",
    "baoding-5c",
}


# ── Judging ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Outcome:
    """
    What must follow. `blames` are the facts of which one must be named; with `cut` and zero either label is accepted.

    `eligible` is "invalid" where nothing may be computed. `loose`: a part of a filing came to zero, which may or may
    not count as payable, so that only the parts are certain.
    """

    eligible: bool | str
    kind: str
    amount: Decimal | None
    blocked: str = ""
    blames: frozenset[str] = frozenset()
    parts: Mapping[str, Decimal | None] = field(default_factory=dict)
    loose: bool = False

    @property
    def open(self) -> bool:
        """Say whether nothing is left for a reason for which either label is accepted."""
        return self.blocked == "cut" and not self.amount


def _earlier(case: Mapping[str, Any], clauses: Iterable[str], scope: str, year: int | None) -> list[Decimal]:
    rows = [row for row in case.get("history", ()) if row["clause"] in tuple(clauses)]
    if scope.startswith("item"):
        rows = [row for row in rows if row.get("same_item", True)]
    if scope.endswith("year"):
        rows = [row for row in rows if row["year"] == year]
    return [D(row["amount_yuan"]) for row in rows]


def _year(case: Mapping[str, Any], facts: Facts) -> int | None:
    if "support_year" in facts:
        return int(facts["support_year"])
    if "support_year" in case:
        return int(case["support_year"])
    return int(case["on"][:4]) if "on" in case else None


def _in_term(policy: str, case: Mapping[str, Any], facts: Facts) -> bool | None:
    if "on" not in case:
        return True
    day = date.fromisoformat(case["on"])
    if policy != "xinxing":
        first, last = TERMS[policy]
        return first <= day <= last
    if "policy_issued_on" not in facts:
        return None
    first = date.fromisoformat(facts["policy_issued_on"]) + timedelta(days=31)
    return first <= day < first.replace(year=first.year + 3)


def _rounded(amount: Decimal, kind: str) -> Decimal:
    return amount.quantize(FEN, ROUND_DOWN if kind == "ceiling" else ROUND_HALF_UP)


def _alone(clause: str, case: Mapping[str, Any], facts: Facts, year: int | None) -> Decimal:
    """Return the sum before anything that other clauses of a filing or the caps of a year have to say."""
    one = RULES[clause]
    amount = _rounded(one.pay(facts), one.kind)
    if one.unit:
        used = sum(ceil(paid / one.unit) for paid in _earlier(case, [clause], one.once, year))
        return max(D(0), amount - used * one.unit)
    if one.once and sum(_earlier(case, [clause], one.once, year)) > 0:
        return D(0)
    if one.ladder:
        return max(D(0), amount - sum(_earlier(case, [clause], one.ladder, year)))
    return amount


def _not_twice(clause: str, amount: Decimal, case: Mapping[str, Any], year: int | None) -> Decimal:
    """Return what earlier awards for the same matter under another item leave."""

    def got(scope: str, *clauses: str) -> Decimal:
        return D(sum(_earlier(case, clauses, scope, year)))

    if clause in ("xinxing-9c", "xinxing-9d"):
        return max(D(0), amount - got("item", "xinxing-9c", "xinxing-9d"))
    excluded = {
        "shihezi-3.3d": ("ever", "shihezi-3.3e"),
        "shihezi-3.3e": ("ever", "shihezi-3.3d"),
        "shanxi-12a": ("item", "shanxi-12b"),
        "shanxi-12b": ("item", "shanxi-12a"),
    }
    if clause in excluded and got(*excluded[clause]):
        return D(0)
    other = {"baoding-5b": "baoding-5c", "baoding-5c": "baoding-5b"}
    return max(D(0), amount - got("year", other[clause])) if clause in other else amount


def _standing(clause: str, case: Mapping[str, Any], facts: Facts) -> Outcome | None:
    """Return the outcome where no sum is to be computed, else None."""
    policy = clause.split("-")[0]
    if clause in NON_MONETARY:
        return Outcome(False, "none", D(0), "non_monetary")
    inside = _in_term(policy, case, facts)
    if inside is False:
        return Outcome(False, "none", D(0), "out_of_term")
    one = RULES[clause]
    known = [*(GATES[policy] if one.gated else []), *one.when]
    if policy == "baoding" and one.gated:
        known.append(Test("other_local_policy_award_yuan", lambda value: True))
    known += [Test(name, lambda value: True) for name in one.needs]
    answers = [test.ask(facts) for test in known]
    failed = {name for state, names in answers if state is False for name in names}
    if failed:
        return Outcome(False, "none", D(0), "condition", frozenset(failed))
    missing = {name for state, names in answers if state is None for name in names}
    if inside is None:
        missing.add("policy_issued_on")
    if missing:
        return Outcome("invalid", "none", None, "missing_fact", frozenset(missing))
    if one.kind in ("case_by_case", "external"):
        return Outcome(True, one.kind, None)
    return None


def judge(case: Mapping[str, Any]) -> Outcome:
    """Return what must follow for a case whose facts are possible."""
    common = case["facts"]
    if "clause" in case:
        outcomes, _ = _filing([case["clause"]], case, common)
        return outcomes[case["clause"]]
    outcomes, order = _filing(case["clauses"], case, common)
    parts = {clause: outcome.amount for clause, outcome in outcomes.items()}
    payable = [outcome for outcome in outcomes.values() if outcome.eligible is True]
    loose = any(outcome.open for outcome in outcomes.values())
    if not payable:
        refused = [outcome for outcome in outcomes.values() if outcome.eligible == "invalid"]
        first = (refused or [outcomes[clause] for clause in order])[0]
        return Outcome(first.eligible, "none", first.amount, parts=parts, loose=loose)
    sums = [outcome.amount for outcome in payable if outcome.amount is not None]
    kinds = [outcome.kind for outcome in payable]
    kind = next(kind for kind in ("ceiling", "exact", "case_by_case", "external") if kind in kinds)
    return Outcome(True, kind, sum(sums, D(0)) if sums else None, parts=parts, loose=loose)


def _filing(clauses: list[str], case: Mapping[str, Any], common: Facts) -> tuple[dict[str, Outcome], list[str]]:
    own = {clause: {**common, **case.get("facts_by_clause", {}).get(clause, {})} for clause in clauses}
    outcomes: dict[str, Outcome] = {}
    amounts: dict[str, Decimal] = {}
    text_order = [clause for clause in RULES if clause in clauses]
    years = {clause: _year(case, own[clause]) for clause in clauses}
    for clause in clauses:
        standing = _standing(clause, case, own[clause])
        if standing:
            outcomes[clause] = standing
    for clause in text_order:
        if clause not in outcomes:
            alone = _alone(clause, case, own[clause], years[clause])
            amounts[clause] = _not_twice(clause, alone, case, years[clause])
    for group in (
        ("xinxing-9c", "xinxing-9d"),
        ("shihezi-3.3d", "shihezi-3.3e"),
        ("shanxi-9a", "shanxi-9b"),
        ("shanxi-12a", "shanxi-12b"),
        ("baoding-5b", "baoding-5c"),
    ):
        _keep_highest([clause for clause in group if clause in amounts], amounts, case)
    deducted = D(0)
    paid: dict[str, Decimal] = {}
    for clause, amount in amounts.items():
        left = amount
        if clause.startswith("baoding") and RULES[clause].gated:
            # 从优、就高、不重复: the other award is deducted from the sum, before the cap of the year.
            separate = "other_local_policy_award_yuan" in case.get("facts_by_clause", {}).get(clause, {})
            other = D(own[clause]["other_local_policy_award_yuan"]) - (D(0) if separate else deducted)
            taken = min(left, max(D(0), other))
            deducted += D(0) if separate else taken
            left -= taken
        for limit, scope, counted in RULES[clause].cap:
            used = sum(_earlier(case, counted, scope, years[clause]))
            used += sum(sum_ for name, sum_ in paid.items() if name in counted)
            left = min(left, max(D(0), limit - used))
        paid[clause] = left
    _draw(paid, case)
    for clause, amount in paid.items():
        outcomes[clause] = Outcome(amount > 0, RULES[clause].kind if amount else "none", amount, "cut")
    return {clause: outcomes[clause] for clause in clauses}, list(clauses)


_SAME_MATTER = {"shanxi-9a": "compute_service_contract_yuan", "shanxi-12a": "rnd_cost_yuan"}


def _keep_highest(group: list[str], amounts: dict[str, Decimal], case: Mapping[str, Any]) -> None:
    if len(group) < 2:
        return
    separate = _SAME_MATTER.get(group[0])
    if separate and any(separate in facts for facts in case.get("facts_by_clause", {}).values()):
        return
    best = max(group, key=lambda clause: amounts[clause])
    for clause in group:
        if clause != best:
            amounts[clause] = D(0)


def _draw(paid: dict[str, Decimal], case: Mapping[str, Any]) -> None:
    if "pool" not in case:
        return
    left = D(case["pool"]["limit_yuan"]) - D(case["pool"]["used_yuan"])
    drawing = [clause for clause in paid if clause in POOLED] or list(paid)
    for clause in drawing:
        if clause not in ("shihezi-7.1a", "baoding-voucher"):
            paid[clause] = min(paid[clause], left)
            left -= paid[clause]


def instalments(clause: str, amount: Decimal, approved: Decimal | None) -> list[tuple[str | None, Decimal | None]]:
    """Return share and sum of each instalment: cut down to the fen, the remainder in the last."""
    shares = RULES[clause].instalments
    whole = amount if approved is None else min(approved, amount)
    if not shares or shares[0] is None:
        return [(None, None) for _ in shares]
    sums = [(whole * D(share) / 100).quantize(FEN, ROUND_DOWN) for share in shares]
    sums[-1] = whole - sum(sums[:-1])
    return list(zip(shares, sums, strict=True))


def payers(award: Decimal, district: str) -> list[tuple[str, str | None, Decimal | None]]:
    """Return who bears an award of 保定: half each in a city district, all by a county under the province."""
    if district == "city_district":
        city = (award / 2).quantize(FEN, ROUND_DOWN)
        return [("市级", "50", city), ("区级", "50", award - city)]
    if district == "provincial_direct_county":
        return [("县级", "100", award)]
    return [("按财政体制", None, None)]
