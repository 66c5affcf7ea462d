"""异议答复书: what came of an objection. It names the objection by its code; who objected stands nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents.letter import Letter, Remedies, chinese_date


@dataclass(frozen=True, kw_only=True)
class ObjectionLetter(Letter):
    """What an answer says; `findings` are paragraphs, `ruling` is the conclusion in words."""

    case_number: str
    policy_title: str
    clause_article: str
    clause_title: str
    addressee: str
    filed_on: date
    notice_number: str
    objected: str
    findings: Sequence[str]
    ruling: str
    upheld: bool
    remedies: Remedies

    title: ClassVar[str] = "异议答复书"
    template: ClassVar[str] = "objection.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        return {
            "case_number": self.case_number,
            "policy_title": self.policy_title,
            "clause_article": self.clause_article,
            "clause_title": self.clause_title,
            "claimant": self.applicant_name,
            "addressee": self.addressee,
            "filed_on": chinese_date(self.filed_on),
            "notice_number": self.notice_number,
            "objected": [line.strip() for line in self.objected.splitlines() if line.strip()],
            "findings": self.findings,
            "ruling": self.ruling,
            "upheld": self.upheld,
            "remedies": self.remedies.sentence("答复"),
        }
