"""From checked account to batch, from the payer's answer back to the case: exact sums, nothing twice, nothing lost."""

import csv
import io
import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from openpyxl import Workbook, load_workbook

from applications import accounts, batches, holds, results
from applications.actions import ActionRefused, account, batch, decision, payment, people, result, setoff
from applications.invariants import count_all
from applications.models import (
    Applicant,
    Application,
    Authority,
    BankAccount,
    CaseDuty,
    Commitment,
    Delivery,
    Document,
    Duty,
    Payer,
    PayerShare,
    Payment,
    PaymentBatch,
    Pool,
    ResultFile,
    ResultLine,
    SetOff,
    SetOffUse,
    Status,
)
from tests.applications.test_restriction import restrict
from tests.factories import (
    NOON,
    account_of,
    agent_of,
    check_account,
    legal_of,
    make_applicant,
    make_application,
    make_officer,
    make_payer,
    make_policy,
)

pytestmark = pytest.mark.django_db
NEXT_DAY = NOON + timedelta(days=1)


def granted(count=1, **more):
    """Return granted cases of 300万元 each, of one applicant each."""
    return [make_application(Status.GRANTED, **more) for _ in range(count)]


def shares_of(cases):
    return list(PayerShare.objects.filter(instalment__award__application__in=cases).order_by("pk"))


def prepared(cases, *, by=None, at=NOON):
    by = by or make_officer(Duty.PAY)
    return batch.prepare(make_payer(), [row.pk for row in shares_of(cases)], purpose="算力奖补资金", by=by, at=at)


def sent(cases, *, at=NOON):
    return batch.countersign(prepared(cases, at=at), by=make_officer(Duty.COUNTERSIGN), at=at)


def answer(row: PaymentBatch, *lines, kind="csv"):
    """Return a result of the payer: (line, yuan, result, day, voucher, reason) each."""
    head = ["序号", "金额", "备注", "支付结果", "支付日期", "支付凭证号", "退票原因"]
    table = [
        [n, yuan, batches.line_code(row.year, row.sequence, line), said, day, voucher, reason]
        for n, (line, yuan, said, day, voucher, reason) in enumerate(lines, start=1)
    ]
    if kind == "xlsx":
        book, out = Workbook(), io.BytesIO()
        for cells in [head, *table]:
            book.active.append(cells)
        book.save(out)
        return out.getvalue()
    out = io.StringIO()
    csv.writer(out).writerows([head, *table])
    return out.getvalue().encode("utf-8-sig")


def paid(line, yuan="3000000.00", voucher=""):
    return line, yuan, "已支付", "2026-09-02", voucher or f"凭{line}", ""


def returned(line, yuan="3000000.00", reason="账号不存在"):
    return line, yuan, "退票", "2026-09-02", "", reason


def take(row, data, *, by=None, at=NEXT_DAY):
    return result.take_over(row, data, "结果.csv", by=by or make_officer(Duty.PAY), at=at)


def outcomes(made: ResultFile):
    return [(line.row, line.outcome) for line in made.lines.all()]


def sound():
    return {name: count for name, count in count_all().items() if count} == {}


# ── The road ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_batch_goes_out_and_comes_back_paid():
    cases = granted(2)
    payer, reviewer = make_officer(Duty.PAY), make_officer(Duty.COUNTERSIGN)

    row = prepared(cases, by=payer)
    assert (row.number, row.count, row.amount_fen) == ("拨付批次〔2026〕1号", 2, 600_0000_00)
    row = batch.countersign(row, by=reviewer, at=NOON)
    made, fresh = take(row, answer(row, paid(1), paid(2)), by=payer)

    assert fresh
    assert outcomes(made) == [(2, "paid"), (3, "paid")]
    assert [Application.objects.get(pk=case.pk).status for case in cases] == [Status.PAID] * 2
    assert set(Payment.objects.values_list("state", "voucher_number")) == {("confirmed", "凭1"), ("confirmed", "凭2")}
    row.refresh_from_db()
    assert row.finished_at == NEXT_DAY
    assert CaseDuty.objects.filter(user__in=[payer, reviewer]).count() == 4
    actions = list(cases[0].events.order_by("sequence").values_list("action", flat=True))[-4:]
    assert actions == ["prepare_payment", "send_payment", "confirm_payment", "pay"]
    assert sound()


