"""What a clause promises in figures, for a check that does the sum again apart from the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules import formulas
from rules.pack import Library


@dataclass(frozen=True)
class Terms:
    """
    The figures of one clause under the readings in force.

    `rate_pct` of the base, or `price_fen` for each unit of it; both None where the sum is neither. `cap_fen` is the
    lowest ceiling of one award. `readings` are the letters in force, `starts` and `ends` the days of the policy.
    """

    bases: tuple[str, ...] = ()
    by: str = ""
    base_by: Mapping[int, str] | None = None
    rate_pct: Decimal | None = None
    price_fen: int | None = None
    cap_fen: int | None = None
    cut_down: bool = False
    readings: Mapping[str, str | None] | None = None
    starts: date | None = None
    ends: date | None = None

    def bases_of(self, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the facts that make up the base of a claim, () where it cannot be told."""
        if not self.base_by:
            return self.bases
        name = self.base_by.get(facts.get(self.by, 0))
        return (name,) if name else ()

    def letter(self, reading: str) -> str:
        """Return the letter in force of a reading, "" where the clause has no such question."""
        return (self.readings or {}).get(reading) or ""


def terms(
    library: Library, clause_id: str, settings: Mapping[str, str], issued_on: date | None, *, version: str = ""
) -> Terms:
    """Return the figures of a clause. Raises KeyError."""
    pack, number = library.locate(clause_id, version=version)
    compiled = pack.compiled(number, settings)
    span = pack.span(settings, issued_on)
    formula = compiled.formula
    rate = formula if isinstance(formula, formulas.Rate) else None
    unit = formula if isinstance(formula, formulas.PerUnit) else None
    return Terms(
        bases=tuple(fact.name for fact in formula.facts) if formula else (),
        by=rate.by.name if rate and rate.by else "",
        base_by={place: fact.name for place, fact in rate.choices.items()} if rate and rate.by else None,
        rate_pct=rate.rate if rate else None,
        price_fen=unit.price if unit else None,
        cap_fen=min((cap.amount for cap in getattr(compiled.model, "caps", ())), default=None),
        cut_down=rate.cut_down if rate else False,
        readings=dict(pack.letters_of(number, settings)),
        starts=span.start,
        ends=span.end,
    )
