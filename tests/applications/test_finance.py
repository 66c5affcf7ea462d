"""How a share stands follows from rows: each state, each reason to hold, and the sums over many of them."""

import csv
from collections import Counter
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from openpyxl import load_workbook

from applications import finance, holds, payment_register
from applications.actions import payment, restriction
from applications.models import (
    Applicant,
    Application,
    Award,
    BankAccount,
    CaseDuty,
    Clock,
    CreditCheck,
    Duty,
    Instalment,
    Job,
    Payer,
    PayerShare,
    Payment,
    PaymentBatch,
    Pool,
    Recheck,
    Status,
    YearClose,
)
from tests.factories import NOON, make_application, make_officer
from tests.portal.finance_rows import check_account, split

pytestmark = pytest.mark.django_db
TOMORROW = NOON.date() + timedelta(days=1)


@pytest.fixture
def award():
    """A granted award of 300 万元 in one instalment, whose account two officers have looked at."""
    award = make_application(Status.GRANTED).awards.get()
    check_account(award)
    return award


def stands(award, number=1, at=NOON):
    """
    Return (state, hold) of the first share of an instalment.

    The desk reckons in SQL what the acts ask of `holds`; each situation that a test makes has both say the same.
    """
    row = finance.shares_of(award.authority_id, at).get(instalment__award=award, instalment__number=number)
    if row.state in (finance.DUE, finance.REJECTED, finance.HELD, finance.RETURNED):
        held = holds.why_held(Instalment.objects.get(pk=row.instalment_id), at)
        assert bool(held) == (row.state in (finance.HELD, finance.RETURNED)), (row.state, row.hold, held)
    return row.state, row.hold


def duty(award, duty):
    """Return the duty on the case of an award, of a fresh officer where nobody has it."""
    if held := award.application.duties.filter(duty=duty).first():
        return held
    return CaseDuty.objects.create(application=award.application, user=make_officer(duty), duty=duty, since=NOON)


def in_batch(share, state, **values):
    """Return a payment of a share in a batch, as plain rows."""
    payer = share.payer
    last = PaymentBatch.objects.count() + 1
    batch = PaymentBatch.objects.create(
        authority=payer.authority, payer=payer, year=2026, sequence=last, number=f"批{last}", count=1,
        amount_fen=share.amount_fen, purpose="奖补", prepared_by=make_officer(Duty.PAY), prepared_at=NOON,
    )  # fmt: skip
    award = share.instalment.award
    pays, seconds = duty(award, Duty.PAY), duty(award, Duty.COUNTERSIGN)
    reviewed = {} if state == "prepared" else {"confirmed_by": seconds, "confirmed_at": NOON}
    return Payment.objects.create(
        instalment=share.instalment, share=share, account=BankAccount.objects.get(applicant=award.applicant_id),
        amount_fen=share.amount_fen, batch=batch, line=1, state=state, recorded_by=pays, recorded_at=NOON,
        **reviewed, **values,
    )  # fmt: skip


def test_share_of_a_granted_award_is_due(award):
    assert stands(award) == ("due", "")


def test_share_waits_for_an_account_that_two_officers_looked_at(award):
    check_account(award, confirmed=False)
    assert stands(award) == ("held", "account")
    check_account(award, passed=False)
    assert stands(award) == ("held", "account")
    check_account(award)
    assert stands(award) == ("due", "")

    BankAccount.objects.filter(applicant=award.applicant_id).update(usable_from=NOON + timedelta(hours=1))
    assert stands(award) == ("held", "account")
    assert stands(award, at=NOON + timedelta(hours=1)) == ("due", "")


def test_account_in_another_name_holds_the_money_at_the_desk_too(award):
    Applicant.objects.filter(pk=award.applicant_id).update(name="改名后的测试企业有限公司")

    assert stands(award) == ("held", "account")


def test_check_of_another_authority_counts_for_that_one_only(award):
    other = make_application(Status.GRANTED, clause="xinxing-3").awards.get()
    row = check_account(award)
    row.delete()
    check_account(other)

    assert stands(award) == ("held", "account")
    assert stands(other) == ("due", "")


def test_share_waits_for_its_day(award):
    split(award, 1, due_on=TOMORROW)

    assert stands(award, 2) == ("held", "early")
    assert stands(award, 2, at=NOON + timedelta(days=1)) == ("held", "recheck")


def test_later_instalment_waits_for_a_recheck_that_it_passed(award):
    split(award, 1)
    part = award.instalments.get(number=2)
    checks = {"instalment": part, "findings": "测试", "checked_by": duty(award, Duty.VERIFY), "checked_at": NOON}

    assert stands(award, 2) == ("held", "recheck")
    Recheck.objects.create(passed=True, **checks)
    assert stands(award, 2) == ("due", "")
    Recheck.objects.create(passed=False, **checks)  # the newest counts
    assert stands(award, 2) == ("held", "recheck")


