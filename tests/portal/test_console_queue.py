"""The queue: whose turn, which order, which filters, what search finds, and that its cost does not grow."""

from datetime import timedelta

import pytest
from django import forms
from django.core.cache import cache
from django.test.html import parse_html
from django.urls import reverse
from django.utils import timezone

from applications.actions import intake
from applications.demo.stories import BUYER
from applications.models import Application, Duty, Status
from portal.console import queue
from portal.filters import PlainSelect
from tests.factories import NOON, make_applicant, make_application, make_draft, make_officer, make_policy

pytestmark = pytest.mark.django_db

QUEUE = "/console/queue/"


@pytest.fixture
def office(client):
    """Return a function that logs an officer of a duty in and reads the queue."""

    def read(duty, query="", code="xinxing"):
        officer = make_officer(duty, code)
        client.force_login(officer)
        return client.get(f"{QUEUE}{query}")

    return read


def numbers(response):
    """Return what the queue shows, in its order."""
    return [row.number for row in response.context["rows"]]


def copies(application, count):
    """Add rows like this one: plain rows, because only their number matters here."""
    rows = []
    for number in range(count):
        row = Application.objects.get(pk=application.pk)
        row.pk, row.number = None, f"XINXING-2020-{number:05d}"
        row.accepted_by = row.proposed_by = row.endorsed_by = row.assessment = None
        row.accepted_at = row.proposed_at = row.endorsed_at = row.proposed_fen = None
        rows.append(row)
    return Application.objects.bulk_create(rows)


def test_the_queue_opens_with_the_turn_of_the_duty(office):
    waiting = make_application(Status.SUBMITTED)
    checked = make_application(Status.VERIFYING)
    make_draft()

    assert numbers(office(Duty.INTAKE)) == [waiting.number]
    assert numbers(office(Duty.VERIFY)) == [checked.number]
    assert numbers(office(Duty.AUDIT)) == [checked.number, waiting.number]


def test_drafts_and_other_authorities_never_show(office):
    make_policy("shihezi")
    make_policy()
    make_draft()
    make_application(Status.SUBMITTED)

    assert numbers(office(Duty.AUDIT, "?status=all", code="shihezi")) == []
    assert numbers(office(Duty.AUDIT, "?status=draft")) == numbers(office(Duty.AUDIT, "?status=all"))


def test_the_nearest_deadline_stands_first_and_the_unknown_last(office):
    late, unknown, soon = (make_application(Status.SUBMITTED) for _ in range(3))
    today = timezone.localdate()
    Application.objects.filter(pk=late.pk).update(due_on=today + timedelta(days=9))
    Application.objects.filter(pk=unknown.pk).update(due_on=None)
    Application.objects.filter(pk=soon.pk).update(due_on=today - timedelta(days=1))

    assert numbers(office(Duty.INTAKE)) == [soon.number, late.number, unknown.number]


@pytest.mark.parametrize(("due", "offset"), [("red", -1), ("amber", 0), ("amber", 3), ("green", 4), ("open", None)])
def test_deadlines_can_be_filtered(office, due, offset):
    application = make_application(Status.SUBMITTED)
    day = None if offset is None else timezone.localdate() + timedelta(days=offset)
    Application.objects.filter(pk=application.pk).update(due_on=day)

    found = {name: numbers(office(Duty.INTAKE, f"?due={name}")) for name in ("red", "amber", "green", "open")}

    assert found == {name: [application.number] if name == due else [] for name in found}


def test_search_finds_by_number_name_and_code(office):
    applicant = make_applicant("测试天山数据有限公司")
    application = make_application(Status.SUBMITTED, applicant=applicant)
    make_application(Status.SUBMITTED)

    for text in (application.number, application.number.lower(), "测试天山", "天山数据", applicant.uscc.lower()):
        assert numbers(office(Duty.INTAKE, f"?q={text}")) == [application.number], text
    assert len(numbers(office(Duty.INTAKE, f"?q={application.number[:8]}"))) == 2
    assert numbers(office(Duty.INTAKE, "?q=没有这家")) == []


