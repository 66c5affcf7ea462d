"""一次性补正告知书: every defect of a claim at once, and the day by which it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents import render
from applications.documents.letter import CaseLetter, chinese_date


@dataclass(frozen=True, kw_only=True)
class CorrectionLetter(CaseLetter):
    """
    What a request for corrections says; `defects` are rows (材料或事项, 需要补正的内容).

    A second request gives in `reason` the new defect that the answer to the first has brought, which was received on
    `answered_on`.
    """

    received_on: date
    defects: Sequence[Sequence[str]]
    due_on: date | None  # None while the working days of that year are unknown (待定)
    how: str = "登录本平台，在该申报件的“补正”页逐项办理并重新提交"
    reason: str = ""
    answered_on: date | None = None

    kind: ClassVar[str] = "correction"
    title: ClassVar[str] = "一次性补正告知书"
    template: ClassVar[str] = "correction.html"

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags stand for."""
        return super().values | {"收到日期": chinese_date(self.received_on)}

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.defects, "a request for corrections names what to correct"

        return {
            "defects": self.defects,
            "due_on": chinese_date(self.due_on) if self.due_on else "待定（该年度工作日安排公布后另行告知）",
            "how": self.how,
            "reason": self.reason,
            "answered_on": chinese_date(self.answered_on) if self.answered_on else "",
        }


def build(letter: CorrectionLetter) -> bytes:
    """Return the request for corrections as PDF."""
    return render.pdf(letter)