@pytest.mark.parametrize(("scope", "expected"), [("payment", ("held", "restricted")), ("filing", ("due", ""))])
def test_restriction_of_payment_holds_everything_of_the_body(award, scope, expected):
    restriction.impose(
        award.authority, uscc=award.applicant.uscc, applicant_name="x", scope=scope, since=NOON.date(),
        until=NOON.date(), basis="测试依据", paper="测试文件", reason="测试", by=make_officer(Duty.INSPECT), at=NOON,
    )  # fmt: skip

    assert stands(award) == expected
    assert stands(award, at=NOON + timedelta(days=1)) == ("due", "")


def test_share_follows_its_payment(award):
    payer, second = make_officer(Duty.PAY), make_officer(Duty.COUNTERSIGN)
    row = payment.record(award.instalments.get(), paid_on=NOON.date(), voucher_number="凭-1", by=payer, at=NOON)
    assert stands(award) == ("recorded", "")
    payment.reject(row, reason="有误", by=second, at=NOON)
    assert stands(award) == ("rejected", "")
    row = payment.record(award.instalments.get(), paid_on=NOON.date(), voucher_number="凭-1", by=payer, at=NOON)
    payment.confirm(row, by=second, at=NOON)
    assert stands(award) == ("paid", "")


def test_duplicate_found_before_payment_holds_until_a_clean_check(award):
    values = {"application": award.application, "source": "信用中国", "queried_on": NOON.date(), "checked_at": NOON}
    values |= {"checked_by": duty(award, Duty.PAY), "stage": "payment"}

    CreditCheck.objects.create(
        result="duplicate", **(values | {"stage": "verify", "checked_by": duty(award, Duty.VERIFY)})
    )
    assert stands(award) == ("due", "")
    CreditCheck.objects.create(result="duplicate", **values)
    assert stands(award) == ("held", "duplicate")
    CreditCheck.objects.create(result="clean", **values)  # the newest counts
    assert stands(award) == ("due", "")


def test_nothing_is_due_in_a_closed_year(award):
    close = YearClose.objects.create(
        authority=award.authority,
        year=2026,
        summary={},
        summary_sha256="0" * 64,
        paper="测试文件",
        closed_by=make_officer(Duty.PAY),
        closed_at=NOON,
    )
    assert stands(award) == ("due", "")  # one officer alone closes nothing
    YearClose.objects.filter(pk=close.pk).update(confirmed_by=make_officer(Duty.COUNTERSIGN), confirmed_at=NOON)

    assert stands(award) == ("held", "closed")


def test_share_of_a_late_case_waits_for_the_explanation(award):
    clock = award.application.clocks.get(step=Status.GRANTED, ended_on=None)
    yesterday = NOON.date() - timedelta(days=1)
    Clock.objects.filter(pk=clock.pk).update(due_on=yesterday)
    Application.objects.filter(pk=award.application_id).update(due_on=yesterday)  # as the step is stored
    assert stands(award) == ("held", "late")

    by = award.application.duties.first().user
    Clock.objects.filter(pk=clock.pk).update(late_reason="测试", late_by=by, late_at=NOON)
    assert stands(award) == ("due", "")


def test_open_objection_holds_the_money_until_it_is_answered(award):
    notice = award.application.notices.create(
        opened_at=NOON, opened_by=duty(award, Duty.APPROVE), days=5, amount_fen=1, ended_at=NOON
    )
    said = {"party": "unit", "name": "测试", "identity": "91659901MATE00000X", "phone": "1", "address": "测试"}
    said |= {"original_name": "x", "content_type": "x", "sha256": "0" * 64, "text": "测试", "filed_at": NOON}
    objection = notice.objections.create(code="AAAA-BBBB-CCCC", **said)
    assert stands(award) == ("held", "objected")

    notice.objections.filter(pk=objection.pk).delete()
    assert stands(award) == ("due", "")


@pytest.mark.parametrize("state", ["prepared", "sent"])
def test_share_in_a_batch_is_under_way_whatever_stands_against_it(award, state):
    in_batch(PayerShare.objects.get(instalment__award=award), state)
    check_account(award, passed=False)

    assert stands(award) == ("batch", "")


def test_returned_share_is_returned_until_it_is_dealt_with(award):
    share = PayerShare.objects.get(instalment__award=award)
    row = in_batch(share, "returned", returned_on=NOON.date(), return_reason="账号有误")
    assert stands(award) == ("returned", "back")

    Payment.objects.filter(pk=row.pk).update(released_at=NOON)
    assert stands(award) == ("due", "")


