"""问题线索: what makes somebody doubt a case, wherever it comes from, and the tips of the public."""

from django.db import models
from django.db.models import Q

from applications.models.application import Application
from applications.models.decision import Objection
from applications.models.people import Applicant, Authority, User
from applications.models.shapes import private_storage, random_name, together


def tip_path(row: "Tip", filename: str) -> str:
    """Return a random name below the folder of tips."""
    return random_name("tips", filename.rsplit(".", 1)[-1])


class Finding(models.Model):
    """
    问题线索: one doubt about a body or a case at an authority, judged once by an inspector.

    Money of the case is held while it is looked into (`taken`), not by the mere arrival of a tip. What it leads to is a
    recovery case that names it, or a dismissal with reasons.
    """

    class Source(models.TextChoices):
        REVIEW = "review", "年度复核"
        TIP = "tip", "举报"
        OBJECTION = "objection", "公示异议"
        SIGNAL = "signal", "风险提示"
        OFFICER = "officer", "工作中发现"
        OUTSIDE = "outside", "审计、纪检等移交"

    class State(models.TextChoices):
        NEW = "new", "待研判"
        TAKEN = "taken", "核查中"
        FILED = "filed", "已立案"
        DISMISSED = "dismissed", "不予立案"

    OPEN = (State.NEW, State.TAKEN)

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="findings")
    number = models.CharField("线索编号", max_length=40, unique=True)
    source = models.CharField("来源", max_length=10, choices=Source)
    applicant = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, related_name="findings", null=True, blank=True, verbose_name="涉及单位"
    )
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="findings", null=True, blank=True, verbose_name="涉及申报件"
    )
    body = models.CharField("所反映的单位", max_length=100, help_text="按来源的说法")
    text = models.TextField("反映的问题", max_length=3000)
    objection = models.OneToOneField(
        Objection, on_delete=models.PROTECT, related_name="finding", null=True, blank=True, verbose_name="异议"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.NEW)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    made_at = models.DateTimeField("登记时间")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    taken_at = models.DateTimeField("受领时间", null=True, blank=True)
    ruled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    ruled_at = models.DateTimeField("研判时间", null=True, blank=True)
    ruling = models.CharField("研判意见", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "问题线索"
        ordering = ["-pk"]
        indexes = [
            models.Index(name="findings_newest_first", fields=["authority", "state", "-id"]),
            models.Index(name="findings_of_case", fields=["application", "state"]),
        ]
        constraints = [
            together("taken_by", "taken_at"),
            together("ruled_by", "ruled_at"),
            models.CheckConstraint(
                name="finding_ruled_with_reasons",
                condition=Q(state__in=["new", "taken"], ruled_at=None, ruling="")
                | (Q(state__in=["filed", "dismissed"], ruled_at__isnull=False) & ~Q(ruling="")),
            ),
            models.CheckConstraint(
                name="finding_taken_by_somebody", condition=~Q(state="taken") | Q(taken_at__isnull=False)
            ),
            models.CheckConstraint(name="finding_says_what", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.number


class Tip(models.Model):
    """
    举报: what the public adds to a finding: who tells (or nobody), how to answer, a file. Read by the taker alone.

    `code` lets the teller ask for the state later without a name.
    """

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="tip", verbose_name="线索")
    code = models.CharField("查询码", max_length=20, unique=True)
    name = models.CharField("举报人姓名", max_length=100, blank=True)
    contact = models.CharField("联系方式", max_length=200, blank=True)
    file = models.FileField("材料", storage=private_storage, upload_to=tip_path, blank=True)
    original_name = models.CharField("文件名", max_length=200, blank=True)
    content_type = models.CharField("类型", max_length=100, blank=True)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "举报"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"举报 {self.finding}"
