"""Pages of yearly reviews: a sample seen before it starts, a task concluded, an answer with files for each item."""

import hashlib
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from applications import inspecting, sampling
from applications.actions import inspection
from applications.models import Campaign, Duty, Finding, Inspection, InspectionDemand, InspectionPaper, Status
from tests import reviews, samples
from tests.factories import NOON, agent_of, legal_of, make_applicant, make_application, make_officer, make_policy

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    make_policy()
    return make_application(Status.PAID)


@pytest.fixture
def officer(case):
    return make_officer(Duty.INSPECT)


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


def typed(**values):
    return {
        "title": "年度复核",
        "year": "2026",
        "basis": "复核办法",
        "method": "sample",
        "size": "1",
        "strata": ["clause"],
        "seed": "12345",
        "reply_days": "10",
        **values,
    }


def pdf(name="记录.pdf"):
    return SimpleUploadedFile(name, samples.pdf(f"answer {name}"), "application/pdf")


# --- drawing


def test_a_sample_is_seen_before_it_starts(desk, case):
    answer = desk.post(reverse("console:review_new"), typed())

    row = Campaign.objects.get()
    assert answer.url == reverse("console:review", args=[row.pk])
    page = desk.get(answer.url).content.decode()
    for words in ("尚未启动", case.number, row.frame_sha256, "12345", sampling.number_of("12345", case.number)[:16]):
        assert words in page
    assert not Inspection.objects.exists()
    desk.post(reverse("console:review_start", args=[row.pk]))
    assert Inspection.objects.get().application == case
    assert "尚未启动" not in desk.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"title": ""}, "title", "请填写复核名称。"),
        ({"year": "二〇二六"}, "year", "支持年度应为2000至2100之间的整数。"),
        ({"size": ""}, "size", "请填写复核件数。"),
        ({"size": "0"}, "size", "复核件数应为1至20000之间的整数。"),
        ({"method": "none"}, "method", "请选择选取方式。"),
        ({"strata": ["x"]}, "strata", "请选择列出的分层。"),
        ({"reply_days": "61"}, "reply_days", "答复期限（工作日）应为1至60之间的整数。"),
    ],
)
def test_what_is_wrong_with_a_draw_stands_at_its_field(desk, case, values, field, sentence):
    answer = desk.post(reverse("console:review_new"), typed(**values))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [sentence]
    assert "复核办法" in answer.content.decode()


def test_a_year_with_nothing_paid_is_refused_and_nothing_typed_is_lost(desk, case):
    answer = desk.post(reverse("console:review_new"), typed(year="2025"))

    assert answer.status_code == 409
    assert "没有可以复核的已拨付奖补" in answer.content.decode()
    assert "复核办法" in answer.content.decode()


def test_the_frame_can_be_taken_away_and_drawn_again(desk, case):
    row = reviews.draw()

    answer = desk.get(reverse("console:review_frame", args=[row.pk]))

    assert hashlib.sha256(answer.content).hexdigest() == row.frame_sha256


def test_a_draw_is_given_up_with_a_reason(desk, case):
    row = reviews.draw()

    assert desk.post(reverse("console:review_drop", args=[row.pk]), {"reason": ""}).status_code == 422
    desk.post(reverse("console:review_drop", args=[row.pk]), {"reason": "年度选错"})

    assert "年度选错" in desk.get(reverse("console:review", args=[row.pk])).content.decode()
    assert desk.post(reverse("console:review_start", args=[row.pk])).status_code == 409


# --- a task


def test_a_task_shows_what_was_verified_then(desk, case, officer):
    task = reviews.task_of(case, officer)

    page = desk.get(reverse("console:review_task", args=[task.pk])).content.decode()

    for words in ("PUE是否仍不高于核验值", "1.20", "中心是否仍在正常运行", "pue_report.pdf"):
        assert words in page


def test_a_task_is_handed_out_on_its_page(desk, case, officer):
    task = reviews.task_of(case)

    desk.post(reverse("console:review_assign", args=[task.pk]), {"assign-to": officer.pk})

    task.refresh_from_db()
    assert (task.officer, task.state) == (officer, "looking")


