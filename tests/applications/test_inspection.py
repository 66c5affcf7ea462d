"""年度复核: drawn once and for all, looked at by somebody else, answered by the body, concluded once."""

from datetime import date, timedelta
from unittest.mock import patch

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from openpyxl import load_workbook

import rules
from applications import inspecting, permissions, review_report, sampling, tasks
from applications.actions import ActionRefused, campaign, inspection
from applications.invariants import count_all
from applications.models import (
    Campaign,
    CaseDuty,
    Delivery,
    Duty,
    Finding,
    Inspection,
    InspectionCheck,
    InspectionDemand,
    InspectionPaper,
    Job,
    Status,
)
from tests import reviews
from tests.factories import NOON, agent_of, make_applicant, make_application, make_officer, make_policy, make_user
from tests.reviews import LATER

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    make_policy()
    return make_application(Status.PAID)


@pytest.fixture
def officer(case):
    return make_officer(Duty.INSPECT)


def paid_cases(count):
    applicant = make_applicant()
    return [make_application(Status.PAID, applicant=applicant, subject=f"{n}号中心") for n in range(count)]


# --- drawing


def test_the_frame_holds_what_was_paid_and_nothing_else(case):
    make_application(Status.GRANTED, subject="未拨付")

    row = reviews.draw()

    assert [unit["key"] for unit in row.frame] == [case.number]
    assert (row.frame_count, row.frame_fen) == (1, case.awards.get().amount_fen)
    assert row.frame_sha256 == sampling.digest(row.frame)
    event = row.authority.events.filter(application=None).order_by("-sequence").first()
    assert (event.action, event.detail["seed"], event.detail["frame_sha256"]) == (
        "draw_review",
        "20261126",
        row.frame_sha256,
    )


def test_a_year_without_payments_cannot_be_drawn(case):
    with pytest.raises(ActionRefused, match="没有可以复核的已拨付奖补"):
        reviews.draw(year=2025)


@pytest.mark.parametrize("duty", [Duty.AUDIT, Duty.VERIFY, Duty.APPROVE])
def test_only_an_inspector_of_the_authority_draws(case, duty):
    with pytest.raises(ActionRefused, match="稽核岗位"):
        reviews.draw(by=make_officer(duty))
    make_policy("shihezi")
    with pytest.raises(ActionRefused, match="稽核岗位"):
        reviews.draw(by=make_officer(Duty.INSPECT, "shihezi"))


def test_what_was_drawn_becomes_the_tasks(case):
    paid_cases(3)
    row = reviews.draw(method="sample", size=2, strata=("size",))
    drawn = {unit.key for unit, _ in inspecting.drawn_of(row).taken}

    campaign.start(row, by=make_officer(Duty.INSPECT), at=LATER)

    made = Inspection.objects.filter(campaign=row)
    assert {task.application.number for task in made} == drawn
    assert len(drawn) == 2
    assert {task.state for task in made} == {"waiting"}
    assert {task.stratum for task in made} == {"100万元以上不满500万元"}


def test_a_frame_that_has_changed_is_not_started(case):
    row = reviews.draw()
    make_application(Status.PAID, subject="后来拨付")

    with pytest.raises(ActionRefused, match="重新抽样"):
        campaign.start(row, by=make_officer(Duty.INSPECT), at=LATER)

    row.refresh_from_db()
    assert (row.state, Inspection.objects.count()) == ("draft", 0)


def test_what_is_looked_at_is_not_drawn_again(case):
    reviews.start()

    with pytest.raises(ActionRefused, match="没有可以复核的已拨付奖补"):
        reviews.draw()


def test_a_draw_that_is_given_up_stays_with_its_reason(case):
    row = campaign.drop(reviews.draw(), reason="年度选错", by=make_officer(Duty.INSPECT), at=LATER)

    assert (row.state, row.drop_reason) == ("dropped", "年度选错")
    with pytest.raises(ActionRefused, match="已作废"):
        campaign.start(row, by=make_officer(Duty.INSPECT), at=LATER)


