"""Pages of doubts and tips, and the attack: whoever was told about tries to learn who told it."""

import logging

import pytest
from django.core.cache import cache
from django.urls import reverse

from applications.actions import findings
from applications.models import Delivery, Duty, Event, Finding, Status, Tip
from tests import reviews
from tests.factories import agent_of, legal_of, make_application, make_officer, make_policy
from tests.portal.test_reviews import pdf

pytestmark = pytest.mark.django_db
SECRETS = ("举报者甲", "13900001111", "举报材料.pdf")


@pytest.fixture
def case():
    make_policy()
    return make_application(Status.PAID)


@pytest.fixture
def officer(case):
    return make_officer(Duty.INSPECT)


def told(case, **values):
    return {
        "authority": case.authority_id,
        "body": case.applicant.name,
        "number": case.number,
        "text": "机房早已搬空。",
        "name": "举报者甲",
        "contact": "13900001111",
        "file": pdf("举报材料.pdf"),
        **values,
    }


# --- the public


def test_anybody_tells_without_logging_in_and_gets_a_code(client, case):
    answer = client.post(reverse("report"), told(case))

    row = Tip.objects.get()
    assert answer.url == reverse("report_code", args=[row.code])
    page = client.get(answer.url).content.decode()
    assert "已收到，等待研判" in page
    for secret in (*SECRETS, case.number, case.applicant.name, "机房早已搬空"):
        assert secret not in page
    assert row.finding.application == case


def test_a_tip_without_a_name_is_taken(client, case):
    client.post(reverse("report"), told(case, name="", contact="", number="", file=""))

    row = Tip.objects.get()
    assert (row.name, row.contact, row.file.name) == ("", "", "")


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"authority": ""}, "authority", "请选择主管单位。"),
        ({"body": ""}, "body", "请填写被举报的单位名称。"),
        ({"text": " "}, "text", "请写明时间、地点、经过等具体情况。"),
        ({"text": "长" * 2801}, "text", "反映的问题不超过2800个字。"),
    ],
)
def test_what_is_wrong_with_a_tip_stands_at_its_field(client, case, values, field, sentence):
    answer = client.post(reverse("report"), told(case, **values))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [sentence]
    assert "举报者甲" in answer.content.decode()
    assert not Tip.objects.exists()


