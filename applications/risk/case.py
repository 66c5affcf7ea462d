"""The case as the signals read it, and what they return. Plain values: nothing here asks a database or opens a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from applications.checks.claim import Paper


@dataclass(frozen=True, order=True)
class Link:
    """Where else to look: another case with its applicant, and the paper and page there where there is one."""

    case: int
    applicant: int
    evidence: int | None = None
    page: int | None = None
    round: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Trace:
    """One trace of an edit on a page: what kind, what stood there, what stands there now."""

    kind: str
    page: int
    old: str = ""
    new: str = ""


@dataclass(frozen=True)
class Marks:
    """What was read in a file besides its text; `scanned` are the pages that are one picture, counted from 1."""

    producer: str = ""
    creator: str = ""
    created_on: date | None = None
    modified_on: date | None = None
    revisions: int = 1
    changed_after_signing: bool = False
    scanned: tuple[int, ...] = ()
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True)
class Sheet(Paper):
    """A piece of evidence: its typed fields, its text page by page, what was read in the file; None before that."""

    pages: tuple[str, ...] = ()
    marks: Marks | None = None

    @property
    def digital(self) -> bool:
        """Whether the file has text and no page of it is a scan."""
        return self.marks is not None and not self.marks.scanned and any(page.strip() for page in self.pages)


@dataclass(frozen=True)
class Echo:
    """
    What the ledger of papers points out: one of `file`, `number`, `near`, `run`, at a paper, with the other case.

    `same_sum` says that the paper there states the same sum.
    """

    what: str
    paper: int
    text: str
    other: Link | None
    same_sum: bool = False


@dataclass(frozen=True)
class Match:
    """A page that is nearly one of another applicant: `picture` or `figures`, and how much of it (of how many)."""

    kind: str
    paper: int
    page: int
    other: Link
    alike: int
    of: int


@dataclass(frozen=True)
class Shared:
    """
    What the applicant shares with others: account, phone, email, address, person or user.

    `shown` is the value as an officer may read it, `bodies` how many other applicants there are (the links are cut).
    """

    what: str
    shown: str
    links: tuple[Link, ...]
    bodies: int


@dataclass(frozen=True)
class Case:
    """Everything a signal may look at."""

    pk: int
    applicant: int
    name: str
    clause: str
    round: int | None
    facts: Mapping[str, Any]
    filed_on: date
    founded_on: date | None
    sheets: tuple[Sheet, ...]
    echoes: tuple[Echo, ...] = ()
    matches: tuple[Match, ...] = ()
    shared: tuple[Shared, ...] = ()

    def of(self, *slots: str) -> list[Sheet]:
        """Return the papers in some slots."""
        return [sheet for sheet in self.sheets if sheet.slot in slots]

    def sheet(self, pk: int) -> Sheet | None:
        """Return one paper."""
        return next((sheet for sheet in self.sheets if sheet.pk == pk), None)


@dataclass(frozen=True)
class Found:
    """What a function found: points, an explanation, where, and what makes it the same when it is found again."""

    points: int
    text: str
    paper: int | None = None
    page: int | None = None
    links: tuple[Link, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Signal:
    """One thing found, with its kind."""

    kind: str
    points: int
    text: str
    paper: int | None
    page: int | None
    links: tuple[Link, ...]
    key: str


Finds = Iterator[Found]


def tidy(value: Decimal) -> str:
    """Write a number for people, without a tail of zeros."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
