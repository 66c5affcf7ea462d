"""What stands between a proposal and a grant: approvals by bands of sums, the public batch, objections, settlement."""

from django.db import models
from django.db.models import F, Q

from applications.models.application import Application, CaseDuty, PublicNotice
from applications.models.letter import LetterTemplate
from applications.models.people import Authority, Duty, User
from applications.models.policy import Pool, Round
from applications.models.shapes import Sealed, private_storage, random_name, together


def batch_path(row: "NoticeBatch", filename: str) -> str:
    """Return a random name below the folder of letters."""
    return random_name("documents", "pdf")


def objection_path(row: "Objection", filename: str) -> str:
    """Return a random name below the folder of objections."""
    return random_name("objections", filename.rsplit(".", 1)[-1])


class BandTable(models.Model):
    """
    审批权限表: how many approvals a sum needs at an authority; counts once a second person confirms, the newest first.

    Its bands name their lower ends only, the first of them 0, so that there is neither gap nor overlap.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="band_tables")
    source = models.CharField("依据文件", max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("录入时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    dropped_at = models.DateTimeField("撤下时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审批权限表"
        ordering = ["-pk"]
        constraints = [
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="band_table_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} 审批权限表 #{self.pk}"


class Band(models.Model):
    """审批档: from a sum on (whole fen, included) so many approvers must agree, and 法制审核 too where it says so."""

    table = models.ForeignKey(BandTable, on_delete=models.PROTECT, related_name="bands")
    from_fen = models.BigIntegerField("起始金额（分）")
    approvals = models.PositiveSmallIntegerField("审批人数")
    legal_review = models.BooleanField("须法制审核", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "审批档"
        ordering = ["from_fen"]
        constraints = [
            models.UniqueConstraint(name="one_band_per_lower_end", fields=["table", "from_fen"]),
            models.CheckConstraint(name="band_starts_at_nothing_or_more", condition=Q(from_fen__gte=0)),
            models.CheckConstraint(name="band_needs_an_approval", condition=Q(approvals__gte=1, approvals__lte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.from_fen}分起 {self.approvals}人"


class Approval(models.Model):
    """审批意见: one approver (or 法制审核) agreed to one proposal. Append-only; a new proposal is agreed to anew."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="approvals")
    proposed_at = models.DateTimeField("所审批的核定时间")
    amount_fen = models.BigIntegerField("审批金额（分）")
    duty = models.CharField("岗位", max_length=20, choices=[(d.value, d.label) for d in (Duty.APPROVE, Duty.LEGAL)])
    approved_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("审批时间")
    note = models.CharField("意见", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审批意见"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_approval_per_person_and_proposal", fields=["application", "proposed_at", "approved_by"]
            ),
            models.CheckConstraint(name="approval_amount_positive", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.get_duty_display()}"


