"""The desk's lists, sums, plan, pools and packages by HTTP: what is asked for is shown, and each figure leads to it."""

import csv
import json
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from applications import finance, tasks
from applications.actions import payment
from applications.models import AccountCheck, Duty, Job, Payer, Pool, SavedFilter, Status
from tests import samples
from tests.factories import NOON, make_application, make_officer
from tests.portal.finance_rows import check_account, split

pytestmark = pytest.mark.django_db


@pytest.fixture
def award():
    """A granted award of 新星市 that is due."""
    award = make_application(Status.GRANTED).awards.get()
    check_account(award)
    return award


@pytest.fixture
def officer(client):
    """A finance officer, logged in; the first page of the session is behind us."""
    officer = make_officer(Duty.PAY)
    client.force_login(officer)
    return officer


def rows(client, **asked):
    """Return (part, state) of what the list shows."""
    page = client.get(reverse("finance"), asked)
    assert page.status_code == 200
    return [(row.part, row.state) for row in page.context["rows"]]


# ---- the list -------------------------------------------------------------------------------------------------------


def test_list_is_narrowed_by_days_sums_payer_state_and_reason(client, award, officer):
    second = Payer.objects.create(authority=award.authority, name="区财政局")
    day = timezone.localdate() + timedelta(days=30)
    split(award, 1, due_on=day, payer=second)
    everything = [(2, "held"), (1, "due")]

    assert rows(client) == everything
    assert rows(client, payer=second.pk) == [(2, "held")]
    assert rows(client, state="due") == [(1, "due")]
    assert rows(client, state="held") == rows(client, state="early") == [(2, "held")]
    assert rows(client, state="account") == []
    assert rows(client, due_from=day.isoformat()) == [(2, "held")]
    assert rows(client, due_to=(day - timedelta(days=1)).isoformat()) == []
    assert rows(client, sum_to="1.00") == [(2, "held")]
    assert rows(client, sum_from="1.01") == [(1, "due")]
    assert rows(client, year=award.year, policy=award.clause.policy_id, clause=award.clause_id) == everything
    assert rows(client, year=award.year - 1) == []
    assert rows(client, paid_from="2020-01-01") == []


def test_list_is_narrowed_by_the_day_of_payment(client, award, officer):
    payer, second = make_officer(Duty.PAY), make_officer(Duty.COUNTERSIGN)
    row = payment.record(award.instalments.get(), paid_on=NOON.date(), voucher_number="凭-1", by=payer, at=NOON)
    payment.confirm(row, by=second, at=NOON)

    assert rows(client, paid_from="2026-09-01", paid_to="2026-09-01") == [(1, "paid")]
    assert rows(client, paid_from="2026-09-02") == []
    assert rows(client, state="paid") == [(1, "paid")]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"due_from": "2026-09-02", "due_to": "2026-09-01"}, "最早拨付日期的终点不能小于起点。"),
        ({"sum_from": "2", "sum_to": "1"}, "金额的终点不能小于起点。"),
        ({"paid_from": "昨天"}, "日期应写成 2026-03-05 的形式。"),
        ({"sum_from": "很多"}, "金额应写成元，例如 1000000.00。"),
        ({"sum_from": "1.005"}, ""),
        ({"payer": "999999"}, ""),
        ({"state": "lost"}, ""),
    ],
)
def test_faulty_filter_is_told_at_its_field_and_kept(client, award, officer, asked, words):
    page = client.get(reverse("finance"), asked)

    assert page.status_code == 422
    assert page.context["rows"] == []
    assert words in page.content.decode()
    for value in asked.values():
        assert value in page.content.decode() or "payer" in asked or "state" in asked
    assert client.get(reverse("finance_register_csv"), asked).status_code == 422
    assert client.get(reverse("finance_plan"), asked).status_code == 422


def test_pages_of_the_list_lead_through_everything_once(client, award, officer):
    split(award, 64)
    url, seen = reverse("finance"), []

    while url:
        page = client.get(url)
        seen += [row.pk for row in page.context["rows"]]
        url = page.context["page"].next_url and reverse("finance") + page.context["page"].next_url

    assert len(seen) == len(set(seen)) == 65
    assert seen == sorted(seen, reverse=True)


def test_own_filters_are_kept_and_forgotten(client, award, officer):
    url = reverse("finance_filter_save")
    answer = client.post(url, {"name": "待拨", "query": "state=due&next=//evil&year=2026"})
    assert (answer.status_code, answer.url) == (302, "/finance/?state=due&year=2026")
    client.post(url, {"name": "待拨", "query": "state=held"})

    assert list(SavedFilter.objects.values_list("user", "page", "name", "query")) == [
        (officer.pk, "finance", "待拨", "state=held")
    ]
    page = client.get(reverse("finance"), {"state": "held"})
    assert page.context["saved"] == [("待拨", "state=held")]
    assert 'href="?state=held" aria-current="true"' in page.content.decode()
    client.force_login(make_officer(Duty.PAY))
    assert client.post(reverse("finance_filter_drop"), {"name": "待拨"}).status_code == 404
    client.force_login(officer)
    assert client.post(reverse("finance_filter_drop"), {"name": "待拨"}).status_code == 302
    assert not SavedFilter.objects.exists()


