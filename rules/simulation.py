"""
Simulation: the rules over columns of claims, beside an overlay where one is given.

Every claim is judged alone, exactly as `judge` judges a case with one clause: claims are not stacked with each other
and do not draw on one pool one after the other. Columns are described in `rules.vector`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rules import overlay as overlays
from rules.overlay import Overlay
from rules.pack import Library
from rules.vector import columns as vector_columns
from rules.vector import earlier as vector_earlier
from rules.vector import plan as vector_plan
from rules.vector.columns import Array, Columns
from rules.vector.conditions import OPEN, Frame
from rules.vector.earlier import Earlier, History
from rules.vector.plan import FAILED, IMPOSSIBLE, MET, MISSING, Plan, Setting

__all__ = ["FAILED", "IMPOSSIBLE", "MET", "MISSING", "Earlier", "Outcome", "Reason", "Simulation", "simulate"]

# Small enough for what is worked out on a frame to stay in the processor's cache, large enough for numpy's calls not
# to count; measured with `script/bench rules`.
FRAME_ROWS = 32_768


@dataclass(frozen=True)
class Reason:
    """Why rows were not paid, or not in full: `blocked_by` of `judge`, Chinese words, how many rows."""

    blocked_by: str
    words: str
    rows: int


class Outcome:
    """
    What one clause gives for every row.

    `amount_fen` is −1 where no sum follows. `says` is a Chinese sentence where the clause has no figure to compute.
    """

    def __init__(self, plan: Plan, columns: Columns, code: Array, amount_fen: Array):
        self.id, self.name, self.says = plan.compiled.id, str(plan.model.name), plan.says
        self.ceiling = plan.compiled.ceiling
        self.conditions = tuple(plan.places)
        self.amount_fen = amount_fen
        self._plan, self._columns, self._code = plan, columns, code

    @cached_property
    def verdict(self) -> Array:
        """Return MET, FAILED, MISSING or IMPOSSIBLE of each row."""
        return vector_plan.verdicts(self._code, self.amount_fen, self._plan.missing)

    @cached_property
    def first_failing(self) -> Array:
        """Return the place in `conditions` of the first one that fails; −1: none; one past the end: the formula's."""
        table = np.full(256, -1, np.int8)
        for slot in self._plan.slots.taken:
            table[slot.no] = slot.place
        return np.take(table, self._code, mode="clip")

    @cached_property
    def total_fen(self) -> int:
        """Return the sum of all amounts."""
        paid = self.amount_fen
        if not paid.size:
            return 0
        if int(paid.max()) <= (2**62) // paid.size:
            return int(np.maximum(paid, 0).sum())
        return sum(fen for fen in paid.tolist() if fen > 0)

    def blocked_by(self, row: int) -> str | None:
        """Return what `judge` calls `blocked_by` for a row."""
        code = int(self._code[row])
        if code == vector_plan.BAD:
            assert self._columns.bad is not None, "a bad row has a bad column"
            return f"bad_fact:{self._columns.bad_facts[int(self._columns.bad[row]) - 1]}"
        return None if code == OPEN else self._plan.reasons()[code]

    def reasons(self) -> tuple[Reason, ...]:
        """Return why rows are stopped or cut, the most frequent first."""
        counts = np.bincount(self._code, minlength=256)
        names, words = self._plan.reasons(), self._plan.words()
        found: dict[tuple[str, str], int] = {}
        for code in np.flatnonzero(counts[:OPEN]):
            if code == vector_plan.BAD:
                continue
            key = (names[int(code)], words.get(int(code), _WORDS.get(names[int(code)], names[int(code)])))
            found[key] = found.get(key, 0) + int(counts[code])
        if self._columns.bad is not None:
            for place, name in enumerate(self._columns.bad_facts, start=1):
                rows = int((self._columns.bad == place).sum())
                key = (f"bad_fact:{name}", f"数值不合规：{self._label(name)}")
                found[key] = found.get(key, 0) + rows
        ordered = sorted(found.items(), key=lambda item: -item[1])
        return tuple(Reason(name, text, rows) for (name, text), rows in ordered if rows)

    def _label(self, name: str) -> str:
        return next((slot.fact.label for slot in self._plan.slots.taken if slot.fact.name == name), name)


_WORDS = {
    "approved_above_ceiling": "核定金额高于测算上限",
    "non_monetary": "本条款不直接给予奖补资金",
    "out_of_term": "基准日不在有效期内",
    "condition:history": "未见作为前提的以往奖补",
    "missing_fact:policy_issued_on": "待补：政策印发日期",
    "missing_fact:support_year": "待补：支持年度",
    "once_only_used": "一次性奖补已经给予",
    "no_increment": "晋级补差没有可补差额",
    "cap_used": "最高限额已被此前奖补占用",
    "pool_exhausted": "资金池余额不足",
    "zero_base": "计算基数为零",
    "higher_not_repeat": "就高不重复",
}


@dataclass(frozen=True)
class Simulation:
    """The outcome of each clause by id; `before` is the published law where an overlay was simulated."""

    rows: int
    clauses: Mapping[str, Outcome]
    before: "Simulation | None" = None

    @property
    def total_fen(self) -> int:
        """Return the sum over all clauses; claims of one 就高 group count each alone."""
        return sum(outcome.total_fen for outcome in self.clauses.values())

    def difference_fen(self, clause: str) -> Array:
        """Return by how much each row changes under the overlay; a row without a sum counts as nothing."""
        assert self.before is not None, "there is a difference where an overlay was simulated"
        after, before = self.clauses[clause].amount_fen, self.before.clauses[clause].amount_fen
        return np.maximum(after, 0) - np.maximum(before, 0)


