"""The arithmetic of a short pool: worked tables by hand, and what must hold for any claims and any room."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import settling
from applications.settling import METHODS, PRO_RATA, QUEUE, REMAINDER, Claim, allocate

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def claims_of(*sums: int) -> list[Claim]:
    """Return claims of these sums in fen, complete one hour after the other."""
    return [Claim(f"N-{n:03d}", START + timedelta(hours=n), fen) for n, fen in enumerate(sums)]


def given_to(method: str, sums: tuple[int, ...], room: int) -> list[int]:
    return list(allocate(method, claims_of(*sums), room).values())


@pytest.mark.parametrize(
    ("method", "sums", "room", "expected"),
    [
        (QUEUE, (300, 300, 100), 1_000, [300, 300, 100]),
        (QUEUE, (300, 300, 100), 700, [300, 300, 100]),
        (QUEUE, (300, 300, 100), 699, [300, 300, 0]),
        (QUEUE, (300, 300, 100), 450, [300, 0, 0]),  # the third would fit, and does not overtake the second
        (QUEUE, (300,), 299, [0]),
        (QUEUE, (300, 1), 0, [0, 0]),
        (REMAINDER, (300, 300, 100), 450, [300, 150, 0]),
        (REMAINDER, (300, 300, 100), 600, [300, 300, 0]),
        (REMAINDER, (300, 300, 100), 1, [1, 0, 0]),
        (REMAINDER, (300, 300, 100), 0, [0, 0, 0]),
        (PRO_RATA, (300, 300, 100), 700, [300, 300, 100]),
        (PRO_RATA, (300, 300, 100), 701, [300, 300, 100]),
        (PRO_RATA, (300, 300, 100), 350, [150, 150, 50]),
        (PRO_RATA, (100, 100, 100), 100, [34, 33, 33]),  # equal remainders: the lower number first
        (PRO_RATA, (100, 100, 100), 200, [67, 67, 66]),
        (PRO_RATA, (5, 3, 2), 7, [4, 2, 1]),  # 3.5, 2.1, 1.4: the half fen goes up
        (PRO_RATA, (1, 1_000_000), 500_000, [0, 500_000]),  # 0.4999995 and 499999.5000005
        (PRO_RATA, (7, 7), 0, [0, 0]),
        # 234216867.02, 156144578.79, 9638554.19: one fen over, to the second
        (PRO_RATA, (300_0000_00, 200_0000_01, 123_456_79), 400_0000_00, [2_342_168_67, 1_561_445_79, 96_385_54]),
    ],
)
def test_shares_of_a_short_pool_by_hand(method, sums, room, expected):
    assert sum(expected) <= room
    assert given_to(method, sums, room) == expected


@pytest.mark.parametrize("method", METHODS)
def test_nobody_asks_and_nobody_gets(method):
    assert allocate(method, [], 100) == {}


def test_of_two_at_one_moment_the_lower_number_comes_first():
    rows = [Claim("N-002", START, 100), Claim("N-001", START, 100)]

    assert allocate(QUEUE, rows, 100) == {"N-001": 100, "N-002": 0}
    assert allocate(REMAINDER, rows, 150) == {"N-001": 100, "N-002": 50}
    assert allocate(PRO_RATA, rows, 101) == {"N-001": 51, "N-002": 50}


amounts = st.one_of(st.integers(1, 12), st.integers(1, 10**12))
claim_lists = st.lists(st.tuples(amounts, st.integers(0, 5)), min_size=1, max_size=12).map(
    lambda rows: [Claim(f"N-{n:03d}", START + timedelta(hours=hour), fen) for n, (fen, hour) in enumerate(rows)]
)
rooms = st.one_of(st.integers(0, 40), st.integers(0, 10**13))
methods = st.sampled_from(METHODS)


@given(methods, claim_lists, rooms)
def test_sums_are_whole_within_the_room_and_never_above_a_claim(method, rows, room):
    given_sums = allocate(method, rows, room)

    assert given_sums.keys() == {row.number for row in rows}
    assert all(type(fen) is int for fen in given_sums.values())
    assert all(0 <= given_sums[row.number] <= row.amount_fen for row in rows)
    assert sum(given_sums.values()) <= room


@given(methods, claim_lists, rooms)
def test_where_the_room_suffices_everyone_gets_all(method, rows, room):
    enough = sum(row.amount_fen for row in rows) + room

    assert allocate(method, rows, enough) == {row.number: row.amount_fen for row in rows}


@given(st.sampled_from([PRO_RATA, REMAINDER]), claim_lists, rooms)
def test_what_does_not_suffice_is_given_out_to_the_fen(method, rows, room):
    total = sum(row.amount_fen for row in rows)

    assert sum(allocate(method, rows, room).values()) == min(room, total)


@given(methods, claim_lists, rooms, st.randoms())
def test_the_order_in_which_claims_are_named_changes_nothing(method, rows, room, random):
    shuffled = list(rows)
    random.shuffle(shuffled)

    assert allocate(method, shuffled, room) == allocate(method, rows, room)


@given(st.sampled_from([QUEUE, REMAINDER]), claim_lists, rooms, rooms)
def test_more_room_never_gives_anybody_less_in_the_order_of_filing(method, rows, room, more):
    before, after = allocate(method, rows, room), allocate(method, rows, room + more)

    assert all(after[number] >= before[number] for number in before)


@given(claim_lists, rooms, rooms)
def test_more_room_by_share_takes_at_most_one_fen_from_anybody(rows, room, more):
    before, after = allocate(PRO_RATA, rows, room), allocate(PRO_RATA, rows, room + more)

    assert all(after[number] >= before[number] - 1 for number in before)


@given(claim_lists, rooms)
def test_a_larger_claim_never_gets_less_and_equal_ones_differ_by_one_fen(rows, room):
    given_sums = allocate(PRO_RATA, rows, room)

    for one, other in itertools.combinations(rows, 2):
        low, high = sorted([one, other], key=lambda row: row.amount_fen)
        if low.amount_fen == high.amount_fen:
            assert abs(given_sums[low.number] - given_sums[high.number]) <= 1
        else:
            assert given_sums[low.number] <= given_sums[high.number]


@given(claim_lists, rooms)
def test_a_share_is_the_exact_one_cut_down_or_one_fen_more(rows, room):
    total = sum(row.amount_fen for row in rows)
    room = min(room, total)
    given_sums = allocate(PRO_RATA, rows, room)

    for row in rows:
        assert 0 <= given_sums[row.number] * total - (row.amount_fen * room // total) * total <= total


@given(claim_lists, rooms)
def test_in_a_queue_nobody_behind_the_first_that_waits_gets_anything(rows, room):
    given_sums = allocate(QUEUE, rows, room)
    in_order = [given_sums[row.number] for row in sorted(rows, key=lambda row: row.place)]

    waiting = list(itertools.dropwhile(bool, in_order))
    assert not any(waiting)


# ---- what is frozen and hashed


def frozen(method=PRO_RATA, room=350, rows=None):
    rows = claims_of(300, 300, 100) if rows is None else rows
    return settling.inputs_of(method, rows, pool="测试池（2026年）", round_name="一批", limit_fen=900, room_fen=room)


def test_inputs_say_everything_in_one_form():
    assert frozen() == {
        "method": "pro_rata",
        "pool": "测试池（2026年）",
        "round": "一批",
        "limit_fen": 900,
        "room_fen": 350,
        "cases": [
            {"number": "N-000", "complete_at": "2026-03-02T09:00:00+00:00", "amount_fen": 300},
            {"number": "N-001", "complete_at": "2026-03-02T10:00:00+00:00", "amount_fen": 300},
            {"number": "N-002", "complete_at": "2026-03-02T11:00:00+00:00", "amount_fen": 100},
        ],
    }
    assert settling.result_of(frozen()) == {
        "sums": {"N-000": 150, "N-001": 150, "N-002": 50},
        "total_fen": 350,
        "left_fen": 0,
    }


def test_the_same_inputs_give_the_same_hash_however_they_are_named():
    shanghai = ZoneInfo("Asia/Shanghai")
    elsewhere = [
        Claim(row.number, row.complete_at.astimezone(shanghai), row.amount_fen)
        for row in reversed(claims_of(300, 300, 100))
    ]
    first, second = frozen(), frozen(rows=elsewhere)

    assert settling.digest(first) == settling.digest(second)
    assert settling.digest(settling.result_of(first)) == settling.digest(settling.result_of(second))
    # printf '{"a":"元","b":1}' | sha256sum
    assert settling.digest({"b": 1, "a": "元"}) == "ff61a24b3f3a6cc7af62ccec33af0966670d6606e3837f2feaba4e2fd2245e29"


@given(methods, claim_lists, rooms)
def test_a_stored_settlement_computes_to_itself(method, rows, room):
    inputs = frozen(method, room, rows)
    result = settling.result_of(inputs)

    assert settling.differs(inputs, settling.digest(inputs), result, settling.digest(result)) == ""


def test_whatever_is_changed_in_a_stored_settlement_is_found():
    inputs = frozen()
    result = settling.result_of(inputs)
    hashes = settling.digest(inputs), settling.digest(result)
    richer = {**inputs, "room_fen": 351}
    moved = {**result, "sums": {**result["sums"], "N-000": 151, "N-001": 149}}

    assert settling.differs(richer, hashes[0], result, hashes[1]) == "输入与其摘要不符。"
    assert settling.differs(inputs, hashes[0], moved, hashes[1]) == "结果与其摘要不符。"
    said = settling.differs(inputs, hashes[0], moved, settling.digest(moved))
    assert said == "按输入重新计算的结果与所存结果不一致。"
