"""The finance desk by HTTP: who comes in, what is shown, what is handed out, and that money is recorded once."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from applications.models import Applicant, Document, Duty, Job, Payment, Status
from applications.tasks import run_job
from tests.factories import make_applicant, make_application, make_officer
from tests.portal.finance_rows import check_account, split

pytestmark = pytest.mark.django_db
FORM = {"paid_on": "2026-09-01", "voucher_number": "凭-1"}


@pytest.fixture
def award():
    """An award of 新星市 that is due: two officers have looked at the account."""
    award = make_application(Status.GRANTED).awards.get()
    check_account(award)
    return award


@pytest.fixture
def payer(client):
    """The first finance officer, logged in."""
    officer = make_officer(Duty.PAY)
    client.force_login(officer)
    return officer


def record(client, award, **changes):
    """Post the form that records the payment of the award's only instalment."""
    instalment = award.instalments.get()
    return client.post(reverse("finance_record", args=[instalment.pk]), FORM | changes)


def addresses(award):
    """Every address of the desk that shows something."""
    names = ("finance", "finance_register", "finance_register_csv", "finance_overview", "finance_plan", "finance_jobs")
    pools = reverse("finance_pools_of", args=["xinxing", 2026])
    return [*map(reverse, names), pools, reverse("finance_award", args=[award.pk])]


@pytest.mark.parametrize("duty", sorted(set(Duty.values) - {Duty.PAY, Duty.COUNTERSIGN, Duty.AUDIT}))
def test_desk_does_not_exist_for_other_duties(client, award, duty):
    client.force_login(make_officer(duty))

    assert {client.get(url).status_code for url in addresses(award)} == {404}
    assert record(client, award).status_code == 404
    assert client.post(reverse("finance_archive"), {"award": award.pk}).status_code == 404


def test_auditor_reads_the_desk_and_moves_no_money(client, award):
    client.force_login(make_officer(Duty.AUDIT))

    answers = [client.get(url) for url in addresses(award)]
    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        b"".join(answer.streaming_content if answer.streaming else [])  # which closes it
    assert 'href="/finance/"' in client.get("/").content.decode()
    assert record(client, award).status_code == 404
    assert not Payment.objects.exists()


def test_award_of_another_authority_does_not_exist(client, award):
    client.force_login(make_officer(Duty.PAY, "shihezi"))

    assert client.get(reverse("finance_award", args=[award.pk])).status_code == 404
    assert record(client, award).status_code == 404
    assert client.get(reverse("finance")).context["rows"] == []
    assert not Payment.objects.exists()


def test_payment_is_recorded_by_one_and_confirmed_by_another(client, award, payer):
    assert record(client, award).status_code == 302
    payment = Payment.objects.get()
    assert (payment.state, payment.paid_on, payment.amount_fen) == ("recorded", date(2026, 9, 1), award.amount_fen)

    refused = client.post(reverse("finance_confirm", args=[payment.pk]))
    assert (refused.status_code, "只有财政复核岗位" in refused.content.decode()) == (409, True)

    client.force_login(make_officer(Duty.COUNTERSIGN))
    assert client.post(reverse("finance_confirm", args=[payment.pk])).status_code == 302
    payment.refresh_from_db()
    award.application.refresh_from_db()
    assert (payment.state, award.application.status) == ("confirmed", "paid")


def test_same_person_on_a_second_posting_cannot_confirm(client, award, payer):
    record(client, award)
    payer.postings.update(duty=Duty.COUNTERSIGN)
    payment = Payment.objects.get()

    answer = client.post(reverse("finance_confirm", args=[payment.pk]))

    payment.refresh_from_db()
    assert (answer.status_code, payment.state) == (409, "recorded")


def test_instalment_is_recorded_once(client, award, payer):
    record(client, award)

    again = record(client, award, voucher_number="凭-2")

    assert again.status_code == 409
    assert Payment.objects.count() == 1


def test_voucher_number_stands_for_one_payment(client, award, payer):
    other = make_application(Status.GRANTED).awards.get()
    record(client, award)

    answer = record(client, other)

    assert (answer.status_code, "凭-1 已用于另一笔拨付" in answer.content.decode()) == (409, True)
    assert 'value="凭-1"' in answer.content.decode()
    assert Payment.objects.count() == 1


def test_double_click_is_one_payment(client, award, payer):
    first = record(client, award, idempotency_key="k")
    again = record(client, award, idempotency_key="k")

    assert (again.status_code, again.url) == (302, first.url)
    assert Payment.objects.count() == 1


def test_rejected_payment_is_recorded_again_with_the_same_voucher(client, award, payer):
    record(client, award)
    payment = Payment.objects.get()
    client.force_login(make_officer(Duty.COUNTERSIGN))
    assert client.post(reverse("finance_reject", args=[payment.pk])).status_code == 422
    assert client.post(reverse("finance_reject", args=[payment.pk]), {"reason": "日期有误"}).status_code == 302
    assert client.get(reverse("finance")).context["rows"][0].state == "rejected"

    client.force_login(payer)
    assert record(client, award).status_code == 302
    assert list(Payment.objects.order_by("pk").values_list("state", flat=True)) == ["rejected", "recorded"]


