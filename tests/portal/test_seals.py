"""签章 at the desk: what waits, why, and that nobody seals whose password was not seen lately."""

import time

import pytest
from django.urls import reverse

from applications import papers, seals, tasks
from applications.actions import campaign, inspection
from applications.actions.funds import arrange
from applications.documents import render
from applications.models import Document, Duty, Job, Status
from applications.sealing import base
from tests import reviews
from tests.factories import NOON, make_application, make_officer
from tests.seals import configure, small_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _seal(settings, tmp_path, monkeypatch):
    settings.SEALING = "officer"
    base._made.cache_clear()
    configure(settings, tmp_path)
    monkeypatch.setattr(render, "pdf", lambda letter: small_pdf(letter.verify_code))
    yield
    base._made.cache_clear()


def a_letter():
    return papers.make(make_application(Status.VERIFYING).documents.get(kind="acceptance"), at=NOON)


def log_in(client, duty=Duty.APPROVE, code="xinxing", *, ago=0.0):
    """Log an officer in who showed the password `ago` seconds before."""
    officer = make_officer(duty, code)
    client.force_login(officer)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(officer.pk)
    session.save()
    return officer


def send(client, *letters, **more):
    data = {"documents": [letter.pk for letter in letters], **more}
    return client.post(reverse("console:seals_order"), data)


def test_letter_is_listed_ordered_and_sealed(client):
    letter = a_letter()
    log_in(client)
    page = client.get(reverse("console:seals"))
    assert [row.pk for row in page.context["page"].rows] == [letter.pk]

    answer = send(client, letter)

    assert answer.url == reverse("console:seals")
    assert "正在签章" in client.get(answer.url).content.decode()
    tasks.run_job(letter.jobs.get(kind="seal").pk)
    assert client.get(answer.url).context["page"].rows == []
    assert not Document.objects.get(pk=letter.pk).awaits_seal


def test_from_the_case_it_leads_back_to_the_case(client):
    letter = a_letter()
    log_in(client)
    record = reverse("console:case_record", args=[letter.application_id])
    assert "待签章" in client.get(record).content.decode()

    assert send(client, letter, case=letter.application_id).url == record


def test_password_seen_long_ago_is_asked_for_again(client, settings):
    letter = a_letter()
    log_in(client, ago=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 1)

    answer = send(client, letter)

    assert answer.status_code == 409
    assert "再次验证身份" in answer.content.decode()
    assert f"{reverse('account_reauthenticate')}?next=%2Fconsole%2Fseals%2F" in answer.content.decode()
    assert not letter.jobs.filter(kind="seal").exists()


def test_log_in_of_another_person_in_the_session_does_not_count(client):
    letter = a_letter()
    log_in(client)
    session = client.session
    session["account_authentication_methods_user"] = str(make_officer(Duty.APPROVE).pk)
    session.save()

    assert send(client, letter).status_code == 409


def test_letters_of_another_authority_do_not_exist(client):
    letter = a_letter()
    log_in(client, code="shihezi")

    assert client.get(reverse("console:seals")).context["page"].rows == []
    assert send(client, letter).status_code == 409
    assert not letter.jobs.filter(kind="seal").exists()


@pytest.mark.parametrize("duty", [Duty.INTAKE, Duty.AUDIT, Duty.SYSTEM])
def test_other_duties_find_no_such_page(client, duty):
    log_in(client, duty)

    assert client.get(reverse("console:seals")).status_code == 404
    assert send(client).status_code == 404


def test_reason_of_a_failure_is_shown_and_the_password_is_not(client, settings, tmp_path):
    letter = a_letter()
    log_in(client)
    send(client, letter)
    (tmp_path / "seal.p12").write_bytes(b"broken")
    with pytest.raises(base.SealFailed):
        tasks.run_job(letter.jobs.get(kind="seal").pk)

    page = client.get(reverse("console:seals")).content.decode()

    assert "上次未成：本单位的电子印章证书无法打开（文件损坏或者口令不符），请联系系统管理员。" in page
    assert settings.SEALS["xinxing"].password not in page


def test_without_a_seal_the_page_says_so_and_nothing_is_ordered(client, settings):
    letter = a_letter()
    settings.SEALS = {}
    log_in(client)

    assert "尚未配置电子印章证书" in client.get(reverse("console:seals")).content.decode()
    assert "尚未配置电子印章证书" in send(client, letter).content.decode()


