"""收件回执: what was handed in, when, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from applications.documents import render
from applications.documents.letter import Letter, chinese_time


@dataclass(frozen=True, kw_only=True)
class ReceiptLetter(Letter):
    """
    What a receipt says. `letter_number` is the number of the receipt.

    `facts` are rows (事项, 申报值); `files` are rows (材料类别, 文件名, sha256), the hash is printed in
    short; `received_at` is in local time. `promised` are rows (材料, 补交期限). What was filed at the counter names
    the `bearer` of the mandate and the `officer`.
    """

    uscc: str
    case_number: str
    policy_title: str
    clause_article: str
    clause_title: str
    facts: Sequence[Sequence[str]]
    files: Sequence[Sequence[str]]
    received_at: datetime
    next_step: str
    promised: Sequence[Sequence[str]] = ()
    bearer: str = ""
    officer: str = ""

    title: ClassVar[str] = "收件回执"
    template: ClassVar[str] = "receipt.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        return {
            "uscc": self.uscc,
            "case_number": self.case_number,
            "policy_title": self.policy_title,
            "clause_article": self.clause_article,
            "clause_title": self.clause_title,
            "facts": self.facts,
            "files": [(slot, name, sha256[:16]) for slot, name, sha256 in self.files],
            "received_at": chinese_time(self.received_at),
            "next_step": self.next_step,
            "promised": self.promised,
            "bearer": self.bearer,
            "officer": self.officer,
        }


def build(letter: ReceiptLetter) -> bytes:
    """Return the receipt as PDF."""
    return render.pdf(letter)