def test_a_started_review_is_not_given_up(case):
    with pytest.raises(ActionRefused, match="已经启动的复核不能作废"):
        campaign.drop(reviews.start(), reason="x", by=make_officer(Duty.INSPECT), at=LATER)


def test_a_seed_nobody_names_is_made(case):
    assert len(reviews.draw(seed="").seed) == 12


# --- duties


@pytest.mark.parametrize("duty", [Duty.INTAKE, Duty.VERIFY, Duty.APPROVE, Duty.PAY, Duty.COUNTERSIGN])
def test_whoever_dealt_with_the_case_does_not_look_at_it_again(case, duty):
    """An officer moved to 稽核 after having dealt with the case meets the duty held on it."""
    held = case.duties.get(duty=duty)
    held.user.postings.update(duty=Duty.INSPECT)
    task = reviews.task_of(case)

    with pytest.raises(ActionRefused, match=f"已在本件担任{Duty(duty).label}"):
        inspection.assign(task, to=held.user, by=held.user, at=LATER)


def test_a_member_does_not_look_at_the_own_body(case, officer):
    case.applicant.memberships.create(user=officer, role="agent", joined_at=NOON)

    with pytest.raises(ActionRefused, match="应当回避"):
        reviews.task_of(case, officer)


def test_only_the_officer_of_the_task_acts(case, officer):
    task, other = reviews.task_of(case, officer), make_officer(Duty.INSPECT)

    for act in (
        lambda: inspection.ask(task, ["材料"], by=other, at=LATER),
        lambda: inspection.check(task, "body:alive", verdict="holds", now="", note="", by=other, at=LATER),
        lambda: inspection.conclude(task, result="qualified", summary="好", by=other, at=LATER),
    ):
        with pytest.raises(ActionRefused, match="请由本任务的复核人办理"):
            act()


def test_an_act_takes_the_duty_of_the_case(case, officer):
    reviews.ask(reviews.task_of(case, officer))

    assert CaseDuty.objects.get(application=case, user=officer).duty == Duty.INSPECT


# --- asking and answering


def test_the_applicant_is_asked_by_working_days_and_told(case, officer):
    demand = reviews.ask(reviews.task_of(case, officer), "记录", " ", "照片")

    assert demand.due_on == date(2026, 9, 15)  # ten working days from 1 September
    assert demand.items == [{"key": "1", "text": "记录"}, {"key": "2", "text": "照片"}]
    told = Delivery.objects.filter(event__action="review_ask", channel="site")
    assert {row.person for row in told} == {row.user for row in case.applicant.memberships.all()}
    assert case.inspections.get().state == "asked"


def test_one_list_at_a_time_until_its_day_has_passed(case, officer):
    task = reviews.task_of(case, officer)
    first = reviews.ask(task)

    with pytest.raises(ActionRefused, match="尚未答复"):
        reviews.ask(task)
    again = reviews.ask(task, "再次", at=LATER + timedelta(days=20))

    first.refresh_from_db()
    assert (first.ended_at is not None, again.inspection_id) == (True, task.pk)


def test_an_answer_says_something_about_every_item(case, officer):
    demand = reviews.ask(reviews.task_of(case, officer))
    agent = agent_of(case.applicant)

    with pytest.raises(ActionRefused, match="还有1项没有答复：现场照片"):
        inspection.write_answer(demand, {"1": "有"}, [], send=True, by=agent, at=LATER)
    assert not InspectionPaper.objects.exists()

    reviews.answer(demand)
    demand.refresh_from_db()
    assert (demand.answered_by, demand.inspection.state) == (agent, "answered")
    event = case.events.get(action="review_answer")
    assert event.detail["papers"][0]["sha256"] == InspectionPaper.objects.get().sha256
    assert set(Delivery.objects.filter(event=event).values_list("person", flat=True)) == {officer.pk}