@pytest.mark.parametrize("changes", [{"paid_on": "昨天"}, {"voucher_number": ""}])
def test_wrong_fields_are_told_and_change_nothing(client, award, payer, changes):
    assert record(client, award, **changes).status_code == 422
    assert not Payment.objects.exists()


def test_list_is_narrowed_and_summed(client, award, payer):
    other = make_application(Status.GRANTED).awards.get()
    record(client, other)

    page = client.get(reverse("finance"), {"state": "due", "q": award.application.number})

    assert [row.award_id for row in page.context["rows"]] == [award.pk]
    assert [(t.key, t.count, t.fen) for t in page.context["totals"] if t.count] == [("due", 1, award.amount_fen)]
    everything = client.get(reverse("finance"))
    assert {t.key: t.count for t in everything.context["totals"] if t.count} == {"due": 1, "recorded": 1}


def test_list_is_searched_by_letter_number_and_name(client, award, payer):
    make_application(Status.GRANTED, applicant=make_applicant("另一企业有限公司"))
    letter = Document.objects.get(award=award, kind="notice").number

    for words in (letter, award.applicant.name, award.applicant.uscc):
        rows = client.get(reverse("finance"), {"q": words}).context["rows"]
        assert [row.award_id for row in rows] == [award.pk]


def test_choices_of_another_authority_are_no_choices(client, award, payer):
    assert client.get(reverse("finance"), {"clause": "999999"}).status_code == 422


@pytest.mark.parametrize("count", [1, 30])
def test_list_costs_the_same_for_any_length(client, award, payer, django_assert_num_queries, count):
    split(award, count - 1)

    client.get(reverse("finance_award", args=[award.pk]))  # the first page of a session also writes the session
    with django_assert_num_queries(8):  # session, user, posting, choices, rows, totals, own filters, navigation
        page = client.get(reverse("finance"))

    assert len(page.context["rows"]) == count


def test_award_page_costs_at_most_fourteen_queries(client, award, payer, django_assert_max_num_queries):
    client.get(reverse("finance"))  # the first page of a session also writes the session
    with django_assert_max_num_queries(14):
        page = client.get(reverse("finance_award", args=[award.pk]))

    assert "人民币" in page.content.decode()


def test_register_says_sums_as_numbers_and_nothing_computes(client, award, payer):
    record(client, award, voucher_number="@凭")
    Applicant.objects.filter(pk=award.applicant_id).update(name="=1+1")  # before, it would hold the money

    answer = client.get(reverse("finance_register"))

    page = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    row = dict(zip([cell.value for cell in page[1]], page[2], strict=True))
    assert (row["申报单位"].value, row["支付凭证号"].value) == ("'=1+1", "'@凭")
    assert row["金额（元）"].value == award.amount_fen / 100
    assert row["金额大写"].value.startswith("人民币")
    assert row["状态"].value == "待复核"
    assert "%E6%8B%A8%E4%BB%98" in answer["Content-Disposition"]


def test_archive_holds_each_notice_once_and_only_finance_gets_it(client, payer, monkeypatch):
    monkeypatch.setattr("applications.documents.render.pdf", lambda letter: b"%PDF-1.7 test")
    award = make_application(Status.GRANTED, applicant=make_applicant("a/b:c 公司")).awards.get()
    check_account(award)

    answer = client.post(reverse("finance_archive"), {"all": "1", "query": "state=due"})
    job = Job.objects.get(kind="archive")
    assert answer.url == reverse("finance_job", args=[job.pk])
    assert "排队中" in client.get(answer.url).content.decode()
    run_job(job.pk)

    assert "下载 ZIP" in client.get(reverse("finance_job_progress", args=[job.pk])).content.decode()
    file = client.get(reverse("finance_job_file", args=[job.pk]))
    number = Document.objects.get(award=award, kind="notice").number
    with zipfile.ZipFile(BytesIO(b"".join(file.streaming_content))) as archive:
        assert archive.namelist() == [f"{number} a_b_c 公司.pdf"]
        assert archive.testzip() is None
    client.force_login(make_officer(Duty.PAY, "shihezi"))
    assert client.get(reverse("finance_job_file", args=[job.pk])).status_code == 404


def test_archive_of_nothing_is_refused_with_the_page(client, award, payer):
    answer = client.post(reverse("finance_archive"))

    assert (answer.status_code, answer.context["refusal"]) == (409, "请先选择要打包的奖补决定。")
    assert not Job.objects.filter(kind="archive").exists()


def test_nothing_changes_on_a_get(client, award, payer):
    instalment = award.instalments.get()

    assert client.get(reverse("finance_record", args=[instalment.pk])).status_code == 405
