"""支付结果: a file of the payer read back into its batch; each line changes its payment once, whatever comes twice."""

import hashlib
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction

from applications import batches, permissions, results
from applications.actions import recovery_money
from applications.actions.batch import finish_when_done, lock_batch, payments_in, record_batch
from applications.actions.payment import return_, settle
from applications.actions.shared import lock, refuse_if, stop, take_duty
from applications.models import Payment, PaymentBatch, ResultFile, ResultLine, User
from applications.permissions import FINANCE, ActionRefused
from applications.uploads.inspecting import clean_name

Outcome = ResultLine.Outcome


@transaction.atomic
def take_over(batch: PaymentBatch, data: bytes, name: str, *, by: User, at: datetime) -> tuple[ResultFile, bool]:
    """
    Read a result into its batch; return its row and whether it was taken now. Raises ActionRefused and BadResult.

    The same bytes twice are one row and act once. Lines that do not fit are kept with what is wrong and change
    nothing; a corrected file goes on with what is left. Where the officer may not act on one case, nothing is taken,
    so that another officer can read the same file.
    """
    batch = lock_batch(batch)
    refuse_if(permissions.why_not_import(batch, by))
    digest = hashlib.sha256(data).hexdigest()
    if known := ResultFile.objects.filter(batch=batch, sha256=digest).first():
        return known, False
    recovery_money.hold_debts(payments_in(batch))
    matches = results.match(batch, results.read(data, name), at).matches
    for found in sorted((found for found in matches if found.acts), key=_place):
        _act(found, by=by, at=at)
    finish_when_done(batch, at)

    made = ResultFile(batch=batch, original_name=clean_name(name), sha256=digest, imported_by=by, imported_at=at)
    counts = {outcome: sum(found.outcome == outcome for found in matches) for outcome in Outcome.values}
    note = f"{batch.number} {made.original_name}"
    record_batch(batch, "import_result", by=by, at=at, note=note, sha256=digest, outcomes=counts)
    _refuse_vouchers_used_meanwhile(batch, {found.voucher for found in matches if found.outcome == Outcome.PAID})
    extension = "xlsx" if data.startswith(b"PK") else "csv"
    made.file.save(f"result.{extension}", ContentFile(data), save=True)  # late: a file outlives a rollback
    ResultLine.objects.bulk_create(
        ResultLine(
            result=made,
            row=found.row.number,
            payment=found.payment,
            outcome=found.outcome,
            said=found.row.cells,
            note=found.note[:300],
        )
        for found in matches
    )
    return made, True


def _refuse_vouchers_used_meanwhile(batch: PaymentBatch, numbers: set[str]) -> None:
    """
    Refuse the whole when a voucher has come to stand for a payment outside the batch since the rows were matched.

    `record_batch` has locked the authority, as everybody does who enters a voucher.
    """
    if taken := batches.vouchers_elsewhere(batch, numbers):
        stop(f"支付凭证号 {'、'.join(sorted(taken))} 刚刚用于另一笔拨付，请核对后重新读入。")


def _place(found: results.Match) -> tuple[int, int]:
    """Return where a line stands in the order in which cases are locked."""
    assert found.payment is not None
    return found.payment.instalment.award.application_id, found.payment.pk


def _act(found: results.Match, *, by: User, at: datetime) -> None:
    """Do what one line says; a refusal names the case."""
    assert found.payment is not None
    assert found.paid_on is not None
    number = found.payment.instalment.award.application.number
    try:
        if found.outcome == Outcome.PAID:
            confirm_sent(found.payment, paid_on=found.paid_on, voucher_number=found.voucher, by=by, at=at)
        else:
            return_(found.payment, on=found.paid_on, reason=found.reason, by=by, at=at)
    except ActionRefused as refusal:
        stop(f"{number}：{refusal}")


@transaction.atomic
def confirm_sent(payment: Payment, *, paid_on: date, voucher_number: str, by: User, at: datetime) -> Payment:
    """Enter that the treasury has paid a line of a batch that was sent. Raises ActionRefused."""
    recovery_money.hold_debts([payment.pk])
    application, standing = lock(payment.instalment.award.application, by)
    refuse_if(permissions.why_not_officer(application, standing, *FINANCE))
    payment = Payment.objects.select_related("instalment__award", "share__payer", "account").get(pk=payment.pk)
    payment.instalment.award.application = application  # with all that its letter says, which is read already
    if payment.state != Payment.State.SENT:
        stop(f"该笔拨付{payment.get_state_display()}，不能登记支付结果。")

    payment.state, payment.paid_on, payment.voucher_number = Payment.State.CONFIRMED, paid_on, voucher_number
    payment.save(update_fields=["state", "paid_on", "voucher_number"])
    settle(application, payment, by=by, at=at, duty=take_duty(application, standing, at))
    return payment