def test_a_draft_of_an_answer_is_kept_and_can_be_changed(case, officer):
    demand = reviews.answer(reviews.ask(reviews.task_of(case, officer)), send=False)
    paper = InspectionPaper.objects.get()

    inspection.take_back(paper, by=agent_of(case.applicant), at=LATER)

    with pytest.raises(ActionRefused, match="已经移除"):
        inspection.take_back(paper, by=agent_of(case.applicant), at=LATER)
    demand.refresh_from_db()
    assert (demand.answered_at, demand.answer["1"]) == (None, "情况属实")


def test_strangers_do_not_answer(case, officer):
    demand = reviews.ask(reviews.task_of(case, officer))

    for person in (make_user(), officer, agent_of(make_applicant())):
        with pytest.raises(ActionRefused, match="只有申报单位的成员"):
            inspection.write_answer(demand, {"1": "x", "2": "y"}, [], send=True, by=person, at=LATER)


def test_an_answer_is_not_changed(case, officer):
    demand = reviews.answer(reviews.ask(reviews.task_of(case, officer)))

    with pytest.raises(ActionRefused, match="没有需要答复的事项"):
        reviews.answer(demand)


# --- questions


def test_questions_come_from_the_facts_of_the_clause_as_they_were_verified(case):
    asked = {question.key: question for question in inspecting.questions_of(case)}

    assert asked["fact:pue"].then == "1.20"
    assert asked["fact:pue"].words == "PUE是否仍不高于核验值"
    assert asked["fact:formally_delivered"].words == "中心是否仍在正常运行，有无停运、转让或闲置"
    assert "设备有无搬离" in asked["fact:scale_pflops_fp16"].words
    assert {"body:alive", "body:money", "body:twice"} <= asked.keys()


def test_the_words_of_questions_belong_to_facts_of_the_law():
    """The tables name facts that there are; a fact that was renamed would lose its question."""
    known = rules.load().facts

    assert inspecting.ASKED.keys() <= known.keys()
    assert known.keys() >= inspecting.SETTLED


def test_a_change_is_described(case, officer):
    task = reviews.task_of(case, officer)

    with pytest.raises(ActionRefused, match="请写明现在情况"):
        inspection.check(task, "fact:pue", verdict="changed", now=" ", note="", by=officer, at=LATER)
    with pytest.raises(ActionRefused, match="没有这一复核事项"):
        inspection.check(task, "fact:none", verdict="holds", now="", note="", by=officer, at=LATER)


def test_the_newest_look_counts(case, officer):
    task = reviews.task_of(case, officer)
    for verdict, now in (("changed", "1.31"), ("holds", "1.19")):
        inspection.check(task, "fact:pue", verdict=verdict, now=now, note="", by=officer, at=LATER)

    found = inspecting.latest(task.checks.order_by("pk"))["fact:pue"]

    assert (found.verdict, found.now, found.then) == ("holds", "1.19", "1.20")


# --- conclusions


def test_a_task_ends_as_qualified_once_everything_holds(case, officer):
    task = reviews.task_of(case, officer)
    with pytest.raises(ActionRefused, match="项未复核"):
        inspection.conclude(task, result="qualified", summary="好", by=officer, at=LATER)
    reviews.look(task, pue="changed")
    with pytest.raises(ActionRefused, match="已发生变化，不能作出合格结论：PUE"):
        inspection.conclude(task, result="qualified", summary="好", by=officer, at=LATER)
    inspection.check(task, "fact:pue", verdict="holds", now="1.19", note="", by=officer, at=LATER)

    done = inspection.conclude(task, result="qualified", summary="各项条件仍成立。", by=officer, at=LATER)

    assert (done.state, done.result, done.concluded_by.user) == ("ended", "qualified", officer)
    assert case.events.filter(action="review_qualified").count() == 1
    with pytest.raises(ActionRefused, match="已经办结"):
        inspection.conclude(task, result="qualified", summary="再", by=officer, at=LATER)


