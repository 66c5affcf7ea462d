"""The tab 核查与会审, the desk of experts, papers of the desk, 办理要求 and the record tab, as people use them."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applications.actions import filing, inquiry, opinion, review
from applications.demo.stories import check_all
from applications.models import (
    ClauseDemand,
    CreditCheck,
    DeskFile,
    Duty,
    Event,
    Evidence,
    ExpertOpinion,
    JointReview,
    JointVote,
    Membership,
    SiteVisit,
    Status,
)
from applications.workflow import VERBS
from portal.console.case_record import ACTION_WORDS, event_words
from tests import samples
from tests.factories import (
    NOON,
    agent_of,
    make_application,
    make_desk_file,
    make_officer,
    make_paper,
    make_policy,
)

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """The pages read the clock."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def case():
    return make_application(Status.VERIFYING)


@pytest.fixture
def verifier(client, case):
    """The verifier, logged in."""
    officer = make_officer(Duty.VERIFY)
    client.force_login(officer)
    return officer


def tab(case):
    return reverse("console:case_inquiries", args=[case.pk])


def post(client, act, case, **typed):
    """Send the form of an act as the page does: every field under the name of the act."""
    return client.post(
        reverse(f"console:inquiry_{act}", args=[case.pk]), {f"{act}-{name}": value for name, value in typed.items()}
    )


def credit(**changes):
    return {"source": "信用中国", "queried_on": str(TODAY), "result": "clean", "note": ""} | changes


def pdf(name="截图.pdf", data=None):
    return SimpleUploadedFile(name, samples.pdf("desk") if data is None else data)


# ---- the tab --------------------------------------------------------------------------------------------------------


def test_everything_is_recorded_from_the_tab(client, case, verifier):
    companion, day = make_officer(Duty.INTAKE), str(TODAY)
    seen = {
        "visited_on": day, "place": "测试路1号", "officer": verifier.pk, "companion": companion.pk,
        "met_with": "张三", "findings": "设备在运行", "conclusion": "fits", "paper": pdf("照片.png", samples.png()),
    }  # fmt: skip
    asked = {"question": "测法是否合规", "expert": "", "name": "李外请", "unit": "测试大学", "expected_on": day}
    sent = [
        post(client, "credit", case, **credit(paper=pdf())),
        post(client, "visit", case, **seen),
        post(client, "ask", case, **asked),
        post(client, "call", case, held_on=day, units="测试发改局，测试财政局"),
        post(client, "vote", case, unit="测试发改局", person="王某", vote="agree", opinion=""),
        post(client, "vote", case, unit="测试财政局", person="赵某", vote="abstain", opinion="须补充预算"),
        post(client, "minutes", case, minutes_number="测试纪要1号", paper=pdf("纪要.pdf")),
    ]
    row = ExpertOpinion.objects.get()
    answer = {"no_interest": "yes", "conclusion": "support", "text": "合规", "paper": pdf("意见书.pdf")}
    sent.append(
        client.post(
            reverse("console:inquiry_answer", args=[case.pk, row.pk]),
            {f"answer-{row.pk}-{name}": value for name, value in answer.items()},
        )
    )

    assert [(response.status_code, response.url) for response in sent] == [(302, tab(case))] * 8
    assert JointReview.objects.get().passed is True
    page = client.get(tab(case)).content.decode()
    for words in ("信用中国", f"{verifier}、{companion}", "测法是否合规", "合规", "须补充预算", "测试纪要1号"):
        assert words in page
    files = DeskFile.objects.order_by("pk")
    assert [file.kind for file in files] == ["credit", "site", "minutes", "expert"]
    for file in files:
        assert f'href="{reverse("desk_file", args=[file.pk])}"' in page
        assert file.sha256[:16] in page


def test_every_inquiry_is_one_event_in_words(case):
    acts = {
        "credit_check", "site_visit", "ask_expert", "answer_expert", "call_joint_review", "joint_vote",
        "close_joint_review", "set_demand",
    }  # fmt: skip

    assert acts <= ACTION_WORDS.keys()
    assert event_words("credit_check") == "信用核查"


