"""不予受理通知书 and 不予兑现决定书: refused for its form or in its substance, with reasons, basis and remedies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents import render
from applications.documents.letter import CaseLetter, Remedies, chinese_date


@dataclass(frozen=True, kw_only=True)
class DecisionLetter(CaseLetter):
    """
    What a refusal says. Use one of the two kinds below.

    `basis` quotes the provisions that decide; `facts` are rows (事项, 核验值, 依据材料) and may be empty.
    """

    uscc: str
    received_on: date
    reasons: Sequence[str]
    basis: Sequence[str]
    facts: Sequence[Sequence[str]] = ()
    remedies: Remedies

    template: ClassVar[str] = "decision.html"
    paper: ClassVar[str]
    verdict: ClassVar[str]
    after: ClassVar[str]

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags stand for."""
        return super().values | {"收到日期": chinese_date(self.received_on)}

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.reasons, "a refusal gives its reasons"
        assert self.basis, "and the provisions it rests on"

        return {
            "verdict": self.verdict,
            "after": self.after,
            "reasons": self.reasons,
            "basis": self.basis,
            "facts": self.facts,
            "remedies": self.remedies.sentence(self.paper),
        }


@dataclass(frozen=True, kw_only=True)
class DeclineLetter(DecisionLetter):
    """不予受理通知书: the claim was not taken up, for a reason of form or competence; `ground` is its legal name."""

    ground: str = ""

    kind: ClassVar[str] = "decline"
    title: ClassVar[str] = "不予受理通知书"
    paper: ClassVar[str] = "通知书"
    verdict: ClassVar[str] = "不予受理"
    after: ClassVar[str] = "上述情形消除后，可以重新提出申报。"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        return super().context() | {"ground": self.ground}


@dataclass(frozen=True, kw_only=True)
class RefusalLetter(DecisionLetter):
    """不予兑现决定书: the claim was examined and does not meet the clause."""

    kind: ClassVar[str] = "refusal"
    title: ClassVar[str] = "不予兑现决定书"
    paper: ClassVar[str] = "决定书"
    verdict: ClassVar[str] = "不予兑现"
    after: ClassVar[str] = "今后符合政策规定条件的，可以另行申报。"


def build(letter: DecisionLetter) -> bytes:
    """Return the refusal as PDF."""
    return render.pdf(letter)
