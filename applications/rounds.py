"""What a round looks like before its pool is settled: the claims, what would come of them, and what is in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from applications import settling
from applications.models import Application, LateAdmission, Pool, PoolWait, Round, Settlement, Status
from applications.pools import UNSETTLED, queue_of

# Handed in, and neither at an end nor before the public: nobody knows yet what these cases are to receive.
OPEN = (Status.SUBMITTED, Status.VERIFYING, Status.CORRECTING, Status.PROPOSED)
SHOWN = 100  # obstacles of one kind that are named; the others are counted


@dataclass(frozen=True)
class Obstacle:
    """What has to be done before a round is settled; `case` where it is one case."""

    words: str
    case: Application | None = None


@dataclass(frozen=True)
class Preview:
    """
    Everything a settlement would freeze, with its hashes, the waits in their order and what is in the way.

    `live` is the settlement of the round that stands already, if there is one.
    """

    pool: Pool
    round: Round
    waits: list[Any]
    inputs: dict[str, Any]
    inputs_sha256: str
    result: dict[str, Any]
    result_sha256: str
    obstacles: list[Obstacle]
    live: Settlement | None

    @property
    def rows(self) -> list[tuple[Any, int]]:
        """Each wait with what it would get, in fen."""
        return [(wait, self.result["sums"][wait.application.number]) for wait in self.waits]

    @property
    def asked_fen(self) -> int:
        """The claims together."""
        return sum(row["amount_fen"] for row in self.inputs["cases"])


def preview(pool: Pool, window: Round, *, at: datetime, but: Settlement | None = None) -> Preview:
    """
    Return what a settlement of a round would freeze and give now; nothing is stored.

    `but` is the settlement that is being confirmed and does not stand in its own way.
    """
    waits = list(queue_of(pool).filter(application__round=window, settlement=None))
    claims = [settling.Claim(wait.application.number, wait.complete_at, wait.amount_fen) for wait in waits]
    inputs = settling.inputs_of(
        pool.shortfall,
        claims,
        pool=str(pool),
        round_name=window.name,
        limit_fen=pool.limit_fen,
        room_fen=pool.room_fen,
    )
    result = settling.result_of(inputs)
    standing = Settlement.objects.filter(pool=pool, dropped_at=None).defer("inputs", "result")
    live = [row for row in standing if but is None or row.pk != but.pk]
    return Preview(
        pool=pool,
        round=window,
        waits=waits,
        inputs=inputs,
        inputs_sha256=settling.digest(inputs),
        result=result,
        result_sha256=settling.digest(result),
        obstacles=list(_obstacles(pool, window, waits, live, at=at)),
        live=next((row for row in live if row.round_id == window.pk), None),
    )


def unfinished(pool: Pool, window: Round) -> QuerySet[Application]:
    """Return the cases of a round that draw on a pool and whose sum is not agreed to yet."""
    waiting = PoolWait.objects.filter(application=OuterRef("pk"), ended_at=None)
    carried = PoolWait.objects.filter(application=OuterRef("pk"), carried_from__isnull=False)
    here = Q(clause__in=pool.clauses.values("pk"), support_year=pool.year) & ~Exists(carried)
    rows = Application.objects.filter(here | Q(Exists(carried.filter(pool=pool))), round=window, status__in=OPEN)
    return rows.exclude(Exists(waiting)).order_by("number")


def rounds_of(pool: Pool) -> QuerySet[Round]:
    """Return the rounds from which cases wait for a pool that no settlement has dealt with."""
    waits = PoolWait.objects.filter(pool=pool, ended_at=None, settlement=None)
    return Round.objects.filter(pk__in=waits.values("application__round")).order_by("closes_at", "pk")


def _obstacles(
    pool: Pool, window: Round, waits: list[Any], live: list[Settlement], *, at: datetime
) -> Iterator[Obstacle]:
    if window.closes_at > at:
        closes = timezone.localtime(window.closes_at)
        yield Obstacle(f"本批次至{closes:%Y年%-m月%-d日 %H:%M}截止，截止后方可结算。")
    late = LateAdmission.objects.filter(round=window, admitted=True, application=None, file_until__gt=at)
    if late.exists():
        yield Obstacle("本批次还有准予逾期申报、尚未提交的单位。")
    cases = unfinished(pool, window)
    shown = list(cases[: SHOWN + 1])
    for case in shown[:SHOWN]:
        yield Obstacle(f"{case.number}目前为“{case.get_status_display()}”，尚未审批完毕。", case)
    if len(shown) > SHOWN:
        yield Obstacle(f"另有{cases.count() - SHOWN}件尚未审批完毕。")
    if any(row.round_id == window.pk for row in live):
        yield Obstacle("本批次已经作过资金结算。")
    if any(row.round_id != window.pk and row.confirmed_at is None for row in live):
        yield Obstacle("本资金池另一批次的资金结算待确认。")
    if not waits:
        yield Obstacle("本批次没有等待本资金池的申报件。")
        return
    last = max(wait.complete_at for wait in waits)
    before = queue_of(pool).filter(UNSETTLED, complete_at__lt=last).exclude(application__round=window)
    for wait in before[:SHOWN]:
        number = wait.application.number
        yield Obstacle(f"{number}完整申报在先，正在排队，须先安排或者结转。", wait.application)
    if pool.room_fen == 0:
        yield Obstacle("本资金池没有余额，请调整总额或者结转。")