@pytest.mark.parametrize(
    ("act", "typed", "field", "sentence"),
    [
        ("credit", credit(source=""), "source", "请填写查询来源。"),
        ("credit", credit(queried_on="昨天"), "queried_on", "日期应写成 2026-03-05 的形式。"),
        ("credit", credit(result="record"), "note", "查到失信记录或者重复支持的，请说明情况。"),
        ("credit", credit(result=""), "result", "请选择查询结果。"),
        ("ask", {"question": "问", "expected_on": str(TODAY)}, "name",
         "未选择本单位登记的专家时，请填写外请专家的姓名。"),
        ("call", {"held_on": str(TODAY), "units": ""}, "units", "请填写会审单位。"),
    ],
)  # fmt: skip
def test_a_faulty_form_is_said_at_its_field_and_keeps_what_was_typed(
    client, case, verifier, act, typed, field, sentence
):
    response = post(client, act, case, **typed)

    assert response.status_code == 422
    assert response.context["forms"][act].errors[field] == [sentence]
    page = response.content.decode()
    assert sentence in page
    assert all(f'value="{value}"' in page or value in page for value in typed.values())
    assert case.events.order_by("-sequence").first().action == "accept"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("截图.pdf", b"MZ\x90\x00\x03"), "文件内容与扩展名不符：扩展名是 pdf，内容却是可执行程序。"),
        (("工具.exe", b"MZ\x90\x00\x03"), "不能上传 exe 文件。"),
        (("截图.pdf", samples.pdf_with_script()), "脚本"),
        (("截图.pdf", b""), "文件是空的，请重新选择文件。"),
    ],
)
def test_a_hostile_file_is_refused_at_its_field(client, case, verifier, file, sentence):
    response = post(client, "credit", case, **credit(paper=pdf(*file)))

    assert response.status_code == 422
    assert sentence in "".join(response.context["forms"]["credit"].errors["paper"])
    assert not DeskFile.objects.exists()
    assert not CreditCheck.objects.exists()


def test_what_the_action_refuses_is_409_and_keeps_what_was_typed(client, case, verifier):
    typed = {"question": "我的问题", "name": "李外请", "unit": "测试大学", "expected_on": str(TODAY)}
    post(client, "ask", case, **typed)

    again = post(client, "ask", case, **typed)

    assert (again.status_code, again.context["refusal"]) == (409, "李外请尚有一项征询没有答复。")
    assert again.content.decode().count("我的问题") == 2


def test_an_inquiry_on_an_older_page_is_refused_by_name_and_keeps_what_was_typed(client, case, verifier):
    shown = client.get(tab(case))
    seen = shown.context["case"].version
    assert shown.content.decode().count(f'name="version" value="{seen}"') == len(shown.context["forms"])
    colleague = make_officer(Duty.VERIFY)
    inquiry.record_credit_check(
        case, stage="verify", source="信用中国", queried_on=TODAY, result="clean", by=colleague, at=NOON
    )

    url = reverse("console:inquiry_credit", args=[case.pk])
    typed = {f"credit-{name}": value for name, value in credit(source="我查的台账").items()}
    response = client.post(url, {**typed, "version": str(seen)})

    assert response.status_code == 409
    assert response.context["refusal"] == f"本件刚刚被{colleague.name}于12:00办理（信用核查），请刷新后再办。"
    assert response.context["forms"]["credit"]["source"].value() == "我查的台账"
    assert f'name="version" value="{seen + 1}"' in response.content.decode()
    assert CreditCheck.objects.count() == 1
    assert client.post(url, {**typed, "version": str(seen + 1)}).status_code == 302


def test_what_was_typed_stays_to_be_copied_when_the_case_has_moved_on(client, case, verifier):
    check_all(case, by=verifier, at=NOON)
    review.propose(case, by=verifier, at=NOON)

    response = post(client, "credit", case, **credit(note="一段很长的说明"))

    assert response.status_code == 409
    assert ("说明", "一段很长的说明") in response.context["kept"]
    assert "一段很长的说明" in response.content.decode()


@pytest.mark.parametrize("duty", [Duty.INTAKE, Duty.APPROVE, Duty.PAY, Duty.AUDIT])
def test_other_duties_read_without_forms(client, case, duty):
    client.force_login(make_officer(duty))

    page = client.get(tab(case))
    refused = post(client, "credit", case, **credit())

    assert page.context["forms"] == {}
    assert '<form class="narrow"' not in page.content.decode()
    assert refused.status_code == 409
    assert not CreditCheck.objects.exists()


