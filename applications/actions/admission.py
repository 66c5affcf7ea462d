"""逾期准入: one applicant files once under one clause after the round closed, by the decision of a second person."""

from datetime import datetime

from django.db import transaction

from applications import history, permissions, telling
from applications.actions.filing import open_round
from applications.actions.shared import refuse_if, stop
from applications.documents.letter import chinese_date
from applications.models import Applicant, Authority, Clause, LateAdmission, Membership, Round, User


@transaction.atomic
def ask(
    applicant: Applicant,
    clause: Clause,
    *,
    closed: Round,
    reason: str,
    paper: str,
    file_until: datetime,
    by: User,
    at: datetime,
) -> LateAdmission:
    """Propose that an applicant may still file under a clause whose round has closed. Raises ActionRefused."""
    authority = Authority.objects.select_for_update().get(pk=clause.policy.authority_id)
    refuse_if(permissions.why_not_ask_admission(by, authority.pk))
    if not reason.strip() or not paper.strip():
        stop("请写明逾期理由和依据文件。")
    if not clause.monetary or closed.policy_id != clause.policy_id or closed.clause_id not in (None, clause.pk):
        stop("所选批次不适用于该条款。")
    if closed.closes_at > at:
        stop("该批次尚未截止，无须逾期准入。")
    if open_round(clause, at):
        stop("本条款现有开放的申报批次，无须逾期准入。")
    if file_until <= at:
        stop("准予提交的截止时间须晚于现在。")
    waiting = LateAdmission.objects.filter(applicant=applicant, clause=clause, application=None, file_until__gt=at)
    if waiting.exclude(admitted=False).exists():
        stop("该单位在本条款已有尚未使用的逾期准入，不能重复提出。")

    row = LateAdmission.objects.create(
        authority=authority,
        applicant=applicant,
        clause=clause,
        round=closed,
        reason=reason.strip(),
        paper=paper.strip(),
        file_until=file_until,
        asked_by=by,
        asked_at=at,
    )
    _record(row, "ask_admission", reason, by=by, at=at)
    return row


@transaction.atomic
def decide(admission: LateAdmission, *, admitted: bool, by: User, at: datetime) -> LateAdmission:
    """Admit a late file, or refuse it; members are told when they may file. Raises ActionRefused."""
    Authority.objects.select_for_update().get(pk=admission.authority_id)
    rows = LateAdmission.objects.select_for_update(of=("self",)).select_related("applicant", "clause", "authority")
    row = rows.get(pk=admission.pk)
    refuse_if(permissions.why_not_decide_admission(row, by))
    if admitted and row.file_until <= at:
        stop("准予提交的截止时间已过，请受理岗位重新提出。")

    row.admitted, row.decided_by, row.decided_at = admitted, by, at
    row.save(update_fields=["admitted", "decided_by", "decided_at"])
    event = _record(row, "admit_late" if admitted else "refuse_late", row.reason, by=by, at=at)
    if admitted:
        until = chinese_date(row.last_day)
        text = f"{row.authority}准予{row.applicant}逾期申报“{row.clause}”，请于{until}前（含当日）提交，限用一次。"
        people = User.objects.filter(pk__in=Membership.objects.filter(applicant=row.applicant_id).values("user"))
        telling.deliver(event, people, topic="todo", subject="准予逾期申报", text=text)
    return row


def _record(row: LateAdmission, action: str, reason: str, *, by: User, at: datetime):
    detail = {
        "late_admission": row.pk,
        "uscc": row.applicant.uscc,
        "clause": row.clause.code,
        "round": row.round_id,
        "file_until": row.file_until.isoformat(),
        "paper": row.paper,
    }
    note = f"{row.applicant.name}，{row.clause}：{reason}"
    return history.record_for_authority(row.authority, action, by=by, at=at, note=note, detail=detail)
