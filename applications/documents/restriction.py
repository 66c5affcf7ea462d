"""限制申报决定书 and its end: what a body may not have for a time, on which basis, and how that is contested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents import characters
from applications.documents.letter import Remedies, chinese_date
from applications.documents.recovery import RecoveryLetter


@dataclass(frozen=True, kw_only=True)
class RestrictionLetter(RecoveryLetter):
    """
    限制申报决定书: `scope` in words, from a day until a day (None: until it is lifted), with basis and reasons.

    `body` names whom it restricts where that is not the body the letter goes to; `restriction` is the key of its row.
    """

    restriction: int = 0
    body: str = ""
    scope: str
    since: date
    until: date | None
    basis: Sequence[str]
    reasons: Sequence[str]
    paper: str
    remedies: Remedies

    kind: ClassVar[str] = "restrict"
    title: ClassVar[str] = "限制申报决定书"
    template: ClassVar[str] = "recovery/restriction.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.basis, "a restriction without a basis does not exist"
        return {
            "whom": characters.with_stand_ins(self.body) or "你单位",
            "scope": self.scope,
            "since": chinese_date(self.since),
            "until": chinese_date(self.until) if self.until else "",
            "basis": self.basis,
            "reasons": self.reasons,
            "paper": self.paper,
            "remedies": self.remedies.sentence("决定书"),
        }


@dataclass(frozen=True, kw_only=True)
class LiftingLetter(RecoveryLetter):
    """解除限制申报决定书: a restriction in force since a day ends on the day of this letter; `body` as above."""

    body: str = ""
    scope: str
    since: date
    lifted_on: date
    restriction_number: str
    reasons: Sequence[str]

    kind: ClassVar[str] = "unrestrict"
    title: ClassVar[str] = "解除限制申报决定书"
    template: ClassVar[str] = "recovery/lifting.html"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.reasons, "a restriction is lifted for a reason"
        return {
            "whom": characters.with_stand_ins(self.body) or "你单位",
            "scope": self.scope,
            "since": chinese_date(self.since),
            "lifted_on": chinese_date(self.lifted_on),
            "restriction_number": self.restriction_number,
            "reasons": self.reasons,
        }
