"""Invented money on its road: a batch under way, one payment that came back, a later instalment due for its recheck."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications import batches
from applications.actions import account, batch, payer, payment, result
from applications.actions.desk_file import Paper
from applications.clocks import years_after
from applications.demo import samples
from applications.models import Applicant, Application, Authority, BankAccount, Duty, Payer, PayerShare
from applications.uploads import inspect

STAGED = "shihezi-5.1a"  # paid in three years: its second instalment is due already
RETURNED, UNDER_WAY = "xinxing-7a", "xinxing-6a"
WAIT = timedelta(minutes=30)


def later_days(clause: str, decided_on: date) -> list[date]:
    """Return the days of later instalments where the story wants them early; else a year apart, as they come."""
    return [decided_on + timedelta(days=14), years_after(decided_on, 2)] if clause == STAGED else []


def check_account(cast: Any, applicant: Applicant, code: str, at: datetime) -> None:
    """Let the two finance officers of an authority find an account right, unless they have."""
    row = BankAccount.objects.get(applicant=applicant, replaced_at=None)
    authority = Authority.objects.get(code=code)
    if row.checks.filter(authority=authority).exists():
        return
    found = account.check(
        row, authority, passed=True, note="已电话向开户银行核实", by=cast.officer(Duty.PAY, code), at=at
    )
    account.confirm_check(found, by=cast.officer(Duty.COUNTERSIGN, code), at=at)


def _prove_account(applicant: Applicant, by: Any, at: datetime) -> None:
    """Let an applicant name its account again with the bank's paper, so that officers have something to look at."""
    row = BankAccount.objects.get(applicant=applicant, replaced_at=None)
    rows = {"户名": row.holder, "开户银行": row.bank, "账号": row.number, "行号": row.line_number}
    made = SimpleUploadedFile("开户证明.pdf", samples.page("账户证明", "account", applicant, rows, "演示账户"))
    proof = Paper(file=made, upload=inspect(made))  # type: ignore[arg-type] # a file made here has a name and a size
    account.set_account(
        applicant,
        bank=row.bank,
        number=row.number,
        holder=row.holder,
        line_number=row.line_number,
        proof=proof,
        by=by,
        at=at,
    )


def tell(cast: Any, now: datetime) -> None:
    """Lead some granted cases on: one into a batch that is out, one back from the bank, one to its second year."""
    for code in ("xinxing", "shihezi"):
        known = Payer.objects.get(authority__code=code, standard=True, replaced_at=None)
        entered = payer.enter(
            known.authority,
            name=known.name,
            budget_unit=f"演示{known.name}",
            subject="2150805 演示科目",
            standard=True,
            replaces=known,
            by=cast.officer(Duty.PAY, code),
            at=now - timedelta(days=60),
        )
        payer.confirm(entered, seen=entered.mark, by=cast.officer(Duty.COUNTERSIGN, code), at=now - timedelta(days=60))
    _stage(cast, now)
    _return(cast, now)
    _leave_under_way(cast, now)


def _case(clause: str) -> Application:
    return Application.objects.select_related("applicant", "authority").get(
        clause__code=clause, awards__isnull=False, status="granted"
    )


def _stage(cast: Any, now: datetime) -> None:
    """Pay the first of three years; the second is due and waits for its recheck."""
    case = _case(STAGED)
    award = case.awards.get()
    at = award.decided_at + timedelta(days=3)
    check_account(cast, case.applicant, "shihezi", at)
    paid = payment.record(
        award.instalments.get(number=1),
        paid_on=timezone.localdate(at),
        voucher_number=f"演示支付{case.pk:06d}-1",
        by=cast.officer(Duty.PAY, "shihezi"),
        at=at,
    )
    payment.confirm(paid, by=cast.officer(Duty.COUNTERSIGN, "shihezi"), at=at + WAIT)


def _batch(cast: Any, case: Application, at: datetime) -> Any:
    payer_row = Payer.objects.get(authority=case.authority, standard=True, replaced_at=None)
    shares = PayerShare.objects.filter(instalment__award__application=case).values_list("pk", flat=True)
    row = batch.prepare(payer_row, list(shares), purpose="算力奖补资金", by=cast.officer(Duty.PAY), at=at)
    return batch.countersign(row, by=cast.officer(Duty.COUNTERSIGN), at=at + WAIT)


def _return(cast: Any, now: datetime) -> None:
    """Send a payment that the bank sends back; the applicant names its account anew, which waits for everybody."""
    case = _case(RETURNED)
    at = now - timedelta(days=1)
    check_account(cast, case.applicant, "xinxing", at)
    row = _batch(cast, case, at)
    line = row.payments.get()
    number = batches.line_code(row.year, row.sequence, line.line)
    yuan = f"{(line.amount_fen - line.set_off_fen) / 100:.2f}"
    said = f"备注,金额,支付结果,支付日期,退票原因\r\n{number},{yuan},退票,,户名与账号不符（演示）\r\n"
    result.take_over(row, said.encode("utf-8-sig"), "演示支付结果.csv", by=cast.officer(Duty.PAY), at=at + 2 * WAIT)
    agent = next(agent for applicant, _, agent in cast.bodies.values() if applicant.pk == case.applicant_id)
    _prove_account(case.applicant, agent, at + 3 * WAIT)


def _leave_under_way(cast: Any, now: datetime) -> None:
    """Send a batch of which nothing is known yet."""
    case = _case(UNDER_WAY)
    at = now - timedelta(hours=3)
    check_account(cast, case.applicant, "xinxing", at)
    _batch(cast, case, at)
