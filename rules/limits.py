"""What cuts a computed sum: once only, ladders, caps, 就高不重复, the pool. Each cut is recorded and names itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rules import formulas, schema, units
from rules.case import Claim, Row
from rules.clause import Compiled
from rules.conditions import Steps
from rules.description import scope_words
from rules.facts import describe
from rules.trace import Step


class YearNeeded(LookupError):
    """A yearly limit meets earlier awards, but the year of this award is not known."""


@dataclass
class Part:
    """One clause of a filing on its way to a sum; `blocked` names the last cut, or the one that left nothing."""

    claim: Claim
    compiled: Compiled
    year: int | None
    rows: tuple[Row, ...]
    steps: Steps = field(default_factory=list)
    fen: int = 0
    blocked: str | None = None

    def note(self, kind: str, **words: Any) -> None:
        """Record a step."""
        self.steps.append(Step(self.compiled.id, self.compiled.article, kind, "", words))

    def cut(self, fen: int, name: str) -> None:
        """Lower the sum and name the cut; once nothing is left the first reason stays."""
        if fen < self.fen:
            self.blocked = name if self.fen else self.blocked
            self.fen = max(fen, 0)

    def received(self, clauses: Iterable[str], scope: str | None) -> int:
        """Return the fen of earlier awards under full clause ids within a scope. Raises YearNeeded."""
        return sum([row.fen for row in self.rows_of(clauses, scope)]) if self.rows else 0

    def rows_of(self, clauses: Iterable[str], scope: str | None) -> list[Row]:
        """Return the earlier awards that a limit of this scope counts. Raises YearNeeded."""
        if scope is None or not self.rows:
            return []
        wanted = frozenset(clauses)
        rows = [row for row in self.rows if row.clause in wanted]
        if scope.startswith("对象"):
            rows = [row for row in rows if row.same_item]
        if scope.endswith("每年"):
            # Parts of the same filing carry the year of the filing, known or not; earlier awards always have theirs.
            if self.year is None and any(row.year is not None for row in rows):
                raise YearNeeded
            rows = [row for row in rows if row.year == self.year]
        return rows

    def ids(self, numbers: Iterable[str]) -> list[str]:
        """Return full clause ids of numbers of the same policy."""
        return [f"{self.claim.pack.id}-{number}" for number in numbers]


def gross(part: Part, earlier_parts: list[Row]) -> None:
    """
    Compute the sum and apply what concerns this clause alone: once only, units already awarded, the ladder.

    Of the earlier parts of the same filing only a base that must not be supported twice takes notice here.
    """
    compiled, model, values = part.compiled, part.compiled.model, part.claim.values
    assert compiled.formula is not None, "only payable clauses are computed"
    deducted = 0
    if isinstance(model, schema.Rate) and model.deducted:
        vouchers = part.ids(model.deducted)
        deducted = part.received(vouchers, "主体累计")
        deducted += sum(row.fen for row in earlier_parts if row.clause in vouchers)
    result = compiled.formula.compute(values, part.steps, compiled.id, compiled.article, deducted=deducted)
    part.fen = result.fen
    if model.once:
        _once(part, model)
    if model.ladder:
        _ladder(part, model)
    if not part.blocked and result.used_up:
        part.fen, part.blocked = 0, "cap_used"
    if not part.blocked and result.zero_base:
        part.fen, part.blocked = 0, "zero_base"


def _once(part: Part, model: Any) -> None:
    rows = [row for row in part.rows_of([part.compiled.id], model.once) if row.fen > 0]
    if not rows:
        return
    received = sum(row.fen for row in rows)
    if getattr(model, "carried", False) and received < part.fen:
        left = part.fen - received
        part.note("carried", value=units.yuan(part.fen), used=units.yuan(received), result=units.yuan(left))
        part.cut(left, "once_only_used")
        return
    if not getattr(model, "each_once", False):
        part.note("once")
        part.cut(0, "once_only_used")
        part.blocked = "once_only_used"
        return
    # A row may cover several units: a model or product that was paid for is not paid for again.
    used = sum(-(-row.fen // model.price) for row in rows)
    claimed = part.fen // model.price
    left = max(0, claimed - used)
    part.note("units_used", used=used, left=left, result=units.yuan(left * model.price))
    part.cut(left * model.price, "once_only_used")


def _ladder(part: Part, model: Any) -> None:
    scope = f"{model.ladder}累计"
    received = part.received([part.compiled.id], scope)
    deducted = received
    formula = part.compiled.formula
    if model.first and model.first.deducts_unpaid and part.compiled.first and isinstance(formula, formulas.Tiers):
        deducted = max(received, formula.sum_at(part.claim.values[part.compiled.first.name]))
    if not deducted:
        return
    tier = part.fen
    left = max(0, tier - deducted)
    part.note("ladder", value=units.yuan(tier), used=units.yuan(deducted), result=units.yuan(left))
    part.fen = left
    if not left:
        part.blocked = "no_increment"


def first_time(part: Part) -> bool:
    """
    Say whether the tier of this year is reached for the first time, and record the step.

    Only called when this year's base and the earlier peak are known.
    """
    fact, formula = part.compiled.first, part.compiled.formula
    assert fact is not None, "only a clause with 首次 asks"
    assert isinstance(formula, formulas.Tiers), "首次 stands with tiers"
    peak = part.claim.values[fact.name]
    now = formula.sum_at(part.claim.values[formula.base.name])
    new = formula.sum_at(peak) < now
    words = "本档此前未达到" if new else "本档以前年度已经达到"
    verdict = "pass" if new else "fail"
    step = {"value": describe(fact, peak), "required": words}
    part.steps.append(Step(part.compiled.id, part.compiled.article, "first", verdict, step))
    return new


def relate(parts: list[Part]) -> None:
    """
    Apply 就高不重复: what earlier awards of the group leave, then only the highest of the claims filed together.

    A clause that wins whatever its amount (一律) sends the others of the filing away before anything is deducted.
    """
    if not any(part.compiled.relations for part in parts):
        return
    groups = _groups(parts)
    for members in groups:
        _give_way(members)
    for part in parts:
        for relation in part.compiled.relations:
            _deduct_group(part, relation)
    for members in groups:
        _keep_highest(members)


def _groups(parts: list[Part]) -> list[list[tuple[Part, schema.Relation]]]:
    """Return the claims of one filing that concern the same matter, each with the relation that binds it."""
    groups: dict[tuple[str, ...], list[tuple[Part, schema.Relation]]] = {}
    for part in parts:
        for relation in part.compiled.relations:
            key = (part.claim.pack.id, relation.source, *relation.clauses)
            members = groups.setdefault(key, [])
            if _same_matter(part, relation):
                members.append((part, relation))
    return list(groups.values())


def _same_matter(part: Part, relation: schema.Relation) -> bool:
    """Say whether a claim shares the facts that make two claims of one filing the same matter."""
    chinese = part.claim.pack.facts
    return not any(chinese[name].name in part.claim.own for name in relation.same)


def _deduct_group(part: Part, relation: schema.Relation) -> None:
    own = part.compiled.id
    others = [clause for clause in part.ids(relation.clauses) if clause != own]
    paid_others = part.received(others, relation.scope) if relation.others != "不计" else 0
    paid_own = part.received([own], relation.scope) if relation.own != "不计" else 0
    always = relation.always if relation.always != part.claim.number else None
    sent_away = part.received(part.ids([always]), relation.scope) if always else 0
    if sent_away or (relation.others == "不再" and paid_others) or (relation.own == "不再" and paid_own):
        part.note("relation", detail="，同一事项此前已获奖补，不再给予", result=units.yuan(0))
        part.cut(0, "higher_not_repeat")
        return
    paid = (paid_others if relation.others == "补差" else 0) + (paid_own if relation.own == "补差" else 0)
    if paid and part.fen:
        left = max(0, part.fen - paid)
        part.note("relation", detail=f"，减去此前已获 {units.yuan(paid)}元", result=units.yuan(left))
        part.cut(left, "higher_not_repeat")


def _give_way(members: list[tuple[Part, schema.Relation]]) -> None:
    winner = next((part for part, relation in members if part.fen and part.claim.number == relation.always), None)
    if winner is not None:
        _given_by(winner, [part for part, _ in members])


def _keep_highest(members: list[tuple[Part, schema.Relation]]) -> None:
    live = [part for part, _ in members if part.fen]
    if len(live) > 1:
        _given_by(max(live, key=lambda part: part.fen), live)


def _given_by(winner: Part, parts: list[Part]) -> None:
    for part in parts:
        if part is not winner and part.fen:
            part.note("relation", detail=f"，已由 {winner.compiled.id} 给予", result=units.yuan(0))
            part.cut(0, "higher_not_repeat")


def overlap(part: Part, already_deducted: int) -> int:
    """
    Deduct what another policy of the same city already gave for the same matter; return the fen deducted.

    A sum stated for the whole filing is deducted once: `already_deducted` is what earlier parts bore of it.
    """
    rule = part.compiled.overlap
    if rule is None or part.compiled.overlap_fact is None or rule.way == "不计":
        return 0
    name = part.compiled.overlap_fact.name
    other = part.claim.values[name]
    if not other or not part.fen:
        return 0
    rest = other if name in part.claim.own or rule.way == "不再" else max(0, other - already_deducted)
    if not rest:
        return 0
    before = part.fen
    left = 0 if rule.way == "不再" else max(0, before - rest)
    part.note("overlap", value=units.yuan(rest), result=units.yuan(left))
    part.cut(left, "higher_not_repeat")
    return before - left


def own_figures(part: Part) -> None:
    """
    Cut the sum to the figures of caps that are no yearly ones, as part of the calculation.

    What another policy gave is deducted from the sum this policy would give; only a cap of the year comes after it.
    """
    for cap in part.compiled.model.caps:
        if "每年" not in (cap.scope or "") and cap.amount < part.fen:
            part.fen = cap.amount
            limit, scope = units.yuan(cap.amount), scope_words(cap.scope, part.compiled.model.subject)
            part.note("cap", limit=limit, scope=scope, used=units.yuan(0), result=limit)


def caps(part: Part, earlier_parts: list[Row]) -> None:
    """Cut the sum to what each cap leaves; parts of the same filing that come first count as earlier awards."""
    if not part.compiled.model.caps:
        return
    whole = part.rows
    part.rows = (*whole, *earlier_parts) if earlier_parts else whole
    try:
        for cap in part.compiled.model.caps:
            _cap(part, cap)
    finally:
        part.rows = whole


def _cap(part: Part, cap: schema.Cap) -> None:
    clauses = part.ids(cap.shared) if cap.shared else [part.compiled.id]
    used = sum([row.fen for row in _window(part, cap, clauses)]) if part.rows else 0
    left = max(0, cap.amount - used)
    result = min(part.fen, left)
    if used or result < part.fen:
        words = scope_words(cap.scope, part.compiled.model.subject)
        part.note("cap", limit=units.yuan(cap.amount), scope=words, used=units.yuan(used), result=units.yuan(result))
    if result < part.fen:
        # The figure of the text itself is part of the calculation; only what earlier awards took is a cut.
        if result == min(part.fen, cap.amount):
            part.fen = result
        else:
            part.cut(result, "cap_used")


def _window(part: Part, cap: schema.Cap, clauses: list[str]) -> list[Row]:
    """Return the awards a cap counts; later years may share one cap from a given year on."""
    rows = part.rows_of(clauses, cap.scope)
    if cap.joint_from is None or part.compiled.year_number is None:
        return rows
    number = part.claim.values[part.compiled.year_number.name]
    if number < cap.joint_from:
        return rows
    all_rows = part.rows_of(clauses, "主体累计")
    if not all_rows:
        return rows
    if part.year is None:
        raise YearNeeded
    first = part.year - (number - cap.joint_from)
    return [row for row in all_rows if row.year is not None and first <= row.year <= part.year]


def draw(part: Part, left: int, limit: int) -> int:
    """Cut the sum to what the pool has left and return what remains after it."""
    result = min(part.fen, left)
    part.note(
        "pool",
        limit=units.yuan(limit),
        used=units.yuan(limit - left),
        left=units.yuan(left),
        result=units.yuan(result),
    )
    part.cut(result, "pool_exhausted")
    return left - result