class NoticeBatch(Sealed):
    """公示批: cases shown to the public together on one page, for the same working days, under one number."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="notice_batches")
    year = models.PositiveSmallIntegerField("年份")
    sequence = models.PositiveIntegerField("顺序号")
    number = models.CharField("公示编号", max_length=60)
    title = models.CharField("标题", max_length=200)
    opened_at = models.DateTimeField("公示开始时间")
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField("公示期（工作日）")
    closes_on = models.DateField("公示截止日", null=True, blank=True)
    template = models.ForeignKey(
        LetterTemplate, on_delete=models.PROTECT, related_name="notice_batches", null=True, blank=True
    )
    file = models.FileField("文件", storage=private_storage, upload_to=batch_path, blank=True)
    sha256 = models.CharField("摘要", max_length=64, null=True, blank=True)  # noqa: DJ001 - paired, null until made
    made_at = models.DateTimeField("生成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示批"
        ordering = ["-pk"]
        indexes = [models.Index(name="batches_newest_first", fields=["authority", "-id"])]
        constraints = [
            together("signed_at", "signer", "certificate", "sealer"),
            models.UniqueConstraint(name="one_batch_per_number", fields=["authority", "year", "sequence"]),
        ]

    def __str__(self) -> str:
        return self.number


class Objection(models.Model):
    """
    异议: what somebody says in their own name against a case in public notice. Open, it holds that case.

    Who objects is seen by the handling officer alone; anonymous ones are refused. A ruling is never edited.
    """

    class Party(models.TextChoices):
        UNIT = "unit", "单位"
        PERSON = "person", "个人"

    class Ruling(models.TextChoices):
        UPHELD = "upheld", "异议成立"
        PARTLY = "partly", "异议部分成立"
        REJECTED = "rejected", "异议不成立"

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    code = models.CharField("查询码", max_length=20, unique=True)
    party = models.CharField("异议人类别", max_length=10, choices=Party)
    name = models.CharField("姓名或单位名称", max_length=100)
    identity = models.CharField("统一社会信用代码或身份证号", max_length=18)
    phone = models.CharField("联系电话", max_length=20)
    address = models.CharField("联系地址", max_length=200)
    text = models.TextField("异议内容和事实理由", max_length=3000)
    file = models.FileField("签名或盖章的异议书及证据", storage=private_storage, upload_to=objection_path)
    original_name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    sha256 = models.CharField("摘要", max_length=64)
    filed_at = models.DateTimeField("收到时间")
    handler = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    taken_at = models.DateTimeField("承办时间", null=True, blank=True)
    ruling = models.CharField("核实结论", max_length=10, choices=Ruling, blank=True)
    findings = models.TextField("核实情况", max_length=3000, blank=True)
    ruled_at = models.DateTimeField("作出结论时间", null=True, blank=True)
    answer = models.OneToOneField(
        "Document", on_delete=models.PROTECT, related_name="objection", null=True, blank=True, verbose_name="答复书"
    )

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        ordering = ["pk"]
        indexes = [models.Index(name="open_objections", fields=["notice"], condition=Q(ruled_at=None))]
        constraints = [
            together("handler", "taken_at"),
            models.CheckConstraint(
                name="objection_in_a_real_name",
                condition=~Q(name="") & ~Q(identity="") & ~Q(phone="") & ~Q(text=""),
            ),
            models.CheckConstraint(
                name="objection_ruled_with_findings",
                condition=Q(ruled_at=None, ruling="")
                | (Q(ruled_at__isnull=False, handler__isnull=False) & ~Q(ruling="") & ~Q(findings="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice} 异议 {self.code}"


class Settlement(models.Model):
    """
    批次资金结算: how a pool that is short is shared among the proposals of a round. Inputs are frozen and hashed.

    The same inputs give the same result: `result_sha256` is over the sums by case. A preview is not kept; a row is a
    settlement that one person carried out and a second one confirms or drops. `inputs` and `result` are written by
    `applications.settling`: cases with complete_at and proposed fen, limit and room of the pool; sums in fen by case.
    """

    class Method(models.TextChoices):
        QUEUE = "queue", "按完整申报时间先后"
        PRO_RATA = "pro_rata", "按比例"
        REMAINDER = "remainder", "以余额为限"

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="settlements")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="settlements")
    method = models.CharField("办法", max_length=10, choices=Method)
    inputs = models.JSONField("输入")
    inputs_sha256 = models.CharField("输入摘要", max_length=64)
    result = models.JSONField("结果")
    result_sha256 = models.CharField("结果摘要", max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("结算时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    dropped_at = models.DateTimeField("撤下时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "批次资金结算"
        ordering = ["-pk"]
        constraints = [
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="settlement_confirmed_by_another", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("made_by"))
            ),
            models.CheckConstraint(
                name="settlement_confirmed_or_dropped", condition=Q(confirmed_at=None) | Q(dropped_at=None)
            ),
            models.UniqueConstraint(
                name="one_live_settlement_per_pool_and_round",
                fields=["pool", "round"],
                condition=Q(dropped_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool} {self.round}"


class PoolWait(models.Model):
    """
    排队: a case that is agreed to and finds no room in its pool, in the order of complete filing; never a refusal.

    `since` is never earlier than the last sum taken from the pool, which is what found it short, so that the order of
    taking and waiting can be proved afterwards. A settlement writes what it gives (0: goes on waiting). A row ends
    once: `outcome` is the status the case went on to, or that it was carried to another year, where a new row goes on.
    """

    CARRIED = "carried"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="pool_waits")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="waits")
    complete_at = models.DateTimeField("完整申报时间")
    amount_fen = models.BigIntegerField("所需金额（分）")
    since = models.DateTimeField("排队时间")
    called_at = models.DateTimeField("轮到时间", null=True, blank=True)
    settlement = models.ForeignKey(
        Settlement, on_delete=models.PROTECT, related_name="waits", null=True, blank=True, verbose_name="批次结算"
    )
    settled_fen = models.BigIntegerField("结算安排额（分）", null=True, blank=True)
    carried_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="carried_to", null=True, blank=True, verbose_name="结转自"
    )
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=12, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "资金池排队"
        ordering = ["complete_at", "pk"]
        indexes = [
            models.Index(name="queue_of_pool", fields=["pool", "complete_at", "id"], condition=Q(ended_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_running_wait_per_case", fields=["application"], condition=Q(ended_at=None)
            ),
            together("settlement", "settled_fen"),
            models.CheckConstraint(
                name="wait_settled_within_its_claim",
                condition=Q(settled_fen=None) | Q(settled_fen__gte=0, settled_fen__lte=F("amount_fen")),
            ),
            models.CheckConstraint(
                name="wait_ends_with_an_outcome",
                condition=Q(ended_at=None, outcome="") | Q(ended_at__isnull=False) & ~Q(outcome=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} 排队"
