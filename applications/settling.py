"""
How a sum that does not suffice is shared among claims: three methods, exact to the fen, the same answer every time.

Pure arithmetic over what it is given: no database, no clock. All sums are whole fen.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

QUEUE, PRO_RATA, REMAINDER = "queue", "pro_rata", "remainder"
METHODS = (QUEUE, PRO_RATA, REMAINDER)


@dataclass(frozen=True)
class Claim:
    """One case that asks for money: its number, since when its filing was complete, and the proposed sum in fen."""

    number: str
    complete_at: datetime
    amount_fen: int

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in the order of complete filing; of two at one moment the lower number comes first."""
        return self.complete_at, self.number


def allocate(method: str, claims: Iterable[Claim], room_fen: int) -> dict[str, int]:
    """
    Return what each claim gets, in fen by case number.

    The sums are together at most the room and each at most its claim; where the room suffices everyone gets all.
    """
    rows = sorted(claims, key=lambda claim: claim.place)
    assert room_fen >= 0, "a pool never holds more than its limit"
    assert all(row.amount_fen > 0 for row in rows), "a proposed sum is positive"
    assert len({row.number for row in rows}) == len(rows), "a case claims once"
    assert method in METHODS, method

    if method == PRO_RATA:
        return by_share(rows, room_fen)
    return in_order(rows, room_fen, whole=method == QUEUE)


def in_order(rows: Sequence[Claim], room_fen: int, *, whole: bool) -> dict[str, int]:
    """
    Return the room handed out in the order given, in fen by number.

    `whole` gives a claim all or nothing, and nobody behind the first that finds too little gets anything: a later one
    never overtakes an earlier. Otherwise that first one gets what is left.
    """
    given: dict[str, int] = {}
    left = room_fen
    for row in rows:
        if row.amount_fen > left and whole:
            left = 0
        part = min(row.amount_fen, left)
        given[row.number] = part
        left -= part
    return given


def by_share(rows: Sequence[Claim], room_fen: int) -> dict[str, int]:
    """
    Return the room in proportion to the claims, in fen by number: the shares cut down to whole fen, what is over given
    one fen each to the largest remainders, of equal ones to the lower case number.

    A larger claim never gets less than a smaller one; a larger room gives nobody more than one fen less.
    """
    total = sum(row.amount_fen for row in rows)
    if total <= room_fen:
        return {row.number: row.amount_fen for row in rows}
    given = {row.number: row.amount_fen * room_fen // total for row in rows}
    over = room_fen - sum(given.values())
    by_remainder = sorted(rows, key=lambda row: (-(row.amount_fen * room_fen % total), row.number))
    for row in by_remainder[:over]:
        given[row.number] += 1
    return given


# ── What is frozen and hashed ────────────────────────────────────────────────────────────────────────────────────────


def inputs_of(
    method: str, claims: Iterable[Claim], *, pool: str, round_name: str, limit_fen: int, room_fen: int
) -> dict[str, Any]:
    """Return everything the result follows from, as it is stored: the cases in their order, sums in fen, UTC times."""
    return {
        "method": method,
        "pool": pool,
        "round": round_name,
        "limit_fen": limit_fen,
        "room_fen": room_fen,
        "cases": [
            {
                "number": row.number,
                "complete_at": row.complete_at.astimezone(UTC).isoformat(),
                "amount_fen": row.amount_fen,
            }
            for row in sorted(claims, key=lambda claim: claim.place)
        ],
    }


def claims_in(inputs: Mapping[str, Any]) -> list[Claim]:
    """Return the claims of stored inputs."""
    return [
        Claim(row["number"], datetime.fromisoformat(row["complete_at"]), row["amount_fen"]) for row in inputs["cases"]
    ]


def result_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result that follows from stored inputs: the sums in fen by case number, together, and what is left."""
    sums = allocate(inputs["method"], claims_in(inputs), inputs["room_fen"])
    total = sum(sums.values())
    return {"sums": sums, "total_fen": total, "left_fen": inputs["room_fen"] - total}


def digest(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 over the canonical JSON of inputs or a result: keys sorted, no white space, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def differs(inputs: Mapping[str, Any], inputs_sha256: str, result: Mapping[str, Any], result_sha256: str) -> str:
    """Return what does not agree when a stored settlement is computed again, "" when everything does."""
    if digest(inputs) != inputs_sha256:
        return "输入与其摘要不符。"
    if digest(result) != result_sha256:
        return "结果与其摘要不符。"
    if digest(result_of(inputs)) != result_sha256:
        return "按输入重新计算的结果与所存结果不一致。"
    return ""
