"""How an appeal ends, on the pages: typed by 稽核, read by the body, the desk of pools and whoever checks a paper."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from applications import recovering
from applications.actions import recovery
from applications.actions.restriction import lift
from applications.models import Application, Duty, Pool, RecoveryCase, Status
from tests import samples
from tests.applications.test_recovery_effects import pooled, restrict
from tests.factories import agent_of, make_officer
from tests.recoveries import DAY, SERVED, State, judge, make_recovery, officer, pay_back

pytestmark = pytest.mark.django_db
NUMBER = "测试法院（2026）行初1号"


@pytest.fixture(autouse=True)
def _after_the_service():
    with time_machine.travel(SERVED + timedelta(hours=1)):
        yield


def sued(client, row):
    """Let the party have sued, and log the inspector in; return the page of the case."""
    by = officer(row, Duty.INSPECT)
    recovery.contest(row, kind="sue", on=SERVED.date(), by=by, at=SERVED)
    client.force_login(by)
    return reverse("console:recovery", args=[row.pk])


def said(row, outcome, **more):
    """Return the address and what is posted about an outcome."""
    values = {"kind": "sue", "on": "2026-09-17", "outcome": outcome, "number": NUMBER} | more
    paper = {"contest-paper": samples.upload("判决书.pdf", samples.pdf("判决书"))}
    posted = {f"contest-{name}": value for name, value in values.items()} | paper
    return reverse("console:recovery_contest", args=[row.pk]), posted


def checked(client, row, kind):
    """Return what the public page of the newest letter of a kind says."""
    letter = row.documents.filter(kind=kind).order_by("-pk")[0]
    client.logout()
    return client.get(f"/verify/{letter.code}/").content.decode()


def test_an_inspector_enters_a_changed_sum(client):
    row = make_recovery(State.SERVED)
    page = sued(client, row)
    url, posted = said(row, "changed", principal_fen="1,200,000.00")

    assert client.post(url, posted).status_code == 302

    assert recovering.balances(row)["principal"].owed == 120_0000_00
    shown = client.get(page).content.decode()
    words = "追回决定已被人民法院判决（测试法院（2026）行初1号，2026年9月17日）变更：应退本金1,200,000.00元。"
    assert words in shown
    assert "变更后应退：本金1,200,000.00元" in shown
    assert words in checked(client, row, "rec_decision")
    client.force_login(agent_of(row.application.applicant))
    own = client.get(reverse("my_recovery", args=[row.pk])).content.decode()
    assert words in own
    assert "行政诉讼：变更" in own


@pytest.mark.parametrize(
    ("outcome", "more", "words"),
    [
        ("changed", {}, "请填写变更后应退的本金。"),
        ("changed", {"principal_fen": "一百"}, "contest-principal_fen"),
        ("changed", {"principal_fen": "1", "number": ""}, "请填写决定书、判决书的文号。"),
        ("annulled", {"number": ""}, "请填写决定书、判决书的文号。"),
    ],
)
def test_what_is_missing_is_said_at_its_field(client, outcome, more, words):
    row = make_recovery(State.SERVED)
    sued(client, row)
    url, posted = said(row, outcome, **more)

    answer = client.post(url, posted)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert recovering.balances(row)["principal"].owed == 300_0000_00


def test_an_outcome_without_its_paper_is_asked_for_it(client):
    row = make_recovery(State.SERVED)
    sued(client, row)
    url, posted = said(row, "annulled")
    del posted["contest-paper"]

    answer = client.post(url, posted)

    assert answer.status_code == 422
    assert "请上传决定书、判决书。" in answer.content.decode()


def test_a_sum_above_the_decision_is_refused_and_kept(client):
    row = make_recovery(State.SERVED)
    sued(client, row)
    url, posted = said(row, "changed", principal_fen="3000000.01")

    answer = client.post(url, posted)

    assert answer.status_code == 409
    assert "变更后的本金不能超过决定的3,000,000.00元" in answer.content.decode()
    assert "3000000.01" in answer.content.decode()


def test_a_change_gives_the_award_back_where_that_is_chosen(client):
    row = make_recovery(State.SERVED)
    sued(client, row)
    url, posted = said(row, "changed", principal_fen="1000000", restores="on")

    assert client.post(url, posted).status_code == 302

    assert Application.objects.get(pk=row.application_id).status == Status.PAID


def test_an_annulled_decision_is_told_on_every_page(client):
    row = make_recovery(State.SERVED)
    pay_back(row, 100_0000_00)
    page = sued(client, row)
    url, posted = said(row, "annulled")

    assert client.post(url, posted).status_code == 302

    shown = client.get(page).content.decode()
    for words in ("撤销，不再有效。", "原奖补决定恢复效力，申报件恢复为“已拨付”", "有1,000,000.00元须退还当事人"):
        assert words in shown
    assert "已被复议机关或者人民法院撤销" in checked(client, row, "rec_decision")
    notice = Application.objects.get(pk=row.application_id).documents.get(kind="notice")
    assert "文书真实，待签章" in client.get(f"/verify/{notice.code}/").content.decode()
    client.force_login(agent_of(row.application.applicant))
    own = client.get(reverse("my_recovery", args=[row.pk])).content.decode()
    assert "已缴款项中有1,000,000.00元须退还您单位" in own


def test_a_pool_over_its_limit_says_so_wherever_it_is_shown(client):
    pool, case = pooled(Status.GRANTED)
    row = make_recovery(State.SERVED, case, principal_fen=0)
    Pool.objects.filter(pk=pool.pk).update(limit_fen=1_0000_00)
    judge(row, "annulled")
    client.force_login(make_officer(Duty.POLICY))

    pages = [reverse("console:pools"), reverse("console:pool", args=[pool.pk])]
    pages.append(reverse("console:policy", args=[pool.policy_id]))
    for url in pages:
        shown = client.get(url).content.decode()
        assert "超额占用" in shown, url
        assert "2,990,000.00" in shown, url


def test_the_letter_of_a_lifted_restriction_says_that_it_is_over(client):
    row = make_recovery(State.SERVED)
    made = restrict(row, row.application.applicant.uscc, row.application.applicant.name)
    assert "文书真实，待签章" in checked(client, row, "restrict")

    lift(made, reason="已修复", by=officer(row, Duty.INSPECT), at=SERVED + DAY)

    shown = checked(client, row, "restrict")
    assert "文书真实，限制已经解除" in shown
    assert row.documents.get(kind="unrestrict").number in shown
    assert "文书真实，待签章" in checked(client, row, "unrestrict")


def test_what_is_published_anew_is_the_changed_sum(client):
    row = make_recovery(State.SERVED)
    judge(row, "changed", principal_fen=77_00)
    until = (SERVED + 10 * DAY).date()
    recovery.publish(
        RecoveryCase.objects.get(pk=row.pk), grade="slight", until=until, by=officer(row, Duty.INSPECT), at=SERVED
    )

    shown = client.get(reverse("notice_decisions")).content.decode()

    assert "77.00" in shown
    assert "3,000,000.00" not in shown
