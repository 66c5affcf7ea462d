"""Plain rows for tests of the finance desk: instalments, shares and checks as the money's actions leave them."""

from datetime import date

from applications.models import AccountCheck, Award, BankAccount, Duty, Instalment, Payer, PayerShare
from tests.factories import NOON, make_officer


def check_account(award: Award, *, passed: bool = True, confirmed: bool = True) -> AccountCheck:
    """Return the check of the account in use of an award's applicant, by two officers of its authority."""
    account = BankAccount.objects.get(applicant=award.applicant_id, replaced_at=None)
    BankAccount.objects.filter(pk=account.pk, usable_from=None).update(usable_from=account.created_at)
    AccountCheck.objects.filter(account=account, authority=award.authority_id).delete()
    code = award.authority.code
    return AccountCheck.objects.create(
        account=account,
        authority=award.authority,
        passed=passed,
        note="" if passed else "户名不符",
        checked_by=make_officer(Duty.PAY, code),
        checked_at=NOON,
        confirmed_by=make_officer(Duty.COUNTERSIGN, code) if confirmed else None,
        confirmed_at=NOON if confirmed else None,
    )


def split(award: Award, count: int, *, due_on: date | None = None, payer: Payer | None = None) -> list[PayerShare]:
    """Return the shares of so many more instalments of an award, of 1 元 each, numbered from 2."""
    payer = payer or Payer.objects.get(authority=award.authority_id, standard=True)
    rows = [Instalment(award=award, number=2 + n, amount_fen=100, due_on=due_on) for n in range(count)]
    parts = Instalment.objects.bulk_create(rows)
    return PayerShare.objects.bulk_create(PayerShare(instalment=row, payer=payer, amount_fen=100) for row in parts)
