"""
Claims per core-second: single with and without trace, in batch, and against plain functions in the same run.

One claim asks for three clauses of 新星市: 3 (分档 with a ladder), 4a and 5a (比例 with yearly caps). The plain ones
are what one writes first: three sums with Decimal, no facts checked, no reasons, no readings. OpenFisca and GoRules
ZEN compute the same clauses where `requirements-bench.txt` is installed. Prints one JSON object; every answer is
compared with the plain one, and `wrong` counts the differences.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np

import rules
from rules import simulation, trace

sys.path.append(str(Path(__file__).parent))  # this file is run by its path
import rules_others

CLAUSES = ["xinxing-3", "xinxing-4a", "xinxing-5a"]
BATCHES = (1_000, 100_000, 1_000_000)


def columns_of(rows: int) -> dict[str, np.ndarray]:
    """Return random claims around the figures of the three clauses, from a fixed seed."""
    chance = np.random.default_rng(20261120)
    revenue = chance.integers(0, 6_000_000_000, rows)
    return {
        "registered_in_jurisdiction": chance.random(rows) < 0.95,
        "build_type": chance.integers(0, 4, rows).astype(np.uint8),
        "pue": chance.integers(11_500, 13_000, rows),
        "utilisation_pct": chance.integers(5_000, 9_000, rows),
        "formally_delivered": chance.random(rows) < 0.95,
        "stable_months": chance.integers(300, 2_400, rows),
        "scale_pflops_fp16": chance.integers(5_000_000, 60_000_000, rows),
        "is_local_compute_supplier": chance.random(rows) < 0.9,
        "annual_compute_sales_contract_fees_yuan": chance.integers(0, 10_000_000_000, rows),
        "applicant_type": chance.choice(np.array([0, 2], np.uint8), rows),
        "staff": chance.integers(20, 200, rows),
        "annual_revenue_yuan": revenue,
        "annotation_revenue_yuan": revenue // 2,
    }


def facts_of(columns: dict[str, np.ndarray], row: int) -> dict[str, Any]:
    """Return one row as the facts of a case."""
    facts: dict[str, Any] = {"support_year": 2026}
    for name, column in columns.items():
        fact, value = rules.load().facts[name], column[row].item()
        if fact.kind == "choice":
            value = fact.choices[value][0]
        elif fact.kind == "money":
            value = f"{value // 100}.{value % 100:02d}"
        elif fact.kind in ("decimal", "percent"):
            value = str(Decimal(value).scaleb(-fact.places))
        facts[name] = value
    return facts


# ── Plain functions ──────────────────────────────────────────────────────────────────────────────────────────────────


def plain_3(facts: dict[str, Any]) -> Decimal:
    """Return the award of clause 3 in yuan."""
    if not facts["registered_in_jurisdiction"] or facts["build_type"] not in ("new", "expansion", "retrofit"):
        return Decimal(0)
    if facts["pue"] > Decimal("1.25") or facts["utilisation_pct"] < 60:
        return Decimal(0)
    if not facts["formally_delivered"] or facts["stable_months"] < 6:
        return Decimal(0)
    return Decimal(min(int(facts["scale_pflops_fp16"] // 1000), 5) * 1_000_000)


def plain_4a(facts: dict[str, Any]) -> Decimal:
    """Return the award of clause 4a in yuan."""
    if not facts["registered_in_jurisdiction"] or not facts["is_local_compute_supplier"]:
        return Decimal(0)
    share = facts["annual_compute_sales_contract_fees_yuan"] * Decimal("0.02")
    return min(share.quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal(1_000_000))


def plain_5a(facts: dict[str, Any]) -> Decimal:
    """Return the award of clause 5a in yuan."""
    if not facts["registered_in_jurisdiction"] or facts["applicant_type"] != "data_annotation_enterprise":
        return Decimal(0)
    if facts["staff"] < 50 or facts["annual_revenue_yuan"] < 5_000_000:
        return Decimal(0)
    share = facts["annotation_revenue_yuan"] * Decimal("0.03")
    return min(share.quantize(Decimal("0.01"), ROUND_HALF_UP), Decimal(500_000))


PLAIN = (plain_3, plain_4a, plain_5a)


def plain_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts with the types that the plain functions expect."""
    kinds = rules.load().facts
    numbers = ("money", "decimal", "percent")
    return {name: Decimal(value) if kinds[name].kind in numbers else value for name, value in facts.items()}


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