def test_the_payer_records_the_check_before_payment(client):
    granted = make_application(Status.GRANTED)
    client.force_login(make_officer(Duty.PAY))

    assert list(client.get(tab(granted)).context["forms"]) == ["credit"]
    assert post(client, "credit", granted, **credit()).status_code == 302
    assert CreditCheck.objects.get().stage == "payment"


def test_one_key_records_once(client, case, verifier):
    key = {"credit-" + name: value for name, value in credit().items()} | {"idempotency_key": "einmal"}
    url = reverse("console:inquiry_credit", args=[case.pk])

    assert [client.post(url, key).status_code for _ in range(2)] == [302, 302]
    assert CreditCheck.objects.count() == 1


def test_an_opinion_of_another_case_is_not_answered_here(client, case, verifier):
    other = make_application(Status.VERIFYING)
    row = opinion.ask_expert(
        other, question="问", name="李", unit="某校", expected_on=TODAY, by=make_officer(Duty.VERIFY), at=NOON
    )

    assert client.post(reverse("console:inquiry_answer", args=[case.pk, row.pk])).status_code == 404


def fill(case, duty, count):
    """Give a case many rows of every kind; plain rows, because only their number matters."""
    file = make_desk_file(case)
    people = {"officer": duty.user, "companion": make_officer(Duty.INTAKE)}
    for number in range(count):
        CreditCheck.objects.create(
            application=case, stage="verify", source=f"来源{number}", queried_on=TODAY, result="clean", file=file,
            checked_by=duty, checked_at=NOON,
        )  # fmt: skip
        SiteVisit.objects.create(
            application=case, visited_on=TODAY, place=f"地点{number}", met_with="某", findings="某", conclusion="fits",
            file=file, recorded_by=duty, recorded_at=NOON, **people,
        )  # fmt: skip
        ExpertOpinion.objects.create(
            application=case, question="问", expert_name=f"专家{number}", expert_unit="某校", asked_by=duty,
            asked_at=NOON, expected_on=TODAY,
        )  # fmt: skip
        review = JointReview.objects.create(
            application=case, held_on=TODAY, units=["甲", "乙"], called_by=duty, called_at=NOON, passed=True,
            closed_by=duty, closed_at=NOON, minutes=file, minutes_number=f"{number}号",
        )  # fmt: skip
        JointVote.objects.create(
            review=review, unit="甲", person="某", vote="agree", recorded_by=duty, recorded_at=NOON
        )


@pytest.mark.parametrize("count", [1, 30])
def test_the_tab_costs_the_same_for_any_number_of_rows(client, case, verifier, django_assert_max_num_queries, count):
    duty = case.duties.create(user=verifier, duty=Duty.VERIFY, since=NOON)
    fill(case, duty, count)
    client.get(tab(case))

    with django_assert_max_num_queries(12) as made:
        response = client.get(tab(case))

    assert len(response.context["desk"].visits) == count
    # session, user, posting, case, reviews, votes, officers, registers, visits, opinions
    assert len(made.captured_queries) == 10


# ---- experts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def expert(client):
    """An expert of the authority, logged in."""
    make_policy()
    person = make_officer(Duty.EXPERT)
    client.force_login(person)
    return person


def ask(case, expert, question="测法是否合规", **more):
    by = make_officer(Duty.VERIFY)
    return opinion.ask_expert(
        case, question=question, expert=expert, expected_on=TODAY + timedelta(days=5), by=by, at=NOON, **more
    )


def page_of(row):
    return reverse("console:opinion", args=[row.pk])


def test_an_expert_begins_at_the_open_questions(client, case, expert):
    row = ask(case, expert)

    assert client.get(reverse("console:index")).url == reverse("console:opinions")
    page = client.get(reverse("console:opinions"))
    assert list(page.context["waiting"]) == [row]
    assert [entry.label for _, entries in page.context["navigation"] for entry in entries] == ["待答复的征询"]


def test_an_expert_is_told_of_the_question_and_led_to_it(client, case, expert):
    ask(case, expert)

    rows = client.get(reverse("inbox")).context["page"].rows

    words = f"就 {case.number} 征询您的意见，请登录审核台答复。"
    told = [(row.subject, row.text, row.url) for row in rows]
    assert told == [("有征询待您答复", words, reverse("console:opinions"))]


