"""The policy desk words its letters: proposed by one person, in force once another confirms it; older ones stay."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from applications import history, permissions, wordings
from applications.actions.shared import refuse_if, stop
from applications.documents import wording
from applications.models import Authority, Job, LetterTemplate, User
from applications.papers import enqueue


def _enter(authority_id: int, by: User) -> Authority:
    refuse_if(permissions.why_not_manage_policy(by, authority_id))
    return Authority.objects.select_for_update().get(pk=authority_id)


@transaction.atomic
def propose_wording(
    authority: Authority, kind: str, parts: Mapping[str, str], *, source: str, by: User, at: datetime
) -> LetterTemplate:
    """
    Propose how a kind of letter is worded; `parts` hold the text of every adjustable part. Raises ActionRefused.

    Refused while another proposal waits, when nothing changes, and for texts with unknown or lost tags.
    """
    authority = _enter(authority.pk, by)
    said = {part.key: parts.get(part.key, "").strip() for part in wording.KINDS[kind].parts}
    for key, reason in wordings.problems(kind, said).items():
        stop(f"{wording.KINDS[kind].part(key).label}：{reason}")
    if not source.strip():
        stop("请填写依据文件。")
    rows = LetterTemplate.objects.filter(authority=authority, kind=kind)
    if rows.waiting().exists():
        stop("该文种已有一版待确认的用语，请先确认或撤下。")
    if said == wordings.texts(kind, rows.in_force().first()):
        stop("与现行用语相同，没有需要确认的改动。")
    last = rows.aggregate(last=Max("version"))["last"] or 0
    row = LetterTemplate.objects.create(
        authority=authority,
        kind=kind,
        version=last + 1,
        parts=said,
        source=source.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    detail = {"template": row.pk, "kind": kind, "version": row.version, "parts": said}
    history.record_for_authority(authority, "propose_wording", by=by, at=at, note=row.source, detail=detail)
    return row


def _waiting(template: LetterTemplate) -> LetterTemplate:
    template = LetterTemplate.objects.select_for_update().get(pk=template.pk)
    if template.confirmed_at or template.dropped_at:
        stop("该版用语已经确认或已被撤下。")
    return template


@transaction.atomic
def confirm_wording(template: LetterTemplate, *, by: User, at: datetime) -> LetterTemplate:
    """Put a proposed wording into force for letters given out from now on. Raises ActionRefused."""
    authority = _enter(template.authority_id, by)
    template = _waiting(template)
    if template.proposed_by_id == by.pk:
        stop("须由另一名政策管理人员确认。")
    template.confirmed_by, template.confirmed_at = by, at
    template.save(update_fields=["confirmed_by", "confirmed_at"])
    detail = {"template": template.pk, "kind": template.kind, "version": template.version}
    history.record_for_authority(authority, "confirm_wording", by=by, at=at, note=template.source, detail=detail)
    return template


@transaction.atomic
def drop_wording(template: LetterTemplate, *, by: User, at: datetime) -> LetterTemplate:
    """Take a proposed wording off the table. Raises ActionRefused."""
    authority = _enter(template.authority_id, by)
    template = _waiting(template)
    template.dropped_at = at
    template.save(update_fields=["dropped_at"])
    detail = {"template": template.pk, "kind": template.kind, "version": template.version}
    history.record_for_authority(authority, "drop_wording", by=by, at=at, detail=detail)
    return template


@transaction.atomic
def preview_wording(authority: Authority, kind: str, template: LetterTemplate | None, *, by: User, at: datetime) -> Job:
    """Order a PDF of an invented case in a version's wording, or in the built-in one. Raises ActionRefused."""
    refuse_if(permissions.why_not_manage_policy(by, authority.pk))
    payload = {"authority": authority.pk, "kind": kind, "parts": template.parts if template else {}}
    job = Job.objects.create(kind=Job.Kind.PREVIEW, payload=payload, requested_by=by, requested_at=at)
    enqueue(job)
    return job
