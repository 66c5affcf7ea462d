"""The list of comparisons, in the order of their families."""

from collections.abc import Callable

from applications.checks.claim import Claim, Result, Results

Look = Callable[[Claim], Results]

KINDS: dict[str, Look] = {}


def look(kind: str) -> Callable[[Callable[[Claim, str], Results]], Look]:
    """Register a function as the comparison of one kind; it gets its kind beside the claim."""
    assert kind not in KINDS, f"{kind} is registered twice"
    assert len(kind) <= 30, "the column has 30 characters"

    def register(function: Callable[[Claim, str], Results]) -> Look:
        def bound(claim: Claim) -> Results:
            return function(claim, kind)

        bound.__doc__ = function.__doc__
        KINDS[kind] = bound
        return bound

    return register


def look_at(claim: Claim) -> list[Result]:
    """Return every comparison that a claim has papers for, in a fixed order."""
    return [result for one in KINDS.values() for result in one(claim)]
