"""What officers keep beside the case itself: their own papers, saved filters, and tasks that a rule has raised."""

from django.db import models
from django.db.models import Q

from applications.models.application import Application
from applications.models.people import Authority, User
from applications.models.shapes import private_storage, random_name, together


def desk_path(file: "DeskFile", filename: str) -> str:
    """Return a random name below the desk's folder."""
    return random_name("desk", filename.rsplit(".", 1)[-1])


class DeskFileQuerySet(models.QuerySet):
    """Questions about many desk papers."""

    def visible_to(self, user):
        """Return papers of the cases at this officer's desk; applicants never see them here."""
        return self.filter(application__in=Application.objects.at_the_desk_of(user))


class DeskFile(models.Model):
    """办理材料: one paper that an officer added to a case (minutes, photographs, a register). Append-only."""

    class Kind(models.TextChoices):
        MANDATE = "mandate", "授权委托书"
        DECISION = "decision", "决定文件"
        CREDIT = "credit", "信用查询截图"
        SITE = "site", "现场核查照片或记录"
        EXPERT = "expert", "专家意见书"
        MINUTES = "minutes", "会审纪要"
        RECHECK = "recheck", "再核材料"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="desk_files")
    kind = models.CharField("种类", max_length=10, choices=Kind)
    file = models.FileField("文件", storage=private_storage, upload_to=desk_path)
    original_name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("摘要", max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")

    objects = DeskFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理材料"
        constraints = [models.CheckConstraint(name="desk_file_is_not_empty", condition=Q(size__gt=0))]

    def __str__(self) -> str:
        return self.original_name


class SavedFilter(models.Model):
    """常用筛选: one officer's own filter of a list, by a name."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_filters")
    page = models.CharField("列表", max_length=20, default="queue")
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(name="one_filter_per_name", fields=["user", "page", "name"])]

    def __str__(self) -> str:
        return self.name


class DeskTask(models.Model):
    """待办事项: something a desk has to settle that belongs to no case, raised once and closed by who settled it."""

    class Kind(models.TextChoices):
        CALENDAR = "calendar", "录入工作日安排"

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="desk_tasks")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    key = models.CharField("对象", max_length=40)
    title = models.CharField("内容", max_length=200)
    created_at = models.DateTimeField("产生时间")
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "待办事项"
        ordering = ["pk"]
        constraints = [
            together("done_by", "done_at"),
            models.UniqueConstraint(
                name="one_open_task_per_subject", fields=["authority", "kind", "key"], condition=Q(done_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.title
