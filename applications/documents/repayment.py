"""
追回 from the decision on: 送达回证, 催告书, 分期退回协议, 移送函, 结案通知书.

Sources: 行政强制法 art. 35, 54 (催告), art. 42 (an agreement on how to carry out a decision).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents.letter import chinese_date
from applications.documents.recovery import RecoveryLetter
from applications.documents.sums import money
from rules import yuan


@dataclass(frozen=True, kw_only=True)
class ServiceLetter(RecoveryLetter):
    """送达回证: names the paper that is served, and leaves lines for who receives and who serves it to sign."""

    paper_title: str
    paper_number: str
    method: str
    served_on: date
    receiver: str

    kind: ClassVar[str] = "rec_service"
    title: ClassVar[str] = "送达回证"
    template: ClassVar[str] = "recovery/service.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        return {
            "paper_title": self.paper_title,
            "paper_number": self.paper_number,
            "method": self.method,
            "served_on": chinese_date(self.served_on),
            "receiver": self.receiver,
        }


@dataclass(frozen=True, kw_only=True)
class UrgeLetter(RecoveryLetter):
    """催告书: what is still owed, rows (科目, fen), after the limit has passed; `pay_until` is None while 待定."""

    decision_number: str
    served_on: date | None
    left: Sequence[Sequence[Any]]
    pay_until: date | None
    pay_into: str
    remark: str

    kind: ClassVar[str] = "rec_urge"
    title: ClassVar[str] = "催告书"
    template: ClassVar[str] = "recovery/urge.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.left, "nobody is urged to pay nothing"
        assert all(fen > 0 for _, fen in self.left)
        return {
            "decision_number": self.decision_number,
            "served_on": chinese_date(self.served_on) if self.served_on else "",
            "owed": [(account, money(fen)) for account, fen in self.left],
            "total": money(sum(fen for _, fen in self.left)),
            "pay_until": chinese_date(self.pay_until) if self.pay_until else "",
            "pay_into": self.pay_into,
            "remark": self.remark,
        }


@dataclass(frozen=True, kw_only=True)
class PlanLetter(RecoveryLetter):
    """分期退回协议: `parts` are rows (日期, fen) by which a decision is carried out."""

    decision_number: str
    parts: Sequence[Sequence[Any]]
    pay_into: str
    remark: str

    kind: ClassVar[str] = "rec_plan"
    title: ClassVar[str] = "分期退回协议"
    template: ClassVar[str] = "recovery/plan.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.parts, "a plan has parts"
        assert all(fen > 0 for _, fen in self.parts)
        return {
            "decision_number": self.decision_number,
            "parts": [(day, yuan(fen)) for day, fen in self.parts],
            "count": len(self.parts),
            "total": money(sum(fen for _, fen in self.parts)),
            "pay_into": self.pay_into,
            "remark": self.remark,
        }


@dataclass(frozen=True, kw_only=True)
class TransferLetter(RecoveryLetter):
    """移送函: hands a matter to another organ (`to`) with reasons and papers. The body it is about never sees it."""

    to: str
    what: str
    reason: Sequence[str]
    papers: Sequence[str]

    kind: ClassVar[str] = "rec_transfer"
    title: ClassVar[str] = "移送函"
    template: ClassVar[str] = "recovery/transfer.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.to, "a matter is handed to somebody"
        assert self.reason, "for a reason"
        return self.awarded | {"to": self.to, "what": self.what, "reason": self.reason, "papers": self.papers}


@dataclass(frozen=True, kw_only=True)
class ClosedLetter(RecoveryLetter):
    """
    结案通知书: `result` are paragraphs; `accounts` rows (科目, owed, paid back, set off, written off), whole fen.

    A case that was `dropped` before a decision ends without one, and the award stands.
    """

    dropped: bool = False
    decision_number: str
    result: Sequence[str]
    accounts: Sequence[Sequence[Any]]

    kind: ClassVar[str] = "rec_closed"
    title: ClassVar[str] = "结案通知书"
    template: ClassVar[str] = "recovery/closed.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.result, "a case is closed with a result"
        return self.awarded | {
            "dropped": self.dropped,
            "decision_number": self.decision_number,
            "result": self.result,
            "accounts": [(account, *(yuan(fen) for fen in sums)) for account, *sums in self.accounts],
            "owed": money(sum(row[1] for row in self.accounts)) if self.accounts else None,
            "back": money(sum(row[2] + row[3] for row in self.accounts)) if self.accounts else None,
        }
