"""
What recovery cases add up to: how many stand where, what was owed, what came back, and how long the rest is overdue.

Read for lists and for the head of the authority; one case alone is read by `recovering.read`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q, Sum

from applications.models import RecoveryCase, RecoveryEntry, RecoveryTerm
from applications.recovering import Balance

# How long what is open is overdue: words, and the most days of it; None is without an end.
AGES: tuple[tuple[str, int | None], ...] = (
    ("未到期或者期限待定", 0),
    ("逾期30日以内", 30),
    ("逾期31至90日", 90),
    ("逾期91日至1年", 365),
    ("逾期1年以上", None),
)
LARGEST = 20  # bodies that are named


@dataclass(frozen=True)
class Sums:
    """What cases add up to, in whole fen over all accounts."""

    owed: int = 0
    recovered: int = 0
    written_off: int = 0
    open: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.owed + other.owed,
            self.recovered + other.recovered,
            self.written_off + other.written_off,
            self.open + other.open,
        )


@dataclass(frozen=True)
class Line:
    """One line of a table: its words, how many cases, and what they add up to."""

    label: str
    count: int
    sums: Sums


@dataclass(frozen=True)
class Figures:
    """Everything that the page of figures shows of an authority."""

    total: Line
    ages: list[Line]
    bodies: list[Line]
    clauses: list[Line]
    years: list[Line]


def sums_of(recoveries: Iterable[int]) -> dict[int, Sums]:
    """Return what cases add up to by key, over the entries that no other takes back (one query)."""
    rows = RecoveryEntry.objects.filter(recovery__in=list(recoveries), reverses=None, reversed_by=None).order_by()
    by_account: dict[tuple[int, str], dict[str, int]] = {}
    for key, account, kind, fen in rows.values_list("recovery", "account", "kind").annotate(fen=Sum("amount_fen")):
        by_account.setdefault((key, account), {})[kind] = fen
    found: dict[int, Sums] = {}
    for (key, _), kinds in by_account.items():
        one = Balance(**kinds)
        found[key] = found.get(key, Sums()) + Sums(one.owed, one.recovered, one.written_off, one.open)
    return found


def stages(authority_id: int) -> dict[str, int]:
    """Return how many cases of an authority stand where (one query)."""
    rows = RecoveryCase.objects.filter(authority=authority_id).order_by()
    return dict(rows.values_list("state").annotate(count=Count("pk")))


def figures(authority_id: int, today: date) -> Figures:
    """Return what the decided cases of an authority add up to, grouped in every way (two queries)."""
    due = Max("terms__due_on", filter=Q(terms__kind=RecoveryTerm.Kind.PAY))
    columns = ("pk", "application__applicant__name", "application__clause__article", "application__clause__title")
    decided = RecoveryCase.objects.filter(authority=authority_id, decided_at__isnull=False).order_by("pk")
    cases = list(decided.annotate(pay_due=due).values_list(*columns, "year", "pay_due"))
    sums = sums_of(row[0] for row in cases)
    groups: dict[str, dict[Any, list[Sums]]] = {"age": {}, "body": {}, "clause": {}, "year": {}}
    for pk, body, article, title, year, pay_due in cases:
        one = sums.get(pk, Sums())
        keys = {"body": body, "clause": f"{article} {title}", "year": f"{year}年"}
        if one.open:
            keys["age"] = _age(pay_due, today)
        for way, key in keys.items():
            groups[way].setdefault(key, []).append(one)
    lines = {way: [_line(key, rows) for key, rows in found.items()] for way, found in groups.items()}
    by_age = {line.label: line for line in lines["age"]}
    owing = [line for line in lines["body"] if line.sums.open]
    return Figures(
        total=_line("合计", [sums.get(row[0], Sums()) for row in cases]),
        ages=[by_age.get(label) or Line(label, 0, Sums()) for label, _ in AGES],
        bodies=sorted(owing, key=lambda line: (-line.sums.open, line.label))[:LARGEST],
        clauses=sorted(lines["clause"], key=lambda line: (-line.sums.open, line.label)),
        years=sorted(lines["year"], key=lambda line: line.label),
    )


def _age(pay_due: date | None, today: date) -> str:
    late = (today - pay_due).days if pay_due else 0
    return next(label for label, most in AGES if most is None or late <= most)


def _line(label: str, rows: list[Sums]) -> Line:
    return Line(label, len(rows), sum(rows, Sums()))
