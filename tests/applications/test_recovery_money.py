"""The ledger of a recovery case: what is owed, how it comes back, who may enter it, and what can never be entered."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from applications import permissions, recovering
from applications.actions import ActionRefused, batch, payment, recovery, recovery_money, setoff
from applications.invariants import count_all, recoveries_that_do_not_add_up
from applications.models import (
    Account,
    Application,
    Duty,
    PayerShare,
    Payment,
    RecoveryCase,
    RecoveryClaim,
    RecoveryEntry,
    SetOff,
    Status,
)
from applications.recovering import Charge
from tests.factories import NOON, check_account, make_application, make_officer, make_paper, make_payer
from tests.recoveries import (
    DAY,
    DECIDED,
    SERVED,
    claim,
    decide,
    judge,
    make_recovery,
    officer,
    pay_back,
    serve,
)

pytestmark = pytest.mark.django_db
State = RecoveryCase.State
LATE = NOON.replace(month=10, day=12)  # after the 8th, until which the party had time to pay
WHOLE = 300_0000_00


def fresh(row: RecoveryCase) -> RecoveryCase:
    """Return the case as it is stored."""
    return RecoveryCase.objects.select_related("application__applicant", "authority").get(pk=row.pk)


def numbers(row: RecoveryCase, account: str = Account.PRINCIPAL) -> tuple[int, int]:
    """Return what is open and what is over on an account."""
    balance = recovering.balances(row)[account]
    return balance.open, balance.over


def inspector(row: RecoveryCase):
    return officer(row, Duty.INSPECT)


# ---- owed


def test_principal_is_owed_by_instalment_and_payment():
    row = make_recovery(State.DECIDED)

    entry = row.entries.get()

    paid = Payment.objects.get()
    assert (entry.account, entry.kind, entry.amount_fen) == (Account.PRINCIPAL, "owed", WHOLE)
    assert (entry.instalment, entry.payment, entry.made_by) == (paid.instalment, paid, fresh(row).decided_by)
    assert entry.basis == str(row.documents.get(kind="rec_decision")).replace(" ", "")


def test_what_was_set_off_from_a_payment_was_paid():
    """The state paid that part by taking a debt away, so it comes back like the rest."""
    case = make_application(Status.GRANTED)
    debt = setoff.enter(
        case.authority,
        applicant=case.applicant,
        amount_fen=50_0000_00,
        basis="测试依据",
        paper="测试文件",
        by=make_officer(Duty.PAY),
        at=NOON,
    )
    setoff.confirm(debt, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    pay(case, at=NOON)
    assert Payment.objects.get().set_off_fen == 50_0000_00

    row = make_recovery(State.DECIDED, Application.objects.get(pk=case.pk))

    assert numbers(row) == (WHOLE, 0)


def test_a_part_is_demanded_of_what_was_paid_last():
    fake = [Payment(pk=n) for n in (1, 2, 3)]
    paid = [recovering.Paid(one, fen) for one, fen in zip(fake, (10, 20, 30), strict=True)]

    def shared(fen):
        return [(part.payment.pk, part.fen) for part in recovering.shared_out(paid, fen)]

    assert [shared(fen) for fen in (0, 5, 30, 40, 60)] == [
        [],
        [(3, 5)],
        [(3, 30)],
        [(2, 10), (3, 30)],
        [(1, 10), (2, 20), (3, 30)],
    ]


RATE = {"base_fen": WHOLE, "rate": "3.1", "days": 15, "source": "《测试办法》第十二条"}


def test_interest_is_reckoned_from_its_basis():
    assert Charge.of(RATE).amount_fen == 3_821_92  # 3 000 000 * 3.1 % * 15 / 365 = 3 821.917…
    assert Charge(base_fen=100, rate="10", days=1, source="x", per="day").amount_fen == 10
    assert Charge(base_fen=105, rate="10", days=1, source="x", per="day").amount_fen == 11  # half-up
    assert Charge.of(Charge.of(RATE).to_json()) == Charge.of(RATE)


@pytest.mark.parametrize(
    "change",
    [{"rate": "x"}, {"rate": "NaN"}, {"rate": "0"}, {"days": 0}, {"base_fen": 0}, {"source": " "}, {"per": "week"}],
)
def test_a_reckoning_without_sense_is_none(change):
    with pytest.raises(ValueError, match="charge"):
        Charge.of(RATE | change)
    with pytest.raises(ValueError, match="charge"):
        Charge.of({key: RATE[key] for key in RATE if key not in change} if "per" not in change else {})


def test_interest_comes_with_the_decision_and_its_basis():
    row = make_recovery(State.DISCUSSED)

    decide(row, interest=Charge.of(RATE))

    entry = row.entries.get(account=Account.INTEREST)
    assert (entry.amount_fen, entry.reckoned) == (3_821_92, Charge.of(RATE).to_json())
    letter = row.documents.get(kind="rec_decision").content
    assert "3.1%" in str(letter)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"days": 16}, "计息天数不能超过资金拨付至今的15日"),
        ({"base_fen": WHOLE + 1}, "计息基数不能超过应退本金"),
        ({"per": "day"}, "利息按年利率"),
        ({"base_fen": 1, "days": 1}, "不足一分"),
    ],
)
def test_interest_beyond_its_basis_is_refused(change, reason):
    row = make_recovery(State.DISCUSSED)

    with pytest.raises(ActionRefused, match=reason):
        decide(row, interest=Charge.of(RATE | change))
    assert (fresh(row).state, row.entries.count()) == (State.DISCUSSED, 0)


def charge(row, account, fen, reckoned, *, at=LATE, by=None):
    """Enter something owed beside the principal."""
    return recovery_money.charge(
        row, account=account, amount_fen=fen, basis="测试依据", reckoned=reckoned, by=by or inspector(row), at=at
    )


def test_interest_goes_on_only_as_the_decision_says():
    row = make_recovery(State.SERVED)
    with pytest.raises(ActionRefused, match="追回决定没有载明利息"):
        charge(row, Account.INTEREST, 3_821_92, RATE)
    other = make_recovery(State.DISCUSSED)
    decide(other, interest=Charge.of(RATE))
    serve(other)

    with pytest.raises(ActionRefused, match="利率和依据须与追回决定一致"):
        charge(other, Account.INTEREST, 4_931_51, RATE | {"rate": "4"})
    with pytest.raises(ActionRefused, match="计算的结果不一致"):
        charge(other, Account.INTEREST, 3_821_93, RATE)
    charge(other, Account.INTEREST, 3_821_92, RATE)

    assert recovering.balances(other)[Account.INTEREST].open == 2 * 3_821_92


FINE = {"organ": "测试市财政局", "number": "测财罚〔2026〕1号", "decided_on": "2026-10-01"}


def test_a_fine_is_the_treasury_s_own_decision():
    row = make_recovery(State.SERVED)

    with pytest.raises(ActionRefused, match="须先移送财政部门（财政违法行为处罚处分条例第二条）"):
        charge(row, Account.FINE, 30_0000_00, FINE)
    recovery.transfer(row, to="finance", matter="罚款", reason="骗取", by=inspector(row), at=SERVED)
    with pytest.raises(ActionRefused, match="请填写作出罚款决定的财政部门、文号和日期"):
        charge(row, Account.FINE, 30_0000_00, FINE | {"number": ""})
    entry = charge(row, Account.FINE, 30_0000_00, FINE)

    assert (entry.account, entry.reckoned) == (Account.FINE, FINE)
    assert recovering.fine_range(fresh(row)) == (30_0000_00, 150_0000_00)
    assert [balance.owed for balance in recovering.balances(row).values()] == [WHOLE, 0, 30_0000_00, 0]


def test_no_fine_where_the_law_knows_none():
    row = make_recovery(State.INVESTIGATING)
    error = RecoveryCase(kind="error", principal_fen=1)
    misuse = RecoveryCase(kind="misuse", principal_fen=1001)

    assert recovering.fine_range(error) is None
    assert recovering.fine_range(misuse) == (101, 300)  # never below ten percent, never above thirty
    assert recovering.fine_range(fresh(row)) is None


LATENESS = {"base_fen": WHOLE, "rate": "0.05", "days": 4, "source": "《测试条例》第九条", "per": "day"}


def test_a_surcharge_needs_a_law_and_time_that_has_run_out():
    row = make_recovery(State.SERVED)

    with pytest.raises(ActionRefused, match="缴款期限尚未届满"):
        charge(row, Account.SURCHARGE, 6000_00, LATENESS, at=NOON.replace(month=10, day=8))
    with pytest.raises(ActionRefused, match="请填写计算的基数"):
        charge(row, Account.SURCHARGE, 6000_00, LATENESS | {"source": ""})
    with pytest.raises(ActionRefused, match="逾期至今为4日"):
        charge(row, Account.SURCHARGE, 6000_00, LATENESS | {"days": 5})
    with pytest.raises(ActionRefused, match="金额不能超过按基数"):
        charge(row, Account.SURCHARGE, 6000_01, LATENESS)
    charge(row, Account.SURCHARGE, 6000_00, LATENESS)

    assert recovering.balances(row)[Account.SURCHARGE].open == 6000_00


def test_a_surcharge_is_never_above_what_it_is_for():
    row = make_recovery(State.SERVED, whole=False, principal_fen=100)
    said = LATENESS | {"base_fen": 100, "rate": "30"}  # 120 for four days

    charge(row, Account.SURCHARGE, 90, said)
    with pytest.raises(ActionRefused, match="累计不得超过应退本金（行政强制法第四十五条）"):
        charge(row, Account.SURCHARGE, 11, said)
    charge(row, Account.SURCHARGE, 10, said)

    assert recovering.balances(row)[Account.SURCHARGE].owed == 100
    assert count_all()["I7"] == 0


def test_a_surcharge_on_a_fine_is_three_percent_a_day_up_to_the_fine():
    row = make_recovery(State.SERVED)
    recovery.transfer(row, to="finance", matter="罚款", reason="骗取", by=inspector(row), at=SERVED)
    charge(row, Account.FINE, 100_00, FINE)
    said = {"base_fen": 100_00, "rate": "3", "days": 4, "source": "x", "per": "day", "on": "fine"}

    with pytest.raises(ActionRefused, match="百分之三（行政处罚法第七十二条）"):
        charge(row, Account.SURCHARGE, 1, said | {"rate": "3.01"})
    with pytest.raises(ActionRefused, match="计算基数不能超过罚款"):
        charge(row, Account.SURCHARGE, 1, said | {"base_fen": 100_01})
    charge(row, Account.SURCHARGE, 12_00, said)
    month = LATE + 60 * DAY
    charge(row, Account.SURCHARGE, 88_00, said | {"days": 60}, at=month)
    with pytest.raises(ActionRefused, match="累计不得超过罚款（行政处罚法第七十二条）"):
        charge(row, Account.SURCHARGE, 1, said | {"days": 60}, at=month)


@pytest.mark.parametrize("account", ["principal", "x"])
def test_principal_comes_with_the_decision_alone(account):
    row = make_recovery(State.SERVED)

    with pytest.raises(ActionRefused, match="请选择科目"):
        charge(row, account, 1, RATE)


# ---- two people


def test_a_repayment_is_entered_by_one_and_confirmed_by_another():
    row = make_recovery(State.SERVED)
    waiting = claim(row, 100_0000_00)

    assert (numbers(row), waiting.entry) == ((WHOLE, 0), None)
    entry = recovery_money.confirm(waiting, by=officer(row, Duty.COUNTERSIGN), at=SERVED)

    assert numbers(row) == (200_0000_00, 0)
    assert entry.made_by.duty, entry.confirmed_by.duty == ("pay", "countersign")
    with pytest.raises(ActionRefused, match="该事项已经确认"):
        recovery_money.confirm(waiting, by=officer(row, Duty.COUNTERSIGN), at=SERVED)
    with pytest.raises(ActionRefused, match="该事项已经确认"):
        recovery_money.refuse(waiting, reason="x", by=officer(row, Duty.COUNTERSIGN), at=SERVED)


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [("repaid", "pay", "countersign"), ("refunded", "pay", "countersign"), ("written_off", "inspect", "legal")],
)
def test_every_movement_has_its_two_duties(kind, first, second):
    row = make_recovery(State.SERVED)
    pay_back(row, WHOLE + 10)  # so that there is something to refund
    if kind == "written_off":
        charge(row, Account.SURCHARGE, 10, LATENESS)
    said: dict[str, Any] = {"kind": kind, "account": "surcharge" if kind == "written_off" else "principal"}

    for duty in sorted(set(Duty.values) - {first}):
        with pytest.raises(ActionRefused, match="岗位可以办理此事项"):
            recovery_money.claim(
                row,
                amount_fen=10,
                on=LATE.date(),
                voucher="x",
                basis="x",
                paper=make_paper(),
                by=make_officer(duty),
                at=LATE,
                **said,
            )
    waiting = claim(row, 10, at=LATE, **said)
    for duty in sorted(set(Duty.values) - {second}):
        with pytest.raises(ActionRefused, match="岗位可以办理此事项"):
            recovery_money.confirm(waiting, by=make_officer(duty), at=LATE)
    waiting.made_by.user.postings.update(duty=second)
    with pytest.raises(ActionRefused, match="您已在本件担任"):
        recovery_money.confirm(waiting, by=waiting.made_by.user, at=LATE)

    assert recovery_money.confirm(waiting, by=officer(row, second), at=LATE).kind == kind


def test_a_claim_is_dropped_with_its_reason():
    row = make_recovery(State.SERVED)
    waiting = claim(row, 100)

    with pytest.raises(ActionRefused, match="请填写驳回的理由"):
        recovery_money.refuse(waiting, reason=" ", by=officer(row, Duty.COUNTERSIGN), at=SERVED)
    recovery_money.refuse(waiting, reason="凭证不符", by=officer(row, Duty.COUNTERSIGN), at=SERVED)

    assert numbers(row) == (WHOLE, 0)
    with pytest.raises(ActionRefused, match="该事项已经驳回"):
        recovery_money.confirm(waiting, by=officer(row, Duty.COUNTERSIGN), at=SERVED)


# ---- bounds


def test_nothing_is_written_off_beyond_what_is_open():
    row = make_recovery(State.SERVED)
    claim(row, 200_0000_00, kind="written_off")

    with pytest.raises(ActionRefused, match="核销不能超过该余额（含待确认的核销）"):
        claim(row, 100_0000_01, kind="written_off")
    second = claim(row, 100_0000_00, kind="written_off")
    pay_back(row, 250_0000_00)
    with pytest.raises(ActionRefused, match="核销不能超过该余额"):
        recovery_money.confirm(second, by=officer(row, Duty.LEGAL), at=SERVED)
    recovery_money.refuse(second, reason="已退回", by=officer(row, Duty.LEGAL), at=SERVED)

    assert numbers(row) == (50_0000_00, 0)


def test_what_came_too_much_is_entered_and_refunded():
    row = make_recovery(State.SERVED)
    pay_back(row, WHOLE + 5_00)

    assert numbers(row) == (0, 5_00)
    with pytest.raises(ActionRefused, match=r"多缴的5\.00元尚未退还，不能结案"):
        recovery.close(row, reason="完", by=inspector(row), at=SERVED)
    with pytest.raises(ActionRefused, match="退还不能超过多缴的金额"):
        claim(row, 5_01, kind="refunded")
    refund = claim(row, 5_00, kind="refunded")
    recovery_money.confirm(refund, by=officer(row, Duty.COUNTERSIGN), at=SERVED)

    assert numbers(row) == (0, 0)
    recovery.close(row, reason="已全部退回", by=inspector(row), at=SERVED)
    assert set(count_all().values()) == {0}


def test_a_wrong_entry_is_taken_back_whole_and_once():
    row = make_recovery(State.SERVED)
    entry = pay_back(row, 100_0000_00, voucher="缴1")

    with pytest.raises(ActionRefused, match="冲回须与原台账的科目、种类和金额一致"):
        claim(row, 99, reverses=entry)
    waiting = claim(row, 100_0000_00, reverses=entry)
    with pytest.raises(ActionRefused, match="已有待复核的冲回"):
        claim(row, 100_0000_00, reverses=entry)
    recovery_money.confirm(waiting, by=officer(row, Duty.COUNTERSIGN), at=SERVED)
    with pytest.raises(ActionRefused, match="或者已经冲回"):
        claim(row, 100_0000_00, reverses=entry)
    with pytest.raises(ActionRefused, match="请在凭证号后加注"):
        claim(row, 100_0000_00, voucher="缴1")

    assert numbers(row) == (WHOLE, 0)
    assert count_all()["I7"] == 0


def test_a_reversal_that_came_too_late_is_refused_and_dropped():
    row = make_recovery(State.SERVED)
    legal = officer(row, Duty.LEGAL)
    first = claim(row, 100, kind="written_off")
    entry = recovery_money.confirm(first, by=legal, at=SERVED)
    waiting = claim(row, 100, kind="written_off", reverses=entry)
    judge(row, "annulled")

    with pytest.raises(ActionRefused, match="已随其他事项冲回，请驳回本次登记"):
        recovery_money.confirm(waiting, by=legal, at=SERVED)
    recovery_money.refuse(waiting, reason="决定已撤销，随之冲回", by=legal, at=SERVED)

    assert numbers(row) == (0, 0)
    assert count_all()["I7"] == 0


def test_an_entry_of_another_case_is_not_taken_back():
    row, other = make_recovery(State.SERVED), make_recovery(State.SERVED)
    entry = pay_back(other, 100)

    with pytest.raises(ActionRefused, match="不属于本案"):
        claim(row, 100, reverses=entry)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"fen": 0}, "金额须大于0"),
        ({"fen": -1}, "金额须大于0"),
        ({"kind": "owed"}, "请选择科目和种类"),
        ({"account": "x"}, "请选择科目和种类"),
        ({"basis": " "}, "请填写依据"),
        ({"voucher": " "}, "请填写凭证号"),
        ({"on": DECIDED.date() - DAY}, "不能早于作出决定的日期"),
        ({"on": (SERVED + DAY).date()}, "不能晚于今天"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(said, reason):
    row = make_recovery(State.SERVED)
    values: dict[str, Any] = {
        "account": "principal",
        "kind": "repaid",
        "on": SERVED.date(),
        "voucher": "缴1",
        "basis": "x",
    }
    fen = said.pop("fen", 1) if "fen" in said else 1

    with pytest.raises(ActionRefused, match=reason):
        recovery_money.claim(row, amount_fen=fen, by=officer(row, Duty.PAY), at=SERVED, **values | said)
    assert not row.claims.exists()


def test_one_slip_is_one_repayment_of_an_account():
    row = make_recovery(State.SERVED)
    claim(row, 100, voucher="缴1")

    with pytest.raises(ActionRefused, match="凭证号 缴1 已经登记"):
        claim(row, 100, voucher="缴1")
    charge(row, Account.SURCHARGE, 10, LATENESS)
    claim(row, 10, voucher="缴1", account="surcharge", at=LATE)  # one slip may be for two accounts


def test_money_is_entered_after_the_service():
    row = make_recovery(State.DECIDED)

    with pytest.raises(ActionRefused, match="本案目前为“待送达”"):
        claim(row, 100, at=DECIDED)


def test_nothing_more_is_entered_on_a_closed_case():
    row = make_recovery(State.CLOSED)

    with pytest.raises(ActionRefused, match="台账已结清"):
        claim(row, 100, at=LATE)


# ---- plan


def test_a_plan_moves_the_time_to_pay_with_what_comes_back():
    row = make_recovery(State.SERVED)
    by = inspector(row)
    parts = [(date(2026, 10, 10), 100_0000_00), (date(2026, 11, 10), 100_0000_00), (date(2026, 12, 10), 100_0000_00)]
    for wrong in (
        parts[:2],
        parts[::-1],
        [(date(2026, 9, 1), WHOLE)],
        [(date(2026, 10, 1), 0), (date(2026, 11, 1), WHOLE)],
    ):
        with pytest.raises(ActionRefused, match="各期"):
            recovery.plan(row, parts=wrong, by=by, at=SERVED)
    recovery.plan(row, parts=parts, by=by, at=SERVED)

    def due():
        return row.terms.get(kind="pay", ended_on=None).due_on

    assert due() == date(2026, 10, 10)
    pay_back(row, 99_0000_00, at=SERVED)
    assert due() == date(2026, 10, 10)
    pay_back(row, 101_0000_00, at=SERVED)
    assert (due(), fresh(row).next_due_on) == (date(2026, 12, 10), date(2026, 11, 16))
    pay_back(row, 100_0000_00, at=SERVED)
    assert not row.terms.filter(kind="pay", ended_on=None).exists()


# ---- set-offs


def owing(row: RecoveryCase, fen: int, *, at=LATE) -> SetOff:
    """Have what is open taken from the next payments: proposed by 稽核, confirmed by 财政."""
    made = recovery.set_off(row, amount_fen=fen, by=inspector(row), at=at)
    return setoff.confirm(made, by=make_officer(Duty.COUNTERSIGN, row.authority.code), at=at)


def next_case(row: RecoveryCase, subject: str = "二号中心", *, at=LATE) -> Application:
    """Return another granted case of the same body."""
    case = make_application(Status.GRANTED, applicant=row.application.applicant, subject=subject, at=at)
    check_account(case.applicant, case.authority.code, at=at)
    return case


def record(case: Application, *, at=LATE) -> Payment:
    """Record that the only share of a case was paid."""
    part = case.awards.get().instalments.get()
    return payment.record(part, paid_on=at.date(), voucher_number=f"凭{case.pk}", by=officer(case, Duty.PAY), at=at)


def pay(case: Application, *, at=LATE) -> Payment:
    """Pay the only share of a case."""
    return payment.confirm(record(case, at=at), by=officer(case, Duty.COUNTERSIGN), at=at)


def test_a_payment_takes_the_debt_and_the_ledger_says_so():
    row = make_recovery(State.SERVED)
    owing(row, 120_0000_00)
    case = next_case(row)

    paid = pay(case)

    entry = row.entries.get(kind="set_off")
    assert (paid.set_off_fen, entry.amount_fen, entry.payment) == (120_0000_00, 120_0000_00, paid)
    assert numbers(row) == (180_0000_00, 0)
    assert [step.name for step in row.steps.all()][-2:] == ["set_off", "taken"]
    assert row.application.events.filter(action="recovery_taken").count() == 1
    assert set(count_all().values()) == {0}


def test_a_payment_that_comes_back_opens_the_debt_again():
    row = make_recovery(State.SERVED)
    owing(row, WHOLE)
    case = next_case(row)
    paid = pay(case)
    assert numbers(row) == (0, 0)

    payment.return_(paid, on=LATE.date(), reason="账号有误", by=officer(case, Duty.PAY), at=LATE)

    assert numbers(row) == (WHOLE, 0)
    again = setoff.open_of(row.authority_id, [case.applicant_id])[case.applicant_id]
    assert [one.left_fen for one in again] == [WHOLE]
    assert set(count_all().values()) == {0}


def test_a_debt_that_a_returned_payment_opened_again_is_taken_from_the_next_one_though_the_case_was_closed():
    row = make_recovery(State.SERVED)
    owing(row, WHOLE)
    case = next_case(row)
    paid = pay(case)
    recovery.close(row, reason="已全部抵扣", by=inspector(row), at=LATE)

    payment.return_(paid, on=LATE.date(), reason="账号有误", by=officer(case, Duty.PAY), at=LATE + DAY)

    assert (fresh(row).state, numbers(row)) == (State.CLOSED, (WHOLE, 0))
    assert set(count_all().values()) == {0}
    payment.release(paid, note="账户无误", by=officer(case, Duty.PAY), at=LATE + DAY)
    second = payment.record(
        case.awards.get().instalments.get(),
        paid_on=LATE.date(),
        voucher_number="凭再",
        by=officer(case, Duty.PAY),
        at=LATE + DAY,
    )
    payment.confirm(second, by=officer(case, Duty.COUNTERSIGN), at=LATE + DAY)
    assert numbers(row) == (0, 0)
    assert set(count_all().values()) == {0}


def test_a_repayment_shortens_what_is_still_to_be_set_off():
    row = make_recovery(State.SERVED)
    owing(row, 120_0000_00)
    pay_back(row, 250_0000_00, at=LATE)

    paid = pay(next_case(row))

    assert (paid.set_off_fen, numbers(row)) == (50_0000_00, (0, 0))
    assert setoff.open_of(row.authority_id, [row.application.applicant_id]) == {}


def test_what_is_repaid_while_a_payment_is_under_way_is_over_and_refunded():
    row = make_recovery(State.SERVED)
    owing(row, 120_0000_00)
    case = next_case(row)
    under_way = record(case)
    pay_back(row, WHOLE, at=LATE)

    payment.confirm(under_way, by=officer(case, Duty.COUNTERSIGN), at=LATE)

    assert numbers(row) == (0, 120_0000_00)
    assert set(count_all().values()) == {0}


def test_a_batch_does_not_go_out_with_more_set_off_than_is_open():
    row = make_recovery(State.SERVED)
    owing(row, 120_0000_00)
    case = next_case(row)
    share = PayerShare.objects.get(instalment__award__application=case)
    made = batch.prepare(make_payer(), [share.pk], purpose="奖补", by=make_officer(Duty.PAY), at=LATE)
    pay_back(row, WHOLE, at=LATE)

    with pytest.raises(ActionRefused, match="抵扣有多，请取出本笔后重新编制"):
        batch.countersign(made, by=make_officer(Duty.COUNTERSIGN), at=LATE)
    batch.drop(made, reason="重新编制", by=make_officer(Duty.COUNTERSIGN), at=LATE)
    paid = pay(case)

    assert (paid.set_off_fen, numbers(row)) == (0, (0, 0))


def test_principal_is_set_off_before_interest_and_a_fine_never():
    row = make_recovery(State.DISCUSSED)
    decide(row, interest=Charge.of(RATE))
    serve(row)
    recovery.transfer(row, to="finance", matter="罚款", reason="骗取", by=inspector(row), at=SERVED)
    charge(row, Account.FINE, 100_00, FINE)
    pay_back(row, WHOLE - 100_00, at=LATE)

    with pytest.raises(ActionRefused, match="不超过尚未退回、也未提出抵扣的本金和利息"):
        recovery.set_off(row, amount_fen=100_00 + 3_821_92 + 1, by=inspector(row), at=LATE)
    owing(row, 100_00 + 3_821_92)
    with pytest.raises(ActionRefused, match="也未提出抵扣"):
        recovery.set_off(row, amount_fen=1, by=inspector(row), at=LATE)
    pay(next_case(row))

    taken = row.entries.filter(kind="set_off").values_list("account", "amount_fen")
    assert list(taken) == [("principal", 100_00), ("interest", 3_821_92)]
    assert recovering.balances(row)[Account.FINE].open == 100_00


def test_nothing_is_set_off_while_there_is_time_to_pay():
    row = make_recovery(State.SERVED)

    with pytest.raises(ActionRefused, match="届满仍未履行的方可抵扣"):
        recovery.set_off(row, amount_fen=1, by=inspector(row), at=SERVED)


def test_a_set_off_counts_once_finance_has_confirmed_it():
    row = make_recovery(State.SERVED)
    made = recovery.set_off(row, amount_fen=100, by=inspector(row), at=LATE)

    assert setoff.open_of(row.authority_id, [row.application.applicant_id]) == {}
    with pytest.raises(ActionRefused, match="岗位可以办理此事项"):
        setoff.confirm(made, by=inspector(row), at=LATE)
    assert (made.recovery, made.basis) == (row, f"追回案件{row.number}")


# ---- the database and the invariant


@pytest.mark.parametrize(
    "change",
    [
        {"amount_fen": 0},
        {"basis": ""},
        {"confirmed_by": None},
        {"kind": "owed", "confirmed_by": None},  # principal without its instalment
        {"kind": "set_off"},  # without its payment
        {"same": True},
    ],
)
def test_the_database_refuses_a_wrong_entry(change):
    row = make_recovery(State.SERVED)
    entry = pay_back(row, 100)
    same = change.pop("same", False)
    values = {field.attname: getattr(entry, field.attname) for field in entry._meta.fields if not field.primary_key}
    values |= {"voucher": "另一", **change}
    if "confirmed_by" in change:
        values.pop("confirmed_by_id")
    if same:
        values["confirmed_by_id"] = values["made_by_id"]

    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryEntry.objects.create(**values)


def test_the_database_takes_one_slip_and_one_reversal():
    row = make_recovery(State.SERVED)
    entry = pay_back(row, 100)
    values = {field.attname: getattr(entry, field.attname) for field in entry._meta.fields if not field.primary_key}

    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryEntry.objects.create(**values)
    RecoveryEntry.objects.create(**values | {"reverses_id": entry.pk})
    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryEntry.objects.create(**values | {"reverses_id": entry.pk})


def test_entries_and_confirmed_claims_are_never_edited():
    row = make_recovery(State.SERVED)
    entry = pay_back(row, 100)

    for change in (
        lambda: RecoveryEntry.objects.filter(pk=entry.pk).update(amount_fen=1),
        lambda: RecoveryEntry.objects.filter(pk=entry.pk).delete(),
        lambda: RecoveryClaim.objects.filter(entry=entry).update(basis="x"),
        lambda: claim(row, 5) and RecoveryClaim.objects.filter(entry=None).update(amount_fen=1),
    ):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            change()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "owed"},
        {"amount_fen": 0},
        {"basis": ""},
        {"same": True},
        {"dropped_at": SERVED},
        {"confirmed_at": None},
    ],
)
def test_the_database_refuses_a_wrong_claim(change):
    row = make_recovery(State.SERVED)
    pay_back(row, 100)
    known = row.claims.get()
    values = {field.attname: getattr(known, field.attname) for field in known._meta.fields if not field.primary_key}
    entry = RecoveryEntry.objects.create(
        **{
            field.attname: getattr(known.entry, field.attname)
            for field in known.entry._meta.fields
            if not field.primary_key
        }
        | {"voucher": "另一"}
    )
    values |= {"entry_id": entry.pk}
    if change.pop("same", False):
        change = {"confirmed_by_id": known.made_by_id}

    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryClaim.objects.create(**values | change)


def entry_like(row, **change):
    """Write an entry as a program would that forgot to ask."""
    made, second = officer(row, Duty.PAY), officer(row, Duty.COUNTERSIGN)
    duties = {duty.user_id: duty for duty in row.application.duties.all()}
    values = {
        "recovery": row,
        "account": "principal",
        "kind": "repaid",
        "amount_fen": 100,
        "on": SERVED.date(),
        "voucher": "",
        "basis": "x",
        "made_by": duties[made.pk],
        "made_at": SERVED,
        "confirmed_by": duties[second.pk],
    }
    return RecoveryEntry.objects.create(**values | change)


def test_a_ledger_that_does_not_add_up_is_counted():
    row = make_recovery(State.SERVED)
    pay_back(row, 100)
    owed = row.entries.get(kind="owed")
    repaid = row.entries.get(kind="repaid")
    assert recoveries_that_do_not_add_up() == 0

    for change in (
        {"kind": "written_off", "amount_fen": WHOLE + 1},  # more than is owed
        {"kind": "owed", "instalment": owed.instalment, "payment": owed.payment},  # more than was paid
        {"reverses": repaid, "amount_fen": 1},  # no mirror
        {"kind": "set_off", "payment": owed.payment},  # a payment that took nothing
    ):
        with transaction.atomic():
            entry_like(row, **change)
            assert recoveries_that_do_not_add_up() == 1, change
            transaction.set_rollback(True)


def test_a_closed_case_with_something_open_is_counted():
    row = make_recovery(State.CLOSED)
    assert recoveries_that_do_not_add_up() == 0

    entry_like(row, amount_fen=1)

    assert recoveries_that_do_not_add_up() == 1


def test_hints_and_acts_say_the_same_about_a_claim():
    row = make_recovery(State.SERVED)
    waiting = claim(row, 10, kind="written_off")
    second = officer(row, Duty.LEGAL)
    road = recovering.read(fresh(row))
    standing = permissions.standing_of(second, row.application)

    assert permissions.why_not_confirm_claim(road, standing, SERVED.date(), waiting) == ""
    assert permissions.why_not_refuse_claim(road, standing, SERVED.date(), waiting) == ""
    assert permissions.why_not_claim(road, standing, SERVED.date(), "written_off") == "只有稽核岗位可以办理此事项。"