def test_the_file_says_who_gets_what_and_computes_nothing():
    applicant = make_applicant("=测试公式有限公司")
    account.set_account(
        applicant,
        bank="@测试银行",
        number="6222020000000000000"[:18],
        holder=applicant.name,
        line_number="102881000013",
        by=agent_of(applicant),
        at=NOON,
    )
    row = sent(granted(1, applicant=applicant))

    data = row.csv_file.read()
    assert data.startswith(b"\xef\xbb\xbf")
    head, line = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert tuple(head) == batches.HEADINGS
    assert line == [
        "1", "测试预算单位", "2150805", "'=测试公式有限公司", "622202000000000000", "'@测试银行", "102881000013",
        "3000000.00", "算力奖补资金", "PC2026-1-1",
    ]  # fmt: skip
    sheet = load_workbook(row.xlsx_file).active
    assert [cell.value for cell in sheet[2]] == [
        1, "测试预算单位", "2150805", "'=测试公式有限公司", "622202000000000000", "'@测试银行", "102881000013",
        3000000, "算力奖补资金", "PC2026-1-1",
    ]  # fmt: skip
    assert len(row.csv_sha256) == len(row.xlsx_sha256) == 64


def test_the_same_result_twice_is_one_row_and_a_line_twice_pays_once():
    row = sent(granted(2))
    data = answer(row, paid(1), paid(1), paid(2, "1.00"), (9, "3000000.00", "已支付", "2026-09-02", "凭9", ""))
    first, _ = take(row, data)
    again, fresh = take(row, data)

    assert (first.pk, fresh) == (again.pk, False)
    assert outcomes(first) == [(2, "paid"), (3, "twice"), (4, "wrong_amount"), (5, "unknown")]
    assert first.lines.get(row=3).note == "与第2行重复，以先出现的一行为准。"
    assert first.lines.get(row=4).note == "应为 3000000.00 元，结果为 1.00 元。"
    assert first.lines.get(row=5).note == "批次中没有 PC2026-1-9 这一笔。"
    corrected, _ = take(row, answer(row, paid(1), paid(2)))
    assert outcomes(corrected) == [(2, "twice"), (3, "paid")]
    assert Payment.objects.filter(state="confirmed").count() == 2
    assert sound()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ((1, "3000000.00", "已支付", "2026-09-02", "", ""), "已支付的须填写支付凭证号。"),
        ((1, "3000000.00", "已支付", "", "凭1", ""), "已支付的须填写支付日期，写成 2026-03-05 的形式。"),
        ((1, "3000000.00", "已支付", "2026-09-03", "凭1", ""), "支付日期不能晚于今天。"),
        ((1, "3000000.00", "已支付", "2026-08-31", "凭1", ""), "支付日期不能早于批次复核的日期。"),
        ((1, "3000000.00", "退票", "2026-09-02", "", ""), "退票的须填写退票原因。"),
        ((1, "3000000.00", "处理中", "", "", ""), "支付结果“处理中”不能识别，应写“已支付”或者“退票”。"),
        ((1, "三百万", "已支付", "2026-09-02", "凭1", ""), "金额“三百万”不能识别。"),
    ],
)
def test_a_line_that_cannot_be_read_changes_nothing_and_is_kept(line, words):
    row = sent(granted(1))
    made, _ = take(row, answer(row, line))

    kept = made.lines.get()
    assert (kept.outcome, kept.note, kept.said["amount"]) == ("unreadable", words, line[1])
    assert Payment.objects.get().state == "sent"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        ("序号,备注\n1,PC2026-1-1\n".encode(), "第1行应为表头，缺少“金额”“支付结果”列"),
        ("序号,金额,备注,支付结果\n".encode(), "文件中没有支付结果"),
        (b"PK\x03\x04broken", "表格无法读取"),
        (b"\xff\xfe\x00\x01\x81", "编码无法识别"),
    ],
)
def test_a_file_that_is_no_result_is_refused_in_words(data, words):
    row = sent(granted(1))
    with pytest.raises(results.BadResult, match=words):
        take(row, data)
    assert not ResultFile.objects.exists()


def test_a_result_as_xlsx_and_in_gb18030_is_read():
    row = sent(granted(2))
    made, _ = take(row, answer(row, paid(1), kind="xlsx"))
    assert outcomes(made) == [(2, "paid")]
    made, _ = take(row, answer(row, paid(2)).decode("utf-8-sig").encode("gb18030"))
    assert outcomes(made) == [(2, "paid")]