def test_an_expert_sees_facts_and_papers_of_the_case_and_answers(client, case, expert):
    row = ask(case, expert)
    paper = case.evidence.in_use().first()

    page = client.get(page_of(row))
    assert "测法是否合规" in page.content.decode()
    assert case.applicant.name in page.content.decode()
    assert f'href="{reverse("evidence_file", args=[paper.pk])}"' in page.content.decode()
    assert client.get(reverse("evidence_file", args=[paper.pk])).status_code == 200
    assert client.get(reverse("evidence_page", args=[paper.pk, 1])).status_code == 200
    sent = client.post(page_of(row), {"no_interest": "yes", "conclusion": "oppose", "text": "报告失效", "paper": pdf()})

    assert (sent.status_code, sent.url) == (302, reverse("console:opinions"))
    row.refresh_from_db()
    assert (row.conclusion, row.opinion, row.answered_by) == ("oppose", "报告失效", expert)
    assert client.post(page_of(row), {"no_interest": "no"}).status_code == 409


def test_an_expert_finds_nothing_else(client, case, expert):
    """Only the case asked about, and of it only the claim: no console page, no letter, no paper of the desk."""
    ask(case, expert)
    other = make_application(Status.VERIFYING)
    theirs = ask(other, make_officer(Duty.EXPERT))
    paper = make_desk_file(case)
    urls = [
        page_of(theirs),
        reverse("evidence_file", args=[other.evidence.first().pk]),
        reverse("evidence_page", args=[other.evidence.first().pk, 1]),
        reverse("console:case", args=[case.pk]),
        reverse("console:case_record", args=[case.pk]),
        tab(case),
        reverse("console:queue"),
        reverse("desk_file", args=[paper.pk]),
        reverse("document_file", args=[case.documents.first().pk]),
    ]

    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 404)


def test_an_expert_with_an_interest_loses_the_case(client, case, expert):
    row = ask(case, expert)
    paper = case.evidence.first()

    mixed = client.post(page_of(row), {"no_interest": "no", "text": "我还是说两句"})
    assert mixed.status_code == 422
    assert mixed.context["form"].errors == {"text": ["申请回避的，不出具结论和意见，请清除后提交。"]}
    assert client.post(page_of(row), {"no_interest": "no"}).status_code == 302

    row.refresh_from_db()
    assert (row.conclusion, row.opinion) == ("recused", "")
    assert client.get(page_of(row)).status_code == 404
    assert client.get(reverse("evidence_file", args=[paper.pk])).status_code == 404
    assert not Evidence.objects.visible_to(expert).exists()


def test_an_expert_who_left_finds_nothing(client, case, expert):
    row = ask(case, expert)
    expert.postings.update(until=timezone.localdate() - timedelta(days=1))

    assert client.get(page_of(row)).status_code == 404
    assert client.get(reverse("evidence_file", args=[case.evidence.first().pk])).status_code == 404


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({}, "no_interest", "请选择回避声明。"),
        ({"no_interest": "yes", "text": "意见"}, "conclusion", "请选择评审结论。"),
        ({"no_interest": "yes", "conclusion": "support"}, "text", "请写明评审意见。"),
        ({"no_interest": "yes", "conclusion": "recused", "text": "意见"}, "conclusion", "请选择评审结论。"),
    ],
)
def test_a_faulty_answer_is_said_at_its_field(client, case, expert, typed, field, sentence):
    row = ask(case, expert)

    refused = client.post(page_of(row), typed)

    assert refused.status_code == 422
    assert refused.context["form"].errors[field] == [sentence]
    row.refresh_from_db()
    assert row.answered_at is None


