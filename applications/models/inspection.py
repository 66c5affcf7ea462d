"""年度复核: a campaign over paid awards, its drawn sample, and what is asked, answered, looked at and concluded."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from applications.models.application import Application, CaseDuty
from applications.models.award import Award
from applications.models.finding import Finding
from applications.models.people import Authority, User
from applications.models.shapes import Sealed, private_storage, random_name, together


def report_path(row: "Campaign", filename: str) -> str:
    """Return a random name below the folder of letters."""
    return random_name("documents", "pdf")


def answer_path(row: "InspectionPaper", filename: str) -> str:
    """Return a random name below the folder of reviews."""
    return random_name("reviews", filename.rsplit(".", 1)[-1])


class Campaign(Sealed):
    """
    年度复核活动: which paid awards of a year are looked at again, and how they were chosen.

    The frame is frozen with its SHA-256 when the campaign is drawn up, and the seed stands in the history from that
    moment on: whoever draws until the sample pleases leaves every try behind. `frame` is a list of
    `sampling.Unit` as plain data; what is drawn follows from it by `sampling.draw`.
    """

    class Method(models.TextChoices):
        ALL = "all", "全面复核"
        RISK = "risk", "按风险选取"
        SAMPLE = "sample", "随机抽样"

    class State(models.TextChoices):
        DRAFT = "draft", "待启动"
        RUNNING = "running", "进行中"
        CLOSED = "closed", "已结束"
        DROPPED = "dropped", "已作废"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="campaigns", db_index=False)
    year = models.PositiveSmallIntegerField("支持年度")
    title = models.CharField("名称", max_length=100)
    basis = models.CharField("依据文件", max_length=200)
    method = models.CharField("选取方式", max_length=10, choices=Method)
    size = models.PositiveIntegerField("复核件数", null=True, blank=True)
    strata = models.JSONField("分层", default=list)
    seed = models.CharField("随机种子", max_length=60)
    frame = models.JSONField("抽样框")
    frame_sha256 = models.CharField("抽样框摘要", max_length=64)
    frame_count = models.PositiveIntegerField("抽样框件数")
    frame_fen = models.BigIntegerField("抽样框金额（分）")
    reply_days = models.PositiveSmallIntegerField("答复期限（工作日）", default=10)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField("抽样时间")
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    started_at = models.DateTimeField("启动时间", null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    dropped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    dropped_at = models.DateTimeField("作废时间", null=True, blank=True)
    drop_reason = models.CharField("作废理由", max_length=200, blank=True)

    # The report: its number and content are fixed when the campaign is closed, a worker prints it once.
    report_number = models.CharField("报告文号", max_length=60, blank=True)
    content = models.JSONField("报告内容", default=dict)
    file = models.FileField("报告", storage=private_storage, upload_to=report_path, blank=True)
    sha256 = models.CharField("报告摘要", max_length=64, null=True, blank=True)  # noqa: DJ001 - paired, null until made
    made_at = models.DateTimeField("报告生成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度复核活动"
        ordering = ["-pk"]
        indexes = [models.Index(name="campaigns_newest_first", fields=["authority", "-id"])]
        constraints = [
            together("started_by", "started_at"),
            together("closed_by", "closed_at"),
            together("dropped_by", "dropped_at"),
            together("sha256", "made_at"),
            together("signed_at", "signer", "certificate", "sealer"),
            models.CheckConstraint(
                name="campaign_says_how_many", condition=Q(method="all", size=None) | ~Q(method="all") & Q(size__gt=0)
            ),
            models.CheckConstraint(name="campaign_has_a_frame", condition=Q(frame_count__gt=0)),
            models.CheckConstraint(name="campaign_names_its_basis", condition=~Q(basis="") & ~Q(seed="")),
            models.CheckConstraint(
                name="campaign_gives_time_to_answer", condition=Q(reply_days__gte=1, reply_days__lte=60)
            ),
            models.CheckConstraint(
                name="campaign_goes_its_way",
                condition=Q(state="draft", started_at=None, closed_at=None, dropped_at=None)
                | Q(state="running", started_at__isnull=False, closed_at=None, dropped_at=None)
                | Q(state="closed", started_at__isnull=False, closed_at__isnull=False, dropped_at=None)
                & ~Q(report_number="")
                | Q(state="dropped", started_at=None, closed_at=None, dropped_at__isnull=False) & ~Q(drop_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """The number of the report, by which lists of papers name it; "" until the review is closed."""
        return self.report_number


class InspectionQuerySet(models.QuerySet):
    """Questions about many tasks."""

    def visible_to(self, user):
        """Return the tasks of which a member of the body has been asked something; the rest is the office's own."""
        own = Application.objects.of_applicants_of(user).values("pk")
        asked = InspectionDemand.objects.filter(inspection=OuterRef("pk"))
        return self.filter(Exists(asked), application__in=own)

    def of_authority(self, authority_id: int):
        """Return the tasks of an authority's campaigns."""
        return self.filter(campaign__authority=authority_id)


