import itertools
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

import rules
from tests.rules.cases import paid, with_facts

FEN = st.integers(min_value=0, max_value=2 * 10**11)
SCALES = st.decimals(min_value=0, max_value=8000, places=4)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["xinxing-3", "xinxing-4a", "xinxing-4b", "xinxing-9c", "xinxing-9d"]),
        st.integers(min_value=0, max_value=300_000_00),
        st.sampled_from([2024, 2025, 2026]),
        st.booleans(),
    ),
    max_size=4,
)


def amount(case):
    verdict = rules.judge(case)
    return 0 if verdict.amount_fen is None else verdict.amount_fen


def history(rows):
    return [
        paid(clause, f"{fen // 100}.{fen % 100:02d}", year=year, same_item=same) for clause, fen, year, same in rows
    ]


def yuan(fen):
    return f"{fen // 100}.{fen % 100:02d}"


@given(SCALES, SCALES, ROWS)
def test_larger_centre_is_never_worth_less(one, other, rows):
    small, large = sorted([one, other])
    sums = [
        amount({**with_facts("xinxing-3", scale_pflops_fp16=str(scale)), "history": history(rows)})
        for scale in (small, large)
    ]

    assert sums == sorted(sums)


@given(SCALES, ROWS)
def test_ladder_never_pays_more_than_its_top_in_all(scale, rows):
    earlier = sum(fen for clause, fen, _, same in rows if clause == "xinxing-3" and same)
    got = amount({**with_facts("xinxing-3", scale_pflops_fp16=str(scale)), "history": history(rows)})

    assert got == 0 or got + earlier <= 500_000_000


@given(FEN, ROWS)
def test_capped_rate_is_exact_and_never_above_the_cap_of_the_year(fees, rows):
    case = with_facts("xinxing-4a", annual_compute_sales_contract_fees_yuan=yuan(fees))
    earlier = sum(fen for clause, fen, year, _ in rows if clause == "xinxing-4a" and year == 2026)

    got = amount({**case, "history": history(rows)})

    exact = int((Decimal(fees) * 2 / 100).quantize(Decimal(1), rounding="ROUND_HALF_UP"))
    assert got == max(0, min(exact, 100_000_000, 100_000_000 - earlier))


@given(FEN, ROWS)
def test_order_of_history_changes_nothing(fees, rows):
    case = with_facts("xinxing-4a", annual_compute_sales_contract_fees_yuan=yuan(fees))

    sums = {amount({**case, "history": history(order)}) for order in itertools.permutations(rows)}

    assert len(sums) == 1


@given(FEN, FEN, FEN)
def test_pool_is_never_exceeded_and_never_cuts_more_than_it_must(fees, limit, used):
    used = min(used, limit)
    case = with_facts("xinxing-4a", annual_compute_sales_contract_fees_yuan=yuan(fees))

    free = amount(case)
    got = amount({**case, "pool": {"limit_yuan": yuan(limit), "used_yuan": yuan(used)}})

    assert got == min(free, limit - used)


@given(st.integers(min_value=1, max_value=4), st.integers(min_value=1, max_value=4), ROWS)
def test_two_prizes_of_one_project_are_worth_the_higher_one(national, provincial, rows):
    def claim(*clauses):
        by_clause = {
            "xinxing-9c": {"contest_level": "national", "prize_rank": national},
            "xinxing-9d": {"contest_level": "provincial", "prize_rank": provincial},
        }
        return {
            "clauses": list(clauses),
            "facts": {"registered_in_jurisdiction": True},
            "facts_by_clause": {clause: by_clause[clause] for clause in clauses},
            "history": history(rows),
        }

    together = amount(claim("xinxing-9c", "xinxing-9d"))

    assert together == max(amount(claim("xinxing-9c")), amount(claim("xinxing-9d")))


@given(st.integers(min_value=1, max_value=9), st.integers(min_value=0, max_value=9))
def test_each_model_is_paid_once(filed, already):
    case = with_facts("xinxing-7a", filed_models=filed)
    rows = [paid("xinxing-7a", "500000.00") for _ in range(already)]

    assert amount({**case, "history": rows}) == max(0, filed - already) * 50_000_000
