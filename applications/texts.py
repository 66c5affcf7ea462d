"""
The text layer of PDF evidence: read once by a worker, and searched for what the claim declares.

A value counts as found in whatever way people write it: with separators or full-width digits, broken by blanks, in
元 or 万元, a day with 年月日 or with hyphens. Finding is no verdict; not finding says that a person has to look.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet

import rules
from applications.checks.claim import number_in
from applications.models import Evidence, EvidenceText

PDF = "application/pdf"
MOST_PAGES = 100
MOST_SECONDS = 10.0
LATE = 500  # how many rows a slow transaction may come after its neighbours
SHORTEST_NUMBER = 2  # a single digit is found on every page and proves nothing

SEPARATOR = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
BLANKS = re.compile(r"\s+")
PARTS = re.compile(r"[、,;；]")


def waiting() -> QuerySet[Evidence]:
    """
    Return PDF evidence whose text nobody has read yet, oldest first.

    Papers are read in their order and each attempt leaves a row, so only the newest can be unread: the search starts
    a little before the last one read and never walks over the whole table.
    """
    last = EvidenceText.objects.aggregate(last=Max("evidence_id"))["last"] or 0
    rows = Evidence.objects.in_use().filter(content_type=PDF, text=None, pk__gt=last - LATE)
    return rows.order_by("pk")


def read(evidence: Evidence, *, at: datetime) -> EvidenceText:
    """Read the text of a paper and keep it; what cannot be read is kept as such and not tried again."""
    from applications import previews  # loads pdfium and Pillow, which only the worker needs  # noqa: PLC0415

    pages: list[str] = []
    problem = ""
    try:
        with evidence.file.open("rb") as file:
            pages, whole = previews.page_texts(file, most_pages=MOST_PAGES, seconds=MOST_SECONDS)  # type: ignore[arg-type] # a FieldFile reads as one
        if not whole:
            problem = f"只读取了前{len(pages)}页"
    except FileNotFoundError:
        problem = "文件不在存储中"
    except previews.CannotShow as reason:
        problem = str(reason).removesuffix("。")
    clean = [page.replace("\x00", "") for page in pages]
    made, _ = EvidenceText.objects.get_or_create(
        evidence=evidence, defaults={"pages": clean, "problem": problem, "read_at": at}
    )
    return made


# ---- searching ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One thing to look for: `what` is name, uscc, fact or field, `key` its name there, and how it may be written."""

    what: str
    key: str
    label: str
    shown: str
    patterns: tuple[str, ...]


def plain(text: str) -> str:
    """Return a text as it is searched: half-width, without blanks, separators of thousands and upper case."""
    return SEPARATOR.sub("", BLANKS.sub("", unicodedata.normalize("NFKC", text))).casefold()


def spaced(text: str) -> str:
    """Return a text as `plain` does, but with its blanks: figures that stand side by side stay apart."""
    return SEPARATOR.sub("", unicodedata.normalize("NFKC", text)).casefold()


def is_scan(pages: Sequence[str]) -> bool:
    """Return whether no page has any text."""
    return not any(page.strip() for page in pages)


def page_of(pages: Sequence[str], patterns: Iterable[str]) -> int | None:
    """Return the first page, counted from 1, on which every pattern is found; the pages are plain already."""
    wanted = [re.compile(pattern) for pattern in patterns]
    for number, page in enumerate(pages, start=1):
        if all(pattern.search(page) for pattern in wanted):
            return number
    return None


def patterns_of(field: "rules.Field", value: Any) -> tuple[str, ...]:
    """Return how a value may be written on paper, all of which must be found; () where a search would prove nothing."""
    if field.kind in ("money", "decimal", "integer"):
        return _number(value, money=field.kind == "money")
    if field.kind == "percent":
        number = number_in(value)
        return () if number is None else (f"{_digits(number)}(?:%|个百分点)",)
    if field.kind == "date":
        return _day(value)
    if field.kind == "choice":
        return tuple(re.escape(plain(label)) for key, label in field.choices if key == value)
    if field.kind == "text":
        return text_patterns(value)
    return ()


def text_patterns(value: Any) -> tuple[str, ...]:
    """Return the parts of a name or a number; a list of several is found when each of them is."""
    return tuple(re.escape(part) for piece in PARTS.split(str(value)) if (part := plain(piece)))


def _number(value: Any, *, money: bool) -> tuple[str, ...]:
    number = number_in(value)
    if number is None or (not money and len(_stripped(number)) < SHORTEST_NUMBER):
        return ()
    ways = [_digits(number)]
    for word, size in (("万", 10_000), ("亿", 100_000_000)):
        part = number / size
        if part >= Decimal("0.01") and -int(part.normalize().as_tuple().exponent) <= 6:
            ways.append(f"{_digits(part)}{word}")
    return ("|".join(f"(?:{way})" for way in ways),)


def _stripped(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _digits(number: Decimal) -> str:
    """Return a pattern for a number as a whole word: neither part of a longer one nor with other decimals."""
    text = _stripped(number)
    tail = "0*" if "." in text else r"(?:\.0+)?"
    return rf"(?<![0-9.]){re.escape(text)}{tail}(?![0-9]|\.[0-9])"


def _day(value: Any) -> tuple[str, ...]:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return ()
    return (rf"(?<![0-9]){day.year}[-年./]?0?{day.month}[-月./]?0?{day.day}(?![0-9])",)


def found(pages: Sequence[str], items: Iterable[Item]) -> Iterator[tuple[Item, int | None]]:
    """Yield each item with the page it is found on."""
    searched = [plain(page) for page in pages]
    for item in items:
        yield item, page_of(searched, item.patterns)
