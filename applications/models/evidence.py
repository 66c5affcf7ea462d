"""Evidence: the files behind the declared facts, with the fields that can be checked by a register or by arithmetic."""

from django.db import models
from django.db.models import Q

from applications.models.application import Application
from applications.models.people import User
from applications.models.shapes import private_storage, random_name, together

PREVIEWED_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png"})


def evidence_path(evidence: "Evidence", filename: str) -> str:
    """Return a random name; the uploader's file name is kept as data only."""
    return random_name("evidence", filename.rsplit(".", 1)[-1])


class EvidenceQuerySet(models.QuerySet):
    """Questions about many pieces of evidence."""

    def in_use(self):
        """Return evidence that was not taken back by the applicant."""
        return self.filter(withdrawn_at=None)

    def visible_to(self, user):
        """Return evidence of the cases this user may open, or is asked about as an expert."""
        cases = Application.objects
        asked = cases.asked_of(user).values("pk")
        return self.filter(Q(application__in=cases.visible_to(user)) | Q(application__in=asked))


class Evidence(models.Model):
    """佐证材料: one stored file in one slot of a case. The file never changes; a better one is a new row."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="evidence")
    slot = models.CharField("材料类别", max_length=60)
    file = models.FileField("文件", storage=private_storage, upload_to=evidence_path)
    original_name = models.CharField("文件名", max_length=200)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("摘要", max_length=64, db_index=True)
    pages = models.PositiveSmallIntegerField("页数", null=True, blank=True)
    details = models.JSONField("要素", default=dict)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤换时间", null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        constraints = [
            together("withdrawn_by", "withdrawn_at"),
            models.CheckConstraint(name="evidence_is_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.original_name

    @property
    def has_pages(self) -> bool:
        """Whether the console can show it as page images."""
        return self.content_type in PREVIEWED_TYPES
