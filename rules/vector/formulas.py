"""The calculations over columns: same sums and rounding as `rules.formulas`, the range of int64 checked first."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from rules import formulas
from rules.conditions import Comparison
from rules.facts import Fact
from rules.vector.columns import Array, Columns
from rules.vector.conditions import OPEN, Frame, Line, Slots, Stated, in_column

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sums:
    """Fen of each row; where the base was zero, and where a right is used up (None: nowhere)."""

    fen: Array
    zero: Array | None = None
    used_up: Array | None = None


class Vector:
    """A calculation of one clause over columns."""

    def __init__(self, formula: formulas.Formula, slots: Slots):
        self.needs: list[Line | Stated] = [Stated(fact, slots) for fact in formula.facts]

    def check(self, frame: Frame) -> Array:
        """Return the code of each row: 255 where the sum can be computed."""
        codes = [need.run(frame) for need in self.needs]
        return np.minimum.reduce(codes) if codes else frame.full(OPEN)

    def largest(self, columns: Columns) -> int:
        """Return the largest number that computing may meet."""
        raise NotImplementedError

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return the sums; only meaningful where `check` says 255."""
        raise NotImplementedError


def rounded(base: Array, ratio: Fraction, *, ceiling: bool) -> Array:
    """
    Return base × ratio in whole fen: half-up for an exact award, cut down for a ceiling.

    Half-up is floor(x + 1/2), and floor((base × n + d // 2) / d) is the same for odd d, where no half occurs.
    """
    product = base * ratio.numerator if ratio.numerator != 1 else base
    if not ceiling:
        product = product + ratio.denominator // 2
    return product // ratio.denominator if ratio.denominator != 1 else product


def _zero(base: Array) -> Array | None:
    zero = base == 0
    return zero if zero.any() else None


def _highest(columns: Columns, facts: Iterable[Fact]) -> int:
    return sum(max(0, columns.largest.get(fact.name, 0)) for fact in facts)


class Fixed(Vector):
    """定额."""

    def __init__(self, formula: formulas.Fixed, slots: Slots):
        super().__init__(formula, slots)
        self.fen = formula.fen

    def largest(self, columns: Columns) -> int:
        """Return the sum."""
        return self.fen

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return the fixed sum."""
        return Sums(np.full(frame.rows, self.fen, np.int64))


class Rate(Vector):
    """比例."""

    def __init__(self, formula: formulas.Rate, slots: Slots):
        self.formula = formula
        self.by, self.choices = formula.by, formula.choices
        if self.by is None:
            super().__init__(formula, slots)
            return
        highest = max(self.choices)
        self.limit = Line(Comparison(self.by, "≤", highest, str(highest), ""), slots)
        self.bases = {number: Stated(fact, slots) for number, fact in self.choices.items()}
        self.needs = [self.limit]

    def check(self, frame: Frame) -> Array:
        """Return the code; of the bases only the chosen one is needed."""
        code = super().check(frame)
        if self.by is None:
            return code
        number = frame.values(self.by)
        for wanted, need in self.bases.items():
            code = np.where((code == OPEN) & (number == wanted), need.run(frame), code)
        return code

    def largest(self, columns: Columns) -> int:
        """Return the largest product with the half that rounds."""
        ratio = self.formula.ratio
        return _highest(columns, self.formula.facts) * ratio.numerator + ratio.denominator

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return rate × (base − deducted), rounded once."""
        if self.by is None:
            base = frame.values(self.formula.facts[0])
            for fact in self.formula.facts[1:]:
                base = base + frame.values(fact)
        else:
            number = frame.values(self.by)
            base = np.zeros(frame.rows, np.int64)
            for wanted, fact in self.choices.items():
                base = np.where(number == wanted, frame.values(fact), base)
        if deducted is not None:
            base = np.maximum(base - deducted, 0)
        return Sums(rounded(base, self.formula.ratio, ceiling=self.formula.cut_down), _zero(base))


