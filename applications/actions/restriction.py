"""限制申报: impose and lift, each on a paper and in the history of the authority."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from applications import history, permissions, recovery_papers
from applications.actions.recovery_act import Act, begin
from applications.actions.shared import refuse_if, stop
from applications.models import Authority, RecoveryCase, Restriction, User


@transaction.atomic
def impose(
    authority: Authority,
    *,
    uscc: str,
    applicant_name: str,
    scope: str,
    since: date,
    until: date | None,
    basis: str,
    paper: str,
    reason: str,
    recovery: RecoveryCase | None = None,
    by: User,
    at: datetime,
) -> Restriction:
    """
    Stop filing, 容缺受理 or payment for a body from a day on. Raises ActionRefused.

    Without a legal basis and the paper of the decision there is no restriction; `until` None is until it is lifted.
    One that follows a recovery decision (`recovery`) is written into that case and told by letter; it may also concern
    who was found to stand behind the party.
    """
    act = _of_recovery(recovery, "restrict", authority.pk, by=by, at=at)
    if act is not None:
        refuse_if(permissions.why_not_restrict_body(act.road, uscc))
    authority = Authority.objects.select_for_update().get(pk=authority.pk)
    refuse_if(permissions.why_not_restrict(by, authority.pk))
    if not basis.strip() or not paper.strip():
        stop("限制申报须载明法律依据和决定文件。")
    if not reason.strip():
        stop("请写明限制的事由。")
    if until is not None and until < since:
        stop("限制的截止日不能早于起始日。")
    standing = Restriction.objects.standing(max(since, timezone.localdate(at)))
    if standing.filter(authority=authority, uscc=uscc, scope=scope).exists():
        stop("该单位已有同一范围的限制，解除原限制后方可另行作出。")

    row = Restriction.objects.create(
        authority=authority,
        uscc=uscc,
        applicant_name=applicant_name,
        scope=scope,
        since=since,
        until=until,
        basis=basis.strip(),
        paper=paper.strip(),
        reason=reason.strip(),
        recovery=act.recovery if act else None,
        made_by=by,
        made_at=at,
    )
    if act is not None:
        recovery_papers.issue_restriction(row, act.recovery, by=by, at=at)
        act.done("restrict", text=row.reason, restriction=row.pk, uscc=row.uscc, scope=row.scope)
    _record(row, "impose_restriction", reason, by=by, at=at)
    return row


def _of_recovery(recovery: RecoveryCase | None, name: str, authority: int, *, by: User, at: datetime) -> Act | None:
    """Lock the recovery case that a restriction belongs to, before its authority. Raises ActionRefused."""
    if recovery is None:
        return None
    if recovery.authority_id != authority:
        stop("该追回案件不属于本单位。")
    return begin(recovery, name, by=by, at=at)


@transaction.atomic
def lift(restriction: Restriction, *, reason: str, by: User, at: datetime) -> Restriction:
    """End a restriction before its day; the row stays with who lifted it and why. Raises ActionRefused."""
    act = _of_recovery(restriction.recovery, "unrestrict", restriction.authority_id, by=by, at=at)
    Authority.objects.select_for_update().get(pk=restriction.authority_id)
    row = Restriction.objects.select_for_update().get(pk=restriction.pk)
    refuse_if(permissions.why_not_lift(row, by))
    if not reason.strip():
        stop("请写明解除的理由。")

    row.lifted_by, row.lifted_at, row.lift_reason = by, at, reason.strip()
    row.save(update_fields=["lifted_by", "lifted_at", "lift_reason"])
    if act is not None:
        recovery_papers.issue_lifting(row, act.recovery, reason=row.lift_reason, by=by, at=at)
        act.done("unrestrict", text=row.lift_reason, restriction=row.pk)
    _record(row, "lift_restriction", reason, by=by, at=at)
    return row


def _record(row: Restriction, action: str, reason: str, *, by: User, at: datetime) -> None:
    detail = {
        "restriction": row.pk,
        "uscc": row.uscc,
        "scope": row.scope,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
        "basis": row.basis,
        "paper": row.paper,
    }
    history.record_for_authority(row.authority, action, by=by, at=at, note=f"{row}：{reason}", detail=detail)