def test_the_applicant_is_asked_line_by_line(desk, case, officer):
    task = reviews.task_of(case, officer)
    url = reverse("console:review_ask", args=[task.pk])

    assert desk.post(url, {"ask-items": "\n \n"}).status_code == 422
    desk.post(url, {"ask-items": "运行记录\n\n现场照片\n"})

    assert [item["text"] for item in InspectionDemand.objects.get().items] == ["运行记录", "现场照片"]
    assert desk.post(url, {"ask-items": "再来"}).status_code == 409


def looks(case, **changed):
    data = {}
    for number, question in enumerate(inspecting.questions_of(case)):
        data[f"look-verdict-{number}"] = changed.get(question.key.removeprefix("fact:"), "holds")
        data[f"look-now-{number}"] = "现场查看"
        data[f"look-note-{number}"] = ""
    return data


def test_questions_are_kept_together_and_only_what_is_new(desk, case, officer):
    task = reviews.task_of(case, officer)
    url = reverse("console:review_look", args=[task.pk])

    desk.post(url, looks(case))
    count = task.checks.count()
    assert count == len(inspecting.questions_of(case))
    desk.post(url, looks(case, pue="changed"))

    assert task.checks.count() == count + 1
    assert case.events.filter(action="review_check").count() == count + 1


def test_a_change_without_words_is_told_at_its_field(desk, case, officer):
    task = reviews.task_of(case, officer)

    answer = desk.post(reverse("console:review_look", args=[task.pk]), {"look-verdict-0": "changed"})

    assert answer.status_code == 422
    assert "请写明现在情况" in answer.content.decode()
    assert not task.checks.exists()


def test_a_task_is_concluded_on_its_page(desk, case, officer):
    task = reviews.task_of(case, officer)
    url = reverse("console:review_conclude", args=[task.pk])
    said = {"conclude-result": "qualified", "conclude-summary": "仍成立。"}

    early = desk.post(url, said)
    assert early.status_code == 409
    assert "未复核" in early.content.decode()
    assert "仍成立。" in early.content.decode()
    reviews.look(task)
    assert desk.post(url, said).status_code == 302

    assert Inspection.objects.get().result == "qualified"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"conclude-result": "finding"}, "请填写涉疑金额。"),
        ({"conclude-result": "finding", "conclude-doubt": "很多"}, "金额应写成元"),
        ({"conclude-result": "rectify", "conclude-rectify": "补齐"}, "请填写整改期限。"),
        ({"conclude-result": "rectify", "conclude-rectify_days": "5"}, "请写明整改内容。"),
        ({"conclude-summary": ""}, "请填写复核情况。"),
    ],
)
def test_what_a_conclusion_lacks_is_said(desk, case, officer, values, sentence):
    task = reviews.task_of(case, officer)

    answer = desk.post(
        reverse("console:review_conclude", args=[task.pk]),
        {"conclude-result": "finding", "conclude-summary": "设备搬离。", **values},
    )

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_finding_leads_to_the_list_of_doubts(desk, case, officer):
    task = reviews.task_of(case, officer)

    desk.post(
        reverse("console:review_conclude", args=[task.pk]),
        {"conclude-result": "finding", "conclude-summary": "设备搬离。", "conclude-doubt": "1,000.50"},
    )

    found = Finding.objects.get()
    assert Inspection.objects.get().doubt_fen == 1000_50
    assert found.number in desk.get(reverse("console:findings")).content.decode()
    assert found.number in desk.get(reverse("console:review_task", args=[task.pk])).content.decode()


def test_putting_right_is_confirmed_on_the_page(desk, case, officer):
    task = reviews.task_of(case, officer)
    desk.post(
        reverse("console:review_conclude", args=[task.pk]),
        {
            "conclude-result": "rectify",
            "conclude-summary": "台账不全。",
            "conclude-rectify": "补齐台账",
            "conclude-rectify_days": "5",
        },
    )
    assert (
        desk.post(reverse("console:review_turn", args=[task.pk]), {"turn-note": "没改", "turn-doubt": "1"}).status_code
        == 409
    )

    desk.post(reverse("console:review_rectified", args=[task.pk]), {"rectified-note": "已补齐。"})

    task.refresh_from_db()
    assert (task.state, task.result) == ("ended", "rectify")


