"""The case itself: one applicant asks for one item, and what officers found, computed and decided about it."""

from django.db import models
from django.db.models import F, Q

from applications.models.people import Applicant, Authority, Duty, Posting, User
from applications.models.policy import Clause, Policy, Round
from applications.models.shapes import together


class Status(models.TextChoices):
    """Where a case stands. `applications.workflow` says which verb leads from one to another."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待受理"
    VERIFYING = "verifying", "核验中"
    CORRECTING = "correcting", "补正中"
    PROPOSED = "proposed", "待审批"
    NOTICED = "noticed", "公示中"
    GRANTED = "granted", "已批准"
    PAID = "paid", "已拨付"
    CLOSED = "closed", "已办结"
    WITHDRAWN = "withdrawn", "已撤回"
    DECLINED = "declined", "不予受理"
    REFUSED = "refused", "不予兑现"
    REVOKED = "revoked", "已撤销"


# Duties without a desk of their own: an administrator reads no case, an expert the one he is asked about.
WITHOUT_A_DESK = (Duty.SYSTEM, Duty.EXPERT)


def _at_the_counter(user) -> Q:
    """The cases this officer files for an applicant (窗口代办), for as long as the posting to that counter lasts."""
    counters = Posting.objects.current().filter(user=user, duty=Duty.INTAKE).values("authority")
    return Q(mandate__officer=user, authority__in=counters)


class ApplicationQuerySet(models.QuerySet):
    """Questions about many cases; visibility is one of them."""

    def visible_to(self, user):
        """
        Return what this user may open; views look objects up here, so the rest is a 404.

        Members see all cases of their applicant. Officers see the cases of the authority they are posted to now,
        never drafts, save the one who fills it at the counter. The authority is asked for in a subquery so that no
        row appears twice.
        """
        posted = Posting.objects.current().filter(user=user).exclude(duty__in=WITHOUT_A_DESK).values("authority")
        return self.filter(
            Q(applicant__in=Applicant.objects.visible_to(user).values("pk"))
            | Q(authority__in=posted) & ~Q(status=Status.DRAFT)
            | _at_the_counter(user)
        )

    def filed_by(self, user):
        """Return the cases whose claim pages this user may open: as a member, or as the officer of 窗口代办."""
        return self.filter(Q(applicant__in=Applicant.objects.visible_to(user).values("pk")) | _at_the_counter(user))

    def of_applicants_of(self, user):
        """Return the cases of the bodies this user acts for."""
        return self.filter(applicant__in=Applicant.objects.visible_to(user).values("pk"))

    def at_the_desk_of(self, user):
        """Return the cases of the authority this officer is posted to, without drafts."""
        posted = Posting.objects.current().filter(user=user).exclude(duty__in=WITHOUT_A_DESK).values("authority")
        return self.filter(authority__in=posted).exclude(status=Status.DRAFT)

    def asked_of(self, user):
        """Return the cases on which this expert was asked for an opinion and has not stated an interest."""
        posted = Posting.objects.current().filter(user=user, duty=Duty.EXPERT).values("authority")
        free = Q(expert_opinions__no_interest=None) | Q(expert_opinions__no_interest=True)
        return self.filter(free, expert_opinions__expert=user, authority__in=posted).distinct()


class Application(models.Model):
    """
    申报件: one applicant asks for one item under one pack.

    `facts` holds what was declared, keyed by the English fact name: money and decimals as strings, counts as
    integers, yes/no as booleans; an absent key is unknown, never zero. `event_on` (基准日) decides term and version.
    """

    number = models.CharField("申报编号", max_length=30, unique=True)
    # The bare index of a key is left out where one of those below begins with it.
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="applications", db_index=False)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="applications")
    clause = models.ForeignKey(
        Clause, on_delete=models.PROTECT, related_name="applications", verbose_name="条款", db_index=False
    )
    applicant = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, related_name="applications", verbose_name="申报单位", db_index=False
    )
    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, null=True, blank=True, verbose_name="批次", db_index=False
    )
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT)
    subject = models.CharField("申报对象", max_length=100, blank=True, help_text="项目、模型、算法、产品或标准的名称")
    facts = models.JSONField("申报内容", default=dict)
    event_on = models.DateField("基准日", null=True, blank=True)
    support_year = models.PositiveSmallIntegerField("支持年度", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=0)
    due_on = models.DateField("办理期限", null=True, blank=True)
    correcting_from = models.CharField(max_length=12, choices=Status, blank=True)

    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("创建时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("法定代表人确认时间", null=True, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted_by = models.ForeignKey("CaseDuty", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    proposed_by = models.ForeignKey("CaseDuty", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    proposed_at = models.DateTimeField("核定时间", null=True, blank=True)
    proposed_fen = models.BigIntegerField("核定额（分）", null=True, blank=True)
    proposed_reason = models.CharField("核定理由", max_length=500, blank=True)
    endorsed_by = models.ForeignKey("CaseDuty", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    endorsed_at = models.DateTimeField("审批时间", null=True, blank=True)
    proposed_ceiling_fen = models.BigIntegerField("测算上限（分）", null=True, blank=True)
    proposed_paper = models.CharField(
        "决定文件", max_length=200, blank=True, help_text="一事一议和转致事项的会议纪要或上级文件"
    )
    arranged_fen = models.BigIntegerField("安排额（分）", null=True, blank=True)
    arranged_reason = models.CharField("资金安排说明", max_length=400, blank=True)
    assessment = models.ForeignKey(
        "Assessment", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name="当前测算"
    )
    assigned_to = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name="承办人"
    )
    assigned_at = models.DateTimeField("分办时间", null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报件"
        indexes = [
            models.Index(name="queue_by_due_day", fields=["authority", "status", "due_on", "id"]),
            models.Index(name="queue_newest_first", fields=["authority", "-id"]),
            models.Index(name="queue_of_officer", fields=["authority", "assigned_to", "status", "due_on", "id"]),
            models.Index(name="cases_of_applicant", fields=["applicant", "-id"]),
            models.Index(name="cases_of_clause", fields=["clause", "status"]),
            # Narrowed by something old, the newest first would otherwise be read through all that is newer.
            models.Index(name="queue_of_clause", fields=["clause", "-id"]),
            models.Index(name="queue_of_round", fields=["round", "-id"]),
            models.Index(name="queue_of_year", fields=["authority", "support_year", "-id"]),
            models.Index(name="queue_of_status", fields=["authority", "status", "-id"]),
            # The turn of a desk that deals with two statuses, in one order; the other desks have one status.
            models.Index(
                name="queue_at_intake",
                fields=["authority", "due_on", "id"],
                condition=Q(status__in=["paid", "submitted"]),
            ),
            models.Index(
                name="queue_at_approval",
                fields=["authority", "due_on", "id"],
                condition=Q(status__in=["noticed", "proposed"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="application_status_known", condition=Q(status__in=Status.values)),
            together("confirmed_by", "confirmed_at"),
            together("submitted_by", "submitted_at"),
            together("accepted_by", "accepted_at"),
            together("proposed_by", "proposed_at", "proposed_fen"),
            together("endorsed_by", "endorsed_at"),
            together("assigned_to", "assigned_at"),
            models.CheckConstraint(
                name="application_proposal_within_ceiling",
                condition=Q(proposed_ceiling_fen=None) | Q(proposed_fen__lte=F("proposed_ceiling_fen")),
            ),
            models.CheckConstraint(
                name="application_proposed_sum_positive", condition=Q(proposed_fen=None) | Q(proposed_fen__gt=0)
            ),
            models.CheckConstraint(
                name="application_arranged_within_the_proposal",
                condition=Q(arranged_fen=None, arranged_reason="")
                | Q(
                    proposed_fen__isnull=False,
                    arranged_fen__isnull=False,
                    arranged_fen__gt=0,
                    arranged_fen__lte=F("proposed_fen"),
                )
                & ~Q(arranged_reason=""),
            ),
            models.CheckConstraint(
                name="application_submitted_before_the_desk",
                condition=Q(status__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_decided_by_different_people",
                condition=(
                    (Q(accepted_by=None) | Q(proposed_by=None) | ~Q(accepted_by=F("proposed_by")))
                    & (Q(proposed_by=None) | Q(endorsed_by=None) | ~Q(proposed_by=F("endorsed_by")))
                    & (Q(accepted_by=None) | Q(endorsed_by=None) | ~Q(accepted_by=F("endorsed_by")))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def sum_fen(self) -> int | None:
        """What the case is to receive, in whole fen: the proposed sum, or what a short pool has for it."""
        return self.proposed_fen if self.arranged_fen is None else self.arranged_fen


class CaseDuty(models.Model):
    """
    经办记录: one person, one duty on one case.

    The rows of acceptance, proposal, endorsement, award and payment point here and not to a bare user, so that a
    second duty of the same person on the same case fails in the database too.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="duties")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="case_duties")
    duty = models.CharField("岗位", max_length=20, choices=Duty)
    since = models.DateTimeField("首次经办时间")

    class Meta:
        verbose_name = verbose_name_plural = "经办记录"
        constraints = [
            models.UniqueConstraint(name="one_duty_per_person_and_case", fields=["application", "user"]),
            models.CheckConstraint(name="case_duty_known", condition=Q(duty__in=Duty.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user}（{self.get_duty_display()}）"


class FactCheck(models.Model):
    """
    核验: what an officer found about one declared fact. Append-only; the newest row of a fact counts.

    `declared` and `verified` are JSON values in the form of the case's facts; `verified` is null where the fact
    was found not to be proven, which leaves it unknown (a yes/no fact then counts as no).
    """

    class Verdict(models.TextChoices):
        MET = "met", "符合"
        CORRECTED = "corrected", "以核验值为准"
        FAILED = "failed", "不符合"

    class Method(models.TextChoices):
        DOCUMENT = "document", "书面审查"
        REGISTER = "register", "官方网站查验"
        SITE = "site", "现场核查"
        EXPERT = "expert", "专家或第三方意见"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="checks")
    fact = models.CharField("事实", max_length=80)
    declared = models.JSONField("申报值", null=True)
    verified = models.JSONField("核验值", null=True)
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    method = models.CharField("核验方式", max_length=10, choices=Method)
    evidence = models.ForeignKey(
        "Evidence", on_delete=models.PROTECT, related_name="checks", null=True, blank=True, verbose_name="依据材料"
    )
    note = models.CharField("说明", max_length=500, blank=True)
    checked_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="checks")
    checked_at = models.DateTimeField("核验时间")

    class Meta:
        verbose_name = verbose_name_plural = "核验"
        indexes = [models.Index(name="checks_of_case", fields=["application", "fact", "-id"])]

    def __str__(self) -> str:
        return f"{self.fact}：{self.get_verdict_display()}"


