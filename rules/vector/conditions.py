"""
Conditions over columns. The answer of a node is a code a row: 255 where it holds, else the code of what decides.

Codes are numbered so that the smallest one is the verdict: facts that fail come before facts that are missing, and
within both the order is that of the clause. So 全部 is a minimum, and the whole clause is one too.
"""

from decimal import Decimal
from typing import Any

import numpy as np

from rules import conditions
from rules.facts import Fact
from rules.vector.columns import Array, Columns, scale

OPEN = 255


class Frame:
    """A run of rows of the columns, with what has already been compared on it."""

    def __init__(self, columns: Columns, start: int, stop: int):
        self.columns, self.start, self.stop = columns, start, stop
        self.rows = stop - start
        self.cut = slice(start, stop)
        self._compared: dict[Any, Array] = {}

    def values(self, fact: Fact) -> Array:
        """Return the values of a fact; zeros where no column states it."""
        column = self.columns.values.get(fact.name)
        return np.zeros(self.rows, np.int64) if column is None else column[self.cut]

    def known(self, fact: Fact) -> Array | bool:
        """Say which rows state a fact: True for all, False for none."""
        if fact.name not in self.columns.values:
            return False
        mask = self.columns.known[fact.name]
        return True if mask is None else mask[self.cut]

    def full(self, code: int) -> Array:
        """Return one code for every row."""
        return np.full(self.rows, code, np.uint8)

    def compare(self, line: conditions.Comparison) -> Array:
        """Return where a comparison holds, once for a frame; only meaningful where the fact is known."""
        key = (line.name, line.operator, line.threshold)
        found = self._compared.get(key)
        if found is None:
            found = self._compared[key] = _holds(line, self.values(line.fact))
        return found


class Slot:
    """The codes of one fact in one place of a clause; numbers are given when all places are known."""

    __slots__ = ("fact", "missing", "no", "place")

    def __init__(self, fact: Fact, place: int):
        self.fact, self.place = fact, place
        self.no = self.missing = OPEN


class Slots:
    """Hands out the places of a clause in the order in which the scalar reading looks at them."""

    def __init__(self) -> None:
        self.taken: list[Slot] = []
        self.place = 0

    def take(self, fact: Fact) -> Slot:
        """Return the next place."""
        slot = Slot(fact, self.place)
        self.taken.append(slot)
        return slot

    def number(self, first: int, last: int) -> int:
        """Give every place its codes, failing before missing; return the first code for missing."""
        count = len(self.taken)
        if first + 2 * count > last:
            raise ValueError("条款的条件过多，无法批量测算")
        for index, slot in enumerate(self.taken):
            slot.no, slot.missing = first + index, first + count + index
        return first + count


def in_column(fact: Fact, value: Any) -> int:
    """Return a value of a table as it stands in a column; −1 where no column can hold it."""
    if fact.kind == "choice":
        return next(place for place, (key, _) in enumerate(fact.choices) if key == value)
    scaled = Decimal(value) * scale(fact)
    return int(scaled) if scaled == int(scaled) else -1


