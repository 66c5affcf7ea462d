"""The vector reading says on every row what `judge` says of the same claim alone."""

import random
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

import rules
from rules import examples, simulation, units
from rules.vector import columns as vector_columns

LIBRARY = rules.load()
CLAUSES = [clause.id for pack in LIBRARY.packs.values() for clause in pack.clauses]
ROWS = 50


def letters_of(clause):
    """Return the readings tried for a clause: the recommended ones, then each other letter once."""
    pack, number = LIBRARY.locate(clause)
    names = sorted(pack.depends_on(number))
    yield {}
    for name in names:
        spec = pack.reading(name)
        yield from ({name: letter} for letter in spec.options if letter != spec.recommended)


def edges(compiled):
    """Return for each fact the values around the figures that the clause compares it with."""
    found = {}
    lines = [leaf for node in compiled.conditions for leaf in node.leaves()]
    lines += compiled.formula.comparisons if compiled.formula else ()
    for line in lines:
        if isinstance(line.threshold, bool | str | frozenset):
            continue
        step = 1 if line.fact.kind in ("money", "money_list", "integer") else Decimal(1).scaleb(-line.fact.places)
        found.setdefault(line.fact.name, []).extend([line.threshold - step, line.threshold, line.threshold + step])
    for cap in getattr(compiled.model, "caps", ()):
        for fact in compiled.formula.facts if compiled.formula else ():
            if fact.kind == "money" and hasattr(compiled.formula, "ratio"):
                at = int(cap.amount / compiled.formula.ratio)
                found.setdefault(fact.name, []).extend([at - 1, at, at + 1])
    return found


def stated(fact, value):
    """Return the JSON value of a number inside the engine."""
    if fact.kind == "money":
        return units.plain_yuan(int(value))
    if fact.kind == "money_list":
        return [units.plain_yuan(int(value))] * fact.count
    return int(value) if fact.kind == "integer" else units.plain_decimal(value)


def any_value(fact, chance, near):
    """Return a JSON value of a fact: unknown, at a figure of the text, anything at all, or impossible."""
    if chance.random() < 0.15:
        return None
    if near and chance.random() < 0.7:
        return stated(fact, chance.choice(near))
    match fact.kind:
        case "bool":
            return chance.random() < 0.5
        case "choice":
            return chance.choice(fact.choices)[0]
        case "date":
            return (date(2026, 1, 1) + timedelta(days=chance.randrange(60))).isoformat()
        case "money":
            return units.plain_yuan(chance.choice([-1, 0, 1, 17, chance.randrange(10**6), chance.randrange(10**12)]))
        case "money_list":
            return [units.plain_yuan(chance.randrange(10**12)) for _ in range(fact.count)]
        case "integer":
            return chance.choice([-1, 0, 1, 2, 3, 40, chance.randrange(10**6)])
        case "text":
            return None
    most = 10**4 if fact.kind == "percent" else 10**9
    return units.plain_decimal(Decimal(chance.randrange(-1, most)).scaleb(-fact.places))


def random_cases(clause, compiled, settings, chance):
    """Yield cases near the worked examples of a clause, with some facts changed."""
    pack, number = LIBRARY.locate(clause)
    bases = [example.case["facts"] for example in examples.of_clause(pack, number)] or [{}]
    near = edges(compiled)
    asked = {fact.name: fact for fact in compiled.facts()}
    asked |= {name: LIBRARY.facts[name] for name in ("approved_amount_yuan", "policy_issued_on")}
    family = [f"{pack.id}-{other}" for other in pack.raw]
    for _ in range(ROWS):
        facts = dict(chance.choice(bases)) if chance.random() < 0.5 else dict(bases[0])
        for name in chance.sample(sorted(asked), min(chance.randrange(4), len(asked))):
            value = any_value(asked[name], chance, near.get(name))
            facts.pop(name, None)
            if value is not None:
                facts[name] = value
        if chance.random() < 0.6:
            facts["support_year"] = 2026
        rows = [
            {
                "clause": chance.choice([clause, clause, chance.choice(family)]),
                "year": chance.choice([2024, 2025, 2026]),
                "amount_yuan": units.plain_yuan(chance.choice([0, 1, 10**7, 5 * 10**7, chance.randrange(10**9)])),
                "same_item": chance.random() < 0.7,
            }
            for _ in range(chance.choice([0, 0, 1, 2, 4]))
        ]
        # Of several impossible facts both readings name the first: in the order of the case, and of the columns.
        facts = dict(sorted(facts.items()))
        case = {"clause": clause, "facts": facts, "settings": settings, "history": rows}
        if chance.random() < 0.3:
            case["on"] = (date(2023, 12, 1) + timedelta(days=chance.randrange(1900))).isoformat()
        if chance.random() < 0.3:
            limit = chance.randrange(10**9)
            case["pool"] = {"limit_yuan": units.plain_yuan(limit), "used_yuan": units.plain_yuan(limit // 2)}
        yield case


def in_columns(cases):
    """Return the arguments of `simulate` for cases that differ in anything but the clause and the readings."""
    columns = vector_columns.of_cases([case["facts"] for case in cases], LIBRARY.facts)
    rows = [(place, row) for place, case in enumerate(cases) for row in case["history"]]
    history = simulation.Earlier(
        claim=[place for place, _ in rows],
        clause=np.array([row["clause"] for _, row in rows], np.str_),
        fen=np.array([units.fen(row["amount_yuan"]) for _, row in rows], np.int64),
        year=np.array([row["year"] for _, row in rows], np.int64),
        same_item=np.array([row["same_item"] for _, row in rows], np.bool_),
    )
    free = {"limit_yuan": "9000000000000000.00", "used_yuan": "0.00"}
    pools = [case.get("pool", free) for case in cases]
    return {
        "columns": dict(sorted(columns.items())),
        "history": history,
        "on": np.array([case.get("on", "NaT") for case in cases], "datetime64[D]"),
        "pool": tuple(np.array([units.fen(pool[key]) for pool in pools]) for key in ("limit_yuan", "used_yuan")),
    }


def seen(verdict):
    """Return what both readings must agree on: verdict code, fen, and why."""
    if verdict.eligible is None:
        code = simulation.MISSING if verdict.blocked_by.startswith("missing_fact") else simulation.IMPOSSIBLE
    else:
        code = simulation.MET if verdict.eligible else simulation.FAILED
    return code, -1 if verdict.amount_fen is None else verdict.amount_fen, verdict.blocked_by


def rows_of(outcome):
    return [
        (int(code), int(fen), outcome.blocked_by(row))
        for row, (code, fen) in enumerate(zip(outcome.verdict, outcome.amount_fen, strict=True))
    ]


def decodable(case):
    """Leave out what no column holds: more decimals than places, impossible entries of a list."""
    try:
        vector_columns.of_cases([case["facts"]], LIBRARY.facts)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("clause", CLAUSES)
def test_vector_equals_scalar_on_random_and_on_threshold_claims(clause):
    pack, number = LIBRARY.locate(clause)
    for settings in letters_of(clause):
        chance = random.Random(f"{clause} {settings}")
        cases = [
            case for case in random_cases(clause, pack.compiled(number, settings), settings, chance) if decodable(case)
        ]
        given = in_columns(cases)

        outcome = rules.simulate([clause], settings=settings, **given).clauses[clause]

        for case, got in zip(cases, rows_of(outcome), strict=True):
            assert got == seen(rules.judge(case)), case
