"""异议答复书: what came of an objection. It names the objection by its code; who objected stands nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents.letter import CaseLetter, Remedies, chinese_date


@dataclass(frozen=True, kw_only=True)
class ObjectionLetter(CaseLetter):
    """What an answer says; `findings` are paragraphs, `ruling` is the conclusion in words."""

    addressee: str
    filed_on: date
    notice_number: str
    objected: str
    findings: Sequence[str]
    ruling: str
    upheld: bool
    remedies: Remedies

    kind: ClassVar[str] = "objection"
    title: ClassVar[str] = "异议答复书"
    template: ClassVar[str] = "objection.html"

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags stand for."""
        return super().values | {
            "收到日期": chinese_date(self.filed_on),
            "公示": f"{self.notice_number}公示中的" if self.notice_number else "",
        }

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        return {
            "addressee": self.addressee,
            "objected": [line.strip() for line in self.objected.splitlines() if line.strip()],
            "findings": self.findings,
            "ruling": self.ruling,
            "upheld": self.upheld,
            "remedies": self.remedies.sentence("答复"),
        }
