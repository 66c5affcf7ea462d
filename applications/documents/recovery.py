"""
追回 up to the decision: 立案, 拟处理告知, 听证, 追回决定. What a body is told before money is asked back from it.

Sources: 行政处罚法 art. 44, 45, 63, 64 (told beforehand, heard, hearing), art. 59 (what a decision names); the terms
that the law fixes stand in the templates, so that no wording of an authority can change them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from applications.documents import characters
from applications.documents.letter import CaseLetter, Remedies, chinese_date, chinese_time, within_quotes
from applications.documents.sums import money
from rules import yuan


@dataclass(frozen=True, kw_only=True)
class RecoveryLetter(CaseLetter):
    """
    What every letter of a recovery case names: its number, and the award it is about.

    `matter` is the ground in words (骗取财政资金 …), `notice_number` the number of the notice of the award,
    `award_fen` its sum in whole fen.
    """

    uscc: str
    recovery_number: str
    matter: str
    notice_number: str
    award_fen: int

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags stand for."""
        return super().values | {"案号": self.recovery_number, "通知书文号": self.notice_number}

    @property
    def awarded(self) -> dict[str, Any]:
        """Return what names the award in a template."""
        return {
            "matter": self.matter,
            "notice_number": self.notice_number,
            "award": money(self.award_fen),
            "clause": f"《{self.policy_title}》{self.clause_article}“{within_quotes(self.clause_title)}”",
        }


def listed_evidence(evidence: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return the rows (种类, 文件名, 摘要) of a list of evidence, and whether a sign of a name could not be printed."""
    rows = [(kind, characters.with_stand_ins(name), sha256[:16]) for kind, name, sha256 in evidence]
    stood_in = any(name != printed for (_, name, _), (_, printed, _) in zip(evidence, rows, strict=True))
    return {"evidence": rows, "stood_in": stood_in}


@dataclass(frozen=True, kw_only=True)
class FiledLetter(RecoveryLetter):
    """立案通知书: a case was opened; `alleged` are paragraphs, `decide_until` the last day of the decision or None."""

    filed_on: date
    alleged: Sequence[str]
    decide_until: date | None = None

    kind: ClassVar[str] = "rec_filed"
    title: ClassVar[str] = "立案通知书"
    template: ClassVar[str] = "recovery/filed.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.alleged, "a case is opened on facts"
        return self.awarded | {
            "filed_on": chinese_date(self.filed_on),
            "alleged": self.alleged,
            "decide_until": chinese_date(self.decide_until) if self.decide_until else "",
        }


@dataclass(frozen=True, kw_only=True)
class ProposalLetter(RecoveryLetter):
    """
    拟处理告知书: what is found and intended, before anything is decided, and how the body is heard.

    `evidence` are rows (种类, 文件名, sha256); `whole` says whether the whole award falls; `large` that a hearing may
    be asked for; `state_until` is the last day for a statement, None while it is 待定.
    """

    facts: Sequence[str]
    evidence: Sequence[Sequence[str]]
    basis: Sequence[str]
    whole: bool
    principal_fen: int
    large: bool
    state_until: date | None

    kind: ClassVar[str] = "rec_proposal"
    title: ClassVar[str] = "拟处理告知书"
    template: ClassVar[str] = "recovery/proposal.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.facts, "a proposal names the facts"
        assert self.basis, "and the provisions it rests on"
        return (
            self.awarded
            | listed_evidence(self.evidence)
            | {
                "facts": self.facts,
                "basis": self.basis,
                "whole": self.whole,
                "principal": money(self.principal_fen),
                "large": self.large,
                "state_until": chinese_date(self.state_until) if self.state_until else "",
            }
        )


@dataclass(frozen=True, kw_only=True)
class HearingLetter(RecoveryLetter):
    """听证告知书: the sum is large, so a hearing may be asked for until `ask_until` (None while 待定)."""

    proposal_number: str
    principal_fen: int
    ask_until: date | None

    kind: ClassVar[str] = "rec_hearing"
    title: ClassVar[str] = "听证告知书"
    template: ClassVar[str] = "recovery/hearing.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        return self.awarded | {
            "proposal_number": self.proposal_number,
            "principal": money(self.principal_fen),
            "ask_until": chinese_date(self.ask_until) if self.ask_until else "",
        }


@dataclass(frozen=True, kw_only=True)
class ConveneLetter(RecoveryLetter):
    """听证通知书: when (in local time), where and before whom the hearing is held."""

    held_at: datetime
    place: str
    host: str

    kind: ClassVar[str] = "rec_convene"
    title: ClassVar[str] = "听证通知书"
    template: ClassVar[str] = "recovery/convene.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.place, "a hearing has a place"
        assert self.host, "and somebody who holds it"
        return self.awarded | {"held_at": chinese_time(self.held_at), "place": self.place, "host": self.host}


@dataclass(frozen=True, kw_only=True)
class RecoveryDecisionLetter(RecoveryLetter):
    """
    追回决定书: what is taken back of an award and has to be returned, by account. All sums are whole fen.

    `party` are rows (项目, 内容) of who has to return; `paid` rows (日期, 凭证号, fen) of what was paid; `owed` rows
    (科目, fen); `heard` and `interest` paragraphs, what was said and answered and what interest rests on. The limit is
    `pay_until`, else `pay_days` from the day of service. `fined` says that a fine is among what is owed.
    """

    party: Sequence[Sequence[str]]
    paid: Sequence[Sequence[Any]]
    facts: Sequence[str]
    evidence: Sequence[Sequence[str]]
    basis: Sequence[str]
    heard: Sequence[str]
    whole: bool
    owed: Sequence[Sequence[Any]]
    interest: Sequence[str]
    pay_into: str
    remark: str
    pay_days: int
    pay_until: date | None
    fined: bool
    remedies: Remedies

    kind: ClassVar[str] = "rec_decision"
    title: ClassVar[str] = "追回决定书"
    template: ClassVar[str] = "recovery/decision.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints. The parts make the whole, in figures and in capitals."""
        for field in ("party", "facts", "basis", "heard", *(("pay_into", "remark") if self.owed else ())):
            assert getattr(self, field), f"the law asks for {field} in a decision"
        assert all(fen > 0 for _, fen in self.owed), "what is owed is a sum"
        return (
            self.awarded
            | listed_evidence(self.evidence)
            | {
                "party": self.party,
                "paid": [(day, voucher, yuan(fen)) for day, voucher, fen in self.paid],
                "paid_total": money(sum(fen for _, _, fen in self.paid)),
                "facts": self.facts,
                "basis": self.basis,
                "heard": self.heard,
                "whole": self.whole,
                "owed": [(account, money(fen)) for account, fen in self.owed],
                "total": money(sum(fen for _, fen in self.owed)),
                "interest": self.interest,
                "pay_into": self.pay_into,
                "remark": self.remark,
                "pay_days": self.pay_days,
                "pay_until": chinese_date(self.pay_until) if self.pay_until else "",
                "fined": self.fined,
                "remedies": self.remedies.sentence("决定书"),
            }
        )