@pytest.mark.parametrize("junk", [[], ["x"], ["9" * 30], ["-1"]])
def test_nothing_chosen_is_refused(client, junk):
    log_in(client)

    answer = client.post(reverse("console:seals_order"), {"documents": junk})

    assert answer.status_code == 409
    assert "请先勾选要签章的文书" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_list_costs_the_same_for_any_number_of_letters(client, django_assert_num_queries, count):
    letter = a_letter()
    rows = [
        Document(
            **{
                field.attname: getattr(letter, field.attname)
                for field in Document._meta.concrete_fields
                if field.name not in {"id", "code", "sequence", "number"}
            },
            code=papers.new_code(),
            sequence=1000 + place,
            number=f"测{place}号",
        )
        for place in range(count - 1)
    ]
    Document.objects.bulk_create(rows)
    log_in(client)

    with django_assert_num_queries(8):
        page = client.get(reverse("console:seals"))

    assert len(page.context["page"].rows) == count


def test_download_of_a_waiting_letter_is_named_so(client):
    letter = a_letter()
    log_in(client)

    before = client.get(reverse("document_file", args=[letter.pk]))["Content-Disposition"]
    send(client, letter)
    tasks.run_job(letter.jobs.get(kind="seal").pk)
    after = client.get(reverse("document_file", args=[letter.pk]))["Content-Disposition"]

    waiting = "%EF%BC%88%E5%BE%85%E7%AD%BE%E7%AB%A0%EF%BC%89.pdf"
    assert before.endswith(waiting)
    assert not after.endswith(waiting)


def test_a_table_of_funds_is_read_ordered_and_sealed(client):
    part = make_application(Status.GRANTED).awards.get().instalments.get()
    table = arrange(part.award.authority, [part.pk], title="测试资金安排", by=make_officer(Duty.PAY), at=NOON)
    seals.unsealed(table, at=NOON)
    to = ["funds", table.pk]
    log_in(client)
    page = client.get(reverse("console:seals")).content.decode()
    assert table.number in page
    assert client.get(reverse("console:seals_paper", args=to)).status_code == 200

    answer = client.post(reverse("console:seals_order_paper", args=to))

    assert answer.url == reverse("console:seals")
    assert "正在签章" in client.get(answer.url).content.decode()
    again = client.post(reverse("console:seals_order_paper", args=to))
    assert (again.status_code, again.context["refusal"]) == (409, "该文书正在签章，请稍后刷新页面。")
    tasks.run_job(Job.objects.get(kind="seal", payload__funds=table.pk).pk)
    assert table.number not in client.get(answer.url).content.decode()
    table.refresh_from_db()
    assert not table.awaits_seal


def test_a_table_is_not_sealed_without_a_password_lately(client):
    part = make_application(Status.GRANTED).awards.get().instalments.get()
    table = arrange(part.award.authority, [part.pk], title="测试资金安排", by=make_officer(Duty.PAY), at=NOON)
    seals.unsealed(table, at=NOON)
    log_in(client, ago=100_000.0)

    answer = client.post(reverse("console:seals_order_paper", args=["funds", table.pk]))

    assert (answer.status_code, "再次验证身份" in answer.context["refusal"]) == (409, True)
    assert not Job.objects.filter(kind="seal").exists()


def test_the_report_of_a_review_is_read_ordered_and_sealed(client):
    case = make_application(Status.PAID)
    officer = make_officer(Duty.INSPECT)
    row = reviews.start(year=case.awards.get().year)
    task = reviews.task_of(case, officer)
    reviews.look(task)
    inspection.conclude(task, result="qualified", summary="仍成立。", by=officer, at=reviews.LATER)
    row = campaign.close(row, by=officer, at=reviews.LATER)
    seals.unsealed(row, at=NOON)
    to = ["review", row.pk]
    log_in(client)
    page = client.get(reverse("console:seals")).content.decode()
    assert (row.report_number in page, "年度复核报告" in page) == (True, True)
    assert client.get(reverse("console:seals_paper", args=to)).status_code == 200

    answer = client.post(reverse("console:seals_order_paper", args=to), follow=True)
    assert f"已决定签章{row.report_number}" in answer.content.decode()
    tasks.run_job(Job.objects.get(kind="seal", payload__review=row.pk).pk)

    row.refresh_from_db()
    assert (row.awaits_seal, row.report_number in client.get(reverse("console:seals")).content.decode()) == (
        False,
        False,
    )
    client.force_login(officer)
    assert "（PDF，待签章）" not in client.get(reverse("console:review", args=[row.pk])).content.decode()
