"""The clocks of a case from event to event: what starts them, lets them rest, ends them, and who answers for delay."""

from datetime import date as D
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications import timing
from applications.actions import ActionRefused, decision, delay, filing, intake, opinion, payment, review
from applications.actions import timing as desk
from applications.actions.shared import move, take_duty
from applications.actions.timing import DayRow
from applications.clocks import Calendar, period
from applications.demo.stories import check_all
from applications.models import (
    Application,
    Authority,
    CalendarDay,
    CalendarYear,
    Clause,
    Clock,
    ClockPause,
    Correction,
    Delivery,
    DeskTask,
    Duty,
    Event,
    PublicNotice,
    Status,
    StepLength,
)
from applications.permissions import standing_of
from applications.tasks import sweep
from tests.factories import agent_of, legal_of, make_application, make_draft, make_officer, make_policy

pytestmark = pytest.mark.django_db

S = Status
SHANGHAI = ZoneInfo("Asia/Shanghai")
ITEMS = [{"kind": "other", "key": "other-1", "label": "其他事项", "text": "请补充说明"}]
YEAR_2027 = [
    DayRow(D(2027, 1, 1), False, "元旦"),
    DayRow(D(2027, 5, 1), False, "劳动节"),
    DayRow(D(2027, 5, 2), False, "劳动节"),
    DayRow(D(2027, 10, 1), False, "国庆节"),
    DayRow(D(2027, 10, 2), False, "国庆节"),
    DayRow(D(2027, 10, 3), False, "国庆节"),
]


def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.fixture
def policy():
    return make_policy()


def case_of(status: str, moment: datetime, **more) -> Application:
    """Return a case that reached a status at a moment; its round is open whenever that is."""
    row = make_policy(notice_days=more.pop("notice_days", 0))
    row.rounds.update(opens_at=at(2025, 1, 1), closes_at=at(2028, 1, 1))
    return make_application(status, at=moment, **more)


def again(case: Application) -> Application:
    return Application.objects.get(pk=case.pk)


def clocks(case: Application) -> list[tuple]:
    """Return what the rows say: step, first day, last day, end."""
    return list(case.clocks.order_by("pk").values_list("step", "started_on", "due_on", "ended_on"))


def officer(case: Application, duty: str):
    held = case.duties.filter(duty=duty).first()
    return held.user if held else make_officer(duty, case.authority.code)


def correct(case: Application, duty: str, moment: datetime) -> None:
    intake.correct(case, items=ITEMS, by=officer(case, duty), at=moment)


def answer(case: Application, moment: datetime) -> None:
    case = again(case)
    filing.confirm(case, by=legal_of(case.applicant), at=moment)
    filing.submit(case, by=agent_of(case.applicant), at=moment)


# ---- what starts and ends a clock --------------------------------------------------------------------------------


def test_each_step_runs_its_own_clock_and_ends_the_one_before():
    case = case_of(S.SUBMITTED, at(2026, 9, 1), notice_days=5)
    intake.accept(case, by=make_officer(Duty.INTAKE), at=at(2026, 9, 3))
    verifier = make_officer(Duty.VERIFY)
    check_all(again(case), by=verifier, at=at(2026, 9, 4))
    review.propose(case, by=verifier, at=at(2026, 9, 7))
    decision.endorse(case, by=make_officer(Duty.APPROVE), at=at(2026, 9, 8))

    assert clocks(case) == [
        (S.SUBMITTED, D(2026, 9, 1), D(2026, 9, 8), D(2026, 9, 3)),
        (S.VERIFYING, D(2026, 9, 3), D(2026, 10, 8), D(2026, 9, 7)),
        (S.PROPOSED, D(2026, 9, 7), D(2026, 9, 20), D(2026, 9, 8)),
        (S.NOTICED, D(2026, 9, 8), D(2026, 9, 15), None),
    ]
    assert again(case).due_on == PublicNotice.objects.get().closes_on == D(2026, 9, 15)


def test_a_draft_has_no_clock_and_an_ended_case_no_running_one():
    case = case_of(S.SUBMITTED, at(2026, 9, 1))
    draft = make_draft(at=at(2026, 9, 1))
    intake.decline(case, reason="不属于范围", by=make_officer(Duty.INTAKE), at=at(2026, 9, 2))

    assert draft.due_on is None
    assert not draft.clocks.exists()
    assert clocks(case) == [(S.SUBMITTED, D(2026, 9, 1), D(2026, 9, 8), D(2026, 9, 2))]
    assert again(case).due_on is None


