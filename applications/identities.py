"""
What the papers of a claim are known by: their numbers in one form, and what the claim uses them for.

Nothing is stored or locked here. Amounts are hundredths of the unit that a paper states: fen, or hundredths of a kWh.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import rules
from applications import assessing
from applications.completeness import needs_subject
from applications.models import Application, Evidence
from applications.permissions import ActionRefused

LARGEST = 10**18 - 1
MOST_THINGS = 4000  # in one paper: numbers, or numbers times months or days

_DASHES = re.compile(r"[-‐‑‒–—―−－﹣~～]+")
_BRACKETS = str.maketrans("〔〕【】[]{}〈〉《》", "()()()()()()")
# What people write into a field that asks for a number they do not have.
_NO_NUMBER = re.compile(r"(无|暂无|没有|未编号|不适用|见附件|详见.*|N/?A|NULL|[-/.0X*]*)")


class TooManyThings(ActionRefused):
    """Refused because one paper lists more than can be compared; `field` is where they were typed."""

    def __init__(self, reason: str, field: str):
        super().__init__(reason)
        self.field = field


class Key(NamedTuple):
    """What one thing is: the fields that `EvidenceItem` is unique by. Keys sort the same on every machine."""

    kind: str
    number: str
    scope: str
    period: str
    side: str


@dataclass(frozen=True)
class Identity:
    """
    One thing that a paper of a claim is: its key, the entry of the law behind it, the paper, and what it is used for.

    `total` is what the paper is worth as a base, None where it proves; `shown` is the number as it was typed.
    """

    key: Key
    entry: "rules.LedgerEntry"
    evidence: Evidence
    total: int | None
    shown: str
    label: str

    @property
    def base(self) -> bool:
        """Whether the sum of the claim rests on the amount of this paper."""
        return self.total is not None

    @property
    def words(self) -> str:
        """The thing in words: `发票（编号 26650000000000000001）`."""
        period = f"，{period_words(self.key.period)}" if self.key.period else ""
        return f"{self.label}（编号 {self.shown}{period}）"


@dataclass(frozen=True)
class Claim:
    """What decides how a claim uses its papers: clause, base of the sum under the readings in force, object."""

    application: Application
    clause: str
    basis: "rules.Basis"
    facts: Mapping[str, Any]
    named: bool

    @classmethod
    def of(cls, application: Application, facts: Mapping[str, Any] | None = None) -> "Claim":
        """Read a claim by its declared facts, or by others (the verified ones)."""
        stated = application.facts if facts is None else facts
        code, version = application.clause.code, assessing.shown_version(application)
        basis = rules.basis(code, assessing.readings_of(application), stated, version=version)
        return cls(application, code, basis, stated, needs_subject(code, version))

    @property
    def subject_key(self) -> str:
        """The object of the claim as it is compared, "" where the clause awards the applicant itself."""
        return self.key_of(self.application)

    def key_of(self, application: Application) -> str:
        """Return the object of this claim, or of another one under the same clause, as it is compared."""
        return _fitted(normalise(application.subject), 100) if self.named else ""

    def rests_on(self, entry: "rules.LedgerEntry") -> frozenset[str]:
        """Return the facts of the base whose amount such a paper carries."""
        return entry.bases & frozenset(self.basis.facts)

    def base_of(self, entry: "rules.LedgerEntry") -> int:
        """Return the amount that the claim's sum needs from papers of a kind, 0 while it is not stated."""
        return sum(hundredths(self.facts.get(name)) or 0 for name in self.rests_on(entry))


def normalise(text: str) -> str:
    """
    Return a number or a name in the one form in which it is compared.

    Full width becomes half width, letters capitals; blanks vanish, dashes and brackets become one kind.
    """
    text = unicodedata.normalize("NFKC", text).upper().translate(_BRACKETS)
    text = "".join(char for char in text if not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf"})
    return _DASHES.sub("-", text).strip("-")


def _fitted(text: str, length: int) -> str:
    """Return a text that fits a column: what is longer keeps its beginning and a digest of the whole."""
    if len(text) <= length:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16].upper()
    return f"{text[: length - 17]}#{digest}"


def number_key(text: str) -> str:
    """Return a number as it is stored and looked up."""
    return _fitted(normalise(text), 100)