def test_a_voucher_that_was_used_meanwhile_refuses_the_whole(monkeypatch):
    """Between the matching of the rows and the lock of the authority another desk may enter the number."""
    row = sent(granted(2))
    asked = [set(), {"凭1"}]
    monkeypatch.setattr(batches, "vouchers_elsewhere", lambda batch, numbers: asked.pop(0))

    with pytest.raises(ActionRefused, match="支付凭证号 凭1 刚刚用于另一笔拨付"):
        take(row, answer(row, paid(1), paid(2)))

    assert (ResultFile.objects.count(), set(row.payments.values_list("state", flat=True))) == (0, {"sent"})


# ── 退票 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_returned_payment_waits_until_somebody_has_dealt_with_it():
    (case,) = granted(1)
    row = sent([case])
    take(row, answer(row, returned(1)))
    part = case.awards.get().instalments.get()
    assert holds.why_held(part, NEXT_DAY) == ["退票尚未处理：账号不存在"]
    with pytest.raises(ActionRefused, match="退票尚未处理"):
        prepared([case], at=NEXT_DAY)

    officer = Payment.objects.get().recorded_by.user
    payment.release(Payment.objects.get(), note="经电话核实账户无误，银行系统故障", by=officer, at=NEXT_DAY)
    again = prepared([case], by=officer, at=NEXT_DAY)

    assert (again.sequence, again.payments.get().state) == (2, "prepared")
    assert Delivery.objects.filter(subject="资金被退回", channel="site").count() == 2
    assert sound()


def test_a_confirmed_payment_that_comes_back_reopens_case_and_pool():
    policy = make_policy()
    (case,) = [make_application(Status.PROPOSED)]
    pool = Pool.objects.create(policy=policy, name="测试", year=2026, limit_fen=300_0000_00, source="测试")
    pool.clauses.add(case.clause)
    case = _grant(case)
    row = sent([case])
    take(row, answer(row, paid(1)))
    pool.refresh_from_db()
    assert (pool.committed_fen, pool.paid_fen) == (300_0000_00, 300_0000_00)

    made, _ = take(row, answer(row, returned(1)))

    pool.refresh_from_db()
    case.refresh_from_db()
    assert outcomes(made) == [(2, "returned")]
    assert (case.status, pool.committed_fen, pool.paid_fen) == (Status.GRANTED, 300_0000_00, 0)
    letter = case.documents.get(kind=Document.Kind.PAYMENT)
    assert letter.standing == Document.Standing.REVOKED  # it said that the money was paid
    assert case.events.get(action="mark_document").note.endswith("已撤销（2026年9月2日退票：账号不存在）")
    assert (case.events.last().before, case.events.order_by("sequence").last().action) != ("", "pay")
    assert Payment.objects.get().voucher_number == "凭1"
    assert Commitment.objects.get().state == "final"
    assert sound()
    twice, _ = take(row, answer(row, returned(1), paid(2)))
    assert outcomes(twice) == [(2, "twice"), (3, "unknown")]


def _grant(case):
    approver = make_officer(Duty.APPROVE)
    case = decision.endorse(case, by=approver, at=NOON)
    decision.grant(case, by=approver, at=NOON)
    check_account(case.applicant)
    return Application.objects.get(pk=case.pk)


# ── Holds ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_that_is_held_at_the_countersign_refuses_the_whole_or_is_taken_out():
    cases = granted(2)
    row = prepared(cases)
    restrict(cases[0].applicant, scope="payment")
    reviewer = make_officer(Duty.COUNTERSIGN)
    with pytest.raises(ActionRefused, match=f"请取出后复核.*{cases[0].number}：该单位自"):
        batch.countersign(row, by=reviewer, at=NOON)
    assert set(Payment.objects.values_list("state", flat=True)) == {"prepared"}

    held = Payment.objects.get(instalment__award__application=cases[0])
    row = batch.countersign(row, without=[held.pk], by=reviewer, at=NOON)

    held.refresh_from_db()
    assert (held.state, row.count, row.amount_fen) == ("rejected", 1, 300_0000_00)
    assert held.rejection.startswith("复核时取出：该单位自")
    assert row.csv_file.read().decode("utf-8-sig").count("\r\n") == 2
    assert sound()


def test_a_batch_sent_back_leaves_its_shares_due():
    cases = granted(1)
    row = prepared(cases)
    with pytest.raises(ActionRefused, match="请写明退回的理由"):
        batch.drop(row, reason=" ", by=make_officer(Duty.COUNTERSIGN), at=NOON)
    batch.drop(row, reason="用途有误", by=make_officer(Duty.COUNTERSIGN), at=NOON)

    assert Payment.objects.get().rejection == "批次退回：用途有误"
    assert prepared(cases).sequence == 2


