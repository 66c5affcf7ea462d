"""What cuts the sums of many claims: the order and the meaning are those of `rules.limits`, for single claims."""

from dataclasses import dataclass, field

import numpy as np

from rules import schema
from rules.clause import Compiled
from rules.vector import formulas
from rules.vector.columns import Array
from rules.vector.conditions import OPEN, Frame
from rules.vector.earlier import Found, History

CUTS = ("once_only_used", "no_increment", "cap_used", "pool_exhausted", "zero_base", "higher_not_repeat")
FIRST_CUT = 240
ONCE, NO_INCREMENT, CAP, POOL, ZERO, HIGHER = range(FIRST_CUT, FIRST_CUT + len(CUTS))


@dataclass
class Cutting:
    """The sums of a frame on their way through the limits; `label` names the last cut of each row, 255 is none."""

    fen: Array
    label: Array | None = None
    year_needed: Array | None = None
    rows: int = field(init=False)

    def __post_init__(self) -> None:
        self.rows = len(self.fen)

    def mark(self, where: Array, cut: int) -> None:
        """Name a cut where something holds."""
        if self.label is None:
            self.label = np.full(self.rows, OPEN, np.uint8)
        self.label[where] = cut

    def lower(self, fen: Array, cut: int) -> None:
        """Take the lower sum, and name the cut where it is lower."""
        where = fen < self.fen
        if where.any():
            self.mark(where, cut)
            self.fen = np.minimum(self.fen, fen)

    def free(self) -> Array:
        """Return where no cut has a name yet."""
        return np.ones(self.rows, np.bool_) if self.label is None else self.label == OPEN

    def need_year(self, where: Array | None) -> None:
        """Note where a yearly limit meets earlier awards; only rows whose year is unknown are passed here."""
        if where is not None:
            self.year_needed = where if self.year_needed is None else self.year_needed | where


