"""Work lists: whose cases, handing out, saved filters, work load."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from applications.actions import ActionRefused, assigning, decision, intake
from applications.models import Application, Duty, SavedFilter, Status
from tests.factories import NOON, agent_of, make_applicant, make_application, make_officer, make_policy
from tests.portal.test_console_queue import QUEUE, copies, numbers

pytestmark = pytest.mark.django_db

ASSIGN = "/console/queue/assign/"


def enter(client, duty, code="xinxing"):
    officer = make_officer(duty, code)
    client.force_login(officer)
    return officer


def officer_of(application):
    return Application.objects.get(pk=application.pk).assigned_to


def test_a_case_handed_out_is_seen_by_its_officer_and_not_by_the_others(client):
    mine, theirs, free = (make_application(Status.SUBMITTED) for _ in range(3))
    officer, other = make_officer(Duty.INTAKE), make_officer(Duty.INTAKE)
    assigning.assign(mine, to=officer, by=other, at=NOON)
    assigning.assign(theirs, to=other, by=other, at=NOON)
    Application.objects.update(due_on=timezone.localdate() + timedelta(days=9))
    client.force_login(officer)

    assert set(numbers(client.get(QUEUE))) == {mine.number, free.number}
    assert numbers(client.get(f"{QUEUE}?status=own")) == [mine.number]
    assert {tab.label: tab.count for tab in client.get(QUEUE).context["tabs"]} == {
        "我的待办": 2,
        "我承办的": 1,
        "全部": 3,
        "待受理": 3,
    }


def test_tabs_of_today_and_late_count_what_they_show(client):
    cases = [make_application(Status.SUBMITTED) for _ in range(3)]
    today = timezone.localdate()
    for case, days in zip(cases, (0, -2, 9), strict=True):
        Application.objects.filter(pk=case.pk).update(due_on=today + timedelta(days=days))
    enter(client, Duty.INTAKE)

    tabs = {tab.label: tab.count for tab in client.get(QUEUE).context["tabs"]}

    assert (tabs["今天到期"], tabs["已逾期"]) == (1, 1)
    assert numbers(client.get(f"{QUEUE}?status=today")) == [cases[0].number]
    assert numbers(client.get(f"{QUEUE}?status=late")) == [cases[1].number]


def test_what_waits_for_the_applicant_stands_apart(client):
    case = make_application(Status.SUBMITTED)
    items = [{"kind": "other", "key": "other-1", "label": "其他事项", "text": "公章"}]
    intake.correct(case, items=items, by=make_officer(Duty.INTAKE), at=NOON)
    enter(client, Duty.INTAKE)

    assert numbers(client.get(QUEUE)) == []
    assert numbers(client.get(f"{QUEUE}?status=waiting")) == [case.number]


def test_many_cases_are_handed_out_at_once(client):
    cases = [make_application(Status.SUBMITTED) for _ in range(2)]
    enter(client, Duty.INTAKE)
    colleague = make_officer(Duty.INTAKE)

    answer = client.post(ASSIGN, {"cases": [case.pk for case in cases], "to": colleague.pk, "query": "status=mine"})

    assert answer.headers["Location"] == "/console/queue/?status=mine"
    assert [officer_of(case) for case in cases] == [colleague, colleague]
    assert [case.events.last().action for case in cases] == ["assign", "assign"]


def test_handing_out_again_to_nobody_puts_a_case_back(client):
    case = make_application(Status.SUBMITTED)
    officer = enter(client, Duty.INTAKE)
    assigning.assign(case, to=officer, by=officer, at=NOON)

    client.post(ASSIGN, {"cases": [case.pk], "to": ""})

    assert officer_of(case) is None


def test_cases_of_another_authority_cannot_be_chosen(client):
    make_policy("shihezi")
    make_policy()
    case = make_application(Status.SUBMITTED)
    officer = enter(client, Duty.INTAKE, "shihezi")

    client.post(ASSIGN, {"cases": [case.pk], "to": officer.pk})

    assert officer_of(case) is None
    assert not case.events.filter(action="assign").exists()


def test_somebody_of_another_desk_cannot_be_given_a_case(client):
    case = make_application(Status.SUBMITTED)
    enter(client, Duty.INTAKE)
    verifier = make_officer(Duty.VERIFY)

    page = client.post(ASSIGN, {"cases": [case.pk], "to": verifier.pk}, follow=True)

    assert [str(message) for message in page.context["messages"]] == ["承办人须为本岗位的在岗人员。"]
    assert officer_of(case) is None


@pytest.mark.parametrize(
    ("duty", "status", "sentence"),
    [
        (Duty.VERIFY, Status.SUBMITTED, "本件正由受理岗位办理，由该岗位人员分办。"),
        (Duty.INTAKE, Status.GRANTED, "本件目前为“已批准”，无须分办。"),
    ],
)
def test_a_case_is_handed_out_by_the_desk_whose_turn_it_is(duty, status, sentence):
    case = make_application(status)
    officer = make_officer(duty)

    with pytest.raises(ActionRefused) as refusal:
        assigning.assign(case, to=officer, by=officer, at=NOON)

    assert str(refusal.value) == sentence


def test_a_member_of_the_applicant_is_given_nothing():
    case = make_application(Status.SUBMITTED)
    officer, member = make_officer(Duty.INTAKE), make_officer(Duty.INTAKE)
    agent_of(case.applicant).memberships.update(user=member)

    with pytest.raises(ActionRefused, match="应当回避"):
        assigning.assign(case, to=member, by=officer, at=NOON)


def test_a_case_that_comes_back_returns_to_the_officer_who_had_it():
    case = make_application(Status.PROPOSED)
    verifier = case.proposed_by.user

    decision.return_(case, reason="再核一次", by=make_officer(Duty.APPROVE), at=NOON)

    assert officer_of(case) == verifier


def test_a_filter_is_kept_by_name_and_forgotten_again(client):
    officer = enter(client, Duty.INTAKE)

    client.post(reverse("console:filter_save"), {"name": "三天内", "query": "status=mine&due=amber&evil=1"})

    assert list(SavedFilter.objects.values_list("user", "name", "query")) == [
        (officer.pk, "三天内", "status=mine&due=amber")
    ]
    assert client.get(f"{QUEUE}?status=mine&due=amber").context["saved"] == [("三天内", "status=mine&due=amber")]
    client.post(reverse("console:filter_drop"), {"name": "三天内"})
    assert not SavedFilter.objects.exists()


def test_a_filter_of_somebody_else_is_not_found(client):
    SavedFilter.objects.create(user=make_officer(Duty.INTAKE), name="别人的", query="status=all")
    enter(client, Duty.INTAKE)

    assert client.post(reverse("console:filter_drop"), {"name": "别人的"}).status_code == 404
    assert SavedFilter.objects.count() == 1


def test_the_load_names_every_officer_and_what_nobody_has_taken(client):
    one, two = (make_application(Status.SUBMITTED, applicant=make_applicant()) for _ in range(2))
    officer = enter(client, Duty.INTAKE)
    assigning.assign(one, to=officer, by=officer, at=NOON)
    Application.objects.filter(pk=two.pk).update(due_on=timezone.localdate() - timedelta(days=1))

    context = client.get(reverse("console:load")).context

    lines = {(line.name, line.note): (line.cases, line.late) for line in context["officers"]}
    assert lines[officer.name, "受理"][0] == 1
    assert lines["尚未分办", "受理"] == (1, 1)
    assert [line.cases for line in context["clauses"]] == [2]


def test_a_notice_that_has_run_its_days_is_no_late_load(client):
    make_application(Status.NOTICED)
    Application.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    enter(client, Duty.APPROVE)

    context = client.get(reverse("console:load")).context

    assert [(line.cases, line.late) for line in context["clauses"]] == [(1, 0)]


@pytest.mark.parametrize("count", [1, 30])
def test_the_load_costs_the_same_for_any_number(client, django_assert_num_queries, count):
    copies(make_application(Status.SUBMITTED), count - 1)
    enter(client, Duty.INTAKE)
    client.get(reverse("console:load"))
    cache.clear()

    with django_assert_num_queries(7):  # session, user, posting, officers, loads, clauses and their loads
        client.get(reverse("console:load"))