@pytest.mark.parametrize(
    ("moment", "first", "last"),
    [
        (at(2026, 9, 1, 23, 59, 59), D(2026, 9, 1), D(2026, 9, 8)),
        (at(2026, 9, 2, 0, 0, 0), D(2026, 9, 2), D(2026, 9, 9)),
        (datetime(2026, 9, 1, 15, 59, 59, tzinfo=ZoneInfo("UTC")), D(2026, 9, 1), D(2026, 9, 8)),
        (datetime(2026, 9, 1, 16, 0, 0, tzinfo=ZoneInfo("UTC")), D(2026, 9, 2), D(2026, 9, 9)),
        (datetime(2026, 9, 1, 22, 30, tzinfo=ZoneInfo("Asia/Urumqi")), D(2026, 9, 2), D(2026, 9, 9)),
        (at(2026, 9, 12, 9), D(2026, 9, 12), D(2026, 9, 18)),  # handed in on a Saturday
        (at(2026, 9, 28), D(2026, 9, 28), D(2026, 10, 10)),  # ends on a worked Saturday
    ],
)
def test_the_day_of_filing_is_that_of_the_capital(moment, first, last):
    case = case_of(S.SUBMITTED, moment)

    assert clocks(case) == [(S.SUBMITTED, first, last, None)]
    assert case.due_on == last


def test_return_and_reopen_start_verification_anew():
    case = case_of(S.PROPOSED, at(2026, 9, 1), notice_days=5)
    approver = make_officer(Duty.APPROVE)
    decision.return_(case, reason="请复核", by=approver, at=at(2026, 9, 7))

    assert clocks(case)[-1] == (S.VERIFYING, D(2026, 9, 7), D(2026, 10, 10), None)

    verifier = officer(case, Duty.VERIFY)
    review.propose(case, by=verifier, at=at(2026, 9, 8))
    decision.endorse(case, by=approver, at=at(2026, 9, 9))
    decision.reopen(case, reason="异议成立", by=approver, at=at(2026, 9, 14))

    assert clocks(case)[-1] == (S.VERIFYING, D(2026, 9, 14), D(2026, 10, 16), None)
    assert again(case).due_on == D(2026, 10, 16)
    assert case.clocks.filter(ended_on=None).count() == 1


# ---- corrections and experts -------------------------------------------------------------------------------------


def test_a_correction_over_the_national_day_leaves_the_days_that_were_left():
    case = case_of(S.VERIFYING, at(2026, 9, 10))
    correct(case, Duty.VERIFY, at(2026, 9, 24))

    assert clocks(case)[1:] == [
        (S.VERIFYING, D(2026, 9, 10), None, None),
        (S.CORRECTING, D(2026, 9, 24), D(2026, 10, 15), None),
    ]
    assert again(case).due_on == Correction.objects.get().due_on == D(2026, 10, 15)

    answer(case, at(2026, 10, 12))

    assert clocks(case)[1:] == [
        (S.VERIFYING, D(2026, 9, 10), D(2026, 10, 23), None),
        (S.CORRECTING, D(2026, 9, 24), D(2026, 10, 15), D(2026, 10, 12)),
    ]
    assert again(case).due_on == D(2026, 10, 23)


def test_a_correction_over_the_spring_festival_before_acceptance():
    case = case_of(S.SUBMITTED, at(2026, 2, 11))
    correct(case, Duty.INTAKE, at(2026, 2, 12))
    answer(case, at(2026, 2, 24))

    assert clocks(case) == [
        (S.SUBMITTED, D(2026, 2, 11), D(2026, 2, 28), None),  # a worked Saturday
        (S.CORRECTING, D(2026, 2, 12), D(2026, 3, 4), D(2026, 2, 24)),
    ]


def test_two_corrections_are_two_pauses():
    case = case_of(S.VERIFYING, at(2026, 3, 2))
    correct(case, Duty.VERIFY, at(2026, 3, 4))
    answer(case, at(2026, 3, 11))
    Correction.objects.update(asked_at=at(2026, 3, 4))
    case = again(case)
    _ask_again(case, at(2026, 3, 13))
    answer(case, at(2026, 3, 20))

    clock = case.clocks.get(step=S.VERIFYING)
    assert [(row.since, row.until) for row in clock.pauses.all()] == [
        (D(2026, 3, 4), D(2026, 3, 11)),
        (D(2026, 3, 13), D(2026, 3, 20)),
    ]
    # 20 working days: 03-03, 03-04, 03-12, 03-13, then sixteen from 03-23, without 清明 (04-06)
    assert clock.due_on == again(case).due_on == D(2026, 4, 14)


def _ask_again(case: Application, moment: datetime) -> None:
    """Go through the steps of a second correction, which the intake desk allows for new defects only."""
    standing = standing_of(officer(case, Duty.VERIFY), case)
    Correction.objects.create(
        application=case, items=ITEMS, asked_by=take_duty(case, standing, moment), asked_at=moment
    )
    case.correcting_from = case.status
    case.confirmed_by = case.confirmed_at = None
    move(case, "correct", S.CORRECTING, by=standing.user, at=moment, duty=standing.duty, detail={"items": ITEMS})