class Limits:
    """The limits of one clause."""

    def __init__(self, compiled: Compiled, policy: str, vector: formulas.Vector):
        self.compiled, self.policy, self.vector = compiled, policy, vector
        self.model = compiled.model

    def ids(self, numbers: tuple[str, ...]) -> tuple[str, ...]:
        """Return full clause ids of numbers of the same policy."""
        return tuple(f"{self.policy}-{number}" for number in numbers)

    def gross(self, frame: Frame, history: History) -> Cutting:
        """Return the sums after once only, ladder and zero base."""
        deducted = None
        if isinstance(self.model, schema.Rate) and self.model.deducted:
            found = history.total(self.ids(self.model.deducted), "主体累计")
            deducted = None if found is None else found.fen[frame.cut]
        sums = self.vector.compute(frame, deducted)
        state = Cutting(sums.fen)
        if self.model.once:
            self._once(state, frame, history)
        if self.model.ladder:
            self._ladder(state, frame, history)
        for where, cut in ((sums.used_up, CAP), (sums.zero, ZERO)):
            if where is not None and (where := where & state.free()).any():
                state.mark(where, cut)
                state.fen = np.where(where, 0, state.fen)
        return state

    def _found(self, state: Cutting, frame: Frame, history: History, clauses: tuple[str, ...], scope: str | None):
        found = history.total(clauses, scope)
        if found is None:
            return None
        needed = None if found.year_needed is None else found.year_needed[frame.cut]
        state.need_year(needed)
        return Found(found.fen[frame.cut], found.positive[frame.cut], needed)

    def _once(self, state: Cutting, frame: Frame, history: History) -> None:
        own = (self.compiled.id,)
        found = self._found(state, frame, history, own, self.model.once)
        if found is None or not found.positive.any():
            return
        used = found.positive > 0
        if getattr(self.model, "carried", False):
            state.lower(np.maximum(state.fen - found.fen, 0), ONCE)
            return
        if not getattr(self.model, "each_once", False):
            state.fen = np.where(used, 0, state.fen)
            state.mark(used, ONCE)
            return
        price = self.model.price
        covered = history.units(self.compiled.id, self.model.once, price)
        assert covered is not None, "an award was found, so there is a history"
        left = np.maximum(state.fen // price - covered[frame.cut], 0) * price
        state.lower(np.where(used, left, state.fen), ONCE)

    def _ladder(self, state: Cutting, frame: Frame, history: History) -> None:
        found = self._found(state, frame, history, (self.compiled.id,), f"{self.model.ladder}累计")
        deducted = None if found is None else found.fen
        first = self.compiled.first
        if self.model.first and self.model.first.deducts_unpaid and first and isinstance(self.vector, formulas.Tiers):
            reached = self.vector.sum_at(first, frame)
            deducted = reached if deducted is None else np.maximum(deducted, reached)
        if deducted is None or not deducted.any():
            return
        state.fen = np.maximum(state.fen - deducted, 0)
        nothing = (deducted > 0) & (state.fen == 0)
        if nothing.any():
            state.mark(nothing, NO_INCREMENT)

    def relate(self, state: Cutting, frame: Frame, history: History) -> None:
        """Apply what earlier awards of a 就高不重复 group leave."""
        for relation in self.compiled.relations:
            others = tuple(clause for clause in self.ids(relation.clauses) if clause != self.compiled.id)
            nothing = np.zeros(state.rows, np.bool_)
            paid = np.zeros(state.rows, np.int64)
            ways = [(relation.others, others), (relation.own, (self.compiled.id,))]
            if relation.always and relation.always != self.model.number:
                ways.append(("不再", self.ids((relation.always,))))
            for way, clauses in ways:
                found = None if way == "不计" else self._found(state, frame, history, clauses, relation.scope)
                if found is None:
                    continue
                if way == "不再":
                    nothing |= found.fen > 0
                else:
                    paid = paid + found.fen
            left = np.where(nothing, 0, np.maximum(state.fen - paid, 0))
            state.lower(left, HIGHER)

    def limit(self, state: Cutting, frame: Frame, history: History) -> None:
        """Apply overlap with other policies and caps, in the order the reading says."""
        rule = self.compiled.overlap
        if rule and rule.after_caps:
            self._caps(state, frame, history)
            self._overlap(state, frame)
        else:
            if rule:
                # Other awards are deducted from what this policy would give; only a yearly cap comes after them.
                own = [cap.amount for cap in self.model.caps if "每年" not in (cap.scope or "")]
                state.fen = np.minimum(state.fen, min(own)) if own else state.fen
            self._overlap(state, frame)
            self._caps(state, frame, history)

    def _overlap(self, state: Cutting, frame: Frame) -> None:
        rule, fact = self.compiled.overlap, self.compiled.overlap_fact
        if rule is None or fact is None or rule.way == "不计":
            return
        other = frame.values(fact)
        left = np.where(other > 0, 0, state.fen) if rule.way == "不再" else np.maximum(state.fen - other, 0)
        state.lower(left, HIGHER)

    def _caps(self, state: Cutting, frame: Frame, history: History) -> None:
        for cap in self.model.caps:
            clauses = self.ids(cap.shared) if cap.shared else (self.compiled.id,)
            used = self._used(state, frame, history, cap, clauses)
            # The figure of the text is part of the calculation; only what earlier awards took is a cut.
            state.fen = np.minimum(state.fen, cap.amount)
            if used is not None:
                state.lower(np.maximum(cap.amount - used, 0), CAP)

    def _used(
        self, state: Cutting, frame: Frame, history: History, cap: schema.Cap, clauses: tuple[str, ...]
    ) -> Array | None:
        found = self._found(state, frame, history, clauses, cap.scope)
        used = None if found is None else found.fen
        number = self.compiled.year_number
        if cap.joint_from is None or number is None or history.empty:
            return used
        column = frame.columns.values.get(number.name)
        if column is None:
            return used
        joint = column >= cap.joint_from
        fen, needed = history.window(clauses, column - cap.joint_from, joint, key=number.name)
        state.need_year(needed[frame.cut])
        return np.where(joint[frame.cut], fen[frame.cut], 0 if used is None else used)

    def draw(self, state: Cutting, left: Array | int) -> None:
        """Cut to what the pool has left."""
        if self.model.pool_counted:
            state.lower(np.broadcast_to(np.asarray(left, np.int64), (state.rows,)), POOL)
