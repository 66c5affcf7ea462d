"""Where a pool is short: the authority's choice, carrying waits over, settling a round, and calling who is next."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from applications import history, permissions, pools, rounds, settling, timing
from applications.actions.money import settled_words
from applications.actions.shared import changed, refuse_if, stop
from applications.models import (
    Application,
    Authority,
    ClockPause,
    Commitment,
    Pool,
    PoolWait,
    Round,
    Settlement,
    Status,
    User,
)

Money = ClockPause.Reason.MONEY


def _hold(pool_id: int) -> tuple[Authority, Pool]:
    """Lock the authority of a pool, whose chain of history the act is appended to, and then the pool."""
    authority_id = Pool.objects.values_list("policy__authority", flat=True).get(pk=pool_id)
    authority = Authority.objects.select_for_update().get(pk=authority_id)
    return authority, Pool.objects.select_for_update(of=("self",)).select_related("policy").get(pk=pool_id)


def _waiting(pool: Pool) -> int:
    return PoolWait.objects.filter(pool=pool, ended_at=None).count()


def standing_settlements(pool: Pool) -> int:
    """Return how many settlements of a pool stand: confirmed, or waiting for the second person."""
    return Settlement.objects.filter(pool=pool, dropped_at=None).count()


@transaction.atomic
def choose_shortfall(pool: Pool, *, method: str, source: str, by: User, at: datetime) -> Pool:
    """
    Say what happens in a pool that is short, and on which paper that rests. Raises ActionRefused.

    Not while cases wait or a settlement stands: whoever waits goes on under the rule that was told.
    """
    authority, pool = _hold(pool.pk)
    waiting, settlements = _waiting(pool), standing_settlements(pool)
    refuse_if(permissions.why_not_choose_shortfall(pool, by, waiting=waiting, settlements=settlements))
    if method not in Pool.Shortfall.values:
        stop("请选择余额不足时的办法。")
    if not source.strip():
        stop("请填写依据文件。")

    before = pool.shortfall
    pool.shortfall, pool.shortfall_source = method, source.strip()
    pool.shortfall_by, pool.shortfall_at = by, at
    pool.save(update_fields=["shortfall", "shortfall_source", "shortfall_by", "shortfall_at"])
    detail = {"pool": pool.pk, "method": method, "before": before}
    note = f"{pool}：{pool.get_shortfall_display()}；依据：{pool.shortfall_source}"
    history.record_for_authority(authority, "choose_shortfall", by=by, at=at, note=note, detail=detail)
    return pool


@transaction.atomic
def carry(waits: Sequence[PoolWait], *, to: Pool, by: User, at: datetime) -> list[PoolWait]:
    """
    Let cases wait in a later year's pool instead, each with the place its complete filing gives it; all or none.

    The old wait ends as carried and a new one names it; from now on the case draws on the new pool. Locks in the order
    of the house: the cases by their keys, the authority, the pools. Raises ActionRefused, naming the case.
    """
    keys = sorted(wait.application_id for wait in waits)
    rows = Application.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    cases = {case.pk: case for case in rows}
    authority, _ = _hold(to.pk)
    involved = {to.pk, *(wait.pool_id for wait in waits)}
    locked = {row.pk: row for row in Pool.objects.select_for_update().filter(pk__in=involved).order_by("pk")}
    pending = Settlement.objects.filter(pool__in=locked, confirmed_at=None, dropped_at=None).exists()
    clauses = set(to.clauses.values_list("pk", flat=True))
    last = Commitment.objects.filter(pool=to).aggregate(last=Max("made_at"))["last"]
    fresh = PoolWait.objects.filter(pk__in=[wait.pk for wait in waits]).select_related(
        "pool__policy", "application__clause"
    )
    carried = []
    for wait in fresh.order_by("application"):
        in_it = wait.application.clause_id in clauses
        refuse_if(
            permissions.why_not_pool_desk(wait.pool, by)
            or permissions.why_not_carry(wait, locked[to.pk], pending=pending, clause_in_it=in_it)
        )
        since = max(at, last) if last else at
        carried.append(_carry(wait, cases[wait.application_id], authority, locked[to.pk], since, by=by, at=at))
    return carried


def _carry(
    wait: PoolWait, case: Application, authority: Authority, to: Pool, since: datetime, *, by: User, at: datetime
) -> PoolWait:
    wait.ended_at, wait.outcome = at, PoolWait.CARRIED
    wait.save(update_fields=["ended_at", "outcome"])
    row = PoolWait.objects.create(
        application=case,
        pool=to,
        complete_at=wait.complete_at,
        amount_fen=wait.amount_fen,
        since=since,
        carried_from=wait,
    )
    if wait.called_at:
        timing.pause(case, Money, at)
    changed(case)
    detail = {"from": wait.pool_id, "to": to.pk, "wait": row.pk}
    history.record(case, "carry_wait", by=by, at=at, note=f"由{wait.pool}结转至{to}", detail=detail)
    note = f"{case.number}由{wait.pool}结转至{to}"
    history.record_for_authority(authority, "carry_wait", by=by, at=at, note=note, detail=detail)
    return row


@transaction.atomic
def settle(pool: Pool, window: Round, *, inputs_sha256: str, by: User, at: datetime) -> Settlement:
    """
    Carry out what a preview showed for a round; it counts once a second person confirms. Raises ActionRefused.

    `inputs_sha256` names the preview: where anything has changed since, nothing is made.
    """
    authority, pool = _hold(pool.pk)
    preview = rounds.preview(pool, window, at=at)
    refuse_if(permissions.why_not_settle(pool, by, obstacles=len(preview.obstacles)))
    if preview.inputs_sha256 != inputs_sha256:
        stop("预览之后情况有变化，请核对新的预览后再结算。")

    row = Settlement.objects.create(
        pool=pool,
        round=window,
        method=pool.shortfall,
        inputs=preview.inputs,
        inputs_sha256=preview.inputs_sha256,
        result=preview.result,
        result_sha256=preview.result_sha256,
        made_by=by,
        made_at=at,
    )
    history.record_for_authority(authority, "settle", by=by, at=at, note=f"{pool} {window}", detail=_told(row))
    return row


def _told(row: Settlement) -> dict[str, object]:
    return {
        "settlement": row.pk,
        "pool": row.pool_id,
        "round": row.round_id,
        "method": row.method,
        "inputs_sha256": row.inputs_sha256,
        "result_sha256": row.result_sha256,
        "total_fen": row.result["total_fen"],
    }


@transaction.atomic
def confirm_settlement(settlement: Settlement, *, by: User, at: datetime) -> Settlement:
    """
    Let a settlement count, as another person than carried it out. Raises ActionRefused.

    Computed once more from what stands now: where anything differs it can only be dropped. Every case is told its sum,
    which is reserved for it; one that gets nothing goes on waiting. Locks in the order of the house: the cases by their
    keys, the authority, the pool.
    """
    ours = PoolWait.objects.filter(pool=settlement.pool_id, ended_at=None, application__round=settlement.round_id)
    keys = sorted(ours.values_list("application", flat=True))
    cases = {
        case.number: case
        for case in Application.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    }
    authority, pool = _hold(settlement.pool_id)
    settlement = (
        Settlement.objects.select_for_update(of=("self",)).select_related("pool__policy", "round").get(pk=settlement.pk)
    )
    refuse_if(permissions.why_not_confirm_settlement(settlement, by))
    now = rounds.preview(pool, settlement.round, at=at, but=settlement)
    if now.obstacles or now.result_sha256 != settlement.result_sha256 or now.inputs_sha256 != settlement.inputs_sha256:
        stop("结算之后情况有变化（申报件撤回、退回，或者资金池余额变动），请撤下后重新结算。")

    settlement.confirmed_by, settlement.confirmed_at = by, at
    settlement.save(update_fields=["confirmed_by", "confirmed_at"])
    sums: dict[str, int] = settlement.result["sums"]
    pool.reserved_fen += sum(sums.values())
    pool.save(update_fields=["reserved_fen"])
    waits = PoolWait.objects.filter(pool=pool, ended_at=None, settlement=None, application__in=keys)
    for wait in waits.select_related("application").order_by("application"):
        _tell(wait, cases[wait.application.number], settlement, by=by, at=at)
    history.record_for_authority(
        authority, "confirm_settlement", by=by, at=at, note=f"{pool} {settlement.round}", detail=_told(settlement)
    )
    return settlement


def _tell(wait: PoolWait, case: Application, settlement: Settlement, *, by: User, at: datetime) -> None:
    """Write on a wait what the settlement gives it; a case with money is the approver's again."""
    fen = settlement.result["sums"][case.number]
    wait.settlement, wait.settled_fen = settlement, fen
    if fen:
        wait.called_at = at
        timing.resume(case, Money, at)
        note = settled_words(settlement, wait.amount_fen, fen)
    else:
        note = "本批次资金已经安排完毕，本件按完整申报时间先后继续排队。"
    wait.save(update_fields=["settlement", "settled_fen", "called_at"])
    changed(case)
    detail = {"settlement": settlement.pk, "settled_fen": fen, "proposed_fen": wait.amount_fen}
    history.record(case, "settled", by=by, at=at, note=note, detail=detail)