def test_a_correction_answered_while_an_expert_works_leaves_the_clock_at_rest_until_both_end():
    case = case_of(S.VERIFYING, at(2026, 3, 2))
    timing.pause(case, "expert", at(2026, 3, 4))
    assert again(case).due_on is None

    correct(again(case), Duty.VERIFY, at(2026, 3, 5))
    assert again(case).due_on == D(2026, 3, 19)  # that of the correction
    answer(case, at(2026, 3, 11))
    assert again(case).due_on is None  # the expert still works

    timing.resume(again(case), "expert", at(2026, 3, 16))
    # 03-03 and 03-04 were used; eighteen more from 03-17, without 清明
    assert again(case).due_on == D(2026, 4, 10)
    assert case.clocks.get(step=S.VERIFYING).due_on == D(2026, 4, 10)


def test_an_expert_who_ends_while_a_correction_is_open_does_not_move_the_applicants_limit():
    case = case_of(S.VERIFYING, at(2026, 3, 2))
    correct(case, Duty.VERIFY, at(2026, 3, 4))
    timing.pause(again(case), "expert", at(2026, 3, 5))
    timing.resume(again(case), "expert", at(2026, 3, 9))

    assert again(case).due_on == D(2026, 3, 18)
    assert case.clocks.get(step=S.VERIFYING).due_on is None

    answer(case, at(2026, 3, 6))
    # rests from 03-05 to 03-09 and nothing more: the answer of 03-06 came before the expert
    assert again(case).due_on == D(2026, 4, 2)


def test_a_question_to_an_expert_lets_the_clock_rest_until_the_last_answer():
    case = case_of(S.VERIFYING, at(2026, 3, 2))
    verifier = make_officer(Duty.VERIFY)
    experts = [make_officer(Duty.EXPERT), make_officer(Duty.EXPERT)]
    asked = [
        opinion.ask_expert(
            case, question="测法是否合规", expert=expert, expected_on=D(2026, 3, 13), by=verifier, at=at(2026, 3, 4)
        )
        for expert in experts
    ]
    said = {"no_interest": True, "conclusion": "support", "text": "合规"}
    opinion.answer_expert(asked[0], **said, by=experts[0], at=at(2026, 3, 9))
    assert again(case).due_on is None

    opinion.answer_expert(asked[1], **said, by=experts[1], at=at(2026, 3, 11))
    # 03-03 and 03-04 were used; eighteen more from 03-12, without 清明
    assert again(case).due_on == D(2026, 4, 7)
    assert list(ClockPause.objects.values_list("reason", "since", "until")) == [
        ("expert", D(2026, 3, 4), D(2026, 3, 11))
    ]


def test_a_case_sent_back_while_an_expert_works_rests_at_once():
    case = case_of(S.VERIFYING, at(2026, 3, 2))
    verifier, approver = make_officer(Duty.VERIFY), make_officer(Duty.APPROVE)
    expert = make_officer(Duty.EXPERT)
    opinion.ask_expert(
        case, question="测法是否合规", expert=expert, expected_on=D(2026, 3, 13), by=verifier, at=at(2026, 3, 4)
    )
    check_all(again(case), by=verifier, at=at(2026, 3, 5))
    review.propose(again(case), by=verifier, at=at(2026, 3, 5))
    decision.return_(again(case), reason="请等专家意见", by=approver, at=at(2026, 3, 6))

    assert clocks(case)[-1] == (S.VERIFYING, D(2026, 3, 6), None, None)
    assert again(case).due_on is None


def test_pausing_twice_for_one_reason_is_one_pause_and_resuming_without_one_changes_nothing():
    case = case_of(S.VERIFYING, at(2026, 3, 2))
    timing.resume(case, "expert", at(2026, 3, 3))
    timing.pause(case, "expert", at(2026, 3, 4))
    timing.pause(case, "expert", at(2026, 3, 6))

    assert list(ClockPause.objects.values_list("since", "until")) == [(D(2026, 3, 4), None)]


def test_a_pause_does_not_undo_that_a_step_is_late():
    case = case_of(S.VERIFYING, at(2026, 3, 2))
    late = case.due_on
    timing.pause(case, "expert", at(2026, 4, 20))

    assert again(case).due_on == late == D(2026, 3, 30)


