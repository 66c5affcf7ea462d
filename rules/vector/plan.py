"""One clause over columns: conditions, sum, limits, in the order of verdicts of `rules.judging`."""

from dataclasses import dataclass

import numpy as np

from rules.clause import Compiled
from rules.pack import Pack
from rules.vector import formulas
from rules.vector.columns import Array, Columns
from rules.vector.conditions import OPEN, Frame, Group, Line, Slots, Stated, coded, node
from rules.vector.earlier import History, Term
from rules.vector.limits import CUTS, FIRST_CUT, ZERO, Cutting, Limits

BAD, ABOVE, NO_MONEY, OUT_OF_TERM, NO_EARLIER, FIRST = range(6)
FAILED, MET, MISSING, IMPOSSIBLE = 0, 1, 2, 3


@dataclass(frozen=True)
class Setting:
    """What all clauses of a run look at beside the facts."""

    history: History
    term: Term | None
    pool_left: Array | None


class Plan:
    """A compiled clause as it reads columns. Raises ValueError in Chinese for what int64 cannot hold."""

    def __init__(self, pack: Pack, compiled: Compiled):
        self.compiled, self.model, self.policy = compiled, compiled.model, pack.id
        slots = Slots()
        self.nodes: list[Line | Group] = []
        self.places: list[str] = []
        for condition in compiled.conditions:
            slots.place = len(self.nodes)
            self.nodes.append(node(condition, slots))
            self.places.append(condition.text())
        slots.place = len(self.nodes)
        self.vector = formulas.build(compiled.formula, slots) if compiled.formula else None
        self.first = Stated(compiled.first, slots) if compiled.first else None
        extra = (compiled.overlap_fact, *(compiled.sharing or ()))
        self.stated = [Stated(fact, slots) for fact in extra if fact is not None]
        self.slots = slots
        self.missing = slots.number(FIRST, FIRST_CUT - 2)
        self.no_issue_day = self.missing + len(slots.taken)
        self.no_year = self.no_issue_day + 1
        self.limits = Limits(compiled, pack.id, self.vector) if self.vector else None
        self.says = _SAYS.get(self.model.kind, "")

    def reasons(self) -> dict[int, str]:
        """Return `blocked_by` for every code but bad facts, which differ by row."""
        found = {ABOVE: "approved_above_ceiling", NO_MONEY: "non_monetary", OUT_OF_TERM: "out_of_term"}
        found |= {NO_EARLIER: "condition:history", self.no_issue_day: "missing_fact:policy_issued_on"}
        found |= {self.no_year: "missing_fact:support_year"}
        for slot in self.slots.taken:
            found[slot.no] = f"condition:{slot.fact.name}"
            found[slot.missing] = f"missing_fact:{slot.fact.name}"
        return found | {FIRST_CUT + place: name for place, name in enumerate(CUTS)}

    def words(self) -> dict[int, str]:
        """Return Chinese words for the codes of facts: the condition that fails, the fact that is missing."""
        formula = "计算依据达到条款所列标准"
        found = {}
        for slot in self.slots.taken:
            line = self.places[slot.place] if slot.place < len(self.places) else f"{slot.fact.label}：{formula}"
            found[slot.no] = f"不符合：{line}"
            found[slot.missing] = f"待补：{slot.fact.label}"
        return found

    def check_range(self, columns: Columns) -> None:
        """Refuse columns whose sums would leave int64."""
        if self.vector and self.vector.largest(columns) > formulas.LARGEST:
            raise ValueError(f"{self.compiled.id}：列中的数值过大，计算结果超出可精确计算的范围（64位整数）")

    def run(self, frame: Frame, setting: Setting, code_out: Array, fen_out: Array) -> None:
        """Write code and fen (−1: none) of each row of a frame."""
        code = self._standing(frame, setting)
        fen: Array | None = None
        if self.limits is not None:
            state = self._computed(frame, setting.history)
            self._above(code, frame, state)
            if setting.pool_left is not None:
                self.limits.draw(state, setting.pool_left[frame.cut])
            fen = self._settle(code, state)
        elif self.compiled.sharing is not None:
            fen = frame.values(self.compiled.sharing[0])
            code[(fen == 0) & (code == OPEN)] = ZERO
        bad = frame.columns.bad
        if bad is not None:
            code[bad[frame.cut] != 0] = BAD
        self._write(code, fen, code_out, fen_out)

    def _standing(self, frame: Frame, setting: Setting) -> Array:
        if self.model.kind == "无":
            return frame.full(NO_MONEY)
        code = frame.full(OPEN)
        for part in (*self.nodes, *self.stated):
            np.minimum(code, part.run(frame), out=code)
        if self.vector is not None:
            check = self.vector.check(frame)
            np.minimum(code, check, out=code)
            if self.first is not None:
                np.minimum(code, self._first(check, frame), out=code)
        if setting.term is not None:
            unknown, outside = setting.term.unknown[frame.cut], setting.term.outside[frame.cut]
            code = np.where(unknown, np.minimum(code, np.uint8(self.no_issue_day)), code)
            code = np.where(outside, np.uint8(OUT_OF_TERM), code)
        return self._earlier(code, frame, setting.history)

    def _earlier(self, code: Array, frame: Frame, history: History) -> Array:
        needed = getattr(self.model, "needs_earlier", None)
        if not needed:
            return code
        found = history.total((f"{self.policy}-{needed}",), "主体累计")
        received = np.zeros(frame.rows, np.bool_) if found is None else found.fen[frame.cut] > 0
        return np.minimum(code, coded(received, NO_EARLIER))

    def _first(self, check: Array, frame: Frame) -> Array:
        """Return the code of 首次: unknown peak, or a tier that an earlier year already reached."""
        assert self.first is not None, "only asked of a clause with 首次"
        assert isinstance(self.vector, formulas.Tiers), "首次 stands with tiers"
        code = self.first.run(frame)
        again = self.vector.sum_at(self.first.fact, frame) >= self.vector.compute(frame, None).fen
        return np.where((code == OPEN) & (check == OPEN) & again, np.uint8(self.first.slot.no), code)

    def _computed(self, frame: Frame, history: History) -> Cutting:
        assert self.limits is not None, "only payable clauses are computed"
        state = self.limits.gross(frame, history)
        self.limits.relate(state, frame, history)
        self.limits.limit(state, frame, history)
        return state

    def _above(self, code: Array, frame: Frame, state: Cutting) -> None:
        """Refuse sums fixed by the authority that are above the ceiling, or above the caps while it is unknown."""
        approved = frame.columns.values.get("approved_amount_yuan")
        if not self.compiled.ceiling or approved is None:
            return
        assert self.vector is not None, "a ceiling has a formula"
        check = self.vector.check(frame)
        computable = check == OPEN
        if self.compiled.overlap_fact is not None:
            computable &= frame.known(self.compiled.overlap_fact)
        if state.year_needed is not None:
            computable &= ~state.year_needed
        cap = min((cap.amount for cap in self.model.caps), default=formulas.LARGEST)
        ceiling = np.where(computable, state.fen, cap)
        mask = frame.columns.known["approved_amount_yuan"]
        above = (approved[frame.cut] > ceiling) & ~((check >= FIRST) & (check < self.missing))
        code[above if mask is None else above & mask[frame.cut]] = ABOVE

    def _settle(self, code: Array, state: Cutting) -> Array:
        """Put the labels of cuts on open rows and return the sums."""
        if state.year_needed is not None:
            code[(code == OPEN) & state.year_needed] = self.no_year
        if state.label is not None:
            np.copyto(code, state.label, where=code == OPEN)
        return state.fen

    def _write(self, code: Array, fen: Array | None, code_out: Array, fen_out: Array) -> None:
        code_out[:] = code
        lowest = int(code.min()) if len(code) else OPEN
        if fen is not None and lowest >= FIRST_CUT:
            fen_out[:] = fen
            return
        fen_out[:] = np.where(code >= FIRST_CUT, -1 if fen is None else fen, 0)
        none = (code <= ABOVE) | ((code >= self.missing) & (code < FIRST_CUT))
        if none.any():
            fen_out[none] = -1


_SAYS = {
    "无": "本条款不直接给予奖补资金",
    "一事一议": "一事一议，金额由主管部门研究确定，批量测算只判断条件",
    "转致": "按其他政策或上级资金标准执行，批量测算只判断条件",
    "分担": "只给出待分担的总额，各级负担数见单件测算",
}


def verdicts(code: Array, fen: Array, missing: int) -> Array:
    """Return met, failed, missing or impossible of each row; a right that is used up to nothing counts as failed."""
    paid = code >= FIRST_CUT
    unknown, bad = (code >= missing) & ~paid, code <= ABOVE
    assert FAILED == 0, "what is neither met, missing nor impossible has failed"
    found = paid * np.uint8(MET) + unknown * np.uint8(MISSING) + bad * np.uint8(IMPOSSIBLE)
    cut = paid & (code != OPEN)
    if cut.any():
        found[cut & (fen == 0)] = FAILED
    return found
