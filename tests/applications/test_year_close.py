"""The close of a year, later instalments with their rechecks, and who bears what: sums to the fen."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications import bearing, holds
from applications.actions import ActionRefused, decision, payer, payment, policy, recheck, review, year_close
from applications.actions.delay import explain_delay
from applications.bearing import Bearing
from applications.demo.stories import CLOUD, TALENT, check_all
from applications.invariants import count_all
from applications.models import (
    Application,
    Authority,
    CarryOver,
    Delivery,
    Duty,
    Payer,
    PayerShare,
    Payment,
    Pool,
    Status,
    YearClose,
)
from tests.applications.test_batches import answer, paid, sent, take
from tests.factories import NOON, check_account, make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db
TZ = NOON.tzinfo
NEXT_YEAR = datetime(2027, 1, 8, 12, tzinfo=TZ)


def sound():
    return {name: count for name, count in count_all().items() if count} == {}


def in_a_pool(limit=600_0000_00):
    """Return a granted case of 300万元 in a pool of 2026."""
    row = make_policy()
    case = make_application(Status.PROPOSED)
    pool = Pool.objects.create(policy=row, name="年度资金", year=2026, limit_fen=limit, source="测试")
    pool.clauses.add(case.clause)
    approver = make_officer(Duty.APPROVE)
    decision.endorse(case, by=approver, at=NOON)
    decision.grant(case, by=approver, at=NOON)
    check_account(case.applicant)
    return Application.objects.get(pk=case.pk), pool


def closed(year=2026, at=NEXT_YEAR):
    authority = Authority.objects.get(code="xinxing")
    row = year_close.propose(authority, year, paper="结账通知", by=make_officer(Duty.PAY), at=at)
    return year_close.confirm(row, by=make_officer(Duty.COUNTERSIGN), at=at)


def counters(*pools):
    found = []
    for pool in pools:
        pool.refresh_from_db()
        found.append((pool.limit_fen, pool.committed_fen, pool.paid_fen))
    return found


# ── 年终结账 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_unpaid_goes_to_the_next_year_with_its_money():
    case, pool = in_a_pool()
    row = closed()

    later = Pool.objects.get(year=2027)
    assert counters(pool, later) == [(600_0000_00, 0, 0), (300_0000_00, 300_0000_00, 0)]
    assert [(c.source_id, c.target_id, c.application_id, c.amount_fen) for c in CarryOver.objects.all()] == [
        (pool.pk, later.pk, case.pk, 300_0000_00)
    ]
    assert row.summary["unpaid"][0]["case"] == case.number
    assert row.summary["pools"][0]["carried_fen"] == 300_0000_00
    assert sound()
    part = case.awards.get().instalments.get()
    late = NEXT_YEAR.replace(month=1, day=8)
    with pytest.raises(ActionRefused, match="2026年度已结账"):
        payment.record(
            part, paid_on=date(2026, 12, 31), voucher_number="一", by=make_officer(Duty.PAY), at=_explained(case, late)
        )


def _explained(case, at):
    """Explain the delay, so that nothing but the year stands against a payment."""
    explain_delay(case, "年终结账", by=make_officer(Duty.COUNTERSIGN), at=at)
    return at


def test_a_payment_after_the_close_counts_in_the_new_pool_and_its_return_too():
    case, pool = in_a_pool()
    closed()
    row = sent([case], at=_explained(case, NEXT_YEAR))
    day = NEXT_YEAR + timedelta(days=1)
    line = (1, "3000000.00", "已支付", "2027-01-09", "凭1", "")
    take(row, answer(row, line), at=day)
    later = Pool.objects.get(year=2027)
    assert counters(pool, later) == [(600_0000_00, 0, 0), (300_0000_00, 300_0000_00, 300_0000_00)]
    assert sound()


def test_what_comes_back_after_the_close_is_paid_again_from_the_next_year():
    case, pool = in_a_pool()
    row = sent([case])
    take(row, answer(row, paid(1)))
    closed()
    assert counters(pool) == [(600_0000_00, 300_0000_00, 300_0000_00)]
    assert not CarryOver.objects.exists()

    line = Payment.objects.get()
    payment.return_(line, on=NEXT_YEAR.date(), reason="户名不符", by=line.recorded_by.user, at=NEXT_YEAR)

    assert counters(pool, Pool.objects.get(year=2027)) == [(600_0000_00, 0, 0), (300_0000_00, 300_0000_00, 0)]
    case.refresh_from_db()
    assert case.status == Status.GRANTED
    assert sound()


def test_a_year_is_closed_by_two_on_figures_that_still_hold():
    case, _ = in_a_pool()
    authority, first = Authority.objects.get(code="xinxing"), make_officer(Duty.PAY)
    with pytest.raises(ActionRefused, match="尚未开始"):
        year_close.propose(authority, 2027, paper="通知", by=first, at=NOON)
    row = year_close.propose(authority, 2026, paper="通知", by=first, at=NOON)
    with pytest.raises(ActionRefused, match="两名财政人员分别办理"):
        year_close.confirm(row, by=first, at=NOON)
    sent([case])
    with pytest.raises(ActionRefused, match="1笔拨付没有结果"):
        year_close.confirm(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    batch_row = Payment.objects.get().batch
    take(batch_row, answer(batch_row, paid(1)))
    with pytest.raises(ActionRefused, match="数据有变化"):
        year_close.confirm(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    year_close.drop(row, reason="重新汇总", by=first, at=NOON)
    assert year_close.propose(authority, 2026, paper="通知", by=first, at=NOON).pk != row.pk


def test_a_closed_year_holds_every_payment_dated_in_it():
    case, _ = in_a_pool()
    closed(at=NOON)
    part = case.awards.get().instalments.get()
    assert holds.why_held(part, NOON) == ["2026年度已结账，不能再有当年日期的拨付"]


# ── 分期与再核 ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_year_that_is_closed_as_a_payment_is_entered_takes_it_no_more(monkeypatch):
    """The close is confirmed after the officer's page and the holds were read, before the authority is locked."""
    case, _ = in_a_pool()
    ask = payment._refuse_used_voucher

    def closed_meanwhile(*args):
        monkeypatch.undo()
        closed()
        ask(*args)

    monkeypatch.setattr(payment, "_refuse_used_voucher", closed_meanwhile)
    part = case.awards.get().instalments.get()
    with pytest.raises(ActionRefused, match="2026年度已结账，不能再有当年日期的拨付"):
        payment.record(part, paid_on=NOON.date(), voucher_number="凭", by=make_officer(Duty.PAY), at=NOON)

    assert not case.awards.get().instalments.get().payments.exists()


