"""
How a case stands to its pool: the room, who waits before it, what a settlement gives it, and what it may take now.

Reading only, save `leave`. What an answer depends on is read again by the acts once the pool's row is locked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

import rules
from applications.kept import Kept
from applications.models import Application, Commitment, Correction, Pool, PoolWait, Settlement

Shortfall = Pool.Shortfall
# A wait that no settlement has given money to: it stands in the queue. One that has is only to be endorsed.
UNSETTLED = Q(settled_fen=None) | Q(settled_fen=0)


def completed(case: str = "pk") -> Coalesce:
    """
    Read with cases when their filing was complete: the answer to the last correction, else the submission.

    `case` names the key of the case seen from the row that is read.
    """
    answered = Correction.objects.filter(application=OuterRef(case), answered_at__isnull=False)
    newest = answered.order_by().values("application").annotate(last=Max("answered_at")).values("last")
    submitted = Application.objects.filter(pk=OuterRef(case)).values("submitted_at")
    return Coalesce(Subquery(newest), Subquery(submitted))


@dataclass(frozen=True)
class Share:
    """
    One case before its pool; sums in whole fen.

    `ahead` waits with an earlier complete filing. `settled_fen` is what a confirmed settlement has reserved for it,
    `bound_fen` what any settlement ever gave it, which a later proposal of the case does not exceed. `pending` says
    that a settlement of the pool waits for its second person.
    """

    pool: Pool
    waiting: bool
    since: datetime | None
    complete_at: datetime
    ahead: int
    settled_fen: int
    bound_fen: int | None
    pending: bool
    own_fen: int

    def offer(self, claim_fen: int) -> tuple[int, str]:
        """Return what the case may take now of its claim, or 0 with the reason for which it waits."""
        wanted = min(claim_fen, self.bound_fen) if self.bound_fen else claim_fen
        if self.settled_fen:
            return wanted, ""
        if self.pending:
            return 0, f"{self.pool}有一次批次资金结算待第二人确认，确认或撤下后再办。"
        if self.pool.shortfall == Shortfall.PRO_RATA and self.bound_fen is None:
            return 0, f"{self.pool}在批次截止后按比例安排资金，批次资金结算确认后方可公示。"
        if self.ahead:
            return 0, f"前面还有{self.ahead}件完整申报在先的申报件等待{self.pool}的资金，不能越过。"
        room = self.pool.room_fen
        if wanted <= room:
            return wanted, ""
        if self.pool.shortfall == Shortfall.REMAINDER and room > 0:
            return room, ""
        short = f"{self.pool}余额为 {rules.yuan(room)} 元，不足以安排 {rules.yuan(wanted)} 元"
        return 0, f"{short}，按完整申报时间先后排队等待。"

    def is_cut(self, claim_fen: int) -> bool:
        """Return whether the pool has something, but less than the case would get, so that the approver says why."""
        given, _ = self.offer(claim_fen)
        wanted = min(claim_fen, self.bound_fen) if self.bound_fen else claim_fen
        return 0 < given < wanted


def pool_of(application: Application) -> Any:
    """
    Return the pool that binds this case, None for none: the one its wait was carried to, else that of its support year.

    What `share_in` needs is read with it, in the same statement.
    """
    if application.support_year is None:
        return None
    return _POOL.first(application.pk, application.number, application.clause_id, application.support_year)


def _pools_of(key: int, number: str, clause_id: int, year: int) -> QuerySet[Any]:
    """Return the pools of a case, the binding one first."""
    mine = PoolWait.objects.filter(application=key).order_by("-pk")
    carried = Subquery(mine.filter(carried_from__isnull=False).values("pool")[:1])
    running = mine.filter(ended_at=None)
    live = Commitment.objects.filter(application=key, pool=OuterRef("pk"))
    complete = Subquery(Application.objects.filter(pk=key).annotate(at=completed()).values("at"))
    before = Q(complete_at__lt=complete) | Q(complete_at=complete, application__number__lt=number)
    queue = PoolWait.objects.filter(UNSETTLED, before, pool=OuterRef("pk"), ended_at=None)
    ahead = queue.exclude(application=key).order_by().values("pool").annotate(rows=Count("pk"))
    pending = Settlement.objects.filter(pool=OuterRef("pk"), confirmed_at=None, dropped_at=None)
    pools = Pool.objects.filter(Q(pk=carried) | Q(clauses=clause_id, year=year))
    return pools.annotate(
        own_fen=Subquery(live.exclude(state=Commitment.State.RELEASED).values("amount_fen")[:1]),  # at most one
        own_since=Subquery(running.values("since")[:1]),
        own_settled=Subquery(running.values("settled_fen")[:1]),
        own_bound=Subquery(mine.filter(settlement__isnull=False).values("settled_fen")[:1]),
        own_complete=complete,
        ahead=Coalesce(Subquery(ahead.values("rows")), 0),
        pending=Exists(pending),
    ).order_by(Case(When(pk=carried, then=0), default=1, output_field=IntegerField()))[:1]


_POOL: Kept[Pool] = Kept(_pools_of)


def share_in(pool: Any) -> Share | None:
    """Return how the case stands that a pool was read for, None without a pool."""
    if pool is None:
        return None
    return Share(
        pool=pool,
        waiting=pool.own_since is not None,
        since=pool.own_since,
        complete_at=pool.own_complete,
        ahead=pool.ahead,
        settled_fen=pool.own_settled or 0,
        bound_fen=pool.own_bound,
        pending=pool.pending,
        own_fen=pool.own_fen or 0,
    )


def share_of(application: Application) -> Share | None:
    """Return how a case stands to its pool (one query), None where no pool binds it."""
    return share_in(pool_of(application))


def leave(application: Application, outcome: str, at: datetime) -> None:
    """
    End the wait of a case that goes on; what a settlement had reserved for it is free again.

    The caller holds the row lock of the case.
    """
    wait = application.pool_waits.filter(ended_at=None).first()
    if wait is None:
        return
    if wait.settled_fen:
        pool = Pool.objects.select_for_update().get(pk=wait.pool_id)
        pool.reserved_fen -= wait.settled_fen
        pool.less_over().save(update_fields=["reserved_fen", "over_fen"])
    wait.ended_at, wait.outcome = at, outcome
    wait.save(update_fields=["ended_at", "outcome"])


# ── The whole queue of a pool ────────────────────────────────────────────────────────────────────────────────────────


def queue_of(pool: Pool) -> QuerySet[Any]:
    """Return the running waits of a pool in the order of complete filing, of two at one moment the lower number."""
    rows = PoolWait.objects.filter(pool=pool, ended_at=None)
    return rows.select_related("application__applicant", "application__clause").order_by(
        "complete_at", "application__number"
    )


def ready_in(pool: Pool, waits: Iterable[PoolWait]) -> set[int]:
    """
    Return the keys of the waits that can be endorsed now, one after the other: those with a settled sum, and from the
    head of the queue on as many as the room suffices for. `waits` are those of `queue_of`, from the head on; nothing
    but settled sums is to be had while a settlement waits for its second person.
    """
    ready: set[int] = set()
    left, stopped = pool.room_fen, False
    for wait in waits:
        if wait.settled_fen:
            ready.add(wait.pk)
            continue
        part = wait.amount_fen if wait.amount_fen <= left else left if pool.shortfall == Shortfall.REMAINDER else 0
        unsettled = pool.shortfall == Shortfall.PRO_RATA and wait.settlement_id is None
        stopped = stopped or unsettled or part == 0
        if not stopped:
            ready.add(wait.pk)
            left -= part
    return ready


def pools_with_room(authority_id: int) -> QuerySet[Any]:
    """
    Return the pools of an authority in which a case waits that can be endorsed now; one statement for all pools.

    Ready is the head of the queue where the room suffices (or, 以余额为限, where there is any), and whatever a
    settlement has given money to.
    """
    running = PoolWait.objects.filter(pool=OuterRef("pk"), ended_at=None)
    head = running.filter(UNSETTLED).order_by("complete_at", "application__number")
    given = running.filter(settled_fen__gt=0).order_by().values("pool").annotate(rows=Count("pk"))
    room = F("limit_fen") - F("committed_fen") - F("reserved_fen")
    suffices = Q(head_fen__lte=F("room")) | Q(shortfall=Shortfall.REMAINDER, room__gt=0)
    # Where the round is settled, only who was settled with nothing stands in a queue at all.
    queued = ~Q(shortfall=Shortfall.PRO_RATA) | Q(head_settled=0)
    return (
        Pool.objects.filter(policy__authority=authority_id)
        .annotate(
            room=room,
            head_fen=Subquery(head.values("amount_fen")[:1]),
            head_settled=Subquery(head.values("settled_fen")[:1]),
            given=Coalesce(Subquery(given.values("rows")), 0),
            pending=Exists(Settlement.objects.filter(pool=OuterRef("pk"), confirmed_at=None, dropped_at=None)),
        )
        .filter(Q(given__gt=0) | Q(head_fen__isnull=False, pending=False) & suffices & queued)
    )


def reserved_of(pool: Pool) -> int:
    """Return what settlements have given to running waits, in fen: what `reserved_fen` of the pool has to be."""
    rows = PoolWait.objects.filter(pool=pool, ended_at=None)
    total: int | None = rows.aggregate(total=Sum("settled_fen"))["total"]
    return total or 0
