"""The pages of approval bands, and 法制审核 on the case page."""

import pytest
from django.urls import reverse

from applications.models import Application, BandTable, Duty, Status
from tests.factories import make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db

BANDS = "/console/bands/"


def enter(client, duty):
    officer = make_officer(duty)
    client.force_login(officer)
    return officer


@pytest.fixture(autouse=True)
def _open_policy():
    make_policy()


def test_a_table_is_typed_confirmed_by_another_and_shown(client):
    enter(client, Duty.POLICY)
    typed = {"rows": "0 1\n1,000,000.00 2\n5000000 2 法制审核", "source": "测试权限文件"}

    assert client.post(BANDS, typed).status_code == 302
    table = BandTable.objects.get()
    assert list(table.bands.values_list("from_fen", "approvals", "legal_review")) == [
        (0, 1, False),
        (1_000_000_00, 2, False),
        (5_000_000_00, 2, True),
    ]
    refused = client.post(reverse("console:bands_confirm", args=[table.pk]))
    assert (refused.status_code, refused.context["refusal"]) == (409, "须由另一名政策管理人员确认。")
    enter(client, Duty.POLICY)
    assert client.post(reverse("console:bands_confirm", args=[table.pk])).status_code == 302
    assert client.get(BANDS).context["current"] == table


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("一百万 1", "第1行应写成“起始金额 审批人数”，须法制审核的在后面注明，例如 5000000 2 法制审核。"),
        ("0 1\n五 2", "第2行应写成“起始金额 审批人数”，须法制审核的在后面注明，例如 5000000 2 法制审核。"),
        ("5 1", "第一档须从 0 元起，各档才能没有空档。"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_typed_is_lost(client, rows, sentence):
    enter(client, Duty.POLICY)

    answer = client.post(BANDS, {"rows": rows, "source": "测试"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["rows"] == [sentence]
    assert rows in answer.content.decode()


def test_the_legal_reviewer_finds_a_proposal_lawful_on_its_page(client):
    application = make_application(Status.PROPOSED)
    enter(client, Duty.LEGAL)
    page = reverse("console:case", args=[application.pk])

    assert [act.label for act in client.get(page).context["acts"]] == ["法制审核通过"]
    faulty = client.post(reverse("console:case_legal", args=[application.pk]), {"reason": ""})
    assert faulty.status_code == 422
    done = client.post(reverse("console:case_legal", args=[application.pk]), {"reason": "程序合法。"})

    assert done.status_code == 302
    assert [act.why_not for act in client.get(page).context["acts"]] == ["本次核定意见已通过法制审核。"]
    assert Application.objects.get(pk=application.pk).status == Status.PROPOSED