def test_number_of_own_filters_has_an_end(client, award, officer):
    for number in range(21):
        client.post(reverse("finance_filter_save"), {"name": f"第{number}个", "query": ""})
    client.post(reverse("finance_filter_save"), {"name": "", "query": ""})

    assert SavedFilter.objects.count() == 20


# ---- sums -----------------------------------------------------------------------------------------------------------


def test_every_sum_of_the_overview_leads_to_the_list_that_it_sums(client, award, officer):
    split(award, 2, due_on=timezone.localdate() + timedelta(days=30))
    page = client.get(reverse("finance_overview"))
    figures = [total for total in page.context["totals"] if total.count]
    for table in page.context["tables"]:
        figures += [figure for line in table.lines for figure in [*line.figures, line.total] if figure.count]

    assert len(figures) == 3 + 4 * 3  # two states and a reason; in each table two states and all
    for figure in figures:
        listed = client.get(f"{reverse('finance')}?{figure.query}").context["totals"]
        states = [total for total in listed if not total.reason]
        said = sum(total.count for total in states), sum(total.fen for total in states)
        assert said == (figure.count, figure.fen), figure


def test_overview_is_narrowed_to_a_year(client, award, officer):
    page = client.get(reverse("finance_overview"), {"year": award.year})
    assert (page.context["year"], page.context["years"]) == (award.year, [award.year])
    assert client.get(reverse("finance_overview"), {"year": "x"}).context["year"] is None


def test_plan_lists_what_can_be_paid_by_payer_with_sums(client, award, officer):
    second = Payer.objects.create(authority=award.authority, name="区财政局", budget_unit="单位一", subject="科目二")
    other = make_application(Status.GRANTED).awards.get()
    AccountCheck.objects.filter(account__applicant=other.applicant_id).delete()  # its account is not looked at
    split(award, 2, payer=second)
    for part in award.instalments.filter(number__gt=1):
        part.rechecks.create(
            passed=True, findings="测试", checked_by=award.application.duties.get(duty=Duty.VERIFY), checked_at=NOON
        )

    page = client.get(reverse("finance_plan"))

    said = [(group.payer, group.budget_unit, len(group.rows), group.fen) for group in page.context["groups"]]
    standard = Payer.objects.get(authority=award.authority, standard=True)
    assert said == [(standard.name, "", 1, award.amount_fen), ("区财政局", "单位一", 2, 200)]
    assert (page.context["fen"], page.context["count"]) == (award.amount_fen + 200, 3)
    words = page.content.decode()
    assert other.application.number not in words
    assert "data-print" in words
    assert client.get(reverse("finance_plan"), {"payer": second.pk}).context["fen"] == 200


def test_plan_says_when_it_is_not_all(client, award, officer, monkeypatch):
    monkeypatch.setattr("portal.views.finance_overview.PLAN_MOST", 1)
    second = make_application(Status.GRANTED).awards.get()
    check_account(second)

    page = client.get(reverse("finance_plan"))

    assert (page.context["count"], "超过1笔" in page.content.decode()) == (1, True)


def test_charts_show_the_figures_of_their_tables(client, award, officer):
    pool = Pool.objects.create(policy=award.clause.policy, name="<b>池", year=2026, limit_fen=100_00, source="测试")
    Pool.objects.filter(pk=pool.pk).update(committed_fen=70_00, paid_fen=20_00)

    page = client.get(reverse("finance_pools_of", args=["xinxing", 2026]))

    words = page.content.decode()
    data = re.search(r'<script id="chart-pools" type="application/json">(.*?)</script>', words)
    said = json.loads(data[1])
    assert "<b>" not in words
    place = said["bars"].index("<b>池")
    assert [(row["name"], row["values"][place]) for row in said["series"]] == [
        ("已拨付", 20.0),
        ("已批准待拨付", 50.0),
        ("公示预占", 0.0),
        ("可用余额", 30.0),
    ]
    assert page.context["due_fen"] == award.amount_fen
    assert "该年度" not in words


def test_year_without_pool_says_so(client, award, officer):
    page = client.get(reverse("finance_pools_of", args=["xinxing", 2031]))

    assert "本年度没有设定资金池" in page.content.decode()
    assert 2031 in page.context["years"]
    assert client.get(reverse("finance_pools_of", args=["xinxing", 99999])).status_code == 404
    assert client.get(reverse("finance_pools_of", args=["shihezi", 2026])).status_code == 404
    assert client.get(reverse("finance_pools")).url == f"/finance/pools/xinxing/{timezone.localdate().year}/"