def test_a_question_on_a_case_that_went_on_cannot_be_answered(client, case, expert):
    row = ask(case, expert)
    filing.withdraw(case, reason="另行申报", by=agent_of(case.applicant), at=NOON)

    assert not client.get(reverse("console:opinions")).context["waiting"]
    assert "不能办理此事项" in client.get(page_of(row)).content.decode()
    assert client.post(page_of(row), {"no_interest": "yes", "conclusion": "support", "text": "x"}).status_code == 409


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_of_questions_costs_the_same_for_any_length(client, case, expert, django_assert_num_queries, count):
    duty = case.duties.create(user=make_officer(Duty.VERIFY), duty=Duty.VERIFY, since=NOON)
    values = {
        "application": case, "question": "问", "expert": expert, "expert_name": "某", "expert_unit": "某",
        "asked_by": duty, "asked_at": NOON, "expected_on": TODAY,
    }  # fmt: skip
    done = {"no_interest": True, "conclusion": "support", "answered_by": expert, "answered_at": NOON}
    for _ in range(count):
        ExpertOpinion.objects.create(**values)
        ExpertOpinion.objects.create(**values, **done)
    client.get(reverse("console:opinions"))

    with django_assert_num_queries(5):  # session, user, posting, waiting, answered
        page = client.get(reverse("console:opinions"))

    assert (len(page.context["waiting"]), len(page.context["answered"])) == (count, count)


def test_the_applicant_reads_that_an_expert_works(client, case):
    row = ask(case, make_officer(Duty.EXPERT))
    client.force_login(agent_of(case.applicant))
    words = "专家评审中，预计2026年9月6日答复，该期间不计入办理时限。"

    assert words in client.get(reverse("claim", args=[case.pk])).content.decode()
    assert row.expert_name not in client.get(reverse("claim", args=[case.pk])).content.decode()
    opinion.answer_expert(row, no_interest=False, by=row.expert, at=NOON)
    assert words not in client.get(reverse("claim", args=[case.pk])).content.decode()


# ---- papers of the desk ---------------------------------------------------------------------------------------------


def test_a_paper_of_the_desk_is_an_attachment_for_officers_of_the_authority(client, case):
    paper = make_desk_file(case)
    url = reverse("desk_file", args=[paper.pk])
    client.force_login(make_officer(Duty.AUDIT))

    answer = client.get(url)

    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == paper.sha256
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    make_policy("shihezi")
    for user in (agent_of(case.applicant), make_officer(Duty.VERIFY, "shihezi"), make_officer(Duty.SYSTEM)):
        client.force_login(user)
        assert client.get(url).status_code == 404


# ---- 办理要求 ------------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(client):
    """A policy manager, logged in."""
    make_policy()
    officer = make_officer(Duty.POLICY)
    client.force_login(officer)
    return officer


def test_a_demand_is_entered_read_and_changed(client, manager):
    policy = make_policy()
    clause = policy.clauses.get(code="xinxing-3")
    page, url = reverse("console:policy_demands", args=[policy.pk]), reverse("console:demand_set", args=[clause.pk])
    first = {"site_visit": "on", "source": "测试办法1号"}
    second = {"joint_review": "on", "joint_units": "测试发改局 测试财政局", "source": "测试办法2号"}

    assert [client.post(url, typed).status_code for typed in (first, second)] == [302, 302]

    shown = client.get(page)
    row = next(row for row in shown.context["rows"] if row.clause == clause)
    assert row.words == "部门会审（测试发改局、测试财政局）"
    assert [(c.before, c.after, c.event.note) for c in shown.context["changes"]] == [
        ("现场核查", "部门会审（测试发改局、测试财政局）", "测试办法2号"),
        ("无", "现场核查", "测试办法1号"),
    ]
    assert client.post(url, second).status_code == 409
    assert ClauseDemand.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"site_visit": "on"}, "source", "请填写依据文件。"),
        ({"joint_review": "on", "joint_units": "一个局", "source": "办法"}, "joint_units",
         "要求会审的，请至少填写两个会审单位，用顿号分隔。"),
    ],
)  # fmt: skip
def test_a_faulty_demand_is_said_at_its_field(client, manager, typed, field, sentence):
    clause = make_policy().clauses.get(code="xinxing-3")

    refused = client.post(reverse("console:demand_set", args=[clause.pk]), typed)

    assert refused.status_code == 422
    row = next(row for row in refused.context["rows"] if row.clause == clause)
    assert row.form.errors == {field: [sentence]}
    assert not Event.objects.filter(action="set_demand").exists()


def test_clauses_of_another_authority_have_no_demand_here(client, manager):
    other = make_policy("shihezi").clauses.claimable().first()

    assert client.post(reverse("console:demand_set", args=[other.pk]), {"source": "x"}).status_code == 404


