"""The working-day table: what the yearly notice of the State Council changes about plain weekdays."""

from django.db import models


class CalendarDay(models.Model):
    """
    工作日例外: a day whose nature the authority entered by hand.

    It goes before the table that ships with the portal, and a whole year entered here opens that year for clocks.
    """

    day = models.DateField("日期", unique=True)
    working = models.BooleanField("工作日")
    note = models.CharField("说明", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日例外"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}（{'工作日' if self.working else '休息日'}）"