def test_what_came_back_holds_the_other_payer_of_the_instalment_too(award):
    """The same account stands behind both, and the acts refuse both."""
    share = PayerShare.objects.get(instalment__award=award)
    other = Payer.objects.create(authority=award.authority, name="区财政局")
    second = PayerShare.objects.create(instalment=share.instalment, payer=other, amount_fen=100)
    in_batch(share, "returned", returned_on=NOON.date(), return_reason="账号有误")

    beside = finance.shares_of(award.authority_id, NOON).get(pk=second.pk)

    assert (beside.state, beside.hold) == ("held", "back")
    assert holds.why_held(share.instalment, NOON) == ["退票尚未处理：账号有误"]


def test_what_was_rejected_is_held_when_something_stands_against_it(award):
    in_batch(PayerShare.objects.get(instalment__award=award), "rejected")
    assert stands(award) == ("rejected", "")
    check_account(award, passed=False)
    assert stands(award) == ("held", "account")


def test_cube_sums_everything_once(award):
    second = Payer.objects.create(authority=award.authority, name="区财政局")
    split(award, 3, due_on=TOMORROW, payer=second)
    share = PayerShare.objects.filter(payer=second).first()
    in_batch(share, "sent")

    cells = finance.cube(award.authority_id, NOON)

    standard = Payer.objects.get(authority=award.authority, standard=True)
    common = (award.year, award.clause.policy_id, award.clause_id)
    assert {(cell.payer, cell.state, cell.hold, cell.count, cell.fen) for cell in cells} == {
        (standard.pk, "due", "", 1, award.amount_fen),
        (second.pk, "held", "early", 2, 200),
        (second.pk, "batch", "", 1, 100),
    }
    assert {(cell.year, cell.policy, cell.clause) for cell in cells} == {common}
    sums = finance.summed(cells)
    assert sums.counts == Counter(due=1, held=2, early=2, batch=1)
    assert sums.fen == Counter(due=award.amount_fen, held=200, early=200, batch=100)


def test_replaced_award_is_in_no_sum(award):
    values = {
        name: getattr(award, name)
        for name in ("application", "applicant", "authority", "clause", "assessment", "year", "amount_fen")
    }
    values |= {"computed_fen": award.computed_fen, "decided_by": award.decided_by, "decided_at": NOON}
    newer = type(award).objects.create(replaces=award, **values)
    part = Instalment.objects.create(award=newer, number=1, amount_fen=newer.amount_fen)
    PayerShare.objects.create(instalment=part, payer=Payer.objects.get(authority=award.authority), amount_fen=5)

    assert [row.amount_fen for row in finance.shares_of(award.authority_id, NOON)] == [5]


def test_forecast_puts_what_is_due_into_quarters_and_leaves_out_what_is_paid(award):
    for place, day in enumerate([date(2025, 1, 1), date(2026, 9, 30), date(2026, 10, 1), date(2029, 6, 30)]):
        part = Instalment.objects.create(award=award, number=place + 2, amount_fen=100, due_on=day)
        PayerShare.objects.create(instalment=part, payer=Payer.objects.get(authority=award.authority), amount_fen=100)
    part = Instalment.objects.create(award=award, number=9, amount_fen=7, due_on=date(2029, 7, 1))
    PayerShare.objects.create(instalment=part, payer=Payer.objects.get(authority=award.authority), amount_fen=7)

    quarters, later = finance.forecast(award.clause.policy, NOON.date())

    said = {(row.year, row.quarter): (row.count, row.fen) for row in quarters if row.count}
    assert said == {(2026, 3): (3, award.amount_fen + 200), (2026, 4): (1, 100), (2029, 2): (1, 100)}
    assert (len(quarters), later.count, later.fen) == (12, 1, 7)
    payer, second = make_officer(Duty.PAY), make_officer(Duty.COUNTERSIGN)
    first = award.instalments.get(number=1)
    row = payment.record(first, paid_on=NOON.date(), voucher_number="凭-1", by=payer, at=NOON)
    assert finance.forecast(award.clause.policy, NOON.date())[0][0].count == 3  # recorded is not paid
    payment.confirm(row, by=second, at=NOON)
    assert finance.forecast(award.clause.policy, NOON.date())[0][0].count == 2


def test_months_sum_what_was_paid_net_of_set_off(award):
    share = PayerShare.objects.get(instalment__award=award)
    in_batch(share, "sent", set_off_fen=300)
    Payment.objects.update(state="confirmed", paid_on=date(2026, 9, 30), voucher_number="凭-9")

    months = finance.months(award.clause.policy, 2026)

    assert [(row.month, row.count, row.net_fen, row.set_off_fen) for row in months if row.count] == [
        (9, 1, award.amount_fen - 300, 300)
    ]
    assert sum(row.count for row in finance.months(award.clause.policy, 2025)) == 0


