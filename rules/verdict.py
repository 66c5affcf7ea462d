"""The answer of the engine: eligible or not, how much, why, and every step."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from rules import units
from rules.trace import Step, explain


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment; share and sum are None where the text states none."""

    number: int
    share_pct: str | None
    fen: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the instalment as in the contract of results."""
        amount = None if self.fen is None else units.plain_yuan(self.fen)
        return {"instalment": self.number, "share_pct": self.share_pct, "amount_yuan": amount}


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer bears; share and sum are None where the text leaves it to the fiscal system."""

    payer: str
    share_pct: str | None
    fen: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the share as in the contract of results."""
        amount = None if self.fen is None else units.plain_yuan(self.fen)
        return {"payer": self.payer, "share_pct": self.share_pct, "amount_yuan": amount}


class Verdict(NamedTuple):
    """
    What follows for a case.

    `eligible` is None where the engine refuses to compute (`"invalid"` in JSON). `amount_fen` is None where no sum
    follows from the text. `reason` is one sentence for people.
    """

    eligible: bool | None
    kind: str
    amount_fen: int | None
    blocked_by: str | None
    reason: str
    trace: tuple[Step, ...] = ()
    schedule: tuple[Instalment, ...] = ()
    by_clause: Mapping[str, int | None] = MappingProxyType({})
    shares: tuple[Share, ...] = ()
    readings: Mapping[str, str | None] = MappingProxyType({})
    pack_version: str = ""
    pack_sha256: str = ""

    def stored_trace(self) -> list[dict[str, Any]]:
        """Return the steps as data to store; `explain` puts them into words."""
        return [step.to_json() for step in self.trace]

    def to_json(self) -> dict[str, Any]:
        """Return the result in the contract of the assessment interface, with the trace in Chinese."""
        result: dict[str, Any] = {
            "eligible": "invalid" if self.eligible is None else self.eligible,
            "kind": self.kind,
            "amount_yuan": None if self.amount_fen is None else units.plain_yuan(self.amount_fen),
            "blocked_by": self.blocked_by,
            "reason": self.reason,
        }
        if self.by_clause:
            result["by_clause"] = {
                clause: None if fen is None else units.plain_yuan(fen) for clause, fen in self.by_clause.items()
            }
        if self.schedule:
            result["schedule"] = [instalment.to_json() for instalment in self.schedule]
        if self.shares:
            result["shares"] = [share.to_json() for share in self.shares]
        result["readings"] = dict(self.readings)
        result["pack_version"], result["pack_sha256"] = self.pack_version, self.pack_sha256
        result["trace"] = explain(self.stored_trace())
        return result


def invalid(blocked_by: str, reason: str, trace: tuple[Step, ...] = (), **rest: Any) -> Verdict:
    """Return the verdict of a case that the engine must refuse to compute."""
    rest.setdefault("readings", {})
    return Verdict(None, "none", None, blocked_by, reason, trace, **rest)