@pytest.mark.parametrize("count", [1, 10])
def test_the_page_of_demands_costs_the_same_for_any_number(client, manager, django_assert_num_queries, count):
    policy = make_policy()
    for clause in policy.clauses.claimable()[:count]:
        client.post(reverse("console:demand_set", args=[clause.pk]), {"site_visit": "on", "source": "测试办法"})
    url = reverse("console:policy_demands", args=[policy.pk])
    client.get(url)

    with django_assert_num_queries(7):  # session, user, posting, policy, clauses, demands, history
        page = client.get(url)

    assert len(page.context["changes"]) == count


def test_the_page_of_the_case_says_what_is_missing(client, case, verifier):
    clause = case.clause
    ClauseDemand.objects.create(clause=clause, site_visit=True, entered_by=verifier, entered_at=NOON)

    shown = client.get(tab(case)).content.decode()

    assert "本条款提出核定意见前须完成：现场核查" in shown
    assert "尚未完成：现场核查。" in shown


# ---- the record -----------------------------------------------------------------------------------------------------


def acts_for(client, case, user):
    client.force_login(user)
    acts = client.get(reverse("console:case_record", args=[case.pk])).context["acts"]
    return {act.label: ("mine", act.why_not) if act.mine else ("other", act.words) for act in acts}


def test_the_record_says_what_each_person_may_do_and_whose_the_rest_is(client):
    case = make_application(Status.PROPOSED)
    verifier, approver = case.proposed_by.user, make_officer(Duty.APPROVE)

    assert acts_for(client, case, verifier) == {
        "同意并公示": ("other", "由审批岗位办理"),
        "退回核验": ("other", "由审批岗位办理"),
        "不予兑现": ("other", "由审批岗位办理"),
    }
    assert acts_for(client, case, approver) == {
        "同意并公示": ("mine", ""),
        "退回核验": ("mine", ""),
        "不予兑现": ("mine", ""),
    }


def test_the_record_says_why_not_as_the_case_page_does(client, case, verifier):
    told = acts_for(client, case, verifier)
    page = client.get(reverse("console:case", args=[case.pk]))

    assert told["提出核定意见"] == ("mine", next(act.why_not for act in page.context["acts"] if act.verb == "propose"))
    assert told["提出核定意见"][1].startswith("尚有未核验的事项")
    assert told["核验事实"] == told["信用核查、现场核查、专家意见、会审"] == ("mine", "")
    intake = acts_for(client, case, case.accepted_by.user)
    assert intake["核验事实"] == ("other", "由核验岗位办理")
    assert VERBS["correct"].label in intake


def test_an_officer_of_the_applicant_reads_that_he_stands_back(client):
    case = make_application(Status.PROPOSED)
    approver = make_officer(Duty.APPROVE)
    Membership.objects.create(applicant=case.applicant, user=approver, role="agent", joined_at=NOON)

    assert set(acts_for(client, case, approver).values()) == {("mine", "您是申报单位的成员，应当回避。")}


def test_money_is_the_finance_officers(client):
    case = make_application(Status.GRANTED)

    told = acts_for(client, case, make_officer(Duty.PAY))

    assert told["登记拨付"] == told["拨付前信用核查"] == ("mine", "")
    assert told["复核拨付"] == ("other", "由财政复核岗位办理")


@pytest.mark.parametrize("count", [1, 30])
def test_the_record_of_a_case_in_verification_costs_the_same_for_any_size(
    client, case, verifier, django_assert_num_queries, count
):
    duty = case.duties.create(user=verifier, duty=Duty.VERIFY, since=NOON)
    fill(case, duty, count)
    for number in range(count):
        inquiry.record_credit_check(
            case, stage="verify", source=f"台账{number}", queried_on=TODAY, result="clean", paper=make_paper(),
            by=verifier, at=NOON,
        )  # fmt: skip
    url = reverse("console:case_record", args=[case.pk])
    client.get(url)

    # as for others (10), and readings and decisions on the case: what is left before a proposal
    with django_assert_num_queries(12):
        client.get(url)


def test_the_record_names_each_fact_that_was_checked_and_what_was_found(client, case, verifier):
    check_all(case, by=verifier, at=NOON, found={"pue": "1.21"})

    lines = client.get(reverse("console:case_record", args=[case.pk])).context["events"]

    told = {words: note for event, words, note in lines if event.action == "check"}
    assert told["核验：PUE"] == "以核验值为准：经办人员书面认定"
    assert told["核验：算力利用率"] == "符合"
