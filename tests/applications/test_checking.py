"""Runs of the comparisons: stored when a claim is handed in, once for the same inputs, with the search in texts."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from applications import checking, tasks, texts
from applications.actions import filing, intake
from applications.models import AutoCheck, Duty, Evidence, EvidenceText, Status
from tests import samples
from tests.factories import NOON, agent_of, legal_of, make_application, make_officer

pytestmark = pytest.mark.django_db


def states(application, kind=""):
    rows = AutoCheck.objects.newest_of(application)
    return {row.state for row in rows if row.kind.startswith(kind)}


def read_texts():
    """Do what the sweep does."""
    tasks.read_texts()


def test_a_claim_is_compared_when_it_is_handed_in():
    application = make_application(Status.SUBMITTED)

    rows = AutoCheck.objects.newest_of(application)

    assert {row.run for row in rows} == {1}
    assert {row.state for row in rows} == {"pass"}
    pue = next(row for row in rows if row.kind == "pue.quotient")
    assert (pue.target, pue.evidence.slot, pue.made_at) == ("pue", "pue_report", NOON)
    assert pue.inputs == {"total_kwh": "12,000,000", "it_kwh": "10,000,000", "declared": "1.20"}
    assert pue.words == "复算 12,000,000 ÷ 10,000,000 = 1.2000，按申报位数为 1.20；申报 1.20"


def test_a_draft_is_not_compared():
    assert not AutoCheck.objects.newest_of(make_application(Status.DRAFT)).exists()


def test_the_same_inputs_are_one_run():
    application = make_application(Status.SUBMITTED)
    before = AutoCheck.objects.count()

    assert [checking.run(application, NOON + timedelta(days=day)) for day in (1, 2)] == [1, 1]

    assert AutoCheck.objects.count() == before


def test_a_correction_that_is_answered_is_compared_again():
    application = make_application(Status.VERIFYING)
    items = [{"kind": "slot", "key": "pue_report", "label": "PUE", "text": "请更正"}]
    intake.correct(application, items=items, by=make_officer(Duty.VERIFY), at=NOON)
    report = application.evidence.get(slot="pue_report")
    agent = agent_of(application.applicant)
    filing.take_back(report, by=agent, at=NOON)
    wrong = {**report.details, "total_kwh": "12900000"}
    Evidence.objects.create(
        application=application, slot="pue_report", file=report.file, original_name="新报告.pdf", size=1,
        content_type=texts.PDF, sha256="f" * 64, details=wrong, uploaded_by=agent, uploaded_at=NOON,
    )  # fmt: skip
    application.refresh_from_db()
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)

    filing.submit(application, by=agent, at=NOON)

    rows = AutoCheck.objects.newest_of(application)
    assert {row.run for row in rows} == {2}
    assert [row.kind for row in rows if row.state == "fail"] == ["pue.quotient"]
    assert application.auto_checks.filter(run=1, state="fail").count() == 0


def test_runs_are_never_edited_or_deleted():
    application = make_application(Status.SUBMITTED)

    for change in (lambda rows: rows.update(state="pass"), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(AutoCheck.objects.filter(application=application))


def test_an_unknown_state_does_not_enter_the_database():
    application = make_application(Status.SUBMITTED)

    with pytest.raises(IntegrityError), transaction.atomic():
        AutoCheck.objects.create(application=application, run=9, kind="x", state="maybe", words="", made_at=NOON)


def test_newest_run_is_one_query(django_assert_num_queries):
    application = make_application(Status.SUBMITTED)

    with django_assert_num_queries(1):
        list(AutoCheck.objects.newest_of(application))


# ---- texts ----------------------------------------------------------------------------------------------------------


def with_text(application, slot, *pages):
    """Give a paper pages of text, as the worker would have read them."""
    row = application.evidence.in_use().get(slot=slot)
    return EvidenceText.objects.create(evidence=row, pages=list(pages), read_at=NOON)


def search_of(application, slot):
    checking.run(application, NOON)
    row = AutoCheck.objects.newest_of(application).get(kind=checking.TEXT, target=f"slot:{slot}")
    return row, {(item["what"], item["key"]): item["page"] for item in row.inputs["items"]}


def test_the_worker_reads_the_texts_and_the_case_is_compared_again():
    application = make_application(Status.SUBMITTED)
    assert EvidenceText.objects.count() == 0

    read_texts()

    assert EvidenceText.objects.count() == application.evidence.count()
    rows = AutoCheck.objects.newest_of(application)
    assert {row.run for row in rows} == {2}
    assert sum(row.kind == checking.TEXT for row in rows) == application.evidence.count()
    assert states(application, checking.TEXT) == {"none"}  # the test papers show neither name nor figures
    read_texts()
    assert {row.run for row in AutoCheck.objects.newest_of(application)} == {2}


def test_texts_of_a_draft_are_read_before_it_is_handed_in():
    application = make_application(Status.DRAFT)
    read_texts()
    assert not application.auto_checks.exists()
    application.refresh_from_db()
    filing.confirm(application, by=legal_of(application.applicant), at=NOON)

    filing.submit(application, by=agent_of(application.applicant), at=NOON)

    assert application.auto_checks.filter(kind=checking.TEXT, run=1).count() == application.evidence.count()


def test_values_are_found_on_their_pages_however_they_are_written():
    application = make_application(Status.SUBMITTED)
    name = application.applicant.name
    with_text(
        application,
        "pue_report",
        f"委托单位：{name[:4]} {name[4:]}\n检测机构",
        "总耗电量 １２，０００，０００ 千瓦时；IT 设备 1000万千瓦时；PUE 1.20\n自 2025年7月1日至2026/06/30",
    )

    row, pages = search_of(application, "pue_report")

    assert row.state == "none"
    assert pages[("name", "name")] == 1
    found = {key: page for (what, key), page in pages.items() if what == "field"}
    assert (found["total_kwh"], found["it_kwh"], found["pue"]) == (2, 2, 2)
    assert (found["period_from"], found["period_to"]) == (2, 2)
    assert found["cma_number"] is None


def test_a_figure_that_is_part_of_another_is_not_found():
    application = make_application(Status.SUBMITTED)
    with_text(application, "pue_report", "总耗电量 112,000,000 千瓦时，PUE 1.201，另有 12,000,000.5")

    _, pages = search_of(application, "pue_report")

    assert (pages[("field", "total_kwh")], pages[("field", "pue")]) == (None, None)


def test_a_scan_is_called_one():
    application = make_application(Status.SUBMITTED)
    with_text(application, "pue_report", "", "  \n")

    row, pages = search_of(application, "pue_report")

    assert (row.state, row.words, pages) == ("none", "扫描件，无文字层", {})


def test_what_cannot_be_read_is_kept_with_its_reason():
    application = make_application(Status.SUBMITTED)
    row = application.evidence.first()
    row.file.storage.delete(row.file.name)

    kept = texts.read(row, at=NOON)

    assert (kept.pages, kept.problem) == ([], "文件不在存储中")
    assert not texts.waiting().filter(pk=row.pk).exists()


def test_reading_is_bounded_in_pages_and_time(monkeypatch):
    application = make_application(Status.DRAFT)
    row = application.evidence.first()
    row.file.storage.delete(row.file.name)
    row.file.save("long.pdf", ContentFile(samples.pdf("Total 1", pages=4)))
    monkeypatch.setattr(texts, "MOST_PAGES", 2)

    kept = texts.read(row, at=NOON)

    assert ([page.strip() for page in kept.pages], kept.problem) == (["Total 1", "Total 1"], "只读取了前2页")


def test_waiting_starts_near_the_last_paper_read(django_assert_num_queries):
    application = make_application(Status.SUBMITTED)
    read_texts()

    with django_assert_num_queries(2):  # the last one read, and what lies behind it
        assert list(texts.waiting()) == []
    assert EvidenceText.objects.filter(evidence__application=application).exists()


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("价税合计 ¥2,000,000.00", "2000000.00", True),
        ("合计２００万元", "2000000.00", True),
        ("合计0.02亿元", "2000000", True),
        ("合计 2 000 000 元", "2000000", True),
        ("合计12,000,000", "2000000", False),
        ("合计2,000,000.5", "2000000", False),
        ("合计2000万元", "2000000", False),
        ("1,234,567.89元", "1234567.89", True),
        ("123.456789万元", "1234567.89", True),
    ],
)
def test_money_is_found_in_yuan_and_in_wan(text, value, found):
    patterns = texts._number(value, money=True)

    assert (texts.page_of([texts.plain(text)], patterns) == 1) == found


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("出具日期：2026年6月3日", "2026-06-03", True),
        ("2026-06-03", "2026-06-03", True),
        ("2026.6.3", "2026-06-03", True),
        ("２０２６／０６／０３", "2026-06-03", True),
        ("2026年6月30日", "2026-06-03", False),
        ("12026-06-03", "2026-06-03", False),
    ],
)
def test_days_are_found_in_every_spelling(text, value, found):
    assert (texts.page_of([texts.plain(text)], texts._day(value)) == 1) == found


def test_a_list_is_found_when_every_part_is():
    patterns = texts.text_patterns("演示0001、演示0002")

    assert texts.page_of([texts.plain("电表 演示 0001 和 演示０００２")], patterns) == 1
    assert texts.page_of([texts.plain("电表 演示0001")], patterns) is None


def test_a_single_digit_proves_nothing():
    assert texts._number(1, money=False) == ()
    assert texts._number("12", money=False) != ()
