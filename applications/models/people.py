"""People and bodies: users, applicants with their members, authorities with their officers."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.models.shapes import together


class Duty(models.TextChoices):
    """What an officer is posted to do; one person holds one duty on a case."""

    INTAKE = "intake", "受理"
    VERIFY = "verify", "核验"
    APPROVE = "approve", "审批"
    PAY = "pay", "财政经办"
    COUNTERSIGN = "countersign", "财政复核"
    INSPECT = "inspect", "稽核"
    LEGAL = "legal", "法制审核"
    HEARING = "hearing", "听证主持"
    EXPERT = "expert", "专家"
    POLICY = "policy", "政策管理"
    AUDIT = "audit", "审计"
    SYSTEM = "system", "系统管理"


class User(AbstractUser):
    """A person who logs in: member of an applicant, officer of an authority, or not yet either."""

    first_name = None  # type: ignore[assignment] # Django's way to drop a field; Chinese names are one field
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机号码", max_length=20, blank=True)

    REQUIRED_FIELDS = ["email", "name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Authority(models.Model):
    """主管单位: the body that runs a policy. Its letter sign (代字) and clocks are data that it owns."""

    code = models.SlugField("代码", unique=True)
    name = models.CharField("名称", max_length=100)
    place = models.CharField("地区", max_length=40)
    letter_sign = models.CharField("发文代字", max_length=20, help_text="不含文种字，例如：师新数")
    hotline = models.CharField("咨询电话", max_length=40, blank=True)
    address = models.CharField("办公地址", max_length=200, blank=True)
    reconsideration_organ = models.CharField("行政复议机关", max_length=100, blank=True)
    court = models.CharField("有管辖权的人民法院", max_length=100, blank=True)
    notice_days = models.PositiveSmallIntegerField(
        "公示期（工作日）", default=5, help_text="填 0 表示不公示、直接进入批准"
    )
    account_wait_days = models.PositiveSmallIntegerField(
        "收款账户变更等待期（工作日）", default=5, help_text="有待拨付资金时变更收款账户，自法定代表人确认之日起算"
    )
    demo = models.BooleanField("演示单位", default=False, help_text="演示单位的页面和文书都带演示标记")

    class Meta:
        verbose_name = verbose_name_plural = "主管单位"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class PostingQuerySet(models.QuerySet):
    """Questions about many postings."""

    def current(self):
        """Return postings in force today; a posting that ended opens no door any more."""
        today = timezone.localdate()
        return self.filter(since__lte=today).filter(Q(until=None) | Q(until__gte=today))


class Posting(models.Model):
    """岗位: one user's duty at one authority. A user has at most one open posting."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="postings", verbose_name="人员")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="postings", verbose_name="主管单位")
    duty = models.CharField("岗位", max_length=20, choices=Duty)
    since = models.DateField("到岗日期", default=timezone.localdate)
    until = models.DateField("离岗日期", null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        constraints = [
            models.UniqueConstraint(name="one_open_posting_per_user", fields=["user"], condition=Q(until=None)),
            models.CheckConstraint(name="posting_duty_known", condition=Q(duty__in=Duty.values)),
        ]

    def __str__(self) -> str:
        return f"{self.authority}·{self.get_duty_display()}·{self.user}"


class ApplicantQuerySet(models.QuerySet):
    """Questions about many applicants."""

    def visible_to(self, user):
        """Return the bodies this user acts for; officers see an applicant only through a case."""
        return self.filter(memberships__user=user).distinct()


class Applicant(models.Model):
    """申报单位: a legal person known by its 统一社会信用代码 (18 characters, check digit proven by the form)."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", "企业"
        INSTITUTION = "institution", "事业单位"
        SOCIAL = "social", "社会组织"
        OTHER = "other", "其他机构"

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("单位名称", max_length=100, db_index=True)
    kind = models.CharField("单位类别", max_length=20, choices=Kind, default=Kind.ENTERPRISE)
    legal_representative = models.CharField("法定代表人", max_length=60)
    registered_address = models.CharField("注册地址", max_length=200)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    contact_name = models.CharField("联系人", max_length=60)
    contact_phone = models.CharField("联系电话", max_length=20)
    email = models.EmailField("电子邮箱", blank=True)
    members = models.ManyToManyField(User, through="Membership", related_name="applicants")
    created_at = models.DateTimeField("登记时间")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ApplicantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报单位"
        # What bodies share with each other is looked up for every claim handed in.
        indexes = [
            models.Index(name="applicants_by_phone", fields=["contact_phone"]),
            models.Index(name="applicants_by_email", fields=["email"]),
            models.Index(name="applicants_by_address", fields=["registered_address"]),
            models.Index(name="applicants_by_legal_person", fields=["legal_representative"]),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """成员: who acts for an applicant. Only the 法定代表人 confirms a claim before it is handed in."""

    class Role(models.TextChoices):
        AGENT = "agent", "经办人"
        LEGAL = "legal", "法定代表人"

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField("身份", max_length=10, choices=Role)
    joined_at = models.DateTimeField("加入时间")

    class Meta:
        verbose_name = verbose_name_plural = "单位成员"
        constraints = [
            models.UniqueConstraint(name="one_membership_per_applicant_and_user", fields=["applicant", "user"]),
            models.UniqueConstraint(
                name="one_legal_representative_per_applicant", fields=["applicant"], condition=Q(role="legal")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}（{self.get_role_display()}）"


class Invitation(models.Model):
    """邀请码: lets one further person join an applicant in one role, once, for seven days."""

    applicant = models.ForeignKey(Applicant, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField("身份", max_length=10, choices=Membership.Role)
    code = models.CharField("邀请码", max_length=20, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("发出时间")
    expires_at = models.DateTimeField("失效时间")
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "成员邀请"
        constraints = [together("used_by", "used_at")]

    def __str__(self) -> str:
        return f"{self.applicant}·{self.get_role_display()}"
