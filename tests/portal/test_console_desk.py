"""The desk on the case page: comparisons and findings beside facts and papers, progress, the next fact, old pages."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.actions import review
from applications.checking import run
from applications.models import AutoCheck, Duty, EvidenceText, Status
from tests.factories import NOON, make_application, make_officer
from tests.portal.test_console_case import ROAD, case_ready_for, check, enter, page_of, url_of

pytestmark = pytest.mark.django_db

S = Status


def mistyped(status=S.VERIFYING):
    """Return a case whose PUE report says another total than the claim, compared again."""
    application = make_application(status)
    report = application.evidence.get(slot="pue_report")
    report.details = {**report.details, "total_kwh": "12900000"}
    report.save()
    run(application, NOON + timedelta(days=1))
    return application


def test_a_comparison_that_fails_stands_first_and_is_counted(client):
    application = mistyped()
    enter(client, application, Duty.VERIFY)

    response = client.get(page_of(application))

    file = response.context["file"]
    pue = next(row for row in file.facts if row.field.name == "pue")
    assert [check.state for check in pue.checks] == ["fail", "pass", "pass", "pass"]
    assert (pue.red, file.red) == (1, 1)
    page = response.content.decode()
    assert "复算 12,900,000 ÷ 10,000,000 = 1.2900，按申报位数为 1.29；申报 1.20" in page
    assert page.count("1项不符") == 2  # in the row of the fact and in the bar


def test_a_case_without_a_run_says_so(client, monkeypatch):
    monkeypatch.setattr("applications.actions.filing.checking.run", lambda application, at: 0)
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    response = client.get(page_of(application))

    assert not AutoCheck.objects.exists()
    assert "本件还没有自动核对的结果" in response.content.decode()


def test_found_and_not_found_stand_at_the_fields(client):
    application = make_application(S.VERIFYING)
    report = application.evidence.get(slot="pue_report")
    EvidenceText.objects.create(evidence=report, pages=["", "总耗电量 12,000,000 千瓦时 PUE 1.20"], read_at=NOON)
    run(application, NOON)
    enter(client, application, Duty.VERIFY)

    response = client.get(f"{page_of(application)}?evidence={report.pk}")

    paper = response.context["file"].current_paper
    pages = {label: hit.page for label, _, hit in paper.fields if hit}
    assert (pages["数据中心总耗电量"], pages["IT 设备耗电量"]) == (2, None)
    assert paper.fields[0][2].page is None  # what was not found comes first
    page = response.content.decode()
    assert f'href="?evidence={report.pk}#page-2"' in page
    assert "未在文本中找到" in page
    assert "文本尚未读取" in client.get(page_of(application)).content.decode()


def test_progress_counts_the_facts_that_are_due(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)
    check(client, application, "pue")

    page = client.get(page_of(application)).content.decode()

    assert "已核验 1/7" in page


def test_after_a_check_the_next_fact_is_open(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    done = check(client, application, "pue")
    assert done.url == f"{page_of(application)}?after=pue"

    opened = [row.field.name for row in client.get(done.url).context["file"].facts if row.opened]
    assert opened == ["utilisation_pct"]


def test_after_the_last_fact_the_first_one_left_is_open(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)
    names = [row.field.name for row in client.get(page_of(application)).context["file"].facts]

    done = check(client, application, names[-1])

    opened = [row.field.name for row in client.get(done.url).context["file"].facts if row.opened]
    assert opened == [names[0]]


@pytest.mark.parametrize("after", ["nothing", "<script>", ""])
def test_an_unknown_fact_in_the_address_opens_the_first(client, after):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)

    file = client.get(page_of(application), {"after": after}).context["file"]

    assert [row.opened for row in file.facts] == [True, *[False] * (len(file.facts) - 1)]


# ---- pages that are old ----------------------------------------------------------------------------------------------


def act_of_a_colleague(application):
    """Let another verifier check a fact, or, outside of the examination, leave a trace as any act does."""
    colleague = make_officer(Duty.VERIFY)
    if application.status == S.VERIFYING:
        values = {"fact": "pue", "verdict": "failed", "verified": None, "method": "document", "evidence": None}
        review.check(application, **values, note="另查", version=application.version, by=colleague, at=timezone.now())
        return colleague.name, "核验PUE"
    event = application.events.order_by("-sequence").first()
    application.version += 1
    application.save(update_fields=["version"])
    return event.by.name, ""


@pytest.mark.parametrize("verb", ROAD)
def test_no_verb_is_done_from_an_old_page(client, verb):
    application = case_ready_for(client, verb)
    _, duty, typed, _ = ROAD[verb]
    application.refresh_from_db()
    seen = application.version
    who, what = act_of_a_colleague(application)
    enter(client, application, duty)
    before = application.events.count()

    response = client.post(url_of(verb, application), typed | {"version": seen})

    assert response.status_code == 409
    refusal = response.context["refusal"]
    assert refusal.startswith(f"本件刚刚被{who}于")
    assert refusal.endswith("，请刷新后再办。")
    assert what in refusal
    assert application.events.count() == before
    page = response.content.decode()
    assert all(text in page for text in typed.values())


@pytest.mark.parametrize("verb", ROAD)
def test_every_form_of_the_page_carries_the_version_it_shows(client, verb):
    application = case_ready_for(client, verb)
    enter(client, application, ROAD[verb][1])
    address = url_of("correct", application) if verb == "correct" else page_of(application)
    application.refresh_from_db()

    page = client.get(address).content.decode()

    mark = "data-unsaved" if verb == "correct" else f'action="{url_of(verb, application)}"'
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.S) if mark in form)
    assert f'name="version" value="{application.version}"' in form


@pytest.mark.parametrize(
    ("name", "args", "status", "duty", "typed"),
    [
        ("case_reading", ["X5"], S.VERIFYING, Duty.VERIFY, {"choice": "b", "reason": "中断一次，已重新起算"}),
        ("case_legal", [], S.PROPOSED, Duty.LEGAL, {"reason": "依据充分，程序完整"}),
        ("case_delay", [], S.VERIFYING, Duty.VERIFY, {"reason": "等待检测机构复函"}),
    ],
)
def test_acts_beside_the_table_are_not_done_from_an_old_page_either(client, name, args, status, duty, typed):
    application = make_application(status)
    seen = application.version
    who, _ = act_of_a_colleague(application)
    enter(client, application, duty)
    before = application.events.count()

    response = client.post(reverse(f"console:{name}", args=[application.pk, *args]), typed | {"version": seen})

    assert response.status_code == 409
    assert response.context["refusal"].startswith(f"本件刚刚被{who}于")
    assert application.events.count() == before


def test_words_for_a_form_that_is_gone_are_kept_on_the_page(client):
    application = make_application(S.SUBMITTED)
    seen = application.version
    officer = enter(client, application, Duty.INTAKE)
    client.post(url_of("accept", application), {"version": seen})
    text = "不属于受理范围，" * 20

    response = client.post(url_of("decline", application), {"ground": "competence", "reason": text, "version": seen})

    assert response.status_code == 409
    assert re.fullmatch(
        rf"本件刚刚被{officer.name}于[0-9:]{{5}}办理（受理），请刷新后再办。", response.context["refusal"]
    )
    assert response.context["kept"] == [("不予受理的理由（写入不予受理通知书）", text)]
    assert text in response.content.decode()


def test_another_day_is_named(client):
    application = make_application(S.VERIFYING, at=NOON - timedelta(days=3))
    enter(client, application, Duty.VERIFY)

    response = client.post(url_of("propose", application), {"version": 0})

    assert "于8月29日12:00办理（受理）" in response.context["refusal"]


@pytest.mark.parametrize("version", ["", "x", "-1", "²"])
def test_a_caller_without_a_page_is_not_compared(client, version):
    application = make_application(S.SUBMITTED)
    enter(client, application, Duty.INTAKE)

    assert client.post(url_of("accept", application), {"version": version}).status_code == 302


def test_a_second_try_after_the_refusal_is_taken(client):
    application = make_application(S.VERIFYING)
    enter(client, application, Duty.VERIFY)
    old = application.version
    check(client, application, "pue")
    refused = client.post(
        reverse("console:case_check", args=[application.pk, "build_type"]),
        {"verdict": "failed", "method": "document", "note": "见备案证", "version": old},
    )
    assert refused.status_code == 409
    fresh = re.search(r'name="version" value="([0-9]+)"', refused.content.decode())[1]

    assert check(client, application, "build_type", verdict="failed", note="见备案证", version=fresh).status_code == 302
