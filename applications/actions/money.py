"""Holding and releasing a pool's money for a case. The pool row is locked; the database refuses what exceeds it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Max

import rules
from applications import history, pools, timing
from applications.actions.shared import changed, stop
from applications.assessing import version_in_force, version_of
from applications.models import (
    Application,
    Authority,
    Award,
    CarryOver,
    Clause,
    ClockPause,
    Commitment,
    Payer,
    PayerShare,
    Payment,
    Pool,
    PoolWait,
    Settlement,
    Status,
    User,
    YearClose,
)
from applications.pools import Share, pool_of

MOST_WORDS = 200  # of the reason for giving the rest of a pool, which is printed with the sums around it


def take_share(
    application: Application, *, arranged_fen: int | None = None, reason: str = "", by: User, at: datetime
) -> bool:
    """
    Take what the case is to receive from the pool that binds it, if there is one; return False where it has to wait.

    A case that is cut to the rest (以余额为限) takes the sum that the approver has seen (`arranged_fen`), for a
    `reason`; one that a settlement has given a sum takes exactly that. Without room the case joins the queue, and is
    told: a promise of a text is queued or carried over, never silently refused (优化营商环境条例第三十一条).
    Raises ActionRefused where it waits already, or where the approver has to state a reason.
    """
    assert application.proposed_fen is not None
    pool = pool_of(application) or _pool_of_the_text(application, by=by, at=at)
    if pool is None:
        return True
    Pool.objects.select_for_update().get(pk=pool.pk)
    share = pools.share_of(application)  # once more: what stood there before the lock may be gone
    assert share is not None
    given, why = share.offer(application.proposed_fen)
    if not given:
        if share.waiting:
            stop(why)
        _wait(application, share, why, by=by, at=at)
        return False
    if share.is_cut(application.proposed_fen):
        _ask_for_the_cut(share, application.proposed_fen, given, arranged_fen, reason)
    _arrange(application, share, given, reason)
    locked = share.pool
    locked.committed_fen += given
    locked.reserved_fen -= share.settled_fen
    locked.less_over().save(update_fields=["committed_fen", "reserved_fen", "over_fen"])
    application.pool_waits.filter(ended_at=None).update(ended_at=at, outcome=Status.NOTICED)
    Commitment.objects.create(application=application, pool=locked, amount_fen=given, made_at=at)
    return True


def _ask_for_the_cut(share: Share, claim_fen: int, given: int, arranged_fen: int | None, reason: str) -> None:
    left = f"{share.pool}余额为 {rules.yuan(given)} 元，少于核定额 {rules.yuan(claim_fen)} 元"
    if arranged_fen is None or not reason.strip():
        stop(f"{left}；按“以余额为限”可以安排余额，请填写理由后办理。")
    if len(reason) > MOST_WORDS:
        stop(f"理由不超过{MOST_WORDS}个字。")
    if arranged_fen != given:
        stop(f"{left}；与您所见的 {rules.yuan(arranged_fen)} 元不同，请核对后再办。")


def _arrange(application: Application, share: Share, given: int, reason: str) -> None:
    """Write on the case what it is to receive where that is not simply the proposed sum, and why."""
    claim = application.proposed_fen
    assert claim is not None
    if share.is_cut(claim):
        application.arranged_fen = given
        application.arranged_reason = (
            f"{share.pool}余额不足，以余额为限安排：核定 {rules.yuan(claim)} 元，安排余额 {rules.yuan(given)} 元。"
            f"理由：{reason.strip()}"
        )
    elif share.bound_fen:
        wait = application.pool_waits.filter(settlement__isnull=False).select_related("settlement").order_by("-pk")[0]
        assert wait.settlement is not None
        application.arranged_fen = given
        application.arranged_reason = settled_words(wait.settlement, claim, given)


def settled_words(settlement: Settlement, claim_fen: int, given_fen: int) -> str:
    """Return what a settlement means for one case, as it stands on its notice, award and letter."""
    number = f"（批次资金结算第{settlement.pk}号）"
    if given_fen == claim_fen:
        return f"按批次资金结算足额安排 {rules.yuan(given_fen)} 元{number}。"
    how = {
        Settlement.Method.PRO_RATA: "按批次结算比例安排",
        Settlement.Method.QUEUE: "按批次结算（完整申报时间先后）安排",
        Settlement.Method.REMAINDER: "按批次结算（以余额为限）安排",
    }[Settlement.Method(settlement.method)]
    asked = sum(row["amount_fen"] for row in settlement.inputs["cases"])
    room = settlement.inputs["room_fen"]
    return (
        f"{how}：本批次核定额合计 {rules.yuan(asked)} 元，资金池可安排 {rules.yuan(room)} 元，"
        f"本件核定 {rules.yuan(claim_fen)} 元，安排 {rules.yuan(given_fen)} 元{number}。"
    )


def _wait(application: Application, share: Share, why: str, *, by: User, at: datetime) -> PoolWait:
    """
    Put a case that is agreed to into the queue of its pool; its clock rests, and the applicant is told.

    The days of waiting are no days of the office: nobody can act before money is there, so the limit of approval rests
    until the case's turn has come, and nobody has to explain a delay that the pool makes.
    """
    assert application.proposed_fen is not None
    last = Commitment.objects.filter(pool=share.pool).aggregate(last=Max("made_at"))["last"]
    wait = PoolWait.objects.create(
        application=application,
        pool=share.pool,
        complete_at=share.complete_at,
        amount_fen=min(application.proposed_fen, share.bound_fen or application.proposed_fen),
        since=max(at, last) if last else at,
    )
    timing.pause(application, ClockPause.Reason.MONEY, at)
    changed(application)
    detail = {
        "pool": share.pool.pk,
        "wait": wait.pk,
        "amount_fen": wait.amount_fen,
        "complete_at": share.complete_at.isoformat(),
        "ahead": share.ahead,
    }
    history.record(application, "wait_for_money", by=by, at=at, note=why, detail=detail)
    return wait


def text_limit(clause: Clause, version: str) -> tuple[str, str, int] | None:
    """Return name, article and fen of the yearly total that a version of the text sets for a clause, if it does."""
    entry = rules.load().versions[version].pools().get(clause.number)
    if entry is None or entry.pool is None or entry.pool.amount is None:
        return None
    return entry.name, entry.article, entry.pool.amount


def _pool_of_the_text(application: Application, *, by: User | None, at: datetime) -> Pool | None:
    """
    Return the pool that the text itself opens every year, made when the first case of the year draws on it.

    A total that the text states binds whether or not anybody has entered it; one it leaves to the authority does not.
    The authority is locked, so that two cases make one pool and one row of its history.
    """
    version = version_of(application)
    stated = text_limit(application.clause, version)
    if stated is None or application.support_year is None:
        return None
    name, article, limit = stated
    authority = Authority.objects.select_for_update().get(pk=application.authority_id)
    pool, made = Pool.objects.get_or_create(
        policy=application.policy,
        name=name,
        year=application.support_year,
        defaults={"limit_fen": limit, "source": f"{article}规定的年度总额"},
    )
    if made:
        numbers = [n for n, e in rules.load().versions[version].pools().items() if e.name == name]
        pool.clauses.set(application.policy.clauses.filter(number__in=numbers))
        detail = {"pool": pool.pk, "year": pool.year, "limit_fen": limit, "application": application.number}
        history.record_for_authority(authority, "open_pool", by=by, at=at, note=pool.source, detail=detail)
    else:
        pool.clauses.add(application.clause)
    return pool


def release_commitment(application: Application, *, at: datetime) -> None:
    """Give back what the case held in a pool; nothing happens when it held nothing."""
    for held in application.commitments.exclude(state=Commitment.State.RELEASED).order_by("pk"):
        _release(held, at)


def _release(held: Commitment, at: datetime) -> None:
    pool = Pool.objects.select_for_update().get(pk=held.pool_id)
    pool.committed_fen -= held.amount_fen
    pool.less_over().save(update_fields=["committed_fen", "over_fen"])
    held.state, held.released_at = Commitment.State.RELEASED, at
    held.save(update_fields=["state", "released_at"])


def share_out(award: Award, borne: Sequence[Sequence[tuple[Payer, int]]]) -> None:
    """Write down who bears how many fen of each instalment of an award, in the order of the instalments."""
    PayerShare.objects.bulk_create(
        PayerShare(instalment=part, payer=payer, amount_fen=fen)
        for part, row in zip(award.instalments.order_by("number"), borne, strict=True)
        for payer, fen in row
    )


def finish_commitment(application: Application) -> None:
    """Make the held sum final with the grant."""
    application.commitments.filter(state=Commitment.State.HELD).update(state=Commitment.State.FINAL)


def pay_from_pool(application: Application, amount_fen: int) -> None:
    """Count a confirmed payment in the pool its award was committed to: after a year's close, in the newer one."""
    final = application.commitments.filter(state=Commitment.State.FINAL).order_by("-pk").first()
    if final is None:
        return
    pool = Pool.objects.select_for_update().get(pk=final.pool_id)
    pool.paid_fen += amount_fen
    pool.save(update_fields=["paid_fen"])


