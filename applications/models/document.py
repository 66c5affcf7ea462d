"""Papers and the background work that makes them: letters with gapless numbers, jobs with progress."""

from django.db import models
from django.db.models import Q

from applications.models.application import Application
from applications.models.award import Award
from applications.models.letter import LetterTemplate
from applications.models.payment import Payment
from applications.models.people import Authority, User
from applications.models.shapes import Sealed, private_storage, random_name, together


def document_path(document: "Document", filename: str) -> str:
    """Return a random name below the letters' folder."""
    return random_name("documents", "pdf")


def result_path(job: "Job", filename: str) -> str:
    """Return a random name below the folder of made files, keeping the extension."""
    return random_name("results", filename.rsplit(".", 1)[-1])


class Counter(models.Model):
    """The last number given out in a scope; the row is locked while one is taken, so there is no gap and no double."""

    scope = models.CharField(max_length=100, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.scope}: {self.last}"


# Kinds that the body a case is about does not see: they go to somebody else.
UNSEEN = ("objection", "rec_transfer")
# What the body does not see, or not yet: a decision reaches it by its service and not by being written.
HIDDEN = Q(kind__in=UNSEEN) | Q(kind="rec_decision", recovery__served_on=None)


class DocumentQuerySet(models.QuerySet):
    """Questions about many papers."""

    def visible_to(self, user):
        """
        Return papers of the cases this user may open.

        An answer to an objection goes to who objected, by the code on the objection, and to the officers. That a
        matter was handed to another organ concerns that organ and the officers alone, and a recovery decision is the
        officers' until it is served.
        """
        at_the_desk = Application.objects.at_the_desk_of(user)
        seen = self.filter(application__in=Application.objects.visible_to(user))
        return seen.exclude(~Q(application__in=at_the_desk) & HIDDEN)

    def awaiting_seal(self):
        """Return papers that are made and not sealed yet."""
        return self.filter(signed_at=None, sha256__isnull=False).exclude(kind="receipt")


class Document(Sealed):
    """
    文书: one paper of a case. Its number and content are fixed with the act it records; the PDF follows from a job.

    `content` is what the paper says as plain data, so that it can be made again word for word; `sha256` is of the
    bytes handed out and is kept here only, the paper carries the code. `template` is the wording of the authority that
    it was made from, None for the built-in one.

    A kind that needs a seal is made twice: 待签章, then with the seal (`signed_at`, who signed, the SHA-256 of the
    certificate, by which means). The sealed bytes take the place of the others once; of those only the hash stays.
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

    class Standing(models.TextChoices):
        VALID = "valid", "有效"
        SUPERSEDED = "superseded", "已被替代"
        REVOKED = "revoked", "已撤销"
        RECOVERED = "recovered", "资金已追回"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="documents")
    recovery = models.ForeignKey(
        "RecoveryCase",
        on_delete=models.PROTECT,
        related_name="documents",
        null=True,
        blank=True,
        verbose_name="追回案件",
    )
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="documents", null=True, blank=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="documents", null=True, blank=True)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="documents")
    template = models.ForeignKey(
        LetterTemplate, on_delete=models.PROTECT, related_name="documents", null=True, blank=True
    )
    kind = models.CharField("文种", max_length=12, choices=Kind)
    year = models.PositiveSmallIntegerField("年份")
    sequence = models.PositiveIntegerField("顺序号")
    number = models.CharField("发文字号", max_length=60)
    code = models.CharField("核验码", max_length=20, unique=True)
    content = models.JSONField("内容")
    standing = models.CharField("状态", max_length=12, choices=Standing, default=Standing.VALID)
    issued_at = models.DateTimeField("作出时间")
    file = models.FileField("文件", storage=private_storage, upload_to=document_path, blank=True)
    sha256 = models.CharField("摘要", max_length=64, null=True, blank=True)  # noqa: DJ001 - paired, null until made
    made_at = models.DateTimeField("生成时间", null=True, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True, verbose_name="替代的文书"
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        indexes = [models.Index(name="letters_by_hash", fields=["sha256"])]
        constraints = [
            together("sha256", "made_at"),
            together("signed_at", "signer", "certificate", "sealer"),
            models.CheckConstraint(name="sealed_letter_is_made", condition=Q(signed_at=None) | Q(sha256__isnull=False)),
            models.CheckConstraint(name="receipt_has_no_seal", condition=Q(signed_at=None) | ~Q(kind="receipt")),
            models.CheckConstraint(
                name="letter_replaces_another", condition=Q(replaces=None) | ~Q(replaces=models.F("pk"))
            ),
            models.UniqueConstraint(name="one_letter_per_number", fields=["authority", "kind", "year", "sequence"]),
            models.UniqueConstraint(name="one_notice_per_award", fields=["award"], condition=Q(kind="notice")),
            models.UniqueConstraint(name="one_letter_per_payment", fields=["payment"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def needs_seal(self) -> bool:
        """Whether this kind carries a seal: everything but the receipt, a slip that decides nothing."""
        return self.kind != Document.Kind.RECEIPT

    @property
    def awaits_seal(self) -> bool:
        """Whether this is the paper 待签章."""
        return self.needs_seal and super().awaits_seal


class Job(models.Model):
    """
    后台任务: work that a worker does later, with progress. A row written with the change, swept until done.

    A worker claims it by a heartbeat; a job whose heartbeat stopped is given to the next worker. A cancelled one is
    nobody's until its owner lets it go on.
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document", "生成文书"
        ARCHIVE = "archive", "打包文书"
        MERGED = "merged", "合并文书"
        BATCH = "batch", "生成公示公告"
        DOSSIER = "dossier", "制作卷宗"
        FUNDS = "funds", "生成资金安排表"
        PREVIEW = "preview", "文书预览"
        SEAL = "seal", "签章"
        REVIEW = "review", "生成年度复核报告"

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    kind = models.CharField("任务", max_length=12, choices=Kind)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="jobs", null=True, blank=True)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="jobs", null=True, blank=True, verbose_name="申报件"
    )
    payload = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.QUEUED)
    current = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=1)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    heartbeat_at = models.DateTimeField("心跳", null=True, blank=True)
    error = models.CharField("错误", max_length=300, blank=True)
    file = models.FileField("结果", storage=private_storage, upload_to=result_path, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("提交时间")
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        indexes = [
            models.Index(name="unfinished_jobs", fields=["state", "id"], condition=Q(state__in=["queued", "running"])),
            models.Index(name="jobs_of_person", fields=["requested_by", "-id"]),
        ]
        constraints = [
            models.UniqueConstraint(name="one_job_per_document", fields=["document"], condition=Q(kind="document")),
            models.UniqueConstraint(
                name="one_open_seal_per_document",
                fields=["document"],
                condition=Q(kind="seal", state__in=["queued", "running"]),
            ),
            models.CheckConstraint(
                name="dossier_names_its_case", condition=~Q(kind="dossier") | Q(application__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"