def test_no_adverse_conclusion_while_the_time_to_answer_runs(case, officer):
    task = reviews.task_of(case, officer)
    demand = reviews.ask(task)

    with pytest.raises(ActionRefused, match="答复期限（至2026年9月15日）尚未届满"):
        inspection.conclude(task, result="finding", summary="坏", doubt_fen=1, by=officer, at=LATER)
    late = NOON.replace(day=16)
    done = inspection.conclude(task, result="finding", summary="未答复，现场无人。", doubt_fen=1, by=officer, at=late)

    demand.refresh_from_db()
    assert (done.result, demand.ended_at) == ("finding", late)


def test_a_day_that_is_not_known_never_passes(case, officer):
    task = reviews.task_of(case, officer)
    demand = reviews.ask(task)
    demand.due_on = None

    said = permissions.why_not_conclude(
        case.inspections.get(),
        case,
        permissions.standing_of(officer, case),
        result="finding",
        demand=demand,
        today=date(2030, 1, 1),
    )
    assert said == "申报单位的答复期限（待定）尚未届满，不能作出不利结论。"


def test_a_finding_names_the_case_and_the_sum_in_doubt(case, officer):
    task = reviews.task_of(case, officer)
    paid = case.awards.get().amount_fen
    for doubt in (0, paid + 1):
        with pytest.raises(ActionRefused, match="涉疑金额"):
            inspection.conclude(task, result="finding", summary="设备已搬离。", doubt_fen=doubt, by=officer, at=LATER)
    assert not Finding.objects.exists()

    done = inspection.conclude(task, result="finding", summary="设备已搬离。", doubt_fen=paid, by=officer, at=LATER)

    found = Finding.objects.get()
    assert (found.source, found.application, found.applicant, found.state) == ("review", case, case.applicant, "new")
    assert (done.finding, done.doubt_fen) == (found, paid)
    assert [event.action for event in case.events.order_by("-sequence")[:1]] == ["review_finding"]
    assert not Delivery.objects.filter(event__action="review_finding").exists()


def test_what_has_to_be_put_right_is_confirmed(case, officer):
    task = reviews.task_of(case, officer)
    with pytest.raises(ActionRefused, match="整改内容和整改期限"):
        inspection.conclude(task, result="rectify", summary="台账不全。", by=officer, at=LATER)
    inspection.conclude(
        task, result="rectify", summary="台账不全。", rectify="补齐运行台账", rectify_days=5, by=officer, at=LATER
    )
    demand = InspectionDemand.objects.get()
    assert (demand.kind, demand.due_on, demand.items[0]["text"]) == ("rectify", date(2026, 9, 8), "补齐运行台账")
    reviews.answer(demand)

    done = inspection.confirm_rectified(task, note="台账已补齐。", by=officer, at=LATER)

    assert (done.state, done.result, done.rectified_by.user) == ("ended", "rectify", officer)


def test_what_is_not_put_right_in_time_becomes_a_finding(case, officer):
    task = reviews.task_of(case, officer)
    inspection.conclude(
        task, result="rectify", summary="台账不全。", rectify="补齐运行台账", rectify_days=5, by=officer, at=LATER
    )
    with pytest.raises(ActionRefused, match="整改期限（至2026年9月8日）尚未届满"):
        inspection.turn_into_finding(task, note="拒不整改", doubt_fen=1, by=officer, at=LATER)

    late = NOON.replace(day=9)
    done = inspection.turn_into_finding(task, note="逾期未整改", doubt_fen=100, by=officer, at=late)

    assert (done.state, done.result, done.finding.source) == ("ended", "finding", "review")
    assert "逾期未整改" in done.finding.text


# --- reminders


