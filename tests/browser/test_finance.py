"""The finance desk in the browser: narrowed, chosen, packed with progress, taken home, and the register of the same."""

import csv
import re
import zipfile
from io import StringIO
from pathlib import Path

from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}


def test_officer_narrows_packs_and_takes_the_register(page, site, log_in, assert_accessible):
    log_in(page, "xinxing_pay")
    page.goto("/finance/")
    assert_accessible(page)

    # narrow, and keep it
    year = page.locator("td[data-label=条款] .soft").first.inner_text().removesuffix("年度")
    page.get_by_label("支持年度").fill(year)
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.get_by_label("支持年度")).to_have_value(year)
    page.get_by_text("保存为常用筛选").click()
    page.get_by_label("名称").fill("今年的")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("link", name="今年的")).to_have_attribute("aria-current", "true")

    # choose the first, and have it packed; the page may be loaded again meanwhile
    number = page.locator("tbody th[scope=row] a", has_text="XINXING").first.inner_text()
    letter = page.locator("td[data-label=通知书]").first.inner_text().strip()
    page.get_by_label(f"选择{number}", exact=True).first.check()
    page.get_by_role("button", name="打包所选通知书").click()
    page.wait_for_url(re.compile(r"/finance/jobs/\d+/$"))
    expect(page.locator(".job")).to_contain_text("打包文书")
    page.reload()
    ready = page.get_by_role("link", name="下载 ZIP")
    expect(ready).to_be_visible(timeout=60_000)
    assert_accessible(page)
    with page.expect_download() as waiting:
        ready.click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        assert archive.testzip() is None
        (name,) = archive.namelist()
        assert name.startswith(f"{letter} ")
        assert archive.read(name).startswith(b"%PDF-")

    # it is among my downloads, and the register says the same case
    page.get_by_role("link", name="我的下载").first.click()
    expect(page.locator("tbody tr").first).to_contain_text("已完成")
    page.goto(f"/finance/?q={number}")
    page.get_by_text("全部筛选结果").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="登记表（CSV）").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert {row["申报编号"] for row in csv.DictReader(StringIO(text))} == {number}


def test_charts_are_drawn_from_the_tables_and_nothing_is_refused(page, log_in, assert_accessible):
    log_in(page, "xinxing_countersign")
    page.goto("/finance/pools/")
    expect(page.locator("[data-chart=chart-quarters] canvas, [data-chart=chart-pools] canvas").first).to_be_visible()
    assert_accessible(page)
    for address in (page.url, "/finance/", "/finance/overview/", "/finance/plan/", "/finance/jobs/"):
        page.set_viewport_size(PHONE)
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address
        assert_accessible(page)
