"""
The law: five policies as packs, and the engine that reads them. No Django, no database, no clock.

Only the names below are used by other rooms.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rules import difference as _difference
from rules import facts as _facts
from rules import forms as _forms
from rules import judging as _judging
from rules import ledger as _ledger
from rules import replaying as _replaying
from rules import terms as _terms
from rules import versions as _versions
from rules import worked as _worked
from rules.description import Clause
from rules.difference import Difference
from rules.facts import Fact, listed
from rules.forms import EvidenceKind, Field, Slot, papers
from rules.ledger import Basis, LedgerEntry
from rules.library import load
from rules.overlay import Overlay, OverlayError
from rules.overlay import read as read_overlay
from rules.pack import Library, Pack
from rules.readings import ReadingSpec
from rules.source import PackError
from rules.terms import Terms
from rules.trace import Step, explain
from rules.units import capital, fen, yuan
from rules.verdict import Verdict
from rules.worked import Worked

if TYPE_CHECKING:
    from rules.check import Report
    from rules.simulation import FAILED, IMPOSSIBLE, MET, MISSING, Earlier, Outcome, Reason, Simulation

_OF_SIMULATION = ("FAILED", "IMPOSSIBLE", "MET", "MISSING", "Earlier", "Outcome", "Reason", "Simulation")

__all__ = [
    "FAILED",
    "IMPOSSIBLE",
    "MET",
    "MISSING",
    "Basis",
    "Clause",
    "Difference",
    "Earlier",
    "EvidenceKind",
    "Fact",
    "Field",
    "LedgerEntry",
    "Library",
    "Outcome",
    "Overlay",
    "OverlayError",
    "Pack",
    "PackError",
    "ReadingSpec",
    "Reason",
    "Report",
    "Simulation",
    "Slot",
    "Step",
    "Terms",
    "Verdict",
    "Worked",
    "basis",
    "capital",
    "check_version",
    "columns",
    "compare_versions",
    "evidence",
    "explain",
    "fen",
    "fields",
    "fingerprint",
    "format_fact",
    "judge",
    "listed",
    "load",
    "lock_state",
    "merged_order",
    "papers",
    "parse_fact",
    "read_overlay",
    "replay",
    "simulate",
    "terms",
    "worked_examples",
    "yuan",
]


def judge(case: Mapping[str, Any]) -> Verdict:
    """Return what follows for a case; never raises for what a case states (see docs/rules.md for the contract)."""
    return _judging.judge(case, load())


def fields(
    clause_id: str, settings: Mapping[str, str] | None = None, *, on: date | None = None, version: str = ""
) -> tuple[Field, ...]:
    """
    Return what a claim form of a clause asks, under the readings in force. Raises KeyError.

    The version is the one named (`xinxing.v1`), or the one in force on a day, or the newest.
    """
    return _forms.fields(load(), clause_id, settings, on=on, version=version)


def evidence(clause_id: str, *, on: date | None = None, version: str = "") -> tuple[Slot, ...]:
    """Return the evidence that a clause demands; the version as in `fields`. Raises KeyError."""
    return _forms.evidence(load(), clause_id, on=on, version=version)


def basis(clause_id: str, settings: Mapping[str, str], facts: Mapping[str, Any], *, version: str = "") -> Basis:
    """
    Return what the sum of a claim rests on: the facts of its base, and whose ladder it climbs. Raises KeyError.

    The version as in `fields`.
    """
    return _ledger.basis(load(), clause_id, settings, facts, version=version)


def terms(
    clause_id: str, settings: Mapping[str, str] | None = None, issued_on: date | None = None, *, version: str = ""
) -> Terms:
    """
    Return the figures of a clause under the readings in force: rate, price, ceiling, days. Raises KeyError.

    The version as in `fields`.
    """
    return _terms.terms(load(), clause_id, settings or {}, issued_on, version=version)


def parse_fact(field: Field | Fact, text: str) -> Any:
    """Return the JSON value of what a person typed. Raises ValueError with a Chinese sentence."""
    return _facts.parse_fact(field.fact if isinstance(field, Field) else field, text)


def format_fact(field: Field | Fact, value: Any) -> str:
    """Return the words for a stored JSON value: `3,200 P`, `70%`, `是`."""
    return _facts.format_fact(field.fact if isinstance(field, Field) else field, value)


def simulate(target: str | Iterable[str], columns: Mapping[str, Any], **given: Any) -> "Simulation":
    """Return what a policy or clauses give for columns of claims (`rules.simulation.simulate`). Raises ValueError."""
    from rules import simulation  # noqa: PLC0415  numpy costs a quarter of a second that single cases do not need

    return simulation.simulate(target, columns, load(), **given)


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return columns for `simulate` from the facts of cases in their JSON form. Raises ValueError in Chinese."""
    from rules.vector import columns as vector_columns  # noqa: PLC0415  numpy, as above

    return dict(vector_columns.of_cases(rows, load().facts))


def __getattr__(name: str) -> Any:
    if name in _OF_SIMULATION:
        from rules import simulation  # noqa: PLC0415  numpy, as above

        return getattr(simulation, name)
    raise AttributeError(f"module 'rules' has no attribute {name!r}")


def replay(
    cases: Iterable[tuple[Mapping[str, Any], str]], overlays: Mapping[str, Overlay] | None = None
) -> Iterator[Verdict]:
    """Yield the verdicts of stored cases, each under the pack version named with it, changed by overlays by policy."""
    return _replaying.replay(cases, load(), overlays or {})


def check_version(version: str) -> "Report":
    """Return the report of the check on one version (`xinxing.v2`), without the other policies; takes a second."""
    from rules import check as checking  # noqa: PLC0415  `python -m rules.check` must not find itself imported

    return checking.of_version(version, load().folder)


def fingerprint() -> str:
    """Return a hash of every file of the law, by which a report may be kept."""
    from rules import check as checking  # noqa: PLC0415  as above

    return checking.fingerprint(load().folder)


def lock_state(version: str) -> str:
    """Return how the files of a version stand to the lock now: `locked`, `unlocked` or `changed`."""
    library = load()
    try:
        pack = library.versions[version]
    except PackError:
        return _versions.standing([f"{version}.yaml"], library.folder)
    standing = _versions.standing([pack.file, pack.head.source], library.folder)
    read_before = standing == "locked" and pack.sha256 != _versions.read_lock(library.folder)[pack.file]
    return "changed" if read_before else standing


def worked_examples(version: str) -> Iterator[Worked]:
    """Yield every 算例 of a version with what the engine gives now. Raises KeyError, PackError."""
    library = load()
    return _worked.of_pack(library.versions[version], library)


def compare_versions(before: str, after: str) -> Difference:
    """Return what changed between two versions. Raises KeyError, PackError."""
    versions = load().versions
    return _difference.between(versions[before], versions[after])


def merged_order(orders: Sequence[Sequence[str]]) -> list[str]:
    """Return the numbers of several versions, oldest first, in one order."""
    return _difference.merged(orders)
