"""From an instalment to the bank and back: payers and their shares, batches, payments, results, the close of a year."""

import hashlib

from django.db import models
from django.db.models import F, Q

from applications.models.account import BankAccount
from applications.models.application import Application, CaseDuty
from applications.models.award import Instalment
from applications.models.desk import DeskFile
from applications.models.people import Applicant, Authority, User
from applications.models.policy import Pool
from applications.models.shapes import private_storage, random_name, together


def batch_file_path(row: "PaymentBatch", filename: str) -> str:
    """Return a random name below the folder of payment files."""
    return random_name("payments", filename.rsplit(".", 1)[-1])


def result_file_path(row: "ResultFile", filename: str) -> str:
    """Return a random name below the folder of payment results."""
    return random_name("payments", filename.rsplit(".", 1)[-1])


class Payer(models.Model):
    """
    支付单位: a treasury or unit that bears awards of an authority, with what its payment system wants to know.

    Its name is fixed once a share names it; 预算单位 and 科目 follow the budget of the year, and what went out stands
    in the stored file. The standard payer bears what no rule splits; the one an authority is loaded with has no
    预算单位 and 科目 yet, and no file is made before both are entered and a second officer has confirmed them. Each
    change waits for that again.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="payers")
    name = models.CharField("支付单位", max_length=100)
    budget_unit = models.CharField("预算单位", max_length=100, blank=True)
    subject = models.CharField("支出科目", max_length=100, blank=True, help_text="功能分类和政府预算经济分类科目")
    standard = models.BooleanField("默认", default=False)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    entered_at = models.DateTimeField("录入时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    replaced_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支付单位"
        ordering = ["-standard", "pk"]
        constraints = [
            together("entered_by", "entered_at"),
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="payer_confirmed_by_another",
                condition=Q(confirmed_by=None) | Q(entered_by__isnull=False) & ~Q(confirmed_by=F("entered_by")),
            ),
            models.UniqueConstraint(
                name="one_payer_in_use_per_name", fields=["authority", "name"], condition=Q(replaced_at=None)
            ),
            models.UniqueConstraint(
                name="one_standard_payer_per_authority",
                fields=["authority"],
                condition=Q(standard=True, replaced_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mark(self) -> str:
        """What stands for the words that a second officer confirms: other words, another mark."""
        words = "\0".join((self.name, self.budget_unit, self.subject))
        return hashlib.sha256(words.encode()).hexdigest()[:16]


class PayerShare(models.Model):
    """分担: what one payer bears of one instalment, in whole fen; the shares of an instalment sum to it exactly."""

    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="shares")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="shares")
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = verbose_name_plural = "分担"
        ordering = ["instalment_id", "pk"]
        constraints = [
            models.UniqueConstraint(name="one_share_per_instalment_and_payer", fields=["instalment", "payer"]),
            models.CheckConstraint(name="payer_share_positive", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.instalment} {self.payer}"


class Recheck(models.Model):
    """再核: before a later instalment is paid, somebody looks whether what it was granted for still holds."""

    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="rechecks")
    passed = models.BooleanField("仍符合条件")
    findings = models.TextField("再核情况", max_length=2000)
    file = models.ForeignKey(DeskFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    checked_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField("再核时间")

    class Meta:
        verbose_name = verbose_name_plural = "再核"
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(name="recheck_says_what_was_found", condition=~Q(findings=""))]

    def __str__(self) -> str:
        return f"{self.instalment} 再核"


class SetOff(models.Model):
    """
    抵扣: a sum an applicant owes an authority by a decision, taken from what is paid to it next.

    Counts once a second officer confirms it. What is left of it is what no payment has taken yet; never stored.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="set_offs")
    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="set_offs")
    amount_fen = models.BigIntegerField("抵扣总额（分）")
    recovery = models.ForeignKey(
        "RecoveryCase",
        on_delete=models.PROTECT,
        related_name="set_offs",
        null=True,
        blank=True,
        verbose_name="追回案件",
    )
    basis = models.CharField("依据", max_length=200)
    paper = models.CharField("依据文件", max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("录入时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    dropped_at = models.DateTimeField("撤下时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "抵扣"
        ordering = ["pk"]
        constraints = [
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="set_off_confirmed_by_another", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by"))
            ),
            models.CheckConstraint(name="set_off_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="set_off_names_its_basis", condition=~Q(basis="") & ~Q(paper="")),
        ]

    def __str__(self) -> str:
        return f"{self.applicant} 抵扣"


class PaymentBatch(models.Model):
    """
    拨付批次: payments of one payer that go to the treasury in one file.

    财政经办 prepares it, 财政复核 countersigns it; only then the file is made, stored with its hash, and the batch is
    under way until every line has a result.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="payment_batches")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="batches")
    year = models.PositiveSmallIntegerField("年份")
    sequence = models.PositiveIntegerField("顺序号")
    number = models.CharField("批次号", max_length=60)
    count = models.PositiveIntegerField("笔数")
    amount_fen = models.BigIntegerField("金额（分）", help_text="扣除抵扣后的实付合计")
    purpose = models.CharField("用途", max_length=100)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField("编制时间")
    countersigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    countersigned_at = models.DateTimeField("复核时间", null=True, blank=True)
    dropped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    dropped_at = models.DateTimeField("退回时间", null=True, blank=True)
    reason = models.CharField("退回理由", max_length=200, blank=True)
    csv_file = models.FileField("支付文件（CSV）", storage=private_storage, upload_to=batch_file_path, blank=True)
    csv_sha256 = models.CharField("CSV摘要", max_length=64, blank=True)
    xlsx_file = models.FileField("支付文件（XLSX）", storage=private_storage, upload_to=batch_file_path, blank=True)
    xlsx_sha256 = models.CharField("XLSX摘要", max_length=64, blank=True)
    made_at = models.DateTimeField("文件生成时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "拨付批次"
        ordering = ["-pk"]
        indexes = [models.Index(name="payment_batches_newest", fields=["authority", "-id"])]
        constraints = [
            together("countersigned_by", "countersigned_at"),
            together("dropped_by", "dropped_at"),
            models.UniqueConstraint(name="one_payment_batch_per_number", fields=["authority", "year", "sequence"]),
            models.CheckConstraint(
                name="payment_batch_countersigned_by_another",
                condition=Q(countersigned_by=None) | ~Q(countersigned_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="payment_batch_countersigned_or_dropped", condition=Q(countersigned_at=None) | Q(dropped_at=None)
            ),
            models.CheckConstraint(name="payment_batch_not_empty", condition=Q(count__gt=0, amount_fen__gte=0)),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """
    拨付: money for one payer's share of one instalment, by one finance officer, countersigned by another.

    Either in a batch (prepared, sent, then confirmed or returned by the result that was read back) or recorded by hand
    from the treasury's voucher (recorded, confirmed or rejected). A share has at most one payment that is live. The
    gross sum is always the share's; what was set off stays with the authority. 退票 is never retried by itself.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", "批次待复核"
        SENT = "sent", "已送付"
        RECORDED = "recorded", "待复核"
        CONFIRMED = "confirmed", "已拨付"
        REJECTED = "rejected", "已驳回"
        RETURNED = "returned", "已退票"

    ENDED = (State.REJECTED, State.RETURNED)

    instalment = models.ForeignKey(Instalment, on_delete=models.PROTECT, related_name="payments")
    share = models.ForeignKey(PayerShare, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payments")
    amount_fen = models.BigIntegerField("金额（分）")
    set_off_fen = models.BigIntegerField("抵扣（分）", default=0)
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="payments", null=True, blank=True)
    line = models.PositiveIntegerField("批次行号", null=True, blank=True)
    paid_on = models.DateField("拨付日期", null=True, blank=True)
    voucher_number = models.CharField("支付凭证号", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.RECORDED)
    recorded_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    confirmed_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("复核时间", null=True, blank=True)
    rejection = models.CharField("驳回理由", max_length=200, blank=True)
    returned_on = models.DateField("退票日期", null=True, blank=True)
    return_reason = models.CharField("退票原因", max_length=200, blank=True)
    released_at = models.DateTimeField("退票处理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "拨付"
        indexes = [
            models.Index(name="payments_of_batch", fields=["batch", "line"]),
            models.Index(name="payments_by_state", fields=["state", "share"]),
            models.Index(name="payments_by_day", fields=["paid_on"]),
        ]
        constraints = [
            together("confirmed_by", "confirmed_at"),
            together("batch", "line"),
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="payment_set_off_within_amount",
                condition=Q(set_off_fen__gte=0, set_off_fen__lte=F("amount_fen")),
            ),
            models.CheckConstraint(
                name="payment_state_matches_review",
                condition=Q(state__in=["recorded", "prepared"], confirmed_at=None)
                | Q(state__in=["confirmed", "rejected", "sent", "returned"], confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_in_batch_or_with_voucher",
                condition=Q(batch__isnull=False, state__in=["prepared", "sent", "rejected", "returned"])
                | (Q(paid_on__isnull=False) & ~Q(voucher_number="")),
            ),
            models.CheckConstraint(
                name="payment_batch_states_have_a_batch",
                condition=~Q(state__in=["prepared", "sent"]) | Q(batch__isnull=False),
            ),
            models.CheckConstraint(
                name="payment_returned_with_reason",
                condition=Q(returned_on=None, return_reason="") | (Q(state="returned") & ~Q(return_reason="")),
            ),
            models.CheckConstraint(
                name="payment_confirmed_by_another", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("recorded_by"))
            ),
            models.UniqueConstraint(
                name="share_is_paid_once", fields=["share"], condition=~Q(state__in=["rejected", "returned"])
            ),
            models.UniqueConstraint(name="one_payment_per_batch_line", fields=["batch", "line"]),
        ]

    def __str__(self) -> str:
        return f"{self.instalment} 拨付"


class SetOffUse(models.Model):
    """抵扣使用: what a payment took of a set-off. A payment that ended without money took nothing."""

    set_off = models.ForeignKey(SetOff, on_delete=models.PROTECT, related_name="uses")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="set_offs")
    amount_fen = models.BigIntegerField("金额（分）")

    class Meta:
        verbose_name = verbose_name_plural = "抵扣使用"
        constraints = [
            models.UniqueConstraint(name="one_use_per_set_off_and_payment", fields=["set_off", "payment"]),
            models.CheckConstraint(name="set_off_use_positive", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.payment} 抵扣"


class ResultFile(models.Model):
    """支付结果: a file of the payer, read back into a batch; the same file twice is one row."""

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="results")
    file = models.FileField("文件", storage=private_storage, upload_to=result_file_path)
    original_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("摘要", max_length=64)
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField("读入时间")

    class Meta:
        verbose_name = verbose_name_plural = "支付结果"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(name="one_result_per_file", fields=["batch", "sha256"])]

    def __str__(self) -> str:
        return f"{self.batch} {self.original_name}"


