"""The engine against the naive second reading of the texts: every clause, on and around each figure of the text."""

import itertools
import random
from decimal import Decimal

import pytest

import rules
from tests.rules import oracle

ROUNDS = 100
YEARS = (2024, 2025, 2026)
SUMS = ("0", "0.01", "10000", "30000", "200000", "300000", "500000", "900000", "1000000", "1999999.99", "20000000")
FAMILIES = {policy: [clause for clause in oracle.RULES if clause.startswith(policy)] for policy in sorted(oracle.GATES)}
CLAUSES = [*oracle.RULES, *oracle.NON_MONETARY]


def good(clause):
    """Return facts under which a clause pays."""
    policy = clause.split("-")[0]
    gate = oracle.GATE_FACTS[policy] if clause not in oracle.RULES or oracle.RULES[clause].gated else {}
    return {**gate, **(oracle.RULES[clause].good if clause in oracle.RULES else {})}


def near(clause):
    """Return the values worth trying of each fact: those at the figures, yes and no for the rest."""
    found = {name: (True, False) for name, value in good(clause).items() if isinstance(value, bool)}
    if "other_local_policy_award_yuan" in good(clause):
        found["other_local_policy_award_yuan"] = ("0", "0.01", "100000", "499999.99", "500000", "1000000")
    return found | ({**oracle.RULES[clause].near} if clause in oracle.RULES else {})


def plain(value):
    """Return a figure written short in the oracle (`3e9`) as a case states it."""
    return f"{Decimal(value):f}" if isinstance(value, str) and "e" in value and value[0].isdigit() else value


def whole(facts):
    """Keep parts below their wholes, which is another test's matter."""
    for part, total in (
        ("annotation_revenue_yuan", "annual_revenue_yuan"),
        ("new_loan_interest_paid_yuan", "loan_interest_paid_yuan"),
    ):
        if part in facts and total in facts and Decimal(facts[part]) > Decimal(facts[total]):
            facts.pop(total)
    return {name: plain(value) for name, value in facts.items()}


def row(chance, clause):
    family = FAMILIES[clause.split("-")[0]]
    awarded = {
        "clause": chance.choice([clause, clause, clause, *family]),
        "year": chance.choice(YEARS),
        "amount_yuan": chance.choice(SUMS),
    }
    return awarded if chance.random() < 0.6 else {**awarded, "same_item": chance.random() < 0.5}


def surroundings(chance, clause):
    """Return year, day, history and pool as they may come with any claim."""
    policy = clause.split("-")[0]
    more = {"support_year": chance.choice(YEARS)}
    if chance.random() < 0.3 and policy != "xinxing":
        first, last = oracle.TERMS[policy]
        days = [first.isoformat(), last.isoformat(), f"{first.year}-01-01", f"{last.year + 1}-01-01", "2025-06-30"]
        more = {"on": chance.choice(days)}
    if chance.random() < 0.5:
        more["history"] = [row(chance, clause) for _ in range(chance.randrange(1, 4))]
    if chance.random() < 0.25:
        more["pool"] = {
            "limit_yuan": "10000000",
            "used_yuan": chance.choice(["0", "9500000", "9999999.99", "10000000"]),
        }
    return more


def cases(clause):
    """Yield claims: each value alone, each fact missing, then mixtures with history, pool and day."""
    facts, values = good(clause), near(clause)
    yield {"clause": clause, "facts": whole(dict(facts))}
    for name, options in values.items():
        for value in options:
            yield {"clause": clause, "facts": whole({**facts, name: value})}
    for name in facts:
        yield {"clause": clause, "facts": whole({key: value for key, value in facts.items() if key != name})}
    chance = random.Random(clause)
    for _ in range(ROUNDS):
        changed = dict(facts)
        for name in chance.sample(sorted(values), min(len(values), chance.randrange(4))):
            changed[name] = chance.choice(values[name])
        if changed and chance.random() < 0.1:
            changed.pop(chance.choice(sorted(changed)))
        yield {"clause": clause, "facts": whole(changed), **surroundings(chance, clause)}


