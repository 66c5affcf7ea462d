"""Holding and releasing a pool's money for a case. The pool row is locked; the database refuses what exceeds it."""

from datetime import datetime

import rules
from applications import history
from applications.actions.shared import stop
from applications.assessing import pool_of, version_of
from applications.models import Application, Authority, Award, Clause, Commitment, Payer, PayerShare, Pool, User


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
    held = application.commitments.exclude(state=Commitment.State.RELEASED).first()
    if held is None:
        return
    pool = Pool.objects.select_for_update().get(pk=held.pool_id)
    pool.committed_fen -= held.amount_fen
    pool.save(update_fields=["committed_fen"])
    held.state, held.released_at = Commitment.State.RELEASED, at
    held.save(update_fields=["state", "released_at"])


def share_out(award: Award) -> None:
    """Say who bears each instalment of an award: the standard payer of the authority bears it whole."""
    payer = Payer.objects.get(authority=award.authority_id, standard=True, replaced_at=None)
    PayerShare.objects.bulk_create(
        PayerShare(instalment=part, payer=payer, amount_fen=part.amount_fen) for part in award.instalments.all()
    )


def finish_commitment(application: Application) -> None:
    """Make the held sum final with the grant."""
    application.commitments.filter(state=Commitment.State.HELD).update(state=Commitment.State.FINAL)


def pay_from_pool(application: Application, amount_fen: int) -> None:
    """Count a confirmed payment in the pool its award was committed to."""
    final = application.commitments.filter(state=Commitment.State.FINAL).first()
    if final is None:
        return
    pool = Pool.objects.select_for_update().get(pk=final.pool_id)
    pool.paid_fen += amount_fen
    pool.save(update_fields=["paid_fen"])