def test_a_review_is_closed_and_its_sheet_taken_away(desk, case, officer):
    row = reviews.start()
    url = reverse("console:review_close", args=[row.pk])
    refused = desk.post(url)
    assert refused.status_code == 409
    assert "还有1件复核任务未办结" in refused.content.decode()
    task = reviews.task_of(case, officer)
    reviews.look(task)
    desk.post(
        reverse("console:review_conclude", args=[task.pk]),
        {"conclude-result": "qualified", "conclude-summary": "仍成立。"},
    )

    assert desk.post(url).status_code == 302

    page = desk.get(reverse("console:review", args=[row.pk])).content.decode()
    assert "合格 1件" in page
    assert "100.0%" in page
    sheet = load_workbook(BytesIO(desk.get(reverse("console:review_sheet", args=[row.pk])).content))
    assert sheet["按条款汇总"][2][7].value == 1
    assert desk.get(reverse("console:review_report", args=[row.pk])).status_code == 404


# --- the applicant


@pytest.fixture
def task(case, officer):
    return reviews.task_of(case, officer)


@pytest.fixture
def member(client, case):
    client.force_login(agent_of(case.applicant))
    return client


def test_before_anything_is_asked_there_is_nothing_to_see(member, task):
    assert member.get(reverse("my_review", args=[task.pk])).status_code == 404
    assert "没有年度复核事项" in member.get(reverse("my_reviews")).content.decode()


def test_a_member_sees_what_is_asked_and_until_when(member, case, task):
    reviews.ask(task, "运行记录", "现场照片")

    page = member.get(reverse("my_review", args=[task.pk])).content.decode()

    for words in ("运行记录", "现场照片", "2026年9月15日"):
        assert words in page
    assert case.number in member.get(reverse("my_reviews")).content.decode()
    assert "年度复核" in member.get(reverse("desk")).content.decode()


def test_an_answer_is_saved_changed_and_sent(member, case, task):
    reviews.ask(task, "运行记录", "现场照片")
    url = reverse("my_review_answer", args=[task.pk])

    member.post(url, {"act": "save", "text-1": "见附件", "files-1": [pdf("一.pdf"), pdf("二.pdf")]})
    assert InspectionPaper.objects.count() == 2
    page = member.get(reverse("my_review", args=[task.pk])).content.decode()
    assert "见附件" in page
    assert "二.pdf" in page
    first = InspectionPaper.objects.first()
    member.post(reverse("my_review_paper_remove", args=[first.pk]))
    assert member.get(reverse("my_review_paper", args=[first.pk])).status_code == 404

    refused = member.post(url, {"act": "send", "text-1": "见附件", "text-2": ""})
    assert refused.status_code == 409
    assert "现场照片" in refused.content.decode()
    assert member.post(url, {"act": "send", "text-1": "见附件", "text-2": "照片稍后"}).status_code == 302

    demand = InspectionDemand.objects.get()
    assert (demand.answered_by, demand.answer) == (agent_of(case.applicant), {"1": "见附件", "2": "照片稍后"})
    assert member.post(url, {"act": "send", "text-1": "改"}).status_code == 409


def test_a_program_is_no_answer_and_the_words_stay(member, task):
    reviews.ask(task, "运行记录")
    bad = SimpleUploadedFile("记录.pdf", b"MZ" + b"0" * 200, "application/pdf")

    answer = member.post(
        reverse("my_review_answer", args=[task.pk]), {"act": "send", "text-1": "请看附件", "files-1": bad}
    )

    assert answer.status_code == 422
    assert "记录.pdf：文件内容与扩展名不符" in answer.content.decode()
    assert "请看附件" in answer.content.decode()


def test_the_officer_reads_an_answer_once_it_is_sent(client, case, task, officer):
    demand = reviews.answer(reviews.ask(task), send=False)
    paper = reverse("console:review_paper", args=[demand.papers.get().pk])
    client.force_login(officer)
    url = reverse("console:review_task", args=[task.pk])
    assert "情况属实" not in client.get(url).content.decode()
    assert client.get(paper).status_code == 404

    reviews.answer(InspectionDemand.objects.get())

    assert "情况属实" in client.get(url).content.decode()
    assert client.get(paper).status_code == 200


