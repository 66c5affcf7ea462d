"""
材料台账: what invoices, contracts, reports, meters and certificates have already been used for, across all cases.

The identity of a thing is one row, locked while it is used, so that two claims cannot take the same invoice at one
moment; what is used of it stays inside what it is worth by a CHECK.
"""

from django.db import models
from django.db.models import F, Q

from applications.models.application import Application
from applications.models.evidence import Evidence
from applications.models.people import Applicant, Authority
from applications.models.policy import Clause


class EvidenceItem(models.Model):
    """
    One real thing known by its number: an invoice, a contract, a meter in a month, a report, a filing, a serial number.

    `number` is normalised (capitals, no blanks, half-width), as is `scope`: whose number it is (the parties of a
    contract, the institution of a report). `period` is the month or day that a meter or a loan is counted by. `side`
    separates uses that the packs let stand beside each other (supplier and user of one contract). `total` is what it is
    worth as the base of sums, in fen or in hundredths of a kWh by kind; null where it is proof only.
    """

    kind = models.CharField("种类", max_length=30)
    number = models.CharField("编号", max_length=100)
    scope = models.CharField("归属", max_length=200, blank=True)
    period = models.CharField("期间", max_length=10, blank=True)
    side = models.CharField("用途分组", max_length=30, blank=True)
    total = models.BigIntegerField("总量", null=True, blank=True)
    used = models.BigIntegerField("已用", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "材料标识"
        constraints = [
            models.UniqueConstraint(name="one_item_per_identity", fields=["kind", "number", "scope", "period", "side"]),
            models.CheckConstraint(
                name="item_never_used_beyond_its_total",
                # NULL <= total is neither true nor false, which a CHECK lets through: so the total must be there.
                condition=Q(used__gte=0) & (Q(total=None, used=0) | Q(total__isnull=False, used__lte=F("total"))),
            ),
        ]
        indexes = [models.Index(name="items_by_number", fields=["number"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class EvidenceUse(models.Model):
    """
    材料使用: one case uses one thing, as the base of a sum (with the amount) or as proof of a condition.

    A row is released, never deleted. `again` marks a paper that the same applicant shows once more for the same object
    (a higher tier of a ladder): it stands on the earlier use and takes nothing.
    """

    class Purpose(models.TextChoices):
        BASE = "base", "计算基数"
        PROOF = "proof", "条件证明"

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="uses")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="uses")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="evidence_uses")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField("用途", max_length=5, choices=Purpose)
    subject_key = models.CharField("对象", max_length=100, blank=True)
    amount = models.BigIntegerField("使用量", default=0)
    again = models.BooleanField("再次出示", default=False)
    taken_at = models.DateTimeField("使用时间")
    released_at = models.DateTimeField("释放时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "材料使用"
        indexes = [
            models.Index(name="uses_of_case", fields=["application", "id"]),
            models.Index(name="uses_of_item", fields=["item", "id"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="proof_once_per_clause_and_object",
                fields=["item", "clause", "subject_key"],
                condition=Q(purpose="proof", released_at=None, again=False),
            ),
            models.UniqueConstraint(
                name="one_live_use_per_case_and_item", fields=["item", "application"], condition=Q(released_at=None)
            ),
            models.CheckConstraint(
                name="use_amount_by_purpose",
                condition=Q(purpose="base", again=False, amount__gt=0) | Q(purpose="proof", amount=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}（{self.get_purpose_display()}）"
