"""Legal clocks as rows: the working-day table, how long a step may take, and the clock of each step of a case."""

from django.db import models
from django.db.models import F, Q

from applications.models.application import Application, Status
from applications.models.people import Authority, User
from applications.models.policy import Clause
from applications.models.shapes import together


class Unit(models.TextChoices):
    """What a period is counted in; the three are never mixed (民法典第二百条至第二百零三条)."""

    WORKING = "working", "工作日"
    CALENDAR = "calendar", "日"
    MONTH = "month", "个月"


def length_words(length: int, unit: str) -> str:
    """Return a period as people say it: 5个工作日, 30日, 6个月."""
    return f"{length}{'个' if unit == Unit.WORKING else ''}{Unit(unit).label}"


class CalendarDay(models.Model):
    """
    工作日例外: a day whose nature an authority entered by hand: a holiday, or a weekend day that is worked.

    It goes before the table that ships with the portal, at this authority alone: some places keep holidays of their
    own (全国年节及纪念日放假办法第四条).
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="calendar_days")
    day = models.DateField("日期")
    working = models.BooleanField("工作日")
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日例外"
        ordering = ["day"]
        constraints = [models.UniqueConstraint(name="one_nature_per_day", fields=["authority", "day"])]

    def __str__(self) -> str:
        return f"{self.day}（{'工作日' if self.working else '休息日'}）"


class CalendarYear(models.Model):
    """
    年度工作日安排: an authority's word that its list of a year is complete, which opens the year for clocks.

    Inside such a year a day that was not entered is what its weekday says; without this row it is unknown.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="calendar_years")
    year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("依据文件", max_length=200)
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField("启用时间")

    class Meta:
        verbose_name = verbose_name_plural = "年度工作日安排"
        ordering = ["year"]
        constraints = [models.UniqueConstraint(name="one_declaration_per_year", fields=["authority", "year"])]

    def __str__(self) -> str:
        return f"{self.year}年工作日安排"


class StepLength(models.Model):
    """
    办理时限: how long a step may take at an authority, for one clause or for all. The newest row counts.

    Where an authority has entered nothing, `applications.workflow.LENGTHS` holds. Rows are never edited: a change is
    a newer row, so that an old case can still be explained.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="step_lengths")
    clause = models.ForeignKey(
        Clause, on_delete=models.PROTECT, related_name="step_lengths", null=True, blank=True, verbose_name="只适用条款"
    )
    step = models.CharField("环节", max_length=12, choices=Status)
    unit = models.CharField("单位", max_length=10, choices=Unit, default=Unit.WORKING)
    length = models.PositiveSmallIntegerField("时限")
    source = models.CharField("依据文件", max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("录入时间")

    class Meta:
        verbose_name = verbose_name_plural = "办理时限"
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(name="step_length_positive", condition=Q(length__gt=0))]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.words}"

    @property
    def words(self) -> str:
        """The period in words."""
        return length_words(self.length, self.unit)


class Clock(models.Model):
    """
    一个环节的期限: runs from the day the step began (not counted) and rests while a pause is open.

    `due_on` is the last day, null while 待定 (a year without a table) or while it rests. What is late says why in
    `late_reason`, which the applicant reads.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="clocks")
    step = models.CharField("环节", max_length=12, choices=Status)
    started_on = models.DateField("起算日")
    unit = models.CharField("单位", max_length=10, choices=Unit)
    length = models.PositiveSmallIntegerField("时限")
    due_on = models.DateField("期限", null=True, blank=True)
    ended_on = models.DateField("办结日", null=True, blank=True)
    reminded_on = models.DateField("提醒日", null=True, blank=True)
    late_reason = models.CharField("超期说明", max_length=300, blank=True)
    late_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    late_at = models.DateTimeField("说明时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        ordering = ["pk"]
        indexes = [
            models.Index(name="running_clocks_by_due_day", fields=["due_on", "id"], condition=Q(ended_on=None)),
            models.Index(name="clocks_of_case", fields=["application", "id"]),
        ]
        constraints = [
            together("late_by", "late_at"),
            models.UniqueConstraint(
                name="one_running_clock_per_step", fields=["application", "step"], condition=Q(ended_on=None)
            ),
            models.CheckConstraint(
                name="clock_ends_after_it_started", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.get_step_display()}"

    @property
    def words(self) -> str:
        """The period in words."""
        return length_words(self.length, self.unit)


class ClockPause(models.Model):
    """停表: while the applicant corrects, an expert works or the pool has no room, the step's days are not counted."""

    class Reason(models.TextChoices):
        CORRECTION = "correction", "补正"
        EXPERT = "expert", "专家评审"
        MONEY = "money", "等待资金安排"

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField("事由", max_length=10, choices=Reason)
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "停表"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_pause_per_reason", fields=["clock", "reason"], condition=Q(until=None)
            ),
            models.CheckConstraint(
                name="pause_ends_after_it_began", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock} {self.get_reason_display()}"