def give_back_to_pool(application: Application, payment: Payment, *, at: datetime) -> None:
    """Take a returned payment out of the pool it was counted in; what a closed year gets back goes to the next."""
    finals = list(application.commitments.filter(state=Commitment.State.FINAL).select_related("pool").order_by("pk"))
    if not finals:
        return
    assert payment.paid_on is not None
    closes = YearClose.objects.counting().filter(authority=application.authority_id, year__gte=payment.paid_on.year)
    close = closes.order_by("year").first()
    # Before a close money was counted in the oldest pool that still holds something for the case, then in the newest.
    held = finals[0] if close else finals[-1]
    pool = Pool.objects.select_for_update().get(pk=held.pool_id)
    pool.paid_fen -= payment.amount_fen
    pool.save(update_fields=["paid_fen"])
    if close and pool.year <= close.year:
        carry(held, payment.amount_fen, close, at=at)


def give_back_unpaid(application: Application, *, at: datetime) -> int:
    """
    Give back to the pools what a revoked case was not paid, and return it in fen; what was paid stays counted as paid.

    Money that is recovered goes to the treasury and not to the pool, so a pool never spends it a second time. What is
    unpaid stands in the newest pool: a year's close has moved it there. The caller has locked the case.
    """
    paid = Payment.objects.filter(instalment__award__application=application, state=Payment.State.CONFIRMED)
    finals = application.commitments.filter(state=Commitment.State.FINAL).order_by("-pk")
    left = sum(row.amount_fen for row in finals) - sum(paid.values_list("amount_fen", flat=True))
    given = 0
    for held in finals:
        part = min(left - given, held.amount_fen)
        if part <= 0:
            break
        if part == held.amount_fen:
            _release(held, at)
        else:
            pool = Pool.objects.select_for_update().get(pk=held.pool_id)
            pool.committed_fen -= part
            pool.less_over().save(update_fields=["committed_fen", "over_fen"])
            held.amount_fen -= part
            held.save(update_fields=["amount_fen"])
        given += part
    return given


