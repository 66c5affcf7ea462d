"""
The reviewer's page in the browser: a case decided with the keyboard alone, two officers on one case, texts of papers.

The case is 演示白杨's under 第三条: seven facts, seven papers; of one of them the applicant mistyped a figure.
"""

import re
import sys
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import run_on

LAPTOP = {"width": 1366, "height": 768}
SECOND = "演示·何小验二"
# A second verifier, and a case of its own on which nothing else waits: 演示白杨's, with one figure mistyped.
PREPARE = f"""
from datetime import date
from django.utils import timezone
from applications.actions import filing, intake
from applications.demo.stories import CENTRE, file_claim
from applications.models import Applicant, Clause, Posting, User
now = timezone.now()
first = User.objects.get(username="xinxing_verify")
known = {{"name": "{SECOND}", "password": first.password}}
user, _ = User.objects.get_or_create(username="xinxing_verify2", defaults=known)
Posting.objects.create(user=user, authority=first.postings.get().authority, duty="verify", since=date(2024, 1, 1))
case = file_claim(
    Applicant.objects.get(memberships__user__username="baiyang_agent"),
    User.objects.get(username="baiyang_agent"),
    clause=Clause.objects.select_related("policy__authority").get(code="xinxing-3"),
    subject="演示白杨二号智算中心",
    facts=CENTRE,
    event_on=date(2026, 6, 30),
    at=now,
    mistyped={{"pue_report": {{"total_kwh": "12100000"}}}},
)
filing.confirm(case, by=User.objects.get(username="baiyang_legal"), at=now)
filing.submit(case, by=User.objects.get(username="baiyang_agent"), at=now)
intake.accept(case, by=User.objects.get(username="xinxing_intake"), at=now)
print("case", case.pk)
"""


class Keyboard:
    """A page that is worked with the keyboard alone; counts what is pressed."""

    def __init__(self, page: Page):
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)


@pytest.fixture(scope="module")
def case(site) -> str:
    """Return the address of the prepared case."""
    made = run_on(site.var, PREPARE)
    return f"/console/cases/{re.search('case ([0-9]+)', made)[1]}/"


def wait_for_the_texts(page: Page, case: str) -> None:
    """The worker reads the texts of papers within the sweeps after the start."""
    for _ in range(60):
        page.goto(case)
        if "文本尚未读取" not in page.locator("#paper").inner_text():
            return
        time.sleep(2)
    pytest.fail("nobody has read the texts of the papers")


def box(page: Page, selector: str) -> dict:
    return page.locator(selector).first.bounding_box()