class ResultLine(models.Model):
    """支付结果行: one line of a result, the payment it was matched to by number and sum, and what followed."""

    class Outcome(models.TextChoices):
        PAID = "paid", "已支付"
        RETURNED = "returned", "退票"
        WRONG_AMOUNT = "wrong_amount", "金额不符"
        UNKNOWN = "unknown", "批次中没有此笔"
        TWICE = "twice", "重复"
        UNREADABLE = "unreadable", "不能识别"

    result = models.ForeignKey(ResultFile, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField("行号")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="results", null=True, blank=True)
    outcome = models.CharField("结果", max_length=12, choices=Outcome)
    said = models.JSONField("原文")
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支付结果行"
        ordering = ["result_id", "row"]
        constraints = [models.UniqueConstraint(name="one_result_line_per_row", fields=["result", "row"])]

    def __str__(self) -> str:
        return f"{self.result} 第{self.row}行"


class YearCloseQuerySet(models.QuerySet):
    """Questions about many closes."""

    def counting(self):
        """Return closes that a second person has confirmed."""
        return self.filter(confirmed_at__isnull=False, dropped_at=None)


class YearClose(models.Model):
    """年终结账: nothing is paid in a closed year any more; what was granted and is unpaid goes to the next (结转)."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="year_closes")
    year = models.PositiveSmallIntegerField("年度")
    summary = models.JSONField("结账数据")
    summary_sha256 = models.CharField("结账数据摘要", max_length=64)
    paper = models.CharField("依据文件", max_length=200)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField("提出时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    dropped_at = models.DateTimeField("撤下时间", null=True, blank=True)

    objects = YearCloseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年终结账"
        ordering = ["-year", "-pk"]
        constraints = [
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="year_closed_by_two", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("closed_by"))
            ),
            models.UniqueConstraint(
                name="one_live_close_per_year", fields=["authority", "year"], condition=Q(dropped_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} {self.year}年结账"


class CarryOver(models.Model):
    """结转: money of a pool, committed to unpaid awards or free, that a year's close moves to the next year's pool."""

    close = models.ForeignKey(YearClose, on_delete=models.PROTECT, related_name="carried")
    source = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="carried_out")
    target = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="carried_in")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="carried", null=True, blank=True, verbose_name="申报件"
    )
    amount_fen = models.BigIntegerField("金额（分）")
    unfunded_fen = models.BigIntegerField("其中超额占用（分）", default=0)  # carried without money: no limit grew by it

    class Meta:
        verbose_name = verbose_name_plural = "结转"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="carry_over_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="carry_over_unfunded_within", condition=Q(unfunded_fen__gte=0, unfunded_fen__lte=F("amount_fen"))
            ),
            models.CheckConstraint(name="carry_over_to_another_pool", condition=~Q(source=F("target"))),
        ]

    def __str__(self) -> str:
        return f"{self.source} 结转"
