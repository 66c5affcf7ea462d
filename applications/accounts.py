"""
收款账户 as the desks see it: which number can be right, who may look at the proof, what still has to be checked.

What is checked of a number: that it is 8 to 30 digits, and the Luhn digit where it looks like a UnionPay card (19
digits that begin with 62, which unit settlement cards have too). The numbers that banks give to companies follow no
common rule and carry no check digit that an outsider could compute, so nothing more is said about them: two officers
compare them with the proof.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from stdnum import luhn

from applications import timing
from applications.clocks import add_working_days
from applications.models import AccountCheck, Application, Authority, BankAccount, Posting, Status, User
from applications.permissions import FINANCE

CARD_LENGTH = 19


def why_not_number(number: str) -> str:
    """Return what is wrong with an account number, "" when nothing can be said against it."""
    if not re.fullmatch(r"[0-9]{8,30}", number):
        return "账号由8至30位数字组成，请核对后重新填写。"
    if len(number) == CARD_LENGTH and number.startswith("62") and not luhn.is_valid(number):
        return "该账号形如银联卡号（62开头的19位数字），但校验位不正确，请对照开户证明逐位核对。"
    return ""


def why_not_line_number(number: str) -> str:
    """Return what is wrong with a 行号: twelve digits in the payment system, whatever the bank."""
    return "" if re.fullmatch(r"[0-9]{12}", number) else "行号为12位数字，可向开户银行查询。"


def unpaid_cases(applicant_id: int) -> QuerySet[Application]:
    """Return the granted cases of a body whose money has not wholly left."""
    return Application.objects.filter(applicant=applicant_id, status=Status.GRANTED).order_by("pk")


def end_of_wait(authorities: Iterable[Authority], at: datetime) -> datetime | None:
    """
    Return from when on a changed account may be paid to: when the last working day of the longest wait has ended.

    None while a year that the wait reaches has no table of working days; it is never guessed.
    """
    ends = [_end_of_wait(authority, at) for authority in authorities]
    known = [end for end in ends if end is not None]
    return max(known, default=at) if len(known) == len(ends) else None


def _end_of_wait(authority: Authority, at: datetime) -> datetime | None:
    if authority.account_wait_days == 0:
        return at
    day = timezone.localdate(at)
    last = add_working_days(day, authority.account_wait_days, timing.calendar_of(authority.pk, since=day))
    return None if last is None else _midnight_after(last)


def _midnight_after(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def why_not_usable(account: BankAccount, authority: Authority, at: datetime) -> str:
    """Return why an account may not be paid to yet: replaced, not confirmed, or still in its wait."""
    if account.replaced_at:
        return "该收款账户已停用"
    if account.usable_from is None and account.confirmed_at is None:
        return "收款账户已变更，等待法定代表人确认"
    usable_from = account.usable_from
    if usable_from is None:
        assert account.confirmed_at is not None
        usable_from = _end_of_wait(authority, account.confirmed_at)
    if usable_from is None:
        return "收款账户变更的等待期截止日待定（缺少相应年度的工作日安排）"
    if at < usable_from:
        return f"收款账户变更后的等待期未满，{timezone.localtime(usable_from):%Y年%-m月%-d日}起可以拨付"
    return ""


def proofs_visible_to(user: User) -> QuerySet[BankAccount]:
    """Return the accounts whose proof this person may open: the applicant's members, and finance officers who pay."""
    desks = Posting.objects.current().filter(user=user, duty__in=FINANCE).values("authority")
    paid_by = Application.objects.filter(applicant=OuterRef("applicant"), authority__in=desks, awards__isnull=False)
    return (
        BankAccount.objects.exclude(proof="").filter(Q(applicant__memberships__user=user) | Exists(paid_by)).distinct()
    )


def live_check(account: BankAccount, authority_id: int) -> AccountCheck | None:
    """Return the check of an account that counts at an authority, confirmed or not."""
    rows = account.checks.filter(authority=authority_id, dropped_at=None)
    return rows.select_related("checked_by", "confirmed_by").first()


def of_the_desk(authority_id: int) -> QuerySet[BankAccount]:
    """Return the accounts in use of bodies to which this authority has granted money that is not wholly paid."""
    cases = Application.objects.filter(applicant=OuterRef("applicant"), authority=authority_id, status=Status.GRANTED)
    return BankAccount.objects.filter(Exists(cases), replaced_at=None)


def with_checks(accounts: QuerySet[BankAccount], authority_id: int) -> QuerySet[BankAccount]:
    """Read with each account whether a check counts (`checked`), whether it was confirmed, and whether it passed."""
    live = AccountCheck.objects.filter(account=OuterRef("pk"), authority=authority_id, dropped_at=None)
    confirmed = live.filter(confirmed_at__isnull=False)
    return accounts.annotate(
        checked=Exists(live), confirmed=Exists(confirmed), found_right=Exists(live.filter(passed=True))
    )
