"""抵扣: what a body owes by a decision, entered by one officer, confirmed by another, taken from what is paid."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from applications import history, permissions, recovering
from applications.actions.shared import refuse_if, stop
from applications.models import Applicant, Authority, Payment, RecoveryCase, SetOff, SetOffUse, User


@transaction.atomic
def enter(
    authority: Authority, *, applicant: Applicant, amount_fen: int, basis: str, paper: str, by: User, at: datetime
) -> SetOff:
    """Enter a sum to set off, with its legal basis and the paper of the decision. Raises ActionRefused."""
    authority = _enter(authority.pk, by)
    if amount_fen <= 0:
        stop("抵扣总额须大于0。")
    if not basis.strip() or not paper.strip():
        stop("抵扣须载明依据和决定文件。")
    if applicant.memberships.filter(user=by).exists():
        stop("您是申报单位的成员，应当回避。")
    return put(authority, applicant=applicant, amount_fen=amount_fen, basis=basis, paper=paper, by=by, at=at)


def put(
    authority: Authority,
    *,
    applicant: Applicant,
    amount_fen: int,
    basis: str,
    paper: str,
    recovery: RecoveryCase | None = None,
    by: User,
    at: datetime,
) -> SetOff:
    """Write down a set-off that an act has looked at, of a recovery case or of another decision, not yet confirmed."""
    row = SetOff.objects.create(
        authority=authority,
        applicant=applicant,
        amount_fen=amount_fen,
        recovery=recovery,
        basis=basis.strip(),
        paper=paper.strip(),
        entered_by=by,
        entered_at=at,
    )
    _record(authority, "enter_set_off", row, by=by, at=at)
    return row


@transaction.atomic
def confirm(row: SetOff, *, by: User, at: datetime) -> SetOff:
    """Confirm a set-off that another officer entered; it counts for what is paid from now on. Raises ActionRefused."""
    Applicant.objects.select_for_update().get(pk=row.applicant_id)
    authority = _enter(row.authority_id, by)
    row = SetOff.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=row.pk)
    refuse_if(permissions.why_not_confirm_set_off(row, by))

    row.confirmed_by, row.confirmed_at = by, at
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    _record(authority, "confirm_set_off", row, by=by, at=at)
    return row


@transaction.atomic
def drop(row: SetOff, *, reason: str, by: User, at: datetime) -> SetOff:
    """Take a set-off back: what payments have taken of it stays, nothing more is taken. Raises ActionRefused."""
    Applicant.objects.select_for_update().get(pk=row.applicant_id)
    authority = _enter(row.authority_id, by)
    row = SetOff.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=row.pk)
    refuse_if(permissions.why_not_drop_set_off(row, by))
    if not reason.strip():
        stop("请写明撤下的理由。")

    row.dropped_at = at
    row.save(update_fields=["dropped_at"])
    _record(authority, "drop_set_off", row, note=reason.strip(), by=by, at=at)
    return row


def _enter(authority_id: int, by: User) -> Authority:
    refuse_if(permissions.why_not_finance(by, authority_id))
    return Authority.objects.select_for_update().get(pk=authority_id)


def _record(authority: Authority, action: str, row: SetOff, *, note: str = "", by: User, at: datetime) -> None:
    detail = {"set_off": row.pk, "applicant": row.applicant_id, "amount_fen": row.amount_fen, "paper": row.paper}
    note = note or f"{row.applicant.name}：{row.paper}"
    history.record_for_authority(authority, action, by=by, at=at, note=note, detail=detail)


def with_used():
    """Return the set-offs, each with what live payments have taken of it (`used_fen`)."""
    took = Sum("uses__amount_fen", filter=~Q(uses__payment__state__in=Payment.ENDED))
    return SetOff.objects.annotate(used_fen=Coalesce(took, 0))


@dataclass
class Open:
    """A set-off that counts, and what is left of it in fen."""

    row: SetOff
    left_fen: int


def open_of(authority_id: int, applicants: Collection[int]) -> dict[int, list[Open]]:
    """
    Return what is left of the set-offs of bodies at an authority, the oldest first.

    What stands for a recovery case takes no more than is still open there: whatever was repaid shortens it. Who takes
    from it has locked the applicants' rows, so that two payments do not take the same sum.
    """
    rows = with_used().filter(
        authority=authority_id, applicant__in=applicants, confirmed_at__isnull=False, dropped_at=None
    )
    found: dict[int, list[Open]] = defaultdict(list)
    rows = [row for row in rows.order_by("pk") if row.amount_fen > row.used_fen]
    room = recovering.room_for_set_off({row.recovery_id for row in rows if row.recovery_id})
    for row in rows:
        left = row.amount_fen - row.used_fen
        if row.recovery_id:
            left = min(left, room[row.recovery_id])
            room[row.recovery_id] -= left
        if left:
            found[row.applicant_id].append(Open(row, left))
    return found


def draw(opened: list[Open], due_fen: int) -> list[tuple[SetOff, int]]:
    """Take from set-offs, the oldest first and never more than is due; what is taken is gone from `opened`."""
    taken: list[tuple[SetOff, int]] = []
    for one in opened:
        part = min(one.left_fen, due_fen - sum(fen for _, fen in taken))
        if part > 0:
            one.left_fen -= part
            taken.append((one.row, part))
    return taken


def uses_of(payment: Payment, taken: list[tuple[SetOff, int]]) -> list[SetOffUse]:
    """Return the rows that say what a stored payment took."""
    return [SetOffUse(set_off=row, payment=payment, amount_fen=fen) for row, fen in taken]
