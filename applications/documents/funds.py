"""资金安排表: the sums of many awards on one paper, for the treasury, with totals in figures and capitals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents.letter import Letter, chinese_date
from applications.documents.sums import money
from rules import yuan


@dataclass(frozen=True, kw_only=True)
class FundsLetter(Letter):
    """
    What a table of funds says; `applicant_name` is the body it goes to, "" where it stays with the authority.

    `rows` hold applicant_name, uscc, clause, notice_number, part ("" where the award has one part) and amount_fen.
    `since` and `until` are the days of decision between which the awards lie. `borne` is what each payer bears of all
    that, as (payer, number of shares, fen); it sums to the rows, and is printed where more than one payer bears them.
    """

    heading_line: str
    since: date | None = None
    until: date | None = None
    rows: Sequence[Mapping[str, Any]]
    borne: Sequence[tuple[str, int, int]] = ()
    note: str = ""

    kind: ClassVar[str] = "funds"
    title: ClassVar[str] = "奖补资金安排表"
    template: ClassVar[str] = "funds.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.rows, "a table of funds has lines"
        assert all(row["amount_fen"] > 0 for row in self.rows)
        by_clause: dict[str, list[int]] = {}
        for row in self.rows:
            by_clause.setdefault(row["clause"], []).append(row["amount_fen"])
        total = sum(row["amount_fen"] for row in self.rows)
        assert not self.borne or sum(fen for _, _, fen in self.borne) == total
        span = (self.since, self.until)
        return {
            "heading_line": self.heading_line,
            "span": f"{chinese_date(span[0])}至{chinese_date(span[1])}" if span[0] and span[1] else "",
            "rows": [{**row, "amount": yuan(row["amount_fen"])} for row in self.rows],
            "count": len(self.rows),
            "bodies": len({row["uscc"] for row in self.rows}),
            "sums": [(clause, len(parts), yuan(sum(parts))) for clause, parts in by_clause.items()],
            "borne": [(payer, count, yuan(fen)) for payer, count, fen in self.borne] if len(self.borne) > 1 else [],
            "total": money(total),
            "note": self.note,
        }
