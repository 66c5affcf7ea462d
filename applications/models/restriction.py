"""限制申报: what a body may not have for a time, and the paper that says so."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.models.people import Authority, User
from applications.models.shapes import together


class RestrictionQuerySet(models.QuerySet):
    """Questions about many restrictions."""

    def standing(self, day=None):
        """Return those in force on a day (today unless given) that nobody has lifted."""
        day = day or timezone.localdate()
        return self.filter(lifted_at=None, since__lte=day).filter(Q(until=None) | Q(until__gte=day))


class Restriction(models.Model):
    """
    限制申报: stops filing, 容缺受理 or payment for a body known by its 统一社会信用代码, from and until a day.

    A restriction without a legal basis does not exist: the database refuses an empty one. Rows are lifted, not edited.
    """

    class Scope(models.TextChoices):
        FILING = "filing", "限制申报和兑现"
        LEEWAY = "leeway", "不适用容缺受理"
        PAYMENT = "payment", "暂停拨付"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="restrictions")
    uscc = models.CharField("统一社会信用代码", max_length=18, db_index=True)
    applicant_name = models.CharField("单位名称", max_length=100)
    scope = models.CharField("限制范围", max_length=10, choices=Scope)
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True, help_text="不填为直至解除")
    basis = models.CharField("法律依据", max_length=300)
    paper = models.CharField("决定文件", max_length=200)
    reason = models.CharField("事由", max_length=500)
    recovery = models.ForeignKey(
        "RecoveryCase",
        on_delete=models.PROTECT,
        related_name="restrictions",
        null=True,
        blank=True,
        verbose_name="追回案件",
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("作出时间")
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lift_reason = models.CharField("解除理由", max_length=300, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "限制申报"
        ordering = ["-pk"]
        constraints = [
            together("lifted_by", "lifted_at"),
            models.CheckConstraint(name="restriction_has_a_basis", condition=~Q(basis="") & ~Q(paper="")),
            models.CheckConstraint(
                name="restriction_ends_after_it_began", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant_name}（{self.get_scope_display()}）"
