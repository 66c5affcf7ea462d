"""How an authority words its letters, and the tables of funds that it gives out."""

from django.db import models
from django.db.models import F, Q

from applications.models.people import Authority, User
from applications.models.shapes import Sealed, private_storage, random_name, together


def funds_path(row: "FundsTable", filename: str) -> str:
    """Return a random name below the letters' folder."""
    return random_name("documents", "pdf")


class LetterTemplateQuerySet(models.QuerySet):
    """Questions about many wordings."""

    def waiting(self):
        """Return versions that one person has proposed and nobody has decided about."""
        return self.filter(confirmed_at=None, dropped_at=None)

    def in_force(self):
        """Return confirmed versions, the newest first; of an authority and a kind the first one counts."""
        return self.exclude(confirmed_at=None).order_by("-version")


class LetterTemplate(models.Model):
    """
    文书用语: one version of how an authority words one kind of letter; counts once a second person confirms it.

    `parts` hold the adjustable texts by name (see `documents/wording.py`); what is not in it is built in. A version is
    never edited, and each letter names the one it was made from.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "收件回执"
        ACCEPTANCE = "acceptance", "受理通知书"
        LEEWAY = "leeway", "容缺受理通知书"
        CORRECTION = "correction", "一次性补正告知书"
        DECLINE = "decline", "不予受理通知书"
        REFUSAL = "refusal", "不予兑现决定书"
        NOTICE = "notice", "奖补资金兑现通知书"
        PAYMENT = "payment", "拨付通知"
        OBJECTION = "objection", "异议答复书"
        REC_FILED = "rec_filed", "立案通知书"
        REC_PROPOSAL = "rec_proposal", "拟处理告知书"
        REC_HEARING = "rec_hearing", "听证告知书"
        REC_CONVENE = "rec_convene", "听证通知书"
        REC_DECISION = "rec_decision", "追回决定书"
        REC_SERVICE = "rec_service", "送达回证"
        REC_URGE = "rec_urge", "催告书"
        REC_PLAN = "rec_plan", "分期退回协议"
        REC_TRANSFER = "rec_transfer", "移送函"
        REC_CLOSED = "rec_closed", "结案通知书"
        RESTRICT = "restrict", "限制申报决定书"
        UNRESTRICT = "unrestrict", "解除限制申报决定书"
        BATCH = "batch", "公示公告"
        FUNDS = "funds", "资金安排表"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="letter_templates")
    kind = models.CharField("文种", max_length=12, choices=Kind)
    version = models.PositiveSmallIntegerField("版本")
    parts = models.JSONField("用语")
    source = models.CharField("依据文件", max_length=200)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    dropped_at = models.DateTimeField("撤下时间", null=True, blank=True)

    objects = LetterTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文书用语"
        ordering = ["authority_id", "kind", "-version"]
        constraints = [
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="letter_template_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="letter_template_confirmed_or_dropped", condition=Q(confirmed_at=None) | Q(dropped_at=None)
            ),
            models.UniqueConstraint(name="one_letter_template_per_version", fields=["authority", "kind", "version"]),
            models.UniqueConstraint(
                name="one_letter_template_waiting",
                fields=["authority", "kind"],
                condition=Q(confirmed_at=None, dropped_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}用语 第{self.version}版"


class FundsTable(Sealed):
    """
    资金安排表: the sums of many instalments on one numbered paper, for the treasury.

    `content` is what the paper says as plain data; the PDF follows from a job and is stored with its hash, once.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="funds_tables")
    template = models.ForeignKey(
        LetterTemplate, on_delete=models.PROTECT, related_name="funds_tables", null=True, blank=True
    )
    year = models.PositiveSmallIntegerField("年份")
    sequence = models.PositiveIntegerField("顺序号")
    number = models.CharField("发文字号", max_length=60)
    title = models.CharField("标题", max_length=100)
    count = models.PositiveIntegerField("笔数")
    total_fen = models.BigIntegerField("合计（分）")
    content = models.JSONField("内容")
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("作出时间")
    file = models.FileField("文件", storage=private_storage, upload_to=funds_path, blank=True)
    sha256 = models.CharField("摘要", max_length=64, null=True, blank=True)  # noqa: DJ001 - paired, null until made
    made_at = models.DateTimeField("生成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "资金安排表"
        ordering = ["-pk"]
        indexes = [models.Index(name="funds_tables_newest_first", fields=["authority", "-id"])]
        constraints = [
            together("sha256", "made_at"),
            together("signed_at", "signer", "certificate", "sealer"),
            models.UniqueConstraint(name="one_funds_table_per_number", fields=["authority", "year", "sequence"]),
            models.CheckConstraint(name="funds_table_has_a_sum", condition=Q(count__gt=0, total_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number