def test_a_case_withdrawn_during_a_correction_ends_both_clocks_and_the_pause():
    case = case_of(S.VERIFYING, at(2026, 9, 10))
    correct(case, Duty.VERIFY, at(2026, 9, 24))
    filing.withdraw(again(case), reason="另行申报", by=agent_of(case.applicant), at=at(2026, 9, 28))

    assert not case.clocks.filter(ended_on=None).exists()
    assert ClockPause.objects.get().until == D(2026, 9, 28)
    assert again(case).due_on is None


def test_a_correction_that_is_never_answered_lapses_after_its_last_day(monkeypatch):
    case = case_of(S.VERIFYING, at(2026, 9, 10))
    correct(case, Duty.VERIFY, at(2026, 9, 24))

    _sweep_at(monkeypatch, at(2026, 10, 15, 23, 59))
    assert again(case).status == S.CORRECTING
    _sweep_at(monkeypatch, at(2026, 10, 16, 0, 1))
    assert again(case).status == S.WITHDRAWN


def test_the_first_instalment_meets_the_limit_of_payment():
    case = case_of(S.GRANTED, at(2026, 9, 1))
    award = case.awards.get()
    assert case.due_on == D(2026, 9, 21)  # 09-20 is a worked Sunday
    timing.met(case, at(2026, 9, 3))

    assert again(case).due_on is None
    assert case.clocks.get(step=S.GRANTED).ended_on == D(2026, 9, 3)
    row = payment.record(
        award.instalments.get(),
        paid_on=D(2026, 12, 1),
        voucher_number="凭-9",
        by=make_officer(Duty.PAY),
        at=at(2026, 12, 1),
    )
    payment.confirm(row, by=make_officer(Duty.COUNTERSIGN), at=at(2026, 12, 1))
    assert again(case).status == S.PAID


STEPS = st.lists(
    st.tuples(st.sampled_from(["pause", "resume"]), st.sampled_from(["correction", "expert"]), st.integers(0, 9)),
    max_size=8,
)


def test_the_row_says_what_the_pure_function_says_of_its_events():
    case = case_of(S.VERIFYING, at(2026, 2, 2))

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def check(steps):
        moment = at(2026, 2, 3)
        with transaction.atomic():
            for verb, reason, days in steps:
                moment += timedelta(days=days)
                getattr(timing, verb)(again(case), reason, moment)
            clock = case.clocks.get(step=S.VERIFYING)
            pauses = [(row.since, row.until) for row in clock.pauses.all()]
            assert clock.due_on == period(clock.started_on, clock.length, clock.unit, pauses)
            assert again(case).due_on == clock.due_on
            transaction.set_rollback(True)

    check()


# ---- years without a table ---------------------------------------------------------------------------------------


def test_a_limit_in_a_year_without_a_table_is_open_stops_nothing_and_raises_one_task():
    first = case_of(S.SUBMITTED, at(2026, 12, 29))
    second = case_of(S.SUBMITTED, at(2026, 12, 30))

    assert (first.due_on, second.due_on) == (None, None)
    task = DeskTask.objects.get()
    assert (task.authority, task.kind, task.key, task.done_at) == (first.authority, "calendar", "2027", None)
    intake.accept(first, by=make_officer(Duty.INTAKE), at=at(2027, 3, 1))
    assert again(first).status == S.VERIFYING


def test_opening_the_year_reckons_everything_again_and_closes_the_task():
    case = case_of(S.NOTICED, at(2026, 12, 29), notice_days=5)
    waits = case_of(S.SUBMITTED, at(2026, 12, 29))
    correct(waits, Duty.INTAKE, at(2026, 12, 30))
    authority, manager = case.authority, make_officer(Duty.POLICY)

    desk.enter_days(authority, YEAR_2027, by=manager, at=at(2026, 12, 31))
    assert again(case).due_on is None
    desk.open_year(authority, 2027, source="演示通知", by=manager, at=at(2026, 12, 31))

    # 12-30, 12-31, then 01-04 to 01-06; 01-01 is 元旦, a Friday
    assert again(case).due_on == PublicNotice.objects.get().closes_on == D(2027, 1, 6)
    assert again(waits).due_on == Correction.objects.get().due_on == D(2027, 1, 14)
    told = Delivery.objects.filter(person=agent_of(waits.applicant), subject="补正期限").values_list("text", flat=True)
    assert set(told) == {f"{waits.number} 的补正期限为2027年1月14日（含当日）。"}
    task = DeskTask.objects.get()
    assert (task.done_by, task.done_at) == (manager, at(2026, 12, 31))
    assert list(Event.objects.filter(chain=f"authority:{authority.pk}", action="open_year").values_list("note")) == [
        ("2027年：演示通知",)
    ]
    assert CalendarYear.objects.get().source == "演示通知"


