"""The pages of a short pool: who reads them, the choice, the queue, a round settled by two, the applicant's view."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from applications.actions import decision, policy
from applications.actions.settlement import call_all, confirm_settlement
from applications.models import Application, Duty, Pool, PoolWait, Settlement, Status
from tests.factories import NOON, agent_of, make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db

FULL = 300_0000_00


def make_pool(limit_fen=1, year=2026):
    row = make_policy()
    return policy.set_pool(
        row,
        name="测试资金池",
        year=year,
        clauses=row.clauses.filter(code="xinxing-3"),
        limit_fen=limit_fen,
        source="测试文件",
        by=make_officer(Duty.POLICY),
        at=NOON,
    )


@pytest.fixture
def pool():
    """A pool that has room for nobody."""
    return make_pool()


def enter(client, duty, code="xinxing"):
    officer = make_officer(duty, code)
    client.force_login(officer)
    return officer


def waiting(hour=0):
    """Return a case that is agreed to and waits."""
    case = make_application(Status.PROPOSED, at=NOON + timedelta(hours=hour))
    return decision.endorse(case, by=make_officer(Duty.APPROVE), at=NOON + timedelta(hours=hour))


def at(name, *keys):
    return reverse(f"console:{name}", args=keys)


def copies(case, count):
    """Put as many waits behind a case, of copies of it: rows alone with duties of their own, for the cost of a page."""
    made = []
    for number in range(count):
        row = Application.objects.get(pk=case.pk)
        proposed = row.proposed_at, row.proposed_fen
        row.pk, row.number = None, f"{case.number}-{number}"
        row.accepted_by = row.accepted_at = None  # duties are of the case they were held on
        row.proposed_by = row.proposed_at = row.proposed_fen = None
        row.accepted_by = row.accepted_at = row.proposed_by = row.proposed_at = row.proposed_fen = None
        row.save(force_insert=True)
        held = {
            duty.duty: row.duties.create(user=duty.user, duty=duty.duty, since=duty.since)
            for duty in case.duties.select_related("user")
        }
        row.accepted_by, row.accepted_at = held["intake"], NOON
        row.proposed_by, (row.proposed_at, row.proposed_fen) = held["verify"], proposed
        row.save()
        made.append(row)
    wait = PoolWait.objects.get(application=case)
    PoolWait.objects.bulk_create(
        PoolWait(application=row, pool=wait.pool, complete_at=NOON, amount_fen=FULL, since=NOON) for row in made
    )


def test_the_choice_is_typed_refused_without_a_paper_and_kept(client, pool):
    enter(client, Duty.POLICY)
    url = at("pool_shortfall", pool.pk)

    faulty = client.post(url, {"method": "pro_rata", "source": ""})
    assert faulty.status_code == 422
    assert faulty.context["choice"].errors == {"source": ["请填写依据文件。"]}
    assert faulty.context["choice"]["method"].value() == "pro_rata"
    assert client.post(url, {"method": "pro_rata", "source": "测试办法"}).status_code == 302

    page = client.get(at("pool", pool.pk)).content.decode()
    assert "批次截止后按比例（依据：测试办法；" in page
    policy_page = client.get(reverse("console:policy", args=[pool.policy_id])).content.decode()
    assert f'<a href="{at("pool", pool.pk)}">测试资金池（2026年）</a>' in policy_page
    assert "确定余额不足时的办法" in policy_page


def test_the_choice_is_no_longer_offered_while_somebody_waits(client, pool):
    waiting()
    enter(client, Duty.POLICY)

    page = client.get(at("pool", pool.pk))
    refused = client.post(at("pool_shortfall", pool.pk), {"method": "remainder", "source": "测试"})

    why = "有1件申报件正在等待本资金池的资金，办法不能更改；排队的申报件办结或者结转后方可更改。"
    assert page.context["why_not_choose"] == why
    assert (refused.status_code, refused.context["refusal"]) == (409, why)


@pytest.mark.parametrize("duty", [Duty.INTAKE, Duty.VERIFY, Duty.PAY, Duty.SYSTEM, Duty.EXPERT])
def test_a_desk_without_pools_gets_none(client, pool, duty):
    enter(client, duty)

    assert [client.get(url).status_code for url in (at("pools"), at("pool", pool.pk))] == [404, 404]


def test_an_endorsement_that_waits_is_said_and_shown_to_everybody(client, pool):
    case = make_application(Status.PROPOSED)
    enter(client, Duty.APPROVE)

    client.post(at("case_endorse", case.pk))

    page = client.get(at("case", case.pk))
    body = page.content.decode()
    said = [str(message) for message in page.context["messages"]]
    assert said == [f"{case.number} 已通过审批，等待测试资金池（2026年）的资金，已列入排队并告知申报单位。"]
    why = "测试资金池（2026年）余额为 0.01 元，不足以安排 3,000,000.00 元，按完整申报时间先后排队等待。"
    assert next(act.why_not for act in page.context["acts"] if act.verb == "endorse") == why
    assert "已通过审批，等待资金" in body
    client.force_login(agent_of(case.applicant))
    claim = client.get(reverse("claim", args=[case.pk])).content.decode()
    assert '排在第<strong class="num">1</strong>位' in claim
    assert "您的申报没有被拒绝" in claim
    assert "等待资金安排期间停止计算期限，轮到时恢复。" in claim


def test_room_is_announced_to_the_approver_and_the_case_is_put_before_the_public(client, pool):
    case, behind = waiting(), waiting(1)
    enter(client, Duty.APPROVE)
    assert client.get(at("queue")).context["pools_ready"] == []
    assert client.get(at("publish")).context["lines"] == []

    Pool.objects.update(limit_fen=FULL)
    call_all(timezone.now())

    assert client.get(at("queue")).context["pools_ready"] == [pool]
    assert [row.pk for row, _ in client.get(at("publish")).context["lines"]] == [case.pk]
    places = client.get(at("pool", pool.pk)).context["places"]
    assert [(place.wait.application_id, place.ready) for place in places] == [(case.pk, True), (behind.pk, False)]
    assert client.post(at("case_endorse", behind.pk)).status_code == 409
    assert client.post(at("case_endorse", case.pk)).status_code == 302
    assert Application.objects.get(pk=case.pk).status == Status.NOTICED


def test_several_at_once_wait_and_are_counted(client, pool):
    cases = [make_application(Status.PROPOSED) for _ in range(2)]
    enter(client, Duty.APPROVE)

    answer = client.post(at("publish"), {"cases": [case.pk for case in cases], "title": ""}, follow=True)

    said = [str(message) for message in answer.context["messages"]]
    assert said == ["2件因资金池余额不足列入排队，已告知申报单位。"]


def test_the_rest_is_offered_with_its_sum_and_asks_for_a_reason(client, pool):
    Pool.objects.update(shortfall="remainder", limit_fen=50_0000_00)
    case = make_application(Status.PROPOSED)
    enter(client, Duty.APPROVE)
    url = at("case_endorse", case.pk)

    act = next(act for act in client.get(at("case", case.pk)).context["acts"] if act.verb == "endorse")
    assert act.form["arranged_fen"].value() == "500,000.00"
    assert client.post(url).status_code == 409
    faulty = client.post(url, {"arranged_fen": "500,000.00", "reason": ""})
    assert faulty.status_code == 422
    assert faulty.context["acts"][0].form.errors == {"reason": ["请写明理由。"]}
    other = client.post(url, {"arranged_fen": "400000", "reason": "年度资金不足"})
    assert (other.status_code, "年度资金不足" in other.content.decode()) == (409, True)
    assert client.post(url, {"arranged_fen": "500,000.00", "reason": "年度资金不足"}).status_code == 302

    case.refresh_from_db()
    assert (case.status, case.arranged_fen) == (Status.NOTICED, 50_0000_00)
    batch = client.get(reverse("notice_batch", args=[case.notices.get().batch_id]))
    assert batch.status_code == 404 or "以余额为限安排" in batch.content.decode()  # no public page without 公示 days


def test_a_round_is_settled_by_two_managers_shown_checked_and_downloaded(client, pool):
    Pool.objects.update(shortfall="pro_rata", limit_fen=350_0000_00)
    cases = [waiting(hour) for hour in range(2)]
    window = pool.policy.rounds.get()
    preview_url = at("pool_round", pool.pk, window.pk)
    enter(client, Duty.APPROVE)
    assert client.get(preview_url).context["may_settle"] is False
    assert client.post(preview_url).status_code == 404
    maker = enter(client, Duty.POLICY)
    assert client.get(preview_url).context["why_not"] == "还有1项未办结的事项，见下列清单。"  # the round is open
    policy.close_round(window, by=maker, at=timezone.now())

    preview = client.get(preview_url).context["preview"]
    assert [given for _, given in preview.rows] == [175_0000_00, 175_0000_00]
    assert client.post(preview_url, {"inputs_sha256": "0" * 64}).status_code == 409
    assert client.post(preview_url, {"inputs_sha256": preview.inputs_sha256}).status_code == 302
    row = Settlement.objects.get()
    url = at("settlement", row.pk)
    assert client.get(url).context["why_not_confirm"] == "须由另一名政策管理人员确认。"
    assert client.post(at("settlement_confirm", row.pk)).status_code == 409
    enter(client, Duty.POLICY)
    assert client.post(at("settlement_confirm", row.pk)).status_code == 302

    checked = client.get(f"{url}?check=1").content.decode()
    assert "重算核对：一致" in checked
    assert checked.count(row.result_sha256) == 2
    sheet = load_workbook(io.BytesIO(b"".join(client.get(at("settlement_sheet", row.pk)).streaming_content))).active
    lines = list(sheet.iter_rows(values_only=True))
    assert [(line[0], line[1], float(line[6]), float(line[7])) for line in lines[1:]] == [
        (number, case.number, 3_000_000.0, 1_750_000.0) for number, case in enumerate(cases, start=1)
    ]
    client.force_login(agent_of(cases[0].applicant))
    claim = client.get(reverse("claim", args=[cases[0].pk])).content.decode()
    assert "批次资金结算已为本件安排¥1,750,000.00" in claim


def test_a_settlement_that_was_tampered_with_is_said_to_be(client, pool):
    Pool.objects.update(shortfall="queue", limit_fen=1)
    waiting()
    window = pool.policy.rounds.get()
    row = Settlement.objects.create(
        pool=pool,
        round=window,
        method="queue",
        inputs={"method": "queue", "cases": [], "room_fen": 5, "limit_fen": 5, "pool": "", "round": ""},
        inputs_sha256="0" * 64,
        result={"sums": {}, "total_fen": 0, "left_fen": 5},
        result_sha256="0" * 64,
        made_by=make_officer(Duty.POLICY),
        made_at=NOON,
    )
    enter(client, Duty.AUDIT)

    assert "输入与其摘要不符。" in client.get(f"{at('settlement', row.pk)}?check=1").content.decode()


def test_waits_are_carried_to_the_next_year(client, pool):
    case = waiting()
    later = make_pool(FULL, year=2027)
    enter(client, Duty.POLICY)
    url = at("pool_carry", pool.pk)
    wait = PoolWait.objects.get()

    nothing = client.post(url, {"to": later.pk})
    assert nothing.status_code == 422
    assert nothing.context["carry"].errors == {"waits": ["请先勾选要结转的申报件。"]}
    assert client.post(url, {"waits": [wait.pk], "to": later.pk}).status_code == 302

    assert PoolWait.objects.get(ended_at=None).pool == later
    client.force_login(agent_of(case.applicant))
    claim = client.get(reverse("claim", args=[case.pk])).content.decode()
    assert "测试资金池（2027年）余额不足，本件按完整申报时间先后排队" in claim


# ---- what a page costs


@pytest.mark.parametrize("count", [0, 29])
def test_pages_cost_the_same_for_one_and_thirty_waits(client, pool, count, django_assert_max_num_queries):
    case = waiting()
    copies(case, count)
    enter(client, Duty.POLICY)
    window = pool.policy.rounds.get()
    client.get(at("pools"))  # the first page after a log-in writes the session

    with django_assert_max_num_queries(5):  # session, user, posting, ready, pools
        client.get(at("pools"))
    with django_assert_max_num_queries(12):
        page = client.get(at("pool", pool.pk))
    assert len(page.context["places"]) == count + 1
    with django_assert_max_num_queries(12):
        client.get(at("pool_round", pool.pk, window.pk))


@pytest.mark.parametrize("count", [0, 29])
def test_a_settlement_costs_the_same_for_one_and_thirty_cases(client, pool, count, django_assert_max_num_queries):
    Pool.objects.update(shortfall="pro_rata", limit_fen=FULL)
    case = waiting()
    copies(case, count)
    maker = enter(client, Duty.POLICY)
    window = policy.close_round(pool.policy.rounds.get(), by=maker, at=timezone.now())
    preview_url = at("pool_round", pool.pk, window.pk)
    sha = client.get(preview_url).context["preview"].inputs_sha256
    client.post(preview_url, {"inputs_sha256": sha})
    row = Settlement.objects.get()
    client.get(at("settlement", row.pk))  # shows the message of the act

    with django_assert_max_num_queries(6):  # session, user, posting, settlement, posting of the maker, cases
        page = client.get(at("settlement", row.pk))

    assert len(page.context["lines"]) == count + 1
    confirm_settlement(row, by=make_officer(Duty.POLICY), at=timezone.now())
    assert Pool.objects.get().reserved_fen == FULL
