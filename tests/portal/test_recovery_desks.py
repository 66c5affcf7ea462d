"""追回 at the finance desk and for the body it is about: what each sees and may do, and what it never sees."""

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.urls import reverse

from applications import papers, recovering
from applications.actions import recovery as actions
from applications.models import Document, Duty, RecoveryCase, RecoveryClaim, Status
from tests import samples
from tests.factories import NOON, agent_of, make_application, make_officer
from tests.recoveries import SERVED, TOLD, State, claim, make_recovery, officer, opened, pay_back

pytestmark = pytest.mark.django_db

PAID = {
    "kind": "repaid",
    "account": "principal",
    "amount_fen": "1000000.00",
    "on": "2026-09-17",
    "voucher": "缴款书1",
    "basis": "退回本金",
}


@pytest.fixture(autouse=True)
def _after_the_service():
    """Stand on the day on which the roads of `tests.recoveries` end."""
    with time_machine.travel(SERVED + timedelta(hours=1)):
        yield


def fresh(row):
    return RecoveryCase.objects.get(pk=row.pk)


def enter(client, row, duty):
    client.force_login(officer(row, duty))


def upload(name="缴款书.pdf"):
    return samples.upload(name, samples.pdf(name))


# ---- finance --------------------------------------------------------------------------------------------------------


def test_money_comes_back_by_two_officers(client):
    row = make_recovery(State.SERVED)
    enter(client, row, Duty.PAY)
    page = reverse("finance_recovery", args=[row.pk])
    assert "登记退回资金" in client.get(page).content.decode()

    response = client.post(reverse("finance_recovery_claim", args=[row.pk]), PAID | {"paper": upload()})
    waiting = RecoveryClaim.objects.get()
    assert (response.status_code, response["Location"]) == (302, page)
    assert (waiting.amount_fen, waiting.voucher, waiting.paper.original_name) == (100_0000_00, "缴款书1", "缴款书.pdf")
    assert recovering.outstanding(row) == 300_0000_00
    confirm = reverse("finance_recovery_confirm", args=[waiting.pk])
    response = client.post(confirm)
    assert response.status_code == 409
    assert "只有财政复核岗位可以办理此事项。" in response.content.decode()

    enter(client, row, Duty.COUNTERSIGN)
    assert client.post(confirm).status_code == 302
    assert recovering.outstanding(row) == 200_0000_00
    assert "2,000,000.00" in client.get(page).content.decode()