def test_later_instalments_fall_due_a_year_apart_and_wait_for_a_recheck():
    case = _grant_staged()
    first, second, third = case.awards.get().instalments.all()
    assert [first.due_on, second.due_on, third.due_on] == [None, date(2027, 9, 1), date(2028, 9, 1)]
    assert holds.why_held(first, NOON) == []
    assert holds.why_held(second, NOON) == ["第2期自2027年9月1日起可以拨付"]
    due = NOON.replace(year=2027)
    code = "shihezi"
    assert "第2期拨付前须先再核" in holds.why_held(second, due)
    authority = Authority.objects.get(code=code)
    assert list(holds.due_for_recheck(authority.pk, NOON)) == []
    assert list(holds.due_for_recheck(authority.pk, due)) == [second]
    inspector = make_officer(Duty.INSPECT, code)
    with pytest.raises(ActionRefused, match="第2期自2027年9月1日起再核"):
        recheck.recheck(second, passed=True, findings="在", by=inspector, at=NOON)
    with pytest.raises(ActionRefused, match="首期资金不需要再核"):
        recheck.recheck(first, passed=True, findings="在", by=inspector, at=due)
    recheck.ask(second, request="请提供社保证明", by=inspector, at=due)
    recheck.recheck(second, passed=False, findings="团队已离开", by=inspector, at=due)
    assert "第2期再核未通过：团队已离开" in holds.why_held(second, due)
    assert list(holds.due_for_recheck(authority.pk, due)) == [second]
    recheck.recheck(second, passed=True, findings="经核实仍在", by=inspector, at=due)
    assert not [reason for reason in holds.why_held(second, due) if "再核" in reason]
    assert list(holds.due_for_recheck(authority.pk, due)) == []
    assert Delivery.objects.filter(subject="分期资金再核", channel="site").count() == 2


def _grant_staged(**more):
    case = make_application(Status.VERIFYING, clause="shihezi-5.1a", facts=TALENT, subject="团队")
    verifier, approver = make_officer(Duty.VERIFY, "shihezi"), make_officer(Duty.APPROVE, "shihezi")
    check_all(case, by=verifier, at=NOON)
    case = review.propose(case, amount_fen=100_00_01, reason="研究核定", by=verifier, at=NOON)
    case = decision.endorse(case, by=approver, at=NOON)
    decision.grant(case, by=approver, at=NOON, **more)
    check_account(case.applicant, "shihezi")
    return Application.objects.get(pk=case.pk)


def test_the_approver_may_set_the_days_and_not_against_their_order():
    with pytest.raises(ActionRefused, match="逐期递增"):
        _grant_staged(due_on=[date(2027, 1, 1), date(2027, 1, 1)])
    with pytest.raises(ActionRefused, match="请填写后续2期"):
        _grant_staged(due_on=[date(2027, 1, 1)])
    case = _grant_staged(due_on=[date(2027, 1, 1), date(2027, 6, 1)])
    assert list(case.awards.get().instalments.values_list("due_on", "amount_fen")) == [
        (None, 20_00_00),
        (date(2027, 1, 1), 30_00_00),
        (date(2027, 6, 1), 50_00_01),
    ]