def test_nobody_prepares_and_countersigns_and_no_stranger_does_either():
    cases = granted(1)
    row = prepared(cases)
    for by in (row.prepared_by, make_officer(Duty.PAY), make_officer(Duty.COUNTERSIGN, "shihezi")):
        with pytest.raises(ActionRefused, match="只有本单位的财政复核岗位"):
            batch.countersign(row, by=by, at=NOON)
    with pytest.raises(ActionRefused, match="已经编入其他批次"):
        prepared(cases)


def test_no_file_for_a_payer_of_which_nothing_is_known():
    cases = granted(1)
    bare = Payer.objects.get(authority__code="xinxing", standard=True)
    with pytest.raises(ActionRefused, match="尚未录入预算单位和科目"):
        batch.prepare(bare, [s.pk for s in shares_of(cases)], purpose="奖补", by=make_officer(Duty.PAY), at=NOON)


# ── 收款账户 ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def change_account(applicant, number="6200000000000099", at=NOON):
    return people.set_account(
        applicant, bank="新银行", number=number, holder=applicant.name, by=agent_of(applicant), at=at
    )


def test_a_changed_account_waits_for_the_representative_five_days_and_two_officers():
    (case,) = granted(1)
    part, applicant = case.awards.get().instalments.get(), case.applicant
    row = change_account(applicant)
    assert Delivery.objects.filter(subject="收款账户已变更", channel="site").count() == 2
    assert holds.why_held(part, NOON) == ["收款账户已变更，等待法定代表人确认", "收款账户尚未经两名财政人员核对"]
    with pytest.raises(ActionRefused, match="须由法定代表人登录后确认"):
        account.confirm_account(row, by=agent_of(applicant), at=NOON)

    account.confirm_account(row, by=legal_of(applicant), at=NOON)
    check_account(applicant)

    # 1 September 2026 is a Tuesday: five working days end on the 8th.
    assert holds.why_held(part, NOON) == ["收款账户变更后的等待期未满，2026年9月9日起可以拨付"]
    assert holds.why_held(part, NOON + timedelta(days=8)) == []
    with pytest.raises(ActionRefused, match="不需要确认"):
        account.confirm_account(row, by=legal_of(applicant), at=NOON)


def test_an_account_found_wrong_is_not_paid_to_and_the_applicant_is_told():
    (case,) = granted(1)
    code = Authority.objects.get(code="xinxing")
    applicant = case.applicant
    account.drop_check(account_of(applicant).checks.get(), reason="重新核对", by=make_officer(Duty.PAY), at=NOON)
    first = make_officer(Duty.PAY)
    with pytest.raises(ActionRefused, match="请写明问题"):
        account.check(account_of(applicant), code, passed=False, note="", by=first, at=NOON)
    with pytest.raises(ActionRefused, match="没有上传证明"):
        account.check(account_of(applicant), code, passed=True, note="", by=first, at=NOON)
    row = account.check(account_of(applicant), code, passed=False, note="行号有误", by=first, at=NOON)
    with pytest.raises(ActionRefused, match="两名财政人员分别办理"):
        account.confirm_check(row, by=first, at=NOON)
    account.confirm_check(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)

    part = case.awards.get().instalments.get()
    assert holds.why_held(part, NOON) == ["收款账户核对未通过：行号有误"]
    assert Delivery.objects.filter(subject="请更正收款账户", channel="site").count() == 2


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("6222021234567890128", ""),  # 19 digits from 62 with a right last digit
        ("6222021234567890129", "校验位不正确"),
        ("62220212345678901", ""),  # companies' accounts follow no rule
        ("1203020109200012345", ""),
        ("1234567", "8至30位数字"),
        ("12345678 9", "8至30位数字"),
    ],
)
def test_what_an_account_number_can_be(number, words):
    found = accounts.why_not_number(number)
    assert words in found
    assert bool(words) == bool(found)


# ── 抵扣 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def owe(applicant: Applicant, fen: int, *, confirmed=True) -> SetOff:
    row = setoff.enter(
        Authority.objects.get(code="xinxing"),
        applicant=applicant,
        amount_fen=fen,
        basis="某某办法第八条",
        paper="测追〔2026〕1号",
        by=make_officer(Duty.PAY),
        at=NOON,
    )
    return setoff.confirm(row, by=make_officer(Duty.COUNTERSIGN), at=NOON) if confirmed else row