def test_members_are_reminded_before_and_after_and_the_officer_after(case, officer):
    demand = reviews.ask(reviews.task_of(case, officer))

    def sweep(day):
        for row in inspection.to_remind(day):
            inspection.remind(row, at=NOON.replace(month=day.month, day=day.day))
        demand.refresh_from_db()
        return demand.reminders

    assert [sweep(date(2026, 9, day)) for day in (10, 11, 14, 15, 16, 17)] == [0, 1, 1, 1, 2, 2]
    told = Delivery.objects.filter(event__action="review_remind", channel="site", person=officer)
    assert told.count() == 1
    assert Delivery.objects.filter(event__action="review_remind", channel="site").count() == 2 + 3


def test_an_answered_demand_is_not_reminded(case, officer):
    reviews.answer(reviews.ask(reviews.task_of(case, officer)))

    assert not inspection.to_remind(date(2026, 9, 15)).exists()


def test_the_sweep_reminds(case, officer):
    demand = reviews.ask(reviews.task_of(case, officer))
    with (
        patch("applications.tasks.timezone.now", lambda: NOON.replace(day=14)),
        patch("applications.tasks.timezone.localdate", lambda *at: date(2026, 9, 14)),
    ):
        tasks.sweep()

    demand.refresh_from_db()
    assert demand.reminders == 1


# --- the end of a campaign


def concluded(case, officer):
    task = reviews.task_of(case, officer)
    reviews.look(task)
    return inspection.conclude(task, result="qualified", summary="仍成立。", by=officer, at=LATER)


def test_a_review_is_closed_when_every_task_is(case, officer):
    other = make_application(Status.PAID, subject="二号中心")
    row = reviews.start()
    concluded(case, officer)
    with pytest.raises(ActionRefused, match="还有1件复核任务未办结"):
        campaign.close(row, by=officer, at=LATER)
    concluded(other, officer)

    row = campaign.close(row, by=officer, at=LATER)

    assert (row.state, row.content["whole"]["qualified"], row.content["whole"]["count_coverage"]) == (
        "closed",
        2,
        "100.0%",
    )
    assert row.report_number.endswith("核〔2026〕1号")
    job = Job.objects.get(kind="review")
    with patch.object(review_report.render, "pdf", lambda letter: b"%PDF-1.7 report"):
        tasks.run_job(job.pk)
        tasks.run_job(job.pk)
    row.refresh_from_db()
    assert row.sha256 is not None
    assert set(count_all().values()) == {0}


# --- what the database keeps


def broken(statement, *values):
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_draw_stands_as_it_was_drawn(case):
    row = reviews.draw()
    for column, value in (("seed", "x"), ("frame_sha256", "0" * 64), ("size", 3), ("method", "risk"), ("year", 2025)):
        broken(f"UPDATE applications_campaign SET {column} = %s WHERE id = %s", value, row.pk)
    broken("UPDATE applications_campaign SET frame = '[]' WHERE id = %s", row.pk)
    broken("DELETE FROM applications_campaign WHERE id = %s", row.pk)


def test_a_dropped_or_running_review_does_not_go_back(case):
    dropped = campaign.drop(reviews.draw(), reason="x", by=make_officer(Duty.INSPECT), at=LATER)
    broken(
        "UPDATE applications_campaign SET state = 'draft', dropped_at = NULL, dropped_by_id = NULL WHERE id = %s",
        dropped.pk,
    )
    running = reviews.start()
    broken(
        "UPDATE applications_campaign SET state = 'draft', started_at = NULL, started_by_id = NULL WHERE id = %s",
        running.pk,
    )


def test_an_ended_task_and_its_looks_stand(case, officer):
    task = concluded(case, officer)
    broken("UPDATE applications_inspection SET summary = 'x' WHERE id = %s", task.pk)
    broken("UPDATE applications_inspection SET result = 'rectify' WHERE id = %s", task.pk)
    broken("DELETE FROM applications_inspection WHERE id = %s", task.pk)
    check = InspectionCheck.objects.first()
    broken("UPDATE applications_inspectioncheck SET verdict = 'unknown' WHERE id = %s", check.pk)
    broken("DELETE FROM applications_inspectioncheck WHERE id = %s", check.pk)


