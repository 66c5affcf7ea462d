"""Earlier awards of many claims, and the day of each claim: what limits and terms look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from rules import facts as fact_module
from rules.pack import Library, Pack
from rules.vector.columns import Array

UNKNOWN = -1


@dataclass(frozen=True)
class Earlier:
    """
    Earlier awards, one a row: the place of the claim they belong to, full clause id, fen, year, same object or not.

    `year` and `same_item` may be one value for all. A year of −1 counts in whatever year the claim is in.
    """

    claim: npt.ArrayLike
    clause: npt.ArrayLike
    fen: npt.ArrayLike
    year: npt.ArrayLike = UNKNOWN
    same_item: npt.ArrayLike = True


@dataclass(frozen=True)
class Found:
    """Per claim: fen received, how many awards that paid anything, and where the year of the claim was needed."""

    fen: Array
    positive: Array
    year_needed: Array | None


class History:
    """Sums of earlier awards by clauses and scope, each computed once."""

    def __init__(self, given: "Earlier | Mapping[str, Any] | None", rows: int, years: Array | None, library: Library):
        self.rows = rows
        self.years = np.full(rows, UNKNOWN, np.int64) if years is None else years
        self._sums: dict[Any, Found | None] = {}
        self._windows: dict[Any, tuple[Array, Array]] = {}
        table = _table(given, rows)
        self.empty = table is None
        if table is None:
            return
        self.claim, self.clause, self.fen, self.year, self.same = table
        for clause in np.unique(self.clause):
            try:
                library.locate(str(clause))
            except KeyError:
                raise ValueError(f"以往奖补中没有条款“{clause}”") from None
        most = int(self.fen.max()) * int(np.bincount(self.claim).max())
        if most >= 2**62:
            raise ValueError("以往奖补金额之和超出可精确计算的范围")

    def total(self, clauses: Iterable[str], scope: str | None) -> Found | None:
        """Return what a limit of this scope counts; None where there is nothing for any claim."""
        if self.empty or scope is None:
            return None
        key = (tuple(clauses), scope)
        if key not in self._sums:
            self._sums[key] = self._total(*key)
        return self._sums[key]

    def _pick(self, clauses: tuple[str, ...], scope: str) -> Array:
        picked = np.isin(self.clause, clauses)
        return picked & self.same if scope.startswith("对象") else picked

    def _total(self, clauses: tuple[str, ...], scope: str) -> Found | None:
        picked = self._pick(clauses, scope)
        if not picked.any():
            return None
        needed = None
        if scope.endswith("每年"):
            year = self.years[self.claim]
            needed = self._mark(picked & (year == UNKNOWN) & (self.year != UNKNOWN))
            picked &= (self.year == UNKNOWN) | (self.year == year)
        return Found(self.sums(picked), self.sums(picked & (self.fen > 0), count=True), needed)

    def window(self, clauses: Iterable[str], back: Array, where: Array, *, key: str) -> tuple[Array, Array]:
        """Return fen of awards of this and some years back for some claims, and where the claim's year was needed."""
        found = self._windows.get((tuple(clauses), key))
        if found is None:
            picked = self._pick(tuple(clauses), "主体累计") & where[self.claim]
            year = self.years[self.claim]
            needed = self._mark(picked & (year == UNKNOWN))
            actual = np.where(self.year == UNKNOWN, year, self.year)
            inside = picked & (year - back[self.claim] <= actual) & (actual <= year)
            found = self._windows[tuple(clauses), key] = (self.sums(inside), needed)
        return found

    def sums(self, picked: Array, *, count: bool = False) -> Array:
        """Return fen (or the number) of picked awards by claim."""
        found = np.zeros(self.rows, np.int64)
        np.add.at(found, self.claim[picked], 1 if count else self.fen[picked])
        return found

    def units(self, clause: str, scope: str, price: int) -> Array | None:
        """Return how many units of a price earlier awards covered, each award rounded up to whole units."""
        if self.empty:
            return None
        picked = self._pick((clause,), scope)
        if scope.endswith("每年"):
            picked &= (self.year == UNKNOWN) | (self.year == self.years[self.claim])
        found = np.zeros(self.rows, np.int64)
        np.add.at(found, self.claim[picked], -(-self.fen[picked] // price))
        return found

    def _mark(self, picked: Array) -> Array:
        found = np.zeros(self.rows, np.bool_)
        found[self.claim[picked]] = True
        return found


def _table(given: Earlier | Mapping[str, Any] | None, rows: int) -> tuple[Array, ...] | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        given = _of_columns(given, rows)
    claim = np.asarray(given.claim, np.int64)
    if not claim.size:
        return None
    shape = claim.shape
    clause = np.broadcast_to(np.asarray(given.clause, np.str_), shape)
    fen, year, same = (np.asarray(part) for part in (given.fen, given.year, given.same_item))
    if fen.dtype.kind not in "iu" or year.dtype.kind not in "iu" or same.dtype != np.bool_:
        raise ValueError("以往奖补的金额（分）和年度应为整数，是否同一对象应为是否值")
    fen, year, same = (np.broadcast_to(part, shape) for part in (fen.astype(np.int64), year.astype(np.int64), same))
    if claim.min() < 0 or claim.max() >= rows:
        raise ValueError("以往奖补所属的行号超出范围")
    if fen.min() < 0 or fen.max() >= fact_module.LARGEST_FEN:
        raise ValueError("以往奖补的金额应为不小于零的分")
    if ((year != UNKNOWN) & ((year < 1900) | (year > 2999))).any():
        raise ValueError("以往奖补的年度应为四位数的年份")
    return claim, clause, fen, year, same


def _of_columns(given: Mapping[str, Any], rows: int) -> Earlier:
    """Return awards from one column of fen a clause: same object, in the year of the claim; zero is no award."""
    claims, clauses, sums = [], [], []
    for clause, column in given.items():
        fen = np.asarray(column)
        if fen.shape != (rows,) or fen.dtype.kind not in "iu":
            raise ValueError(f"“{clause}”以往奖补一列应为每行一个整数（分）")
        where = np.flatnonzero(fen)
        claims.append(where)
        clauses.append(np.full(len(where), clause))
        sums.append(fen[where].astype(np.int64))
    if not claims:
        return Earlier([], [], [])
    return Earlier(np.concatenate(claims), np.concatenate(clauses), np.concatenate(sums))


@dataclass(frozen=True)
class Term:
    """Where a claim is out of term, and where the day of issue would be needed to say."""

    outside: Array
    unknown: Array


def days(on: Any, rows: int) -> Array | None:
    """Return the day of each claim as days since 1970, None where no day is given at all."""
    if on is None:
        return None
    found = np.asarray(on, "datetime64[D]")
    return np.broadcast_to(found, (rows,))


def term(pack: Pack, settings: Mapping[str, str], on: Array, issued: tuple[Array, Array | bool] | None) -> Term:
    """Say of each claim with a day whether it is in the term of the policy."""
    stated = ~np.isnat(on)
    outside, unknown = np.zeros(len(on), np.bool_), np.zeros(len(on), np.bool_)
    epoch = date(1970, 1, 1).toordinal()
    day = on.astype(np.int64)
    known = np.zeros(len(on), np.bool_) if issued is None else np.broadcast_to(issued[1], on.shape)
    groups: list[tuple[date | None, Array]] = [(None, ~known)]
    if issued is not None:
        for value in np.unique(issued[0][known]):
            groups.append((date.fromordinal(int(value) + epoch), known & (issued[0] == value)))
    for issue_day, where in groups:
        span = pack.span(settings, issue_day)
        here = where & stated
        if span.start is None or span.end is None:
            unknown |= here
        else:
            outside |= here & ((day < span.start.toordinal() - epoch) | (day > span.end.toordinal() - epoch))
    return Term(outside, unknown)