def simulate(
    target: str | Iterable[str],
    columns: Mapping[str, Any],
    library: Library,
    *,
    overlay: Overlay | None = None,
    version: str = "",
    settings: Mapping[str, str] | None = None,
    history: Earlier | Mapping[str, Any] | None = None,
    on: Any = None,
    pool: tuple[Any, Any] | None = None,
) -> Simulation:
    """
    Return what clauses give for columns of claims. Raises ValueError with a Chinese sentence.

    `target`: a policy or clause ids of one policy or several. `overlay` changes the one policy of the target. All rows
    are judged under one version, the newest unless `version` names another (`xinxing.v1`). `history` is a table of
    earlier awards, or fen by clause id. `on`: day (or days) of the event. `pool`: limit and used, in fen.
    """
    if version:
        if version not in library.versions:
            raise ValueError(f"没有政策版本“{version}”")
        library = overlays.library_with(library, library.versions[version])
    ids = _clauses(target, library)
    chosen = _settings(settings or {}, {library.locate(clause)[0].id for clause in ids}, library)
    table = vector_columns.read(columns, library.facts, library.wholes)
    day = vector_earlier.days(on, table.rows)
    earlier = History(history, table.rows, _years(table, day), library)
    left = _pool_left(pool, table.rows)
    before = _run(ids, table, library, chosen, earlier, day, left)
    if overlay is None:
        return before
    after = _run(ids, table, _overlaid(ids, library, overlay), chosen, earlier, day, left)
    return Simulation(after.rows, after.clauses, before)


def _clauses(target: str | Iterable[str], library: Library) -> list[str]:
    if isinstance(target, str) and target in library.packs:
        return [f"{target}-{number}" for number in library.packs[target].raw]
    ids = [target] if isinstance(target, str) else list(target)
    for clause in ids:
        try:
            library.locate(clause)
        except KeyError:
            raise ValueError(f"没有条款“{clause}”") from None
    return ids


def _settings(settings: Mapping[str, str], policies: set[str], library: Library) -> Mapping[str, str]:
    if not settings:
        return settings
    order = sorted(library.packs, key=policies.__contains__)  # the policies asked for last, so that theirs stand
    specs = {spec.id: spec for policy in order for spec in library.packs[policy].readings}
    for name, letter in settings.items():
        if name not in specs:
            raise ValueError(f"没有口径“{name}”")
        if letter not in specs[name].options:
            raise ValueError(f"口径“{name}”没有选项“{letter}”")
    return settings


def _years(columns: Columns, day: Array | None) -> Array | None:
    """Return the support year of each claim: as stated, else that of its day; −1 where neither is known."""
    years = np.full(columns.rows, vector_earlier.UNKNOWN, np.int64)
    if day is not None:
        of_day = day.astype("datetime64[Y]").astype(np.int64) + 1970
        years = np.where(np.isnat(day), years, of_day)
    if "support_year" in columns.values:
        mask = columns.known["support_year"]
        stated = columns.values["support_year"]
        years = stated if mask is None else np.where(mask, stated, years)
    return years


def _pool_left(pool: tuple[Any, Any] | None, rows: int) -> Array | None:
    if pool is None:
        return None
    limit, used = (np.broadcast_to(np.asarray(part), (rows,)) for part in pool)
    if limit.dtype.kind not in "iu" or used.dtype.kind not in "iu":
        raise ValueError("资金池总额和已用金额应为整数（分）")
    if (used < 0).any() or (used > limit).any():
        raise ValueError("资金池已用金额不能为负数，也不能大于总额")
    return limit.astype(np.int64) - used


def _overlaid(ids: list[str], library: Library, changes: Overlay) -> Library:
    packs = {pack.id: pack for pack, _ in (library.locate(clause) for clause in ids)}
    if len(packs) != 1:
        raise ValueError("试改只能针对一项政策")
    return overlays.library_with(library, overlays.apply(next(iter(packs.values())), changes))


def _run(
    ids: list[str],
    columns: Columns,
    library: Library,
    settings: Mapping[str, str],
    history: History,
    day: Array | None,
    left: Array | None,
) -> Simulation:
    plans: list[tuple[Plan, Setting]] = []
    terms: dict[str, vector_earlier.Term] = {}
    for clause in ids:
        pack, number = library.locate(clause)
        plan = Plan(pack, pack.compiled(number, settings))
        plan.check_range(columns)
        if day is not None and pack.id not in terms:
            terms[pack.id] = vector_earlier.term(pack, settings, day, _issued(columns))
        plans.append((plan, Setting(history, terms.get(pack.id), left)))
    codes = [np.empty(columns.rows, np.uint8) for _ in plans]
    sums = [np.empty(columns.rows, np.int64) for _ in plans]
    for start in range(0, columns.rows, FRAME_ROWS):
        frame = Frame(columns, start, min(start + FRAME_ROWS, columns.rows))
        for (plan, setting), code, fen in zip(plans, codes, sums, strict=True):
            plan.run(frame, setting, code[frame.cut], fen[frame.cut])
    outcomes = (Outcome(plan, columns, code, fen) for (plan, _), code, fen in zip(plans, codes, sums, strict=True))
    return Simulation(columns.rows, {outcome.id: outcome for outcome in outcomes})


def _issued(columns: Columns) -> tuple[Array, Array | bool] | None:
    if "policy_issued_on" not in columns.values:
        return None
    mask = columns.known["policy_issued_on"]
    return columns.values["policy_issued_on"], True if mask is None else mask
