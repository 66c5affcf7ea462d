"""收款账户: registered by the applicant, confirmed by its 法定代表人 after a change, checked by two officers."""

from datetime import datetime

from django.db import transaction

from applications import accounts, history, permissions
from applications.actions.desk_file import Paper
from applications.actions.shared import refuse_if, stop
from applications.models import (
    AccountCheck,
    Applicant,
    Application,
    Authority,
    BankAccount,
    Membership,
    User,
)


def _lock_unpaid(applicant_id: int) -> list[Application]:
    """Lock the cases of a body that wait for money: cases come before the applicant, as everywhere."""
    cases = accounts.unpaid_cases(applicant_id).select_for_update(of=("self",)).select_related("authority")
    return list(cases)


@transaction.atomic
def set_account(
    applicant: Applicant,
    *,
    bank: str,
    number: str,
    holder: str,
    line_number: str = "",
    proof: Paper | None = None,
    by: User,
    at: datetime,
) -> BankAccount:
    """
    Register where awards are paid; the old account is kept as replaced. Raises ActionRefused.

    While money is unpaid this is a change: all members are told at once, and nothing is paid before the 法定代表人
    has confirmed it, a wait has passed and two officers have checked it anew.
    """
    cases = _lock_unpaid(applicant.pk)
    applicant = Applicant.objects.select_for_update().get(pk=applicant.pk)
    if not Membership.objects.filter(applicant=applicant, user=by).exists():
        stop("只有本单位成员可以办理此事项。")
    earlier = BankAccount.objects.filter(applicant=applicant).exists()
    account = open_account(
        applicant,
        bank=bank,
        number=number,
        holder=holder,
        line_number=line_number,
        proof=proof,
        waits=bool(cases) and earlier,
        by=by,
        at=at,
    )
    if earlier:
        _tell(cases, "change_account", account, str(account), by=by, at=at)
    return account


def open_account(
    applicant: Applicant,
    *,
    bank: str,
    number: str,
    holder: str,
    line_number: str = "",
    proof: Paper | None = None,
    waits: bool = False,
    by: User,
    at: datetime,
) -> BankAccount:
    """Put an account into use for an applicant whose row the caller has locked. Raises ActionRefused."""
    if holder != applicant.name:
        stop("收款账户的户名须与单位名称完全一致。")
    refuse_if(accounts.why_not_number(number))
    if line_number:
        refuse_if(accounts.why_not_line_number(line_number))
    BankAccount.objects.filter(applicant=applicant, replaced_at=None).update(replaced_at=at)
    account = BankAccount(
        applicant=applicant,
        holder=holder,
        bank=bank,
        number=number,
        line_number=line_number,
        created_by=by,
        created_at=at,
        usable_from=None if waits else at,
    )
    if proof is not None:
        proof.file.name = f"upload.{proof.upload.extension}"
        account.proof, account.proof_name = proof.file, proof.upload.name
        account.proof_sha256 = proof.upload.sha256
    account.save()
    return account


@transaction.atomic
def confirm_account(account: BankAccount, *, by: User, at: datetime) -> BankAccount:
    """
    Stand by a changed account as the 法定代表人; the wait of the authorities that owe money begins.

    Raises ActionRefused.
    """
    cases = _lock_unpaid(account.applicant_id)
    Applicant.objects.select_for_update().get(pk=account.applicant_id)
    account = BankAccount.objects.select_related("applicant").get(pk=account.pk)
    refuse_if(permissions.why_not_confirm_account(account, by))

    account.confirmed_by, account.confirmed_at = by, at
    account.usable_from = accounts.end_of_wait({case.authority_id: case.authority for case in cases}.values(), at)
    account.save(update_fields=["confirmed_by", "confirmed_at", "usable_from"])
    _tell(cases, "confirm_account", account, str(account), by=by, at=at)
    return account


def _tell(cases: list[Application], action: str, account: BankAccount, note: str, *, by: User, at: datetime) -> None:
    """Write what happened to the account into the history of every case that waits for money, which tells members."""
    for case in cases:
        history.record(case, action, by=by, at=at, note=note, detail={"account": account.pk})


def _enter(authority_id: int, by: User) -> Authority:
    refuse_if(permissions.why_not_finance(by, authority_id))
    return Authority.objects.select_for_update().get(pk=authority_id)


@transaction.atomic
def check(
    account: BankAccount, authority: Authority, *, passed: bool, note: str, by: User, at: datetime
) -> AccountCheck:
    """Say what one officer found about an account and its proof; a second one confirms. Raises ActionRefused."""
    authority = _enter(authority.pk, by)
    account = BankAccount.objects.select_related("applicant").get(pk=account.pk)
    refuse_if(permissions.why_not_check_account(account, accounts.live_check(account, authority.pk), by))
    if not passed and not note.strip():
        stop("核对发现问题的，请写明问题。")
    if passed and not account.proof and not note.strip():
        stop("该账户没有上传证明，请写明核对的依据。")

    row = AccountCheck.objects.create(
        account=account, authority=authority, passed=passed, note=note.strip(), checked_by=by, checked_at=at
    )
    _record(authority, "check_account", row, by=by, at=at)
    return row


@transaction.atomic
def confirm_check(check: AccountCheck, *, by: User, at: datetime) -> AccountCheck:
    """Confirm what another officer found; an account found wrong is told to the applicant. Raises ActionRefused."""
    cases = _lock_unpaid(check.account.applicant_id)
    authority = _enter(check.authority_id, by)
    row = AccountCheck.objects.select_for_update(of=("self",)).select_related("account__applicant").get(pk=check.pk)
    refuse_if(permissions.why_not_confirm_check(row, by))

    row.confirmed_by, row.confirmed_at = by, at
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    _record(authority, "confirm_account_check", row, by=by, at=at)
    if not row.passed:
        own = [case for case in cases if case.authority_id == authority.pk]
        _tell(own, "account_found_wrong", row.account, row.note, by=by, at=at)
    return row


@transaction.atomic
def drop_check(check: AccountCheck, *, reason: str, by: User, at: datetime) -> AccountCheck:
    """Take back what was found, so that the account is looked at anew. Raises ActionRefused."""
    authority = _enter(check.authority_id, by)
    row = AccountCheck.objects.select_for_update(of=("self",)).select_related("account").get(pk=check.pk)
    if row.dropped_at:
        stop("该核对结论已经退回。")
    if not reason.strip():
        stop("请写明退回的理由。")

    row.dropped_at = at
    row.save(update_fields=["dropped_at"])
    _record(authority, "drop_account_check", row, note=reason.strip(), by=by, at=at)
    return row


def _record(authority: Authority, action: str, row: AccountCheck, *, note: str = "", by: User, at: datetime) -> None:
    detail = {"account": row.account_id, "check": row.pk, "passed": row.passed}
    history.record_for_authority(authority, action, by=by, at=at, note=note or row.note or str(row), detail=detail)
