"""
One claim end to end, as each person in turn does it in the browser: from a refused PUE to a paid award.

演示白杨 received 100 万元 under 第三条 before the portal; a centre of 3,200 P is worth 300 万元, so 200 万元 are due.
"""

import re
import time
from io import BytesIO

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

import rules
from tests.browser.hands import confirm, fill, follow, press, upload

PHONE = {"width": 390, "height": 844}
FACTS = {
    "registered_in_jurisdiction": "true",
    "build_type": "new",
    "pue": "1.26",
    "utilisation_pct": "70",
    "formally_delivered": "true",
    "stable_months": "8",
    "scale_pflops_fp16": "3200",
}


def upload_all(page: Page, address: str) -> None:
    """Put one paper into every slot that the clause demands."""
    for slot in rules.evidence("xinxing-3"):
        if not slot.required:
            continue
        page.goto(f"{address}evidence/{slot.kind}/")
        upload(page, slot)
        expect(page.locator(f"#slot-{slot.kind}")).to_contain_text("已上传")


def test_claim_of_3200p_from_the_public_page_to_a_paid_award(page, as_person, site, assert_accessible):
    address = file_the_claim(page, as_person, assert_accessible)
    number = page.locator("body").inner_text()
    number = re.search(r"XINXING-\d{4}-\d{5}", number)[0]
    console = examine(page, as_person, number, assert_accessible)
    decide(page, as_person, console)
    check_the_account(page, as_person, "演示白杨智算科技有限公司", assert_accessible)
    pay(page, as_person, number, assert_accessible)

    as_person("baiyang_agent")
    page.goto(address)
    expect(page.locator("body")).to_contain_text("¥2,000,000.00")
    expect(page.locator("body")).to_contain_text("演示凭证-旅程")
    assert_accessible(page)
    check_the_notice(page, address)


def file_the_claim(page, as_person, assert_accessible) -> str:
    """Start on the public page, be refused with PUE 1.26, correct it, prove it, have it confirmed, submit."""
    as_person("baiyang_agent")
    page.goto("/policies/xinxing/3/")
    follow(page.get_by_role("link", name="申报本条款"))
    if "/claims/new/" in page.url:
        press(page, page.locator("main form button[type=submit]").first.inner_text())
    address = re.search(r"/my/claims/\d+/", page.url)[0]

    page.goto(f"{address}form/")
    assert_accessible(page)
    fill(page, {"subject": "演示白杨智算中心", "event_on": "2026-06-30"} | FACTS)
    expect(page.locator(".estimate")).to_contain_text("PUE≤1.25")
    press(page, "保存草稿")
    upload_all(page, address)

    as_person("baiyang_legal")
    confirm(page, address)
    as_person("baiyang_agent")
    page.goto(address)
    press(page, "提交申报", confirm="提交")
    expect(page.get_by_role("alert")).to_contain_text("PUE≤1.25")

    page.goto(f"{address}form/")
    fill(page, {"pue": "1.20"})
    expect(page.locator(".estimate")).to_contain_text("2,000,000.00")
    press(page, "保存草稿")
    as_person("baiyang_legal")
    confirm(page, address)
    as_person("baiyang_agent")
    page.goto(address)
    press(page, "提交申报", confirm="提交")
    expect(page.locator("h1 ~ *, .page-head").first).to_contain_text("待受理")
    assert_accessible(page)
    return address


def examine(page, as_person, number: str, assert_accessible) -> str:
    """Accept; verify every fact against its paper; propose what follows."""
    as_person("xinxing_intake")
    page.goto("/console/queue/")
    assert_accessible(page)
    page.get_by_role("link", name=number).first.click()
    console = re.search(r"/console/cases/\d+/", page.url)[0]
    press(page, "受理", confirm="受理")

    as_person("xinxing_verify")
    for name in FACTS:
        page.goto(console)
        fact = page.locator(f"#fact-{name}")
        fact.evaluate("element => element.querySelector('details').open = true")
        fact.get_by_label("符合", exact=True).check()
        fact.get_by_role("button", name="记录结论").click()
        expect(page.locator(f"#fact-{name} .fact-head")).to_contain_text("符合")
    page.goto(console)
    assert_accessible(page)
    press(page, "按测算结果提出核定意见", confirm="提出核定意见")
    expect(page.locator(".case-head")).to_contain_text("待审批")
    return console


