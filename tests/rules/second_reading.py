"""Cases written from the texts before looking at the packs: facts that meet a clause, and rows that change them."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

import rules

Good = Mapping[str, Mapping[str, Any]]


def case_of(
    good: Good, clause: str, changed: Mapping[str, Any], history: Iterable[Any] = (), letters: str = ""
) -> dict[str, Any]:
    """Return a case in mid-2025: the facts that meet the clause, changed; None takes a fact away. `letters`: "B4b"."""
    stated = {name: value for name, value in {**good[clause], **changed}.items() if value is not None}
    settings = {word[:-1]: word[-1] for word in letters.split()}
    return {
        "clause": clause,
        "facts": {"support_year": 2025, **stated},
        "on": "2025-06-30",
        "history": list(history),
        "settings": settings,
    }


def refusals(good: Good) -> Iterable[tuple[str, str, Any, str]]:
    """Yield clause, fact, value and what follows: every fact missing, impossible, and every yes that should be a no."""
    for clause, stated in good.items():
        for name, value in stated.items():
            yield clause, name, None, f"missing_fact:{name}"
            for wrong in impossible(name, value):
                yield clause, name, wrong, f"bad_fact:{name}"
            if isinstance(value, bool):
                yield clause, name, not value, f"condition:{name}"


def impossible(name: str, value: Any) -> list[Any]:
    """Return values that no fact of this kind can have."""
    if isinstance(value, bool):
        return ["yes", 1, 0.0]
    if isinstance(value, int):
        return [-1, 1.5, float(value), str(value), True]
    if not value.replace(".", "").isdigit():
        return ["bank", 1, True]
    wrong = ["-1", -1, float(value), True, "NaN", "Infinity", "many", ""]
    return wrong + (["1.001"] if name.endswith("yuan") else ["100.01"] if name.endswith("pct") else [])


def simulated(case: Mapping[str, Any]) -> tuple[int, str | None]:
    """Return the fen (-1: none) and the block of one case as `rules.simulate` sees it."""
    rows = case["history"]
    earlier = rules.Earlier(
        claim=[0] * len(rows),
        clause=[row["clause"] for row in rows],
        fen=[rules.fen(row["amount_yuan"]) for row in rows],
        year=[row["year"] for row in rows],
        same_item=[row.get("same_item", True) for row in rows],
    )
    found = rules.simulate(
        case["clause"],
        rules.columns([case["facts"]]),
        settings=case["settings"],
        history=earlier if rows else None,
        on=np.array([case["on"]], "datetime64[D]"),
    )
    outcome = found.clauses[case["clause"]]
    return int(outcome.amount_fen[0]), outcome.blocked_by(0)


def judged(case: Mapping[str, Any]) -> tuple[int, str | None]:
    """Return the same of `rules.judge`."""
    verdict = rules.judge(case)
    return -1 if verdict.amount_fen is None else verdict.amount_fen, verdict.blocked_by