def test_a_name_is_looked_for_at_its_beginning_first(office):
    first = make_application(Status.SUBMITTED, applicant=make_applicant("云图有限公司"))
    make_application(Status.SUBMITTED, applicant=make_applicant("白云图有限公司"))

    assert numbers(office(Duty.INTAKE, "?q=云图")) == [first.number]


def test_cases_found_by_the_beginning_of_a_number_stand_in_its_order(office):
    """The newest of an old year would else be looked for through all that is newer."""
    application = make_application(Status.SUBMITTED)
    rows = copies(application, 3)
    Application.objects.filter(pk=rows[0].pk).update(number="XINXING-2020-00009")

    found = numbers(office(Duty.AUDIT, "?q=xinxing-2020"))
    assert found == ["XINXING-2020-00009", "XINXING-2020-00002", "XINXING-2020-00001"]
    assert numbers(office(Duty.AUDIT)) == [*(row.number for row in reversed(rows[1:])), found[0], application.number]
    assert numbers(office(Duty.INTAKE, "?q=XINXING-2020&status=submitted"))[0] == found[0]  # by day and then by key


def test_filters_narrow_by_clause_round_and_year(office):
    application = make_application(Status.SUBMITTED)
    same = f"clause={application.clause_id}&round={application.round_id}&year={application.support_year}"

    assert numbers(office(Duty.INTAKE, f"?{same}")) == [application.number]
    assert numbers(office(Duty.INTAKE, "?year=2001")) == []


@pytest.mark.parametrize("value", ["", None, "a<b", 3])
def test_a_plain_select_says_what_djangos_says(value):
    choices = [("", "全部"), ("a<b", "甲 & 乙"), (3, "三")]
    written = [
        kind(choices=choices, attrs={"class": "form-select"}).render("n", value, {"id": "id_n", "required": True})
        for kind in (PlainSelect, forms.Select)
    ]

    assert parse_html(written[0]) == parse_html(written[1])


def test_a_clause_of_another_authority_is_no_choice(office):
    make_policy("shihezi")
    make_policy()
    make_application(Status.SUBMITTED)
    response = office(Duty.INTAKE, f"?clause={make_policy('shihezi').clauses.first().pk}")

    assert response.status_code == 422
    assert numbers(response) == []


@pytest.mark.parametrize("query", ["?year=abc", "?due=x", "?after=%00", "?clause=999999999999999999999", "?q=%00"])
def test_a_queue_asked_for_nonsense_answers_with_a_page(office, query):
    make_application(Status.SUBMITTED)

    assert office(Duty.INTAKE, query).status_code in (200, 422)


def test_tabs_count_by_status_and_forget_after_an_act(office, client):
    application = make_application(Status.SUBMITTED)
    make_application(Status.VERIFYING)
    Application.objects.update(due_on=timezone.localdate() + timedelta(days=9))

    tabs = {tab.label: tab.count for tab in office(Duty.INTAKE).context["tabs"]}
    assert tabs == {"我的待办": 1, "全部": 2, "待受理": 1, "核验中": 1}
    client.post(reverse("console:case_accept", args=[application.pk]))

    tabs = {tab.label: tab.count for tab in client.get(QUEUE).context["tabs"]}
    assert tabs == {"我的待办": 0, "全部": 2, "核验中": 2}


def test_what_has_ended_is_counted_only_so_far(office, monkeypatch):
    monkeypatch.setattr(queue, "COUNTED", 3)
    *declined, last = copies(make_application(Status.SUBMITTED), 4)
    Application.objects.filter(pk__in=[row.pk for row in declined]).update(status=Status.DECLINED)

    tabs = {tab.label: (tab.count, tab.more) for tab in office(Duty.AUDIT).context["tabs"]}
    assert tabs == {"全部": (5, False), "待受理": (2, False), "不予受理": (3, False)}
    Application.objects.filter(pk=last.pk).update(status=Status.DECLINED)
    cache.clear()

    page = office(Duty.AUDIT)
    tabs = {tab.label: (tab.count, tab.more) for tab in page.context["tabs"]}
    assert tabs == {"全部": (4, True), "待受理": (1, False), "不予受理": (3, True)}
    assert '不予受理 <span class="num">3+</span>' in page.content.decode()


