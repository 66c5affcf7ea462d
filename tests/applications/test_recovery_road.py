"""The road of a recovery case: the whole way, each gate tried out of order, each actor who may not, each limit."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from applications import permissions, recovering
from applications.actions import ActionRefused, decision, payment, recovery, timing
from applications.actions.system import system_user
from applications.invariants import count_all
from applications.models import (
    Application,
    CalendarYear,
    CaseDuty,
    Delivery,
    DeskTask,
    Document,
    Duty,
    Event,
    Finding,
    Payment,
    RecoveryCase,
    RecoveryPaper,
    RecoveryStep,
    RecoveryTerm,
    Status,
)
from applications.recovering import STEPS, Term
from tests.factories import (
    NOON,
    agent_of,
    legal_of,
    make_applicant,
    make_application,
    make_officer,
    make_paper,
    make_user,
)
from tests.recoveries import (
    DAY,
    DECIDED,
    HEARD,
    ROAD,
    SERVED,
    TOLD,
    answer,
    claim,
    decide,
    discuss,
    investigate,
    judge,
    make_recovery,
    notify,
    officer,
    opened,
    paper_of,
    pay_back,
    review,
    serve,
    state,
)

pytestmark = pytest.mark.django_db
State = RecoveryCase.State
LATER = NOON.replace(month=11, day=20)


def fresh(row: RecoveryCase) -> RecoveryCase:
    """Return the case as it is stored."""
    return RecoveryCase.objects.select_related("application__applicant", "authority").get(pk=row.pk)


def inspector(row: RecoveryCase):
    return officer(row, Duty.INSPECT)


def why_not(row: RecoveryCase, name: str, user, at: datetime = NOON) -> str:
    """Return what the hint of a button says."""
    row = fresh(row)
    standing = permissions.standing_of(user, row.application)
    return permissions.why_not_recover(name, recovering.read(row), standing, at.date())


def terms(row: RecoveryCase) -> dict[str, date | None]:
    """Return the last day of every open limit."""
    return {term.kind: term.due_on for term in row.terms.filter(ended_on=None)}


# ---- the whole way


def test_a_case_goes_the_whole_way():
    row = make_recovery(State.CLOSED)

    assert [step.name for step in row.steps.all()] == [
        *("open", "investigate", "notify", "state", "answer", "review", "discuss", "decide", "serve"),
        *("claim", "confirm", "close"),
    ]
    assert [event.action for event in row.application.events.filter(action__startswith="recovery_")] == [
        f"recovery_{step.name}" for step in row.steps.all()
    ]
    assert list(row.documents.order_by("pk").values_list("kind", flat=True)) == [
        *("rec_filed", "rec_proposal", "rec_decision", "rec_service", "rec_closed")
    ]
    assert (row.application.status, row.closed_at, row.next_due_on) == (Status.REVOKED, SERVED + DAY, None)
    assert not row.terms.filter(ended_on=None).exists()
    assert row.number.endswith("追〔2026〕1号")
    assert set(count_all().values()) == {0}


def test_every_state_is_reached_and_every_step_has_its_name():
    assert {state for state, _ in ROAD} | {State.INVESTIGATING, State.DROPPED} == set(State)
    for name, step in STEPS.items():
        assert len(name) <= RecoveryStep._meta.get_field("name").max_length
        assert step.label
        assert step.sources <= set(State)
        assert step.targets <= set(State)
    left = {state for step in STEPS.values() for state in step.sources if step.targets}
    assert left == set(State) - set(RecoveryCase.ENDED)


def test_a_case_is_dropped_when_there_is_nothing_in_it():
    row = make_recovery(State.REVIEWED)

    recovery.drop(row, reason="检测机构更正说明，报告真实。", by=inspector(row), at=HEARD)

    row = fresh(row)
    assert (row.state, row.next_due_on, row.application.status) == (State.DROPPED, None, Status.PAID)
    opened(row.application)  # a new doubt may open another case


def test_numbers_run_by_authority_and_year():
    first, second = opened(), opened()

    assert [row.number[-8:] for row in (first, second)] == ["〔2026〕1号", "〔2026〕2号"]


# ---- 立案


def test_a_case_needs_an_award_that_stands():
    application = make_application(Status.NOTICED)

    with pytest.raises(ActionRefused, match="没有可以追回的奖补决定"):
        opened(application)


def test_one_award_has_one_open_case():
    row = opened()

    with pytest.raises(ActionRefused, match="已有尚未办结的追回案件"):
        opened(row.application)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecoveryCase.objects.create(
            authority=row.authority,
            application=row.application,
            award=row.award,
            year=2026,
            sequence=99,
            number="x",
            kind="fraud",
            alleged="x",
            opened_by=row.opened_by,
            opened_at=NOON,
        )


def doubt(application: Application, **more: Any) -> Finding:
    """Return a doubt that an officer looks into."""
    said = {
        "authority": application.authority,
        "number": f"线索{Finding.objects.count() + 1}",
        "source": "officer",
        "application": application,
        "body": application.applicant.name,
        "text": "检测报告可疑",
        "state": "taken",
        "made_at": NOON,
        "taken_by": make_officer(Duty.INSPECT),
        "taken_at": NOON,
    }
    return Finding.objects.create(**said | more)


def test_the_doubt_is_filed_with_the_case():
    application = make_application(Status.PAID)
    finding = doubt(application)

    with pytest.raises(ActionRefused, match="请由受领该线索的人员办理"):
        opened(application, finding=finding)
    row = opened(application, finding=finding, by=finding.taken_by)

    finding.refresh_from_db()
    assert (finding.state, finding.ruling, row.finding) == ("filed", f"已立案：{row.number}", finding)


def test_a_doubt_about_something_else_opens_nothing():
    application, other = make_application(Status.PAID), make_application(Status.PAID)

    with pytest.raises(ActionRefused, match="线索涉及另一申报件"):
        opened(application, finding=doubt(other))
    with pytest.raises(ActionRefused, match="受领核查后方可立案"):
        opened(application, finding=doubt(application, state="new", taken_by=None, taken_at=None))


# ---- out of order


OUT_OF_ORDER = [
    ("answer", State.INVESTIGATING, "本案目前为“调查中”，不能答复陈述申辩。"),
    ("review", State.NOTIFIED, "本案目前为“已告知，听取意见”，不能法制审核。"),
    ("discuss", State.HEARD, "本案目前为“待法制审核”，不能集体讨论。"),
    ("decide", State.REVIEWED, "本案目前为“待集体讨论”，不能作出决定。"),
    ("decide", State.INVESTIGATING, "本案目前为“调查中”，不能作出决定。"),
    ("serve", State.DISCUSSED, "本案目前为“待作出决定”，不能送达。"),
    ("urge", State.DECIDED, "本案目前为“待送达”，不能催告。"),
    ("enforce", State.DECIDED, "本案目前为“待送达”，不能申请强制执行。"),
    ("close", State.DECIDED, "本案目前为“待送达”，不能结案。"),
    ("drop", State.DECIDED, "本案目前为“待送达”，不能撤销立案。"),
]


@pytest.mark.parametrize(("name", "stands", "reason"), OUT_OF_ORDER)
def test_nothing_is_done_before_its_turn(name, stands, reason):
    row = make_recovery(stands)
    who = officer(row, Duty.LEGAL) if name == "review" else inspector(row)
    acts = {
        "answer": lambda: answer(row),
        "review": lambda: review(row),
        "discuss": lambda: discuss(row),
        "decide": lambda: decide(row),
        "serve": lambda: serve(row),
        "urge": lambda: recovery.urge(row, by=who, at=SERVED),
        "enforce": lambda: recovery.enforce(row, court="测试法院", by=who, at=SERVED),
        "close": lambda: recovery.close(row, reason="完", by=who, at=SERVED),
        "drop": lambda: recovery.drop(row, reason="无", by=who, at=SERVED),
    }
    before = Event.objects.count()

    assert why_not(row, name, who) == reason
    with pytest.raises(ActionRefused) as refusal:
        acts[name]()

    assert str(refusal.value) == reason
    assert (fresh(row).state, Event.objects.count()) == (stands, before)


def test_nobody_is_told_before_two_officers_have_investigated():
    row = opened()

    with pytest.raises(ActionRefused, match="第四十二条"):
        notify(row)
    one = inspector(row)
    for officers, reason in (([one], "两名以上"), ([one, one], "两名以上"), ([make_officer(Duty.INSPECT)] * 2, "两名")):
        with pytest.raises(ActionRefused, match=reason):
            recovery.investigate(row, text="查明", officers=officers, by=one, at=NOON)
    with pytest.raises(ActionRefused, match="须为本单位稽核岗位"):
        recovery.investigate(row, text="查明", officers=[one, make_officer(Duty.VERIFY)], by=one, at=NOON)
    investigate(row)

    assert notify(row).state == State.NOTIFIED


def test_after_going_back_it_is_investigated_and_told_anew():
    row = make_recovery(State.HEARD)
    review(row, passed=False)

    with pytest.raises(ActionRefused, match="第四十二条"):
        notify(row, at=DECIDED)
    investigate(row, at=DECIDED)
    notify(row, at=DECIDED)
    assert why_not(row, "answer", inspector(row), DECIDED).startswith("当事人尚未陈述申辩")
    assert "第六十二条" in why_not(row, "answer", inspector(row), DECIDED)


@pytest.mark.parametrize("stands", [State.NOTIFIED, State.HEARD, State.REVIEWED, State.DISCUSSED])
def test_a_case_goes_back_to_the_investigation_at_any_time_before_the_decision(stands):
    row = make_recovery(stands)

    recovery.reopen(row, reason="发现新的事实。", by=inspector(row), at=HEARD)

    assert (fresh(row).state, terms(row).keys()) == (State.INVESTIGATING, {Term.DECIDE})


def test_a_discussion_that_does_not_agree_goes_back():
    row = make_recovery(State.REVIEWED)

    discuss(row, agreed=False, result="事实不清，补充调查。")

    assert fresh(row).state == State.INVESTIGATING


# ---- 陈述申辩


def test_the_party_is_heard_or_its_time_runs_out():
    row = make_recovery(State.NOTIFIED)
    last = date(2026, 9, 10)
    assert terms(row)[Term.STATE] == last

    with pytest.raises(ActionRefused, match="期限至2026年9月10日止；未听取陈述申辩不得作出决定"):
        answer(row, at=datetime.combine(last, NOON.timetz()))
    answered = answer(row, at=datetime.combine(last, NOON.timetz()) + DAY)

    assert answered.state == State.HEARD
    assert row.steps.get(name="answer").detail["adopted"] is False


def test_a_waiver_ends_the_time_and_the_right_to_a_hearing():
    row = make_recovery(State.NOTIFIED, large=True)

    state(row, waived=True, text="")

    assert row.steps.get(name="state").text == "放弃陈述、申辩和听证。"
    assert answer(row, at=TOLD).state == State.HEARD


def test_who_speaks_after_a_waiver_is_heard():
    row = make_recovery(State.NOTIFIED)
    state(row, waived=True)

    state(row, text="还是要说。", paper=make_paper("申辩.pdf"))

    paper = row.papers.get()
    assert (paper.by_party, paper.kind, row.steps.last().paper) == (True, RecoveryPaper.Kind.STATEMENT, paper)


def test_a_statement_is_answered_with_reasons():
    row = make_recovery(State.NOTIFIED)
    state(row)

    with pytest.raises(ActionRefused, match="是否采纳及理由"):
        recovery.answer_statement(row, adopted=False, text=" ", by=inspector(row), at=HEARD)


def test_limits_that_protect_the_party_do_not_run_out_while_they_are_unknown():
    row = opened(at=NOON)
    investigate(row)
    told = NOON.replace(month=12, day=28)
    notify(row, at=told)

    assert terms(row)[Term.STATE] is None
    assert "期限待定" in why_not(row, "answer", inspector(row), told + 60 * DAY)
    assert DeskTask.objects.filter(kind="calendar", key="2027", done_at=None).count() == 1


# ---- 听证


def hearing(row: RecoveryCase, *, at: datetime = TOLD) -> RecoveryStep:
    return recovery.ask_hearing(row, text="要求听证", by=agent_of(row.application.applicant), at=at)


def test_a_hearing_that_was_asked_for_is_held_first():
    row = make_recovery(State.NOTIFIED, large=True)
    hearing(row)
    state(row)

    with pytest.raises(ActionRefused, match="当事人在期限内要求听证，尚未举行听证（行政处罚法第六十三条、第六十四条）"):
        answer(row)
    host = make_officer(Duty.HEARING)
    held_at = TOLD + 11 * DAY
    recovery.convene(row, held_at=held_at, place="三楼会议室", host=host, by=inspector(row), at=TOLD)
    with pytest.raises(ActionRefused, match="听证定于2026年9月14日举行"):
        recovery.hold_hearing(row, minutes=make_paper(), report="如实", by=host, at=TOLD)
    with pytest.raises(ActionRefused, match="听证由通知书载明的主持人主持"):
        recovery.hold_hearing(row, minutes=make_paper(), report="如实", by=make_officer(Duty.HEARING), at=held_at)
    recovery.hold_hearing(row, minutes=make_paper(), report="如实记录。", by=host, at=held_at)

    assert answer(row, at=held_at).state == State.HEARD
    assert Document.objects.filter(kind__in=["rec_hearing", "rec_convene"]).count() == 2


def test_the_hearing_is_seven_working_days_ahead():
    row = make_recovery(State.NOTIFIED, large=True)
    hearing(row)
    host = make_officer(Duty.HEARING)

    with pytest.raises(
        ActionRefused, match="七个工作日前通知当事人（行政处罚法第六十四条第二项），最早为2026年9月14日"
    ):
        recovery.convene(row, held_at=TOLD + 10 * DAY, place="会议室", host=host, by=inspector(row), at=TOLD)
    assert not row.terms.filter(kind=Term.CONVENE).exists()
    assert not Document.objects.filter(kind="rec_convene").exists()


def test_a_hearing_is_asked_for_in_time_and_where_the_sum_is_large():
    row = make_recovery(State.NOTIFIED)
    with pytest.raises(ActionRefused, match="第六十三条"):
        hearing(row)
    other = make_recovery(State.NOTIFIED, large=True)

    with pytest.raises(ActionRefused, match="至2026年9月10日止，已经届满"):
        hearing(other, at=NOON.replace(day=11))
    hearing(other, at=NOON.replace(day=10))
    with pytest.raises(ActionRefused, match="已经要求听证"):
        hearing(other, at=NOON.replace(day=10))
    with pytest.raises(ActionRefused, match="不能再放弃"):
        state(other, waived=True)


def test_where_a_hearing_may_be_asked_for_its_time_runs_out_too():
    row = make_recovery(State.NOTIFIED, large=True)
    state(row)

    with pytest.raises(ActionRefused, match="要求听证的期限尚未届满"):
        answer(row, at=NOON.replace(day=10))
    assert answer(row, at=NOON.replace(day=11)).state == State.HEARD


def test_nobody_is_called_to_a_hearing_that_was_not_asked_for():
    row = make_recovery(State.NOTIFIED, large=True)

    with pytest.raises(ActionRefused, match="当事人没有要求听证"):
        recovery.convene(
            row, held_at=TOLD + 20 * DAY, place="会议室", host=make_officer(Duty.HEARING), by=inspector(row), at=TOLD
        )


# ---- people


def test_investigator_reviewer_and_host_are_three_people():
    row = make_recovery(State.NOTIFIED, large=True)
    hearing(row)
    investigator = inspector(row)
    investigator.postings.update(duty=Duty.HEARING)
    lead = make_officer(Duty.INSPECT)

    with pytest.raises(ActionRefused, match="本案调查人员不得主持听证（行政处罚法第六十四条第四项）"):
        recovery.convene(row, held_at=TOLD + 20 * DAY, place="室", host=investigator, by=lead, at=TOLD)
    host = make_officer(Duty.HEARING)
    recovery.convene(row, held_at=TOLD + 11 * DAY, place="室", host=host, by=lead, at=TOLD)
    recovery.hold_hearing(row, minutes=make_paper(), report="如实", by=host, at=TOLD + 11 * DAY)
    recovery.answer_statement(row, adopted=False, text="不采纳", by=lead, at=TOLD + 11 * DAY)
    for person in (investigator, host):
        person.postings.update(duty=Duty.LEGAL)
        with pytest.raises(ActionRefused, match="不能再担任法制审核"):
            recovery.review(row, passed=True, opinion="可以", by=person, at=DECIDED)
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseDuty.objects.create(application=row.application, user=person, duty=Duty.LEGAL, since=DECIDED)


@pytest.mark.parametrize("duty", ["intake", "verify", "approve", "pay", "countersign"])
def test_who_granted_or_paid_does_not_recover(duty):
    application = make_application(Status.CLOSED)
    person = officer(application, duty)
    person.postings.update(duty=Duty.INSPECT)

    with pytest.raises(ActionRefused, match=r"您已在本件担任.*，不能再担任稽核"):
        recovery.open_case(application, kind="fraud", alleged="x", by=person, at=NOON)


PARTY_STEPS = {"state", "ask_hearing"}


@pytest.mark.parametrize("name", sorted(set(STEPS) - {"open", "taken", "given_back"}))
@pytest.mark.parametrize("stands", [State.INVESTIGATING, State.NOTIFIED, State.SERVED])
def test_every_other_actor_is_refused(name, stands):
    row = make_recovery(stands, **({"large": True} if stands != State.INVESTIGATING else {}))
    step, road = STEPS[name], recovering.read(fresh(row))
    allowed = {duty for duty in Duty.values if duty in step.who}
    everybody = {duty: make_officer(duty) for duty in Duty.values}
    foreign = make_officer(next(iter(allowed), Duty.INSPECT), "shihezi")
    member = agent_of(row.application.applicant)
    posted_member = legal_of(row.application.applicant)

    def said(user):
        return permissions.why_not_recover(name, road, permissions.standing_of(user, row.application), NOON.date())

    for duty, user in everybody.items():
        if duty not in allowed:
            reason = "只有当事人可以办理此事项。" if name in PARTY_STEPS else "岗位可以办理此事项。"
            assert said(user).endswith(reason), duty
    for stranger in (foreign, make_user(), agent_of(make_applicant()), system_user()):
        assert said(stranger)
    assert (said(member) == "只有当事人可以办理此事项。") is False
    if name not in PARTY_STEPS:
        assert said(member).endswith("岗位可以办理此事项。")
        posted_member.postings.create(authority=row.authority, duty=next(iter(allowed)), since=date(2024, 1, 1))
        assert said(posted_member) == "您是申报单位的成员，应当回避。"


def test_the_officer_who_filed_at_the_counter_is_not_the_party():
    row = make_recovery(State.NOTIFIED)
    clerk = make_officer(Duty.INTAKE)
    from applications.models import Mandate  # noqa: PLC0415

    Mandate.objects.create(
        application=row.application, officer=clerk, principal="x", bearer="x", bearer_phone="x", made_at=NOON
    )

    with pytest.raises(ActionRefused, match="只有当事人可以办理此事项"):
        recovery.make_statement(row, text="x", by=clerk, at=TOLD)
    assert not Delivery.objects.filter(person=clerk, event__action__startswith="recovery_").exists()


# ---- the decision


def test_a_decision_rests_on_all_that_came_before_whatever_the_state_says():
    """The rows are asked beside the state, which somebody may have written by hand."""
    row = make_recovery(State.NOTIFIED)
    RecoveryCase.objects.filter(pk=row.pk).update(state=State.DISCUSSED)
    with pytest.raises(ActionRefused, match="第六十二条"):
        decide(row)
    RecoveryCase.objects.filter(pk=row.pk).update(state=State.NOTIFIED)
    state(row)
    answer(row)
    RecoveryCase.objects.filter(pk=row.pk).update(state=State.DISCUSSED)
    with pytest.raises(ActionRefused, match="第五十八条"):
        decide(row)
    RecoveryCase.objects.filter(pk=row.pk).update(state=State.HEARD)
    review(row)
    RecoveryCase.objects.filter(pk=row.pk).update(state=State.DISCUSSED)
    with pytest.raises(ActionRefused, match="第五十七条"):
        decide(row)
    RecoveryCase.objects.filter(pk=row.pk).update(state=State.INVESTIGATING)
    RecoveryCase.objects.filter(pk=row.pk).update(facts="")
    RecoveryCase.objects.filter(pk=row.pk).update(state=State.DISCUSSED)
    with pytest.raises(ActionRefused, match="第四十四条"):
        decide(row)


@pytest.mark.parametrize(
    ("whole", "fen", "reason"),
    [
        (True, 299_0000_00, "应退本金为实际已拨付的3,000,000.00元"),
        (False, 0, "应退本金须大于0且不超过"),
        (False, 300_0000_01, "不超过实际已拨付的3,000,000.00元"),
        (True, -1, "请填写应退本金"),
    ],
)
def test_what_is_demanded_is_what_was_paid(whole, fen, reason):
    row = opened()
    investigate(row)

    with pytest.raises(ActionRefused, match=reason):
        notify(row, whole=whole, principal_fen=fen)


def test_nothing_is_told_while_a_payment_is_under_way():
    application = make_application(Status.GRANTED)
    part = application.awards.get().instalments.get()
    by = make_officer(Duty.PAY)
    under_way = payment.record(part, paid_on=NOON.date(), voucher_number="凭1", by=by, at=NOON)
    row = opened(application)
    investigate(row)

    with pytest.raises(ActionRefused, match="尚有在途拨付"):
        notify(row)
    payment.reject(under_way, reason="追回", by=make_officer(Duty.COUNTERSIGN), at=NOON)

    assert notify(row, principal_fen=0).principal_fen == 0


def test_a_payment_that_came_back_after_the_notice_has_to_be_told_anew():
    row = make_recovery(State.DISCUSSED)
    paid = Payment.objects.get()
    payment.return_(paid, on=NOON.date(), reason="账号有误", by=officer(row, Duty.PAY), at=HEARD)

    with pytest.raises(ActionRefused, match="须重新告知（行政处罚法第四十四条）"):
        decide(row)


# ---- 送达


def test_service_by_announcement_counts_thirty_days_later():
    row = make_recovery(State.DECIDED)
    day = DECIDED.date()

    with pytest.raises(ActionRefused, match="公告满三十日方为送达"):
        serve(row, method="announce", on=day, at=DECIDED + 29 * DAY)
    served = serve(row, method="announce", on=day, at=DECIDED + 30 * DAY)

    assert served.served_on == day + timedelta(days=30)


def test_service_by_wire_needs_the_signed_consent():
    row = make_recovery(State.DECIDED)
    with pytest.raises(ActionRefused, match="送达地址确认书（行政处罚法第六十一条）"):
        serve(row, method="online")
    paper_of(row, RecoveryPaper.Kind.CONSENT, at=DECIDED)

    assert serve(row, method="online").state == State.SERVED


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"method": "pigeon"}, "请选择送达方式"),
        ({"paper": None}, "请上传送达凭证"),
        ({"on": NOON.date()}, "不能早于作出决定的日期"),
        ({"on": date(2026, 12, 1)}, "不能晚于今天"),
    ],
)
def test_service_is_proved_and_in_order(said, reason):
    row = make_recovery(State.DECIDED)

    with pytest.raises(ActionRefused, match=reason):
        serve(row, **said)
    assert fresh(row).served_on is None


# ---- 催告、强制执行、复议、诉讼


def test_who_is_late_is_urged_and_then_the_court_is_asked():
    """Served on 17 September 2026: fifteen days end on a holiday, so on 8 October; the appeals on 17 March 2027."""
    row = make_recovery(State.SERVED)
    CalendarYear.objects.create(
        authority=row.authority, year=2027, source="x", declared_by=make_user(), declared_at=NOON
    )
    recovering.recompute(row.authority_id, SERVED)
    by = inspector(row)
    assert terms(row) | {} == {
        Term.PAY: date(2026, 10, 8),
        Term.REVIEW: date(2026, 11, 16),
        Term.SUE: date(2027, 3, 17),
        Term.ENFORCE: date(2027, 6, 17),
    }

    with pytest.raises(ActionRefused, match="退回期限至2026年10月8日止，届满仍未履行的方可催告"):
        recovery.urge(row, by=by, at=NOON.replace(month=10, day=8))
    with pytest.raises(ActionRefused, match="期满前不能申请强制执行（行政强制法第五十三条）"):
        recovery.enforce(row, court="测试法院", by=by, at=NOON.replace(year=2027, month=3, day=17))
    with pytest.raises(ActionRefused, match="申请强制执行前应当先催告（行政强制法第五十四条）"):
        recovery.enforce(row, court="测试法院", by=by, at=NOON.replace(year=2027, month=3, day=18))
    recovery.urge(row, by=by, at=NOON.replace(year=2027, month=3, day=18))
    with pytest.raises(ActionRefused, match="已经催告"):
        recovery.urge(row, by=by, at=NOON.replace(year=2027, month=3, day=19))
    with pytest.raises(ActionRefused, match="催告的期限至2027年4月1日止"):
        recovery.enforce(row, court="测试法院", by=by, at=NOON.replace(year=2027, month=4, day=1))
    with pytest.raises(ActionRefused, match="已超过申请强制执行的三个月期限"):
        recovery.enforce(row, court="测试法院", by=by, at=NOON.replace(year=2027, month=6, day=18))
    recovery.enforce(row, court="测试法院", by=by, at=NOON.replace(year=2027, month=4, day=2))

    assert fresh(row).state == State.SERVED
    assert Term.ENFORCE not in terms(row)


def test_an_appeal_stops_enforcement_and_leaves_fifteen_days_to_sue():
    row = make_recovery(State.SERVED)
    by = inspector(row)
    recovery.contest(row, kind="review", on=date(2026, 10, 20), by=by, at=NOON.replace(month=10, day=20))

    assert terms(row).keys() == {Term.PAY, Term.SUE}
    with pytest.raises(ActionRefused, match="行政复议尚无结果，不能申请强制执行"):
        recovery.enforce(row, court="测试法院", by=by, at=NOON.replace(month=11, day=20))
    with pytest.raises(ActionRefused, match="已经登记，尚无结果"):
        recovery.contest(row, kind="review", on=date(2026, 10, 20), by=by, at=NOON.replace(month=10, day=20))
    with pytest.raises(ActionRefused, match="尚未登记"):
        recovery.contest(
            row, kind="sue", on=date(2026, 10, 20), outcome="upheld", by=by, at=NOON.replace(month=10, day=20)
        )
    recovery.contest(
        row, kind="review", on=date(2026, 11, 25), outcome="upheld", by=by, at=NOON.replace(month=11, day=25)
    )

    assert terms(row)[Term.SUE] == date(2026, 12, 10)
    assert row.terms.get(kind=Term.ENFORCE).started_on == date(2026, 12, 10)
    assert why_not(row, "enforce", by, NOON.replace(month=12, day=10)).startswith(
        "申请复议、提起诉讼的期限至2026年12月10日"
    )


def test_a_case_that_was_decided_by_a_court_is_enforced_from_the_judgment_on():
    row = make_recovery(State.SERVED)
    by = inspector(row)
    recovery.contest(row, kind="sue", on=date(2026, 10, 20), by=by, at=NOON.replace(month=10, day=20))
    assert recovering.read(fresh(row)).appeals_end is None
    recovery.contest(row, kind="sue", on=date(2026, 11, 20), outcome="upheld", by=by, at=NOON.replace(month=11, day=20))

    assert recovering.read(fresh(row)).appeals_end == date(2026, 11, 20)


def test_an_annulled_decision_demands_nothing_and_what_came_back_is_refunded():
    row = make_recovery(State.SERVED)
    by = inspector(row)
    pay_back(row, 100_0000_00)
    judge(row, "annulled", kind="review", at=LATER)

    balance = recovering.balances(row)["principal"]
    assert (balance.owed, balance.open, balance.over) == (0, 0, 100_0000_00)
    assert terms(row) == {}
    with pytest.raises(ActionRefused, match=r"多缴的1,000,000.00元尚未退还"):
        recovery.close(row, reason="撤销", by=by, at=LATER)


def test_matters_are_handed_on_without_changing_the_state():
    row = make_recovery(State.INVESTIGATING)

    for to in recovering.TRANSFERS:
        recovery.transfer(row, to=to, matter="涉嫌骗取", reason="金额较大", by=inspector(row), at=NOON)
    with pytest.raises(ActionRefused, match="请选择移送的机关"):
        recovery.transfer(row, to="x", matter="x", reason="x", by=inspector(row), at=NOON)

    assert fresh(row).state == State.INVESTIGATING
    assert row.documents.filter(kind="rec_transfer").count() == 3


# ---- 结案


def test_a_case_is_not_closed_with_something_open():
    row = make_recovery(State.SERVED)
    pay_back(row, 299_0000_00)

    with pytest.raises(ActionRefused, match=r"尚有10,000.00元未退回，也未核销，不能结案"):
        recovery.close(row, reason="完", by=inspector(row), at=SERVED)
    claim(row, 1_0000_00, kind="written_off")
    with pytest.raises(ActionRefused, match=r"尚有10,000.00元"):
        recovery.close(row, reason="完", by=inspector(row), at=SERVED)


def test_what_was_closed_stays_closed():
    row = make_recovery(State.CLOSED)

    assert "已结案" in why_not(row, "reopen", inspector(row))
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        # Only an appeal leads it on, and only to 履行 (test_recovery_outcome.py).
        RecoveryCase.objects.filter(pk=row.pk).update(state=State.DECIDED, closed_at=None, close_reason="")


# ---- every limit


@pytest.mark.parametrize(
    ("kind", "day", "due"),
    [
        (Term.DECIDE, date(2025, 3, 3), date(2025, 6, 3)),  # the 90th day is Sunday 1 June; 2 June is 端午节
        (Term.DECIDE, date(2026, 9, 1), date(2026, 11, 30)),
        (Term.STATE, date(2025, 9, 28), date(2025, 10, 11)),  # a worked Sunday, 国庆 to the 8th, a worked Saturday
        (Term.HEARING, date(2026, 2, 13), date(2026, 2, 27)),  # worked Saturday 14th, 春节 to the 23rd
        (Term.CONVENE, date(2026, 9, 3), date(2026, 9, 14)),
        (Term.SERVE, date(2026, 4, 28), date(2026, 5, 11)),  # 劳动节 to the 5th, worked Saturday 9th
        (Term.PAY, date(2025, 9, 20), date(2025, 10, 9)),  # the 15th day lies in 国庆
        (Term.REVIEW, date(2025, 12, 2), date(2026, 2, 2)),  # the 60th day is Saturday 31 January
        (Term.SUE, date(2025, 8, 31), date(2026, 2, 28)),  # a worked Saturday
        (Term.SUE, date(2026, 8, 31), None),  # 28 February 2027: no table yet
        (Term.URGE, date(2025, 12, 25), date(2026, 1, 9)),  # 元旦 to the 3rd, worked Sunday 4th
        (Term.URGE, date(2026, 12, 21), None),
        (Term.ENFORCE, date(2025, 11, 30), date(2026, 2, 28)),
        (Term.ENFORCE, date(2026, 10, 1), None),
    ],
)
def test_every_limit_ends_on_its_day(kind, day, due):
    row = opened()

    term = recovering.start_term(row, kind, day, NOON)

    assert (term.due_on, row.terms.filter(kind=kind, ended_on=None).count()) == (due, 1)
    if due is None:
        assert DeskTask.objects.filter(key="2027", done_at=None).count() == 1
        CalendarYear.objects.create(
            authority=row.authority, year=2027, source="x", declared_by=make_user(), declared_at=NOON
        )
        recovering.recompute(row.authority_id, NOON)
        known = {Term.SUE: date(2027, 3, 1), Term.URGE: date(2027, 1, 4), Term.ENFORCE: date(2027, 1, 1)}
        assert RecoveryTerm.objects.get(pk=term.pk).due_on == known[kind]


def test_units_and_lengths_are_those_of_the_law():
    assert {kind: (limit.unit, limit.length) for kind, limit in recovering.LIMITS.items()} == {
        Term.DECIDE: ("calendar", 90),
        Term.STATE: ("working", 5),
        Term.HEARING: ("working", 5),
        Term.CONVENE: ("working", 7),
        Term.SERVE: ("working", 7),
        Term.PAY: ("calendar", 15),
        Term.REVIEW: ("calendar", 60),
        Term.SUE: ("month", 6),
        Term.URGE: ("working", 10),
        Term.ENFORCE: ("month", 3),
    }
    assert set(recovering.LIMITS) == set(Term)


def test_the_case_shows_its_nearest_limit():
    row = opened()
    assert fresh(row).next_due_on == date(2026, 11, 30)
    investigate(row)
    notify(row)
    assert fresh(row).next_due_on == date(2026, 9, 10)

    answer(row)  # the five days have passed

    assert fresh(row).next_due_on == date(2026, 11, 30)


def test_what_has_run_out_for_the_party_is_not_what_is_next():
    row = make_recovery(State.SERVED)
    assert fresh(row).next_due_on == date(2026, 10, 8)

    assert recovering.let_run_out(NOON.replace(month=11, day=17)) == 1

    row = fresh(row)
    assert row.terms.get(kind=Term.REVIEW).ended_on == date(2026, 11, 16)
    assert (row.next_due_on, recovering.let_run_out(NOON.replace(month=11, day=17))) == (date(2026, 10, 8), 0)


DUTIES = {
    Duty.INSPECT: ("investigate", State.INVESTIGATING),
    Duty.LEGAL: ("review", State.HEARD),
    Duty.HEARING: ("hold_hearing", State.NOTIFIED),
    Duty.PAY: ("claim", State.SERVED),
    Duty.COUNTERSIGN: ("confirm", State.SERVED),
}


@pytest.mark.parametrize("second", DUTIES)
def test_no_person_acts_in_a_second_duty_on_a_recovery_case(second):
    name, stands = DUTIES[second]
    row = make_recovery(stands)
    road = recovering.read(fresh(row))

    for first in sorted(set(Duty.values) - {second, Duty.SYSTEM}):
        person = make_officer(first)
        CaseDuty.objects.create(application=row.application, user=person, duty=first, since=NOON)
        person.postings.update(duty=second)
        standing = permissions.standing_of(person, row.application)
        said = permissions.why_not_recover(name, road, standing, NOON.date())
        assert said == f"您已在本件担任{Duty(first).label}，不能再担任{Duty(second).label}。"
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            CaseDuty.objects.create(application=row.application, user=person, duty=second, since=NOON)


def test_an_authority_s_own_holiday_moves_a_limit():
    row = make_recovery(State.NOTIFIED)
    manager = make_officer(Duty.POLICY)

    timing.enter_days(row.authority, [timing.DayRow(date(2026, 9, 9), False, "测试节日")], by=manager, at=TOLD)

    assert fresh(row).next_due_on == date(2026, 9, 11)
    assert recovering.recompute(row.authority_id, TOLD) == []


@pytest.mark.parametrize("count", [1, 30])
def test_a_case_is_read_in_five_queries_however_long(django_assert_num_queries, count):
    row = make_recovery(State.SERVED)
    for number in range(count):
        pay_back(row, 1, voucher=f"缴{number}")
    row = RecoveryCase.objects.select_related("award").get(pk=row.pk)

    with django_assert_num_queries(5):
        road = recovering.read(row)

    assert len(road.entries) == count + 1


# ---- snapshot, display, warnings


def test_who_stands_behind_the_body_is_kept():
    row = opened()
    party = {
        "shareholders": [{"name": "测试股东", "share": "100%"}],
        "controllers": [{"name": "测试控制人"}],
        "affiliates": [{"name": "测试关联公司", "uscc": "91659901MATE99999X", "relation": "同一控制人"}],
        "deregistration": {"state": "announced", "until": "2026-10-01"},
        "source": "国家企业信用信息公示系统",
        "seen_on": "2026-09-01",
    }

    recovery.snapshot(row, party=party, by=inspector(row), at=NOON)

    row = fresh(row)
    assert row.party["name"] == row.application.applicant.name
    assert row.party["affiliates"][0]["uscc"] == "91659901MATE99999X"
    assert "注销公告" in "".join(recovering.warnings(recovering.read(row), NOON.date()))
    for wrong in ({"shareholders": [{"share": "1"}]}, {"deregistration": {"state": "x"}}, {"source": ""}):
        with pytest.raises(ActionRefused):
            recovery.snapshot(row, party=party | wrong, by=inspector(row), at=NOON)


@pytest.mark.parametrize(
    ("grade", "until", "fine"),
    [
        ("slight", date(2026, 12, 17), True),
        ("slight", date(2026, 12, 18), False),
        ("ordinary", date(2026, 12, 16), False),
        ("ordinary", date(2026, 12, 17), True),
        ("ordinary", date(2027, 9, 17), True),
        ("ordinary", date(2027, 9, 18), False),
        ("serious", date(2027, 9, 16), False),
        ("serious", date(2029, 9, 17), True),
        ("serious", date(2029, 9, 18), False),
    ],
)
def test_a_display_lasts_as_long_as_its_grade_says(grade, until, fine):
    row = make_recovery(State.SERVED)
    by = inspector(row)

    if fine:
        assert recovery.publish(row, grade=grade, until=until, by=by, at=SERVED).published_until == until
    else:
        with pytest.raises(ActionRefused, match="国办发〔2025〕22号"):
            recovery.publish(row, grade=grade, until=until, by=by, at=SERVED)


def test_a_display_ends_early_on_the_paper_of_a_repaired_credit_but_not_before_its_least_time():
    row = make_recovery(State.SERVED)
    by = inspector(row)
    ended = {"reason": "已完成信用修复。", "by": by}
    with pytest.raises(ActionRefused, match="处理结果目前没有公示。"):
        recovery.unpublish(row, **ended, paper=make_paper(), at=SERVED)
    recovery.publish(row, grade="ordinary", until=date(2027, 9, 17), by=by, at=SERVED)

    with pytest.raises(ActionRefused, match="一般失信的公示期不少于3个月，2026年12月17日起方可停止公示。"):
        recovery.unpublish(row, **ended, paper=make_paper(), at=SERVED + timedelta(days=90))
    with pytest.raises(ActionRefused, match="请填写停止公示的理由。"):
        recovery.unpublish(row, reason=" ", by=by, paper=make_paper(), at=SERVED + timedelta(days=91))
    recovery.unpublish(row, **ended, paper=make_paper(), at=SERVED + timedelta(days=91))

    row.refresh_from_db()
    assert row.published_until is None
    assert not RecoveryCase.objects.published(date(2026, 12, 18)).exists()
    step = row.steps.get(name="unpublish")
    assert (step.text, step.paper.kind) == ("已完成信用修复。", RecoveryPaper.Kind.OUTSIDE)


def test_a_slight_breach_of_a_closed_case_is_taken_from_display_at_once():
    row = make_recovery(State.SERVED)
    recovery.publish(row, grade="slight", until=date(2026, 10, 30), by=inspector(row), at=SERVED)
    pay_back(row, 300_0000_00)
    recovery.close(row, reason="已全部退回。", by=inspector(row), at=SERVED + timedelta(days=1))

    recovery.unpublish(row, reason="已修复", paper=make_paper(), by=inspector(row), at=SERVED + timedelta(days=2))

    row.refresh_from_db()
    assert (row.state, row.published_until) == (State.CLOSED, None)


def test_a_penalty_after_two_years_is_warned_of_and_stops_nothing():
    row = opened(at=NOON.replace(year=2028, day=1))
    assert recovering.warnings(recovering.read(fresh(row)), date(2028, 9, 2)) == []
    later = opened(make_application(Status.PAID), at=NOON.replace(year=2028, day=2))

    said = recovering.warnings(recovering.read(fresh(later)), date(2028, 9, 2))

    assert [words.rsplit("；")[-1] for words in said] == ["追回本金不是行政处罚，不受此限。"]
    assert "第三十六条" in said[0]
    error = opened(make_application(Status.PAID), kind="error", at=NOON.replace(year=2029))
    assert recovering.warnings(recovering.read(fresh(error)), date(2029, 9, 2)) == []


# ---- what is told


def test_the_party_and_the_officers_are_told():
    row = make_recovery(State.SERVED)
    members = {agent_of(row.application.applicant).pk, legal_of(row.application.applicant).pk}

    def told(name):
        return set(Delivery.objects.filter(event__action=f"recovery_{name}").values_list("person", flat=True))

    assert told("open") == told("notify") == told("serve") == members
    assert told("answer") == set()  # nobody was posted to 法制审核 at that time
    assert told("state") == set(row.application.duties.filter(duty=Duty.INSPECT).values_list("user", flat=True))
    assert told("decide") == set()  # the party learns it by the service


# ---- the database


@pytest.mark.parametrize(
    "change",
    [
        {"state": "decided"},
        {"state": "closed"},
        {"closed_at": NOON},
        {"decided_at": NOON},
        {"alleged": ""},
    ],
)
def test_the_database_refuses_half_a_case(change):
    row = opened()

    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        RecoveryCase.objects.filter(pk=row.pk).update(**change)


def test_steps_papers_and_ended_limits_are_never_edited():
    row = make_recovery(State.SERVED)
    paper_of(row, at=SERVED)

    for rows in (row.steps, row.papers, row.terms.filter(ended_on__isnull=False)):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            rows.filter(pk=rows.first().pk).delete()
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        row.steps.filter(name="open").update(text="别的")
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        row.papers.filter(pk=row.papers.first().pk).update(original_name="x")
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        row.terms.filter(ended_on__isnull=False).update(due_on=None)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        RecoveryCase.objects.filter(pk=row.pk).update(principal_fen=1)


def test_a_granted_case_of_the_same_body_can_still_be_read():
    """Control: an award that no case is about is untouched."""
    row = make_recovery(State.DECIDED)
    other = make_application(Status.NOTICED, applicant=row.application.applicant, subject="二号中心")

    decision.grant(other, by=officer(other, Duty.APPROVE), at=DECIDED)

    other.refresh_from_db()
    assert other.status == Status.GRANTED
