"""多个批次: more of one payer is due than one batch holds, and all of it is put into batches by one act."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from applications import batches, permissions
from applications.actions import batch
from applications.actions.shared import refuse_if, stop
from applications.models import Applicant, Duty, Payer, PayerShare, PaymentBatch, User


@dataclass(frozen=True)
class Series:
    """The batches that one act made, in the order of their numbers, and how many shares something holds."""

    made: Sequence[PaymentBatch]
    held_count: int

    @property
    def count(self) -> int:
        """The number of lines."""
        return sum(row.count for row in self.made)

    @property
    def amount_fen(self) -> int:
        """What leaves the treasury, in whole fen."""
        return sum(row.amount_fen for row in self.made)


@transaction.atomic
def prepare_all(payer: Payer, shares: Collection[int], *, purpose: str, by: User, at: datetime) -> Series:
    """
    Put shares of one payer that are due into as many batches as they need, the oldest first. Raises ActionRefused.

    Unlike with lines that an officer has chosen, what is held stays behind and is counted. All batches are made or
    none; each is countersigned by itself.
    """
    refuse_if(permissions.why_not_finance(by, payer.authority_id, Duty.PAY))
    refuse_if(batches.why_not_payer(payer))
    if not shares:
        stop("没有可以拨付的资金。")
    if len(set(shares)) > batches.MOST_AT_ONCE:
        stop(f"一次最多编制{batches.MOST_AT_ONCE}笔，请缩小范围。")
    wanted = batches.unpaid_shares(payer.authority_id).filter(pk__in=shares, payer=payer)
    # All cases and then all bodies are locked in one order before the first batch; each batch finds them locked.
    batch.lock_cases(set(wanted.values_list("instalment__award__application", flat=True)), by)
    rows = list(batches.to_ask(wanted).order_by("pk"))
    bodies = {row.instalment.award.applicant_id for row in rows}
    list(Applicant.objects.select_for_update().filter(pk__in=bodies).order_by("pk").values_list("pk"))
    ready, held = _parted(rows, by=by, at=at)
    if not ready:
        stop("所选范围内的资金目前都不能拨付，请查看各笔的原因。")
    made = [
        batch.prepare(payer, ready[first : first + batches.MOST_LINES], purpose=purpose, by=by, at=at)
        for first in range(0, len(ready), batches.MOST_LINES)
    ]
    return Series(made, held)


def _parted(rows: Sequence[PayerShare], *, by: User, at: datetime) -> tuple[list[int], int]:
    """Return the keys of what can go along, in order, and how many cannot."""
    held = batches.why_not_lines(rows, duty=Duty.PAY, by=by, at=at)
    return [row.pk for row in rows if row.pk not in held], len(held)
