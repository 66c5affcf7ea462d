"""Many at the same moment: real transactions on real connections, on SQLite and PostgreSQL alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections, transaction

from applications.actions import ActionRefused, decision, payment
from applications.actions.shared import next_number
from applications.history import first_broken_link
from applications.invariants import count_all
from applications.models import Application, Award, Duty, Instalment, Payment, Pool, PoolWait, Status
from tests.factories import NOON, make_applicant, make_application, make_officer, make_policy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CROWD = 6


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in threads that start together; return each result or the refusal it raised."""
    gate = Barrier(len(calls))

    def run(call):
        gate.wait(timeout=10)
        try:
            return call()
        except ActionRefused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def refusals(results: list[object]) -> int:
    """Count the refused."""
    return sum(isinstance(result, ActionRefused) for result in results)


def test_pool_with_room_for_two_takes_two_of_many():
    policy = make_policy()
    cases = [make_application(Status.PROPOSED, subject=f"中心{n}") for n in range(CROWD)]
    pool = Pool.objects.create(policy=policy, name="测试", year=2026, limit_fen=600_0000_00, source="测试")
    pool.clauses.add(cases[0].clause)
    officers = [make_officer(Duty.APPROVE) for _ in cases]

    results = at_once(
        *[
            lambda case=case, by=by: decision.endorse(case, by=by, at=NOON)
            for case, by in zip(cases, officers, strict=True)
        ]
    )

    pool.refresh_from_db()
    assert (refusals(results), pool.committed_fen) == (0, 600_0000_00)
    assert Application.objects.filter(status=Status.NOTICED).count() == 2
    assert PoolWait.objects.filter(pool=pool, ended_at=None).count() == CROWD - 2
    assert set(count_all().values()) == {0}


def test_ladder_of_one_centre_is_granted_once_of_many():
    applicant = make_applicant()
    cases = [make_application(Status.NOTICED, applicant=applicant) for _ in range(CROWD)]

    results = at_once(*[lambda case=case: decision.grant(case, by=case.endorsed_by.user, at=NOON) for case in cases])

    assert refusals(results) == CROWD - 1
    assert [award.amount_fen for award in Award.objects.all()] == [300_0000_00]


def test_same_case_is_granted_once_of_many():
    case = make_application(Status.NOTICED)
    approver = case.endorsed_by.user
    others = [make_officer(Duty.APPROVE) for _ in range(CROWD - 1)]

    results = at_once(*[lambda by=by: decision.grant(case, by=by, at=NOON) for by in [approver, *others]])

    assert refusals(results) == CROWD - 1
    assert Award.objects.count() == 1
    assert first_broken_link(case.events.order_by("sequence")) is None


def test_instalment_is_recorded_once_of_many():
    case = make_application(Status.GRANTED)
    instalment = Instalment.objects.get(award__application=case)
    payers = [make_officer(Duty.PAY) for _ in range(CROWD)]

    results = at_once(
        *[
            lambda by=by, n=n: payment.record(
                instalment, paid_on=NOON.date(), voucher_number=f"凭证{n}", by=by, at=NOON
            )
            for n, by in enumerate(payers)
        ]
    )

    assert (refusals(results), Payment.objects.count()) == (CROWD - 1, 1)
    assert set(count_all().values()) == {0}


def test_numbers_run_without_gap_or_double():
    def take():
        with transaction.atomic():
            return next_number("letter:test")

    assert sorted(at_once(*[take] * CROWD)) == list(range(1, CROWD + 1))