def test_another_body_sees_nothing(client, task):
    demand = reviews.answer(reviews.ask(task))
    client.force_login(agent_of(make_applicant()))

    for url in (
        reverse("my_review", args=[task.pk]),
        reverse("my_review_paper", args=[demand.papers.get().pk]),
    ):
        assert client.get(url).status_code == 404
    assert client.post(reverse("my_review_answer", args=[task.pk]), {"act": "send"}).status_code == 404


def test_the_party_never_reads_that_a_doubt_came_of_it(client, case, task, officer):
    reviews.answer(reviews.ask(task))
    inspection.conclude(task, result="finding", summary="疑似骗补。", doubt_fen=1, by=officer, at=reviews.LATER)
    for person in (agent_of(case.applicant), legal_of(case.applicant)):
        client.force_login(person)
        for url in (
            reverse("my_reviews"),
            reverse("my_review", args=[task.pk]),
            reverse("claim", args=[case.pk]),
            reverse("desk"),
            reverse("inbox"),
        ):
            page = client.get(url).content.decode()
            assert "线索" not in page.split("<footer")[0]
            assert "疑似骗补" not in page
    assert "复核已结束" in client.get(reverse("my_review", args=[task.pk])).content.decode()


def test_a_reminder_leads_each_side_to_its_own_page(client, case, task, officer):
    reviews.answer(reviews.ask(task))
    client.force_login(officer)
    assert reverse("console:review_task", args=[task.pk]) in client.get(reverse("inbox")).content.decode()
    client.force_login(agent_of(case.applicant))
    assert reverse("my_review", args=[task.pk]) in client.get(reverse("inbox")).content.decode()


# --- what pages cost


def many(count):
    applicant = make_applicant()
    for number in range(count):
        make_application(Status.PAID, applicant=applicant, subject=f"中心{number}")
    reviews.start()
    officer = make_officer(Duty.INSPECT)
    for task in Inspection.objects.all():
        reviews.ask(reviews.task_of(task.application, officer))
    return officer, agent_of(applicant)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 30])
def test_lists_cost_the_same_for_any_length(client, django_assert_num_queries, count):
    make_policy()
    officer, agent = many(count)
    task = Inspection.objects.first()
    client.force_login(officer)
    client.get(reverse("console:reviews"))
    with django_assert_num_queries(4):  # session, user, posting, rows
        client.get(reverse("console:reviews"))
    with django_assert_num_queries(5):  # and the counts of the states
        assert client.get(reverse("console:review_tasks")).content.decode().count("row-link") == count
    with django_assert_num_queries(6):  # session, user, posting, review, tasks, and whether it may be closed
        client.get(reverse("console:review", args=[task.campaign_id]))
    client.force_login(agent)
    client.get(reverse("my_reviews"))
    with django_assert_num_queries(5):  # session, user, rows, demands, the ways of the header
        client.get(reverse("my_reviews"))


@pytest.mark.parametrize("count", [1, 30])
def test_a_task_costs_the_same_for_any_number_of_papers(client, case, officer, django_assert_num_queries, count):
    task = reviews.task_of(case, officer)
    demand = reviews.ask(task, *[f"材料{n}" for n in range(15)])
    words = {item["key"]: "有" for item in demand.items}
    papers = [("1", reviews.paper(f"{n}.pdf")) for n in range(count)]
    inspection.write_answer(demand, words, papers, send=True, by=agent_of(case.applicant), at=reviews.LATER)
    reviews.look(task)
    client.force_login(officer)
    url = reverse("console:review_task", args=[task.pk])
    client.get(url)
    with django_assert_num_queries(12):
        client.get(url)
    client.force_login(agent_of(case.applicant))
    url = reverse("my_review", args=[task.pk])
    client.get(url)
    with django_assert_num_queries(6):
        client.get(url)


@pytest.mark.parametrize(("day", "hour", "late"), [(15, 23, False), (16, 0, True)])
def test_the_last_day_ends_at_midnight(client, case, task, day, hour, late):
    reviews.ask(task)
    with time_machine.travel(NOON.replace(day=day, hour=hour, minute=30)):
        client.force_login(agent_of(case.applicant))
        page = client.get(reverse("my_review", args=[task.pk])).content.decode()

    assert ("已经逾期" in page) == late