class Inspection(models.Model):
    """
    复核任务: one drawn award, looked at again by one inspector who held no other duty on its case.

    `result` is what came of it. A case to be put right (整改) ends with its confirmation, or as a finding where it was
    not put right.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待分派"
        LOOKING = "looking", "复核中"
        ASKED = "asked", "待申报单位答复"
        ANSWERED = "answered", "已答复待复核"
        RECTIFYING = "rectifying", "整改中"
        ENDED = "ended", "已办结"

    class Result(models.TextChoices):
        QUALIFIED = "qualified", "合格"
        RECTIFY = "rectify", "整改"
        FINDING = "finding", "转为线索"

    OPEN = (State.WAITING, State.LOOKING, State.ASKED, State.ANSWERED, State.RECTIFYING)

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="inspections", db_index=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="inspections")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="inspections")
    stratum = models.CharField("分层", max_length=200)
    score = models.PositiveIntegerField("风险分", default=0)
    paid_fen = models.BigIntegerField("已拨付金额（分）")
    officer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name="复核人"
    )
    assigned_at = models.DateTimeField("分派时间", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    result = models.CharField("结论", max_length=10, choices=Result, blank=True)
    summary = models.TextField("复核情况", max_length=2000, blank=True)
    doubt_fen = models.BigIntegerField("涉疑金额（分）", default=0)
    concluded_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    concluded_at = models.DateTimeField("作出结论时间", null=True, blank=True)
    rectified_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    rectified_at = models.DateTimeField("整改了结时间", null=True, blank=True)
    rectified_note = models.CharField("整改核实情况", max_length=1000, blank=True)
    finding = models.OneToOneField(
        Finding, on_delete=models.PROTECT, related_name="inspection", null=True, blank=True, verbose_name="线索"
    )

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "复核任务"
        ordering = ["pk"]
        indexes = [
            models.Index(name="inspections_by_state", fields=["campaign", "state", "id"]),
            models.Index(name="inspections_of_officer", fields=["officer", "state", "id"]),
        ]
        constraints = [
            together("officer", "assigned_at"),
            together("concluded_by", "concluded_at"),
            together("rectified_by", "rectified_at"),
            models.UniqueConstraint(name="one_inspection_per_campaign_and_case", fields=["campaign", "application"]),
            models.UniqueConstraint(
                name="one_open_inspection_per_case", fields=["application"], condition=~Q(state="ended")
            ),
            models.CheckConstraint(
                name="inspection_looked_at_by_somebody", condition=Q(state="waiting") | Q(officer__isnull=False)
            ),
            models.CheckConstraint(
                name="inspection_ends_with_a_result",
                condition=Q(state__in=["waiting", "looking", "asked", "answered"], result="", concluded_at=None)
                | Q(state="rectifying", result="rectify", concluded_at__isnull=False, rectified_at=None)
                & ~Q(summary="")
                | Q(state="ended", result="qualified", concluded_at__isnull=False) & ~Q(summary="")
                | Q(state="ended", result="rectify", concluded_at__isnull=False, rectified_at__isnull=False)
                & ~Q(summary="")
                | Q(state="ended", result="finding", concluded_at__isnull=False) & ~Q(summary=""),
            ),
            models.CheckConstraint(
                name="inspection_finding_is_named",
                condition=Q(result="finding", finding__isnull=False) | ~Q(result="finding") & Q(finding=None),
            ),
            models.CheckConstraint(
                name="inspection_doubts_no_more_than_was_paid",
                condition=Q(doubt_fen__gte=0) & Q(doubt_fen__lte=F("paid_fen")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.application}"


class InspectionDemand(models.Model):
    """
    复核通知: what the applicant is asked for, item by item, and until when; or what it has to put right.

    `items` is [{"key", "text"}], `answer` {key: text}. One is open at a time. It ends with the answer, or without one
    when the task is concluded. `reminders` counts what was told about its limit: before it, and after it.
    """

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", "提供材料"
        RECTIFY = "rectify", "整改"

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="demands")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    items = models.JSONField("事项")
    asked_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("通知时间")
    due_on = models.DateField("答复期限", null=True, blank=True)
    answer = models.JSONField("答复", default=dict)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    ended_at = models.DateTimeField("未答复了结时间", null=True, blank=True)
    reminders = models.PositiveSmallIntegerField("提醒次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "复核通知"
        ordering = ["pk"]
        indexes = [
            models.Index(
                name="open_demands_by_due_day", fields=["due_on", "id"], condition=Q(answered_at=None, ended_at=None)
            )
        ]
        constraints = [
            together("answered_by", "answered_at"),
            models.CheckConstraint(name="demand_ends_once", condition=Q(answered_at=None) | Q(ended_at=None)),
            models.UniqueConstraint(
                name="one_open_demand_per_inspection",
                fields=["inspection"],
                condition=Q(answered_at=None, ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection} {self.get_kind_display()}"


class InspectionPaper(models.Model):
    """复核材料: one file that the applicant handed in for one item of a demand. The file never changes."""

    demand = models.ForeignKey(InspectionDemand, on_delete=models.PROTECT, related_name="papers")
    item = models.CharField("事项", max_length=10)
    file = models.FileField("文件", storage=private_storage, upload_to=answer_path)
    original_name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("摘要", max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    withdrawn_at = models.DateTimeField("移除时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "复核材料"
        ordering = ["pk"]
        constraints = [
            together("withdrawn_by", "withdrawn_at"),
            models.CheckConstraint(name="inspection_paper_is_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.original_name


class InspectionCheck(models.Model):
    """
    复核事项: what was verified then, and what is found now. Append-only; the newest row of a question counts.

    `key` names a fact of the clause ("fact:pue") or a question about every award ("body:alive"); `question` and `then`
    are the words as they stood, so that the row says by itself what was asked.
    """

    class Verdict(models.TextChoices):
        HOLDS = "holds", "仍成立"
        CHANGED = "changed", "已变化"
        UNKNOWN = "unknown", "无法确认"

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="checks")
    key = models.CharField("事项标识", max_length=100)
    question = models.CharField("复核问题", max_length=300)
    then = models.CharField("当时核验值", max_length=300, blank=True)
    now = models.CharField("现在情况", max_length=300, blank=True)
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    note = models.CharField("说明", max_length=500, blank=True)
    checked_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField("复核时间")

    class Meta:
        verbose_name = verbose_name_plural = "复核事项"
        ordering = ["pk"]
        indexes = [models.Index(name="checks_of_inspection", fields=["inspection", "key", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="inspection_change_is_described", condition=Q(verdict="holds") | ~Q(now="") | ~Q(note="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.question}：{self.get_verdict_display()}"
