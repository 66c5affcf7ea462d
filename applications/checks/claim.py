"""The claim as the comparisons read it, their results, and the few readings of values that all of them need."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import rules

PASS, FAIL, NO_DATA = "pass", "fail", "none"


@dataclass(frozen=True)
class Paper:
    """One piece of evidence: its slot, the typed fields, the day it was handed in, the facts it is to prove."""

    pk: int
    slot: str
    label: str
    details: Mapping[str, Any]
    handed_in_on: date
    proves: tuple[str, ...] = ()

    def number(self, name: str) -> Decimal | None:
        """Return a field as a number, None where it is missing or no number."""
        return number_in(self.details.get(name))

    def day(self, name: str) -> date | None:
        """Return a field as a date, None where it is missing or no date."""
        return day_in(self.details.get(name))

    def text(self, name: str) -> str:
        """Return a field as text without blanks around it, "" where it is missing."""
        return str(self.details.get(name) or "").strip()

    def period(self) -> tuple[date, date] | None:
        """Return first and last day of the period a paper states, None where it states none or half of one."""
        first, last = self.day("period_from"), self.day("period_to")
        return (first, last) if first and last else None


@dataclass(frozen=True)
class Claim:
    """
    Everything a comparison may look at.

    `award_fen` is the sum the rules gave for the declared facts; `deducted` says that earlier sums, a pool or awards
    of other policies entered it, so that less than rate × base may be right. Sums are yuan as stated, except `_fen`.
    """

    clause: str
    name: str
    uscc: str
    facts: Mapping[str, Any]
    papers: tuple[Paper, ...]
    terms: "rules.Terms"
    fields: Mapping[str, "rules.Field"]
    holder: str = ""
    event_on: date | None = None
    support_year: int | None = None
    award_fen: int | None = None
    deducted: bool = False

    @property
    def policy(self) -> str:
        """The policy's short name, the first part of the clause's."""
        return self.clause.partition("-")[0]

    def of(self, *slots: str) -> list[Paper]:
        """Return the papers in some slots."""
        return [paper for paper in self.papers if paper.slot in slots]

    def number(self, fact: str) -> Decimal | None:
        """Return a declared fact as a number, None where it is not declared or no number."""
        return number_in(self.facts.get(fact))

    def shown(self, fact: str) -> str:
        """Return a declared fact in words."""
        if fact not in self.fields:
            return str(self.facts.get(fact, "未填写"))
        return rules.format_fact(self.fields[fact], self.facts.get(fact))

    def label(self, fact: str) -> str:
        """Return the words of a fact."""
        return self.fields[fact].label if fact in self.fields else fact


@dataclass(frozen=True)
class Result:
    """
    One comparison: kind, what it stands beside (a fact's name, "slot:<kind>", or "" for the case), how it came out.

    `inputs` are the values compared, as stated; `paper` is the primary key of the paper they come from.
    """

    kind: str
    target: str
    state: str
    words: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    paper: int | None = None


Results = Iterator[Result]


def state_of(fits: bool | None) -> str:
    """Return the state of a comparison; None means that a value is missing."""
    return NO_DATA if fits is None else PASS if fits else FAIL


def number_in(value: Any) -> Decimal | None:
    """Read a stated number."""
    try:
        made = None if value in (None, "") or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None
    return made if made is None or made.is_finite() else None


def day_in(value: Any) -> date | None:
    """Read a stated day."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def sum_of(papers: Iterable[Paper], name: str) -> Decimal | None:
    """Return the sum of a field over papers, None where one of them does not state it or there is none."""
    values = [paper.number(name) for paper in papers]
    stated = [value for value in values if value is not None]
    return sum(stated, Decimal(0)) if values and len(stated) == len(values) else None


def plain(value: Decimal | int | None) -> str:
    """Write a number for people: with separators, without an exponent, the places as stated except .00."""
    if value is None:
        return "未录入"
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value:,f}"
    return text.removesuffix(".00") if value == value.to_integral_value() else text


def yuan(value: Decimal | None) -> str:
    """Write a sum in yuan for people."""
    return "未录入" if value is None else f"{value.quantize(Decimal('0.01')):,} 元"


def at_places_of(value: Decimal, like: Decimal) -> Decimal:
    """Round half-up to as many places as another number states."""
    return value.quantize(Decimal(1).scaleb(-len(f"{like:f}".partition(".")[2])), ROUND_HALF_UP)


def whole_months(first: date, last: date) -> int:
    """Return the whole months from the first day to the last, both of them counted."""
    ended = date.fromordinal(last.toordinal() + 1)
    return (ended.year - first.year) * 12 + ended.month - first.month - (ended.day < first.day)


def same_name(one: str, other: str) -> bool:
    """Return whether two names are one: blanks and the width of brackets aside."""
    return plain_name(one) == plain_name(other)


def plain_name(name: str) -> str:
    """Return a name without blanks and with narrow brackets."""
    return "".join(name.split()).translate(str.maketrans("（）", "()"))