def best_us(work: Callable[[], Any], rounds: int = 5) -> float:
    """Return the CPU microseconds of the fastest of some rounds; the fastest is the least disturbed."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times) * 1_000_000


def single(rows: int) -> dict[str, Any]:
    """Measure one claim at a time: three clauses, with and without the trace in words, and the plain functions."""
    columns = columns_of(rows)
    claims = [facts_of(columns, row) for row in range(rows)]
    cases = [{"clause": clause, "facts": facts} for facts in claims for clause in CLAUSES]
    stacks = [{"clauses": CLAUSES, "facts": facts} for facts in claims]
    ready = [plain_facts(facts) for facts in claims]

    def plain() -> list[Decimal]:
        return [work(facts) for facts in ready for work in PLAIN]

    def judged() -> list[Any]:
        return [rules.judge(case) for case in cases]

    def explained() -> list[Any]:
        return [trace.explain(rules.judge(case).stored_trace()) for case in cases]

    def filed() -> list[Any]:
        return [rules.judge(stack) for stack in stacks]

    sums = [verdict.amount_fen for verdict in judged()]
    wrong = sum(fen != int(yuan * 100) for fen, yuan in zip(sums, plain(), strict=True))
    plain_us = best_us(plain) / rows
    result = {
        "claims": rows,
        "wrong": wrong,
        "plain_us": plain_us,
        "judge_us": best_us(judged) / rows,
        "judge_in_words_us": best_us(explained, 2) / rows,
        "filing_of_three_us": best_us(filed) / rows,
    }
    result["judge_by_plain"] = result["judge_us"] / plain_us
    return {name: round(value, 1) for name, value in result.items()}


def batch(rows: int, plain_us: float) -> dict[str, Any]:
    """Measure columns: three clauses for every row, verdicts, first failing conditions, sums and totals included."""
    columns = columns_of(rows)

    def simulated() -> int:
        run = rules.simulate(CLAUSES, columns)
        for outcome in run.clauses.values():
            _ = outcome.verdict, outcome.first_failing, outcome.reasons()
        return run.total_fen

    took = best_us(simulated, 20 if rows < 10_000 else 5)
    run = rules.simulate(CLAUSES, columns)
    checked = range(0, rows, max(1, rows // 500))
    wrong = 0
    for row in checked:
        facts = plain_facts(facts_of(columns, row))
        sums = [int(run.clauses[clause].amount_fen[row]) for clause in CLAUSES]
        wrong += sums != [int(work(facts) * 100) for work in PLAIN]
    return {
        "claims": rows,
        "wrong": wrong,
        "ms": round(took / 1000, 2),
        "million_claims_per_s": round(rows / took, 2),
        "times_faster_than_plain": round(plain_us * rows / took, 1),
    }


def others(rows: int, plain_us: float, batch_us: float) -> dict[str, Any]:
    """Measure the other engines that are installed: times, what of the engine's speed they reach, wrong awards."""
    columns = columns_of(rows)
    facts = [plain_facts(facts_of(columns, row)) for row in range(min(rows, 2_000))]
    right = [[work(row) for work in PLAIN] for row in facts]
    result: dict[str, Any] = {"installed": rules_others.installed()}
    if "openfisca" in result["installed"]:
        engine = rules_others.OpenFisca()
        sums = engine.amounts(columns)
        got = [[Decimal(str(column[row])).quantize(Decimal("0.01")) for column in sums] for row in range(len(facts))]
        one = {name: column[:1] for name, column in columns.items()}
        result["openfisca"] = {
            "single_us": round(best_us(lambda: engine.amounts(one), 20), 1),
            "batch_us": round(best_us(lambda: engine.amounts(columns), 3) / rows, 3),
            "wrong_pct": _wrong(got, right),
        }
    if "zen" in result["installed"]:
        zen = rules_others.Zen()
        ready = [{name: float(v) if isinstance(v, Decimal) else v for name, v in row.items()} for row in facts]
        got = [[Decimal(str(fen)).quantize(Decimal("0.01")) for fen in zen.amounts(row)] for row in ready]
        took = best_us(lambda: [zen.amounts(row) for row in ready], 3) / len(ready)
        result["zen"] = {"single_us": round(took, 1), "batch_us": round(took, 3), "wrong_pct": _wrong(got, right)}
    for name in result["installed"]:
        found = result[name]
        found["single_by_plain"] = round(found["single_us"] / plain_us, 1)
        found["batch_by_ours"] = round(found["batch_us"] / batch_us, 1)
    return result


def _wrong(got: list[list[Decimal]], right: list[list[Decimal]]) -> float:
    """Return the share of claims with a wrong award, in percent."""
    return round(100 * sum(one != other for one, other in zip(got, right, strict=True)) / len(right), 1)


def main() -> None:
    """Run everything in one process, so that noise of the machine falls on all."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--single", type=int, default=500, help="single claims (default 500)")
    options.add_argument("--largest", type=int, default=BATCHES[-1], help="largest batch (default 1000000)")
    given = options.parse_args()

    one = single(given.single)
    batches = [batch(rows, one["plain_us"]) for rows in BATCHES if rows <= given.largest]
    largest = batches[-1]
    rest = others(100_000, one["plain_us"], largest["ms"] * 1000 / largest["claims"])
    print(json.dumps({"frame_rows": simulation.FRAME_ROWS, "single": one, "batch": batches, "others": rest}, indent=1))


if __name__ == "__main__":
    main()
