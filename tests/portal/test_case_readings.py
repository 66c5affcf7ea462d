"""个案口径 on the case page: one line a question, and the address to which a decision is posted."""

import pytest
from django.urls import reverse

from applications.models import CaseDecision, Duty, Status
from tests.factories import make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    """A case under verification, with two points of interpretation."""
    return make_application(Status.VERIFYING)


@pytest.fixture
def verifier(client, case):
    """A verifier, logged in."""
    officer = make_officer(Duty.VERIFY)
    client.force_login(officer)
    return officer


def page(client, case):
    return client.get(reverse("console:case", args=[case.pk]))


def post(client, case, key="X5", **typed):
    case.refresh_from_db()
    values = {"choice": "b", "reason": "日志载明", "version": case.version}
    return client.post(reverse("console:case_reading", args=[case.pk, key]), values | typed)


def test_page_says_what_counts_and_offers_to_decide(client, case, verifier):
    shown = page(client, case).content.decode()

    assert "个案口径（2项）" in shown
    assert shown.count("按推荐读法：") == 2
    assert shown.count(f'action="{reverse("console:case_reading", args=[case.pk, "X5"])}"') == 1

    assert post(client, case).status_code == 302
    shown = page(client, case).content.decode()
    assert "个案口径（2项，已认定1项）" in shown
    assert f"累计满六个月。理由：日志载明（{verifier}，" in shown


def test_readers_see_the_answers_without_a_form(client, case):
    client.force_login(make_officer(Duty.APPROVE))

    shown = page(client, case).content.decode()

    assert "个案口径（2项）" in shown
    assert "/readings/" not in shown
    answer = post(client, case)
    assert (answer.status_code, answer.context["refusal"]) == (409, "只有核验岗位可以办理此事项。")


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(client, case, verifier):
    answer = post(client, case, choice="", reason="只写了理由")
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "请选择一种读法。" in shown
    assert 'value="只写了理由"' in shown
    assert "请写明认定的理由。" in post(client, case, reason="").content.decode()

    old = post(client, case, version=case.version + 5, reason="我的理由")
    assert (old.status_code, 'value="我的理由"' in old.content.decode()) == (409, True)
    assert not CaseDecision.objects.exists()


def test_question_that_is_not_of_the_case_does_not_exist(client, case, verifier):
    assert [post(client, case, key).status_code for key in ("X6", "X8", "S1")] == [404] * 3
    client.force_login(make_officer(Duty.VERIFY, "shihezi"))
    assert post(client, case).status_code == 404


def test_the_same_key_decides_once(client, case, verifier):
    same = {"idempotency_key": "k-1", "version": case.version}
    answers = [post(client, case, **same).status_code for _ in range(2)]

    assert (answers, CaseDecision.objects.count()) == ([302, 302], 1)


@pytest.mark.parametrize("count", [1, 30])
def test_page_costs_the_same_for_any_number_of_decisions(client, case, verifier, django_assert_num_queries, count):
    make_policy()
    for _ in range(count):
        post(client, case)
    page(client, case)

    with django_assert_num_queries(11):  # one of them for the decisions
        page(client, case)
