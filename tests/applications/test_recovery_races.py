"""The ledger of a recovery case at one moment: many confirm one claim, two write off one balance, two take one debt."""

import pytest

from applications import recovering
from applications.actions import payment, recovery, recovery_money, setoff
from applications.invariants import count_all
from applications.models import Duty, Payment, RecoveryCase, RecoveryEntry, Status
from tests.applications.test_races import CROWD, at_once, refusals
from tests.applications.test_recovery_money import LATE, WHOLE, next_case, numbers, owing, record
from tests.factories import make_application, make_officer
from tests.recoveries import SERVED, claim, make_recovery, officer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def sound():
    """Return what is not zero."""
    return {name: count for name, count in count_all().items() if count}


def test_one_claim_is_confirmed_once_of_many():
    row = make_recovery("served")
    waiting = claim(row, 100)
    people = [make_officer(Duty.COUNTERSIGN) for _ in range(CROWD)]

    results = at_once(*[lambda by=by: recovery_money.confirm(waiting, by=by, at=SERVED) for by in people])

    assert (refusals(results), row.entries.filter(kind="repaid").count()) == (CROWD - 1, 1)
    assert sound() == {}


def test_two_write_offs_do_not_exceed_the_balance():
    row = make_recovery("served")
    first = claim(row, 200_0000_00, kind="written_off")
    second = claim(row, 100_0000_00, kind="written_off")
    third = claim(row, 150_0000_00)
    legal, other = make_officer(Duty.LEGAL), make_officer(Duty.LEGAL)
    money = make_officer(Duty.COUNTERSIGN)

    results = at_once(
        lambda: recovery_money.confirm(first, by=legal, at=SERVED),
        lambda: recovery_money.confirm(second, by=other, at=SERVED),
        lambda: recovery_money.confirm(third, by=money, at=SERVED),
    )

    balance = recovering.balances(row)["principal"]
    assert balance.written_off <= WHOLE
    assert sum(isinstance(result, RecoveryEntry) for result in results) + refusals(results) == 3
    assert balance.net == WHOLE - sum(row.entries.exclude(kind="owed").values_list("amount_fen", flat=True))
    assert sound() == {}


def test_one_slip_is_recorded_once_of_many():
    row = make_recovery("served")
    people = [make_officer(Duty.PAY) for _ in range(CROWD)]

    def enter(by):
        return recovery_money.claim(
            row,
            account="principal",
            kind="repaid",
            amount_fen=100,
            on=SERVED.date(),
            voucher="缴1",
            basis="x",
            by=by,
            at=SERVED,
        )

    results = at_once(*[lambda by=by: enter(by) for by in people])

    assert (refusals(results), row.claims.count()) == (CROWD - 1, 1)


def test_two_payments_take_one_debt_once_and_both_are_entered():
    row = make_recovery("served")
    owing(row, WHOLE)
    cases = [next_case(row, subject) for subject in ("二号中心", "三号中心")]
    payers = [make_officer(Duty.PAY) for _ in cases]
    parts = [case.awards.get().instalments.get() for case in cases]

    at_once(
        *[
            lambda part=part, by=by: payment.record(
                part, paid_on=LATE.date(), voucher_number=f"凭{part.pk}", by=by, at=LATE
            )
            for part, by in zip(parts, payers, strict=True)
        ]
    )
    under_way = list(Payment.objects.filter(state="recorded").order_by("pk"))
    assert sum(one.set_off_fen for one in under_way) == WHOLE
    seconds = [make_officer(Duty.COUNTERSIGN) for _ in cases]
    at_once(
        *[
            lambda one=one, by=by: payment.confirm(one, by=by, at=LATE)
            for one, by in zip(under_way, seconds, strict=True)
        ]
    )

    assert numbers(row) == (0, 0)
    assert sound() == {}


def test_a_repayment_and_payments_that_take_the_debt_add_up_in_any_order():
    row = make_recovery("served")
    owing(row, WHOLE)
    case, other = next_case(row, "二号中心"), next_case(row, "三号中心")
    under_way = record(case)
    waiting = claim(row, WHOLE, at=LATE)
    first, second, third = (make_officer(duty) for duty in (Duty.COUNTERSIGN, Duty.COUNTERSIGN, Duty.PAY))
    part = other.awards.get().instalments.get()

    results = at_once(
        lambda: recovery_money.confirm(waiting, by=first, at=LATE),
        lambda: payment.confirm(under_way, by=second, at=LATE),
        lambda: payment.record(part, paid_on=LATE.date(), voucher_number="凭三", by=third, at=LATE),
    )

    assert refusals(results) == 0
    assert numbers(row) == (0, WHOLE)  # both came, and one of them has to be refunded
    assert Payment.objects.get(voucher_number="凭三").set_off_fen == 0
    assert sound() == {}


def test_one_award_gets_one_case_of_many():
    application = make_application(Status.PAID)
    people = [make_officer(Duty.INSPECT) for _ in range(CROWD)]

    results = at_once(
        *[lambda by=by: recovery.open_case(application, kind="fraud", alleged="x", by=by, at=SERVED) for by in people]
    )

    assert (refusals(results), RecoveryCase.objects.count()) == (CROWD - 1, 1)


def test_two_proposals_do_not_set_off_more_than_is_open():
    row = make_recovery("served")
    people = [officer(row, Duty.INSPECT), make_officer(Duty.INSPECT)]

    results = at_once(*[lambda by=by: recovery.set_off(row, amount_fen=200_0000_00, by=by, at=LATE) for by in people])

    assert refusals(results) == 1
    assert sum(setoff.with_used().values_list("amount_fen", flat=True)) == 200_0000_00