def test_an_answer_and_its_papers_stand(case, officer):
    demand = reviews.answer(reviews.ask(reviews.task_of(case, officer)))
    paper = InspectionPaper.objects.get()
    broken("UPDATE applications_inspectiondemand SET answer = '{}' WHERE id = %s", demand.pk)
    broken(
        "UPDATE applications_inspectiondemand SET answered_at = NULL, answered_by_id = NULL WHERE id = %s", demand.pk
    )
    broken("UPDATE applications_inspectionpaper SET sha256 = 'x' WHERE id = %s", paper.pk)
    broken("DELETE FROM applications_inspectionpaper WHERE id = %s", paper.pk)


def test_an_act_of_a_review_stands_under_the_duty_of_an_inspector_of_its_case(case, officer):
    task = reviews.task_of(case, officer)
    verifier = case.duties.get(duty=Duty.VERIFY)
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        InspectionDemand.objects.create(inspection=task, kind="evidence", items=[], asked_by=verifier, asked_at=LATER)
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        InspectionCheck.objects.create(
            inspection=task, key="body:alive", question="x", verdict="holds", checked_by=verifier, checked_at=LATER
        )


@pytest.mark.parametrize(
    "values",
    [
        {"state": "ended"},
        {"state": "ended", "result": "qualified"},
        {"state": "looking", "result": "qualified"},
        {"result": "finding"},
        {"doubt_fen": -1},
        {"doubt_fen": 10**15},
        {"state": "looking", "officer": None, "assigned_at": None},
    ],
)
def test_half_of_a_conclusion_cannot_be_stored(case, officer, values):
    task = reviews.task_of(case, officer)

    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.filter(pk=task.pk).update(**values)


@pytest.mark.parametrize(
    "values", [{"size": 3}, {"method": "risk"}, {"reply_days": 0}, {"state": "closed"}, {"basis": ""}]
)
def test_half_of_a_campaign_cannot_be_stored(case, values):
    row = reviews.draw()

    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Campaign.objects.filter(pk=row.pk).update(**values)


def test_one_case_is_looked_at_once_at_a_time(case, officer):
    task = reviews.task_of(case, officer)
    other = Campaign.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.create(campaign=other, application=case, award=task.award, stratum="x", paid_fen=1)


def test_the_report_says_in_words_what_the_sheet_says_in_figures(case, officer, tmp_path):
    row = reviews.start()
    task = reviews.task_of(case, officer)
    inspection.conclude(task, result="finding", summary="=搬空", doubt_fen=1234_00, by=officer, at=LATER)
    row.refresh_from_db()
    row = campaign.close(row, by=officer, at=LATER)

    page = review_report.render.page_source(review_report.ReviewLetter.from_content(row.content))
    for words in ("测试年度复核", "1,234.00", "转为问题线索1件", row.seed, task.application.number):
        assert words in page
    assert row.frame_sha256 in page.replace(" ", "")
    with (tmp_path / "x.xlsx").open("wb") as file:
        review_report.write_xlsx(file, row)
    book = load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["复核任务", "按条款汇总", "抽样框"]
    line = [cell.value for cell in book["复核任务"][2]]
    assert (line[1], line[10], line[11], line[14]) == (case.number, "转为线索", 1234, "'=搬空")
    assert book["抽样框"][2][5].value == sampling.number_of(row.seed, case.number)


@pytest.mark.slow
def test_the_report_is_printed(case, officer):
    row = reviews.start()
    concluded(case, officer)
    row = review_report.make(campaign.close(row, by=officer, at=LATER), at=LATER)

    with row.file.open("rb") as file:
        assert file.read(5) == b"%PDF-"
