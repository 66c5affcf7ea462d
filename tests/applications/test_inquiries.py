"""What is found out beyond the papers: who may record it, what is refused, what the database refuses by itself."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from applications import permissions
from applications.actions import ActionRefused, decision, inquiry, joint_review, opinion, review
from applications.actions.demand import set_demand
from applications.demo.stories import check_all
from applications.invariants import count_all, i10_files_and_rows_apart
from applications.models import (
    Application,
    Clause,
    ClauseDemand,
    ClockPause,
    CreditCheck,
    Delivery,
    DeskFile,
    Duty,
    Event,
    ExpertOpinion,
    JointReview,
    JointVote,
    Membership,
    SiteVisit,
    Status,
)
from tests.factories import (
    NOON,
    account_of,
    agent_of,
    make_application,
    make_desk_file,
    make_officer,
    make_paper,
    make_policy,
)

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
UNITS = ("测试发改局", "测试财政局")


@pytest.fixture
def case():
    return make_application(Status.VERIFYING)


@pytest.fixture
def verifier():
    make_policy()
    return make_officer(Duty.VERIFY)


def look_up(case, by, **changes):
    """Record a clean look into a register."""
    values = {"stage": "verify", "source": "信用中国", "queried_on": TODAY, "result": "clean", "by": by, "at": NOON}
    return inquiry.record_credit_check(case, **values | changes)


def visit(case, by, **changes):
    """Record a visit of two officers."""
    values = {
        "visited_on": TODAY,
        "place": "测试路1号",
        "officer": by,
        "companion": changes.pop("companion", None) or make_officer(Duty.INTAKE),
        "met_with": "张三，主任",
        "findings": "设备在运行",
        "conclusion": "fits",
        "by": by,
        "at": NOON,
    }
    return inquiry.record_site_visit(case, **values | changes)


def ask(case, by, expert=None, **changes):
    """Put a question to a posted expert, or to one elsewhere."""
    who = {"expert": expert} if expert else {"name": "李外请", "unit": "测试大学"}
    values = {"question": "PUE测法是否合规", "expected_on": TODAY + timedelta(days=7), "by": by, "at": NOON}
    return opinion.ask_expert(case, **values | who | changes)


def answer(row, by, **changes):
    values = {"no_interest": True, "conclusion": "support", "text": "合规", "by": by, "at": NOON}
    return opinion.answer_expert(row, **values | changes)


def call(case, by, units=UNITS, held_on=TODAY):
    return joint_review.call_joint_review(case, held_on=held_on, units=units, by=by, at=NOON)


def vote(case, by, unit, said="agree", words=""):
    return joint_review.vote(case, unit=unit, person="王某", vote=said, opinion=words, by=by, at=NOON)


def close(case, by, number="测试纪要〔2026〕1号"):
    return joint_review.close_joint_review(case, minutes_number=number, paper=make_paper(), by=by, at=NOON)


def demand(clause="xinxing-3", **changes):
    """Enter what a clause demands."""
    none = dict.fromkeys(("credit_check", "site_visit", "expert_opinion", "joint_review"), False)
    values = none | {"joint_units": (), "source": "测试办法第1条"} | changes
    row = Clause.objects.select_related("policy").get(code=clause)
    return set_demand(row, **values, by=make_officer(Duty.POLICY, row.policy.code), at=NOON)


def last(case):
    event = case.events.order_by("-sequence").first()
    return event.action, event.note


# ---- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda case, by: look_up(case, by),
        lambda case, by: visit(case, by),
        lambda case, by: ask(case, by),
        lambda case, by: call(case, by),
        lambda case, by: vote(case, by, UNITS[0]),
        lambda case, by: close(case, by),
    ],
)
@pytest.mark.parametrize("duty", sorted(set(Duty.values) - {Duty.VERIFY}))
def test_inquiries_are_the_verifiers(case, act, duty):
    before = case.events.count()

    with pytest.raises(ActionRefused, match="只有核验岗位可以办理此事项"):
        act(case, make_officer(duty))

    assert case.events.count() == before


def test_inquiries_are_made_while_facts_are_verified(verifier):
    early = make_application(Status.SUBMITTED)

    for act in (look_up, visit, ask, call):
        with pytest.raises(ActionRefused, match="本件目前为“待受理”，不能办理此事项"):
            act(early, verifier)


def test_a_verifier_of_the_applicant_stands_back(case, verifier):
    Membership.objects.create(applicant=case.applicant, user=verifier, role="agent", joined_at=NOON)

    with pytest.raises(ActionRefused, match="应当回避"):
        look_up(case, verifier)


def test_the_payer_checks_credit_before_money_leaves():
    granted = make_application(Status.GRANTED)
    payer = make_officer(Duty.PAY)

    row = look_up(granted, payer, stage="payment")

    assert (row.stage, row.checked_by.user, row.checked_by.duty) == ("payment", payer, Duty.PAY)
    assert last(granted) == ("credit_check", "信用中国：未发现失信或重复支持")
    for by in (make_officer(Duty.VERIFY), make_officer(Duty.COUNTERSIGN)):
        with pytest.raises(ActionRefused, match="只有财政经办岗位"):
            look_up(granted, by, stage="payment")
    with pytest.raises(ActionRefused, match="本件目前为“核验中”"):
        look_up(make_application(Status.VERIFYING), make_officer(Duty.PAY), stage="payment")


# ---- registers ------------------------------------------------------------------------------------------------------


def test_a_credit_check_is_one_row_one_paper_and_one_event(case, verifier):
    before = case.events.count()

    row = look_up(case, verifier, result="duplicate", note="已获省级支持，事项不同", paper=make_paper("截图.pdf"))

    assert case.events.count() == before + 1
    assert (row.file.kind, row.file.original_name, row.file.uploaded_by) == ("credit", "截图.pdf", verifier)
    event = case.events.order_by("-sequence").first()
    assert event.detail == {
        "credit_check": row.pk,
        "stage": "verify",
        "source": "信用中国",
        "result": "duplicate",
        "file": row.file.pk,
        "sha256": row.file.sha256,
    }
    assert set(count_all().values()) == {0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"source": " "}, "请填写查询来源。"),
        ({"result": "record"}, "请说明情况"),
        ({"result": "duplicate", "note": " "}, "请说明情况"),
        ({"queried_on": TODAY + timedelta(days=1)}, "查询日期不能晚于今天。"),
        ({"queried_on": TODAY - timedelta(days=1)}, "查询日期不能早于提交申报的日期（2026年9月1日）。"),
    ],
)
def test_a_faulty_credit_check_is_refused_and_stores_nothing(case, verifier, changes, words):
    with pytest.raises(ActionRefused) as refusal:
        look_up(case, verifier, paper=make_paper(), **changes)

    assert words in str(refusal.value)
    assert not CreditCheck.objects.exists()
    assert not DeskFile.objects.exists()
    assert i10_files_and_rows_apart() == 0


# ---- the site -------------------------------------------------------------------------------------------------------


def test_a_visit_names_two_officers(case, verifier):
    companion = make_officer(Duty.INTAKE)

    row = visit(case, verifier, companion=companion, paper=make_paper())

    assert (row.officer, row.companion, row.recorded_by.user) == (verifier, companion, verifier)
    assert last(case) == ("site_visit", "测试路1号：与申报一致")


def test_one_person_is_not_two(case, verifier):
    with pytest.raises(ActionRefused, match="两名不同的人员"):
        visit(case, verifier, companion=verifier)


@pytest.mark.parametrize(
    ("duty", "code"), [(Duty.INTAKE, "shihezi"), (Duty.EXPERT, "xinxing"), (Duty.SYSTEM, "xinxing")]
)
def test_visitors_are_officers_of_the_authority(case, verifier, duty, code):
    make_policy(code)

    with pytest.raises(ActionRefused, match="须为本单位的在岗人员"):
        visit(case, verifier, companion=make_officer(duty, code))


def test_a_visitor_of_the_applicant_stands_back(case, verifier):
    companion = make_officer(Duty.INTAKE)
    Membership.objects.create(applicant=case.applicant, user=companion, role="agent", joined_at=NOON)

    with pytest.raises(ActionRefused, match="核查人员是申报单位的成员，应当回避。"):
        visit(case, verifier, companion=companion)


# ---- experts --------------------------------------------------------------------------------------------------------


def test_an_expert_of_the_authority_answers_in_person(case, verifier):
    expert = make_officer(Duty.EXPERT)
    row = ask(case, verifier, expert)

    for other in (verifier, make_officer(Duty.EXPERT)):
        with pytest.raises(ActionRefused, match="本人答复"):
            answer(row, other)
    done = answer(row, expert, conclusion="conditional", text="须补测夏季数据", paper=make_paper())

    assert (done.conclusion, done.answered_by, done.file.kind) == ("conditional", expert, "expert")
    assert case.duties.get(user=expert).duty == Duty.EXPERT
    assert last(case) == ("answer_expert", f"{expert.name}：有条件支持")
    with pytest.raises(ActionRefused, match="已经答复，不能再次答复"):
        answer(row, expert)


def test_the_applicant_is_told_that_days_do_not_count(case, verifier):
    ask(case, verifier, make_officer(Duty.EXPERT), expected_on=date(2026, 9, 15))

    texts = set(Delivery.objects.filter(subject="专家评审").values_list("text", flat=True))
    assert texts == {f"{case.number} 正在征询专家意见，预计2026年9月15日答复，该期间不计入办理时限。"}


def test_the_clock_rests_from_the_question_to_the_last_answer(case, verifier):
    due_on = Application.objects.get(pk=case.pk).due_on
    first, second = make_officer(Duty.EXPERT), make_officer(Duty.EXPERT)
    rows = [ask(case, verifier, first), ask(case, verifier, second)]
    assert Application.objects.get(pk=case.pk).due_on is None
    pause = ClockPause.objects.get()
    assert (pause.reason, pause.since, pause.until) == ("expert", TODAY, None)

    answer(rows[0], first, at=NOON + timedelta(days=1))
    assert ClockPause.objects.get().until is None
    answer(rows[1], second, at=NOON + timedelta(days=7))

    assert ClockPause.objects.get().until == TODAY + timedelta(days=7)
    assert Application.objects.get(pk=case.pk).due_on > due_on


def test_an_expert_with_an_interest_leaves_no_opinion_and_is_not_asked_again(case, verifier):
    expert = make_officer(Duty.EXPERT)
    row = ask(case, verifier, expert)

    with pytest.raises(ActionRefused, match="申请回避的，不出具结论和意见。"):
        answer(row, expert, no_interest=False)
    done = answer(row, expert, no_interest=False, conclusion="", text="")

    assert (done.conclusion, done.opinion, done.no_interest) == ("recused", "", False)
    with pytest.raises(ActionRefused, match="已在本件回避"):
        ask(case, verifier, expert)


def test_an_expert_of_the_applicant_is_not_asked(case, verifier):
    expert = make_officer(Duty.EXPERT)
    Membership.objects.create(applicant=case.applicant, user=expert, role="agent", joined_at=NOON)

    with pytest.raises(ActionRefused, match="是申报单位的成员，应当回避，请另选专家。"):
        ask(case, verifier, expert)


def test_an_expert_who_joined_the_applicant_since_may_only_stand_back(case, verifier):
    expert = make_officer(Duty.EXPERT)
    row = ask(case, verifier, expert)
    Membership.objects.create(applicant=case.applicant, user=expert, role="agent", joined_at=NOON)

    with pytest.raises(ActionRefused, match="您是申报单位的成员，应当回避。"):
        answer(row, expert)
    assert answer(row, expert, no_interest=False, conclusion="", text="").conclusion == "recused"


def test_the_opinion_of_an_expert_elsewhere_needs_the_signed_paper(case, verifier):
    row = ask(case, verifier)

    with pytest.raises(ActionRefused, match="须上传本人签字的意见书"):
        answer(row, verifier)
    with pytest.raises(ActionRefused, match="只有核验岗位"):
        answer(row, make_officer(Duty.EXPERT), paper=make_paper())
    done = answer(row, verifier, paper=make_paper())

    assert (done.expert_name, done.answered_by, done.conclusion) == ("李外请", verifier, "support")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"question": " "}, "请写明征询事项。"),
        ({"name": "", "unit": ""}, "请选择专家，或者填写外请专家的姓名和单位。"),
        ({"unit": ""}, "请选择专家，或者填写外请专家的姓名和单位。"),
        ({"expected_on": TODAY - timedelta(days=1)}, "预计答复日期不能早于今天。"),
    ],
)
def test_a_faulty_question_is_refused(case, verifier, changes, words):
    with pytest.raises(ActionRefused) as refusal:
        ask(case, verifier, **changes)

    assert str(refusal.value) == words
    assert not ExpertOpinion.objects.exists()


def test_nobody_but_a_posted_expert_is_asked_in_person(case, verifier):
    for person in (make_officer(Duty.INTAKE), make_officer(Duty.EXPERT, "shihezi"), agent_of(case.applicant)):
        with pytest.raises(ActionRefused, match="所选人员不是本单位的在岗专家。"):
            ask(case, verifier, person)


def test_an_expert_is_asked_once_at_a_time(case, verifier):
    expert = make_officer(Duty.EXPERT)
    ask(case, verifier, expert)
    ask(case, verifier)

    for who in (expert, None):
        with pytest.raises(ActionRefused, match="尚有一项征询没有答复"):
            ask(case, verifier, who)


# ---- joint review ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("votes", "passed"),
    [
        ({UNITS[0]: "agree", UNITS[1]: "agree"}, True),
        ({UNITS[0]: "agree", UNITS[1]: "abstain"}, True),
        ({UNITS[0]: "agree", UNITS[1]: "object"}, False),
        ({UNITS[0]: "agree"}, False),
        ({}, False),
    ],
)
def test_a_review_passes_when_every_unit_voted_and_none_objects(case, verifier, votes, passed):
    call(case, verifier)
    for unit, said in votes.items():
        vote(case, verifier, unit, said, "" if said == "agree" else "理由")

    row = close(case, verifier)

    assert (row.passed, row.minutes.kind, row.closed_by.user) == (passed, "minutes", verifier)
    assert last(case) == ("close_joint_review", f"测试纪要〔2026〕1号：{'通过' if passed else '未通过'}")


def test_votes_are_of_the_units_once_and_with_words(case, verifier):
    call(case, verifier)
    vote(case, verifier, UNITS[0])

    for unit, said, words in (
        (UNITS[0], "agree", "已经表决"),
        ("别的单位", "agree", "不在本次会审单位之中"),
        (UNITS[1], "object", "请写明意见"),
        (UNITS[1], "abstain", "请写明意见"),
    ):
        with pytest.raises(ActionRefused, match=words):
            vote(case, verifier, unit, said)
    assert JointVote.objects.count() == 1


def test_one_review_runs_at_a_time(case, verifier):
    for act in (lambda: vote(case, verifier, UNITS[0]), lambda: close(case, verifier)):
        with pytest.raises(ActionRefused, match="没有进行中的会审"):
            act()
    call(case, verifier)
    with pytest.raises(ActionRefused, match="形成纪要后方可再次会审"):
        call(case, verifier)
    close(case, verifier)

    assert call(case, verifier).closed_at is None


@pytest.mark.parametrize(
    ("units", "words"),
    [(UNITS[:1], "至少有两个单位"), ((UNITS[0], UNITS[0]), "至少有两个单位"), (("甲", "长" * 61), "60个字")],
)
def test_a_review_needs_two_units(case, verifier, units, words):
    with pytest.raises(ActionRefused, match=words):
        call(case, verifier, units)


def test_votes_wait_for_the_day(case, verifier):
    call(case, verifier, held_on=TODAY + timedelta(days=2))

    with pytest.raises(ActionRefused, match="会审定于2026年9月3日召开"):
        vote(case, verifier, UNITS[0])


# ---- demands --------------------------------------------------------------------------------------------------------


def propose(case, by):
    return review.propose(Application.objects.get(pk=case.pk), by=by, at=NOON)


def test_a_demand_blocks_the_proposal_in_words_until_it_is_met(case, verifier):
    demand(credit_check=True, site_visit=True, expert_opinion=True, joint_review=True, joint_units=UNITS)
    check_all(case, by=verifier, at=NOON)

    def refused():
        with pytest.raises(ActionRefused) as refusal:
            propose(case, verifier)
        return str(refusal.value).removeprefix("本条款的办理要求尚未完成：")

    assert refused() == "信用核查、现场核查、专家意见、部门会审。"
    look_up(case, verifier, result="record", note="被列入异常名录")
    assert refused() == "信用核查（信用中国查到的问题尚未消除）、现场核查、专家意见、部门会审。"
    look_up(case, verifier)
    visit(case, verifier)
    expert = make_officer(Duty.EXPERT)
    row = ask(case, verifier, expert)
    assert refused() == "专家意见、部门会审。"
    answer(row, expert, no_interest=False, conclusion="", text="")
    assert refused() == "专家意见、部门会审。"
    answer(ask(case, verifier), verifier, conclusion="oppose", paper=make_paper())
    call(case, verifier)
    assert refused() == "部门会审（尚未形成纪要）。"
    close(case, verifier)
    assert refused() == "部门会审（未通过，须再次会审）。"
    call(case, verifier)
    for unit in UNITS:
        vote(case, verifier, unit)
    close(case, verifier)

    assert propose(case, verifier).status == Status.PROPOSED
    assert set(count_all().values()) == {0}


def test_a_record_of_one_register_is_not_cleared_by_another(case, verifier):
    demand(credit_check=True)
    look_up(case, verifier, result="record", note="失信")
    look_up(case, verifier, source="企业信用公示系统")

    assert missing(case) == ["信用核查（信用中国查到的问题尚未消除）"]


def missing(case):
    return permissions.missing_inquiries(Application.objects.annotate(**permissions.demands()).get(pk=case.pk))


def test_a_duplicate_that_is_explained_does_not_block(case, verifier):
    demand(credit_check=True)
    look_up(case, verifier, result="duplicate", note="另一事项")
    assert missing(case) == []

    duty = case.duties.get(user=verifier)
    CreditCheck.objects.create(
        application=case, stage="verify", source="台账", queried_on=TODAY, result="duplicate", checked_by=duty,
        checked_at=NOON,
    )  # fmt: skip
    assert missing(case) == ["信用核查（台账查到的问题尚未消除）"]


def test_a_check_before_payment_is_not_the_one_before_the_proposal(case):
    demand(credit_check=True)
    payer = case.duties.create(user=make_officer(Duty.PAY), duty=Duty.PAY, since=NOON)
    CreditCheck.objects.create(
        application=case, stage="payment", source="台账", queried_on=TODAY, result="clean", checked_by=payer,
        checked_at=NOON,
    )  # fmt: skip

    assert missing(case) == ["信用核查"]


def test_the_demanded_units_are_called(case, verifier):
    demand(joint_review=True, joint_units=(*UNITS, "测试数据局"))

    with pytest.raises(ActionRefused, match="须有测试数据局参加"):
        call(case, verifier)
    assert call(case, verifier, (*UNITS, "测试数据局", "测试人社局")).units[-1] == "测试人社局"


def test_other_clauses_demand_nothing(case):
    demand("xinxing-8", site_visit=True)

    assert missing(case) == []


def test_a_demand_is_changed_with_its_history():
    make_policy()
    demand(site_visit=True)
    row = demand(joint_review=True, joint_units=UNITS)

    assert ClauseDemand.objects.count() == 1
    assert (row.site_visit, row.joint_review, row.joint_units) == (False, True, "、".join(UNITS))
    changes = Event.objects.filter(action="set_demand").order_by("sequence")
    assert [(e.detail["before"]["site_visit"], e.detail["after"]["site_visit"], e.note) for e in changes] == [
        (False, True, "测试办法第1条"),
        (True, False, "测试办法第1条"),
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"joint_review": True, "joint_units": UNITS[:1]}, "至少填写两个会审单位"),
        ({"site_visit": True, "source": " "}, "请填写依据文件"),
        ({"joint_review": True, "joint_units": ["长" * 61, "乙"]}, "不超过60个字"),
    ],
)
def test_a_faulty_demand_is_refused(changes, words):
    make_policy()

    with pytest.raises(ActionRefused, match=words):
        demand(**changes)
    assert not ClauseDemand.objects.exists()


def test_demands_are_the_policy_managers_of_the_authority():
    make_policy()
    row = Clause.objects.select_related("policy").get(code="xinxing-3")

    for by in (make_officer(Duty.VERIFY), make_officer(Duty.POLICY, "shihezi")):
        with pytest.raises(ActionRefused, match="政策管理岗位"):
            set_demand(
                row, credit_check=True, site_visit=False, expert_opinion=False, joint_review=False, joint_units=(),
                source="办法", by=by, at=NOON,
            )  # fmt: skip


def test_what_was_found_stays_when_a_proposal_comes_back(case, verifier):
    demand(site_visit=True)
    check_all(case, by=verifier, at=NOON)
    visit(case, verifier)
    propose(case, verifier)
    decision.return_(case, reason="复核", by=make_officer(Duty.APPROVE), at=NOON)

    assert propose(case, verifier).status == Status.PROPOSED


# ---- the database ---------------------------------------------------------------------------------------------------


def sql(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_database_refuses_one_person_twice_on_a_visit(case, verifier):
    duty = case.duties.create(user=verifier, duty=Duty.VERIFY, since=NOON)

    with pytest.raises(IntegrityError, match="site_visit_by_two_officers"), transaction.atomic():
        SiteVisit.objects.create(
            application=case, visited_on=TODAY, place="某地", officer=verifier, companion=verifier, met_with="某",
            findings="某", conclusion="fits", recorded_by=duty, recorded_at=NOON,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("no_interest", "conclusion"), [(False, "support"), (False, ""), (True, "recused"), (True, ""), (None, "support")]
)
def test_the_database_refuses_an_opinion_of_an_expert_with_an_interest(case, verifier, no_interest, conclusion):
    row = ask(case, verifier)
    filled = no_interest is not None

    with pytest.raises(IntegrityError, match="expert_with_an_interest_gives_no_opinion"):
        sql(
            "UPDATE applications_expertopinion SET no_interest = %s, conclusion = %s, answered_by_id = %s, "
            "answered_at = %s WHERE id = %s",
            no_interest, conclusion, verifier.pk if filled else None, NOON if filled else None, row.pk,
        )  # fmt: skip


def test_the_database_refuses_an_answer_for_an_expert_by_another(case, verifier):
    row = ask(case, verifier, make_officer(Duty.EXPERT))

    with pytest.raises(IntegrityError, match="expert_with_an_account_answers_in_person"):
        sql(
            "UPDATE applications_expertopinion SET no_interest = %s, conclusion = 'support', answered_by_id = %s, "
            "answered_at = %s WHERE id = %s",
            True, verifier.pk, NOON, row.pk,
        )  # fmt: skip


def test_the_database_keeps_an_answered_opinion(case, verifier):
    row = answer(ask(case, verifier), verifier, paper=make_paper())
    waiting = ask(case, verifier, make_officer(Duty.EXPERT))

    for statement in (
        "UPDATE applications_expertopinion SET conclusion = 'oppose' WHERE id = %s",
        "DELETE FROM applications_expertopinion WHERE id = %s",
    ):
        with pytest.raises(DatabaseError, match="never edited or deleted"):
            sql(statement, row.pk)
    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql("UPDATE applications_expertopinion SET question = '另一个问题' WHERE id = %s", waiting.pk)


def test_the_database_refuses_two_votes_of_a_unit(case, verifier):
    call(case, verifier)
    row = vote(case, verifier, UNITS[0])

    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    assert JointVote.objects.count() == 1


def test_the_database_keeps_a_closed_review_and_one_open(case, verifier):
    row = call(case, verifier)
    with pytest.raises(IntegrityError), transaction.atomic():
        JointReview.objects.create(
            application=case, held_on=TODAY, units=list(UNITS), called_by=row.called_by, called_at=NOON
        )
    close(case, verifier)

    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql("UPDATE applications_jointreview SET passed = %s WHERE id = %s", True, row.pk)


@pytest.mark.parametrize("table", ["creditcheck", "sitevisit", "jointvote", "deskfile"])
def test_the_database_keeps_what_was_recorded(case, verifier, table):
    look_up(case, verifier, paper=make_paper())
    visit(case, verifier)
    call(case, verifier)
    vote(case, verifier, UNITS[0])

    with pytest.raises(DatabaseError, match="never edited or deleted"):
        sql(f"DELETE FROM applications_{table}")


def test_the_database_refuses_a_review_without_units(case):
    with pytest.raises(IntegrityError, match="joint_review_names_its_units"), transaction.atomic():
        ClauseDemand.objects.create(
            clause=case.clause, joint_review=True, entered_by=make_officer(Duty.POLICY), entered_at=NOON
        )


# ---- papers ---------------------------------------------------------------------------------------------------------


def test_papers_of_the_desk_are_counted_among_files_and_rows(case):
    row = make_desk_file(case)
    assert i10_files_and_rows_apart() == 0

    name = row.file.name
    row.file.storage.delete(name)
    assert i10_files_and_rows_apart() == 1
    row.file.storage.save(name, make_paper().file)
    assert i10_files_and_rows_apart() == 1
    row.file.storage.save("desk/aa/orphan.pdf", make_paper().file)
    assert i10_files_and_rows_apart() == 2


def test_papers_of_the_desk_are_seen_by_officers_of_the_authority_alone(case):
    row = make_desk_file(case)
    seen = [make_officer(duty) for duty in (Duty.INTAKE, Duty.VERIFY, Duty.PAY, Duty.AUDIT)]
    unseen = [
        make_officer(Duty.EXPERT), make_officer(Duty.SYSTEM), make_officer(Duty.VERIFY, "shihezi"),
        agent_of(case.applicant), account_of(case.applicant).created_by,
    ]  # fmt: skip

    assert [list(DeskFile.objects.visible_to(user)) for user in seen] == [[row]] * len(seen)
    assert [list(DeskFile.objects.visible_to(user)) for user in unseen] == [[]] * len(unseen)