def test_counts_are_kept_and_not_made_in_the_path_of_a_page(office, client):
    make_application(Status.SUBMITTED)
    office(Duty.INTAKE)
    intake.accept(Application.objects.get(), by=make_officer(Duty.INTAKE), at=NOON)

    assert {tab.label: tab.count for tab in client.get(QUEUE).context["tabs"]}["待受理"] == 1
    cache.clear()
    assert {tab.label: tab.count for tab in client.get(QUEUE).context["tabs"]}["核验中"] == 1


def test_pages_hold_sixty_rows_and_go_on(office, client):
    application = make_application(Status.SUBMITTED)
    copies(application, 60)

    page = office(Duty.INTAKE)
    rest = client.get(QUEUE + page.context["page"].next_url)

    assert (len(numbers(page)), len(numbers(rest))) == (60, 1)
    assert len(set(numbers(page) + numbers(rest))) == 61


@pytest.mark.parametrize("count", [1, 30])
def test_the_queue_costs_the_same_for_any_length(client, django_assert_num_queries, count):
    copies(make_application(Status.SUBMITTED), count - 1)
    client.force_login(make_officer(Duty.INTAKE))
    client.get(QUEUE)
    cache.clear()

    with django_assert_num_queries(7):  # session, user, posting, rows, counts, choices, what is the officer's own
        response = client.get(QUEUE)

    assert len(response.context["rows"]) == count


def test_a_search_by_name_costs_one_query_more(client, django_assert_num_queries):
    make_application(Status.SUBMITTED)
    client.force_login(make_officer(Duty.INTAKE))
    client.get(QUEUE)
    cache.clear()

    with django_assert_num_queries(8):
        client.get(f"{QUEUE}?q=测试")


def test_a_paper_is_found_by_its_number_however_it_is_written(office):
    invoice = {"invoice_number": "26650000000012345678", "seller": "测试销售方"}
    found = make_application(
        Status.SUBMITTED, clause="xinxing-4b", subject="", facts=BUYER, papers={"invoice": invoice}
    )
    make_application(Status.SUBMITTED)

    assert numbers(office(Duty.INTAKE, "?status=all&q=26650000000012345678")) == [found.number]
    assert numbers(office(Duty.INTAKE, "?status=all&q=2665 0000 0000 1234 5678")) == [found.number]
    assert numbers(office(Duty.INTAKE, "?status=all&q=26650000000012345679")) == []
    assert numbers(office(Duty.INTAKE, "?status=all&q=26650000000012345678", code="shihezi")) == []


def test_a_search_with_a_digit_costs_one_query_more(client, django_assert_num_queries):
    make_application(Status.SUBMITTED)
    client.force_login(make_officer(Duty.INTAKE))
    client.get(QUEUE)

    for text in ("26650000000012345678", "测试企业1", "XINXING-2026-0"):
        cache.clear()
        with django_assert_num_queries(8):
            client.get(f"{QUEUE}?q={text}")


def test_a_notice_that_has_run_its_days_is_not_late(office):
    make_application(Status.NOTICED)
    Application.objects.update(due_on=timezone.localdate() - timedelta(days=3))

    page = office(Duty.APPROVE, "?status=late")

    assert numbers(page) == []
    assert {tab.label: tab.count for tab in page.context["tabs"]}["已逾期"] == 0
    assert numbers(office(Duty.APPROVE, "?status=all&due=red")) == []


@pytest.mark.parametrize(
    ("query", "entry"), [("", "我的待办"), ("?status=late", "我的待办"), ("?status=paid", "全部申报件")]
)
def test_the_navigation_says_where_one_is(office, query, entry):
    page = office(Duty.INTAKE, query)

    entries = [entry for _, members in page.context["navigation"] for entry in members]
    marked = [entry.label for entry in entries if entry.url == page.context["section"]]
    assert marked == [entry]


def test_names_are_escaped(office):
    make_application(Status.SUBMITTED, applicant=make_applicant("<script>alert(1)</script>"))

    page = office(Duty.INTAKE).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
