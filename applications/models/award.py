"""What was granted and paid. Nothing here is ever edited or deleted: a correction is a new row that names the old."""

from django.apps import apps
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Cast, Coalesce

from applications.models.application import Application, Assessment, CaseDuty
from applications.models.people import Applicant, Authority, User
from applications.models.policy import Clause, Pool


class AwardQuerySet(models.QuerySet):
    """Questions about many awards."""

    def standing(self):
        """Return awards that no later decision replaced or revoked."""
        return self.filter(replaced_by=None).exclude(application__status="revoked")

    def kept(self):
        """Return awards of which something is not demanded back, with the sum that is not (`kept_fen`)."""
        entries = apps.get_model("applications", "RecoveryEntry").objects.filter(
            recovery__award=OuterRef("pk"), account="principal", kind="owed", reverses=None, reversed_by=None
        )
        demanded = entries.order_by().values("recovery__award").annotate(fen=Sum("amount_fen")).values("fen")
        # PostgreSQL adds whole numbers up to a numeric, which a union would hand out as a Decimal.
        back = Cast(Coalesce(Subquery(demanded), 0), models.BigIntegerField())
        return self.annotate(kept_fen=F("amount_fen") - back).filter(kept_fen__gt=0)

    def visible_to(self, user):
        """Return awards of the cases this user may open."""
        return self.filter(application__in=Application.objects.visible_to(user))


class Award(models.Model):
    """
    奖补决定: the sum granted for one application and the assessment it rests on, in whole fen.

    A row is never edited: a corrected decision is a new award that names the one it replaces.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="awards")
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="awards")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="awards")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="awards")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("支持年度")
    amount_fen = models.BigIntegerField("核定额（分）")
    computed_fen = models.BigIntegerField("测算额（分）")
    reason = models.CharField("核定理由", max_length=1000, blank=True)
    decided_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("决定时间")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "奖补决定"
        indexes = [
            models.Index(name="awards_of_authority", fields=["authority", "-id"]),
            # The desk's list goes by the case, the newest first: a column of this table, which every database sorts by.
            models.Index(name="awards_by_case", fields=["authority", "-application"]),
            models.Index(name="awards_of_year", fields=["authority", "year", "-application"]),
            models.Index(name="awards_of_clause", fields=["authority", "clause", "-application"]),
            models.Index(name="awards_of_applicant_clause", fields=["applicant", "clause"]),
        ]
        constraints = [
            models.CheckConstraint(name="award_amount_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="award_not_above_computed", condition=Q(amount_fen__lte=F("computed_fen"))),
            models.UniqueConstraint(
                name="one_first_award_per_application", fields=["application"], condition=Q(replaces=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} 奖补决定"


class Instalment(models.Model):
    """分期: one part of an award; the parts of an award sum to it exactly."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField("期次")
    amount_fen = models.BigIntegerField("金额（分）")
    due_on = models.DateField("最早拨付日期", null=True, blank=True)  # empty: from the decision on

    class Meta:
        verbose_name = verbose_name_plural = "分期"
        ordering = ["award_id", "number"]
        indexes = [models.Index(name="instalments_by_day", fields=["due_on"])]
        constraints = [
            models.UniqueConstraint(name="one_instalment_per_number", fields=["award", "number"]),
            models.CheckConstraint(name="instalment_amount_positive", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.award} 第{self.number}期"


class Commitment(models.Model):
    """
    占用: what a case takes from a pool from 公示 on; final by the grant, released when it leaves without one.

    A case that was paid in part when its year closed has two: the paid part in the old pool, the rest in the next.
    """

    class State(models.TextChoices):
        HELD = "held", "预占"
        FINAL = "final", "占用"
        RELEASED = "released", "释放"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="commitments")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="commitments")
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=10, choices=State, default=State.HELD)
    made_at = models.DateTimeField("占用时间")
    released_at = models.DateTimeField("释放时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "资金占用"
        constraints = [
            models.CheckConstraint(name="commitment_amount_positive", condition=Q(amount_fen__gt=0)),
            models.UniqueConstraint(
                name="one_live_commitment_per_case_and_pool",
                fields=["application", "pool"],
                condition=~Q(state="released"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} 占用 {self.pool}"


class EarlierAwardQuerySet(models.QuerySet):
    """Questions about many earlier awards."""

    def counting(self):
        """Return rows that count towards ladders, caps and once-only rights: neither reversed nor a reversal."""
        return self.filter(reverses=None, reversed_by=None)


class EarlierAward(models.Model):
    """
    既往奖补: an award paid before the portal existed, entered by the authority with year, sum and paper.

    The beneficiary is named by 统一社会信用代码, so a row may be older than its account here. Never edited: a wrong
    row is taken back by a row of the negative sum that names it.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="earlier_awards")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="earlier_awards", verbose_name="条款")
    uscc = models.CharField("统一社会信用代码", max_length=18, db_index=True)
    applicant_name = models.CharField("单位名称", max_length=100)
    subject = models.CharField("奖补对象", max_length=100, blank=True)
    year = models.PositiveSmallIntegerField("年度")
    amount_fen = models.BigIntegerField("金额（分）")
    paper = models.CharField("依据文件", max_length=100)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("录入时间")
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, related_name="reversed_by", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = EarlierAwardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "既往奖补"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="earlier_award_signed_by_nature",
                condition=Q(reverses=None, amount_fen__gt=0) | Q(reverses__isnull=False, amount_fen__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant_name} {self.year}年 {self.clause}"
