"""The vector reading says on every row what `judge` says of the same claim alone."""

import random
import subprocess
import sys
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
    """Return the readings tried for a clause: the recommended ones, each other letter once, a few mixtures."""
    pack, number = LIBRARY.locate(clause)
    names = sorted(pack.depends_on(number))
    yield {}
    for name in names:
        spec = pack.reading(name)
        yield from ({name: letter} for letter in spec.options if letter != spec.recommended)
    chance = random.Random(clause)
    for _ in range(3 if len(names) > 1 else 0):
        yield {name: chance.choice(sorted(pack.reading(name).options)) for name in names}


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
        if LIBRARY.clause(clause).monetary and not settings:
            assert outcome.total_fen > 0, "claims that pay nothing prove little"


def centre(**changes):
    """Return columns of three claims under xinxing-3 that all pay 300万元, with some columns changed."""
    columns = {
        "registered_in_jurisdiction": np.array([True, True, True]),
        "build_type": np.array(["new", "expansion", "retrofit"]),
        "pue": np.array([12_500, 12_000, 11_000]),
        "utilisation_pct": np.array([6_000, 7_000, 8_000]),
        "formally_delivered": np.array([True, True, True]),
        "stable_months": np.array([600, 700, 800]),
        "scale_pflops_fp16": np.array([30_000_000, 32_000_000, 39_999_999]),
    }
    return {**columns, **changes}


def of_centre(**given):
    return rules.simulate(["xinxing-3"], **{"columns": centre(), **given}).clauses["xinxing-3"]


def test_figures_of_the_text_are_met_exactly_and_missed_by_the_last_place():
    outcome = of_centre(columns=centre(pue=np.array([12_500, 12_501, 12_499])))

    assert outcome.amount_fen.tolist() == [300_000_000, 0, 300_000_000]
    assert outcome.verdict.tolist() == [simulation.MET, simulation.FAILED, simulation.MET]
    assert outcome.conditions[outcome.first_failing[1]] == "PUE ≤ 1.25"
    assert outcome.first_failing.tolist() == [-1, 2, -1]


def test_unknown_is_neither_zero_nor_false():
    pue = (np.array([0, 12_000, 99_999]), np.array([False, True, False]))
    outcome = of_centre(columns=centre(pue=pue, formally_delivered=np.array([True, True, False])))

    # The third one fails whatever its PUE turns out to be.
    assert outcome.verdict.tolist() == [simulation.MISSING, simulation.MET, simulation.FAILED]
    assert outcome.amount_fen.tolist() == [-1, 300_000_000, 0]
    assert [outcome.blocked_by(row) for row in range(3)] == ["missing_fact:pue", None, "condition:formally_delivered"]


def test_masked_array_and_absent_column_are_unknown():
    columns = centre(utilisation_pct=np.ma.array([6_000, 6_000, 6_000], mask=[True, False, False]))
    assert of_centre(columns=columns).verdict.tolist() == [simulation.MISSING, simulation.MET, simulation.MET]

    del columns["utilisation_pct"]
    assert of_centre(columns=columns).verdict.tolist() == [simulation.MISSING] * 3


def test_impossible_values_mark_their_rows_alone():
    columns = centre(pue=np.array([9_999, 12_000, 12_000]), build_type=np.array(["new", "ruin", "new"]))
    outcome = of_centre(columns=columns)

    assert outcome.verdict.tolist() == [simulation.IMPOSSIBLE, simulation.IMPOSSIBLE, simulation.MET]
    assert [outcome.blocked_by(row) for row in range(2)] == ["bad_fact:pue", "bad_fact:build_type"]
    assert outcome.amount_fen.tolist() == [-1, -1, 300_000_000]


def test_reasons_count_rows_and_say_the_condition():
    outcome = of_centre(columns=centre(pue=np.array([13_000, 13_000, 9_000]), stable_months=np.array([600, 100, 600])))

    assert outcome.reasons() == (
        simulation.Reason("condition:pue", "不符合：PUE ≤ 1.25", 2),
        simulation.Reason("bad_fact:pue", "数值不合规：PUE", 1),
    )


def test_ladder_takes_earlier_sums_as_a_column():
    outcome = of_centre(history={"xinxing-3": np.array([0, 200_000_000, 300_000_000])})

    assert outcome.amount_fen.tolist() == [300_000_000, 100_000_000, 0]
    assert [outcome.blocked_by(row) for row in range(3)] == [None, None, "no_increment"]


def test_order_of_claims_and_of_earlier_awards_changes_nothing():
    chance = random.Random(7)
    cases = list(random_cases("xinxing-3", LIBRARY.packs["xinxing"].compiled("3", {}), {}, chance))
    cases = [case for case in cases if decodable(case)]
    shuffled = [{**case, "history": chance.sample(case["history"], len(case["history"]))} for case in cases]
    order = chance.sample(range(len(cases)), len(cases))

    straight = rows_of(rules.simulate(["xinxing-3"], **in_columns(cases)).clauses["xinxing-3"])
    turned = rules.simulate(["xinxing-3"], **in_columns([shuffled[place] for place in order])).clauses["xinxing-3"]

    assert rows_of(turned) == [straight[place] for place in order]


