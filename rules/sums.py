"""Sums of the open claims of a filing: what each gives, what they leave each other, and what may be approved."""

from rules import limits, units
from rules.case import Case, Row
from rules.limits import Part


def compute(case: Case, parts: list[Part]) -> None:
    """Compute the open parts together: sums, 就高, caps in document order, then the pool."""
    if len(parts) == 1:
        limits.gross(parts[0], [])
        limits.relate(parts)
        _limit(parts[0], [], 0)
        _draw(case, parts)
        return
    earlier: list[Row] = []
    for part in parts:
        limits.gross(part, earlier)
        earlier.append(Row(part.compiled.id, part.year, part.fen, same_item=True))
    limits.relate(parts)
    settled: list[Row] = []
    borne = 0
    for part in parts:
        borne += _limit(part, settled, borne)
        settled.append(Row(part.compiled.id, part.year, part.fen, same_item=True))
    _draw(case, parts)


def _limit(part: Part, settled: list[Row], borne: int) -> int:
    """Apply overlap with other policies and caps, in the order the reading says; return what the overlap took."""
    rule = part.compiled.overlap
    if rule and rule.after_caps:
        limits.caps(part, settled)
        return limits.overlap(part, borne)
    taken = 0
    if rule:
        limits.own_figures(part)
        taken = limits.overlap(part, borne)
    limits.caps(part, settled)
    return taken


def _draw(case: Case, parts: list[Part]) -> None:
    """Cut the parts to the pool in document order; only vouchers draw on it where a filing holds any."""
    if case.pool is None:
        return
    drawing = [part for part in parts if part.claim.number in part.claim.pack.pools()] or parts
    left = case.pool.limit - case.pool.used
    for part in drawing:
        if part.fen and part.compiled.model.pool_counted:
            left = limits.draw(part, left, case.pool.limit)


def approved_above_ceiling(case: Case, parts: list[Part]) -> str:
    """Return why a sum fixed by the authority is above what it may fix, "" if it is not or none is stated."""
    ceilings = [part for part in parts if part.compiled.ceiling and "approved_amount_yuan" in part.claim.values]
    if not ceilings:
        return ""
    common = [part for part in ceilings if "approved_amount_yuan" not in part.claim.own]
    for part in ceilings:
        if part not in common:
            approved = part.claim.values["approved_amount_yuan"]
            ceiling = _ceiling(part)
            if ceiling is not None and approved > ceiling:
                return _above(approved, ceiling)
    if case.approved is None or not common:
        return ""
    found = [_ceiling(part) for part in common]
    known = [ceiling for ceiling in found if ceiling is not None]
    if len(known) == len(found) and case.approved > sum(known):
        return _above(case.approved, sum(known))
    return ""


def _above(approved: int, ceiling: int) -> str:
    return f"核定金额 {units.yuan(approved)} 元高于测算上限 {units.yuan(ceiling)} 元，应在上限以内核定。"


def _ceiling(part: Part) -> int | None:
    """Return the highest sum the authority may fix; the caps alone while a fact is unknown; None if there is none."""
    trial = Part(part.claim, part.compiled, part.year, part.rows)
    assert part.compiled.formula is not None, "a ceiling has a formula"
    answer = part.compiled.formula.check(trial.claim.values, trial.steps, part.compiled.id, part.compiled.article)
    if answer.state is False:
        return None
    fact = part.compiled.overlap_fact
    if answer.state and (fact is None or fact.name in trial.claim.values):
        try:
            limits.gross(trial, [])
            limits.relate([trial])
            _limit(trial, [], 0)
        except limits.YearNeeded:
            pass
        else:
            return trial.fen
    return min((cap.amount for cap in part.compiled.model.caps), default=None)
