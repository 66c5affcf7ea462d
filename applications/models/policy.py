"""Policies as an authority runs them: the published pack, its items, dates, readings, rounds and pools."""

from django.db import models
from django.db.models import F, Q

from applications.models.people import Authority, User
from applications.models.shapes import together


class Policy(models.Model):
    """
    政策: one pack of `rules/packs` as an authority has published it.

    The issue day is data of the authority where the text carries none; without it no award can be made.
    """

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="policies", verbose_name="主管单位")
    code = models.SlugField("代码", unique=True)
    title = models.CharField("政策名称", max_length=200)
    paper_number = models.CharField("文号", max_length=60, blank=True)
    pack_version = models.CharField("规则包", max_length=60)
    pack_sha256 = models.CharField("规则包摘要", max_length=64)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    issue_source = models.CharField("印发日期依据", max_length=200, null=True, blank=True)  # noqa: DJ001 - paired, null means not entered
    issue_entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    issue_entered_at = models.DateTimeField("录入时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策"
        ordering = ["pk"]
        constraints = [together("issued_on", "issue_source", "issue_entered_by", "issue_entered_at")]

    def __str__(self) -> str:
        return self.title


class ClauseQuerySet(models.QuerySet):
    """Questions about many clauses."""

    def claimable(self):
        """Return the items somebody can claim money under."""
        return self.filter(monetary=True)


class Clause(models.Model):
    """条款: one item of a policy. Its law lives in the pack; the row is what claims, awards and filters point to."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="clauses", verbose_name="政策")
    code = models.CharField("条款标识", max_length=60, unique=True, help_text="例如 xinxing-3")
    number = models.CharField("编号", max_length=30)
    article = models.CharField("条文", max_length=60)
    title = models.CharField("名称", max_length=100)
    monetary = models.BooleanField("可申报资金")
    position = models.PositiveSmallIntegerField("次序")

    objects = ClauseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "条款"
        ordering = ["policy_id", "position"]

    def __str__(self) -> str:
        return f"{self.article} {self.title}"


class ReadingQuerySet(models.QuerySet):
    """Questions about many readings."""

    def in_force(self):
        """Return readings that a second person has confirmed and nobody has replaced."""
        return self.filter(confirmed_at__isnull=False, replaced_at=None)


class Reading(models.Model):
    """解释口径: the authority's recorded choice at an ambiguity of the text; counts once a second person confirms."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="readings", verbose_name="政策")
    key = models.CharField("口径编号", max_length=10)
    choice = models.CharField("选定读法", max_length=5)
    source = models.CharField("依据文件", max_length=200)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("提出时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    replaced_at = models.DateTimeField("被替代时间", null=True, blank=True)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "解释口径"
        constraints = [
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="reading_confirmed_by_another", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("decided_by"))
            ),
            models.UniqueConstraint(
                name="one_reading_in_force",
                fields=["policy", "key"],
                condition=Q(confirmed_at__isnull=False, replaced_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}（{self.choice}）"


class PublicationQuerySet(models.QuerySet):
    """Questions about many publications."""

    def counting(self):
        """Return publications that a second person has confirmed."""
        return self.filter(confirmed_at__isnull=False)

    def waiting(self):
        """Return publications that still wait for the second person."""
        return self.filter(confirmed_at=None, dropped_at=None)


class Publication(models.Model):
    """
    发布: an authority puts a further version of its pack into force, by two people and on a paper.

    Names the file's hash, so that what was read is what counts. The version the policy was first loaded with needs
    no row; an amendment counts for claims whose 基准日 is on or after its own start, once it is confirmed.
    """

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="publications", verbose_name="政策")
    pack_version = models.CharField("规则包", max_length=60)
    pack_sha256 = models.CharField("规则包摘要", max_length=64)
    source = models.CharField("依据文件", max_length=200)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    dropped_at = models.DateTimeField("撤下时间", null=True, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发布"
        ordering = ["-pk"]
        constraints = [
            together("confirmed_by", "confirmed_at"),
            models.CheckConstraint(
                name="publication_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="publication_confirmed_or_dropped", condition=Q(confirmed_at=None) | Q(dropped_at=None)
            ),
            models.UniqueConstraint(
                name="one_live_publication_per_version", fields=["policy", "pack_version"], condition=Q(dropped_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_version}"


class RoundQuerySet(models.QuerySet):
    """Questions about many rounds."""

    def open_at(self, moment):
        """Return rounds that take claims at this moment; the end is exclusive, by the server's clock."""
        return self.filter(opens_at__lte=moment, closes_at__gt=moment)


class Round(models.Model):
    """申报批次: when items of a policy may be filed. Without a clause it opens the whole policy."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="rounds", verbose_name="政策")
    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, null=True, blank=True, verbose_name="只开放条款")
    name = models.CharField("批次名称", max_length=100)
    opens_at = models.DateTimeField("开始时间")
    closes_at = models.DateTimeField("截止时间")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("设立时间")

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报批次"
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(name="round_opens_before_it_closes", condition=Q(opens_at__lt=F("closes_at")))
        ]

    def __str__(self) -> str:
        return self.name


class Pool(models.Model):
    """
    资金池: the yearly limit that several clauses share, in whole fen.

    committed counts what is held or granted, paid what left the treasury, reserved what a settlement has promised to
    cases that are not in public notice yet; the database refuses anything outside 0 <= paid <= committed <= limit and
    committed + reserved <= limit, whatever arrives at the same moment. `shortfall` is what the authority does where
    money is short; until it chooses, cases queue.

    Only an award that a court or a review gives back may stand beyond the limit, since its money was given to others
    meanwhile: `over_fen` is by how much, exactly, and nothing new is taken from the pool before it is 0 again.
    """

    class Shortfall(models.TextChoices):
        QUEUE = "queue", "按完整申报时间排队"
        PRO_RATA = "pro_rata", "批次截止后按比例"
        REMAINDER = "remainder", "以余额为限"

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="pools", verbose_name="政策")
    name = models.CharField("名称", max_length=100)
    year = models.PositiveSmallIntegerField("年度")
    clauses = models.ManyToManyField(Clause, related_name="pools", verbose_name="共用条款")
    limit_fen = models.BigIntegerField("总额（分）")
    committed_fen = models.BigIntegerField("已占用（分）", default=0)
    paid_fen = models.BigIntegerField("已拨付（分）", default=0)
    source = models.CharField("依据文件", max_length=200)
    shortfall = models.CharField("余额不足时", max_length=10, choices=Shortfall, default=Shortfall.QUEUE)
    reserved_fen = models.BigIntegerField("已结算待公示（分）", default=0)
    over_fen = models.BigIntegerField("超额占用（分）", default=0)
    shortfall_source = models.CharField("办法依据", max_length=200, null=True, blank=True)  # noqa: DJ001 - paired, null means not chosen
    shortfall_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    shortfall_at = models.DateTimeField("确定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "资金池"
        constraints = [
            models.UniqueConstraint(name="one_pool_per_policy_name_and_year", fields=["policy", "name", "year"]),
            models.CheckConstraint(
                name="pool_never_exceeded",
                condition=Q(
                    paid_fen__gte=0,
                    paid_fen__lte=F("committed_fen"),
                    committed_fen__lte=F("limit_fen") + F("over_fen"),
                ),
            ),
            models.CheckConstraint(
                name="pool_promises_no_more_than_it_has",
                condition=Q(reserved_fen__gte=0, reserved_fen__lte=F("limit_fen") + F("over_fen") - F("committed_fen")),
            ),
            models.CheckConstraint(
                name="pool_over_by_what_exceeds_it",
                condition=Q(over_fen=0)
                | Q(over_fen__gt=0, over_fen=F("committed_fen") + F("reserved_fen") - F("limit_fen")),
            ),
            together("shortfall_source", "shortfall_by", "shortfall_at"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.year}年）"

    @property
    def room_fen(self) -> int:
        """What nobody holds and no settlement has promised, in whole fen."""
        return max(0, self.limit_fen - self.committed_fen - self.reserved_fen)

    @property
    def excess_fen(self) -> int:
        """By how much what is held and promised exceeds the limit, in whole fen."""
        return max(0, self.committed_fen + self.reserved_fen - self.limit_fen)

    def less_over(self) -> "Pool":
        """Let `over_fen` follow what was given back or added to the limit; it never grows here."""
        self.over_fen = min(self.over_fen, self.excess_fen)
        return self