def test_law_value_fields_and_page_stand_side_by_side(page, log_in, case, assert_accessible):
    page.set_viewport_size(LAPTOP)
    log_in(page, "xinxing_verify")
    wait_for_the_texts(page, case)

    page.keyboard.press("j")
    page.wait_for_load_state("networkidle")

    for selector in (".law .original", ".fact.is-current .check-form button", ".paper-fields", "#page-1", "#acts"):
        place = box(page, selector)
        assert 0 <= place["y"] < LAPTOP["height"], selector
    assert box(page, ".fact.is-current .check-form button")["y"] + 40 < box(page, "#acts")["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == LAPTOP["width"]
    assert_accessible(page)


def test_text_is_found_or_not_and_a_link_leads_to_the_page(page, log_in, case):
    page.set_viewport_size(LAPTOP)
    log_in(page, "xinxing_verify")
    wait_for_the_texts(page, case)
    fact = page.locator("#fact-pue")
    fact.locator("summary").click()

    red = fact.locator(".checks li").first
    expect(red).to_have_class("check-fail")
    expect(red).to_contain_text("复算 12,100,000 ÷ 10,000,000 = 1.2100，按申报位数为 1.21；申报 1.20")
    fact.get_by_role("link", name="在第1页找到").click()
    expect(page.locator("#paper")).to_have_attribute("data-evidence", re.compile("[0-9]+"))
    expect(page.locator(".paper-name")).to_contain_text("PUE")
    total = page.locator(".paper-fields dd", has_text="12,100,000")
    expect(total).to_contain_text("未在文本中找到")
    expect(page.locator(".paper-fields dd", has_text="10,000,000").first).to_contain_text("在第1页找到")


def test_a_second_officer_is_refused_by_name_and_keeps_what_was_typed(page, second_page, log_in, site, case):
    log_in(page, "xinxing_verify")
    page.goto(case)
    log_in(second_page, "xinxing_verify2", site.password("xinxing_verify"))
    second_page.goto(case)

    fact = page.locator(".fact:has(details[open])")
    label = fact.locator("h3").inner_text()
    fact.get_by_label("符合", exact=True).check()
    fact.get_by_role("button", name="记录结论").click()
    expect(page.locator("#messages")).to_contain_text("已记录")

    theirs = second_page.locator("#fact-pue")
    theirs.locator("summary").click()
    theirs.locator("input[value=failed]").check()
    theirs.get_by_label("说明").fill("报告总耗电量与电费单不一致")
    theirs.get_by_role("button", name="记录结论").click()

    refusal = second_page.locator("#desk [role=alert]")
    expect(refusal).to_contain_text(
        re.compile(f"本件刚刚被演示·何小验于[0-9]{{2}}:[0-9]{{2}}办理（核验{label}），请刷新后再办。")
    )
    expect(refusal).to_be_focused()
    expect(second_page.locator("#fact-pue input[name=note]")).to_have_value("报告总耗电量与电费单不一致")


def test_a_case_is_decided_with_the_keyboard_alone(page, log_in, case, capsys, assert_accessible):
    page.set_viewport_size(LAPTOP)
    log_in(page, "xinxing_verify")
    page.goto(case)
    hand = Keyboard(page)
    began = time.monotonic()

    hand.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert_accessible(page)
    hand.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()

    hand.press("e")
    page.wait_for_load_state("networkidle")
    hand.press("n", "p", "k", "j")
    page.wait_for_load_state("networkidle")

    total = page.locator(".fact").count()
    progress = page.locator(".desk-progress strong")
    done = int(re.search(r"已核验 (\d+)/", progress.inner_text())[1])
    for count in range(done + 1, total + 1):
        waiting = page.locator(".fact:has(details[open])")
        expect(waiting.locator("summary")).to_contain_text("待核验")  # the page that the last key led to is there
        name = waiting.get_attribute("id")
        hand.press("1", "Enter")
        expect(progress).to_have_text(f"已核验 {count}/{total}")
        expect(page.locator(f"#{name} .fact-head")).to_contain_text("符合")
        page.wait_for_load_state("networkidle")
    expect(page.locator("#say")).to_contain_text("没有未核验的事项")

    # Keys never act in a field: a note with j, 1 and ? stays a note.
    page.locator("#fact-pue summary").focus()
    hand.press("Enter")
    hand.press("3")
    hand.write("j1?e")
    expect(page.locator("#fact-pue input[name=note]")).to_have_value("j1?e")
    expect(page.locator("#keys")).to_be_hidden()
    hand.press("Escape")

    hand.press("g", "p")
    expect(page.locator("dialog[open]")).to_contain_text("确定按测算结果提出核定意见吗")
    hand.press("Tab", "Enter")
    expect(page.locator(".case-head")).to_contain_text("待审批")
    with capsys.disabled():
        sys.stdout.write(f"\n{total} facts, {hand.pressed} keys, {time.monotonic() - began:.1f} s\n")


def test_the_page_works_without_script(browser, browser_context_args, log_in, site, case):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    log_in(page, "xinxing_verify2", site.password("xinxing_verify"))

    page.goto(case)

    expect(page.locator("#fact-pue summary")).to_be_visible()
    if not page.locator("#fact-pue details[open]").count():  # the next fact to check stands open by itself
        page.locator("#fact-pue summary").click()
    expect(page.locator("#fact-pue .pairs")).to_be_visible()
    page.locator(".paper-tabs a").nth(1).click()
    expect(page.locator("#page-1")).to_be_attached()
    assert "evidence=" in page.url
    context.close()
