"""奖补资金兑现通知书: the decision to pay, with the clause, the verified facts and the sum derived step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from applications.documents import render
from applications.documents.letter import CaseLetter, Remedies, within_quotes
from applications.documents.sums import money
from rules import yuan


@dataclass(frozen=True, kw_only=True)
class NoticeLetter(CaseLetter):
    """
    What a notice says. All sums are whole fen.

    `facts` are rows (事项, 核验值, 依据材料); `computation` are the sentences of the trace; `readings` are rows
    (问题, 采用的口径); `instalments` are rows (期次, 拨付条件或时间, fen). `computed_fen` is what the rules give for
    this claim, after `earlier_fen`, received under the same clause before; `amount_fen` is what is granted of it.
    `arrangement` says why a short pool gives less than was proposed. `decision_paper` names the paper that fixed the
    sum where the text has no formula for it.
    """

    uscc: str
    clause_text: str
    facts: Sequence[Sequence[str]]
    computation: Sequence[str]
    amount_fen: int
    computed_fen: int
    earlier_fen: int = 0
    instalments: Sequence[Sequence[Any]] = ()
    readings: Sequence[Sequence[str]] = ()
    decision_paper: str = ""
    arrangement: str = ""
    payee_note: str = ""
    remedies: Remedies
    pack_name: str = ""
    pack_hash: str = ""

    kind: ClassVar[str] = "notice"
    title: ClassVar[str] = "奖补资金兑现通知书"
    template: ClassVar[str] = "notice.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints. The figures and the capitals come from one number."""
        assert self.amount_fen > 0, "a notice grants something"
        parts = [fen for _, _, fen in self.instalments]
        assert not parts or sum(parts) == self.amount_fen, "instalments make the whole"

        return {
            "policy_title": self.policy_title,
            "clause_article": self.clause_article,
            "clause_title": within_quotes(self.clause_title),
            "clause_text": [" ".join(line.split()) for line in self.clause_text.splitlines() if line.strip()],
            "facts": self.facts,
            "computation": self.computation,
            "amount": money(self.amount_fen),
            "computed": yuan(self.computed_fen),
            "earlier": yuan(self.earlier_fen) if self.earlier_fen else "",
            "instalments": [(term, when, yuan(fen)) for term, when, fen in self.instalments],
            "readings": self.readings,
            "decision_paper": self.decision_paper,
            "arrangement": self.arrangement,
            "payee_note": self.payee_note,
            "remedies": self.remedies.sentence("通知书"),
            "pack": f"{self.pack_name}（{self.pack_hash}）" if self.pack_hash else self.pack_name,
        }


def build(letter: NoticeLetter) -> bytes:
    """Return the notice as PDF."""
    return render.pdf(letter)