def decide(page, as_person, console: str) -> None:
    """Endorse into public notice, which the demonstration passes at once, and grant."""
    as_person("xinxing_approve")
    page.goto(console)
    press(page, "同意并公示", confirm="同意并公示")
    expect(page.locator(".case-head")).to_contain_text("公示中")
    press(page, "批准兑现", confirm="批准兑现")
    expect(page.locator(".case-head")).to_contain_text("已批准")


def check_the_account(page, as_person, name: str, assert_accessible) -> None:
    """Look at the account and its proof as one finance officer, agree as another: without that nothing is paid."""
    as_person("xinxing_pay")
    page.goto("/finance/accounts/")
    follow(page.get_by_role("link", name=name).first)
    account = page.url
    assert_accessible(page)
    page.get_by_label("核对无误").check()
    fill(page, {"note": "与开户资料一致"})
    press(page, "记录核对结论")
    as_person("xinxing_countersign")
    page.goto(account)
    press(page, "复核通过", confirm="复核")
    expect(page.locator("body")).to_contain_text("已复核账户")


def pay(page, as_person, number: str, assert_accessible) -> None:
    """Record the payment as one finance officer, confirm it as another."""
    as_person("xinxing_pay")
    page.goto("/finance/")
    assert_accessible(page)
    follow(page.get_by_role("link", name=number).first)
    award = page.url
    fill(page, {"voucher_number": "演示凭证-旅程"})
    fill(page, {"paid_on": page.evaluate("new Date().toLocaleDateString('sv')")})
    press(page, "登记拨付")
    as_person("xinxing_countersign")
    page.goto(award)
    assert_accessible(page)
    press(page, "确认拨付", confirm="确认拨付")
    expect(page.locator("body")).to_contain_text("已拨付")


def check_the_notice(page: Page, address: str) -> None:
    """Wait for the worker's PDF, read the sum in it, and let the public page confirm it and refuse a changed copy."""
    notice = page.get_by_role("link", name="奖补资金兑现通知书（PDF）")
    for _ in range(30):
        if notice.count():
            break
        time.sleep(1)
        page.goto(address)
    code = page.locator("li", has=notice).locator("a[href^='/verify/']").inner_text()
    data = page.request.get(notice.get_attribute("href")).body()
    text = "".join(leaf.get_textpage().get_text_range() for leaf in pypdfium2.PdfDocument(BytesIO(data)))
    assert "人民币贰佰万元整" in "".join(text.split())

    page.context.clear_cookies()
    page.goto(f"/verify/{code}/")
    expect(page.locator("h1")).to_have_text("文书真实有效")
    expect(page.locator("main")).to_contain_text("¥2,000,000.00")
    for copy, answer in ((data, "一致"), (data + b" ", "不一致")):
        page.goto(f"/verify/{code}/")
        page.locator("input[type=file]").set_input_files(
            {"name": "notice.pdf", "mimeType": "application/pdf", "buffer": copy}
        )
        press(page, "比对")
        expect(page.locator("main")).to_contain_text(answer)


PERSONS = {
    "baiyang_agent": ["/my/", "/my/enterprises/new/", "/my/enterprises/join/"],
    "xinxing_intake": ["/console/queue/", "/console/queue/?status=all"],
    "xinxing_pay": ["/finance/"],
    "xinxing_audit": ["/console/queue/?status=all"],
}


@pytest.mark.parametrize("username", PERSONS)
def test_desks_fit_a_phone_and_please_axe(as_person, username, assert_accessible):
    page = as_person(username)
    page.set_viewport_size(PHONE)
    for path in PERSONS[username]:
        page.goto(path)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path


def test_cases_of_every_status_please_axe_on_a_phone(as_person, site, assert_accessible):
    page = as_person("xinxing_audit")
    page.set_viewport_size(PHONE)
    seen = {row["status"]: row["console_url"] for row in site.demo["applications"] if row["status"] != "draft"}
    for address in seen.values():
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], address