def disagreement(case):
    """Return what the engine and the oracle say where they differ, "" where they agree."""
    expected, verdict = oracle.judge(case), rules.judge(case)
    got = (verdict.eligible, verdict.kind, verdict.amount_fen, verdict.blocked_by)
    fen = None if expected.amount is None else int(expected.amount * 100)
    same = verdict.amount_fen == fen or (expected.loose and not verdict.amount_fen and not fen)
    if not expected.open and not expected.loose:
        eligible = None if expected.eligible == "invalid" else expected.eligible
        same &= (verdict.eligible, verdict.kind) == (eligible, expected.kind)
    if expected.blames:
        same &= verdict.blocked_by in {f"{expected.blocked}:{name}" for name in expected.blames}
    elif expected.blocked in ("out_of_term", "non_monetary"):
        same &= verdict.blocked_by == expected.blocked
    parts = {clause: None if amount is None else int(amount * 100) for clause, amount in expected.parts.items()}
    same &= dict(verdict.by_clause) == parts
    return "" if same else f"{case}\nexpected {expected}\ngot {got} {dict(verdict.by_clause)}"


@pytest.mark.parametrize("clause", CLAUSES)
def test_engine_agrees_with_the_second_reading(clause):
    wrong = [text for case in cases(clause) if (text := disagreement(case))]

    assert not wrong, f"{len(wrong)} cases, the first:\n{wrong[0]}"


@pytest.mark.parametrize("policy", FAMILIES)
def test_filings_of_several_clauses_agree_with_the_second_reading(policy):
    chance = random.Random(policy)
    wrong = []
    for _ in range(800):
        case = filing(chance, policy)
        if text := disagreement(case):
            wrong.append(text)

    assert not wrong, f"{len(wrong)} cases, the first:\n{wrong[0]}"


RELATED = (
    ("xinxing-9c", "xinxing-9d"),
    ("xinxing-4a", "xinxing-4b"),
    ("xinxing-5a", "xinxing-5b", "xinxing-5c"),
    ("xinxing-6a", "xinxing-6b"),
    ("xinxing-7a", "xinxing-7b", "xinxing-7c"),
    ("shihezi-2.3a", "shihezi-2.3b"),
    ("shihezi-2.4a", "shihezi-2.4b"),
    ("shihezi-3.3b", "shihezi-3.3d", "shihezi-3.3e"),
    ("shihezi-4.1b", "shihezi-4.1c"),
    ("shanxi-9a", "shanxi-9b"),
    ("shanxi-1a", "shanxi-1b"),
    ("shanxi-2", "shanxi-4"),
    ("shanxi-12a", "shanxi-12b"),
    ("baoding-5a", "baoding-5b", "baoding-5c"),
    ("baoding-2", "baoding-9a", "baoding-9b"),
    ("baoding-6", "baoding-5c"),
    ("haidong-4a", "haidong-4b"),
)


def filing(chance, policy):
    """Return several clauses claimed together, some facts common, those that must differ stated by clause."""
    groups = [group for group in RELATED if group[0].startswith(policy)]
    picked = chance.choice(groups) if chance.random() < 0.7 else tuple(chance.sample(FAMILIES[policy], 2))
    clauses = list(picked)
    chance.shuffle(clauses)
    stated = {clause: good(clause) for clause in clauses}
    for clause, facts in stated.items():
        values = near(clause)
        for name in chance.sample(sorted(values), min(len(values), chance.randrange(3))):
            if name != "other_local_policy_award_yuan":
                facts[name] = chance.choice(values[name])
        stated[clause] = whole(facts)
    common, by_clause = {}, {clause: {} for clause in clauses}
    for name in {name for facts in stated.values() for name in facts}:
        options = [facts[name] for facts in stated.values() if name in facts]
        if all(value == options[0] for value in options):
            common[name] = options[0]
        else:
            for clause, facts in stated.items():
                if name in facts:
                    by_clause[clause][name] = facts[name]
    if "other_local_policy_award_yuan" in common:
        common["other_local_policy_award_yuan"] = chance.choice(["0", "0", "300000", "700000"])
    case = {"clauses": clauses, "facts": common, **surroundings(chance, clauses[0])}
    own = {clause: facts for clause, facts in by_clause.items() if facts}
    return {**case, "facts_by_clause": own} if own else case


