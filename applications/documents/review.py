"""年度复核报告: what a yearly review covered and found, in figures and capitals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents.letter import Letter, chinese_date
from applications.documents.sums import money
from rules import yuan

SAID = {
    "opening": "按照年度复核安排，对已拨付的奖补资金开展复核，现将情况报告如下。",
    "closing": "",
    "contact": "",
    "copies_to": "",
}


@dataclass(frozen=True, kw_only=True)
class ReviewLetter(Letter):
    """
    What the report of a review says. It stays with the authority, so it has no addressee and no remedies.

    `whole` and `clauses` hold counts, sums in whole fen and coverages in words; `rows` the cases that were put right or
    became findings, `left_out` how many more there are.
    """

    heading_line: str
    basis: str
    year: int
    method: str
    strata: str = ""
    seed: str
    frame_sha256: str
    since: date
    whole: Mapping[str, Any]
    clauses: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, Any]] = ()
    left_out: int = 0

    kind: ClassVar[str] = "review"
    title: ClassVar[str] = "年度复核报告"
    template: ClassVar[str] = "review.html"

    def said(self, key: str) -> str:
        """Return the parts that other letters let an authority word: here they are fixed."""
        return self.authority_name if key in ("heading", "printed_by") else SAID[key]

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        return {
            "heading_line": self.heading_line,
            "basis": self.basis,
            "year": self.year,
            "method": self.method,
            "strata": self.strata,
            "seed": self.seed,
            "frame_sha256": _in_groups(self.frame_sha256),
            "span": f"{chinese_date(self.since)}至{chinese_date(self.decided_on)}",
            "whole": _line(self.whole),
            "clauses": [_line(line) for line in self.clauses],
            "rows": [{**row, "doubt": yuan(row["doubt_fen"]) if row["doubt_fen"] else "—"} for row in self.rows],
            "left_out": self.left_out,
        }


def _in_groups(digest: str) -> str:
    """Return a hash in groups of eight, which a line can be broken between."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line with its sums in words: alone for a table, with capitals for a sentence."""
    said = {name: line[f"{name}_fen"] for name in ("frame", "drawn", "doubt")}
    return {
        **line,
        **{f"{name}_sum": yuan(fen) for name, fen in said.items()},
        **{f"{name}_money": money(fen) if fen else None for name, fen in said.items()},
    }