def test_what_is_owed_is_taken_from_the_next_payment_oldest_first():
    (case,) = granted(1)
    first, second, waiting = owe(case.applicant, 100_0000_01), owe(case.applicant, 500_0000_00), None
    waiting = owe(case.applicant, 7, confirmed=False)
    row = sent([case])

    assert (row.count, row.amount_fen) == (1, 0)
    assert list(SetOffUse.objects.order_by("pk").values_list("set_off", "amount_fen")) == [
        (first.pk, 100_0000_01),
        (second.pk, 199_9999_99),
    ]
    assert row.csv_file.read().decode("utf-8-sig").count("\r\n") == 1  # nothing for the treasury to send
    case.refresh_from_db()
    assert (case.status, row.finished_at) == (Status.PAID, NOON)
    left = {one.pk: one.amount_fen - one.used_fen for one in setoff.with_used()}
    assert left == {first.pk: 0, second.pk: 300_0000_01, waiting.pk: 7}
    assert sound()


def test_a_payment_that_comes_back_gives_the_set_off_back():
    (case,) = granted(1)
    owe(case.applicant, 1)
    row = sent([case])
    take(row, answer(row, returned(1, "2999999.99")))
    assert [one.used_fen for one in setoff.with_used()] == [0]
    assert sound()


def test_who_entered_a_set_off_does_not_confirm_it():
    (case,) = granted(1)
    row = owe(case.applicant, 5, confirmed=False)
    with pytest.raises(ActionRefused, match="两名财政人员分别办理"):
        setoff.confirm(row, by=row.entered_by, at=NOON)


# ── Whatever comes in whatever order ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_random_results_never_pay_twice(seed):
    rng = random.Random(seed)
    cases = granted(3)
    for case in cases:
        owe(case.applicant, rng.choice([1, 99_99, 300_0000_00 - 1]))
    row = sent(cases)
    net = {line.line: line.amount_fen - line.set_off_fen for line in row.payments.all()}
    importer = make_officer(Duty.PAY)
    for turn in range(4):
        lines = []
        for _ in range(rng.randint(1, 5)):
            line = rng.choice([1, 2, 3, 4])
            fen = net.get(line, 5) + rng.choice([0, 0, 0, 1])
            yuan = f"{fen // 100}.{fen % 100:02}"
            lines.append(paid(line, yuan, f"凭{turn}-{line}") if rng.random() < 0.6 else returned(line, yuan))
        take(row, answer(row, *lines), by=importer)
        assert sound()
        for case in cases:
            case.refresh_from_db()
            got = Payment.objects.filter(instalment__award__application=case, state="confirmed").count()
            assert (case.status == Status.PAID) == (got == 1)


# ── The database keeps it too ────────────────────────────────────────────────────────────────────────────────────────


def _broken(sql):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_refuses_what_the_actions_would():
    (case,) = granted(1)
    row = sent([case])
    line, share = row.payments.get(), shares_of([case])[0]
    table = "applications_payment"
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            instalment=line.instalment, share=share, account=line.account, amount_fen=1, state="recorded",
            paid_on=NOON.date(), voucher_number="二", recorded_by=line.recorded_by, recorded_at=NOON,
        )  # fmt: skip
    _broken(f"UPDATE {table} SET amount_fen = 1")
    _broken(f"UPDATE {table} SET set_off_fen = 1")
    _broken(f"UPDATE {table} SET state = 'prepared'")
    _broken(f"UPDATE {table} SET state = 'confirmed'")  # neither voucher nor day
    _broken(f"UPDATE {table} SET batch_id = NULL, line = NULL")
    _broken(f"UPDATE {table} SET confirmed_by_id = recorded_by_id")
    _broken(f"DELETE FROM {table}")
    _broken("UPDATE applications_paymentbatch SET count = 2")
    _broken("UPDATE applications_paymentbatch SET amount_fen = 1")
    _broken("UPDATE applications_paymentbatch SET countersigned_by_id = prepared_by_id")
    _broken("UPDATE applications_paymentbatch SET csv_sha256 = 'x'")
    _broken("UPDATE applications_payershare SET amount_fen = 1")
    _broken("UPDATE applications_bankaccount SET number = '1'")
    owe(case.applicant, 5)
    _broken("UPDATE applications_setoff SET amount_fen = 6")
    _broken("UPDATE applications_setoff SET confirmed_by_id = entered_by_id")
    assert BankAccount.objects.filter(applicant=case.applicant, replaced_at=None).count() == 1
    assert ResultLine.objects.count() == 0