@pytest.mark.parametrize("clause", [name for name, one in oracle.RULES.items() if one.kind == "ceiling"])
def test_approved_sums_are_held_to_the_ceiling_and_split_by_the_instalments(clause):
    chance = random.Random(clause)
    for _ in range(30):
        case = {"clause": clause, "facts": good(clause), "support_year": 2025}
        case["history"] = [row(chance, clause) for _ in range(chance.randrange(2))]
        ceiling = oracle.judge(case).amount
        for step in (Decimal("-0.01"), Decimal(0), Decimal("0.01")):
            approved = max(Decimal(0), ceiling + step)
            verdict = rules.judge({**case, "facts": {**case["facts"], "approved_amount_yuan": str(approved)}})
            if approved > ceiling:
                assert (verdict.eligible, verdict.amount_fen) == (None, None), case
                assert verdict.blocked_by == "approved_above_ceiling"
                continue
            assert verdict.amount_fen == ceiling * 100
            parts = [(part.share_pct, part.fen) for part in verdict.schedule]
            split = oracle.instalments(clause, ceiling, approved) if ceiling else []
            assert parts == [(share, None if fen is None else int(fen * 100)) for share, fen in split]


@pytest.mark.parametrize("award", ["0.01", "0.03", "1", "999999.99", "1000000"])
@pytest.mark.parametrize("district", ["city_district", "provincial_direct_county", "other_county", "development_zone"])
def test_payers_of_baoding_agree_with_the_second_reading(award, district):
    facts = {"award_yuan": award, "district_type": district}
    verdict = rules.judge({"clause": "baoding-costshare", "facts": facts, "on": "2025-06-30"})

    expected = oracle.payers(Decimal(award), district)
    shares = [(share.payer, share.share_pct, share.fen) for share in verdict.shares]
    assert shares == [(payer, pct, None if fen is None else int(fen * 100)) for payer, pct, fen in expected]
    assert verdict.amount_fen == int(Decimal(award) * 100)


def test_start_and_end_of_xinxing_count_from_the_day_of_issue():
    for issued, on in itertools.product(
        ["2026-01-01", "2025-12-15"],
        ["2026-01-14", "2026-01-15", "2026-01-31", "2026-02-01", "2029-01-14", "2029-01-31", "2029-02-01"],
    ):
        case = {"clause": "xinxing-8", "facts": {**good("xinxing-8"), "policy_issued_on": issued}, "on": on}
        assert disagreement(case) == ""
    assert disagreement({"clause": "xinxing-8", "facts": good("xinxing-8"), "on": "2026-02-01"}) == ""


def test_oracle_knows_every_clause():
    known = {clause.id for pack in rules.load().packs.values() for clause in pack.clauses}

    # 8a has no condition of its own that the text would let one count; the shares have a test of their own.
    assert known - set(CLAUSES) == {"shanxi-8a", "baoding-costshare"}


PAYABLE = [name for name, one in oracle.RULES.items() if one.kind in ("exact", "ceiling")]


@pytest.mark.parametrize("clause", PAYABLE)
def test_order_of_earlier_awards_changes_nothing(clause):
    chance = random.Random(clause)
    for _ in range(10):
        rows = [row(chance, clause) for _ in range(3)]
        case = {"clause": clause, "facts": good(clause), "support_year": 2025}

        sums = {rules.judge({**case, "history": list(order)}).amount_fen for order in itertools.permutations(rows)}

        assert len(sums) == 1, rows


# Figures that raise a sum; the months already used lower it, and a tier reached before takes the right away.
RAISING = {name for one in oracle.RULES.values() for name in one.needs} - {"interest_subsidy_months_used"} | {
    "scale_pflops_fp16",
    "green_power_consumed_kwh",
    "rack_and_compute_equipment_cost_yuan",
    "racks",
    "main_business_revenue_yuan",
    "data_product_revenue_yuan",
    "out_of_province_compute_contracts_yuan",
    "prior_year_revenue_yuan",
}


@pytest.mark.parametrize("clause", [name for name in PAYABLE if RAISING & near(name).keys()])
def test_more_is_never_worth_less_and_a_row_of_history_never_worth_more(clause):
    chance = random.Random(clause)
    for name in sorted(RAISING & near(clause).keys()):
        facts = whole({**good(clause), "prior_peak_main_business_revenue_yuan": "0"})
        values = sorted((plain(value) for value in near(clause)[name]), key=Decimal)
        history = [row(chance, clause) for _ in range(chance.randrange(3))]
        case = {"clause": clause, "support_year": 2025}

        free = [rules.judge({**case, "facts": {**facts, name: value}}).amount_fen for value in values]
        cut = [rules.judge({**case, "facts": {**facts, name: value}, "history": history}) for value in values]

        assert free == sorted(free), name
        assert [verdict.amount_fen for verdict in cut] == sorted(verdict.amount_fen for verdict in cut), history
        assert all(verdict.amount_fen <= fen for verdict, fen in zip(cut, free, strict=True)), history
