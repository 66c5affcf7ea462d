"""A short pool and many at the same moment: real transactions, on SQLite and PostgreSQL alike."""

from datetime import timedelta

import pytest

from applications import rounds
from applications.actions import decision, filing
from applications.actions.settlement import confirm_settlement, settle
from applications.invariants import count_all
from applications.models import Application, Duty, Pool, PoolWait, Settlement, Status
from tests.applications.test_races import at_once, refusals
from tests.factories import NOON, agent_of, make_application, make_officer, make_policy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

FULL = 300_0000_00


def make_pool(limit_fen, shortfall="queue"):
    row = make_policy()
    pool = Pool.objects.create(
        policy=row, name="测试", year=2026, limit_fen=limit_fen, source="测试", shortfall=shortfall
    )
    pool.clauses.add(row.clauses.get(code="xinxing-3"))
    return pool


def proposed(hour):
    return make_application(Status.PROPOSED, at=NOON + timedelta(hours=hour))


def statuses(*cases):
    return [Application.objects.get(pk=case.pk).status for case in cases]


def test_of_two_endorsements_with_room_for_one_the_other_waits():
    pool = make_pool(FULL)
    cases = [proposed(0), proposed(1)]
    officers = [make_officer(Duty.APPROVE) for _ in cases]

    results = at_once(
        *[
            lambda case=case, by=by: decision.endorse(case, by=by, at=NOON + timedelta(days=1))
            for case, by in zip(cases, officers, strict=True)
        ]
    )

    assert refusals(results) == 0
    assert sorted(statuses(*cases)) == [Status.NOTICED, Status.PROPOSED]
    wait = PoolWait.objects.get(ended_at=None)
    assert wait.application.status == Status.PROPOSED
    pool.refresh_from_db()
    assert (pool.committed_fen, pool.reserved_fen) == (FULL, 0)
    assert set(count_all().values()) == {0}


def test_of_two_who_wait_the_earlier_is_endorsed_whoever_presses_first():
    pool = make_pool(1)
    cases = [proposed(0), proposed(1), proposed(2)]
    officers = [make_officer(Duty.APPROVE) for _ in cases]
    for case, by in zip(cases, officers, strict=True):
        decision.endorse(case, by=by, at=NOON + timedelta(days=1))
    Pool.objects.update(limit_fen=FULL + 1)

    results = at_once(
        *[
            lambda case=case, by=by: decision.endorse(case, by=by, at=NOON + timedelta(days=2))
            for case, by in reversed(list(zip(cases, officers, strict=True)))
        ]
    )

    assert refusals(results) == 2
    assert statuses(*cases) == [Status.NOTICED, Status.PROPOSED, Status.PROPOSED]
    pool.refresh_from_db()
    assert pool.committed_fen == FULL
    assert set(count_all().values()) == {0}


def test_a_settlement_is_made_and_confirmed_once_of_many_while_a_case_withdraws():
    pool = make_pool(FULL, "pro_rata")
    cases = [proposed(0), proposed(1), proposed(2)]
    for case in cases:
        decision.endorse(case, by=make_officer(Duty.APPROVE), at=NOON)
    closed = NOON + timedelta(days=301)
    window = pool.policy.rounds.get()
    sha = rounds.preview(pool, window, at=closed).inputs_sha256
    managers = [make_officer(Duty.POLICY) for _ in range(4)]

    made = at_once(*[lambda by=by: settle(pool, window, inputs_sha256=sha, by=by, at=closed) for by in managers])

    assert refusals(made) == 3
    row = Settlement.objects.get()
    others = [by for by in managers if by != row.made_by]
    leaving = cases[0]
    ended = at_once(
        *[lambda by=by: confirm_settlement(row, by=by, at=closed) for by in others],
        lambda: filing.withdraw(leaving, reason="撤回", by=agent_of(leaving.applicant), at=closed),
    )

    pool.refresh_from_db()
    confirmed = Settlement.objects.get().confirmed_at is not None
    assert refusals(ended) == (2 if confirmed else 3)
    assert pool.reserved_fen == (FULL // 3 * 2 if confirmed else 0)
    assert statuses(leaving) == [Status.WITHDRAWN]
    assert set(count_all().values()) == {0}