class Tiers(Vector):
    """分档."""

    def __init__(self, formula: formulas.Tiers, slots: Slots):
        self.formula = formula
        self.needs = [Line(formula.tiers[0][0], slots)]
        self.amounts = np.array([0, *(fen for _, fen in formula.tiers)], np.int64)

    def largest(self, columns: Columns) -> int:
        """Return the highest tier."""
        return self.formula.tiers[-1][1]

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return the sum of the tier reached."""
        return Sums(self._reached([frame.compare(line) for line, _ in self.formula.tiers]))

    def _reached(self, tiers: list[Array]) -> Array:
        """Return the sum of the highest tier: tiers rise, so the number of those reached is its place in the list."""
        place = np.add.reduce([tier.view(np.uint8) for tier in tiers], dtype=np.uint8)
        fen: Array = np.asarray(np.take(self.amounts, place, mode="clip"))
        return fen

    def sum_at(self, fact: Fact, frame: Frame) -> Array:
        """Return the sum of the highest tier that another fact of the same kind reaches."""
        lines = (Comparison(fact, line.operator, line.threshold, line.written, "") for line, _ in self.formula.tiers)
        return self._reached([frame.compare(line) for line in lines])


class PerUnit(Vector):
    """单价."""

    def __init__(self, formula: formulas.PerUnit, slots: Slots):
        super().__init__(formula, slots)
        self.base, self.price = formula.base, formula.price

    def largest(self, columns: Columns) -> int:
        """Return price × the largest count."""
        return self.price * _highest(columns, [self.base])

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return price × count."""
        count = frame.values(self.base)
        return Sums(count * self.price, _zero(count))


class Table(Vector):
    """查表."""

    def __init__(self, formula: formulas.Table, slots: Slots):
        self.formula = formula
        self.needs = [Line(line, slots) for line in formula.lines]
        # Values that stand in the table, but not together, fail by the last one.
        self.together = slots.take(formula.facts[-1])

    def check(self, frame: Frame) -> Array:
        """Return the code; a combination that is not in the table fails."""
        code = super().check(frame)
        listed = np.logical_or.reduce([self._row(frame, key) for key in self.formula.table])
        return np.where((code == OPEN) & ~listed, np.uint8(self.together.no), code)

    def _row(self, frame: Frame, key: tuple[Any, ...]) -> Array:
        pairs = zip(self.formula.facts, key, strict=True)
        return np.logical_and.reduce([frame.values(fact) == in_column(fact, value) for fact, value in pairs])

    def largest(self, columns: Columns) -> int:
        """Return the highest sum."""
        return max(self.formula.table.values())

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return the sum of the row."""
        fen = np.zeros(frame.rows, np.int64)
        for key, amount in self.formula.table.items():
            fen = np.where(self._row(frame, key), amount, fen)
        return Sums(fen)


class Assessed(Vector):
    """核定."""

    def __init__(self, formula: formulas.Assessed, slots: Slots):
        super().__init__(formula, slots)
        self.facts, self.fen = formula.facts, formula.fen

    def largest(self, columns: Columns) -> int:
        """Return the cap."""
        return self.fen

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return the cap."""
        zero = _zero(frame.values(self.facts[0])) if self.facts else None
        return Sums(np.full(frame.rows, self.fen, np.int64), zero)


class Interest(Vector):
    """贴息."""

    def __init__(self, formula: formulas.Interest, slots: Slots):
        super().__init__(formula, slots)
        self.formula = formula
        self.ratio = Fraction(formula.rate) / 100
        if not formula.of_interest:
            self.ratio /= 12

    def largest(self, columns: Columns) -> int:
        """Return the largest product of principal, months and rate."""
        principal, _, _, paid = self.formula.facts
        base = _highest(columns, [paid] if self.formula.of_interest else [principal])
        months = 1 if self.formula.of_interest else self.formula.at_most
        return base * months * self.ratio.numerator + self.ratio.denominator

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return the subsidy, never above the interest paid; nothing when no month is left."""
        principal, claimed, used, paid = (frame.values(fact) for fact in self.formula.facts)
        months = np.maximum(np.minimum(claimed, self.formula.at_most - used), 0)
        base = paid if self.formula.of_interest else principal * months
        fen = np.minimum(rounded(base, self.ratio, ceiling=self.formula.ceiling), paid)
        zero = (principal == 0) | (claimed == 0) | (paid == 0)
        return Sums(np.where(months > 0, fen, 0), zero, used >= self.formula.at_most)


class Redemption(Vector):
    """兑付."""

    def __init__(self, formula: formulas.Redemption, slots: Slots):
        super().__init__(formula, slots)
        self.facts = formula.facts

    def largest(self, columns: Columns) -> int:
        """Return the larger of both."""
        return _highest(columns, self.facts)

    def compute(self, frame: Frame, deducted: Array | None) -> Sums:
        """Return the lower of fee and balance."""
        fee, balance = (frame.values(fact) for fact in self.facts)
        return Sums(np.minimum(fee, balance), fee == 0, balance == 0)


_READINGS: dict[type, Any] = {
    formulas.Fixed: Fixed,
    formulas.Rate: Rate,
    formulas.Tiers: Tiers,
    formulas.PerUnit: PerUnit,
    formulas.Table: Table,
    formulas.Assessed: Assessed,
    formulas.Interest: Interest,
    formulas.Redemption: Redemption,
}


def build(formula: formulas.Formula, slots: Slots) -> Vector:
    """Return the vector reading of a calculation."""
    return _READINGS[type(formula)](formula, slots)
