"""The list of signals, each a pure function from a case to what it finds, in the order of their families."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from applications.risk.case import Case, Finds, Signal

Look = Callable[[Case], Finds]


@dataclass(frozen=True)
class Kind:
    """One kind of signal: the words of it, whether it links this case hard or softly to others, its function."""

    name: str
    label: str
    bond: str
    look: Look


KINDS: dict[str, Kind] = {}

HARD, SOFT = "hard", "soft"  # one source or owner; or no more than an accountant or a street in common


def signal(name: str, label: str, *, bond: str = "") -> Callable[[Look], Look]:
    """Register a function as one kind of signal."""
    assert name not in KINDS, f"{name} is registered twice"
    assert len(name) <= 30, "the column has 30 characters"

    def register(function: Look) -> Look:
        KINDS[name] = Kind(name, label, bond, function)
        return function

    return register


def look_at(case: Case, *, without: Collection[str] = ()) -> list[Signal]:
    """Return what every kind finds in a case; `without` leaves kinds out, to measure what each is worth."""
    return [
        Signal(kind.name, found.points, found.text, found.paper, found.page, found.links, found.key or found.text)
        for kind in KINDS.values()
        if kind.name not in without
        for found in kind.look(case)
    ]