def test_the_table_of_one_authority_is_not_that_of_another():
    make_policy("shihezi")
    case = case_of(S.SUBMITTED, at(2026, 12, 29))
    manager = make_officer(Duty.POLICY, "shihezi")
    other = Authority.objects.get(code="shihezi")
    desk.enter_days(other, YEAR_2027, by=manager, at=at(2026, 12, 30))
    desk.open_year(other, 2027, source="演示通知", by=manager, at=at(2026, 12, 30))

    assert again(case).due_on is None
    assert DeskTask.objects.get().done_at is None
    with pytest.raises(ActionRefused, match="只有本单位的政策管理岗位"):
        desk.enter_days(case.authority, YEAR_2027, by=manager, at=at(2026, 12, 30))


def test_a_list_without_the_holidays_of_every_year_is_refused(policy):
    manager = make_officer(Duty.POLICY)
    desk.enter_days(policy.authority, YEAR_2027[:1], by=manager, at=at(2026, 12, 1))

    with pytest.raises(ActionRefused, match="10月1日为法定节假日，尚未录入"):
        desk.open_year(policy.authority, 2027, source="演示通知", by=manager, at=at(2026, 12, 1))
    assert not CalendarYear.objects.exists()


@pytest.mark.parametrize(
    ("year", "source", "words"),
    [(2026, "演示通知", "已随平台发布"), (2027, "  ", "请填写依据文件"), (2028, "演示通知", "不完整")],
)
def test_a_year_that_cannot_be_opened(policy, year, source, words):
    manager = make_officer(Duty.POLICY)
    desk.enter_days(policy.authority, YEAR_2027, by=manager, at=at(2026, 12, 1))

    with pytest.raises(ActionRefused, match=words):
        desk.open_year(policy.authority, year, source=source, by=manager, at=at(2026, 12, 1))


def test_a_year_is_opened_once(policy):
    manager = make_officer(Duty.POLICY)
    desk.enter_days(policy.authority, YEAR_2027, by=manager, at=at(2026, 12, 1))
    desk.open_year(policy.authority, 2027, source="演示通知", by=manager, at=at(2026, 12, 1))

    with pytest.raises(ActionRefused, match="已经启用"):
        desk.open_year(policy.authority, 2027, source="演示通知", by=manager, at=at(2026, 12, 2))


def test_a_year_that_has_come_with_the_portal_closes_its_task_without_a_list(monkeypatch):
    case = case_of(S.SUBMITTED, at(2026, 12, 29))
    monkeypatch.setattr(desk, "ships", lambda year: year <= 2027)
    monkeypatch.setattr("applications.clocks.chinese_calendar.is_workday", lambda day: day.weekday() < 5)

    desk.open_year(case.authority, 2027, source="", by=make_officer(Duty.POLICY), at=at(2027, 1, 4))

    assert again(case).due_on == D(2027, 1, 5)
    assert DeskTask.objects.get().done_at == at(2027, 1, 4)


def test_a_day_put_right_moves_the_limits_and_keeps_what_stood_before():
    case = case_of(S.SUBMITTED, at(2026, 9, 1))
    manager, authority = make_officer(Duty.POLICY), case.authority
    desk.enter_days(authority, [DayRow(D(2026, 9, 2), False, "民族节日")], by=manager, at=at(2026, 9, 1))
    assert again(case).due_on == D(2026, 9, 9)
    desk.enter_days(authority, [DayRow(D(2026, 9, 2), True, "更正")], by=manager, at=at(2026, 9, 1))

    assert again(case).due_on == D(2026, 9, 8)
    assert list(CalendarDay.objects.values_list("day", "working", "note")) == [(D(2026, 9, 2), True, "更正")]
    assert Event.objects.filter(action="enter_days").latest("pk").detail == {
        "days": {"2026-09-02": True},
        "before": {"2026-09-02": False},
        "clocks": 1,
    }


# ---- lengths -----------------------------------------------------------------------------------------------------


def enter(policy, step, length, unit="working", clause="", moment=None):
    return desk.set_length(
        policy.authority,
        step=step,
        clause=Clause.objects.select_related("policy").get(code=clause) if clause else None,
        unit=unit,
        length=length,
        source="演示办法第三条",
        by=make_officer(Duty.POLICY),
        at=moment or at(2026, 8, 1),
    )


def test_the_length_of_the_clause_goes_before_that_of_all_and_the_newer_before_the_older(policy):
    enter(policy, S.SUBMITTED, 3)
    enter(policy, S.SUBMITTED, 4)
    enter(policy, S.SUBMITTED, 2, clause="xinxing-3")
    enter(policy, S.SUBMITTED, 7, clause="xinxing-8")

    assert case_of(S.SUBMITTED, at(2026, 9, 1)).due_on == D(2026, 9, 3)
    case = case_of(S.SUBMITTED, at(2026, 9, 1))
    assert list(case.clocks.values_list("unit", "length")) == [("working", 2)]


