"""Holding and releasing a pool's money for a case. The pool row is locked; the database refuses what exceeds it."""

from collections.abc import Sequence
from datetime import date, datetime

import rules
from applications import history
from applications.actions.shared import stop
from applications.assessing import pool_of, version_in_force, version_of
from applications.models import (
    Application,
    Authority,
    Award,
    CarryOver,
    Clause,
    Commitment,
    Payer,
    PayerShare,
    Payment,
    Pool,
    User,
    YearClose,
)


def hold_commitment(application: Application, amount_fen: int, *, at: datetime, by: User | None = None) -> None:
    """
    Take a sum from the pool that binds the clause this year, if there is one. Raises ActionRefused when short.

    `by` is whose act opens a pool that the text itself sets.
    """
    pool = pool_of(application) or _pool_of_the_text(application, by=by, at=at)
    if pool is None:
        return
    pool = Pool.objects.select_for_update().get(pk=pool.pk)
    left = pool.limit_fen - pool.committed_fen
    if amount_fen > left:
        stop(f"{pool}余额为 {rules.yuan(left)} 元，不足以安排 {rules.yuan(amount_fen)} 元，请结转或调整后再办。")
    pool.committed_fen += amount_fen
    pool.save(update_fields=["committed_fen"])
    Commitment.objects.create(application=application, pool=pool, amount_fen=amount_fen, made_at=at)


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
    pool.save(update_fields=["committed_fen"])
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
    closes = YearClose.objects.filter(
        authority=application.authority_id,
        year__gte=payment.paid_on.year,
        confirmed_at__isnull=False,
        dropped_at=None,
    )
    close = closes.order_by("year").first()
    # Before a close money was counted in the oldest pool that still holds something for the case, then in the newest.
    held = finals[0] if close else finals[-1]
    pool = Pool.objects.select_for_update().get(pk=held.pool_id)
    pool.paid_fen -= payment.amount_fen
    pool.save(update_fields=["paid_fen"])
    if close and pool.year <= close.year:
        carry(held, payment.amount_fen, close, at=at)


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

    The next year's limit grows by what is carried in, so that its own claims lose nothing to those of the year before.
    The caller has locked the case; the pools are locked here, the older first.
    """
    assert 0 < amount_fen <= held.amount_fen
    source = Pool.objects.select_for_update().select_related("policy").get(pk=held.pool_id)
    target = next_pool(source)
    source.committed_fen -= amount_fen
    source.save(update_fields=["committed_fen"])
    state = held.state
    if amount_fen == held.amount_fen:
        held.state, held.released_at = Commitment.State.RELEASED, at
        held.save(update_fields=["state", "released_at"])
    else:
        held.amount_fen -= amount_fen
        held.save(update_fields=["amount_fen"])
    target.limit_fen += amount_fen
    target.committed_fen += amount_fen
    target.save(update_fields=["limit_fen", "committed_fen"])
    there = held.application.commitments.filter(pool=target).exclude(state=Commitment.State.RELEASED).first()
    if there is None:
        Commitment.objects.create(
            application=held.application, pool=target, amount_fen=amount_fen, state=state, made_at=at
        )
    else:
        there.amount_fen += amount_fen
        there.save(update_fields=["amount_fen"])
    return CarryOver.objects.create(
        close=close, source=source, target=target, application=held.application, amount_fen=amount_fen
    )
