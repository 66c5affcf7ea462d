"""公示 and 异议: what stands before the public, who says otherwise in their own name, and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from applications import history, papers, permissions, pools
from applications.actions import decision
from applications.actions.findings import create
from applications.actions.shared import lock, refuse_if, stop, take_duty
from applications.models import Application, Finding, NoticeBatch, Objection, PublicNotice, User
from applications.uploads import Upload

BATCH_MOST = 60  # cases of one page of the queue


@transaction.atomic
def publish(cases: Sequence[Application], *, title: str, by: User, at: datetime) -> NoticeBatch | None:
    """
    Agree to several proposals at once and show them to the public in one batch, all of them or none.

    A case whose band asks for more approvals gets this one and waits; without any that is ready there is no batch.
    One that finds no room in its pool joins the queue. Cases are locked in the order of their keys and pools in theirs,
    so that two batches never wait for each other; before one pool the earlier complete filing comes first.
    Raises ActionRefused, naming the case.
    """
    if not cases:
        stop("请先勾选要公示的申报件。")
    if len(cases) > BATCH_MOST:
        stop(f"一批最多公示{BATCH_MOST}件。")
    keys = sorted(case.pk for case in cases)
    rows = Application.objects.select_for_update(of=("self",)).annotate(complete_at=pools.completed())
    locked = list(rows.filter(pk__in=keys).order_by("pk"))
    if len({case.authority_id for case in locked}) > 1:
        stop("一批公示的申报件须属于同一主管单位。")
    batch: NoticeBatch | None = None
    for case in sorted(locked, key=lambda case: (_pool_key(case), case.complete_at, case.number)):
        try:
            moved = decision.endorse(case, title=title, batch=batch, by=by, at=at)
        except permissions.ActionRefused as refusal:
            stop(f"{case.number}：{refusal}")
        notice = moved.notices.filter(ended_at=None).select_related("batch").first()
        batch = notice.batch if notice else batch
    return batch


def _pool_key(case: Application) -> int:
    pool = pools.pool_of(case)
    return pool.pk if pool else 0


@transaction.atomic
def object_to(
    notice: PublicNotice, values: Mapping[str, Any], *, file: UploadedFile, upload: Upload, at: datetime
) -> Objection:
    """
    Take in an objection in somebody's own name against a case in public notice. Raises ActionRefused.

    The case is locked, so that an objection and a grant at the same moment are one after the other: an objection that
    is taken in holds the grant, one that comes after it is told so.
    """
    case = Application.objects.select_for_update(of=("self",)).get(pk=notice.application_id)
    notice = PublicNotice.objects.get(pk=notice.pk)
    refuse_if(permissions.why_not_object(notice, today=timezone.localdate(at)))

    file.seek(0)
    row = Objection.objects.create(
        notice=notice,
        code=papers.new_code(),
        file=ContentFile(file.read(), name=f"objection.{upload.extension}"),
        original_name=upload.name,
        content_type=upload.content_type,
        sha256=upload.sha256,
        filed_at=at,
        **values,
    )
    history.record(case, "object", by=None, at=at, note="收到实名异议", detail={"objection": row.pk})
    return row


@transaction.atomic
def take_objection(objection: Objection, *, by: User, at: datetime) -> Objection:
    """Take an objection on; from now on this officer alone reads who objects. Raises ActionRefused."""
    case, standing = lock(objection.notice.application, by)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    refuse_if(permissions.why_not_take_objection(case, standing, objection))

    objection.handler, objection.taken_at = take_duty(case, standing, at), at
    objection.save(update_fields=["handler", "taken_at"])
    history.record(case, "take_objection", by=by, at=at, duty=standing.duty, detail={"objection": objection.pk})
    return objection


@transaction.atomic
def rule_on(objection: Objection, *, ruling: str, findings: str, by: User, at: datetime) -> Objection:
    """
    Say what came of an objection, in a letter to who objected. Raises ActionRefused.

    One that is upheld keeps holding the case: the approver sends it back to be verified anew. It also becomes a doubt
    about the case (问题线索) in the words of who looked into it.
    """
    case, standing = lock(objection.notice.application, by)
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    refuse_if(permissions.why_not_rule_on(case, standing, objection))
    if ruling not in Objection.Ruling.values:
        stop("请选择核实结论。")
    if not findings.strip():
        stop("请写明核实情况和理由。")

    objection.ruling, objection.findings, objection.ruled_at = ruling, findings.strip(), at
    objection.save(update_fields=["ruling", "findings", "ruled_at"])
    detail: dict[str, Any] = {"objection": objection.pk, "ruling": ruling}
    if ruling != Objection.Ruling.REJECTED:
        said = f"{objection.get_ruling_display()}：{objection.findings}"[:3000]
        source = Finding.Source.OBJECTION
        doubt = create(
            case.authority, source=source, body="", text=said, application=case, objection=objection, by=by, at=at
        )
        detail["finding"] = doubt.pk
    history.record(
        case,
        "rule_on_objection",
        by=by,
        at=at,
        duty=standing.duty,
        note=objection.get_ruling_display(),
        detail=detail,
    )
    objection.answer = papers.issue_objection_answer(case, objection, by=by, at=at)
    objection.save(update_fields=["answer"])
    return objection