@pytest.mark.parametrize(
    ("unit", "length", "last"),
    [("calendar", 30, D(2026, 10, 8)), ("month", 1, D(2026, 10, 8)), ("working", 1, D(2026, 9, 2))],
)
def test_a_step_may_run_in_natural_days_and_months(policy, unit, length, last):
    enter(policy, S.SUBMITTED, length, unit)

    assert case_of(S.SUBMITTED, at(2026, 9, 1)).due_on == last


def test_a_new_length_counts_for_running_steps_but_not_for_what_was_promised_by_letter():
    verifying = case_of(S.VERIFYING, at(2026, 9, 1))
    correcting = case_of(S.SUBMITTED, at(2026, 9, 1))
    correct(correcting, Duty.INTAKE, at(2026, 9, 2))
    policy = make_policy()
    enter(policy, S.VERIFYING, 30, moment=at(2026, 9, 3))
    enter(policy, S.CORRECTING, 3, moment=at(2026, 9, 3))

    assert verifying.clocks.get(ended_on=None).length == 30
    assert again(verifying).due_on == D(2026, 10, 19)
    assert again(correcting).due_on == D(2026, 9, 16)
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        StepLength.objects.update(length=1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"step": S.NOTICED}, "没有办理时限"),
        ({"length": 0}, "须大于0"),
        ({"source": " "}, "请填写依据文件"),
        ({"clause": "shihezi-7.1a"}, "不属于本单位"),
    ],
)
def test_a_length_that_is_refused_changes_nothing(policy, change, words):
    make_policy("shihezi")
    values = {"step": S.SUBMITTED, "clause": None, "unit": "working", "length": 3, "source": "演示办法"} | change
    if values["clause"]:
        values["clause"] = Clause.objects.select_related("policy").get(code=values["clause"])
    with pytest.raises(ActionRefused, match=words):
        desk.set_length(policy.authority, **values, by=make_officer(Duty.POLICY), at=at(2026, 8, 1))
    assert not StepLength.objects.exists()


def test_the_length_in_force_is_not_entered_twice(policy):
    enter(policy, S.SUBMITTED, 3)

    with pytest.raises(ActionRefused, match="与现行时限相同"):
        enter(policy, S.SUBMITTED, 3)


