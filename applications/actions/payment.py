"""The finance desk: one officer records what the treasury paid, another confirms or rejects it."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from applications import history, papers, permissions, timing
from applications.actions.money import pay_from_pool
from applications.actions.shared import ask_for_delay, lock, move, refuse_if, stop, take_duty
from applications.models import Application, Authority, BankAccount, Instalment, Payment, Status, User
from applications.restricted import why_not_pay


@transaction.atomic
def record(instalment: Instalment, *, paid_on: date, voucher_number: str, by: User, at: datetime) -> Payment:
    """Record that an instalment was paid, with the treasury's voucher number. Raises ActionRefused."""
    application, standing = lock(instalment.award.application, by)
    refuse_if(permissions.why_not_record_payment(application, standing, why_not_pay(application, at)))
    ask_for_delay(application, at)
    live = Payment.objects.filter(instalment=instalment).exclude(state__in=Payment.ENDED)
    share = instalment.shares.exclude(pk__in=live.values("share")).first()
    if share is None:
        stop("本期资金已经登记过拨付，不能重复登记。")
    if paid_on > at.astimezone().date():
        stop("拨付日期不能晚于今天。")
    if paid_on < instalment.award.decided_at.astimezone().date():
        stop("拨付日期不能早于批准日期。")
    account = BankAccount.objects.filter(applicant=application.applicant_id, replaced_at=None).first()
    if account is None:
        stop("申报单位尚未登记收款账户。")
    _refuse_used_voucher(application, voucher_number)

    payment = Payment.objects.create(
        instalment=instalment,
        share=share,
        account=account,
        amount_fen=share.amount_fen,
        paid_on=paid_on,
        voucher_number=voucher_number,
        recorded_by=take_duty(application, standing, at),
        recorded_at=at,
    )
    history.record(
        application,
        "record_payment",
        by=by,
        at=at,
        duty=standing.duty,
        detail={"payment": payment.pk, "amount_fen": payment.amount_fen, "voucher": voucher_number},
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
    application, payment, duty = _review(payment, by=by, at=at)
    ask_for_delay(application, at)

    payment.state = Payment.State.CONFIRMED
    payment.confirmed_by, payment.confirmed_at = duty, at
    payment.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    pay_from_pool(application, payment.amount_fen)
    history.record(
        application,
        "confirm_payment",
        by=by,
        at=at,
        duty=duty.duty,
        detail={"payment": payment.pk, "amount_fen": payment.amount_fen},
    )
    paid_fen = _paid(payment)
    papers.issue_payment(payment, paid_fen=paid_fen, by=by, at=at)
    if paid_fen == payment.instalment.award.amount_fen:
        move(application, "pay", Status.PAID, by=by, at=at, duty=duty.duty)
    else:
        timing.met(application, at)
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
