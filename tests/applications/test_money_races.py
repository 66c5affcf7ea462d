"""Money at the same moment: one share into two batches, one result read twice, a restriction against a countersign."""

import pytest

from applications.actions import batch, payment, result, setoff
from applications.actions.restriction import impose
from applications.invariants import count_all
from applications.models import (
    Authority,
    Duty,
    Instalment,
    PayerShare,
    Payment,
    PaymentBatch,
    ResultFile,
    SetOffUse,
    Status,
)
from tests.applications.test_batches import NEXT_DAY, answer, owe, paid, sent
from tests.applications.test_races import CROWD, at_once, refusals
from tests.factories import NOON, make_application, make_officer, make_payer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def sound():
    return {name: count for name, count in count_all().items() if count} == {}


def test_one_share_goes_into_one_of_many_batches():
    make_application(Status.GRANTED)
    payer, share = make_payer(), PayerShare.objects.get().pk
    officers = [make_officer(Duty.PAY) for _ in range(CROWD)]

    results = at_once(*[lambda by=by: batch.prepare(payer, [share], purpose="奖补", by=by, at=NOON) for by in officers])

    assert refusals(results) == CROWD - 1
    assert (PaymentBatch.objects.count(), Payment.objects.count()) == (1, 1)
    assert sound()


def test_a_batch_and_a_record_by_hand_pay_one_share_once():
    make_application(Status.GRANTED)
    payer, share, part = make_payer(), PayerShare.objects.get().pk, Instalment.objects.get()
    one, two = make_officer(Duty.PAY), make_officer(Duty.PAY)

    results = at_once(
        lambda: batch.prepare(payer, [share], purpose="奖补", by=one, at=NOON),
        lambda: payment.record(part, paid_on=NOON.date(), voucher_number="手工1", by=two, at=NOON),
    )

    assert (refusals(results), Payment.objects.count()) == (1, 1)


def test_one_result_read_by_many_is_one_row_and_pays_once():
    cases = [make_application(Status.GRANTED) for _ in range(2)]
    row = sent(cases)
    data = answer(row, paid(1), paid(2))
    officers = [make_officer(Duty.PAY) for _ in range(CROWD)]

    results = at_once(*[lambda by=by: result.take_over(row, data, "结果.csv", by=by, at=NEXT_DAY) for by in officers])

    assert refusals(results) == 0
    assert sum(fresh for _, fresh in results) == 1
    assert ResultFile.objects.count() == 1
    assert list(Payment.objects.values_list("state", flat=True)) == ["confirmed"] * 2
    assert sound()


def test_a_restriction_and_a_countersign_leave_no_half_batch():
    case = make_application(Status.GRANTED)
    row = batch.prepare(make_payer(), [PayerShare.objects.get().pk], purpose="奖补", by=make_officer(Duty.PAY), at=NOON)
    authority, inspector = Authority.objects.get(code="xinxing"), make_officer(Duty.INSPECT)
    reviewer = make_officer(Duty.COUNTERSIGN)
    said = {
        "uscc": case.applicant.uscc,
        "applicant_name": case.applicant.name,
        "scope": "payment",
        "since": NOON.date(),
        "until": None,
        "basis": "《测试办法》第九条",
        "paper": "测试决定",
        "reason": "测试",
    }

    _, second = at_once(
        lambda: impose(authority, **said, by=inspector, at=NOON),
        lambda: batch.countersign(row, by=reviewer, at=NOON),
    )

    row.refresh_from_db()
    state = Payment.objects.get().state
    assert (state, bool(row.csv_sha256)) == (("prepared", False) if isinstance(second, Exception) else ("sent", True))
    assert sound()


def test_a_set_off_is_taken_once_by_payments_at_one_moment():
    first = make_application(Status.GRANTED)
    second = make_application(Status.GRANTED, applicant=first.applicant, subject="二号中心")
    debt = owe(first.applicant, 400_0000_00)
    parts = [Instalment.objects.get(award__application=case) for case in (first, second)]
    officers = [make_officer(Duty.PAY) for _ in parts]

    at_once(
        *[
            lambda part=part, by=by: payment.record(
                part, paid_on=NOON.date(), voucher_number=f"凭{part.pk}", by=by, at=NOON
            )
            for part, by in zip(parts, officers, strict=True)
        ]
    )

    assert sorted(SetOffUse.objects.values_list("amount_fen", flat=True)) == [100_0000_00, 300_0000_00]
    assert [row.used_fen for row in setoff.with_used()] == [debt.amount_fen]
    assert sound()
