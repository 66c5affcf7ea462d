"""时限与工作日 by HTTP, the explanation of a delay on the pages of officers and applicants, and the table of limits."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from applications import timing
from applications.actions import filing
from applications.models import (
    Application,
    CalendarDay,
    CalendarYear,
    Clause,
    Clock,
    DeskTask,
    Duty,
    Status,
    StepLength,
)
from tests.factories import NOON, agent_of, make_application, make_draft, make_officer, make_policy

pytestmark = pytest.mark.django_db

YEAR = """2027-01-01 休 元旦

2027-01-03 班 元旦调休上班
2027-05-01\t休\t劳动节
2027-05-02，休，劳动节
2027-05-03　休　劳动节
2027-10-01 休 国庆节
2027-10-02 休 国庆节
2027-10-03 休 国庆节
"""


@pytest.fixture
def policy():
    return make_policy()


@pytest.fixture
def manager(client, policy):
    officer = make_officer(Duty.POLICY)
    client.force_login(officer)
    return officer


def page(client) -> str:
    return client.get(reverse("console:timing")).content.decode()


def year_of(client, year: int):
    shown = client.get(reverse("console:timing")).context["years"]
    return next(line for line in shown if line.year == year)


# ---- the policy desk ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("duty", sorted(set(Duty.values) - {Duty.POLICY}))
def test_other_duties_find_nothing(client, policy, duty):
    client.force_login(make_officer(duty))

    assert client.get(reverse("console:timing")).status_code == 404
    for url in (
        reverse("console:length_set"),
        reverse("console:days_enter"),
        reverse("console:year_open", args=[2027]),
    ):
        assert client.post(url, {"days": YEAR, "source": "x"}).status_code == 404
    assert not CalendarDay.objects.exists()


def test_lengths_in_force_are_shown_and_set(client, policy, manager):
    lines = client.get(reverse("console:timing")).context["lengths"]
    assert [(line.step, line.words) for line in lines] == [
        ("待受理", "5个工作日"),
        ("补正中", "10个工作日"),
        ("核验中", "20个工作日"),
        ("待审批", "10个工作日"),
        ("已批准", "15个工作日"),
    ]
    clause = Clause.objects.get(code="xinxing-3")
    typed = {"step": "verifying", "clause": clause.pk, "length": "30", "unit": "calendar", "source": "演示办法第三条"}

    answer = client.post(reverse("console:length_set"), typed)

    assert (answer.status_code, answer.url) == (302, reverse("console:timing"))
    row = StepLength.objects.get()
    assert (row.step, row.clause, row.length, row.unit, row.entered_by) == (
        "verifying",
        clause,
        30,
        "calendar",
        manager,
    )
    lines = client.get(reverse("console:timing")).context["lengths"]
    assert [(line.words, line.row) for line in lines if line.step == "核验中"] == [("20个工作日", None), ("30日", row)]
    acts = client.get(reverse("console:policy", args=[policy.pk])).context["acts"]
    assert (acts[0].label, acts[0].event.note) == ("设定办理时限", "核验中 30日：演示办法第三条")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"length": "很久"}, "length", "时限应为整数，例如 20。"),
        ({"length": "0"}, "length", "时限须大于0。"),
        ({"length": "999"}, "length", "时限不得超过365。"),
        ({"source": ""}, "source", "请填写依据文件。"),
        ({"step": ""}, "step", "请选择环节。"),
    ],
)
def test_a_faulty_length_is_told_at_its_field(client, manager, change, field, words):
    typed = {"step": "verifying", "length": "30", "unit": "working", "source": "演示办法"} | change

    answer = client.post(reverse("console:length_set"), typed)

    assert answer.status_code == 422
    assert answer.context["length_form"].errors == {field: [words]}
    assert not StepLength.objects.exists()


def test_a_refused_length_keeps_what_was_typed(client, manager):
    typed = {"step": "verifying", "length": "30", "unit": "working", "source": "演示办法第九条"}
    client.post(reverse("console:length_set"), typed)

    answer = client.post(reverse("console:length_set"), typed)

    assert answer.status_code == 409
    assert "与现行时限相同" in answer.content.decode()
    assert answer.context["length_form"]["source"].value() == "演示办法第九条"


def test_a_clause_of_another_authority_cannot_be_chosen(client, manager):
    make_policy("shihezi")
    typed = {"step": "verifying", "length": "30", "unit": "working", "source": "演示办法"}
    typed["clause"] = Clause.objects.get(code="shihezi-7.1a").pk

    assert client.post(reverse("console:length_set"), typed).status_code == 422


def test_years_are_shown_as_the_notice_names_them(client, manager):
    line = year_of(client, 2026)

    assert (line.is_open, line.shipped) == (True, True)
    assert [(span.words, span.names) for span in line.rest] == [
        ("1月1日至3日", "元旦"),
        ("2月15日至23日", "春节"),
        ("4月4日至6日", "清明"),
        ("5月1日至5日", "劳动节"),
        ("6月19日至21日", "端午"),
        ("9月25日至27日", "中秋"),
        ("10月1日至7日", "国庆节"),
    ]
    assert [span.words for span in line.work] == ["1月4日", "2月14日", "2月28日", "5月9日", "9月20日", "10月10日"]


def test_a_year_is_pasted_checked_and_opened(client, policy, manager):
    with time_machine.travel(NOON + timedelta(days=119)):  # 2026-12-29
        client.force_login(manager)
        case = make_application(Status.SUBMITTED, at=NOON + timedelta(days=119))
        assert case.due_on is None
        assert "录入2027年工作日安排" in client.get(reverse("console:policy", args=[policy.pk])).content.decode()
        assert "录入2027年工作日安排" in page(client)

        assert client.post(reverse("console:days_enter"), {"days": YEAR}).status_code == 302
        line = year_of(client, 2027)
        assert (line.is_open, line.own_days) == (False, 8)
        assert [(span.words, span.names) for span in line.rest] == [
            ("1月1日", "元旦"),
            ("5月1日至3日", "劳动节"),
            ("10月1日至3日", "国庆节"),
        ]
        answer = client.post(reverse("console:year_open", args=[2027]), {"source": "演示通知"})

        assert answer.status_code == 302
        assert Application.objects.get(pk=case.pk).due_on == date(2027, 1, 5)  # 12-30, 12-31, 01-03, 01-04, 01-05
        assert "录入2027年工作日安排" not in page(client)
        assert DeskTask.objects.get().done_by == manager
        assert year_of(client, 2027).declared == CalendarYear.objects.get()


def test_an_incomplete_year_is_refused_with_the_days_it_lacks(client, manager):
    client.post(reverse("console:days_enter"), {"days": YEAR.replace("2027-10-01 休 国庆节\n", "")})

    answer = client.post(reverse("console:year_open", args=[2027]), {"source": "演示通知"})

    assert answer.status_code == 409
    assert "10月1日为法定节假日，尚未录入为休息日" in answer.content.decode()
    assert not CalendarYear.objects.exists()


def test_a_year_needs_its_paper_and_must_be_a_year(client, manager):
    assert client.post(reverse("console:year_open", args=[2027]), {"source": ""}).status_code == 422
    assert client.post(reverse("console:year_open", args=[20270]), {"source": "x"}).status_code == 404
    assert client.post(reverse("console:year_open", args=[2026]), {"source": ""}).status_code == 409


@pytest.mark.parametrize(
    ("days", "errors"),
    [
        ("", ["请至少填写一天。"]),
        (" \n ", ["请至少填写一天。"]),
        ("2027/1/1 休", ["第1行：日期应写成 2027-01-01 的形式。"]),
        ("２０２７-01-01 休", ["第1行：日期应写成 2027-01-01 的形式。"]),
        ("2027-01-01 休\n\n2027-02-30 休", ["第3行：没有 2027-02-30 这一天。"]),
        ("2027-01-01", ["第1行：日期之后应写“休”或“班”。"]),
        ("2027-01-01 放假", ["第1行：日期之后应写“休”或“班”。"]),
        ("1999-01-01 休", ["第1行：年度应在2000年至2100年之间。"]),
        ("2027-01-01 休 " + "长" * 101, ["第1行：说明不得超过100字。"]),
        (
            "2027-01-01 休 元旦\n2027-01-01 班\n2027-13-01 休",
            ["第2行：与第1行是同一天。", "第3行：没有 2027-13-01 这一天。"],
        ),
    ],
)
def test_faulty_lines_are_told_by_number_and_no_day_is_entered(client, manager, days, errors):
    answer = client.post(reverse("console:days_enter"), {"days": days})

    assert answer.status_code == 422
    assert answer.context["days_form"].errors == {"days": errors}
    assert not CalendarDay.objects.exists()


def test_too_many_days_at_once(client, manager):
    lines = "\n".join(f"{date(2027, 1, 1) + timedelta(days=n)} 休" for n in range(401))

    answer = client.post(reverse("console:days_enter"), {"days": lines})

    assert answer.context["days_form"].errors == {"days": ["一次最多录入400天。"]}


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_costs_the_same_for_any_size(client, policy, manager, django_assert_num_queries, count):
    clauses = list(Clause.objects.filter(policy=policy).order_by("pk")[:count])
    for number in range(count):
        StepLength.objects.create(
            authority=policy.authority,
            clause=clauses[number % len(clauses)],
            step=Status.VERIFYING,
            length=number + 1,
            source="演示办法",
            entered_by=manager,
            entered_at=NOON,
        )
        day = date(2027, 1, 1) + timedelta(days=number)
        CalendarDay.objects.create(authority=policy.authority, day=day, working=False)
    page(client)

    with django_assert_num_queries(8):  # session, user, posting, tasks, lengths, days, years, clauses of the form
        answer = client.get(reverse("console:timing"))

    assert answer.status_code == 200


# ---- delays ------------------------------------------------------------------------------------------------------


@pytest.fixture
def late():
    """Open the pages on the first day after the limit of acceptance, 2026-09-08."""
    with time_machine.travel(NOON + timedelta(days=8)):
        yield


def test_the_act_names_the_explanation_and_goes_on_after_it(client, late):
    case = make_application(Status.SUBMITTED)
    client.force_login(make_officer(Duty.INTAKE))
    address = reverse("console:case", args=[case.pk])
    shown = client.get(address)
    assert shown.context["file"].why_not["accept"] == "本环节已于2026年9月8日到期，请先作超期说明，再办理。"
    assert 'id="id_delay_reason"' in shown.content.decode()
    assert client.post(reverse("console:case_accept", args=[case.pk])).status_code == 409

    answer = client.post(reverse("console:case_delay", args=[case.pk]), {"reason": "窗口系统<b>检修"})

    assert (answer.status_code, answer.url) == (302, address)
    shown = client.get(address)
    assert shown.context["file"].why_not["accept"] == ""
    assert "超期说明：窗口系统&lt;b&gt;检修" in shown.content.decode()
    assert 'id="id_delay_reason"' not in shown.content.decode()
    assert client.post(reverse("console:case_accept", args=[case.pk])).status_code == 302


def test_a_faulty_explanation_keeps_what_was_typed(client, late):
    case = make_application(Status.SUBMITTED)
    client.force_login(make_officer(Duty.INTAKE))

    empty = client.post(reverse("console:case_delay", args=[case.pk]), {"reason": " "})
    long = client.post(reverse("console:case_delay", args=[case.pk]), {"reason": "因" * 301})

    assert (empty.status_code, long.status_code) == (422, 422)
    assert empty.context["delay_form"].errors == {"reason": ["请写明超期的原因。"]}
    assert "因" * 301 in long.content.decode()


@pytest.mark.parametrize("duty", [Duty.VERIFY, Duty.AUDIT])
def test_other_duties_see_that_a_step_is_late_and_cannot_explain(client, late, duty):
    case = make_application(Status.SUBMITTED)
    client.force_login(make_officer(duty))

    shown = client.get(reverse("console:case", args=[case.pk])).content.decode()
    answer = client.post(reverse("console:case_delay", args=[case.pk]), {"reason": "原因"})

    assert "尚未作超期说明。只有受理岗位可以办理此事项。" in shown
    assert answer.status_code == 409
    assert Clock.objects.get().late_reason == ""


def test_nothing_is_asked_before_the_limit(client):
    case = make_application(Status.SUBMITTED)
    client.force_login(make_officer(Duty.INTAKE))

    assert "超期" not in client.get(reverse("console:case", args=[case.pk])).content.decode()
    assert client.post(reverse("console:case_delay", args=[case.pk]), {"reason": "原因"}).status_code == 409


def test_finance_is_led_to_the_explanation_and_back(client):
    case = make_application(Status.GRANTED)
    award = case.awards.get()
    with time_machine.travel(NOON + timedelta(days=30)):
        client.force_login(make_officer(Duty.PAY))
        shown = client.get(reverse("finance_award", args=[award.pk]))
        assert [part.why_not_record for part in shown.context["parts"]] == [
            "不能登记拨付：本环节已于2026年9月21日到期，请先作超期说明，再办理。"
        ]
        assert f'href="{reverse("console:case", args=[case.pk])}#delay"' in shown.content.decode()

        answer = client.post(reverse("console:case_delay", args=[case.pk]), {"reason": "国库系统调整"})

        assert answer.url == reverse("finance_award", args=[award.pk])
        assert client.get(answer.url).context["parts"][0].why_not_record == ""


def test_the_applicant_reads_why_it_took_longer(client, late):
    case = make_application(Status.SUBMITTED)
    officer = make_officer(Duty.INTAKE)
    client.force_login(officer)
    client.post(reverse("console:case_delay", args=[case.pk]), {"reason": "窗口系统检修"})
    client.force_login(agent_of(case.applicant))

    shown = client.get(reverse("claim", args=[case.pk])).content.decode()

    assert "“待受理”环节应于2026年9月8日前办结。主管单位说明：窗口系统检修" in shown
    assert "主管单位超期说明" in shown
    assert officer.name not in shown


def test_the_queue_tells_what_rests_from_what_is_open_and_what_has_no_limit(client):
    rests, runs, paid_in_part = (
        make_application(status) for status in (Status.VERIFYING, Status.VERIFYING, Status.GRANTED)
    )
    timing.pause(rests, "expert", NOON)
    timing.met(paid_in_part, NOON)
    Application.objects.filter(pk=runs.pk).update(due_on=None)
    client.force_login(make_officer(Duty.AUDIT))

    shown = client.get(reverse("console:queue") + "?status=all")

    rows = {row.pk: (row.has_clock, row.resting) for row in shown.context["rows"]}
    assert rows == {rests.pk: (True, True), runs.pk: (True, False), paid_in_part.pk: (False, False)}
    assert shown.content.decode().count("停表中") == 1


def test_the_applicant_reads_that_an_expert_works(client):
    case = make_application(Status.VERIFYING)
    timing.pause(case, "expert", NOON)
    client.force_login(agent_of(case.applicant))

    shown = client.get(reverse("claim", args=[case.pk])).content.decode()

    assert "专家评审期间停止计算期限" in shown
    assert "期限待定" not in shown


# ---- the table of limits on the record of a case -----------------------------------------------------------------


def test_the_record_shows_every_clock(client):
    case = make_application(Status.VERIFYING)
    timing.pause(case, "expert", NOON + timedelta(days=1))
    client.force_login(make_officer(Duty.AUDIT))

    shown = client.get(reverse("console:case_record", args=[case.pk]))

    told = [(row.step, row.due_on, row.ended_on, row.rests, row.late) for row in shown.context["clocks"]]
    assert told == [
        ("submitted", date(2026, 9, 8), date(2026, 9, 1), False, False),
        ("verifying", None, None, True, False),
    ]
    assert "专家评审：2026年9月2日起" in shown.content.decode()
    assert "停表中" in shown.content.decode()


def test_the_record_of_a_withdrawn_draft_has_no_clock(client):
    case = make_draft(complete=False)
    filing.withdraw(case, reason="不再申报", by=agent_of(case.applicant), at=NOON)
    client.force_login(make_officer(Duty.AUDIT))

    assert "还没有起算的期限" in client.get(reverse("console:case_record", args=[case.pk])).content.decode()