@pytest.mark.parametrize("count", [1, 8])
def test_reckoning_again_costs_the_same_for_any_number_of_cases(count):
    for _ in range(count):
        case = case_of(S.VERIFYING, at(2026, 9, 1))
    timing.pause(again(case), "expert", at(2026, 9, 2))
    day = CalendarDay(authority=case.authority, day=D(2026, 9, 2), working=False)
    day.save()

    with CaptureQueriesContext(connection) as seen:
        changed = timing.recompute(case.authority_id, at(2026, 9, 2))

    assert len(changed) == count - 1
    asked = [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    # oldest day, entered rows, lengths, clocks, pauses; and the two writes where something changed
    assert len(asked) == (7 if count > 1 else 5)


# ---- late --------------------------------------------------------------------------------------------------------


def _sweep_at(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    sweep()


def test_officers_are_reminded_once_two_working_days_before(monkeypatch):
    case = case_of(S.SUBMITTED, at(2026, 9, 1))
    here, there = make_officer(Duty.INTAKE), make_officer(Duty.INTAKE, "shihezi")
    verifier = make_officer(Duty.VERIFY)

    _sweep_at(monkeypatch, at(2026, 9, 3))
    assert not Event.objects.filter(action="remind").exists()
    _sweep_at(monkeypatch, at(2026, 9, 4))
    _sweep_at(monkeypatch, at(2026, 9, 7))

    event = Event.objects.get(action="remind")
    assert (event.application, event.by, event.detail) == (case, None, {"step": "submitted", "due_on": "2026-09-08"})
    rows = Delivery.objects.filter(event=event)
    assert {(row.person, row.channel) for row in rows} == {(here, "site")}
    assert {row.text for row in rows} == {f"{case.number}（待受理）将于2026年9月8日到期，请及时办理。"}
    assert case.clocks.get().reminded_on == D(2026, 9, 4)
    assert not Delivery.objects.filter(person__in=[there, verifier]).exists()


def test_the_officer_in_charge_is_reminded_alone(monkeypatch):
    case = case_of(S.SUBMITTED, at(2026, 9, 1))
    charged, other = make_officer(Duty.INTAKE), make_officer(Duty.INTAKE)
    Application.objects.filter(pk=case.pk).update(assigned_to=charged, assigned_at=at(2026, 9, 1))

    _sweep_at(monkeypatch, at(2026, 9, 8))

    assert Delivery.objects.filter(person=charged).count() == 1
    assert not Delivery.objects.filter(person=other).exists()


def test_members_are_reminded_of_their_correction(monkeypatch):
    case = case_of(S.SUBMITTED, at(2026, 9, 1))
    correct(case, Duty.INTAKE, at(2026, 9, 2))
    make_officer(Duty.INTAKE)

    _sweep_at(monkeypatch, at(2026, 9, 14))

    told = Delivery.objects.filter(event__action="remind").values_list("person", flat=True)
    assert set(told) == {agent_of(case.applicant).pk, legal_of(case.applicant).pk}


def test_nobody_is_reminded_of_what_rests_is_open_or_stands_in_public_notice(monkeypatch):
    rests = case_of(S.VERIFYING, at(2026, 9, 1))
    timing.pause(rests, "expert", at(2026, 9, 2))
    noticed = case_of(S.NOTICED, at(2026, 9, 1), notice_days=5)
    assert noticed.due_on == D(2026, 9, 8)

    _sweep_at(monkeypatch, at(2026, 9, 30))

    assert not Event.objects.filter(action="remind").exists()


def test_an_officer_ends_a_late_step_only_once_the_delay_is_explained():
    case = case_of(S.SUBMITTED, at(2026, 9, 1))
    clerk, today = make_officer(Duty.INTAKE), at(2026, 9, 9)

    with pytest.raises(ActionRefused, match="已于2026年9月8日到期，请先作超期说明"):
        intake.accept(case, by=clerk, at=today)
    with pytest.raises(ActionRefused, match="超期说明"):
        intake.decline(case, reason="不属于范围", by=clerk, at=today)
    with pytest.raises(ActionRefused, match="超期说明"):
        correct(case, Duty.INTAKE, today)
    assert again(case).status == S.SUBMITTED
    assert not case.documents.filter(kind="decline").exists()

    delay.explain_delay(case, "窗口系统检修", by=clerk, at=today)
    intake.accept(case, by=clerk, at=today)

    clock = case.clocks.get(step=S.SUBMITTED)
    assert (clock.late_reason, clock.late_by, clock.late_at, clock.ended_on) == (
        "窗口系统检修", clerk, today, D(2026, 9, 9),
    )  # fmt: skip
    event = Event.objects.get(action="explain_delay")
    assert (event.note, event.duty) == ("窗口系统检修", Duty.INTAKE)
    assert Delivery.objects.filter(event=event, person=agent_of(case.applicant)).exists()


def test_on_the_last_day_nothing_is_late():
    case = case_of(S.SUBMITTED, at(2026, 9, 1))

    intake.accept(case, by=make_officer(Duty.INTAKE), at=at(2026, 9, 8, 23, 59, 59))

    assert again(case).status == S.VERIFYING


@pytest.mark.parametrize(
    ("status", "act"),
    [
        (S.VERIFYING, lambda case, by, moment: review.propose(case, by=by, at=moment)),
        (S.PROPOSED, lambda case, by, moment: decision.endorse(case, by=by, at=moment)),
        (S.PROPOSED, lambda case, by, moment: decision.return_(case, reason="请复核", by=by, at=moment)),
        (S.PROPOSED, lambda case, by, moment: decision.refuse(case, reason="不符合", by=by, at=moment)),
    ],
)
def test_every_act_of_a_late_step_waits_for_the_explanation(status, act):
    case = case_of(status, at(2026, 9, 1))
    duty, late = (Duty.VERIFY if status == S.VERIFYING else Duty.APPROVE), at(2026, 10, 20)
    user = officer(case, duty)
    if status == S.VERIFYING:
        check_all(case, by=user, at=late)

    with pytest.raises(ActionRefused, match="超期说明"):
        act(again(case), user, late)
    assert again(case).status == status

    delay.explain_delay(case, "案情复杂", by=user, at=late)
    act(again(case), user, late)
    assert again(case).status != status


def test_a_late_payment_is_explained_by_either_finance_officer():
    case = case_of(S.GRANTED, at(2026, 9, 1))
    payer, reviewer, late = make_officer(Duty.PAY), make_officer(Duty.COUNTERSIGN), at(2026, 9, 22)
    part = case.awards.get().instalments.get()
    in_time = payment.record(part, paid_on=D(2026, 9, 21), voucher_number="凭-1", by=payer, at=at(2026, 9, 21))

    with pytest.raises(ActionRefused, match="超期说明"):
        payment.confirm(in_time, by=reviewer, at=late)
    delay.explain_delay(case, "国库系统调整", by=reviewer, at=late)
    payment.confirm(in_time, by=reviewer, at=late)

    assert again(case).status == S.PAID


def test_members_and_the_system_need_no_explanation():
    withdrawn, answered = case_of(S.SUBMITTED, at(2026, 9, 1)), case_of(S.SUBMITTED, at(2026, 9, 1))
    correct(answered, Duty.INTAKE, at(2026, 9, 2))
    filing.withdraw(withdrawn, reason="另行申报", by=agent_of(withdrawn.applicant), at=at(2026, 11, 2))
    answer(answered, at(2026, 9, 30))

    assert (again(withdrawn).status, again(answered).status) == (S.WITHDRAWN, S.SUBMITTED)


def test_a_notice_that_has_run_its_days_is_ripe_and_not_late():
    case = case_of(S.NOTICED, at(2026, 9, 1), notice_days=5)

    decision.grant(case, by=officer(case, Duty.APPROVE), at=at(2026, 11, 2))

    assert again(case).status == S.GRANTED


@pytest.mark.parametrize(
    ("duty", "moment", "words"),
    [
        (Duty.VERIFY, at(2026, 9, 9), "只有受理岗位"),
        (Duty.SYSTEM, at(2026, 9, 9), "只有受理岗位"),
        (Duty.INTAKE, at(2026, 9, 8), "没有超期"),
    ],
)
def test_who_may_not_explain_a_delay(duty, moment, words):
    case = case_of(S.SUBMITTED, at(2026, 9, 1))

    with pytest.raises(ActionRefused, match=words):
        delay.explain_delay(case, "原因", by=make_officer(duty), at=moment)
    with pytest.raises(ActionRefused, match="只有受理岗位"):
        delay.explain_delay(case, "原因", by=make_officer(Duty.INTAKE, "shihezi"), at=at(2026, 9, 9))


def test_a_delay_is_explained_in_words_and_once():
    case = case_of(S.SUBMITTED, at(2026, 9, 1))
    clerk = make_officer(Duty.INTAKE)
    with pytest.raises(ActionRefused, match="请写明超期的原因"):
        delay.explain_delay(case, "  ", by=clerk, at=at(2026, 9, 9))
    delay.explain_delay(case, "原因", by=clerk, at=at(2026, 9, 9))

    with pytest.raises(ActionRefused, match="已经作过超期说明"):
        delay.explain_delay(case, "另一个原因", by=clerk, at=at(2026, 9, 10))


# ---- what the database keeps by itself ---------------------------------------------------------------------------


def test_one_running_clock_of_a_step():
    case = case_of(S.SUBMITTED, at(2026, 9, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        Clock.objects.create(application=case, step=S.SUBMITTED, started_on=D(2026, 9, 2), unit="working", length=5)


@pytest.mark.parametrize(
    "change",
    [{"ended_on": D(2026, 8, 31)}, {"late_at": at(2026, 9, 9)}],
)
def test_a_clock_that_cannot_be(change):
    case = case_of(S.SUBMITTED, at(2026, 9, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        case.clocks.update(**change)


def test_a_pause_that_cannot_be():
    clock = case_of(S.SUBMITTED, at(2026, 9, 1)).clocks.get()
    ClockPause.objects.create(clock=clock, reason="expert", since=D(2026, 9, 2))

    for since, until in ((D(2026, 9, 3), None), (D(2026, 9, 3), D(2026, 9, 2))):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClockPause.objects.create(clock=clock, reason="expert", since=since, until=until)


def test_one_nature_of_a_day_one_declaration_of_a_year_and_one_open_task(policy):
    authority, manager = policy.authority, make_officer(Duty.POLICY)
    CalendarDay.objects.create(authority=authority, day=D(2027, 1, 1), working=False)
    CalendarYear.objects.create(
        authority=authority, year=2027, source="演示", declared_by=manager, declared_at=at(2026, 12, 1)
    )
    timing.ask_for_table(authority.pk, 2027, at(2026, 12, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarDay.objects.create(authority=authority, day=D(2027, 1, 1), working=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarYear.objects.create(
            authority=authority, year=2027, source="再次", declared_by=manager, declared_at=at(2026, 12, 2)
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        DeskTask.objects.create(
            authority=authority, kind="calendar", key="2027", title="再次", created_at=at(2026, 12, 2)
        )


def test_what_was_entered_is_read_in_one_statement(policy):
    manager = make_officer(Duty.POLICY)
    desk.enter_days(policy.authority, YEAR_2027, by=manager, at=at(2026, 12, 1))
    desk.open_year(policy.authority, 2027, source="演示通知", by=manager, at=at(2026, 12, 1))

    with CaptureQueriesContext(connection) as seen:
        calendar = timing.calendar_of(policy.authority_id, since=D(2027, 5, 1))

    assert len(seen) == 1
    assert calendar == {row.day: row.working for row in YEAR_2027[1:]}
    assert isinstance(calendar, Calendar)
    assert calendar.years == {2027}
