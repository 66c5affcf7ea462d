"""What the machine looked at before a person does: arithmetic over evidence, and the text found in PDF files."""

from django.db import models
from django.db.models import Q, Subquery

from applications.models.application import Application
from applications.models.evidence import Evidence


class AutoCheckQuerySet(models.QuerySet):
    """Questions about many comparisons."""

    def newest_of(self, application):
        """Return the rows of the newest run of a case, in the order they were made (one query)."""
        rows = self.filter(application=application)
        return rows.filter(run=Subquery(rows.order_by("-run").values("run")[:1])).order_by("pk")


class AutoCheck(models.Model):
    """
    自动核对: one comparison with its inputs and its result. Append-only; the newest run of a case counts.

    `target` is the name of a fact, "slot:<kind>", or "" for the case as a whole. It never decides: a person does.
    """

    class State(models.TextChoices):
        PASS = "pass", "相符"
        FAIL = "fail", "不符"
        NO_DATA = "none", "无数据"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="auto_checks")
    run = models.PositiveIntegerField("轮次")
    kind = models.CharField("核对项", max_length=30)
    target = models.CharField("对象", max_length=80, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="auto_checks", null=True, blank=True)
    state = models.CharField("结果", max_length=5, choices=State)
    inputs = models.JSONField("输入", default=dict)
    words = models.CharField("说明", max_length=500)
    made_at = models.DateTimeField("核对时间")

    objects = AutoCheckQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "自动核对"
        indexes = [models.Index(name="auto_checks_of_case", fields=["application", "-run", "id"])]
        constraints = [
            models.CheckConstraint(name="auto_check_state_known", condition=Q(state__in=["pass", "fail", "none"]))
        ]

    def __str__(self) -> str:
        return f"{self.kind}：{self.get_state_display()}"


class EvidenceText(models.Model):
    """材料文本: the text layer of a PDF, page by page, read once by a worker; a scan without text has empty pages."""

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="text")
    pages = models.JSONField("逐页文本", default=list)
    read_at = models.DateTimeField("读取时间")
    problem = models.CharField("未能读取的原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "材料文本"

    def __str__(self) -> str:
        return f"{self.evidence} 文本"