def hold_again(application: Application, amount_fen: int, *, at: datetime) -> tuple[Pool, int, int] | None:
    """
    Hold the whole of an award again that was taken back and stands once more; None where no pool binds it.

    Returns the pool, what was held there now, and by how much the pool stands over its limit with it, in fen. Whoever
    was given the money meanwhile keeps it, and so does this case: it is the limit that has to follow (ADR 24). A pool
    whose year was closed in between is not opened again, the next one holds it. The caller has locked the case.
    """
    held = list(application.commitments.select_related("pool__policy").order_by("pk"))
    if not held:
        return None
    need = amount_fen - sum(row.amount_fen for row in held if row.state != Commitment.State.RELEASED)
    pool = Pool.objects.select_for_update().select_related("policy").get(pk=held[-1].pool_id)
    closes = YearClose.objects.counting().filter(authority=application.authority_id)
    while need and closes.filter(year__gte=pool.year).exists():
        pool = next_pool(pool)
    if need > 0:
        pool.committed_fen += need
        pool.over_fen = pool.excess_fen
        pool.save(update_fields=["committed_fen", "over_fen"])
        _hold_in(application, pool, need, Commitment.State.FINAL, at)
    return pool, max(0, need), pool.over_fen


def _hold_in(application: Application, pool: Pool, amount_fen: int, state: str, at: datetime) -> None:
    """Add to what a case holds in a pool, whose row is locked and counted already."""
    there = application.commitments.filter(pool=pool).exclude(state=Commitment.State.RELEASED).first()
    if there is None:
        Commitment.objects.create(application=application, pool=pool, amount_fen=amount_fen, state=state, made_at=at)
    else:
        there.amount_fen += amount_fen
        there.save(update_fields=["amount_fen"])


def next_pool(pool: Pool) -> Pool:
    """Return the pool of the same name in the following year, locked; made empty when it is missing."""
    found, made = Pool.objects.select_for_update().get_or_create(
        policy=pool.policy,
        name=pool.name,
        year=pool.year + 1,
        defaults={"limit_fen": 0, "source": f"{pool.year}年度结转", "shortfall": pool.shortfall},
    )
    if made:
        found.clauses.set(pool.clauses.all())
        version = version_in_force(pool.policy, date(found.year, 12, 31))
        named = next((s for s in (text_limit(clause, version) for clause in found.clauses.all()) if s), None)
        if named is not None:
            found.limit_fen, found.source = named[2], f"{named[1]}规定的年度总额"
            found.save(update_fields=["limit_fen", "source"])
    return found


def carry(held: Commitment, amount_fen: int, close: YearClose, *, at: datetime) -> CarryOver:
    """
    Move what a case has not been paid from a closed year's pool to the next one, with the money that stands for it.

    The next year's limit grows by what is carried in, so that its own claims lose nothing to those of the year before;
    what stands over the limit of its pool is carried without money and stands over the next one. The caller has locked
    the case; the pools are locked here, the older first.
    """
    assert 0 < amount_fen <= held.amount_fen
    source = Pool.objects.select_for_update().select_related("policy").get(pk=held.pool_id)
    target = next_pool(source)
    over = min(source.over_fen, amount_fen)
    source.committed_fen -= amount_fen
    source.less_over().save(update_fields=["committed_fen", "over_fen"])
    state = held.state
    if amount_fen == held.amount_fen:
        held.state, held.released_at = Commitment.State.RELEASED, at
        held.save(update_fields=["state", "released_at"])
    else:
        held.amount_fen -= amount_fen
        held.save(update_fields=["amount_fen"])
    target.limit_fen += amount_fen - over
    target.committed_fen += amount_fen
    target.over_fen = target.excess_fen
    target.save(update_fields=["limit_fen", "committed_fen", "over_fen"])
    _hold_in(held.application, target, amount_fen, state, at)
    return CarryOver.objects.create(
        close=close,
        source=source,
        target=target,
        application=held.application,
        amount_fen=amount_fen,
        unfunded_fen=over,
    )
