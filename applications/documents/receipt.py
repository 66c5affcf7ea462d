"""收件回执: what was handed in, when, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from applications.documents import characters, render
from applications.documents.letter import CaseLetter, chinese_time


@dataclass(frozen=True, kw_only=True)
class ReceiptLetter(CaseLetter):
    """
    What a receipt says. `letter_number` is the number of the receipt.

    `facts` are rows (事项, 申报值); `files` are rows (材料类别, 文件名, sha256), the hash is printed in
    short; `received_at` is in local time. `promised` are rows (材料, 补交期限). What was filed at the counter names
    the `bearer` of the mandate and the `officer`.
    """

    uscc: str
    facts: Sequence[Sequence[str]]
    files: Sequence[Sequence[str]]
    received_at: datetime
    next_step: str
    promised: Sequence[Sequence[str]] = ()
    bearer: str = ""
    officer: str = ""

    kind: ClassVar[str] = "receipt"
    title: ClassVar[str] = "收件回执"
    template: ClassVar[str] = "receipt.html"

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags stand for."""
        return super().values | {"收到时间": chinese_time(self.received_at)}

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        files = [(slot, characters.with_stand_ins(name), sha256[:16]) for slot, name, sha256 in self.files]
        return {
            "facts": self.facts,
            "files": files,
            "stood_in": any(name != printed for (_, name, _), (_, printed, _) in zip(self.files, files, strict=True)),
            "next_step": self.next_step,
            "promised": self.promised,
            "bearer": self.bearer,
            "officer": self.officer,
        }


def build(letter: ReceiptLetter) -> bytes:
    """Return the receipt as PDF."""
    return render.pdf(letter)
