"""Public pages of 公示 and 异议, and the desk that deals with them."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applications.models import Application, Authority, Duty, NoticeBatch, Objection, PublicNotice, Status
from tests import samples
from tests.factories import NOON, make_application, make_objection, make_officer, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _five_days():
    make_policy(notice_days=5)


def noticed():
    """Return a case whose notice runs now, whatever day the test runs on."""
    Authority.objects.filter(code="xinxing").update(notice_days=5)
    case = make_application(Status.NOTICED)
    later = timezone.localdate() + timedelta(days=5)
    case.notices.update(closes_on=later)
    NoticeBatch.objects.update(closes_on=later)
    return case


def typed(**values):
    return {
        "party": "person",
        "name": "测试人",
        "identity": "11010519491231002X",
        "phone": "13800000000",
        "address": "测试路3号",
        "text": "中心尚未交付。",
        "truthful": "on",
        "file": SimpleUploadedFile("异议书.pdf", samples.pdf("异议书"), "application/pdf"),
        **values,
    }


def test_the_public_reads_a_batch_without_logging_in(client):
    case = noticed()
    batch = NoticeBatch.objects.get()

    page = client.get(reverse("notice_batch", args=[batch.pk])).content.decode()

    for words in (case.applicant.name, case.applicant.uscc, "3,000,000.00", "人民币叁佰万元整", "第三条"):
        assert words in page
    for secret in (case.applicant.contact_phone, case.applicant.bank_accounts.get().number):
        assert secret not in page
    assert batch.title in client.get(reverse("notices")).content.decode()


def test_a_notice_of_no_days_was_never_public(client):
    make_policy(notice_days=0)
    make_application(Status.NOTICED)

    assert client.get(reverse("notice_batch", args=[NoticeBatch.objects.get().pk])).status_code == 404


def test_an_objection_is_taken_and_followed_by_its_code(client):
    notice = noticed().notices.get()

    answer = client.post(reverse("object_to", args=[notice.pk]), typed())

    row = Objection.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("objection", args=[row.code]))
    page = client.get(reverse("objection", args=[row.code])).content.decode()
    assert "等待承办" in page
    for secret in ("测试人", "11010519491231002X", "13800000000"):
        assert secret not in page


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"name": ""}, "name", "匿名异议不予受理，请填写真实姓名或单位名称。"),
        ({"identity": "110105194912310021"}, "identity", "身份证号有误，请核对18位号码。"),
        (
            {"party": "unit", "identity": "91659901MA00000001"},
            "identity",
            "统一社会信用代码“91659901MA00000001”有误，请核对18位代码。",
        ),
        ({"text": ""}, "text", "请写明异议内容和事实理由。"),
        ({"truthful": ""}, "truthful", "请勾选确认。"),
        ({"file": ""}, "file", "请上传本人签名或单位盖章的异议书。"),
    ],
)
def test_what_is_wrong_with_an_objection_stands_at_its_field(client, values, field, sentence):
    answer = client.post(reverse("object_to", args=[noticed().notices.get().pk]), typed(**values))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [sentence]
    assert not Objection.objects.exists()


def test_a_program_is_no_objection(client):
    file = SimpleUploadedFile("异议书.pdf", b"MZ" + b"0" * 200, "application/pdf")

    answer = client.post(reverse("object_to", args=[noticed().notices.get().pk]), typed(file=file))

    assert answer.status_code == 422
    assert "file" in answer.context["form"].errors


def test_one_address_objects_a_few_times_an_hour(client):
    url = reverse("object_to", args=[noticed().notices.get().pk])

    statuses = [client.post(url, {}).status_code for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_only_the_handling_officer_reads_who_objects(client):
    objection = make_objection(noticed().notices.get(), at=timezone.now())
    url = reverse("console:objection", args=[objection.pk])
    one, other = make_officer(Duty.INSPECT), make_officer(Duty.INSPECT)
    client.force_login(one)

    assert objection.name not in client.get(url).content.decode()
    assert client.get(reverse("console:objection_file", args=[objection.pk])).status_code == 404
    client.post(reverse("console:objection_take", args=[objection.pk]))
    assert objection.name in client.get(url).content.decode()
    assert client.get(reverse("console:objection_file", args=[objection.pk])).status_code == 200
    client.force_login(other)
    assert objection.name not in client.get(url).content.decode()
    assert client.get(reverse("console:objection_file", args=[objection.pk])).status_code == 404


def test_cases_are_published_from_the_desk(client):
    cases = [make_application(Status.PROPOSED) for _ in range(2)]
    client.force_login(make_officer(Duty.APPROVE))
    url = reverse("console:publish")

    assert len(client.get(url).context["lines"]) == 2
    assert client.post(url, {}).status_code == 422
    answer = client.post(url, {"cases": [case.pk for case in cases], "title": "合并公示"})

    assert answer.status_code == 302
    assert NoticeBatch.objects.get().title == "合并公示"
    assert {row.status for row in Application.objects.all()} == {Status.NOTICED}


@pytest.mark.parametrize("count", [1, 30])
def test_a_public_batch_costs_the_same_for_any_size(client, django_assert_num_queries, count):
    notice = noticed().notices.get()
    rows = []
    for _ in range(count - 1):
        row = PublicNotice.objects.get(pk=notice.pk)
        row.pk, row.ended_at = None, NOON
        rows.append(row)
    PublicNotice.objects.bulk_create(rows)
    cache.clear()

    with django_assert_num_queries(2):  # the batch, its notices with their cases
        assert len(client.get(reverse("notice_batch", args=[notice.batch_id])).context["rows"]) == count