@transaction.atomic
def drop_settlement(settlement: Settlement, *, by: User, at: datetime) -> Settlement:
    """Take a settlement off before it counts. Raises ActionRefused."""
    authority, _ = _hold(settlement.pool_id)
    settlement = (
        Settlement.objects.select_for_update(of=("self",)).select_related("pool__policy", "round").get(pk=settlement.pk)
    )
    refuse_if(permissions.why_not_end_settlement(settlement, by))
    settlement.dropped_at = at
    settlement.save(update_fields=["dropped_at"])
    history.record_for_authority(
        authority,
        "drop_settlement",
        by=by,
        at=at,
        note=f"{settlement.pool} {settlement.round}",
        detail={"settlement": settlement.pk},
    )
    return settlement


@transaction.atomic
def call_up(application: Application, *, at: datetime) -> bool:
    """
    Let the approver's limit run again for a case whose turn has come, and tell the approvers; once for each wait.

    Return whether it was called. Done by the sweep and not by the act that made room, which holds other locks.
    """
    case = Application.objects.select_for_update(of=("self",)).select_related("authority").get(pk=application.pk)
    wait = case.pool_waits.filter(ended_at=None, called_at=None).first()
    if wait is None or case.status != Status.PROPOSED or case.proposed_fen is None:
        return False
    share = pools.share_of(case)
    if share is None or not share.offer(case.proposed_fen)[0]:
        return False
    wait.called_at = at
    wait.save(update_fields=["called_at"])
    timing.resume(case, Money, at)
    history.record(case, "call_up", by=None, at=at, note=f"{share.pool}有余额，轮到本件", detail={"wait": wait.pk})
    return True


def call_all(now: datetime) -> int:
    """Call every case whose turn has come and return how many; for the sweep, in two statements while nobody waits."""
    called = 0
    heads = PoolWait.objects.filter(ended_at=None, called_at=None)
    for pool in Pool.objects.filter(pk__in=heads.values("pool")).order_by("pk"):
        waits = list(pools.queue_of(pool)[:CALLED_AT_ONCE])
        ready = pools.ready_in(pool, waits)
        for wait in waits:
            if wait.pk in ready and wait.called_at is None:
                called += call_up(wait.application, at=now)
    return called


CALLED_AT_ONCE = 60

assert set(settling.METHODS) == set(Pool.Shortfall.values) == set(Settlement.Method.values)