def test_a_faulty_repayment_keeps_what_was_typed(client):
    row = make_recovery(State.SERVED)
    enter(client, row, Duty.PAY)
    url = reverse("finance_recovery_claim", args=[row.pk])

    response = client.post(url, PAID | {"amount_fen": "一百", "voucher": ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert "金额应写成元" in page
    assert "请填写凭证号。" in page
    assert "退回本金" in page

    response = client.post(url, PAID | {"on": "2026-09-01"})
    assert response.status_code == 409
    assert "日期不能早于作出决定的日期" in response.content.decode()
    assert "缴款书1" in response.content.decode()
    assert not RecoveryClaim.objects.exists()


def test_a_repayment_is_dropped_with_a_reason_and_an_entry_taken_back(client):
    row = make_recovery(State.SERVED)
    waiting = claim(row, 100_00)
    entry = pay_back(row, 200_00, voucher="缴款书2")
    enter(client, row, Duty.COUNTERSIGN)
    refuse = reverse("finance_recovery_refuse", args=[waiting.pk])
    assert client.post(refuse, {}).status_code == 422
    assert client.post(refuse, {"reason": "凭证不符"}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.drop_reason == "凭证不符"

    reverse_url = reverse("finance_recovery_reverse", args=[entry.pk])
    said = {"on": "2026-09-17", "basis": "串户"}
    assert client.post(reverse_url, said).status_code == 409
    enter(client, row, Duty.PAY)
    assert client.post(reverse_url, {}).status_code == 422
    assert client.post(reverse_url, said).status_code == 302
    enter(client, row, Duty.COUNTERSIGN)
    taking = RecoveryClaim.objects.get(reverses=entry)
    assert client.post(reverse("finance_recovery_confirm", args=[taking.pk])).status_code == 302
    assert recovering.outstanding(row) == 300_0000_00


def test_a_write_off_is_not_for_the_finance_desk(client):
    row = make_recovery(State.SERVED)
    waiting = claim(row, 100_00, kind="written_off")
    enter(client, row, Duty.COUNTERSIGN)

    assert client.post(reverse("finance_recovery_confirm", args=[waiting.pk])).status_code == 404
    assert client.post(reverse("finance_recovery_refuse", args=[waiting.pk]), {"reason": "不"}).status_code == 404


def test_finance_sees_decided_cases_of_its_authority_alone(client):
    running, served = opened(), make_recovery(State.SERVED)
    enter(client, served, Duty.PAY)

    page = client.get(reverse("finance_recoveries"))
    assert [row.pk for row in page.context["page"].rows] == [served.pk]
    assert client.get(reverse("finance_recovery", args=[running.pk])).status_code == 404
    client.force_login(make_officer(Duty.PAY, "shihezi"))
    assert not client.get(reverse("finance_recoveries") + "?state=all").context["page"].rows
    assert client.get(reverse("finance_recovery", args=[served.pk])).status_code == 404
    assert client.post(reverse("finance_recovery_claim", args=[served.pk]), PAID).status_code == 404


def test_an_auditor_reads_and_records_nothing(client):
    row = make_recovery(State.SERVED)
    client.force_login(make_officer(Duty.AUDIT))

    assert "登记退回资金" not in client.get(reverse("finance_recovery", args=[row.pk])).content.decode()
    assert client.post(reverse("finance_recovery_claim", args=[row.pk]), PAID).status_code == 409
    assert not RecoveryClaim.objects.exists()


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_finance_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    row = make_recovery(State.SERVED)
    for number in range(count - 1):
        values = {f.attname: getattr(row, f.attname) for f in row._meta.fields if f.attname != "id"}
        changed = {"number": f"测试{number}", "sequence": 1000 + number, "state": "closed"}
        done = {"closed_at": NOON, "close_reason": "测试"}
        RecoveryCase.objects.create(**values | changed | done)
    enter(client, row, Duty.PAY)
    client.get(reverse("finance_recoveries"))

    with django_assert_num_queries(7):  # session, user, posting, cases, sums, claims, the duty in the header
        page = client.get(reverse("finance_recoveries") + "?state=all").context["page"]
        assert len(page.rows) == count


# ---- the body -------------------------------------------------------------------------------------------------------


def party(client, row):
    user = agent_of(row.application.applicant)
    client.force_login(user)
    return reverse("my_recovery", args=[row.pk])


def test_a_statement_with_a_file_is_handed_in(client):
    row = make_recovery(State.NOTIFIED)
    page = party(client, row)

    with time_machine.travel(TOLD + timedelta(hours=1)):
        party(client, row)
        assert 'id="state"' in client.get(page).content.decode()
        url = reverse("my_recovery_state", args=[row.pk])
        assert client.post(url, {}).status_code == 422
        response = client.post(url, {"text": "我单位不知情。", "paper": upload("说明.pdf")})

    assert response.status_code == 302
    step = row.steps.get(name="state")
    assert (step.text, step.paper.original_name, step.paper.by_party) == ("我单位不知情。", "说明.pdf", True)
    party(client, row)
    shown = client.get(page).content.decode()
    assert "我单位不知情。" in shown
    assert "说明.pdf" in shown


def test_being_heard_is_waived_or_used_and_not_both(client):
    row = make_recovery(State.NOTIFIED)
    party(client, row)
    url = reverse("my_recovery_state", args=[row.pk])

    response = client.post(url, {"text": "意见", "waived": "on"})
    assert response.status_code == 422
    assert "不要同时选择放弃" in response.content.decode()
    assert client.post(url, {"waived": "on"}).status_code == 302
    assert row.steps.get(name="state").detail["waived"]


def test_a_hearing_is_asked_for_where_the_sum_is_large(client):
    row = make_recovery(State.NOTIFIED, large=True)
    with time_machine.travel(TOLD + timedelta(hours=1)):
        page = party(client, row)
        assert 'id="hearing"' in client.get(page).content.decode()
        assert client.post(reverse("my_recovery_hearing", args=[row.pk]), {"text": "请听证"}).status_code == 302
        response = client.post(reverse("my_recovery_hearing", args=[row.pk]), {})

    assert response.status_code == 409
    assert "已经要求听证，等待通知。" in response.content.decode()
    assert row.steps.filter(name="ask_hearing").count() == 1


def test_what_comes_too_late_is_refused_and_kept(client):
    row = make_recovery(State.HEARD)
    party(client, row)

    response = client.post(reverse("my_recovery_state", args=[row.pk]), {"text": "迟到的意见"})

    assert response.status_code == 409
    assert "迟到的意见" in response.content.decode()
    assert row.steps.filter(name="state").count() == 1


def test_the_body_sees_where_to_pay_its_balance_and_letters_but_no_officer_and_no_transfer(client):
    row = make_recovery(State.SERVED)
    inspector = officer(row, Duty.INSPECT)
    said = {"to": "police", "matter": "涉嫌诈骗", "reason": "数额巨大。"}
    actions.transfer(row, **said, by=inspector, at=SERVED)
    pay_back(row, 100_0000_00)
    with patch.object(papers.render, "pdf", lambda letter: b"%PDF-1.7 letter"):
        for letter in row.documents.all():
            papers.make(letter, at=SERVED)
    page = client.get(party(client, row)).content.decode()

    assert [words for words in (row.pay_into, row.remark, "2,000,000.00", "追回决定书") if words not in page] == []
    hidden = ("移送", "涉嫌诈骗", inspector.name, "讨论记录", "检测机构书面说明未出具该报告")
    assert [words for words in hidden if words in page] == []
    transfer = row.documents.get(kind=Document.Kind.REC_TRANSFER)
    assert client.get(reverse("document_file", args=[transfer.pk])).status_code == 404
    claim_page = client.get(reverse("claim", args=[row.application_id])).content.decode()
    assert "追回决定书" in claim_page
    assert "移送函" not in claim_page


def test_what_is_found_is_told_only_with_the_notice(client):
    row = opened()
    RecoveryCase.objects.filter(pk=row.pk).update(facts="尚未告知的事实")
    page = client.get(party(client, row)).content.decode()

    assert row.alleged in page
    assert "尚未告知的事实" not in page
    assert 'id="state"' not in page


def test_strangers_and_officers_have_no_such_page(client):
    row, other = make_recovery(State.NOTIFIED), make_application(Status.SUBMITTED)
    for user in (agent_of(other.applicant), officer(row, Duty.INSPECT)):
        client.force_login(user)
        assert client.get(reverse("my_recovery", args=[row.pk])).status_code == 404
        assert client.post(reverse("my_recovery_state", args=[row.pk]), {"text": "某"}).status_code == 404
        assert client.post(reverse("my_recovery_hearing", args=[row.pk])).status_code == 404
        assert row.number not in client.get(reverse("my_recoveries")).content.decode()


def test_the_home_shows_a_running_case_and_not_one_that_ended(client):
    row = make_recovery(State.NOTIFIED)
    party(client, row)
    home = client.get(reverse("desk"))
    assert home.context["recoveries"] == [row]
    assert reverse("my_recovery", args=[row.pk]) in home.content.decode()

    actions.drop(row, reason="查无实据。", by=officer(row, Duty.INSPECT), at=SERVED)
    assert client.get(reverse("desk")).context["recoveries"] == []
    assert row.number in client.get(reverse("my_recoveries")).content.decode()
    assert "原奖补决定继续有效" in client.get(reverse("my_recovery", args=[row.pk])).content.decode()
    assert fresh(row).state == State.DROPPED


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_the_body_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    row = make_recovery(State.SERVED)
    for number in range(count):
        pay_back(row, 100, voucher=f"测试{number}")
    page = party(client, row)
    client.get(page)

    # session, user, recovery with its case, five of the road, the duty in the header, letters with their jobs, papers
    with django_assert_num_queries(12):
        client.get(page)
