"""公示公告: every case of a batch with its figures, the days, and where and how to object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents.letter import Letter, chinese_date, within_quotes
from applications.documents.sums import money
from rules import yuan


@dataclass(frozen=True, kw_only=True)
class BatchLetter(Letter):
    """What the paper of a public batch says; `rows` are what each notice shows (see `publicity.shown_of`)."""

    heading: str
    days: int
    closes_on: date | None
    rows: Sequence[Mapping[str, Any]]
    channel: str = ""

    kind: ClassVar[str] = "batch"
    title: ClassVar[str] = "公示"
    template: ClassVar[str] = "batch.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        total = sum(row["amount_fen"] for row in self.rows)
        return {
            "heading": self.heading,
            "days": self.days,
            "closes_on": chinese_date(self.closes_on) if self.closes_on else "待定",
            "rows": [
                {**row, "clause": within_quotes(row["clause"]), "amount": yuan(row["amount_fen"])} for row in self.rows
            ],
            "count": len(self.rows),
            "total": money(total),
            "hotline": self.hotline,
            "address": self.address,
            "channel": self.channel,
        }
