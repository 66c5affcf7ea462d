"""What officers found out beyond the papers: credit registers, the site, experts, other departments."""

from django.db import models
from django.db.models import F, Q

from applications.models.application import Application, CaseDuty
from applications.models.desk import DeskFile
from applications.models.people import User
from applications.models.policy import Clause
from applications.models.shapes import together


class ClauseDemand(models.Model):
    """办理要求: what an authority demands for a clause before a sum may be proposed, beyond the checks of facts."""

    clause = models.OneToOneField(Clause, on_delete=models.PROTECT, related_name="demand", verbose_name="条款")
    credit_check = models.BooleanField("须信用核查", default=False)
    site_visit = models.BooleanField("须现场核查", default=False)
    expert_opinion = models.BooleanField("须专家意见", default=False)
    joint_review = models.BooleanField("须部门会审", default=False)
    joint_units = models.CharField("会审单位", max_length=300, blank=True, help_text="以顿号分隔")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = verbose_name_plural = "办理要求"
        constraints = [
            models.CheckConstraint(
                name="joint_review_names_its_units", condition=Q(joint_review=False) | ~Q(joint_units="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.clause} 办理要求"


class CreditCheck(models.Model):
    """信用核查: what a register said about the applicant on a day, and whether money was given for the same before."""

    class Result(models.TextChoices):
        CLEAN = "clean", "未发现失信或重复支持"
        RECORD = "record", "有失信记录"
        DUPLICATE = "duplicate", "同一事项已获其他支持"

    class Stage(models.TextChoices):
        VERIFY = "verify", "核验"
        PAYMENT = "payment", "拨付前"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="credit_checks")
    stage = models.CharField("环节", max_length=10, choices=Stage)
    source = models.CharField("查询来源", max_length=100)
    queried_on = models.DateField("查询日期")
    result = models.CharField("结果", max_length=10, choices=Result)
    note = models.CharField("说明", max_length=500, blank=True)
    file = models.ForeignKey(DeskFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    checked_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField("核查时间")

    class Meta:
        verbose_name = verbose_name_plural = "信用核查"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.source}：{self.get_result_display()}"


class SiteVisit(models.Model):
    """现场核查: what two officers saw at a place on a day."""

    class Conclusion(models.TextChoices):
        FITS = "fits", "与申报一致"
        DIFFERS = "differs", "与申报不一致"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="site_visits")
    visited_on = models.DateField("核查日期")
    place = models.CharField("地点", max_length=200)
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="核查人")
    companion = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="同行核查人")
    met_with = models.CharField("申报单位在场人员", max_length=100)
    findings = models.TextField("核查情况", max_length=2000)
    conclusion = models.CharField("结论", max_length=10, choices=Conclusion)
    file = models.ForeignKey(DeskFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    recorded_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = verbose_name_plural = "现场核查"
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="site_visit_by_two_officers", condition=~Q(officer=F("companion")))]

    def __str__(self) -> str:
        return f"{self.place}（{self.visited_on}）"


class ExpertOpinion(models.Model):
    """
    专家意见: one question to one expert, who states to have no interest in the case before answering.

    An expert with an account answers in person; the opinion of one without is entered by the verifier from a signed
    paper. The verification clock rests until the answer.
    """

    class Conclusion(models.TextChoices):
        SUPPORT = "support", "支持"
        CONDITIONAL = "conditional", "有条件支持"
        OPPOSE = "oppose", "不支持"
        RECUSED = "recused", "回避"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="expert_opinions")
    question = models.CharField("征询事项", max_length=500)
    expert = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    expert_name = models.CharField("专家姓名", max_length=60)
    expert_unit = models.CharField("专家单位", max_length=100)
    asked_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("征询时间")
    expected_on = models.DateField("预计答复日期")
    no_interest = models.BooleanField("已声明无应当回避的情形", null=True)
    conclusion = models.CharField("结论", max_length=12, choices=Conclusion, blank=True)
    opinion = models.TextField("意见", max_length=2000, blank=True)
    file = models.ForeignKey(DeskFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "专家意见"
        ordering = ["pk"]
        constraints = [
            together("answered_by", "answered_at", "no_interest"),
            models.CheckConstraint(
                name="expert_with_an_account_answers_in_person",
                condition=Q(expert=None) | Q(answered_by=None) | Q(answered_by=F("expert")),
            ),
            # A comparison with NULL is neither true nor false, and a CHECK lets it pass: every part asks for it itself.
            models.CheckConstraint(
                name="expert_with_an_interest_gives_no_opinion",
                condition=Q(no_interest__isnull=True, conclusion="")
                | Q(
                    no_interest__isnull=False,
                    no_interest=True,
                    conclusion__in=["support", "conditional", "oppose"],
                )
                | Q(no_interest__isnull=False, no_interest=False, conclusion="recused"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert_name}：{self.get_conclusion_display() or '待答复'}"


class JointReview(models.Model):
    """会审: several departments look at a case together; closed with minutes once every unit has voted."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="joint_reviews")
    held_on = models.DateField("会审日期")
    units = models.JSONField("会审单位")
    called_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField("发起时间")
    minutes = models.ForeignKey(DeskFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    minutes_number = models.CharField("纪要编号", max_length=100, blank=True)
    passed = models.BooleanField("通过", null=True)
    closed_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    closed_at = models.DateTimeField("形成纪要时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "会审"
        ordering = ["pk"]
        constraints = [
            together("closed_by", "closed_at", "passed"),
            models.UniqueConstraint(
                name="one_open_joint_review_per_case", fields=["application"], condition=Q(closed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} 会审（{self.held_on}）"


class JointVote(models.Model):
    """会审表决: what one unit said."""

    class Vote(models.TextChoices):
        AGREE = "agree", "同意"
        OBJECT = "object", "不同意"
        ABSTAIN = "abstain", "保留意见"

    review = models.ForeignKey(JointReview, on_delete=models.PROTECT, related_name="votes")
    unit = models.CharField("单位", max_length=60)
    person = models.CharField("参加人", max_length=60)
    vote = models.CharField("表决", max_length=10, choices=Vote)
    opinion = models.CharField("意见", max_length=500, blank=True)
    recorded_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("记录时间")

    class Meta:
        verbose_name = verbose_name_plural = "会审表决"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="one_vote_per_unit", fields=["review", "unit"])]

    def __str__(self) -> str:
        return f"{self.unit}：{self.get_vote_display()}"
