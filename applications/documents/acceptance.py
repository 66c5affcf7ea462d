"""受理通知书 and 容缺受理通知书: the claim is taken in, what comes next, and which papers are still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents import render
from applications.documents.letter import CaseLetter, chinese_date


@dataclass(frozen=True, kw_only=True)
class AcceptanceLetter(CaseLetter):
    """
    What an acceptance says.

    `accepted_on` is the day from which the claim counts as taken in; `due_on` the last day of the verification, None
    while it is 待定. With `silent` nobody decided in time, so that the claim counts as taken in from the day on which
    it was received. `promises` are rows (材料, 形式要求, 补交期限).
    """

    uscc: str
    received_on: date
    accepted_on: date
    due_on: date | None
    silent: bool = False
    promises: Sequence[Sequence[Any]] = ()

    kind: ClassVar[str] = "acceptance"
    title: ClassVar[str] = "受理通知书"
    template: ClassVar[str] = "acceptance.html"

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags stand for."""
        return super().values | {"收到日期": chinese_date(self.received_on)}

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        return {
            "accepted_on": chinese_date(self.accepted_on),
            "due_on": chinese_date(self.due_on) if self.due_on else "",
            "silent": self.silent,
            "promises": self.promises,
            "leeway": self.leeway,
        }

    @property
    def leeway(self) -> bool:
        """Whether an officer took the claim in on promises."""
        return False


@dataclass(frozen=True, kw_only=True)
class LeewayLetter(AcceptanceLetter):
    """容缺受理通知书: taken in while secondary papers are missing."""

    kind: ClassVar[str] = "leeway"
    title: ClassVar[str] = "容缺受理通知书"

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert self.promises, "a claim is taken in on promises"
        return super().context()

    @property
    def leeway(self) -> bool:
        """Whether an officer took the claim in on promises."""
        return True


def build(letter: AcceptanceLetter) -> bytes:
    """Return the acceptance as PDF."""
    return render.pdf(letter)
