"""年终结账: proposed by one officer with everything that counts, confirmed by another; then the year is over."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from applications import batches, history, permissions
from applications.actions.money import carry
from applications.actions.shared import refuse_if, stop
from applications.chains import canonical
from applications.models import (
    Application,
    Authority,
    Commitment,
    PayerShare,
    Payment,
    Pool,
    User,
    YearClose,
)


def digest(summary: dict[str, Any]) -> str:
    """Return the hash over a summary, written in one way."""
    return hashlib.sha256(canonical(summary).encode()).hexdigest()


def summary_of(authority_id: int, year: int) -> dict[str, Any]:
    """
    Return what a year comes to: its pools, what was paid in it, and what of its pools is granted or held and unpaid.

    Sums are whole fen. `unpaid` goes to the next year's pools by the confirmation, `free` lapses.
    """
    pools = Pool.objects.filter(policy__authority=authority_id, year=year).order_by("pk")
    paid = Payment.objects.filter(
        instalment__award__authority=authority_id, state=Payment.State.CONFIRMED, paid_on__year=year
    ).aggregate(count=Count("pk"), gross=Sum("amount_fen"), set_off=Sum("set_off_fen"))
    shares = batches.unpaid_shares(authority_id).filter(instalment__award__decided_at__year__lte=year)
    shares = shares.select_related("payer", "instalment__award__application").order_by("pk")
    return {
        "pools": [
            {
                "pool": pool.pk,
                "name": pool.name,
                "limit_fen": pool.limit_fen,
                "committed_fen": pool.committed_fen,
                "paid_fen": pool.paid_fen,
                "carried_fen": sum(fen for _, fen in _to_carry(pool)),
                "free_fen": max(0, pool.limit_fen - pool.committed_fen),
            }
            for pool in pools
        ],
        "paid": {"count": paid["count"], "gross_fen": paid["gross"] or 0, "set_off_fen": paid["set_off"] or 0},
        "unpaid": [_unpaid(share) for share in shares],
    }


def _unpaid(share: PayerShare) -> dict[str, Any]:
    return {
        "case": share.instalment.award.application.number,
        "instalment": share.instalment.number,
        "payer": share.payer.name,
        "amount_fen": share.amount_fen,
        "due_on": share.instalment.due_on.isoformat() if share.instalment.due_on else None,
    }


def _to_carry(pool: Pool) -> list[tuple[Commitment, int]]:
    """Return what of a pool's commitments has not been paid from it, by commitment in the order of cases."""
    live = Commitment.objects.filter(pool=pool).exclude(state=Commitment.State.RELEASED)
    live = live.select_related("application").order_by("application_id")
    confirmed = Payment.objects.filter(
        instalment__award__application__in=live.values("application"), state=Payment.State.CONFIRMED
    )
    sums = confirmed.order_by().values_list("instalment__award__application").annotate(Sum("amount_fen"))
    paid: dict[int, int] = dict(sums)
    # What an earlier close has carried here was never paid from this pool before: the older pool holds the paid part.
    earlier = Commitment.objects.filter(application__in=live.values("application"), pool__year__lt=pool.year)
    before: dict[int, int] = {}
    for row in earlier.exclude(state=Commitment.State.RELEASED):
        before[row.application_id] = before.get(row.application_id, 0) + row.amount_fen
    found = []
    for row in live:
        here = paid.get(row.application_id, 0) - before.get(row.application_id, 0)
        if row.amount_fen > max(here, 0):
            found.append((row, row.amount_fen - max(here, 0)))
    return found


def _under_way(authority_id: int) -> int:
    rows = Payment.objects.filter(batches.is_under_way(), instalment__award__authority=authority_id)
    return rows.count()


def _lock(authority_id: int, year: int) -> Authority:
    """Lock the cases whose money may move, then the authority."""
    live = Commitment.objects.filter(pool__policy__authority=authority_id, pool__year=year)
    live = live.exclude(state=Commitment.State.RELEASED)
    list(
        Application.objects.select_for_update()
        .filter(pk__in=live.values("application"))
        .order_by("pk")
        .values_list("pk")
    )
    return Authority.objects.select_for_update().get(pk=authority_id)


@transaction.atomic
def propose(authority: Authority, year: int, *, paper: str, by: User, at: datetime) -> YearClose:
    """Put the figures of a year up for its close, on a paper. Raises ActionRefused."""
    refuse_if(permissions.why_not_finance(by, authority.pk))
    authority = _lock(authority.pk, year)
    if year > timezone.localdate(at).year:
        stop("不能结转尚未开始的年度。")
    if not paper.strip():
        stop("请填写依据文件。")
    if YearClose.objects.filter(authority=authority, year=year, dropped_at=None).exists():
        stop(f"{year}年度已经提出结账。")
    if waiting := _under_way(authority.pk):
        stop(f"还有{waiting}笔拨付没有结果，请先读入支付结果或者办结复核，再提出结账。")

    summary = summary_of(authority.pk, year)
    row = YearClose.objects.create(
        authority=authority,
        year=year,
        summary=summary,
        summary_sha256=digest(summary),
        paper=paper.strip(),
        closed_by=by,
        closed_at=at,
    )
    _record(authority, "propose_year_close", row, by=by, at=at)
    return row


@transaction.atomic
def confirm(row: YearClose, *, by: User, at: datetime) -> YearClose:
    """
    Close a year: nothing is dated in it any more, and what is unpaid goes to the next year's pools.

    The figures are reckoned again; where they are no longer those that were put up, it is refused (ActionRefused).
    """
    authority = _lock(row.authority_id, row.year)
    row = YearClose.objects.select_for_update().get(pk=row.pk)
    refuse_if(permissions.why_not_confirm_year(row, by))
    if waiting := _under_way(authority.pk):
        stop(f"还有{waiting}笔拨付没有结果，请先读入支付结果或者办结复核，再确认结账。")
    if digest(summary_of(authority.pk, row.year)) != row.summary_sha256:
        stop("提出结账后数据有变化，请撤下后重新提出。")

    row.confirmed_by, row.confirmed_at = by, at
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    for pool in Pool.objects.filter(policy__authority=authority, year=row.year).order_by("pk"):
        for held, amount_fen in _to_carry(pool):
            carry(held, amount_fen, row, at=at)
    _record(authority, "confirm_year_close", row, by=by, at=at)
    return row


@transaction.atomic
def drop(row: YearClose, *, reason: str, by: User, at: datetime) -> YearClose:
    """Take back a close that nobody has confirmed. Raises ActionRefused."""
    refuse_if(permissions.why_not_finance(by, row.authority_id))
    authority = Authority.objects.select_for_update().get(pk=row.authority_id)
    row = YearClose.objects.select_for_update().get(pk=row.pk)
    if row.confirmed_at:
        stop("该年度已经结账，不能撤下。")
    if row.dropped_at:
        stop("该年度结账已经撤下。")
    if not reason.strip():
        stop("请写明撤下的理由。")
    row.dropped_at = at
    row.save(update_fields=["dropped_at"])
    _record(authority, "drop_year_close", row, note=reason.strip(), by=by, at=at)
    return row


def _record(authority: Authority, action: str, row: YearClose, *, note: str = "", by: User, at: datetime) -> None:
    detail = {"close": row.pk, "year": row.year, "summary_sha256": row.summary_sha256}
    note = note or f"{row.year}年度（{row.paper}）"
    history.record_for_authority(authority, action, by=by, at=at, note=note, detail=detail)