def test_pool_is_split_in_four_that_sum_to_its_limit(award):
    pool = Pool.objects.create(policy=award.clause.policy, name="测试池", year=2026, limit_fen=1000, source="测试")
    Pool.objects.filter(pk=pool.pk).update(committed_fen=700, paid_fen=200)
    noticed = make_application(Status.SUBMITTED)
    noticed.commitments.create(pool=pool, amount_fen=100, made_at=NOON)

    (row,) = [row for row in finance.pool_use(award.clause.policy, 2026) if row.name == "测试池"]

    assert (row.paid_fen, row.granted_fen, row.held_fen, row.free_fen) == (200, 400, 100, 300)


# ---- the register ---------------------------------------------------------------------------------------------------


def lines(award):
    """Return the register as CSV, read back as dictionaries."""
    text = "".join(payment_register.csv_lines(finance.shares_of(award.authority_id, NOON)))
    assert text.startswith("\ufeff序号,")
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def test_csv_names_payer_batch_set_off_net_and_return(award):
    share = PayerShare.objects.get(instalment__award=award)
    row = in_batch(share, "returned", returned_on=NOON.date(), return_reason="=账号有误")
    Payment.objects.filter(pk=row.pk).update(released_at=NOON)
    in_batch(share, "sent", set_off_fen=50)

    (line,) = lines(award)

    yuan = award.amount_fen // 100
    assert (line["金额（元）"], line["抵扣（元）"], line["实付（元）"]) == (f"{yuan}.00", "0.50", f"{yuan - 1}.50")
    assert (line["状态"], line["批次号"], line["支付单位"]) == ("批次中", "批2", share.payer.name)
    assert (line["退票日期"], line["退票原因"]) == ("2026-09-01", "'=账号有误")
    assert (line["户名"], line["账号"]) == (award.applicant.name, "'6200000000000000")


def test_csv_computes_nothing_and_breaks_no_line(award):
    Applicant.objects.filter(pk=award.applicant_id).update(name='=cmd|"x"\n,换行')

    (line,) = lines(award)

    assert line["申报单位"] == '\'=cmd|"x"\n,换行'
    assert len(line) == len(payment_register.COLUMNS)


def test_sheet_and_text_say_the_same(award):
    split(award, 1, due_on=TOMORROW)
    target = BytesIO()
    payment_register.write_xlsx(target, finance.shares_of(award.authority_id, NOON))

    head, *rows = load_workbook(target).active.iter_rows(values_only=True)

    assert list(head) == [column.heading for column in payment_register.COLUMNS]
    said = lines(award)
    assert [row["暂缓原因"] for row in said] == ["未到拨付日期", ""]
    place = head.index
    for row, line in zip(rows, said, strict=True):
        assert str(row[place("申报编号")]) == line["申报编号"]
        assert f"{row[place('金额（元）')]:.2f}" == line["金额（元）"]
        assert row[place("金额大写")] == line["金额大写"]
        assert row[place("状态")] == line["状态"]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="a server's planner looks at sizes, and these tables are small"
)
def test_newest_cases_are_read_from_an_index_and_not_sorted(award):
    """Only what belongs to one case is sorted; otherwise a page would cost as much as everything granted."""
    page = finance.rows_of(award.authority_id).order_by("-instalment__award__application", "-pk")[:31]

    plan = page.values("pk").explain()

    assert "INDEX awards_by_case" in plan
    assert "payment" not in plan  # a join would have all payments read first, whatever the page shows
    assert "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY" in plan or "FOR LAST TERM OF ORDER BY" in plan


def test_shares_without_payment_stand_alike_with_and_without_the_join(award):
    """What the list narrows by is what it shows: the same day, the same states and reasons."""
    rows = finance.rows_of(award.authority_id)
    joined = {row.pk: (row.state, row.hold) for row in finance.shares_of(award.authority_id, NOON).filter(live=None)}
    alone = finance.without_payment(rows, NOON)
    states, holds = [*finance.STATE_NAMES], ["", *finance.HOLDS]
    found = {
        pk: (state, hold)
        for state in states
        for hold in holds
        for pk in alone.filter(unpaid_state=state, unpaid_hold=hold).values_list("pk", flat=True)
    }

    assert found == joined
    assert found
    assert 'JOIN "applications_payment"' not in str(alone.query)


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (Award, {"awards_by_case", "awards_of_year", "awards_of_clause"}),
        (Instalment, {"instalments_by_day"}),
        (Payment, {"payments_by_state", "payments_by_day"}),
        (Job, {"jobs_of_person"}),
    ],
)
def test_lists_of_the_desk_have_their_indexes(model, names):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)

    assert names <= found.keys()
