"""Drawing a sample: the same frame and seed give the same sample, in any order, on any machine."""

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import sampling
from applications.sampling import Unit


def unit(number, *, clause="a", fen=10_00, score=0):
    return Unit(f"SL-{number:04d}", clause, f"条款{clause}", fen, fen, score)


UNITS = [unit(n, clause="ab"[n % 3 == 0], fen=(n % 2 + 1) * 100_0000_00, score=n % 5) for n in range(30)]


def test_the_sample_of_a_known_frame_is_known():
    """The keys were found with `sha256sum` alone, from the sentence on the page: the smallest SHA-256(seed:key)."""
    drawn = sampling.draw(UNITS, method="sample", size=5, strata=(), seed="20261126")

    numbers = sorted((hashlib.sha256(f"20261126:{u.key}".encode()).hexdigest(), u.key) for u in UNITS)
    assert [u.key for u, _ in drawn.taken] == sorted(key for _, key in numbers[:5])
    assert [u.key for u, _ in drawn.taken] == ["SL-0002", "SL-0011", "SL-0016", "SL-0019", "SL-0029"]


def test_order_of_the_rows_changes_nothing():
    shuffled = list(UNITS)
    random.Random(7).shuffle(shuffled)
    said = {"method": "sample", "size": 8, "strata": ("clause", "size"), "seed": "x"}

    assert sampling.draw(shuffled, **said) == sampling.draw(UNITS, **said)
    assert sampling.digest(sampling.frame_of(shuffled)) == sampling.digest(sampling.frame_of(UNITS))


def test_another_seed_gives_another_sample():
    drawn = {
        tuple(u.key for u, _ in sampling.draw(UNITS, method="sample", size=5, strata=(), seed=str(seed)).taken)
        for seed in range(20)
    }

    assert len(drawn) > 15


def test_a_frame_is_kept_as_plain_data_and_read_back():
    frame = sampling.frame_of(UNITS)

    assert sampling.units_of(frame) == UNITS
    assert sampling.canonical(frame[:1]) == (
        '[{"amount_fen":100000000,"clause":"b","clause_words":"条款b","key":"SL-0000","paid_fen":100000000,"score":0}]'
    )
    changed = [{**frame[0], "amount_fen": 100000001}, *frame[1:]]
    assert sampling.digest(changed) != sampling.digest(frame)


def test_everything_is_everything():
    drawn = sampling.draw(UNITS, method="all", size=None, strata=("clause",), seed="")

    assert [u.key for u, _ in drawn.taken] == [u.key for u in UNITS]
    assert drawn.shares == (sampling.Share("全部", 30, 30),)


def test_risk_takes_the_highest_scores():
    drawn = sampling.draw(UNITS, method="risk", size=8, strata=("clause",), seed="s")

    assert sorted((u.score for u, _ in drawn.taken), reverse=True) == [4] * 6 + [3] * 2


def test_without_scores_risk_can_still_be_drawn_again():
    flat = [unit(n) for n in range(10)]

    by_risk = sampling.draw(flat, method="risk", size=3, strata=(), seed="s")
    by_chance = sampling.draw(flat, method="sample", size=3, strata=(), seed="s")
    assert by_risk.taken == by_chance.taken


@pytest.mark.parametrize(
    ("counts", "size", "shares"),
    [
        ({"a": 50, "b": 30, "c": 20}, 10, {"a": 5, "b": 3, "c": 2}),
        ({"a": 1, "b": 1, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),
        ({"a": 10, "b": 3}, 4, {"a": 3, "b": 1}),
        ({"b": 3, "a": 3, "c": 4}, 5, {"a": 2, "b": 1, "c": 2}),
        ({"a": 2, "b": 1}, 9, {"a": 2, "b": 1}),
        ({}, 3, {}),
    ],
)
def test_shares_follow_the_largest_remainder(counts, size, shares):
    assert sampling.allocate(counts, size) == shares


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(1, 500), min_size=1), st.data())
def test_shares_add_up_and_stay_within_one_of_their_part(counts, data):
    whole = sum(counts.values())
    size = data.draw(st.integers(1, whole))

    shares = sampling.allocate(counts, size)

    assert sum(shares.values()) == size
    for name, count in counts.items():
        assert 0 <= shares[name] <= count
        assert abs(shares[name] * whole - size * count) < whole


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (1, "不满100万元"),
        (99_9999_99, "不满100万元"),
        (100_0000_00, "100万元以上不满500万元"),
        (500_0000_00, "500万元以上"),
    ],
)
def test_bands_include_their_lower_ends(fen, words):
    assert sampling.stratum_of(unit(1, fen=fen), ("size",)) == words


def test_strata_have_one_order_of_words():
    assert sampling.stratum_of(unit(1), ("size", "clause")) == sampling.stratum_of(unit(1), ("clause", "size"))
    assert sampling.stratum_of(unit(1), ()) == "全部"
