"""The finance desk: one officer records what the treasury paid, another confirms or rejects it; 退票 comes back."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from applications import history, holds, papers, permissions, timing
from applications.actions import recovery_money, setoff
from applications.actions.money import give_back_to_pool, give_back_unpaid, pay_from_pool
from applications.actions.shared import ask_for_delay, lock, move, refuse_if, stop, take_duty
from applications.models import (
    Applicant,
    Application,
    Authority,
    BankAccount,
    CaseDuty,
    Document,
    Instalment,
    Payment,
    SetOffUse,
    Status,
    User,
)


@transaction.atomic
def record(instalment: Instalment, *, paid_on: date, voucher_number: str, by: User, at: datetime) -> Payment:
    """
    Record that the next unpaid share of an instalment was paid, with the treasury's voucher number.

    What is set off is taken from it: the treasury paid the rest. Raises ActionRefused.
    """
    application, standing = lock(instalment.award.application, by)
    held = holds.in_one(holds.why_held(instalment, at))
    refuse_if(permissions.why_not_record_payment(application, standing, held))
    Applicant.objects.select_for_update().get(pk=application.applicant_id)
    live = Payment.objects.filter(instalment=instalment).exclude(state__in=Payment.ENDED)
    share = instalment.shares.exclude(pk__in=live.values("share")).first()
    if share is None:
        stop("本期资金已经登记过拨付，不能重复登记。")
    if paid_on > at.astimezone().date():
        stop("拨付日期不能晚于今天。")
    if paid_on < instalment.award.decided_at.astimezone().date():
        stop("拨付日期不能早于批准日期。")
    if instalment.due_on and paid_on < instalment.due_on:
        stop("拨付日期不能早于本期最早拨付日期。")
    account = BankAccount.objects.get(applicant=application.applicant_id, replaced_at=None)
    _refuse_used_voucher(application, voucher_number)
    # Under the authority's lock, which a close holds too: otherwise one could be confirmed between question and row.
    if closed := holds.why_closed(application.authority_id, paid_on.year):
        stop(f"{closed}。")

    opened = setoff.open_of(application.authority_id, [application.applicant_id])[application.applicant_id]
    taken = setoff.draw(opened, share.amount_fen)
    payment = Payment.objects.create(
        instalment=instalment,
        share=share,
        account=account,
        amount_fen=share.amount_fen,
        set_off_fen=sum(fen for _, fen in taken),
        paid_on=paid_on,
        voucher_number=voucher_number,
        recorded_by=take_duty(application, standing, at),
        recorded_at=at,
    )
    SetOffUse.objects.bulk_create(setoff.uses_of(payment, taken))
    history.record(
        application,
        "record_payment",
        by=by,
        at=at,
        duty=standing.duty,
        detail={
            "payment": payment.pk,
            "amount_fen": payment.amount_fen,
            "set_off_fen": payment.set_off_fen,
            "voucher": voucher_number,
        },
    )
    return payment


def _refuse_used_voucher(application: Application, voucher_number: str) -> None:
    """
    Refuse a voucher number that stands for another payment of the same treasury.

    The authority's row is locked first, so that two officers cannot take one number for two cases at one moment.
    """
    Authority.objects.select_for_update().get(pk=application.authority_id)
    same = Payment.objects.filter(
        voucher_number=voucher_number, instalment__award__authority=application.authority_id
    ).exclude(state__in=Payment.ENDED)
    if same.exists():
        stop(f"支付凭证号 {voucher_number} 已用于另一笔拨付。")


@transaction.atomic
def confirm(payment: Payment, *, by: User, at: datetime) -> Payment:
    """Confirm a recorded payment; the last one of an award completes the case. Raises ActionRefused."""
    recovery_money.hold_debts([payment.pk])
    application, payment, duty = _review(payment, by=by, at=at)
    ask_for_delay(application, at)

    payment.state = Payment.State.CONFIRMED
    payment.confirmed_by, payment.confirmed_at = duty, at
    payment.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    settle(application, payment, by=by, at=at, duty=duty)
    return payment


def settle(application: Application, payment: Payment, *, by: User, at: datetime, duty: CaseDuty) -> None:
    """
    Follow what a confirmed payment means for pool, case and clock; the caller has locked the case.

    The last one of an award completes the case. A letter about the payment is issued here and nowhere else.
    """
    pay_from_pool(application, payment.amount_fen)
    history.record(
        application,
        "confirm_payment",
        by=by,
        at=at,
        duty=duty.duty,
        detail={"payment": payment.pk, "amount_fen": payment.amount_fen, "set_off_fen": payment.set_off_fen},
    )
    if payment.set_off_fen:
        recovery_money.taken_by_payment(payment, at=at)
    paid_fen = _paid(payment)
    papers.issue_payment(payment, paid_fen=paid_fen, by=by, at=at)
    if paid_fen == payment.instalment.award.amount_fen:
        # What the bank has done is not stopped by a late step: the delay was explained before the money went.
        move(application, "pay", Status.PAID, by=by, at=at)
    else:
        timing.met(application, at)


@transaction.atomic
def return_(payment: Payment, *, on: date, reason: str, by: User, at: datetime) -> Payment:
    """
    Write down that the bank sent a payment back; a case that counted as paid is granted again. Raises ActionRefused.

    Nothing is tried again by itself: the return waits until an officer has dealt with it (`release`).
    """
    recovery_money.hold_debts([payment.pk])
    application, standing = lock(payment.instalment.award.application, by)
    payment = Payment.objects.select_related("instalment__award").get(pk=payment.pk)
    refuse_if(permissions.why_not_return_payment(application, standing, payment))
    if not reason.strip():
        stop("请写明退票的原因。")
    if on > at.astimezone().date():
        stop("退票日期不能晚于今天。")
    if payment.paid_on and on < payment.paid_on:
        stop("退票日期不能早于拨付日期。")

    duty = take_duty(application, standing, at)
    was_paid = payment.state == Payment.State.CONFIRMED
    payment.state, payment.returned_on, payment.return_reason = Payment.State.RETURNED, on, reason.strip()
    payment.save(update_fields=["state", "returned_on", "return_reason"])
    if was_paid:
        give_back_to_pool(application, payment, at=at)
        recovery_money.given_back_by_payment(payment, at=at)
        for letter in payment.documents.filter(standing=Document.Standing.VALID):
            note = f"{on:%Y年%-m月%-d日}退票：{payment.return_reason}"
            papers.mark(letter, Document.Standing.REVOKED, by=by, at=at, note=note)
    detail = {"payment": payment.pk, "amount_fen": payment.amount_fen, "was_paid": was_paid}
    if application.status == Status.REVOKED:
        give_back_unpaid(application, at=at)  # nobody pays it again
    if application.status in (Status.GRANTED, Status.REVOKED):
        history.record(
            application, "return_payment", by=by, at=at, duty=duty.duty, note=payment.return_reason, detail=detail
        )
    else:
        note = payment.return_reason
        move(application, "return_payment", Status.GRANTED, by=by, at=at, duty=duty.duty, note=note, detail=detail)
    return payment


@transaction.atomic
def release(payment: Payment, *, note: str, by: User, at: datetime) -> Payment:
    """Say how a return was dealt with, so that the share may be paid again. Raises ActionRefused."""
    application, standing = lock(payment.instalment.award.application, by)
    payment = Payment.objects.select_related("account").get(pk=payment.pk)
    refuse_if(permissions.why_not_release_return(application, standing, payment))
    if not note.strip():
        stop("请写明退票是如何处理的：账户已更正，或者经核实账户无误。")

    take_duty(application, standing, at)
    payment.released_at = at
    payment.save(update_fields=["released_at"])
    detail = {"payment": payment.pk, "account_replaced": payment.account.replaced_at is not None}
    history.record(application, "release_return", by=by, at=at, duty=standing.duty, note=note.strip(), detail=detail)
    return payment


@transaction.atomic
def reject(payment: Payment, *, reason: str, by: User, at: datetime) -> Payment:
    """Reject a recorded payment with the reason; the instalment is due again. Raises ActionRefused."""
    application, payment, duty = _review(payment, by=by, at=at)
    if not reason.strip():
        stop("请写明驳回的理由。")

    payment.state, payment.rejection = Payment.State.REJECTED, reason
    payment.confirmed_by, payment.confirmed_at = duty, at
    payment.save(update_fields=["state", "rejection", "confirmed_by", "confirmed_at"])
    history.record(
        application, "reject_payment", by=by, at=at, duty=duty.duty, note=reason, detail={"payment": payment.pk}
    )
    return payment


def _review(payment: Payment, *, by: User, at: datetime):
    application, standing = lock(payment.instalment.award.application, by)
    refuse_if(permissions.why_not_review_payment(application, standing))
    payment = Payment.objects.select_related("instalment__award", "account", "share__payer").get(pk=payment.pk)
    payment.instalment.award.application = application
    if payment.state != Payment.State.RECORDED:
        stop(f"该笔拨付{payment.get_state_display()}，不能再次复核。")
    return application, payment, take_duty(application, standing, at)


def _paid(payment: Payment) -> int:
    """Return what has been paid of the award, in whole fen."""
    paid = Payment.objects.filter(instalment__award=payment.instalment.award, state=Payment.State.CONFIRMED)
    return paid.aggregate(total=Sum("amount_fen"))["total"] or 0


@transaction.atomic
def close(application: Application, *, by: User, at: datetime) -> Application:
    """File the completed case. Raises ActionRefused."""
    application, standing = lock(application, by)
    refuse_if(permissions.why_not_close(application, standing))

    take_duty(application, standing, at)
    move(application, "close", Status.CLOSED, by=by, at=at, duty=standing.duty)
    return application
