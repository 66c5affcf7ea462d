"""
A yearly review in the browser: a sample is drawn and seen, the applicant answers with a file, one task ends as 合格 and
one as a finding. The review that the demonstration has under way is brought to its end first.
"""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests import samples
from tests.browser.hands import press, run_on

PHONE = {"width": 390, "height": 844}
PREPARE = """
from django.utils import timezone
from applications import inspecting
from applications.actions import campaign, inspection
from applications.models import Campaign, Inspection, User
officer, now = User.objects.get(username="xinxing_inspect"), timezone.now()
for task in Inspection.objects.exclude(state="ended").select_related("application"):
    task = inspection.assign(task, to=officer, by=officer, at=now)
    for question in inspecting.questions_of(task.application):
        inspection.check(task, question.key, verdict="holds", now="一致", note="", by=officer, at=now)
    inspection.conclude(task, result="qualified", summary="仍成立。", by=officer, at=now)
for row in Campaign.objects.filter(state="running"):
    campaign.close(row, by=officer, at=now)
print("done")
"""


@pytest.fixture(scope="module", autouse=True)
def _nothing_under_way(site):
    assert "done" in run_on(site.var, PREPARE)


def look_at_everything(page: Page) -> None:
    """Say of every question that it still holds."""
    for choice in page.locator("select[name^='look-verdict-']").all():
        choice.select_option("holds")
    press(page, "保存复核情况")
    expect(page.locator("#messages")).to_contain_text("已保存复核情况")


def test_a_review_from_the_draw_to_its_results(page, second_page, log_in, site, assert_accessible):
    log_in(page, "xinxing_inspect")
    page.goto("/console/reviews/new/")
    page.get_by_label("复核名称").fill("浏览器年度复核")
    page.get_by_label("支持年度").fill("2026")
    page.get_by_label("依据文件").fill("演示年度复核办法")
    page.get_by_label("随机抽样").check()
    page.get_by_label("复核件数").fill("2")
    page.get_by_label("随机种子").fill("20261126")
    press(page, "抽样并预览")
    expect(page.locator("body")).to_contain_text("尚未启动")
    expect(page.locator("body")).to_contain_text("20261126")
    assert_accessible(page)
    press(page, "启动复核", "启动复核")
    review = page.url

    # The claim of 演示星河 is asked for evidence.
    rows = page.locator("table", has=page.locator("th", has_text="复核人")).locator("tbody tr")
    assert rows.count() == 2
    addresses = [row.locator("a.row-link").get_attribute("href") for row in rows.all()]
    page.goto(addresses[0])
    page.get_by_label("复核人").select_option(label="演示·季小查")
    press(page, "分派")
    page.locator("summary", has_text="要求申报单位提供材料").click()
    page.get_by_label("需要提供的材料或说明").fill("运行监测记录\n现场照片")
    press(page, "发出通知", "发出通知")
    assert_accessible(page)
    name = page.locator(".case-head-lead").inner_text().split(" · ")[0]
    asked = re.search("/tasks/([0-9]+)/", page.url)[1]

    login = next(row["username"] for row in site.demo["accounts"] if row.get("applicant") == name)
    log_in(second_page, login)
    second_page.set_viewport_size(PHONE)
    second_page.goto(f"/my/reviews/{asked}/")
    assert second_page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    second_page.locator("[name='text-1']").fill("记录见附件")
    data = samples.pdf(f"record {time.time_ns()}")
    file = {"name": "运行记录.pdf", "mimeType": "application/pdf", "buffer": data}
    second_page.locator("[name='files-1']").set_input_files(file)
    press(second_page, "保存，暂不提交")
    expect(second_page.locator("body")).to_contain_text("运行记录.pdf")
    second_page.locator("[name='text-2']").fill("照片已在现场交核查人员")
    assert_accessible(second_page)
    press(second_page, "提交答复", "提交答复")
    expect(second_page.locator("body")).to_contain_text("答复已提交")

    page.goto(addresses[0])
    expect(page.locator("body")).to_contain_text("照片已在现场交核查人员")
    expect(page.get_by_role("link", name="运行记录.pdf")).to_be_visible()
    look_at_everything(page)
    page.get_by_label("合格", exact=True).check()
    page.get_by_label("复核情况").fill("各项条件仍然成立。")
    press(page, "作出结论", "作出结论")
    expect(page.locator(".case-head-side")).to_contain_text("合格")

    page.goto(addresses[1])
    page.get_by_label("复核人").select_option(label="演示·季小查")
    press(page, "分派")
    page.get_by_label("转为线索", exact=True).check()
    page.get_by_label("复核情况").fill("现场无人，设备已搬离。")
    page.get_by_label("涉疑金额（元）").fill("1000.00")
    press(page, "作出结论", "作出结论")
    page.get_by_role("link", name=re.compile("线〔")).click()
    expect(page.locator("body")).to_contain_text("设备已搬离")
    assert_accessible(page)

    page.goto(review)
    press(page, "结束复核并出具报告", "结束复核")
    expect(page.locator("body")).to_contain_text("转为问题线索 1件")
    assert_accessible(page)


def test_a_tip_is_told_and_followed(page, log_in, assert_accessible):
    page.set_viewport_size(PHONE)
    page.goto("/report/")
    page.get_by_label("受理举报的主管单位").select_option(index=1)
    page.get_by_label("被举报的单位").fill("演示某单位")
    page.get_by_label("反映的问题").fill("设备早已搬走（演示）。")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert_accessible(page)
    press(page, "提交")
    expect(page.locator("body")).to_contain_text("已收到，等待研判")
    assert_accessible(page)
