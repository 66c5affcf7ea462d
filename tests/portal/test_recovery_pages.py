"""追回 at the console: list, figures, the page of a case, every act by the right officer, and what a refusal keeps."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from applications import recovering
from applications.actions import recovery as actions
from applications.models import Application, CaseDuty, Duty, RecoveryCase, RecoveryPaper, Restriction, Status
from portal.console.recovery_acts import ACTS
from portal.console.recovery_case import limit_shown
from tests import samples
from tests.factories import NOON, agent_of, make_application, make_officer, make_paper
from tests.recoveries import SERVED, State, claim, copy_of, investigate, make_recovery, officer, opened, pay_back
from tests.recoveries import state as speak

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_the_service():
    """Stand on the day on which the roads of `tests.recoveries` end."""
    with time_machine.travel(SERVED + timedelta(hours=1)):
        yield


def url_of(row, name=""):
    return reverse(f"console:recovery_{name}" if name else "console:recovery", args=[row.pk])


def enter(client, row, duty):
    """Log the officer in who holds the duty on the case, or a fresh one of its authority."""
    user = officer(row, duty)
    client.force_login(user)
    return user


def fresh(row):
    return RecoveryCase.objects.get(pk=row.pk)


def typed(name, **values):
    """Return what is posted for an act: its fields under its prefix."""
    return {f"{name}-{key}": value for key, value in values.items()}


def upload(name="文件.pdf"):
    return samples.upload(name, samples.pdf(name))


# ---- 立案 -----------------------------------------------------------------------------------------------------------


def test_an_inspector_opens_a_case_from_the_page_of_a_paid_award(client):
    application = make_application(Status.PAID)
    client.force_login(make_officer(Duty.INSPECT))
    page = client.get(reverse("console:case_recovery", args=[application.pk]))
    assert "立案" in page.content.decode()

    response = client.post(
        reverse("console:recovery_open", args=[application.pk]), {"kind": "fraud", "alleged": "检测报告系伪造。"}
    )

    row = RecoveryCase.objects.get()
    assert response.status_code == 302
    assert response["Location"] == url_of(row)
    assert (row.application, row.kind, row.alleged, row.state) == (
        application,
        "fraud",
        "检测报告系伪造。",
        State.INVESTIGATING,
    )
    assert row.documents.get().kind == "rec_filed"


def test_a_case_without_an_award_says_why_it_cannot_be_opened(client):
    application = make_application(Status.SUBMITTED)
    client.force_login(make_officer(Duty.INSPECT))

    page = client.get(reverse("console:case_recovery", args=[application.pk])).content.decode()
    assert "没有可以追回的奖补决定" in page
    assert "recovery/open" not in page
    response = client.post(
        reverse("console:recovery_open", args=[application.pk]), {"kind": "fraud", "alleged": "某事"}
    )
    assert response.status_code == 409
    assert "没有可以追回的奖补决定" in response.content.decode()
    assert not RecoveryCase.objects.exists()


def test_a_faulty_form_keeps_what_was_typed(client):
    application = make_application(Status.PAID)
    client.force_login(make_officer(Duty.INSPECT))

    response = client.post(reverse("console:recovery_open", args=[application.pk]), {"alleged": "检测报告系伪造。"})

    assert response.status_code == 422
    page = response.content.decode()
    assert "请选择案由。" in page
    assert "检测报告系伪造。" in page
    assert not RecoveryCase.objects.exists()


# ---- every act ------------------------------------------------------------------------------------------------------

SAID = {
    "investigate": (State.INVESTIGATING, Duty.INSPECT, {"text": "检测机构未出具该报告。"}),
    "snapshot": (
        State.INVESTIGATING,
        Duty.INSPECT,
        {"source": "测试公示系统", "seen_on": "2026-09-01", "shareholders": "测试股东甲，60%\n测试股东乙,40%"},
    ),
    "add_paper": (State.INVESTIGATING, Duty.INSPECT, {"kind": "evidence"}),
    "answer": (State.NOTIFIED, Duty.INSPECT, {"adopted": "no", "text": "没有证据。"}),
    "review": (State.HEARD, Duty.LEGAL, {"passed": "yes", "opinion": "事实清楚。"}),
    "discuss": (
        State.REVIEWED,
        Duty.INSPECT,
        {"held_on": "2026-09-13", "people": "测试甲、测试乙", "agreed": "yes", "result": "同意。"},
    ),
    "decide": (State.DISCUSSED, Duty.INSPECT, {"pay_into": "测试国库", "remark": "", "pay_days": "15"}),
    "serve": (State.DECIDED, Duty.INSPECT, {"method": "direct", "on": "2026-09-17"}),
    "plan": (State.SERVED, Duty.INSPECT, {"parts": "2036-10-31 1000000\n2036-11-30 2000000.00"}),
    "transfer": (
        State.SERVED,
        Duty.INSPECT,
        {"to": "finance", "matter": "给予行政处罚", "reason": "骗取资金。", "listed": "笔录\n决定书"},
    ),
    "contest": (State.SERVED, Duty.INSPECT, {"kind": "review", "on": "2026-09-17"}),
    "claim": (
        State.SERVED,
        Duty.INSPECT,
        {"kind": "written_off", "account": "principal", "amount_fen": "100.00", "on": "2026-09-17", "basis": "裁定书"},
    ),
    "restrict": (
        State.SERVED,
        Duty.INSPECT,
        {"scope": "filing", "since": "2026-09-17", "basis": "测试办法", "paper": "测试决定1号", "reason": "骗取。"},
    ),
    "reopen": (State.HEARD, Duty.INSPECT, {"reason": "补充证据。"}),
    "drop": (State.INVESTIGATING, Duty.INSPECT, {"reason": "查无实据。"}),
}
FILES = {"add_paper": "paper", "discuss": "minutes", "serve": "paper", "claim": "paper"}
LEADS_TO = {
    "answer": State.HEARD,
    "review": State.REVIEWED,
    "discuss": State.DISCUSSED,
    "decide": State.DECIDED,
    "serve": State.SERVED,
    "reopen": State.INVESTIGATING,
    "drop": State.DROPPED,
}


def prepared(name):
    """Return a case where an act can be done, and what is posted for it."""
    state, _, values = SAID[name]
    row = make_recovery(state)
    if name == "answer":
        speak(row)
    values = dict(values)
    if name == "investigate":
        values["companion"] = str(make_officer(Duty.INSPECT).pk)
    if name == "restrict":
        body = row.application.applicant
        values |= {"uscc": body.uscc, "applicant_name": body.name}
    posted = typed(name, **values)
    if name in FILES:
        posted[f"{name}-{FILES[name]}"] = upload()
    return row, posted


@pytest.mark.parametrize("name", SAID)
def test_an_act_is_done_by_its_officer(client, name):
    row, posted = prepared(name)
    enter(client, row, SAID[name][1])
    steps = row.steps.count()
    assert f'data-act="{name}"' in client.get(url_of(row)).content.decode()

    response = client.post(url_of(row, name), posted)

    assert response.status_code == 302, (
        response.context["refusal"],
        [act.form.errors for act in response.context["acts"] if act.form],
    )
    assert fresh(row).state == LEADS_TO.get(name, row.state)
    assert row.steps.count() == steps + 1
    assert row.steps.order_by("pk").last().name == name


@pytest.mark.parametrize("name", SAID)
def test_an_act_is_refused_to_other_duties_with_the_reason(client, name):
    row, posted = prepared(name)
    for duty in (Duty.VERIFY, Duty.APPROVE, Duty.PAY, Duty.AUDIT):
        client.force_login(make_officer(duty))

        response = client.post(url_of(row, name), posted)

        assert response.status_code == 409
        assert "岗位可以办理此事项。" in response.content.decode()
    assert fresh(row).state == row.state


def test_a_restriction_follows_from_the_case_with_its_letter(client):
    row, posted = prepared("restrict")
    enter(client, row, Duty.INSPECT)

    client.post(url_of(row, "restrict"), posted)

    imposed = Restriction.objects.get()
    assert (imposed.recovery, imposed.uscc) == (row, row.application.applicant.uscc)
    assert row.documents.filter(kind="restrict").count() == 1


def test_an_act_of_another_authority_does_not_exist(client):
    row = opened()
    client.force_login(make_officer(Duty.INSPECT, "shihezi"))

    assert {client.post(url_of(row, name), {}).status_code for name in ACTS} == {404}
    assert client.get(url_of(row)).status_code == 404


@pytest.mark.parametrize("name", [name for name in SAID if name != "contest"])
def test_an_empty_form_is_answered_at_its_fields(client, name):
    row, _ = prepared(name)
    enter(client, row, SAID[name][1])

    response = client.post(url_of(row, name), {})

    assert response.status_code == 422
    assert 'class="invalid-feedback' in response.content.decode()
    assert fresh(row).state == row.state


def test_the_notice_names_what_was_paid_and_is_refused_another_sum(client):
    row = make_recovery(State.INVESTIGATING)
    investigate(row)
    enter(client, row, Duty.INSPECT)
    assert 'value="3000000.00"' in client.get(url_of(row)).content.decode()
    said = {"facts": "查明。", "basis": "某条。", "whole": "yes", "large": "no"}

    response = client.post(url_of(row, "notify"), typed("notify", **said, principal_fen="100"))

    page = response.content.decode()
    assert response.status_code == 409
    assert "应退本金为实际已拨付的3,000,000.00元" in page
    assert "查明。" in page
    response = client.post(url_of(row, "notify"), typed("notify", **said, principal_fen="3,000,000"))
    assert response.status_code == 302
    assert fresh(row).state == State.NOTIFIED


def test_the_button_says_why_an_act_cannot_be_done_yet(client):
    row = make_recovery(State.NOTIFIED)
    RecoveryCase.objects.filter(pk=row.pk).update(large=True)
    enter(client, row, Duty.INSPECT)

    page = client.get(url_of(row)).content.decode()

    assert "当事人没有要求听证。" in page
    assert 'aria-describedby="why-convene"' in page


def test_others_acts_are_named_with_their_desks(client):
    row = make_recovery(State.HEARD)
    enter(client, row, Duty.INSPECT)

    assert "由其他岗位办理：法制审核（法制审核）" in client.get(url_of(row)).content.decode()


def test_interest_without_its_basis_is_not_taken(client):
    row = make_recovery(State.DISCUSSED)
    enter(client, row, Duty.INSPECT)
    said = {"pay_into": "测试国库", "pay_days": "15", "base_fen": "3000000", "rate": "3.45", "days": "10"}

    response = client.post(url_of(row, "decide"), typed("decide", **said))

    assert response.status_code == 422
    assert "计收利息的，基数、利率、天数和依据都要填写。" in response.content.decode()
    response = client.post(url_of(row, "decide"), typed("decide", **said, source="承诺书第三条"))
    assert response.status_code == 302
    balances = recovering.balances(fresh(row))
    assert (balances["principal"].owed, balances["interest"].owed) == (300_0000_00, 283_562)


def test_a_page_that_was_overtaken_is_refused(client):
    row = opened()
    user = enter(client, row, Duty.INSPECT)
    version = Application.objects.get(pk=row.application_id).version
    Application.objects.filter(pk=row.application_id).update(version=version + 1)

    response = client.post(url_of(row, "drop"), typed("drop", reason="查无实据。") | {"version": version})

    assert response.status_code == 409
    assert fresh(row).state == State.INVESTIGATING
    assert CaseDuty.objects.filter(application=row.application_id, user=user).exists()


# ---- write-offs: recorded by 稽核, confirmed by 法制审核 ---------------------------------------------------


def test_a_write_off_counts_once_legal_confirms_it(client):
    row = make_recovery(State.SERVED)
    waiting = claim(row, 100_00, kind="written_off")
    enter(client, row, Duty.INSPECT)
    assert "只有法制审核岗位可以办理此事项。" in client.get(url_of(row)).content.decode()
    assert client.post(reverse("console:recovery_confirm", args=[waiting.pk])).status_code == 409

    enter(client, row, Duty.LEGAL)
    assert client.post(reverse("console:recovery_confirm", args=[waiting.pk])).status_code == 302
    assert recovering.balances(row)["principal"].written_off == 100_00


def test_a_write_off_is_dropped_with_a_reason(client):
    row = make_recovery(State.SERVED)
    waiting = claim(row, 100_00, kind="written_off")
    enter(client, row, Duty.LEGAL)
    url = reverse("console:recovery_refuse", args=[waiting.pk])

    response = client.post(url, {})
    assert response.status_code == 422
    assert "请填写驳回的理由。" in response.content.decode()
    assert client.post(url, {f"refuse-{waiting.pk}-reason": "依据不足。"}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.drop_reason == "依据不足。"
    assert recovering.outstanding(row) == 300_0000_00


# ---- what is shown --------------------------------------------------------------------------------------------------


def test_limits_are_green_amber_and_red():
    row = opened()
    term = row.terms.get()
    today = term.due_on

    tones = [limit_shown(term, today + timedelta(days=days)).tone for days in (-20, -3, 0, 1)]
    assert tones == ["good", "ask", "ask", "bad"]
    assert limit_shown(term, today + timedelta(days=1)).words == "已届满1日"
    term.due_on = None
    assert (limit_shown(term, today).tone, limit_shown(term, today).words) == ("wait", "待定")
    term.due_on, term.ended_on = today, today
    assert limit_shown(term, today + timedelta(days=9)).words == "已了结"
    term.ended_on = today + timedelta(days=1)
    assert limit_shown(term, today).tone == "bad"


def test_the_page_shows_ledger_letters_and_papers(client):
    row = make_recovery(State.SERVED)
    pay_back(row, 100_0000_00)
    enter(client, row, Duty.AUDIT)

    page = client.get(url_of(row)).content.decode()

    assert "尚未退回合计" in page
    assert "2,000,000.00" in page
    assert [label for label in ("立案通知书", "拟处理告知书", "追回决定书", "送达回证") if label not in page] == []
    assert "讨论记录.pdf" in page
    assert "<form" not in page[page.index('id="acts"') :]


def test_papers_open_to_the_desk_and_to_the_body_only_its_own(client):
    row = make_recovery(State.NOTIFIED)
    speak(row, paper=make_paper("陈述.pdf"))
    own = row.papers.get(by_party=True)
    found = actions.add_paper(row, make_paper("证据.pdf"), kind="evidence", by=officer(row, Duty.INSPECT), at=NOON)
    urls = {paper: reverse("recovery_paper", args=[paper.pk]) for paper in (own, found)}

    client.force_login(agent_of(row.application.applicant))
    assert [client.get(urls[paper]).status_code for paper in (own, found)] == [200, 404]
    client.force_login(make_officer(Duty.AUDIT))
    assert [client.get(urls[paper]).status_code for paper in (own, found)] == [200, 200]
    client.force_login(make_officer(Duty.AUDIT, "shihezi"))
    assert [client.get(urls[paper]).status_code for paper in (own, found)] == [404, 404]
    assert RecoveryPaper.objects.count() == len(urls)


# ---- list and figures -----------------------------------------------------------------------------------------------


def listed(client, query=""):
    response = client.get(reverse("console:recoveries") + query)
    assert response.status_code == 200
    return [row.number for row in response.context["page"].rows]


def test_the_list_is_narrowed_by_stage_clause_year_and_part(client):
    running, served = opened(), make_recovery(State.SERVED)
    dropped = opened()
    actions.drop(dropped, reason="查无实据。", by=officer(dropped, Duty.INSPECT), at=NOON)
    me = enter(client, served, Duty.INSPECT)

    # The nearest deadline first: 15 days to pay lie before 90 days to decide.
    assert listed(client) == [served.number, running.number]
    assert listed(client, "?state=dropped") == [dropped.number]
    assert set(listed(client, "?state=all")) == {running.number, served.number, dropped.number}
    assert listed(client, "?mine=on") == [served.number]
    assert CaseDuty.objects.filter(user=me).count() == 1
    assert listed(client, f"?q={running.number}") == [running.number]
    assert listed(client, f"?q={served.application.applicant.name}") == [served.number]
    assert listed(client, "?year=2025") == []
    assert listed(client, "?year=2026&kind=fraud") == [served.number, running.number]
    assert listed(client, "?kind=error") == []
    clause = served.application.clause_id
    assert listed(client, f"?clause={clause}") == [served.number, running.number]


def test_another_authority_sees_none(client):
    row = opened()
    client.force_login(make_officer(Duty.INSPECT, "shihezi"))

    assert listed(client, "?state=all") == []
    assert row.number not in client.get(reverse("console:recovery_figures")).content.decode()


def test_figures_add_up_by_age_body_clause_and_year(client):
    row = make_recovery(State.SERVED)
    pay_back(row, 100_0000_00)
    enter(client, row, Duty.AUDIT)

    found = client.get(reverse("console:recovery_figures")).context["figures"]

    assert (found.total.sums.owed, found.total.sums.recovered, found.total.sums.open) == (
        300_0000_00,
        100_0000_00,
        200_0000_00,
    )
    assert [(line.label, line.sums.open) for line in found.bodies] == [(row.application.applicant.name, 200_0000_00)]
    assert sum(line.sums.open for line in found.ages) == 200_0000_00
    assert [(line.label, line.count) for line in found.years] == [("2026年", 1)]


# ---- cost -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    row = opened(make_application(Status.PAID))
    for _ in range(count - 1):
        copy_of(row)
    client.force_login(make_officer(Duty.INSPECT))
    client.get(reverse("console:recoveries"))

    with django_assert_num_queries(7):  # session, user, posting, counts, cases, sums, clauses to choose from
        assert len(listed(client)) == count


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_a_case_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    row = make_recovery(State.SERVED)
    for number in range(count):
        claim(row, 100, voucher=f"测试{number}", at=SERVED)
    enter(client, row, Duty.AUDIT)
    client.get(url_of(row))

    # session, user, posting, recovery with its case, five of the road, people of steps, papers, letters
    with django_assert_num_queries(12):
        client.get(url_of(row))


def test_a_copy_is_what_the_actions_write():
    """Lists are tested with copies, which cost nothing: they hold what a case has that walked the road."""
    row, other = make_recovery(State.SERVED), make_recovery(State.SERVED)
    made = copy_of(row)

    assert columns(made) == columns(other)
    assert columns(made.award) == columns(other.award)
    ledgers = [[columns(entry, "basis") for entry in one.entries.order_by("pk")] for one in (made, other)]
    assert ledgers[0] == ledgers[1]  # beside the number of the letter they are based on
    assert len({made.number, row.number, other.number}) == 3


def columns(row, *but):
    """Return what a row says beside who and which one it is."""
    own = {"id", "number", "sequence", "party", *but}
    return {f.attname: getattr(row, f.attname) for f in row._meta.fields if f.attname not in own and not f.is_relation}


def test_figures_cost_the_same_for_any_length(client, django_assert_num_queries):
    make_recovery(State.SERVED)
    client.force_login(make_officer(Duty.AUDIT))
    client.get(reverse("console:recovery_figures"))

    with django_assert_num_queries(5):  # session, user, posting, cases, sums
        assert client.get(reverse("console:recovery_figures")).context["today"] == timezone.localdate()
