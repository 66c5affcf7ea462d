"""A pool that is short: the queue, the rest, the settlement of a round, and what each of them is told and holds."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from applications import pools, rounds
from applications.actions import ActionRefused, bands, decision, filing, intake, policy, review, settlement
from applications.actions.settlement import (
    call_all,
    carry,
    choose_shortfall,
    confirm_settlement,
    drop_settlement,
    settle,
)
from applications.demo.stories import CENTRE, check_all
from applications.invariants import count_all
from applications.models import (
    Application,
    Award,
    Clock,
    Commitment,
    Delivery,
    Document,
    Duty,
    Event,
    Pool,
    PoolWait,
    Settlement,
    Status,
)
from tests.factories import NOON, agent_of, make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db

FULL = 300_0000_00  # what the centre of the stories is worth, in fen
SMALL = {**CENTRE, "scale_pflops_fp16": "1200"}  # 100 万元
HOUR = timedelta(hours=1)


@pytest.fixture
def pool():
    """A pool over 第三条 with room for one centre and 50 万元 more."""
    return make_pool(350_0000_00)


def make_pool(limit_fen, year=2026, name="测试资金池"):
    row = make_policy()
    return policy.set_pool(
        row,
        name=name,
        year=year,
        clauses=row.clauses.filter(code="xinxing-3"),
        limit_fen=limit_fen,
        source="测试文件",
        by=make_officer(Duty.POLICY),
        at=NOON,
    )


def choose(pool, method):
    return choose_shortfall(pool, method=method, source="测试办法", by=make_officer(Duty.POLICY), at=NOON)


def proposed(hour, **draft):
    """Return a proposal whose filing was complete that many hours after noon."""
    return make_application(Status.PROPOSED, at=NOON + hour * HOUR, **draft)


def endorse(case, hour, **more):
    approver = case.duties.filter(duty=Duty.APPROVE).first()
    by = approver.user if approver else make_officer(Duty.APPROVE)
    return decision.endorse(case, by=by, at=NOON + hour * HOUR, **more)


def raise_limit(pool, limit_fen):
    clauses = list(pool.clauses.all())
    return policy.set_pool(
        pool.policy,
        name=pool.name,
        year=pool.year,
        clauses=clauses,
        limit_fen=limit_fen,
        source="追加文件",
        by=make_officer(Duty.POLICY),
        at=NOON,
    )


def wait_of(case):
    return PoolWait.objects.get(application=case, ended_at=None)


def sound():
    return {name: rows for name, rows in count_all().items() if rows} == {}


# ---- the queue


def test_a_case_without_room_waits_is_told_and_its_clock_rests(pool):
    first, second = proposed(0), proposed(1)
    endorse(first, 2)

    waiting = endorse(second, 3)

    assert (waiting.status, waiting.endorsed_at) == (Status.PROPOSED, None)
    wait = wait_of(second)
    assert (wait.pool, wait.complete_at, wait.amount_fen, wait.since) == (pool, NOON + HOUR, FULL, NOON + 3 * HOUR)
    why = "测试资金池（2026年）余额为 500,000.00 元，不足以安排 3,000,000.00 元，按完整申报时间先后排队等待。"
    event = second.events.get(action="wait_for_money")
    assert (event.note, event.detail["ahead"], event.after) == (why, 0, "")
    told = Delivery.objects.filter(event=event, person=agent_of(second.applicant))
    assert {row.subject for row in told} == {"已通过审批，等待资金安排"}
    assert why in told[0].text
    clock = Clock.objects.get(application=second, ended_on=None)
    assert [(row.reason, row.until) for row in clock.pauses.all()] == [("money", None)]
    assert Application.objects.get(pk=second.pk).due_on is None
    assert sound()


def test_nobody_overtakes_an_earlier_complete_filing(pool):
    first, earlier, later = proposed(0), proposed(1), proposed(2, facts=SMALL)
    endorse(first, 3)
    endorse(earlier, 4)

    raise_limit(pool, 400_0000_00)  # 100 万元 are left: the later case would fit
    assert endorse(later, 5).status == Status.PROPOSED

    ahead = "前面还有1件完整申报在先的申报件等待测试资金池（2026年）的资金，不能越过。"
    assert later.events.get(action="wait_for_money").note == ahead
    with pytest.raises(ActionRefused, match=ahead):
        endorse(later, 6)
    with pytest.raises(ActionRefused, match=r"余额为 1,000,000\.00 元，不足以安排 3,000,000\.00 元"):
        endorse(earlier, 6)
    assert pools.ready_in(Pool.objects.get(), list(pools.queue_of(pool))) == set()

    raise_limit(pool, 700_0000_00)
    assert pools.ready_in(Pool.objects.get(), list(pools.queue_of(pool))) == {wait_of(earlier).pk, wait_of(later).pk}
    assert endorse(earlier, 7).status == Status.NOTICED
    assert endorse(later, 8).status == Status.NOTICED
    assert set(PoolWait.objects.values_list("outcome", flat=True)) == {"noticed"}
    assert Pool.objects.get().committed_fen == 700_0000_00
    assert sound()


def test_a_case_that_comes_first_takes_its_place_before_those_who_wait(pool):
    raise_limit(pool, 99_0000_00)
    late, early = proposed(5), proposed(1)
    endorse(late, 6)
    endorse(early, 7)

    assert [wait.application_id for wait in pools.queue_of(pool)] == [early.pk, late.pk]
    assert pools.share_of(late).ahead == 1
    assert pools.share_of(early).ahead == 0


def test_complete_is_the_answer_to_the_last_correction(pool):
    raise_limit(pool, 1)
    case = make_application(Status.SUBMITTED, at=NOON)
    items = [{"kind": "fact", "key": "pue", "label": "PUE", "text": "请更正。"}]
    intake.correct(case, items=items, by=make_officer(Duty.INTAKE), at=NOON + HOUR)
    case.refresh_from_db()
    agent = agent_of(case.applicant)
    filing.save(
        case,
        facts={**case.facts, "pue": "1.19"},
        subject=case.subject,
        event_on=case.event_on,
        version=case.version,
        by=agent,
        at=NOON + 2 * HOUR,
    )
    case.refresh_from_db()

    row = Application.objects.filter(pk=case.pk).annotate(at=pools.completed()).get()
    assert row.at == NOON
    case.corrections.update(answered_at=NOON + 9 * HOUR, answered_by=agent)
    row = Application.objects.filter(pk=case.pk).annotate(at=pools.completed()).get()
    assert row.at == NOON + 9 * HOUR


@pytest.mark.parametrize(
    ("leave", "outcome"),
    [
        (lambda case, by: filing.withdraw(case, reason="另行申报", by=agent_of(case.applicant), at=NOON), "withdrawn"),
        (lambda case, by: decision.refuse(case, reason="不符合条件", by=by, at=NOON), "refused"),
        (lambda case, by: decision.return_(case, reason="请复核", by=by, at=NOON), "verifying"),
    ],
)
def test_a_wait_ends_however_the_case_leaves(pool, leave, outcome):
    raise_limit(pool, 1)
    case, behind = proposed(0), proposed(1)
    endorse(case, 2)
    endorse(behind, 2)
    assert pools.share_of(behind).ahead == 1

    leave(case, case.duties.get(duty=Duty.APPROVE).user)

    assert (PoolWait.objects.get(application=case).outcome, pools.share_of(behind).ahead) == (outcome, 0)
    assert sound()


def test_room_calls_the_next_once_and_its_clock_goes_on(pool):
    first, second = proposed(0), proposed(1)
    endorse(first, 2)
    endorse(second, 3)
    approver = make_officer(Duty.APPROVE)
    later = NOON + timedelta(days=3)
    assert call_all(later) == 0

    filing.withdraw(Application.objects.get(pk=first.pk), reason="撤回", by=agent_of(first.applicant), at=later)

    assert list(pools.pools_with_room(pool.policy.authority_id)) == [pool]
    assert (call_all(later), call_all(later)) == (1, 0)
    event = second.events.get(action="call_up")
    assert event.note == "测试资金池（2026年）有余额，轮到本件"
    assert Delivery.objects.filter(event=event, person=approver, subject="轮到排队的申报件").exists()
    second = Application.objects.get(pk=second.pk)
    assert second.due_on is not None
    assert endorse(second, 80).status == Status.NOTICED
    assert not pools.pools_with_room(pool.policy.authority_id)
    assert sound()


def test_several_approvals_are_given_before_a_case_waits(pool):
    raise_limit(pool, 1)
    row = pool.policy.authority
    table = bands.enter_bands(row, [bands.BandRow(0, 2, False)], source="测试", by=make_officer(Duty.POLICY), at=NOON)
    bands.confirm_bands(table, by=make_officer(Duty.POLICY), at=NOON)
    case = proposed(0)

    decision.endorse(case, by=make_officer(Duty.APPROVE), at=NOON)
    assert not PoolWait.objects.exists()
    last = make_officer(Duty.APPROVE)
    decision.endorse(case, by=last, at=NOON)
    assert wait_of(case).amount_fen == FULL

    raise_limit(pool, FULL)
    third = make_officer(Duty.APPROVE)  # agreed to by two; anybody of the desk may put it before the public now
    assert decision.endorse(case, by=third, at=NOON + HOUR).status == Status.NOTICED
    assert case.approvals.count() == 2


# ---- the authority's choice


def test_the_choice_is_the_policy_desks_with_a_paper_and_in_its_history(pool):
    manager = make_officer(Duty.POLICY)
    with pytest.raises(ActionRefused, match="政策管理岗位"):
        choose_shortfall(pool, method="pro_rata", source="文件", by=make_officer(Duty.APPROVE), at=NOON)
    with pytest.raises(ActionRefused, match="政策管理岗位"):
        choose_shortfall(pool, method="pro_rata", source="文件", by=make_officer(Duty.POLICY, "shihezi"), at=NOON)
    with pytest.raises(ActionRefused, match="请填写依据文件"):
        choose_shortfall(pool, method="pro_rata", source=" ", by=manager, at=NOON)

    row = choose_shortfall(pool, method="pro_rata", source="测试办法", by=manager, at=NOON)

    assert (row.shortfall, row.shortfall_source, row.shortfall_by, row.shortfall_at) == (
        "pro_rata",
        "测试办法",
        manager,
        NOON,
    )
    event = Event.objects.get(action="choose_shortfall")
    assert event.note == "测试资金池（2026年）：批次截止后按比例；依据：测试办法"
    assert event.detail == {"pool": pool.pk, "method": "pro_rata", "before": "queue"}


def test_the_choice_stands_while_cases_wait(pool):
    raise_limit(pool, 1)
    endorse(proposed(0), 1)

    with pytest.raises(ActionRefused, match="有1件申报件正在等待本资金池的资金，办法不能更改"):
        choose(pool, "remainder")


# ---- carried to another year


def test_a_wait_is_carried_and_keeps_its_place(pool):
    raise_limit(pool, 1)
    case = proposed(0)
    endorse(case, 1)
    later_pool = make_pool(FULL, year=2027)
    manager = make_officer(Duty.POLICY)
    with pytest.raises(ActionRefused, match="以后年度"):
        carry([wait_of(case)], to=pool, by=manager, at=NOON)
    with pytest.raises(ActionRefused, match="政策管理岗位"):
        carry([wait_of(case)], to=later_pool, by=make_officer(Duty.APPROVE), at=NOON)

    old = wait_of(case)
    (carried,) = carry([old], to=later_pool, by=manager, at=NOON + 2 * HOUR)

    old.refresh_from_db()
    assert (old.outcome, carried.carried_from, carried.complete_at) == ("carried", old, NOON)
    assert case.events.get(action="carry_wait").note == "由测试资金池（2026年）结转至测试资金池（2027年）"
    assert Delivery.objects.filter(event__action="carry_wait", person=agent_of(case.applicant)).exists()
    assert pools.share_of(case).pool == later_pool
    assert endorse(case, 3).status == Status.NOTICED
    later_pool.refresh_from_db()
    pool.refresh_from_db()
    assert (later_pool.committed_fen, pool.committed_fen) == (FULL, 0)
    assert sound()


# ---- 以余额为限


def test_the_rest_of_a_pool_is_given_with_a_reason_and_stands_on_every_paper(pool):
    choose(pool, "remainder")
    first, second, third = proposed(0), proposed(1), proposed(2)
    endorse(first, 3)
    asks = r"余额为 500,000\.00 元，少于核定额 3,000,000\.00 元；按“以余额为限”可以安排余额，请填写理由后办理。"
    with pytest.raises(ActionRefused, match=asks):
        endorse(second, 4)
    with pytest.raises(ActionRefused, match=r"与您所见的 600,000\.00 元不同"):
        endorse(second, 4, arranged_fen=60_0000_00, reason="年度资金不足")

    second = endorse(second, 4, arranged_fen=50_0000_00, reason="年度资金不足")
    assert endorse(third, 5).status == Status.PROPOSED
    assert "余额为 0.00 元" in third.events.get(action="wait_for_money").note

    sentence = (
        "测试资金池（2026年）余额不足，以余额为限安排：核定 3,000,000.00 元，安排余额 500,000.00 元。理由：年度资金不足"
    )
    notice = second.notices.get()
    assert (second.status, second.proposed_fen, second.arranged_fen) == (Status.NOTICED, FULL, 50_0000_00)
    assert (notice.amount_fen, notice.shown["amount_fen"], notice.shown["arranged"]) == (
        50_0000_00,
        50_0000_00,
        sentence,
    )
    award = decision.grant(second, by=second.endorsed_by.user, at=NOON + 6 * HOUR)
    assert (award.amount_fen, award.computed_fen, award.reason) == (50_0000_00, FULL, sentence)
    letter = Document.objects.get(award=award).content
    assert (letter["amount_fen"], letter["arrangement"]) == (50_0000_00, sentence)
    assert sum(award.instalments.values_list("amount_fen", flat=True)) == 50_0000_00
    assert sound()


# ---- the settlement of a round


@pytest.fixture
def settled_round(pool):
    """Three agreed proposals (300, 300, 100 万元) of a round, before a pool of 350 万元 that shares by proportion."""
    choose(pool, "pro_rata")
    cases = [proposed(0), proposed(1), proposed(2, facts=SMALL)]
    for hour, case in enumerate(cases, start=3):
        endorse(case, hour)
    window = pool.policy.rounds.get()
    return pool, window, cases


CLOSED = NOON + timedelta(days=301)


def made(pool, window, *, by=None, at=CLOSED):
    pool = Pool.objects.get(pk=pool.pk)
    preview = rounds.preview(pool, window, at=at)
    return settle(pool, window, inputs_sha256=preview.inputs_sha256, by=by or make_officer(Duty.POLICY), at=at)


def test_before_the_settlement_an_agreed_case_waits_and_is_not_shown(settled_round):
    pool, window, (first, *_) = settled_round

    why = "测试资金池（2026年）在批次截止后按比例安排资金，批次资金结算确认后方可公示。"
    assert first.events.get(action="wait_for_money").note == why
    with pytest.raises(ActionRefused, match=why):
        endorse(first, 9)
    preview = rounds.preview(pool, window, at=NOON)
    assert [row.words[:4] for row in preview.obstacles] == ["本批次至"]
    with pytest.raises(ActionRefused, match="还有1项未办结的事项"):
        made(pool, window, at=NOON)


def test_what_stands_in_the_way_is_named(settled_round):
    pool, window, _ = settled_round
    verifying = make_application(Status.VERIFYING)

    words = [row.words for row in rounds.preview(pool, window, at=CLOSED).obstacles]

    assert words == [f"{verifying.number}目前为“核验中”，尚未审批完毕。"]
    filing.withdraw(verifying, reason="撤回", by=agent_of(verifying.applicant), at=NOON)
    assert rounds.preview(pool, window, at=CLOSED).obstacles == []


def test_a_round_is_settled_by_two_people_and_each_case_gets_exactly_its_share(settled_round):
    pool, window, cases = settled_round
    maker = make_officer(Duty.POLICY)

    row = made(pool, window, by=maker)
    again = rounds.preview(Pool.objects.get(pk=pool.pk), window, at=CLOSED, but=row)
    assert (row.inputs_sha256, row.result_sha256) == (again.inputs_sha256, again.result_sha256)
    assert row.result["sums"] == {
        cases[0].number: 150_0000_00,
        cases[1].number: 150_0000_00,
        cases[2].number: 50_0000_00,
    }
    with pytest.raises(ActionRefused, match="待第二人确认"):
        endorse(cases[0], 9)
    with pytest.raises(ActionRefused, match="须由另一名政策管理人员确认"):
        confirm_settlement(row, by=maker, at=CLOSED)

    confirm_settlement(row, by=make_officer(Duty.POLICY), at=CLOSED)

    pool.refresh_from_db()
    assert (pool.reserved_fen, pool.committed_fen, pool.room_fen) == (350_0000_00, 0, 0)
    sentence = (
        "按批次结算比例安排：本批次核定额合计 7,000,000.00 元，资金池可安排 3,500,000.00 元，"
        f"本件核定 3,000,000.00 元，安排 1,500,000.00 元（批次资金结算第{row.pk}号）。"
    )
    event = cases[1].events.get(action="settled")
    assert event.note == sentence
    assert Delivery.objects.filter(event=event, person=agent_of(cases[1].applicant)).exists()
    assert sound()

    shown = decision.endorse(cases[1], by=cases[1].duties.get(duty=Duty.APPROVE).user, at=CLOSED)
    notice = shown.notices.get()
    assert (notice.amount_fen, notice.shown["arranged"]) == (150_0000_00, sentence)
    award = decision.grant(shown, by=shown.endorsed_by.user, at=CLOSED)
    assert (award.amount_fen, award.computed_fen, award.reason) == (150_0000_00, FULL, sentence)
    assert Document.objects.get(award=award).content["arrangement"] == sentence
    pool.refresh_from_db()
    assert (pool.reserved_fen, pool.committed_fen) == (200_0000_00, 150_0000_00)
    assert sound()


def test_where_the_room_suffices_everyone_gets_all(settled_round):
    pool, window, cases = settled_round
    pool = raise_limit(pool, 800_0000_00)

    row = made(pool, window)
    confirm_settlement(row, by=make_officer(Duty.POLICY), at=CLOSED)

    assert list(row.result["sums"].values()) == [FULL, FULL, 100_0000_00]
    shown = decision.endorse(cases[0], by=cases[0].duties.get(duty=Duty.APPROVE).user, at=CLOSED)
    assert (shown.sum_fen, shown.arranged_reason) == (
        FULL,
        f"按批次资金结算足额安排 3,000,000.00 元（批次资金结算第{row.pk}号）。",
    )
    assert sound()


def test_what_changed_since_the_preview_or_the_settlement_is_not_confirmed(settled_round):
    pool, window, cases = settled_round
    preview = rounds.preview(Pool.objects.get(), window, at=CLOSED)
    raise_limit(pool, 360_0000_00)
    with pytest.raises(ActionRefused, match="预览之后情况有变化"):
        settle(pool, window, inputs_sha256=preview.inputs_sha256, by=make_officer(Duty.POLICY), at=CLOSED)

    row = made(pool, window)
    filing.withdraw(cases[2], reason="撤回", by=agent_of(cases[2].applicant), at=CLOSED)
    with pytest.raises(ActionRefused, match="请撤下后重新结算"):
        confirm_settlement(row, by=make_officer(Duty.POLICY), at=CLOSED)
    with pytest.raises(ActionRefused, match="还有1项未办结的事项"):
        made(pool, window)
    drop_settlement(row, by=make_officer(Duty.POLICY), at=CLOSED)
    with pytest.raises(ActionRefused, match="已经确认或已被撤下"):
        confirm_settlement(row, by=make_officer(Duty.POLICY), at=CLOSED)

    second = made(pool, window)
    confirm_settlement(second, by=make_officer(Duty.POLICY), at=CLOSED)
    assert second.result["sums"] == {cases[0].number: 180_0000_00, cases[1].number: 180_0000_00}
    with pytest.raises(ActionRefused, match="有2件申报件正在等待"):
        choose(pool, "queue")
    assert sound()


def test_a_settled_case_that_leaves_gives_its_share_back(settled_round):
    pool, window, cases = settled_round
    confirm_settlement(made(pool, window), by=make_officer(Duty.POLICY), at=CLOSED)

    filing.withdraw(Application.objects.get(pk=cases[0].pk), reason="撤回", by=agent_of(cases[0].applicant), at=CLOSED)

    pool.refresh_from_db()
    assert (pool.reserved_fen, pool.room_fen) == (200_0000_00, 150_0000_00)
    with pytest.raises(ActionRefused, match=r"合计 2,000,000\.00 元"):
        raise_limit(pool, 199_9999_99)
    assert sound()


def test_settled_cases_leave_and_are_endorsed_while_the_pool_stands_over_its_limit(settled_round):
    pool, window, cases = settled_round
    confirm_settlement(made(pool, window), by=make_officer(Duty.POLICY), at=CLOSED)
    pool.refresh_from_db()
    over = 120_0000_00  # as if an award that was given back had taken it
    Pool.objects.filter(pk=pool.pk).update(limit_fen=pool.reserved_fen - over, over_fen=over)

    filing.withdraw(Application.objects.get(pk=cases[0].pk), reason="撤回", by=agent_of(cases[0].applicant), at=CLOSED)
    pool.refresh_from_db()
    assert (pool.reserved_fen, pool.over_fen) == (200_0000_00, 0)
    Pool.objects.filter(pk=pool.pk).update(limit_fen=pool.reserved_fen - 1, over_fen=1)
    decision.endorse(Application.objects.get(pk=cases[1].pk), by=cases[1].duties.get(duty=Duty.APPROVE).user, at=CLOSED)

    pool.refresh_from_db()
    assert (pool.committed_fen, pool.reserved_fen, pool.over_fen) == (150_0000_00, 50_0000_00, 1)


def test_a_case_verified_again_gets_no_more_than_it_was_settled_with(settled_round):
    pool, window, cases = settled_round
    confirm_settlement(made(pool, window), by=make_officer(Duty.POLICY), at=CLOSED)
    approver = cases[0].duties.get(duty=Duty.APPROVE).user
    shown = decision.endorse(cases[0], by=approver, at=CLOSED)
    decision.reopen(shown, reason="异议成立", by=approver, at=CLOSED)
    pool.refresh_from_db()
    assert (pool.reserved_fen, pool.committed_fen) == (200_0000_00, 0)

    case = Application.objects.get(pk=cases[0].pk)
    assert (case.arranged_fen, case.arranged_reason) == (None, "")
    verifier = case.duties.get(duty=Duty.VERIFY).user
    check_all(case, by=verifier, at=CLOSED, found={"scale_pflops_fp16": "1200"})
    case.refresh_from_db()
    review.propose(case, by=verifier, at=CLOSED)
    shown = decision.endorse(case, by=approver, at=CLOSED)

    assert (shown.proposed_fen, shown.sum_fen) == (100_0000_00, 100_0000_00)
    assert sound()


@pytest.mark.parametrize(
    ("method", "expected", "why"),
    [
        ("queue", [FULL, 0, 0], "前面还有1件完整申报在先的申报件"),
        ("remainder", [FULL, 50_0000_00, 0], r"余额为 0\.00 元"),
    ],
)
def test_a_whole_round_is_settled_by_order_too(pool, method, expected, why):
    choose(pool, method)
    blocker = proposed(-1, facts=SMALL)
    raise_limit(pool, 100_0000_00)
    endorse(blocker, 0)  # takes all there is
    cases = [proposed(hour) for hour in range(3)]
    for case in reversed(cases):
        endorse(case, 5)
    raise_limit(pool, 450_0000_00)

    row = made(pool, pool.policy.rounds.get())
    confirm_settlement(row, by=make_officer(Duty.POLICY), at=CLOSED)

    assert list(row.result["sums"].values()) == expected
    assert cases[2].events.get(action="settled").note == "本批次资金已经安排完毕，本件按完整申报时间先后继续排队。"
    with pytest.raises(ActionRefused, match=why):
        decision.endorse(cases[2], by=cases[2].duties.get(duty=Duty.APPROVE).user, at=CLOSED)
    assert sound()


# ---- what the database keeps


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_pool_promises_no_more_than_it_has(pool):
    for change in ("reserved_fen = 350000001", "reserved_fen = -1", "reserved_fen = 1, committed_fen = limit_fen"):
        with pytest.raises(IntegrityError):
            sql(f"UPDATE applications_pool SET {change} WHERE id = %s", pool.pk)
    with pytest.raises(IntegrityError):
        sql("UPDATE applications_pool SET shortfall_source = 'x' WHERE id = %s", pool.pk)


def test_what_a_case_is_to_receive_is_within_its_proposal_and_explained():
    case = make_application(Status.PROPOSED)
    for change in (
        "arranged_fen = 300000001, arranged_reason = 'x'",
        "arranged_fen = 0, arranged_reason = 'x'",
        "arranged_fen = 1",
        "arranged_reason = 'x'",
    ):
        with pytest.raises(IntegrityError):
            sql(f"UPDATE applications_application SET {change} WHERE id = %s", case.pk)


def test_waits_and_settlements_are_written_once(settled_round):
    pool, window, cases = settled_round
    wait = wait_of(cases[0])
    for change in (
        "complete_at = '2020-01-01 00:00:00+00:00'",
        "amount_fen = 1",
        "ended_at = '2026-09-01 00:00:00+00:00'",
        "outcome = 'noticed'",
        "settled_fen = 1",
    ):
        with pytest.raises(IntegrityError):
            sql(f"UPDATE applications_poolwait SET {change} WHERE id = %s", wait.pk)
    with pytest.raises(IntegrityError):
        sql("DELETE FROM applications_poolwait WHERE id = %s", wait.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolWait.objects.create(application=cases[0], pool=pool, complete_at=NOON, amount_fen=1, since=NOON)

    row = made(pool, window)
    with pytest.raises(IntegrityError):
        sql("UPDATE applications_settlement SET result = %s WHERE id = %s", json.dumps({"sums": {}}), row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(
            pool=pool, round=window, method="queue", inputs={}, result={}, made_by=row.made_by, made_at=NOON
        )
    confirm_settlement(row, by=make_officer(Duty.POLICY), at=CLOSED)
    for change in ("dropped_at = confirmed_at", "inputs_sha256 = 'x'"):
        with pytest.raises(IntegrityError):
            sql(f"UPDATE applications_settlement SET {change} WHERE id = %s", row.pk)
    with pytest.raises(IntegrityError):
        sql("UPDATE applications_poolwait SET settled_fen = 1 WHERE id = %s", wait.pk)


def test_what_breaks_a_promise_is_counted(settled_round):
    pool, window, cases = settled_round
    confirm_settlement(made(pool, window), by=make_officer(Duty.POLICY), at=CLOSED)
    shown = decision.endorse(cases[0], by=cases[0].duties.get(duty=Duty.APPROVE).user, at=CLOSED)
    assert count_all()["I2"] == 0

    Pool.objects.update(reserved_fen=1)
    assert count_all()["I2"] == 1
    Pool.objects.update(reserved_fen=200_0000_00)
    Commitment.objects.filter(application=shown).update(amount_fen=149_0000_00)
    assert count_all()["I2"] == 2  # the counter of the pool, and the sum that is not the settled one


def test_an_overtaken_wait_is_counted(pool):
    raise_limit(pool, 100_0000_00)
    case, later = proposed(0), proposed(1, facts=SMALL)
    endorse(case, 2)
    assert count_all()["I2"] == 0

    Commitment.objects.create(application=later, pool=pool, amount_fen=100_0000_00, made_at=NOON + 3 * HOUR)
    Pool.objects.update(committed_fen=100_0000_00)

    assert count_all()["I2"] == 1


def test_nothing_is_taken_where_no_pool_binds():
    case = endorse(make_application(Status.PROPOSED), 1)

    assert (case.status, case.arranged_fen, Commitment.objects.count(), Award.objects.count()) == (
        Status.NOTICED,
        None,
        0,
        0,
    )
    assert settlement.call_all(NOON) == 0