@pytest.mark.parametrize("name", ["finance", "finance_overview", "finance_plan", "finance_jobs"])
@pytest.mark.parametrize("count", [1, 30])
def test_pages_cost_the_same_for_any_length(client, award, officer, django_assert_max_num_queries, name, count):
    split(award, count - 1)
    client.get(reverse("finance_award", args=[award.pk]))
    for _ in range(count):
        Job.objects.create(
            kind="archive", payload={"authority": award.authority_id}, requested_by=officer, requested_at=NOON
        )

    with django_assert_max_num_queries(8):
        page = client.get(reverse(name))

    assert page.status_code == 200


def test_pools_cost_at_most_ten_queries(client, award, officer, django_assert_max_num_queries):
    client.get(reverse("finance_jobs"))
    with django_assert_max_num_queries(10):
        assert client.get(reverse("finance_pools_of", args=["xinxing", 2026])).status_code == 200


def test_csv_is_streamed_with_what_was_filtered(client, award, officer):
    split(award, 1, due_on=date(2099, 1, 1))

    answer = client.get(reverse("finance_register_csv"), {"state": "early"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert [row["期次"] for row in csv.DictReader(StringIO(text))] == ["2"]
    assert (answer["Content-Type"], ".csv" in answer["Content-Disposition"]) == ("text/csv; charset=utf-8", True)


def test_states_and_reasons_are_words_of_the_filter():
    from portal.filters_finance import STATES  # noqa: PLC0415 - the words of the form

    assert [key for key, _ in STATES] == [*finance.STATES, *finance.HOLDS]


# ---- packages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def job(client, award, officer, monkeypatch):
    """A package that the officer asked for, of the award's notice."""
    monkeypatch.setattr("applications.documents.render.pdf", lambda letter: samples.pdf("letter"))
    monkeypatch.setattr("applications.packing.render.sheet", lambda template, context: samples.pdf("contents"))
    answer = client.post(reverse("finance_archive"), {"kind": "merged", "award": award.pk})
    return Job.objects.get(pk=int(answer.url.rstrip("/").rpartition("/")[2]))


def test_package_is_stopped_and_gone_on_with_from_its_page(client, job):
    url = reverse("finance_job", args=[job.pk])
    assert "取消" in client.get(url).content.decode()

    assert client.post(reverse("finance_job_go_on", args=[job.pk])).status_code == 409
    assert client.post(reverse("finance_job_cancel", args=[job.pk])).status_code == 302
    assert "已取消" in client.get(url).content.decode()
    assert client.post(reverse("finance_job_cancel", args=[job.pk])).status_code == 409
    assert client.post(reverse("finance_job_go_on", args=[job.pk])).status_code == 302
    tasks.run_job(job.pk)

    assert "下载 PDF" in client.get(reverse("finance_job_progress", args=[job.pk])).content.decode()
    file = client.get(reverse("finance_job_file", args=[job.pk]))
    assert (file["Content-Type"], b"".join(file.streaming_content)[:5]) == ("application/pdf", b"%PDF-")


def test_colleague_sees_a_package_and_cannot_stop_it(client, job):
    client.force_login(make_officer(Duty.COUNTERSIGN))

    page = client.get(reverse("finance_job", args=[job.pk]))
    assert (page.status_code, page.context["why_not_cancel"]) == (200, "只有提交人可以取消。")
    assert client.post(reverse("finance_job_cancel", args=[job.pk])).status_code == 409
    assert list(client.get(reverse("finance_jobs")).context["rows"]) == []
    client.force_login(make_officer(Duty.PAY, "shihezi"))
    assert client.post(reverse("finance_job_cancel", args=[job.pk])).status_code == 404


def test_my_packages_are_listed_with_their_file_or_its_end(client, job):
    tasks.run_job(job.pk)
    assert reverse("finance_job_file", args=[job.pk]) in client.get(reverse("finance_jobs")).content.decode()

    Job.objects.filter(pk=job.pk).update(file="", payload=job.payload | {"dropped": True})
    assert "已过保存期" in client.get(reverse("finance_jobs")).content.decode()
    assert "保存期" in client.get(reverse("finance_job", args=[job.pk])).content.decode()
    assert client.get(reverse("finance_job_file", args=[job.pk])).status_code == 302


def test_unknown_kind_of_package_does_not_exist(client, award, officer):
    assert client.post(reverse("finance_archive"), {"kind": "dossier", "award": award.pk}).status_code == 404
    assert not Job.objects.filter(kind="dossier").exists()
