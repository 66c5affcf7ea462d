"""What lets a case in beside the plain road: promised papers, late files, filing at the counter."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from applications.models.application import Application, CaseDuty
from applications.models.desk import DeskFile
from applications.models.evidence import Evidence
from applications.models.people import Applicant, Authority, User
from applications.models.policy import Clause, Round
from applications.models.shapes import together


class PromiseQuerySet(models.QuerySet):
    """Questions about many promises."""

    def open(self):
        """Return promises whose paper has neither come nor become too late."""
        return self.filter(kept_at=None, broken_at=None)

    def overdue(self, day):
        """Return promises that a case was taken in on and whose day has passed without the paper."""
        return self.open().filter(accepted_at__isnull=False, due_on__lt=day)


class Promise(models.Model):
    """
    容缺承诺: one secondary paper that the applicant promises to hand in by a day.

    Counts once an officer has taken the case in on it; then it is kept by a paper or broken when the day has passed.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="promises")
    slot = models.CharField("材料类别", max_length=60)
    label = models.CharField("材料名称", max_length=100)
    due_on = models.DateField("承诺补交日期")
    promised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    promised_at = models.DateTimeField("承诺时间")
    accepted_by = models.ForeignKey(CaseDuty, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    accepted_at = models.DateTimeField("容缺受理时间", null=True, blank=True)
    kept_by = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    kept_at = models.DateTimeField("补交时间", null=True, blank=True)
    broken_at = models.DateTimeField("逾期时间", null=True, blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "容缺承诺"
        ordering = ["pk"]
        indexes = [models.Index(name="open_promises", fields=["due_on"], condition=Q(kept_at=None, broken_at=None))]
        constraints = [
            together("accepted_by", "accepted_at"),
            together("kept_by", "kept_at"),
            models.UniqueConstraint(name="one_promise_per_slot", fields=["application", "slot"]),
            models.CheckConstraint(name="promise_kept_or_broken", condition=Q(kept_at=None) | Q(broken_at=None)),
            models.CheckConstraint(
                name="promise_counts_once_accepted",
                condition=Q(accepted_at__isnull=False) | Q(kept_at=None, broken_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.due_on}）"


class LateAdmissionQuerySet(models.QuerySet):
    """Questions about many late admissions."""

    def usable(self, moment):
        """Return those admitted that no claim has used and whose time has not run out; the end is exclusive."""
        return self.filter(admitted=True, application=None, file_until__gt=moment)


class LateAdmission(models.Model):
    """
    逾期准入: lets one applicant file under one clause after the round closed, by a second person's decision.

    The round itself stays closed for everybody else. `application` is the claim that used it.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="late_admissions")
    applicant = models.ForeignKey(
        Applicant, on_delete=models.PROTECT, related_name="late_admissions", verbose_name="申报单位"
    )
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="+", verbose_name="条款")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", verbose_name="已截止批次")
    reason = models.CharField("逾期理由", max_length=500)
    paper = models.CharField("依据文件", max_length=200)
    file_until = models.DateTimeField("准予提交至")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提出时间")
    admitted = models.BooleanField("准予", null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="late_admission", null=True, blank=True
    )

    objects = LateAdmissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "逾期准入"
        ordering = ["-pk"]
        constraints = [
            together("admitted", "decided_by", "decided_at"),
            models.CheckConstraint(
                name="late_admission_used_when_admitted",
                condition=Q(application=None) | Q(admitted__isnull=False, admitted=True),
            ),
            models.CheckConstraint(
                name="late_admission_decided_by_another", condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant} {self.clause}"

    @property
    def last_day(self) -> date:
        """The last whole day on which the claim may be handed in."""
        return timezone.localdate(self.file_until - timedelta(microseconds=1))


class Mandate(models.Model):
    """
    窗口代办: an officer at the counter fills and files a claim for an applicant, on a written mandate (授权委托书).

    Stands for the confirmation of the 法定代表人, whose signature the mandate carries. That officer is on the
    applicant's side of this case and holds no duty on it.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="mandate")
    officer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mandates")
    principal = models.CharField("委托人（法定代表人）", max_length=60)
    bearer = models.CharField("受托到场人", max_length=60)
    bearer_phone = models.CharField("受托人电话", max_length=20)
    file = models.ForeignKey(DeskFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    made_at = models.DateTimeField("代办时间")

    class Meta:
        verbose_name = verbose_name_plural = "窗口代办"

    def __str__(self) -> str:
        return f"{self.application} {self.bearer}"
