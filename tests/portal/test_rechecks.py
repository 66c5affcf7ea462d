"""分期再核 on the case's page: written down with its paper, refused in words, nothing typed lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications import holds
from applications.models import Duty, Recheck, Status
from tests.factories import NOON, make_application, make_officer
from tests.portal.finance_rows import split
from tests.samples import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def second():
    """The second instalment of an award, due since the decision."""
    return split(make_application(Status.GRANTED).awards.get(), 1)[0].instalment


@pytest.fixture
def verifier(client, second):
    """The verifier of the case, logged in."""
    officer = second.award.application.duties.get(duty=Duty.VERIFY).user
    client.force_login(officer)
    return officer


def send(client, part, **form):
    return client.post(reverse("console:recheck", args=[part.pk]), form)


def test_what_was_found_stands_with_its_paper_and_lets_the_money_go(client, second, verifier):
    assert "第2期拨付前须先再核" in holds.why_held(second, NOON)
    paper = SimpleUploadedFile("运行日志.pdf", pdf("运行日志"), content_type="application/pdf")

    answer = send(client, second, passed="yes", findings="现场查看，中心仍在运行。", paper=paper)

    row = Recheck.objects.get()
    assert answer.url == reverse("console:case_recheck", args=[second.award.application_id])
    assert (row.passed, row.file.kind, row.file.original_name) == (True, "recheck", "运行日志.pdf")
    page = client.get(answer.url).content.decode()
    assert "再核通过" in page
    assert reverse("desk_file", args=[row.file_id]) in page
    assert "第2期拨付前须先再核" not in holds.why_held(second, NOON)
    event = second.award.application.events.get(action="recheck")
    assert event.detail["sha256"] == row.file.sha256


def test_a_faulty_form_loses_nothing_that_was_typed(client, second, verifier):
    answer = send(client, second, findings="现场查看，中心仍在运行。")

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "请选择再核结论。" in page
    assert "现场查看，中心仍在运行。" in page
    assert not Recheck.objects.exists()


def test_a_file_that_is_none_is_told_at_its_field(client, second, verifier):
    paper = SimpleUploadedFile("材料.pdf", b"no pdf at all", content_type="application/pdf")

    answer = send(client, second, passed="yes", findings="仍符合条件。", paper=paper)

    assert answer.status_code == 422
    assert not Recheck.objects.exists()


def test_another_duty_is_refused_with_the_page(client, second):
    client.force_login(make_officer(Duty.INTAKE))

    answer = send(client, second, passed="yes", findings="仍符合条件。")

    assert answer.status_code == 409
    assert not Recheck.objects.exists()