def is_number(text: str) -> bool:
    """Say whether a text can name a thing; 无, a dash or a zero cannot."""
    return not _NO_NUMBER.fullmatch(normalise(text))


def hundredths(value: Any) -> int | None:
    """Return an amount as a claim or a paper states it (`"12.5"`) in whole hundredths; None for what is none."""
    try:
        amount = None if value is None or isinstance(value, bool) else int(Decimal(str(value)) * 100)
    except (InvalidOperation, OverflowError, ValueError):
        return None
    return None if amount is None else min(max(amount, 0), LARGEST)


def amount_words(amount: int, unit: str) -> str:
    """Return hundredths in words: `1,200.00 元`."""
    return f"{rules.yuan(amount)} {unit}"


def period_words(period: str) -> str:
    """Return `2026年3月` for 2026-03 and `2026年3月21日` for a day, "" for none."""
    parts = period.split("-") if period else []
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))


def identities(evidence: Evidence, claim: Claim | None = None) -> list[Identity]:
    """Return everything that a paper is known by; nothing for papers that may be shown again. Raises TooManyThings."""
    kind = rules.papers().get(evidence.slot)
    if kind is None:
        return []
    claim = claim or Claim.of(evidence.application)
    return [identity for entry in kind.ledger for identity in _things(claim, evidence, kind.label, entry)]


def numbers_of(evidence: Evidence, entry: "rules.LedgerEntry") -> list[str]:
    """Return the numbers that a paper states for an entry, as they were typed."""
    text = evidence.details.get(entry.number)
    if not isinstance(text, str):
        return []
    return [part for part in (rules.listed(text) if entry.multiple else [text.strip()]) if is_number(part)]


def _things(claim: Claim, evidence: Evidence, label: str, entry: "rules.LedgerEntry") -> list[Identity]:
    numbers = {number_key(number): number for number in numbers_of(evidence, entry)}
    periods = _periods(evidence, entry)
    cells = [(number, period) for number in numbers for period in periods]
    if len(cells) > MOST_THINGS:
        words = f"{entry.name or label}所列的编号和期间超过 {MOST_THINGS:,} 项，请分成几份上传。"
        raise TooManyThings(words, entry.number)
    totals = _shares(claim, evidence, entry, len(cells))
    scope, side = _scope(claim, evidence, entry), entry.side_of(claim.clause) if totals else ""
    return [
        Identity(
            key=Key(entry.kind, number, scope, period, side),
            entry=entry,
            evidence=evidence,
            total=totals[place] if totals else None,
            shown=numbers[number],
            label=entry.name or label,
        )
        for place, (number, period) in enumerate(cells)
    ]


def _scope(claim: Claim, evidence: Evidence, entry: "rules.LedgerEntry") -> str:
    """Return whose number it is; the parties of a contract in one order, whoever files it."""
    names = [str(evidence.details.get(name) or "") for name in entry.scope]
    if entry.by_applicant:
        names.append(claim.application.applicant.name)
    return _fitted("|".join(sorted(normalise(name) for name in names)), 200)


def _shares(claim: Claim, evidence: Evidence, entry: "rules.LedgerEntry", count: int) -> list[int]:
    """Return what each of so many things is worth as a base; nothing where the claim's sum does not rest on them."""
    total = hundredths(evidence.details.get(entry.total)) if entry.total and claim.rests_on(entry) else None
    if not total or not count:
        return []
    share, left = divmod(total, count)
    return [share + (place < left) for place in range(count)]


def _periods(evidence: Evidence, entry: "rules.LedgerEntry") -> list[str]:
    """Return the months or days a paper covers: [""] where it is not counted by them, none where it states none."""
    if entry.period is None:
        return [""]
    first, last = (_day(evidence.details.get(name)) for name in entry.period)
    if first is None or last is None:
        return []
    first, last = sorted((first, last))
    if (last - first).days > MOST_THINGS * 31:
        last = first + timedelta(days=MOST_THINGS * 31)  # more things than are taken, so that this is said
    return _days(first, last) if entry.daily else _months(first, last)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _days(first: date, last: date) -> list[str]:
    return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]


def _months(first: date, last: date) -> list[str]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    months = (divmod(first.year * 12 + first.month - 1 + number, 12) for number in range(count))
    return [f"{year:04d}-{month + 1:02d}" for year, month in months]
