"""
The law: five policies as packs, and the engine that reads them. No Django, no database, no clock.

Only the names below are used by other rooms.
"""

from collections.abc import Mapping
from typing import Any

from rules import facts as _facts
from rules import forms as _forms
from rules import judging as _judging
from rules.facts import Fact
from rules.forms import Field, Slot
from rules.library import load
from rules.pack import Clause, Library, Pack
from rules.readings import ReadingSpec
from rules.source import PackError
from rules.trace import Step, explain
from rules.units import capital, fen, yuan
from rules.verdict import Verdict

__all__ = [
    "Clause",
    "Fact",
    "Field",
    "Library",
    "Pack",
    "PackError",
    "ReadingSpec",
    "Slot",
    "Step",
    "Verdict",
    "capital",
    "evidence",
    "explain",
    "fen",
    "fields",
    "format_fact",
    "judge",
    "load",
    "parse_fact",
    "yuan",
]


def judge(case: Mapping[str, Any]) -> Verdict:
    """Return what follows for a case; never raises for what a case states (see docs/rules.md for the contract)."""
    return _judging.judge(case, load())


def fields(clause_id: str, settings: Mapping[str, str] | None = None) -> tuple[Field, ...]:
    """Return what a claim form of a clause asks, under the readings in force. Raises KeyError."""
    return _forms.fields(load(), clause_id, settings)


def evidence(clause_id: str) -> tuple[Slot, ...]:
    """Return the evidence that a clause demands. Raises KeyError."""
    return _forms.evidence(load(), clause_id)


def parse_fact(field: Field | Fact, text: str) -> Any:
    """Return the JSON value of what a person typed. Raises ValueError with a Chinese sentence."""
    return _facts.parse_fact(field.fact if isinstance(field, Field) else field, text)


def format_fact(field: Field | Fact, value: Any) -> str:
    """Return the words for a stored JSON value: `3,200 P`, `70%`, `是`."""
    return _facts.format_fact(field.fact if isinstance(field, Field) else field, value)
