"""The pages of money's road, as finance officers, officers of the case and applicants use them."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications import batches
from applications.actions import account, batch, payment, people
from applications.models import (
    BankAccount,
    Duty,
    Payer,
    PayerShare,
    Payment,
    PaymentBatch,
    ResultFile,
    SetOff,
    Status,
    YearClose,
)
from tests import samples
from tests.applications.test_batches import answer, paid, prepared, returned, sent
from tests.factories import (
    NOON,
    account_of,
    agent_of,
    legal_of,
    make_applicant,
    make_application,
    make_officer,
    make_paper,
    make_payer,
)

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def _a_day_later():
    """The pages ask the clock: it is the day after the grant."""
    with patch("django.utils.timezone.now", return_value=LATER):
        yield


def desk(client, duty=Duty.PAY, code="xinxing"):
    officer = make_officer(duty, code)
    client.force_login(officer)
    return officer


def at(name, *args):
    return reverse(name, args=args)


def test_an_officer_prepares_another_countersigns_and_the_result_comes_in_two_steps(client):
    case = make_application(Status.GRANTED)
    make_payer()
    share = PayerShare.objects.get()
    payer = desk(client)
    shown = client.get(at("finance_batch_new"))
    assert [line.share.pk for line in shown.context["ready"]] == [share.pk]
    assert shown.context["ready"][0].signs == ["尚未作拨付前信用核查"]
    faulty = client.post(at("finance_batch_new"), {"purpose": "", "shares": [share.pk]})
    assert (faulty.status_code, "请填写用途。" in faulty.content.decode()) == (422, True)
    done = client.post(at("finance_batch_new"), {"purpose": "奖补", "shares": [share.pk], "idempotency_key": "a"})
    row = PaymentBatch.objects.get()
    assert (done.status_code, done["Location"]) == (302, at("finance_batch", row.pk))
    assert client.post(at("finance_batch_countersign", row.pk)).status_code == 409

    desk(client, Duty.COUNTERSIGN)
    assert client.get(at("finance_batch", row.pk)).context["held"] == 0
    assert client.post(at("finance_batch_countersign", row.pk)).status_code == 302
    file = client.get(at("finance_batch_csv", row.pk))
    assert b"".join(file.streaming_content).startswith(b"\xef\xbb\xbf")

    client.force_login(payer)
    upload = SimpleUploadedFile("结果.csv", answer(row, paid(1), paid(7)))
    preview = client.post(at("finance_result_preview", row.pk), {"file": upload})
    assert [found.outcome for found in preview.context["reading"].matches] == ["paid", "unknown"]
    assert Payment.objects.get().state == "sent"
    token = preview.context["token"]
    assert client.post(at("finance_result_take", row.pk), {"token": token + "x"}).status_code == 409
    taken = client.post(at("finance_result_take", row.pk), {"token": token})
    made = ResultFile.objects.get()
    assert taken["Location"] == at("finance_result", made.pk)
    assert client.post(at("finance_result_take", row.pk), {"token": token}).status_code == 302
    assert ResultFile.objects.count() == 1
    case.refresh_from_db()
    assert case.status == Status.PAID
    page = client.get(at("finance_result", made.pk)).content.decode()
    assert "批次中没有 PC2026-1-7 这一笔。" in page


def test_a_file_that_is_no_result_stays_on_the_page_with_its_fault(client):
    row = sent([make_application(Status.GRANTED)])
    desk(client)
    shown = client.post(at("finance_result_preview", row.pk), {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert shown.status_code == 422
    assert "缺少“备注”“金额”“支付结果”列" in shown.content.decode()


def test_what_is_held_is_listed_with_its_reason_and_cannot_be_chosen(client):
    case = make_application(Status.GRANTED)
    make_payer()
    people.set_account(
        case.applicant,
        bank="新银行",
        number="12345678",
        holder=case.applicant.name,
        by=agent_of(case.applicant),
        at=NOON,
    )
    desk(client)
    shown = client.get(at("finance_batch_new"))
    assert shown.context["ready"] == []
    assert shown.context["held"][0].held == ["收款账户已变更，等待法定代表人确认", "收款账户尚未经两名财政人员核对"]
    share = PayerShare.objects.get()
    refused = client.post(at("finance_batch_new"), {"purpose": "奖补", "shares": [share.pk]})
    assert refused.status_code == 409


def test_an_account_is_checked_beside_its_proof_by_two(client):
    applicant = make_applicant()
    case = make_application(Status.GRANTED, applicant=applicant)
    account.set_account(
        applicant, bank="测试银行", number="12345678", holder=applicant.name, line_number="102881000013",
        proof=make_paper("证明.pdf"), by=agent_of(applicant), at=NOON,
    )  # fmt: skip
    row = account_of(applicant)
    desk(client)
    assert [a.pk for a in client.get(at("finance_accounts")).context["page"].rows] == [row.pk]
    page = client.get(at("finance_account", row.pk))
    assert list(page.context["pages"]) == [1]
    assert client.get(at("account_proof_page", row.pk, 1))["Content-Type"] == "image/png"
    assert client.post(at("finance_account_check", row.pk), {"note": ""}).status_code == 422
    assert client.post(at("finance_account_check", row.pk), {"passed": "no"}).status_code == 409
    assert client.post(at("finance_account_check", row.pk), {"passed": "yes"}).status_code == 302
    check = row.checks.get()
    assert client.post(at("finance_account_confirm", check.pk)).status_code == 409
    desk(client, Duty.COUNTERSIGN)
    assert client.post(at("finance_account_confirm", check.pk)).status_code == 302
    assert client.get(at("finance_accounts")).context["page"].rows == []
    assert case.applicant_id == applicant.pk


def test_the_applicant_registers_with_proof_and_the_representative_confirms(client):
    case = make_application(Status.GRANTED)
    applicant = case.applicant
    client.force_login(agent_of(applicant))
    said = {"holder": applicant.name, "bank": "新银行", "number": "6222 0212 3456 7890 129", "line_number": "12"}
    url = at("enterprise_account", applicant.pk)
    faulty = client.post(url, said)
    assert faulty.status_code == 422
    assert set(faulty.context["form"].errors) == {"number", "line_number", "proof"}
    right = said | {
        "number": "6222 0212 3456 7890 128",
        "line_number": "102881000013",
        "proof": SimpleUploadedFile("证明.pdf", samples.pdf("proof")),
    }
    assert client.post(url, right).status_code == 302
    row = account_of(applicant)
    assert (row.number, row.usable_from, bool(row.proof)) == ("6222021234567890128", None, True)
    assert client.post(at("enterprise_account_confirm", applicant.pk)).status_code == 409
    client.force_login(legal_of(applicant))
    assert "由法定代表人确认" in client.get(at("enterprise", applicant.pk)).content.decode()
    assert client.post(at("enterprise_account_confirm", applicant.pk)).status_code == 302
    assert BankAccount.objects.get(pk=row.pk).confirmed_at == LATER
    story = client.get(at("claim", case.pk)).content.decode()
    assert "暂不能拨付：收款账户变更后的等待期未满" in story


def test_a_return_is_dealt_with_in_its_queue(client):
    case = make_application(Status.GRANTED)
    row = sent([case])
    desk(client)
    upload = SimpleUploadedFile("结果.csv", answer(row, returned(1)))
    token = client.post(at("finance_result_preview", row.pk), {"file": upload}).context["token"]
    client.post(at("finance_result_take", row.pk), {"token": token})
    line = Payment.objects.get()
    assert [r.pk for r in client.get(at("finance_returns")).context["page"].rows] == [line.pk]
    assert client.post(at("finance_release", line.pk), {"words": ""}).status_code == 422
    assert client.post(at("finance_release", line.pk), {"words": "已电话核实"}).status_code == 302
    assert client.post(at("finance_release", line.pk), {"words": "再来"}).status_code == 409
    assert client.get(at("finance_returns")).context["page"].rows == []
    client.force_login(agent_of(case.applicant))
    assert "资金被银行退回" in client.get(at("claim", case.pk)).content.decode()


def test_a_payment_recorded_by_hand_can_be_returned_on_its_page(client):
    case = make_application(Status.PAID)
    line = Payment.objects.get()
    desk(client, Duty.COUNTERSIGN)
    assert client.post(at("finance_return", line.pk), {"on": "2026-09-09", "reason": "户名不符"}).status_code == 422
    assert client.post(at("finance_return", line.pk), {"on": "2026-09-02", "reason": "户名不符"}).status_code == 302
    case.refresh_from_db()
    assert case.status == Status.GRANTED


def test_set_offs_payers_and_years_are_entered_by_one_and_confirmed_by_another(client):
    case = make_application(Status.GRANTED)
    desk(client)
    values = {"uscc": case.applicant.uscc, "amount_fen": "1,000.50", "basis": "办法", "paper": "测追1号"}
    assert client.post(at("finance_setoff_enter"), values | {"uscc": "9"}).status_code == 422
    assert client.post(at("finance_setoff_enter"), values).status_code == 302
    row = SetOff.objects.get()
    assert (row.amount_fen, client.post(at("finance_setoff_confirm", row.pk)).status_code) == (1000_50, 409)
    payer = Payer.objects.get(authority__code="xinxing")
    said = {"name": payer.name, "budget_unit": "预算单位", "subject": "科目", "standard": "on"}
    assert client.post(at("finance_payer_change", payer.pk), said | {"name": "别的财政局"}).status_code == 409
    assert client.post(at("finance_payer_change", payer.pk), said).status_code == 302
    assert client.post(at("finance_payer_confirm", payer.pk)).status_code == 409
    assert "等待财政复核人员确认" in client.get(at("finance_payers")).content.decode()
    assert client.post(at("finance_payer_enter"), said).status_code == 409
    assert client.post(at("finance_payer_enter"), {"name": ""}).status_code == 422
    assert client.post(at("finance_year_propose"), {"year": "1999", "paper": "通知"}).status_code == 422
    assert client.post(at("finance_year_propose"), {"year": "2026", "paper": "通知"}).status_code == 302
    close = YearClose.objects.get()
    assert client.post(at("finance_year_confirm", close.pk)).status_code == 409
    reviewer = desk(client, Duty.COUNTERSIGN)
    payer.refresh_from_db()
    page = client.get(at("finance_payers")).content.decode()
    assert "确认无误" in page
    assert f'name="seen" value="{payer.mark}"' in page
    assert client.post(at("finance_payer_confirm", payer.pk), {"seen": "else"}).status_code == 409
    assert client.post(at("finance_payer_confirm", payer.pk), {"seen": payer.mark}).status_code == 302
    payer.refresh_from_db()
    assert (payer.confirmed_by, payer.confirmed_at) == (reviewer, LATER)
    assert client.post(at("finance_setoff_confirm", row.pk)).status_code == 302
    assert client.post(at("finance_year_drop", close.pk), {"words": "有误"}).status_code == 302
    assert "有误" not in client.get(at("finance_years")).content.decode()


@pytest.mark.parametrize("count", [1, 8])
def test_lists_cost_the_same_for_any_length(client, django_assert_max_num_queries, count):
    cases = [make_application(Status.GRANTED) for _ in range(count)]
    make_payer()
    desk(client)
    for name, most in (("finance_accounts", 8), ("finance_batch_new", 16), ("finance_batches", 8)):
        with django_assert_max_num_queries(most):
            client.get(at(name))
    row = prepared(cases)
    desk(client, Duty.COUNTERSIGN)
    with django_assert_max_num_queries(13):  # every hold of every line is asked again
        client.get(at("finance_batch", row.pk))
    batch.countersign(row, by=make_officer(Duty.COUNTERSIGN), at=NOON)
    with django_assert_max_num_queries(12):
        client.get(at("finance_batch", row.pk))
    for line in row.payments.all():
        payment.return_(line, on=NOON.date(), reason="退", by=line.recorded_by.user, at=NOON)
    with django_assert_max_num_queries(8):
        assert len(client.get(at("finance_returns")).context["page"].rows) == count


def test_more_than_a_batch_holds_goes_into_several_by_one_press(client, monkeypatch):
    monkeypatch.setattr(batches, "MOST_LINES", 2)
    cases = [make_application(Status.GRANTED) for _ in range(5)]
    payer = make_payer()
    desk(client)

    page = client.get(at("finance_batch_new"))
    assert (page.context["everything"]["count"], page.context["everything"]["parts"]) == (5, 3)
    assert "编制 3 个批次" in page.content.decode()
    where = f"{at('finance_batch_new')}?payer={payer.pk}"
    assert client.post(where, {"all": "1", "purpose": ""}).status_code == 422
    stale = client.post(where, {"all": "1", "purpose": "奖补", "seen": "4/1200000000"})
    assert stale.status_code == 409
    assert "刚刚有变化" in stale.content.decode()
    assert not PaymentBatch.objects.exists()
    done = client.post(where, {"all": "1", "purpose": "奖补", "seen": "5/1500000000"}, follow=True)

    assert [(row.sequence, row.count) for row in PaymentBatch.objects.order_by("pk")] == [(1, 2), (2, 2), (3, 1)]
    assert Payment.objects.filter(batch__isnull=False).count() == len(cases)
    words = (
        "已编制3个批次（拨付批次〔2026〕1号至拨付批次〔2026〕3号），共5笔、15,000,000.00元，请由财政复核人员逐批复核。"
    )
    assert [str(message) for message in done.context["messages"]] == [words]
    again = client.post(where, {"all": "1", "purpose": "奖补"})
    assert again.status_code == 409
    assert "没有可以拨付的资金。" in again.content.decode()


def test_batches_are_made_of_what_the_list_was_narrowed_to(client, monkeypatch):
    monkeypatch.setattr(batches, "MOST_LINES", 1)
    cases = [make_application(Status.GRANTED) for _ in range(3)]
    payer = make_payer()
    desk(client)
    where = f"{at('finance_batch_new')}?payer={payer.pk}&q={cases[1].number}"

    page = client.get(where)
    assert [line.share.instalment.award.application for line in page.context["ready"]] == [cases[1]]
    assert "只列出财政台所选筛选范围内的资金。" in page.content.decode()
    assert client.post(where, {"all": "1", "purpose": "奖补", "seen": "1/300000000"}).status_code == 302

    assert [row.instalment.award.application for row in Payment.objects.filter(batch__isnull=False)] == [cases[1]]
    nonsense = client.get(f"{at('finance_batch_new')}?payer={payer.pk}&year=abc")
    assert nonsense.context["ready"] == []


def test_only_the_officer_who_pays_makes_batches_of_everything(client, monkeypatch):
    monkeypatch.setattr(batches, "MOST_LINES", 1)
    for _ in range(2):
        make_application(Status.GRANTED)
    make_payer()
    desk(client, Duty.COUNTERSIGN)

    assert client.post(at("finance_batch_new"), {"all": "1", "purpose": "奖补"}).status_code == 409
    assert not PaymentBatch.objects.exists()
