"""追回: the case against one award, its steps and limits, and the append-only ledger of what is owed and comes back."""

from django.db import models
from django.db.models import F, Q

from applications.models.application import Application, CaseDuty
from applications.models.award import Award, Instalment
from applications.models.clock import Unit
from applications.models.finding import Finding
from applications.models.payment import Payment
from applications.models.people import Authority, User
from applications.models.shapes import private_storage, random_name, together


def recovery_path(row: "RecoveryPaper", filename: str) -> str:
    """Return a random name below the folder of recovery papers."""
    return random_name("recovery", filename.rsplit(".", 1)[-1])


class RecoveryCaseQuerySet(models.QuerySet):
    """Questions about many cases; visibility is two of them, for the two sides of a case."""

    def at_the_desk_of(self, user):
        """Return the cases of the authority this officer is posted to."""
        return self.filter(application__in=Application.objects.at_the_desk_of(user))

    def published(self, day):
        """Return cases whose decision was served and stands before the public on a day."""
        return self.filter(published_until__gte=day, served_on__isnull=False)

    def of_applicants_of(self, user):
        """Return the cases against the bodies this user acts for."""
        return self.filter(application__in=Application.objects.of_applicants_of(user))


class RecoveryPaperQuerySet(models.QuerySet):
    """Questions about many papers."""

    def visible_to(self, user):
        """Return what this user may open: officers of the authority all of it, the body what it handed in itself."""
        at_the_desk = RecoveryCase.objects.at_the_desk_of(user)
        own = RecoveryCase.objects.of_applicants_of(user)
        return self.filter(Q(recovery__in=at_the_desk) | Q(recovery__in=own, by_party=True))


