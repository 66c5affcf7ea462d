"""
Drawing a sample that anybody can draw again: pure functions over a frozen frame.

Nothing here depends on the order of rows, on a machine or on a random generator. Every unit gets the number
SHA-256("seed:key"), and in each stratum the units with the smallest numbers are taken; how many is the proportional
share of the stratum, with what is left over going to the largest remainders.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

ALL, RISK, SAMPLE = "all", "risk", "sample"  # the values of models.Campaign.Method
CLAUSE, SIZE = "clause", "size"
STRATA = {CLAUSE: "条款", SIZE: "奖补金额"}

# Lower ends of the bands of awards in whole fen, each included, with the words of the band.
BANDS = (
    (0, "不满100万元"),
    (100_0000_00, "100万元以上不满500万元"),
    (500_0000_00, "500万元以上"),
)
WHOLE = "全部"


@dataclass(frozen=True)
class Unit:
    """One award of a frame: the number of its case, its clause (code and words), its sums in whole fen, its score."""

    key: str
    clause: str
    clause_words: str
    amount_fen: int
    paid_fen: int
    score: int


@dataclass(frozen=True)
class Share:
    """One stratum: how many units it has, and how many of them are taken."""

    stratum: str
    count: int
    taken: int


@dataclass(frozen=True)
class Draw:
    """What a draw gives: the units taken with their strata, in the frame's order, and the share of each stratum."""

    taken: tuple[tuple[Unit, str], ...]
    shares: tuple[Share, ...]


def frame_of(units: Iterable[Unit]) -> list[dict[str, Any]]:
    """Return a frame as plain data in its one order: by the number of the case."""
    return [asdict(unit) for unit in sorted(units, key=lambda unit: unit.key)]


def units_of(frame: Iterable[Mapping[str, Any]]) -> list[Unit]:
    """Return the units of a frame that was kept as plain data."""
    return [Unit(**row) for row in frame]


def canonical(frame: Sequence[Mapping[str, Any]]) -> str:
    """Return a frame as JSON in one form: names in order, no blanks, Chinese as it is written."""
    return json.dumps(list(frame), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(frame: Sequence[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of a frame's canonical JSON in UTF-8."""
    return hashlib.sha256(canonical(frame).encode()).hexdigest()


def number_of(seed: str, key: str) -> str:
    """Return the number by which a unit is drawn: 64 hexadecimal digits, smaller ones are taken first."""
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()


def band_of(amount_fen: int) -> str:
    """Return the words of the band in which an award lies."""
    return [words for lower, words in BANDS if amount_fen >= lower][-1]


def stratum_of(unit: Unit, strata: Iterable[str]) -> str:
    """Return the stratum of a unit in words."""
    words = {CLAUSE: unit.clause_words, SIZE: band_of(unit.amount_fen)}
    return " · ".join(words[name] for name in STRATA if name in strata) or WHOLE


def allocate(counts: Mapping[str, int], size: int) -> dict[str, int]:
    """
    Share a size among strata in proportion to their counts, by largest remainder.

    Of equal remainders the larger stratum goes first, then the one whose name comes first. No stratum gets more than
    it has; a size above the whole takes everything.
    """
    whole = sum(counts.values())
    if size >= whole:
        return dict(counts)
    shares = {name: size * count // whole for name, count in counts.items()}
    left = size - sum(shares.values())
    order = sorted(counts, key=lambda name: (-(size * counts[name] % whole), -counts[name], name))
    for name in order[:left]:
        shares[name] += 1
    return shares


def draw(units: Iterable[Unit], *, method: str, size: int | None, strata: Iterable[str], seed: str) -> Draw:
    """
    Return what is taken of a frame: everything, the highest scores, or a stratified sample.

    Of equal scores the smaller number goes first, so that this too can be done again.
    """
    assert method in (ALL, RISK, SAMPLE)
    assert size is None or size > 0
    ordered = sorted(units, key=lambda unit: unit.key)
    names = tuple(strata) if method == SAMPLE else ()
    groups: dict[str, list[Unit]] = defaultdict(list)
    for unit in ordered:
        groups[stratum_of(unit, names)].append(unit)
    counts = {name: len(group) for name, group in sorted(groups.items())}
    shares = dict(counts) if method == ALL or size is None else allocate(counts, size)
    chosen: set[str] = set()
    for name, group in groups.items():
        group.sort(key=lambda unit: (-unit.score if method == RISK else 0, number_of(seed, unit.key)))
        chosen |= {unit.key for unit in group[: shares[name]]}
    return Draw(
        tuple((unit, stratum_of(unit, names)) for unit in ordered if unit.key in chosen),
        tuple(Share(name, counts[name], shares[name]) for name in counts),
    )
