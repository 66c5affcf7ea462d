"""风险提示: what a machine finds odd about a case, for officers only; what it read in the files to find it."""

from django.db import models
from django.db.models import Q

from applications.models.application import Application, CaseDuty
from applications.models.evidence import Evidence
from applications.models.people import Authority
from applications.models.shapes import together


class RiskSignalQuerySet(models.QuerySet):
    """Questions about many signals."""

    def standing(self):
        """Return signals that the newest look at the case still found."""
        return self.filter(gone_at=None)

    def counting(self):
        """Return standing signals that no officer has set aside; they make the score."""
        return self.standing().filter(cleared_at=None)


class RiskSignal(models.Model):
    """
    风险提示: one oddity of a case, explained and linked. It never decides; an officer may set it aside with a reason.

    `mark` is what makes it the same signal when the case is looked at again. One that is found no more is `gone`, not
    deleted. `links` is [{"case", "applicant", "evidence", "page"}]: where else to look.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="risk_signals", db_index=False)
    kind = models.CharField("种类", max_length=30)
    mark = models.CharField("标识", max_length=32)
    points = models.PositiveSmallIntegerField("分值")
    text = models.CharField("说明", max_length=400)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    page = models.PositiveSmallIntegerField("页", null=True, blank=True)
    links = models.JSONField("关联", default=list)
    found_at = models.DateTimeField("发现时间")
    gone_at = models.DateTimeField("不再出现的时间", null=True, blank=True)
    cleared_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    cleared_at = models.DateTimeField("不采纳时间", null=True, blank=True)
    cleared_reason = models.CharField("不采纳理由", max_length=500, blank=True)

    objects = RiskSignalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "风险提示"
        indexes = [
            models.Index(name="signals_of_case", fields=["application", "kind", "id"]),
        ]
        constraints = [
            together("cleared_by", "cleared_at"),
            models.CheckConstraint(
                name="signal_set_aside_with_a_reason",
                condition=Q(cleared_at=None, cleared_reason="") | (Q(cleared_at__isnull=False) & ~Q(cleared_reason="")),
            ),
            models.CheckConstraint(name="signal_points_in_range", condition=Q(points__gte=1, points__lte=100)),
            models.UniqueConstraint(
                name="one_standing_signal_of_a_kind",
                fields=["application", "kind", "mark"],
                condition=Q(gone_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.kind}"


class RiskScore(models.Model):
    """
    风险分: the points of a case's standing signals in one number, to order lists by. Nothing is decided by it.

    `stale` asks the sweep to look again: the claim was handed in, or another case has brought a link to this one.
    """

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="risk_score", primary_key=True, verbose_name="申报件"
    )
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+", db_index=False)
    score = models.PositiveSmallIntegerField("风险分", default=0)
    stale = models.BooleanField("待重新查看", default=True)
    computed_at = models.DateTimeField("计算时间")

    class Meta:
        verbose_name = verbose_name_plural = "风险分"
        indexes = [
            models.Index(
                name="scores_highest_first",
                fields=["authority", "-score", "-application"],
                condition=Q(score__gt=0),
            ),
            models.Index(name="scores_to_look_at", fields=["application"], condition=Q(stale=True)),
        ]
        constraints = [models.CheckConstraint(name="score_in_range", condition=Q(score__gte=0, score__lte=100))]

    def __str__(self) -> str:
        return f"{self.application} {self.score}"


class FileMark(models.Model):
    """
    文件痕迹: what a worker read in one file besides its text: programs, dates, revisions, traces of edits. Read once.

    `traces` is [{"kind", "page", "old", "new"}]; `scanned` are the pages that are one picture.
    """

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="marks")
    producer = models.CharField("生成程序", max_length=200, blank=True)
    creator = models.CharField("创建程序", max_length=200, blank=True)
    created_at = models.DateTimeField("文件创建时间", null=True, blank=True)
    modified_at = models.DateTimeField("文件修改时间", null=True, blank=True)
    revisions = models.PositiveSmallIntegerField("保存次数", default=1)
    changed_after_signing = models.BooleanField("签名后有改动", default=False)
    scanned = models.JSONField("扫描页", default=list)
    traces = models.JSONField("改动痕迹", default=list)
    problem = models.CharField("未能读取的原因", max_length=100, blank=True)
    read_at = models.DateTimeField("读取时间")

    class Meta:
        verbose_name = verbose_name_plural = "文件痕迹"

    def __str__(self) -> str:
        return f"{self.evidence} 痕迹"


class PagePrint(models.Model):
    """
    页面指纹: one page in four bands, so that near ones are found by equality on an index.

    A picture has 64 bits of its coarse shape in bands of 16; figures have the four least hashes of the numbers on a
    page. `detail` is what a found pair is compared by. Blank pages and bare letterheads have no print.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", "图像"
        FIGURES = "figures", "数值"

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="prints", db_index=False)
    page = models.PositiveSmallIntegerField("页")
    kind = models.CharField("种类", max_length=8, choices=Kind)
    band_1 = models.BigIntegerField()
    band_2 = models.BigIntegerField()
    band_3 = models.BigIntegerField()
    band_4 = models.BigIntegerField()
    detail = models.BinaryField("细节", max_length=8192)

    class Meta:
        verbose_name = verbose_name_plural = "页面指纹"
        indexes = [
            models.Index(name=f"prints_by_band_{number}", fields=["kind", f"band_{number}"]) for number in (1, 2, 3, 4)
        ]
        constraints = [
            models.UniqueConstraint(name="one_print_per_page_and_kind", fields=["evidence", "page", "kind"]),
            models.CheckConstraint(name="print_kind_known", condition=Q(kind__in=["picture", "figures"])),
        ]

    def __str__(self) -> str:
        return f"{self.evidence} 第{self.page}页"
