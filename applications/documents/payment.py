"""拨付通知: what was paid to whom, on which day, under which voucher, and what of the award is still to come."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from applications.documents.letter import CaseLetter, chinese_date
from applications.documents.sums import money


@dataclass(frozen=True, kw_only=True)
class PaymentLetter(CaseLetter):
    """
    What the notice of one confirmed payment says. All sums are whole fen.

    `amount_fen` is this payment, of instalment `part` of `parts`; `award_fen` the whole award, `paid_fen` what has been
    paid of it, this payment included. `payer` bears it; `set_off_fen` of it was kept for what the body owes. Of the
    account number only the last four figures are known here.
    """

    uscc: str
    notice_number: str
    part: int
    parts: int
    amount_fen: int
    award_fen: int
    paid_fen: int
    paid_on: date
    voucher_number: str
    payer: str = ""
    set_off_fen: int = 0
    account_holder: str
    account_bank: str
    account_tail: str

    kind: ClassVar[str] = "payment"
    title: ClassVar[str] = "拨付通知"
    template: ClassVar[str] = "payment.html"

    @property
    def values(self) -> dict[str, str]:
        """Return what the tags stand for."""
        return super().values | {"通知书文号": self.notice_number}

    def context(self) -> dict[str, Any]:
        """Return what the template prints."""
        assert 0 < self.amount_fen <= self.paid_fen <= self.award_fen, "a payment is part of what is paid of the award"
        assert len(self.account_tail) <= 4, "a letter does not carry an account number"
        assert 0 <= self.set_off_fen <= self.amount_fen
        left = self.award_fen - self.paid_fen
        return {
            "amount": money(self.amount_fen),
            "award": money(self.award_fen),
            "paid": money(self.paid_fen),
            "left": money(left) if left else None,
            "payer": self.payer,
            "set_off": money(self.set_off_fen) if self.set_off_fen else None,
            "net": money(self.amount_fen - self.set_off_fen),
            "part": self.part if self.parts > 1 else 0,
            "parts": self.parts,
            "paid_on": chinese_date(self.paid_on),
            "voucher_number": self.voucher_number,
            "account_holder": self.account_holder,
            "account_bank": self.account_bank,
            "account_tail": self.account_tail,
        }