def test_one_address_tells_a_few_times_an_hour(client, case):
    cache.clear()
    statuses = [client.post(reverse("report"), {}).status_code for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_the_answer_does_not_say_whether_a_number_is_known(client, case):
    """What the public gets back is the same for a true and for an invented number."""
    pages = []
    for number in (case.number, "SL-2026-999999"):
        code = client.post(reverse("report"), told(case, number=number, file="")).url
        pages.append(client.get(code).content.decode().replace(code.split("/")[-2], "CODE"))

    assert pages[0] == pages[1]


def test_a_wrong_code_is_nothing_and_looking_is_limited(client, case):
    assert client.get(reverse("report_code", args=["AAAA-AAAA-AAAA"])).status_code == 404
    assert [client.get(reverse("report_code", args=["A"])).status_code for _ in range(41)][-1] == 429


def test_the_teller_reads_state_and_answer(client, case, officer):
    row = reviews.tip(case)
    url = reverse("report_code", args=[row.code.lower()])
    findings.take(row.finding, by=officer, at=reviews.LATER)
    assert "正在核查" in client.get(url).content.decode()
    findings.dismiss(row.finding, "内部意见：不实", by=officer, at=reviews.LATER)
    findings.answer_tip(row.finding, "经核实，未发现问题。", by=officer, at=reviews.LATER)

    page = client.get(url).content.decode()

    assert "核查完毕" in page
    assert "经核实，未发现问题。" in page
    assert "内部意见" not in page


# --- the desk


def test_only_the_taker_is_shown_who_told_after_a_press_of_a_button(client, case, officer):
    row = reviews.tip(case)
    page, teller, file = (
        reverse(f"console:{name}", args=[row.finding_id]) for name in ("finding", "finding_teller", "finding_file")
    )
    client.force_login(officer)
    assert "举报人信息受保护" in client.get(page).content.decode()
    assert client.post(teller).status_code == 409
    client.post(reverse("console:finding_take", args=[row.finding_id]))
    assert not any(secret in client.get(page).content.decode() for secret in SECRETS)
    assert not Event.objects.filter(action="see_teller").exists()

    shown = client.post(teller).content.decode()

    assert "举报者甲" in shown
    assert "13900001111" in shown
    assert b"".join(client.post(file).streaming_content).startswith(b"%PDF-")
    assert [event.detail["what"] for event in Event.objects.filter(action="see_teller")] == ["teller", "file"]
    assert "举报者甲" not in client.get(page).content.decode()


@pytest.mark.parametrize("duty", [Duty.INSPECT, Duty.AUDIT])
def test_colleagues_and_auditors_read_the_doubt_and_not_who_told(client, case, officer, duty):
    row = reviews.tip(case)
    findings.take(row.finding, by=officer, at=reviews.LATER)
    client.force_login(make_officer(duty))

    page = client.get(reverse("console:finding", args=[row.finding_id])).content.decode()

    assert "举报人信息受保护" in page
    assert "机房早已搬空" in page
    assert not any(secret in page for secret in SECRETS)
    expected = 409 if duty == Duty.INSPECT else 404
    assert client.post(reverse("console:finding_teller", args=[row.finding_id])).status_code == expected
    assert client.post(reverse("console:finding_file", args=[row.finding_id])).status_code == expected


def test_a_doubt_is_taken_dismissed_and_answered(client, case, officer):
    row = reviews.tip(case)
    client.force_login(officer)
    act = {name: reverse(f"console:finding_{name}", args=[row.finding_id]) for name in ("take", "dismiss", "answer")}

    client.post(act["take"])
    assert client.post(act["dismiss"], {"ruling": ""}).status_code == 422
    assert client.post(act["answer"], {"answer": "早"}).status_code == 409
    client.post(act["dismiss"], {"ruling": "现场核实，设备在用。"})
    client.post(act["answer"], {"answer": "经核实，未发现问题。"})

    row.refresh_from_db()
    assert (row.finding.state, row.answer) == ("dismissed", "经核实，未发现问题。")


def test_a_case_is_named_for_a_doubt_without_one(client, case, officer):
    row = reviews.finding()
    client.force_login(officer)
    client.post(reverse("console:finding_take", args=[row.pk]))
    url = reverse("console:finding_case", args=[row.pk])

    assert client.post(url, {"number": "SL-0"}).status_code == 409
    client.post(url, {"number": case.number})

    row.refresh_from_db()
    assert row.application == case


@pytest.mark.parametrize(("duty", "sources"), [(Duty.VERIFY, ["officer"]), (Duty.INSPECT, ["officer", "outside"])])
def test_officers_register_what_they_find(client, case, duty, sources):
    client.force_login(make_officer(duty))
    url = reverse("console:finding_new")
    assert [value for value, _ in client.get(url).context["form"].fields["source"].choices] == sources

    wrong = client.post(url, {"source": "officer", "number": "SL-0", "body": "", "text": "疑点"})
    assert (wrong.status_code, "没有找到这一申报编号" in wrong.content.decode()) == (422, True)
    assert client.post(url, {"source": "officer", "text": "疑点"}).status_code == 422
    done = client.post(url, {"source": "officer", "number": case.number, "text": "设备疑似搬离"})

    row = Finding.objects.get()
    assert row.application == case
    assert done.url == (reverse("console:finding", args=[row.pk]) if duty == Duty.INSPECT else url)


def test_the_list_is_narrowed(client, case, officer):
    named, other = reviews.finding(case), reviews.finding(body="乙公司")
    findings.take(named, by=officer, at=reviews.LATER)
    client.force_login(officer)

    def shown(**query):
        page = client.get(reverse("console:findings"), query).content.decode()
        return [row.pk for row in (named, other) if f">{row.number}<" in page]

    assert shown() == [named.pk, other.pk]
    assert shown(state="taken") == [named.pk]
    assert shown(q=case.number) == [named.pk]
    assert shown(q="乙公司") == [other.pk]
    assert shown(source="tip") == []


def test_a_doubt_about_a_case_leads_to_where_a_recovery_case_is_opened(client, case, officer):
    row, nameless = reviews.finding(case), reviews.finding()
    client.force_login(officer)
    for one in (row, nameless):
        findings.take(one, by=officer, at=reviews.LATER)
    address = f"{reverse('console:case_recovery', args=[case.pk])}?finding={row.pk}"

    assert address in client.get(reverse("console:finding", args=[row.pk])).content.decode()
    assert client.get(address).status_code == 200
    assert "关联申报件后方可立案" in client.get(reverse("console:finding", args=[nameless.pk])).content.decode()


# --- the attack


def test_whoever_was_told_about_finds_no_trace_of_the_teller(client, case, officer, caplog):
    """Every page of the party, every list of the console, inbox, records and log lines, after a tip's whole life."""
    caplog.set_level(logging.DEBUG)
    client.post(reverse("report"), told(case))
    row = Tip.objects.get()
    client.force_login(officer)
    client.post(reverse("console:finding_take", args=[row.finding_id]))
    client.post(reverse("console:finding_teller", args=[row.finding_id]))
    client.post(reverse("console:finding_dismiss", args=[row.finding_id]), {"ruling": "不实"})
    client.post(reverse("console:finding_answer", args=[row.finding_id]), {"answer": "已核实"})

    party = [
        reverse("desk"),
        reverse("inbox"),
        reverse("my_reviews"),
        reverse("claim", args=[case.pk]),
        reverse("enterprise", args=[case.applicant_id]),
    ]
    for person in (agent_of(case.applicant), legal_of(case.applicant)):
        client.force_login(person)
        for url in party:
            page = client.get(url).content.decode().split("<footer")[0]
            for secret in (*SECRETS, row.code, "举报", "线索", row.finding.number):
                assert secret not in page, (url, secret)
    for duty in Duty.values:
        client.force_login(make_officer(duty))
        for url in (
            reverse("console:case", args=[case.pk]),
            reverse("console:case_record", args=[case.pk]),
            reverse("console:case_recovery", args=[case.pk]),
            reverse("console:findings"),
            reverse("console:finding", args=[row.finding_id]),
            reverse("console:applications_event_changelist"),
            reverse("console:applications_delivery_changelist"),
            reverse("inbox"),
        ):
            page = client.get(url).content.decode().split("<footer")[0]
            for secret in (*SECRETS, row.code):
                assert secret not in page, (duty, url, secret)
            if "case" in url and "recovery" not in url:
                assert "举报" not in page, (duty, url)
    assert not any(secret in record.getMessage() for record in caplog.records for secret in SECRETS)
    assert not Delivery.objects.filter(person__in=[agent_of(case.applicant)], text__contains="举报").exists()


def test_a_file_of_a_tip_has_no_other_door(client, case, officer):
    row = reviews.tip(case)
    for person in (agent_of(case.applicant), officer, make_officer(Duty.AUDIT)):
        client.force_login(person)
        for url in (
            reverse("console:finding_file", args=[row.finding_id]),
            f"/files/desk/{row.pk}/",
            f"/files/evidence/{row.pk + 10_000}/",
            f"/media/{row.file.name}",
            f"/{row.file.name}",
        ):
            assert client.get(url).status_code in {404, 405}


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_costs_the_same_for_any_length(client, case, officer, django_assert_num_queries, count):
    for number in range(count):
        reviews.finding(case, text=f"疑点{number}")
    client.force_login(officer)
    client.get(reverse("console:findings"))
    with django_assert_num_queries(4):  # session, user, posting, rows
        assert client.get(reverse("console:findings")).content.decode().count("row-link") == count
    with django_assert_num_queries(12):  # each act asks by itself whether this person may do it
        client.get(reverse("console:finding", args=[Finding.objects.first().pk]))