def test_rows_beyond_one_frame_are_computed_alike(monkeypatch):
    chance = np.random.default_rng(5)
    columns = {
        "registered_in_jurisdiction": chance.random(1_000) < 0.9,
        "is_local_compute_supplier": chance.random(1_000) < 0.9,
        "annual_compute_sales_contract_fees_yuan": chance.integers(0, 10**10, 1_000),
    }
    whole = rules.simulate(["xinxing-4a"], columns).clauses["xinxing-4a"].amount_fen.tolist()

    monkeypatch.setattr(simulation, "FRAME_ROWS", 7)

    assert rules.simulate(["xinxing-4a"], columns).clauses["xinxing-4a"].amount_fen.tolist() == whole


def test_whole_policy_gives_every_clause_and_says_what_it_cannot():
    simulated = rules.simulate("haidong", {"registered_in_jurisdiction": np.array([True])})

    assert list(simulated.clauses) == [clause.id for clause in LIBRARY.pack("haidong").clauses]
    assert simulated.clauses["haidong-9"].says == "一事一议，金额由主管部门研究确定，批量测算只判断条件"
    assert simulated.total_fen == 0


def test_pool_cuts_each_claim_to_what_is_left():
    outcome = of_centre(pool=(np.full(3, 10**9), np.array([0, 10**9 - 5, 10**9])))

    assert outcome.amount_fen.tolist() == [300_000_000, 5, 0]
    assert [outcome.blocked_by(row) for row in range(3)] == [None, "pool_exhausted", "pool_exhausted"]


def test_day_of_the_event_decides_the_term_row_by_row():
    columns = centre(policy_issued_on=np.array(["2026-01-01", "2026-01-01", "NaT"], "datetime64[D]"))
    outcome = of_centre(columns=columns, on=np.array(["2026-02-01", "2026-01-31", "2026-02-01"], "datetime64[D]"))

    found = [outcome.blocked_by(row) for row in range(3)]
    assert found == [None, "out_of_term", "missing_fact:policy_issued_on"]


def test_largest_base_is_exact_and_a_larger_product_is_refused():
    columns = {
        "registered_in_jurisdiction": np.array([True]),
        "applicant_type": np.array(["ai_enterprise"]),
        "filing_passed": np.array([True]),
        "filed_models": np.array([2**63 // 50_000_000 - 1]),
    }
    assert rules.simulate(["xinxing-7a"], columns).clauses["xinxing-7a"].amount_fen.tolist() == [
        (2**63 // 50_000_000 - 1) * 50_000_000
    ]

    columns["filed_models"] += 2
    with pytest.raises(ValueError, match="xinxing-7a：列中的数值过大，计算结果超出可精确计算的范围"):
        rules.simulate(["xinxing-7a"], columns)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"columns": centre(pue=np.array([1.25, 1.2, 1.1]))}, "“PUE”一列应为整数"),
        ({"columns": centre(pue=np.array([12_500]))}, "“PUE”一列的行数与其他列不同"),
        ({"columns": centre(formally_delivered=np.array([1, 1, 1]))}, "“已正式交付”一列应为是否值"),
        ({"columns": centre(weather=np.array([1, 1, 1]))}, "没有事实“weather”"),
        ({"history": {"xinxing-99": np.array([1, 1, 1])}}, "以往奖补中没有条款“xinxing-99”"),
        ({"history": {"xinxing-3": np.array([1.0, 1, 1])}}, "应为每行一个整数"),
        ({"settings": {"X99": "a"}}, "没有口径“X99”"),
        ({"settings": {"X4": "z"}}, "口径“X4”没有选项“z”"),
        ({"pool": (1, 2)}, "资金池已用金额"),
        ({"version": "xinxing.v0"}, "没有政策版本“xinxing.v0”"),
    ],
)
def test_what_is_no_column_is_refused_in_chinese(given, words):
    with pytest.raises(ValueError, match=words):
        of_centre(**given)


def test_facts_of_cases_become_columns():
    facts = {"pue": "1.25", "build_type": "expansion", "formally_delivered": True, "policy_issued_on": "2026-01-01"}
    columns = rules.columns([facts, {"pue": "0.9", "build_type": "ruin"}])

    assert {name: (values.tolist(), known.tolist()) for name, (values, known) in columns.items()} == {
        "pue": ([12_500, 9_000], [True, True]),
        "build_type": ([1, -1], [True, True]),
        "formally_delivered": ([True, False], [True, False]),
        "policy_issued_on": ([date(2026, 1, 1), None], [True, False]),
    }


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"pue": "1.25001"}, "PUE：批量测算最多保留 4 位小数"),
        ({"pue": 1.25}, "不能放入批量测算的列"),
        ({"racks": True}, "不能放入批量测算的列"),
        ({"weather": "fair"}, "没有事实“weather”"),
    ],
)
def test_facts_that_no_column_holds_are_refused(facts, words):
    with pytest.raises(ValueError, match=words):
        rules.columns([facts])


def test_single_cases_do_not_wait_for_numpy():
    code = "import sys, rules; rules.load(); print('numpy' in sys.modules); rules.MET; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True"]