# ── 分担 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _baoding(amount_fen):
    make_policy("baoding", readings=True)
    case = make_application(Status.VERIFYING, clause="baoding-2", facts=CLOUD, subject="中心")
    verifier, approver = make_officer(Duty.VERIFY, "baoding"), make_officer(Duty.APPROVE, "baoding")
    check_all(case, by=verifier, at=NOON)
    case = review.propose(case, amount_fen=amount_fen, reason="研究核定", by=verifier, at=NOON)
    return decision.endorse(case, by=approver, at=NOON), approver


def _payers():
    authority = Authority.objects.get(code="baoding")
    city = Payer.objects.get(authority=authority, standard=True)
    said = {"budget_unit": "单位", "subject": "科目", "by": make_officer(Duty.PAY, "baoding"), "at": NOON}
    return city, payer.enter(authority, name="某区财政局", **said), payer.enter(authority, name="某县财政局", **said)


def test_city_and_district_bear_half_each_and_the_odd_fen_goes_where_the_reading_says():
    case, approver = _baoding(90_0000_01)
    city, district, county = _payers()
    places = {place.label: place for place in bearing.places_of(case)}
    assert {label: place.bearers for label, place in places.items()} == {
        "市管区": ("市级", "区级"), "省直管县": ("县级",), "其他县": (), "开发区": (),
    }  # fmt: skip
    urban = places["市管区"].value
    for borne, words in (
        (Bearing(), "请选择项目所在区划"),
        (Bearing(urban, (city,)), "由市级、区级承担，请依次选择2个支付单位"),
        (Bearing(urban, (city, city)), "不能承担两份"),
        (Bearing(urban, (city, district), (1, 2)), "由条文直接确定"),
        (Bearing(places["其他县"].value, (city, county), (1, 2)), "应等于核定金额 900,000.01 元"),
    ):
        with pytest.raises(ActionRefused, match=words):
            decision.grant(case, borne=borne, by=approver, at=NOON)
    award = decision.grant(case, borne=Bearing(urban, (city, district)), by=approver, at=NOON)
    shares = PayerShare.objects.filter(instalment__award=award).order_by("pk")
    assert [(row.payer_id, row.amount_fen) for row in shares] == [(city.pk, 45_0000_00), (district.pk, 45_0000_01)]
    assert sound()


def test_where_the_text_has_no_shares_the_approver_enters_the_sums():
    case, approver = _baoding(90_0000_01)
    city, _, county = _payers()
    place = next(p.value for p in bearing.places_of(case) if p.label == "其他县")
    borne = Bearing(place, (city, county), (30_0000_00, 60_0000_01))
    award = decision.grant(case, borne=borne, by=approver, at=NOON)
    assert list(PayerShare.objects.filter(instalment__award=award).values_list("payer__name", "amount_fen")) == [
        (city.name, 30_0000_00),
        ("某县财政局", 60_0000_01),
    ]


@given(
    parts=st.lists(st.integers(1, 10**12), min_size=1, max_size=5),
    cut=st.fractions(0, 1),
)
def test_entered_sums_come_to_every_instalment_and_every_payer_to_the_fen(parts, cut):
    total = sum(parts)
    first = int(total * cut)
    rows = bearing._spread(parts, [first, total - first])
    assert [sum(row) for row in rows] == parts
    assert [sum(column) for column in zip(*rows, strict=True)] == [first, total - first]
    assert min(fen for row in rows for fen in row) >= 0


def test_a_total_of_the_text_grows_by_what_was_carried_with_money_and_by_nothing_else():
    row = make_policy("shanxi")
    by, manager = make_officer(Duty.PAY, "shanxi"), make_officer(Duty.POLICY, "shanxi")
    clauses = list(row.clauses.filter(code="shanxi-9a"))
    said = {"name": "年度资金", "clauses": clauses, "source": "测试", "by": manager, "at": NOON}
    stated = 5000_0000_00
    with pytest.raises(ActionRefused, match=r"年度总额不超过 50,000,000\.00 元，总额不得高于该数。"):
        policy.set_pool(row, year=2027, limit_fen=stated + 1, **said)
    before = policy.set_pool(row, year=2026, limit_fen=stated, **said)
    pool = policy.set_pool(row, year=2027, limit_fen=stated, **said)
    close = YearClose.objects.create(
        authority=row.authority, year=2026, summary={}, summary_sha256="x", paper="x", closed_by=by, closed_at=NOON
    )
    CarryOver.objects.create(close=close, source=before, target=pool, amount_fen=100, unfunded_fen=40)

    with pytest.raises(ActionRefused, match=r"另有上年结转 0\.60 元，总额不得高于该数。"):
        policy.set_pool(row, year=2027, limit_fen=stated + 61, **said)

    assert policy.set_pool(row, year=2027, limit_fen=stated + 60, **said).limit_fen == stated + 60