def _integer(fact: Fact, threshold: Any, sign: str) -> int:
    """Return the threshold in the column's scale; a finer one becomes the next whole number that decides the same."""
    scaled = threshold * scale(fact)
    whole = int(scaled // 1)
    return whole if scaled == whole or sign in ("≤", ">") else whole + 1


def _holds(line: conditions.Comparison, values: Array) -> Array:
    fact, sign, threshold = line.fact, line.operator, line.threshold
    if fact.kind == "bool":
        return values if threshold else ~values
    if fact.kind == "choice":
        members = {threshold} if sign in ("=", "≠") else threshold
        places = [place for place, (key, _) in enumerate(fact.choices) if key in members]
        inside = _among(values, places)
        return inside if sign in ("=", "属于") else ~inside
    if sign == "每项≥":
        columns = (values[:, place] >= threshold for place in range(values.shape[1]))
        return np.logical_and.reduce(list(columns))
    if sign in ("=", "≠") and isinstance(threshold, Decimal) and threshold * scale(fact) % 1:
        return np.full(len(values), sign == "≠")
    if sign == "属于":
        # Only tables ask this of a number: one of the ranks or levels that stand in it.
        return np.logical_or.reduce([values == in_column(fact, member) for member in threshold])
    limit = _integer(fact, threshold, sign)
    # The scalar reading compares with any operator of the pack; the same operator stands here.
    compare = {
        "≥": np.greater_equal,
        "≤": np.less_equal,
        ">": np.greater,
        "<": np.less,
        "=": np.equal,
        "≠": np.not_equal,
    }[sign]
    return compare(values, limit)


def _among(values: Array, places: list[int]) -> Array:
    """Return where a choice is one of some places; neighbours are one range."""
    found: Array | None = None
    for first, last in _runs(places):
        inside = values == first if first == last else (values >= first) & (values <= last)
        found = inside if found is None else found | inside
    return np.zeros(len(values), np.bool_) if found is None else found


def _runs(places: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def coded(holds: Array, code: int) -> Array:
    """Return 255 where something holds, else the code."""
    return np.bitwise_or(np.negative(holds.view(np.uint8)), np.uint8(code))


class Line:
    """One comparison."""

    def __init__(self, line: conditions.Comparison, slots: Slots):
        self.line, self.slot = line, slots.take(line.fact)

    def run(self, frame: Frame) -> Array:
        """Return the code of each row."""
        known = frame.known(self.line.fact)
        if known is False:
            return frame.full(self.slot.missing)
        code = coded(frame.compare(self.line), self.slot.no)
        return code if known is True else np.where(known, code, np.uint8(self.slot.missing))

    def passes(self, code: Array, frame: Frame) -> Array:
        """Return how many comparisons were met on the way to the code."""
        return (code == OPEN).astype(np.int16)


class Stated:
    """A fact that must be stated, whatever its value."""

    def __init__(self, fact: Fact, slots: Slots):
        self.fact, self.slot = fact, slots.take(fact)

    def run(self, frame: Frame) -> Array:
        """Return the code of each row."""
        known = frame.known(self.fact)
        if isinstance(known, bool):
            return frame.full(OPEN if known else self.slot.missing)
        return coded(known, self.slot.missing)


class Group:
    """全部 (`any_one` False) or 任一: of alternatives none of which holds, the one that got farthest names the code."""

    def __init__(self, nodes: tuple[conditions.Condition, ...], slots: Slots, *, any_one: bool):
        self.any_one = any_one
        self.nodes = [node(inner, slots) for inner in nodes]
        self.slots = slots

    def run(self, frame: Frame) -> Array:
        """Return the code of each row."""
        codes = [inner.run(frame) for inner in self.nodes]
        if not self.any_one:
            return np.minimum.reduce(codes)
        best = np.maximum.reduce(codes)
        if best.min() == OPEN:
            return best
        return np.where(best == OPEN, best, self._farthest(codes, frame)[0])

    def _farthest(self, codes: list[Array], frame: Frame) -> tuple[Array, Array]:
        """Return the code and the comparisons met of the alternative chosen; open alternatives are preferred."""
        first_missing = self.slots.taken[0].missing
        unknown = [(code >= first_missing) & (code != OPEN) for code in codes]
        some = np.logical_or.reduce(unknown)
        chosen, most = frame.full(OPEN), np.full(frame.rows, -1, np.int16)
        for inner, code, open_here in zip(self.nodes, codes, unknown, strict=True):
            met = inner.passes(code, frame)
            better = (open_here | ~some) & (met > most)
            chosen, most = np.where(better, code, chosen), np.where(better, met, most)
        return chosen, most

    def passes(self, code: Array, frame: Frame) -> Array:
        """Return how many comparisons were met on the way to the code."""
        codes = [inner.run(frame) for inner in self.nodes]
        counts = [inner.passes(own, frame) for inner, own in zip(self.nodes, codes, strict=True)]
        if not self.any_one:
            return np.add.reduce(counts)
        met = np.zeros(frame.rows, np.int16)
        done = np.zeros(frame.rows, np.bool_)
        for own, count in zip(codes, counts, strict=True):
            met = np.where((own == OPEN) & ~done, count, met)
            done |= own == OPEN
        return np.where(done, met, self._farthest(codes, frame)[1])


Node = Line | Group


def node(condition: conditions.Condition, slots: Slots) -> Node:
    """Return the vector reading of a condition."""
    if isinstance(condition, conditions.Comparison):
        return Line(condition, slots)
    return Group(condition.nodes, slots, any_one=isinstance(condition, conditions.AnyOf))
