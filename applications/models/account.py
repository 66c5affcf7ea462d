"""收款账户: where awards are paid to, and who has looked at it."""

from django.db import models
from django.db.models import F, Q

from applications.models.people import Applicant, Authority, User
from applications.models.shapes import private_storage, random_name, together


def proof_path(row: "BankAccount", filename: str) -> str:
    """Return a random name below the folder of account proofs."""
    return random_name("accounts", filename.rsplit(".", 1)[-1])


class BankAccount(models.Model):
    """
    收款账户: where awards are paid to. 户名 must equal the applicant's name; rows are replaced, never edited.

    An account entered while an award is unpaid is a change: the 法定代表人 confirms it and it may be paid to from
    `usable_from` on. Without that moment it waits for the confirmation.
    """

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="bank_accounts")
    holder = models.CharField("户名", max_length=100)
    bank = models.CharField("开户银行", max_length=100)
    number = models.CharField("账号", max_length=40)
    line_number = models.CharField("行号", max_length=12, blank=True, help_text="开户银行的12位支付系统行号")
    proof = models.FileField("账户证明", storage=private_storage, upload_to=proof_path, blank=True)
    proof_name = models.CharField("证明文件名", max_length=200, blank=True)
    proof_sha256 = models.CharField("证明摘要", max_length=64, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("登记时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("法定代表人确认时间", null=True, blank=True)
    usable_from = models.DateTimeField("可以收款的时间", null=True, blank=True)
    replaced_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收款账户"
        indexes = [models.Index(name="accounts_by_number", fields=["number"], condition=Q(replaced_at=None))]
        constraints = [
            models.UniqueConstraint(
                name="one_account_in_use_per_applicant", fields=["applicant"], condition=Q(replaced_at=None)
            ),
            models.CheckConstraint(
                name="account_proof_complete",
                condition=Q(proof="", proof_sha256="", proof_name="") | (~Q(proof="") & ~Q(proof_sha256="")),
            ),
            together("confirmed_by", "confirmed_at"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} 尾号{self.number[-4:]}"


class AccountCheck(models.Model):
    """
    账户核对: two finance officers of an authority looked at an account and its proof before money goes there.

    A second person confirms what the first found; an account that was found wrong is entered anew by the applicant.
    """

    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="checks")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="account_checks")
    passed = models.BooleanField("核对无误")
    note = models.CharField("核对说明", max_length=500, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField("核对时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("复核时间", null=True, blank=True)
    dropped_at = models.DateTimeField("退回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "账户核对"
        ordering = ["-pk"]
        constraints = [
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="account_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("checked_by")),
            ),
            models.CheckConstraint(name="account_found_wrong_with_note", condition=Q(passed=True) | ~Q(note="")),
            models.UniqueConstraint(
                name="one_live_check_per_account_and_authority",
                fields=["account", "authority"],
                condition=Q(dropped_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} 核对"
