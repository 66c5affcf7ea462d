"""What the finance officers may do."""

from datetime import date

from applications.models import (
    AccountCheck,
    Application,
    BankAccount,
    Duty,
    Instalment,
    Membership,
    Payer,
    Payment,
    PaymentBatch,
    SetOff,
    User,
    YearClose,
)
from applications.permissions.base import Standing, posted_as, why_not_officer

FINANCE = (Duty.PAY, Duty.COUNTERSIGN)


def why_not_finance(user: User, authority_id: int, *duties: str) -> str:
    """Return why a person may not work at the finance desk of an authority, in one of these duties (else in any)."""
    asked = duties or FINANCE
    posting = posted_as(user, *asked)
    if posting is None or posting.authority_id != authority_id:
        return f"只有本单位的{'、'.join(Duty(duty).label for duty in asked)}岗位可以办理此事项。"
    return ""


def why_not_confirm_account(account: BankAccount, user: User) -> str:
    """A changed account is confirmed once, by the 法定代表人, while it is in use."""
    legal = Membership.objects.filter(applicant=account.applicant_id, user=user, role=Membership.Role.LEGAL)
    if not legal.exists():
        return "收款账户的变更须由法定代表人登录后确认。"
    if account.replaced_at:
        return "该收款账户已停用，请确认现用账户。"
    if account.usable_from or account.confirmed_at:
        return "该收款账户不需要确认。"
    return ""


def why_not_check_account(account: BankAccount, live: AccountCheck | None, user: User) -> str:
    """An account in use is looked at by a finance officer who does not act for the applicant, once until taken back."""
    if account.replaced_at:
        return "该收款账户已停用，不需要核对。"
    if live is not None:
        return "该账户已有核对结论，须由另一名财政人员复核或者退回。"
    return _why_not_own(account, user)


def why_not_confirm_check(check: AccountCheck, user: User) -> str:
    """What one officer found is confirmed by another."""
    if check.dropped_at:
        return "该核对结论已经退回。"
    if check.confirmed_at:
        return "该核对结论已经复核。"
    if check.checked_by_id == user.pk:
        return "核对和复核须由两名财政人员分别办理。"
    return _why_not_own(check.account, user)


def _why_not_own(account: BankAccount, user: User) -> str:
    own = Membership.objects.filter(applicant=account.applicant_id, user=user).exists()
    return "您是申报单位的成员，应当回避。" if own else ""


def why_not_record_payment(application: Application, standing: Standing, held: str = "") -> str:
    """The first finance officer pays granted cases, unless something holds the money (`applications.holds`)."""
    if reason := why_not_officer(application, standing, Duty.PAY):
        return reason
    if application.status != "granted":
        return f"本件目前为“{application.get_status_display()}”，不能登记拨付。"
    if held:
        return f"不能登记拨付：{held}"
    return ""


def why_not_review_payment(application: Application, standing: Standing) -> str:
    """Confirming or rejecting a recorded payment is the second finance officer's act."""
    return why_not_officer(application, standing, Duty.COUNTERSIGN)


def why_not_return_payment(application: Application, standing: Standing, payment: Payment) -> str:
    """What the bank sent back is entered by a finance officer, for money that had left."""
    if reason := why_not_officer(application, standing, *FINANCE):
        return reason
    if payment.state not in (Payment.State.SENT, Payment.State.CONFIRMED):
        return f"该笔拨付{payment.get_state_display()}，不能登记退票。"
    return ""


def why_not_release_return(application: Application, standing: Standing, payment: Payment) -> str:
    """A return is dealt with once; until then its money stays where it is."""
    if reason := why_not_officer(application, standing, *FINANCE):
        return reason
    if payment.state != Payment.State.RETURNED:
        return f"该笔拨付{payment.get_state_display()}，不需要处理退票。"
    return "该笔退票已经处理。" if payment.released_at else ""


def why_not_countersign(batch: PaymentBatch, user: User) -> str:
    """A prepared batch is countersigned or sent back once, by a second finance officer of the same authority."""
    if reason := why_not_finance(user, batch.authority_id, Duty.COUNTERSIGN):
        return reason
    if batch.countersigned_at:
        return "该批次已经复核。"
    if batch.dropped_at:
        return "该批次已经退回。"
    return "编制和复核须由两名财政人员分别办理。" if batch.prepared_by_id == user.pk else ""


def why_not_import(batch: PaymentBatch, user: User) -> str:
    """Results are read back by the finance officers into a batch that was sent."""
    if reason := why_not_finance(user, batch.authority_id):
        return reason
    return "" if batch.countersigned_at else "该批次尚未复核，没有可读入的支付结果。"


def why_not_recheck(application: Application, standing: Standing, instalment: Instalment, today: date) -> str:
    """A later instalment is rechecked by the verifier or the inspector, from the day on which it falls due."""
    if reason := why_not_officer(application, standing, Duty.VERIFY, Duty.INSPECT):
        return reason
    if application.status != "granted":
        return f"本件目前为“{application.get_status_display()}”，不能再核。"
    if instalment.number == 1:
        return "首期资金不需要再核。"
    if instalment.due_on and today < instalment.due_on:
        return f"第{instalment.number}期自{instalment.due_on:%Y年%-m月%-d日}起再核。"
    return ""


def why_not_confirm_set_off(row: SetOff, user: User) -> str:
    """A set-off counts once a second finance officer has confirmed it."""
    if row.dropped_at:
        return "该项抵扣已经撤下。"
    if row.confirmed_at:
        return "该项抵扣已经确认。"
    if row.entered_by_id == user.pk:
        return "录入和确认须由两名财政人员分别办理。"
    own = Membership.objects.filter(applicant=row.applicant_id, user=user).exists()
    return "您是申报单位的成员，应当回避。" if own else ""


def why_not_drop_set_off(row: SetOff, user: User) -> str:
    """Who entered a set-off takes it back only while nobody has confirmed it."""
    if row.dropped_at:
        return "该项抵扣已经撤下。"
    if row.confirmed_at and row.entered_by_id == user.pk:
        return "已经确认的抵扣须由另一名财政人员撤下。"
    return ""


def why_not_enter_payer(user: User, authority_id: int) -> str:
    """Payers are entered by the finance desk or the policy desk of the own authority."""
    return why_not_finance(user, authority_id, *FINANCE, Duty.POLICY)


def why_not_confirm_payer(row: Payer, user: User) -> str:
    """What the payment file says about a payer counts once an officer of 财政复核 who did not enter it confirms it."""
    if reason := why_not_finance(user, row.authority_id, Duty.COUNTERSIGN):
        return reason
    if row.replaced_at:
        return "该支付单位已停用。"
    if not row.entered_by_id:
        return "该支付单位尚未录入预算单位和科目。"
    if row.confirmed_at:
        return "该支付单位的信息已经确认。"
    return "录入和确认须由两名财政人员分别办理。" if row.entered_by_id == user.pk else ""


def why_not_confirm_year(row: YearClose, user: User) -> str:
    """The close of a year is confirmed by another finance officer of the same authority."""
    if reason := why_not_finance(user, row.authority_id):
        return reason
    if row.dropped_at:
        return "该年度结账已经撤下。"
    if row.confirmed_at:
        return "该年度已经结账。"
    return "提出和确认须由两名财政人员分别办理。" if row.closed_by_id == user.pk else ""
