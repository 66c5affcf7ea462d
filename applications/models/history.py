"""The history: hash-chained events, what has to be told to whom, and requests that were already answered."""

from django.db import models
from django.db.models import Q

from applications.models.application import Application
from applications.models.people import Authority, User


class Event(models.Model):
    """
    办理记录: one act, written in the transaction of the change it describes; never updated, never deleted.

    `chain` names what the act belongs to ("case:12" or "authority:3"); in a chain each row carries the hash of the
    one before it, so that an edit, a swap or a deletion in the middle shows.
    """

    chain = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField()
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events", null=True, blank=True)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="events")
    action = models.CharField("动作", max_length=40)
    before = models.CharField("之前", max_length=12, blank=True)
    after = models.CharField("之后", max_length=12, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    duty = models.CharField("岗位", max_length=20, blank=True)
    at = models.DateTimeField("时间")
    note = models.CharField("说明", max_length=1000, blank=True)
    detail = models.JSONField("详情", default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["chain", "sequence"]
        constraints = [
            models.UniqueConstraint(name="one_event_per_place_in_chain", fields=["chain", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.chain} #{self.sequence} {self.action}"


class DailyDigest(models.Model):
    """
    每日摘要: one hash over the heads of all chains at the end of a day, linked to the day before.

    `heads_sha256` is over the chains that grew since the day before (rows of `DigestHead`); what did not grow is
    covered through the link. Kept outside as well (backup manifest, export), it shows a history that was rewritten.
    """

    day = models.DateField("日期", unique=True)
    chains = models.PositiveIntegerField("记录链数")
    events = models.PositiveBigIntegerField("记录数")
    heads_sha256 = models.CharField("链首摘要", max_length=64)
    previous_hash = models.CharField("前一日摘要", max_length=64, blank=True)
    hash = models.CharField("摘要", max_length=64)
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "每日摘要"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.hash[:12]}"


class DigestHead(models.Model):
    """链首: the last link of one chain that grew, as a daily digest saw it. Where it is missing, a tail was cut off."""

    day = models.DateField("日期")
    chain = models.CharField("记录链", max_length=40)
    sequence = models.PositiveIntegerField("序号")
    hash = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "链首"
        constraints = [
            models.UniqueConstraint(name="one_head_per_chain_and_day", fields=["day", "chain"]),
            models.UniqueConstraint(name="one_head_per_place_in_chain", fields=["chain", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.chain} #{self.sequence}"


class HealthRun(models.Model):
    """自检: what the nightly check of the invariants and of the history found, for the console."""

    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    counts = models.JSONField("计数", default=dict)
    sound = models.BooleanField("全部为零", null=True)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "自检"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"自检 {self.started_at:%Y-%m-%d %H:%M}"


class Delivery(models.Model):
    """送达: one event to one person by one channel; the outbox, swept until sent. The Message-ID stays the same."""

    class Channel(models.TextChoices):
        SITE = "site", "站内通知"
        MAIL = "mail", "电子邮件"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField("渠道", max_length=5, choices=Channel)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deliveries")
    subject = models.CharField("标题", max_length=100)
    text = models.CharField("内容", max_length=500)
    created_at = models.DateTimeField("产生时间")
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    error = models.CharField("错误", max_length=200, blank=True)
    retry_at = models.DateTimeField("下次尝试", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "送达"
        indexes = [
            models.Index(name="unsent_deliveries", fields=["id"], condition=Q(sent_at=None)),
            models.Index(name="deliveries_of_person", fields=["person", "channel", "-id"]),
            models.Index(
                name="unread_on_the_site", fields=["person", "-id"], condition=Q(channel="site", read_at=None)
            ),
        ]
        constraints = [
            models.UniqueConstraint(name="one_delivery_per_event_channel_person", fields=["event", "channel", "person"])
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.person}"


class NoticePreference(models.Model):
    """通知方式: whether a person wants mail about one topic; the site tells everything anyway. No row means yes."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notice_preferences")
    topic = models.CharField("通知类别", max_length=20)
    mail = models.BooleanField("电子邮件", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知方式"
        constraints = [models.UniqueConstraint(name="one_preference_per_topic", fields=["user", "topic"])]

    def __str__(self) -> str:
        return f"{self.user} {self.topic}"


class IdempotencyKey(models.Model):
    """A request that moved money and how it was answered; the same key again gets the same answer, not a second act."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    path = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_answer_per_user_and_key", fields=["user", "key"])]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"