class RecoveryCase(models.Model):
    """
    追回案件: whether one award was obtained by fraud, misused or paid in error, and what has to come back.

    It stands on the history of its application, so that people, acts, letters and money are proved together. The state
    follows `applications.recovering.STEPS`; who acted and what was said stands in `RecoveryStep`.
    """

    class Kind(models.TextChoices):
        FRAUD = "fraud", "骗取财政资金"
        MISUSE = "misuse", "违规使用财政资金"
        ERROR = "error", "不符合条件或多拨、错拨"

    class State(models.TextChoices):
        INVESTIGATING = "investigating", "调查中"
        NOTIFIED = "notified", "已告知，听取意见"
        HEARD = "heard", "待法制审核"
        REVIEWED = "reviewed", "待集体讨论"
        DISCUSSED = "discussed", "待作出决定"
        DECIDED = "decided", "待送达"
        SERVED = "served", "履行中"
        CLOSED = "closed", "已结案"
        DROPPED = "dropped", "已撤销立案"

    ENDED = (State.CLOSED, State.DROPPED)
    # While one of these lasts nothing is paid to the body by this authority.
    PAUSING = (
        State.INVESTIGATING, State.NOTIFIED, State.HEARD, State.REVIEWED, State.DISCUSSED, State.DECIDED,
    )  # fmt: skip

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="recoveries")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="recoveries", verbose_name="申报件"
    )
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="recoveries", verbose_name="奖补决定")
    finding = models.ForeignKey(
        Finding, on_delete=models.PROTECT, related_name="recoveries", null=True, blank=True, verbose_name="线索"
    )
    year = models.PositiveSmallIntegerField("年份")
    sequence = models.PositiveIntegerField("顺序号")
    number = models.CharField("案号", max_length=60, unique=True)
    kind = models.CharField("案由", max_length=10, choices=Kind)
    state = models.CharField("状态", max_length=14, choices=State, default=State.INVESTIGATING)
    alleged = models.TextField("涉嫌的事实", max_length=3000)
    opened_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("立案时间")

    # 拟处理告知 and decision: facts found, articles, and what is to be returned. Fixed by the decision.
    facts = models.TextField("查明的事实", max_length=5000, blank=True)
    basis = models.TextField("法律依据", max_length=2000, blank=True)
    whole = models.BooleanField("撤销全部奖补", default=True)
    principal_fen = models.BigIntegerField("应退回本金（分）", null=True, blank=True)
    large = models.BooleanField("可以要求听证", default=False, help_text="数额较大，当事人可以要求听证")
    decided_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    pay_into = models.CharField("退款账户", max_length=300, blank=True, help_text="国库收款户名、账号、开户行")
    remark = models.CharField("缴款附言", max_length=200, blank=True)
    pay_days = models.PositiveSmallIntegerField("退回期限（日）", default=15)

    party = models.JSONField("当事人情况", default=dict)  # snapshot: address, persons, shareholders, deregistration
    served_on = models.DateField("送达日期", null=True, blank=True)
    next_due_on = models.DateField("下一期限", null=True, blank=True)
    closed_at = models.DateTimeField("结案时间", null=True, blank=True)
    close_reason = models.CharField("结案说明", max_length=500, blank=True)
    published_until = models.DateField("公示至", null=True, blank=True)

    objects = RecoveryCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "追回案件"
        ordering = ["-pk"]
        indexes = [
            models.Index(name="recoveries_by_due_day", fields=["authority", "state", "next_due_on", "id"]),
            models.Index(name="recoveries_newest", fields=["authority", "-id"]),
        ]
        constraints = [
            together("decided_by", "decided_at"),
            models.UniqueConstraint(name="one_recovery_per_number", fields=["authority", "year", "sequence"]),
            models.UniqueConstraint(
                name="one_open_recovery_per_award",
                fields=["award"],
                condition=~Q(state__in=["closed", "dropped"]),
            ),
            models.CheckConstraint(name="recovery_says_what_is_alleged", condition=~Q(alleged="")),
            models.CheckConstraint(
                name="recovery_decided_on_facts_and_law",
                condition=Q(decided_at=None)
                | (Q(principal_fen__isnull=False, principal_fen__gte=0) & ~Q(facts="") & ~Q(basis="")),
            ),
            models.CheckConstraint(
                name="recovery_decided_before_it_is_served",
                condition=~Q(state__in=["decided", "served"]) | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="recovery_ends_with_a_reason",
                condition=Q(state__in=["closed", "dropped"], closed_at__isnull=False) & ~Q(close_reason="")
                | ~Q(state__in=["closed", "dropped"]) & Q(closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RecoveryPaper(models.Model):
    """追回材料: one file of a recovery case, by an officer or by the party. Append-only."""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence", "调查证据"
        STATEMENT = "statement", "陈述申辩材料"
        HEARING = "hearing", "听证笔录"
        LEGAL = "legal", "法制审核意见"
        MINUTES = "minutes", "集体讨论记录"
        SERVICE = "service", "送达凭证"
        CONSENT = "consent", "送达地址确认书"
        SLIP = "slip", "缴款凭证"
        OUTSIDE = "outside", "有关机关文书"

    recovery = models.ForeignKey(RecoveryCase, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    by_party = models.BooleanField("当事人提交", default=False)
    file = models.FileField("文件", storage=private_storage, upload_to=recovery_path)
    original_name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("摘要", max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")

    objects = RecoveryPaperQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "追回材料"
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="recovery_paper_is_not_empty", condition=Q(size__gt=0))]

    def __str__(self) -> str:
        return self.original_name


class RecoveryStep(models.Model):
    """
    追回步骤: one act on a recovery case, by an officer in a duty or by the party. Append-only.

    `name` is one of `applications.recovering.STEPS`; `detail` holds what only that step has, as plain data.
    """

    recovery = models.ForeignKey(RecoveryCase, on_delete=models.PROTECT, related_name="steps")
    name = models.CharField("步骤", max_length=20)
    text = models.TextField("内容", max_length=5000, blank=True)
    detail = models.JSONField("详情", default=dict)
    paper = models.ForeignKey(RecoveryPaper, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    duty = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "追回步骤"
        ordering = ["pk"]
        indexes = [models.Index(name="steps_of_recovery", fields=["recovery", "name", "id"])]

    def __str__(self) -> str:
        return f"{self.recovery} {self.name}"


class RecoveryTerm(models.Model):
    """追回期限: one limit of a recovery case in its own unit; null `due_on` is 待定 (a year without a table)."""

    class Kind(models.TextChoices):
        DECIDE = "decide", "作出决定"  # 90 days from 立案
        STATE = "state", "陈述申辩"  # 5 working days from the notice
        HEARING = "hearing", "要求听证"  # 5 working days from the notice
        CONVENE = "convene", "通知听证日期"  # at least 7 working days ahead
        SERVE = "serve", "送达决定"  # 7 working days from the decision
        PAY = "pay", "退回资金"
        REVIEW = "review", "申请行政复议"  # 60 days
        SUE = "sue", "提起行政诉讼"  # 6 months
        URGE = "urge", "催告后履行"  # 10 working days
        ENFORCE = "enforce", "申请强制执行"  # 3 months

    recovery = models.ForeignKey(RecoveryCase, on_delete=models.PROTECT, related_name="terms")
    kind = models.CharField("期限", max_length=10, choices=Kind)
    started_on = models.DateField("起算日")
    unit = models.CharField("单位", max_length=10, choices=Unit)
    length = models.PositiveSmallIntegerField("时限")
    due_on = models.DateField("届满日", null=True, blank=True)
    ended_on = models.DateField("了结日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "追回期限"
        ordering = ["pk"]
        indexes = [models.Index(name="open_terms_by_due_day", fields=["due_on", "id"], condition=Q(ended_on=None))]
        constraints = [
            models.UniqueConstraint(
                name="one_open_term_per_kind", fields=["recovery", "kind"], condition=Q(ended_on=None)
            ),
            models.CheckConstraint(
                name="term_ends_after_it_started", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recovery} {self.get_kind_display()}"


class Account(models.TextChoices):
    """科目: what an entry belongs to; each is owed, paid and balanced apart."""

    PRINCIPAL = "principal", "本金"
    INTEREST = "interest", "利息"
    FINE = "fine", "罚款"
    SURCHARGE = "surcharge", "滞纳金或加处罚款"


class RecoveryEntry(models.Model):
    """
    追回台账: one movement of a recovery case in whole fen, always positive; the kind says which way. Append-only.

    Balance of an account = owed + refunded − set off − repaid − written off, over entries that no other takes back.
    Entries come with a decision (`owed`), with a confirmed payment (`set_off`), or from a claim that a second person
    confirmed (`repaid`, `refunded`, `written_off`).
    """

    class Kind(models.TextChoices):
        OWED = "owed", "应退"
        SET_OFF = "set_off", "抵扣"
        REPAID = "repaid", "退回"
        REFUNDED = "refunded", "误缴退还"
        WRITTEN_OFF = "written_off", "核销"

    recovery = models.ForeignKey(RecoveryCase, on_delete=models.PROTECT, related_name="entries")
    account = models.CharField("科目", max_length=10, choices=Account)
    kind = models.CharField("种类", max_length=12, choices=Kind)
    amount_fen = models.BigIntegerField("金额（分）")
    instalment = models.ForeignKey(
        Instalment, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name="分期"
    )
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name="抵扣所在拨付"
    )
    on = models.DateField("日期")
    voucher = models.CharField("凭证号", max_length=60, blank=True)
    basis = models.CharField("依据", max_length=300)
    reckoned = models.JSONField("计算", default=dict)  # rate, days, base and source of interest or surcharge
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="reversed_by", null=True, blank=True, verbose_name="冲回"
    )
    made_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")
    confirmed_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "追回台账"
        ordering = ["pk"]
        indexes = [models.Index(name="entries_of_recovery", fields=["recovery", "account", "id"])]
        constraints = [
            models.CheckConstraint(name="recovery_entry_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="recovery_entry_names_its_basis", condition=~Q(basis="")),
            models.CheckConstraint(
                name="recovery_entry_by_two_people",
                condition=Q(kind__in=["owed", "set_off"])
                | Q(confirmed_by__isnull=False) & ~Q(confirmed_by=F("made_by")),
            ),
            models.CheckConstraint(
                name="recovery_principal_by_instalment",
                condition=~Q(account="principal", kind="owed") | Q(instalment__isnull=False),
            ),
            models.CheckConstraint(
                name="recovery_set_off_names_its_payment", condition=~Q(kind="set_off") | Q(payment__isnull=False)
            ),
            models.CheckConstraint(
                name="recovery_entry_reverses_another", condition=Q(reverses=None) | ~Q(reverses=F("pk"))
            ),
            models.UniqueConstraint(
                name="one_recovery_voucher",
                fields=["recovery", "voucher", "account"],
                condition=Q(kind="repaid") & ~Q(voucher="") & Q(reverses=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recovery} {self.get_account_display()}{self.get_kind_display()}"


class RecoveryClaim(models.Model):
    """
    待复核的台账事项: a repayment, refund or write-off that one officer records and another confirms or drops.

    Only a confirmed one has an entry (`entry`), made in the same act.
    """

    recovery = models.ForeignKey(RecoveryCase, on_delete=models.PROTECT, related_name="claims")
    account = models.CharField("科目", max_length=10, choices=Account)
    kind = models.CharField("种类", max_length=12, choices=RecoveryEntry.Kind)
    amount_fen = models.BigIntegerField("金额（分）")
    on = models.DateField("日期")
    voucher = models.CharField("凭证号", max_length=60, blank=True)
    basis = models.CharField("依据", max_length=300)
    paper = models.ForeignKey(RecoveryPaper, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reverses = models.ForeignKey(
        RecoveryEntry, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name="冲回"
    )
    made_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")
    confirmed_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("复核时间", null=True, blank=True)
    dropped_at = models.DateTimeField("驳回时间", null=True, blank=True)
    drop_reason = models.CharField("驳回理由", max_length=200, blank=True)
    entry = models.OneToOneField(
        RecoveryEntry, on_delete=models.PROTECT, related_name="claim", null=True, blank=True, verbose_name="台账"
    )

    class Meta:
        verbose_name = verbose_name_plural = "待复核的台账事项"
        ordering = ["pk"]
        constraints = [
            together("confirmed_by", "confirmed_at", "entry"),
            models.CheckConstraint(name="recovery_claim_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="recovery_claim_of_its_kinds", condition=Q(kind__in=["repaid", "refunded", "written_off"])
            ),
            models.CheckConstraint(
                name="recovery_claim_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("made_by")),
            ),
            models.CheckConstraint(
                name="recovery_claim_confirmed_or_dropped", condition=Q(confirmed_at=None) | Q(dropped_at=None)
            ),
            models.CheckConstraint(name="recovery_claim_names_its_basis", condition=~Q(basis="")),
        ]

    def __str__(self) -> str:
        return f"{self.recovery} {self.get_kind_display()}（待复核）"
