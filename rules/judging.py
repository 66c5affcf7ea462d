"""
Judging a case: the order of verdicts, from impossible facts down to the pool.

1 impossible facts and sums approved above the ceiling; 2 clauses without money; 3 out of term; 4 a condition that
fails; 5 a fact that is missing; 6 once only, ladder, stacking, caps, zero base, then the pool.
"""

from collections.abc import Mapping
from typing import Any

from rules import case as cases
from rules import limits, result, sums
from rules.case import Case
from rules.limits import Part
from rules.pack import Library
from rules.standing import stand
from rules.verdict import Verdict, invalid


def judge(case: Mapping[str, Any], library: Library) -> Verdict:
    """Return what follows for a case in the form of the dictionary of facts; never raises for what a case states."""
    try:
        read = cases.read(case, library)
    except cases.BadCase as error:
        return invalid(f"bad_case:{error}", f"{error}。")
    except cases.BadFact as error:
        return invalid(f"bad_fact:{error.name}", str(error))
    return _judge(read, library)


def _judge(case: Case, library: Library) -> Verdict:
    claims = case.claims
    if len(claims) > 1:
        claims = tuple(sorted(claims, key=lambda claim: (claim.pack.id, list(claim.pack.raw).index(claim.number))))
    parts = [Part(claim, claim.pack.compiled(claim.number, case.settings), case.year, case.history) for claim in claims]
    frame = _frame(case, parts)
    above = sums.approved_above_ceiling(case, parts)
    if above:
        return invalid("approved_above_ceiling", above, **frame)
    standings = [stand(case, part) for part in parts]
    try:
        sums.compute(case, [standing.part for standing in standings if standing.state == "sum"])
    except limits.YearNeeded:
        fact = library.facts["support_year"]
        trace = tuple(step for part in parts for step in part.steps)
        reason = f"计算年度限额需要知道{fact.label}，请补充后再测算。"
        return invalid("missing_fact:support_year", reason, trace, **frame)
    if not case.stack:
        return result.single(case, standings[0], frame)
    return result.together(case, standings, frame)


def _frame(case: Case, parts: list[Part]) -> dict[str, Any]:
    """Return what every verdict carries: the readings in force and the packs used."""
    if len(parts) == 1:
        pack = parts[0].claim.pack
        letters = pack.letters_of(parts[0].claim.number, case.settings)
        return {"readings": letters, "pack_version": pack.version, "pack_sha256": pack.sha256}
    letters = {}
    for part in parts:
        letters |= part.claim.pack.letters_of(part.claim.number, case.settings)
    packs = dict.fromkeys((part.claim.pack.version, part.claim.pack.sha256) for part in parts)
    return {
        "readings": letters,
        "pack_version": "、".join(version for version, _ in packs),
        "pack_sha256": "、".join(digest for _, digest in packs),
    }