class Assessment(models.Model):
    """
    测算: one run of the rules with everything needed to repeat it. Rows are never edited.

    `inputs` is the case as handed to `rules.judge`, `result` its answer with the trace; `decisions` are the points of
    interpretation decided on this case, [{"key", "question", "choice", "words", "reason"}]. `amount_fen` is null
    where the rules refuse to compute or the text leaves the sum to a decision.
    """

    class Purpose(models.TextChoices):
        DECLARED = "declared", "按申报值测算"
        VERIFIED = "verified", "按核验值测算"
        GRANT = "grant", "批准时复算"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="assessments")
    purpose = models.CharField("用途", max_length=10, choices=Purpose)
    inputs = models.JSONField("输入")
    result = models.JSONField("结果")
    readings = models.JSONField("口径", default=dict)
    decisions = models.JSONField("个案口径", default=list)
    kind = models.CharField("性质", max_length=20)
    eligible = models.BooleanField("符合条件", null=True)
    amount_fen = models.BigIntegerField("测算额（分）", null=True)
    reason = models.CharField("结论", max_length=1000, blank=True)
    pack_version = models.CharField("规则包", max_length=60)
    pack_sha256 = models.CharField("规则包摘要", max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("测算时间")

    class Meta:
        verbose_name = verbose_name_plural = "测算"
        constraints = [
            models.CheckConstraint(
                name="assessment_amount_not_negative", condition=Q(amount_fen=None) | Q(amount_fen__gte=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}（{self.made_at:%Y-%m-%d}）"


class Correction(models.Model):
    """
    补正: one list of all defects, asked for once.

    `items` is [{"kind": "fact"|"slot"|"other", "key", "label", "text"}]. A second one states in `reason` which new
    defect the answer to the first has brought.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="corrections")
    items = models.JSONField("补正事项")
    reason = models.CharField("再次补正的理由", max_length=500, blank=True)
    asked_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("告知时间")
    due_on = models.DateField("补正期限", null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "补正"
        constraints = [
            together("answered_by", "answered_at"),
            models.UniqueConstraint(
                name="one_open_correction_per_case", fields=["application"], condition=Q(answered_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} 补正（{self.asked_at:%Y-%m-%d}）"


class PublicNotice(models.Model):
    """
    公示: the days on which the proposed award stands in public. `closes_on` is the last day; null = 待定.

    `shown` is what the public page says, fixed when it opens: name, code, clause, declared and verified figures, basis.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notices")
    batch = models.ForeignKey(
        "NoticeBatch", on_delete=models.PROTECT, related_name="notices", null=True, blank=True, verbose_name="公示批"
    )
    shown = models.JSONField("公示内容", default=dict)
    opened_at = models.DateTimeField("公示开始时间")
    opened_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField("公示期（工作日）")
    closes_on = models.DateField("公示截止日", null=True, blank=True)
    amount_fen = models.BigIntegerField("拟兑现金额（分）")
    ended_at = models.DateTimeField("公示结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        constraints = [
            models.UniqueConstraint(
                name="one_running_notice_per_case", fields=["application"], condition=Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.application} 公示"


class CaseDecision(models.Model):
    """
    个案口径: how an officer read an ambiguity on this case that no fact expresses. Append-only; the newest counts.

    `words` is the chosen reading as it stood, so that the row says by itself what was decided.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    key = models.CharField("口径编号", max_length=10)
    question = models.CharField("问题", max_length=300)
    choice = models.CharField("选定读法", max_length=5)
    words = models.CharField("读法", max_length=300)
    reason = models.CharField("理由", max_length=500)
    decided_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("认定时间")

    class Meta:
        verbose_name = verbose_name_plural = "个案口径"
        indexes = [models.Index(name="decisions_of_case", fields=["application", "key", "-id"])]

    def __str__(self) -> str:
        return f"{self.key}（{self.choice}）"
